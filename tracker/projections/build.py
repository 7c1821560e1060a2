"""Making the projection and keeping it up to date: one comparison of stamps, then only the logs that changed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import msgspec

from tracker.envelope import START
from tracker.errors import ProjectionFault, ProjectionLocked, ProjectionNewer
from tracker.logs import durable
from tracker.names import REGISTERS
from tracker.progress import Progress, unseen
from tracker.projections.schema import OF_A_CASE, OF_PARTIES, OF_SOURCES, SCHEMA_VERSION, TABLES
from tracker.projections.stubs import Named, complete_stubs
from tracker.projections.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from tracker.envelope import Event
    from tracker.logs.port import EventLog
    from tracker.projections.rows import Row

LOCK_SECONDS = 5.0
PAGE = 16_384
"""Bytes of a page of the database: fewer, larger ones are written faster."""
MAKERS = ("case", "state", "obligations", "duties", "amendments", "checks", "registers", "dates")
"""The modules, beside the packages of the vocabulary and this one, whose code decides what the rows are."""
ATTEMPTS = 5
"""How often to start again when the logs move on, or the projection is exchanged, while it is opened."""


@cache
def fingerprint() -> str:
    """A hash of the code that makes the rows, so that other code makes them anew."""
    package = Path(__file__).parent.parent
    made_by = [package / f"{name}.py" for name in MAKERS]
    for folder in ("eventtypes", "kinds", "projections"):
        made_by += sorted((package / folder).glob("*.py"))
    digest = sha256()
    for path in made_by:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def open_projection(log: EventLog, path: Path, *, progress: Progress = unseen) -> sqlite3.Connection:
    """A connection that only reads, to the projection at ``path`` brought up to date with ``log``.

    Where nothing may be written beside the log, the projection is made in memory instead.

    Raises:
        ProjectionNewer, ProjectionLocked, ProjectionFault; BrokenLine and LogRefused of the log.
    """
    with _sqlite_faults(path):
        for _ in range(ATTEMPTS):
            stamps = log.stamps()
            if not _usable(path) or not _bring_up_to_date(log, path, stamps):
                if not _may_write(path):
                    return project(log)
                rebuild(log, path, progress=progress)
            db = _connect(path)
            if _seen(db) == stamps:
                return db
            db.close()  # in between, somebody logged, or another process put an older projection in its place
        return _connect(path)


def open_partly(log: EventLog, path: Path, *logs: str, progress: Progress = unseen) -> sqlite3.Connection:
    """As ``open_projection``, but only these logs are sure to be up to date; what it says of others it said once."""
    with _sqlite_faults(path):
        stamps = log.stamps(*logs) if logs else {}
        if _usable(path) and _bring_up_to_date(log, path, stamps, among=logs):
            return _connect(path)
    return open_projection(log, path, progress=progress)


def rebuild(log: EventLog, path: Path, *, progress: Progress = unseen) -> None:
    """Make the projection anew in a file of its own and put it in the place of the old one.

    Raises as ``open_projection``; the old projection stays when it fails, if it was one.
    """
    fresh = durable.draft_of(path)
    with _sqlite_faults(path):
        try:
            durable.sweep_drafts(path)
            _fill(log.stamps(), _reader(log), fresh, progress)
            with fresh.open("rb") as written:
                os.fsync(written.fileno())
            with _held(path):
                fresh.replace(path)
                _remove_beside(path)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep others from updating the old projection while it is exchanged.

    SQLite takes a journal for that of the file beside it. Whoever was killed between exchanging the file and removing
    an old journal would have it rolled back into the new file; so what an interrupted update left is rolled back first,
    which SQLite does before it gives the lock.
    """
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as old:
        try:
            old.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if _is_locked(error):
                raise
            path.unlink()  # no projection, or a damaged one; what lies beside it must not outlive it
            _remove_beside(path)
        yield


