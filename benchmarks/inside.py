"""What is measured inside one process, ours and the bare thing in turn, each many times."""

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
from statistics import median
from typing import Any

from benchmarks.measure import Ratio, Run
from tracker import queries
from tracker.agenda import agenda
from tracker.app import Tracker
from tracker.envelope import Draft, Stamp
from tracker.projections.words import match
from tracker.queries import cases

ROUNDS = 15
"""Of each run, how many calls are timed; a run is their median."""
TODAY = "2026-06-01"
COMMON, RARE = "court", "milestone 7"


def append(store: Path, times: int) -> Ratio:
    """The log of one event, and what it cannot do without: lock, write of as many bytes, fsync, close."""
    with tempfile.TemporaryDirectory(dir=store) as folder:
        tracker = Tracker.init(Path(folder) / "store")
        log, stamp = "cases/a", Stamp("Benchmark", "2026-06-01T08:00:00.000Z")
        tracker.log.append([Draft(log, "case.opened", {"kind": "lawsuit", "title": "A v. B"})], stamp)
        draft = Draft(log, "note.added", {"note": "x" * 300, "date": "2026-05-30"})
        bare, lock = Path(folder) / "bare", Path(folder) / "lock"

        def plain() -> None:
            held = os.open(lock, os.O_RDWR | os.O_CREAT)
            fcntl.flock(held, fcntl.LOCK_EX)
            fd = os.open(bare, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            os.write(fd, b"x" * 800)
            os.fsync(fd)
            os.close(fd)
            os.close(held)

        return in_turn(lambda: tracker.log.append([draft], stamp), plain, times)


def stamps(store: Path, times: int) -> Ratio:
    """Whether any log changed, and looking at each of them."""
    tracker = Tracker(store)

    def plain() -> None:
        with os.scandir(store / "events" / "cases") as found:
            for each in found:
                each.stat()

    return in_turn(tracker.log.stamps, plain, times)


def status(store: Path, times: int) -> Ratio:
    """Where one case stands, and the statement by itself."""
    with opened(store) as db:
        name = largest(db)
        sql, values = cases.status_sql([name], today=TODAY)
        return in_turn(
            lambda: queries.status(db, [name], today=TODAY), lambda: db.execute(sql, values).fetchall(), times
        )


_DAYS = "(earliest IS NULL OR latest IS NULL OR earliest <= date(:on, '+30 days'))"
_CITED = "(SELECT group_concat(c.source || coalesce(' ' || c.locator, '')) FROM citations c WHERE c.development = {})"
_DISPUTED = "(SELECT group_concat(x.field) FROM disputes x WHERE x.target = {} AND +x.status = 'open')"
_NAMED = "(SELECT group_concat(coalesce(p.name, p.id)) FROM {} JOIN parties p ON p.id = y.party WHERE {})"
DUE = (
    f"""SELECT d.*, {_CITED.format("d.id")}, {_DISPUTED.format("d.id")},
               {_NAMED.format("deadline_parties y", "y.deadline = d.id")}
        FROM deadlines d WHERE status IN ('open', 'waiting') AND {_DAYS} ORDER BY earliest""",  # noqa: S608
    f"""SELECT h.*, {_CITED.format("h.development")}, {_DISPUTED.format("h.development")}, p.name
        FROM hearings h LEFT JOIN parties p ON p.id = h.court
        WHERE status = 'set' AND day IS NOT NULL AND {_DAYS} ORDER BY earliest""",  # noqa: S608
    f"""SELECT o.*, {_CITED.format("o.development")}, {_DISPUTED.format("o.development")},
               {_NAMED.format("order_parties y", "y.order_id = o.id AND y.side = 'debtor'")}
        FROM orders o WHERE {_DAYS} AND (due IS NOT NULL OR due_terms IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM deadlines d
                          WHERE d.concerns = o.development AND +d.status IN ('open', 'waiting', 'met'))
          AND NOT EXISTS (SELECT 1 FROM order_changes c WHERE c.order_event = o.development AND c.what = 'reversal')
          AND (amount IS NULL OR EXISTS (
            SELECT 1 FROM debts b WHERE b.order_id = o.id AND b.state NOT IN ('discharged', 'reversed')))
        ORDER BY earliest""",  # noqa: S608
)
"""What is due, with who has to do it, what is disputed of it and what is cited: the rows without their words."""


def deadlines(store: Path, times: int) -> Ratio:
    """What is due within thirty days, and the rows of it."""
    with opened(store) as db:

        def plain() -> int:
            return sum(len(db.execute(sql, {"on": TODAY}).fetchall()) for sql in DUE)

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


MEASURED: dict[str, Callable[[Path, int], Ratio]] = {
    "append": append,
    "stamps": stamps,
    "status": status,
    "deadlines": deadlines,
    "search common": search(COMMON),
    "search rare": search(RARE),
}


def in_turn(ours: Callable[[], Any], theirs: Callable[[], Any], times: int) -> Ratio:
    """Runs in turn, of so many calls each."""
    pairs = [(run(ours), run(theirs)) for _ in range(times)]
    return Ratio(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def run(call: Callable[[], Any]) -> Run:
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return Run(median(found), 0.0, 0)


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
