"""The door, second part: what entries say of other events of their log, held against the events that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.amendments import amended_field, misfit, standings
from tracker.entries import faults_of_field, near, typed
from tracker.errors import Mistake
from tracker.eventtypes.amendments import Amendment, RetractionMade
from tracker.eventtypes.base import event_fields
from tracker.eventtypes.deadlines import DeadlineSet
from tracker.eventtypes.orders import ORDERING
from tracker.eventtypes.privilege import PrivilegeClaimed
from tracker.names import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.amendments import Logged
    from tracker.entries import Entry, Known
    from tracker.envelope import Event
    from tracker.eventtypes import EventData


class _There(NamedTuple):
    """What a log holds: the data of its events by id, as amended, and the names of the deadlines that are set."""

    data: dict[str, EventData]
    deadlines: set[str]


def misfits(
    entries: Sequence[Entry], concerned: Callable[[str, Sequence[Entry]], Iterable[Event | Logged]], known: Known
) -> list[Mistake]:
    """What is wrong with entries that are about other events; ``concerned`` gives those of a log that they are about.

    An entry may be about one that is logged in the same go, a deadline about one that was set before it there.
    """
    found: list[Mistake] = []
    by_log: dict[str, list[Entry]] = {}
    for entry in entries:
        by_log.setdefault(entry.log, []).append(entry)
    for log in sorted({entry.log for entry in entries if event_fields(entry.type) or _deadline(entry)}):
        there, mine = _There({}, set()), by_log[log]
        for said, standing in standings(concerned(log, mine)):
            there.data[said.id] = standing.data
            if isinstance(standing.data, DeadlineSet) and standing.retracted_by is None:
                there.deadlines.add(standing.data.deadline)
        there.data.update({entry.id: data for entry in mine if entry.id and (data := typed(entry))})
        for entry in mine:
            found += (Mistake(entry.where, field, message) for field, message in _faults(entry, there, known))
    return found


def _deadline(entry: Entry) -> str | None:
    """The name of the deadline that an entry is about."""
    return getattr(typed(entry), "deadline", None) if entry.type.startswith("deadline.") else None


def _faults(entry: Entry, there: _There, known: Known) -> Iterator[tuple[str, str]]:
    data = typed(entry)
    if isinstance(data, Amendment):
        if isinstance(data, RetractionMade) and isinstance(of := there.data.get(data.of), DeadlineSet):
            there.deadlines.discard(of.deadline)  # its name is free for another one in the same go
        yield from _faults_of_amendment(entry, data, there, known)
        return
    for field in event_fields(entry.type):
        named = entry.data.get(field)
        if not isinstance(named, str) or "#" in named:
            continue
        if named not in there.data:
            yield field, f"there is no event {named} in this case"
        elif field in ("order", "against") and there.data[named].type not in ORDERING:
            yield field, f"it is a {there.data[named].type}, and no order; name one of {', '.join(ORDERING)}"
        elif field == "against" and named == entry.data.get("order"):
            yield field, "an order cannot be set off against itself"
    if isinstance(data, DeadlineSet) and data.due and data.rule:
        yield "due", "a deadline has either a rule or a day: leave one out"
    elif (
        isinstance(data, DeadlineSet)
        and data.due
        and (data.period or data.served_by or data.trigger or data.trigger_type)
    ):
        yield "due", "period, trigger and way of service go with a rule, not with a day"
    if name := _deadline(entry):
        if entry.type == DeadlineSet.type:
            if name in there.deadlines:
                yield (
                    "deadline",
                    f"there is a deadline {name!r} already: recompute, extend or withdraw it, or take another name",
                )
            there.deadlines.add(name)
        elif name not in there.deadlines:
            todo = "set it with 'tracker deadline CASE NAME'"
            yield "deadline", f"there is no deadline {name!r} in this case{near(name, there.deadlines)}; {todo}"


def _faults_of_amendment(entry: Entry, data: Amendment, there: _There, known: Known) -> Iterator[tuple[str, str]]:
    if isinstance(data, PrivilegeClaimed) and entry.log in REGISTERS:
        yield "of", "what a register lists is left out with the events that cite or name it: claim it for those"
    elif wrong := misfit(data, there.data):
        yield wrong
    elif (field := amended_field(data, there.data)) and (value := entry.data.get("value")) is not None:
        for _, message in faults_of_field(field, value, known, bringing_in=False):
            yield "value", message
