"""The PDF: everything is in it, in order, as independent readers find it, and no text of the record is ever code."""

import io
import re
import shutil
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject, IndirectObject

from tracker.documents import pdf
from tracker.documents.blocks import (
    Block,
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
)  # fmt: skip
from tracker.documents.pdf import MissingGlyph, write
from tracker.errors import RecordFault
from tracker.text import visible

ROOT = Path(__file__).parent.parent
CHINESE = any("CJK" in name for name in pdf.fonts(system=True).families())
needs_chinese = pytest.mark.skipif(not CHINESE, reason="no font with Chinese characters is installed (fonts-noto-cjk)")
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")

HOSTILE = [
    "#eval(\"1+1\")", '#read("/etc/passwd")', "#import \"@preview/x:1.0.0\"", "#panic()", "#{1+1}", "#sys.inputs",
    "$x^2$",
    "\\", "\\#", "a \\ b", "@ref", "<label>", "<script>alert(1)</script>", "`code`", "```typ #1```", "// comment",
    "/* x",
    "*bold*", "_em_", "= Heading", "- item", "+ item", "/ term: x", "[x]", "]", "#[", "{x}", "~", "---", "'q' \"q\"",
    "https://example.org/x", "mailto:a@example.org", "javascript:alert(1)", '=HYPERLINK("http://x.y")',
    "{ INCLUDETEXT x }",
    "%PDF-1.7", "endstream endobj", "(/JS (app.alert(1)))", "\\u{41}", "\\n", '", "kind": "heading"', "null", "&amp;",
    "-1",
    "+", "a\nb", "a\tb", "a\r\nb", "\u2028", "\u202egnp.exe", "a\u00a0b", "", " ", "\ud800", "\ufffe", "x" * 300,
]  # fmt: skip


def opened(document: Document, **options: Any) -> PdfReader:
    return PdfReader(io.BytesIO(write(document, **options)))


