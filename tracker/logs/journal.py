"""The journal of a batch: where each log ended before it, so that a batch that was cut short can be taken back.

It is there only while a batch is being written. A reader sees no byte beyond what it says, and the next writer cuts
the logs back to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.canonical import NotCanonical, decode, encode
from tracker.errors import BrokenLine
from tracker.logs import durable
from tracker.names import check_log


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a log ended: its size in bytes, and the inode of the file that had it.

    git replaces files: what has another inode is another copy of the log, in which this batch never was.
    """

    size: int
    inode: int

    def limit(self, found: os.stat_result) -> int:
        """Return how many bytes of the file found under the log's name are not those of the batch."""
        return min(self.size, found.st_size) if found.st_ino == self.inode else found.st_size


class Journal:
    """The one journal of a store; the caller of ``begin`` and ``end`` holds the lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, logs: Mapping[str, int]) -> None:
        """Note on the disk where the open files of some logs end; raises OSError."""
        found = {log: os.fstat(fd) for log, fd in logs.items()}
        marks = {log: {"inode": str(it.st_ino), "size": it.st_size} for log, it in found.items()}
        durable.write_whole(self._path, encode({"logs": marks}) + b"\n")

    def end(self) -> None:
        """Take the journal away: from here on the batch stands; raises OSError."""
        with suppress(FileNotFoundError):
            durable.remove(self._path)

    def marks(self) -> dict[str, Mark]:
        """Return where each log of an unfinished batch ended; nothing when there is none.

        Raises:
            BrokenLine: the journal is damaged.
            LogRefused, OSError: it cannot be read.
        """
        try:
            fd = durable.open_log(self._path)
        except FileNotFoundError:
            return {}
        with os.fdopen(fd, "rb") as file:
            return self._parsed(file.read())

    def _parsed(self, raw: bytes) -> dict[str, Mark]:
        try:
            marks: dict[str, Any] = decode(raw.removesuffix(b"\n"))["logs"]
            return {check_log(log): Mark(int(mark["size"]), int(mark["inode"])) for log, mark in marks.items()}
        except NotCanonical as fault:
            raise BrokenLine(self._path, 1, fault.reason) from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BrokenLine(self._path, 1, "it does not say where each log ended") from None
