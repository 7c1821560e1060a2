"""JSON and CSV: other readers than ours find all of a document in them, and what they hold can be logged again."""

import csv
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from helpers import STAMP, Said, entry, lines, note, registered, store, written
from hypothesis import given, settings
from hypothesis import strategies as st
from running import PROJECT, ok, run, said, started

from tracker import queries
from tracker.app import Tracker
from tracker.canonical import MAX_LINE
from tracker.documents import LAYOUTS, as_csv, as_json, writer_for
from tracker.documents.blocks import (
    Block,
    Day,
    Document,
    Figure,
    Grid,
    Heading,
    Items,
    Logged,
    Moment,
    Note,
    PageBreak,
    Paragraph,
    Row,
    Strong,
    Struck,
)
from tracker.documents.chronology import chronology
from tracker.envelope import Stamp
from tracker.errors import Mistakes
from tracker.exports import read_any
from tracker.logs.memory import MemoryLog
from tracker.view import View

EVENTS = PROJECT / "events"
ENDINGS = (".json", ".csv")
LATER = Stamp("Somebody else", "2026-12-24T10:00:00.000Z")
real = pytest.mark.skipif(not EVENTS.is_dir(), reason="the real logs are not in this copy: there is no events/")


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(EVENTS, root / "events")
    return Tracker(root)


def exported(document: Document, ending: str) -> bytes:
    return writer_for(f"x{ending}")(document)


def imported(content: bytes, folder: Path) -> sqlite3.Connection:
    """The projection of an empty store in which an export was logged."""
    folder.mkdir()
    fresh = Tracker(folder, MemoryLog())
    fresh.append(read_any(io.BytesIO(content), "export"), LATER)
    return fresh.read()


def told(db: sqlite3.Connection, cases: list[str], layout: str) -> tuple[str, list[Block]]:
    """All that a chronology says but the heads of its logs, which come last: hashes hold the time of logging."""
    document = chronology(db, cases, layout=layout)
    return document.title, list(document.blocks[: document.blocks.index(Heading(1, "Prepared from"))])


def entries_of(content: bytes) -> list[tuple[str, str, dict[str, Any], str | None]]:
    return [(each.log, each.type, each.data, each.id) for each in read_any(io.BytesIO(content), "x")]


@real
def test_an_export_of_the_real_cases_gives_the_same_chronology_in_an_empty_store(
    tracker: Tracker, tmp_path: Path
) -> None:
    db = tracker.read()
    names = queries.case_names(db)
    assert len(names) == 16
    for number, cases in enumerate([*([name] for name in names), names]):
        made, table = (exported(chronology(db, cases), ending) for ending in ENDINGS)
        assert entries_of(made) == entries_of(table), "so that either of them gives the same store"
        back = imported(made, tmp_path / str(number))
        # what a layout arranges is the same for all: each case takes another one, and all together take every one
        for layout in LAYOUTS if len(cases) > 1 else {"table", list(LAYOUTS)[number % len(LAYOUTS)]}:
            assert told(back, cases, layout) == told(db, cases, layout)


@real
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_whatever_the_layout_and_language_the_same_events_come_back(tracker: Tracker, layout: str, ending: str) -> None:
    cases = ["haikou-deposit", "share-purchase"]
    plain = entries_of(exported(chronology(tracker.read(), cases), ".json"))
    made = exported(chronology(tracker.read(), cases, layout=layout, language="zh"), ending)
    assert entries_of(made) == plain
    assert len(plain) > 50


VIEWS = [
    View(undisputed=True), View(told_by="plaintiff"), View(known_by="2025-11-20"), View(known_by="2025-11-27"),
    View(since="2025-03-01", until="2025-10-31"), View(until="2024-12-31"),
]  # fmt: skip


