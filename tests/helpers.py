"""What several tests share: histories written as a foreign writer would, their folds, and what a database holds."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tracker import pages, queries
from tracker.app import Tracker
from tracker.case import Case, fold
from tracker.entries import Entry
from tracker.envelope import Draft, Event, Stamp
from tracker.eventtypes import registry
from tracker.logs.memory import MemoryLog
from tracker.logs.port import EventLog
from tracker.logs.replay import replay
from tracker.problems import Problem

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
    return list(replay(log, name))


def folded(*said: Said, case: str = "a") -> Case:
    """The case that these events make, logged in this order."""
    log = written(MemoryLog(), f"cases/{case}", *said)
    return fold(case, replayed(log, f"cases/{case}"))


def doubts(case: Case) -> list[Problem]:
    """What is doubtful about a case, but not that it cites nothing and introduces nobody, as most tests do."""
    return [problem for problem in case.problems if problem.code not in ("uncited", "party-without-role")]


def codes(case: Case) -> list[str]:
    return [problem.code for problem in doubts(case)]


def store(root: Path, *cases: str) -> Tracker:
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


CITED: list[dict[str, str]] = [{"source": "leida", "locator": "7-9"}, {"source": "weibo"}]
REGISTERED: list[tuple[str, Said]] = [
    ("sources", ("source.added", {"source": "leida", "paragraphs": 8, "published": "2025-11-27", "publisher": "L"})),
    ("sources", ("source.added", {"source": "weibo", "published": "2025-11", "citations": CITED[:1]})),
    ("sources", ("future.thing", {})),
    ("parties", ("party.added", {"party": "ms-li", "name": "李女士", "what": "person", "aliases": ["Li", "买家"]})),
    ("parties", ("party.added", EXAMPLES["party.added"] | {"citations": CITED})),
    ("parties", ("party.added", {"party": "xiaomi", "name": "Xiaomi", "what": "company", "established": "soon"})),
    *(("parties", (name, EXAMPLES[name])) for name in ("party.aliased", "party.related")),
]
"""Registers as a foreign writer could leave them, by log: doubtful in several ways."""

WORDS = ("xiaomi", "判决", "上诉", "hear", "note", "dutie", "nothing-of-it")


def answers(tracker: Tracker) -> Any:
    """What the projection says, through every door: tables, search, pages."""
    db = tracker.read()
    found = {word: queries.search(db, word, limit=1000) for word in WORDS}
    shown = [pages.case_page(db, name) for name in queries.case_names(db)]
    shown += [pages.party_page(db, row.party) for row in queries.parties(db)]
    shown += [pages.source_page(db, row.source) for row in queries.sources(db)]
    return tables(db), found, shown, queries.status(db, (), today="2025-11-20"), queries.timeline(db)


def rebuilt(tracker: Tracker) -> Any:
    tracker.rebuild()
    return answers(tracker)


def registered(root: Path) -> Tracker:
    """A store with doubtful registers and two cases that cite them."""
    tracker = store(root, "a", "b")
    for log, said in REGISTERED:
        written(tracker.log, log, said)
    written(tracker.log, "cases/a", note("the 判决 was given", citations=CITED), note("no 上诉 was filed"))
    written(tracker.log, "cases/b", ("statement.made", {"speaker": "ms-li", "gist": "duties"}))
    return tracker
