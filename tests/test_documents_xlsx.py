"""Excel: everything is in it, in order, as text that nothing takes for a formula, a link, a number or a date."""

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from tracker.documents import xlsx
from tracker.documents.blocks import (
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
)
from tracker.documents.xlsx import write
from tracker.text import visible

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "\0=1", "＝1+1", "＋1", "－1", "＠a", '"=1+1',
    "'=1+1", ";=1+1", ",=1+1", "=cmd|' /C calc'!A0", '=DDE("cmd";"/C calc";"x")', '=HYPERLINK("http://x.y","z")',
    "{=1+1}", '=WEBSERVICE("http://x.y")', "-2+3", "1", "007", "1e5", "2025-05", "2025-05-02", "5/2", "TRUE", "#N/A",
    "#REF!", "50%", "http://x.y", "https://x.y", "mailto:a@x.y", "ftp://x.y", "internal:Document!A1", "external:a.xlsx",
    "file:///etc/passwd", "<r><t>x</t></r>", "<r></r>", "<r>&</r>", "<si>", "</t></si>", "<f>1+1</f>", "]]>", "&amp;",
    "<script>alert(1)</script>", "_x0041_", "_x0041_x0042_", "_x005F_", "__x000D__", "_x0041", "_x005F_x0041_",
    "a_x0000_b", "_xD800_", "\u202egnp.exe", "\x1b[31m", "\ufffe", "\uffff", "\ud800", "\u2028", "  two  ", " ", "",
    "a\nb\n", "a\tb", "😀", "判决\n|上诉", "&P", "&A", "*" * 300,
]  # fmt: skip


class Sheets:
    """A file as a second reader finds it: zipfile, ElementTree and the rules of ECMA-376 (18.4, 22.9.2.19)."""

    def __init__(self, data: bytes) -> None:
        self.zip = ZipFile(BytesIO(data))
        assert self.zip.testzip() is None
        self.parts = {name: self.zip.read(name) for name in self.zip.namelist()}
        strings = ElementTree.fromstring(self.parts.get("xl/sharedStrings.xml", b"<sst/>"))
        self.strings = ["".join(self.decoded(t) for t in si.iter(f"{MAIN}t")) for si in strings]
        book = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        targets = {
            each.attrib["Id"]: each.attrib["Target"]
            for each in ElementTree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        }
        self.sheets = {
            each.attrib["name"]: ElementTree.fromstring(self.parts[f"xl/{targets[each.attrib[f'{REL}id']]}"])
            for each in book.iter(f"{MAIN}sheet")
        }

    @staticmethod
    def decoded(t: ElementTree.Element) -> str:
        text = t.text or ""
        assert text == text.strip(" \n\t") or t.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
        return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)

    def rows(self, name: str) -> list[list[str | float | None]]:
        rows: list[list[str | float | None]] = []
        for row in self.sheets[name].iter(f"{MAIN}row"):
            rows.append([])
            for cell in row.iter(f"{MAIN}c"):
                [*_, letters] = re.findall("[A-Z]+", cell.attrib["r"])
                column = sum(26**place * (ord(letter) - 64) for place, letter in enumerate(reversed(letters))) - 1
                rows[-1] += [None] * (column - len(rows[-1]))
                value = cell.find(f"{MAIN}v")
                if value is None or value.text is None:
                    rows[-1].append(None)
                else:
                    is_text = cell.get("t") == "s"
                    rows[-1].append(self.strings[int(value.text)] if is_text else float(value.text))
        return rows


def book(document: Document) -> Workbook:
    return load_workbook(BytesIO(write(document)), rich_text=True)


def grid(*rows: tuple[Cell, ...], titles: tuple[str, ...] = ("A", "B"), name: str = "developments") -> Document:
    return Document("T", (Grid(titles, tuple(Row(cells) for cells in rows), name),))


def values(document: Document, sheet: str) -> list[list[object]]:
    found = book(document)[sheet]
    return [[str(v) if isinstance(v, CellRichText) else v for v in row] for row in found.iter_rows(values_only=True)]