@real
@pytest.mark.parametrize("view", VIEWS)
def test_an_export_of_a_view_holds_what_the_view_shows(tracker: Tracker, tmp_path: Path, view: View) -> None:
    db, _ = tracker.look(view)
    names = queries.case_names(db)
    shown = [(row.date, row.type, row.text) for row in queries.timeline(db)]
    assert shown
    assert shown != [(row.date, row.type, row.text) for row in queries.timeline(tracker.read())]
    for ending in ENDINGS:
        made = exported(chronology(db, names, shown=view.told(), record=tracker.read()), ending)
        back = imported(made, tmp_path / ending[1:])
        assert [(row.date, row.type, row.text) for row in queries.timeline(back)] == shown
    for name in ("share-purchase", *names[:2]):
        if name in names:
            imported(exported(chronology(db, [name]), ".json"), tmp_path / f"alone-{name}")


def test_through_the_command_line_and_twice(tmp_path: Path) -> None:
    old = started(tmp_path / "old")
    for ending in ENDINGS:
        ok("chronology", "deposit", "-o", f"../out{ending}", cwd=old)
        new = tmp_path / f"new{ending[1:]}"
        (new / "events").mkdir(parents=True)
        assert ok("log", "--batch", f"../out{ending}", cwd=new) == "6 logged, 0 already recorded.\n"
        told = (tmp_path / f"out{ending}").read_bytes()
        assert ok("log", "--batch", "-", cwd=new, stdin=told) == "0 logged, 6 already recorded.\n"
        assert ok("log", "--batch", f"../out{ending}", cwd=old) == "0 logged, 6 already recorded.\n"
        assert ok("timeline", cwd=new) == ok("timeline", cwd=old)


def test_a_linked_case_comes_with_what_opened_it_alone(tmp_path: Path) -> None:
    tracker = store(tmp_path / "a", "a", "b", "c")
    link = {"case": "b", "relation": "appeal from it"}
    tracker.append([entry("case.linked", link), entry("note.added", {"note": "secret"}, log="cases/b")], STAMP)
    for ending in ENDINGS:
        db = imported(exported(chronology(tracker.read(), ["a"]), ending), tmp_path / ending[1:])
        assert queries.case_names(db) == ["a", "b"]
        assert not queries.search(db, "secret", limit=1)


A, B, C = (f"0198f3c4-6f00-7abc-8def-0123456789a{number}" for number in range(3))


def test_what_a_view_leaves_out_is_not_referred_to(tmp_path: Path) -> None:
    tracker = store(tmp_path / "a", "a", "b")
    party = {"party": "p", "name": "P", "what": "person"}
    order = {"order": "pay", "kind": "payment", "amount": "5 CNY", "debtors": ["p"], "date": "2025-01-01"}
    order = {name: value for name, value in order.items() if name in known_fields("order.made")}
    said = [
        entry("party.added", party, log="parties"),
        entry("order.made", order, id=A),
        entry("payment.made", {"payer": "p", "amount": "5 CNY", "order": A, "date": "2025-02-01"}, id=B),
        entry("case.linked", {"case": "b", "relation": "of it"}),
    ]
    tracker.append(said, STAMP)
    db, _ = tracker.look(View(since="2025-01-15"))
    for ending in ENDINGS:
        back = {each.type: each.data for each in read_any(io.BytesIO(exported(chronology(db, ["a"]), ending)), "x")}
        assert back["payment.made"] == {"payer": "p", "amount": "5 CNY", "date": "2025-02-01"}
        assert not back.keys() & {"order.made", "case.linked"}
        imported(exported(chronology(db, ["a"]), ending), tmp_path / ending[1:])


def known_fields(name: str) -> set[str]:
    from tracker.eventtypes.base import fields_of, registry

    return {field.name for field in fields_of(registry()[name])}


