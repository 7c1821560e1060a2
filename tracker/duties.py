"""The deadlines of a case as its events leave them: set, recomputed, extended, met, missed, withdrawn, or waiting.

No law is applied here (design rule 13): a result stands as the rule gave it when it was logged. Whether its trigger has
another day by now is seen from the events alone, and then the deadline is stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.eventtypes.base import Development, Outcome, registry
from tracker.eventtypes.deadlines import (
    DeadlineAct,
    DeadlineExported,
    DeadlineExtended,
    DeadlineMet,
    DeadlineMissed,
    DeadlineRecomputed,
    DeadlineSet,
    DeadlineWithdrawn,
    WorkedOut,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.amendments import Standing
    from tracker.eventtypes import EventData

DONE = ("met", "missed", "withdrawn")
"""What ends a deadline."""


Doubt = tuple[str, int, str]
"""A code of ``tracker.problems``, the event's number, and a sentence."""


class Fact(NamedTuple):
    """An event that deadlines may be about: its number, id and recorded time, and how it stands."""

    position: int
    id: str
    recordedtime: str
    standing: Standing

    @property
    def counts(self) -> bool:
        """Whether nobody retracted it."""
        return self.standing.retracted_by is None

    @property
    def days(self) -> tuple[str, ...]:
        """The days that are claimed for it, as EDTF; more than one while they are disputed."""
        return days_of(self.standing)


def days_of(standing: Standing) -> tuple[str, ...]:
    """The days that are claimed for a development, as EDTF, each once; none when none is stated."""
    days = (version.when() for version in standing.versions() if isinstance(version, Development))
    return tuple(dict.fromkeys(day for day in days if day is not None))


class Turn(NamedTuple):
    """What happened to a deadline: the event, and the days that held from then on."""

    what: str
    position: int
    dues: tuple[str, ...]
    reason: str | None = None


class Export(NamedTuple):
    """With which days a deadline was put into a file."""

    to: str
    dues: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline and what became of it; ``status`` is open, waiting, met, missed or withdrawn.

    ``position`` is the event that set it and ``uid`` that event's id. ``dues`` are the days that hold now, as EDTF, one
    for each day claimed for the trigger. ``results`` are what the rule gave last. ``waits_for`` says what has to
    happen or become known. ``trigger`` is the event that starts the period as things stand, ``days_now`` are its days;
    the deadline is stale when they are not those that the results were found from.
    """

    name: str
    position: int
    uid: str
    what: str | None
    parties: tuple[str, ...]
    concerns: int | None
    rule: str | None
    law: str | None
    period: str | None
    served_by: str | None
    versions: tuple[str, ...]
    calendar: str | None
    basis: str | None
    trigger: int | None
    trigger_type: str | None
    results: tuple[Outcome, ...]
    dues: tuple[str, ...]
    status: str
    waits_for: str | None
    is_stale: bool
    days_now: tuple[str, ...]
    turns: tuple[Turn, ...]
    exports: tuple[Export, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing has to be done any more."""
        return self.status in DONE


def candidates(facts: Iterable[Fact], event_type: str, concerns: str | None) -> list[Fact]:
    """The events of a type that may start a period; one about another document than ``concerns`` (an id) does not."""
    return [
        fact
        for fact in facts
        if fact.counts
        and fact.standing.data.type == event_type
        and (concerns is None or getattr(fact.standing.data, "of", None) in (None, concerns))
    ]


def deadlines_of(facts: Sequence[Fact]) -> tuple[tuple[Deadline, ...], list[Doubt]]:
    """The deadlines of a case by name, and what is doubtful: a code, the event's number, and a sentence.

    ``facts`` are the events of the case that can be read, those that were retracted too: a deadline whose setting was
    retracted is withdrawn, so that calendars learn of it. Events take effect in the order of their recorded times.
    """
    doubts: list[Doubt] = []
    told: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.recordedtime, fact.position)):
        if isinstance(fact.standing.data, WorkedOut | DeadlineAct | DeadlineExported):
            told.setdefault(fact.standing.data.deadline, []).append(fact)
    found = []
    for name, acts in sorted(told.items()):
        setting = _setting(name, acts, doubts)
        if setting is not None:
            found.append(_deadline(name, setting, acts, facts))
            doubts += _doubts(found[-1], setting, acts)
    return tuple(found), doubts


def _setting(name: str, acts: Sequence[Fact], doubts: list[Doubt]) -> Fact | None:
    """The event that set a deadline: the first that nobody retracted, else the last of all."""
    settings = [act for act in acts if isinstance(act.standing.data, DeadlineSet)]
    standing = [act for act in settings if act.counts]
    for again in standing[1:]:
        doubts.append(
            ("set-twice", again.position, f"deadline {name!r} was set by event {standing[0].position} already")
        )
    if not settings:
        doubts.extend(
            ("unknown-deadline", act.position, f"nobody set a deadline {name!r}") for act in acts if act.counts
        )
    return standing[0] if standing else settings[-1] if settings else None


class _Course(NamedTuple):
    """What happened to a deadline, in order, where it was exported to, and the last result by rule."""

    turns: list[Turn]
    exports: list[Export]
    worked: WorkedOut


