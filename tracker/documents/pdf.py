"""PDF: laid out by Typst, tagged (PDF/UA-1), for keeping (PDF/A-2u), with every text passed as data.

The document goes as JSON to a fixed template, ``assets/chronology.typ``; no text is ever a part of Typst source.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
    notes_of,
    plain,
)
from tracker.documents.labels import label
from tracker.documents.template import FONTS
from tracker.documents.timeline import described, timeline
from tracker.errors import BadTemplate, RecordFault
from tracker.text import one_line, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import typst

    from tracker.documents.blocks import Block, Cell, Document, Piece, Row, Text
    from tracker.documents.labels import Language
    from tracker.documents.template import Template

ASSETS: Final = Path(__file__).parent / "assets"
STANDARDS: Final[list[typst.PDFStandard]] = ["a-2u", "ua-1"]
"""ISO 19005-2 wants fonts embedded and characters known (level U); ISO 14289-1 wants tags, a title and a language."""
WIDE_FROM: Final = 6
"""A table of so many columns lies on its side."""

Node = str | tuple[Any, ...]
"""A string, ("strong" | "struck" | "note", nodes), or ("gap",), where a word may break."""


class Page(NamedTuple):
    """How many ems of a table's 8.5 pt A4 with margins of 2.2 cm takes, how many of a table's lines, in a language."""

    ems: float
    lines: int
    language: Language = "en"


UPRIGHT: Final = Page(55.3, 62)
ON_ITS_SIDE: Final = Page(84.0, 40)
_BREAK: Final = {"kind": "break"}
_NOTES: Final = 40
"""Footnotes that one table of the file may have."""
_LONG: Final = 1000
"""Rows from which on a table is written in parts, as with many footnotes."""
_ROWS: Final = 250
"""Rows of such a part: of 5,000 rows at once Typst would need four times as long, and ten gigabytes."""
_FOOTNOTES: Final = 400
"""With more, notes stand at the end, called by numbers in brackets: Typst would take four times as long and as much."""
_SIDES: Final = 1.0
"""Ems that a cell loses to its sides."""
_RUNNING: Final = 90
"""Columns of a terminal that the title may take in the running header."""
_LONGEST: Final = 2000
"""As many that it may take in the metadata, and a heading in the bookmarks (ISO 19005-2, 6.1.13: 32,767 bytes)."""

BODY: Final = "Libertinus Serif"
_CHINESE: Final = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun", "Noto Sans CJK SC",
    "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
)  # fmt: skip
_EMPTY: Final = re.compile(r"last ?resort|adobe blank|adobenotdef", re.IGNORECASE)
"""Fonts that have a sign for every character and mean nothing by it."""
_LAST: Final = re.compile(r"\b(mono|math|CJK (jp|kr|tc|hk))\b", re.IGNORECASE)

_IDEOGRAPHS: Final = "\u2e80-\u2fdf\u3041-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
_UNBROKEN: Final = re.compile(rf"(?:[^ \n/\-{_IDEOGRAPHS}\U00020000-\U0003ffff]|[/\-](?=\d))+[/\-]?")
"""What has no break inside (Unicode Standard Annex 14, LB13, LB18, LB21 and LB25), or more than that."""

_REFUSED: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


class MissingGlyph(RecordFault):
    """A ``character`` that no font at hand has, and a few words ``around`` it."""

    def __init__(self, character: str, around: str) -> None:
        self.character, self.around = character, around
        super().__init__(
            f"No font here can show U+{ord(character):04X} ({character}), which stands in '{around}': "
            f"{_remedy(character)}."
        )


def write(document: Document, *, _system_fonts: bool = True) -> bytes:
    """The document as PDF; raises MissingGlyph.

    ``_system_fonts`` is for tests: without them there are only the fonts that Typst brings.
    """
    import typst

    found = fonts(system=_system_fonts, folder=_fonts_of(document.template))
    made = datetime.fromisoformat(document.made_from).astimezone(UTC).replace(microsecond=0)
    try:
        return typst.compile(
            ASSETS / "chronology.typ",
            root=ASSETS,
            font_paths=found,
            sys_inputs={"document": json.dumps(_data(document, _families(found, document)))},
            pdf_standards=STANDARDS,
            timestamp=made,
        )
    except typst.TypstError as error:
        if not (refused := _REFUSED.search(error.message)):
            raise
        raise _missing(document, _unescaped(refused[1])) from None


def missing(document: Document, *, system_fonts: bool) -> MissingGlyph | None:
    """What a document needs and no font here has, those that are installed among them or not."""
    try:
        write(document, _system_fonts=system_fonts)
    except MissingGlyph as error:
        return error
    return None


@cache
def fonts(*, system: bool, folder: Path | None = None) -> typst.Fonts:
    """The fonts that Typst brings, with those that are installed or without, and those of a folder."""
    import typst

    return typst.Fonts(include_system_fonts=system, font_paths=[folder] if folder else [])


def _fonts_of(template: Template) -> Path | None:
    """The folder of a template's own font files, if it has one."""
    folder = template.folder / FONTS if template.folder else None
    return folder if folder and folder.is_dir() else None


