"""What is measured inside one process, ours and the bare thing in turn, call by call."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.measure import Ratio, Run
from benchmarks.stores import Case
from tracker import queries
from tracker.agenda import agenda
from tracker.app import Tracker
from tracker.envelope import Draft, Stamp
from tracker.projections.words import match
from tracker.queries import cases

SPENT = 0.3
"""Seconds that a run takes, about, ours and theirs together: the median of as many calls as fit into it."""
FEWEST, MOST = 3, 300
TODAY = "2026-06-01"
COMMON, RARE = "court", "milestone 7"
LOGGED = Stamp("Benchmark", "2026-12-01T08:00:00.000Z")
NOTE = {"note": "x" * 300, "date": "2026-05-30"}


def append(store: Path, times: int, *, size: int) -> Ratio:
    """The log of one event in a case of ``size``, and what it cannot do without: lock, write, fsync, close."""
    with tempfile.TemporaryDirectory(dir=store) as folder:
        tracker = Tracker.init(Path(folder) / "store")
        tracker.log.append([*Case("a", size, Random(size)).drafts()], LOGGED)
        draft = Draft("cases/a", "note.added", NOTE)
        bare, lock = Path(folder) / "bare", Path(folder) / "lock"

        def plain() -> None:
            held = os.open(lock, os.O_RDWR | os.O_CREAT)
            fcntl.flock(held, fcntl.LOCK_EX)
            fd = os.open(bare, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            os.write(fd, b"x" * 800)
            os.fsync(fd)
            os.close(fd)
            os.close(held)

        return in_turn(lambda: tracker.log.append([draft], LOGGED), plain, times)


def unchanged(store: Path, times: int) -> Ratio:
    """Opening a projection that is up to date, which is seen by looking at each log, and looking at each of them."""
    tracker = Tracker(store)

    def plain() -> None:
        with os.scandir(store / "events" / "cases") as found:
            for each in found:
                each.stat()

    return in_turn(tracker.read, plain, times)


def status(store: Path, times: int) -> Ratio:
    """Where one case stands, and the statement by itself."""
    with opened(store) as db:
        name = largest(db)
        sql, values = cases.status_sql([name], today=TODAY)
        return in_turn(
            lambda: queries.status(db, [name], today=TODAY), lambda: db.execute(sql, values).fetchall(), times
        )


_DAYS = "(earliest IS NULL OR latest IS NULL OR earliest <= date(:on, '+30 days'))"
_DISPUTED = "(SELECT group_concat(x.field) FROM disputes x WHERE x.target = {} AND +x.status = 'open')"
_NAMED = "(SELECT group_concat(coalesce(p.name, p.id)) FROM {} JOIN parties p ON p.id = y.party WHERE {})"
DUE = f"""
SELECT 'deadline' AS sort, d.case_name, d.name, d.what, {_NAMED.format("deadline_parties y", "y.deadline = d.id")},
       d.status, d.due, d.earliest, d.latest, d.waits_for, {_DISPUTED.format("d.id")}, d.id, d.pinpoints,
       d.rule, d.law, d.basis
FROM deadlines d WHERE status IN ('open', 'waiting') AND {_DAYS}
UNION ALL
SELECT 'hearing', h.case_name, NULL, h.purpose, p.name, h.status, h.day, h.earliest, h.latest, NULL,
       {_DISPUTED.format("h.development")}, h.development, h.pinpoints, NULL, NULL, NULL
FROM hearings h LEFT JOIN parties p ON p.id = h.court WHERE status = 'set' AND day IS NOT NULL AND {_DAYS}
UNION ALL
SELECT 'order', o.case_name, NULL, o.what,
       {_NAMED.format("order_parties y", "y.order_id = o.id AND y.side = 'debtor'")},
       NULL, o.due, o.earliest, o.latest, o.due_terms, {_DISPUTED.format("o.development")}, o.development, o.pinpoints,
       NULL, NULL, NULL
FROM orders o WHERE {_DAYS} AND (due IS NOT NULL OR due_terms IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM deadlines d
                  WHERE d.concerns = o.development AND +d.status IN ('open', 'waiting', 'met'))
  AND NOT EXISTS (SELECT 1 FROM order_changes c WHERE c.order_event = o.development AND c.what = 'reversal')
  AND (amount IS NULL OR EXISTS (
    SELECT 1 FROM debts b WHERE b.order_id = o.id AND b.state NOT IN ('discharged', 'reversed')))
ORDER BY earliest, case_name, name, sort
"""  # noqa: S608
"""What is due in one list by day, with who has to do it, what is disputed and what is cited: without its words."""


def deadlines(store: Path, times: int) -> Ratio:
    """What is due within thirty days, and the rows of it."""
    with opened(store) as db:

        def plain() -> int:
            return len(db.execute(DUE, {"on": TODAY}).fetchall())

        def ours() -> int:
            return len(agenda(db, on=TODAY, done=False, within=30))

        if ours() != plain():
            raise RuntimeError(f"{ours()} are due, and the bare SQL finds {plain()}")
        return in_turn(ours, plain, times)


def search(words: str) -> Callable[[Path, int], Ratio]:
    """Texts with some words, and the statement by itself."""
    sql = """
    SELECT t.what, t.ref, d.date, coalesce(d.label || ': ' || d.text, t.text)
    FROM (SELECT rowid, rank FROM search_texts_fts WHERE search_texts_fts MATCH ? ORDER BY rank LIMIT 20) f
    JOIN search_texts t ON t.rowid = f.rowid LEFT JOIN developments d ON d.ref = t.ref AND t.what = 'development'
    ORDER BY f.rank, t.ref
    """

    def measure(store: Path, times: int) -> Ratio:
        with opened(store) as db:
            return in_turn(
                lambda: queries.search(db, words, limit=20),
                lambda: db.execute(sql, [match(words)]).fetchall(), times,
            )  # fmt: skip

    return measure


def in_turn(
    ours: Callable[[], Any], theirs: Callable[[], Any], times: int, before: Callable[[], object] = lambda: None
) -> Ratio:
    """So many runs, in each of which the two are called in turn; ``before`` is called before ours and not measured.

    A single run is for trying, with a call of each.
    """
    before()
    start = time.perf_counter()
    ours(), theirs()
    taken = time.perf_counter() - start
    calls = max(FEWEST, min(MOST, int(SPENT / taken))) if times > 1 else 1
    pairs = [_run(ours, theirs, calls, before) for _ in range(times)]
    return Ratio(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def _run(
    ours: Callable[[], Any], theirs: Callable[[], Any], calls: int, before: Callable[[], object]
) -> tuple[Run, Run]:
    found: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(calls):
        before()
        for call, runs in zip((ours, theirs), found, strict=True):
            start, used = time.perf_counter(), time.process_time()
            call()
            runs.append(Run(time.perf_counter() - start, time.process_time() - used, 0))
    one, other = (Run(median(run.wall for run in runs), median(run.cpu for run in runs), 0) for runs in found)
    return one, other


@contextmanager
def opened(store: Path) -> Iterator[sqlite3.Connection]:
    """The projection, in a copy of its own so that nothing else is at it."""
    with tempfile.TemporaryDirectory(dir=store) as folder:
        copy = Path(folder) / "tracker.db"
        shutil.copyfile(store / "tracker.db", copy)
        db = sqlite3.connect(copy)
        db.row_factory = sqlite3.Row
        try:
            yield db
        finally:
            db.close()


def largest(db: sqlite3.Connection) -> str:
    [name] = db.execute("SELECT name FROM cases ORDER BY events DESC LIMIT 1").fetchone()
    return str(name)
