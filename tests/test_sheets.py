"""Source sheets: a good one, one that is logged again, one that changed, and every mistake of form at once."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import STAMP, lines, store

from tracker import queries
from tracker.app import Tracker
from tracker.envelope import Event
from tracker.errors import Mistakes
from tracker.kinds import KINDS
from tracker.logs.files import FileLog
from tracker.sheets import MAX_SHEET, read_sheet

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.toml"))

GOOD = """
[source]
source = "weibo"
title = "What Weibo said"
published = 2025-11-27
paragraphs = 20

[[party]]
party = "ms-li"
name = "Ms. Li"
what = "person"
aliases = ["the buyer"]
at = "7"

[[party]]
party = "shop"
name = "The shop"
what = "company"

[[alias]]
party = "shop"
alias = "店"
at = 8

[[relation]]
party = "ms-li"
relation = "customer of"
other = "shop"
since = 2024-07-01

[[case]]
case = "deposit"
kind = "lawsuit"
title = "Li v. the shop"
at = "1-3"

[[case]]
case = "other"
kind = "topic"
title = "Other"

[[link]]
in = "deposit"
case = "other"
relation = "background"

[[event]]
case = "deposit"
type = "payment.made"
date = "2024-07"
payer = "ms-li"
amount = "5000 CNY"
at = "7,13-14"
contradicted_at = "9"
cite = ["weibo:p. 3"]

