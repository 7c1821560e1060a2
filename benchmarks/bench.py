"""The stores that are measured, what the rivals take beside them, and the commands that are run."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from shutil import which
from typing import Protocol

from benchmarks import blocks
from benchmarks.inside import LOGGED, NOTE
from benchmarks.measure import Ratio, Run, in_turn, process
from benchmarks.stores import make, write_batch, write_case
from tracker.app import Tracker
from tracker.envelope import Draft
from tracker.names import case_log

ROOT = Path(__file__).parent.parent
RIVALS = ROOT / "benchmarks" / "rivals"
PYTHON = sys.executable
TRACKER = (PYTHON, "-m", "tracker")
LIMIT = 300_000_000
"""Bytes that a rebuild of any store may take."""
STALL = 0.1
"""Seconds that no update may take, however large the store: whoever logs should not have to wait."""
OPTION = re.compile(r"--(?:processes|jobs|workers)\b")
"""How 'tracker rebuild' may call the option that says on how many processes."""


class Runs(Protocol):
    """Runs a command to its end and says what it took, as ``measure.process``."""

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None, before: Callable[[], object] = ...) -> Run: ...


class Bench:
    """A store of so many events, and beside it what the rivals take: each made once, when it is first asked for.

    ``run`` runs commands; tests put something quicker in its place.
    """

    def __init__(self, folder: Path, events: int, times: int, run: Runs = process) -> None:
        self.home, self.events, self.times, self.run = folder, events, times, run
        self.folder = folder / str(events)
        self.lines = self.folder / "lines.jsonl"
        self.rows = self.folder / "rows.pickle"
        self.recorded = self.folder / "recorded.db"
        self.ledger = self.folder / "ledger.beancount"
        self.out = self.folder / "out.db"
        self._stores: dict[str, Path] = {}

    @property
    def often(self) -> int:
        """How often to run what takes some hundredths of a second."""
        return self.times * 10 if self.times > 1 else 1

    def up_to(self, number: int) -> int:
        """As many as are asked for, or a tenth of the events: a small run is for its working only."""
        return min(number, max(3, self.events // 10))

    # Stores

    @cached_property
    def store(self) -> Path:
        """As many events in a hundredth of as many cases, and a projection that is up to date."""
        return self.made(f"{self.events}", self.events, max(1, self.events // 100))

    def made(self, name: str, events: int, cases: int) -> Path:
        """A store of so many events in so many cases."""
        return self._kept(name, lambda store: make(store, events, cases=cases, told=say))

    def _kept(self, name: str, write: Callable[[Path], object]) -> Path:
        """A store that is kept for the next run; its projection is made anew, by this version."""
        if name in self._stores:
            return self._stores[name]
        store = self.home / name / "store"
        if not (self.home / name / "whole").exists():
            shutil.rmtree(store, ignore_errors=True)
            store.mkdir(parents=True)
            say(f"making the store {name}")
            write(store)
            (self.home / name / "whole").touch()
        self.tracker("rebuild", store=store)
        self._stores[name] = store
        return store

    @cached_property
    def long(self) -> Path:
        """One case, with about as many developments as a chronology is measured with: four events of five are some."""
        events = self.up_to(5_000) * 5 // 4
        return self._kept(f"long-{events}", lambda store: write_case(store, "long", events))

    def all_lines(self) -> str:
        """The lines of all logs in one file, for those who read one file."""
        if not self.lines.exists():
            with self.lines.open("wb") as out:
                for path in sorted((self.store / "events").rglob("*.jsonl")):
                    out.write(path.read_bytes())
        return str(self.lines)

    @contextmanager
    def copy(self, store: Path) -> Iterator[Path]:
        """A copy of a store that may be written to."""
        with tempfile.TemporaryDirectory(dir=store.parent) as folder:
            yield shutil.copytree(store, Path(folder) / "store")

    # What is measured, ours

    def tracker(self, *words: str, store: Path | None = None, before: Callable[[], object] = lambda: None) -> Run:
        """A command on a store."""
        return self.run([*TRACKER, "--store", str(store or self.store), *words], before=before)

    def rebuild(self) -> Run:
        return self.tracker("rebuild")

    @cached_property
    def one_process(self) -> tuple[str, ...]:
        """The option that keeps a rebuild in one process; nothing where there is none, and it takes one anyway."""
        from tracker.cli.upkeep import rebuild_command

        found = OPTION.search(" ".join(option for each in rebuild_command.params for option in each.opts))
        return (found[0], "1") if found else ()

    def rebuild_alone(self) -> Run:
        return self.tracker("rebuild", *self.one_process)

    def verify(self) -> Run:
        return self.tracker("verify")

    def verify_lines(self) -> Ratio:
        """Every line with hash, chain, canonical form and members: 'verify' where there is no projection to compare."""
        store = self.store
        with tempfile.TemporaryDirectory(dir=store.parent) as folder:
            bare = Path(folder) / "store"
            shutil.copytree(store / "events", bare / "events")
            return in_turn(
                lambda: self.tracker("verify", store=bare),
                lambda: self.run(self.script("floor", "decode", bare / "events")), self.times,
            )  # fmt: skip

    # The rivals

    def against(self, ours: Callable[[], Run], *argv: str) -> Ratio:
        """Ours in turn with a command that writes ``self.out``."""
        return in_turn(ours, lambda: self.run([*argv], before=self.clear), self.times)

    def clear(self) -> None:
        for path in self.folder.glob(self.out.name + "*"):
            path.unlink()

    def script(self, name: str, *words: object) -> list[str]:
        """One of the rivals' scripts."""
        return [PYTHON, str(RIVALS / f"{name}.py"), *map(str, words)]

    def floor(self) -> Ratio:
        # Anew each time: the rows are those that this version makes.
        self.run(self.script("floor", "prepare", self.store / "tracker.db", self.rows))
        return self.against(
            self.rebuild_alone, *self.script("floor", "run", self.store / "events", self.rows, self.out)
        )

    def verify_all(self) -> Ratio:
        """The whole command, which makes all rows anew to compare them with those of the projection."""
        return in_turn(self.verify, self.rebuild, self.times)

    def duckdb(self) -> Ratio:
        return self.against(self.rebuild, *self.script("duckdb_load", self.all_lines(), self.out))

    def bare_insert(self) -> Ratio:
        return self.against(self.rebuild, *self.insert())

    def bare_insert_alone(self) -> Ratio:
        return self.against(self.rebuild_alone, *self.insert())

    def insert(self) -> list[str]:
        return [tool("sqlite-utils"), "insert", str(self.out), "events", self.all_lines(), "--nl"]

    def full_insert(self) -> Ratio:
        """An insert, three indexes and full text, one command after another, as its documentation has it."""
        insert = tool("sqlite-utils")
        steps = (
            " ".join(self.insert()),
            *(f"{insert} create-index {self.out} events {column}" for column in ("source", "type", "recordedtime")),
            f"{insert} enable-fts {self.out} events data --fts5",
        )
        return self.against(self.rebuild, "sh", "-c", " && ".join(steps))

    def eventsourcing(self) -> Ratio:
        if not self.recorded.exists():
            say("recording the events for eventsourcing")
            self.run(self.script("replay", "prepare", self.events, self.recorded, self.all_lines()))
        return self.against(self.rebuild, *self.script("replay", "run", self.recorded, self.out))

    def beancount(self) -> Ratio:
        self.run(self.script("ledger", self.events, self.ledger))
        return self.against(self.rebuild, tool("bean-check"), "--no-cache", str(self.ledger))

    # Ourselves

    def limit(self) -> Ratio:
        """The memory of a rebuild, and what it may be."""
        return in_turn(self.rebuild, lambda: Run(1.0, 1.0, LIMIT), self.times)

    def many_cases(self) -> Ratio:
        """Rebuilds of as many events in many small cases, and in few large ones."""
        many, few = (
            self.made(f"{self.events}-{name}", self.events, max(1, self.events // size))
            for name, size in (("small", 10), ("large", 1_000))
        )
        return in_turn(
            lambda: self.tracker("rebuild", store=many), lambda: self.tracker("rebuild", store=few), self.times
        )

    def after_one_event(self) -> Ratio:
        """What 'status CASE' takes when an event was just logged: here, and where that case is all there is.

        Both cases hold a hundred events before; the logging itself is not measured.
        """
        size = self.up_to(100)
        alone = self._kept(f"alone-{size}", lambda store: write_case(store, "touched", size))
        with self.copy(self.store) as big, self.copy(alone) as small:
            write_case(big, "touched", size)

            def status(store: Path) -> Run:
                log = ("log", "touched", "note.added", "--note", "one more", "--by", "Benchmark")
                return self.tracker(
                    "status", "touched", store=store, before=lambda: self.tracker(*log, store=store)
                )  # fmt: skip

            return in_turn(lambda: status(big), lambda: status(small), self.often)

    def longest_update(self) -> Ratio:
        """The longest of many updates after a rebuild, each after one more event, and what none of them may take."""
        names = [f"touched-{number}" for number in range(10)]  # or one case would grow, and with it each update
        with self.copy(self.store) as copy:
            for name in names:
                write_case(copy, name, self.up_to(100))
            tracker = Tracker(copy)

            def longest() -> Run:
                tracker.rebuild()
                return max(update(tracker, name) for _ in range(self.up_to(100)) for name in names)

            return in_turn(longest, lambda: Run(STALL, STALL, 0), self.times)

    def batch(self) -> Ratio:
        """What 'log --batch' takes for so many events of new cases, and a rebuild of a store with just these."""
        events = self.up_to(10_000)
        registers = self._kept("registers", lambda store: make(store, 0, cases=0, told=say))
        full = self._kept(f"batch-{events}", lambda store: make(store, events, cases=max(1, events // 100), told=say))
        lines = full.parent / "batch.jsonl"
        write_batch(full, lines)
        with tempfile.TemporaryDirectory(dir=full.parent) as folder:
            target = Path(folder) / "store"

            def fresh() -> None:
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(registers, target)
                self.tracker("status", store=target)

            return in_turn(
                lambda: self.tracker("log", "--batch", str(lines), "--by", "B", store=target, before=fresh),
                lambda: self.tracker("rebuild", store=full), self.times,
            )  # fmt: skip


def update(tracker: Tracker, case: str) -> Run:
    """Log one more event and bring the projection up to date with it, inside this process."""
    start, used = time.perf_counter(), time.process_time()
    tracker.log.append([Draft(case_log(case), "note.added", NOTE)], LOGGED)
    tracker.read()
    return Run(time.perf_counter() - start, time.process_time() - used, 0)


def chronology(form: str) -> Callable[[Bench], Ratio]:
    """A chronology as a file of a format, beside the libraries' own time on the same blocks.

    Their own time is that of a process which is handed the finished blocks of the same document, and does nothing but
    have the library make the file of them: for PDF, Typst compiles the very input that it is given here; for Word,
    python-docx writes each block by the call that its manual has for it; Markdown and HTML, which the tracker writes
    without a library, are made by tabulate, which people would take for tables. It reads no database, puts no date into
    words, numbers no source and looks at no privilege: what that costs is in the ratio, as is starting on both sides.
    """

    def measure(bench: Bench) -> Ratio:
        given = blocks.prepare(bench.long, "long", form, bench.long.parent / f"blocks-{form}.pickle")
        target = bench.long.parent / f"out.{form}"
        # Typst takes most of a minute for thousands of rows, and hardly differs from run to run.
        times = min(bench.times, 2) if form == "pdf" else bench.times
        return in_turn(
            lambda: bench.tracker("chronology", "long", "-o", str(target), store=bench.long),
            lambda: bench.run(bench.script("documents", form, given, target.with_name(f"theirs.{form}"))), times,
        )  # fmt: skip

    return measure


def starting(*command: str) -> Callable[[Bench], Ratio]:
    """A command on the real logs beside importing click alone, many times: each takes some hundredths of a second."""

    def measure(bench: Bench) -> Ratio:
        return in_turn(
            lambda: bench.run([*TRACKER, *command], cwd=ROOT),
            lambda: bench.run([PYTHON, "-c", "import click"], cwd=ROOT), bench.often,
        )  # fmt: skip

    return measure


def tool(name: str) -> str:
    """A command of the environment that runs this, or of the path."""
    beside = Path(PYTHON).with_name(name)
    return str(beside) if beside.exists() else which(name) or name


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
