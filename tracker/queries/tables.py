"""Rows of any table, the names of parties, and pinpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tracker.names import REGISTERS, case_log

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

V = TypeVar("V")


class Citation(NamedTuple):
    """A place in a source."""

    source: str
    locator: str | None
    does: str


class _Citations(Mapping[str, list[Citation]]):
    """Looks the citations of an event up when they are asked for, and keeps them: few of a store's are ever shown.

    Of the ``cases``, of which most will be asked for, all are read with the first.
    """

    def __init__(self, db: sqlite3.Connection, cases: Iterable[str] = ()) -> None:
        self._db = db
        self._found: dict[str, list[Citation]] = {}
        self._unread = set(cases)

    def __getitem__(self, ref: str) -> list[Citation]:
        if self._unread and (case := ref.rpartition("#")[0]) in self._unread:
            self._unread.remove(case)
            self._read(case)
        if ref not in self._found:
            self._found[ref] = self._look_up(ref)
        if not self._found[ref]:
            raise KeyError(ref)
        return self._found[ref]

    def __iter__(self) -> Iterator[str]:
        return (ref for (ref,) in self._db.execute(f"SELECT DISTINCT {_REF} FROM citations ORDER BY log, position"))  # noqa: S608

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _read(self, case: str) -> None:
        events = "SELECT ref FROM developments WHERE case_name = ?"
        self._found |= {ref: [] for (ref,) in self._db.execute(events, [case])}
        sql = "SELECT development, source, locator, does FROM citations WHERE log = ? ORDER BY position, number"
        for ref, *told in self._db.execute(sql, [case_log(case)]):
            self._found.setdefault(ref, []).append(Citation(*told))

    def _look_up(self, ref: str) -> list[Citation]:
        sql = "SELECT source, locator, does FROM citations WHERE development = ? ORDER BY number"
        found = [Citation(*row) for row in self._db.execute(sql, [ref])]
        log, _, position = ref.rpartition("#")
        if log in REGISTERS:
            sql = "SELECT source, locator, does FROM citations WHERE log = ? AND position = ? ORDER BY number"
            found += [Citation(*row) for row in self._db.execute(sql, [log, position])]
        return found


_REF = "coalesce(development, log || '#' || position)"


class _Pinpoints(Mapping[str, str]):
    """The same as texts."""

    def __init__(self, db: sqlite3.Connection, cases: Iterable[str] = ()) -> None:
        self._citations = _Citations(db, cases)

    def __getitem__(self, ref: str) -> str:
        return pinpoint(self._citations[ref])

    def __iter__(self) -> Iterator[str]:
        return iter(self._citations)

    def __len__(self) -> int:
        return len(self._citations)


def citations(db: sqlite3.Connection, cases: Iterable[str] = ()) -> Mapping[str, list[Citation]]:
    """The citations of every event that has some, by its ref; name the ``cases`` of which most will be asked for."""
    return _Citations(db, cases)


def pinpoints(db: sqlite3.Connection, cases: Iterable[str] = ()) -> Mapping[str, str]:
    """The pinpoints of every event that has some in one text, by its ref; ``cases`` as for ``citations``."""
    return _Pinpoints(db, cases)


def within(column: str, cases: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that a column holds one of some names, or any when there are none, and its values."""
    return (f"{column} IN ({', '.join('?' * len(cases))})", list(cases)) if cases else ("1", [])


def pinpoint(found: Iterable[Citation], names: dict[str, str] | None = None) -> str:
    """Citations as a reader expects them: ``leida ¶7, 13; contradicted by ¶8``; ``names`` shortens the sources."""
    texts: list[str] = []
    said: str | None = None
    by_source: dict[str, dict[str, list[str]]] = {"supports": {}, "contradicts": {}}
    for source, locator, does in found:
        by_source.get(does, {}).setdefault(source, []).extend([locator] if locator else [])
    for does, sources in by_source.items():
        for source, locators in sources.items():
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


class Kept(Mapping[str, V]):
    """Looks up what is asked for, and keeps it: few of a store's are ever shown. ``every`` is SQL for all keys."""

    def __init__(self, db: sqlite3.Connection, look_up: Callable[[str], V | None], every: str) -> None:
        self._db, self._look_up, self._every = db, look_up, every
        self._found: dict[str, V | None] = {}

    def __getitem__(self, key: str) -> V:
        if key not in self._found:
            self._found[key] = self._look_up(key)
        found = self._found[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._db.execute(self._every))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def party_names(db: sqlite3.Connection) -> Mapping[str, str]:
    """The name of every party by its id."""

    def look_up(party: str) -> str | None:
        row = db.execute("SELECT coalesce(name, id) FROM parties WHERE id = ?", [party]).fetchone()
        return row[0] if row else None

    return Kept(db, look_up, "SELECT id FROM parties")


_PARTY = re.compile(r"\[\[([a-z0-9-]{1,63})\]\]")


def named(text: str, names: Mapping[str, str]) -> str:
    """A development's text with the parties' names in the place of ``[[their ids]]``."""
    return _PARTY.sub(lambda match: names.get(match[1], match[1]), text)


def rows(db: sqlite3.Connection, table: str, *order: str, **equal: object) -> list[sqlite3.Row]:
    """The rows of a table or view whose columns hold what is given, in an order; names come from this program only."""
    condition = " AND ".join(f"{name} = :{name}" for name in equal) or "1"
    sql = f"SELECT * FROM {table} WHERE {condition} ORDER BY {', '.join(order or ('rowid',))}"  # noqa: S608
    return db.execute(sql, equal).fetchall()


def rows_of(db: sqlite3.Connection, table: str, column: str, names: Sequence[str], *order: str) -> list[sqlite3.Row]:
    """The rows of a table whose column holds one of some names, as ``rows``."""
    condition, values = within(column, names)
    sql = f"SELECT * FROM {table} WHERE {condition} ORDER BY {', '.join(order or ('rowid',))}"  # noqa: S608
    return db.execute(sql, values).fetchall() if names else []


def row(db: sqlite3.Connection, table: str, **equal: object) -> sqlite3.Row | None:
    """The one row whose key is given, if there is one."""
    return next(iter(rows(db, table, **equal)), None)
