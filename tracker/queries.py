"""Every question that is asked of the projection: named SQL in, typed rows out; no other module reads with SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.errors import BadQuery, UnknownName

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence


class CaseStatus(NamedTuple):
    """Where a case stands; days are EDTF as written, None when not stated."""

    case: str
    kind: str
    title: str
    stage: str
    since: str | None
    last: str | None
    last_date: str | None
    last_ref: str | None
    next: str | None
    next_date: str | None
    next_ref: str | None
    problems: int
    disputes: int
    known_until: str | None
    known_day: str | None
    developments: int


class TimelineRow(NamedTuple):
    """A development in its place in time."""

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


class DisputeClaim(NamedTuple):
    """One value of a disputed field, the party that says so, the event that says so, and its pinpoints."""

    value: str
    claimant: str | None
    note: str | None
    ref: str
    pinpoints: str


class DisputeRow(NamedTuple):
    """A disputed field of an event with every value that is claimed, and how it was settled.

    ``sides`` is parties, sources, or what makes sources count as one: one publisher, one source.
    """

    target: str
    field: str
    status: str
    sides: str
    claims: tuple[DisputeClaim, ...]
    preferred: str | None
    reason: str | None
    settled_by: str | None


class DisputedValue(NamedTuple):
    """One value of a dispute, as a row: who or what stands behind it, and whether it was preferred."""

    event: str
    field: str
    value: str
    note: str | None
    says_so: str
    sides: str
    state: str

    @property
    def told(self) -> str:
        """The value with what helps to weigh it."""
        return f"{self.value} ({self.note})" if self.note else self.value


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


class ProblemRow(NamedTuple):
    """Something doubtful."""

    log: str
    code: str
    ref: str
    message: str


class Citation(NamedTuple):
    """A place in a source."""

    source: str
    locator: str | None
    does: str


_STATUS = """
WITH past AS (
  SELECT *, row_number() OVER (
    PARTITION BY case_name
    ORDER BY date IS NULL, earliest DESC, latest DESC, coalesce(time, '') DESC, position DESC) AS nth
  FROM developments JOIN (SELECT development, known_day FROM known) ON development = ref
  -- what lay ahead when it was told, such as a target, has not happened
  WHERE in_timeline AND status <> 'retracted' AND (date IS NULL OR earliest <= :today AND earliest <= known_day)
), ahead AS (
  SELECT case_name, 'hearing' || coalesce(' (' || purpose || ')', '') AS what, day AS date, earliest, development
    FROM hearings WHERE status = 'set' AND latest >= :today
  UNION ALL
  SELECT case_name, 'due: ' || coalesce(amount || ' ' || currency, act, 'order'), due, earliest, development
    FROM orders WHERE due IS NOT NULL AND latest >= :today
  UNION ALL
  SELECT case_name, label, date, earliest, ref
    FROM developments
    WHERE in_timeline AND status <> 'retracted' AND earliest > :today AND type NOT LIKE 'hearing.%'
  UNION ALL
  SELECT case_name, coalesce(amount || ' ' || currency, act, 'order') || ' ' || due_terms, NULL, '9999',
         development
    FROM orders WHERE due IS NULL AND due_terms IS NOT NULL
), coming AS (
  SELECT *, row_number() OVER (PARTITION BY case_name ORDER BY earliest, development) AS nth FROM ahead
), reached AS (
  -- the newest publication, or the day on which somebody looked and found nothing new
  SELECT case_name, known, row_number() OVER (PARTITION BY case_name ORDER BY known_day DESC, known DESC) AS nth,
         known_day
  FROM (SELECT k.case_name, k.known, k.known_day FROM known k
        JOIN developments d ON d.ref = k.development AND d.in_timeline AND d.status <> 'retracted'
        UNION ALL
        SELECT case_name, coalesce(date, substr(recorded_time, 1, 10)), coalesce(earliest, substr(recorded_time, 1, 10))
        FROM developments WHERE type = 'case.checked' AND status <> 'retracted')
), faults AS (SELECT log, count(*) AS number FROM all_problems GROUP BY log)
SELECT k.name, k.kind_label, k.title, k.stage, k.stage_since,
       p.label, p.date, p.ref, c.what, c.date, c.development,
       coalesce(f.number, 0),
       (SELECT count(*) FROM disputes d WHERE d.log = 'cases/' || k.name AND d.status = 'open'),
       r.known, r.known_day,
       (SELECT count(*) FROM developments d
        WHERE d.case_name = k.name AND d.in_timeline AND d.status <> 'retracted')
