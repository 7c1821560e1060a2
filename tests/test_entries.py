"""The door: every mistake is named with its field, all at once, and nothing is logged."""

from pathlib import Path
from typing import Any

import pytest
from helpers import EXAMPLES, STAMP, entry, lines, store

from tracker.app import Tracker
from tracker.entries import Entry, Known, cited, cited_by_text, drafts
from tracker.errors import HeadMoved, Mistake, Mistakes

ID = "0198f3c4-6f00-7abc-8def-0123456789ab"
NOTE = {"note": "x"}
ORDER = {"debtors": ["ms-li"]}
CLAIM = {"claimant": "ms-li", "claim": "x"}
FIGURE = {"what": "w", "value": "1", "unit": "u"}
PARTY = {"party": "new-one", "name": "N", "what": "person"}


def known() -> Known:
    return Known({"a", "b"}, {"ms-li", "mr-wu"}, {"leida"})


def cite(**change: Any) -> dict[str, Any]:
    return NOTE | {"citations": [{"source": "leida", "locator": "7"} | change]}


GOOD = [
    entry("note.added", NOTE | {"date": "2025-05~", "date_basis": "told", "summary": "two\nlines\tand a tab 判决"}),
    entry("note.added", cite(does="contradicts")),
    entry("note.added", {"note": "x", "citations": []}),
    entry("order.made", ORDER | {"amount": "-0.50 CNY", "joint_and_several": False, "due": "2025-12-XX"}),
    entry("figure.stated", FIGURE | {"value": "-12.50", "closeness": "about", "counted_by": "mr-wu"}),
    entry("filing.made", {"party": "ms-li", "document": "d", "pages": 0}),
    entry("case.linked", {"case": "b", "relation": "r"}),
    entry("case.opened", {"kind": "topic", "title": "C"}, log="cases/c"),
    entry("party.added", PARTY, log="parties"),
    entry("party.related", {"party": "ms-li", "relation": "wife of", "other": "mr-wu", "since": "202X"}, log="parties"),
    entry("source.added", {"source": "weibo", "published": "2025-11-27"}, log="sources"),
]


@pytest.mark.parametrize("good", GOOD, ids=lambda each: each.type)
def test_what_is_right_is_let_in(good: Entry) -> None:
    made, mistakes = drafts([good], known())
    assert (mistakes, made[0].log, made[0].type, made[0].id) == ([], good.log, good.type, None)


def note(**change: Any) -> Entry:
    return entry("note.added", NOTE | change)


