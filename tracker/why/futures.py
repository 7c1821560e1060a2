"""What would become of a case's stage: the moves that are open, and the fold made again with one thing otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tracker.canonical import encode
from tracker.case import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.case import Case
    from tracker.envelope import Event

_FIRST, _LAST = "0001-01-01", "9999-12-31"
_LATER = "9999-12-31T23:59:59.999Z"
"""Amendments take effect in the order of logging; a supposed one comes after all there are."""


def moves(case: Case) -> Iterator[str]:
    """The moves that are open from where the case stands, a sentence for each event type and stage."""
    found: dict[tuple[str, str], list[tuple[tuple[str, object], ...]]] = {}
    for move in case.kind.moves:
        if move.to is not None and move.to != case.stage and (not move.after or case.stage in move.after):
            found.setdefault((move.on, move.to), []).append(move.where)
    for (on, to), several in found.items():
        told = _conditions([] if () in several else several)
        yield f"{on}{f' ({told})' if told else ''} would take it to '{to}'"


def _conditions(wheres: Sequence[tuple[tuple[str, object], ...]]) -> str:
    """What the fields of an event must hold in words: each field once, with the values it may have."""
    by_fields: dict[str, list[str]] = {}
    for where in wheres:
        fields = " and ".join(field.replace("_", " ") for field, _ in where)
        values = " and ".join("not stated" if value is None else str(value) for _, value in where)
        by_fields.setdefault(fields, []).append(values)
    return "; or ".join(f"{fields} {' or '.join(values)}" for fields, values in by_fields.items())


def without(case: Case, events: Sequence[Event], positions: Iterable[int]) -> Case:
    """The case as it would be if these events were retracted."""
    return _supposing(case, events, "retraction.made", [(each, {}) for each in positions])


def redated(case: Case, events: Sequence[Event], position: int, date: str) -> Case:
    """The case as it would be if one event had happened on another day."""
    return _supposing(case, events, "correction.made", [(position, {"field": "date", "value": date})])


def _supposing(case: Case, events: Sequence[Event], what: str, about: Iterable[tuple[int, dict[str, Any]]]) -> Case:
    by_position = {event.position: event for event in events}
    supposed = [
        msgspec.structs.replace(
            by_position[position],
            id=f"supposed-{number}",
            type=what,
            data=msgspec.Raw(encode({"of": by_position[position].id, "reason": "supposed", **data})),
            dataschema=None,
            sequence=f"{max(by_position) + number:010d}",
            recordedtime=_LATER,
        )
        for number, (position, data) in enumerate(about, 1)
    ]
    return fold(case.name, [*events, *supposed])


def of_steps(case: Case, events: Sequence[Event]) -> Iterator[str]:
    """What retracting or re-dating the events that made the stage would do to it."""
    days = {entry.position: entry.when.text if entry.when else "not stated" for entry in case.entries}
    for step in reversed(case.steps):
        ref = f"{case.name}#{step.position}"
        yield f"retracting {ref} would {_becomes(case, without(case, events, [step.position]))}"
        before = redated(case, events, step.position, _FIRST)
        after = redated(case, events, step.position, _LAST)
        changed = [
            f"to {where} every other event would {_becomes(case, other)}"
            for where, other in (("before", before), ("after", after))
            if other.stage != case.stage
        ]
        day = days[step.position]
        if changed:
            yield f"re-dating {ref} ({'its day is ' if day == 'not stated' else 'now '}{day}) {', '.join(changed)}"


def _becomes(case: Case, other: Case) -> str:
    if other.stage == case.stage:
        return f"leave it at '{case.stage}', to which other events lead too"
    back = case.kind.rank(other.stage) < case.kind.rank(case.stage)
    return f"take it {'back ' if back else ''}to '{other.stage}'"
