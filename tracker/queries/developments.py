"""Developments in order, and texts that are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.queries.disputed import amended
from tracker.queries.privilege import privileges
from tracker.queries.tables import named, party_names, pinpoints, rows, within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.queries.disputed import DisputeRow


class TimelineRow(NamedTuple):
    """A development in its place in time; ``privilege`` is on what basis it is privileged, and who claims so."""

    ref: str
    case: str
    type: str
    date: str | None
    date_basis: str | None
    label: str
    text: str
    status: str
    amended: str
    pinpoints: str
    known: str
    privilege: str


class Line(NamedTuple):
    """One line of a page about a case, an event, a source or a party: what it is, and which events say so."""

    section: str
    item: str
    value: str
    date: str | None
    refs: str
    pinpoints: str


class Found(NamedTuple):
    """A text that was found."""

    what: str
    ref: str
    date: str | None
    text: str


_TIMELINE = """
SELECT d.ref, d.case_name, d.type, d.date, d.date_basis, d.label, d.text, d.status, k.known
FROM developments d JOIN known k ON k.development = d.ref
WHERE {condition} AND d.in_timeline AND (? OR d.status <> 'retracted')
ORDER BY d.date IS NULL, d.earliest, d.latest, coalesce(d.time, ''), d.case_name, d.position
"""


def timeline(
    db: sqlite3.Connection,
    cases: Sequence[str] = (),
    *,
    history: bool = False,
    pinned: bool = True,
    disputed: Sequence[DisputeRow] | None = None,
) -> list[TimelineRow]:
    """Developments in order (design rule 8), those without a date last; with ``history`` also what was retracted.

    Who looks the citations up elsewhere needs no pinpoints: they are empty unless ``pinned``. ``disputed``
    are all disputes of the cases, where they are at hand.
    """
    pins, names = pinpoints(db, cases), party_names(db)
    said = amended(db, cases, history=history, disputed=disputed)
    claims: dict[str, list[str]] = {}
    for claim in privileges(db):
        claims.setdefault(claim.target, []).append(claim.told)
    condition, values = within("d.case_name", cases)
    return [
        TimelineRow(
            ref=row["ref"],
            case=row["case_name"],
            type=row["type"],
            date=row["date"],
            date_basis=row["date_basis"],
            label=row["label"],
            text=named(row["text"], names),
            status=row["status"],
            amended=said.get(row["ref"], ""),
            pinpoints=pins.get(row["ref"], "") if pinned else "",
            known=row["known"],
            privilege="; ".join(dict.fromkeys(claims.get(row["ref"], ()))),
        )
        for row in db.execute(_TIMELINE.format(condition=condition), [*values, history])
    ]


def search(db: sqlite3.Connection, words: str, *, limit: int) -> list[Found]:
    """Texts with all of the words, the best first."""
    from tracker.projections.words import match

    query = match(words)
    if not query:
        return []
    best = _best(db, query, limit)
    sql = """
    SELECT t.rowid, t.what, t.ref, d.date, coalesce(d.label || ': ' || d.text, t.text)
    FROM search_texts t LEFT JOIN developments d ON d.ref = t.ref AND t.what = 'development'
    WHERE t.rowid IN (SELECT value FROM json_each(?))
    """
    names, found = party_names(db), {rowid: rest for rowid, *rest in db.execute(sql, [str(best)])}
    shown = [found[rowid] for rowid in best]
    return [Found(what, ref, date, named(text, names)) for what, ref, date, text in shown]


def _best(db: sqlite3.Connection, query: str, limit: int) -> list[int]:
    """The rows that match best, those that match alike in the order of their refs.

    The index sorts by rank what matches, and the texts are looked at only from where the last ones are alike.
    """
    ranked: list[tuple[float, int]] = []
    sql = "SELECT rank, rowid FROM search_texts_fts WHERE search_texts_fts MATCH ? ORDER BY rank"
    for rank, rowid in db.execute(sql, [query]):
        if len(ranked) >= limit and rank != ranked[-1][0]:
            break
        ranked.append((rank, rowid))
    refs = dict(
        db.execute(
            "SELECT rowid, ref FROM search_texts WHERE rowid IN (SELECT value FROM json_each(?))",
            [str([rowid for _, rowid in ranked])],
        ).fetchall()
    )
    return [rowid for _, rowid in sorted(ranked, key=lambda each: (each[0], refs[each[1]]))[:limit]]


def naming(db: sqlite3.Connection, party: str) -> list[sqlite3.Row]:
    """The developments that name a party, in the order of the timeline."""
    sql = """
    SELECT * FROM developments WHERE in_timeline AND ref IN (SELECT development FROM mentions WHERE party = :party)
    ORDER BY date IS NULL, earliest, latest, coalesce(time, ''), case_name, position
    """
    return db.execute(sql, {"party": party}).fetchall()


def mentions(db: sqlite3.Connection, cases: Sequence[str]) -> dict[str, list[str]]:
    """The ids of the parties that each development of some cases names, by its ref."""
    condition, values = within("case_name", cases)
    sql = f"""
    SELECT development, party FROM mentions
    WHERE development IN (SELECT ref FROM developments WHERE {condition}) ORDER BY development, party
    """  # noqa: S608
    found: dict[str, list[str]] = {}
    for development, party in db.execute(sql, values):
        found.setdefault(development, []).append(party)
    return found


def issues(db: sqlite3.Connection, cases: Sequence[str]) -> dict[str, dict[str, str]]:
    """The issues of cases: each with the refs of the developments that bear on it, and of the events that say so.

    A tag that was retracted says nothing, nor does one of a development that is not there.
    """
    import json

    found: dict[str, dict[str, str]] = {}
    for case in cases:
        for tag in rows(db, "developments", "position", case_name=case, type="issue.tagged"):
            tagged = json.loads(tag["data"])
            about = rows(db, "developments", case_name=case, event_id=tagged["of"])
            for issue in tagged["issues"] if about and tag["status"] != "retracted" else ():
                found.setdefault(issue, {}).setdefault(about[0]["ref"], tag["ref"])
    return found
