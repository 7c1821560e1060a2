"""Rows of any table, the names of parties, and pinpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence


class Citation(NamedTuple):
    """A place in a source."""

    source: str
    locator: str | None
    does: str


def citations(db: sqlite3.Connection) -> dict[str, list[Citation]]:
    """The citations of every event, by its ref."""
    found: dict[str, list[Citation]] = {}
    rows = db.execute(
        "SELECT coalesce(development, log || '#' || position), source, locator, does FROM citations"
        " ORDER BY log, position, number"
    )
    for ref, *citation in rows:
        found.setdefault(ref, []).append(Citation(*citation))
    return found


def pinpoints(db: sqlite3.Connection) -> dict[str, str]:
    """The pinpoints of every development in one text, by its ref."""
    return {ref: pinpoint(found) for ref, found in citations(db).items()}


def pinpoint(found: Iterable[Citation], names: dict[str, str] | None = None) -> str:
    """Citations as a reader expects them: ``leida ¶7, 13; contradicted by ¶8``; ``names`` shortens the sources."""
    texts: list[str] = []
    said: str | None = None
    for does in ("supports", "contradicts"):
        by_source: dict[str, list[str]] = {}
        for citation in found:
            if citation.does == does:
                by_source.setdefault(citation.source, []).extend([citation.locator] if citation.locator else [])
        for source, locators in by_source.items():
            name = (names or {}).get(source, source)
            place = _places(locators)
            if does == "contradicts":
                whole = place if said == source and place else f"{name} {place}".strip()
                texts.append(f"contradicted by {whole}")
            else:
                texts.append(f"{name} {place}".strip())
                said = source
    return "; ".join(texts)


def _places(locators: Sequence[str]) -> str:
    paragraphs = [each for each in locators if each[:1].isdigit()]
    others = [each for each in locators if not each[:1].isdigit()]
    told = [f"¶{', '.join(paragraphs)}"] if paragraphs else []
    return ", ".join([*told, *others])


def party_names(db: sqlite3.Connection) -> dict[str, str]:
    """The name of every party by its id."""
    return dict(db.execute("SELECT id, coalesce(name, id) FROM parties").fetchall())


_PARTY = re.compile(r"\[\[([a-z0-9-]{1,63})\]\]")


def named(text: str, names: Mapping[str, str]) -> str:
    """A development's text with the parties' names in the place of ``[[their ids]]``."""
    return _PARTY.sub(lambda match: names.get(match[1], match[1]), text)


def rows(db: sqlite3.Connection, table: str, *order: str, **equal: object) -> list[sqlite3.Row]:
    """The rows of a table or view whose columns hold what is given, in an order; names come from this program only."""
    condition = " AND ".join(f"{name} = :{name}" for name in equal) or "1"
    sql = f"SELECT * FROM {table} WHERE {condition} ORDER BY {', '.join(order or ('rowid',))}"  # noqa: S608
    return db.execute(sql, equal).fetchall()


def row(db: sqlite3.Connection, table: str, **equal: object) -> sqlite3.Row | None:
    """The one row whose key is given, if there is one."""
    return next(iter(rows(db, table, **equal)), None)
