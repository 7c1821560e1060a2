"""HTML: one file that needs no network and no script, and that nothing which was logged can make do anything.

The elements and their nesting follow the HTML Living Standard; section numbers of WCAG are those of version 2.2.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from itertools import accumulate, pairwise, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
from tracker.documents.labels import status_label
from tracker.documents.timeline import timeline
from tracker.text import one_line, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.documents.blocks import Block, Cell, Document, Row, Text

_ASSETS: Final = Path(__file__).parent / "assets"
_WORDS: Final = {
    "en": {
        "contents": "Contents", "notes": "Notes", "note": "Note {}", "back": "Back to where note {} is called",
        "table": "Table",
    },
    "zh": {
        "contents": "目录", "notes": "注释", "note": "注 {}", "back": "返回注 {} 在正文中的位置",
        "table": "表",
    },
}  # fmt: skip
# HTML Living Standard, section 2.3.5: what the attribute datetime may hold of what EDTF writes for one day.
_HOUR: Final = r"([01]\d|2[0-3]):[0-5]\d"
_DATE_AND_TIME = re.compile(rf"(\d{{4}}-\d\d-\d\d)(T{_HOUR}(:[0-5]\d)?(Z|[+-]{_HOUR})?)?", re.ASCII)
_IN_BRACKETS = re.compile(r"[\[［【]([^\]］】]+)")
_LINE: Final = 96
"""Columns of text that a line of a table has on A4, about: a word longer than its share of them may be broken."""
_WORD: Final = 13
"""Columns of text that a word may take in any table before it is broken: room for ``contradicted``."""


def write(document: Document) -> bytes:
    """The document as one HTML file in UTF-8; equal documents give equal bytes."""
    return "\n".join(_Writer(document).lines()).encode()


def _text(text: str) -> str:
    """A text in which nothing is markup, in an element or in a quoted attribute."""
    return escape(visible(text))


class _Writer:
    """One document on its way to HTML; it counts the notes, headings and tables that it meets."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = _WORDS[document.language]
        self.notes: list[str] = []
        self.headings = self.figures = 0
        self.shares: set[int] = set()
        self.labels: dict[str, int] = {}
        self.label = self.words["table"]

    def lines(self) -> Iterator[str]:
        """The file, in parts to be joined by line feeds."""
        body = list(self._body())
        style, script = (_asset(f"chronology.{ending}") for ending in ("css", "js"))
        if families := [f'"{font}"' for font in (self.document.template.latin, self.document.template.chinese) if font]:
            style += f"body {{ font-family: {', '.join([*families, 'sans-serif'])}; }}\n"
        style += "".join(f".w{share} {{ width: {share}%; }}\n" for share in sorted(self.shares))
        yield from self._head(style, script)
        yield from body
        yield f"<script>{script}</script>\n</body>\n</html>\n"

    def _body(self) -> Iterator[str]:
        yield "<body>"
        yield from self._letterhead()
        yield f"<main>\n<h1>{_text(self.document.title)}</h1>"
        contents = "\n".join(self._contents())
        for block in self.document.blocks:
            if isinstance(block, Heading) and contents:
                yield contents
                contents = ""
            yield from self._block(block)
        yield from self._endnotes()
        yield "</main>"
        if self.document.template.footer:
            yield f"<footer>{_text(self.document.template.footer)}</footer>"

    def _letterhead(self) -> Iterator[str]:
        template = self.document.template
        if not template.head:
            return
        yield '<header class="letterhead">'
        if template.logo:
            source = f"data:image/{template.logo.sort};base64,{b64encode(template.logo.data).decode()}"
            yield f'<img src="{source}" alt="{_text(template.logo.text)}">'
        yield from (f"<p>{_text(line)}</p>" for line in template.letterhead)
        yield "</header>"

    def _head(self, style: str, script: str) -> Iterator[str]:
        # Directives that default-src does not stand for are named (Content Security Policy Level 3, section 6.1).
        policy = (
            f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            f"{'img-src data:; ' if self.document.template.logo else ''}base-uri 'none'; form-action 'none'"
        )
        yield f'<!DOCTYPE html>\n<html lang="{self.document.language}">\n<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Telephones make links of numbers and addresses by themselves, and of dates.
        yield '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">'
        yield f'<meta name="dcterms.modified" content="{_text(self.document.made_from)}">'
        yield f"<title>{escape(one_line(self.document.title))}</title>"
        yield f"<style>{style}</style>\n</head>"

    def _contents(self) -> Iterator[str]:
        headings = [block for block in self.document.blocks if isinstance(block, Heading)]
        if not headings:
            return
        yield '<nav class="contents" aria-labelledby="contents">'
        yield f'<h2 id="contents">{self.words["contents"]}</h2>\n<ol>'
        for number, heading in enumerate(headings, 1):
            if heading.text.strip():  # a link without a name could not be told from others (2.4.4)
                yield f'<li class="level-{heading.level}"><a href="#part-{number}">{_text(heading.text)}</a></li>'
        yield "</ol>\n</nav>"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading(level, text):
                self.headings += 1
                self.label = text if text.strip() else self.words["table"]
                yield f'<h{level + 1} id="part-{self.headings}">{_text(text)}</h{level + 1}>'
            case Paragraph(text):
                yield f"<p>{self._pieces(text)}</p>"
            case Items(texts):
                yield "\n".join(["<ul>", *(f"<li>{self._pieces(text)}</li>" for text in texts), "</ul>"])
            case Grid():
                yield from self._grid(block)
            case Figure(moments):
                self.figures += 1
                drawn = timeline(moments, language=self.document.language, name=f"timeline-{self.figures}")
                # Where it is wider than the screen it scrolls, also for who has only a keyboard (2.1.1).
                yield f'<figure class="timeline" tabindex="0" aria-label="{_text(self.label)}">{drawn}</figure>'
            case PageBreak():
                yield '<hr class="page-break">'

    def _pieces(self, text: Text) -> str:
        return _text(text) if isinstance(text, str) else "".join(map(self._piece, text))

    def _piece(self, piece: str | Note | Struck | Strong) -> str:
        match piece:
            case Note(text):
                return self._call(text)
            case Struck(text):
                return f"<s>{_text(text)}</s>"
            case Strong(text):
                return f"<strong>{_text(text)}</strong>"
            case str():
                return _text(piece)

    def _call(self, note: str) -> str:
        self.notes.append(note)
        number = len(self.notes)
        label = self.words["note"].format(number)
        link = f'<a id="call-{number}" href="#note-{number}" role="doc-noteref" aria-label="{label}">{number}</a>'
        return f"<sup>{link}</sup>"

    def _endnotes(self) -> Iterator[str]:
        if not self.notes:
            return
        title = self.words["notes"]
        yield f'<section class="notes" role="doc-endnotes" aria-labelledby="notes">\n<h2 id="notes">{title}</h2>\n<ol>'
        for number, note in enumerate(self.notes, 1):
            label = self.words["back"].format(number)
            back = f'<a href="#call-{number}" role="doc-backlink" aria-label="{label}">↩\ufe0e</a>'
            yield f'<li id="note-{number}"><span>{_text(note)}</span> {back}</li>'
        yield "</ol>\n</section>"

    def _grid(self, grid: Grid) -> Iterator[str]:
        kind = f' class="{_slug(grid.name)}"' if grid.name else ""
        yield f'<table{kind} aria-label="{self._labelled()}">'
        yield self._columns(grid)
        longest = max(_WORD, _LINE // max(1, len(grid.titles)))
        head = '<th scope="col"'
        titles = "".join(f"{head}{_kind_of(title, longest)}>{_text(title)}</th>" for title in grid.titles)
        yield f"<thead><tr>{titles}</tr></thead>\n<tbody>"
        labels = tuple(map(_text, grid.titles))
        for row in grid.rows:
            yield self._row(row, labels, longest)
        yield "</tbody>\n</table>"

    def _columns(self, grid: Grid) -> str:
        """The share of the width that each column gets, by a class: an inline style would be refused by the policy."""
        shares = _shares(grid)
        self.shares.update(shares)
        columns = "".join(f'<col class="w{share}">' for share in shares)
        return f"<colgroup>{columns}</colgroup>"

    def _labelled(self) -> str:
        """The name of the next table: the heading above it, with a number from the second on."""
        number = self.labels[self.label] = self.labels.get(self.label, 0) + 1
        return _text(self.label) + (f" ({number})" if number > 1 else "")

    def _row(self, row: Row, labels: tuple[str, ...], longest: int) -> str:
        cells = []
        last = max(len(row.cells), len(labels)) - 1
        for position, (cell, label) in enumerate(zip_longest(row.cells, labels, fillvalue="")):
            inner = self._cell(cell) + (self._status(row) if position == last else "")
            kind = _kind_of(cell, longest)
            cells.append(f'<td{kind} data-label="{label}">{inner}</td>')
        return f"<tr{_found_by(row)}>{''.join(cells)}</tr>"

    def _status(self, row: Row) -> str:
        """How a row stands, in words, when its cells do not say it: colour alone must not (1.4.1)."""
        told = status_label(row.status, self.document.language)
        return f' <span class="status">{_text(told)}</span>' if told and not _says(row, told) else ""

    def _cell(self, cell: Cell) -> str:
        return _day(cell) if isinstance(cell, Day) else self._pieces(cell)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _digest(text: str) -> str:
    """The source expression of an inline text (Content Security Policy Level 3, section 2.3.1)."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def _day(day: Day) -> str:
    edtf = f' data-edtf="{_text(day.edtf)}"' if day.edtf else ""
    if moment := _moment(day):
        words = f'<time datetime="{moment}"{edtf}>{_text(day.words)}</time>'
    else:
        title = f' title="{_text(day.edtf)}"' if day.edtf else ""
        words = f"<span{title}{edtf}>{_text(day.words)}</span>"
    return words + (f' <span class="basis">({_text(day.basis)})</span>' if day.basis else "")


def _moment(day: Day) -> str | None:
    """What the attribute datetime says: only what means exactly one day, never the first day of a month."""
    if not day.is_day:
        return None
    return next((told for told in (day.edtf, day.earliest) if told and _is_moment(told)), None)


def _is_moment(told: str) -> bool:
    match = _DATE_AND_TIME.fullmatch(told)
    return bool(match and _is_date(match[1]))


@lru_cache(maxsize=4096)
def _is_date(told: str) -> bool:
    match = _DATE_AND_TIME.fullmatch(told)
    try:
        return bool(match and date.fromisoformat(told) and not match[2])
    except ValueError:
        return False


def _says(row: Row, status: str) -> bool:
    """Whether a cell is the status, or holds it in brackets or set in bold; a sentence with the word in it is none."""
    said = list(map(plain, row.cells))
    said += [mark for text in said for mark in _IN_BRACKETS.findall(text)]
    pieces = (piece for cell in row.cells if not isinstance(cell, str) for piece in cell)
    said += [piece.text for piece in pieces if isinstance(piece, Strong)]
    word = _begins_with(status)
    return any(word.fullmatch(each.strip()) for each in said)


@cache
def _begins_with(word: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(word)}\b.*", re.IGNORECASE | re.DOTALL)


def _found_by(row: Row) -> str:
    """The attributes by which the script finds a row; a bound that is no day is left out, as an open one is."""
    told = {"case": row.case, "parties": _listed(row.parties)}
    for cell in row.cells:
        if isinstance(cell, Day):
            bounds = {"earliest": cell.earliest, "latest": cell.latest}
            told |= {name: bound for name, bound in bounds.items() if bound and _is_date(bound)}
            break
    kind = f' class="status-{_slug(row.status)}"' if row.status else ""
    return kind + "".join(f' data-{name}="{_text(value)}"' for name, value in told.items() if value)


@lru_cache(maxsize=4096)
def _listed(names: tuple[str, ...]) -> str:
    return json.dumps([visible(name) for name in names], ensure_ascii=False) if names else ""


def _kind_of(cell: Cell, longest: int) -> str:
    text = plain(cell)
    has_long = len(text) > longest and max(map(len, text.replace("-", " ").split()), default=0) > longest
    if isinstance(cell, Day):
        return ' class="words long"' if has_long else ' class="words"'
    return ' class="long"' if has_long else ""


def _shares(grid: Grid) -> list[int]:
    """How many hundredths of the width each column gets; together 100, but that none gets nothing."""
    weights = []
    for position, title in enumerate(grid.titles):
        texts = [one_line(plain(row.cells[position])) for row in grid.rows if position < len(row.cells)]
        weights.append(_weight([title, *texts]))
    ends = [round(100 * end / sum(weights)) for end in accumulate(weights)]
    return [max(1, end - start) for start, end in pairwise([0, *ends])]


def _weight(texts: list[str]) -> float:
    """How wide a column wants to be: what is longer gets more, but less than its length; no word is broken early."""
    mean = sum(map(width, texts)) / len(texts)
    longest = max(map(len, filter(str.isascii, " ".join(texts).split())), default=0)
    return float(max(2 * mean**0.6, min(longest, 14), 3))
