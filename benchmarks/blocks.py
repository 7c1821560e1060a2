"""The finished blocks of a document, as the libraries take them that ``rivals/documents.py`` holds ours against."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tracker.app import Tracker
from tracker.documents.blocks import Cell, Document, Grid, Heading, Items, Paragraph, notes_of, plain
from tracker.documents.chronology import chronology


def prepare(store: Path, case: str, form: str, target: Path) -> Path:
    """Keep what a library is given for a chronology of a case, which is not measured."""
    document = chronology(Tracker(store).read(), [case])
    given = _for_typst(document) if form == "pdf" else [("heading", 0, document.title), *_plain(document)]
    target.write_bytes(pickle.dumps(given))
    return target


def _for_typst(document: Document) -> dict[str, Any]:
    """All that Typst is called with to make the PDF, but for the fonts, which it finds itself."""
    from tracker.documents import pdf

    with mock.patch("typst.compile") as compiled:
        pdf.write(document)
    (source,), options = compiled.call_args
    return {"input": str(source), **options, "root": str(options["root"]), "font_paths": []}


def _plain(document: Document) -> Iterator[tuple[Any, ...]]:
    """Headings, paragraphs, lists and tables as plain texts."""
    for block in document.blocks:
        match block:
            case Heading(level, text):
                yield "heading", level, text
            case Paragraph(text):
                yield "paragraph", _told(text)
            case Items(texts):
                yield "items", list(map(_told, texts))
            case Grid(titles, rows):
                yield "table", list(titles), [list(map(_told, row.cells)) for row in rows]


def _told(cell: Cell) -> str:
    """A text with its footnotes in brackets behind it: nobody is spared what they say."""
    return "".join((plain(cell), *(f" [{note}]" for note in notes_of(cell))))
