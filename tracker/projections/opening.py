"""Opening the projection when nothing changed: one comparison of stamps, and nothing of what makes rows is loaded."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from tracker.errors import ProjectionFault, ProjectionLocked
from tracker.projections.makers import glance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOCK_SECONDS = 5.0
SCHEMA_VERSION = 5
"""Kept in ``PRAGMA user_version``; a projection with a higher one was made by a newer tracker."""


def open_current(path: Path, stamps: Mapping[str, str]) -> sqlite3.Connection | None:
    """A connection that only reads, to the projection at ``path`` if this code made it of logs with these stamps.

    None for anything else, also for what only looks different: ``build.open_projection`` knows what to do.

    Raises:
        ProjectionLocked, ProjectionFault.
    """
    with sqlite_faults(path):
        if not path.exists() or os.path.lexists(f"{path}-journal"):
            return None  # what an interrupted update left has to be rolled back first, and not by who only reads
        try:
            db = connect(path)
            if is_whole(db, path) and _version(db) == SCHEMA_VERSION and _is_known(db) and seen(db) == stamps:
                return db
            db.close()
        except sqlite3.DatabaseError as error:
            if is_locked(error):
                raise
        return None


def is_whole(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the file ends with a page; SQLite does not mind one that was cut off within."""
    size: int = db.execute("PRAGMA page_size").fetchone()[0]
    return path.stat().st_size % size == 0


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _is_known(db: sqlite3.Connection) -> bool:
    """Whether the files of this program are those with which the projection was made, as far as a glance shows."""
    name, told = glance()
    row = db.execute("SELECT value FROM about WHERE name = ?", [name]).fetchone()
    return row is not None and row[0] == told


def seen(db: sqlite3.Connection, among: Sequence[str] | None = None) -> dict[str, str]:
    """The stamps that the logs, or some of them, had when they were projected."""
    sql = "SELECT log, stamp FROM heads"
    if among is not None:
        sql += f" WHERE log IN ({', '.join('?' * len(among))})"
    found = db.execute(sql, among or ())
    found.row_factory = None  # thousands of rows, of which nobody asks for a column by its name
    return dict(found.fetchall())


def connect(path: Path, mode: str = "ro") -> sqlite3.Connection:
    """Connect to a projection that is there."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return dressed(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS, factory=_Patient))


class _Patient(sqlite3.Connection):
    """A connection that outlives the exchange of its file.

    It goes on reading the old file. While another process updates the new one, SQLite takes the journal of that update
    for one of the old file, and cannot roll it back: after a moment the journal is gone.
    """

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As always, after waiting for such an update for as long as for a lock."""
        until = monotonic() + LOCK_SECONDS
        while True:
            try:
                return super().execute(sql, parameters)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK or monotonic() > until:
                    raise
            sleep(0.01)


def dressed(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection, with rows whose columns have names."""
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def sqlite_faults(path: Path) -> Iterator[None]:
    """Say in a sentence what SQLite or the disk refused."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if is_locked(error):
            raise ProjectionLocked(path) from None
        raise ProjectionFault(path, str(error)) from None


def is_locked(error: Exception) -> bool:
    """Whether another process holds the projection."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
