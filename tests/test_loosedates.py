"""Loose dates at the edge: what is understood, what is refused, and that nothing is ever filled in."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dates import parse
from tracker.errors import BadDate
from tracker.loosedates import read

ROOT = Path(__file__).parents[1]
TODAY = dt.date(2025, 11, 21)  # a Friday

UNDERSTOOD = [
    ("2025-11-20", "2025-11-20"),
    ("  2025-11-20 ", "2025-11-20"),
    ("2025-05~", "2025-05~"),
    ("2024-11/2024-12", "2024-11/2024-12"),
    ("[2025-11-20,2025-11-24]", "[2025-11-20,2025-11-24]"),
    ("2025-11-20T09:30+08:00", "2025-11-20T09:30+08:00"),
    ("20 Nov 2025", "2025-11-20"),
    ("20Nov2025", "2025-11-20"),
    ("20-Nov-2025", "2025-11-20"),
    ("20. November 2025", "2025-11-20"),
    ("November 20, 2025", "2025-11-20"),
    ("Nov. 20th, 2025", "2025-11-20"),
    ("the 3rd of May 2025", "2025-05-03"),
    ("2025 Nov 20", "2025-11-20"),
    ("Sept 5, 2025", "2025-09-05"),
    ("29 February 2024", "2024-02-29"),
    ("Friday, 21 November 2025", "2025-11-21"),
    ("Fri 21 Nov 2025", "2025-11-21"),
    ("Nov 2025", "2025-11"),
    ("november of 2025", "2025-11"),
    ("May 2025", "2025-05"),
    ("1 May 2025", "2025-05-01"),
    ("2 Feb 2001", "2001-02-02"),
    ("1 Jan 2000", "2000-01-01"),
    ("20 Nov 2025 9:30 am", "2025-11-20T09:30"),
    ("20 Nov 2025 at 9:30 p.m.", "2025-11-20T21:30"),
    ("20 Nov 2025, 12:30am", "2025-11-20T00:30"),
    ("14:00 on 20 November 2025", "2025-11-20T14:00"),
    ("20 Nov 2025 09:30:15", "2025-11-20T09:30:15"),
    ("2025-11-20 09:30", "2025-11-20T09:30"),
    ("2025-11-20 09:30+08:00", "2025-11-20T09:30+08:00"),
    ("today", "2025-11-21"),
    ("Yesterday", "2025-11-20"),
    ("tomorrow", "2025-11-22"),
    ("last Friday", "2025-11-14"),
    ("last Thursday", "2025-11-20"),
    ("last sat", "2025-11-15"),
    ("about May 2025", "2025-05~"),
    ("in or about May 2025", "2025-05~"),
    ("on or about 20 Nov 2025", "2025-11-20~"),
    ("around 2024", "2024~"),
    ("circa 2024", "2024~"),
    ("c. 2024", "2024~"),
    ("ca. May 2024", "2024-05~"),
    ("2025年11月20日", "2025-11-20"),
    ("2025年11月20号", "2025-11-20"),
    ("2025 年 5 月 3 日", "2025-05-03"),
    ("2025年11月", "2025-11"),
    ("2025年", "2025"),
    ("２０２５年１１月２０日", "2025-11-20"),
    ("２０２５－１１－２０", "2025-11-20"),
    ("二〇二五年十一月二十日", "2025-11-20"),
    ("二○二四年十月三十一日", "2024-10-31"),
    ("二零二五年五月十日", "2025-05-10"),
    ("二〇二五年十二月", "2025-12"),
    ("约2025年5月", "2025-05~"),
    ("2025年5月左右", "2025-05~"),
    ("今天", "2025-11-21"),
    ("昨天", "2025-11-20"),
    ("前天", "2025-11-19"),
    ("20/11/2025", "2025-11-20"),
    ("11/20/2025", "2025-11-20"),
    ("20.11.2025", "2025-11-20"),
    ("05/05/2025", "2025-05-05"),
    ("2025/3/4", "2025-03-04"),
    ("2025-3-4", "2025-03-04"),
    ("11/2025", "2025-11"),
]

REFUSED = [
    ("", "it is empty"),
    ("03/04/2025", "it can be read in two ways: write 2025-03-04 or 2025-04-03"),
    ("3.4.2025", "it can be read in two ways: write 2025-03-04 or 2025-04-03"),
    ("03/04/25", "the year needs four digits"),
    ("31/06/2015", "2015-06 has 30 days"),
    ("06/31/2015", "2015-06 has 30 days"),
    ("13/13/2025", "there is no month 13"),
    ("2015-06-31", "2015-06 has 30 days"),
    ("2015年6月31日", "2015-06 has 30 days"),
    ("二〇一五年六月三十一日", "2015-06 has 30 days"),
    ("2025年13月", "there is no month 13"),
    ("31 June 2015", "2015-06 has 30 days"),
    ("June 31, 2015", "2015-06 has 30 days"),
    ("29 Feb 2023", "2023-02 has 28 days"),
    ("0 May 2025", "there is no day 00"),
    ("20 Nov", "the year is missing: say it with four digits"),
    ("20 Nov 25", "the year is missing: say it with four digits"),
    ("Nov", "the year is missing: say it with four digits"),
    ("11月20日", "'月' is not understood"),
    ("Friday", "it names no month"),
    ("9:30 am", "it names no month"),
    ("next Friday", "'next' is not understood"),
    ("early May 2025", "'early' is not understood"),
    ("before May 2025", "'before' is not understood"),
    ("Nov 2025 -", "'-' is not understood"),
    ("5 and 6 May 2025", "'and' is not understood"),
    ("5-6 May 2025", "it says more than one day or time"),
    ("May or June 2025", "'or' is not understood"),
    ("May - June 2025", "it names more than one month"),
    ("May 2025 - 2026", "it has more than one year"),
    ("Nov 0039", "0039 is not understood as a year"),
    ("20 Nov 0025", "its year and month are not understood"),
    ("Thursday 21 Nov 2025", "2025-11-21 is a Friday"),
    ("Friday, Nov 2025", "a day of the week needs a day of the month"),
    ("20 Nov 2025 9am", "a time of day needs its minutes and its day"),
    ("Nov 2025 9:30", "a time of day needs its minutes and its day"),
    ("20 Nov 2025 25:00", "hour must be in 0..23"),
    ("20 Nov 2025 9:30 EST", "'est' is not understood"),
    ("١ May 2025", "'١' is not understood"),
    ("about 2024/2025", "'about' goes with one whole day, month or year"),
    ("about 2025-05?", "'about' goes with one whole day, month or year"),
    ("about 20 Nov 2025 9:30", "'about' goes with one whole day, month or year"),
    ("民国114年11月20日", "'民国' is not understood"),
    ("ma 2025", "'ma' is not understood"),
    ("soon", "'soon' is not understood"),
    ("May 2025 " * 20, "it is longer than 100 characters"),
]


@pytest.mark.parametrize(("text", "edtf"), UNDERSTOOD)
def test_what_people_write_becomes_edtf(text, edtf):
    assert read(text, TODAY) == edtf


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_not_clear_is_refused_with_the_reason(text, why):
    with pytest.raises(BadDate) as refused:
        read(text, TODAY)
    assert f" is no date: {why}; " in str(refused.value)


def test_a_refusal_quotes_what_was_written():
    with pytest.raises(BadDate, match="'31 June 2015' is no date"):
        read("31 June 2015", TODAY)


@pytest.mark.parametrize("distance", range(1, 8))
def test_the_last_weekday_is_always_before_today(distance):
    day = TODAY - dt.timedelta(days=distance)
    assert read(f"last {day:%A}", TODAY) == day.isoformat()


def test_dateutil_is_imported_only_when_it_is_needed():
    code = (
        "import sys, datetime; from tracker.loosedates import read; today = datetime.date(2025, 11, 21);"
        "read('2025-11', today); read('2025年11月', today); before = 'dateutil' in sys.modules;"
        "read('Nov 2025', today); print(before, 'dateutil' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False True"


real_days = st.dates(min_value=dt.date(1000, 1, 1))


@settings(deadline=None)
@given(real_days, st.sampled_from(["%d %B %Y", "%b %d, %Y", "%A %d %b %Y", "%Y年%m月%d日", "%Y/%m/%d", "%d-%b-%Y"]))
def test_every_day_is_read_back_from_every_form(day, form):
    assert read(day.strftime(form), TODAY) == day.isoformat()


@settings(deadline=None)
@given(real_days, st.sampled_from(["%B %Y", "%b %Y", "%Y %b", "%Y年%m月", "%m/%Y"]), real_days)
def test_a_month_stays_a_month_whatever_day_it_is(day, form, today):
    assert read(day.strftime(form), today) == day.isoformat()[:7]


@settings(deadline=None)
@given(real_days, st.sampled_from(["%d %B", "%b %d", "%B", "%m/%d", "%A", "%m月%d日", "%d %b %y"]), real_days)
def test_a_year_is_never_filled_in(day, form, today):
    with pytest.raises(BadDate):
        read(day.strftime(form), today)


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from("/.-"))
def test_two_small_numbers_are_read_only_when_they_are_equal(one, other, sign):
    text = f"{one:02}{sign}{other:02}{sign}2025"
    if one == other:
        assert read(text, TODAY) == f"2025-{one:02}-{one:02}"
    else:
        with pytest.raises(BadDate, match="two ways"):
            read(text, TODAY)


words = st.sampled_from(
    [*"年月日十约,.-/:~", "20", "3", "2025", "nov", "may", "friday", "last", "about", "today", "9:30"]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(words, max_size=7).map(" ".join), st.lists(words, max_size=7).map("".join)))
def test_anything_is_read_as_edtf_or_refused(text):
    try:
        edtf = read(text, TODAY)
    except BadDate:
        return
    assert parse(edtf).text == edtf
