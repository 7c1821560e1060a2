"""The logged events behind a document, as lines of a batch that log them again (``docs/sheets.md``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker import queries
from tracker.documents.blocks import Logged
from tracker.eventtypes.base import event_fields, fields_of, registry
from tracker.text import visible_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_OPENED = "case.opened"


class _Event(NamedTuple):
    """An event of the projection: its log, as a batch names it, and what was logged."""

    ref: str
    place: tuple[str, str]
    id: str
    type: str
    data: dict[str, Any]
    recorded: str

    @property
    def logged(self) -> Logged:
        member, name = self.place
        entry = {member: name, "type": self.type, "data": self.data, "id": self.id, "recorded": self.recorded}
        return Logged(self.ref, visible_json(json.dumps(entry, ensure_ascii=False)))


def logged(db: sqlite3.Connection, cases: Sequence[str]) -> tuple[Logged, ...]:
    """The events of the registers and of these cases, in an order in which an empty store takes them.

    Cases that are linked to come with the event that opened them, and no more. Where a view left out what an event
    names, the reference is left out too, or the event when it says nothing without it.
    """
    events = [event for name in cases for event in _of_case(db, name)]
    linked = {event.data["case"] for event in events if event.type == "case.linked"} - set(cases)
    openings = [event for name in sorted(linked) for event in _of_case(db, name) if event.type == _OPENED]
    told = _without_loose_ends([*openings, *events], set(queries.case_names(db)))
    opened = [event for event in told if event.type == _OPENED]
    others = [event for event in told if event.type != _OPENED]
    return tuple(event.logged for event in (*_of_registers(db), *opened, *others))


def _of_case(db: sqlite3.Connection, name: str) -> list[_Event]:
    return [_event(row, ("case", name)) for row in queries.rows(db, "developments", "position", case_name=name)]


def _of_registers(db: sqlite3.Connection) -> list[_Event]:
    """The registers' events: sources first, because parties cite them."""
    return [
        _event(row, ("log", log))
        for log in ("sources", "parties")
        for row in queries.rows(db, "register_lines", "position", log=log)
    ]


def _event(row: sqlite3.Row, place: tuple[str, str]) -> _Event:
    return _Event(row["ref"], place, row["event_id"], row["type"], json.loads(row["data"]), row["recorded_time"])


def _without_loose_ends(events: list[_Event], cases: set[str]) -> list[_Event]:
    """The events without references to what is not among them, and without those that are nothing but that."""
    while True:
        ids = {event.id for event in events}
        deadlines = {(event.place, event.data["deadline"]) for event in events if event.type == "deadline.set"}
        kept = [
            event._replace(data={name: value for name, value in event.data.items() if name not in loose})
            for event in events
            if (loose := set(_loose_ends(event, ids, deadlines, cases))).isdisjoint(_required(event))
        ]
        if kept == events:
            return events
        events = kept


def _loose_ends(
    event: _Event, ids: set[str], deadlines: set[tuple[tuple[str, str], str]], cases: set[str]
) -> Iterable[str]:
    """The fields of an event that name an event, a deadline or a case that is not there."""
    for name in event_fields(event.type):
        if name in event.data and event.data[name] not in ids:
            yield name
    if event.type.startswith("deadline.") and (event.place, event.data.get("deadline")) not in deadlines:
        yield "deadline"
    if event.type == "case.linked" and event.data.get("case") not in cases:
        yield "case"


def _required(event: _Event) -> set[str]:
    cls = registry().get(event.type)
    return {field.name for field in fields_of(cls) if field.required} if cls else set()