def test_what_was_logged_one_after_another_keeps_its_order(tmp_path: Path) -> None:
    tracker = store(tmp_path / "a", "a")
    dispute = {"of": A, "field": "date"}
    for day, each in enumerate((
        entry("note.added", {"note": "n", "date": "2025-01-01"}, id=A),
        entry("dispute.raised", dispute | {"value": "2025-01-02"}),
        entry("dispute.settled", dispute | {"value": "2025-01-02", "reason": "r"}),
        entry("dispute.raised", dispute | {"value": "2025-01-03"}),
        entry("deadline.set", {"deadline": "d", "due": "2025-05-05"}, id=B),
        entry("retraction.made", {"of": B, "reason": "another day"}),
        entry("deadline.set", {"deadline": "d", "due": "2025-05-06"}),
    ), 1):  # fmt: skip
        tracker.append([each], Stamp("x", f"2026-12-{day:02d}T00:00:00.000Z"))
    db = tracker.read()
    assert [row.status for row in queries.timeline(db)] == ["disputed"]
    for ending in ENDINGS:
        back = imported(exported(chronology(db, ["a"]), ending), tmp_path / ending[1:])
        for layout in LAYOUTS:
            assert told(back, ["a"], layout) == told(db, ["a"], layout)
        times = [row["recorded_time"] for row in queries.rows(back, "developments", "position")]
        assert times == [f"2026-12-24T10:00:00.{number:03d}Z" for number in range(8)], "logged now, in that order"


MAY = Day("in or about May 2025", "2025-05~", "2025-05-01", "2025-05-31")
EVENT = {"case": "a", "type": "note.added", "data": {"note": '判决 "x", \u202e; y\nz'}, "id": A}
FULL = Document(
    "T",
    (
        Heading(1, "H1"),
        Paragraph(("One", Note("n1"), Struck("two"), Strong("three"))),
        Items(("i1", ("i2", Note("n2")))),
        Heading(2, "H2"),
        Grid(("No.", "Date", "Development", "Plaintiff"), (
            Row(("1", MAY, ("paid", Note("n3")), "p"), "disputed", "a", ("P", "Q"), "a#2"),
            Row(("2", Day("not stated"), "x", ""), "", "a", (), "a#9"),
        ), "developments"),
        Heading(1, "H3"),
        Grid(("Party", "Role"), (Row(("P", "r")),), "cast"),
        Figure((Moment(1, "m", "2025-05-01", None),)),
        PageBreak(),
    ),
    made_from="2025-12-01T10:20:30.400Z",
    entries=lambda: (Logged("parties#1", "{}"), Logged("a#2", json.dumps(EVENT))),
)  # fmt: skip


def test_json_has_every_block_as_data() -> None:
    made = as_json.write(FULL)
    assert b"\xe2\x80\xae" not in made, "what acts unseen is escaped"
    assert "判决".encode() in made
    assert json.loads(made) == {
        "title": "T", "letterhead": [], "footer": "", "left_out": [], "language": "en",
        "made_from": "2025-12-01T10:20:30.400Z",
        "blocks": [
            {"block": "heading", "level": 1, "text": "H1"},
            {"block": "paragraph", "text": ["One", {"note": "n1"}, {"struck": "two"}, {"strong": "three"}]},
            {"block": "list", "items": ["i1", ["i2", {"note": "n2"}]]},
            {"block": "heading", "level": 2, "text": "H2"},
            {"block": "table", "name": "developments", "titles": ["No.", "Date", "Development", "Plaintiff"], "rows": [
                {"cells": ["1", {
                    "words": "in or about May 2025", "edtf": "2025-05~", "earliest": "2025-05-01",
                    "latest": "2025-05-31", "is_day": False, "basis": None,
                }, ["paid", {"note": "n3"}], "p"],
                 "status": "disputed", "case": "a", "parties": ["P", "Q"], "key": "a#2"},
                {"cells": ["2", {
                    "words": "not stated", "edtf": None, "earliest": None, "latest": None, "is_day": False,
                    "basis": None,
                }, "x", ""], "status": "", "case": "a", "parties": [], "key": "a#9"},
            ]},
            {"block": "heading", "level": 1, "text": "H3"},
            {"block": "table", "name": "cast", "titles": ["Party", "Role"], "rows": [
                {"cells": ["P", "r"], "status": "", "case": "", "parties": [], "key": ""},
            ]},
            {"block": "timeline", "moments": [{
                "number": 1, "label": "m", "earliest": "2025-05-01", "latest": None, "lane": "", "status": "",
                "approximate": False,
            }]},
            {"block": "page break"},
        ],
        "entries": [{}, EVENT],
    }  # fmt: skip


