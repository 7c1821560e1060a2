"""Deadlines by rule as they are logged: what a rule gives for a trigger of a case, or what the deadline waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.amendments import Standing, standings
from tracker.dates import parse
from tracker.deadlines.arithmetic import CannotCompute, result
from tracker.deadlines.calendars import calendar
from tracker.deadlines.periods import period
from tracker.deadlines.rules import require_rule
from tracker.duties import Fact, candidates
from tracker.eventtypes import registry
from tracker.eventtypes.base import require_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.deadlines.arithmetic import Result
    from tracker.deadlines.rules import Rule
    from tracker.envelope import Event
    from tracker.eventtypes import EventData


class Restated(NamedTuple):
    """What a rule gives for the day that a trigger has now: the last days as EDTF, the steps, and what is logged."""

    dues: tuple[str, ...]
    steps: tuple[str, ...]
    data: dict[str, Any]


def facts_of(events: Iterable[Event], more: Iterable[tuple[str, EventData]] = ()) -> list[Fact]:
    """The events of a case that deadlines may be about; ``more`` are ids and data of what is logged in the same go."""
    found = [Fact(said.position, said.id, said.recordedtime, standing) for said, standing in standings(events)]
    return found + [Fact(0, event_id, "", Standing(data)) for event_id, data in more]


def reckoned(
    said: Mapping[str, Any], facts: Sequence[Fact], rules: Mapping[str, Rule], *, today: str
) -> dict[str, Any]:
    """What a rule adds to the data of a ``deadline.set``; nothing but its law while the trigger has not happened.

    ``today`` (YYYY-MM-DD) tells a trigger that lies ahead.

    Raises UnknownName, BadPeriod and CannotCompute.
    """
    rule = require_rule(rules, said["rule"])
    trigger, waits_for = _trigger(said, rule, facts)
    if trigger is None:
        return {"trigger_type": waits_for, **_without_day(rule)}
    if not trigger.days:
        return {"trigger": trigger.id, "trigger_type": trigger.standing.data.type, **_without_day(rule)}
    found = restate(rule, trigger.days, said.get("period"), said.get("served_by"), today=today)
    return {"trigger": trigger.id, "trigger_type": trigger.standing.data.type, **found.data}


def restate(
    rule: Rule, days: Iterable[str], given: str | None, served_by: str | None, *, today: str | None = None
) -> Restated:
    """What a rule gives for each day that is claimed for a trigger; raises BadPeriod and CannotCompute."""
    length = period(given) if given else None
    found = [result(rule, parse(day), length, served_by) for day in days]
    if not found:
        return Restated((), (), _without_day(rule))
    versions = tuple(dict.fromkeys(name for each in found for name in each.versions))
    data: dict[str, Any] = {
        "law": rule.law(versions),
        "versions": list(versions),
        "calendar": found[0].data,
        "results": [_outcome(each, today) for each in found],
    }
    dues = tuple(dict.fromkeys(each.due for each in found if each.due is not None))
    return Restated(dues, tuple(step for each in data["results"] for step in each["steps"]), data)


def _outcome(found: Result, today: str | None) -> dict[str, Any]:
    steps = list(found.steps)
    if today is not None and parse(found.trigger).earliest > today:
        steps.append(f"the trigger lies ahead: it is dated {found.trigger}, and this was found on {today}")
    told: dict[str, Any] = {"since": found.trigger, "steps": steps}
    return told | ({"due": found.due} if found.due is not None else {})


def _without_day(rule: Rule) -> dict[str, Any]:
    return {"law": rule.law(), "calendar": calendar(rule.calendar).data}


def _trigger(said: Mapping[str, Any], rule: Rule, facts: Sequence[Fact]) -> tuple[Fact | None, str]:
    """The event that starts the period, or the event type that is waited for."""
    if said.get("trigger"):
        return _named(said["trigger"], rule, facts), ""
    wanted = (said["trigger_type"],) if said.get("trigger_type") else rule.on
    if not wanted:
        raise CannotCompute(f"{rule.name} runs from {rule.trigger}: say with --from which event that is.")
    for name in wanted:
        require_type(name)
        _check_type(rule, name, name)
    found = [fact for name in wanted for fact in candidates(facts, name, said.get("concerns"))]
    if len(found) > 1:
        told = ", ".join(f"#{fact.position}" for fact in found)
        raise CannotCompute(
            f"{rule.name} runs from {rule.trigger}, and several events may be that ({told}): say which with --from."
        )
    return (found[0], "") if found else (None, wanted[0])


def _named(event_id: str, rule: Rule, facts: Sequence[Fact]) -> Fact:
    found = next((fact for fact in facts if fact.id == event_id), None)
    if found is None:
        raise CannotCompute(f"The trigger {event_id} is no event of this case: log it here, or name another one.")
    if not found.counts:
        raise CannotCompute(f"The trigger #{found.position} was retracted: name another one.")
    _check_type(rule, found.standing.data.type, f"#{found.position} ({found.standing.data.type})")
    return found


def _check_type(rule: Rule, name: str, told: str) -> None:
    """Refuse a trigger that is none under the law: a deadline from a wrong day is worse than none."""
    if rule.on and name not in rule.on:
        labels = " or ".join(f"{each} ({registry()[each].label.lower()})" for each in rule.on)
        raise CannotCompute(
            f"{rule.name} runs from {rule.trigger}, which is a {labels}, and not from {told}: name the right event, "
            "or its type as long as it has not happened."
        )