SECOND = Day("2 May 2025", "2025-05-02", "2025-05-02", "2025-05-02", True)
MAY = Day("in or about May 2025", "2025-05~", "2025-05-01", "2025-05-31")
BY = Day("by 27 November 2025", "../2025-11-27", None, "2025-11-27", basis="date of publication")
FULL = Document(
    "Chronology: Ms. Li v. Xiaomi",
    (
        Paragraph(("One", Note("first note"), Struck("two"), Strong("three"), " four")),
        Heading(1, "Heading one"),
        Items(("item a", ("item b", Note("second note")))),
        Grid(
            ("No.", "Date", "Development"),
            (
                Row(("1", SECOND, ("paid", Note("third note"), " ", Struck("5,000"), Note("fourth note"))), "disputed"),
                Row(("2", MAY, "李女士（化名）起诉")),
                Row(("3", BY, (Strong("decided"),)), "retracted"),
            ),
            "developments",
        ),
        PageBreak(),
        Heading(2, "Heading two"),
        Grid(("Party",), (Row(("小米",)),), "cast"),
        Paragraph("After the cast"),
    ),
    made_from="2025-12-01T10:20:30.400Z",
)


def test_everything_is_there_in_order() -> None:
    assert values(FULL, "Document") == [
        ["Chronology: Ms. Li v. Xiaomi", None],
        ["One[1]twothree four", "[1] first note"],
        ["Heading one", None],
        ["item a", None],
        ["item b[2]", "[2] second note"],
        ["Table on the sheet “Developments”, rows: 3", None],
        ["Heading two", None],
        ["Table on the sheet “Cast”, rows: 1", None],
        ["After the cast", None],
    ]
    second, may, by = datetime(2025, 5, 2), datetime(2025, 5, 1), "by 27 November 2025 (date of publication)"
    assert values(FULL, "Developments") == [
        ["No.", "Date", "first day", "last day", "EDTF", "Development", "Status", "Notes"],
        [
            "1",
            "2 May 2025",
            second,
            second,
            "2025-05-02",
            "paid[3] 5,000[4]",
            "disputed",
            "[3] third note\n[4] fourth note",
        ],
        ["2", "in or about May 2025", may, datetime(2025, 5, 31), "2025-05~", "李女士（化名）起诉", None, None],
        ["3", by, None, datetime(2025, 11, 27), "../2025-11-27", "decided", "retracted", None],
    ]
    assert values(FULL, "Cast") == [["Party"], ["小米"]]
    assert book(FULL).sheetnames == ["Document", "Developments", "Cast"]
    assert [each.id for each in book(FULL)["Document"].row_breaks.brk] == [6]


