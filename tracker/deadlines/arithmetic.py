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
    """The first and the last day of a span, and the days around each change of the law in it, open ends too."""
    ends = {day for day in (first, last) if day is not None}
    if not ends:
        raise CannotCompute("The day of the trigger is open on both sides: nothing can be counted from it.")
    changes = {day for each in rule.versions for day in _around(each.in_force_from) if rule.version_on(day)}
    return sorted(ends | {day for day in changes if (first or date.min) < day < (last or date.max)})


def _around(day: date) -> tuple[date, ...]:
    """A day and the one before it, if there is one."""
    return (day,) if day == date.min else (day - ONE_DAY, day)


def _earliest(ends: Sequence[_End], mark: str) -> str:
    """The earliest day of all, when it is known for the earliest trigger."""
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
    if trigger.offset:
        yield f"the day is taken as it is written ({trigger.text}), whatever day it was elsewhere at that time"
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
    """Count the period, add what is added, and move the last day off days that are not worked.

    Where it is not settled whether a day is worked, both readings are counted, and give the earliest and the latest.
    """
    cal = calendar(rule.calendar)
    law = f" ({version.law})" if version.length else ""
    if period.unit == "day" and period.number < (version.working_days_below or 0):
        period = Period(period.number, "business day")
    begin = "that day itself" if version.first_day == "counted" else f"the day {version.direction}"
    head = f"{period}{law} {version.direction} {in_words(start)}, counted from {begin} ({version.counting})"
    one, other = (_Reading(version, start, period, added, cal, doubtful_too=each) for each in (True, False))
    ends = [one.end(), other.end()]
    if ends[0] == ends[1]:
        steps = one.steps
    else:
        kinds = ("if it is worked: ", "if it is a holiday: ")
        steps = [
            *other.doubts,
            *(f"{kind}{step}" for kind, each in zip(kinds, (one, other), strict=True) for step in each.steps),
        ]
    earliest = None if any(end[0] is None for end in ends) else min(end[0] for end in ends if end[0])
    latest = None if any(end[1] is None for end in ends) else max(end[1] for end in ends if end[1])
    steps += _changes_of_law(rule, version, start, [day for day in (earliest, latest) if day])
    return _End(earliest, latest, (head, *steps), version)


def _changes_of_law(rule: Rule, version: Version, start: date, ends: Sequence[date]) -> list[str]:
    """A warning when the rule became another between the trigger and the last day."""
    for each in rule.versions:
        changed = max(each.in_force_from, version.in_force_from)
        if _way(each) != _way(version) and any(min(start, end) < changed <= max(start, end) for end in ends):
            where = f"tracker rules {rule.name}"
            return [f"the rule changed on {changed}, between the two: see which version holds ({where})"]
    return []


def _way(version: Version) -> tuple[object, ...]:
    """What makes versions give other days."""
    return version.length, version.first_day, version.last_day, version.working_days_below


class _Reading:
    """One count of a period; ``doubtful_too`` says whether days that may be days off are taken for worked."""

    def __init__(
        self,
        version: Version,
        start: date,
        period: Period,
        added: Addition | None,
        cal: Calendar,
        *,
        doubtful_too: bool,
    ) -> None:
        self.version, self.start, self.period, self.added, self.cal = version, start, period, added, cal
        self.doubtful_too = doubtful_too
        self.steps: list[str] = []
        self.doubts: list[str] = []

    def end(self) -> tuple[date | None, date | None]:
        """The earliest and the latest last day; None where the calendar ends."""
        try:
            day, label = self._count()
            if self.added is not None:
                day = self._moved(day, label) + self.added.days * ONE_DAY
                more = f"{self.added.days} days more for service by {self.added.served_by} ({self.added.law})"
                label = f"with {more} the last day"
        except CalendarUnknown as unknown:
            self.steps.append(f"{unknown} ({self.cal.data}): its working days cannot be counted")
            return None, None
        try:
            moved = self._moved(day, label)
        except CalendarUnknown as unknown:
            self.steps += [
                f"{label} is {in_words(day)}",
                f"{unknown} ({self.cal.data}): if that is a day off, the deadline moves",
            ]
            return (day, None) if self.version.last_day == "next working day" else (None, day)
        return moved, moved

    def _is_worked(self, day: date) -> bool:
        found = self.cal.day(day)
        if found.doubt and found.doubt not in self.doubts:
            self.doubts.append(found.doubt)
        return found.counts(doubtful_too=self.doubtful_too)

    def _count(self) -> tuple[date, str]:
        """The last day before it is moved, and what it is: ``day 15``."""
        sign = 1 if self.version.direction == "after" else -1
        counted = 1 if self.version.first_day == "counted" else 0
        number = self.period.number
        match self.period.unit:
            case "day":
                return self.start + sign * (number - counted) * ONE_DAY, f"day {number}"
            case "week":
                return self.start + sign * (7 * number - counted) * ONE_DAY, f"the last day of week {number}"
            case "business day":
                return self._working_day(number, sign, counts_first=bool(counted)), f"working day {number}"
            case _:
                # Who counts the first day stands a day earlier: a month from the 1st ends with the month.
                base = self.start - sign * counted * ONE_DAY
                day = _months_on(base, self.period, sign)
                clipped = "" if day.day == base.day else f" (that month has no day {base.day})"
                return day, f"the last day of the {self.period}{clipped}"

    def _working_day(self, number: int, sign: int, *, counts_first: bool) -> date:
        day, left = self.start, number
        if counts_first and self._is_worked(day):
            left -= 1
        while left:
            day += sign * ONE_DAY
            left -= self._is_worked(day)
        return day

    def _moved(self, day: date, label: str) -> date:
        """The day on which a period ends that may not end on a day off; says what moved it. Raises CalendarUnknown."""
        told, moved = f"{label} is {in_words(day)}", day
        if self.version.last_day != "stands":
            sign = 1 if self.version.last_day == "next working day" else -1
            while not self._is_worked(moved):
                moved += sign * ONE_DAY
            why, end = self.cal.day(day).why, self.cal.day(moved).why
            if moved != day:
                way = "first working day after" if sign > 0 else "last working day before"
                told += (
                    f", {why or 'a day off'}, so it moves to {in_words(moved)}{f', {end}' if end else ''}, the {way} it"
                )
            elif why:
                told += f", {why}, so it stands"
        self.steps.append(told)
        return moved


def _months_on(start: date, period: Period, sign: int) -> date:
    """The day with the same number so many months or years on, or the last of that month."""
    from dateutil.relativedelta import relativedelta

    number = sign * period.number
    try:
        return start + (relativedelta(months=number) if period.unit == "month" else relativedelta(years=number))
    except ValueError:  # what dateutil says of years that no calendar has
        raise OverflowError from None