def squeezed(text: str) -> str:
    """A text without white space, as it is compared: lines of a page break where they like."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", visible(text)))


def told(document: Document) -> str:
    return squeezed("".join(page.extract_text() for page in opened(document).pages))


def stands_in_order(texts: list[str], whole: str) -> None:
    at = 0
    for text in map(squeezed, texts):
        found = whole.find(text, at)
        assert found >= 0, f"{text!r} is missing, or stands before what precedes it"
        at = found + len(text)


def objects(reader: PdfReader) -> list[DictionaryObject]:
    found = (reader.get_object(IndirectObject(number, 0, reader)) for number in range(1, len(reader.xref[0]) + 2000))
    return [each for each in found if isinstance(each, DictionaryObject)]


def tags(reader: PdfReader) -> list[str]:
    """The names of all elements of the structure, in order."""
    names = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                names.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return names


def everything(name: str = "Li") -> Document:
    """Every kind of block and of piece; each text is found once."""
    rows = tuple(
        Row((f"{n}.", Day(f"about May {2000 + n}", "2025-05~", basis=f"basis-{n}" if n % 2 else None),
             (f"told-{n} {name} ", Struck(f"struck-{n}"), " ", Strong(f"strong-{n};"), Note(f"note-{n} {name}"))))
        for n in range(1, 31)
    )  # fmt: skip
    blocks = (
        Paragraph("front matter"), Heading(1, "First"), Paragraph(("one ", Strong("two"), Note("three"), " four")),
        Items(("item-a", ("item-b", Note("note-b")))), Grid(("No.", "Date", "Development"), rows), PageBreak(),
        Heading(2, "Second"), Grid(("A", "B"), (Row(("left", "right")),)), Heading(1, "Third"), Paragraph("the end"),
    )  # fmt: skip
    return Document(f"Title of {name}", blocks, made_from="2026-11-23T09:07:37.945Z")


def test_everything_comes_out_in_order() -> None:
    whole = told(everything())
    rows = [
        text
        for n in range(1, 31)
        for text in (f"{n}.", f"about May {2000 + n}" + (f" (basis-{n})" if n % 2 else ""), f"told-{n} Li",
                     f"struck-{n}", f"strong-{n}")
    ]  # fmt: skip
    stands_in_order(
        ["Title of Li", "front matter", "First", "one two", "four", "item-a", "item-b", "No.", "Date", "Development",
         *rows, "Second", "A", "B", "left", "right", "Third", "the end"], whole,
    )  # fmt: skip
    stands_in_order(["three", "note-b", *(f"note-{n} Li" for n in range(1, 31))], whole)


def test_footnotes_stand_on_the_page_where_they_are_called() -> None:
    pages = [squeezed(page.extract_text()) for page in opened(everything()).pages]
    for n in range(1, 31):
        [page] = [page for page in pages if f"told-{n}Li" in page]
        assert f"note-{n}Li" in page


def test_metadata_outline_language_and_tags() -> None:
    reader = opened(everything())
    assert reader.metadata is not None and reader.metadata.title == "Title of Li" and not reader.metadata.author
    assert str(reader.metadata.creation_date) == "2026-11-23 09:07:37+00:00"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    xmp = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part" in xmp and "pdfaid:part" in xmp
    found = tags(reader)
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD"} <= set(found)
    assert found.count("/TR") == 33 and found.count("/TH") == 5


def test_headings_are_bookmarks() -> None:
    def titles(outline: list[Any]) -> list[Any]:
        return [titles(each) if isinstance(each, list) else str(each.title) for each in outline]

    assert titles(opened(everything()).outline) == ["First", ["Second"], "Third"]
    deep = Document("t", (Heading(3, "a"), Heading(3, "b"), Heading(1, "c"), Heading(3, "d"), Heading(2, "")))
    assert titles(opened(deep).outline) == ["a", ["b"], "c", ["d"]]
    assert isinstance(opened(deep).outline[0], Destination)


def test_the_language_is_that_of_the_document() -> None:
    assert str(opened(Document("t", (), "zh")).trailer["/Root"]["/Lang"]).startswith("zh")


def test_pages_are_numbered_and_named() -> None:
    reader = opened(everything())
    total = len(reader.pages)
    assert total > 2
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert f"{number} / {total}" in text
        assert text.count("Title of Li") == 1, "in the running header, or as the title itself"


def test_titles_are_repeated_and_rows_stay_whole() -> None:
    reader = opened(everything())
    for page in reader.pages[:-1]:
        text = page.extract_text()
        assert "Development" in text
        starts, ends = re.findall(r"told-(\d+)", text), re.findall(r"strong-(\d+);", text)
        assert starts == ends


def test_no_row_is_on_two_pages() -> None:
    rows = tuple(Row((f"{n}.", (f"start-{n}; {'words ' * (150 + n)} end-{n};", Note("n")))) for n in range(40))
    pages = [page.extract_text() for page in opened(Document("t", (Grid(("A", "B"), rows),))).pages]
    assert len(pages) > 4
    for page in pages:
        assert re.findall(r"start-(\d+);", page) == re.findall(r"end-(\d+);", page)


def test_a_row_higher_than_a_page_breaks() -> None:
    words = " ".join(f"word{number}." for number in range(4000))
    document = Document("t", (Grid(("A", "B"), (Row(("x", words)), Row(("y", ("z", Note(words)))))),))
    whole = told(document)
    assert all(whole.count(f"word{number}.") >= 2 for number in (0, 1, 1999, 3998, 3999))


def test_titles_higher_than_a_page_come_out_once_and_whole() -> None:
    words = " ".join(f"word{number}." for number in range(4000))
    whole = told(Document(words, (Heading(1, words), Grid((*"ABCDEFG", words), (Row(("x",) * 8),)))))
    assert all(whole.count(f"word{number}.") == 3 for number in (3998, 3999))


def test_a_wide_table_lies_on_its_side_with_its_heading() -> None:
    wide = Grid(tuple("ABCDEF"), (Row(("x",) * 6),))
    narrow = Grid(tuple("ABCDE"), (Row(("x",) * 5),))
    blocks: tuple[Block, ...] = (Heading(1, "Upright"), narrow, Heading(1, "Lying"), Heading(2, "Too"), wide)
    pages = opened(Document("t", (*blocks, Heading(1, "Again"), Paragraph("p")))).pages
    sides = [(page.mediabox.width > page.mediabox.height, page.extract_text()) for page in pages]
    assert [lies for lies, _ in sides] == [False, True, False]
    assert all(word in sides[at][1] for at, word in ((0, "Upright"), (1, "Lying"), (1, "Too"), (2, "Again")))


@needs_poppler
def test_nothing_runs_over_the_edge(tmp_path: Path) -> None:
    long = "W" * 500 + " https://example.org/" + "a1-b2" * 150 + " 2025-10/2025-10-20"
    rows = (long, "Donaudampfschifffahrt")
    grids = [Grid(tuple("ABCDEFGHIJ"[:n]), tuple(Row((text,) * n) for text in rows)) for n in (1, 2, 5, 10)]
    pieces = ("n", Note(long), Strong(long), Struck(long))
    blocks = (Heading(1, long), Paragraph(long), Items((long,)), Paragraph(pieces))
    (tmp_path / "x.pdf").write_bytes(write(Document(long, (*blocks, *grids))))
    read = ["pdftotext", "-bbox", tmp_path / "x.pdf", "-"]
    boxes = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    page = 0.0
    assert boxes.count("<word") > 100
    for line in boxes.splitlines():
        if found := re.search(r'<page width="([\d.]+)"', line):
            page = float(found[1])
        elif found := re.search(r'<word xMin="([\d.]+)".*xMax="([\d.]+)"', line):
            assert float(found[1]) >= 62 and float(found[2]) <= page - 61, line


def test_fonts_are_embedded() -> None:
    fonts = [each for each in objects(opened(everything())) if each.get("/Type") == "/FontDescriptor"]
    assert len(fonts) >= 2
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_code(text: str) -> None:
    pieces = (text, Note(text), Struck(text), Strong(text))
    blocks = (Heading(1, text), Paragraph(text), Paragraph(pieces), Items((text, pieces)))
    grids = (Grid(("T", text), (Row((text, pieces)), Row((Day(text, basis=text), "x")))),)
    try:
        reader = opened(Document(text, (*blocks, *grids)))
    except MissingGlyph as missing:
        assert missing.character in visible(text) and not missing.character.isascii()
        return
    whole = squeezed("".join(page.extract_text() for page in reader.pages))
    times = {"heading": 1, "paragraph": 1, "pieces": 4 * 3, "item": 1, "grid": 4}
    assert whole.count(squeezed(text)) >= sum(times.values()) or not squeezed(text)
    active = {"/JavaScript", "/JS", "/URI", "/Launch", "/GoToR", "/SubmitForm", "/AA", "/OpenAction", "/EmbeddedFile"}
    for each in objects(reader):
        assert not active & (set(each) | {str(each.get("/S")), str(each.get("/Type"))})
    assert "root:" not in whole


def test_equal_documents_give_equal_bytes() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; from test_documents_pdf import everything, write; "
        "sys.stdout.buffer.write(write(everything()))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(ROOT / "tests")], check=True, capture_output=True, cwd="/",
        env={"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "PATH": "", "SOURCE_DATE_EPOCH": "1"},
    )  # fmt: skip
    assert write(everything()) == write(everything()) == elsewhere.stdout
    assert write(everything("Wang")) != write(everything())


@needs_chinese
@pytest.mark.parametrize("language", ["en", "zh"])
def test_chinese(language: Any) -> None:
    blocks = everything("李女士").blocks
    more = Paragraph(("“法院认为”——被告应当双倍返还定金……", Note("《民法典》第五百八十七条")))
    document = Document("大事记：李某诉小米海口公司案", (*blocks, more), language)
    whole = told(document)
    stands_in_order(["大事记：李某诉小米海口公司案", "told-1 李女士", "told-30 李女士", "被告应当双倍返还定金"], whole)
    stands_in_order(["note-1 李女士", "note-30 李女士", "《民法典》第五百八十七条"], whole)
    fonts = {str(each.get("/FontName")) for each in objects(opened(document)) if each.get("/Type") == "/FontDescriptor"}
    assert any(re.search("CJKsc|SC|CN", name) for name in fonts), "the shapes of the mainland, not those of Japan"


@pytest.mark.parametrize(
    "text, character, package",
    [
        ("judgment of 海口 court", "海", "fonts-noto-cjk"),
        ("she said สวัสดี to him", "ส", "fonts-noto-core"),
        ("it said 😀 only", "😀", "fonts-noto-color-emoji"),
    ],
)
def test_a_character_that_no_font_has_is_refused(text: str, character: str, package: str) -> None:
    filler = tuple(Row(("a", "b")) for _ in range(20))
    for blocks in (
        (Paragraph(text),), (Heading(1, text),), (Paragraph(("x", Note(text))),), (Items((("y", Strong(text)),)),),
        (Grid(("A", "B"), (*filler, Row(("c", ("d", Struck(text)))))),), (Grid(("A", text), filler),),
        (Grid(("A", "B"), (Row(("c", Day("w", basis=text))),)),),
    ):  # fmt: skip
        with pytest.raises(MissingGlyph) as refused:
            write(Document("t", blocks), _system_fonts=False)
        message = str(refused.value)
        assert isinstance(refused.value, RecordFault) and refused.value.character == character
        assert f"U+{ord(character):04X} ({character})" in message and message.endswith(f"apt-get install {package}).")
        assert text.split(" ")[-2] in message, "the words around it"


def test_a_title_that_no_font_has_is_refused() -> None:
    with pytest.raises(MissingGlyph, match="海口"):
        write(Document("海口", ()), _system_fonts=False)


def test_a_character_without_a_meaning_is_refused() -> None:
    with pytest.raises(MissingGlyph, match=r"U\+50000 .*no meaning"):
        write(Document("t", (Paragraph("a \U00050000 b"),)))


def test_a_document_of_nothing() -> None:
    empty = (Heading(3, ""), Paragraph(()), Items(()), Items(("",)), Grid((), ()), Grid(("a",), ()))
    nothing = (*empty, PageBreak(), PageBreak())
    assert len(opened(Document("", ())).pages) == 1
    assert len(opened(Document("", nothing)).pages) == 1


def test_five_thousand_rows() -> None:
    rows = tuple(Row((f"{n}.", Day("about May 2025"), f"told-{n} " * 9, f"S1 ¶{n}")) for n in range(5000))
    made = write(Document("t", (Grid(("No.", "Date", "Development", "Source"), rows),)))
    reader = PdfReader(io.BytesIO(made))
    whole = "".join(page.extract_text() for page in (*reader.pages[:1], *reader.pages[-1:]))
    assert "told-0 " in whole and "told-4999 " in whole


def test_many_footnotes_in_one_table() -> None:
    pages = noted(300)
    found = [int(number) for page in pages for number in re.findall(r"note-(\d+);", page)]
    assert found == list(range(300)) and all("A" in page for page in pages)


def test_more_footnotes_than_that_stand_at_the_end() -> None:
    whole = "\n".join(noted(1000))
    table, _, notes = whole.partition("\nNotes\n")
    assert re.findall(r"told-(\d+) x \[(\d+)\]", table) == [(str(n), str(n + 1)) for n in range(1000)]
    assert re.findall(r"\[(\d+)\] note-(\d+);", notes) == [(str(n + 1), str(n)) for n in range(1000)]


def noted(number: int) -> list[str]:
    """The pages of a table in which each row has a footnote."""
    rows = tuple(Row((f"told-{n}", ("x", Note(f"note-{n};")))) for n in range(number))
    return [page.extract_text() for page in opened(Document("t", (Grid(("A", "B"), rows),))).pages]


PIECES = st.sampled_from([each for each in HOSTILE if len(each) < 100]) | st.text(max_size=8)
TEXTS = st.lists(PIECES, max_size=4).map("".join)
LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"]), max_size=60)


@given(TEXTS, TEXTS)
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_written_or_refused_by_name(one: str, two: str) -> None:
    cells = (one, (two, Note(one), Struck(two), Strong(one)))
    try:
        reader = opened(Document(one, (Heading(1, two), Paragraph(cells[1]), Grid((two, one), (Row(cells),)))))
    except MissingGlyph as missing:
        assert missing.character in visible(one) + visible(two)
    else:
        assert not any("/URI" in each or "/JS" in each for each in objects(reader))


@given(LATIN, LATIN)
@settings(max_examples=100, deadline=None)
def test_latin_text_comes_out_as_it_went_in(one: str, two: str) -> None:
    document = Document("t", (Paragraph(f"[{one}]"), Grid(("A",), (Row(((f"({two})", Note("n")),)),))))
    stands_in_order([f"[{one}]", f"({two})"], told(document))


@pytest.mark.parametrize(("rows", "parts"), [(1000, [1000]), (1001, [250, 250, 250, 250, 1]), (5000, [250] * 20)])
def test_a_long_table_comes_in_parts(rows: int, parts: list[int]) -> None:
    """As one, 5,000 rows took ten gigabytes."""
    several = [Row((f"{n}",)) for n in range(rows)]
    found = pdf._parts(several)
    assert [len(part) for part in found] == parts
    assert [row for part in found for row in part] == several


def test_a_table_of_many_footnotes_comes_in_parts() -> None:
    for number, tables in ((40, 1), (41, 2), (400, 10), (401, 1)):
        rows = tuple(Row(("x", ("y", Note("n")))) for _ in range(number))
        assert tags(opened(Document("t", (Grid(("A", "B"), rows),)))).count("/Table") == tables


@needs_poppler
def test_the_number_of_a_footnote_stays_with_its_word(tmp_path: Path) -> None:
    rows = tuple(Row((("1", Note("n")), "told " * 60, "and " * 60, (Strong("disputed"), Note("n")))) for _ in range(20))
    (tmp_path / "x.pdf").write_bytes(write(Document("t", (Grid(("No.", "A", "B", "Status"), rows),))))
    read = ["pdftotext", "-layout", tmp_path / "x.pdf", "-"]
    text = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    assert len(re.findall(r"disputed ?\d+$", text, re.MULTILINE)) == 20


def test_widths_fill_the_page() -> None:
    for texts in (("1", "word " * 200), ("1", "2"), ("W" * 300, "x"), ("a b " * 90, "c d " * 90, "5")):
        widths = pdf._widths(Grid(("t",) * len(texts), (Row(texts),) * 12), 55.0)
        assert sum(widths) <= 55.01 and all(each > 0 for each in widths)
    assert all(one <= two for one, two in pairwise(pdf._widths(Grid(("1", "2"), (Row(("x", "y " * 50)),)), 55.0)))
