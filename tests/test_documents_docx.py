"""Word files: everything is in them, in order; read by python-docx, by ElementTree and by LibreOffice."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import docx
import pytest
from docx.enum.section import WD_ORIENTATION
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.documents import docx as writer
from tracker.documents.blocks import (
    Block,
    Cell,
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
    Text,
    plain,
)
from tracker.documents.docx import write
from tracker.text import one_line, visible

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFFICE, TO_TEXT = shutil.which("soffice"), shutil.which("pdftotext")
Read = list[tuple[str, str]]


# The reader


def parts(blob: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(blob)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def footnotes(blob: bytes) -> dict[str, str]:
    """The footnotes by id, without the two rules; the mark and the space after it are taken off."""
    found = {}
    for note in ElementTree.fromstring(parts(blob)["word/footnotes.xml"]):
        if f"{W}type" not in note.attrib:
            assert len(note.findall(f".//{W}footnoteRef")) == 1
            text = "".join(letters(note))
            assert text.startswith(" ") and note.get(f"{W}id") not in found
            found[str(note.get(f"{W}id"))] = text[1:]
    return found


def letters(element: ElementTree.Element) -> Iterator[str]:
    for each in element.iter():
        if each.tag in (f"{W}t", f"{W}br", f"{W}tab"):
            yield {f"{W}br": "\n", f"{W}tab": "\t"}.get(each.tag, each.text or "")


def pieces(paragraph: WordParagraph, notes: dict[str, str]) -> Read:
    found: Read = []
    for run in paragraph.runs:
        reference = run._element.find(f"{W}footnoteReference")
        if reference is not None:
            found.append(("note", notes.pop(reference.get(f"{W}id"))))
        elif run.style.name != "footnote reference":
            found.append(("struck" if run.font.strike else "strong" if run.bold else "", run.text))
    return merged(found)


def merged(found: Read) -> Read:
    """Without empty pieces, and with plain ones beside each other in one."""
    result: Read = []
    for kind, text in found:
        if text or kind == "note":
            if not kind and result and not result[-1][0]:
                text = result.pop()[1] + text
            result.append((kind, text))
    return result


def read(blob: bytes) -> list[tuple[str, object]]:
    """The body in order: style and pieces of each paragraph, the cells of each table; every footnote is called once."""
    word, notes, found = docx.Document(BytesIO(blob)), footnotes(blob), []
    for block in word.iter_inner_content():
        if isinstance(block, Table):
            found.append(("table", [[cell_pieces(cell, notes) for cell in row.cells] for row in block.rows]))
        elif block.style.name == "Spacer":
            assert not block.text
            found += [("break", None)] if block.paragraph_format.page_break_before else []
        else:
            found.append((block.style.name, pieces(block, notes)))
    assert not notes, "footnotes that nothing calls"
    return found


def cell_pieces(cell: object, notes: dict[str, str]) -> Read:
    [paragraph] = cell.paragraphs
    return pieces(paragraph, notes)


def expected(document: Document) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [("Title", told(one_line(document.title)))]
    for block in document.blocks:
        match block:
            case Heading(level, text):
                found.append((f"Heading {level}", told(one_line(text))))
            case Paragraph(text):
                found.append(("Normal", told(text)))
            case Items(texts):
                found += [("List Bullet", told(text)) for text in texts]
            case Grid(titles, rows):
                found.append(
                    ("table", [[told(cell) for cell in cells] for cells in (titles, *(r.cells for r in rows))])
                )
            case PageBreak():
                found.append(("break", None))
    once = [each for n, each in enumerate(found) if each != ("break", None) or found[n + 1 : n + 2] != [each]]
    return once[:-1] if once[-1] == ("break", None) else once


def told(text: Text | Day) -> Read:
    kinds = {Note: "note", Struck: "struck", Strong: "strong"}
    whole = (plain(text),) if isinstance(text, str | Day) else text
    return merged([("", visible(p)) if isinstance(p, str) else (kinds[type(p)], visible(p.text)) for p in whole])


# The documents

HOSTILE = [
    "<script>alert(1)</script>", "</w:t></w:r><w:r><w:instrText>INCLUDETEXT x</w:instrText></w:r><w:r><w:t>", "]]>",
    "<![CDATA[x]]>", "<!-- x -->", "<?xml version='1.0'?>", "&amp;", "&#0;", "&xxe;", "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    '{ INCLUDETEXT "/etc/passwd" }', '{ HYPERLINK "http://x.y" }', "{{7*7}}", "DDEAUTO x.exe",
    '=HYPERLINK("x")',
    "http://x.y", "www.x.y", "me@x.y", "javascript:alert(1)", "\\\\host\\share", "\x00", "\x07bell", "\x1b[31m", "\x7f",
    "\x85", "\x9b", "\ufffe", "\uffff", "\ufdd0", "\U0001ffff", "\ud800", "\udc00\ud800", "\u202egnp.exe", "\u2028",
    "\u2029", "\ufeff", "a\u00a0b", "a\r\nb", "a\n\nb", "\ttab\t", "  two  ", " ", "", "\n", "判决：“上诉”",
    "مرحبا", "שלום",
    "e\u0301" * 30, "x" * 3000, "🏛️", "\u00ad", "_x0041_", "%s{language}", "^p", "<U+202E>",
]  # fmt: skip
ANY = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(HOSTILE)
TEXTS = ANY | st.lists(ANY | st.builds(Note, ANY) | st.builds(Struck, ANY) | st.builds(Strong, ANY), max_size=5).map(
    tuple
)
DAYS = st.builds(Day, ANY, basis=st.none() | ANY)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    columns = draw(st.integers(1, 7))
    rows = st.builds(Row, st.tuples(*[TEXTS | DAYS] * columns), st.sampled_from(["", "settled", "corrected"]))
    return Grid(draw(st.tuples(*[ANY] * columns)), tuple(draw(st.lists(rows, max_size=3))))


BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(1, 3), ANY), st.builds(Paragraph, TEXTS), st.just(PageBreak()), grids(),
    st.builds(Items, st.lists(TEXTS, max_size=3).map(tuple)),
)  # fmt: skip
DOCUMENTS = st.builds(Document, ANY, st.lists(BLOCKS, max_size=5).map(tuple), st.sampled_from(["en", "zh"]))


def developments(number: int, *, columns: int = 4) -> Grid:
    titles = ("No.", "Date", "Development", "Source", "State", "Remarks", "More")[:columns]
    text = "the court held that the deposit, which was kept when the order was cancelled, is to be repaid 应当退还"
    rows = [
        (str(n), Day("27 November 2025", "2025-11-27"), (f"Judgment: d{n} {text}.", Note(f"n{n} ¶7")), "S1 ¶5-7")
        for n in range(1, number + 1)
    ]
    return Grid(titles, tuple(Row((*row, "x", "y", "z")[:columns]) for row in rows), "developments")


def document(*blocks: Block, language: str = "en", made_from: str = "2025-11-28T08:09:11.123Z") -> Document:
    return Document("Chronology: A v. B", blocks, language, made_from)


FULL = document(
    Paragraph("Made from the record."),
    Paragraph(("See", Note("first"), Note("second"), " and ", Struck("not"), Strong("this"), ".")),
    Heading(1, "Developments"), developments(30), Grid(("A", "B"), (Row((("x", Note("in a table")), "y")),)),
    PageBreak(), Heading(2, "List"), Items(("one", ("two", Note("in a list")), "three\nlines\there")),
    Heading(3, "Third"),
)  # fmt: skip


# What they say


def test_everything_comes_out_in_order() -> None:
    found = read(write(FULL))
    assert found == expected(FULL)
    assert [style for style, _ in found] == [
        "Title", "Normal", "Normal", "Heading 1", "table", "table", "break", "Heading 2", *["List Bullet"] * 3,
        "Heading 3",
    ]  # fmt: skip
    assert found[2] == (
        "Normal",
        [
            ("", "See"),
            ("note", "first"),
            ("note", "second"),
            ("", " and "),
            ("struck", "not"),
            ("strong", "this"),
            ("", "."),
        ],
    )


def test_spaces_at_the_ends_of_a_piece_are_kept() -> None:
    root = ElementTree.fromstring(parts(write(FULL))["word/document.xml"])
    spaced = [text for text in root.iter(f"{W}t") if text.text and text.text != text.text.strip()]
    assert " and " in [text.text for text in spaced]
    assert all(text.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve" for text in spaced)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_are_only_text(text: str, language: str) -> None:
    every = (text, Note(text), Struck(text), Strong(text))
    hostile = Document(text, (
        Heading(1, text), Paragraph(text), Paragraph(every), Items((text, every)),
        Grid((text, "T"), (Row((every, Day(text, text, text, text, False, text)), text, text, (text,)),), text),
    ), language)  # fmt: skip
    blob = write(hostile)
    assert read(blob) == expected(hostile)
    assert_harmless(blob)


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_every_document_comes_out_as_it_went_in(any_document: Document) -> None:
    blob = write(any_document)
    assert read(blob) == expected(any_document)
    assert_harmless(blob)
    assert docx.Document(BytesIO(blob)).core_properties.title == one_line(any_document.title)


PLAIN = {
    "document", "body", "p", "pPr", "pStyle", "pageBreakBefore", "r", "rPr", "rFonts", "rStyle", "b", "strike", "t",
    "br", "tab", "footnotes", "footnote", "separator", "continuationSeparator", "footnoteRef", "footnoteReference",
    "tbl", "tblPr", "tblStyle", "tblW", "tblLayout", "tblLook", "tblGrid", "gridCol", "tr", "trPr", "cantSplit",
    "tblHeader", "tc", "tcPr", "tcW", "shd", "sectPr", "pgSz", "pgMar", "cols", "docGrid", "footerReference",
}  # fmt: skip


def assert_harmless(blob: bytes) -> None:
    """Well-formed; no element but those for text and tables, no field but the page numbers, nothing outside."""
    found = parts(blob)
    for content in found.values():
        assert b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
        ElementTree.fromstring(content)
    for name in ("word/document.xml", "word/footnotes.xml"):
        assert {each.tag.removeprefix(W) for each in ElementTree.fromstring(found[name]).iter()} <= PLAIN
    footer = ElementTree.fromstring(found["word/footer1.xml"])
    assert [each.get(f"{W}instr") for each in footer.iter(f"{W}fldSimple")] == ["PAGE", "NUMPAGES"]
    relations = b"".join(content for name, content in found.items() if name.endswith(".rels"))
    assert b"TargetMode" not in relations and b"hyperlink" not in relations
    assert not any(re.search(r"customXml|thumbnail|vba|embeddings|media|activeX|comments", name) for name in found)


# What Word makes of them


def raw(blob: bytes, part: str = "document") -> ElementTree.Element:
    return ElementTree.fromstring(parts(blob)[f"word/{part}.xml"])


def test_footnotes_have_their_rules_and_their_numbers_match() -> None:
    blob = write(FULL)
    called = [int(str(each.get(f"{W}id"))) for each in raw(blob).iter(f"{W}footnoteReference")]
    there = {int(str(note.get(f"{W}id"))): note.get(f"{W}type") for note in raw(blob, "footnotes")}
    assert there == {-1: "separator", 0: "continuationSeparator", **dict.fromkeys(called)}
    assert called == list(range(1, 35))
    named = {int(str(each.get(f"{W}id"))) for each in raw(blob, "settings").iter(f"{W}footnote")}
    assert named == {-1, 0}
    assert '/word/footnotes.xml" ContentType=' in parts(blob)["[Content_Types].xml"].decode()


def test_the_numbers_of_two_footnotes_are_told_apart() -> None:
    [_, paragraph] = docx.Document(BytesIO(write(document(Paragraph(("x", Note("a"), Note("b"), " y")))))).paragraphs
    assert [(run.text, run.style.font.superscript) for run in paragraph.runs] == [
        ("x", None), ("", True), (" ", True), ("", True), (" y", None),
    ]  # fmt: skip


def rows_of(blob: bytes) -> list[ElementTree.Element]:
    return list(raw(blob).iter(f"{W}tr"))


def marks(row: ElementTree.Element) -> set[str]:
    return {each.tag.removeprefix(W) for each in row.findall(f"{W}trPr/*")}


def test_titles_are_repeated_and_rows_are_not_split() -> None:
    first, *others = rows_of(write(document(developments(5))))
    assert marks(first) == {"cantSplit", "tblHeader"}
    assert [marks(row) for row in others] == [{"cantSplit"}] * 5


def test_a_row_that_may_fit_on_no_page_can_be_split() -> None:
    long = Row(("1", "word " * 3000))
    many = Row(
        ("2", tuple(Note("a note that takes a line of its own at the foot of the page " * 2) for _ in range(30)))
    )
    lines = Row(("3", "line\n" * 60))
    _, *rows = rows_of(write(document(Grid(("No.", "Text"), (long, many, lines, Row(("4", "short")))))))
    assert [marks(row) for row in rows] == [set(), set(), set(), {"cantSplit"}]


def lengths(blob: bytes) -> list[list[int]]:
    """The widths of the columns of each table, which are also those of its cells."""
    found = []
    for table in raw(blob).iter(f"{W}tbl"):
        grid = [int(str(column.get(f"{W}w"))) for column in table.iter(f"{W}gridCol")]
        for row in table.iter(f"{W}tr"):
            assert [int(str(width.get(f"{W}w"))) for width in row.iter(f"{W}tcW")] == grid
        assert table.find(f"{W}tblPr/{W}tblLayout").get(f"{W}type") == "fixed"
        found.append(grid)
    return found


@pytest.mark.parametrize("columns", range(1, 8))
def test_columns_have_the_width_of_their_content(columns: int) -> None:
    [found] = lengths(write(document(developments(8, columns=columns))))
    paper = 11906 if columns <= 5 else 16838
    assert paper - 2 * 1134 - columns <= sum(found) <= paper - 2 * 1134
    if columns >= 4:
        number, date, text, source = found[:4]
        assert number < source < date < text and date < 2200 and text > sum(found) / 2


def test_a_long_date_or_a_long_word_does_not_widen_its_column_over_the_text() -> None:
    rows = [Row((Day("between 1 November 2024 and 27 November 2025 " * 3), "word " * 40, "f" * 200))]
    [[date, text, word]] = lengths(write(document(Grid(("Date", "Text", "Hash"), tuple(rows)))))
    assert date < text and word < text * 2 and min(date, text, word) > 1500


@given(st.lists(st.lists(st.integers(0, 5000), min_size=3, max_size=3), max_size=4))
@settings(max_examples=50, deadline=None)
def test_no_column_is_squeezed_away(sizes: list[list[int]]) -> None:
    rows = tuple(Row(tuple("word " * (size // 5) for size in row)) for row in sizes)
    [found] = lengths(write(document(Grid(("A", "B", "C"), rows))))
    assert min(found) > 200 and sum(found) <= 11906 - 2 * 1134


@pytest.mark.parametrize(("columns", "orientation"), [(5, WD_ORIENTATION.PORTRAIT), (6, WD_ORIENTATION.LANDSCAPE)])
def test_a_wide_table_turns_the_paper(columns: int, orientation: WD_ORIENTATION) -> None:
    [section] = docx.Document(BytesIO(write(document(developments(1), developments(1, columns=columns))))).sections
    assert section.orientation == orientation
    paper = sorted((round(section.page_width.mm), round(section.page_height.mm)))
    assert paper == [210, 297]
    assert (section.page_width > section.page_height) == (orientation == WD_ORIENTATION.LANDSCAPE)


@pytest.mark.parametrize(("language", "words"), [("en", "1 of 1"), ("zh", "第 1 页，共 1 页")])
def test_pages_are_numbered(language: str, words: str) -> None:
    assert "".join(letters(raw(write(document(language=language)), "footer1"))) == words


@pytest.mark.parametrize(
    ("cells", "language", "marked"),
    [
        (("1", Day("a long date in words"), "text"), "en", ["1", "a long date in words", "text [disputed]"]),
        (("1", Day("2025"), ("un", Note("n"))), "en", ["1", "2025", "un [disputed]"]),
        (("1", Day("2025"), "text [disputed]"), "en", ["1", "2025", "text [disputed]"]),
        (("1", Strong("Disputed").text, "long text"), "en", ["1", "Disputed", "long text"]),
        (("1", "", "it is undisputed"), "en", ["1", "", "it is undisputed [disputed]"]),
        (("1", Day("2025"), "金额"), "zh", ["1", "2025", "金额 [有争议]"]),
        (("1", Day("2025"), "金额［争议中］"), "zh", ["1", "2025", "金额［争议中］"]),
    ],
)
def test_disputed_rows_are_grey_and_say_so(cells: tuple[Cell, ...], language: str, marked: list[str]) -> None:
    grid = Grid(("A", "B", "C"), (Row(cells, "disputed"), Row(cells, "settled")))
    _, disputed, settled = rows_of(write(document(grid, language=language)))
    assert ["".join(letters(cell)) for cell in disputed.iter(f"{W}tc")] == marked
    assert ["".join(letters(cell)) for cell in settled.iter(f"{W}tc")] == [plain(cell) for cell in cells]
    assert [shade.get(f"{W}fill") for shade in disputed.iter(f"{W}shd")] == ["E8E8E8"] * 3
    assert not list(settled.iter(f"{W}shd"))


def test_tables_beside_each_other_stay_apart_and_page_breaks_make_no_empty_page() -> None:
    grid = Grid(("A",), (Row(("x",)),))
    apart = document(grid, grid, PageBreak(), Items(()), PageBreak(), grid, PageBreak(), Grid((), ()), Items(()))
    assert [kind for kind, _ in read(write(apart))] == ["Title", "table", "table", "break", "table"]
    body = [each.tag.removeprefix(W) for each in raw(write(apart))[0]]
    assert all(following == "p" for tag, following in pairwise(body) if tag == "tbl")


def test_a_list_is_a_list() -> None:
    blob = write(FULL)
    style = next(each for each in raw(blob, "styles") if each.get(f"{W}styleId") == "ListBullet")
    number = style.find(f"{W}pPr/{W}numPr/{W}numId").get(f"{W}val")
    assert [each.get(f"{W}numId") for each in raw(blob, "numbering").iter(f"{W}num")] == [number]


def test_every_style_that_is_used_is_there() -> None:
    blob = write(FULL)
    there = {each.get(f"{W}styleId") for each in raw(blob, "styles").iter(f"{W}style")}
    for part in ("document", "footnotes", "footer1", "styles"):
        for kind in ("pStyle", "rStyle", "tblStyle", "basedOn"):
            assert {each.get(f"{W}val") for each in raw(blob, part).iter(f"{W}{kind}")} <= there


# What stands around the text


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_metadata_are_ours_and_name_nobody_else(language: str, tag: str) -> None:
    blob = write(document(language=language))
    core = docx.Document(BytesIO(blob)).core_properties
    assert (core.title, core.language, core.author, core.last_modified_by) == (
        "Chronology: A v. B", tag, "tracker", "tracker",
    )  # fmt: skip
    assert core.created == core.modified == datetime(2025, 11, 28, 8, 9, 11, tzinfo=UTC)
    assert (core.comments, core.keywords, core.subject, core.category) == ("", "", "", "")
    everything = b"".join(parts(blob).values())
    assert b"python-docx" not in everything and b"rsid" not in everything and b"Macintosh" not in everything
    assert "docProps/app.xml" not in parts(blob)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chinese_has_its_font_and_its_language(language: str) -> None:
    blob = write(document(Paragraph("“判决”"), language=language))
    defaults = raw(blob, "styles").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    assert defaults.find(f"{W}rFonts").get(f"{W}eastAsia") == "Noto Serif CJK SC"
    assert defaults.find(f"{W}lang").get(f"{W}eastAsia") == "zh-CN"
    fonts = {font.get(f"{W}name"): font for font in raw(blob, "fontTable")}
    assert fonts["Noto Serif CJK SC"].find(f"{W}altName").get(f"{W}val") == "SimSun"
    hints = {each.get(f"{W}hint") for each in raw(blob).iter(f"{W}rFonts")}
    assert hints == ({"eastAsia"} if language == "zh" else set())


def test_equal_documents_give_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(FULL)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert write(FULL) == first
    with ZipFile(BytesIO(first)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(2025, 11, 28, 8, 9, 10)}, "a zip holds even seconds"
        assert file.namelist()[0] == "[Content_Types].xml"


@pytest.mark.parametrize(
    ("made_from", "year"), [("1970-01-01T00:00:00.000Z", 1980), ("9999-12-31T23:59:59.999Z", 2107)]
)
def test_a_time_that_no_zip_can_hold(made_from: str, year: int) -> None:
    blob = write(document(made_from=made_from))
    with ZipFile(BytesIO(blob)) as file:
        assert {entry.date_time[0] for entry in file.infolist()} == {year}
    assert docx.Document(BytesIO(blob)).core_properties.created.year == int(made_from[:4])


def test_a_table_of_many_rows_is_whole() -> None:
    blob = write(document(developments(1000)))
    assert len(rows_of(blob)) == 1001 and len(footnotes(blob)) == 1000


def test_the_module_does_not_hide_the_library() -> None:
    assert docx.__name__ == "docx" and writer.__name__ == "tracker.documents.docx"


# What a word processor shows


def printed(blob: bytes, folder: Path) -> str:
    """The text of the pages that LibreOffice makes of it, with a form feed after each."""
    (folder / "a.docx").write_bytes(blob)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        str(OFFICE),
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    result = subprocess.run([str(TO_TEXT), "-raw", folder / "a.pdf", "-"], check=True, capture_output=True, timeout=60)
    return result.stdout.decode()


@pytest.mark.skipif(not (OFFICE and TO_TEXT), reason="needs LibreOffice Writer and pdftotext")
def test_libreoffice_prints_every_word(tmp_path: Path) -> None:
    long = Row(("1", " ".join(f"w{n}" for n in range(4000))))
    text = printed(write(document(*FULL.blocks, Grid(("Top", "Text"), (long,)))), tmp_path)
    pages = text.split("\f")[:-1]
    assert [page.strip().splitlines()[-1] for page in pages] == [
        f"{n} of {len(pages)}" for n in range(1, len(pages) + 1)
    ]
    words = text.split()
    assert [word for word in words if re.fullmatch(r"w\d+", word)] == [f"w{n}" for n in range(4000)], "cut off"
    assert [word for word in words if re.fullmatch(r"d\d+", word)] == [f"d{n}" for n in range(1, 31)]
    assert {word for word in words if re.fullmatch(r"n\d+", word)} == {f"n{n}" for n in range(1, 31)}
    # Where the fonts of the document are not there, wider ones break the titles.
    titled = sum("No.DateDevelopmentSource" in re.sub(r"\s", "", page) for page in pages)
    assert titled == sum(bool(re.search(r"\bd\d+\b", page)) for page in pages) > 1, "titles stand on every page"
    assert next(page for page in pages if "List" in page).startswith("List"), "a page of its own"
