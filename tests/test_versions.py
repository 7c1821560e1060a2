"""Versions of a document: an older one is made again byte for byte, two are compared, and who has which is logged."""

import json
import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from helpers import lines
from running import ok, run

from tracker import queries
from tracker.app import Tracker
from tracker.documents import LAYOUTS, WRITERS, writer_for
from tracker.documents.blocks import (
    Document,
    Grid,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Row,
    Strong,
    Struck,
    plain,
)
from tracker.documents.chronology import Former, chronology
from tracker.documents.redline import redline
from tracker.envelope import Draft, Stamp
from tracker.errors import BadHead, BadReference, OtherRecord
from tracker.states import State, state
from tracker.view import View

JUDGED = {"date": "2025-08-04", "court": "meilan-court", "outcome": "for the plaintiff"}


def at(minute: int) -> Stamp:
    return Stamp("Ann", f"2025-11-20T09:{minute:02}:00.000Z")


def log(tracker: Tracker, minute: int, *said: tuple[str, str, dict[str, Any]]) -> None:
    """Log as somebody else could, past the door, all in one instant."""
    tracker.log.append([Draft(name, event_type, data) for name, event_type, data in said], at(minute))


def source(name: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    return "sources", "source.added", {"source": name, "title": name.title(), **more}


def party(name: str) -> tuple[str, str, dict[str, Any]]:
    return "parties", "party.added", {"party": name, "name": name.title(), "what": "person"}


def told(text: str, case: str = "a", **more: Any) -> tuple[str, str, dict[str, Any]]:
    return f"cases/{case}", "note.added", {"note": text, "date": "2025-03-01", **more}


def cites(name: str) -> list[dict[str, str]]:
    return [{"source": name, "locator": "1"}]


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    """A store with a case, both registers, and three events that were logged in one instant."""
    made = Tracker.init(tmp_path / "store")
    log(made, 0, ("cases/a", "case.opened", {"kind": "lawsuit", "title": "A matter"}))
    log(made, 1, source("leida", published="2025-11-01"), party("li"), told("first", citations=cites("leida")))
    joined = {"party": "li", "role": "plaintiff"}
    log(made, 2, told("second"), ("cases/a", "party.joined", joined), told("third"))
    return made


def go_on(tracker: Tracker) -> None:
    """What happens to a record after a document was made: in its case, in the registers, in another case."""
    other = ("cases/b", "case.opened", {"kind": "topic", "title": "Another"})
    log(tracker, 5, source("early", published="2024-01-01"), party("wang"), other)
    log(tracker, 6, told("before all", date="2020", citations=cites("early")), told("elsewhere", "b"))
    first = next(event for event in tracker.events("cases/a") if b"first" in bytes(event.data))
    log(
        tracker,
        7,
        ("cases/a", "correction.made", {"of": first.id, "field": "note", "value": "FIRST", "reason": "typo"}),
    )


def former(tracker: Tracker, name: str, *cases: str) -> State:
    return state(tracker.logs(), name, cases or ("a",))


def document(tracker: Tracker, name: str | None = None, cases: Sequence[str] = ("a",), **how: Any) -> Document:
    """The document of now, or of the state that has a name."""
    logs = tracker.logs()
    db, _ = tracker.look(View(), state(logs, name, cases).of(logs) if name else None)
    return chronology(db, cases, **how)


def compared(tracker: Tracker, name: str, cases: Sequence[str] = ("a",), **how: Any) -> Document:
    logs = tracker.logs()
    old = state(logs, name, cases)
    db, _ = tracker.look(View(), old.of(logs))
    return chronology(tracker.read(), cases, former=Former(db, db, old.moment), **how)


def every_format(made: Document) -> dict[str, bytes]:
    return {ending: writer_for(f"x{ending}")(made) for ending in WRITERS}


def record(made: Document) -> list[Row]:
    return next(block.rows for block in made.blocks if isinstance(block, Grid) and block.name == "record")


def newest(made: Document) -> str:
    """The name that a document gives its own state."""
    found = re.search(r"--at ([0-9a-f]{12})'", plain(made.blocks[-1].text))
    assert found
    return found[1]


# making an older one again


@pytest.mark.parametrize("named", ["hash", "reference", "time", "all hashes"])
def test_the_same_bytes_as_then_in_every_format(tracker: Tracker, named: str) -> None:
    then = document(tracker)
    before = every_format(then) if named == "hash" else {}
    hashes = ",".join(str(row.cells[2]) for row in record(then))
    name = {"hash": newest(then), "reference": "a#5", "time": "2025-11-20T09:04", "all hashes": hashes}[named]
    go_on(tracker)
    assert document(tracker) != then
    assert document(tracker, name) == then
    assert not before or every_format(document(tracker, name)) == before


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_made_again(tracker: Tracker, layout: str) -> None:
    then = document(tracker, layout=layout, language="zh")
    go_on(tracker)
    assert document(tracker, "a#5", layout=layout, language="zh") == then


def test_a_state_in_the_middle_of_a_batch_is_exact(tracker: Tracker) -> None:
    events = list(tracker.events("cases/a"))
    assert len({event.recordedtime for event in events[2:5]}) == 1
    assert former(tracker, events[2].xhash[:8]).lengths == {"cases/a": 3, "parties": 1, "sources": 1}
    assert former(tracker, "a#4").lengths["cases/a"] == 4
    assert former(tracker, "sources#1").lengths == {"cases/a": 2, "parties": 1, "sources": 1}
    go_on(tracker)
    sources = next(iter(tracker.events("sources"))).xhash
    assert former(tracker, f"{events[2].xhash},{sources}").lengths["cases/a"] == 3


def test_registers_and_cases_that_had_not_begun_are_not_there(tracker: Tracker) -> None:
    go_on(tracker)
    assert list(former(tracker, "a#1").of(tracker.logs())) == ["cases/a"]


def test_what_stands_before_an_event_was_logged_before_it_whatever_the_clock_said(tmp_path: Path) -> None:
    tracker = Tracker.init(tmp_path)
    for minute, text in ((0, "x"), (30, "clock in the future"), (1, "y"), (40, "z")):
        opening = ("cases/a", "case.opened", {"kind": "topic", "title": "A"})
        log(tracker, minute, opening if text == "x" else told(text))
    assert former(tracker, "2025-11-20T09:10").lengths == {"cases/a": 3}


def hash_of(tracker: Tracker, name: str, number: int = 1) -> str:
    return list(tracker.events(name))[number - 1].xhash


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("0123456789abcdef", BadHead, "no line has such a hash"),
        ("abc", BadHead, "neither a hash nor a reference"),
        ("yesterday-ish", BadHead, "neither a hash nor a reference"),
        ("a#99", BadHead, "cases/a holds 8 events"),
        ("a#0", BadReference, "count from 1"),
        ("b#1", BadHead, "b is no case of this document"),
        ("{b}", BadHead, "b is no case of this document"),
        ("a#1,a#2", BadHead, "it names two events of cases/a"),
        ("a#1,zz", BadHead, "'zz' is no hash"),
        ("@7", BadHead, "no such issue is logged"),
        ("@x", BadHead, "after @ comes the number"),
    ],
)
def test_what_names_no_state(tracker: Tracker, name: str, error: type[Exception], why: str) -> None:
    go_on(tracker)
    log(tracker, 9, told("x"))
    with pytest.raises(error, match=re.escape(why)):
        former(tracker, name.format(b=hash_of(tracker, "cases/b")))


