"""The logged events that a document rests on, as lines of a batch that log them again (``docs/sheets.md``)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker import queries
from tracker.documents.blocks import LeftOut, Logged
from tracker.entries import Entry, Known, drafts
from tracker.eventtypes.base import fields_of, registry
from tracker.eventtypes.documents import DocumentIssued
from tracker.names import case_of
from tracker.references import misfits
from tracker.text import visible_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

_INTRODUCES = {"source.added": "source", "party.added": "party", "party.aliased": "party"}
"""The types that say who or what a name of a register is, and the field that holds the name."""
_IN_TEXT = re.compile(r"\[\[([a-z0-9-]{1,63})\]\]")


class _Event(NamedTuple):
    """An event of the projection and the names in its text."""

    ref: str
    entry: Entry
    in_text: frozenset[str]


class Behind(NamedTuple):
    """What a document rests on, and what of it an empty store would refuse."""

    entries: tuple[Logged, ...]
    left_out: tuple[LeftOut, ...]


def logged(db: sqlite3.Connection, cases: Sequence[str]) -> Behind:
    """The events that the chronology of these cases rests on, in an order in which an empty store takes them.

    These are all events of the cases, the openings of cases that they are linked to, and of the registers what they
    name. What the door would refuse is left out, field by field where the type can do without, and told beside them:
    a view may hold less than its events name, and a log may hold what another program wrote.
    """
    own = [event for name in cases for event in _of_case(db, name)]
    linked = {_text(event, "case") for event in own if event.entry.type == "case.linked"} - set(cases)
    openings = [
        event
        for name in queries.case_names(db)
        if name in linked
        for event in _of_case(db, name)
        if event.entry.type == "case.opened"
    ]
    of_cases = sorted([*openings, *own], key=lambda event: event.entry.type != "case.opened")
    entries, left_out = _through_the_door([each.entry for each in (*_of_registers(db, cases, of_cases), *of_cases)])
    return Behind(tuple(Logged(entry.where, _line(entry)) for entry in entries), tuple(left_out))


def _of_case(db: sqlite3.Connection, name: str) -> Iterator[_Event]:
    """The events of a case but for issues of documents: who was given one is nothing to whoever reads another."""
    events = [_event(row, f"cases/{name}") for row in queries.rows(db, "developments", "position", case_name=name)]
    issues = {event.entry.id for event in events if event.entry.type == DocumentIssued.type}
    return (event for event in events if event.entry.id not in issues and _text(event, "of") not in issues)


def _event(row: sqlite3.Row, log: str) -> _Event:
    entry = Entry(
        where=row["ref"],
        log=log,
        type=row["type"],
        data=json.loads(row["data"]),
        id=row["event_id"],
        recorded=row["recorded_time"],
    )
    return _Event(row["ref"], entry, frozenset(_IN_TEXT.findall(row["text"] or "")))


def _text(event: _Event, field: str) -> str:
    """What a field holds, if it is text, as it need not be where another program wrote."""
    value = event.entry.data.get(field)
    return value if isinstance(value, str) else ""


def _of_registers(db: sqlite3.Connection, cases: Sequence[str], of_cases: Iterable[_Event]) -> list[_Event]:
    """What the registers say of whom and of what the cases name, and no more: they hold the names of all cases."""
    lines = [
        _event(row, log)
        for log in ("sources", "parties")
        for row in queries.rows(db, "register_lines", "position", log=log)
    ]
    cast = {row["party"] for row in queries.rows_of(db, "roles", "case_name", cases)}
    needed = {name for event in of_cases for name in _names(event)}
    kept: dict[str, _Event] = {}
    while more := [each for each in lines if each.ref not in kept and _is_needed(each, needed, cast, kept.values())]:
        kept |= {event.ref: event for event in more}
        needed |= {name for event in more for name in _names(event)}
    # Sources come first because parties cite them, and who is introduced before who is told of.
    order = {name: place for place, name in enumerate(("source.added", "party.added"))}
    return sorted(
        (event for event in lines if event.ref in kept), key=lambda event: order.get(event.entry.type, len(order))
    )


def _is_needed(line: _Event, needed: set[str], cast: set[str], kept: Iterable[_Event]) -> bool:
    """Whether a line of a register introduces a name, relates one of the cast, or is about a line that does."""
    if introduced := _INTRODUCES.get(line.entry.type):
        return _text(line, introduced) in needed
    if line.entry.type == "party.related":
        return _text(line, "party") in cast
    return (line.entry.log, _text(line, "of")) in {(each.entry.log, each.entry.id) for each in kept}


def _names(event: _Event) -> Iterator[str]:
    """The parties and sources that an event names; what an amendment claims may be one, too."""
    yield from event.in_text
    data = event.entry.data
    yield from (str(each.get("source")) for each in _several(data.get("citations")) if isinstance(each, dict))
    cls = registry().get(event.entry.type)
    for field in fields_of(cls) if cls else ():
        if field.refers in ("party", "source", "value"):
            yield from (each for each in _several(data.get(field.name)) if isinstance(each, str))


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _through_the_door(entries: list[Entry]) -> tuple[list[Entry], list[LeftOut]]:
    """What an empty store takes of these entries, and what it would refuse, one thing after another."""
    left_out: list[LeftOut] = []
    while True:
        known = Known(set(), set(), set())
        _, mistakes = drafts(entries, known)
        mistakes += misfits(entries, lambda log, about: (), known)
        if not mistakes:
            return entries, left_out
        refused: dict[str, dict[str, str]] = {}
        for mistake in mistakes:
            refused.setdefault(mistake.where, {}).setdefault(mistake.field, mistake.message)
        kept = []
        for entry in entries:
            reasons = refused.get(entry.where, {})
            needed = [name for name in reasons if name not in entry.data or _needs(entry.type, name)]
            out = {"": reasons[needed[0]]} if needed else reasons
            left_out += [LeftOut(entry.where, field, reason) for field, reason in out.items()]
            if not needed:
                kept.append(_without(entry, reasons) if reasons else entry)
        entries = kept


def _needs(event_type: str, name: str) -> bool:
    cls = registry().get(event_type)
    return cls is None or any(field.name == name and field.required for field in fields_of(cls))


def _without(entry: Entry, names: Iterable[str]) -> Entry:
    return replace(entry, data={name: value for name, value in entry.data.items() if name not in names})


def _line(entry: Entry) -> str:
    case = case_of(entry.log)
    place = {"case": case} if case else {"log": entry.log}
    told = {**place, "type": entry.type, "data": entry.data, "id": entry.id, "recorded": entry.recorded}
    return visible_json(json.dumps(told, ensure_ascii=False))
