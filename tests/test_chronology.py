"""The chronology: everything is in it, in order, and nothing that was logged is taken for Markdown."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from helpers import EXAMPLES, OF_CASES, Said, note, opened, replayed, written
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tracker import queries
from tracker.app import Tracker
from tracker.clocks import ASSERTED_BY
from tracker.documents import LAYOUTS, writer_for
from tracker.documents.blocks import (
    Day,
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
    notes_of,
    plain,
)
from tracker.documents.chronology import chronology
from tracker.documents.days import day, said
from tracker.documents.markdown import escaped, write
from tracker.documents.matter import Matter
from tracker.errors import BadFormat, UnknownName
from tracker.logs.memory import MemoryLog
from tracker.projections.build import project
from tracker.text import one_line

ROOT = Path(__file__).parent.parent
PLAIN = {"h1", "h2", "h3", "h4", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}


class Read(HTMLParser):
    """Rendered Markdown as elements: their tags, and the text of each row, list item, heading and paragraph."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[list[str]] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag in ("tr", "li", "p", "h1", "h2", "h3", "h4"):
            self.texts.append([])
        if tag in ("td", "th"):
            self.texts[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.texts and (data != "\n" or self.texts[-1]):
            self.texts[-1] = [*self.texts[-1][:-1], (self.texts[-1] or [""])[-1] + data]


def read(document: Document) -> Read:
    return Read(write(document).decode())


def cells(document: Document) -> list[list[str]]:
    """The rows of all tables, as they are rendered."""
    return [[cell.strip() for cell in row] for row in read(document).texts if len(row) > 1]


HOSTILE = [
    "a | b || c", "\\|", "\\", "a\\", "`code`", "```", "~~~", "<script>alert(1)</script>", "<b>", "<!-- x",
    "</td></tr>",
    "[text](http://x.y)", "![i](x)", "[ref]: http://x.y", "<http://x.y>", "http://x.y/z_z", "www.x.y", "me@x.y", "#",
    "## h", "- item", "* item", "+ item", "1. one", "2025) two", "> quote", "---", "***", "___", "===", "| --- |",
    "~~struck~~",
    "**bold**", "_em_", "__b__", "a*b*c", "&amp;", "&#35;", "&nbsp;", "    code", "\tcode", "a\nb", "a\n\n# b",
    "a\r\nb", "line  \nbreak", "\u2028", "\u202egnp.exe", "\x1b[31m", "$x$", "{x}", "!", "[x]", "[ ] task",
    ":smile:", "^1", "[^1]", "<details>", "<a href='x'>", "a\u00a0", "判决|上诉", "-", "1.", "", " ",
]  # fmt: skip
LINKS = re.compile(r"\w://|\bwww\.|\w@\w", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_taken_for_markup(text: str) -> None:
    blocks = (Heading(1, text), Paragraph(f"x {text}"), Paragraph(text), Items((text, "x", text)))
    document = Document(text, (*blocks, Grid(("T", text), (Row((text, "x")), Row(("x", text))))))
    found = read(document)
    assert found.tags <= PLAIN
    plain = one_line(text).strip()
    assert cells(document) == [["T", plain], [plain, "x"], ["x", plain]]
    alone = ["".join(text).strip() for text in found.texts if len(text) < 2]
    assert alone.count(plain) >= 4 or not plain
    assert not LINKS.search(write(document).decode()), "GitHub makes links of these by itself"


PIECES = st.sampled_from([each for each in HOSTILE if each]) | st.text("\\|`*_<>[]()#!&;~-+=1.: \n\tax$@/", max_size=6)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=5).map("".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_text_comes_out_as_it_went_in(one: str, two: str) -> None:
    document = Document(one, (Items((two,)), Paragraph(one), Grid(("T", "U"), (Row((one, two)), Row((two, one))))))
    first, second = one_line(one).strip(), one_line(two).strip()
    assert read(document).tags <= PLAIN
    assert cells(document)[1:] == [[first, second], [second, first]]
    [paragraph] = read(Document("t", (Paragraph(one),))).texts[1:] or [[""]]
    assert "".join(paragraph).strip() == first
    assert b"\r" not in write(document) and "\n" not in escaped(one)


def test_an_escaped_sign_does_not_hide_an_address() -> None:
    assert escaped("me@_x.y") == r"me\@\_x.y", "GitHub looks for addresses when the backslashes are gone"


def dated(text: str, date: str | None, **data: object) -> Said:
    return note(text, **({"date": date} if date else {}), **data)


CITED = [{"source": "leida", "locator": "7"}, {"source": "leida", "locator": "13-14"}, {"source": "weibo"}]
LOGGED = "23 November 2026"
AGAINST = [{"source": "leida", "locator": "8", "does": "contradicts"}]


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    log = written(
        MemoryLog(), "cases/a", opened("topic", "One | two <b>", about="1. About"), dated("first", "2025-05"),
        dated("sixth", None), dated("third", "2025-05-01", citations=CITED, date_basis="told"),
        dated("fifth", "2025-05-02T09:30", citations=AGAINST), dated("never", "2025-13"),
    )  # fmt: skip
    written(log, "cases/b", opened("lawsuit", "Two"), dated("second", "2025-05~"), dated("fourth", "2025-05-02"))
    written(log, "cases/b", ("party.joined", {"party": "ms-li", "role": "plaintiff"}), dated("zeroth", "../2025-06"))
    written(log, "cases/c", opened("topic", "Nothing yet"))
    li = {"party": "ms-li", "name": "Ms. Li [x]", "what": "person", "pseudonym": True}
    written(log, "parties", ("party.added", li), ("party.related", EXAMPLES["party.related"] | {"party": "ms-li"}))
    leida = {"source": "leida", "title": "L|D", "publisher": "P", "published": "2025-11"}
    leida |= {"author": "A", "cut_off": "at 5"}
    written(log, "sources", ("source.added", leida), ("source.added", {"source": "weibo", "publisher": "P"}))
    written(log, "sources", ("source.added", {"source": "unused", "title": "nobody cites it"}))
    with closing(project(log)) as connection:
        yield connection


def developments(document: Document) -> list[tuple[str, ...]]:
    """The developments of a document, each as the plain texts of its cells."""
    grids = [block for block in document.blocks if isinstance(block, Grid) and block.name == "developments"]
    return [tuple(map(plain, row.cells)) for grid in grids for row in grid.rows]


def grid(document: Document, name: str) -> Grid:
    [found] = [block for block in document.blocks if isinstance(block, Grid) and block.name == name]
    return found


def all_texts(document: Document) -> list[str]:
    """Every text of a document with its footnotes, in order."""
    found: list[str] = [document.title]
    for block in document.blocks:
        match block:
            case Heading(_, text):
                found.append(text)
            case Paragraph(text):
                found += [plain(text), *notes_of(text)]
            case Items(texts):
                found += [each for text in texts for each in (plain(text), *notes_of(text))]
            case Grid(titles, rows):
                found += titles
                found += [each for row in rows for cell in row.cells for each in (plain(cell), *notes_of(cell))]
    return found


def test_several_cases_are_merged_in_order(db: sqlite3.Connection) -> None:
    rows = developments(chronology(db, ["b", "a"]))
    told = [(date, case, text.removeprefix("Note: ")) for _, date, case, text, *_ in rows]
    assert told == [
        ("by 30 June 2025", "b", "zeroth."), ("1 May 2025", "a", "third."), ("May 2025", "a", "first."),
        ("in or about May 2025", "b", "second."), ("2 May 2025", "b", "fourth."),
        ("2 May 2025, 09:30", "a", "fifth."), (f"not stated; by {LOGGED}", "a", "sixth."),
        (f"not stated; by {LOGGED}", "a", "never."),
    ]  # fmt: skip
    assert [row[0] for row in rows] == [str(number) for number in range(1, 9)]


def test_a_month_never_becomes_a_day(db: sqlite3.Connection) -> None:
    [first] = [row for row in grid(chronology(db, ["a"]), "developments").rows if "first" in plain(row.cells[2])]
    assert first.cells[1] == Day("May 2025", "2025-05", "2025-05-01", "2025-05-31")
    assert write(chronology(db, ["a"])).decode().count("1 May 2025") == 1, "only where the source prints the day"


def test_how_a_date_was_found_is_a_footnote(db: sqlite3.Connection) -> None:
    [third] = [row for row in grid(chronology(db, ["a"]), "developments").rows if "third" in plain(row.cells[2])]
    assert notes_of(third.cells[2]) == ("On the date: told",)
    assert "Note: third.[^1]" in write(chronology(db, ["a"])).decode()
    assert "[^1]: On the date: told\n" in write(chronology(db, ["a"])).decode()


def test_pinpoints_and_sources(db: sqlite3.Connection) -> None:
    document = chronology(db, ["a"])
    sources = {row[2]: row[4] for row in developments(document)}
    assert sources["Note: third."] == "S1 ¶7, 13-14; S2" and sources["Note: first."] == "no source given"
    assert sources["Note: fifth."] == "contradicted by S1 ¶8"
    assert [row for row in cells(document) if row[0] in ("S1", "S2", "S3")] == [
        ["S1", "L|D [leida]", "A, P", "November 2025", "not independent of S2; incomplete: at 5"],
        ["S2", "untitled [weibo]", "P", "not stated", "not independent of S1"],
    ]


def test_sources_in_a_text_get_their_numbers(db: sqlite3.Connection) -> None:
    matter = Matter(db, ["a"], "en", "", db)
    assert matter.by_number("1 (leida ¶7; weibo ¶2) or 2 (at-leida ¶8)") == "1 (S1 ¶7; S2 ¶2) or 2 (at-leida ¶8)"


def test_a_document_asks_for_the_rows_of_its_cases_only(db: sqlite3.Connection) -> None:
    a, b = (Matter(db, [name], "en", "", db) for name in ("a", "b"))
    assert {ref.partition("#")[0] for ref in (*b.mentions, *b.data)} == {"b"} and b.mentions and not a.mentions
    assert list(a.numbers) == ["leida", "weibo"] and not b.numbers
    assert [row["name"] for row in b.captions] == ["b"]
    assert [log for log, _, _ in b.heads] == ["cases/b", "parties", "sources"]


def test_one_case(db: sqlite3.Connection) -> None:
    document = chronology(db, ["b"])
    assert document.title == "Chronology: Two"
    assert ["Ms. Li [x] (pseudonym)", "plaintiff", "wholly owned by xiaomi-jingming"] in cells(document)
    gaps = [block.texts for block in document.blocks if isinstance(block, Items)][-1]
    assert "docket number" in gaps and "real name of Ms. Li [x]" in gaps
    text = write(chronology(db, ["a"])).decode()
    assert "\n1\\. About\n" in text and read(chronology(db, ["a"])).tags <= PLAIN | {"strong"}


def test_the_heads_that_it_was_made_from(db: sqlite3.Connection) -> None:
    heads = dict(db.execute("SELECT log, xhash FROM heads").fetchall())
    told = [tuple(map(plain, row.cells)) for row in grid(chronology(db, ["b"]), "record").rows]
    assert told == [
        ("cases/b", "#5", heads["cases/b"]), ("parties", "#2", heads["parties"]), ("sources", "#3", heads["sources"])
    ]  # fmt: skip


def test_an_empty_case_is_a_document_too(db: sqlite3.Connection) -> None:
    for layout in set(LAYOUTS) - {"comparison", "summary", "privilege"}:
        assert "No development has been logged yet." in write(chronology(db, ["c"], layout=layout)).decode()
    assert "No claim, defence, notice or statement" in write(chronology(db, ["c"], layout="comparison")).decode()
    assert "Developments logged: 0." in write(chronology(db, ["c"], layout="summary")).decode()
    with pytest.raises(UnknownName, match="There is no case 'd'"):
        chronology(db, ["a", "d"])


def test_the_same_input_gives_the_same_bytes(db: sqlite3.Connection) -> None:
    assert write(chronology(db, ["a", "b", "a"])) == write(chronology(db, ["a", "b"]))
    log = written(MemoryLog(), "cases/a", opened("lawsuit", "T"), *((name, EXAMPLES[name]) for name in OF_CASES))
    made = set()
    for _ in range(2):
        with closing(project(log)) as other:
            made.add(write(chronology(other, ["a"])))
    assert len(made) == 1
    [document] = made
    assert b"\n\n\n" not in document and document.endswith(b"\n")


def test_the_layouts_number_developments_alike(db: sqlite3.Connection) -> None:
    numbered = {row[0]: row[3] for row in developments(chronology(db, ["a", "b"]))}
    by_party = developments(chronology(db, ["a", "b"], layout="party"))
    assert {row[0]: row[3] for row in by_party} == numbered
    items = [block for block in chronology(db, ["a", "b"], layout="narrative").blocks if isinstance(block, Items)]
    told = [plain(text) for block in items for text in block.texts if plain(text).startswith("(")]
    assert [(each[1], each.endswith(numbered[each[1]])) for each in told] == [(str(n), True) for n in range(1, 9)]


def test_the_narrative_goes_by_year_and_month(db: sqlite3.Connection) -> None:
    blocks = chronology(db, ["a", "b"], layout="narrative").blocks
    start = [block.text for block in blocks if isinstance(block, Heading)].index("Developments")
    heads = [(block.level, block.text) for block in blocks if isinstance(block, Heading)][start + 1 :]
    assert heads[:4] == [(2, "Beginning not known"), (2, "2025"), (3, "May 2025"), (2, "Without a date")]


def test_a_source_is_cited_in_full_once(db: sqlite3.Connection) -> None:
    document = chronology(db, ["a"], layout="narrative")
    notes = [note for block in document.blocks if isinstance(block, Items) for t in block.texts for note in notes_of(t)]
    full = "S1: A, P, L|D, November 2025"
    assert [note for note in notes if full in note] == [f"S1 ¶7, 13-14; S2. {full}. S2: P, untitled, not stated"]
    assert "contradicted by S1 ¶8" in notes


def test_each_side_has_its_column() -> None:
    joined = [
        ("party.joined", {"party": party, "role": role}) for party, role in (("li", "plaintiff"), ("x", "defendant"))
    ]
    log = written(
        MemoryLog(), "cases/a", opened("lawsuit", "T"), *joined,
        ("claim.made", {"claim": "pay", "claimant": "li"}),
        ("defence.raised", {"defence": "no debt", "party": "x"}),
        ("statement.made", {"statement": "seen", "speaker": "z"}),
        note("nobody says so"),
    )  # fmt: skip
    with closing(project(log)) as db:
        document = chronology(db, ["a"], layout="comparison")
    columns = [[bool(cell) for cell in row[2:5]] for row in developments(document)]
    assert columns == [[True, False, False], [False, True, False], [False, False, True]]
    assert grid(document, "developments").titles[2:5] == ("Plaintiff", "Defendant", "Others")


def test_a_summary_has_a_page_for_each_case(db: sqlite3.Connection) -> None:
    document = chronology(db, ["a", "b", "c"], layout="summary")
    assert sum(isinstance(block, PageBreak) for block in document.blocks) == 2
    lasts = [
        block.texts[0] for block in document.blocks if isinstance(block, Items) and plain(block.texts[0])[0] == "("
    ]
    assert [plain(last).split(" ")[-1] for last in lasts] == ["fifth.", "fourth."]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_chinese_documents_have_chinese_words(db: sqlite3.Connection, layout: str) -> None:
    english, chinese = (chronology(db, ["a", "b"], layout=layout, language=each) for each in ("en", "zh"))
    assert (english.language, chinese.language) == ("en", "zh")
    assert [type(block) for block in english.blocks] == [type(block) for block in chinese.blocks]
    heads = [block.text for block in chinese.blocks if isinstance(block, Heading)]
    titles = [title for block in chinese.blocks if isinstance(block, Grid) for title in block.titles]
    assert heads and not [each for each in heads + titles if re.fullmatch(r"[ -~]+", each) and each not in OWN_NAMES]
    if layout == "table":
        days = [row[1] for row in developments(chinese)]
        assert days[:3] == ["不晚于2025年6月30日", "2025年5月1日", "2025年5月"] and days[-1].startswith(
            "未载明；不晚于"
        )
        assert developments(chinese)[0][3] == "备注：zeroth."
        assert "与S1 ¶8不符" in [row[5] for row in developments(chinese)]


OWN_NAMES = ("2025", "Ms. Li [x]")

IN_CHINESE = {
    "2025-05-01": "2025年5月1日", "2025-05": "2025年5月", "2025": "2025年", "2025-05~": "约2025年5月",
    "2025-05-01?": "2025年5月1日（存疑）", "2025-05-XX": "2025年5月某日", "2025-XX": "2025年某月",
    "2025-XX-XX": "2025年某日",
    "202X": "2020年至2029年间某年", "2025-21": "2025年春季", "2025-05-01T09:30": "2025年5月1日09:30",
    "2025-05-01T09:30+08:00": "2025年5月1日09:30（+08:00）", "2025-05-01T09:30:05Z": "2025年5月1日09:30:05（UTC）",
    "2024-11-02/2024-12-31": "2024年11月2日至2024年12月31日之间",
    "2024-11/2024-12": "2024年11月1日至2024年12月31日之间",
    "../2025-11-27": "不晚于2025年11月27日", "2025-09-26/..": "自2025年9月26日起",
    "/2025-11": "不晚于2025年11月30日（起始不详）", "2025-11/": "自2025年11月1日起（结束不详）",
    "[2025-05-01,2025-05-03]": "2025年5月1日或2025年5月3日", "{2025-05,2025-07}": "2025年5月和2025年7月",
    "[..2025-05]": "不晚于2025年5月31日", "{2025-05..2025-07}": "自2025年5月至2025年7月的每月",
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), IN_CHINESE.items())
def test_dates_in_chinese(text: str, words: str) -> None:
    assert said(text, "zh") == words


def test_a_disputed_date_has_every_value() -> None:
    assert day("2024-12 or 2024-11/2024-12", "en") == Day(
        "December 2024 or between 1 November and 31 December 2024", None, "2024-11-01", "2024-12-31"
    )
    assert day("2024-12 or ..", "zh") == Day("2024年12月或未载明")
    assert day(None, "en", known="2025-09-26/..") == Day("not stated"), "it may have been published any time later"
    assert day(None, "en", known="2025-11-27") == Day("not stated; by 27 November 2025", latest="2025-11-27")


def test_markdown_marks_what_is_struck_strong_or_a_footnote() -> None:
    pieces = ("a", Struck("b*"), "c", Strong("d"), Note("e[1]"), " f")
    document = Document("T", (Paragraph(pieces), Grid(("x",), (Row((("", Strong("y")),)),))))
    assert write(document) == (b"# T\n\na ~~b\\*~~ c **d** [^1] f\n\n| x |\n| --- |\n| **y** |\n\n[^1]: e\\[1\\]\n")


def test_formats_are_found_by_the_end_of_the_name() -> None:
    empty = Document("T", ())
    assert writer_for(None)(empty) == writer_for("a/B.MD")(empty) == write(empty)
    with pytest.raises(BadFormat, match=r"The format of 'x\.doc' is not known: let its name end in \.md or \.html"):
        writer_for("x.doc")


@pytest.mark.parametrize("layout", [each for each in LAYOUTS if each not in ("undisputed", "privilege")])
def test_the_real_cases_are_in_their_chronology_in_full(layout: str) -> None:
    tracker = Tracker(ROOT)
    if not tracker.log.logs():
        pytest.skip("events/ is empty: the sheets have not been logged for good yet")
    with closing(project(tracker.log)) as db:
        names = queries.case_names(db)
        document = chronology(db, names, layout=layout)
        timeline, citations = queries.timeline(db), queries.citations(db)
        assert len(timeline) > 200
        whole = "\n".join(all_texts(document))
        if layout in ("table", "narrative", "party", "issue"):
            assert not [each.ref for each in timeline if f"{each.label}: {each.text}" not in whole]
        if layout == "table":
            rows = developments(document)
            assert [(row[2], row[3]) for row in rows] == [
                (each.case, f"{each.label}: {each.text}") for each in timeline
            ]
            for row, each in zip(rows, timeline, strict=True):
                assert all((cited.locator or "S") in row[5] for cited in citations.get(each.ref, ())), each.ref
                assert row[6] == each.status
        if layout == "comparison":
            asserted = [each for each in timeline if each.type in ASSERTED_BY]
            assert [row[0] for row in developments(document)] == [str(timeline.index(each) + 1) for each in asserted]
            assert [row[3] + row[4] + row[5] for row in developments(document)] == [
                f"{each.label}: {each.text}" for each in asserted
            ]
        if layout == "summary":
            last = {each.case: each for each in timeline if each.date}
            assert not [each.ref for each in last.values() if f"{each.label}: {each.text}" not in whole]
        for dispute in queries.disputes(db, settled=None):
            assert all(claim.value in whole for claim in dispute.claims)
        assert all(f"[{source.source}]" in whole for source in queries.sources(db))
        rendered = read(document)
        assert rendered.tags <= PLAIN | {"strong"}


def test_an_issue_gathers_what_is_tagged_with_it_and_a_retracted_tag_nothing() -> None:
    log = written(MemoryLog(), "cases/a", opened(), note("one"), note("two"), note("three"))
    ids = [event.id for event in replayed(log, "cases/a")]
    for position, issues in ((1, ["price"]), (2, ["price", "defect"]), (2, ["withdrawn"])):
        written(log, "cases/a", ("issue.tagged", {"of": ids[position], "issues": issues}))
    last = [event.id for event in replayed(log, "cases/a")][-1]
    written(log, "cases/a", ("retraction.made", {"of": last, "reason": "no issue any more"}))
    with closing(project(log)) as db:
        blocks = chronology(db, ["a"], layout="issue").blocks
    start = next(at for at, block in enumerate(blocks) if block == Heading(1, "defect"))
    told = [
        each.text if isinstance(each, Heading) else [plain(row.cells[2]) for row in each.rows]
        for each in blocks[start : start + 6]
    ]
    assert told == [
        "defect",
        ["Note: two."],
        "price",
        ["Note: one.", "Note: two."],
        "Developments under no issue",
        ["Note: three."],
    ]