[[event]]
case = "deposit"
type = "hearing.held"
name = "first"
date = 2025-11-20T09:30:00+08:00
"""


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return store(tmp_path)


def sheet(tracker: Tracker, text: str | bytes, name: str = "weibo.toml") -> Path:
    path = tracker.root / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_good_sheet(tracker: Tracker) -> None:
    outcome = tracker.log_sheet(sheet(tracker, GOOD), STAMP)
    assert (len(outcome.new), outcome.contradictions) == (10, ())
    db = tracker.read()
    assert {row.code for row in queries.problems(db)} == {"party-without-role", "uncited"}
    [payment] = [row for row in queries.timeline(db) if row.type == "payment.made"]
    assert (payment.ref, payment.date, payment.text) == ("deposit#3", "2024-07", "Ms. Li paid 5,000 CNY.")
    assert payment.pinpoints == "weibo ¶7, 13-14, p. 3; contradicted by ¶9"
    dates = {row["date"] for row in queries.rows(db, "developments", type="hearing.held")}
    assert dates == {"2025-11-20T09:30:00+08:00"}
    assert queries.source(db, "weibo")["published"] == "2025-11-27"
    assert [row["alias"] for row in queries.rows(db, "aliases", "alias")] == ["the buyer", "店"]
    versions = {event.id[14] for log in tracker.log.logs() for event in tracker.events(log)}
    assert versions == {"5"}, "ids are UUIDv5 of the entry's place in the sheet"


def test_logging_again_adds_nothing(tracker: Tracker) -> None:
    first = tracker.log_sheet(sheet(tracker, GOOD), STAMP)
    before = lines(tracker)
    moved = sheet(tracker, GOOD.replace("[[event]]", "# a remark\n[[event]]"), "renamed.toml")
    again = tracker.log_sheet(moved, STAMP)
    assert (again.new, again.contradictions, len(again.appended)) == ((), (), len(first.appended))
    assert lines(tracker) == before


def test_what_changed_is_named_and_the_rest_is_logged(tracker: Tracker) -> None:
    tracker.log_sheet(sheet(tracker, GOOD), STAMP)
    changed = GOOD.replace('"5000 CNY"', '"6000 CNY"').replace('date = "2024-07"\n', "").replace('"Other"', '"Else"')
    changed += '[[event]]\ncase = "other"\ntype = "note.added"\nnote = "new"\n'
    outcome = tracker.log_sheet(sheet(tracker, changed), STAMP)
    assert [(each.ref, each.fields) for each in outcome.contradictions] == [
        ("other#1", ("title",)), ("deposit#3", ("amount", "date"))
    ]  # fmt: skip
    assert outcome.contradictions[1].where == "weibo.toml, [[event]] 1"
    assert [(each.log, each.position) for each in outcome.new] == [("cases/other", 2)]
    assert b"6000 CNY" not in b"".join(tracker.log.read("cases/deposit"))


def test_an_entry_that_became_wrong_contradicts_and_does_no_harm(tracker: Tracker) -> None:
    tracker.log_sheet(sheet(tracker, GOOD), STAMP)
    outcome = tracker.log_sheet(sheet(tracker, GOOD.replace('"5000 CNY"', '"5000"')), STAMP)
    assert [each.fields for each in outcome.contradictions] == [("amount",)]


SOURCE = '[source]\nsource = "s"\n'
NOT_A_SHEET: list[tuple[str | bytes, str, str]] = [
    (b"[source\n", "", "it is not TOML"),
    (b"\xff\xfe[\x00s\x00", "", "it is not TOML: 'utf-8' codec can't decode"),
    (b'[source]\nsource = "\xe9"\n', "", "it is not TOML"),
    (b"\xef\xbb\xbf" + SOURCE.encode(), "", "it is not TOML"),
    ('[source]\nsource = "a"\nsource = "b"\n', "", "it is not TOML"),
    ("a = " + "[" * 100_000, "", "it is not TOML"),
    (b"#" * (MAX_SHEET + 1), "", "it is larger than"),
    ("", "source", "it needs a table [source]"),
    ('source = "s"', "source", "it needs a table [source]"),
    ("[source]\nsource = 5", "source", "it needs a table [source]"),
    ("[[source]]\nsource = 's'", "source", "it needs a table [source]"),
]


@pytest.mark.parametrize(("text", "field", "fragment"), NOT_A_SHEET)
def test_what_is_no_sheet(tracker: Tracker, text: str | bytes, field: str, fragment: str) -> None:
    path = sheet(tracker, text)
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(path, STAMP)
    [mistake] = caught.value.mistakes
    assert (mistake.where, mistake.field) == (str(path), field) and fragment in mistake.message
    assert lines(tracker) == {}


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match=r"it cannot be read \(No such file or directory\); name a sheet"):
        read_sheet(tmp_path / "none.toml")
    with pytest.raises(Mistakes, match="it cannot be read"):
        read_sheet(tmp_path)


FORM = """
[[party]]
name = "P"
[[alias]]
party = "p"
[[relation]]
party = 5
relation = "of"
[[case]]
title = "T"
[[link]]
in = "a"
[[event]]
case = "a"
[[event]]
case = "a"
type = "note.added"
note = "one"
at = " "
cite = "s:7"
[[event]]
case = "a"
type = "note.added"
note = "two"
at = [7]
cite = [7]
"""


def test_every_mistake_of_form_is_named_at_once(tracker: Tracker) -> None:
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(sheet(tracker, SOURCE + FORM), STAMP)
    found = [(each.where.removeprefix("weibo.toml, "), each.field) for each in caught.value.mistakes]
    assert found == [
        ("[[party]] 1", "party"), ("[[alias]] 1", "alias"), ("[[relation]] 1", "party"), ("[[relation]] 1", "other"),
        ("[[case]] 1", "case"), ("[[link]] 1", "case"), ("[[link]] 1", "relation"), ("[[event]] 1", "type"),
        ("[[event]] 2", "at"), ("[[event]] 2", "cite"), ("[[event]] 3", "at"), ("[[event]] 3", "cite"),
    ]  # fmt: skip
    assert str(caught.value).endswith("12 mistakes; nothing was logged.")
    assert lines(tracker) == {}


def test_unknown_tables_are_named(tracker: Tracker) -> None:
    text = SOURCE + '[[events]]\ncase = "a"\n[party]\nparty = "p"\n[notes]\n'
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(sheet(tracker, text), STAMP)
    assert [each.where for each in caught.value.mistakes] == [
        "weibo.toml, [events]", "weibo.toml, [party]", "weibo.toml, [notes]"
    ]  # fmt: skip
    assert "it is none of [source], [[party]]" in caught.value.mistakes[0].message


def test_two_entries_of_one_place_need_a_name(tracker: Tracker) -> None:
    event = '[[event]]\ncase = "deposit"\ntype = "note.added"\nnote = "{}"\nat = "7"\n'
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(sheet(tracker, GOOD + event.format("one") + event.format("two")), STAMP)
    [mistake] = caught.value.mistakes
    assert (mistake.where, mistake.field) == ("weibo.toml, [[event]] 4", "name")
    assert mistake.message == "[[event]] 3 is the same entry to the tracker: give one of them a name"
    named = event.format("one") + event.format("two") + 'name = "second"\n'
    assert len(tracker.log_sheet(sheet(tracker, GOOD + named), STAMP).new) == 12


def test_mistakes_of_the_contents_stand_with_their_entry(tracker: Tracker) -> None:
    wrong = GOOD.replace('"ms-li"\namount', '"ms-lee"\namount').replace('"2024-07"', '"July 2024"') + 'colour = "red"\n'
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(sheet(tracker, wrong), STAMP)
    assert [(each.where, each.field) for each in caught.value.mistakes] == [
        ("weibo.toml, [[event]] 1", "payer"), ("weibo.toml, [[event]] 1", "date"), ("weibo.toml, [[event]] 2", "colour")
    ]  # fmt: skip
    assert lines(tracker) == {}


EXPECTED_KINDS = {
    "haikou-deposit": "lawsuit", "perforated-hood": "lawsuit", "accounts-92": "batch", "su7-recall": "recall",
    "anhui-crash": "incident", "chengdu-crash": "incident", "nanjing-fire-penalty": "penalty",
    "india-notices": "notice", "owners-legal-aid": "programme", "pr-head-rumour": "rumour",
}  # fmt: skip


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    tracker = store(tmp_path_factory.mktemp("seeded"))
    for path in SEEDS:
        outcome = tracker.log_sheet(path, STAMP)
        assert outcome.contradictions == () and len(outcome.new) == len(outcome.appended)
    yield tracker
    if tracker._read:
        tracker._read.close()


@pytest.fixture
def db(seeded: Tracker) -> sqlite3.Connection:
    return seeded.read()


def said(event: Event) -> tuple[str, str, dict[str, Any]]:
    """What a sheet decides of an event; the version of the calendar data is that of the day on which it was logged."""
    data = json.loads(bytes(event.data))
    data.pop("calendar", None)
    return event.type, event.id, data


def test_the_sheets_say_what_the_committed_logs_say(seeded: Tracker) -> None:
    committed = FileLog(ROOT)
    if not committed.logs():
        pytest.skip("events/ is empty: the sheets have not been logged for good yet")
    real = Tracker(ROOT, committed)
    assert seeded.log.logs() == committed.logs()
    for name in committed.logs():
        ours, theirs = ([said(event) for event in each.events(name)] for each in (seeded, real))
        assert ours == theirs, name


def test_nothing_is_doubtful_about_the_sheets(db: sqlite3.Connection) -> None:
    assert queries.problems(db) == []
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    stubs = "SELECT id FROM sources WHERE position IS NULL UNION ALL SELECT id FROM parties WHERE position IS NULL"
    assert db.execute(stubs).fetchall() == []


OUR_OWN = ("retraction.made", "dispute.settled")
"""What we decided, and no document says."""


def test_every_citation_points_to_a_paragraph_of_a_source(db: sqlite3.Connection) -> None:
    paragraphs = {row["id"]: row["paragraphs"] for row in queries.rows(db, "sources")}
    cited = queries.rows(db, "citations")
    documents = [path for path in SEEDS if "[source]" in path.read_text(encoding="utf-8")]
    assert len(cited) > 400 and len(paragraphs) == len(documents) == 5
    outside = [tuple(row) for row in cited if not 1 <= (row["last_paragraph"] or 0) <= paragraphs[row["source"]]]
    assert outside == []
    told = {row["ref"] for row in queries.rows(db, "developments") if row["type"] not in OUR_OWN}
    assert told - {row["development"] for row in cited} == set()


def test_every_case_has_its_kind_and_has_come_somewhere(db: sqlite3.Connection) -> None:
    rows = {row["name"]: row for row in queries.rows(db, "cases")}
    assert {name: rows[name]["kind"] for name in EXPECTED_KINDS} == EXPECTED_KINDS
    stuck = [name for name, kind in EXPECTED_KINDS.items() if rows[name]["stage"] == KINDS[kind].stages[0].name]
    assert stuck == []
