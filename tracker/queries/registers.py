"""The registers of sources and parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.errors import UnknownName
from tracker.names import case_log
from tracker.queries.tables import named, party_names, within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


class PartyRow(NamedTuple):
    """A party and where it has a role."""

    party: str
    name: str
    what: str
    pseudonym: bool
    cases: str


class SourceRow(NamedTuple):
    """A source and how much rests on it."""

    source: str
    title: str | None
    publisher: str | None
    published: str | None
    paragraphs: int | None
    cited: int
    not_independent_of: str


_SOURCES = """
SELECT s.id, s.title, s.publisher, s.published, s.paragraphs,
       (SELECT count(*) FROM citations c WHERE c.source = s.id),
       coalesce((SELECT group_concat(o.id, ', ') FROM sources o
                 WHERE o.publisher = s.publisher AND o.id <> s.id), '')
FROM sources s ORDER BY s.earliest IS NULL, s.earliest, s.latest, s.id
"""


def sources(db: sqlite3.Connection) -> list[SourceRow]:
    """The register of sources, in the order of publication."""
    return [SourceRow(*row) for row in db.execute(_SOURCES)]


def source(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    """One source with all its columns, and those it is not independent of; raises UnknownName."""
    row = db.execute("SELECT * FROM sources WHERE id = :name", {"name": name}).fetchone()
    if row is None:
        known = [row[0] for row in db.execute("SELECT id FROM sources")]
        raise UnknownName("source", name, known, "'tracker source list' shows them")
    listed = next(each for each in sources(db) if each.source == name)
    return dict(row) | {"not_independent_of": listed.not_independent_of, "cited": listed.cited}


def cited_sources(db: sqlite3.Connection, cases: Sequence[str]) -> set[str]:
    """The ids of the sources that some cases cite."""
    condition, values = within("log", list(map(case_log, cases)))
    sql = f"SELECT DISTINCT source FROM citations WHERE {condition}"  # noqa: S608
    return {source for (source,) in db.execute(sql, values)}


def cited_by(db: sqlite3.Connection, source: str) -> list[tuple[str, str | None, str, str]]:
    """What rests on a source: event, locator, whether that supports or contradicts it, what happened."""
    rows = db.execute(
        """
        SELECT coalesce(c.development, c.log || '#' || c.position), c.locator, c.does,
               coalesce(d.label || ': ' || d.text, '')
        FROM citations c LEFT JOIN developments d ON d.ref = c.development
        WHERE c.source = :source ORDER BY coalesce(c.last_paragraph, 0), c.log, c.position, c.number
        """,
        {"source": source},
    )
    names = party_names(db)
    return [(at, locator, does, named(text, names)) for at, locator, does, text in rows]


_PARTIES = """
SELECT p.id, coalesce(p.name, p.id), coalesce(p.what, 'unknown'), coalesce(p.pseudonym, 0),
       coalesce((SELECT group_concat(case_name || ' (' || role || ')', ', ')
                 FROM (SELECT case_name, role FROM roles r WHERE r.party = p.id ORDER BY case_name, role)), '')
FROM parties p ORDER BY p.id
"""


def parties(db: sqlite3.Connection) -> list[PartyRow]:
    """The register of parties with their roles in cases."""
    return [
        PartyRow(party, name, what, bool(pseudonym), cases)
        for party, name, what, pseudonym, cases in db.execute(_PARTIES)
    ]


def relations_of(db: sqlite3.Connection, party: str) -> list[sqlite3.Row]:
    """The relations in which a party stands, on either side."""
    sql = "SELECT * FROM relations WHERE party = :party OR other = :party ORDER BY position"
    return db.execute(sql, {"party": party}).fetchall()


def pseudonyms(db: sqlite3.Connection, case: str) -> list[str]:
    """The names in a case that are not the real ones."""
    sql = """
    SELECT name FROM parties WHERE pseudonym AND id IN (SELECT party FROM roles WHERE case_name = :case) ORDER BY name
    """
    return [found for (found,) in db.execute(sql, {"case": case})]


def require_party(db: sqlite3.Connection, party: str) -> str:
    """The name of a party; raises UnknownName."""
    names = party_names(db)
    if party not in names:
        raise UnknownName("party", party, names, "'tracker party list' shows them")
    return names[party]
