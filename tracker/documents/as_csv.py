"""CSV (RFC 4180) in UTF-8: a row for each row of a table, paragraph and heading, in the order of the document.

Behind them stand the events that nobody is shown as a development, so that ``tracker.exports`` can read all of it back.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from tracker.documents.blocks import Day, Figure, Grid, Heading, Items, PageBreak, Paragraph, Struck, notes_of, plain
from tracker.documents.labels import label, status_label
from tracker.exports import ENTRY, ORDER
from tracker.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.documents.blocks import Block, Cell, Document, Row
    from tracker.documents.labels import Language

    Line = dict[str, str]
    """A row of the file: its cells by the names of their columns."""

_SHARED: Final = ("no", "date", "case", "development", "parties", "source", "status")
"""Columns of the file that take the cells of every table that has one of that title; each is a label too."""
_COLUMNS: Final = {
    "part": ("Part", "部分"), "section": ("Section", "章节"), "no": None, "date": None, "edtf": ("EDTF", "EDTF"),
    "earliest": ("Earliest", "最早"), "latest": ("Latest", "最晚"), "case": None, "development": None, "parties": None,
    "source": None, "status": None, "notes": ("Notes", "注释"), "text": ("Text", "正文"), "ref": ("Event", "事件"),
    "order": (ORDER, ORDER), "entry": (ENTRY, ENTRY),
}  # fmt: skip
"""The columns in order with their titles in English and Chinese, where a document has no label for them."""
_FORMULA = re.compile("'*[=+\\-@\t\n＝＋－＠]")
"""How a cell begins that a spreadsheet may take for a formula (OWASP, "CSV Injection"), or that was kept from it.

CR begins none: it is shown as its picture, as every control is.
"""
_INSIDE = re.compile("(?<=[;|\t\n])[=+\\-@＝＋－＠]")
"""The same within a cell, for a spreadsheet that parts cells elsewhere than at commas, and then knows no quotes."""


def write(document: Document) -> bytes:
    """The document as UTF-8 without byte order mark, lines ended by CR LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_title(name, document.language) for name in _COLUMNS)
    for line in _with_entries(document):
        writer.writerow((_safe_json if name == "entry" else _safe)(line.get(name, "")) for name in _COLUMNS)
    return out.getvalue().encode()


def _title(name: str, language: Language) -> str:
    told = _COLUMNS[name]
    return label(name, language) if told is None else told[language == "zh"]


def _safe(text: str) -> str:
    """Text that stays text: an apostrophe, as in a spreadsheet, before what could be taken for more."""
    shown = _INSIDE.sub(r"'\g<0>", visible(text))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _safe_json(entry: str) -> str:
    """The JSON of an event, in which the same character can be written otherwise (RFC 8259, section 7)."""
    return _INSIDE.sub(lambda match: f"\\u{ord(match[0]):04x}", entry)


def _with_entries(document: Document) -> Iterator[Line]:
    """The rows of the file: each event stands beside the development that it is, where the document has a row of it."""
    entries = document.entries()
    orders = {entry.ref: order for order, entry in enumerate(entries)}  # a case may be called as a register is: it wins
    waiting = [
        {"ref": entry.ref, "order": str(order), "entry": entry.line} for order, entry in enumerate(entries, 1)
    ]  # fmt: skip
    beside: set[int] = set()
    for line in _lines(document):
        order = orders.get(line.get("ref", ""), -1)
        yield line if order < 0 or order in beside else line | waiting[order]
        beside.add(order)
    yield from ({"part": "logged"} | line for order, line in enumerate(waiting) if order not in beside)


def _lines(document: Document) -> list[Line]:
    """What the document says, in its order."""
    lines: list[Line] = [{"part": "letterhead", "text": line} for line in document.template.head]
    lines.append({"part": "title", "text": document.title})
    above: dict[int, str] = {}
    for block in document.blocks:
        if isinstance(block, Heading):
            above = {level: text for level, text in above.items() if level < block.level} | {block.level: block.text}
        section = " / ".join(above.values())
        lines += ({"section": section} | line for line in _block(block, document.language))
    if document.template.footer:
        lines.append({"part": "footer", "text": document.template.footer})
    for ref, of_field, reason in document.left_out():
        what = f"{ref}, {of_field}" if of_field else ref
        lines.append(
            {"part": "left out", "text": label("not in the file", document.language, what=what, reason=reason)}
        )
    return lines


def _block(block: Block, language: Language) -> Iterator[Line]:
    match block:
        case Heading(_, text):
            yield {"part": "heading", "text": text}
        case Paragraph(text):
            yield {"part": "text", "text": _told(text), "notes": _notes(text)}
        case Items(texts):
            yield from ({"part": "item", "text": _told(text), "notes": _notes(text)} for text in texts)
        case Grid(titles, rows, name):
            yield from (_row(row, titles, name, language) for row in rows)
        case Figure(moments):
            yield {"part": "timeline", "text": label("timeline elsewhere", language, number=len(moments))}
        case PageBreak():
            pass  # a file of rows has no pages


def _row(row: Row, titles: tuple[str, ...], part: str, language: Language) -> Line:
    """A row of a table: cells in the columns of their titles, what has no column as text with its title before it."""
    shared = {label(name, language): name for name in _SHARED}
    ref = row.key if part == "developments" else ""
    line = {"part": part, "case": row.case, "parties": ", ".join(row.parties), "ref": ref}
    line["status"] = status_label(row.status, language)
    own = []
    for title, cell in zip(titles, row.cells, strict=True):
        if title in shared:
            line[shared.pop(title)] = _told(cell)
        else:
            own.append(f"{title}: {_told(cell)}")
        if isinstance(cell, Day):
            line |= {"edtf": cell.edtf or "", "earliest": cell.earliest or "", "latest": cell.latest or ""}
    return line | {"text": "\n".join(own), "notes": "\n".join(filter(None, map(_notes, row.cells)))}


def _told(cell: Cell) -> str:
    """A cell without its footnotes; what no longer holds stands between ``~~``."""
    if isinstance(cell, str | Day):
        return plain(cell)
    return plain(tuple(f"~~{piece.text}~~" if isinstance(piece, Struck) else piece for piece in cell))


def _notes(cell: Cell) -> str:
    return "\n".join(notes_of(cell))