def test_a_beginning_that_two_hashes_have(monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> None:
    logs = tracker.logs()
    twin = logs["cases/a"][1]
    import msgspec

    logs["cases/a"][0] = msgspec.structs.replace(logs["cases/a"][0], xhash=twin.xhash[:20] + "0" * 44)
    with pytest.raises(BadHead, match="cases/a#1 and cases/a#2 begin so; write more of it"):
        state(logs, twin.xhash[:10], ["a"])
    assert state(logs, twin.xhash[:24].upper(), ["a"]).lengths["cases/a"] == 2


# comparing two


def cells(made: Document, name: str) -> list[list[str]]:
    """The cells of a table, what is struck in [-...-], what is strong in {+...+}."""
    return [
        [marked(cell) for cell in row.cells]
        for block in made.blocks
        if isinstance(block, Grid) and block.name == name
        for row in block.rows
    ]


def marked(cell: Any) -> str:
    pieces = cell if type(cell) is tuple else (plain(cell),)
    shown = {Struck: "[-{}-]", Strong: "{{+{}+}}", Note: "(({}))"}
    return "".join(each if isinstance(each, str) else shown[type(each)].format(each.text) for each in pieces)


def test_what_was_added_corrected_and_struck_is_marked(tracker: Tracker) -> None:
    second = next(event for event in tracker.events("cases/a") if b"second" in bytes(event.data))
    go_on(tracker)
    log(tracker, 8, ("cases/a", "retraction.made", {"of": second.id, "reason": "not so"}))
    made = compared(tracker, "a#5")
    first = plain(made.blocks[0].text)
    assert first.startswith("Compared with the record as it was at 2025-11-20T09:02:00.000Z (cases/a#5, parties#1,")
    assert [row[2:] for row in cells(made, "developments")] == [
        ["{+Note: before all.+}", "", "{+S1 ¶1+}", "{+added since 2025-11-20+}"],
        [
            "Note: [-first.-] {+FIRST.+}",
            "",
            "S2 ¶1",
            "{+corrected+}",
        ],
        ["[-Note: second.-]", "", "[-no source given-]", "{+struck since 2025-11-20+}"],
        ["Note: third.", "", "no source given", ""],
    ]
    assert [row[0] for row in cells(made, "sources")] == ["{+S1+}", "S2"]
    assert [row[1] for row in cells(made, "record")] == ["[-#5-] {+#8+}", "[-#1-] {+#2+}", "[-#1-] {+#2+}"]
    assert all(every_format(made).values())


def test_what_took_the_number_of_something_else_is_not_taken_for_it(tracker: Tracker) -> None:
    first = next(event for event in tracker.events("cases/a") if b"first" in bytes(event.data))
    log(tracker, 8, source("other"), ("cases/a", "retraction.made", {"of": first.id, "reason": "not so"}))
    log(tracker, 9, told("fourth", citations=cites("other")))
    made = compared(tracker, "a#5")
    assert [row[0] + row[2] for row in cells(made, "developments")] == [
        "[-1-][-Note: first.-]", "1Note: second.", "2Note: third.", "{+3+}{+Note: fourth.+}"
    ]  # fmt: skip
    assert [row[0] + row[1] for row in cells(made, "sources")] == ["S1Leida [leida]", "{+S2+}{+Other [other]+}"]


def test_in_a_text_numbers_are_no_changes(tracker: Tracker) -> None:
    go_on(tracker)
    made = compared(tracker, "a#5", layout="narrative")
    texts = [marked(text) for block in made.blocks if isinstance(block, Items) for text in block.texts]
    (first,) = [text for text in texts if "first" in text]
    (third,) = [text for text in texts if "third" in text]
    assert first.startswith("(2) 1 March 2025 Note: [-first.-] {+FIRST.")
    assert third == "(4) {+1 March 2025+} Note: third.((no source given))"


def test_nothing_is_marked_when_nothing_changed(tracker: Tracker) -> None:
    for layout in LAYOUTS:
        now, made = document(tracker, layout=layout), compared(tracker, "a#5", layout=layout)
        assert made.blocks[1:] == now.blocks


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_layout_can_be_compared(tracker: Tracker, layout: str, language: Any) -> None:
    go_on(tracker)
    made = compared(tracker, "a#5", ["a", "b"], layout=layout, language=language)
    text = writer_for(None)(made).decode()
    if layout not in ("comparison", "privilege"):  # notes are no side's story, and these are not privileged
        assert "Another" in text
    assert "**" in text.partition("\n\n")[2]


def test_a_case_that_is_new_is_added_whole(tracker: Tracker) -> None:
    go_on(tracker)
    rows = cells(compared(tracker, "a#5", ["a", "b"]), "developments")
    assert [row[-1] for row in rows if "b" in row[2]] == ["{+added since 2025-11-20+}"]
    assert not [row for row in rows if "third" in row[3] and "{+" in "".join(row)]


def redlined(old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    before, after = (Document("T", tuple(blocks)) for blocks in (old, new))
    return redline(after, before, since="2025-11-20", compared="compared").blocks[1:]


def test_a_section_that_is_gone_is_struck_where_it_was() -> None:
    grid = Grid(("A",), (Row(("x",)),))
    found = redlined(
        [Heading(1, "One"), Paragraph("p"), Heading(1, "Gone"), Paragraph("q"), grid, Heading(1, "Last")],
        [Heading(1, "One"), Paragraph("p"), Heading(1, "Last")],
    )
    assert found == (
        Heading(1, "One"), Paragraph("p"), Heading(1, "Gone"), Paragraph((Struck("q"),)),
        Grid(("A",), (Row(((Struck("x"), Strong(" [struck since 2025-11-20]")),)),)), Heading(1, "Last"),
    )  # fmt: skip


def test_each_page_is_compared_with_its_own() -> None:
    """A page of the summary for each case: only the second had disputes before."""
    first, second = (Heading(1, "Case"), Paragraph("a")), (Heading(1, "Case"), Paragraph("b"))
    old = (Heading(1, "Disputes"), Paragraph("of b"))
    found = redlined(
        [*first, PageBreak(), *second, *old],
        [*first, Heading(1, "Disputes"), Paragraph("of a"), PageBreak(), *second, *old],
    )
    assert [marked(block.text) for block in found if isinstance(block, Paragraph)] == ["a", "{+of a+}", "b", "of b"]


def test_items_are_matched_by_what_they_say_or_by_their_keys() -> None:
    (found,) = redlined([Items(("a", "b"))], [Items(("b", "c"))])
    assert [marked(text) for text in found.texts] == [
        "[-a-]{+ [struck since 2025-11-20]+}", "b", "{+c+}{+ [added since 2025-11-20]+}"
    ]  # fmt: skip
    (found,) = redlined([Items(("on 1 May",), ("k",))], [Items(("on 2 May",), ("k",))])
    assert [marked(text) for text in found.texts] == ["on [-1-] {+2+} May"]


def test_a_footnote_that_changed_tells_what_it_was() -> None:
    old, new = ("x", Note("before")), ("x", Note("now"))
    (found,) = redlined([Grid(("A",), (Row((old,), key="k"),))], [Grid(("A",), (Row((new,), key="k"),))])
    assert found.rows[0].cells == (("x", Note("now"), Note("Formerly: before")),)


def test_chinese_is_compared_by_the_character() -> None:
    (found,) = redlined([Paragraph("判决原告胜诉。")], [Paragraph("判决被告胜诉。")])
    assert marked(found.text) == "判决[-原-] {+被+}告胜诉。"


# issues


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store on the disk with two cases, one of which was given to somebody."""
    store: Path = tmp_path_factory.mktemp("given")
    tracker = Tracker.init(store)
    for case in ("a", "b"):
        opening = (f"cases/{case}", "case.opened", {"kind": "topic", "title": case.upper()})
        log(tracker, 0, opening, told("one", case))
    ok("chronology", "a", "-o", "a.md", "--issue", "the court", "--lang", "zh", "--until", "2025", cwd=store)
    return store


@pytest.fixture
def issued(given: Path, tmp_path: Path) -> Path:
    """A copy of that store, to go on with."""
    return Path(shutil.copytree(given, tmp_path / "issued"))


def rows(store: Path, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ok("issued", *args, "--json", cwd=store))
    return found


def test_an_issue_says_what_was_given_to_whom(issued: Path) -> None:
    (row,) = rows(issued)
    given = (issued / "a.md").read_bytes()
    assert (row["issue"], row["to"], row["by"], row["cases"]) == ("@1", "the court", "Ann", ["a"])
    assert (row["file"], row["format"], row["sha256"]) == ("a.md", "md", sha256(given).hexdigest())
    assert row["options"] == ["--layout table", "--lang zh", "--until 2025-12-31"]
    assert (row["state"], row["events_since"], row["refs"]) == ("current", 0, ["a#3"])
    assert row["heads"] == [f"cases/a#2 {hash_of(Tracker(issued), 'cases/a', 2)}"]


def test_an_issue_changes_no_document_and_makes_none_outdated(issued: Path) -> None:
    before = {each: (issued / each).read_bytes() for each in ("a.md",)}
    ok("chronology", "a", "-o", "a.md", "--issue", "the other side", "--lang", "zh", "--until", "2025", cwd=issued)
    assert (issued / "a.md").read_bytes() == before["a.md"]
    assert [(row["issue"], row["state"]) for row in rows(issued)] == [("@1", "current"), ("@2", "current")]
    assert rows(issued, "--outdated") == []


def test_who_has_an_outdated_one(issued: Path) -> None:
    ok("chronology", "a", "b", "-o", "ab.html", "--issue", "the board", cwd=issued)
    ok("log", "b", "note.added", "--note", "two", "--date", "2025-11-02", cwd=issued)
    assert [(row["issue"], row["state"], row["events_since"]) for row in rows(issued)] == [
        ("@1", "current", 0), ("@2", "outdated", 1)
    ]  # fmt: skip
    assert [row["issue"] for row in rows(issued, "--outdated")] == ["@2"]
    assert [row["issue"] for row in rows(issued, "a")] == ["@1", "@2"]
    assert [row["issue"] for row in rows(issued, "b")] == ["@2"]
    shown = ok("issued", "--outdated", cwd=issued, env={"COLUMNS": "120"})
    assert re.search(r"@2 +the board .* ab\.html .* outdated: 1 event since, on 20", shown)


def test_a_register_makes_outdated_only_what_names_what_changed_in_it(issued: Path) -> None:
    for name in ("li", "wang"):
        ok("party", "add", name, "--name", name.title(), "--what", "person", cwd=issued)
    ok("log", "a", "party.joined", "--party", "li", "--role", "owner", cwd=issued)
    ok("chronology", "a", "-o", "a.md", "--issue", "x", cwd=issued)
    ok("party", "alias", "wang", "W", cwd=issued)
    assert rows(issued)[-1]["state"] == "current"
    ok("party", "alias", "li", "L", cwd=issued)
    assert (rows(issued)[-1]["state"], rows(issued)[-1]["events_since"]) == ("outdated", 1)


def test_an_issue_names_the_state_of_its_document(issued: Path) -> None:
    given = (issued / "a.md").read_bytes()
    ok("log", "a", "note.added", "--note", "two", cwd=issued)
    how = ("--lang", "zh", "--until", "2025")
    for name in ("@1", f"@{sha256(given).hexdigest()[:10]}"):
        ok("chronology", "a", *how, "--at", name, "-o", "again.md", cwd=issued)
        assert (issued / "again.md").read_bytes() == given
    assert "~~" not in ok("chronology", "a", "--redline", "@1", "--at", "@1", cwd=issued)
    assert "**Note: two.**" in ok("chronology", "a", "--redline", "@1", cwd=issued)
    later = run("chronology", "a", "--redline", "a#4", "--at", "@1", cwd=issued)
    assert (later.code, "it is later than @1" in later.err) == (2, True)
    wrong = run("chronology", "b", "--at", "@1", cwd=issued)
    assert (wrong.code, "that document was not about b" in wrong.err) == (2, True)


def test_the_file_tells_to_whom_it_was_given(issued: Path) -> None:
    assert [row["to"] for row in rows(issued, "--check", "a.md")] == ["the court"]
    (issued / "a.md").write_text("changed")
    ran = run("issued", "--check", "a.md", cwd=issued)
    assert (ran.code, ran.out) == (0, "It is not logged that a.md was given to anybody, as it is now.\n")


def test_what_keeps_an_issue_from_being_logged_is_found_before_the_file_is_written(issued: Path) -> None:
    before = lines(Tracker(issued))
    for args, why in (
        (("--issue", "x"), "say which one with -o FILE"),
        (("--issue", " ", "-o", "new.md"), "is no text; to whom it was given"),
        (("--by", "Bo", "-o", "new.md"), "--by goes with --issue TO"),
    ):
        ran = run("chronology", "a", *args, cwd=issued)
        assert (ran.code, why in ran.err) == (2, True), ran
    nobody = run("chronology", "a", "--issue", "x", "-o", "new.md", cwd=issued, env={"TRACKER_ACTOR": ""})
    assert (nobody.code, "It is not known who logs this" in nobody.err) == (2, True)
    assert not (issued / "new.md").exists()
    assert lines(Tracker(issued)) == before


def test_a_failure_after_the_file_is_told(issued: Path) -> None:
    fail = "import sys; from tracker.app import Tracker; from tracker.errors import WriteFailed\n"
    fail += "def no(*a, **k): raise WriteFailed('the log', 'no space')\n"
    fail += "Tracker.append = no\nfrom tracker.cli import main; main()"
    ran = run("chronology", "a", "-o", "new.md", "--issue", "x", cwd=issued, program=fail)
    assert ran.code == 1
    assert "new.md is written, but it is not logged that it was given to x: " in ran.err
    assert (issued / "new.md").exists() and len(rows(issued)) == 1


def heads(tracker: Tracker, *names: str) -> list[str]:
    return [f"{name}#{event.position} {event.xhash}" for name in names for event in list(tracker.events(name))[-1:]]


def issue(number: int, told: Sequence[str], sum: str = "0" * 64) -> dict[str, Any]:
    return {"number": number, "to": "x", "file": "f", "sha256": sum, "format": "md", "heads": list(told)}


def test_another_record_is_told(tracker: Tracker) -> None:
    right = heads(tracker, "cases/a")[0]
    for number, head in enumerate((right[:-64] + "1" * 64, right.replace("#5", "#50")), 1):
        log(tracker, 10 + number, ("cases/a", "document.issued", issue(number, [head])))
        with pytest.raises(OtherRecord, match=f"This is not the record that @{number} was made from: cases/a#"):
            former(tracker, f"@{number}")
    assert [row.state for row in queries.issued(tracker.read())] == ["another record", "another record"]


def test_two_documents_with_one_number_are_told_apart_by_their_sums(tracker: Tracker) -> None:
    old = heads(tracker, "cases/a")
    log(tracker, 10, ("cases/a", "document.issued", issue(1, old, "a" * 64)), told("more"))
    log(tracker, 11, ("cases/a", "document.issued", issue(1, heads(tracker, "cases/a"), "b" * 64)))
    with pytest.raises(BadHead, match="it names several documents; write @aaaaaaaaaaaa and @bbbbbbbbbbbb"):
        former(tracker, "@1")
    assert former(tracker, "@aaaaaaaa").lengths["cases/a"] == 5
    assert former(tracker, "@bbbbbbbb").lengths["cases/a"] == 7
    assert former(tracker, "@bbbbbbbb").lengths["parties"] == 0, "it names all its logs"


def test_an_issue_that_was_retracted_is_none(issued: Path) -> None:
    given = (issued / "a.md").read_bytes()
    ok("chronology", "a", "-o", "b.md", "--issue", "the court", "--lang", "zh", "--until", "2025", cwd=issued)
    ok("retract", "a#3", "--reason", "never sent", cwd=issued)
    assert [(row["issue"], row["state"]) for row in rows(issued)] == [("@2", "current")]
    ok("chronology", "a", "-o", "c.md", "--lang", "zh", "--until", "2025", cwd=issued)
    assert (issued / "c.md").read_bytes() == given
    ok("chronology", "a", "-o", "d.md", "--issue", "nobody", cwd=issued)
    assert rows(issued)[-1]["issue"] == "@3", "the number of one that was retracted is not given again"


@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_data_tell_nobody_who_was_given_what(issued: Path, ending: str) -> None:
    ok("chronology", "a", "-o", f"one{ending}", "--issue", "the other side", cwd=issued)
    ok("retract", "a#3", "--reason", "never sent", cwd=issued)
    ok("chronology", "a", "-o", f"two{ending}", cwd=issued)
    one, two = ((issued / f"{name}{ending}").read_text(encoding="utf-8") for name in ("one", "two"))
    assert one == two
    assert "note.added" in two
    assert not [each for each in ("the court", "the other side", "never sent", "document.issued") if each in two]