def test_a_grid_sheet_can_be_worked_with() -> None:
    sheet = book(FULL)["Developments"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:H4", "$1:$1")
    assert all(cell.font.b for cell in sheet[1]) and not sheet["A2"].font.b
    assert {cell.data_type for cell in sheet[2]} == {"s", "d"}
    assert [sheet[f"{column}2"].number_format for column in "BCDE"] == [
        "General",
        "yyyy-mm-dd",
        "yyyy-mm-dd",
        "General",
    ]
    assert all(cell.alignment.wrap_text for row in sheet.iter_rows() for cell in row)
    assert sheet.column_dimensions["A"].width < 12 and sheet.page_setup.orientation == "landscape"
    assert all(cell.quotePrefix for row in sheet.iter_rows() for cell in row if cell.data_type == "s")


def test_columns_are_as_wide_as_what_is_in_them_but_not_endless() -> None:
    sheet = book(grid(("x" * 25, "word " * 500)))["Developments"]
    assert 25 < sheet.column_dimensions["A"].width < 30 < sheet.column_dimensions["B"].width < 62
    assert 300 < sheet.row_dimensions[2].height <= 409


def test_pieces_keep_their_looks() -> None:
    found = book(FULL)["Developments"]["F2"].value
    assert [(str(each), isinstance(each, TextBlock) and bool(each.font.strike)) for each in found] == [
        ("paid[3] ", False), ("5,000", True), ("[4]", False),
    ]  # fmt: skip
    assert book(FULL)["Developments"]["F4"].font.b, "one look for a whole cell"
    paragraph = book(FULL)["Document"]["A2"].value
    assert [str(each) for each in paragraph if isinstance(each, TextBlock) and each.font.b] == ["three"]
    sheet = book(grid(((Struck("a"),), (Struck("<r>_x0041_</r>"),))))["Developments"]
    assert sheet["A2"].font.strike and all(each.font.strike for each in sheet["B2"].value)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text: str) -> None:
    pieces: Cell = ("a", Note(text), Struck(text), Strong(text))
    blocks = (
        Heading(1, text),
        Paragraph(text),
        Items((text, pieces)),
        Grid((text, "B"), (Row((text, pieces), text),), text),
    )
    data = write(Document(text, blocks))
    shown = visible(text)
    told = [f"a[1]{shown}{shown}", f"a[2]{shown}{shown}"]
    sheets = Sheets(data)
    [first, second] = sheets.sheets
    column = [row[0] if row else None for row in sheets.rows(first)]
    assert column[:5] == [*[shown or None] * 4, told[0]]
    assert sheets.rows(first)[4][1] == f"[1] {shown}"
    status, said = ([shown], ["Status"]) if shown else ([], [])
    assert sheets.rows(second) == [
        [shown or None, "B", *said, "Notes"],
        [shown or None, told[1], *status, f"[2] {shown}"],
    ]
    assert not any(re.search(rb"<f[ />]|<hyperlink|TargetMode", part) for part in sheets.parts.values()), (
        "a formula or link"
    )
    types = {cell.data_type for sheet in load_workbook(BytesIO(data)) for row in sheet.iter_rows() for cell in row}
    assert types <= {"s", "n"}, "n is what openpyxl says of empty cells"
    assert all(
        c.get("t") == "s" or c.find(f"{MAIN}v") is None for s in sheets.sheets.values() for c in s.iter(f"{MAIN}c")
    )


TEXTS = st.lists(
    st.sampled_from(HOSTILE) | st.text(max_size=8) | st.text("_x0041F<r>/&=\t\n", max_size=12), max_size=4
).map("".join)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_comes_out_as_it_went_in(one: str, two: str, three: str) -> None:
    pieces: Cell = (one, Struck(two), Strong(three), one)
    sheets = Sheets(write(Document(one, (Paragraph(two), Paragraph(pieces), Grid((three,), (Row((pieces,)),), two)))))
    [first, second] = sheets.sheets
    assert len(second) <= 31 and not re.search(r"[\[\]:*?/\\'_]", second)
    joined = visible("".join((one, two, three, one)))
    parts = [visible(each) or None for each in (one, two)]
    assert [(row or [None])[0] for row in sheets.rows(first)[:3]] == [*parts, joined or None]
    assert sheets.rows(second) == [[visible(three) or None], [joined or None]]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (Day("w", "1900-03-01", "1900-03-01", "1900-03-01", True), [datetime(1900, 3, 1)] * 2),
        (Day("w", "1900-02-28", "1900-02-28", "1900-02-28", True), ["1900-02-28"] * 2),
        (Day("w", "9999-12-31", "9999-12-31", "9999-12-31", True), [datetime(9999, 12, 31)] * 2),
        (Day("w", "1812", "1812-01-01", "1812-12-31"), ["1812-01-01", "1812-12-31"]),
        (Day("w", "19XX", "1900-01-01", "1999-12-31"), ["1900-01-01", datetime(1999, 12, 31)]),
        (Day("w", "x", "Y12025-01-01", "2025-02-30"), ["Y12025-01-01", "2025-02-30"]),
        (Day("w", "x", "20250501", "2025-W01-1"), ["20250501", "2025-W01-1"]),
        (Day("w", "x", "２０２５-05-01", "=1+1"), ["２０２５-05-01", "=1+1"]),
        (Day("w", "2025-05-02", "2025-05-02", None, True), [datetime(2025, 5, 2)] * 2),
        (Day("w", "2025-05/..", "2025-05-01"), [datetime(2025, 5, 1), None]),
        (Day("w"), [None, None]),
    ],
)
def test_only_days_that_excel_can_hold_are_dates(day: Day, told: list[object]) -> None:
    [_, row] = values(grid((day, "x")), "Developments")
    assert row == ["w", *told, day.edtf, "x"]


