"""The fold: the same events give the same state in whatever order they were logged; what is doubtful is a value."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from helpers import EXAMPLES, OF_CASES, Said, codes, doubts, folded, note, opened, replayed, written
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.case import Case, fold
from tracker.kinds import KINDS, UNKNOWN
from tracker.logs.memory import MemoryLog
from tracker.problems import CODES

DAYS = st.dates(date(2025, 11, 8), date(2025, 11, 14)).map(str)
DATES = (
    st.none() | DAYS | st.sampled_from(["2025", "2025-11", "2025-11~", "2025-11?", "2025-11-1X", "20XX", "2025-11-XX"])
    | st.tuples(DAYS, DAYS).map(lambda pair: "/".join(sorted(pair)))
    | DAYS.map(lambda day: f"../{day}") | DAYS.map(lambda day: f"{day}/..") | DAYS.map(lambda day: f"{day}T09:30+08:00")
)  # fmt: skip
# What is said about a deadline takes effect in the order in which it was logged, as the moves of one do.
LOGGED_IN_ORDER = [name for name in OF_CASES if name.startswith("deadline.") and name != "deadline.set"]
OWN_DATES = {"hearing.scheduled": ["set_for"], "hearing.postponed": ["set_for", "until"]}


@st.composite
def events(draw: Any, without: Sequence[str] = ()) -> Said:
    """The example of some type, on some day; hearings on few days, so that they meet."""
    names = [name for name in OF_CASES if name not in without]
    name = draw(st.sampled_from(names) | st.sampled_from(["hearing.scheduled", "hearing.postponed", "hearing.held"]))
    data = dict(EXAMPLES[name])
    data.pop("date", None)
    if name not in ("case.renamed", "case.linked") and (day := draw(DAYS if name == "hearing.held" else DATES)):
        data["date"] = day
    return name, data | {field: draw(DAYS) for field in OWN_DATES.get(name, ())}


def state(case: Case) -> Any:
    """What a case says, without the numbers of the events that say it."""
    records = {
        part: sorted(repr([getattr(each, name) for name in fields]) for each in getattr(case, part))
        for part, fields in {
            "roles": ("party", "role"), "pleas": ("what", "party", "text"), "links": ("other", "relation"),
            "hearings": ("day", "status", "court", "purpose"), "judgments": ("court", "instance", "outcome", "grounds"),
            "orders": ("issuer", "debtors", "creditors", "amount", "act", "due", "due_terms", "joint_and_several"),
            "figures": ("what", "value", "unit", "as_of", "scope"), "gaps": ("what", "bounds"),
        }.items()
    }  # fmt: skip
    ended = {(role.party, role.role): role.ended_by is not None for role in case.roles}
    return case.stage, case.caption, ended, records, sorted(codes(case))


@given(st.sampled_from(list(KINDS)), st.lists(events(without=LOGGED_IN_ORDER), max_size=8), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_logging_is_nothing_to_the_state(kind: str, said: list[Said], chance: Any) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert state(folded(opened(kind), *said)) == state(folded(opened(kind), *shuffled))


@given(st.sampled_from(list(KINDS)), st.lists(events(), max_size=8))
@settings(max_examples=40, deadline=None)
def test_the_fold_is_deterministic_and_keeps_everything(kind: str, said: list[Said]) -> None:
    log = written(MemoryLog(), "cases/a", opened(kind), *said)
    one, two = (fold("a", replayed(log, "cases/a")) for _ in range(2))
    assert one == two
    assert sorted(entry.position for entry in one.entries) == list(range(1, len(said) + 2))
    keys = [entry.order() for entry in one.entries]
    assert keys == sorted(keys)
    assert set(codes(one)) <= set(CODES)


def hearings(*said: Said) -> list[tuple[str | None, str, str | None, str | None]]:
    return [(each.day, each.status, each.purpose, each.moved_to) for each in folded(opened(), *said).hearings]


SET = ("hearing.scheduled", {"set_for": "2025-11-10", "court": "c", "purpose": "argument"})
MOVED = ("hearing.postponed", {"set_for": "2025-11-10", "until": "2025-11-20", "reason": "late evidence"})
HELD = ("hearing.held", {"date": "2025-11-20", "purpose": "cross-examination"})


def test_a_hearing_is_set_moved_and_held() -> None:
    assert hearings(SET) == [("2025-11-10", "set", "argument", None)]
    assert hearings(SET, MOVED) == [
        ("2025-11-10", "postponed", "argument", "2025-11-20"), ("2025-11-20", "set", None, None)
    ]  # fmt: skip
    assert hearings(SET, MOVED, HELD) == hearings(HELD, MOVED, SET) == [
        ("2025-11-10", "postponed", "argument", "2025-11-20"), ("2025-11-20", "held", "cross-examination", None)
    ]  # fmt: skip
    [first, _] = folded(opened(), SET, MOVED).hearings
    assert (first.court, first.reason, first.position) == ("c", "late evidence", 3)


def test_a_hearing_that_was_held_stays_held_whatever_is_told_of_its_day() -> None:
    told = ("hearing.scheduled", {"set_for": "2025-11-20", "purpose": "argument"})
    late = ("hearing.postponed", {"set_for": "2025-11-20", "until": "2025-12-01", "reason": "illness"})
    for said in ((told, HELD), (HELD, told)):
        assert hearings(*said) == [("2025-11-20", "held", "cross-examination", None)]
    for said in ((late, HELD), (HELD, late)):
        assert hearings(*said)[0] == ("2025-11-20", "held", "cross-examination", "2025-12-01")


def test_hearings_without_a_day_are_kept_apart() -> None:
    moved = ("hearing.postponed", {"reason": "illness"})
    held = ("hearing.held", {"purpose": "argument"})
    assert sorted(each[1] for each in hearings(moved, moved, held, held)) == ["held", "held", "postponed", "postponed"]


def test_a_role_ends_and_the_first_event_that_gave_it_is_kept() -> None:
    join, leave = ("party.joined", {"party": "ms-li", "role": "plaintiff"}), ("party.left", EXAMPLES["party.left"])
    [role] = folded(opened(), join, join, leave).roles
    assert (role.position, role.ended_by) == (2, 4)
    [role] = folded(opened(), leave).roles
    assert (role.party, role.role, role.ended_by) == ("ms-li", "plaintiff", 2)


def test_a_fine_and_each_measure_is_an_order() -> None:
    imposed = ("penalty.imposed", {"authority": "x", "on": "y", "fine": "30000 CNY", "measures": ["stop", "repair"]})
    orders = folded(opened("penalty"), imposed).orders
    assert [(each.amount, each.act, each.debtors) for each in orders] == [
        ("30000 CNY", None, ("y",)), (None, "stop", ("y",)), (None, "repair", ("y",))
    ]  # fmt: skip


def test_what_nobody_states_is_a_gap_with_its_bounds() -> None:
    suit = ("suit.filed", {"date": "2025-05/2025-11-10", "plaintiffs": ["p"]})
    gaps = {gap.what: (gap.bounds, gap.position) for gap in folded(opened(docket="(2025) 1"), suit).gaps}
    assert gaps == {"day of filing": ("2025-05/2025-11-10", 2), "defendant": (None, 2), "forum": (None, 1)}
    whole = ("suit.filed", {"date": "2025-05-02", "plaintiffs": ["p"], "defendants": ["d"], "docket": "(2025) 1"})
    assert folded(opened(forum="c"), whole).gaps == ()
    approximate = ("suit.filed", {"date": "2025-05-02~", "plaintiffs": ["p"], "defendants": ["d"], "docket": "1"})
    assert [gap.bounds for gap in folded(opened(forum="c"), approximate).gaps] == ["2025-05-02~"]


@pytest.mark.parametrize(
    ("code", "position", "fragment", "said"),
    [
        ("not-opened", None, "no event opens the case", [note()]),
        ("opened-twice", 3, "event 1 opened it first", [opened(title="One"), note(), opened(title="Two")]),
        ("unknown-kind", 1, "kind 'feud' is not known", [opened("feud")]),
        ("odd-role", 2, "ms-li is 'plaintif', which is no role of a lawsuit",
         [opened(), ("party.joined", {"party": "ms-li", "role": "plaintif"})]),
        ("bad-date", 2, "'2025-02-30' is no date: 2025-02 has 28 days", [opened(), note(date="2025-02-30")]),
        ("bad-date", 2, "'soon, maybe' is no date",
         [opened(), ("order.made", {"due": "soon, maybe", "debtors": ["p"]})]),
        ("bad-date", 2, "'2025-11-31' is no date",
         [opened(), ("hearing.scheduled", {"date": "2025-11-01", "set_for": "2025-11-31"})]),
        ("unreadable", 2, "note.added cannot be read: Object missing", [opened(), ("note.added", {})]),
        ("unreadable", 2, "payment.made cannot be read", [opened(), ("payment.made", {"payer": "p", "amount": "5"})]),
        ("unreadable", 2, "case.linked cannot be read", [opened(), ("case.linked", {"case": "../x", "relation": "r"})]),
        ("misplaced", 2, "belongs into the register sources", [opened(), ("source.added", EXAMPLES["source.added"])]),
        ("misplaced", 2, "belongs into the register parties", [opened(), ("party.added", EXAMPLES["party.added"])]),
        ("unknown-type", 2, "type 'planet.found' is not known", [opened(), ("planet.found", {})]),
        ("out-of-stage", 2, "appeal filed (2025-12-05) does not fit the stage 'dispute'",
         [opened(), ("appeal.filed", EXAMPLES["appeal.filed"])]),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_value(code: str, position: int | None, fragment: str, said: list[Said]) -> None:
    case = folded(*said)
    [problem] = doubts(case)
    assert (problem.code, problem.case, problem.position) == (code, "a", position)
    assert fragment in problem.message
    assert len(case.entries) == len(said), "doubtful or not, it is kept"
    assert code in CODES


def test_the_first_opening_counts() -> None:
    case = folded(opened("recall", "One"), opened("lawsuit", "Two", docket="2"))
    assert (case.kind.name, case.caption.title, case.caption.docket) == ("recall", "One", None)


def test_a_log_without_an_opening_is_folded_all_the_same() -> None:
    case = folded(note("早"), note("晚"), case="b")
    assert (case.kind, case.caption.title, len(case.entries)) == (UNKNOWN, "b", 2)
    assert fold("c", []).entries == ()


def test_events_stand_by_earliest_day_then_latest_then_logging_and_without_a_date_last() -> None:
    days = ["2025-99", None, "2025-03", "2025-02/2025-03", "2025-02", "2025-02-01", "2025-02-01T09:30", "2025-02-01"]
    dated = [{"date": day} if day else {} for day in days]
    case = folded(opened(), *(note(str(number), **date) for number, date in enumerate(dated)))
    order = [getattr(entry.data, "note", "") for entry in case.entries]
    assert order == ["5", "7", "6", "4", "3", "2", "", "0", "1"]


def test_a_case_without_a_date_of_its_own_stands_where_it_belongs() -> None:
    figure = ("figure.stated", {"what": "w", "value": "1", "unit": "u", "as_of": "2025-10-27/2025-11-27"})
    texts = {entry.event.type: entry.when.text for entry in folded(opened(), SET, figure).entries if entry.when}
    assert texts == {"hearing.scheduled": "2025-11-10", "figure.stated": "2025-10-27/2025-11-27"}