def _families(fonts: typst.Fonts, document: Document) -> list[str | dict[str, str]]:
    """The fonts in the order in which each character looks for one; raises BadTemplate for one that is not here.

    In Chinese the punctuation that both scripts share comes from the Chinese font.
    """
    there = {name for name in fonts.families() if not _EMPTY.search(name)}
    template = document.template
    for name in filter(None, (template.latin, template.chinese)):
        if name not in there:
            folder = template.folder / FONTS if template.folder else FONTS
            raise BadTemplate(template.folder, f"no font {name!r} is installed here, nor in {folder}, for the PDF")
    body = template.latin or BODY
    chinese = [*filter(None, [template.chinese]), *(name for name in _CHINESE if name in there)]
    rest = sorted(there.difference(chinese, [body, BODY]), key=lambda name: (bool(_LAST.search(name)), name))
    latin: str | dict[str, str] = {"name": body, "covers": "latin-in-cjk"} if document.language == "zh" else body
    return [latin, *chinese, *dict.fromkeys((body, BODY)), *rest]


def _data(document: Document, families: list[str | dict[str, str]]) -> dict[str, Any]:
    """What the template takes."""
    blocks = document.blocks
    if sum(len(notes_of(cell)) for block in blocks for cell in _cells(block)) > _FOOTNOTES:
        blocks = _with_endnotes(blocks, document.language)
    title = one_line(document.title).strip() or label("untitled", document.language)
    return {
        "letterhead": [_nodes(line, UPRIGHT.ems / 1.2) for line in document.template.letterhead],
        "logo": _logo(document.template),
        "footer": [_short(visible(document.template.footer), _RUNNING)] if document.template.footer else None,
        "title": _short(title, _LONGEST),
        "title_text": _nodes(title, UPRIGHT.ems / 2.2),  # 18 pt are 2.2 times those of a table
        "short_title": [_short(title, _RUNNING)],
        "lang": document.language,
        "region": "CN" if document.language == "zh" else None,
        "fonts": families,
        "sheets": _sheets(blocks, document.language),
    }


def _logo(template: Template) -> dict[str, Any] | None:
    """A picture as the template takes it: its bytes as numbers."""
    logo = template.logo
    return {"data": list(logo.data), "form": logo.sort.replace("jpeg", "jpg"), "told": logo.text} if logo else None


def _with_endnotes(blocks: Iterable[Block], language: Language) -> tuple[Block, ...]:
    """The blocks with numbers in brackets for footnotes, whose texts come last."""
    notes: list[str] = []

    def call(piece: Piece) -> Piece:
        if not isinstance(piece, Note):
            return piece
        notes.append(piece.text)
        return f" [{len(notes)}]"

    def called(text: Text) -> Text:
        return text if isinstance(text, str) else tuple(map(call, text))

    def row(told: Row) -> Row:
        return told._replace(cells=tuple(each if isinstance(each, Day) else called(each) for each in told.cells))

    made: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph(text):
                made.append(Paragraph(called(text)))
            case Items(texts):
                made.append(Items(tuple(map(called, texts))))
            case Grid(titles, rows, name):
                made.append(Grid(titles, tuple(map(row, rows)), name))
            case _:
                made.append(block)
    told = [Paragraph(f"[{number}] {note}") for number, note in enumerate(notes, 1)]
    return (*made, Heading(1, label("notes", language)), *told)


