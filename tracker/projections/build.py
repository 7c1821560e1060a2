"""Making the projection and keeping it up to date: one comparison of stamps, then only the logs that changed."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, deque
from contextlib import closing, contextmanager, suppress
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracker.envelope import START
from tracker.errors import ProjectionNewer
from tracker.logs import durable
from tracker.names import REGISTERS
from tracker.progress import Progress, unseen
from tracker.projections.loading import load, new_database
from tracker.projections.makers import fingerprint, glance
from tracker.projections.opening import (
    LOCK_SECONDS,
    SCHEMA_VERSION,
    connect,
    dressed,
    is_locked,
    is_whole,
    seen,
    sqlite_faults,
)
from tracker.projections.schema import EVENT_IN, OF_A_CASE, OF_PARTIES, OF_SOURCES, TABLES
from tracker.projections.stubs import Named, all_named, complete_stubs
from tracker.projections.views import VIEWS
from tracker.workers import processors, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from tracker.envelope import Event
    from tracker.logs.port import EventLog
    from tracker.projections.rows import Row

PIECES = 64
"""How many pieces of the full text, of a level, are put together at once, in place of 16: that waits for the largest of
them too, and whoever logs should not have to. Usually SQLite does it bit by bit before (https://sqlite.org/fts5.html,
6.1 and 6.3)."""
FEW = 50
"""Logs that are always brought up to date one by one."""
ATTEMPTS = 5
"""How often to start again when the logs move on, or the projection is exchanged, while it is opened."""


def open_projection(
    log: EventLog, path: Path, *, stamps: Mapping[str, str] | None = None, progress: Progress = unseen
) -> sqlite3.Connection:
    """A connection that only reads, to the projection at ``path`` brought up to date with ``log``.

    Where nothing may be written beside the log, the projection is made in memory instead. ``stamps`` are those of the
    log, where the caller has just asked for them: of thousands of logs that takes longer than an update.

    Raises:
        ProjectionNewer, ProjectionLocked, ProjectionFault; BrokenLine and LogRefused of the log.
    """
    with sqlite_faults(path):
        for _ in range(ATTEMPTS):
            stamps = stamps or log.stamps()
            if not _usable(path) or not _bring_up_to_date(log, path, stamps):
                if not _may_write(path):
                    return project(log)
                rebuild(log, path, progress=progress)
            db = connect(path)
            if seen(db) == stamps:
                return db
            stamps = None
            db.close()  # in between, somebody logged, or another process put an older projection in its place
        return connect(path)


def open_partly(log: EventLog, path: Path, *logs: str, progress: Progress = unseen) -> sqlite3.Connection:
    """As ``open_projection``, but only these logs are sure to be up to date; what it says of others it said once."""
    with sqlite_faults(path):
        stamps = log.stamps(*logs) if logs else {}
        if _usable(path) and _bring_up_to_date(log, path, stamps, among=logs):
            return connect(path)
    return open_projection(log, path, progress=progress)


def rebuild(log: EventLog, path: Path, *, progress: Progress = unseen, processes: int | None = None) -> None:
    """Make the projection anew in a file of its own and put it in the place of the old one.

    Large stores are read by so many ``processes``, or as many as there are processors. Raises as ``open_projection``;
    the old projection stays when it fails, if it was one.
    """
    fresh = durable.draft_of(path)
    with sqlite_faults(path):
        try:
            durable.sweep_drafts(path)
            _fill(log.stamps(), _reader(log), fresh, progress, processes or processors())
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
            if is_locked(error):
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

    One log is looked at after another, so that memory does not grow with the store. What only says when a log or a
    program was looked at is left out, and so is the full-text index, which is made of ``search_texts``.

    Raises:
        ProjectionNewer, ProjectionLocked, ProjectionFault; BrokenLine and LogRefused of the log.
    """
    with sqlite_faults(path):
        if not _usable(path):
            return None
        with closing(connect(path)) as ours:
            ours.row_factory = None  # plain tuples, as rows are made
            stamps = log.stamps()
            if seen(ours) != stamps:
                return None
            found = _unlike_rows(log, path, ours, stamps) | _made_otherwise(ours)
            if found and (log.stamps() != stamps or seen(ours) != stamps):
                return None  # somebody logged meanwhile
            return sorted(found)