BAD: list[tuple[Entry, str, str]] = [
    (entry("note.aded", NOTE), "type", "there is no event type 'note.aded' (did you mean note.added"),
    (entry("note.added", {}), "note", "it is missing; note.added needs it: the note, in your own words"),
    (note(notes="y"), "notes", "has no such field (did you mean note?); see 'tracker types note.added'"),
    (note(date="2025-02-30"), "date", "'2025-02-30' is no date: 2025-02 has 28 days; write EDTF"),
    (note(date="20 Nov 2025"), "date", "holds a space"),
    (note(date=""), "date", "'' is no text; when it happened"),
    (note(date=20251120), "date", "20251120 is no text"),
    (note(date=None), "date", "None is no text"),
    (note(note=" \n"), "note", "is no text"),
    (note(note=["x"]), "note", "['x'] is no text"),
    (note(note={"x": 1}), "note", "is no text"),
    (note(note="a\x1b[31mred"), "note", "character 2 is the control character U+001B; take it out"),
    (note(note="a\x00"), "note", "control character U+0000"),
    (note(summary="a\rb"), "summary", "control character U+000D"),
    (note(summary="\x9b31m"), "summary", "control character U+009B"),
    (note(summary="a\ud800"), "summary", "lone surrogate U+D800"),
    (entry("order.made", ORDER | {"amount": "10000"}), "amount", "'10000' is no amount; write a decimal and a"),
    (entry("order.made", ORDER | {"amount": "10,000 CNY"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "10000CNY"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "CNY 10000"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "010 CNY"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "10 cny"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "10. CNY"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "١٠ CNY"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": "10 CNY\n"}), "amount", "is no amount"),
    (entry("order.made", ORDER | {"amount": 10000}), "amount", "10000 is no text"),
    (entry("order.made", ORDER | {"joint_and_several": "yes"}), "joint_and_several", "'yes' is neither true nor false"),
    (entry("order.made", ORDER | {"joint_and_several": 1}), "joint_and_several", "1 is neither true nor false"),
    (entry("order.made", {"debtors": "ms-li"}), "debtors", "'ms-li' is no list; who owes it"),
    (entry("order.made", {"debtors": ["ms-lee"]}), "debtors", "there is no party 'ms-lee' (did you mean ms-li?)"),
    (entry("order.made", {"debtors": [None]}), "debtors", "None is no text"),
    (entry("contract.concluded", {"between": [], "subject": "s"}), "between", "it is empty; name at least one"),
    (entry("figure.stated", FIGURE | {"value": "1e5"}), "value", "'1e5' is no number; write a plain decimal"),
    (entry("figure.stated", FIGURE | {"value": "1,000"}), "value", "is no number"),
    (entry("figure.stated", FIGURE | {"value": "NaN"}), "value", "is no number"),
    (entry("figure.stated", FIGURE | {"value": 5.72}), "value", "5.72 is no text"),
    (entry("figure.stated", FIGURE | {"closeness": "roughly"}), "closeness", "'roughly' is none of: exactly, about"),
    (entry("filing.made", {"party": "ms-li", "document": "d", "pages": -1}), "pages", "-1 is no whole number from 0"),
    (entry("filing.made", {"party": "ms-li", "document": "d", "pages": True}), "pages", "True is no whole number"),
    (entry("filing.made", {"party": "ms-li", "document": "d", "pages": 2**53}), "pages", "is no whole number"),
    (entry("filing.made", {"party": "ms-li", "document": "d", "pages": "84"}), "pages", "'84' is no whole number"),
    (entry("claim.made", CLAIM | {"against": ["the seller"]}), "against", "there is no party 'the seller'; add it"),
    (entry("note.added", NOTE, log="cases/aa"), "case", "there is no case 'aa'"),
    (entry("note.added", NOTE, log="cases/../x"), "case", "'../x' cannot name a case"),
    (entry("note.added", NOTE, log="notes"), "case", "'notes' cannot name a log"),
    (entry("note.added", NOTE, log="parties"), "type", "note.added belongs into the log of a case"),
    (entry("party.added", PARTY), "type", "party.added belongs into the register parties"),
    (entry("source.added", {"source": "s"}, log="parties"), "type", "belongs into the register sources"),
    (entry("case.opened", {"kind": "topic", "title": "A"}), "case", "there is a case 'a' already"),
    (entry("case.opened", {"kind": "topic", "title": "A"}, log="cases/Case"), "case", "'Case' cannot name a case"),
    (entry("case.opened", {"kind": "topic", "title": "A"}, log="cases/parties"), "case", "as a register is"),
    (entry("case.opened", {"kind": "law", "title": "A"}, log="cases/c"), "kind", "there is no kind 'law'"),
    (entry("case.linked", {"case": "c", "relation": "r"}), "case", "there is no case 'c'; open it with"),
    (entry("party.added", PARTY | {"party": "ms-li"}, log="parties"), "party", "there is a party 'ms-li' already"),
    (entry("party.added", PARTY | {"party": "Ms Li"}, log="parties"), "party", "'Ms Li' cannot name a party"),
    (entry("party.added", PARTY | {"what": "cat"}, log="parties"), "what", "'cat' is none of: person, company"),
    (entry("source.added", {"source": "leida"}, log="sources"), "source", "there is a source 'leida' already"),
    (entry("source.added", {"source": "con"}, log="sources"), "source", "'con' cannot name a source"),
    (note(citations="leida"), "citations", "'leida' is no list"),
    (note(citations=["leida:7"]), "citations", "'leida:7' is no citation; it needs a source"),
    (note(citations=[{"locator": "7"}]), "citations", "is no citation"),
    (entry("note.added", cite(source="leda")), "citations", "there is no source 'leda' (did you mean leida?)"),
    (entry("note.added", cite(locator="")), "citations", "locator '' is no text"),
    (entry("note.added", cite(locator=7)), "citations", "locator 7 is no text"),
    (entry("note.added", cite(locator="7\x1b")), "citations", "control character U+001B"),
    (entry("note.added", cite(page="7")), "citations", "a citation has no 'page'"),
    (entry("note.added", cite(does="proves")), "citations", "'proves' is neither supports nor contradicts"),
]


@pytest.mark.parametrize(("bad", "field", "fragment"), BAD)
def test_what_is_wrong_is_named(bad: Entry, field: str, fragment: str) -> None:
    made, mistakes = drafts([bad], known())
    assert made == []
    assert [(each.where, each.field) for each in mistakes] == [("here", field)]
    assert fragment in mistakes[0].message


def test_everything_wrong_is_named_at_once() -> None:
    data: dict[str, Any] = {"colour": "red", "date": "2025-13", "claimant": "nobody", "amount": "5"}
    data["citations"] = [{"source": "x", "at": 1}]
    _, mistakes = drafts([entry("claim.made", data), note(note="")], known())
    fields = [each.field for each in mistakes]
    assert fields == ["colour", "claimant", "claim", "amount", "citations", "citations", "date", "note"]
    text = str(Mistakes(mistakes))
    assert text.endswith("\n8 mistakes; nothing was logged.")
    assert str(Mistake("f.toml, [[event]] 3", "date", "no")) == "f.toml, [[event]] 3, date: no"


def test_entries_of_one_go_may_refer_to_those_before() -> None:
    go = [
        entry("source.added", {"source": "weibo"}, log="sources"),
        entry("party.added", PARTY | {"citations": [{"source": "weibo"}]}, log="parties"),
        entry("case.opened", {"kind": "topic", "title": "C"}, log="cases/c"),
        entry("statement.made", {"speaker": "new-one", "gist": "g"}, log="cases/c"),
        entry("case.linked", {"case": "c", "relation": "r"}),
    ]
    assert drafts(go, known())[1] == []
    backward = [(each.field, each.message[:11]) for each in drafts(go[::-1], known())[1]]
    assert backward == [
        ("case", "there is no"), ("case", "there is no"), ("speaker", "there is no"), ("citations", "there is no")
    ]  # fmt: skip


def test_a_name_brought_in_wrongly_is_one_mistake_only() -> None:
    go = [entry("party.added", {"party": "mr-x", "name": "X", "what": "cat"}, log="parties")]
    go.append(entry("statement.made", {"speaker": "mr-x", "gist": "g"}))
    assert [each.field for each in drafts(go, known())[1]] == ["what"]


def test_what_is_not_set_is_left_out_so_that_equal_entries_have_equal_bytes() -> None:
    long = {"authority": "ms-li", "finding": "f", "preliminary": False, "citations": ()}
    [made], _ = drafts([entry("finding.made", long)], known())
    assert made.data == {"authority": "ms-li", "finding": "f"}


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return store(tmp_path, "a", "b")


def test_nothing_is_logged_on_any_mistake(tracker: Tracker) -> None:
    before = lines(tracker)
    go = [note(), entry("party.added", PARTY, log="parties"), note(date="never")]
    with pytest.raises(Mistakes) as caught:
        tracker.append(go, STAMP)
    assert [each.field for each in caught.value.mistakes] == ["date"]
    assert lines(tracker) == before
    assert [each.position for each in tracker.append(go[:2], STAMP)] == [2, 1]


def test_an_entry_with_its_id_is_logged_once(tracker: Tracker) -> None:
    again = entry("note.added", NOTE, id=ID)
    results = [tracker.append([again], STAMP)[0] for _ in range(2)]
    assert [(each.position, each.new) for each in results] == [(2, True), (2, False)]
    before = lines(tracker)
    for other in (entry("note.added", {"note": "y"}, id=ID), entry("case.closed", {"outcome": "x"}, id=ID)):
        with pytest.raises(Mistakes, match=r"it has the id of a#2, which says something else"):
            tracker.append([note(), other], STAMP)
    assert lines(tracker) == before


def test_expectations(tracker: Tracker) -> None:
    with pytest.raises(HeadMoved):
        tracker.append([note()], STAMP, expected={"cases/a": 0})
    sent = [entry("note.added", NOTE, id=ID)]
    for new in (True, False):  # the second time because the answer was lost
        assert [each.new for each in tracker.append(sent, STAMP, expected={"cases/a": 1})] == [new]
    with pytest.raises(HeadMoved):
        tracker.append([*sent, note()], STAMP, expected={"cases/a": 1})


def test_a_preview_is_the_line_and_writes_nothing(tracker: Tracker) -> None:
    before = lines(tracker)
    line = tracker.preview(note(), STAMP)
    assert '"sequence":"0000000002"' in line and lines(tracker) == before
    with pytest.raises(Mistakes):
        tracker.preview(note(note=""), STAMP)


def test_citations_from_texts() -> None:
    assert cited_by_text("leida") == cited_by_text("leida:") == [{"source": "leida"}]
    assert cited_by_text("leida:7, 13-14") == [{"source": "leida", "locator": at} for at in ("7", "13-14")]
    assert cited("leida", "p. 3", "contradicts") == [{"source": "leida", "locator": "p. 3", "does": "contradicts"}]


def test_every_example_is_refused_for_names_nobody_introduced() -> None:
    for name, data in EXAMPLES.items():
        if name == "case.opened" or name.endswith("added") or name.startswith("party."):
            continue
        _, mistakes = drafts([entry(name, data, log="cases/zz")], known())
        assert "case" in [each.field for each in mistakes], name


def test_what_only_the_type_itself_refuses_is_a_mistake_too() -> None:
    said = Entry(where="here", log="sources", type="source.added", data={"source": "new", "sha256": "abc"})
    made, (mistake,) = drafts([said], Known(set(), set(), set()))
    assert (made, mistake.where, mistake.field) == ([], "here", "sha256")
    assert "matching regex" in mistake.message
    assert "tracker types source.added" in mistake.message