def _short(title: str, columns: int) -> str:
    """As much of a title as takes so many columns."""
    if width(title) <= columns:
        return title
    kept = title[: columns - 1]
    while width(kept) >= columns:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _sheets(blocks: Sequence[Block], language: Language) -> list[dict[str, Any]]:
    """The blocks on pages of one orientation after another; there is always one sheet, for the title."""
    levels = _Levels()
    turned = groupby(_sections(blocks), key=lambda section: any(map(_is_wide, section)))
    pages = {wide: page._replace(language=language) for wide, page in ((False, UPRIGHT), (True, ON_ITS_SIDE))}
    sheets = [{"wide": wide, "blocks": _blocks(run, levels, pages[wide])} for wide, run in turned]
    return sheets or [{"wide": False, "blocks": []}]


def _blocks(sections: Iterable[tuple[Block, ...]], levels: _Levels, page: Page) -> list[dict[str, Any]]:
    return [each for section in sections for block in section for each in _block(block, levels, page)]


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Headings with what follows them up to the next, so that a heading is never parted from its table."""
    section: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and not all(isinstance(each, Heading | PageBreak) for each in section):
            yield tuple(section)
            section = []
        section.append(block)
    if section:
        yield tuple(section)


def _is_wide(block: Block) -> bool:
    return isinstance(block, Grid) and len(block.titles) >= WIDE_FROM


class _Levels:
    """Levels of headings that never skip one on the way down (ISO 14289-1, 7.4.2)."""

    def __init__(self) -> None:
        self._last = 0

    def allowed(self, level: int) -> int:
        """The level, or the deepest that may follow the heading before."""
        self._last = max(1, min(level, self._last + 1))
        return self._last


def _block(block: Block, levels: _Levels, page: Page) -> list[dict[str, Any]]:
    """A block as the template takes it; a heading that can be no bookmark, empty or too long, is a strong paragraph."""
    match block:
        case Heading(_, text) if not 0 < width(one_line(text)) <= _LONGEST:
            return [{"kind": "paragraph", "text": [("strong", _nodes(one_line(text), page.ems / 1.3))]}]
        case Heading(level, text):
            nodes = _nodes(one_line(text), page.ems / 1.7)
            return [{"kind": "heading", "level": levels.allowed(level), "text": nodes}]
        case Paragraph(text):
            return [{"kind": "paragraph", "text": _nodes(text, page.ems / 1.2)}]
        case Items(texts):
            return [{"kind": "items", "texts": [_nodes(text, page.ems / 1.3) for text in texts]}]
        case Grid():
            return _grid(block, page)
        case Figure(moments):
            drawn = timeline(moments, language=page.language, font=BODY)
            return [{"kind": "figure", "svg": drawn, "told": described(moments, language=page.language)}]
        case PageBreak():
            return [_BREAK]


def _grid(grid: Grid, page: Page) -> list[dict[str, Any]]:
    """A table with the width of each column in ems, in parts that begin on a page when it has many footnotes or rows.

    A row that could be higher than a page may break, and titles that take a quarter of one are not repeated.
    """
    widths = _widths(grid, page.ems)
    rooms = [max(0.5, each - _SIDES) for each in widths]
    same = {
        "kind": "grid",
        "widths": widths,
        "titles": [_nodes(one_line(title), room) for title, room in zip(grid.titles, rooms, strict=True)],
        "repeats": _lines(grid.titles, rooms, page) < page.lines / 4,
    }
    parts = [{**same, "rows": [_row(row, rooms, page) for row in part]} for part in _parts(grid.rows)]
    return [each for part in parts for each in (_BREAK, part)][1:]


def _row(row: Row, rooms: Sequence[float], page: Page) -> dict[str, Any]:
    return {
        "cells": [_nodes(cell, room) for cell, room in zip(row.cells, rooms, strict=True)],
        "breaks": _lines(row.cells, rooms, page) > page.lines * 0.6,
    }


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in runs of so many footnotes at most: Typst lays a table out anew, to its end, for every footnote.

    A long table comes in runs of so many rows, too.
    """
    most = _ROWS if len(rows) > _LONG else len(rows)
    counts = [sum(len(notes_of(cell)) for cell in row.cells) for row in rows]
    parts: list[list[Row]] = [[]]
    noted = 0
    for row, notes in zip(rows, counts, strict=True):
        if parts[-1] and ((notes and noted + notes > _NOTES) or len(parts[-1]) == most):
            parts.append([])
            noted = 0
        parts[-1].append(row)
        noted += notes
    return parts


