"""What every campaign is: a function that breaks things and returns its counts; a broken promise is AssertionError."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

Counts = dict[str, int]
"""What was done, in words, and how often; the words are those of ``docs/reliability.md``."""

NOBODY = 65534
T = TypeVar("T")


class How(NamedTuple):
    """How far a campaign goes: short as in the ordinary tests, or long; the seed decides all that is chance."""

    long: bool = False
    seed: int = 1

    def pick(self, short: T, long: T) -> T:
        return long if self.long else short

    def chance(self) -> Random:
        return Random(self.seed)


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """An empty folder below another, gone afterwards."""
    made = Path(tempfile.mkdtemp(dir=folder))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made)


def in_memory(folder: Path) -> Path:
    """Where no campaign waits for the disk, for those to which only bytes matter: /dev/shm, or else the folder."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else folder


def become_nobody() -> None:
    """Give up being root, for whom no permission is refused."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def give_to_nobody(folder: Path) -> None:
    """Let a folder and all in it belong to whom ``become_nobody`` becomes."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
