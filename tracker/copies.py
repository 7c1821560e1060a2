"""Other copies of a log: a file, a store in another folder, a revision in git."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import NoCopy, ReadFailed, TrackerError
from tracker.forks import Line, lines_of
from tracker.git import GitFailed, file_of, find_revision, names_in
from tracker.logs import durable
from tracker.logs.files import FileLog

if TYPE_CHECKING:
    from collections.abc import Iterable

_GIT = "git:"


class Copy(NamedTuple):
    """A copy of a log: where it is, its lines, how many bytes follow the last one, and the sizes of its checkpoints."""

    name: str
    lines: list[Line]
    loose: int
    checkpoints: tuple[int, ...]

    def unprovable(self, common: int) -> list[int]:
        """The checkpoints that vouch for more lines than the two copies have in common."""
        return [size for size in self.checkpoints if size > common]


def find_copy(root: Path, log: str, other: str) -> Copy:
    """The copy of a log that somebody names: ``git:REVISION`` of the store's repository, a folder, or a file.

    Raises:
        NoCopy, LogRefused, ReadFailed: it is not there, or cannot be read.
        BrokenLine: it is damaged.
    """
    if other.startswith(_GIT):
        image, checkpoints = _in_git(root, log, other)
    elif (Path(other) / "events").is_dir():
        store = FileLog(Path(other))
        image, checkpoints = store.image(log), _sizes(_listed(Path(other) / "events" / "checkpoints" / log))
    else:
        image, checkpoints = _in_file(log, other), ()
    if not image:
        raise NoCopy(log, other, "it holds no line")
    lines, loose = lines_of(image, log, f"{other} ({log})" if not Path(other).is_file() else other)
    return Copy(other, lines, loose, checkpoints)


def _in_git(root: Path, log: str, other: str) -> tuple[bytes, tuple[int, ...]]:
    try:
        commit = find_revision(root, other.removeprefix(_GIT))
        image = file_of(root, commit, f"events/{log}.jsonl")
    except GitFailed as failed:
        raise NoCopy(log, other, str(failed)) from None
    return image, _sizes(names_in(root, commit, f"events/checkpoints/{log}/"))


def _in_file(log: str, other: str) -> bytes:
    try:
        fd = durable.open_log(Path(other))
    except FileNotFoundError:
        raise NoCopy(log, other, "there is no such file") from None
    except OSError as error:
        raise ReadFailed(other, error.strerror or str(error)) from None
    except TrackerError as refused:
        raise NoCopy(log, other, str(refused)) from None
    with os.fdopen(fd, "rb") as file:
        return file.read()


def _listed(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _sizes(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(int(name) for name in names if name.isascii() and name.isdigit()))
