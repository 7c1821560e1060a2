"""The deadlines of a case as its events leave them: set, recomputed, extended, met, missed, withdrawn, or waiting.

No law is applied here (design rule 13): a result stands as the rule gave it when it was logged. Whether its trigger has
another day by now is seen from the events alone, and then the deadline is stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from tracker.dates import fault, parse
from tracker.deadlines import DONE
from tracker.eventtypes.amendments import CorrectionMade, DisputeRaised, DisputeSettled
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
        days = (version.when() for version in self.standing.versions() if isinstance(version, Development))
        return tuple(dict.fromkeys(day for day in days if day is not None))

    def values(self, field: str) -> tuple[str, ...]:
        """The values that are claimed for a date of its own, as EDTF."""
        found = (getattr(version, field) for version in self.standing.versions())
        return tuple(dict.fromkeys(value for value in found if value is not None))


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
    for each day claimed for the trigger; ``dues_ever`` are those that held together at any time, also by what was
    retracted since. ``results`` are what the rule gave last. ``waits_for`` says what has to happen or become known.
    ``trigger`` is the event that starts the period as things stand, ``days_now`` are its days; the deadline is stale
    when they are not those that the results were found from. ``told_by`` are the events about it, ``beside`` those that
    may be its trigger.
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
    dues_ever: tuple[tuple[str, ...], ...]
    status: str
    waits_for: str | None
    is_stale: bool
    days_now: tuple[str, ...]
    turns: tuple[Turn, ...]
    exports: tuple[Export, ...]
    told_by: tuple[int, ...]
    beside: tuple[int, ...]

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


class _Record:
    """The events of a case by id and by type, and the days that amendments say, by the id of what they amend."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.by_id = {fact.id: fact for fact in reversed(facts)}
        self.by_type: dict[str, list[Fact]] = {}
        self.moved: dict[str, list[str]] = {}
        for fact in facts:
            data = fact.standing.data
            self.by_type.setdefault(data.type, []).append(fact)
            if isinstance(data, CorrectionMade | DisputeRaised | DisputeSettled) and data.field in _DAYS:
                self.moved.setdefault(data.of, []).extend([data.value] if isinstance(data.value, str) else [])


class _Chain(NamedTuple):
    """A setting of a deadline and the events about it, in order; ``is_second`` when its name was taken."""

    setting: Fact
    acts: list[Fact]
    is_second: bool = False


def deadlines_of(facts: Sequence[Fact]) -> tuple[tuple[Deadline, ...], list[Doubt]]:
    """The deadlines of a case by name, and what is doubtful.

    ``facts`` are the events of the case that can be read, those that were retracted too: a deadline whose setting was
    retracted is withdrawn, so that calendars learn of it, and its name is free. Events take effect in the order of
    their recorded times.
    """
    doubts: list[Doubt] = []
    told: dict[str, list[Fact]] = {}
    about = [
        (fact.recordedtime, fact.position, data.deadline, fact)
        for fact in facts
        if isinstance(data := fact.standing.data, WorkedOut | DeadlineAct | DeadlineExported)
    ]
    for _, _, name, fact in sorted(about, key=itemgetter(0, 1)):
        told.setdefault(name, []).append(fact)
    found = []
    record = _Record(facts)
    for name, acts in sorted(told.items()):
        for chain in _chains(name, acts, doubts):
            found.append(_deadline(name, chain, record, doubts))
            doubts += _doubts(found[-1], chain)
    return tuple(found), doubts


def _chains(name: str, acts: Sequence[Fact], doubts: list[Doubt]) -> list[_Chain]:
    """The settings of a name, each with its events: those up to the next setting after it was retracted."""
    chains: list[_Chain] = []
    current: _Chain | None = None
    for act in acts:
        if isinstance(act.standing.data, DeadlineSet):
            is_second = act.counts and current is not None and current.setting.counts
            chain = _Chain(act, [act], is_second)
            chains.append(chain)
            if is_second and current is not None:
                told = f"deadline {name!r} was set by event {current.setting.position} already"
                doubts.append(("set-twice", act.position, told))
            elif current is None or not current.setting.counts:
                current = chain
        elif current is not None:
            current.acts.append(act)
        elif act.counts:
            doubts.append(("unknown-deadline", act.position, f"nobody set a deadline {name!r}"))
    return chains


class _Course(NamedTuple):
    """What happened to a deadline, in order, where it was exported to, and the last result by rule."""

    turns: list[Turn]
    exports: list[Export]
    worked: WorkedOut
    odd: list[Doubt]


def _course(name: str, chain: _Chain) -> _Course:
    said = chain.setting.standing.data
    assert isinstance(said, WorkedOut)
    course = _Course([], [], said, [])
    for act in chain.acts:
        data = act.standing.data
        if isinstance(data, DeadlineExported):
            course.exports.append(Export(data.to, data.due, act.position))
        elif act.counts or act is chain.setting:
            course = course._replace(worked=data if isinstance(data, WorkedOut) else course.worked)
            turn = _turn(act, course.turns[-1].dues if course.turns else ())
            course.odd.extend(_odd_turn(name, turn, course.turns))
            course.turns.append(turn)
    if not chain.setting.counts or chain.is_second:
        by = chain.setting.standing.retracted_by or chain.setting.position
        reason = chain.setting.standing.reason or "its name was taken"
        course.turns.append(Turn("withdrawn", by, course.turns[-1].dues, reason))
    return course


