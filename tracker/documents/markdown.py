"""Markdown: GitHub-flavoured, with every character that could mean something escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.documents.blocks import Day, Figure, Grid, Heading, Items, Note, PageBreak, Paragraph, Strong, plain
from tracker.documents.labels import Language, label
from tracker.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.documents.blocks import Block, Cell, Document, Piece

# CommonMark 0.31.2, section 2.4: any ASCII punctuation may be escaped; these mean something within a line.
_SIGNS = "\\`*_[]<>|~&$#{}!"
_MEANING = str.maketrans({sign: f"\\{sign}" for sign in _SIGNS})
_MEANS = re.compile(f"[{re.escape(_SIGNS)}]")
# Where a bare address, which is a link to GitHub (GFM 0.29, section 6.9), is parted; ``_`` is escaped by then.
_LINK = re.compile(r"(?<=\w)(?=://|@\w|@\\_)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_SPACES = re.compile(" {2,}")
_AT_START = re.compile(r"(\d{1,9}(?=[.)])|)(?=[-+=:.)])")


def write(document: Document) -> bytes:
    """The document as UTF-8; footnotes are GitHub's, and stand at the end."""
    writer = _Writer(document.language)
    template = document.template
    blocks = [*map(escaped, template.head), f"# {escaped(document.title)}"]
    blocks += [*filter(None, map(writer.block, document.blocks)), *map(escaped, filter(None, [template.footer]))]
    notes = [f"[^{number}]: {escaped(note)}" for number, note in enumerate(writer.notes, 1)]
    return ("\n\n".join([*blocks, *notes]) + "\n").encode()


def escaped(text: str) -> str:
    """One line in which nothing is taken for markup, a link or HTML."""
    told = one_line(text).strip()
    if _MEANS.search(told):
        told = told.translate(_MEANING)
    if "://" in told or "@" in told or "www" in told.lower():
        told = _LINK.sub(r"\\", told)
    if (told[:1].isdigit() or told[:1] in "-+=:.)") and (start := _AT_START.match(told)):
        return f"{start[0]}\\{told[start.end() :]}"
    return told


class _Writer:
    """Prints blocks one after another and numbers their footnotes."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.notes: list[str] = []

    def block(self, block: Block) -> str:
        match block:
            case Heading(level, text):
                return f"{'#' * (level + 1)} {escaped(text)}"
            case Paragraph(text):
                return self._inline(text)
            case Items(texts):
                return "\n".join(f"- {self._inline(text)}" for text in texts)
            case Grid(titles, rows):
                head = [_row(map(escaped, titles)), "|" + " --- |" * len(titles)]
                return "\n".join([*head, *(_row(map(self._inline, row.cells)) for row in rows)])
            case Figure(moments):
                return escaped(label("timeline elsewhere", self.language, number=len(moments)))
            case PageBreak():
                return ""  # Markdown has no pages

    def _inline(self, cell: Cell) -> str:
        """A text on one line."""
        if isinstance(cell, str | Day):
            return escaped(plain(cell))
        told = "".join(map(self._piece, cell))
        return (_SPACES.sub(" ", told) if "  " in told else told).strip()

    def _piece(self, piece: Piece) -> str:
        """A piece with the spaces around it; a marked one has some, so that its marks work (CommonMark 0.31.2, 6.2)."""
        if isinstance(piece, Note):
            self.notes.append(piece.text)
            return f"[^{len(self.notes)}]"
        if isinstance(piece, str):
            before, after = (" " * side.isspace() for side in (piece[:1], piece[-1:]))
            return f"{before}{escaped(piece)}{after}"
        text, mark = escaped(piece.text), "**" if isinstance(piece, Strong) else "~~"
        return f" {mark}{text}{mark} " if text else ""


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
