"""JSON (RFC 8259): every block of the document as data, then the logged events behind it, so that it can come back in.

``tracker.exports`` reads it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tracker.documents.blocks import Day, Figure, Grid, Heading, Items, Note, PageBreak, Paragraph, Strong
from tracker.text import visible_json

if TYPE_CHECKING:
    from tracker.documents.blocks import Block, Cell, Document, Piece, Row


def write(document: Document) -> bytes:
    """The document as UTF-8; a member that is empty is there all the same."""
    made = {
        "letterhead": list(document.template.head),
        "title": document.title,
        "language": document.language,
        "made_from": document.made_from,
        "blocks": [_block(block) for block in document.blocks],
        "footer": document.template.footer,
        "left_out": [each._asdict() for each in document.left_out()],
        "entries": [json.loads(entry.line) for entry in document.entries()],
    }
    return (visible_json(json.dumps(made, ensure_ascii=False, indent=1)) + "\n").encode()


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"block": "heading", "level": level, "text": text}
        case Paragraph(text):
            return {"block": "paragraph", "text": _cell(text)}
        case Items(texts):
            return {"block": "list", "items": [_cell(text) for text in texts]}
        case Grid(titles, rows, name):
            return {"block": "table", "name": name, "titles": list(titles), "rows": [_row(row) for row in rows]}
        case Figure(moments):
            return {"block": "timeline", "moments": [moment._asdict() for moment in moments]}
        case PageBreak():
            return {"block": "page break"}


def _row(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "cells": [_cell(cell) for cell in row.cells]}


def _cell(cell: Cell) -> Any:
    """Text as text, a date as an object, and a text with footnotes or marks as the list of its pieces."""
    if isinstance(cell, str):
        return cell
    return cell._asdict() if isinstance(cell, Day) else [_piece(piece) for piece in cell]


def _piece(piece: Piece) -> Any:
    if isinstance(piece, str):
        return piece
    name = "note" if isinstance(piece, Note) else "strong" if isinstance(piece, Strong) else "struck"
    return {name: piece.text}
