"""Rows without a position: for sources that are cited, and parties that are named, but stand in no register."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3


class _Stub(NamedTuple):
    """How a table gets its stubs: what names its rows in the whole store, in one log, and in its register's own log.

    ``is_used`` is whether anything names ``id``.
    """

    table: str
    named: str
    named_in: str
    listed: str
    is_used: str


_STUBS = (
    _Stub(
        "sources",
        named="SELECT source FROM citations",
        named_in="SELECT source FROM citations WHERE log = :log",
        listed="SELECT id FROM sources",
        is_used="EXISTS (SELECT 1 FROM citations WHERE source = id)",
    ),
    _Stub(
        "parties",
        named="SELECT party FROM mentions UNION SELECT party FROM relations UNION SELECT other FROM relations",
        named_in="SELECT party FROM developments JOIN mentions ON development = ref WHERE case_name = :case",
        listed="SELECT id FROM parties UNION SELECT party FROM relations UNION SELECT other FROM relations",
        is_used="""(EXISTS (SELECT 1 FROM mentions WHERE party = id)
                    OR EXISTS (SELECT 1 FROM relations WHERE party = id)
                    OR EXISTS (SELECT 1 FROM relations WHERE other = id))""",
    ),
)


def complete_stubs(db: sqlite3.Connection) -> None:
    """Give a row to whatever is cited or named and has none."""
    for stub in _STUBS:
        db.execute(f"INSERT OR IGNORE INTO {stub.table} (id) {stub.named}")


def all_named(db: sqlite3.Connection) -> dict[str, set[str]]:
    """What is cited or named in the whole store, by the table in which it has a row."""
    return {stub.table: {name for (name,) in db.execute(stub.named)} for stub in _STUBS}


class Named:
    """What some logs name or list: when these change, nothing else can become a stub, or be one no longer."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {stub.table: set() for stub in _STUBS}

    def add(self, db: sqlite3.Connection, log: str) -> None:
        """Add what the rows of a log name now, or list."""
        values = {"log": log, "case": log.removeprefix("cases/")}
        for stub in _STUBS:
            for sql in (stub.named_in, *([stub.listed] if log == stub.table else [])):
                self._names[stub.table].update(name for (name,) in db.execute(sql, values))

    def complete_stubs(self, db: sqlite3.Connection) -> None:
        """Give a row to those that are cited or named and have none, and take it from those that no longer are."""
        for table, *_, is_used in _STUBS:
            names = {"names": json.dumps(sorted(self._names[table]))}
            among = "SELECT value AS id FROM json_each(:names)"
            unused = f"id IN ({among}) AND position IS NULL AND NOT {is_used}"
            db.execute(f"DELETE FROM {table} WHERE {unused}", names)  # noqa: S608 (all from above)
            db.execute(f"INSERT OR IGNORE INTO {table} (id) SELECT id FROM ({among}) WHERE {is_used}", names)  # noqa: S608
