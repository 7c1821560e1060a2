"""Documents that were given to somebody, and whether they tell what the record tells now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence


class IssuedRow(NamedTuple):
    """A document that was given to somebody: ``issue`` is the name that --at and --redline take.

    ``issued`` is when (RFC 3339, UTC); ``state`` is current, outdated, or another record when the logs are not those
    that it was made from. ``events_since`` counts what was logged since in its cases, and in the registers of the
    parties and sources that they name; ``last`` is when the last of these was logged.
    """

    issue: str
    issued: str
    to: str
    by: str
    cases: tuple[str, ...]
    file: str
    format: str
    sha256: str
    options: tuple[str, ...]
    heads: tuple[str, ...]
    state: str
    events_since: int
    last: str | None
    refs: tuple[str, ...]


def next_issue(db: sqlite3.Connection) -> int:
    """The number of the next issue; that of one which was retracted is not given again."""
    sql = """
    SELECT coalesce(max(CAST(json_extract(data, '$.number') AS INTEGER)), 0) + 1 FROM developments
    WHERE type = 'document.issued'
    """
    return int(db.execute(sql).fetchone()[0])


def issued(db: sqlite3.Connection, cases: Sequence[str] = ()) -> list[IssuedRow]:
    """Every issue of a document, or those about some cases, in the order in which they were logged."""
    sql = """
    SELECT i.*, d.recorded_time, d.recorded_by FROM issued i JOIN developments d ON d.ref = i.ref
    ORDER BY d.recorded_time, i.number, i.ref
    """
    several: dict[tuple[int, str, str, str], list[sqlite3.Row]] = {}
    for row in db.execute(sql).fetchall():
        several.setdefault((row["number"], row["recipient"], row["sha256"], row["recorded_time"]), []).append(row)
    record = _Record(db)
    found = [_issue(record, rows) for rows in several.values()]
    return [row for row in found if not cases or set(cases) & set(row.cases)]


def _issue(record: _Record, rows: list[sqlite3.Row]) -> IssuedRow:
    """One issue, from the events in each of its cases."""
    first = rows[0]
    heads = tuple(first["heads"].splitlines())
    state, times = record.since(heads)
    return IssuedRow(
        issue=f"@{first['number']}",
        issued=first["recorded_time"],
        to=first["recipient"],
        by=first["recorded_by"],
        cases=tuple(row["case_name"] for row in rows),
        file=first["file"],
        format=first["format"],
        sha256=first["sha256"],
        options=tuple(first["options"].splitlines()),
        heads=heads,
        state=state,
        events_since=len(times),
        last=max(times, default=None),
        refs=tuple(row["ref"] for row in rows),
    )


class _Record:
    """What was logged when in each log, as far as it can change a document: not issues of documents nor time stamps."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.heads = {
            row["log"]: (row["told_position"], row["told_xhash"]) for row in db.execute("SELECT * FROM heads")
        }
        self.of_cases: dict[str, list[tuple[int, str]]] = {}
        sql = """
        SELECT case_name, position, recorded_time FROM developments
        WHERE type NOT IN ('document.issued', 'record.anchored') AND ref NOT IN (
            SELECT a.ref FROM amendments a JOIN developments d ON d.event_id = a.target_id
            WHERE d.type = 'document.issued')
        """
        for case, position, time in db.execute(sql):
            self.of_cases.setdefault(f"cases/{case}", []).append((position, time))
        self.lines = list(_register_lines(db))
        self.names: dict[str, set[str]] = {}
        for case, name in db.execute(
            "SELECT d.case_name, m.party FROM mentions m JOIN developments d ON d.ref = m.development"
            " UNION SELECT replace(log, 'cases/', ''), source FROM citations"
        ):
            self.names.setdefault(f"cases/{case}", set()).add(name)

    def since(self, heads: Iterable[str]) -> tuple[str, list[str]]:
        """Whether a document with these heads is current, and when each event since then was logged."""
        ends = {ref.partition("#")[0]: (int(ref.partition("#")[2]), xhash) for ref, xhash in map(str.split, heads)}
        for log, (position, xhash) in ends.items():
            last, told = self.heads.get(log, (0, ""))
            if position > last or (position == last and xhash != told):
                return "another record", []
        named = {name for log in ends for name in self.names.get(log, ())}
        times = [
            time for log, (end, _) in ends.items() for position, time in self.of_cases.get(log, ()) if position > end
        ]
        times += [
            time for log, position, time, names in self.lines if position > ends.get(log, (0, ""))[0] and names & named
        ]
        return ("outdated" if times else "current"), times


def _register_lines(db: sqlite3.Connection) -> Iterator[tuple[str, int, str, set[str]]]:
    """Each line of a register: log, number, when it was logged, and the parties and sources that it is about."""
    about: dict[str, set[str]] = {}
    for row in db.execute("SELECT * FROM register_lines ORDER BY log, position"):
        data = json.loads(row["data"])
        said = {str(data[name]) for name in ("party", "other", "source") if name in data}
        about[row["event_id"]] = said | about.get(str(data.get("of")), set())
        yield row["log"], row["position"], row["recorded_time"], about[row["event_id"]]
