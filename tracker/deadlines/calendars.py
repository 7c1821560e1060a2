"""Calendars: which days are worked and which are not, and up to when that is known.

Days off and make-up workdays come from the libraries chinesecalendar (the yearly notices of the State Council of the
PRC) and holidays (5 U.S.C. § 6103); each is loaded when a day of it is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker import dates
from tracker.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class CalendarUnknown(Exception):
    """A day beyond what a calendar knows; ``year`` is its year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"calendar unknown for {year}")
        self.year = year


class Day(NamedTuple):
    """Whether a day is worked, and why when its weekday does not tell.

    ``doubt`` says why it is not settled whether a day off is one for deadlines.
    """

    is_worked: bool
    why: str = ""
    doubt: str = ""

    def counts(self, *, doubtful_too: bool) -> bool:
        """Whether it is a working day, in the reading that takes doubtful days off for such too, or in the other."""
        return self.is_worked or (doubtful_too and bool(self.doubt))


class Calendar(NamedTuple):
    """A calendar: its name, what it is in words, its data with their version, and what it says of a day.

    ``first`` and ``last`` are the years it knows; ``day_of`` is asked for no other. ``warning`` goes with every result,
    ``note`` says what is not settled about it.
    """

    name: str
    label: str
    data: str
    first: int
    last: int
    day_of: Callable[[date], Day]
    warning: str = ""
    note: str = ""

    def day(self, day: date) -> Day:
        """What is known of a day; raises CalendarUnknown, and never guesses."""
        if not self.first <= day.year <= self.last:
            raise CalendarUnknown(day.year)
        return self.day_of(day)


def in_words(day: date) -> str:
    """A day in words: ``Sunday 28 September 2025``."""
    return f"{_WEEKDAYS[day.weekday()]} {dates.in_words(dates.parse(day.isoformat()))}"


def _weekday(day: date) -> Day:
    return Day(day.weekday() < 5)


def _china() -> Calendar:
    from chinese_calendar import get_holiday_detail
    from chinese_calendar.constants import holidays

    years = [day.year for day in holidays]

    def day_of(day: date) -> Day:
        off, holiday = get_holiday_detail(day)
        if off:
            return Day(False, f"a day off for {holiday}" if holiday else "")
        return Day(True, "a make-up workday" if holiday else "")

    data = f"chinesecalendar {version('chinesecalendar')}"
    label = "public holidays of the PRC with make-up workdays"
    note = (
        "No text in force says that Saturdays and Sundays are statutory days off (法定休假日); art. 154 of the General "
        "Principles of Civil Law (until 2020) named Sundays, and guides of courts (2014, and of Shanghai) named both "
        "for the older word 节假日. That a make-up workday is none is seen in one commentary only."
    )
    return Calendar("cn", label, data, min(years), max(years), day_of, note=note)


US_FIRST: Final = 1971
"""From then on holidays are kept on Mondays (Uniform Monday Holiday Act, Pub. L. 90-363)."""
US_LAST: Final = 2030
"""The holidays follow from the statute, but Congress adds some (2021: Juneteenth): no later year is promised."""


def _united_states() -> Calendar:
    from holidays import country_holidays

    days = country_holidays(
        "US", years=range(US_FIRST, US_LAST + 2)
    )  # New Year's Day may be kept in the year before it

    def day_of(day: date) -> Day:
        holiday = days.get(day)
        if holiday is None or day.weekday() > 4:
            return _weekday(day)
        doubt = ""
        if holiday.endswith("(observed)"):
            ground = "5 U.S.C. 6103(b)(1)" if day.weekday() == 4 else "Executive Order 11582, sec. 3(a),"
            falls = "Saturday" if day.weekday() == 4 else "Sunday"
            doubt = (
                f"whether {in_words(day)} is a legal holiday is not settled: {ground} makes it one for pay and leave, "
                f"as the holiday falls on a {falls}; whoever keeps the earlier day is safe"
            )
        return Day(False, holiday, doubt)

    data = f"holidays {version('holidays')}"
    warning = (
        "not taken in: holidays of the state where the court sits, days on which the President closes agencies (it is "
        "not settled whether those count), and days on which the clerk's office cannot be reached (Rule 6(a)(3))"
    )
    label = "legal holidays of 5 U.S.C. 6103"
    return Calendar("us-federal", label, data, US_FIRST, US_LAST, day_of, warning)


def _weekends() -> Calendar:
    warning = "only Saturdays and Sundays are taken for days off: public holidays are not known here"
    return Calendar("weekends", "Saturdays and Sundays", "weekends", 1, 9999, _weekday, warning)


_MAKERS: Final = {"cn": _china, "us-federal": _united_states, "weekends": _weekends}
NAMES: Final = tuple(_MAKERS)
"""The names of the calendars; another one is a function and an entry above."""


@cache
def calendar(name: str) -> Calendar:
    """A calendar by its name; raises UnknownName."""
    if name not in _MAKERS:
        raise UnknownName("calendar", name, NAMES, f"there are {', '.join(NAMES)}")
    return _MAKERS[name]()
