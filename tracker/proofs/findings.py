"""What is found out about a log that is whole: its size, its hashes, who signed it, who stamped it with the time."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import ReadFailed, Uncertified
from tracker.logs.replay import replay
from tracker.proofs import anchors
from tracker.proofs.verifying import WEAK, WHOLE, verify_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.logs.port import EventLog
    from tracker.proofs.notes import VerifierKey


class Seal(NamedTuple):
    """A checkpoint: how many events it covers, and who signed it as far as keys are known."""

    size: int
    signers: tuple[str, ...]


class Stamped(NamedTuple):
    """A time-stamp token: over how many events, when, and whom its certificate names."""

    size: int
    time: str
    signer: str


class Findings(NamedTuple):
    """What is known about one log; times are RFC 3339 in UTC, ``sha256`` is that of the whole file."""

    log: str
    file: str
    size: int
    sha256: str
    events: int
    first: str
    last: str
    xhash: str
    recorders: tuple[str, ...]
    seal: Seal | None
    stamps: tuple[Stamped, ...]


def findings(log: EventLog, root: Path, name: str, keys: Sequence[VerifierKey]) -> Findings:
    """What is known about a log, once all of it was checked.

    Raises:
        Uncertified: it is not whole, or one of its checkpoints or time stamps is not right.
        ReadFailed.
    """
    checked = verify_log(log, root, name, keys)
    if checked.fault:
        raise Uncertified(name, checked.fault[1])
    for each in checked.checkpoints:
        if each.code not in (WHOLE, WEAK):
            raise Uncertified(each.where, str(each.fault))
    where = Path(log.where(name))
    try:
        data = where.read_bytes()
    except OSError as fault:
        raise ReadFailed(where, fault.strerror or str(fault)) from None
    events = list(replay(log, name))
    times = anchors.times(log, root, name, events)
    for at, why in times.faults:
        raise Uncertified(at, why)
    ours = [each for each in checked.checkpoints if not each.of_branch]
    newest = max(ours, key=lambda each: each.size, default=None)
    return Findings(
        log=name,
        file=where.relative_to(root).as_posix(),
        size=len(data),
        sha256=sha256(data).hexdigest(),
        events=len(events),
        first=events[0].recordedtime,
        last=events[-1].recordedtime,
        xhash=events[-1].xhash,
        recorders=tuple(sorted({event.recordedby for event in events})),
        seal=Seal(newest.size, newest.signers) if newest else None,
        stamps=tuple(Stamped(each.size, each.stamp.time, each.stamp.signer) for each in times.anchors),
    )
