"""EDTF: bounds, flags, order and words, against a table by hand and against the edtf package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import edtf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dates import EARLIEST, LATEST, fault, in_words, overlaps, parse, sort_key, surely_before
from tracker.errors import BadDate

ROOT = Path(__file__).parents[1]

# text, earliest, latest, precision, flags (~ approximate, ? uncertain), in words
TABLE = [
    ("2025-11-20", "2025-11-20", "2025-11-20", "day", "", "20 November 2025"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "day", "", "29 February 2024"),
    ("2000-02-29", "2000-02-29", "2000-02-29", "day", "", "29 February 2000"),
    ("9999-12-31", "9999-12-31", "9999-12-31", "day", "", "31 December 9999"),
    ("0001-01-01", "0001-01-01", "0001-01-01", "day", "", "1 January 1"),
    ("2025-11-20~", "2025-11-20", "2025-11-20", "day", "~", "on or about 20 November 2025"),
    ("2025-11-20?", "2025-11-20", "2025-11-20", "day", "?", "20 November 2025 (uncertain)"),
    ("2025-11-20%", "2025-11-20", "2025-11-20", "day", "~?", "on or about 20 November 2025 (uncertain)"),
    ("2024-07", "2024-07-01", "2024-07-31", "month", "", "July 2024"),
    ("2024-02", "2024-02-01", "2024-02-29", "month", "", "February 2024"),
    ("2025-02", "2025-02-01", "2025-02-28", "month", "", "February 2025"),
    ("1900-02", "1900-02-01", "1900-02-28", "month", "", "February 1900"),
    ("2025-05~", "2025-05-01", "2025-05-31", "month", "~", "in or about May 2025"),
    ("2025-05?", "2025-05-01", "2025-05-31", "month", "?", "May 2025 (uncertain)"),
    ("2025-05%", "2025-05-01", "2025-05-31", "month", "~?", "in or about May 2025 (uncertain)"),
    ("2025", "2025-01-01", "2025-12-31", "year", "", "2025"),
    ("2025~", "2025-01-01", "2025-12-31", "year", "~", "in or about 2025"),
    ("0999", "0999-01-01", "0999-12-31", "year", "", "999"),
    ("201X", "2010-01-01", "2019-12-31", "decade", "", "some year in the 2010s"),
    ("20XX", "2000-01-01", "2099-12-31", "century", "", "some year from 2000 to 2099"),
    ("201X?", "2010-01-01", "2019-12-31", "decade", "?", "some year in the 2010s (uncertain)"),
    ("2024-XX", "2024-01-01", "2024-12-31", "year", "", "some month in 2024"),
    ("2024-07-XX", "2024-07-01", "2024-07-31", "month", "", "some day in July 2024"),
    ("2024-XX-XX", "2024-01-01", "2024-12-31", "year", "", "some day in 2024"),
    ("2024-21", "2024-01-01", "2024-12-31", "season", "", "spring 2024"),
    ("2024-22", "2024-01-01", "2025-03-31", "season", "", "summer 2024"),
    ("2024-23~", "2024-01-01", "2024-12-31", "season", "~", "in or about autumn 2024"),
    ("2024-24", "2024-01-01", "2025-03-31", "season", "", "winter 2024"),
    ("9999-24", "9999-01-01", "9999-12-31", "season", "", "winter 9999"),
    ("2025-11-20T09:30+08:00", "2025-11-20", "2025-11-20", "time", "", "20 November 2025, 09:30 (+08:00)"),
    ("2025-11-20T00:30+14:00", "2025-11-20", "2025-11-20", "time", "", "20 November 2025, 00:30 (+14:00)"),
    ("2025-11-20T23:59:59-12", "2025-11-20", "2025-11-20", "time", "", "20 November 2025, 23:59:59 (-12)"),
    ("2025-11-20T09:30:00Z", "2025-11-20", "2025-11-20", "time", "", "20 November 2025, 09:30:00 (UTC)"),
    ("2025-11-20T00:00", "2025-11-20", "2025-11-20", "time", "", "20 November 2025, 00:00"),
    ("2024-11/2024-12", "2024-11-01", "2024-12-31", "interval", "", "between 1 November and 31 December 2024"),
    ("2023-12/2024", "2023-12-01", "2024-12-31", "interval", "", "between 1 December 2023 and 31 December 2024"),
    ("2024-07-15/2024-07", "2024-07-15", "2024-07-31", "interval", "", "between 15 July and 31 July 2024"),
    ("2024-07-15/2024-07-15", "2024-07-15", "2024-07-15", "interval", "", "15 July 2024"),
    ("2024-11~/2024-12", "2024-11-01", "2024-12-31", "interval", "~",
     "between about November 2024 and 31 December 2024"),
    ("2024-11/2024-12?", "2024-11-01", "2024-12-31", "interval", "?",
     "between 1 November 2024 and December 2024 (uncertain)"),
    ("2024-21/2024-23", "2024-01-01", "2024-12-31", "interval", "", "between spring 2024 and autumn 2024"),
    ("../2025-11-27", EARLIEST, "2025-11-27", "interval", "", "by 27 November 2025"),
    ("../2025-11~", EARLIEST, "2025-11-30", "interval", "~", "by about November 2025"),
    ("2025-11-01/..", "2025-11-01", LATEST, "interval", "", "from 1 November 2025 on"),
    ("/2025", EARLIEST, "2025-12-31", "interval", "", "by 31 December 2025 (beginning not known)"),
    ("2025/", "2025-01-01", LATEST, "interval", "", "from 1 January 2025 on (end not known)"),
    ("[2025-11-20,2025-11-24]", "2025-11-20", "2025-11-24", "set", "", "20 November 2025 or 24 November 2025"),
    ("[2025-11-24,2025-11-20]", "2025-11-20", "2025-11-24", "set", "", "24 November 2025 or 20 November 2025"),
    ("[2024-09-10..2025-11-27]", "2024-09-10", "2025-11-27", "set", "",
     "between 10 September 2024 and 27 November 2025"),
    ("[2025-11-20]", "2025-11-20", "2025-11-20", "set", "", "20 November 2025"),
    ("[..1984]", EARLIEST, "1984-12-31", "set", "", "by 31 December 1984"),
    ("[1984..]", "1984-01-01", LATEST, "set", "", "from 1 January 1984 on"),
    ("[1667,1668,1670..1672]", "1667-01-01", "1672-12-31", "set", "",
     "1667, 1668 or between 1 January 1670 and 31 December 1672"),
    ("[2025-05~,2025-07?]", "2025-05-01", "2025-07-31", "set", "~?", "in or about May 2025 or July 2025 (uncertain)"),
    ("{2025-09,2025-10}", "2025-09-01", "2025-10-31", "set", "", "September 2025 and October 2025"),
    ("{1960,1961-12}", "1960-01-01", "1961-12-31", "set", "", "1960 and December 1961"),
    ("{2025-09..2025-11}", "2025-09-01", "2025-11-30", "set", "", "every month from September 2025 to November 2025"),
    ("{..1983-12-31,1984}", EARLIEST, "1984-12-31", "set", "", "every day to 31 December 1983 and 1984"),
    ("{2025..}", "2025-01-01", LATEST, "set", "", "every year from 2025 on"),
]  # fmt: skip

REFUSED = [
    ("", "it is empty"),
    ("   ", "it is empty"),
    ("2025-13", "there is no month 13"),
    ("2025-00", "there is no month 00"),
    ("2025-25", "there is no month 25"),
    ("2015-06-31", "2015-06 has 30 days"),
    ("2025-02-29", "2025-02 has 28 days"),
    ("1900-02-29", "1900-02 has 28 days"),
    ("2024-02-30", "2024-02 has 29 days"),
    ("2025-01-00", "there is no day 00"),
    ("2025-01-32", "2025-01 has 31 days"),
    ("2024-12/2024-11", "2024-11 is before 2024-12"),
    ("[2025..2024]", "2024 is before 2025"),
    ("2024-21-05", "21 is a season (spring), and a season has no days"),
    ("0000", "years before 0001 are not taken"),
    ("0000-01-01", "years before 0001 are not taken"),
    ("000X", "years before 0001 are not taken"),
    ("-0500", "years before 0001 are not taken"),
    ("Y17000", "years of more than four digits are not taken"),
    ("20251120", "the hyphens are missing"),
    ("2025-3-4", "month and day need two digits each"),
    ("2025-3", "month and day need two digits each"),
    ("999", "a year needs four digits"),
    ("03/04/2025", "the year comes first, then month, then day"),
    ("20.11.2025", "the year comes first, then month, then day"),
    ("2025-W10", "weeks and days of the year are not taken"),
    ("2025-324", "weeks and days of the year are not taken"),
    ("２０２５-11-20", "only ASCII digits and signs may stand in it"),
    ("٢٠٢٥-11-20", "only ASCII digits and signs may stand in it"),
    ("2025年11月", "only ASCII digits and signs may stand in it"),
    ("2025-11-20\n", "it holds a space or a line break"),
    (" 2025-11-20", "it holds a space or a line break"),
    ("20 Nov 2025", "it holds a space or a line break"),
    ("2025-11-20T24:00", "there is no hour 24"),
    ("2025-11-20T09:60", "there is no minute 60"),
    ("2025-11-20T23:59:60Z", "second 60 is not taken"),
    ("2025-11-31T09:30", "2025-11 has 30 days"),
    ("2025-11-20T09:30+14:01", "there is no offset +14:01"),
    ("2025-11-20T09:30-15", "there is no offset -15"),
    ("2025-11-20T09:30+08:60", "there is no offset +08:60"),
    ("2025-11-20T09:30-00:00", "an offset of nothing is written Z or +00:00, not -00:00"),
    ("2025-11-20T09:30.5", "fractions of a second are not taken"),
    ("2025-11-20T09:30~", "a time of day cannot be approximate or uncertain"),
    ("2025-11-20T09", "a time is written after a whole day as T09:30 or T09:30:00, then Z, +08:00 or nothing"),
    ("2025-11T09:30", "a time is written after a whole day as T09:30 or T09:30:00, then Z, +08:00 or nothing"),
    ("2025-06~-01", "one ?, ~ or % may stand at the end of the date, and qualifies all of it"),
    ("2025~?", "one ?, ~ or % may stand at the end of the date, and qualifies all of it"),
    ("?2025", "one ?, ~ or % may stand at the end of the date, and qualifies all of it"),
    ("15XX-12", "an unspecified year cannot have a month"),
    ("2024-XX-05", "a day needs a month"),
    ("2XXX", "X may stand only for the end of a year (201X, 20XX), a month (2024-XX) or a day (2024-07-XX)"),
    ("201x", "an unspecified digit is a capital X"),
    ("../..", "an interval needs a beginning or an end"),
    ("/", "an interval needs a beginning or an end"),
    ("2025/2026/2027", "it has no form that is known"),
    ("2025-13/2026", "of '2025-13', there is no month 13"),
    ("2025-11-20T09:30/2025-11-21",
     "an interval is made of dates without a time of day, and '2025-11-20T09:30' has one"),
    ("2025..2026", "two dots stand for an open end (../2025-11-27, 2025-11-01/..) or for a range in a set"),
    ("[]", "a set needs members"),
    ("[..]", "a set has an empty member"),
    ("[2025,]", "a set has an empty member"),
    ("[2025", "the set is not closed by ]"),
    ("{2025]", "the set is not closed by }"),
    ("[", "the set is not closed by ]"),
    ("[[2025]]", "of '[2025]', it has no form that is known"),
    ("[2025/2026]", "of '2025/2026', it has no form that is known"),
    ("[2024,..2025]", "an open end stands first or last in a set, and '..2025' does not"),
    ("[2024..,2025]", "an open end stands first or last in a set, and '2024..' does not"),
    ("[2025-11-20T09:30]", "a set is made of dates without a time of day, and '2025-11-20T09:30' has one"),
    ("soon", "it has no form that is known"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "earliest", "latest", "precision", "flags", "words"), TABLE)
def test_every_form_has_its_bounds_its_flags_and_its_words(text, earliest, latest, precision, flags, words):
    date = parse(text)
    assert (date.text, date.earliest, date.latest, date.precision) == (text, earliest, latest, precision)
    assert (date.approximate, date.uncertain) == ("~" in flags, "?" in flags)
    assert in_words(date) == words
    assert fault(text) is None


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_a_refusal_names_what_is_wrong(text, why):
    assert fault(text) == why
    with pytest.raises(BadDate) as refused:
        parse(text)
    assert str(refused.value).startswith(f"{text!r} is no date: {why}; ")


def test_a_long_text_is_refused_without_being_repeated():
    with pytest.raises(BadDate, match="longer than 1000 characters") as refused:
        parse("[" + "2025," * 1_000_000 + "2026]")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("2025-11-20", True),
        ("2025-11-20T09:30+08:00", True),
        ("[2025-11-20]", True),
        ("2025-11-20/2025-11-20", True),
        ("2025-11-20~", False),
        ("2025-11-20?", False),
        ("2025-11-20/2025-11-20~", False),
        ("2025-11-20/2025-11-21", False),
        ("[2025-11-20,2025-11-24]", False),
        ("2025-11", False),
        ("2025-11-XX", False),
    ],
)
def test_only_one_whole_day_is_a_day(text, is_day):
    assert parse(text).is_day is is_day


def test_a_time_is_kept_as_written_on_its_local_day():
    date = parse("2025-11-20T00:30+08:00")
    assert (date.earliest, date.time, date.offset) == ("2025-11-20", "00:30", "+08:00")
    assert parse("2025-11-20T09:30:05Z")[-2:] == ("09:30:05", "Z")
    assert parse("2025-11-20")[-2:] == ("", "")


def test_dates_sort_by_earliest_then_latest_then_time():
    in_order = [
        "../2025-11-27", "2025", "2025-11", "2025-11-20", "2025-11-20T09:30", "2025-11-20T14:00Z",
        "2025-11-20/2025-11-21", "2025-11-20/..", "2025-11-21",
    ]  # fmt: skip
    shuffled = in_order[::-1]
    assert sorted(shuffled, key=sort_key) == in_order
    assert sort_key(None) == (EARLIEST, LATEST, "")
    assert sort_key("2025-05") == parse("2025-05").sort_key == ("2025-05-01", "2025-05-31", "")


@pytest.mark.parametrize(
    ("a", "b", "common", "before"),
    [
        ("2025-05", "2025-05-31", True, False),
        ("2025-05", "2025-06", False, True),
        ("2025-06", "2025-05", False, False),
        ("../2025-11-27", "2020", True, False),
        ("../2025-11-27", "2025-11-28/..", False, True),
        ("2025-11-20T09:30", "2025-11-20T14:00", True, False),
        ("2025", "2025-05", True, False),
    ],
)
def test_comparisons_use_the_bounds(a, b, common, before):
    assert overlaps(parse(a), parse(b)) is overlaps(parse(b), parse(a)) is common
    assert surely_before(parse(a), parse(b)) is before


def test_reading_a_date_imports_nothing_heavy():
    code = (
        "import sys; from tracker.dates import parse; parse('2025-11-20');"
        "print(*sorted({'edtf', 'dateutil', 'datetime', 'calendar', 'zoneinfo'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


# -- properties, and the edtf package as oracle

days = st.dates().map(lambda day: day.isoformat())
months = days.map(lambda day: day[:7])
years = days.map(lambda day: day[:4])
plain = st.one_of(days, months, years)
real_years = years.filter(lambda year: year >= "0100")
unspecified = st.one_of(
    real_years.map(lambda year: year[:3] + "X"),
    real_years.map(lambda year: year[:2] + "XX"),
    years.map(lambda year: f"{year}-XX"),
    years.map(lambda year: f"{year}-XX-XX"),
    months.map(lambda month: f"{month}-XX"),
)
qualified = st.tuples(st.one_of(plain, unspecified), st.sampled_from(["", "?", "~", "%"])).map("".join)


def _ordered(pair):
    return sorted(pair, key=lambda text: (parse(text).earliest, parse(text).latest))


ranges = st.tuples(plain, plain).map(_ordered)
intervals = st.one_of(
    ranges.map("/".join),
    qualified.flatmap(lambda text: st.sampled_from([f"{text}/..", f"../{text}", f"{text}/", f"/{text}"])),
)


def _sets(members, least):
    def enclose(made):
        (opening, closing), names = made
        return opening + ",".join(names) + closing

    return st.tuples(st.sampled_from(["[]", "{}"]), st.lists(members, min_size=least, max_size=5)).map(enclose)


sets = _sets(st.one_of(plain, ranges.map("..".join)), 1)
times = st.tuples(st.datetimes(), st.sampled_from(["", "Z", "+08:00", "-05", "-03:30"])).map(
    lambda made: f"{made[0]:%H:%M:%S}".join([f"{made[0].date().isoformat()}T", made[1]])
)
anything = st.one_of(qualified, intervals, sets, times)


open_ended = plain.flatmap(lambda text: st.sampled_from([f"{text}/..", f"../{text}"]))
even_ranges = st.one_of(*(st.tuples(kind, kind).map(sorted).map("..".join) for kind in (days, months, years)))
even_sets = _sets(st.one_of(plain, even_ranges), 2)
# The package takes no set of one date and no range of a year to a day, and guesses how long an unknown end is away.
read_by_both = st.one_of(plain, unspecified, ranges.map("/".join), open_ended, times, even_sets)


def _day(bound):
    if isinstance(bound, float):
        return LATEST if bound > 0 else EARLIEST
    return f"{bound.tm_year:04}-{bound.tm_mon:02}-{bound.tm_mday:02}"


@settings(deadline=None)
@given(read_by_both)
def test_bounds_agree_with_the_edtf_package(text):
    theirs, ours = edtf.parse_edtf(text), parse(text)
    assert (ours.earliest, ours.latest) == (_day(theirs.lower_strict()), _day(theirs.upper_strict()))


@settings(deadline=None)
@given(qualified)
def test_flags_agree_with_the_edtf_package(text):
    theirs, ours = edtf.parse_edtf(text), parse(text)
    assert ours.approximate == bool(getattr(theirs, "is_approximate", False) or text.endswith("%"))
    assert ours.uncertain == bool(getattr(theirs, "is_uncertain", False) or text.endswith("%"))


@given(anything)
def test_text_is_kept_and_bounds_are_days_in_order(text):
    date = parse(text)
    assert date.text == text
    assert EARLIEST <= date.earliest <= date.latest <= LATEST
    for bound in {date.earliest, date.latest} - {EARLIEST}:
        assert parse(bound).precision == "day"


@given(anything, anything)
def test_comparisons_are_consistent(one, other):
    a, b = parse(one), parse(other)
    assert not surely_before(a, a)
    assert overlaps(a, a)
    assert [surely_before(a, b), surely_before(b, a), overlaps(a, b)].count(True) == 1
    if surely_before(a, b):
        assert a.sort_key < b.sort_key


@given(anything)
def test_words_never_say_a_doubt_away(text):
    date, words = parse(text), in_words(parse(text))
    assert ("about" in words) == date.approximate
    assert ("(uncertain)" in words) == date.uncertain
    assert "X" not in words and ".." not in words and "  " not in words


@given(anything, st.sampled_from("０٠०"), st.data())
def test_no_digit_but_those_of_ascii_is_taken(text, zero, data):
    place = data.draw(st.sampled_from([at for at, sign in enumerate(text) if sign.isdigit()]))
    other = text[:place] + chr(ord(zero) + int(text[place])) + text[place + 1 :]
    assert fault(other)


@given(st.one_of(months, years))
def test_a_month_or_a_year_is_never_said_as_a_day(text):
    words = in_words(parse(text))
    assert not words.startswith("1 ") or words == "1"
    assert len(words.split()) == len(text.split("-"))


@given(st.one_of(st.text(), st.text("0123456789-/.,[]{}TZX?~%+: ", max_size=24)))
def test_any_text_is_read_or_refused_with_a_reason(text):
    why = fault(text)
    try:
        assert parse(text).text == text
        assert why is None
        assert in_words(parse(text))
    except BadDate:
        assert why
