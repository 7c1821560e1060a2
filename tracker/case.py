"""The state of a case and the fold that makes it from the case's events.

Events arrive in any order. The fold first takes what is about the record in the order of logging, then what happened
in the order in which it happened, and finds the stage from what surely came before what.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracker import dates
from tracker.amendments import Said, Standing, stand
from tracker.checks import Logged, look_over
from tracker.duties import Deadline, Fact, deadlines_of
from tracker.errors import BadDate
from tracker.eventtypes import Development, EventData, registry
from tracker.eventtypes import decode as decode_data
from tracker.eventtypes.base import faults_of_dates
from tracker.kinds import KINDS, UNKNOWN, Kind
from tracker.obligations import Change, Order, unsound
from tracker.problems import Problem
from tracker.state import Caption, CaseBuilder, Figure, Hearing, Judgment, Link, Place, Plea, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.envelope import Event
    from tracker.eventtypes.cases import CaseOpened
    from tracker.kinds import Move


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One event of the case as it is read: typed where it can be, when it happened, and how it stands.

    ``status`` is that of its standing. It is ``in_timeline`` when it says something of the world; what cannot be read
    is shown rather than hidden. It ``counts`` when it says anything to the state: it can be read and is not retracted.
    """

    position: int
    event: Event
    data: EventData | None
    when: dates.EDTFDate | None = None
    standing: Standing | None = None
    status: str = ""
    in_timeline: bool = True
    counts: bool = False

    @property
    def label(self) -> str:
        """What sort of development it is, for people."""
        cls = registry().get(self.event.type)
        return cls.label if cls else self.event.type

    @property
    def place(self) -> Place:
        """Which event it is, for what is built from it; what has happened had done so when it was logged."""
        logged = self.event.recordedtime[:10]
        if self.when is None:
            return Place(self.position, (dates.EARLIEST, logged))
        return Place(self.position, (self.when.earliest, max(self.when.earliest, min(self.when.latest, logged))))

    def order(self) -> tuple[bool, tuple[str, str, str], int]:
        """Earliest day, latest day, order of logging (design rule 8); what has no date at all comes last."""
        key = self.when.sort_key if self.when else ("", "", "")
        return (self.when is None, key, self.position)


def is_told(data: EventData | None) -> bool:
    """Whether an event of a case with that data stands in its timeline; what cannot be read is shown, not hidden."""
    return data is None or data.in_timeline or not _belongs(data)


def _belongs(data: EventData) -> bool:
    """Whether that may stand in the log of a case."""
    return data.log in ("case", "any")


class Step(NamedTuple):
    """A stage the case came to, and the event that took it there."""

    stage: str
    position: int