def _widths(grid: Grid, ems: float) -> list[float]:
    """The width of each column: short ones take what they need, long ones share the rest by the root of theirs."""
    # Empty cells would make a column narrow in which few have much to say.
    told = [[_marked(row.cells[at]) for row in grid.rows] for at in range(len(grid.titles))]
    columns = [[title, *filter(None, texts)] for title, texts in zip(grid.titles, told, strict=True)]
    needs = [min(max(_typical(texts), _longest_word(texts[0])) + _SIDES, ems) for texts in columns]
    widths, left = _short_columns(needs, ems)
    long = [at for at in range(len(needs)) if at not in widths]
    least = {at: min(max(map(_longest_word, columns[at])) + _SIDES, left / len(long)) for at in long}
    spare, roots = left - sum(least.values()), sum(needs[at] ** 0.5 for at in long)
    widths |= {at: least[at] + spare * needs[at] ** 0.5 / roots for at in long}
    return [round(widths[at], 3) for at in range(len(needs))]


def _short_columns(needs: Sequence[float], ems: float) -> tuple[dict[int, float], float]:
    """The columns that need no more than an even share of what is left, and what they leave for the others."""
    widths: dict[int, float] = {}
    while fitting := [
        at for at, need in enumerate(needs)
        if at not in widths and need <= (ems - sum(widths.values())) / (len(needs) - len(widths))
    ]:  # fmt: skip
        widths |= {at: needs[at] for at in fitting}
    return widths, ems - sum(widths.values())


def _marked(cell: Cell) -> str:
    """A cell with room for the numbers of its footnotes, which stay with the word before them."""
    return plain(cell) + "00" * len(notes_of(cell))


