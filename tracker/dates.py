"""Dates as people know them: EDTF, read into bounds, sorted, compared and said in words, without a clock.

EDTF is Annex A of ISO 8601-2:2019, as the Library of Congress publishes it (https://www.loc.gov/standards/datetime/):
levels 0 and 1, and the sets of level 2. Left out on purpose: years outside 0001 to 9999, times within intervals
(level 0 excludes them) and what level 2 adds within one date.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from tracker.errors import BadDate

EARLIEST: Final = "0000-01-01"
LATEST: Final = "9999-12-31"
LONGEST: Final = 1000

Precision = Literal["time", "day", "month", "season", "year", "decade", "century", "interval", "set"]

_DATE = re.compile(r"([0-9]{2}(?:[0-9]{2}|[0-9]X|XX))(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?([?~%]?)").fullmatch
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}(?::[0-9]{2})?)?"
).fullmatch
_DAYS = ("", "31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")
_MONTHS = (
    "", "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_UNKNOWN_FORMS = (
    (r"\s*", "it is empty"),
    (r"(?s:.*[^\x00-\x7f].*)", "only ASCII digits and signs may stand in it"),
    (r"(?s:.*\s.*)", "it holds a space or a line break"),
    (r"Y.*", "years of more than four digits are not taken"),
    (r"-.*", "years before 0001 are not taken"),
    (r"[0-9]{8}", "the hyphens are missing"),
    (r"[0-9]{4}(-[0-9]{1,2}){1,2}", "month and day need two digits each"),
    (r"[0-9]{1,3}", "a year needs four digits"),
    (r"[0-9]{1,2}[-./][0-9]{1,2}[-./]([0-9]{2}){1,2}", "the year comes first, then month, then day"),
    (r"[0-9]{4}-W.*|[0-9]{4}-[0-9]{3}", "weeks and days of the year are not taken"),
    (r".*T.*[0-9][.,][0-9].*", "fractions of a second are not taken"),
    (r".*T.*[?~%]", "a time of day cannot be approximate or uncertain"),
    (r".*T.*", "a time is written after a whole day as T09:30 or T09:30:00, then Z, +08:00 or nothing"),
    (r".*[?~%].+|.+[?~%]{2}", "one ?, ~ or % may stand at the end of the date, and qualifies all of it"),
    (r".*X.*", "X may stand only for the end of a year (201X, 20XX), a month (2024-XX) or a day (2024-07-XX)"),
    (r".*x.*", "an unspecified digit is a capital X"),
    (r".*\.\..*", "two dots stand for an open end (../2025-11-27, 2025-11-01/..) or for a range in a set"),
)


class EDTFDate(NamedTuple):
    """A date as written, with what it can mean.

    ``earliest`` and ``latest`` are the first and the last possible day, as ``YYYY-MM-DD``; an end that is open or
    unknown gives ``EARLIEST`` or ``LATEST``. Days are local days as written, never shifted to another offset. ``~``
    and ``%`` set ``approximate``, ``?`` and ``%`` set ``uncertain``; neither widens the bounds. ``precision`` is that
    of the finest part that is known (``2024-07-XX`` is a month). ``time`` is ``HH:MM`` or ``HH:MM:SS`` and ``offset``
    is ``Z``, ``+HH`` or ``+HH:MM``, each as written, or empty.
    """

    text: str
    earliest: str
    latest: str
    precision: Precision
    approximate: bool = False
    uncertain: bool = False
    time: str = ""
    offset: str = ""

    @property
    def is_day(self) -> bool:
        """Whether exactly one day is meant, neither approximate nor uncertain."""
        return self.earliest == self.latest and not self.approximate and not self.uncertain

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Earliest day, latest day, local time of day (empty sorts first)."""
        return self.earliest, self.latest, self.time


class _Wrong(Exception):
    """Why a text is no date."""


@lru_cache(maxsize=16_384)
def parse(text: str) -> EDTFDate:
    """Read an EDTF text.

    Raises:
        BadDate: the text is no EDTF of the levels taken here, or no day of the calendar; it names exactly why.
    """
    try:
        return _read(text)
    except _Wrong as wrong:
        shown = text if len(text) <= 80 else text[:79] + "…"
        raise BadDate(shown, str(wrong)) from None


def fault(text: str) -> str | None:
    """Why a text is no EDTF date, as half a sentence; None when it is one."""
    try:
        _read(text)
    except _Wrong as wrong:
        return str(wrong)
    return None


def sort_key(text: str | None) -> tuple[str, str, str]:
    """The sort key of a date that may be missing: without one, everything is possible."""
    return (EARLIEST, LATEST, "") if text is None else parse(text).sort_key


