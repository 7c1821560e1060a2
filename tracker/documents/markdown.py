"""Markdown: GitHub-flavoured, with every character that could mean something escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.documents.blocks import Grid, Heading, Items, Paragraph
from tracker.text import one_line, visible

if TYPE_CHECKING:
    from tracker.documents.blocks import Block, Document

# CommonMark 0.31.2, section 2.4: any ASCII punctuation may be escaped; these mean something within a line.
_MEANING = re.compile(r"([\\`*_\[\]<>|~&$#{}!])|(?<=\w)(://)|(?<=\w)(@)(?=\w)")
# A bare www. is a link to GitHub (GFM 0.29, section 6.9).
_WWW = re.compile(r"\b(www)(?=\.)", re.IGNORECASE)
_AT_START = re.compile(r"^(\d{1,9}(?=[.)])|)(?=[-+=:.)])")


def write(document: Document) -> bytes:
    """The document as UTF-8."""
    blocks = [f"# {escaped(document.title)}", *(_block(block) for block in document.blocks)]
    return ("\n\n".join(blocks) + "\n").encode()


def escaped(text: str) -> str:
    """One line in which nothing is taken for markup, a link or HTML."""
    plain = one_line(visible(text)).strip()
    plain = _MEANING.sub(
        lambda match: "".join("\\" + character for character in match.group()[:1]) + match.group()[1:], plain
    )
    return _AT_START.sub(r"\1\\", _WWW.sub(r"\1\\", plain))


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * (level + 1)} {escaped(text)}"
        case Paragraph(text):
            return escaped(text)
        case Items(texts):
            return "\n".join(f"- {escaped(text)}" for text in texts)
        case Grid(titles, rows):
            head = [_row(titles), "|" + " --- |" * len(titles)]
            return "\n".join([*head, *(_row(row) for row in rows)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"
