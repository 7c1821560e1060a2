"""System calls: each one of every writing command fails, or is the last before kill -9, as strace injects it.

The command runs in a forked child that gave up being root; strace is attached before it begins.
"""

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import NamedTuple

from helpers import registered, tables
from logs_contract import verified
from processes import finish, kill_myself, start
from syscalls import Syscalls

from torture.campaign import Counts, How, become_nobody, emptied, give_to_nobody
from tracker import cli
from tracker.logs.files import FileLog

FAULTS = ("error=EIO", "error=EACCES", "error=ENOSPC", "error=EINTR", "signal=KILL")
LOOKING = {
    "access",
    "fcntl",
    "fstat",
    "getcwd",
    "getdents64",
    "lseek",
    "lstat",
    "newfstatat",
    "pread64",
    "read",
    "readlink",
    "stat",
    "statx",
}
"""Calls that change nothing: they fail in the first two ways; killed before one is killed before the next change."""
TRACED = "trace=%file,%desc"
CALL = re.compile(r"([a-z0-9_]+)\(")
TORN = b'{"data":{"note":"torn bef'
NEW = [
    {"case": "a", "type": "note.added", "data": {"note": "a1"}},
    {"log": "sources", "type": "source.added", "data": {"source": "new-source", "title": "Neu 新"}},
    {"log": "parties", "type": "party.added", "data": {"party": "new-party", "name": "N", "what": "person"}},
    {"case": "a", "type": "note.added", "data": {"note": "a2"}},
]
OPEN = {"case": "c", "type": "case.opened", "data": {"kind": "topic", "title": "C"}}


class Scenario(NamedTuple):
    """A command, the state it finds, and what it logs or which file it writes."""

    args: tuple[str, ...]
    lines: Sequence[dict[str, object]] = ()
    target: str = ""
    before: Callable[[Path], None] = lambda root: None


def _torn(root: Path) -> None:
    with (root / "events/cases/a.jsonl").open("ab") as file:
        file.write(TORN)


def _unfinished(root: Path) -> None:
    """Leave a batch whose writer was killed between two of its logs."""

    def work() -> None:
        watch = Syscalls(("fsync",))
        watch.before(3, kill_myself)  # those of the journal and its folder came first
        with watch.watched():
            cli.run(["--store", str(root), "log", "--batch", str(root / "other.batch")])

    other = [line | {"data": {"note": "of another"}} for line in (NEW[0], NEW[0] | {"case": "b"})]
    (root / "other.batch").write_text("".join(json.dumps(line) + "\n" for line in other))
    assert finish(start(lambda: _quietly(work))) == -9
    assert (root / "events/.journal").exists()


def begin_update(db: sqlite3.Connection) -> None:
    """Write half of the pages of a projection, beside a journal that has what they were."""
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN IMMEDIATE")
    for table, column in (("cases", "title"), ("parties", "name"), ("developments", "text")):
        db.execute(f"UPDATE {table} SET {column} = hex(randomblob(3000)) || rowid")  # noqa: S608


def half_updated(root: Path) -> None:
    """Leave a projection whose update was killed half-way."""

    def work() -> None:
        begin_update(sqlite3.connect(root / "tracker.db", isolation_level=None))
        kill_myself()

    assert finish(start(work)) == -9
    assert (root / "tracker.db-journal").stat().st_size > 512


BATCH = ("log", "--batch", "told.batch")
SCENARIOS = {
    "append": Scenario(BATCH, NEW[:1]),
    "append of a source": Scenario(BATCH, NEW[1:2]),
    "append of a party": Scenario(BATCH, NEW[2:3]),
    "first append": Scenario(BATCH, [OPEN]),
    "append after a torn tail": Scenario(BATCH, NEW[:1], before=_torn),
    "append after an unfinished batch": Scenario(BATCH, NEW[:1], before=_unfinished),
    "batch": Scenario(BATCH, NEW),
    "rebuild": Scenario(("rebuild",), target="tracker.db"),
    "rebuild after an interrupted update": Scenario(("rebuild",), target="tracker.db", before=half_updated),
    "chronology as Markdown": Scenario(("chronology", "a", "-o", "out.md"), target="out.md"),
    "chronology as CSV": Scenario(("chronology", "a", "-o", "out.csv"), target="out.csv"),
    "chronology as JSON": Scenario(("chronology", "a", "-o", "out.json"), target="out.json"),
}