FROM cases k
LEFT JOIN past p ON p.case_name = k.name AND p.nth = 1
LEFT JOIN coming c ON c.case_name = k.name AND c.nth = 1
LEFT JOIN reached r ON r.case_name = k.name AND r.nth = 1
LEFT JOIN faults f ON f.log = k.name
ORDER BY k.name
"""


def status(db: sqlite3.Connection, cases: Sequence[str], *, today: str) -> list[CaseStatus]:
    """Where cases stand, all of them when none is named; ``today`` (YYYY-MM-DD) divides last from next."""
    rows = [CaseStatus(*row) for row in db.execute(_STATUS, {"today": today})]
    return [row for row in rows if not cases or row.case in cases]


def case_names(db: sqlite3.Connection) -> list[str]:
    """The names of all cases, sorted."""
    return [row[0] for row in db.execute("SELECT name FROM cases ORDER BY name")]


def require_cases(db: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """The names, each once; raises UnknownName for one that is no case."""
    known = set(case_names(db))
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise UnknownName("case", name, known, "'tracker status' lists them, 'tracker open' starts one")
    return wanted


_TIMELINE = """
SELECT d.ref, d.case_name, d.type, d.date, d.date_basis, d.label, d.text, d.status, k.known
FROM developments d JOIN known k ON k.development = d.ref
WHERE d.in_timeline AND (:history OR d.status <> 'retracted')
ORDER BY d.date IS NULL, d.earliest, d.latest, coalesce(d.time, ''), d.case_name, d.position
"""


def timeline(db: sqlite3.Connection, cases: Sequence[str] = (), *, history: bool = False) -> list[TimelineRow]:
    """Developments in order (design rule 8), those without a date last; with ``history`` also what was retracted."""
    pins, names = pinpoints(db), party_names(db)
    said = amended(db, history=history)
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
            pinpoints=pins.get(row["ref"], ""),
            known=row["known"],
        )
        for row in db.execute(_TIMELINE, {"history": history})
        if not cases or row["case_name"] in cases
    ]


def amended(db: sqlite3.Connection, *, history: bool) -> dict[str, str]:
    """For every event that was amended, what was said about it, in words, by its ref.

    Disputes are always told; what was corrected or retracted, and why, only with ``history``. What no longer holds is
    struck through as Markdown does it, between ``~~``.
    """
    names = party_names(db)
    found: dict[str, list[str]] = {}
    for row in db.execute("SELECT * FROM corrections ORDER BY target, number") if history else ():
        values = f"~~{row['old'] or 'not stated'}~~ {row['new'] or 'not stated'}"
        told = f"{row['field']} {values}, corrected by {row['ref']}: {row['reason']}"
        found.setdefault(row["target"], []).append(told)
    for row in db.execute("SELECT * FROM retractions ORDER BY target") if history else ():
        found.setdefault(row["target"], []).append(f"retracted by {row['ref']}: {row['reason']}")
    for each in disputes(db, settled=None):
        values = " or ".join(
            f"{claim.value} ({', '.join(filter(None, (claim.claimant, claim.pinpoints))) or claim.ref})"
            for claim in each.claims
        )
        how = f"settled: {each.preferred}; claimed were" if each.preferred else "disputed:"
        found.setdefault(each.target, []).append(f"{each.field} {how} {values}")
    return {target: named("; ".join(told), names) for target, told in found.items()}


def disputed_values(several: Iterable[DisputeRow]) -> list[DisputedValue]:
    """The values of disputes, each a row."""
    rows = []
    for dispute in several:
        for claim in dispute.claims:
            state = f"open, {'within' if dispute.sides.startswith('one ') else 'between'} {dispute.sides}"
            if dispute.status == "settled":
                by = f" by {dispute.settled_by}" if dispute.settled_by else ""
                state = f"preferred{by}: {dispute.reason}" if claim.value == dispute.preferred else "not preferred"
            says_so = ", ".join(filter(None, (claim.claimant, claim.pinpoints))) or claim.ref
            rows.append(
                DisputedValue(dispute.target, dispute.field, claim.value, claim.note, says_so, dispute.sides, state)
            )
    return rows


def disputes(db: sqlite3.Connection, cases: Sequence[str] = (), *, settled: bool | None = False) -> list[DisputeRow]:
    """The disputes that are open, those that are settled, or all of them (None), with every value that is claimed."""
    pins, names, cited = pinpoints(db), party_names(db), citations(db)
    publishers = {row["id"]: row["publisher"] or row["id"] for row in db.execute("SELECT id, publisher FROM sources")}
    claims: dict[tuple[str, str], list[DisputeClaim]] = {}
    for row in db.execute("SELECT * FROM dispute_claims ORDER BY target, field, number"):
        claimant = names.get(row["claimant"], row["claimant"])
        pin = pins.get(row["ref"], "").partition("; contradicted by")[0]
        claim = DisputeClaim(named(row["value"], names), claimant, row["note"], row["ref"], pin)
        claims.setdefault((row["target"], row["field"]), []).append(claim)
    found = []
    for row in db.execute("SELECT * FROM disputes ORDER BY target, field"):
        wanted = settled is None or settled == (row["status"] == "settled")
        if wanted and (not cases or row["log"].removeprefix("cases/") in cases):
            several = tuple(claims[row["target"], row["field"]])
            preferred = named(row["preferred"], names) if row["preferred"] else None
            by = names.get(row["settled_by"], row["settled_by"])
            behind = {each.source for claim in several for each in cited.get(claim.ref, ())}
            sides = row["sides"]
            if sides == "sources" and len({publishers.get(source, source) for source in behind}) == 1:
                sides = "one source" if len(behind) == 1 else "one publisher"
            found.append(
                DisputeRow(row["target"], row["field"], row["status"], sides, several, preferred, row["reason"], by)
            )
    return found


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


def search(db: sqlite3.Connection, words: str, *, limit: int) -> list[Found]:
    """Texts with all of the words, the best first."""
    from tracker.projections.words import match

    query = match(words)
    if not query:
        return []
    rows = db.execute(
        """
        SELECT t.what, t.ref, d.date, coalesce(d.label || ': ' || d.text, t.text)
        FROM search_texts_fts JOIN search_texts t ON t.rowid = search_texts_fts.rowid
        LEFT JOIN developments d ON d.ref = t.ref AND t.what = 'development'
        WHERE search_texts_fts MATCH :query ORDER BY search_texts_fts.rank, t.ref LIMIT :limit
        """,
        {"query": query, "limit": limit},
    )
    names = party_names(db)
    return [Found(what, ref, date, named(text, names)) for what, ref, date, text in rows]


def problems(db: sqlite3.Connection, logs: Sequence[str] = ()) -> list[ProblemRow]:
    """Everything doubtful, in some logs or in all."""
    rows = db.execute("SELECT log, code, position, message FROM all_problems ORDER BY log, position, code, message")
    return [
        ProblemRow(log, code, f"{log}#{position}" if position else log, message)
        for log, code, position, message in rows
        if not logs or log in logs
    ]


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


def naming(db: sqlite3.Connection, party: str) -> list[sqlite3.Row]:
    """The developments that name a party, in the order of the timeline."""
    sql = """
    SELECT * FROM developments WHERE in_timeline AND ref IN (SELECT development FROM mentions WHERE party = :party)
    ORDER BY date IS NULL, earliest, latest, coalesce(time, ''), case_name, position
    """
    return db.execute(sql, {"party": party}).fetchall()


def known_names(db: sqlite3.Connection) -> tuple[list[str], list[str], list[str]]:
    """The names of all cases, and of the parties and sources that are in the registers, each sorted."""
    parties = db.execute("SELECT id FROM parties WHERE position IS NOT NULL ORDER BY id")
    listed = [found for (found,) in parties]
    sources = db.execute("SELECT id FROM sources WHERE position IS NOT NULL ORDER BY id")
    return case_names(db), listed, [found for (found,) in sources]


def types_used(db: sqlite3.Connection, case: str) -> list[str]:
    """The event types that a case has had in its timeline, the most frequent first."""
    sql = """
    SELECT type FROM developments WHERE case_name = :case AND in_timeline GROUP BY type ORDER BY count(*) DESC, type
    """
    return [found for (found,) in db.execute(sql, {"case": case})]


SECONDS = 30.0
"""A query that takes longer is ended: nobody waits, and a recursion without end would never stop by itself."""
MOST_ROWS = 500_000
"""More rows are not held in memory."""
LONGEST_VALUE = 16 * 2**20
"""Bytes; one line of a log holds less."""
_READING_PRAGMAS = frozenset({
    "collation_list", "compile_options", "data_version", "database_list", "foreign_key_list", "function_list",
    "index_info", "index_list", "index_xinfo", "module_list", "pragma_list", "schema_version", "table_info",
    "table_list", "table_xinfo", "user_version",
})  # fmt: skip


def ask(db: sqlite3.Connection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The column names and rows of one statement that reads; raises BadQuery."""
    import sqlite3
    from time import monotonic

    until = monotonic() + SECONDS
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    db.set_authorizer(_allowed)
    db.set_progress_handler(lambda: monotonic() > until, 100_000)
    try:
        cursor = db.execute(sql)
        rows = [tuple(row) for row in cursor.fetchmany(MOST_ROWS + 1)]
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        raise BadQuery(_refusal(error)) from None
    finally:
        db.set_progress_handler(None, 0)
        db.set_authorizer(None)
    if cursor.description is None:
        raise BadQuery("it returns no rows; only statements that read are taken")
    if len(rows) > MOST_ROWS:
        raise BadQuery(f"it has more than {MOST_ROWS:,} rows: limit it")
    return [column[0] for column in cursor.description], rows


