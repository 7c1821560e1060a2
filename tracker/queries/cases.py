"""Where cases stand, what they are called, and what looks wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import UnknownName
from tracker.names import REGISTERS
from tracker.queries.tables import within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence


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


class ProblemRow(NamedTuple):
    """Something doubtful."""

    log: str
    code: str
    ref: str
    message: str


_STATUS = """
WITH cited AS (
  -- each development by its first source; days have ten characters, so that several in one text sort as they do
  SELECT log, max(coalesce(substr(first, 1, 10) || substr(first, 21), logged || logged)) AS known,
         max(possible) AS possible, sum(faults) AS faults
  FROM (SELECT c.log, c.logged, max(coalesce(min(s.latest, c.logged), c.logged)) AS possible,
               min(CASE WHEN c.logged IS NOT NULL THEN s.earliest || s.latest || s.published END) AS first,
               sum((s.position IS NULL) + coalesce(c.last_paragraph > s.paragraphs, 0)
                   + coalesce(s.latest < c.supported_day AND s.published NOT GLOB '*[?~%]*', 0)) AS faults
        FROM citations c CROSS JOIN sources s ON s.id = c.source WHERE {of_log} GROUP BY c.log, c.position)
  GROUP BY log
), ahead AS (
  SELECT case_name, 'hearing' || coalesce(' (' || purpose || ')', '') AS what, day AS date, earliest, development
    FROM hearings WHERE {of_case} AND status = 'set' AND latest >= :today
  UNION ALL
  SELECT case_name, 'due: ' || coalesce(amount || ' ' || currency, act, 'order'), due, earliest, development
    FROM orders WHERE {of_case} AND due IS NOT NULL AND latest >= :today
  UNION ALL
  -- what is overdue stays next until somebody logs what became of it
  SELECT case_name, CASE WHEN latest < :today THEN 'overdue: ' ELSE 'deadline ' END || name
                    || CASE WHEN stale THEN ' (stale)' ELSE '' END, due, earliest, id
    FROM deadlines WHERE {of_case} AND status = 'open'
  UNION ALL
  SELECT case_name, label, date, earliest, ref
    FROM developments
    WHERE {of_case} AND in_timeline AND status <> 'retracted' AND earliest > :today AND type NOT LIKE 'hearing.%'
  UNION ALL
  SELECT case_name, 'deadline ' || name || ' waits', NULL, '9998', id
    FROM deadlines WHERE {of_case} AND status = 'waiting'
  UNION ALL
  SELECT case_name, coalesce(amount || ' ' || currency, act, 'order') || ' ' || due_terms, NULL, '9999', development
    FROM orders o WHERE {of_case} AND due IS NULL AND due_terms IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM deadlines d WHERE d.concerns = o.development)
), coming AS (
  SELECT *, row_number() OVER (PARTITION BY case_name ORDER BY earliest, development) AS nth FROM ahead
), standing AS (
  SELECT k.name, k.kind_label, k.title, k.stage, k.stage_since, t.begun, t.developments, t.disputes, c.faults,
         max(coalesce(t.known_day || t.known, ''), coalesce(c.known, '')) AS known,
         max(coalesce(t.possible, ''), coalesce(c.possible, '')) AS possible,
         -- what lay ahead when it was told, such as a target, has not happened
         coalesce(
           (SELECT ref FROM developments d
            WHERE d.case_name = k.name AND in_timeline AND status <> 'retracted' AND earliest <= :today
              AND earliest <= coalesce((SELECT min(s.earliest) FROM citations c JOIN sources s ON s.id = c.source
                                        WHERE c.development = d.ref), substr(d.recorded_time, 1, 10))
            ORDER BY earliest DESC, latest DESC, coalesce(time, '') DESC, position DESC LIMIT 1),
           (SELECT ref FROM developments d
            WHERE d.case_name = k.name AND in_timeline AND status <> 'retracted' AND earliest IS NULL
            ORDER BY coalesce(time, '') DESC, position DESC LIMIT 1)) AS last
  FROM cases k JOIN tallies t ON t.case_name = k.name LEFT JOIN cited c ON c.log = 'cases/' || k.name
  WHERE {condition}
)
SELECT k.name, k.kind_label, k.title, k.stage, k.stage_since,
       p.label || CASE WHEN EXISTS (SELECT 1 FROM privileges v WHERE v.target = p.ref AND v.waived_by IS NULL)
                       THEN ' [privileged]' ELSE '' END,
       p.date, p.ref, c.what, c.date, c.development,
       coalesce(k.faults, 0)
       + (SELECT count(*) FROM problems WHERE log = 'cases/' || k.name)
       + CASE WHEN EXISTS (SELECT 1 FROM parties WHERE position IS NULL)
              THEN (SELECT count(*) FROM mentions m CROSS JOIN parties y ON y.id = m.party
                    WHERE m.development > k.name || '#' AND m.development < k.name || '$' AND y.position IS NULL)
              ELSE 0 END
       + (SELECT count(*) FROM links l
          WHERE l.case_name = k.name AND NOT EXISTS (SELECT 1 FROM cases o WHERE o.name = l.other))
       + coalesce(k.stage <> 'closed' AND coalesce(nullif(k.possible, ''), k.begun)
                    <= date((SELECT day FROM newest), '-180 days'), 0),
       k.disputes, nullif(substr(k.known, 11), ''), nullif(substr(k.known, 1, 10), ''), k.developments