def overlaps(a: EDTFDate, b: EDTFDate) -> bool:
    """Whether some day lies within the bounds of both."""
    return a.earliest <= b.latest and b.earliest <= a.latest


def surely_before(a: EDTFDate, b: EDTFDate) -> bool:
    """Whether every day possible for ``a`` is before every day possible for ``b``.

    Days are compared as written, whatever the offsets, and bounds as they stand, whatever is approximate or uncertain.
    """
    return a.latest < b.earliest


def _read(text: str) -> EDTFDate:
    if match := _DATE(text):
        return _date(text, *match.groups())
    if len(text) > LONGEST:
        raise _Wrong(f"it is longer than {LONGEST} characters")
    if text[:1] in ("[", "{"):
        return _set(text)
    if text.count("/") == 1:
        return _interval(text)
    return _single(text)


def _date(text: str, year: str, month: str | None, day: str | None, mark: str) -> EDTFDate:
    approximate, uncertain = mark in ("~", "%"), mark in ("?", "%")
    if year <= "0000" or year in ("000X", "00XX"):
        raise _Wrong("years before 0001 are not taken")
    if month is None:
        first, last = year.replace("X", "0"), year.replace("X", "9")
        precision: Precision = "year" if first == last else "century" if year[2] == "X" else "decade"
        return EDTFDate(text, f"{first}-01-01", f"{last}-12-31", precision, approximate, uncertain)
    if "X" in year:
        raise _Wrong("an unspecified year cannot have a month")
    if month == "XX":
        if day not in (None, "XX"):
            raise _Wrong("a day needs a month")
        return EDTFDate(text, f"{year}-01-01", f"{year}-12-31", "year", approximate, uncertain)
    if month in _SEASONS:
        return _season(text, year, month, day, approximate, uncertain)
    if not "01" <= month <= "12":
        raise _Wrong(f"there is no month {month}")
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    days = "29" if leap and month == "02" else _DAYS[int(month)]
    if day is None or day == "XX":
        return EDTFDate(text, f"{year}-{month}-01", f"{year}-{month}-{days}", "month", approximate, uncertain)
    if not "01" <= day <= days:
        raise _Wrong(f"{year}-{month} has {days} days" if day > days else "there is no day 00")
    plain = f"{year}-{month}-{day}"
    return EDTFDate(text, plain, plain, "day", approximate, uncertain)


def _season(text: str, year: str, month: str, day: str | None, approximate: bool, uncertain: bool) -> EDTFDate:
    if day is not None:
        raise _Wrong(f"{month} is a season ({_SEASONS[month]}), and a season has no days")
    # 21 to 24 do not say which hemisphere: any part of the year is possible, and the season that runs over
    # New Year (the northern winter, the southern summer) ends in the next.
    latest = f"{int(year) + 1:04}-03-31" if month in ("22", "24") and year != "9999" else f"{year}-12-31"
    return EDTFDate(text, f"{year}-01-01", latest, "season", approximate, uncertain)


def _single(text: str) -> EDTFDate:
    if match := _DATE(text):
        return _date(text, *match.groups())
    if match := _TIME(text):
        return _time(text, *match.groups())
    why = (reason for form, reason in _UNKNOWN_FORMS if re.fullmatch(form, text))
    raise _Wrong(next(why, "it has no form that is known"))


def _time(text: str, day: str, hour: str, minute: str, second: str | None, offset: str | None) -> EDTFDate:
    date = _single(day)
    if hour > "23":
        raise _Wrong(f"there is no hour {hour}")
    if minute > "59":
        raise _Wrong(f"there is no minute {minute}")
    if second is not None and second > "59":
        raise _Wrong(f"second {second} is not taken")
    if offset in ("-00", "-00:00"):
        raise _Wrong(f"an offset of nothing is written Z or +00:00, not {offset}")
    if offset not in (None, "Z") and (offset[1:] > "14:00" or offset[4:] > "59"):
        raise _Wrong(f"there is no offset {offset}")
    time = f"{hour}:{minute}" if second is None else f"{hour}:{minute}:{second}"
    return EDTFDate(text, date.earliest, date.latest, "time", time=time, offset=offset or "")


def _interval(text: str) -> EDTFDate:
    start, _, end = text.partition("/")
    if start in ("", "..") and end in ("", ".."):
        raise _Wrong("an interval needs a beginning or an end")
    first, last = (None if side in ("", "..") else _member(side, "an interval") for side in (start, end))
    return _span(text, first, last, "interval")


def _member(text: str, whole: str) -> EDTFDate:
    try:
        date = _single(text)
    except _Wrong as wrong:
        raise _Wrong(f"of {text!r}, {wrong}") from None
    if date.precision == "time":
        raise _Wrong(f"{whole} is made of dates without a time of day, and {text!r} has one")
    return date


