"""The chronology: developments in order with their pinpoints, the cast, the sources, and what is not stated."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from tracker import queries
from tracker.documents import LAYOUTS, layouts
from tracker.documents.blocks import Document
from tracker.documents.labels import in_own_words
from tracker.documents.matter import Matter
from tracker.documents.template import PLAIN, Template

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.documents.labels import Language
    from tracker.documents.logged import Behind


class Former(NamedTuple):
    """A former state of the record, to compare with: as a view shows it, whole, and the moment (RFC 3339, UTC)."""

    db: sqlite3.Connection
    record: sqlite3.Connection
    moment: str


def chronology(
    db: sqlite3.Connection,
    cases: Sequence[str],
    *,
    layout: str = "table",
    language: Language = "en",
    shown: str = "",
    record: sqlite3.Connection | None = None,
    former: Former | None = None,
    template: Template = PLAIN,
) -> Document:
    """The chronology of one case or of several merged into one, in one of the LAYOUTS.

    ``shown`` says what a view leaves out of ``db``; ``record`` is then the whole record, whose heads are told. What is
    privileged by the record is left out by such a view (``View.unprivileged``), and the document says what became of
    it. Equal projections give equal documents, in the words of the template. What is otherwise than in a ``former``
    state is marked. Raises UnknownName for a case that is not there.
    """
    with in_own_words(template.labels):
        matter = Matter(db, cases, language, shown, db if record is None else record)
        document = replace(_document(matter, layout), template=template)
        return document if former is None else _redlined(document, matter, layout, former)


def _document(matter: Matter, layout: str) -> Document:
    blocks = tuple(getattr(layouts, LAYOUTS[layout])(matter))
    what = matter.label("privilege log" if layout == "privilege" else "chronology")
    title = f"{what}{'：' if matter.language == 'zh' else ': '}{matter.title}"
    behind = cache(partial(_behind, matter))
    return Document(
        title, blocks, matter.language, matter.made_from,
        entries=lambda: behind().entries, left_out=lambda: behind().left_out,
    )  # fmt: skip


def _behind(matter: Matter) -> Behind:
    from tracker.documents.logged import logged  # only formats that can be read back ask for it

    return logged(matter.db, matter.names)


def _redlined(document: Document, matter: Matter, layout: str, former: Former) -> Document:
    """The document compared with that of the former state, of those cases that were there then."""
    from tracker.documents.redline import redline

    there = set(queries.case_names(former.db))
    cases = [name for name in matter.names if name in there]
    then = Matter(former.db, cases, matter.language, matter.shown, former.record, like=matter)
    heads = ", ".join(f"{log}#{position}" for log, position, _ in then.heads)
    compared = matter.label("redline", moment=former.moment, heads=heads)
    return redline(document, _document(then, layout), since=former.moment[:10], compared=compared)
