"""What a writer asks: which names there are, which ids a log has, and the events that others are about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from tracker.amendments import Logged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


class HeadRow(NamedTuple):
    """How far a log had come when it was projected."""

    position: int
    xhash: str


def projected(db: sqlite3.Connection, log: str) -> HeadRow | None:
    """How far the projection has a log; None when it has nothing of it."""
    row = db.execute("SELECT position, xhash FROM heads WHERE log = ?", [log]).fetchone()
    return HeadRow(*row) if row else None


def stamps(db: sqlite3.Connection, logs: Iterable[str]) -> dict[str, str]:
    """What the storage of these logs showed when they were projected."""
    sql = "SELECT log, stamp FROM heads WHERE log IN (SELECT value FROM json_each(?))"
    return dict(db.execute(sql, [json.dumps(sorted(logs))]).fetchall())


def is_registered(db: sqlite3.Connection, register: str, name: str) -> bool:
    """Whether a party or a source is in its register, ``parties`` or ``sources``."""
    sql = f"SELECT 1 FROM {register} WHERE id = ? AND position IS NOT NULL"  # noqa: S608 (one of two)
    return db.execute(sql, [name]).fetchone() is not None


def registered(db: sqlite3.Connection, register: str) -> list[str]:
    """All names in a register, sorted."""
    rows = db.execute(f"SELECT id FROM {register} WHERE position IS NOT NULL ORDER BY id")  # noqa: S608 (one of two)
    return [name for (name,) in rows]


def ids_among(db: sqlite3.Connection, log: str, ids: Iterable[str]) -> set[str]:
    """Those of these ids that events of a log have."""
    sql = (
        f"SELECT event_id FROM {_events_of(log)} WHERE event_id IN (SELECT value FROM json_each(:ids)) AND ref GLOB :of"  # noqa: S608
    )
    return {found for (found,) in db.execute(sql, _values(log, ids))}


def ids_of_deadlines(db: sqlite3.Connection, case: str) -> list[str]:
    """The ids of the events that set the deadlines of a case."""
    sql = "SELECT event_id FROM deadlines JOIN developments ON ref = id WHERE deadlines.case_name = ?"
    return [found for (found,) in db.execute(sql, [case])]


# Each event is found by its id; by the log, all of a case would be gone through.
_CONCERNED = """
WITH RECURSIVE near(id) AS (
  SELECT value FROM json_each(:ids)
  UNION
  SELECT e.event_id FROM near JOIN amendments a ON a.target_id = near.id JOIN {events} e ON e.ref = a.ref
  WHERE +a.log = :log
  UNION
  SELECT a.target_id FROM near JOIN {events} e ON e.event_id = near.id JOIN amendments a ON a.ref = e.ref
  WHERE +a.log = :log
)
SELECT position, event_id, type, form, recorded_time, data FROM near CROSS JOIN {events} ON event_id = near.id
WHERE ref GLOB :of ORDER BY position
"""


def concerned(db: sqlite3.Connection, log: str, ids: Iterable[str]) -> list[Logged]:
    """The events of a log with these ids, what amends them and what they amend, and so on; in the order of the log."""
    rows = db.execute(_CONCERNED.format(events=_events_of(log)), _values(log, ids))
    return [Logged(row[0], row[1], row[2], row[3], row[4], row[5].encode()) for row in rows]


def _events_of(log: str) -> str:
    """The table that has the events of a log."""
    return "developments" if log.startswith("cases/") else "register_lines"


def _values(log: str, ids: Iterable[str]) -> dict[str, str]:
    return {"log": log, "ids": json.dumps(sorted(ids)), "of": f"{log.removeprefix('cases/')}#*"}
