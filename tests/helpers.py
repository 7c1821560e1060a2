"""What several tests share: histories written as a foreign writer would, their folds, and what a database holds."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from tracker.app import Tracker
from tracker.case import Case, fold
from tracker.entries import Entry
from tracker.envelope import START, Draft, Event, Stamp, open_line
from tracker.eventtypes import registry
from tracker.logs.memory import MemoryLog
from tracker.logs.port import EventLog

STAMP = Stamp("Lin Mei", "2026-11-23T06:29:07.123Z")

EXAMPLES = {name: dict(cls.example) for name, cls in registry().items()}
OF_CASES = [name for name, cls in registry().items() if cls.log == "case" and name != "case.opened"]

Said = tuple[str, dict[str, Any]]
"""An event type and its data."""


def opened(kind: str = "lawsuit", title: str = "A matter", **data: Any) -> Said:
    return ("case.opened", {"kind": kind, "title": title, **data})


def note(text: str = "a note", **data: Any) -> Said:
    return ("note.added", {"note": text, **data})


def drafts(log: str, said: Iterable[Said]) -> list[Draft]:
    return [Draft(log, event_type, data) for event_type, data in said]


def written(log: EventLog, name: str, *said: Said) -> EventLog:
    """Append past the door, as a writer of another hand could; return the log."""
    log.append(drafts(name, said), STAMP)
    return log


def replayed(log: EventLog, name: str) -> list[Event]:
    head, events = START, []
    for line in log.read(name):
        events.append(open_line(line, head, name, name))
        head = events[-1].head
    return events


def folded(*said: Said, case: str = "a") -> Case:
    """The case that these events make, logged in this order."""
    log = written(MemoryLog(), f"cases/{case}", *said)
    return fold(case, replayed(log, f"cases/{case}"))


def codes(case: Case) -> list[str]:
    return [problem.code for problem in case.problems]


def store(root: Any, *cases: str) -> Tracker:
    """A store in files with cases of the kind topic, opened through the door."""
    tracker = Tracker.init(root)
    for name in cases:
        tracker.append([entry("case.opened", {"kind": "topic", "title": name.title()}, log=f"cases/{name}")], STAMP)
    return tracker


def entry(event_type: str, data: dict[str, Any], *, log: str = "cases/a", id: str | None = None) -> Entry:
    return Entry(where="here", log=log, type=event_type, data=data, id=id)


def lines(tracker: Tracker) -> dict[str, list[bytes]]:
    """Every line of a store; equal before and after when nothing was logged."""
    return {name: list(tracker.log.read(name)) for name in tracker.log.logs()}


def tables(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; not what only says when a log was read, nor the insides of the index."""
    names = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'search_texts_fts*'"
    found = {}
    for (name,) in db.execute(names).fetchall():
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})") if (name, row[1]) != ("heads", "stamp")]
        rows = db.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()  # noqa: S608
        found[name] = sorted((tuple(row) for row in rows), key=repr)
    return found
