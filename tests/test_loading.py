"""A projection that several processes fill: the same as one would, and nothing left beside it."""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from processes import finish, is_running, start
from running import PROJECT

from tracker import workers
from tracker.app import Tracker
from tracker.envelope import Draft, Event, Stamp
from tracker.errors import BrokenLine, ProjectionFault
from tracker.projections import build, loading
from tracker.proofs import verifying

PARENT = os.getpid()
BROKEN = "cases/su7-recall"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there do others begin as a copy")


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """The real logs, each a portion, and others begin at once."""
    shutil.copytree(PROJECT / "events", tmp_path / "events")
    monkeypatch.setattr(workers, "ALONE_SECONDS", 0)
    return Tracker(tmp_path)


def contents(tracker: Tracker, processes: int) -> list[str]:
    """All of a projection made anew, row by row and in their order, but for the full-text index."""
    path = tracker.root / "tracker.db"
    build.rebuild(tracker.log, path, processes=processes)
    names = {it.name for it in tracker.root.iterdir()}
    assert names == {"events", "tracker.db"}, "no part is left"
    with closing(sqlite3.connect(path)) as db:
        return [line for line in db.iterdump() if "search_texts_fts" not in line]


def makers(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Where the number of each process stands that made rows, afterwards."""
    told, rows = folder.parent / f"{folder.name}-makers", build._rows
    told.mkdir()

    def telling(events: Sequence[Event], name: str, stamp: str) -> dict[str, list[tuple[Any, ...]]]:
        (told / str(os.getpid())).touch()
        return rows(events, name, stamp)

    monkeypatch.setattr(build, "_rows", telling)
    return told


@pytest.mark.parametrize("processes", [2, 5])
def test_several_make_what_one_makes(tracker: Tracker, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    alone, told = contents(tracker, 1), makers(monkeypatch, tracker.root)
    assert contents(tracker, processes) == alone
    by = {int(it.name) for it in told.iterdir()}
    assert PARENT not in by
    assert len(by) > 1


def test_one_goes_on_alone_when_it_is_soon_done(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ALONE_SECONDS", 60)
    told = makers(monkeypatch, tracker.root)
    contents(tracker, 4)
    assert [it.name for it in told.iterdir()] == [str(PARENT)]


@pytest.mark.parametrize("fault", ["killed", "failed"])
def test_what_another_does_not_finish_is_made_here(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    alone, rows = contents(tracker, 1), build._rows

    def dying(events: Sequence[Event], name: str, stamp: str) -> dict[str, list[tuple[Any, ...]]]:
        if os.getpid() != PARENT and name == BROKEN:
            if fault == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError("no room")
        return rows(events, name, stamp)

    monkeypatch.setattr(build, "_rows", dying)
    assert contents(tracker, 2) == alone


def test_a_broken_log_is_named_and_the_projection_stays(tracker: Tracker) -> None:
    before = contents(tracker, 2)
    log = Path(tracker.log.where(BROKEN))
    log.write_bytes(log.read_bytes().replace(b"2025", b"2026", 1))
    with pytest.raises(BrokenLine, match=r"su7-recall\.jsonl, line 1"):
        build.rebuild(tracker.log, tracker.root / "tracker.db", processes=2)
    assert {it.name for it in tracker.root.iterdir()} == {"events", "tracker.db"}
    with closing(sqlite3.connect(tracker.root / "tracker.db")) as db:
        assert [line for line in db.iterdump() if "search_texts_fts" not in line] == before


def test_when_parts_cannot_be_joined_the_projection_stays(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(tracker, 2)

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(loading, "_join", refuse)
    with pytest.raises(ProjectionFault):
        build.rebuild(tracker.log, tracker.root / "tracker.db", processes=2)
    assert {it.name for it in tracker.root.iterdir()} == {"events", "tracker.db"}
    monkeypatch.undo()
    assert contents(tracker, 1) == before


def test_a_part_for_a_rebuild_that_was_killed_does_not_stay(tracker: Tracker, tmp_path_factory: Any) -> None:
    before, beside = contents(tracker, 1), tmp_path_factory.mktemp("beside")
    new_database, go = loading.new_database, beside / "go"

    def late(path: Path) -> sqlite3.Connection:
        (beside / f"{os.getpid()}.waits").touch()
        while not go.exists():
            sleep(0.005)
        return new_database(path)

    def rebuilding() -> None:
        loading.new_database = late  # type: ignore[assignment]  # only of parts, in a process of its own
        build.rebuild(tracker.log, tracker.root / "tracker.db", processes=2)

    child = start(rebuilding)
    while len(waiting := list(beside.iterdir())) < 2:
        sleep(0.005)
    os.kill(child, signal.SIGKILL)
    finish(child)
    assert contents(tracker, 1) == before, "whatever lies there of it is swept"
    go.touch()
    while any(map(is_running, (int(it.stem) for it in waiting))):
        sleep(0.005)
    assert {it.name for it in tracker.root.iterdir()} == {"events", "tracker.db"}


@pytest.mark.parametrize("processes", [1, 3])
def test_several_find_wrong_what_one_does(tracker: Tracker, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    by, verify_log = tracker.root / "by", verifying.verify_log
    by.mkdir()

    def telling(*asked: Any) -> verifying.Verified:
        (by / str(os.getpid())).touch()
        return verify_log(*asked)

    monkeypatch.setattr(workers, "processors", lambda: processes)
    monkeypatch.setattr(verifying, "verify_log", telling)
    assert [found.outcome for found in tracker.verify()] == [0] * len(tracker.log.logs())
    assert {int(it.name) == PARENT for it in by.iterdir()} == {processes == 1}
    damaged, torn = (Path(tracker.log.where(log)) for log in (BROKEN, "parties"))
    damaged.write_bytes(damaged.read_bytes().replace(b"2025", b"2026", 1))
    torn.write_bytes(torn.read_bytes()[:-10])
    found = {each.log: (each.fault and each.fault[0], each.outcome) for each in tracker.verify()}
    assert list(found) == sorted(tracker.log.logs())
    assert {log: told for log, told in found.items() if told[1]} == {
        BROKEN: (1, 1),
        "parties": (len(torn.read_bytes().splitlines()), 4),
    }


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize(
    ("change", "tables"),
    [
        ("UPDATE developments SET text = 'x' WHERE case_name = 'su7-recall'", ["developments"]),
        ("DELETE FROM parties WHERE id = (SELECT min(id) FROM parties)", ["parties"]),
        ("INSERT INTO gaps (case_name, what) VALUES ('nowhere', 'x')", ["gaps"]),
        ("UPDATE search_texts SET words = 'x' WHERE what = 'party'", ["search_texts"]),
        ("UPDATE about SET value = value", []),
    ],
)
def test_several_find_the_tables_that_are_unlike(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, processes: int, change: str, tables: list[str]
) -> None:
    monkeypatch.setattr(build, "processors", lambda: processes)
    contents(tracker, 1)
    with closing(sqlite3.connect(tracker.path)) as db, db:
        assert db.execute(change).rowcount
    told = makers(monkeypatch, tracker.root)
    assert tracker.unlike() == tables
    assert {int(it.name) == PARENT for it in told.iterdir()} == {processes == 1}


def test_whoever_logs_while_a_projection_is_compared_does_not_make_it_wrong(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents(tracker, 1)
    rows = build._rows
    note = Draft(BROKEN, "note.added", {"note": "one more"})

    def logging(events: Sequence[Event], name: str, stamp: str) -> dict[str, list[tuple[Any, ...]]]:
        if name == "sources":
            tracker.log.append([note], Stamp("A", "2026-11-01T08:00:00.000Z"))
        return rows(events, name, stamp)

    monkeypatch.setattr(build, "processors", lambda: 1)
    monkeypatch.setattr(build, "_rows", logging)
    assert tracker.unlike() is None
