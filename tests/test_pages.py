"""The pages: what a reader finds about a case, an event, a party and a source, each line with the events behind it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from helpers import EXAMPLES, OF_CASES, Said, note, opened, replayed, written

from tracker.errors import BadReference, UnknownName
from tracker.kinds import KINDS
from tracker.logs.memory import MemoryLog
from tracker.pages import case_page, event_page, party_page, source_page
from tracker.projections.build import project
from tracker.queries import Line


def party(name: str, said: str, **data: Any) -> Said:
    return ("party.added", {"party": name, "name": said, "what": "company"} | data)


def cited(*locators: str, **data: Any) -> dict[str, Any]:
    return data | {"citations": [{"source": "leida", "locator": at} for at in locators]}


CASE: list[Said] = [
    opened(title="Li v. the shop", forum="court", jurisdiction="CN", about="A deposit."),
    ("party.joined", {"party": "ms-li", "role": "plaintiff"}),
    ("claim.made", cited("7", claimant="ms-li", claim="the term is void", date="2025-01")),
    ("hearing.scheduled", {"set_for": "2025-11-10", "court": "court", "purpose": "argument"}),
    ("hearing.postponed", {"set_for": "2025-11-10", "until": "2025-11-20", "reason": "late evidence"}),
    ("suit.filed", {"date": "2025-02", "docket": "(2025) 12", "plaintiffs": ["ms-li"], "defendants": ["shop"]}),
    ("judgment.given", {"date": "../2025-11-27", "court": "court", "instance": "first", "outcome": "for the plaintiff",
                        "in_favour_of": ["ms-li"], "grounds": ["void", "unfair"]}),
    ("order.made", cited("13", "14-15", date="2025-11-27", debtors=["shop"], creditors=["ms-li"], amount="10000 CNY",
                         joint_and_several=False, due_terms="within 10 days")),
    ("order.made", {"act": "an apology", "due": "2025-12"}),
    ("figure.stated", {"what": "price", "value": "-0.50", "unit": "CNY", "closeness": "about", "scope": "a day",
                       "counted_by": "shop", "as_of": "2025"}),
    ("case.linked", {"case": "other", "relation": "background"}),
    ("case.renamed", {"title": "Li v. the shop and another"}),
    ("party.left", {"party": "shop", "role": "defendant", "date": "2025-12"}),
    ("planet.found", {"orbit": [1, None], "name": "x"}),
    ("claim.made", {"claimant": {"not": "a name"}, "claim": "x"}),
    ("defence.raised", {"party": "shop", "defence": "it is not", "date": "2025-03"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    log = written(MemoryLog(), "cases/deposit", *CASE)
    link = ("case.linked", {"case": "deposit", "relation": "of"})
    written(log, "cases/other", note(), opened("topic", "Other"), link)
    written(log, "parties", party("court", "Meilan Court"), party("shop", "The shop", aliases=["店"]))
    written(log, "parties", party("ms-li", "Ms. Li", pseudonym=True, what="person", **cited("1")))
    related = {"party": "shop", "relation": "owned by", "other": "holding", "since": "2023"}
    alias = ("party.aliased", {"party": "shop", "alias": "S"})
    written(log, "parties", ("party.related", cited("2", **related)), alias)
    written(log, "sources", ("source.added", {"source": "leida", "title": "T", "paragraphs": 49, "publisher": "L"}))
    contradicted = {"citations": [{"source": "leida", "locator": "8", "does": "contradicts"}]}
    written(log, "cases/other", note("not so", **contradicted))
    with closing(project(log)) as connection:
        yield connection


def told(lines: list[Line], section: str) -> list[tuple[str, str, str]]:
    return [(line.item, line.value, line.refs.removeprefix("deposit")) for line in lines if line.section == section]


def test_a_case_is_told_section_by_section(db: sqlite3.Connection) -> None:
    page = case_page(db, "deposit")
    assert told(page, "Caption") == [
        ("title", "Li v. the shop and another", "#12"), ("kind", "Lawsuit", "#1"), ("forum", "Meilan Court", "#1"),
        ("docket", "(2025) 12", "#6"), ("jurisdiction", "CN", "#1"), ("about", "A deposit.", "#1"),
    ]  # fmt: skip
    assert told(page, "Parties") == [
        ("court", "Meilan Court", "#1"), ("plaintiff", "Ms. Li (pseudonym)", "#6"),
        ("defendant", "The shop (also 店, S) (until deposit#13)", "#6"),
    ]  # fmt: skip
    assert told(page, "Relations") == [("", "The shop: owned by holding, since 2023", "parties#4")]
    assert told(page, "Stage")[0] == (
        "now", "first-instance judgment: decided at first instance; not known to be in force", "#7"
    )  # fmt: skip
    assert [each[1] for each in told(page, "Stage")[1:]] == ["filed", "hearing set", "first-instance judgment"]
    assert told(page, "Claims") == [("Ms. Li", "the term is void", "#3")]
    assert told(page, "Defences") == [("The shop", "it is not", "#16")]
    assert told(page, "Hearings") == [
        ("2025-11-10", "postponed, for argument, before Meilan Court, to 2025-11-20, because late evidence", "#5"),
        ("2025-11-20", "set", "#5"),
    ]
    assert told(page, "Judgments") == [
        ("first instance", "for the plaintiff, by Meilan Court, for Ms. Li", "#7"), ("ground 1", "void", "#7"),
        ("ground 2", "unfair", "#7"),
    ]  # fmt: skip
    assert told(page, "Orders") == [
        ("10,000 CNY", "owed by The shop, to Ms. Li, not jointly, due within 10 days", "#8"),
        ("an apology", "owed by nobody named, due 2025-12", "#9"),
    ]
    assert told(page, "Figures") == [("price", "about -0.50 CNY; a day; counted by The shop", "#10")]
    assert told(page, "Links") == [("background", "other", "#11"), ("of (told there)", "other", "other#3")]
    assert ("real name of Ms. Li", "", "") in told(page, "Not stated")
    assert ("day of filing", "known: 2025-02", "#6") in told(page, "Not stated")
    assert [(each[0], each[2]) for each in told(page, "Problems")] == [
        ("uncited", ""), ("order-without-debtor", "#9"), ("unknown-type", "#14"), ("unreadable", "#15")
    ]  # fmt: skip


def test_every_line_of_a_case_names_its_event_and_its_places(db: sqlite3.Connection) -> None:
    page = case_page(db, "deposit")
    pins = {line.refs: line.pinpoints for line in page if line.pinpoints}
    assert pins == {"deposit#3": "leida ¶7", "deposit#8": "leida ¶13, 14-15", "parties#4": "leida ¶2"}
    assert {line.section for line in page if not line.refs} <= {"Not stated", "Problems"}


def test_dates_are_shown_as_they_are_known(db: sqlite3.Connection) -> None:
    dated = {line.refs: line.date for line in case_page(db, "deposit") if line.date}
    assert dated == {
        "deposit#3": "2025-01", "deposit#4": "2025-11-10", "deposit#5": "2025-11-20", "deposit#6": "2025-02",
        "deposit#7": "../2025-11-27", "deposit#8": "2025-11-27", "deposit#10": "2025", "deposit#13": "2025-12",
        "deposit#16": "2025-03", "parties#4": "2023",
    }  # fmt: skip


def test_a_case_that_was_opened_late_or_not_at_all(db: sqlite3.Connection) -> None:
    assert told(case_page(db, "other"), "Caption") == [("title", "Other", "other#2"), ("kind", "Topic", "other#2")]
    with closing(project(written(MemoryLog(), "cases/x", note()))) as other:
        page = case_page(other, "x")
    assert told(page, "Caption") == [("title", "x", ""), ("kind", "Unknown kind", "")]
    assert ("not-opened", "no event opens the case", "") in told(page, "Problems")


def test_an_event_is_told_field_by_field(db: sqlite3.Connection) -> None:
    page = event_page(db, "deposit#8")
    assert told(page, "Event")[:2] == [("type", "Order (order.made)", "#8"), ("date", "2025-11-27", "#8")]
    fields = {item: value for item, value, _ in told(page, "Fields")}
    assert fields == {
        "amount": "10000 CNY", "creditors": "Ms. Li (ms-li)", "debtors": "The shop (shop)",
        "due terms": "within 10 days", "joint and several": "false",
    }  # fmt: skip
    assert [each[:2] for each in told(page, "Sources")] == [("supports", "leida ¶13"), ("supports", "leida ¶14-15")]
    assert told(page, "Record")[0][1] == "2026-11-23T06:29:07.123Z by Lin Mei"


def test_events_that_cannot_be_read_are_shown_as_they_stand(db: sqlite3.Connection) -> None:
    unknown = {item: value for item, value, _ in told(event_page(db, "deposit#14"), "Fields")}
    assert unknown == {"orbit": "1; null", "name": "x"}
    unreadable = {item: value for item, value, _ in told(event_page(db, "deposit#15"), "Fields")}
    assert unreadable == {"claimant": '{"not": "a name"}', "claim": "x"}


def test_a_party(db: sqlite3.Connection) -> None:
    page = party_page(db, "shop")
    assert told(page, "Party") == [
        ("name", "The shop", "parties#2"), ("what", "company", "parties#2"), ("also", "店", "parties#2"),
        ("also", "S", "parties#2"),
    ]  # fmt: skip
    assert told(page, "Relations") == [("", "The shop: owned by holding", "parties#4")]
    assert told(page, "Cases") == [("deposit", "defendant", "#6")]
    assert [each[2] for each in told(page, "Named in")] == ["#10", "#6", "#16", "#8", "#13"]
    li = {line.item: line for line in party_page(db, "ms-li")}
    assert (li["pseudonym"].value, li["name"].pinpoints) == ("yes: the name is not the real one", "leida ¶1")
    assert told(party_page(db, "holding"), "Relations") == [("", "The shop: owned by holding", "parties#4")]


def test_a_source_says_what_rests_on_it_and_what_it_contradicts(db: sqlite3.Connection) -> None:
    page = source_page(db, "leida")
    assert [(line.item, line.value) for line in page if line.section == "Source"] == [
        ("id", "leida"), ("title", "T"), ("publisher", "L"), ("paragraphs", "49")
    ]  # fmt: skip
    assert [(line.item, line.refs) for line in page if line.section == "Supports"] == [
        ("¶1", "parties#3"), ("¶2", "parties#4"), ("¶7", "deposit#3"), ("¶13", "deposit#8"), ("¶14-15", "deposit#8")
    ]  # fmt: skip
    assert [(line.item, line.value) for line in page if line.section == "Contradicts"] == [("¶8", "Note: not so.")]


@pytest.mark.parametrize(
    ("page", "name", "error", "fragment"),
    [
        (case_page, "depositt", UnknownName, "There is no case 'depositt' (did you mean deposit?)"),
        (party_page, "ms-lee", UnknownName, "There is no party 'ms-lee' (did you mean ms-li?)"),
        (source_page, "leda", UnknownName, "There is no source 'leda' (did you mean leida?)"),
        (event_page, "deposit#99", BadReference, "there is no such event in the store"),
        (event_page, "deposit", BadReference, "it has no #"),
        (event_page, "deposit#0", BadReference, "count from 1"),
    ],
)
def test_what_is_not_there(db: sqlite3.Connection, page: Any, name: str, error: Any, fragment: str) -> None:
    with pytest.raises(error) as caught:
        page(db, name)
    assert fragment in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_in_a_case_of_every_kind_can_be_shown(kind: str) -> None:
    log = written(MemoryLog(), "cases/a", opened(kind), *((name, EXAMPLES[name]) for name in OF_CASES))
    with closing(project(log)) as db:
        shown = case_page(db, "a")
        for number in range(1, len(OF_CASES) + 2):
            assert told(event_page(db, f"a#{number}"), "Fields")
    developments = {ref for line in shown for ref in line.refs.split(", ")}
    # the last is about an event that is not in this case
    silent = ("case.renamed", "party.joined", "deadline.exported", "document.issued", "issue.tagged")
    timeline = {f"a#{number}" for number, name in enumerate(OF_CASES, 2) if name not in silent}
    assert timeline - developments == set(), "every development is somewhere on the page"


def test_a_case_page_lists_its_issues_with_what_bears_on_them() -> None:
    log = written(MemoryLog(), "cases/a", opened(), note("one"), note("two"))
    ids = [event.id for event in replayed(log, "cases/a")]
    written(log, "cases/a", *(("issue.tagged", {"of": ids[at], "issues": ["price"]}) for at in (2, 1)))
    with closing(project(log)) as db:
        [line] = [line for line in case_page(db, "a") if line.section == "Issues"]
    assert (line.item, line.value, line.refs) == ("price", "#2, #3", "a#5, a#4")
