"""What changed between two days: on the real store, and on a small one in which everything happens that can."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from logged import IDS, Line, at, events
from running import images, ok, rows_of, run, run_several, said

from tracker.clocks import seen
from tracker.differences import Change, differences
from tracker.projections.build import project_events
from tracker.view import View

ROOT = Path(__file__).parent.parent


def cited(source: str, **data: object) -> dict[str, object]:
    return data | {"citations": [{"source": source, "locator": "7"}]}


SOURCES = [Line(IDS[90 + n], "source.added", {"source": name, "title": name.title(), "published": day}, at(0))
           for n, (name, day) in enumerate((("early", "2025-11-01"), ("late", "2025-12-01")))]  # fmt: skip
PARTIES = [Line(IDS[80 + n], "party.added", {"party": name, "name": name.title(), "what": "person"}, at(0))
           for n, name in enumerate(("li", "shop", "court"))]  # fmt: skip
CASE = [
    Line(IDS[0], "case.opened", {"kind": "lawsuit", "title": "Li v. Shop"}, at(0)),
    Line(IDS[1], "suit.filed", cited("early", date="2025-05", plaintiffs=["li"], defendants=["shop"]), at(1)),
    Line(IDS[2], "hearing.scheduled", {"date": "2025-10", "set_for": "2025-11-10", "court": "court"}, at(1)),
    Line(IDS[3], "order.made", {"debtors": ["shop"], "amount": "10000 CNY"}, at(1)),
    Line(IDS[4], "figure.stated", {"what": "price", "value": "5", "unit": "CNY", "as_of": "2025-10"}, at(1)),
    Line(IDS[5], "statement.made", {"speaker": "shop", "gist": "no", "date": "2025-11-02"}, at(1)),
    Line(IDS[6], "correction.made", {"of": IDS[5], "field": "venue", "value": "Weibo", "reason": "left out"}, at(2)),
    # ten minutes later
    Line(IDS[10], "hearing.postponed", {"set_for": "2025-11-10", "until": "2025-11-20", "reason": "illness"}, at(11)),
    Line(IDS[11], "correction.made", {"of": IDS[3], "field": "amount", "value": "12000 CNY", "reason": "typo"}, at(11)),
    Line(IDS[12], "figure.stated", {"what": "price", "value": "7", "unit": "CNY", "as_of": "2025-12"}, at(11)),
    Line(IDS[13], "retraction.made", {"of": IDS[5], "reason": "wrong case"}, at(11)),
    Line(IDS[14], "dispute.raised", cited("late", of=IDS[1], field="date", value="2025-06", claimant="shop"), at(11)),
    Line(IDS[15], "party.left", {"party": "shop", "role": "defendant", "date": "2025-12"}, at(11)),
    Line(IDS[16], "judgment.given", cited("late", court="court", instance="first", outcome="for Li"), at(11)),
    Line(IDS[17], "retraction.made", {"of": IDS[6], "reason": "no"}, at(11)),
    Line(IDS[18], "case.renamed", {"title": "Li v. Shop (deposit)"}, at(11)),
    # and again
    Line(IDS[20], "dispute.settled", {"of": IDS[1], "field": "date", "value": "2025-06", "reason": "stamped"}, at(21)),
    Line(IDS[21], "retraction.made", {"of": IDS[13], "reason": "right case"}, at(21)),
    # and once more
    Line(IDS[30], "dispute.raised", {"of": IDS[1], "field": "date", "value": "2025-07"}, at(31)),
    Line(IDS[31], "correction.made", {"of": IDS[15], "field": "happened", "value": False, "reason": "no"}, at(31)),
]
OTHER = [Line(IDS[40], "case.opened", {"kind": "recall", "title": "Doors"}, at(12))]
LOGS = {"sources": events(SOURCES, "sources"), "parties": events(PARTIES, "parties"),
        "cases/a": events(CASE), "cases/b": events(OTHER, "cases/b")}  # fmt: skip


def by(minute: int) -> sqlite3.Connection:
    return project_events(seen(LOGS, View(recorded_by=at(minute)))[0])


def between(first: int, last: int, *cases: str) -> list[Change]:
    with closing(by(first)) as one, closing(by(last)) as two:
        return differences(one, two, cases)


def told(changes: list[Change]) -> list[tuple[str, str, str, str, str]]:
    return [(each.change, each.what, each.before, each.after, each.ref) for each in changes]


def test_everything_that_changes_is_told_once() -> None:
    assert told(between(5, 15, "a")) == [
        ("new", "Hearing postponed (2025-11-10)", "",
         "the hearing of 2025-11-10 is postponed to 2025-11-20, because illness.", "a#8"),
        ("new", "Figure (2025-12)", "", "price: 7 CNY, as of 2025-12.", "a#10"),
        ("new", "Party left (2025-12)", "", "Shop is no longer defendant.", "a#13"),
        ("new", "Judgment (day not stated)", "", "Court: first instance, for Li.", "a#14"),
        ("changed", "title", "Li v. Shop", "Li v. Shop (deposit)", "a#16"),
        ("changed", "stage", "hearing set", "first-instance judgment", "a#14"),
        ("changed", "role of Shop", "defendant", "defendant (until a#13)", "a#13"),
        ("changed", "order a#4/1", "10,000 CNY, owed by Shop, due day not stated",
         "12,000 CNY, owed by Shop, due day not stated", "a#4"),
        ("changed", "hearing of 2025-11-10", "set, before Court", "postponed, before Court, to 2025-11-20", "a#8"),
        ("changed", "figure: price", "5 CNY, as of 2025-10", "7 CNY, as of 2025-12", "a#10"),
        ("corrected", "amount of a#4 (Order)", "10,000 CNY", "12,000 CNY, because typo", "a#9"),
        ("correction withdrawn", "venue of a#6 (Statement)", "Weibo", "not stated", "a#15"),
        ("disputed", "date of a#2 (Suit filed)", "2025-05", "2025-05 or 2025-06", "a#12"),
        ("retracted", "Statement (2025-11-02)", "Shop: no.", "because wrong case", "a#11"),
        ("new source", "late", "", "Late, 2025-12-01", "a#12"),
    ]  # fmt: skip


def test_what_is_settled_restored_and_opened_again() -> None:
    assert told(between(15, 25)) == [
        ("settled", "date of a#2 (Suit filed)", "2025-05 or 2025-06", "2025-06, because stamped", "a#17"),
        ("restored", "Statement (2025-11-02)", "", "Shop: no.", "a#18"),
    ]
    assert told(between(25, 35)) == [
        ("changed", "role of Shop", "defendant (until a#13)", "defendant", "a#2"),
        ("reopened", "date of a#2 (Suit filed)", "2025-06", "2025-05 or 2025-06 or 2025-07", "a#19"),
        ("retracted", "Party left (2025-12)", "Shop is no longer defendant.", "because no", "a#20"),
    ]


def test_a_case_that_is_new_and_one_in_which_nothing_changed() -> None:
    assert told(between(5, 15, "b")) == [("new case", "Doors", "", "Recall: reported", "b#1")]
    assert {change.case for change in between(5, 15)} == {"a", "b"}
    assert [change.case for change in between(5, 15)] == sorted(change.case for change in between(5, 15))
    assert between(15, 35, "b") == [] == between(5, 5)


def test_what_was_logged_and_retracted_in_between_is_told_as_retracted() -> None:
    assert [each.change for each in between(0, 15, "a") if each.ref in ("a#6", "a#11")] == ["retracted"]


def test_another_value_in_an_open_dispute_is_told_and_the_same_dispute_is_not_told_twice() -> None:
    more = Line(IDS[50], "dispute.raised", {"of": IDS[1], "field": "date", "value": "2025-08"}, at(41))
    note = Line(IDS[51], "note.added", {"note": "n"}, at(51))
    one, two, three = (
        project_events({"cases/a": events([*CASE, more, note][:count])})
        for count in (len(CASE), len(CASE) + 1, len(CASE) + 2)
    )
    with closing(one), closing(two), closing(three):
        [change] = differences(one, two)
        assert (change.change, change.before, change.after) == (
            "disputed", "2025-05 or 2025-06 or 2025-07", "2025-05 or 2025-06 or 2025-07 or 2025-08"
        )  # fmt: skip
        assert [each.change for each in differences(two, three)] == ["new"]


def test_a_settlement_that_is_retracted_opens_the_question_again() -> None:
    settled = CASE[:-2]
    undone = Line(IDS[50], "retraction.made", {"of": IDS[20], "reason": "no"}, at(41))
    one, two = (project_events({"cases/a": events(lines)}) for lines in (settled, [*settled, undone]))
    with closing(one), closing(two):
        [change] = differences(one, two)
    assert (change.change, change.before, change.after) == ("reopened", "2025-06", "2025-05 or 2025-06")
    assert change.ref == f"a#{len(settled) + 1}"


def test_pinpoints_of_what_is_new() -> None:
    assert {each.ref: each.pinpoints for each in between(5, 15, "a") if each.pinpoints} == {
        "a#14": "late ¶7", "a#12": "late ¶7"
    }  # fmt: skip


def test_every_step_adds_up() -> None:
    """What is new from the first to the last was new in one of the steps between."""
    steps = [step for pair in ((0, 5), (5, 15), (15, 25), (25, 35)) for step in between(*pair)]
    whole = [each for each in between(0, 35) if each.change in ("new source", "new case")]
    assert {(each.change, each.what) for each in whole} <= {(each.change, each.what) for each in steps}
    assert {each.ref for each in between(0, 35) if each.change == "new"} <= {each.ref for each in steps}


# The real store


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(ROOT / "events", root / "events", ignore=shutil.ignore_patterns(".*"))
    before = images(root)
    yield root
    assert images(root) == before, "a question changed the record"


BETWEEN = ("--known-by", "2025-10-25", "--and", "2025-11-20")


def test_what_became_known_of_the_crash(real: Path) -> None:
    forms = ("--json", "--nl", "--csv", "--tsv")
    table, *exports = run_several(
        [("diff", "anhui-crash", *BETWEEN), *(("diff", "anhui-crash", *BETWEEN, form) for form in forms)],
        cwd=real, env={"COLUMNS": "1000"},
    )  # fmt: skip
    rows, *others = (rows_of(each.out, form[2:]) for each, form in zip(exports, forms, strict=True))
    assert all(other == rows for other in others)
    assert list(rows[0]) == ["case", "change", "what", "before", "after", "ref", "pinpoints"]
    new = {row["ref"] for row in rows if row["change"] == "new" and row["what"][:4] not in ("role", "link")}
    assert {"anhui-crash#4", "anhui-crash#10", "anhui-crash#11"} <= new
    assert "anhui-crash#14" not in new, "the feature of October told that already"
    assert [(row["before"], row["after"]) for row in rows if row["what"] == "stage"] == [
        ("occurred", "under investigation")
    ]  # fmt: skip
    assert {row["what"] for row in rows if row["change"] == "new source"} >= {"leida-2025-11-19", "two-battles-2025-11"}
    assert {row["case"] for row in rows} == {"anhui-crash"}
    assert table.out.split("\n")[0].split() == ["Change", "What", "Before", "After", "Event"]
    assert all(row["after"] in table.out and row["ref"] in table.out for row in rows)
    assert "anhui-crash#12 (2025-11-19/2025-12-31)" in table.err


def test_the_whole_store_names_the_cases_nobody_had_heard_of(real: Path) -> None:
    rows = rows_of(ok("diff", "--known-by", "25 Oct 2025", "--and", "2025-11-27", "--json", cwd=real), "json")
    new = {row["case"] for row in rows if row["change"] == "new case"}
    assert {"haikou-deposit", "perforated-hood"} <= new and "anhui-crash" not in new
    cases = [row["case"] for row in rows]
    assert cases == sorted(cases)


def test_what_was_logged(real: Path) -> None:
    rows = rows_of(ok("diff", "--recorded-by", "2026-11-22", "--and", "today", "--json", cwd=real), "json")
    assert {row["case"] for row in rows if row["change"] == "new case"} == {
        path.stem for path in (real / "events" / "cases").glob("*.jsonl")
    }
    again = run("diff", "--recorded-by", "today", "--and", "today", cwd=real)
    assert (again.code, again.out) == (0, "Nothing was logged in that time.\n")


def test_when_nothing_changed(real: Path, tmp_path: Path) -> None:
    ok("init", cwd=tmp_path)
    assert "'tracker open CASE" in ok("diff", *BETWEEN, cwd=tmp_path)
    assert ok("diff", *BETWEEN, "--json", cwd=tmp_path) == "[]\n"
    assert ok("diff", "haikou-deposit", "--known-by", "2025-10-01", "--and", "2025-10-02", cwd=real) == (
        "Nothing became known in that time.\n"
    )


WRONG = (
    (("--and", "2025-11-20"), "Say from when: --known-by DATE"),
    (("--known-by", "2025-11-20"), "Missing option '--and'"),
    (("--known-by", "2025-11-20", "--recorded-by", "2025-11-20", "--and", "2025-11-21"), "not both"),
    (("--known-by", "2025-11-20", "--and", "2025-11-19"), "--and 2025-11-19 is before 2025-11-20"),
    (("--recorded-by", "2026-11-20T09:30Z", "--and", "2026-11-20T10:30+08:00"), "is before"),
    (("--known-by", "soon", "--and", "2025-11-19"), "'soon' is no date"),
    (("--recorded-by", "2025-11-20", "--and", "2025-11-20T99:00Z"), "'2025-11-20T99:00Z' is no date"),
    (("nowhere", *BETWEEN), "There is no case 'nowhere'"),
)


def test_wrong_use_is_one_sentence(real: Path) -> None:
    for (args, sentence), done in zip(
        WRONG, run_several([("diff", *args) for args, _ in WRONG], cwd=real), strict=True
    ):
        assert (done.code, sentence in said(done)) == (2, True), (args, done)
