"""What documents leave out: events that are privileged, and with them whatever refers to them.

It is left out of the logs before anything is made of them, so that no part of a document can hold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tracker.amendments import standings
from tracker.clocks import data_of, introduces, names_in
from tracker.eventtypes.amendments import Amendment
from tracker.eventtypes.deadlines import DeadlineSet
from tracker.eventtypes.privilege import PrivilegeClaimed
from tracker.names import REGISTERS, case_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.envelope import Event


def without_privileged(
    logs: Mapping[str, Sequence[Event]], record: Mapping[str, Sequence[Event]]
) -> dict[str, list[Event]]:
    """The logs without what is privileged by the whole record, and without what refers to it.

    That is: amendments of it, orders and deadlines that rest on it, and the parties and sources that no other event of
    a case names, with all that the registers say of them.
    """
    gone_of = {log: _privileged(events) if case_of(log) else set() for log, events in record.items()}
    kept = {log: _closed(events, gone_of.get(log, set())) for log, events in logs.items()}
    before = {event.id for log, events in logs.items() if case_of(log) for event in events}
    after = {event.id for log, events in kept.items() if case_of(log) for event in events}
    if before == after:
        return kept
    register = [event for log in REGISTERS for event in logs.get(log, ())]
    gone = [event for log, events in logs.items() if case_of(log) for event in events if event.id not in after]
    stays = _introduced(register, names_in(event for log, events in kept.items() if case_of(log) for event in events))
    leaves = _introduced(register, names_in(gone)) - stays
    for log in REGISTERS:
        if log in kept:
            lines = [event for event in kept[log] if not {introduces(event), *names_in([event])} & leaves]
            kept[log] = _closed(kept[log], {event.id for event in kept[log]} - {event.id for event in lines})
    return kept


def _privileged(events: Sequence[Event]) -> set[str]:
    """The ids of the events of a case that are privileged."""
    found = standings(events)
    privileged = {said.id for said, standing in found if standing.is_privileged}
    # Whether a claim stands that a newer program logged, or one of what it logged, nobody can tell here: it stands.
    read = {said.id for said, _ in found}
    about = ((event.id, str(_raw(event).get("of"))) for event in events if event.type == PrivilegeClaimed.type)
    privileged |= {of for claim, of in about if claim not in read or of not in read}
    return privileged


def _closed(events: Sequence[Event], gone: set[str]) -> list[Event]:
    """The events without some of them (ids), and without what refers to one that is left out, step by step."""
    if not gone:
        return list(events)
    known = {event.id for event in events}
    refers = {event.id: {text for text in _texts(_raw(event)) if text in known} for event in events}
    deadlines = {event.id: getattr(data_of(event), "deadline", None) for event in events}
    rests_on = {event.id: getattr(data_of(event), "trigger", None) for event in events}
    sets = {event.id for event in events if event.type == DeadlineSet.type}
    amends = {event.id: data.of for event in events if isinstance(data := data_of(event), Amendment)}
    more = set(gone)
    while more:
        gone, names = gone | more, {deadlines[each] for each in (gone | more) & sets}
        # What a rule made of a day may tell a day that only an amendment which is left out gives.
        moved = {amends[each] for each in gone if each in amends}
        more = {
            each
            for each in known - gone
            if refers[each] & gone or (deadlines[each] or "") in names or (rests_on[each] or "") in moved
        }
    return [event for event in events if event.id not in gone]


def _introduced(register: Sequence[Event], names: set[str]) -> set[str]:
    """The names, and those that the registers name where they say something of these alone."""
    subjects: dict[str, set[str]] = {}
    for event in register:
        subjects[event.id] = _subjects(event, subjects)
    told = [(subjects[event.id], names_in([event])) for event in register if subjects[event.id]]
    before: set[str] = set()
    while names != before:
        before = names
        names = names.union(*(found for about, found in told if about <= names))
    return names


def _subjects(event: Event, earlier: Mapping[str, set[str]]) -> set[str]:
    """The parties or the source of which a line of a register says something; an amendment speaks of its event's."""
    data = data_of(event)
    if isinstance(data, Amendment):
        return earlier.get(data.of, set())
    return {name for name in (introduces(event), *(getattr(data, each, None) for each in ("party", "other"))) if name}


def _raw(event: Event) -> dict[str, Any]:
    found = msgspec.json.decode(event.data)
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> Iterator[str]:
    """Every text in the data of an event, also of one that this program cannot read."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