def _span(text: str, first: EDTFDate | None, last: EDTFDate | None, precision: Precision) -> EDTFDate:
    if first and last and first.earliest > last.latest:
        raise _Wrong(f"{last.text} is before {first.text}")
    earliest = first.earliest if first else EARLIEST
    latest = last.latest if last else LATEST
    return _whole(text, precision, earliest, latest, [end for end in (first, last) if end])


def _whole(text: str, precision: Precision, earliest: str, latest: str, parts: list[EDTFDate]) -> EDTFDate:
    approximate, uncertain = any(part.approximate for part in parts), any(part.uncertain for part in parts)
    return EDTFDate(text, earliest, latest, precision, approximate, uncertain)


def _set(text: str) -> EDTFDate:
    closing = "]" if text[0] == "[" else "}"
    if text[-1] != closing:
        raise _Wrong(f"the set is not closed by {closing}")
    members = _members(text)
    earliest, latest = min(member.earliest for member in members), max(member.latest for member in members)
    return _whole(text, "set", earliest, latest, members)


def _members(text: str) -> list[EDTFDate]:
    names = text[1:-1].split(",")
    for at, name in enumerate(names):
        if name in ("", ".."):
            raise _Wrong("a set has an empty member" if len(text) > 2 else "a set needs members")
        if (name.startswith("..") and at > 0) or (name.endswith("..") and at < len(names) - 1):
            raise _Wrong(f"an open end stands first or last in a set, and {name!r} does not")
    return [_set_member(name) for name in names]


def _set_member(name: str) -> EDTFDate:
    start, dots, end = name.partition("..")
    if not dots:
        return _member(name, "a set")
    first, last = (_member(side, "a set") if side else None for side in (start, end))
    return _span(name, first, last, "interval")


def in_words(date: EDTFDate) -> str:
    """Say a date in English without adding or losing doubt: ``2024-11/2024-12`` is no more than a time between."""
    if date.precision == "interval":
        start, _, end = date.text.partition("/")
        suffix = " (beginning not known)" if not start else " (end not known)" if not end else ""
        return _between(start.strip("."), end.strip(".")) + suffix
    if date.precision == "set":
        return _set_in_words(date.text)
    said = _name(date)
    if date.approximate:
        said = f"{'on' if date.precision == 'day' else 'in'} or about {said}"
    return f"{said} (uncertain)" if date.uncertain else said


def _name(date: EDTFDate) -> str:
    year = str(int(date.earliest[:4]))
    match date.precision:
        case "time":
            offset = "UTC" if date.offset == "Z" else date.offset
            return f"{_day(date.earliest)}, {date.time}" + (f" ({offset})" if offset else "")
        case "day":
            return _day(date.earliest)
        case "month":
            month = f"{_MONTHS[int(date.earliest[5:7])]} {year}"
            return f"some day in {month}" if "X" in date.text else month
        case "season":
            return f"{_SEASONS[date.text[5:7]]} {year}"
        case "decade":
            return f"some year in the {year}s"
        case "century":
            return f"some year from {year} to {int(date.latest[:4])}"
    return f"some {'day' if 'XX-XX' in date.text else 'month'} in {year}" if "X" in date.text else year


def _day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)} {_MONTHS[int(month)]} {int(year)}"


def _end(text: str, which: Literal["earliest", "latest"]) -> str:
    date = parse(text)
    if date.approximate or date.uncertain or date.precision == "season":
        return ("about " if date.approximate else "") + _name(date) + (" (uncertain)" if date.uncertain else "")
    return _day(date.earliest if which == "earliest" else date.latest)


def _between(start: str, end: str) -> str:
    if not start:
        return f"by {_end(end, 'latest')}"
    if not end:
        return f"from {_end(start, 'earliest')} on"
    first, last = _end(start, "earliest"), _end(end, "latest")
    if first == last:
        return first
    head, _, year = first.rpartition(" ")
    both_days = first[0].isdigit() and last[0].isdigit() and year.isdigit()
    return f"between {head if both_days and last.endswith(' ' + year) else first} and {last}"


def _set_in_words(text: str) -> str:
    one_of = text[0] == "["
    parts = [_set_member_in_words(name, one_of) for name in text[1:-1].split(",")]
    *most, last = parts
    return f"{', '.join(most)} {'or' if one_of else 'and'} {last}" if most else last


def _set_member_in_words(name: str, one_of: bool) -> str:
    start, dots, end = name.partition("..")
    if not dots:
        return in_words(parse(name))
    if one_of:
        return _between(start, end)
    unit = parse(start or end).precision
    since = f" from {in_words(parse(start))}" if start else ""
    until = f" to {in_words(parse(end))}" if end else " on"
    return f"every {unit}{since}{until}"
