"""Excel: a sheet to read, and a sheet for each table, with real dates (ECMA-376 part 1, SpreadsheetML; sections of it).

Every text is a string cell (18.18.11) marked as typed with an apostrophe (``quotePrefix``, 18.8.45): Excel takes it for
no formula, number, date or link, also after somebody has edited the cell. Equal documents give equal bytes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count, groupby
from math import ceil
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize
from zipfile import ZipFile

from tracker.documents.blocks import (
    Day,
    Figure,
    Grid,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Strong,
    Struck,
    plain,
)
from tracker.documents.labels import label, status_label
from tracker.text import one_line, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.documents.blocks import Block, Cell, Document

    Runs = tuple[tuple[str, str], ...]
    """A text as runs of one style each: the style (``""``, ``struck`` or ``strong``) and what is written in it."""
    Value = Runs | date

# Microsoft, "Excel specifications and limits": characters of a cell (UTF-16 units), rows and page breaks of a sheet.
_UNITS, _ROWS, _BREAKS = 32_767, 1_048_576, 1_023
_NAME_UNITS: Final = 31
"""UTF-16 units of the name of a sheet; the same page."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Numbers of days before it are of a calendar with a 29 February 1900 (18.17.4.1, 1900 backward compatible system)."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# In a string _xHHHH_ stands for a character (22.9.2.19), and XlsxWriter (3.3.1) escapes neither several in a row
# nor those in rich text rightly; it takes a string from <r> to </r> for its own markup. None is left in one piece.
_MEANING = re.compile(r"(?<=_x)(?=[0-9A-Fa-f]{4}_)|(?<=^<)(?=r>)")

_NARROWEST, _USUAL, _WIDEST, _PAGE, _NOTES = 6, 30, 60, 96, 48
"""Widths of columns, in digits: of a table at least, unwrapped and at most; of the sheet to read and its notes."""
_LINE: Final = 16.5
"""Points that a line of text at 11 points takes: so many with Chinese in it."""
_HIGHEST: Final = 409
"""Points of the highest row that Excel allows; longer text is in the cell, and seen by editing it."""
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 18},
    "heading1": {"bold": True, "font_size": 14, "valign": "bottom"},
    "heading2": {"bold": True, "font_size": 12, "valign": "bottom"},
    "heading3": {"bold": True, "valign": "bottom"},
    "text": {},
    "item": {"indent": 2, "align": "left"},
    "aside": {"font_color": "#595959", "italic": True},
    "note": {"font_color": "#595959", "font_size": 10},
    "header": {"bold": True, "bg_color": "#E7ECF2", "bottom": 1, "valign": "vcenter"},
    "cell": {"bottom": 4, "bottom_color": "#BFBFBF"},
    "day": {"bottom": 4, "bottom_color": "#BFBFBF", "num_format": "yyyy-mm-dd", "align": "left", "quote_prefix": False},
}
_STYLES: Final[dict[str, dict[str, Any]]] = {"": {}, "struck": {"font_strikeout": True}, "strong": {"bold": True}}
_FONTS: Final = {"en": "Calibri", "zh": "Microsoft YaHei"}

_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "document": "Document", "long": "Long texts", "table": "Table", "notes": "Notes", "status": "Status",
        "first": "first day", "last": "last day", "of": "{title}: {which}", "sheet": "Sheet", "cell": "Cell",
        "text": "Text",
        "see": "Table on the sheet “{name}”, rows: {rows}",
        "on": " […goes on in row {row} of the sheet “{name}”]",
    },
    "zh": {
        "document": "文件", "long": "长文", "table": "表", "notes": "注释", "status": "状态",
        "first": "最早", "last": "最晚", "of": "{title}：{which}", "sheet": "工作表", "cell": "单元格", "text": "正文",
        "see": "表格见工作表“{name}”，行数：{rows}",
        "on": "〔……下接工作表“{name}”第{row}行〕",
    },
}  # fmt: skip
_NAMED: Final = (
    "cases", "developments", "disputes", "owed", "deadlines", "cast", "parties", "sources", "record", "privilege log",
)  # fmt: skip
"""The tables whose sheets are called by a label in Chinese; every other sheet is called by the table's name."""


