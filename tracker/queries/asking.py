"""SQL that somebody writes: it is answered when it only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracker.errors import BadQuery

if TYPE_CHECKING:
    import sqlite3


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
