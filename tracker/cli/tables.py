"""Plain text tables for people: columns fitted to the terminal, cells wrapped, nothing cut off and nothing hidden."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NARROWEST: Final = 20
READABLE: Final = 10
LONG_WORD: Final = 14
GAP: Final = "  "

_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_OPENING = "(\\[{（《〈「『【〔“‘"
_CLOSING = ")\\]},.;:!?，。、；：！？）》〉」』】〕”’…"
_MARKS = "\u0300-\u036f\u1160-\u11ff\u200d\u3099\u309a\ufe0e\ufe0f"


class Column(NamedTuple):
    """A column: its title, the side its cells are set to, and whether they may be wrapped while others can be."""

    title: str
    align: Literal["left", "right"] = "left"
    wrap: bool = True


def render(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int) -> str:
    """Set rows of as many cells as there are columns into a table no line of which is wider than ``width``.

    Narrow columns keep their content and the widest are wrapped, each by its share of all the text; right-aligned
    columns, which hold numbers, are never wrapped. When that leaves no readable columns, every row becomes a list of
    titles and values. ``width`` counts as 20 at least. The result ends without LF.

    Raises:
        ValueError: a row has more or fewer cells than there are columns.
    """
    if not columns:
        return ""
    if odd := [len(row) for row in rows if len(row) != len(columns)]:
        raise ValueError(f"a row has {odd[0]} cells for {len(columns)} columns")
    width = max(width, NARROWEST)
    cells = [[_lines(cell) for cell in row] for row in rows]
    titles = [_lines(column.title) for column in columns]
    widths = _fit(columns, [titles, *cells], width)
    if widths is None:
        return "\n".join(_listed(titles, cells, width))
    rule = GAP.join("-" * size for size in widths)  # not U+2500, which takes two columns on many Chinese terminals
    table = [*_row(columns, titles, widths), rule]
    for row in cells:
        table.extend(_row(columns, row, widths))
    return "\n".join(table)


def fill(sentence: str, *, width: int) -> str:
    """Break a sentence into lines as a cell of a table is broken."""
    return "\n".join(_wrapped(_lines(sentence), max(width, NARROWEST)))


def _lines(cell: str) -> list[str]:
    return text.visible(cell).replace("\t", " ").split("\n")


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[list[str]]], width: int) -> list[int] | None:
    """The width of each column, or None when they cannot stand side by side."""
    room = width - len(GAP) * (len(columns) - 1)
    whole = [max(1, *(text.width(line) for row in rows for line in row[at])) for at in range(len(columns))]
    if sum(whole) <= room:
        return whole
    numbers = [size if column.align == "right" else 0 for column, size in zip(columns, whole, strict=True)]
    if sum(number or min(size, READABLE) for number, size in zip(numbers, whole, strict=True)) > room:
        return None
    least = [
        min(size, _longest_unit(row[at] for row in rows)) if column.wrap and not numbers[at] else size
        for at, (column, size) in enumerate(zip(columns, whole, strict=True))
    ]
    return _capped(least, room, numbers) if sum(least) >= room else _shared(least, whole, room)


def _longest_unit(cells: Iterable[list[str]]) -> int:
    units = (text.width(unit) for cell in cells for line in cell for _, unit in _units(line))
    return min(max(READABLE, *units), LONG_WORD)


def _capped(sizes: list[int], room: int, fixed: Sequence[int]) -> list[int]:
    """Cut the widest down to one common width, so that all fit into ``room``; what is ``fixed`` stays."""
    fitted, left = sizes.copy(), room - sum(fixed)
    free = sorted((at for at in range(len(sizes)) if not fixed[at]), key=sizes.__getitem__)
    for rank, at in enumerate(free):
        fitted[at] = min(sizes[at], left // (len(free) - rank))
        left -= fitted[at]
    return fitted


def _shared(least: list[int], whole: list[int], room: int) -> list[int]:
    """Give each column its least, the narrow ones their whole width, and the rest by the text they hold."""
    fair = _capped(whole, room, [0] * len(whole))
    kept = [size if share == size else low for low, size, share in zip(least, whole, fair, strict=True)]
    fitted = kept if sum(kept) <= room else least.copy()
    while left := room - sum(fitted):
        hungry = [at for at, size in enumerate(fitted) if size < whole[at]]
        weight = sum(whole[at] for at in hungry)
        for at in hungry:
            more = max(1, left * whole[at] // weight)
            fitted[at] += min(more, whole[at] - fitted[at], room - sum(fitted))
    return fitted


def _row(columns: Sequence[Column], row: Sequence[list[str]], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [_wrapped(lines, size) for lines, size in zip(row, widths, strict=True)]
    for at in range(max(map(len, wrapped))):
        cells = (
            _set(lines[at] if at < len(lines) else "", size, column.align)
            for lines, size, column in zip(wrapped, widths, columns, strict=True)
        )
        yield GAP.join(cells).rstrip(" ")


def _set(cell: str, size: int, align: str) -> str:
    blank = " " * (size - text.width(cell))
    return blank + cell if align == "right" else cell + blank


def _listed(titles: Sequence[list[str]], rows: Sequence[Sequence[list[str]]], width: int) -> Iterator[str]:
    """Each row as a list of titles and values, with an empty line between rows."""
    pair = (Column("", wrap=False), Column(""))
    names = [[" ".join(title)] for title in titles]
    size = min(max(text.width(name[0]) for name in names), width // 3)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(names, row, strict=True):
            yield from _row(pair, [name, cell], [size, width - size - len(GAP)])


def _wrapped(lines: list[str], size: int) -> list[str]:
    return [part for line in lines for part in _wrap(line, size)]


def _wrap(line: str, size: int) -> Iterator[str]:
    """Break a line at spaces and between wide characters, and within a word only when it is wider than ``size``."""
    if text.width(line) <= size:
        yield line.rstrip(" ")
        return
    done = ""
    for spaces, unit in _units(line):
        longer = f"{done}{spaces}{unit}" if done else unit
        if text.width(longer) <= size:
            done = longer
            continue
        if done:
            yield done
        *pieces, done = _broken(unit, size)
        yield from pieces
    yield done


def _units(line: str) -> list[tuple[str, str]]:
    """What stays on one line when it can: a word, or a wide character, with its punctuation; and the spaces before."""
    return (_WORD if line.isascii() else _unit()).findall(line)


_WORD = re.compile("( *)([^ ]+)")


@cache
def _unit() -> re.Pattern[str]:
    # compiled when there is more than ASCII, because it takes longer than all the rest of this module
    return re.compile(f"( *)([{_OPENING}]*(?:[{_WIDE}][{_MARKS}]*|[^ {_WIDE}]+)[{_CLOSING}]*)")


def _broken(unit: str, size: int) -> list[str]:
    """The pieces of a unit, none wider than ``size``, cut after ``-`` or ``/`` where it can be."""
    pieces, start, used, seam = [], 0, 0, 0
    for at, character in enumerate(unit):
        columns = text.width(character)
        if used + columns > size:
            cut = seam if seam > start else at
            pieces.append(unit[start:cut])
            start, used = cut, text.width(unit[cut:at])
        used += columns
        if character in "-/":
            seam = at + 1
    return [*pieces, unit[start:]]