FROM standing k
LEFT JOIN developments p ON p.ref = k.last
LEFT JOIN coming c ON c.case_name = k.name AND c.nth = 1
ORDER BY k.name
"""
"""The problems are those that the view ``all_problems`` lists, counted in one look at what the cases cite."""


def status_sql(cases: Sequence[str], *, today: str) -> tuple[str, dict[str, str]]:
    """The statement that tells where cases stand, and its values."""
    places = ", ".join(f":case{number}" for number in range(len(cases)))
    sql = _STATUS.format(
        condition=f"k.name IN ({places})" if cases else "1",
        of_case=f"case_name IN ({places})" if cases else "1",
        of_log=f"c.log IN ({places.replace(':case', ':log')})" if cases else "c.log GLOB 'cases/*'",
    )
    values = {"today": today}
    for number, name in enumerate(cases):
        values |= {f"case{number}": name, f"log{number}": f"cases/{name}"}
    return sql, values


def status(db: sqlite3.Connection, cases: Sequence[str], *, today: str) -> list[CaseStatus]:
    """Where cases stand, all of them when none is named; ``today`` (YYYY-MM-DD) divides last from next."""
    sql, values = status_sql(cases, today=today)
    rows = [CaseStatus(*row) for row in db.execute(sql, values)]
    # As check has it: a case with the name of a register is asked for together with that.
    return [row._replace(problems=len(problems(db, [row.case]))) if row.case in REGISTERS else row for row in rows]


def case_names(db: sqlite3.Connection) -> list[str]:
    """The names of all cases, sorted."""
    return [row[0] for row in db.execute("SELECT name FROM cases ORDER BY name")]


def linked_cases(db: sqlite3.Connection, names: Sequence[str]) -> set[str]:
    """The cases that some cases are said to belong with, there or in their own logs, as far as they are followed."""
    (there, values), (here, same) = within("case_name", names), within("other", names)
    sql = f"""
    SELECT other FROM links WHERE {there} UNION SELECT case_name FROM links WHERE {here}
    INTERSECT SELECT name FROM cases
    """  # noqa: S608
    return {name for (name,) in db.execute(sql, values + same)}


def require_cases(db: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """The names, each once; raises UnknownName for one that is no case."""
    known = set(case_names(db))
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise UnknownName("case", name, known, "'tracker status' lists them, 'tracker open' starts one")
    return wanted


def problems(db: sqlite3.Connection, logs: Sequence[str] = ()) -> list[ProblemRow]:
    """Everything doubtful, in some logs or in all."""
    condition, values = within("log", logs)
    sql = f"SELECT * FROM all_problems WHERE {condition} ORDER BY log, position, code, message"  # noqa: S608
    return [
        ProblemRow(log, code, f"{log}#{position}" if position else log, message)
        for log, code, position, message in db.execute(sql, values)
    ]


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