def rows_of(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=delimiter, strict=True))


def test_csv_has_everything_in_the_order_of_the_document() -> None:
    made = as_csv.write(FULL)
    assert made.startswith(b"Part,Section,No.,Date,EDTF,Earliest,Latest,Case,Development,Parties,Source,Status,Notes,")
    assert made.count(b"\r\n") == len(rows_of(made)) + 1
    full = [{name: value for name, value in row.items() if value} for row in rows_of(made)]
    picture = "Here a picture of 1 developments stands in the Word, PDF and HTML forms of this document."
    assert full == [
        {"Part": "title", "Text": "T"},
        {"Part": "heading", "Section": "H1", "Text": "H1"},
        {"Part": "text", "Section": "H1", "Text": "One~~two~~three", "Notes": "n1"},
        {"Part": "item", "Section": "H1", "Text": "i1"},
        {"Part": "item", "Section": "H1", "Text": "i2", "Notes": "n2"},
        {"Part": "heading", "Section": "H1 / H2", "Text": "H2"},
        {
            "Part": "developments", "Section": "H1 / H2", "No.": "1", "Date": "in or about May 2025",
            "EDTF": "2025-05~", "Earliest": "2025-05-01", "Latest": "2025-05-31", "Case": "a", "Development": "paid",
            "Parties": "P, Q", "Status": "disputed", "Notes": "n3", "Text": "Plaintiff: p", "Event": "a#2",
            "Order": "2", "Entry": json.dumps(EVENT),
        },
        {
            "Part": "developments", "Section": "H1 / H2", "No.": "2", "Date": "not stated", "Case": "a",
            "Development": "x", "Text": "Plaintiff: ", "Event": "a#9",
        },
        {"Part": "heading", "Section": "H3", "Text": "H3"},
        {"Part": "cast", "Section": "H3", "Text": "Party: P\nRole: r"},
        {"Part": "timeline", "Section": "H3", "Text": picture},
        {"Part": "logged", "Event": "parties#1", "Order": "1", "Entry": "{}"},
    ]  # fmt: skip


def test_each_event_stands_in_a_csv_once() -> None:
    [twice] = [block for block in FULL.blocks if isinstance(block, Grid) and block.name == "developments"]
    doubled = Document("T", (twice, twice), entries=FULL.entries)
    assert [row["Entry"] for row in rows_of(as_csv.write(doubled)) if row["Entry"]] == [json.dumps(EVENT), "{}"]


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", "＝1", "＋1", "－1", "＠a", "'=1+1", "''-1"]
HARMLESS = ["'", "'x", "a=1", "1-1", "", '"', ",", ";", "a\nb", "判决"]


def cell(text: str) -> str:
    """What the file has for a text, as a reader of CSV finds it."""
    [_, row] = csv.reader(io.StringIO(as_csv.write(Document(text, ())).decode(), newline=""), strict=True)
    return next(each for each in row[1:] if each) if any(row[1:]) else ""


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    shown = text.replace("\r", "␍") if text[0] == "\r" else f"'{text}"
    assert cell(text) == re.sub(r"(?<=[\t\n])=", "'=", shown)