def write(document: Document) -> bytes:
    """The document as an .xlsx file; raises ValueError for a table of more columns than Excel has (16,384)."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    file = BytesIO()
    template = document.template
    own = template.chinese if document.language == "zh" else template.latin
    font = {"font_name": own or _FONTS[document.language], "font_size": 11}
    never = dict.fromkeys(("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False)
    with Workbook(file, {"in_memory": True, "default_format_properties": font, **never}) as workbook:
        made = datetime.fromisoformat(document.made_from).astimezone(UTC)
        workbook.set_properties({"title": one_line(document.title), "created": made})
        _Book(workbook, document)
    return _in_language(file.getvalue(), "zh-CN" if document.language == "zh" else "en")


def _in_language(book: bytes, language: str) -> bytes:
    """The file with the language among its core properties (ECMA-376 part 2), which XlsxWriter does not write."""
    file = BytesIO()
    end = b"</cp:coreProperties>"
    with ZipFile(BytesIO(book)) as old, ZipFile(file, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = data.replace(end, f"<dc:language>{language}</dc:language>".encode() + end)
            new.writestr(entry, data)  # the entry keeps its time, 1980-01-01, and its compression
    return file.getvalue()


class _Book:
    """Writes a document into a workbook, and counts its footnotes, sheets and texts too long for a cell."""

    def __init__(self, workbook: Any, document: Document) -> None:
        self.workbook = workbook
        self.words = _WORDS[document.language]
        self.language = document.language
        self.sheets = {name: label(name, "zh") for name in _NAMED} if document.language == "zh" else {}
        self.formats: dict[tuple[str, str], Any] = {}
        self.names = {_key(self.words["long"])}
        self.notes = count(1)
        self.long: list[tuple[Runs, Runs, Runs]] = []
        self.page = self._sheet(self.words["document"])
        self.row = 0
        self._document(document)
        if self.long:
            self._long_texts()

    def _document(self, document: Document) -> None:
        self.page.hide_gridlines(2)
        self.page.set_portrait()
        self.page.set_column(0, 0, _PAGE)
        self.page.set_column(1, 1, _NOTES)
        for line in document.template.head:
            self._line(line, "text")
        self._line(document.title, "title")
        breaks = []
        for block in document.blocks:
            if isinstance(block, PageBreak):
                breaks.append(self.row)
            else:
                self._block(block)
        if document.template.footer:
            self._line(document.template.footer, "aside")
        self.page.set_h_pagebreaks(sorted({row for row in breaks if row})[:_BREAKS])

    def _block(self, block: Block) -> None:
        match block:
            case Heading(level, text):
                self._line(text, f"heading{min(max(level, 1), 3)}")
            case Paragraph(text):
                self._line(text, "text")
            case Items(texts):
                for each in texts:
                    self._line(each, "item")
            case Grid():
                self._grid(block)
            case Figure(moments):
                self._line(label("timeline elsewhere", self.language, number=len(moments)), "aside")

    def _line(self, text: Cell, look: str) -> None:
        """A row of the sheet to read: a text, and beside it its footnotes."""
        runs, notes = self._runs(text)
        told = _told("\n".join(notes))
        self._put(self.page, self.row, 0, runs, look)
        if told:
            self._put(self.page, self.row, 1, told, "note")
        size = _LOOKS[look].get("font_size", 11) / 11
        above = 0.6 if "bold" in _LOOKS[look] else 0.0
        _heighten(self.page, self.row, max(_lines(runs, _PAGE / size) * size + above, _lines(told, _NOTES)))
        self.row += 1

    def _grid(self, grid: Grid) -> None:
        titles, rows = self._table(grid)
        for start in range(0, len(rows) or 1, _ROWS - 1):
            part = rows[start : start + _ROWS - 1]
            name = self._free(self.sheets.get(grid.name) or _cleaned(grid.name) or self.words["table"])
            self._line(self.words["see"].format(name=name, rows=len(part)), "aside")
            self._filled(name, titles, part)

    def _filled(self, name: str, titles: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """A sheet with these rows and a header that stays in view: a title for each value of a row."""
        sheet = self._sheet(name)
        sheet.set_landscape()
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        widths = [_width(title, (row[column] for row in rows)) for column, title in enumerate(titles)]
        for column, title in enumerate(titles):
            sheet.set_column(column, column, widths[column])
            self._put(sheet, 0, column, _told(title), "header")
        for position, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._put(sheet, position, column, value, "cell")
            _heighten(sheet, position, max(map(_lines, row, widths), default=1))
        if titles:
            sheet.autofilter(0, 0, len(rows), len(titles) - 1)
            # Excel marks years and numbers that are text as if they were mistakes.
            everywhere = f"A1:XFD{len(rows) + 1}"
            sheet.ignore_errors({"number_stored_as_text": everywhere, "two_digit_text_year": everywhere})

    def _table(self, grid: Grid) -> tuple[list[str], list[list[Value]]]:
        """What a table says, as titles and rows of equal length; dates take four columns."""
        wide = max([len(grid.titles), *(len(row.cells) for row in grid.rows)])
        titles = [visible(title) for title in grid.titles] + [""] * (wide - len(grid.titles))
        days = {at for row in grid.rows for at, cell in enumerate(row.cells) if isinstance(cell, Day)}
        states = [status_label(row.status, self.language) for row in grid.rows]
        has_status = any(states) and not _says(grid, self.words["status"], states)
        rows: list[list[Value]] = []
        for row, state in zip(grid.rows, states, strict=True):
            values: list[Value] = []
            notes: list[str] = []
            for at in range(wide):
                cell = row.cells[at] if at < len(row.cells) else ""
                runs, found = self._runs(cell)
                values += [runs, *(_day(cell) if at in days else ())]
                notes += found
            rows.append([*values, *([_told(state)] if has_status else []), _told("\n".join(notes))])
        full = list(self._titles(titles, days))
        full += [self.words["status"]] if has_status else []
        if any(row[-1] for row in rows):
            return [*full, self.words["notes"]], rows
        return full, [row[:-1] for row in rows]

    def _titles(self, titles: Sequence[str], days: set[int]) -> Iterator[str]:
        for at, title in enumerate(titles):
            yield title
            if at in days:
                for which in (self.words["first"], self.words["last"], "EDTF"):
                    yield which if len(days) == 1 else self.words["of"].format(title=title, which=which)

    def _runs(self, cell: Cell) -> tuple[Runs, list[str]]:
        """A text with the numbers of its footnotes in it, and these footnotes; numbers go on through the document."""
        if isinstance(cell, str | Day):
            return _told(plain(cell)), []
        runs, notes = [], []
        for piece in cell:
            match piece:
                case Note(text):
                    number = next(self.notes)
                    runs.append(("", f"[{number}]"))
                    notes.append(f"[{number}] {text}")
                case Struck(text):
                    runs.append(("struck", visible(text)))
                case Strong(text):
                    runs.append(("strong", visible(text)))
                case _:
                    runs.append(("", visible(piece)))
        return _merged(runs), notes

    def _put(self, sheet: Any, row: int, column: int, value: Value, look: str) -> None:
        """Write a cell; what is too long for it goes on in rows of a sheet of its own, and the cell says where."""
        from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

        if isinstance(value, date):
            _done(sheet.write_datetime(row, column, value, self._format("day")))
            return
        runs, rest = _cut(value, _UNITS)
        if rest:
            on = self.words["on"].format(row=len(self.long) + 2, name=self.words["long"])
            runs, rest = _cut(value, _UNITS - _units(on))
            runs = _merged([*runs, ("", on)])
        self._string(sheet, row, column, runs, look)
        while rest:
            part, rest = _cut(rest, _UNITS)
            self.long.append((_told(sheet.name), _told(xl_rowcol_to_cell(row, column)), part))

    def _string(self, sheet: Any, row: int, column: int, runs: Runs, look: str) -> None:
        """Write a string cell: plain when it is of one style and nothing in it could be taken for more than text."""
        pieces = [(style, piece) for style, text in runs for piece in _MEANING.split(text)]
        if not pieces:
            _done(sheet.write_blank(row, column, None, self._format(look)))
        elif len(pieces) == 1:
            [(style, text)] = pieces
            _done(sheet.write_string(row, column, text, self._format(look, style)))
        else:
            told = [part for style, text in pieces for part in (self._format(look, style), text)]
            _done(sheet.write_rich_string(row, column, *told, self._format(look)))

    def _long_texts(self) -> None:
        titles = [self.words[each] for each in ("sheet", "cell", "text")]
        self._filled(self.words["long"], titles, self.long)

    def _sheet(self, name: str) -> Any:
        sheet = self.workbook.add_worksheet(name)
        self.names.add(_key(name))
        sheet.set_paper(9)  # A4 (18.3.1.63)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&C&P / &N")
        return sheet

    def _free(self, name: str) -> str:
        """The name of a sheet to be, with a number when another has it."""
        name = name[:1].upper() + name[1:]
        for number in count(1):
            ending = f" {number}" if number > 1 else ""
            told = name[: _fitting(name, _NAME_UNITS - len(ending))].rstrip() + ending
            if _key(told) not in self.names | {"history"}:  # Excel keeps that one for itself
                return told
        raise AssertionError

    def _format(self, look: str, style: str = "") -> Any:
        if (look, style) not in self.formats:
            every = {"text_wrap": True, "valign": "top", "quote_prefix": True}
            self.formats[look, style] = self.workbook.add_format({**every, **_LOOKS[look], **_STYLES[style]})
        return self.formats[look, style]


def _key(name: str) -> str:
    """What Excel compares names of sheets by, at least: neither case nor width of letters."""
    return normalize("NFKC", name.lower()).casefold()


def _cleaned(name: str) -> str:
    """A name without what a sheet may not be called: only letters, digits and single spaces."""
    return re.sub(r"[\W_]+", " ", one_line(name)).strip()


def _says(grid: Grid, title: str, states: Sequence[str]) -> bool:
    """Whether a column of this title holds what is said of each row."""
    if title not in grid.titles:
        return False
    at = grid.titles.index(title)
    return all(state in plain(row.cells[at]) for row, state in zip(grid.rows, states, strict=True) if row.cells[at:])


def _day(cell: Cell) -> tuple[Value, Value, Value]:
    """The first day, the last day and the EDTF of a date."""
    if not isinstance(cell, Day):
        return (), (), ()
    earliest, latest = cell.earliest, cell.latest
    if cell.is_day:
        earliest, latest = earliest or latest, latest or earliest
    return _as_date(earliest), _as_date(latest), _told(cell.edtf or "")


def _as_date(text: str | None) -> Value:
    """A day that Excel can hold as a date, any other as text, and nothing for none."""
    if text and _DAY.fullmatch(text):
        with suppress(ValueError):
            day = date.fromisoformat(text)
            if day >= _FIRST_DAY:
                return day
    return _told(text or "")


def _told(text: str) -> Runs:
    return (("", visible(text)),) if text else ()


def _merged(runs: Iterable[tuple[str, str]]) -> Runs:
    """The same text in as few runs as it takes, none of them empty."""
    grouped = ((style, "".join(text for _, text in group)) for style, group in groupby(runs, lambda run: run[0]))
    return tuple((style, text) for style, text in grouped if text)


def _cut(runs: Runs, room: int) -> tuple[Runs, Runs]:
    """What fits into so many UTF-16 units, and the rest."""
    for position, (style, text) in enumerate(runs):
        end = _fitting(text, room)
        if end < len(text):
            head = [*runs[:position], (style, text[:end])]
            return _merged(head), _merged([(style, text[end:]), *runs[position + 1 :]])
        room -= _units(text)
    return runs, ()


def _fitting(text: str, room: int) -> int:
    """How many characters of a text fit into so many UTF-16 units."""
    if 2 * len(text) <= room:
        return len(text)
    end = min(len(text), room)
    while _units(text[:end]) > room:
        end -= (_units(text[:end]) - room + 1) // 2
    return end


def _units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _text(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else "".join(text for _, text in value)


def _width(title: str, values: Iterable[Value]) -> int:
    """The width of a column, in digits: longer texts are to take about three lines; beside a title is a button."""
    lines = (line for value in values for line in _text(value)[: 4 * _WIDEST].split("\n"))
    longest = max(map(_columns, lines), default=0) + 2
    body = min(longest, max(_USUAL, longest // 3), _WIDEST)
    return max(_NARROWEST, body, min(width(one_line(title)) + 4, _WIDEST))


def _lines(value: Value, columns: float) -> int:
    """How many lines a text takes in so many columns: Latin letters are narrower than digits, Chinese is not."""
    lines = [(line, _columns(line)) for line in _text(value).split("\n")]
    return sum(max(1, ceil(size / columns / (1.05 if size <= len(line) else 0.95))) for line, size in lines)


def _columns(line: str) -> int:
    return width(line.replace("\t", "    "))


def _heighten(sheet: Any, row: int, lines: float) -> None:
    """Give a row the height of so many lines: not every program reckons it when it opens a file."""
    _done(sheet.set_row(row, min(lines * _LINE, _HIGHEST)))


def _done(code: int) -> None:
    """Hold XlsxWriter to what it was told: it says by a number that it left a cell out or cut it."""
    if code:
        raise ValueError(f"Excel has no room for a cell of this document (XlsxWriter's code {code})")
