"""The chronology: everything is in it, in order, and nothing that was logged is taken for Markdown."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from helpers import EXAMPLES, OF_CASES, Said, note, opened, written
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tracker import queries
from tracker.app import Tracker
from tracker.documents import writer_for
from tracker.documents.blocks import Document, Grid, Heading, Items, Paragraph
from tracker.documents.chronology import chronology
from tracker.documents.markdown import escaped, write
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
    document = Document(text, (*blocks, Grid(("T", text), ((text, "x"), ("x", text)))))
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
    document = Document(one, (Items((two,)), Paragraph(one), Grid(("T", "U"), ((one, two), (two, one)))))
    first, second = one_line(one).strip(), one_line(two).strip()
    assert read(document).tags <= PLAIN
    assert cells(document)[1:] == [[first, second], [second, first]]
    [paragraph] = read(Document("t", (Paragraph(one),))).texts[1:] or [[""]]
    assert "".join(paragraph).strip() == first
    assert b"\r" not in write(document) and "\n" not in escaped(one)


def dated(text: str, date: str | None, **data: object) -> Said:
    return note(text, **({"date": date} if date else {}), **data)


CITED = [{"source": "leida", "locator": "7"}, {"source": "leida", "locator": "13-14"}, {"source": "weibo"}]
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
    [grid] = [block for block in document.blocks if isinstance(block, Grid) and block.titles[:2] == ("No.", "Date")]
    return list(grid.rows)


def test_several_cases_are_merged_in_order(db: sqlite3.Connection) -> None:
    rows = developments(chronology(db, ["b", "a"]))
    told = [(date, case, text.removeprefix("Note: ")) for _, date, case, text, _ in rows]
    assert told == [
        ("../2025-06", "b", "zeroth."), ("2025-05-01 (told)", "a", "third."), ("2025-05", "a", "first."),
        ("2025-05~", "b", "second."), ("2025-05-02", "b", "fourth."), ("2025-05-02T09:30", "a", "fifth."),
        ("not stated", "a", "sixth."), ("not stated", "a", "never."),
    ]  # fmt: skip
    assert [row[0] for row in rows] == [str(number) for number in range(1, 9)]


def test_a_month_never_becomes_a_day(db: sqlite3.Connection) -> None:
    text = write(chronology(db, ["a"])).decode()
    assert "| 2025-05 |" in text and text.count("2025-05-01") == 1, "only where the source prints the day"


def test_pinpoints_and_sources(db: sqlite3.Connection) -> None:
    document = chronology(db, ["a"])
    sources = {row[2]: row[3] for row in developments(document)}
    assert sources["Note: third."] == "S1 ¶7, 13-14; S2" and sources["Note: first."] == "no source given"
    assert sources["Note: fifth."] == "contradicted by S1 ¶8"
    assert [row for row in cells(document) if row[0] in ("S1", "S2", "S3")] == [
        ["S1", "L|D [leida]", "A, P", "2025-11", "not independent of S2; incomplete: at 5"],
        ["S2", "untitled [weibo]", "P", "not stated", "not independent of S1"],
    ]


def test_one_case(db: sqlite3.Connection) -> None:
    document = chronology(db, ["b"])
    assert document.title == "Chronology: Two"
    assert ["Ms. Li [x] (pseudonym)", "plaintiff", "wholly owned by xiaomi-jingming"] in cells(document)
    gaps = [block.texts for block in document.blocks if isinstance(block, Items)][-1]
    assert "docket number" in gaps and "real name of Ms. Li [x]" in gaps
    text = write(chronology(db, ["a"])).decode()
    assert "\n1\\. About\n" in text and read(chronology(db, ["a"])).tags <= PLAIN


def test_an_empty_case_is_a_document_too(db: sqlite3.Connection) -> None:
    assert "No development has been logged yet." in write(chronology(db, ["c"])).decode()
    with pytest.raises(UnknownName, match="There is no case 'd'"):
        chronology(db, ["a", "d"])


def test_the_same_input_gives_the_same_bytes(db: sqlite3.Connection) -> None:
    assert write(chronology(db, ["a", "b", "a"])) == write(chronology(db, ["a", "b"]))
    events = [opened("lawsuit", "T"), *((name, EXAMPLES[name]) for name in OF_CASES)]
    made = set()
    for log in (MemoryLog(), MemoryLog()):
        with closing(project(written(log, "cases/a", *events))) as other:
            made.add(write(chronology(other, ["a"])))
    assert len(made) == 1
    [document] = made
    assert document.endswith(b")\n") and b"\n\n\n" not in document


def test_formats_are_found_by_the_end_of_the_name() -> None:
    assert writer_for(None) is writer_for("a/B.MD") is write
    with pytest.raises(BadFormat, match=r"The format of 'x\.doc' is not known: let its name end in \.md"):
        writer_for("x.doc")


def marked(row: queries.TimelineRow) -> str:
    """How a chronology marks a development that was amended."""
    return f" [{row.status}]" if row.status else ""


def test_the_real_cases_are_in_their_chronology_in_full(tmp_path: Path) -> None:
    tracker = Tracker(ROOT)
    if not tracker.log.logs():
        pytest.skip("events/ is empty: the sheets have not been logged for good yet")
    with closing(project(tracker.log)) as db:
        names = queries.case_names(db)
        document = chronology(db, names)
        rows, timeline, citations = developments(document), queries.timeline(db), queries.citations(db)
        assert [(row[2], row[3]) for row in rows] == [
            (each.case, f"{each.label}: {each.text}{marked(each)}") for each in timeline
        ]
        assert len(rows) > 200
        assert {row[1].partition(" (")[0] for row in rows} == {each.date or "not stated" for each in timeline}
        for row, each in zip(rows, timeline, strict=True):
            for cited in citations[each.ref]:
                assert (cited.locator or "S") in row[4], each.ref
        text = write(document).decode()
        assert all(escaped(f"[{source.source}]") in text for source in queries.sources(db))
        assert read(document).tags <= PLAIN and len(cells(document)) > len(rows)