def test_two_dates_and_cells_without_one() -> None:
    which_day = ("", ": first day", ": last day", ": EDTF")
    first, second, *rest = values(grid((SECOND, MAY), ("no day", ("two ", Strong("days")))), "Developments")
    assert first == [*(f"A{which}" for which in which_day), *(f"B{which}" for which in which_day)]
    assert second[5] == datetime(2025, 5, 1)
    assert rest == [["no day", None, None, None, "two days", None, None, None]]


def test_a_status_that_the_table_says_itself_is_not_said_twice() -> None:
    said = (Row(("x", "[disputed]"), "disputed"), Row(("y", "")))
    rows = values(Document("T", (Grid(("A", "Status"), said, "x"),)), "X")
    assert rows[0] == ["A", "Status"]
    rows = values(Document("T", (Grid(("A", "Status"), (*said, Row(("z", ""), "retracted")), "x"),)), "X")
    assert rows[0] == ["A", "Status", "Status"] and rows[3] == ["z", None, "retracted"]


def test_sheets_have_names_of_their_own() -> None:
    names = [
        "developments",
        "developments",
        "document",
        "long texts",
        "history",
        "",
        "a" * 40,
        "a" * 40,
        "A[b]:c*d?e/f\\g'",
    ]
    names += ["😀" * 40, "ＤＥＶＥＬＯＰＭＥＮＴＳ", "first"]
    document = Document("T", tuple(Grid(("A",), (), name) for name in names))
    found = book(document).sheetnames
    assert found[:6] == ["Document", "Developments", "Developments 2", "Document 2", "Long texts 2", "History 2"]
    assert found[6:10] == ["Table", "A" + "a" * 30, "A" + "a" * 28 + " 2", "A b c d e f g"]
    assert found[10] == "Table 2" and found[11:] == ["ＤＥＶＥＬＯＰＭＥＮＴＳ 3", "First"]
    assert all(sheet.sheet_state == "visible" for sheet in book(document))
    told = [row[0] for row in values(document, "Document")[1:]]
    assert told == [f"Table on the sheet “{name}”, rows: 0" for name in found[1:]]


def test_no_text_is_cut() -> None:
    text = "".join(f"{number} 判😀 " for number in range(12_000))
    long: Cell = ("=", Struck(text), Strong("end"))
    for document in (
        grid(("x", long)),
        Document("T", (Paragraph(long),)),
        Document(f"={text}end", ()),
        grid(("x", (Note(f"={text}end"),))),
    ):
        sheets = Sheets(write(document))
        assert all(len(each.encode("utf-16-le")) <= 2 * 32_767 for each in sheets.strings)
        cells = [v for name in sheets.sheets if name != "Long texts" for row in sheets.rows(name) for v in row]
        [start] = [v for v in cells if isinstance(v, str) and "goes on" in v]
        assert start.endswith(" […goes on in row 2 of the sheet “Long texts”]")
        [titles, *rows] = sheets.rows("Long texts")
        assert titles == ["Sheet", "Cell", "Text"] and len(rows) > 2
        whole = start.rpartition(" […goes on")[0] + "".join(str(row[2]) for row in rows)
        assert whole.removeprefix("[1] ") == f"={text}end"
        where = load_workbook(BytesIO(write(document)))[str(rows[0][0])][str(rows[0][1])].value
        assert where == start
        assert list(sheets.sheets)[-1] == "Long texts"


@pytest.mark.parametrize("text", ["x" * 32_767, "😀" * 16_383 + "x", "x" * 32_768, "😀" * 16_384])
def test_the_longest_text_of_a_cell(text: str) -> None:
    sheets = Sheets(write(Document("T", (Paragraph(text),))))
    assert ("Long texts" in sheets.sheets) == (len(text.encode("utf-16-le")) > 2 * 32_767)


