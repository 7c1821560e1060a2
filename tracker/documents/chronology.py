"""The chronology: developments in order with their pinpoints, the cast, the sources, and what is not stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.documents import LAYOUTS, layouts
from tracker.documents.blocks import Document
from tracker.documents.matter import Matter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.documents.labels import Language


def chronology(
    db: sqlite3.Connection,
    cases: Sequence[str],
    *,
    layout: str = "table",
    language: Language = "en",
    shown: str = "",
    record: sqlite3.Connection | None = None,
) -> Document:
    """The chronology of one case or of several merged into one, in one of the LAYOUTS.

    ``shown`` says what a view leaves out of ``db``; ``record`` is then the whole record, whose heads are told. What is
    privileged by the record is left out by such a view (``View.unprivileged``), and the document says what became of
    it. Equal projections give equal documents. Raises UnknownName for a case that is not there.
    """
    matter = Matter(db, cases, language, shown, db if record is None else record)
    blocks = tuple(getattr(layouts, LAYOUTS[layout])(matter))
    what = matter.label("privilege log" if layout == "privilege" else "chronology")
    title = f"{what}{'：' if language == 'zh' else ': '}{matter.title}"
    return Document(title, blocks, language, matter.made_from)
