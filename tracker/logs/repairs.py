"""What writers take out of logs: kept in ``events/.quarantine`` under its SHA-256, and noted in the log it came from.

Cutting off and noting are two writes. Between them a slip beside what was set aside says what is to be noted, so that a
writer that is killed leaves it to the next one.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from tracker.canonical import encode
from tracker.envelope import Draft
from tracker.errors import BrokenLine
from tracker.logs import durable

REPAIRED: Final = "record.repaired"
"""The type of the event that notes a repair; ``eventtypes.repairs`` has its class."""
_SLIP: Final = ".json"
_SIZE: Final = re.compile(r"[1-9][0-9]{0,9}\Z", re.ASCII)
_NAMESPACE: Final = uuid.UUID("5b0b32a5-6a0c-5f0e-9b0e-0c6f1b8d2a41")


class Repair(NamedTuple):
    """What a writer did to a log so that it could be written to.

    ``part`` is what it found at a line: a torn tail, an unfinished batch, a damaged line, a damaged log; or a missing
    end, which was added. ``size`` counts the bytes set aside, ``sha256`` names them, ``restored_from`` is the copy
    whose lines took their place.
    """

    log: str
    part: str
    line: int
    size: int = 0
    sha256: str = ""
    reason: str = ""
    restored_from: str | None = None

    def note(self) -> Draft:
        """The event that notes it; its id follows from what it says, so that nothing is noted twice."""
        data: dict[str, Any] = {name: value for name, value in self._asdict().items() if value is not None}
        log = data.pop("log")
        return Draft(log, REPAIRED, data, str(uuid.uuid5(_NAMESPACE, f"{log}#{self.line} {self.sha256}")))

    def told(self, events: str) -> str:
        """A sentence for whoever wrote; ``events`` is the folder of the logs."""
        if not self.size:
            return f"{self.log}, line {self.line}: the event was whole, and its missing end of line was put there."
        restored = f", and restored from {self.restored_from}" if self.restored_from else ""
        return (
            f"{self.log}, line {self.line}: {self.part}, {self.size} bytes, set aside in "
            f"{events}/.quarantine/{self.sha256}{restored}."
        )


class Quarantine:
    """The folder of what was set aside; whoever changes it holds the lock of the store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def set_aside(self, data: bytes, found: Repair) -> Repair:
        """Keep bytes that are about to be taken out of a log, and that it is to be noted there; raises OSError."""
        kept = found._replace(size=len(data), sha256=sha256(data).hexdigest())
        durable.set_aside(self._folder, data)
        durable.write_whole(self._slip(kept), encode({k: v for k, v in kept._asdict().items() if v is not None}))
        return kept

    def to_note(self, logs: Iterable[str]) -> list[Repair]:
        """What was taken out of these logs and is not noted there yet; raises OSError, BrokenLine."""
        prefixes = {_name(log) for log in logs}
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(_SLIP))
            return [self._read(self._folder / name) for name in names if name.split("@")[0] in prefixes]
        return []

    def noted(self, repairs: Sequence[Repair]) -> None:
        """Forget what is noted in its log by now.

        What is noted is on the disk, so that a slip that cannot be removed must not undo the answer: the next writer
        finds it, makes the same note of it, which is there already, and removes it.
        """
        for each in repairs:
            with suppress(OSError):
                durable.remove(self._slip(each))

    def _slip(self, repair: Repair) -> Path:
        return self._folder / f"{_name(repair.log)}@{repair.line}-{repair.sha256}{_SLIP}"

    def _read(self, path: Path) -> Repair:
        fd = durable.open_log(path)
        with os.fdopen(fd, "rb") as file:
            raw = file.read()
        try:
            return Repair(**msgspec.json.decode(raw, type=dict[str, Any]))
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as fault:
            raise BrokenLine(path, 1, f"it does not say what was set aside ({fault})") from None


def covered(events: Path, log: str) -> int:
    """The greatest number of events of a log that a checkpoint in the folder ``events`` vouches for; 0 without one."""
    try:
        names = os.listdir(events / "checkpoints" / log)  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return 0
    return max((int(name) for name in names if _SIZE.match(name)), default=0)


def fault_of_tail(loose: bytes, number: int, covered: int) -> str | None:
    """Why what follows the last whole line is not simply set aside: it is nothing that an interrupted write leaves.

    ``number`` is that of the line that it would be, ``covered`` how many events the checkpoints vouch for.
    """
    if number <= covered:
        return f"it is torn, though a checkpoint vouches for {covered} events: it was damaged after it was logged"
    # A line begins with {; after a power cut, sectors that never reached the disk read as NUL.
    if loose[:1] not in (b"{", b"\x00"):
        return "it has no end, and is not the beginning of an event"
    return None


def _name(log: str) -> str:
    """The name of a log as part of a file's name."""
    return log.replace("/", ".")