def run(how: How, folder: Path) -> Counts:
    """Let each call of each scenario fail in each way; the short form takes a few of them by chance."""
    if not can_trace():
        raise AssertionError("strace is not there or may not trace: install it, or run where ptrace is allowed")
    usual = dict(os.environ)
    os.environ.update(TRACKER_ACTOR="Ann", HOME="/nonexistent", COLUMNS="100")
    counts: Counts = {}
    try:
        template = folder / "template"
        template.mkdir()
        registered(template).read()
        workers = max(1, min(how.pick(1, os.cpu_count() or 1), len(SCENARIOS)))
        children = []
        for worker in range(workers):
            told = folder / f"told-{worker}"
            names = list(SCENARIOS)[worker::workers]
            children.append((start(partial(_several, names, template, folder, how, told)), told))
        ended = [(finish(child), told) for child, told in children]
        assert all(code == 0 for code, _ in ended), "see above"
        for _, told in ended:
            for words, number in json.loads(told.read_text()).items():
                counts[words] = counts.get(words, 0) + number
    finally:
        os.environ.clear()
        os.environ.update(usual)
    return counts


def _several(names: Sequence[str], template: Path, folder: Path, how: How, told: Path) -> None:
    """In a child: some scenarios one after another; their counts go into a file."""
    counts: Counts = {}
    for name in names:
        for words, number in _scenario(name, SCENARIOS[name], template, folder, how).items():
            counts[words] = counts.get(words, 0) + number
        if how.long:
            print(f"    calls: {name} held", flush=True)
    told.write_text(json.dumps(counts))


def can_trace() -> bool:
    return (
        shutil.which("strace") is not None
        and not subprocess.run(["strace", "-qqo/dev/null", "true"], check=False).returncode
    )


def _scenario(name: str, scenario: Scenario, template: Path, folder: Path, how: How) -> Counts:
    counts: Counts = {}
    with emptied(folder) as place:
        prepared, root = place / "prepared", place / "store"
        shutil.copytree(template, prepared)
        told = "".join(json.dumps(line) + "\n" for line in scenario.lines)
        (prepared / "told.batch").write_text(told)
        if scenario.target.startswith("out"):
            (prepared / scenario.target).write_bytes(b"old")
        scenario.before(prepared)
        trial = Trial(scenario, prepared, root, place / "out", place / "trace")
        trial.renew()
        trial.load_modules()
        trial.renew()
        trial.run_alone()
        whole = trial.document()
        trial.renew()
        assert trial.run_traced("") == 0, trial.out.read_text()
        calls = trial.calls()
        assert len(calls) > 30, (name, calls)
        everything = [(*each, fault) for each in calls for fault in (FAULTS[:2] if each[0] in LOOKING else FAULTS)]
        changing = [each for each in everything if each[0] not in LOOKING]
        chosen = everything if how.long else how.chance().sample(changing, 3)
        for call, number, fault in chosen:
            trial.renew()
            code = trial.run_traced(f"inject={call}:{fault}:when={number}")
            try:
                trial.check(code, whole, is_kill=fault == "signal=KILL")
            except AssertionError as broken:
                raise AssertionError((name, call, number, fault, code, trial.out.read_text())) from broken
        counts["calls that failed or were killed at"] = len(chosen)
        counts[f"calls of {name}, of {len(calls)}"] = len({it[:2] for it in chosen})
    return counts


