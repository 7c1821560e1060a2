"""The journal of a batch: where each log ended before it, so that a batch that was cut short can be taken back.

It is there only while a batch is being written. A reader sees no byte beyond what it says, and the next writer cuts
the logs back to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec

from tracker.canonical import MAX_LINE, encode
from tracker.envelope import hash_of
from tracker.errors import BadName, BrokenLine
from tracker.logs import durable
from tracker.names import check_log


class Mark(msgspec.Struct, frozen=True):
    """Where a log ended before a batch: its size in bytes, and the hash of the line that comes next in the batch."""

    size: Annotated[int, msgspec.Meta(ge=0)]
    first: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]

    def limit(self, fd: int) -> int:
        """Return how many bytes of an open log are not those of the batch; raises OSError.

        git replaces logs: when another event follows, this is a copy of the log in which the batch never was.
        """
        found = os.fstat(fd).st_size
        if found <= self.size or (self.size and os.pread(fd, 1, self.size - 1) != b"\n"):
            return found
        line, line_feed, _ = os.pread(fd, MAX_LINE + 1, self.size).partition(b"\n")
        follows = hash_of(line) if line_feed else None
        return self.size if follows in (None, self.first) else found


class _Marks(msgspec.Struct):
    logs: dict[str, Mark]


class Journal:
    """The one journal of a store; the caller of ``begin`` and ``end`` holds the lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, marks: Mapping[str, Mark]) -> None:
        """Note on the disk where logs end and what is about to follow; raises OSError."""
        logs = {log: {"first": mark.first, "size": mark.size} for log, mark in marks.items()}
        durable.write_whole(self._path, encode({"logs": logs}) + b"\n")

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
            raw = file.read()
        try:
            marks = msgspec.json.decode(raw, type=_Marks).logs
            return {check_log(log): mark for log, mark in marks.items()}
        except (msgspec.DecodeError, UnicodeDecodeError, BadName) as fault:
            raise BrokenLine(self._path, 1, f"it does not say where each log ended ({fault})") from None