def _typical(texts: Sequence[str]) -> float:
    """How long the longer texts of a column are: nine of ten are shorter."""
    return sorted(map(_ems, texts))[(len(texts) * 9) // 10 if len(texts) > 1 else 0]


def _longest_word(text: str) -> float:
    return max((_ems(word) for word in _UNBROKEN.findall(visible(text))), default=1.0)


def _lines(cells: Iterable[Cell], rooms: Sequence[float], page: Page) -> float:
    """How many lines a row takes, with its footnotes, rather too many than too few."""
    told, noted = 1.0, 0.0
    for cell, room in zip(cells, rooms, strict=True):
        told = max(told, _height(plain(cell), room))
        noted += sum(_height(note, page.ems) for note in notes_of(cell))
    return told + noted


def _height(text: str, room: float) -> float:
    return sum(1 + _ems(line) / room * 1.1 for line in text.split("\n"))


def _ems(text: str) -> float:
    return sum(map(_advance, text))


@lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    """About how wide a character is, in ems; those of unknown fonts rather wider than they are."""
    if character in " ,.;:'|!ijl()[]":
        return 0.33
    if character in "mwMW@%—…" or character > "\U0001efff":
        return 0.95 if character < "\U0001f000" else 1.35
    if character.isascii():
        return 0.7 if character.isupper() else 0.53
    return (0.0, 0.65, 1.0)[width(character)]


def _nodes(text: Cell, room: float) -> list[Node]:
    """A text as the template takes it, where a line has ``room`` for so many ems."""
    if isinstance(text, str | Day):
        return list(_words(plain(text), room))
    return [node for piece in text for node in _piece(piece, room)]


def _piece(piece: str | Note | Struck | Strong, room: float) -> Iterator[Node]:
    match piece:
        case Note(text):
            yield "note", list(_words(text, UPRIGHT.ems))
        case Struck(text):
            yield "struck", list(_words(text, room))
        case Strong(text):
            yield "strong", list(_words(text, room * 0.93))  # bold letters are wider
        case str():
            yield from _words(piece, room)


def _words(text: str, room: float) -> Iterator[Node]:
    """The visible text, with gaps in words that are longer than a line: nothing runs over the edge."""
    shown = visible(text).replace("\t", " ")
    done = 0
    for word in _UNBROKEN.finditer(shown):
        if _ems(word[0]) > room:
            yield shown[done : word.start()]
            yield from _gapped(word[0], room)
            done = word.end()
    yield shown[done:]


def _gapped(word: str, room: float) -> Iterator[Node]:
    """A word in parts that are short beside the room; a combining mark stays with its letter."""
    part, long = "", 0.0
    for character in word:
        advance = _advance(character)
        if advance and part and not part.endswith("\u200d") and long + advance > room / 5:
            yield part
            yield ("gap",)
            part, long = "", 0.0
        part, long = part + character, long + advance
    yield part
    yield ("gap",)


def _missing(document: Document, cluster: str) -> MissingGlyph:
    """The fault, with the place where the characters that Typst names stand first."""
    character = next((each for each in cluster if unicodedata.category(each)[0] not in "MC"), cluster[0])
    for text in _texts(document):
        if (at := text.find(cluster)) >= 0:
            return MissingGlyph(character, _around(text, at))
    return MissingGlyph(character, one_line(document.title))


def _around(text: str, at: int) -> str:
    """The words around a place of a text."""
    before, after = text[:at].split(" "), text[at:].split(" ")
    return one_line(" ".join([*before[-4:-1], (before[-1][-20:] + after[0][:20]), *after[1:4]]))


def _texts(document: Document) -> Iterator[str]:
    """Every text of a document, in order."""
    yield from map(visible, (*document.template.letterhead, document.title, document.template.footer))
    for block in document.blocks:
        for cell in _cells(block):
            yield visible(plain(cell))
            yield from map(visible, notes_of(cell))


def _cells(block: Block) -> Iterator[Cell]:
    match block:
        case Heading(_, text) | Paragraph(text):
            yield text
        case Items(texts):
            yield from texts
        case Grid(titles, rows):
            yield from titles
            yield from (cell for row in rows for cell in row.cells)
        case Figure(moments):
            yield from (text for moment in moments for text in (moment.lane, moment.label))
        case PageBreak():
            return


def _unescaped(debug: str) -> str:
    """A string that Rust printed for programmers."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], debug)


def _remedy(character: str) -> str:
    """What to do about a character that no font has: which package of Debian brings it."""
    if unicodedata.category(character) in ("Co", "Cn"):
        return "Unicode gives it no meaning, so write what is meant"
    return f"install a font that has it (on Debian: apt-get install {_package(character)})"


def _package(character: str) -> str:
    """The package of Debian 12 whose fonts have a character; fonts-noto-extra only adds weights to fonts-noto-core."""
    name = unicodedata.name(character, "")
    if re.match(r"CJK|IDEOGRAPHIC|KANGXI|HIRAGANA|KATAKANA|HANGUL|BOPOMOFO|FULLWIDTH|HALFWIDTH|VERTICAL", name):
        return "fonts-noto-cjk"
    if "\U0001f000" <= character <= "\U0001faff":
        return "fonts-noto-color-emoji"
    return "fonts-noto-core"