def test_more_rows_than_a_sheet_has_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS", 4)
    document = grid(*((str(number), ("x", Note(f"n{number}"))) for number in range(7)))
    found = [values(document, name) for name in ("Developments", "Developments 2", "Developments 3")]
    assert [len(each) for each in found] == [4, 4, 2] and found[2] == [["A", "B", "Notes"], ["6", "x[7]", "[7] n6"]]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        write(grid(("x",) * 16_385))


def test_rows_need_not_be_as_long_as_the_header() -> None:
    assert values(grid(("1", "2", "3"), ("4",)), "Developments") == [
        ["A", "B", None],
        ["1", "2", "3"],
        ["4", None, None],
    ]
    assert values(Document("T", (Grid((), (), "x"),)), "X") == []


def test_chinese() -> None:
    text = "判" * 33_000
    rows = (Row((SECOND, ("定金", Note("第十四段"))), "disputed"), Row((SECOND, text)))
    document = Document(
        "大事记：李女士诉小米", (Grid(("日期", "事项"), rows, "developments"), Grid(("当事人",), (), "unknown")), "zh"
    )
    data = write(document)
    assert book(document).sheetnames == ["文件", "事项", "Unknown", "长文"]
    assert values(document, "事项")[0] == ["日期", "最早", "最晚", "EDTF", "事项", "状态", "注释"]
    assert values(document, "事项")[1][4:] == ["定金[1]", "有争议", "[1] 第十四段"]
    assert str(values(document, "事项")[2][4]).endswith("〔……下接工作表“长文”第2行〕")
    assert values(document, "文件")[1][0] == "表格见工作表“事项”，行数：2"
    assert b"<dc:language>zh-CN</dc:language>" in Sheets(data).parts["docProps/core.xml"]


def test_properties_name_nobody_and_no_clock() -> None:
    properties = book(FULL).properties
    made = datetime(2025, 12, 1, 10, 20, 30, tzinfo=UTC)
    assert (properties.title, properties.language) == ("Chronology: Ms. Li v. Xiaomi", "en")
    assert [each.replace(tzinfo=UTC) for each in (properties.created, properties.modified)] == [made, made]
    assert not properties.creator and not properties.lastModifiedBy
    assert {entry.date_time for entry in ZipFile(BytesIO(write(FULL))).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_equal_documents_give_equal_bytes() -> None:
    data = write(FULL)
    time.sleep(1.1)
    assert write(FULL) == data
    root = Path(__file__).parent
    code = (
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(root.parent)!r}]; from test_documents_xlsx import FULL, write"
    )
    code += "; sys.stdout.buffer.write(write(FULL))"
    for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        assert (
            subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, check=True).stdout
            == data
        )


def test_five_thousand_rows() -> None:
    rows = tuple((str(n), SECOND, (f"text {n} ", Struck("x"), Note("n")), "小米") for n in range(5_000))
    data = write(grid(*rows, titles=("No.", "Date", "Text", "Party")))
    assert len(Sheets(data).rows("Developments")) == 5_001


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if text and len(text) < 200]
    document = grid(*((text, (Struck(text), "|", Note(text))) for text in texts), (SECOND.words, "x"))
    (tmp_path / "a.xlsx").write_bytes(write(document))
    # Tokens of the filter: comma, quote, UTF-8, from line 1, all cells quoted, as they are shown; -1 is every sheet.
    target = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1"
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    with (tmp_path / "a-Developments.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    shown = [visible(text) for text in texts]
    assert found[0] == ["A", "B", "Notes"]
    assert [row[0] for row in found[1:-1]] == shown
    assert [row[1] for row in found[1:-1]] == [f"{text}|[{number}]" for number, text in enumerate(shown, 1)]
    assert list(chain.from_iterable(row[2:] for row in found[1:-1])) == [
        f"[{n}] {text}" for n, text in enumerate(shown, 1)
    ]
