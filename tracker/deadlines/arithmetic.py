"""From the day of a trigger to the last day of its period, each step said in words; nothing is guessed.

How periods run: art. 85 of the Civil Procedure Law of the PRC, arts. 200 to 204 of its Civil Code, and Rule 6 of the
Federal Rules of Civil Procedure; which of their ways a rule takes is said in its file.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.dates import EARLIEST, LATEST
from tracker.deadlines.calendars import CalendarUnknown, calendar, in_words
from tracker.deadlines.periods import Period
from tracker.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.dates import EDTFDate
    from tracker.deadlines.calendars import Calendar
    from tracker.deadlines.rules import Addition, Rule, Version

ONE_DAY: Final = timedelta(days=1)


class CannotCompute(WrongUse):
    """A period that a rule cannot give an end to; the sentence says why."""


class Result(NamedTuple):
    """What a rule makes of one trigger.

    ``due`` is the last day as EDTF, or the earliest and the latest that it can be, with ``..`` for an end that is not
    known; None when neither is. ``steps`` say how it was found, ``versions`` which versions of the rule were used,
    ``data`` which calendar data with its version.
    """

    trigger: str
    due: str | None
    steps: tuple[str, ...]
    versions: tuple[str, ...]
    data: str


class _End(NamedTuple):
    """The earliest and the latest that the last day can be for a trigger on one day; None where a calendar ends."""

    earliest: date | None
    latest: date | None
    steps: tuple[str, ...]
    version: Version


def result(rule: Rule, trigger: EDTFDate, given: Period | None = None, served_by: str | None = None) -> Result:
    """The last day that a rule gives for a trigger whose day may be uncertain.

    ``given`` is the period of a rule that leaves it to the court or the contract; ``served_by`` a way of service for
    which the rule adds days. A trigger known only as a span gives the results for its first and its last day, and for
    those between on which the law changed.

    Raises CannotCompute.
    """
    _check_given(rule, given)
    first = None if trigger.earliest == EARLIEST else date.fromisoformat(trigger.earliest)
    last = None if trigger.latest == LATEST else date.fromisoformat(trigger.latest)
    ends = {day: _end(rule, day, given, served_by) for day in _days_to_count_from(rule, first, last)}
    mark = "%" if trigger.approximate and trigger.uncertain else "~" * trigger.approximate + "?" * trigger.uncertain
    low = _earliest(list(ends.values()), mark) if first else ".."
    high = _latest(list(ends.values()), mark) if last else ".."
    due = None if low == high == ".." else low if low == high else f"{low}/{high}"
    steps = [*_told(ends), *_doubts(trigger, first, last)]
    if warning := calendar(rule.calendar).warning:
        steps.append(warning)
    versions = tuple(dict.fromkeys(end.version.name for end in ends.values()))
    return Result(trigger.text, due, tuple(steps), versions, calendar(rule.calendar).data)


def _check_given(rule: Rule, given: Period | None) -> None:
    if rule.is_as_ordered and given is None:
        raise CannotCompute(
            f"{rule.name} leaves the period to the court or the contract: say it with --period, as in 10d."
        )
    if not rule.is_as_ordered and given is not None:
        raise CannotCompute(
            f"{rule.name} says itself how long the period is: leave --period out, or use a rule such as cn-as-ordered."
        )


def _days_to_count_from(rule: Rule, first: date | None, last: date | None) -> list[date]:
    """The first and the last day of a span, and the days around each change of the law in it."""
    ends = {day for day in (first, last) if day is not None}
    if not ends:
        raise CannotCompute("The day of the trigger is open on both sides: nothing can be counted from it.")
    changes = {day for each in rule.versions for day in (each.in_force_from - ONE_DAY, each.in_force_from)}
    return sorted(ends | {day for day in changes if len(ends) == 2 and min(ends) < day < max(ends)})


def _earliest(ends: Sequence[_End], mark: str) -> str:
    """The earliest day of all, when it is known for the earliest trigger: a later one never ends before."""
    days = [end.earliest for end in ends if end.earliest is not None]
    return min(days).isoformat() + mark if ends[0].earliest is not None else ".."


def _latest(ends: Sequence[_End], mark: str) -> str:
    days = [end.latest for end in ends if end.latest is not None]
    return max(days).isoformat() + mark if len(days) == len(ends) else ".."


def _told(ends: Mapping[date, _End]) -> Iterator[str]:
    """The steps of every end; in a span each says from which day it counts."""
    for day, end in ends.items():
        for step in end.steps:
            yield step if len(ends) == 1 else f"from {day.isoformat()}: {step}"


def _doubts(trigger: EDTFDate, first: date | None, last: date | None) -> Iterator[str]:
    if trigger.approximate or trigger.uncertain:
        how = "approximate" if trigger.approximate else "uncertain"
        yield f"the day of the trigger is {how} ({trigger.text}), and so is the result"
    if first is None or last is None:
        yield f"the {'first' if first is None else 'last'} day of the trigger is not known, so that this end stays open"


def _end(rule: Rule, start: date, given: Period | None, served_by: str | None) -> _End:
    version = rule.version_on(start)
    if version is None:
        raise CannotCompute(
            f"{rule.name} has no version for {start}, only {_spans(rule)}: use another rule, or write one of your own."
        )
    period = given or version.length
    assert period is not None, "a rule has a period or is given one"
    added = _addition(rule, version, served_by)
    try:
        return _counted(rule, version, start, period, added)
    except OverflowError:
        raise CannotCompute(f"{period} from {start} end beyond the years 1 to 9999: check day and period.") from None


def _spans(rule: Rule) -> str:
    return ", ".join(
        f"from {each.in_force_from}" + (f" to {each.in_force_until}" if each.in_force_until else "")
        for each in rule.versions
    )


def _addition(rule: Rule, version: Version, served_by: str | None) -> Addition | None:
    if served_by is None:
        return None
    found = next((each for each in version.addition if each.served_by == served_by), None)
    if found is None:
        known = ", ".join(each.served_by for each in version.addition) or "no way of service"
        raise CannotCompute(
            f"{rule.name} (version of {version.name}) adds no days for service by {served_by!r}, but for {known}."
        )
    return found


def _counted(rule: Rule, version: Version, start: date, period: Period, added: Addition | None) -> _End:
    """Count the period, add what is added, and move the last day off days that are not worked."""
    cal = calendar(rule.calendar)
    law = f" ({version.law})" if version.length else ""
    if period.unit == "day" and period.number < (version.working_days_below or 0):
        period = Period(period.number, "business day")
    begin = "that day itself" if version.first_day == "counted" else f"the day {version.direction}"
    steps = [f"{period}{law} {version.direction} {in_words(start)}, counted from {begin} ({version.counting})"]
    try:
        day, label = _count(version, start, period, cal)
        if added is not None:
            day, told = _moved(version, day, cal)
            steps += [f"{label} is {told[0]}", *told[1:]]
            day += added.days * ONE_DAY
            label = f"with {added.days} days more for service by {added.served_by} ({added.law}) the last day"
    except CalendarUnknown as unknown:
        steps.append(f"{unknown} ({cal.data}): its working days cannot be counted")
        return _End(None, None, tuple(steps), version)
    try:
        moved, told = _moved(version, day, cal)
    except CalendarUnknown as unknown:
        steps += [f"{label} is {in_words(day)}", f"{unknown} ({cal.data}): if that is a day off, the deadline moves"]
        forward = version.last_day == "next working day"
        return _End(day if forward else None, None if forward else day, tuple(steps), version)
    steps += [f"{label} is {told[0]}", *told[1:]]
    return _End(moved, moved, tuple(steps), version)


def _count(version: Version, start: date, period: Period, cal: Calendar) -> tuple[date, str]:
    """The last day before it is moved, and what it is: ``day 15``."""
    sign = 1 if version.direction == "after" else -1
    counted = 1 if version.first_day == "counted" else 0
    number = period.number
    match period.unit:
        case "day":
            return start + sign * (number - counted) * ONE_DAY, f"day {number}"
        case "week":
            return start + sign * (7 * number - counted) * ONE_DAY, f"the last day of week {number}"
        case "business day":
            return _working_day(start, number, sign, cal, counts_first=bool(counted)), f"working day {number}"
        case _:
            day = _months_on(start, period, sign)
            clipped = "" if day.day == start.day else f" (that month has no day {start.day})"
            return day - sign * counted * ONE_DAY, f"the last day of the {period}{clipped}"


def _months_on(start: date, period: Period, sign: int) -> date:
    """The day with the same number so many months or years on, or the last of that month."""
    from dateutil.relativedelta import relativedelta

    number = sign * period.number
    try:
        return start + (relativedelta(months=number) if period.unit == "month" else relativedelta(years=number))
    except ValueError:  # what dateutil says of years that no calendar has
        raise OverflowError from None


def _working_day(start: date, number: int, sign: int, cal: Calendar, *, counts_first: bool) -> date:
    day, left = start, number
    if counts_first and cal.day(day).is_worked_for(sign):
        left -= 1
    while left:
        day += sign * ONE_DAY
        left -= cal.day(day).is_worked_for(sign)
    return day


def _moved(version: Version, day: date, cal: Calendar) -> tuple[date, list[str]]:
    """The day on which a period ends that may not end on a day off; the day in words with what moved it, and doubts.

    Raises CalendarUnknown.
    """
    if version.last_day == "stands":
        return day, [in_words(day)]
    sign = 1 if version.last_day == "next working day" else -1
    first, moved, doubts = cal.day(day), day, []
    while not (found := cal.day(moved)).is_worked_for(sign):
        doubts.append(found.doubt)
        moved += sign * ONE_DAY
    doubts.append(found.doubt)
    told = in_words(day)
    if moved != day:
        way = "first working day after" if sign > 0 else "last working day before"
        why = first.why or "a day off"
        told += f", {why}, so it moves to {in_words(moved)}{f', {found.why}' if found.why else ''}, the {way} it"
    elif first.why and not first.doubt:
        told += f", {first.why}, so it stands"
    return moved, [told, *(doubt for doubt in dict.fromkeys(doubts) if doubt)]
