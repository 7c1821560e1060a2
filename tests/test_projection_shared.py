"""The projection among others: locked, exchanged, read and rebuilt by several processes, or nowhere to be written."""

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from helpers import answers, note, rebuilt, registered, tables, written
from processes import finish, in_child, kill_myself, start
from syscalls import Syscalls
from torture.calls import begin_update, half_updated

from tracker.app import Tracker
from tracker.errors import ProjectionFault, ProjectionLocked
from tracker.projections import build, opening


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return registered(tmp_path)


@contextmanager
def held_by_another_program(path: Path) -> Iterator[None]:
    program = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()"
    )
    with Popen([sys.executable, "-c", program, str(path)], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield
        process.kill()


def test_a_projection_that_another_program_holds(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(tracker)
    monkeypatch.setattr(opening, "LOCK_SECONDS", 0.1)
    with held_by_another_program(tracker.path), pytest.raises(ProjectionLocked, match="close it and try again"):
        tracker.read()
    assert answers(tracker) == before


def test_a_reader_elsewhere_does_not_stand_in_the_way_for_long(tracker: Tracker) -> None:
    before = answers(tracker)
    with closing(sqlite3.connect(tracker.path)) as datasette:
        datasette.execute("BEGIN")
        assert datasette.execute("SELECT count(*) FROM cases").fetchone()[0] == 2
        tracker.rebuild()
        assert datasette.execute("SELECT count(*) FROM developments").fetchone()[0] == len(before[0]["developments"])
    assert answers(tracker) == before


def test_what_an_interrupted_update_left_is_not_taken_for_that_of_the_new_projection(tracker: Tracker) -> None:
    """SQLite rolls a journal back into whatever file lies beside it."""
    for number in range(1, 20):
        tracker.rebuild()
        half_updated(tracker.root)
        written(tracker.log, "cases/a", note(f"{number}"))  # as many pages as before, and others

        def work(number: int = number) -> None:
            watch = Syscalls(("replace", "unlink"))
            watch.before(number, kill_myself)
            with watch.watched():
                Tracker(tracker.root).rebuild()

        code = in_child(work)
        seen = answers(Tracker(tracker.root))
        assert seen == rebuilt(tracker)
        if code == 0:
            assert number > 3
            return
    pytest.fail("it never came to an end")


def test_who_reads_an_old_projection_does_not_mind_the_update_of_the_new_one(tracker: Tracker) -> None:
    db, (done, begun) = tracker.read(), os.pipe()
    before = tables(db)
    Tracker(tracker.root).rebuild()

    def updating() -> None:
        other = sqlite3.connect(tracker.path, isolation_level=None)
        begin_update(other)
        os.write(begun, b"x")
        time.sleep(0.2)
        other.execute("ROLLBACK")
        other.close()

    child = start(updating)
    os.read(done, 1)
    assert (tracker.root / "tracker.db-journal").exists()
    assert tables(db) == before
    assert finish(child) == 0
    os.close(done)
    os.close(begun)


@pytest.fixture
def everybodys(tracker: Tracker) -> Iterator[Tracker]:
    """A store that everybody may read, up to the root."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    shutil.copytree(tracker.root, root, dirs_exist_ok=True)
    yield Tracker(root)
    shutil.rmtree(root)


def as_nobody(work: Any) -> int:
    def working() -> None:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    return in_child(working)


@pytest.mark.parametrize("state", ["no projection", "up to date", "behind"])
def test_where_nothing_may_be_written_it_is_made_in_memory(everybodys: Tracker, state: str) -> None:
    if state != "no projection":
        everybodys.read()
    if state == "behind":
        written(everybodys.log, "cases/a", note("later"))
    for path in (everybodys.root, *everybodys.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.stat().st_mtime_ns for path in everybodys.root.rglob("*")}
    with closing(build.project(everybodys.log)) as memory:
        expected = tables(memory)

    def reading() -> None:
        assert not os.access(everybodys.root, os.W_OK), "or the test would say nothing"
        assert tables(everybodys.read()) == expected

    assert as_nobody(reading) == 0
    assert {path: path.stat().st_mtime_ns for path in everybodys.root.rglob("*")} == before
    for path in (everybodys.root, *everybodys.root.rglob("*")):
        path.chmod(0o755)


def test_a_projection_that_cannot_be_made_is_a_sentence(tracker: Tracker) -> None:
    tracker.path.unlink()
    tracker.path.mkdir()
    with pytest.raises(ProjectionFault, match=r"could not be read or made .*; the logs are untouched"):
        tracker.read()
    assert not list(tracker.root.glob("*.tmp"))
