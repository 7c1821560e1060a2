"""Dates in the words of a document, in English and in Chinese, without adding or losing doubt."""

from __future__ import annotations

from functools import lru_cache

from tracker.dates import EARLIEST, LATEST, EDTFDate, in_words, parse
from tracker.documents.blocks import Day
from tracker.documents.labels import Language, label
from tracker.errors import BadDate

_SEASONS = {"21": "春季", "22": "夏季", "23": "秋季", "24": "冬季"}
_UNITS = {"day": "日", "month": "月", "year": "年"}


def day(text: str | None, language: Language, *, known: str | None = None) -> Day:
    """A date as logged; without one, that none is stated, and by when it was ``known`` (EDTF), if anybody knows."""
    date = _read(text)
    if date is None and text and " or " in text:
        return _disputed(text.split(" or "), language)
    if date is None:
        words, known_date = label("not stated", language), _read(known)
        if known_date is None or known_date.latest == LATEST:
            return Day(words)
        by = said(f"../{known_date.latest}", language)
        return Day(f"{words}{label('but', language)}{by}", latest=known_date.latest)
    bounds = (None if date.earliest == EARLIEST else date.earliest, None if date.latest == LATEST else date.latest)
    return Day(said(date.text, language), date.text, *bounds, date.is_day)


def _disputed(claimed: list[str], language: Language) -> Day:
    """A date for which several are claimed, as the projection has it: all of them, within the bounds of all."""
    found = [date for each in claimed if (date := _read(each))]
    words = (" or " if language == "en" else "或").join(day(each, language).words for each in claimed)
    if len(found) < len(claimed):
        return Day(words)
    earliest, latest = min(date.earliest for date in found), max(date.latest for date in found)
    return Day(words, None, None if earliest == EARLIEST else earliest, None if latest == LATEST else latest)


@lru_cache(maxsize=4096)
def said(text: str, language: Language) -> str:
    """An EDTF date in words; raises BadDate."""
    date = parse(text)
    return in_chinese(date) if language == "zh" else in_words(date)


def in_chinese(date: EDTFDate) -> str:
    """Say a date in Chinese; as ``tracker.dates.in_words`` does in English."""
    if date.precision == "interval":
        start, _, end = date.text.partition("/")
        suffix = "（起始不详）" if not start else "（结束不详）" if not end else ""
        return _between(start.strip("."), end.strip(".")) + suffix
    if date.precision == "set":
        return _set(date.text)
    return ("约" if date.approximate else "") + _name(date) + ("（存疑）" if date.uncertain else "")


def _name(date: EDTFDate) -> str:
    year = int(date.earliest[:4])
    match date.precision:
        case "time":
            offset = "UTC" if date.offset == "Z" else date.offset
            return f"{_day(date.earliest)}{date.time}" + (f"（{offset}）" if offset else "")
        case "day":
            return _day(date.earliest)
        case "month":
            return f"{year}年{int(date.earliest[5:7])}月" + ("某日" if "X" in date.text else "")
        case "season":
            return f"{year}年{_SEASONS[date.text[5:7]]}"
        case "decade" | "century":
            return f"{year}年至{int(date.latest[:4])}年间某年"
    return f"{year}年" + ("某日" if "XX-XX" in date.text else "某月" if "X" in date.text else "")


def _day(day: str) -> str:
    year, month, number = map(int, day.split("-"))
    return f"{year}年{month}月{number}日"


def _end(text: str, *, first: bool) -> str:
    date = parse(text)
    if date.approximate or date.uncertain or date.precision == "season":
        return in_chinese(date)
    return _day(date.earliest if first else date.latest)


def _between(start: str, end: str) -> str:
    if not start:
        return f"不晚于{_end(end, first=False)}"
    if not end:
        return f"自{_end(start, first=True)}起"
    first, last = _end(start, first=True), _end(end, first=False)
    return first if first == last else f"{first}至{last}之间"


def _set(text: str) -> str:
    one_of = text[0] == "["
    parts = [_set_member(name, one_of=one_of) for name in text[1:-1].split(",")]
    *most, last = parts
    return f"{'、'.join(most)}{'或' if one_of else '和'}{last}" if most else last


def _set_member(name: str, *, one_of: bool) -> str:
    start, dots, end = name.partition("..")
    if not dots:
        return in_chinese(parse(name))
    if one_of:
        return _between(start, end)
    unit = _UNITS.get(parse(start or end).precision, "次")
    since = f"自{in_chinese(parse(start))}" if start else ""
    until = f"至{in_chinese(parse(end))}" if end else "起"
    return f"{since}{until}的每{unit}"


def _read(text: str | None) -> EDTFDate | None:
    """A date, unless there is none or what was logged for one is none ('tracker check' tells that)."""
    try:
        return parse(text) if text else None
    except BadDate:
        return None
