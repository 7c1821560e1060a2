"""Former states of the record, as somebody can name them who holds a document: so many events of each log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracker.clocks import moment
from tracker.errors import BadDate, BadHead, OtherRecord
from tracker.eventtypes.documents import DocumentIssued
from tracker.forks import times_here
from tracker.names import REGISTERS, case_log, log_of, parse_ref, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.envelope import Event

    Logs = Mapping[str, Sequence[Event]]

_HASH = re.compile(r"[0-9a-f]{8,64}\Z", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,7}\Z", re.ASCII)


class State(NamedTuple):
    """A former state: how many events each log had, and the moment of the last of them (RFC 3339, UTC)."""

    lengths: Mapping[str, int]
    moment: str

    def of(self, logs: Logs) -> dict[str, list[Event]]:
        """The logs as they then were; those that had not begun are left out."""
        return {log: list(events[:length]) for log, events in logs.items() if (length := self.lengths.get(log, 0))}


def is_head(name: str) -> bool:
    """Whether a name is meant for an event or an issue, and not for a day."""
    return name.startswith("@") or "#" in name or "," in name or bool(_HASH.match(name.lower()))


def state(logs: Logs, name: str, cases: Sequence[str]) -> State:
    """The state that a name means for a document about these cases.

    A name is 8 or more characters of the hash of a line, CASE#NUMBER, several of these after commas, a day or a time,
    or ``@`` with the number of an issue or 8 or more characters of the SHA-256 of what was issued. A log that it names
    ends with that very event; every other log with what had been logged by the moment at which that was. An issue
    names all its logs.

    Raises:
        BadHead, BadReference, BadName: no state, or more than one, has that name.
        OtherRecord: the logs are not those that an issued document was made from.
    """
    return _issued(logs, name, cases) if name.startswith("@") else _named(logs, name, cases)


def _named(logs: Logs, name: str, cases: Sequence[str]) -> State:
    if not is_head(name):
        try:
            return _until(logs, moment(name), {})
        except BadDate:
            raise BadHead(name, "it is neither a hash nor a reference, a number of an issue, or a day") from None
    events = [_event(logs, part, name, cases) for part in name.split(",")]
    pinned: dict[str, int] = {}
    for event in events:
        if pinned.setdefault(event.log, event.position) != event.position:
            raise BadHead(name, f"it names two events of {event.log}")
    return _until(logs, max(_time(logs, event.log, event.position) for event in events), pinned)


def _until(logs: Logs, last: str, pinned: Mapping[str, int]) -> State:
    """What had been logged by a moment, but of the logs that are pinned exactly so many events.

    What stands before an event was logged before it, whatever the clock said.
    """
    lengths = {
        log: max((n for n, time in enumerate(times_here(events), 1) if time <= last), default=0)
        for log, events in logs.items()
    }
    return State({**lengths, **pinned}, last)


def _event(logs: Logs, part: str, name: str, cases: Sequence[str]) -> Event:
    """The one event that a part of a name means."""
    if "#" in part:
        case, position = parse_ref(part)
        log = _of_document(log_of(case), name, cases)
        events = logs.get(log, ())
        if position > len(events):
            raise BadHead(name, f"{log} holds {len(events)} events")
        return events[position - 1]
    begun = part.lower()
    if not _HASH.match(begun):
        raise BadHead(name, f"{part!r} is no hash of 8 to 64 of 0-9 and a-f")
    found = [event for events in logs.values() for event in events if event.xhash.startswith(begun)]
    inside = [event for event in found if event.log in _logs_of(cases)]
    if len(inside) > 1:
        refs = " and ".join(f"{each.log}#{each.position}" for each in inside)
        raise BadHead(name, f"the hashes of {refs} begin so; write more of it")
    if not inside:
        for event in found:
            _of_document(event.log, name, cases)
        raise BadHead(name, "no line has such a hash, so it was copied wrongly or comes from another record")
    return inside[0]


def _logs_of(cases: Iterable[str]) -> set[str]:
    return {*map(case_log, cases), *REGISTERS}


def _of_document(log: str, name: str, cases: Sequence[str]) -> str:
    if log not in _logs_of(cases):
        raise BadHead(name, f"{log.removeprefix('cases/')} is no case of this document")
    return log


def _issued(logs: Logs, name: str, cases: Sequence[str]) -> State:
    """The state that an issued document was made from; raises as ``state``."""
    wanted = name[1:].lower()
    if not (_NUMBER.match(wanted) or _HASH.match(wanted)):
        raise BadHead(name, "after @ comes the number of an issue, or 8 or more characters of the file's SHA-256")
    found = {
        issue.heads: issue
        for issue in _issues(logs)
        if (str(issue.number) == wanted if _NUMBER.match(wanted) else issue.sha256.startswith(wanted))
    }
    if not found:
        raise BadHead(name, "no such issue is logged; 'tracker issued' lists them")
    if len(found) > 1:
        sums = " and ".join(f"@{short(each.sha256)}" for each in found.values())
        raise BadHead(name, f"it names several documents; write {sums}")
    heads = [_read(head) for head in next(iter(found))]
    missing = [case for case in cases if case_log(case) not in {log for log, _, _ in heads}]
    if missing:
        raise BadHead(name, f"that document was not about {missing[0]}")
    for log, position, xhash in heads:
        events = logs.get(log, ())
        if len(events) < position or events[position - 1].xhash != xhash:
            raise OtherRecord(name, f"{log}#{position}", xhash)
    pinned = {log: position for log, position, _ in heads}
    last = max(_time(logs, log, position) for log, position in pinned.items())
    return _until(logs, last, {**dict.fromkeys(REGISTERS, 0), **pinned})


def _time(logs: Logs, log: str, position: int) -> str:
    """When an event came into its log: one that another copy had logged before came with the note about it."""
    return times_here(logs[log][:position])[-1]


def _issues(logs: Logs) -> Iterator[DocumentIssued]:
    for events in logs.values():
        for event in events:
            if event.type == DocumentIssued.type:
                try:
                    yield msgspec.json.decode(event.data, type=DocumentIssued)
                except msgspec.ValidationError:
                    continue  # 'tracker check' tells


def _read(head: str) -> tuple[str, int, str]:
    """Log, number and hash of a head as an issue has it."""
    ref, _, xhash = head.partition(" ")
    log, _, position = ref.partition("#")
    return log, int(position), xhash
