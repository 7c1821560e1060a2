"""Where cases stand, what they are called, and what looks wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import UnknownName
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
WITH asked AS (SELECT name FROM cases WHERE {condition}), past AS (
  SELECT *, row_number() OVER (
    PARTITION BY case_name
    ORDER BY date IS NULL, earliest DESC, latest DESC, coalesce(time, '') DESC, position DESC) AS nth
  FROM developments JOIN (SELECT development, known_day FROM known) ON development = ref
  -- what lay ahead when it was told, such as a target, has not happened
  WHERE case_name IN asked AND in_timeline AND status <> 'retracted'
    AND (date IS NULL OR earliest <= :today AND earliest <= known_day)
), ahead AS (
  SELECT case_name, 'hearing' || coalesce(' (' || purpose || ')', '') AS what, day AS date, earliest, development
    FROM hearings WHERE case_name IN asked AND status = 'set' AND latest >= :today
  UNION ALL
  SELECT case_name, 'due: ' || coalesce(amount || ' ' || currency, act, 'order'), due, earliest, development
    FROM orders WHERE case_name IN asked AND due IS NOT NULL AND latest >= :today
  UNION ALL
  -- what is overdue stays next until somebody logs what became of it
  SELECT case_name, CASE WHEN latest < :today THEN 'overdue: ' ELSE 'deadline ' END || name
                    || CASE WHEN stale THEN ' (stale)' ELSE '' END, due, earliest, id
    FROM deadlines WHERE case_name IN asked AND status = 'open'
  UNION ALL
  SELECT case_name, label, date, earliest, ref
    FROM developments
    WHERE case_name IN asked AND in_timeline AND status <> 'retracted' AND earliest > :today
      AND type NOT LIKE 'hearing.%'
  UNION ALL
  SELECT case_name, 'deadline ' || name || ' waits', NULL, '9998', id
    FROM deadlines WHERE case_name IN asked AND status = 'waiting'
  UNION ALL
  SELECT case_name, coalesce(amount || ' ' || currency, act, 'order') || ' ' || due_terms, NULL, '9999',
         development
    FROM orders WHERE case_name IN asked AND due IS NULL AND due_terms IS NOT NULL AND development NOT IN (
      SELECT concerns FROM deadlines WHERE concerns IS NOT NULL)
), coming AS (
  SELECT *, row_number() OVER (PARTITION BY case_name ORDER BY earliest, development) AS nth FROM ahead
), reached AS (
  -- the newest publication, or the day on which somebody looked and found nothing new
  SELECT case_name, known, row_number() OVER (PARTITION BY case_name ORDER BY known_day DESC, known DESC) AS nth,
         known_day
  FROM (SELECT k.case_name, k.known, k.known_day FROM known k
        JOIN developments d ON d.ref = k.development AND d.in_timeline AND d.status <> 'retracted'
        WHERE k.case_name IN asked
        UNION ALL
        SELECT case_name, coalesce(date, substr(recorded_time, 1, 10)), coalesce(earliest, substr(recorded_time, 1, 10))
        FROM developments WHERE case_name IN asked AND type = 'case.checked' AND status <> 'retracted')
), faults AS (SELECT log, count(*) AS number FROM all_problems WHERE log IN asked GROUP BY log)
SELECT name, k.kind_label, k.title, k.stage, k.stage_since,
       p.label || CASE WHEN EXISTS (SELECT 1 FROM privileges v WHERE v.target = p.ref AND v.waived_by IS NULL)
                       THEN ' [privileged]' ELSE '' END,
       p.date, p.ref, c.what, c.date, c.development,
       coalesce(f.number, 0),
       (SELECT count(*) FROM disputes d WHERE d.log = 'cases/' || k.name AND d.status = 'open'),
       r.known, r.known_day,
       (SELECT count(*) FROM developments d
        WHERE d.case_name = k.name AND d.in_timeline AND d.status <> 'retracted')
FROM cases k JOIN asked USING (name)
LEFT JOIN past p ON p.case_name = k.name AND p.nth = 1
LEFT JOIN coming c ON c.case_name = k.name AND c.nth = 1
LEFT JOIN reached r ON r.case_name = k.name AND r.nth = 1
LEFT JOIN faults f ON f.log = k.name
ORDER BY name
"""


def status(db: sqlite3.Connection, cases: Sequence[str], *, today: str) -> list[CaseStatus]:
    """Where cases stand, all of them when none is named; ``today`` (YYYY-MM-DD) divides last from next."""
    import json

    condition = "name IN (SELECT value FROM json_each(:cases))" if cases else "1"
    rows = db.execute(_STATUS.format(condition=condition), {"today": today, "cases": json.dumps(list(cases))})
    return [CaseStatus(*row) for row in rows]


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
