"""Damaged logs, projections that cannot be used, folders that cannot be written and full disks, met by the command."""

import json
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from running import Ran, images, ok, run, run_several, said, started

READING = (("status",), ("show", "deposit"), ("timeline",), ("search", "x"), ("source", "list"), ("party", "list"),
           ("check",), ("chronology", "deposit"), ("query", "SELECT 1"))  # fmt: skip
LOG = ("log", "deposit", "note.added", "--note", "x")
CASE = Path("events", "cases", "deposit.jsonl")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return started(tmp_path_factory.mktemp("whole") / "store")


@pytest.fixture
def store(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "store"))


@pytest.fixture
def fresh(store):
    """A store whose projection is up to date: the stamps of copied logs are not those of the logs."""
    ok("status", cwd=store)
    return store


def changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def leftovers(store: Path) -> list[str]:
    return [path.name for path in store.rglob("*") if "tmp" in path.name or path.name.endswith("-journal")]


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], int, str]] = {
    "CR LF": (lambda log: log.replace(b"\n", b"\r\n"), 1, "it ends in CR LF, not LF"),
    "byte order mark": (lambda log: b"\xef\xbb\xbf" + log, 1, "it begins with a byte order mark"),
    "conflict": (lambda log: log.replace(b"\n", b"\n<<<<<<< ours\n", 1), 2, "it is the mark of a merge conflict"),
    "short line": (lambda log: log.replace(b'"}\n', b"\n", 1), 1, "it does not end in the hash of an event"),
    "changed": (lambda log: log.replace(b"plaintiff", b"plaintife"), 2, "its bytes do not give its hash"),
    "line gone": (lambda log: log.split(b"\n", 1)[1], 1, "its sequence is '0000000002'"),
    "empty line": (lambda log: b"\n" + log, 1, "it is empty"),
    "NUL": (lambda log: log + b"\0" * 511 + b"\n", 4, "it holds NUL bytes"),
    "large file": (lambda log: b"version https://git-lfs.github.com/spec/v1\n", 1, "it is a pointer of Git LFS"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_log_is_named_with_its_line_and_left_alone(store, damage):
    change, line, reason = DAMAGE[damage]
    changed(store / CASE, change)
    before, place = images(store), f"{store / CASE}, line {line}: "
    *reading, verified, logged = run_several([*READING, ("verify",), LOG], cwd=store)
    for done in reading:
        assert done.code == 1, done
        assert said(done).startswith(place + reason)
        assert "restore the log from a copy" in said(done)
    assert verified.code == 1
    assert f"Error: {place}{reason}" in verified.err
    assert verified.out.count("whole") == 2, verified.out
    assert logged.code == 1
    assert place in said(logged)
    assert images(store) == before
    assert not leftovers(store)


@pytest.mark.parametrize("tail", [b'{"data":{"no', b"\0" * 512], ids=["cut off", "NUL"])
def test_what_was_never_acknowledged_is_told_by_verify_and_kept_by_the_next_writer(store, tail):
    changed(store / CASE, lambda log: log + tail)
    before = images(store)
    *reading, verified = run_several([*READING, ("verify",)], cwd=store)
    assert [done.code for done in reading] == [0] * len(reading)
    assert verified.code == 4
    assert f"{store / CASE}, line 4: {len(tail)} bytes have no end of line" in verified.err
    assert images(store) == before
    assert ok(*LOG, cwd=store) == "Logged deposit#4.\n"
    assert [path.read_bytes() for path in (store / "events" / ".quarantine").iterdir()] == [tail]
    assert run("verify", cwd=store).code == 0


def put(what: str, path: Path) -> str:
    """Put something that is no log of its own in the place of a log; return what it is called."""
    aside = path.parent.parent.parent / "aside.jsonl"
    path.rename(aside)
    match what:
        case "link":
            path.symlink_to(aside)
            return "a symbolic link"
        case "folder":
            path.mkdir()
            return "a folder"
        case "pipe":
            os.mkfifo(path)
            return "a pipe"
        case _:
            path.hardlink_to(aside)
            return "a hard link"


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_a_log_that_is_no_plain_file_is_refused(store, what):
    (store / "tracker.db").unlink()
    name = put(what, store / CASE)
    before, aside = images(store), (store / "aside.jsonl").read_bytes()
    for done in run_several([*READING, LOG], cwd=store):
        assert done.code == 1, done
        assert f"{store / CASE} is {name}" in said(done)
    verified = run("verify", cwd=store)
    assert (verified.code, f"{store / CASE}: {store / CASE} is {name}" in verified.err) == (1, True)
    assert (images(store), (store / "aside.jsonl").read_bytes()) == (before, aside)
    assert not leftovers(store)


def test_a_log_with_a_second_name_is_read_and_not_written(store):
    put("hard link", store / CASE)
    before = images(store)
    *reading, logged = run_several([*READING, LOG], cwd=store)
    assert {done.code for done in reading} == {0}
    assert (logged.code, "a second name (a hard link)" in said(logged)) == (1, True)
    assert images(store) == before


def test_a_projection_that_cannot_be_read_is_made_anew(store):
    answers = ok("timeline", "--json", cwd=store)
    path = store / "tracker.db"
    image = path.read_bytes()
    ruins = (b"garbage" * 99, b"", image[:5000], image[:20_000] + b"\xff" * 4096 + image[24_096:])
    for ruin in ruins[:3]:
        path.write_bytes(ruin)
        assert ok("timeline", "--json", cwd=store) == answers
        assert path.read_bytes()[:16] == b"SQLite format 3\0"
    path.write_bytes(ruins[3])
    inside = run("timeline", "--json", cwd=store)
    assert inside.out == answers or "run 'tracker rebuild'" in said(inside)
    path.unlink()
    path.mkdir()
    folder = run("status", cwd=store)
    assert (folder.code, "tracker.db could not be" in said(folder)) == (1, True)
    path.rmdir()
    ok("rebuild", cwd=store)
    assert ok("timeline", "--json", cwd=store) == answers
    assert not leftovers(store)


def test_a_projection_of_a_newer_program_is_left_alone_until_it_is_rebuilt(store):
    answers, path = ok("timeline", "--json", cwd=store), store / "tracker.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    image, logs = path.read_bytes(), images(store)
    for done in run_several([*READING, LOG], cwd=store):
        assert done.code == 1
        assert "made by a newer tracker (schema 99, this one knows" in said(done)
        assert "'tracker rebuild'" in said(done)
    assert (path.read_bytes(), images(store)) == (image, logs)
    assert run("verify", cwd=store).code == 0
    ok("rebuild", cwd=store)
    assert ok("timeline", "--json", cwd=store) == answers


HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
IMPATIENT = """
import sys
from tracker.cli import run
from tracker.projections import opening
opening.LOCK_SECONDS = 0.2
sys.exit(run(sys.argv[1:]))
"""


def test_a_projection_that_another_program_holds(store):
    before = images(store)
    with Popen([sys.executable, "-c", HOLDER, str(store / "tracker.db")], stdin=PIPE, stdout=PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        for args in (("status",), LOG):
            done = run(*args, cwd=store, program=IMPATIENT)
            assert done.code == 1
            assert said(done).startswith(f"Another program holds the projection {store / 'tracker.db'}")
        holder.communicate("")
    assert images(store) == before
    ok(*LOG, cwd=store)


UNPRIVILEGED = """
import contextlib, io, json, os, sys
from tracker.cli import run
def one(args):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = run(args)
    return code, out.getvalue(), err.getvalue()
*commands, bad = json.loads(sys.argv[1])
for args in [*commands, bad, ["--store", sys.argv[2], *bad]]:
    one(args)  # loads every module while they can be read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(json.dumps([one(["--store", sys.argv[3], *args]) for args in [*commands, bad]]))
"""


@pytest.fixture
def open_to_all(whole) -> Iterator[Path]:
    """A copy of the store in a folder that every user can enter, and nobody but root can change."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        if not all(above.stat().st_mode & 0o001 for above in Path(folder).parents):
            pytest.skip("other users cannot come to the folder for temporary files")
        store = Path(shutil.copytree(whole, Path(folder) / "store"))
        ok("status", cwd=store)
        for path in (store, *store.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield store


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("projection", ["fresh", "missing", "stale"])
def test_a_store_that_can_only_be_read_still_answers(open_to_all, whole, tmp_path, projection):
    store, commands = open_to_all, [*READING, ("verify",), ("timeline", "--json"), LOG]
    if projection == "missing":
        (store / "tracker.db").unlink()
    if projection == "stale":
        shutil.copy2(started(tmp_path / "before") / "tracker.db", store / "tracker.db")
    answers = ok("timeline", "--json", cwd=whole)
    before = images(store), sorted(path.name for path in store.rglob("*"))
    other = shutil.copytree(whole, tmp_path / "other")
    done = run(json.dumps(commands), str(other), str(store), cwd=other, program=UNPRIVILEGED)
    assert done.code == 0, done
    *reading, verified, exported, logged = [Ran(*each) for each in json.loads(done.out)]
    assert [(ran.code, ran.err) for ran in (*reading, verified, exported)] == [(0, "")] * (len(READING) + 2)
    assert exported.out == answers
    assert logged.code == 1
    assert said(logged).startswith(f"{store / 'events' / '.lock'} could not be written (Permission denied)")
    assert (images(store), sorted(path.name for path in store.rglob("*"))) == before


def at_most(size: int) -> Callable[[], object]:
    """A disk on which no file can grow beyond so many bytes, for the child; Python ignores SIGXFSZ."""
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("room", [0, 1, 200])
def test_a_disk_that_is_full_while_logging(fresh, room):
    store, before = fresh, images(fresh)
    done = run(*LOG, cwd=store, before=at_most((store / CASE).stat().st_size + room))
    assert done.code == 1
    assert said(done).startswith(f"{store / 'events'}")
    assert "could not be written (File too large); the log is as it was and nothing was logged" in said(done)
    assert images(store) == before
    assert not leftovers(store)
    assert ok(*LOG, cwd=store) == "Logged deposit#4.\n"


@pytest.mark.parametrize("room", [0, 4096, 100_000])
def test_a_disk_that_is_full_while_rebuilding_or_exporting(fresh, room):
    store, image, before = fresh, (fresh / "tracker.db").read_bytes(), images(fresh)
    (store / "old.md").write_bytes(b"old")
    exported = run("chronology", "deposit", "-o", "old.md", cwd=store, before=at_most(min(room, 100)))
    assert (exported.code, said(exported)) == (1, "old.md could not be read or written (File too large).")
    assert (store / "old.md").read_bytes() == b"old"
    done = run("rebuild", cwd=store, before=at_most(room))
    assert done.code == 1
    assert said(done).startswith(f"The projection {store / 'tracker.db'} could not be read or made (")
    assert (store / "tracker.db").read_bytes() == image
    (store / "tracker.db").unlink()
    assert run("status", cwd=store, before=at_most(room)).code == 1
    assert images(store) == before
    assert not leftovers(store)
    assert not (store / "tracker.db").exists()
    ok("status", cwd=store)