def _allowed(action: int, first: str | None, *_: str | None) -> int:
    """Whether a step may be taken: a connection that only reads still lets ATTACH and VACUUM INTO make files."""
    import sqlite3

    outside = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    setting = action == sqlite3.SQLITE_PRAGMA and first not in _READING_PRAGMAS
    return sqlite3.SQLITE_DENY if outside or setting else sqlite3.SQLITE_OK


def _refusal(error: Exception) -> str:
    """What SQLite refused, in words for whoever asked."""
    match getattr(error, "sqlite_errorname", None):
        case "SQLITE_AUTH" | "SQLITE_READONLY":
            return "only statements that read are taken"
        case "SQLITE_INTERRUPT":
            return f"it was not done after {SECONDS:g} seconds"
        case _:
            return str(error)


def known_on(db: sqlite3.Connection, case: str, known: str | None) -> list[str]:
    """The events by which a case is known until a day, EDTF as ``status`` gives it: developments, and checks."""
    sql = """
    SELECT d.ref FROM developments d JOIN known k ON k.development = d.ref
    WHERE d.case_name = :case AND (
      d.in_timeline AND k.known = :known
      OR d.type = 'case.checked' AND d.status <> 'retracted'
         AND coalesce(d.date, substr(d.recorded_time, 1, 10)) = :known
    ) ORDER BY d.position
    """
    return [found for (found,) in db.execute(sql, {"case": case, "known": known})]
