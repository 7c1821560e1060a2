"""The edge where people type dates: loose English and Chinese become EDTF; what was not said is never filled in."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from tracker import dates
from tracker.errors import BadDate

LONGEST: Final = 100

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_RELATIVE = {
    "today": 0, "yesterday": -1, "tomorrow": 1, "the day before yesterday": -2,
    "今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "明天": 1, "明日": 1, "前天": -2,
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_FILLERS = frozenset({"at", "in", "of", "on", "the", "st", "nd", "rd", "th"})

_NUMERAL = "[一二三四五六七八九]"
_ABOUT = re.compile(
    r"(?:(?:in |on )?(?:or )?(?:about|around|circa|approximately|approx\.?|roughly|c\.|ca\.)\s*|大约|大概|约)(?P<a>.+)"
    r"|(?P<b>.+)(?:左右|前后)"
).fullmatch
_NUMERIC = re.compile(r"([0-9]{1,4})\s*([-./])\s*([0-9]{1,2})\s*\2\s*([0-9]{1,4})").fullmatch
_MONTH_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{4})").fullmatch
_SPACED_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}\S*)").fullmatch
_CHINESE = re.compile(
    r"([0-9]{4}|[〇零○一二三四五六七八九]{4})\s*年"
    rf"(?:\s*([0-9]{{1,2}}|十[一二]?|{_NUMERAL})\s*月(?:\s*([0-9]{{1,2}}|[二三]?十{_NUMERAL}?|{_NUMERAL})\s*[日号])?)?"
).fullmatch
_TIME = re.compile(r"\b([0-9]{1,2}(?::[0-9]{2}){1,2}(?:\s*[ap]m)?|[0-9]{1,2}\s*[ap]m)\b")
_WORD = re.compile(r"[0-9]+|[^\W\d_]+|[^\s,]")


def read(text: str, today: dt.date) -> str:
    """Read a date as people write it, seen from ``today``, and give it as EDTF; EDTF is given back as it is.

    English (``20 Nov 2025``, ``Nov 2025``, ``last Friday``, ``about May 2025``), Chinese (``2025年11月20日``,
    ``昨天``) and unambiguous numbers (``20/11/2025``, ``2025/3/4``) are understood.

    Raises:
        BadDate: it is not understood, ambiguous, no day of the calendar, or leaves out the year.
    """
    plain = " ".join(text.translate(_FULLWIDTH).split())
    why = dates.fault(plain)
    if why is None:
        return plain
    if len(plain) > LONGEST:
        raise BadDate(text[:LONGEST] + "…", f"it is longer than {LONGEST} characters")
    edtf = _read(text, plain.casefold(), today)
    if edtf is None:
        raise BadDate(text, why)
    if why := dates.fault(edtf):
        raise BadDate(text, why)
    return edtf


def _read(text: str, plain: str, today: dt.date) -> str | None:
    if match := _ABOUT(plain):
        return _about(text, read(match["a"] or match["b"], today))
    if plain in _RELATIVE:
        return (today + dt.timedelta(days=_RELATIVE[plain])).isoformat()
    if plain.startswith("last ") and (weekday := _nth(plain[5:], _WEEKDAYS)) is not None:
        return (today - dt.timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)).isoformat()
    if match := _CHINESE(plain):
        return "-".join(_padded(part) for part in match.groups() if part)
    if match := _NUMERIC(plain):
        return _numeric(text, match[1], match[3], match[4])
    if match := _MONTH_YEAR(plain):
        return f"{match[2]}-{match[1]:0>2}"
    if match := _SPACED_TIME(plain):
        return f"{match[1]}T{match[2].upper()}"
    if re.search(r"[^\W\d_]", plain):
        return _english(text, re.sub(r"\b([ap])\.\s?m\.?(?!\w)", r"\1m", plain))
    return None


def _about(text: str, edtf: str) -> str:
    date = dates.parse(edtf)
    if date.precision in ("interval", "set", "time") or date.approximate or date.uncertain:
        raise BadDate(text, "'about' goes with one whole day, month or year")
    return edtf + "~"


def _padded(number: str) -> str:
    """``11``, ``5``, ``二〇二五`` and ``二十一`` as at least two ASCII digits."""
    if number.isascii():
        return number.zfill(2)
    digits = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return "".join(digits[sign] for sign in number).zfill(2)
    return digits.get(tens, "1") + digits.get(ones, "0")


def _numeric(text: str, first: str, second: str, third: str) -> str:
    if len(first) == 4 and len(third) <= 2:
        return f"{first}-{second:0>2}-{third:0>2}"
    if len(third) != 4 or len(first) > 2:
        raise BadDate(text, "the year needs four digits")
    as_month_first, as_day_first = f"{third}-{first:0>2}-{second:0>2}", f"{third}-{second:0>2}-{first:0>2}"
    possible = [edtf for edtf in (as_month_first, as_day_first) if dates.fault(edtf) is None]
    if len(set(possible)) == 2:
        raise BadDate(text, f"it can be read in two ways: write {as_month_first} or {as_day_first}")
    return possible[0] if possible else as_month_first if int(first) <= 12 < int(second) else as_day_first


def _english(text: str, plain: str) -> str:
    """A date with the name of a month; dateutil is given only what was found to hold at most one of each part."""
    times = _TIME.findall(plain)
    words = _WORD.findall(_TIME.sub(" ", plain))
    months = [word for word in words if _nth(word, _MONTHS) is not None]
    weekdays = [word for word in words if _nth(word, _WEEKDAYS) is not None]
    years = [word for word in words if re.fullmatch("[0-9]{4}", word)]
    days = [word for word in words if re.fullmatch("[0-9]{1,2}", word)]
    known = {*months, *weekdays, *years, *days, *_FILLERS}
    if strange := [word for place, word in enumerate(words) if word not in known and not _joins(place, words)]:
        raise BadDate(text, f"{strange[0]!r} is not understood")
    if len(months) != 1:
        raise BadDate(text, "it names more than one month" if months else "it names no month")
    if len(years) != 1:
        raise BadDate(text, "it has more than one year" if years else "the year is missing: say it with four digits")
    if max(len(days), len(times), len(weekdays)) > 1:
        raise BadDate(text, "it says more than one day or time")
    if times and (":" not in times[0] or not days):
        raise BadDate(text, "a time of day needs its minutes and its day")
    month = _by_dateutil(text, f"{months[0]} {years[0]}")
    if not month.startswith(years[0]):
        raise BadDate(text, f"{years[0]} is not understood as a year")
    if not days:
        return _with_weekday(text, month, weekdays)
    if why := dates.fault(f"{month}-{days[0]:0>2}"):
        raise BadDate(text, why)
    return _with_weekday(text, _by_dateutil(text, " ".join([*days, *months, *years, *times])), weekdays)


def _joins(place: int, words: list[str]) -> bool:
    """Whether a sign stands between two words, or is the dot of an abbreviation."""
    return words[place] == "." or (words[place] in ("-", "/") and 0 < place < len(words) - 1)


def _by_dateutil(text: str, said: str) -> str:
    from dateutil import parser  # slow to import, and seldom needed

    readings = []
    for default in (dt.datetime(2000, 1, 1), dt.datetime(2001, 2, 2, 1, 1, 1)):  # two, to tell what it filled in
        try:
            readings.append(parser.parse(said, default=default, ignoretz=True))
        except (ValueError, OverflowError) as wrong:
            raise BadDate(text, str(wrong).partition(": ")[0].lower()) from None
    one, other = readings
    if (one.year, one.month) != (other.year, other.month):
        raise BadDate(text, "its year and month are not understood")
    if one.day != other.day:
        return f"{one.year:04}-{one:%m}"
    if one.minute != other.minute:
        return one.date().isoformat()
    return one.isoformat(timespec="minutes" if one.second != other.second else "seconds")


def _with_weekday(text: str, edtf: str, weekdays: list[str]) -> str:
    if weekdays:
        date = dates.parse(edtf)
        if not date.is_day:
            raise BadDate(text, "a day of the week needs a day of the month")
        actual = dt.date.fromisoformat(date.earliest).weekday()
        if actual != _nth(weekdays[0], _WEEKDAYS):
            raise BadDate(text, f"{date.earliest} is a {_WEEKDAYS[actual].capitalize()}")
    return edtf


def _nth(word: str, names: tuple[str, ...]) -> int | None:
    """The place of a name, or of its first three or more letters, among ``names``."""
    found = (place for place, name in enumerate(names) if len(word) >= 3 and name.startswith(word))
    return next(found, None)
