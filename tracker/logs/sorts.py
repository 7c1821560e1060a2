"""What sort of thing a name in the file system stands for: a log is a plain file, below folders that are no links."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tracker.errors import LogRefused

if TYPE_CHECKING:
    from pathlib import Path

_SORTS: Final = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def refuse_others(path: Path, *, sort: int = stat.S_IFREG) -> None:
    """Refuse what is there but not of this sort, a link above all; what is not there is no matter of this function."""
    with suppress(OSError):
        refuse_sort(path, os.lstat(path), sort=sort)


def refuse_sort(path: Path, found: os.stat_result, *, sort: int = stat.S_IFREG) -> None:
    """Refuse what was found to be of another sort; raises LogRefused."""
    actual = stat.S_IFMT(found.st_mode)
    if actual != sort:
        raise LogRefused(path, _SORTS.get(actual, "a file"))