class Gap(NamedTuple):
    """Something a reader will look for that no source states; ``bounds`` is what is known of it."""

    what: str
    bounds: str | None
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The state of a case after its events; frozen, and equal for equal events.

    ``hearings_gone`` are those that only retracted events tell of.
    """

    name: str
    kind: Kind
    kind_name: str
    caption: Caption
    stage: str
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    roles: tuple[Role, ...]
    pleas: tuple[Plea, ...]
    hearings: tuple[Hearing, ...]
    hearings_gone: tuple[Hearing, ...]
    judgments: tuple[Judgment, ...]
    orders: tuple[Order, ...]
    order_changes: tuple[Change, ...]
    deadlines: tuple[Deadline, ...]
    figures: tuple[Figure, ...]
    links: tuple[Link, ...]
    gaps: tuple[Gap, ...]
    problems: tuple[Problem, ...]


def fold(name: str, events: Iterable[Event]) -> Case:
    """The state of the case ``name`` after ``events``, which stand in the order of logging.

    Linear in the events but for one sort by date. Reads no clock, no environment and no network (design rule 10).
    Never raises for what events say: what cannot be read or does not fit becomes a ``Problem``.
    """
    problems: list[Problem] = []
    entries = _entries(name, events, problems)
    kind_name = next((data.kind for data in _openings(entries)), "")
    positions = {entry.event.id: entry.position for entry in reversed(entries)}
    case = CaseBuilder(name, KINDS.get(kind_name, UNKNOWN), Caption(name), positions, problems=problems)
    in_order = sorted(entries, key=Entry.order)
    for data, entry in _acting(entries):
        if not isinstance(data, Development):
            data.apply(case, entry.place)
    for data, entry in _acting(in_order):
        if isinstance(data, Development):
            data.apply(case, entry.place)
    steps, stage = _stages(case, entries)
    case.problems += look_over(case, kind_name, _logged(entries))
    case.problems += (Problem(code, name, at, told) for code, at, told in unsound(case.orders, case.order_changes))
    return _freeze(case, kind_name, steps, stage, in_order)


def _openings(entries: Sequence[Entry]) -> Iterable[CaseOpened]:
    from tracker.eventtypes.cases import CaseOpened

    return (entry.data for entry in entries if isinstance(entry.data, CaseOpened) and entry.counts)


def _acting(entries: Iterable[Entry]) -> Iterable[tuple[EventData, Entry]]:
    """What says something to the state; most types have nothing to add beyond being there."""
    for entry in entries:
        data = entry.data
        if data is not None and type(data).apply is not EventData.apply and entry.counts:
            yield data, entry


def _logged(entries: Iterable[Entry]) -> Iterable[Logged]:
    """What counts, as the checks look at it."""
    for entry in entries:
        if entry.data is not None and entry.standing is not None and entry.counts:
            earliest = entry.when.earliest if entry.when else ""
            yield Logged(entry.position, entry.event.recordedtime, entry.data, entry.standing, earliest)


def _entries(name: str, events: Iterable[Event], problems: list[Problem]) -> list[Entry]:
    """The events as they stand after their amendments, each with its place in time."""
    read = [(event, event.position, _read(name, event, problems)) for event in events]
    said = [Said(position, event.id, event.recordedtime, data) for event, position, data in read if data is not None]
    standings = stand(said, lambda code, position, message: problems.append(Problem(code, name, position, message)))
    entries = [
        Entry(position, event, None) if data is None else _placed(event, position, standings[position])
        for event, position, data in read
    ]
    for entry in entries:
        if entry.data is not None and (faults := faults_of_dates(entry.data)):
            problems += (Problem("bad-date", name, entry.position, fault) for fault in faults)
    return entries


def _read(name: str, event: Event, problems: list[Problem]) -> EventData | None:
    """The typed data of one event; None when it cannot be typed, and is kept as it stands."""
    position = event.position
    try:
        data = decode_data(event.type, event.data, event.form)
    except (msgspec.ValidationError, TypeError, KeyError, ValueError) as error:
        problems.append(Problem("unreadable", name, position, f"{event.type} cannot be read: {error}"))
        return None
    if data is None:
        problems.append(Problem("unknown-type", name, position, f"type {event.type!r} is not known"))
    elif not _belongs(data):
        problems.append(Problem("misplaced", name, position, f"{event.type} belongs into the register {data.log}"))
        return None
    return data


def _placed(event: Event, position: int, standing: Standing) -> Entry:
    """An event with its standing and its date."""
    data = standing.data
    when = _disputed_when(standing) if standing.disputes else _when(data)
    return Entry(
        position, event, data, when, standing, standing.status, is_told(data), counts=standing.retracted_by is None
    )


def _when(data: EventData) -> dates.EDTFDate | None:
    """When something happened; None when that is not stated, or cannot be read."""
    text = data.when() if isinstance(data, Development) else None
    try:
        return dates.parse(text) if text is not None else None
    except BadDate:
        return None


def _disputed_when(standing: Standing) -> dates.EDTFDate | None:
    """As ``_when``; while the date is disputed, its bounds take in every value."""
    found = [when for version in standing.versions() if (when := _when(version))]
    if len(found) < 2:
        return found[0] if found else None
    return found[0]._replace(
        text=" or ".join(dict.fromkeys(each.text for each in found)),
        earliest=min(each.earliest for each in found),
        latest=max(each.latest for each in found),
    )


def _stages(case: CaseBuilder, entries: Sequence[Entry]) -> tuple[list[Step], str]:
    """The stages the case went through, from what happened when."""
    stage = case.kind.stages[0].name
    steps: list[Step] = []
    moves_on = case.kind.moves_on()
    moving = [
        (entry, fitting)
        for entry in entries
        if (fitting := [move for move in moves_on.get(entry.event.type, ()) if move.fits(entry.data)]) and entry.counts
    ]
    for entry, moves in _in_happening_order(case.kind, moving):
        move = next((each for each in moves if not each.after or stage in each.after), None)
        if move is None:
            told = f"{entry.label.lower()} ({_day(entry)}) does not fit the stage {stage!r} the case was in by then"
            case.problem("out-of-stage", entry.position, told)
        elif move.to is not None and move.to != stage:
            stage = move.to
            steps.append(Step(stage, entry.position))
    return steps, stage


def _in_happening_order(kind: Kind, moving: Sequence[tuple[Entry, list[Move]]]) -> Iterable[tuple[Entry, list[Move]]]:
    """The events in an order that never puts one before another that surely came earlier.

    Where dates leave the order open, the kind's own order of stages decides, and then the order of logging. An event
    may go next as soon as no other that is still waiting was surely over before it began.
    """
    spans = [_span(entry) for entry, _ in moving]
    by_start = sorted(range(len(moving)), key=lambda i: spans[i][0])
    by_end = sorted(range(len(moving)), key=lambda i: spans[i][1])
    ready: list[tuple[tuple[int, bool], tuple[str, str], int, int]] = []
    done = [False] * len(moving)
    start = end = 0
    while start < len(moving) or ready:
        while end < len(moving) and done[by_end[end]]:
            end += 1
        frontier = spans[by_end[end]][1]
        while start < len(moving) and spans[by_start[start]][0] <= frontier:
            index = by_start[start]
            entry, moves = moving[index]
            heappush(ready, (_rank(kind, moves), spans[index], entry.position, index))
            start += 1
        index = heappop(ready)[3]
        done[index] = True
        yield moving[index]


def _rank(kind: Kind, moves: Sequence[Move]) -> tuple[int, bool]:
    """How far along an event belongs: at the stage it leads to, or behind the stage it needs (True).

    An event that moves nothing needs the first stage in which it may stand, one that leads back the last.
    """
    move = moves[0]
    after = [kind.rank(stage) for stage in move.after] or [0]
    if move.to is None:
        return min(after), True
    to = kind.rank(move.to)
    return (max(after), True) if to < min(after) else (to, False)


def _span(entry: Entry) -> tuple[str, str]:
    if entry.when is None:
        return (dates.EARLIEST, dates.LATEST)
    return (entry.when.earliest, entry.when.latest)


def _day(entry: Entry) -> str:
    return entry.when.text if entry.when else "day not stated"


def _gaps(case: CaseBuilder, entries: Sequence[Entry]) -> Iterable[Gap]:
    """What a reader of this kind of case will look for and not find."""
    by_type: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.counts:
            by_type.setdefault(entry.event.type, []).append(entry)
    for ask in case.kind.asks:
        found = by_type.get(ask.on, [])
        if ask.given and ask.given not in by_type:
            continue
        if ask.on == "case.opened" and getattr(case.caption, ask.field):
            continue
        if not found:
            yield Gap(ask.what, None, None)
        elif ask.field == "date":
            if not any(entry.when and entry.when.is_day for entry in found):
                dated = [entry for entry in found if entry.when]
                best = dated[0] if dated else found[0]
                yield Gap(ask.what, best.when.text if best.when else None, best.position)
        elif ask.field and all(getattr(entry.data, ask.field) in (None, ()) for entry in found):
            yield Gap(ask.what, None, found[0].position)


def _hearings_gone(case: CaseBuilder, entries: Iterable[Entry]) -> Iterable[Hearing]:
    """The hearings that only retracted events tell of: whoever has them in a calendar has to learn of it."""
    told = {position for hearing in case.hearings.values() for position in hearing.told_by}
    gone = CaseBuilder(case.name, case.kind, case.caption)
    for entry in entries:
        if entry.data is not None and not entry.counts and entry.data.family == "hearings":
            entry.data.apply(gone, entry.place)
    for hearing in gone.hearings.values():
        if min(hearing.told_by) not in told:
            yield replace(hearing, status="withdrawn")


def _freeze(case: CaseBuilder, kind_name: str, steps: list[Step], stage: str, in_order: list[Entry]) -> Case:
    has_deadlines = any(entry.data is not None and entry.data.family == "deadlines" for entry in in_order)
    facts = (Fact(e.position, e.event.id, e.event.recordedtime, e.standing) for e in in_order if e.standing)
    deadlines, doubts = deadlines_of(list(facts)) if has_deadlines else ((), [])
    case.problems += (Problem(code, case.name, at, told) for code, at, told in doubts)
    return Case(
        name=case.name,
        kind=case.kind,
        kind_name=kind_name or case.kind.name,
        caption=case.caption,
        stage=stage,
        steps=tuple(steps),
        entries=tuple(in_order),
        roles=tuple(case.roles.values()),
        pleas=tuple(case.pleas),
        hearings=tuple(sorted(case.hearings.values(), key=lambda hearing: (hearing.day or "", hearing.position))),
        hearings_gone=tuple(_hearings_gone(case, in_order)),
        judgments=tuple(case.judgments),
        orders=tuple(case.orders),
        order_changes=tuple(case.order_changes),
        deadlines=deadlines,
        figures=tuple(case.figures),
        links=tuple(case.links),
        gaps=tuple(_gaps(case, in_order)),
        problems=tuple(sorted(case.problems, key=lambda problem: (problem.position or 0, problem.code))),
    )
