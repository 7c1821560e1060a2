"""A document with what is otherwise in it than in a former one marked, as lawyers do: old text struck, new text strong.

It works on blocks alone. Blocks are found again by the headings above them, rows and list items by their keys.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from tracker.documents.blocks import (
    Day,
    Document,
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

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from tracker.documents.blocks import Block, Cell, Piece, Row, Text
    from tracker.documents.labels import Language

T = TypeVar("T")
C = TypeVar("C", bound="Cell")
_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[^\s{_WIDE}]+|\s+|.", re.DOTALL)
"""A word with its punctuation, spaces, or one Chinese, Japanese or Korean character."""


def redline(new: Document, old: Document, *, since: str, compared: str) -> Document:
    """``new`` with what was added, changed or taken out after ``old`` marked.

    ``since`` is the day that the marks give, ``compared`` the sentence that stands first.
    """
    pen = _Pen(new.language, since)
    blocks = [
        block
        for was, now in _matched(_placed(old.blocks), _placed(new.blocks))
        if (block := pen.block(was, now)) is not None
    ]
    return replace(new, blocks=(Paragraph((Strong(compared),)), *blocks))


def _placed(blocks: Iterable[Block]) -> list[tuple[Hashable, Block]]:
    """Each block with where it stands: its page, the headings above it, its sort, and how many such came before."""
    page = 0
    above: tuple[str, ...] = ()
    seen: Counter[Hashable] = Counter()
    found: list[tuple[Hashable, Block]] = []
    for block in blocks:
        if isinstance(block, PageBreak):
            page += 1
        if isinstance(block, Heading):
            above = (*above[: block.level - 1], block.text)
        place = (page, above, type(block).__name__, block.titles if isinstance(block, Grid) else ())
        seen[place] += 1
        found.append(((place, seen[place]), block))
    return found


def _matched(
    old: Sequence[tuple[Hashable, T]], new: Sequence[tuple[Hashable, T]]
) -> Iterator[tuple[T | None, T | None]]:
    """What was beside what is, in the order of the new; what is gone follows what it followed before."""
    known, before = dict(new), dict(old)
    gone: dict[Hashable, list[T]] = {}
    after: Hashable = None
    for key, each in old:
        if key in known:
            after = key
        else:
            gone.setdefault(after, []).append(each)
    yield from ((each, None) for each in gone.get(None, ()))
    for key, each in new:
        yield before.get(key), each
        yield from ((left, None) for left in gone.get(key, ()))


class _Pen:
    """Marks in the words of a language, with the day since which something is otherwise."""

    def __init__(self, language: Language, since: str) -> None:
        self.language, self.since = language, since

    def block(self, was: Block | None, now: Block | None) -> Block | None:
        """A block with its marks; what is no text (a heading, a page, a picture) is as it is now."""
        block = now or was
        match block:
            case Paragraph(text):
                if now is None:
                    return Paragraph(self.struck(text))
                return Paragraph(self.changed(was.text, text) if isinstance(was, Paragraph) else self.added(text))
            case Items():
                return self._items(was if isinstance(was, Items) else None, now if isinstance(now, Items) else None)
            case Grid():
                return self._grid(was if isinstance(was, Grid) else None, now if isinstance(now, Grid) else None)
            case Heading():
                return block
        return now

    def _items(self, was: Items | None, now: Items | None) -> Items:
        texts: list[Text] = []
        for before, after in _matched(_keyed_items(was), _keyed_items(now)):
            if after is None:
                texts.append((*self.struck(before or ""), *self._mark("removed since")))
            elif before is None:
                texts.append((*self.added(after), *self._mark("added since")))
            else:
                texts.append(self.changed(before, after))
        return Items(tuple(texts), now.keys if now and len(now.keys) == len(texts) else ())

    def _grid(self, was: Grid | None, now: Grid | None) -> Grid:
        grid = now or was
        assert grid is not None
        rows = []
        for before, after in _matched(_keyed_rows(was), _keyed_rows(now)):
            if after is None and before is not None:
                rows.append(self._row(before, map(self.struck, before.cells), "removed since"))
            elif before is None and after is not None:
                cells = (cell if isinstance(cell, Day) else self.added(cell) for cell in after.cells)
                rows.append(self._row(after, cells, "added since"))
            elif before is not None and after is not None:
                pairs = zip_longest(before.cells, after.cells, fillvalue="")
                rows.append(after._replace(cells=tuple(self.changed(*pair) for pair in pairs)))
        return replace(grid, rows=tuple(rows))

    def _row(self, row: Row, cells: Iterable[Cell], mark: str) -> Row:
        """A row whose last cell says what became of it."""
        *most, last = cells
        return row._replace(cells=(*most, (*_pieces(last), *self._mark(mark, is_first=not plain(last)))))

    def _mark(self, name: str, *, is_first: bool = False) -> tuple[Piece, ...]:
        told = label(name, self.language, day=self.since)
        return (Strong(told if is_first else f" [{told}]"),)

    def struck(self, cell: Cell) -> tuple[Piece, ...]:
        """A cell that no longer stands; its footnotes stay, so that it can be read in full."""
        notes = tuple(Note(text) for text in notes_of(cell))
        return (Struck(text), *notes) if (text := plain(cell)) else ("", *notes)

    def added(self, cell: Cell) -> tuple[Piece, ...]:
        """A text that is new."""
        return tuple(Strong(piece) if isinstance(piece, str) and piece else piece for piece in _pieces(cell))

    def changed(self, was: Cell, now: C) -> C | tuple[Piece, ...]:
        """A cell as it is now, with what it was struck beside it; one that is as it was stays what it is."""
        before, after = plain(was), plain(now)
        former = tuple(Note(self._formerly(text)) for text in notes_of(was) if text not in notes_of(now))
        if before == after:
            return (*_pieces(now), *former) if former else now
        notes = tuple(Note(text) for text in notes_of(now))
        return (*_spliced(before, after, whole=isinstance(now, Day)), *notes, *former)

    def _formerly(self, text: str) -> str:
        return label("formerly", self.language, text=text)


def _keyed_items(items: Items | None) -> list[tuple[Hashable, Text]]:
    """Texts by their keys; one without a key is known by what it says."""
    if items is None:
        return []
    return [(key or plain(text), text) for text, key in zip_longest(items.texts, items.keys, fillvalue="")]


def _keyed_rows(grid: Grid | None) -> list[tuple[Hashable, Row]]:
    """Rows by their keys; one without a key is known by its first cell. Equal ones are told apart by their order."""
    seen: Counter[str] = Counter()
    found: list[tuple[Hashable, Row]] = []
    for row in grid.rows if grid else ():
        key = row.key or plain(row.cells[0])
        seen[key] += 1
        found.append(((key, seen[key]), row))
    return found


def _pieces(cell: Cell) -> tuple[Piece, ...]:
    if isinstance(cell, Day):
        return (plain(cell),)
    return (cell,) if isinstance(cell, str) else cell


def _spliced(before: str, after: str, *, whole: bool) -> Iterator[Piece]:
    """One text in which what differs stands twice, struck as it was and strong as it is, between what is the same."""
    old, new = (_TOKEN.findall(text) for text in (before, after))
    start = end = 0
    if not whole:
        shorter = min(len(old), len(new))
        while start < shorter and old[start] == new[start]:
            start += 1
        while end < shorter - start and old[-1 - end] == new[-1 - end]:
            end += 1
    parts = ("".join(each[start : len(each) - end]) for each in (old, new))
    struck, strong = parts
    yield "".join(new[:start])
    if struck:
        yield Struck(struck)
    if struck and strong:
        yield " "
    if strong:
        yield Strong(strong)
    yield "".join(new[len(new) - end :])