def _remove_beside(path: Path) -> None:
    """Remove the files that SQLite makes beside a database."""
    for ending in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def unlike(log: EventLog, path: Path) -> list[str] | None:
    """The tables and views of the projection that are not those that the logs give; None when it is not up to date.

    What only says when a log was read is left out, and so is the full-text index, which is made of ``search_texts``.

    Raises:
        ProjectionNewer, ProjectionLocked, ProjectionFault; BrokenLine and LogRefused of the log.
    """
    with _sqlite_faults(path):
        if not _usable(path):
            return None
        with closing(_connect(path)) as ours:
            if _seen(ours) != log.stamps():
                return None
            with closing(project(log)) as true:
                expected, found = _contents(true), _contents(ours)
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _contents(db: sqlite3.Connection) -> dict[str, tuple[str, Counter[tuple[Any, ...]]]]:
    """How each table and view is made, and what each table holds; views hold what their tables give."""
    made = "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'search_texts_fts*'"
    found = {}
    for name, sort, sql in db.execute(made).fetchall():
        rows: Counter[tuple[Any, ...]] = Counter()
        if sort == "table":
            listed = "log, position, xhash, told_position, told_xhash, told_time" if name == "heads" else "*"
            quoted = name.replace('"', '""')  # somebody may have added a table of any name
            rows.update(tuple(row) for row in db.execute(f'SELECT {listed} FROM "{quoted}"'))  # noqa: S608
        found[name] = (sql, rows)
    return found


def project_events(logs: Mapping[str, Sequence[Event]]) -> sqlite3.Connection:
    """The projection of events that were read already, in memory."""
    connection = sqlite3.connect(":memory:")
    _fill(dict.fromkeys(logs, ""), lambda name: logs[name], connection, unseen)
    return _only_read(connection)


def _reader(log: EventLog) -> Callable[[str], Sequence[Event]]:
    """Reads the events of a log by its name, hash and chain checked."""
    from tracker.logs.replay import replay

    return lambda name: list(replay(log, name))


def _fill(
    stamps: Mapping[str, str],
    read: Callable[[str], Sequence[Event]],
    where: Path | sqlite3.Connection,
    progress: Progress,
) -> None:
    from sqlite_utils import Database

    db = Database(where)
    try:
        if isinstance(where, Path):
            # Nobody sees the file before it is whole and on the disk, so SQLite need not keep it whole meanwhile.
            for setting in ("journal_mode = OFF", "synchronous = OFF", f"page_size = {PAGE}"):
                db.conn.execute(f"PRAGMA {setting}")
        with db.atomic():
            _create(db)
            for name in progress(_in_dependence(stamps), len(stamps)):
                _insert(db.conn, _rows(read(name), name, stamps[name]))
            complete_stubs(db.conn)
            _index(db)  # all at once costs less than row by row
        db.conn.execute("PRAGMA optimize")
    finally:
        if isinstance(where, Path):
            db.close()


def _seen(db: sqlite3.Connection, among: Sequence[str] | None = None) -> dict[str, str]:
    """The stamps that the logs, or some of them, had when they were projected."""
    if among is None:
        return dict(db.execute("SELECT log, stamp FROM heads").fetchall())
    sql = "SELECT log, stamp FROM heads WHERE log IN (SELECT value FROM json_each(?))"
    return dict(db.execute(sql, [json.dumps(among)]).fetchall())


def _bring_up_to_date(
    log: EventLog, path: Path, stamps: Mapping[str, str], *, among: Sequence[str] | None = None
) -> bool:
    """Whether the projection is as new as ``stamps`` now; not when it may not be written, or is damaged.

    ``among`` are the logs to look at, if not all.
    """
    try:
        with closing(_connect(path)) as known:
            seen = _seen(known, among)
        changed = {name for name in seen.keys() | stamps.keys() if seen.get(name) != stamps.get(name)}
        if changed and not _may_write(path):
            return False
        if changed:
            _update(log, path, changed, stamps)
    except sqlite3.DatabaseError as error:
        if _is_locked(error):
            raise
        return False
    return True