def _odd_turn(name: str, turn: Turn, before: Sequence[Turn]) -> Iterator[Doubt]:
    """What is doubtful about a turn after those before it."""
    ended = next((each for each in before if each.what in DONE), None)
    if ended is not None:
        yield "odd-turn", turn.position, f"{name!r} was {ended.what} by event {ended.position} already"
    elif turn.what == "extended" and before and _surely_earlier(turn.dues, before[-1].dues):
        yield "odd-turn", turn.position, f"{name!r} is extended to {turn.dues[0]}, and was due {before[-1].dues[0]}"


def _surely_earlier(dues: Sequence[str], before: Sequence[str]) -> bool:
    if any(map(fault, (*dues, *before))) or not dues or not before:
        return False
    return max(parse(due).latest for due in dues) < min(parse(due).earliest for due in before)


def _deadline(name: str, chain: _Chain, record: _Record, doubts: list[Doubt]) -> Deadline:
    setting = chain.setting
    said, by_id = setting.standing.data, record.by_id
    assert isinstance(said, DeadlineSet)
    course = _course(name, chain)
    doubts += course.odd
    worked, dues = course.worked, course.turns[-1].dues
    named, concerns = by_id.get(worked.trigger or ""), by_id.get(said.concerns or "")
    named_type = said.trigger_type if said.trigger_type and not worked.trigger else ""
    happened = candidates(record.by_type.get(named_type, ()), named_type, said.concerns)
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
        dues_ever=_dues_ever(chain, record),
        status=status,
        waits_for=_waits_for(said, worked, trigger, happened) if status == "waiting" else None,
        is_stale=is_stale and not _agree(worked, trigger, days_now),
        days_now=days_now,
        turns=tuple(course.turns),
        exports=tuple(course.exports),
        told_by=tuple(act.position for act in chain.acts if not isinstance(act.standing.data, DeadlineExported)),
        beside=_beside(chain, said, record),
    )


def _turn(act: Fact, dues: tuple[str, ...]) -> Turn:
    """What an event makes of a deadline that had these days until then."""
    data, position = act.standing.data, act.position
    match data:
        case DeadlineSet():
            return Turn("set", position, _dues_of(act), data.basis)
        case DeadlineRecomputed():
            return Turn("recomputed", position, _dues_of(act), data.reason)
        case DeadlineExtended():
            return Turn("extended", position, _dues_of(act), data.reason)
        case DeadlineMet():
            return Turn("met", position, dues, data.proof)
        case DeadlineMissed():
            return Turn("missed", position, dues, data.consequence)
        case DeadlineWithdrawn():
            return Turn("withdrawn", position, dues, data.reason)
    raise AssertionError(f"{type(data).type} is no event of a deadline")


def _dues_of(act: Fact) -> tuple[str, ...]:
    """The days that an event sets: by hand, each that is claimed, or by rule, each that it gave."""
    data = act.standing.data
    by_hand = act.values("due") if isinstance(data, DeadlineSet) else ()
    by_hand = act.values("until") if isinstance(data, DeadlineExtended) else by_hand
    results = data.results if isinstance(data, WorkedOut) else ()
    return by_hand or tuple(dict.fromkeys(each.due for each in results if each.due is not None))


def _dues_ever(chain: _Chain, record: _Record) -> tuple[tuple[str, ...], ...]:
    """The days that held together at any time, also by what was corrected or retracted since."""
    found = [_dues_of(act) for act in chain.acts]
    for act in chain.acts:
        corrections = [each for each in act.standing.corrections if each.field in _DAYS]
        claims = [claim for each in act.standing.disputes if each.field in _DAYS for claim in each.claims]
        values = [value for each in corrections for value in (each.old, each.new)] + [claim.value for claim in claims]
        found += [(value,) for value in values if value is not None]
    found += [(value,) for act in chain.acts for value in record.moved.get(act.id, ())]
    return tuple(dict.fromkeys(found))


_DAYS = ("due", "until")
"""The fields of deadline events that hold its day when no rule gives it."""


def _beside(chain: _Chain, said: DeadlineSet, record: _Record) -> tuple[int, ...]:
    """The events that are, were or may become the trigger."""
    named = [record.by_id.get(getattr(act.standing.data, "trigger", None) or "") for act in chain.acts]
    found = [*record.by_type.get(said.trigger_type or "", ()), *filter(None, named)]
    return tuple(sorted({fact.position for fact in found}))


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
    label = type(trigger.standing.data).label if trigger is not None else ""
    if trigger is not None and trigger.days:
        return f"'tracker deadline --recompute': event {trigger.position} ({label}) has its day by now"
    if trigger is not None:
        return f"the day of event {trigger.position} ({label}), which is not stated"
    if happened:
        several = ", ".join(str(fact.position) for fact in happened)
        return f"somebody to say which of the events {several} starts it"
    if said.rule is None:
        return "a day, which is not stated"
    if said.trigger_type is None:
        return "what starts it"
    known = registry().get(said.trigger_type)
    return f"{known.label.lower() if known else said.trigger_type}, which is not logged"


def _doubts(deadline: Deadline, chain: _Chain) -> Iterator[Doubt]:
    if deadline.is_stale:
        now = " or ".join(deadline.days_now) or "not stated"
        yield (
            "stale-deadline",
            chain.setting.position,
            f"the trigger of {deadline.name!r} has another day by now: {now}",
        )
    for act in chain.acts:
        data: EventData = act.standing.data
        if act.counts and isinstance(data, DeadlineMet) and not (data.proof or data.done or data.citations):
            yield "met-without-proof", act.position, f"what proves that {deadline.name!r} was met is not told"
