"""What a document is made of, whatever it is printed as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracker.documents.template import PLAIN, Template

if TYPE_CHECKING:
    from collections.abc import Callable


class Note(NamedTuple):
    """A footnote: it stands where it is called, and its text where the format has room for it."""

    text: str


class Struck(NamedTuple):
    """Text that no longer holds, shown struck through."""

    text: str


class Strong(NamedTuple):
    """Text that a reader must not miss."""

    text: str


Piece = str | Note | Struck | Strong
Text = str | tuple[Piece, ...]
"""Plain text, or pieces of it one after another."""


class Day(NamedTuple):
    """A date: in words for people, as EDTF for programs, with its bounds (YYYY-MM-DD; None where open or not stated).

    ``is_day`` says that exactly one day is meant. ``basis`` is how it was found when the source does not print it.
    """

    words: str
    edtf: str | None = None
    earliest: str | None = None
    latest: str | None = None
    is_day: bool = False
    basis: str | None = None


Cell = str | tuple[Piece, ...] | Day


class Row(NamedTuple):
    """A row of a table, as many cells as titles; ``status`` is disputed, settled, corrected, retracted or empty.

    ``case`` and ``parties`` are what it can be found by; ``key`` tells which row of a former document it was.
    """

    cells: tuple[Cell, ...]
    status: str = ""
    case: str = ""
    parties: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``keys``, where it has them, tell which text of a former document each one was."""

    texts: tuple[Text, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``name`` says what its rows are: cases, developments, disputes, owed, deadlines, cast or sources."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str = ""


class Moment(NamedTuple):
    """A development in a picture: its number in the table, and the bounds of its date (YYYY-MM-DD; None where open).

    ``status`` is disputed, settled, corrected, retracted or nothing; any other word has a mark of its own.
    """

    number: int
    label: str
    earliest: str | None
    latest: str | None
    lane: str = ""
    status: str = ""
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A timeline, to be drawn by ``tracker.documents.timeline``; a format without pictures says that there is one."""

    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a page of its own, where there are pages."""


Block = Heading | Paragraph | Items | Grid | Figure | PageBreak


NEVER = "1980-01-01T00:00:00.000Z"
"""The earliest time that every format can hold."""


class Logged(NamedTuple):
    """A logged event behind a document: which one (CASE#NUMBER), and the line of a batch that logs it again."""

    ref: str
    line: str


class LeftOut(NamedTuple):
    """A field of a logged event, or all of it when ``field`` is empty, that an empty store would refuse, and why."""

    ref: str
    field: str
    reason: str


def _nothing_logged() -> tuple[Logged, ...]:
    return ()


def _nothing_left_out() -> tuple[LeftOut, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Document:
    """A title and what follows it.

    ``made_from`` is the moment at which the newest event in it was logged (RFC 3339, UTC): formats that want a time
    take this one, so that equal records give equal bytes. ``template`` stands around it. ``entries`` gives the events
    behind it, in an order in which they can be logged into an empty store, and ``left_out`` what such a store would
    refuse; only formats that can be read back ask for them.
    """

    title: str
    blocks: tuple[Block, ...]
    language: Literal["en", "zh"] = "en"
    made_from: str = NEVER
    template: Template = PLAIN
    entries: Callable[[], tuple[Logged, ...]] = field(default=_nothing_logged, compare=False)
    left_out: Callable[[], tuple[LeftOut, ...]] = field(default=_nothing_left_out, compare=False)


def plain(cell: Cell) -> str:
    """A cell or a text without its footnotes, as plain text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Day):
        return cell.words + (f" ({cell.basis})" if cell.basis else "")
    return "".join(piece if isinstance(piece, str) else piece.text for piece in cell if not isinstance(piece, Note))


def notes_of(cell: Cell) -> tuple[str, ...]:
    """The footnotes of a cell or a text, in order."""
    if isinstance(cell, str | Day):
        return ()
    return tuple(piece.text for piece in cell if isinstance(piece, Note))
