"""Writing the rows of many logs into a new projection: by this process, or with parts that others fill beside it.

SQLite lets one process write a database. So each other process fills a database of its own, a part, with the same
tables; joining a part takes a tenth of the time it took to find its rows and to write them.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

from tracker import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Write = Callable[[sqlite3.Connection, str], None]
    """Writes the rows of the log of that name."""

PAGE = 16_384
"""Bytes of a page of the database: fewer, larger ones are written faster."""


def new_database(path: Path) -> sqlite3.Connection:
    """A database that nobody sees before it is whole, so that SQLite need not keep it so meanwhile."""
    connection = sqlite3.connect(path)
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"page_size = {PAGE}"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def load(
    connection: sqlite3.Connection, names: Sequence[str], write: Write, *, beside: Path | None, processes: int
) -> Iterator[None]:
    """Write the rows of each log, in this order, and commit them; gives None after each. Raises what ``write`` raises.

    Other processes help, where there are to be several, after ``workers.ALONE_SECONDS``; their parts lie beside the
    file ``beside``, which the connection is to.
    """
    begun = monotonic()
    for number, name in enumerate(names):
        if beside and workers.should_share(processes, begun):
            yield from _load_shared(connection, names[number:], write, beside, processes)
            break
        write(connection, name)
        yield
    connection.commit()


def _load_shared(
    connection: sqlite3.Connection, names: Sequence[str], write: Write, beside: Path, processes: int
) -> Iterator[None]:
    """As ``load``. What no other process did is done here, so that whatever is wrong is raised here too."""
    portions = workers.portions(names, processes)
    parts = [beside.with_name(f"{beside.name}.{number}") for number in range(len(portions))]
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    # Without keys: nothing is looked up in a part, and the whole sees to them when it takes the rows.
    bare = [f"CREATE TABLE [{table}] ({', '.join(_columns(connection, table))})" for table in tables]

    joins = os.getpid()

    def fill(number: int) -> bool:
        with closing(new_database(parts[number])) as part:
            for sql in bare:
                part.execute(sql)
            for name in portions[number]:
                write(part, name)
            part.commit()
        if os.getppid() != joins:  # killed meanwhile: nobody will join it
            parts[number].unlink(missing_ok=True)
        return True

    try:
        with closing(workers.share(len(portions), fill, processes)) as shared:
            for portion, part, is_done in zip(portions, parts, shared, strict=True):
                if is_done:
                    _join(connection, part, tables)
                else:
                    for name in portion:
                        write(connection, name)
                part.unlink(missing_ok=True)
                yield from [None] * len(portion)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [f"[{name}]" for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", [table])]


def _join(connection: sqlite3.Connection, part: Path, tables: Sequence[str]) -> None:
    """Put the rows of a part after those that are there."""
    connection.commit()
    connection.execute("ATTACH ? AS part", [str(part)])
    for table in tables:
        connection.execute(f"INSERT INTO main.[{table}] SELECT * FROM part.[{table}]")  # noqa: S608 (from schema.py)
    connection.commit()
    connection.execute("DETACH part")