@pytest.mark.parametrize("text", ["a;=1+1", "a\t+1", "a\n@x", "a|-1", "a;＝1"])
def test_nothing_within_a_cell_is_taken_for_a_formula_where_cells_are_parted_elsewhere(text: str) -> None:
    entry = Logged("a#1", json.dumps({"note": text}, ensure_ascii=False))
    content = as_csv.write(Document(text, (), entries=lambda: (entry,)))
    assert text[:2] + "'" + text[2:] in content.decode()
    for delimiter in ";|\t":
        for line in content.decode().splitlines():
            assert not [each for each in line.split(delimiter)[1:] if as_csv._FORMULA.match(each) and each[0] != "'"]
    assert json.loads(rows_of(content)[-1]["Entry"]) == {"note": text}


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_cell_is_as_it_was(text: str) -> None:
    assert cell(text) == text


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_every_cell_comes_back(text: str) -> None:
    from tracker.text import visible

    found = cell(text)
    assert not found.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    bare = found.removeprefix("'")
    told = bare if bare.lstrip("'").startswith(tuple("=+-@\t\n＝＋－＠")) else found
    inside = re.compile("(?<=[;|\t\n])'*(?=[=+\\-@＝＋－＠])")
    assert inside.sub("", visible(text)) == inside.sub("", told)


def rewritten(content: bytes, delimiter: str = ",", **how: Any) -> bytes:
    """A CSV as a spreadsheet writes it that somebody sorted it in, from the last row to the first."""
    rows = rows_of(content)[::-1]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0])[::-1], delimiter=delimiter, **how)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_csv_comes_back_from_a_spreadsheet(tmp_path: Path) -> None:
    ok("chronology", "deposit", "-o", "x.csv", cwd=started(tmp_path / "s"))
    made = (tmp_path / "s" / "x.csv").read_bytes()
    asked = entries_of(made)
    for content in (
        b"\xef\xbb\xbf" + made, rewritten(made), rewritten(made, ";"), rewritten(made, "\t"),
        rewritten(made, quoting=csv.QUOTE_ALL), rewritten(made, lineterminator="\n"),
    ):  # fmt: skip
        assert entries_of(content) == asked


def test_json_comes_back_in_any_shape() -> None:
    whole = json.loads(as_json.write(FULL)) | {"entries": [EVENT]}
    for shape in (
        {},
        {"indent": 4},
        {"indent": 0},
        {"indent": 2, "sort_keys": True},
        {"separators": (",", ":")},
        {"sort_keys": True},
    ):
        for mark in (b"", b"\xef\xbb\xbf"):
            [back] = read_any(io.BytesIO(mark + json.dumps(whole, **shape).encode()), "x")
            assert (back.where, back.id, back.data) == ("x, entry 1", A, EVENT["data"])


def test_an_entry_may_be_as_long_as_a_line() -> None:
    event = EVENT | {"data": {"note": "x" * (MAX_LINE - 200)}}
    document = Document("T", (), entries=lambda: (Logged("a#2", json.dumps(event)),))
    for ending in ENDINGS:
        assert [each.data for each in read_any(io.BytesIO(exported(document, ending)), "x")] == [event["data"]]


HEADER = b"Part,Order,Entry\r\n"
LINE = b'"{""case"":""a"",""type"":""note.added"",""data"":{""note"":""x""}}"'
REFUSED: list[tuple[bytes, str, str]] = [
    (b'{"title": "T"}', "entries", "there are none"),
    (b'{"title": "T", "entries": {}}', "entries", "there are none"),
    (b'{"title": "T", "title": "U", "entries": []}', "title", "it stands twice"),
    (b'{\n"title": "T", "entries": [', "", "it is not JSON"),
    (b'{\n"title": "T\xff", "entries": []}', "", "it is not UTF-8"),
    (b'{\n"title": 1.5, "entries": []}', "", "1.5 is a float"),
    (b'{"title": "T", "entries": [5]}', "", "it is no object"),
    (b'{"title": "T", "entries": [{"case": 5}]}', "case", "it needs either a case"),
    (b"{\n" + b"[" * 100_000, "", "it is n"),
    (HEADER + b"x,," + LINE, "Order", "'' is no number"),
    (HEADER + "x,１,".encode() + LINE, "Order", "is no number"),
    (HEADER + b"x,1,nothing", "", "it is not JSON"),
    (HEADER + b"x,1,\xff", "", "it is not UTF-8; save it as CSV UTF-8"),
    (HEADER + b'x,1,"{', "", "it is not CSV"),
    (HEADER + b'x,1,"a"b', "", "it is not CSV"),
]