def _update(log: EventLog, path: Path, changed: set[str], stamps: Mapping[str, str]) -> None:
    """Replace the rows of the logs that changed, all of them in one transaction."""
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            named = Named()
            for name in _in_dependence(changed):
                named.add(connection, name)  # what was named, and perhaps is not any more
                _delete(connection, name)
                if name in stamps:
                    _insert(connection, _rows(_reader(log)(name), name, stamps[name]))
                named.add(connection, name)
            named.complete_stubs(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def project(log: EventLog) -> sqlite3.Connection:
    """The projection of a log in memory."""
    connection = sqlite3.connect(":memory:")
    _fill(log.stamps(), _reader(log), connection, unseen)
    return _only_read(connection)


def _only_read(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA query_only = 1")
    return _dressed(connection)


def _create(db: Database) -> None:
    for table in TABLES:
        db.table(table.name).create(
            {column.name: column.type for column in table.columns},
            pk=table.key if len(table.key) > 1 else table.key[0],
            foreign_keys=[
                (column.name, column.refers_to, _key_of(column.refers_to))
                for column in table.columns
                if column.refers_to
            ],
        )
    for name, (_, sql) in VIEWS.items():
        db.create_view(name, sql)
    db.table("about").insert({"name": "fingerprint", "value": fingerprint()})
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _index(db: Database) -> None:
    from tracker.projections.words import TOKENIZER

    for table in TABLES:
        for columns in table.indexes:
            db.table(table.name).create_index(columns)
    db.table("search_texts").enable_fts(["words"], tokenize=TOKENIZER, create_triggers=True)


def _key_of(name: str) -> str:
    return next(table.key[0] for table in TABLES if table.name == name)


def _in_dependence(names: Iterable[str]) -> list[str]:
    """Registers first: what cases refer to is there when they come."""
    return sorted(names, key=lambda name: (name not in REGISTERS, name))


def _rows(events: Sequence[Event], name: str, stamp: str) -> Iterator[Row]:
    """All rows of one log, and how far it had come."""
    from tracker.case import fold
    from tracker.projections import rows
    from tracker.registers import fold_parties, fold_sources

    head = events[-1].head if events else START
    if name in REGISTERS:
        yield from rows.rows_of_lines(name, events)
    if name == "sources":
        yield from rows.rows_of_sources(fold_sources(events))
    elif name == "parties":
        yield from rows.rows_of_parties(fold_parties(events))
    else:
        yield from rows.rows_of_case(fold(name.removeprefix("cases/"), events))
    told = _last_told(events)
    yield (
        "heads",
        {
            "log": name,
            "position": head.position,
            "xhash": head.xhash,
            "told_position": told.position if told else 0,
            "told_xhash": told.xhash if told else START.xhash,
            "told_time": told.recordedtime if told else None,
            "stamp": stamp,
        },
    )


def _last_told(events: Sequence[Event]) -> Event | None:
    """The last event that can change a document: not the issue of one, nor what amends that.

    So two people can be given the same document, one after the other.
    """
    from tracker.eventtypes.documents import DocumentIssued

    issues = {event.id for event in events if event.type == DocumentIssued.type}
    telling = (event for event in reversed(events) if event.id not in issues)
    return next((event for event in telling if not (issues and _target(event) in issues)), None)


def _target(event: Event) -> str | None:
    """The id of the event that an amendment is about."""
    of = msgspec.json.decode(event.data).get("of")
    return of if isinstance(of, str) else None


def _insert(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table, row in rows:
        by_table[table].append(row)
    for table, several in by_table.items():
        sql, values = _statement(table)
        connection.executemany(sql, map(values, several))


@cache
def _statement(name: str) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """The statement that inserts a row into a table, and what takes its values from the row."""
    [columns] = ([column.name for column in table.columns] for table in TABLES if table.name == name)
    places = ", ".join("?" * len(columns))
    names = ", ".join(f"[{column}]" for column in columns)
    return f"INSERT INTO [{name}] ({names}) VALUES ({places})", itemgetter(*columns)  # noqa: S608 (all from schema.py)


def _delete(connection: sqlite3.Connection, name: str) -> None:
    """Delete the rows of one log."""
    of_log = {"sources": OF_SOURCES, "parties": OF_PARTIES}.get(name, OF_A_CASE)
    values = {"case": name.removeprefix("cases/"), "log": name}
    for table, condition in (*of_log, ("heads", "log = :log")):
        connection.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608 (both from schema.py)


def _usable(path: Path) -> bool:
    """Whether the file is a projection that this code made; a newer one is refused, any other is made anew."""
    if not path.exists():
        return False
    try:
        # Not read-only: what an interrupted update left has to be rolled back first.
        with closing(_connect(path, "rw")) as known:
            version = known.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise ProjectionNewer(path, version, SCHEMA_VERSION)
            if path.stat().st_size % known.execute("PRAGMA page_size").fetchone()[0]:
                return False  # cut off within a page, which SQLite does not mind
            row = known.execute("SELECT value FROM about WHERE name = 'fingerprint'").fetchone()
            return row is not None and row[0] == fingerprint()
    except sqlite3.DatabaseError as error:
        if _is_locked(error):
            raise
        return False


def _may_write(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _connect(path: Path, mode: str = "ro") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return _dressed(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS, factory=_Patient))


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


def _dressed(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _sqlite_faults(path: Path) -> Iterator[None]:
    """Say in a sentence what SQLite or the disk refused."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if _is_locked(error):
            raise ProjectionLocked(path) from None
        raise ProjectionFault(path, str(error)) from None


def _is_locked(error: Exception) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