class Trial(NamedTuple):
    """One scenario, run again and again in a fresh copy of its store."""

    scenario: Scenario
    prepared: Path
    root: Path
    out: Path
    trace: Path

    def renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.prepared, self.root)  # with the times of change: else all logs look changed
        give_to_nobody(self.root)

    def document(self) -> bytes:
        """What the command was to write: a file, or what the projection holds."""
        if self.scenario.lines:
            return b""
        if self.scenario.target != "tracker.db":
            return (self.root / self.scenario.target).read_bytes()
        with closing(sqlite3.connect(f"file:{self.root}/tracker.db?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return repr(tables(db)).encode()

    def load_modules(self) -> None:
        """Run the command here, so that its children find every module loaded: they may not read where those are."""
        here = Path.cwd()
        os.chdir(self.root)
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                for args in (self.scenario.args, ("query", "SELECT 1", "--json")):
                    assert cli.run(list(args)) == 0
        finally:
            os.chdir(here)

    def run_alone(self, *args: str) -> str:
        """Run the command, or another, without any fault; return what it printed."""
        code = finish(start(lambda: self._work(args or self.scenario.args)))
        told = self.out.read_text()
        assert code == 0, (args or self.scenario.args, told)
        return told

    def run_traced(self, inject: str) -> int:
        """Run the command under strace; return its exit status."""
        waiting, go = os.pipe()
        ready, here = os.pipe()

        def work() -> None:
            os.close(go)
            os.close(ready)
            self._work(self.scenario.args, lambda: (os.close(here), os.read(waiting, 1)))

        child = start(work)
        os.close(waiting)
        os.close(here)
        os.read(ready, 1)  # its end comes when the child has made its surroundings: no fault is meant for those
        os.close(ready)
        filters = ["-e", TRACED] if not inject else ["-e", "trace=" + inject.split("=")[1].split(":")[0], "-e", inject]
        strace = ["strace", "-p", str(child), "-y", "-s", "0", "-o", str(self.trace), *filters]
        with subprocess.Popen(strace, stderr=subprocess.PIPE) as tracer:
            assert tracer.stderr
            assert b"attached" in tracer.stderr.readline()
            os.write(go, b"x")
            os.close(go)
            tracer.stderr.read()
        return finish(child)

    def _work(self, args: Sequence[str], before: Callable[[], object] = lambda: None) -> None:
        out = os.open(self.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115
        os.chdir(self.root)
        become_nobody()
        before()
        os._exit(cli.run(list(args)))

    def calls(self) -> list[tuple[str, int]]:
        """The calls of the last run that touched the store or what is printed: name and number among its like."""
        seen: Counter[str] = Counter()
        found = []
        for line in self.trace.read_text().splitlines():
            if call := CALL.match(line):
                seen[call[1]] += 1
                if str(self.root) in line or f"<{self.out}>" in line:
                    found.append((call[1], seen[call[1]]))
        return found

    def check(self, code: int, whole: bytes, *, is_kill: bool) -> None:
        """Hold all promises against what the run left, then run it again."""
        told = self.out.read_text()
        assert "Traceback" not in told, told
        assert "fault in tracker" not in told, told
        assert code in (0, 1) or (is_kill and code == -9), code
        before, log = FileLog(self.prepared), FileLog(self.root)
        was = {name: list(before.read(name)) for name in before.logs()}
        now = {name: list(log.read(name)) for name in log.logs()}
        assert all(verified(lines, name) for name, lines in now.items() if lines)
        assert all(now[name][: len(lines)] == lines for name, lines in was.items()), "what was acknowledged is there"
        added = _count(now) - _count(was)
        assert added in (0, len(self.scenario.lines)), "all or nothing"
        if code == 0:
            assert added == len(self.scenario.lines), "it was acknowledged"
        if "nothing was logged." in told:
            assert added == 0, told
        if self.scenario.target.startswith("out"):
            assert self.document() in ([whole] if code == 0 else [b"old", whole]), "never half a document"
        self._again(whole)

    def _again(self, whole: bytes) -> None:
        """Run it again without a fault: it is there once, and nothing is left over."""
        self.run_alone()
        before, log = FileLog(self.prepared), FileLog(self.root)
        there = {name: list(log.read(name)) for name in log.logs()}
        assert all(verified(lines, name) for name, lines in there.items() if lines)
        count = _count(there) - _count({name: list(before.read(name)) for name in before.logs()})
        assert count == len(self.scenario.lines), "exactly one copy"
        if self.scenario.before is _torn:
            assert sum(b'"torn tail"' in line for lines in there.values() for line in lines) == 1, "it is noted once"
        assert log.loose_ends() == {} or not self.scenario.lines
        assert self.document() == whole
        self.run_alone("query", "SELECT log, position FROM heads ORDER BY log", "--json")
        heads = {row["log"]: row["position"] for row in json.loads(self.out.read_text())}
        assert heads == {name: len(lines) for name, lines in there.items()}
        with closing(sqlite3.connect(f"file:{self.root}/tracker.db?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        left = {
            it.name
            for it in self.root.rglob("*")
            if ".tmp" in it.name or it.name.startswith((".journal", "tracker.db-"))
        }
        assert left == set(), left
        kept = [it.read_bytes() for it in (self.root / "events" / ".quarantine").glob("*")]
        assert self.scenario.before is not _torn or TORN in kept, "what was torn is kept"


def _count(logs: dict[str, list[bytes]]) -> int:
    """How many lines logs have, but for the notes of what a writer set aside."""
    return sum(b'"type":"record.repaired"' not in line for lines in logs.values() for line in lines)


def _quietly(work: Callable[[], None]) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    work()