class _Seen(NamedTuple):
    """How the projection is to the rows that a log gives, by table.

    ``unlike`` are the tables that hold others, ``held`` is how many rows they hold. ``listed`` are the rows that the
    log gives of tables that also have rows of what is only named, which are of no log.
    """

    unlike: set[str]
    held: Counter[str]
    listed: dict[str, list[tuple[Any, ...]]]


def _unlike_rows(log: EventLog, path: Path, ours: sqlite3.Connection, stamps: Mapping[str, str]) -> set[str]:
    """The tables that do not hold the rows of each log, or hold any that are of none."""
    names, read = all_named(ours), _reader(log)

    def look(logs: Sequence[str]) -> list[_Seen]:
        with closing(connect(path)) as own:  # one connection must not be used by two processes
            own.row_factory = None
            return [_look(own, name, _rows(read(name), name, stamps[name]), names.keys()) for name in logs]

    found: set[str] = set()
    held: Counter[str] = Counter()
    listed: dict[str, list[tuple[Any, ...]]] = {table: [] for table in names}
    for each in spread(_in_dependence(stamps), look, processors()):
        found |= each.unlike
        held += each.held
        for table, several in each.listed.items():
            listed[table] += several
    for table, registered in listed.items():
        rows = ours.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 (from schema.py)
        held[table] = len(rows)
        only_named = names[table] - {row[0] for row in registered}
        stubs = [(each, *[None] * (len(rows[0]) - 1)) for each in only_named] if rows else []
        if not _are_alike(rows, [*registered, *stubs]) or (only_named and not rows):
            found.add(table)
    sizes = {table.name: ours.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in TABLES}  # noqa: S608
    return found | {table for table, size in sizes.items() if size != held[table] and table != "about"}


def _look(
    ours: sqlite3.Connection, log: str, made: Mapping[str, list[tuple[Any, ...]]], apart: Collection[str]
) -> _Seen:
    """Hold the rows of a log against those that were made of it, but for the tables that are looked at ``apart``."""
    found = _Seen(set(), Counter(), {table: made[table] for table in apart if table in made})
    for table, condition, values in _places(log):
        if table not in apart:
            rows = ours.execute(f"SELECT * FROM {table} WHERE {condition}", values).fetchall()  # noqa: S608 (both from schema.py)
            found.held[table] += len(rows)
            if not _are_alike(rows, made.get(table, [])):
                found.unlike.add(table)
    return found


def _are_alike(held: list[tuple[Any, ...]], made: list[tuple[Any, ...]]) -> bool:
    """Whether two lists have the same rows; mostly they are in the same order, which takes less to see."""
    return held == made or Counter(held) == Counter(made)


def _made_otherwise(ours: sqlite3.Connection) -> set[str]:
    """The tables and views that are not made as this program makes them, or by another program."""
    from sqlite_utils import Database

    made = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'search_texts_fts*'"
    with closing(sqlite3.connect(":memory:")) as blank:
        _create(Database(blank))
        _index(Database(blank))
        wanted, held = (dict(map(tuple, db.execute(made).fetchall())) for db in (blank, ours))
    otherwise = {name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name)}
    by = ours.execute("SELECT value FROM about WHERE name = 'fingerprint'").fetchall()
    if [value for (value,) in by] != [fingerprint()]:
        otherwise.add("about")
    return {name for name in otherwise if not name.startswith("sqlite_")}


def project_events(logs: Mapping[str, Sequence[Event]]) -> sqlite3.Connection:
    """The projection of events that were read already, in memory."""
    connection = sqlite3.connect(":memory:")
    _fill(dict.fromkeys(logs, ""), lambda name: logs[name], connection)
    return _only_read(connection)


