"""The benchmarks work; what they measure is nobody's business here."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from helpers import answers, rebuilt, tables

from benchmarks.stores import LARGEST, SMALLEST, make
from tracker.app import Tracker
from tracker.envelope import Draft, Stamp
from tracker.projections import build
from tracker.projections.build import project
from tracker.projections.workers import make_all

ROOT = Path(__file__).parent.parent
MEASURED = ("floor script", "sqlite-utils insert, bare", "floor: decode", "log of one event", "stat of the logs", "SQL")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="module")
def root(folder: Path) -> Path:
    store = folder / "300" / "store"
    store.mkdir(parents=True)
    make(store, 300, cases=5, told=lambda text: None)
    return store


def test_a_store_is_what_it_says(root: Path, tmp_path: Path) -> None:
    tracker = Tracker(root)
    sizes = [head.position for log, head in tracker.log.heads().items() if log.startswith("cases/")]
    assert (len(sizes), sum(sizes)) == (5, 300)
    assert min(sizes) >= SMALLEST and max(sizes) <= LARGEST
    events = [event for log in tracker.log.logs() for event in tracker.events(log)]
    assert len({event.type for event in events}) >= 20
    lines = [line for log in tracker.log.logs() if log.startswith("cases/") for line in tracker.log.read(log)]
    assert 600 <= sum(map(len, lines)) / len(lines) <= 900
    assert not any(each.fault for each in tracker.verify())
    unread = tracker.read().execute(
        "SELECT count(*) FROM problems WHERE code IN ('unreadable', 'unknown-type', 'unfit')"
    )
    assert unread.fetchone()[0] == 0
    make(tmp_path, 300, cases=5, told=lambda text: None)
    again = {path.name: path.read_bytes() for path in (tmp_path / "events").rglob("*.jsonl")}
    assert again == {path.name: path.read_bytes() for path in (root / "events").rglob("*.jsonl")}, (
        "a seed gives a store"
    )


def test_rebuild_equals_updates_there_too(tmp_path: Path) -> None:
    make(tmp_path, 200, cases=4, told=lambda text: None)
    tracker = Tracker(tmp_path)
    tracker.read()
    for number, log in enumerate(tracker.log.logs()):
        if log.startswith("cases/"):
            tracker.log.append(
                [Draft(log, "note.added", {"note": f"n {number}"})], Stamp("A", "2026-11-01T08:00:00.000Z")
            )
    updated = answers(tracker)
    assert updated == rebuilt(tracker)
    with closing(project(tracker.log)) as memory:
        assert tables(memory) == updated[0]


def test_several_processes_make_the_same_projection(root: Path, tmp_path: Path, monkeypatch) -> None:
    contents = []
    for processes in (1, 3):
        monkeypatch.setattr(build, "make_all", partial(make_all, alone=0))
        build.rebuild(Tracker(root).log, tmp_path / "tracker.db", processes=processes)
        with closing(sqlite3.connect(tmp_path / "tracker.db")) as db:
            contents.append([line for line in db.iterdump() if "search_texts_fts" not in line])
    assert contents[0] == contents[1], "to the row and their order"


def test_the_table_is_printed_for_what_is_installed(root: Path, folder: Path) -> None:
    command = [sys.executable, "benchmarks", "--events", "300", "--times", "1", "--folder", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and "**" in line]
    assert all(any(each in row for row in rows) for each in MEASURED), done.stdout + done.stderr
    assert all(row.count("|") == 8 for row in rows)


def test_the_page_has_the_places_of_the_table() -> None:
    from benchmarks.__main__ import BEGIN, END

    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert 0 < page.index(BEGIN) < page.index(END)
