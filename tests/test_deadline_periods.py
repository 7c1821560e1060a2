"""Periods worked out by hand from the rules and the calendars, and what holds for all of them.

Days off of the PRC are those of the yearly notices of the State Council:
2024: 1 Jan; 10-17 Feb (worked: 4, 18 Feb); 4-6 Apr (7 Apr); 1-5 May (28 Apr, 11 May); 10 Jun; 15-17 Sep (14 Sep);
      1-7 Oct (29 Sep, 12 Oct).
2025: 1 Jan; 28 Jan-4 Feb (26 Jan, 8 Feb); 4-6 Apr; 1-5 May (27 Apr); 31 May-2 Jun; 1-8 Oct (28 Sep, 11 Oct).
2026: 1-3 Jan (4 Jan); 15-23 Feb (14, 28 Feb); 4-6 Apr; 1-5 May (9 May); 19-21 Jun; 25-27 Sep; 1-7 Oct (20 Sep, 10 Oct).
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.dates import parse
from tracker.deadlines.arithmetic import CannotCompute, Result, result
from tracker.deadlines.calendars import CalendarUnknown, calendar
from tracker.deadlines.periods import LONGEST, BadPeriod, Period, period
from tracker.deadlines.rules import Rule, read_rule, rules_of

RULES = rules_of()


def gives(rule: str, since: str, given: str | None = None, served_by: str | None = None) -> Result:
    return result(RULES[rule], parse(since), period(given) if given else None, served_by)


BY_HAND = [
    # Appeal, 15 days: around the holidays of 2024.
    ("cn-appeal-judgment", "2024-01-20", None, "2024-02-04"),  # a Sunday that is worked
    ("cn-appeal-judgment", "2024-01-25", None, "2024-02-09"),  # New Year's Eve was a working day in 2024
    ("cn-appeal-judgment", "2024-01-26", None, "2024-02-18"),  # 10 Feb is off, and so is every day up to the 17th
    ("cn-appeal-judgment", "2024-02-02", None, "2024-02-18"),
    ("cn-appeal-judgment", "2024-02-03", None, "2024-02-18"),
    ("cn-appeal-judgment", "2024-03-20", None, "2024-04-07"),  # Qingming; the Sunday after is worked
    ("cn-appeal-judgment", "2024-04-13", None, "2024-04-28"),
    ("cn-appeal-judgment", "2024-04-16", None, "2024-05-06"),
    ("cn-appeal-judgment", "2024-04-26", None, "2024-05-11"),
    ("cn-appeal-judgment", "2024-05-26", None, "2024-06-11"),
    ("cn-appeal-judgment", "2024-08-30", None, "2024-09-14"),
    ("cn-appeal-judgment", "2024-08-31", None, "2024-09-18"),
    ("cn-appeal-judgment", "2024-09-14", None, "2024-09-29"),
    ("cn-appeal-judgment", "2024-09-16", None, "2024-10-08"),  # also an example in a guide of a court
    ("cn-appeal-judgment", "2024-09-27", None, "2024-10-12"),
    ("cn-appeal-judgment", "2024-12-17", None, "2025-01-02"),
    # 2025
    ("cn-appeal-judgment", "2025-01-11", None, "2025-01-26"),
    ("cn-appeal-judgment", "2025-01-13", None, "2025-02-05"),
    ("cn-appeal-judgment", "2025-01-20", None, "2025-02-05"),
    ("cn-appeal-judgment", "2025-01-24", None, "2025-02-08"),
    ("cn-appeal-judgment", "2025-01-25", None, "2025-02-10"),  # an ordinary Sunday
    ("cn-appeal-judgment", "2025-03-20", None, "2025-04-07"),
    ("cn-appeal-judgment", "2025-04-12", None, "2025-04-27"),
    ("cn-appeal-judgment", "2025-04-16", None, "2025-05-06"),
    ("cn-appeal-judgment", "2025-05-16", None, "2025-06-03"),
    ("cn-appeal-judgment", "2025-09-13", None, "2025-09-28"),
    ("cn-appeal-judgment", "2025-09-16", None, "2025-10-09"),
    ("cn-appeal-judgment", "2025-09-23", None, "2025-10-09"),
    ("cn-appeal-judgment", "2025-09-26", None, "2025-10-11"),
    ("cn-appeal-judgment", "2025-09-27", None, "2025-10-13"),
    ("cn-appeal-judgment", "2025-12-17", None, "2026-01-04"),
    ("cn-appeal-judgment", "2025-12-20", None, "2026-01-04"),
    # 2026
    ("cn-appeal-judgment", "2026-01-30", None, "2026-02-14"),
    ("cn-appeal-judgment", "2026-01-31", None, "2026-02-24"),
    ("cn-appeal-judgment", "2026-02-13", None, "2026-02-28"),
    ("cn-appeal-judgment", "2026-02-14", None, "2026-03-02"),
    ("cn-appeal-judgment", "2026-03-20", None, "2026-04-07"),
    ("cn-appeal-judgment", "2026-04-24", None, "2026-05-09"),
    ("cn-appeal-judgment", "2026-06-04", None, "2026-06-22"),
    ("cn-appeal-judgment", "2026-09-05", None, "2026-09-20"),
    ("cn-appeal-judgment", "2026-09-10", None, "2026-09-28"),
    ("cn-appeal-judgment", "2026-09-16", None, "2026-10-08"),
    ("cn-appeal-judgment", "2026-09-25", None, "2026-10-10"),
    ("cn-appeal-judgment", "2019-09-16", None, "2019-10-08"),  # the law of 2017
    # Other periods of the PRC
    ("cn-appeal-ruling", "2025-09-21", None, "2025-10-09"),
    ("cn-appeal-ruling", "2024-02-08", None, "2024-02-18"),
    ("cn-appeal-ruling", "2025-11-05", None, "2025-11-17"),
    ("cn-appeal-no-domicile", "2025-09-05", None, "2025-10-09"),
    ("cn-defence", "2025-04-16", None, "2025-05-06"),
    ("cn-jurisdiction-objection", "2025-09-16", None, "2025-10-09"),
    ("cn-defence-no-domicile", "2024-01-12", None, "2024-02-18"),
    ("cn-first-instance", "2025-03-31", None, "2025-09-30"),
    ("cn-first-instance", "2025-04-01", None, "2025-10-09"),
    ("cn-first-instance-simplified", "2024-11-30", None, "2025-02-28"),  # there is no 30 February
    ("cn-first-instance-simplified", "2024-07-31", None, "2024-10-31"),
    ("cn-first-instance-small-claims", "2025-12-31", None, "2026-02-28"),
    ("cn-second-instance", "2018-05-28", None, "2018-08-28"),
    ("cn-second-instance-ruling", "2025-09-01", None, "2025-10-09"),
    ("cn-enforcement", "2024-02-29", None, "2026-02-28"),
    ("cn-enforcement", "2023-10-01", None, "2025-10-09"),
    ("cn-enforcement", "2022-09-28", None, "2024-09-29"),  # Saturday; the Sunday after it is worked
    ("cn-as-agreed", "2024-07-01", "360 days", "2025-06-26"),
    ("cn-as-agreed", "2024-07-31", "360 days", "2025-07-28"),
    ("cn-as-agreed", "2024-12-01", "7 days", "2024-12-09"),
    ("cn-as-agreed", "2024-09-22", "7 days", "2024-09-29"),
    ("cn-as-ordered", "2025-12-20", "10 days", "2025-12-30"),
    ("cn-as-ordered", "2025-09-17", "2 weeks", "2025-10-09"),
    ("cn-recall-objection", "2025-09-19", None, "2025-10-16"),  # worked: 28 Sep and 11 Oct, not 1-8 Oct
    ("cn-recall-objection", "2026-02-09", None, "2026-03-06"),
    ("cn-fine-payment", "2025-01-14", None, "2025-02-05"),
    ("cn-reconsideration", "2025-08-05", None, "2025-10-09"),
    ("cn-administrative-suit", "2025-08-31", None, "2026-02-28"),
    ("cn-service-by-announcement", "2025-09-01", None, "2025-10-01"),
    ("cn-service-by-announcement", "2021-11-01", None, "2021-12-31"),  # 60 days until 2021
    # United States: present rules
    ("us-answer", "2025-06-13", None, "2025-07-07"),  # Friday 4 July
    ("us-answer", "2025-08-11", None, "2025-09-02"),  # Labor Day
    ("us-answer", "2024-12-04", None, "2024-12-26"),
    ("us-answer", "2025-11-06", None, "2025-11-28"),  # Thanksgiving; the Friday after is no holiday
    ("us-answer", "2026-06-12", None, "2026-07-03/2026-07-06"),  # whether that Friday is a holiday is not settled
    ("us-answer", "2027-06-14", None, "2027-07-05/2027-07-06"),  # nor is it for a Monday
    ("us-answer", "2026-06-13", None, "2026-07-06"),
    ("us-answer", "2025-05-29", None, "2025-06-20"),  # Juneteenth
    ("us-appeal", "2025-12-02", None, "2026-01-02"),
    ("us-appeal", "2024-10-12", None, "2024-11-12"),
    ("us-appeal-united-states", "2025-07-18", None, "2025-09-16"),
    ("us-new-trial", "2025-01-23", None, "2025-02-20"),
    ("us-new-trial", "2025-01-20", None, "2025-02-18"),
    ("us-relief-from-judgment", "2024-02-29", None, "2025-02-28"),
    ("us-relief-from-judgment", "2025-07-04", None, "2026-07-06"),
    ("us-motion-before-hearing", "2025-09-15", None, "2025-08-29"),
    ("us-motion-before-hearing", "2026-07-17", None, "2026-07-02/2026-07-03"),
    ("us-opposing-affidavit", "2025-12-01", None, "2025-11-24"),
    # United States: before 1 December 2009
    ("us-answer", "2009-11-30", None, "2009-12-21"),
    ("us-answer", "2009-12-01", None, "2009-12-22"),
    ("us-new-trial", "2009-06-24", None, "2009-07-08/2009-07-09"),  # Friday 3 July 2009, for the Saturday
    ("us-new-trial", "2008-12-19", None, "2009-01-06"),  # ten days, of which Christmas and New Year do not count
    ("us-motion-before-hearing", "2008-09-08", None, "2008-08-29"),  # five days before, without Labor Day
    ("us-opposing-affidavit", "2008-09-08", None, "2008-09-05"),
    ("us-as-ordered", "2007-08-02", "30 days", "2007-09-04"),  # Committee Note of 2009 on Rule 6(a)(5)
    # Elsewhere
    ("as-ordered", "2025-12-21", "10 days", "2025-12-31"),
    ("as-ordered", "2025-12-17", "10 days", "2025-12-29"),
]


def test_there_are_enough_of_them() -> None:
    assert len(BY_HAND) >= 60
    assert {rule for rule, *_ in BY_HAND} >= {"cn-appeal-judgment", "us-answer", "cn-as-agreed", "as-ordered"}


@pytest.mark.parametrize(("rule", "since", "given_period", "due"), BY_HAND)
def test_a_period_ends_where_it_ends_by_hand(rule: str, since: str, given_period: str | None, due: str) -> None:
    assert gives(rule, since, given_period).due == due


SERVED = [
    # Rule 6(d): count, move off a day off, add three days, move again (Committee Note of 2005).
    ("2025-07-31", "30 days", "mail", "2025-09-05"),
    ("2026-04-23", "30 days", "mail", "2026-05-29"),  # the note's own case: 30th day Saturday, Monday a holiday
    ("2026-04-15", "30 days", "clerk", "2026-05-18"),
    ("2026-04-22", "30 days", "other means consented to", "2026-05-26"),  # the third day is Memorial Day
    ("2006-03-03", "10 days", "mail", "2006-03-20"),  # the note's case under the old rule: mailed on a Friday
    ("2016-11-18", "7 days", "electronic", "2016-11-28"),
    ("2016-11-18", "7 days", None, "2016-11-25"),
]


@pytest.mark.parametrize(("since", "given_period", "served_by", "due"), SERVED)
def test_days_are_added_for_service(since: str, given_period: str, served_by: str | None, due: str) -> None:
    assert gives("us-as-ordered", since, given_period, served_by).due == due


def test_electronic_service_adds_nothing_since_december_2016() -> None:
    with pytest.raises(CannotCompute, match="adds no days for service by 'electronic', but for mail, clerk, other"):
        gives("us-as-ordered", "2016-12-01", "7 days", "electronic")


def test_the_steps_say_why_a_day_moved_or_stood() -> None:
    stood, moved = gives("cn-appeal-judgment", "2025-09-13"), gives("cn-appeal-judgment", "2025-09-16")
    assert stood.steps == (
        "15 days (art. 171(1)) after Saturday 13 September 2025, counted from the day after (art. 85)",
        "day 15 is Sunday 28 September 2025, a make-up workday, so it stands",
    )
    assert moved.steps[1] == (
        "day 15 is Wednesday 1 October 2025, a day off for National Day, so it moves to Thursday 9 October 2025, "
        "the first working day after it"
    )
    assert stood.versions == ("2024-01-01",) and stood.data.startswith("chinesecalendar ")
    added = gives("us-as-ordered", "2026-04-22", "30 days", "mail").steps
    assert added[1] == "day 30 is Friday 22 May 2026"
    assert added[2].startswith(
        "with 3 days more for service by mail (Rule 6(d)) the last day is Monday 25 May 2026, Mem"
    )
    clipped = gives("cn-first-instance-simplified", "2024-11-30").steps[1]
    assert clipped == "the last day of the 3 months (that month has no day 30) is Friday 28 February 2025"


def test_a_day_that_may_be_a_holiday_gives_both_readings() -> None:
    steps = gives("us-answer", "2026-06-12").steps
    assert "whether Friday 3 July 2026 is a legal holiday is not settled" in steps[1]
    assert steps[2].startswith("if it is worked: day 21 is Friday 3 July 2026") and steps[2].endswith("so it stands")
    assert steps[3].startswith("if it is a holiday: ") and "moves to Monday 6 July 2026" in steps[3]
    assert not any("not settled:" in step for step in gives("us-answer", "2025-06-13").steps)


def test_a_change_of_the_law_before_the_last_day_is_told() -> None:
    told = "the rule changed on 2009-12-01, between the two: see which version holds (tracker rules us-answer)"
    assert told in gives("us-answer", "2009-11-25").steps
    assert (
        told.replace("us-answer", "us-motion-before-hearing") in gives("us-motion-before-hearing", "2009-12-03").steps
    )
    for rule, since in (("us-answer", "2009-10-25"), ("us-answer", "2009-12-01"), ("cn-appeal-judgment", "2023-12-25")):
        assert not any("the rule changed" in step for step in gives(rule, since).steps), (
            "only the article changed, or nothing"
        )


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2024-07", "2025-06-26/2025-07-28"),
        ("../2025-11-27", "../2026-11-23"),  # 22 November 2026 is a Sunday
        ("2024-01-01/..", "2024-12-26/.."),
        ("2024-07~", "2025-06-26~/2025-07-28~"),
        ("2024-07-01?", "2025-06-26?"),
        ("2024-07-01%", "2025-06-26%"),
        ("2024-07-01T23:59-05:00", "2025-06-26"),  # days are local days as written
        ("[2024-07-01,2024-07-31]", "2025-06-26/2025-07-28"),
    ],
)
def test_what_is_uncertain_stays_as_uncertain_as_it_is(since: str, due: str) -> None:
    found = gives("cn-as-agreed", since, "360 days")
    assert found.due == due and parse(due)


def test_a_span_over_a_change_of_the_law_takes_in_both_laws() -> None:
    found = gives("us-answer", "2009-11-20/2009-12-05")
    assert found.due == "2009-12-10/2009-12-28" and found.versions == ("2005-12-01", "2009-12-01")
    with pytest.raises(CannotCompute, match="cn-appeal-judgment has no version for 2017-06-30, only from 2017-07-01"):
        gives("cn-appeal-judgment", "2017-06-30")


def written(tmp_path: Path, *versions: str) -> Rule:
    """A rule with these versions, each its own lines."""
    head = 'title="T"\njurisdiction="XX"\ninstrument="Act"\ntrigger="receipt"\ncalendar="weekends"\n'
    tail = 'law="s"\ncounting="s"\nsure="not confirmed"\n'
    (tmp_path / "x.toml").write_text(head + "".join(f"[[version]]\n{version}\n{tail}" for version in versions))
    return read_rule(tmp_path / "x.toml", "x.toml")


def test_an_open_end_takes_in_what_the_law_becomes(tmp_path: Path) -> None:
    rule = written(
        tmp_path,
        'in_force_from=2020-01-01\nin_force_until=2021-12-31\nperiod=60\nunit="day"\nlast_day="stands"',
        'in_force_from=2022-01-01\nperiod=10\nunit="day"\nlast_day="stands"',
    )
    assert result(rule, parse("2021-12-01/..")).due == "2022-01-11/..", "a trigger on 1 January 2022 is the earliest"
    assert result(rule, parse("../2022-01-05")).due == "../2022-03-01", "one on 31 December 2021 the latest"


def test_a_counted_first_day_is_counted_in_days_weeks_and_months(tmp_path: Path) -> None:
    def rule(period: int, unit: str) -> Rule:
        lines = f'in_force_from=0001-01-01\nperiod={period}\nunit="{unit}"\nfirst_day="counted"\nlast_day="stands"'
        return written(tmp_path, lines)

    assert result(rule(1, "month"), parse("2024-01-01")).due == "2024-01-31"
    assert result(rule(1, "month"), parse("2024-01-31")).due == "2024-02-29"
    assert result(rule(1, "year"), parse("2024-03-01")).due == "2025-02-28"
    assert result(rule(10, "day"), parse("2024-01-01")).due == "2024-01-10"
    assert result(rule(1, "week"), parse("2024-01-01")).due == "2024-01-07"
    assert result(rule(3, "business day"), parse("2024-01-05")).due == "2024-01-09"


def test_a_day_with_an_offset_is_taken_as_written_and_that_is_told() -> None:
    steps = gives("cn-appeal-judgment", "2025-09-13T23:30Z").steps
    assert "the day is taken as it is written (2025-09-13T23:30Z), whatever day it was elsewhere at that time" in steps


def test_a_year_beyond_the_calendar_is_never_guessed() -> None:
    days = calendar("cn")
    beyond = days.last + 1
    found = gives("cn-appeal-judgment", f"{days.last}-12-20")
    assert found.due == f"{beyond}-01-04/.."
    assert f"calendar unknown for {beyond} ({days.data}): if that is a day off, the deadline moves" in found.steps
    assert gives("cn-appeal-judgment", f"{days.last}-06-01/{days.last}-12-20").due == f"{days.last}-06-16/.."
    uncounted = gives("cn-recall-objection", f"{days.last}-12-20")
    assert uncounted.due is None
    assert uncounted.steps[-1] == f"calendar unknown for {beyond} ({days.data}): its working days cannot be counted"
    assert gives("us-motion-before-hearing", "2032-01-10").due == "../2031-12-27"
    with pytest.raises(CalendarUnknown, match=f"calendar unknown for {beyond}"):
        days.day(date(beyond, 1, 4))
    assert gives("as-ordered", "2090-01-02", "10 days").steps[-1].startswith("only Saturdays and Sundays")


@pytest.mark.parametrize(
    "text", ["-5d", "0d", "+5d", "1.5d", "ten", "", "10", "d", "10x", "99999999999d", "101y", "10 d d"]
)
def test_absurd_periods_are_refused(text: str) -> None:
    with pytest.raises(BadPeriod, match=r"is no period: .*; write 10d, 5bd"):
        period(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("10d", Period(10, "day")), ("5bd", Period(5, "business day")), ("2 Weeks", Period(2, "week")),
     ("3m", Period(3, "month")), ("1 year", Period(1, "year")), ("7 working days", Period(7, "business day"))],
)  # fmt: skip
def test_periods_are_read_and_written(text: str, found: Period) -> None:
    assert period(text) == found == period(str(found))


def test_a_rule_says_itself_how_long_or_leaves_it_open() -> None:
    with pytest.raises(CannotCompute, match="leaves the period to the court or the contract: say it with --period"):
        gives("cn-as-agreed", "2024-07-01")
    with pytest.raises(CannotCompute, match="says itself how long the period is: leave --period out"):
        gives("cn-appeal-judgment", "2024-07-01", "10 days")
    with pytest.raises(CannotCompute, match="open on both sides"):
        result(
            RULES["as-ordered"], parse("2024")._replace(earliest="0000-01-01", latest="9999-12-31"), Period(1, "day")
        )
    with pytest.raises(CannotCompute, match="10 days from 9999-12-30 end beyond the years 1 to 9999"):
        gives("as-ordered", "9999-12-30", "10 days")


DAYS = st.dates(date(2018, 1, 1), date(2023, 6, 1))
LENGTHS = st.sampled_from(
    ["1 day", "10 days", "11 days", "5 business days", "3 weeks", "1 month", "6 months", "1 year"]
)


@st.composite
def rules_and_periods(draw: st.DrawFn) -> tuple[Rule, Period | None]:
    rule = draw(st.sampled_from(list(RULES.values())))
    return rule, period(draw(LENGTHS)) if rule.is_as_ordered else None


@given(rules_and_periods(), DAYS, st.integers(0, 400))
def test_a_later_trigger_never_gives_an_earlier_deadline(
    chosen: tuple[Rule, Period | None], day: date, more: int
) -> None:
    rule, length = chosen
    later = day + timedelta(days=more)
    versions = {rule.version_on(day), rule.version_on(later)}
    if None in versions or len({(v.period, v.unit) for v in versions if v}) > 1:
        return  # a law that shortens a period does just that
    one, two = (result(rule, parse(each.isoformat()), length).due for each in (day, later))
    assert one is not None and two is not None
    assert parse(one).earliest <= parse(two).earliest and parse(one).latest <= parse(two).latest


@given(rules_and_periods(), DAYS, st.integers(1, 400))
def test_the_ends_of_a_range_are_the_results_of_its_ends(
    chosen: tuple[Rule, Period | None], day: date, more: int
) -> None:
    rule, length = chosen
    last = day + timedelta(days=more)
    if any(v.in_force_from > day for v in rule.versions[:1]) or len({(v.period, v.unit) for v in rule.versions}) > 1:
        return
    found, one, two = (
        parse(str(result(rule, parse(each), length).due))
        for each in (f"{day}/{last}", day.isoformat(), last.isoformat())
    )
    assert (found.earliest, found.latest) == (one.earliest, two.latest)


@given(rules_and_periods(), DAYS)
def test_a_deadline_that_moves_is_never_on_a_day_off(chosen: tuple[Rule, Period | None], day: date) -> None:
    rule, length = chosen
    version = rule.version_on(day)
    if version is None or version.last_day == "stands":
        return
    due = result(rule, parse(day.isoformat()), length).due
    assert due is not None
    found = calendar(rule.calendar).day(date.fromisoformat(parse(due).latest))
    if found.doubt:
        return
    assert found.is_worked


@given(st.integers(-5, 10**12), st.sampled_from(list(LONGEST)))
def test_every_period_of_a_century_and_no_other_is_taken(number: int, unit: str) -> None:
    try:
        found = period(f"{number} {unit}s")
    except BadPeriod:
        assert not 1 <= number <= LONGEST[unit]  # type: ignore[index]
    else:
        assert found == (number, unit)