def _reader(log: EventLog) -> Callable[[str], Sequence[Event]]:
    """Reads the events of a log by its name, hash and chain checked."""
    from tracker.logs.replay import replay

    return lambda name: list(replay(log, name))


def _fill(
    stamps: Mapping[str, str],
    read: Callable[[str], Sequence[Event]],
    where: Path | sqlite3.Connection,
    progress: Progress = unseen,
    processes: int = 1,
) -> None:
    from sqlite_utils import Database

    db = Database(new_database(where) if isinstance(where, Path) else where)
    try:
        with db.atomic():
            _create(db)

        def write(connection: sqlite3.Connection, name: str) -> None:
            _insert(connection, _rows(read(name), name, stamps[name]))

        beside = where if isinstance(where, Path) else None
        loaded = load(db.conn, _in_dependence(stamps), write, beside=beside, processes=processes)
        deque(progress(loaded, len(stamps)), maxlen=0)
        with db.atomic():
            complete_stubs(db.conn)
            _index(db)  # all at once costs less than row by row
        db.conn.execute("PRAGMA optimize")
    finally:
        if isinstance(where, Path):
            db.close()


def _bring_up_to_date(
    log: EventLog, path: Path, stamps: Mapping[str, str], *, among: Sequence[str] | None = None
) -> bool:
    """Whether the projection is as new as ``stamps`` now; not when it may not be written, or is damaged.

    Nor when most logs changed, as in a copy of the store: making all anew takes less than taking rows out.
    ``among`` are the logs to look at, if not all.
    """
    try:
        with closing(connect(path)) as known:
            then = seen(known, among)
        changed = {name for name in then.keys() | stamps.keys() if then.get(name) != stamps.get(name)}
        if changed and (not _may_write(path) or (len(changed) > FEW and 2 * len(changed) > len(stamps))):
            return False
        if changed:
            _update(log, path, changed, stamps)
    except sqlite3.DatabaseError as error:
        if is_locked(error):
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
                rows = _rows(_reader(log)(name), name, stamps[name]) if name in stamps else {}
                _replace(connection, name, rows)
                named.add(connection, name)
            named.complete_stubs(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def project(log: EventLog) -> sqlite3.Connection:
    """The projection of a log in memory."""
    connection = sqlite3.connect(":memory:")
    _fill(log.stamps(), _reader(log), connection)
    return _only_read(connection)


def _only_read(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA query_only = 1")
    return dressed(connection)


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
    made_by = dict([("fingerprint", fingerprint()), glance()])
    db.table("about").insert_all({"name": name, "value": value} for name, value in made_by.items())
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _index(db: Database) -> None:
    from tracker.projections.words import TOKENIZER

    for table in TABLES:
        for columns in table.indexes:
            db.table(table.name).create_index(columns)
    db.table("search_texts").enable_fts(["words"], tokenize=TOKENIZER, create_triggers=True)
    db.execute("INSERT INTO search_texts_fts (search_texts_fts, rank) VALUES ('crisismerge', ?)", [PIECES])


def _key_of(name: str) -> str:
    return next(table.key[0] for table in TABLES if table.name == name)


def _in_dependence(names: Iterable[str]) -> list[str]:
    """Registers first: what cases refer to is there when they come."""
    return sorted(names, key=lambda name: (name not in REGISTERS, name))


def _rows(events: Sequence[Event], name: str, stamp: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of one log by table, and how far it had come."""
    from tracker.case import fold
    from tracker.projections import rows
    from tracker.registers import fold_parties, fold_sources

    found: dict[str, list[tuple[Any, ...]]] = {}
    if name in REGISTERS:
        _sort(rows.rows_of_lines(name, events), found)
    if name == "sources":
        _sort(rows.rows_of_sources(fold_sources(events)), found)
    elif name == "parties":
        _sort(rows.rows_of_parties(fold_parties(events)), found)
    else:
        case = fold(name.removeprefix("cases/"), events)
        found |= rows.rows_of_developments(case)._asdict()
        _sort(rows.rows_of_case(case), found)
    head, told = events[-1].head if events else START, _last_told(events)
    last = (told.position, told.xhash, told.recordedtime) if told else (0, START.xhash, None)
    found["heads"] = [(name, head.position, head.xhash, *last, stamp)]
    return found


def _sort(rows: Iterable[Row], into: dict[str, list[tuple[Any, ...]]]) -> None:
    """Put rows to the others of their tables, as whole rows."""
    for table, row in rows:
        into.setdefault(table, []).append(_statement(table)[1](row) if isinstance(row, dict) else row)


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


def _insert(connection: sqlite3.Connection, rows: Mapping[str, list[tuple[Any, ...]]]) -> None:
    for table, several in rows.items():
        connection.executemany(_statement(table)[0], several)


@cache
def _statement(name: str) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """The statement that inserts a row into a table, and what takes its values from the row."""
    [columns] = ([column.name for column in table.columns] for table in TABLES if table.name == name)
    places = ", ".join("?" * len(columns))
    names = ", ".join(f"[{column}]" for column in columns)
    return f"INSERT INTO [{name}] ({names}) VALUES ({places})", itemgetter(*columns)  # noqa: S608 (all from schema.py)


def _replace(connection: sqlite3.Connection, name: str, rows: Mapping[str, list[tuple[Any, ...]]]) -> None:
    """Put rows in the place of those of a log; what is there already stays: after one more event, nearly all of it.

    To take thousands of rows out of all indexes and the full text, and put them in again, takes several times as long
    as to read them, and now and then SQLite has to put the pieces of the full text together.
    """
    for table, condition, values in _places(name):
        made = rows.get(table, [])
        among = f"FROM {table} WHERE {condition}"
        found = connection.execute(f"SELECT rowid, * {among} ORDER BY rowid", values).fetchall()
        held = [row[1:] for row in found]
        if held == made:
            continue
        if table in EVENT_IN:
            at = EVENT_IN[table]
            were, are = _by_event(held, at), _by_event(made, at)
            gone = [(row[0],) for row in found if were[row[1 + at]] != are.get(row[1 + at])]
            connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", gone)  # noqa: S608
            made = [row for row in made if were.get(row[at]) != are[row[at]]]
        else:
            connection.execute(f"DELETE {among}", values)
        _insert(connection, {table: made})


def _by_event(rows: Iterable[tuple[Any, ...]], at: int) -> dict[object, list[tuple[Any, ...]]]:
    """Rows by the event they are of, which the column ``at`` names."""
    found: dict[object, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[at], []).append(row)
    return found


def _places(name: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Where the rows of a log stand: table, condition and its values."""
    values = {"case": name.removeprefix("cases/"), "log": name}
    for table, condition in {"sources": OF_SOURCES, "parties": OF_PARTIES}.get(name, OF_A_CASE):
        yield table, condition, values
    yield "heads", "log = :log", values


def _usable(path: Path) -> bool:
    """Whether the file is a projection that this code made; a newer one is refused, any other is made anew."""
    if not path.exists():
        return False
    try:
        # Not read-only: what an interrupted update left has to be rolled back first.
        with closing(connect(path, "rw")) as known:
            version = known.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise ProjectionNewer(path, version, SCHEMA_VERSION)
            if not is_whole(known, path):
                return False
            row = known.execute("SELECT value FROM about WHERE name = 'fingerprint'").fetchone()
            if row is None or row[0] != fingerprint():
                return False
            _note_glance(known)
            return True
    except sqlite3.DatabaseError as error:
        if is_locked(error):
            raise
        return False


def _note_glance(db: sqlite3.Connection) -> None:
    """Note how the files of this program look, when they look otherwise than before and say the same.

    Nothing is lost when that cannot be: the next command reads them once more.
    """
    name, told = glance()
    if db.execute("SELECT value FROM about WHERE name = ? AND value = ?", [name, told]).fetchone():
        return
    with suppress(sqlite3.OperationalError):
        db.execute("PRAGMA busy_timeout = 0")
        with db:
            db.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", [name, told])


def _may_write(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