def _course(setting: Fact, acts: Sequence[Fact]) -> _Course:
    said = setting.standing.data
    assert isinstance(said, WorkedOut)
    worked, turns, exports = said, list[Turn](), list[Export]()
    mine = [act for act in acts if act is setting or (act.counts and not isinstance(act.standing.data, DeadlineSet))]
    for act in mine:
        data = act.standing.data
        if isinstance(data, DeadlineExported):
            exports.append(Export(data.to, data.due, act.position))
            continue
        worked = data if isinstance(data, WorkedOut) else worked
        turns.append(_turn(data, act.position, turns[-1].dues if turns else ()))
    if not setting.counts:
        by = setting.standing.retracted_by or setting.position
        turns.append(Turn("withdrawn", by, turns[-1].dues, setting.standing.reason))
    return _Course(turns, exports, worked)


def _deadline(name: str, setting: Fact, acts: Sequence[Fact], facts: Sequence[Fact]) -> Deadline:
    said, by_id = setting.standing.data, {fact.id: fact for fact in reversed(facts)}
    assert isinstance(said, DeadlineSet)
    course = _course(setting, acts)
    worked, dues = course.worked, course.turns[-1].dues
    named, concerns = by_id.get(worked.trigger or ""), by_id.get(said.concerns or "")
    happened = candidates(facts, said.trigger_type, said.concerns) if said.trigger_type and not worked.trigger else []
    trigger = happened[0] if len(happened) == 1 else named
    days_now = trigger.days if trigger is not None and trigger.counts else ()
    status = next((turn.what for turn in reversed(course.turns) if turn.what in DONE), "open" if dues else "waiting")
    # Who was granted another day no longer depends on the trigger.
    is_granted = any(turn.what == "extended" for turn in course.turns)
    is_stale = said.rule is not None and status not in DONE and not is_granted
    return Deadline(
        name=name,
        position=setting.position,
        uid=setting.id,
        what=said.what,
        parties=said.parties,
        concerns=concerns.position if concerns else None,
        rule=said.rule,
        law=worked.law,
        period=said.period,
        served_by=said.served_by,
        versions=worked.versions,
        calendar=worked.calendar,
        basis=said.basis,
        trigger=trigger.position if trigger else None,
        trigger_type=said.trigger_type,
        results=worked.results,
        dues=dues,
        status=status,
        waits_for=_waits_for(said, worked, trigger, happened) if status == "waiting" else None,
        is_stale=is_stale and not _agree(worked, trigger, days_now),
        days_now=days_now,
        turns=tuple(course.turns),
        exports=tuple(course.exports),
    )


def _turn(data: EventData, position: int, dues: tuple[str, ...]) -> Turn:
    """What an event makes of a deadline that had these days until then."""
    match data:
        case DeadlineSet():
            found = (data.due,) if data.due else _dues(data.results)
            return Turn("set", position, found, data.basis)
        case DeadlineRecomputed():
            return Turn("recomputed", position, _dues(data.results), data.reason)
        case DeadlineExtended():
            return Turn("extended", position, (data.until,), data.reason)
        case DeadlineMet():
            return Turn("met", position, dues, data.proof)
        case DeadlineMissed():
            return Turn("missed", position, dues, data.consequence)
        case DeadlineWithdrawn():
            return Turn("withdrawn", position, dues, data.reason)
    raise AssertionError(f"{type(data).type} is no event of a deadline")


def _dues(results: Iterable[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.due for each in results if each.due is not None))


def _agree(worked: WorkedOut, trigger: Fact | None, days_now: tuple[str, ...]) -> bool:
    """Whether the results were found from the days that the trigger has now."""
    if trigger is not None and not trigger.counts:
        return False
    return {each.since for each in worked.results} == set(days_now)


def _waits_for(said: DeadlineSet, worked: WorkedOut, trigger: Fact | None, happened: Sequence[Fact]) -> str:
    if worked.results:
        return f"a calendar: {worked.calendar} does not go so far"
    if trigger is not None and not trigger.counts:
        return f"another trigger: event {trigger.position} was retracted"
    if trigger is not None and trigger.days:
        label = type(trigger.standing.data).label
        return f"being recomputed: event {trigger.position} ({label}) has its day by now"
    if trigger is not None:
        return f"the day of event {trigger.position} ({type(trigger.standing.data).label}), which is not stated"
    if happened:
        several = ", ".join(str(fact.position) for fact in happened)
        return f"somebody to say which of the events {several} starts it"
    if said.rule is None:
        return "a day, which is not stated"
    if said.trigger_type is None:
        return "what starts it"
    known = registry().get(said.trigger_type)
    return f"{known.label.lower() if known else said.trigger_type}, which is not logged"


def _doubts(deadline: Deadline, setting: Fact, acts: Sequence[Fact]) -> Iterator[Doubt]:
    if deadline.is_stale:
        now = " or ".join(deadline.days_now) or "not stated"
        yield "stale-deadline", setting.position, f"the trigger of {deadline.name!r} has another day by now: {now}"
    for act in acts:
        data: Any = act.standing.data
        if act.counts and isinstance(data, DeadlineMet) and not (data.proof or data.done or data.citations):
            yield "met-without-proof", act.position, f"what proves that {deadline.name!r} was met is not told"