@pytest.mark.parametrize(("bad", "field", "fragment"), REFUSED)
def test_what_cannot_be_read_is_named(bad: bytes, field: str, fragment: str) -> None:
    with pytest.raises(Mistakes) as caught:
        read_any(io.BytesIO(bad), "in")
    [mistake] = caught.value.mistakes
    assert mistake.where.startswith("in")
    assert mistake.field == field
    assert fragment in mistake.message


def test_the_row_of_a_mistake_is_that_of_the_spreadsheet(tmp_path: Path) -> None:
    tracker = store(tmp_path / "s", "a")
    before = lines(tracker)
    (tmp_path / "s" / "x.csv").write_bytes(HEADER + b'"a\nb",,\r\nx,2,' + LINE.replace(b"note.", b"nte.") + b"\r\n")
    told = said(run("log", "--batch", "x.csv", cwd=tmp_path / "s"))
    assert told.startswith("x.csv, row 3, type: there is no event type 'nte.added'")
    assert lines(tracker) == before


@given(
    st.lists(
        st.sampled_from([HEADER, b'{"title":', b"{", b"Order;Entry", b'"', b"\0", b"\r", b"[", LINE]) | st.binary()
    )
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(junk: Iterable[bytes]) -> None:
    try:
        read_any(io.BytesIO(bytes(chain.from_iterable(junk))), "in")
    except Mistakes as mistakes:
        assert mistakes.mistakes


@real
def test_registers_hold_only_whom_and_what_the_cases_name(tracker: Tracker) -> None:
    db = tracker.read()
    told = [json.loads(each.line) for each in chronology(db, ["india-notices"]).entries()]
    added = {each["data"]["party"] for each in told if each["type"] == "party.added"}
    assert 0 < len(added) < len(queries.parties(db)) / 2
    assert {row["party"] for row in queries.rows(db, "roles", case_name="india-notices")} <= added


def back_in(root: Path, document: Document, ending: str = ".json") -> Tracker:
    root.mkdir()
    fresh = Tracker(root, MemoryLog())
    fresh.append(read_any(io.BytesIO(exported(document, ending)), "x"), LATER)
    return fresh


FOREIGN: list[Said] = [
    note("x", date="soon"),
    ("future.thing", {"of": [1]}),
    ("case.linked", {"case": ["b"], "relation": 3}),
    ("case.linked", {"relation": "x"}),
    ("deadline.set", {"due": "2025-01-01"}),
    ("retraction.made", {"of": "nothing", "reason": "gone"}),
]
"""What another program may have written, from number 4 on of the case."""


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_no_store_would_take_is_left_out_and_said(tmp_path: Path, ending: str) -> None:
    tracker = registered(tmp_path / "from")
    written(tracker.log, "cases/a", *FOREIGN)
    document = chronology(tracker.read(), ["a", "b"])
    out = {(each.ref, each.field) for each in document.left_out()}
    assert out == {("parties#2", ""), ("a#4", "date"), *((f"a#{number}", "") for number in range(5, 10))}
    whole = exported(document, ending).decode()
    assert all(each.reason.partition('"')[0] in whole for each in document.left_out())
    back = back_in(tmp_path / "to", document, ending)
    assert [each.type for each in back.events("cases/a")] == ["case.opened", *["note.added"] * 3]


def test_a_deadline_that_waited_waits_again(tmp_path: Path) -> None:
    tracker = store(tmp_path / "from", "a")
    for event in (
        ("deadline.set", {"deadline": "appeal", "rule": "cn-appeal-judgment"}),
        ("document.served", {"document": "judgment", "date": "2025-11-20"}),
    ):
        tracker.append([entry(*event)], STAMP)
    back = back_in(tmp_path / "to", chronology(tracker.read(), ["a"]))
    assert [bytes(each.data) for each in back.events("cases/a")] == [
        bytes(each.data) for each in tracker.events("cases/a")
    ]
