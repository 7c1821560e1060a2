"""``python benchmarks``: the table of ratios. ``--write`` puts it into docs/performance.md.

Needs ``pip install -e '.[benchmarks]'``. Stores are made below ``--folder`` and kept there for the next run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks import inside  # noqa: E402 (found by the line above)
from benchmarks.measure import Ratio, Run, in_turn, process  # noqa: E402
from benchmarks.stores import make  # noqa: E402

RIVALS = ROOT / "benchmarks" / "rivals"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PYTHON = sys.executable
TRACKER = (PYTHON, "-m", "tracker")
LIBRARIES = ("sqlite-utils", "duckdb", "eventsourcing", "beancount", "msgspec", "click")


class Goal(NamedTuple):
    """What is measured, against what, and how much of it ours may take; ``measure`` gives both.

    ``needs`` is the package of the rival that has to be installed, beside those of the tracker.
    """

    what: str
    against: str
    at_most: float
    measure: Callable[[Bench], Ratio]
    needs: str = "tracker"


class Bench:
    """A store of so many events, and beside it what the rivals take: each made once, when it is first asked for."""

    def __init__(self, folder: Path, events: int, times: int) -> None:
        self.folder, self.events, self.times = folder / str(events), events, times
        self.store = self.folder / "store"
        self.lines = self.folder / "lines.jsonl"
        self.rows = self.folder / "rows.pickle"
        self.recorded = self.folder / "recorded.db"
        self.ledger = self.folder / "ledger.beancount"
        self.out = self.folder / "out.db"

    def prepare(self) -> None:
        """Make whatever is not there yet."""
        if not (self.store / "events").exists():
            self.store.mkdir(parents=True, exist_ok=True)
            say(f"making a store of {self.events:,} events")
            make(self.store, self.events, told=say)
        if not self.lines.exists():
            with self.lines.open("wb") as out:
                for path in sorted((self.store / "events").rglob("*.jsonl")):
                    out.write(path.read_bytes())
        process([*TRACKER, "--store", str(self.store), "rebuild"])

    # What is measured, ours

    def rebuild(self) -> Run:
        return process([*TRACKER, "--store", str(self.store), "rebuild"])

    def verify(self) -> Run:
        return process([*TRACKER, "--store", str(self.store), "verify"])

    def against(self, ours: Callable[[], Run], *argv: str) -> Ratio:
        """Ours in turn with a command that writes ``self.out``."""
        return in_turn(ours, lambda: process(argv, before=self.clear), self.times)

    def clear(self) -> None:
        for path in self.folder.glob(self.out.name + "*"):
            path.unlink()

    # The rivals

    def floor(self) -> Ratio:
        # Anew each time: the rows are those that this version makes.
        process([PYTHON, str(RIVALS / "floor.py"), "prepare", str(self.store / "tracker.db"), str(self.rows)])
        return self.against(self.rebuild, PYTHON, str(RIVALS / "floor.py"), "run", str(self.store / "events"),
                            str(self.rows), str(self.out))  # fmt: skip

    def decoding(self) -> Ratio:
        return self.against(self.verify, PYTHON, str(RIVALS / "floor.py"), "decode", str(self.store / "events"))

    def duckdb(self) -> Ratio:
        return self.against(self.rebuild, PYTHON, str(RIVALS / "duckdb_load.py"), str(self.lines), str(self.out))

    def bare_insert(self) -> Ratio:
        return self.against(
            self.rebuild, tool("sqlite-utils"), "insert", str(self.out), "events", str(self.lines), "--nl"
        )

    def full_insert(self) -> Ratio:
        """An insert, three indexes and full text, one command after another, as its documentation has it."""
        insert = tool("sqlite-utils")
        steps = (
            f"{insert} insert {self.out} events {self.lines} --nl",
            *(f"{insert} create-index {self.out} events {column}" for column in ("source", "type", "recordedtime")),
            f"{insert} enable-fts {self.out} events data --fts5",
        )
        return self.against(self.rebuild, "sh", "-c", " && ".join(steps))

    def eventsourcing(self) -> Ratio:
        if not self.recorded.exists():
            say("recording the events for eventsourcing")
            script = str(RIVALS / "replay.py")
            process([PYTHON, script, "prepare", str(self.events), str(self.recorded), str(self.lines)])
        return self.against(self.rebuild, PYTHON, str(RIVALS / "replay.py"), "run", str(self.recorded), str(self.out))

    def beancount(self) -> Ratio:
        process([PYTHON, str(RIVALS / "ledger.py"), str(self.events), str(self.ledger)])
        return self.against(self.rebuild, tool("bean-check"), "--no-cache", str(self.ledger))


def starting(*command: str) -> Callable[[Bench], Ratio]:
    """A command on the real logs beside importing click alone, many times: each takes some hundredths of a second."""

    def measure(bench: Bench) -> Ratio:
        ours = lambda: process([*TRACKER, *command], cwd=ROOT)  # noqa: E731
        return in_turn(ours, lambda: process([PYTHON, "-c", "import click"], cwd=ROOT), bench.times * 10)

    return measure


def within(name: str) -> Callable[[Bench], Ratio]:
    """Something that is measured inside one process."""
    return lambda bench: inside.MEASURED[name](bench.store, bench.times)


GOALS = (
    Goal("rebuild, every check", "floor script: the same rows, ready-made", 1.25, Bench.floor),
    Goal("rebuild", "DuckDB, bare load into its file", 1.0, Bench.duckdb, "duckdb"),
    Goal("rebuild", "sqlite-utils insert, bare", 0.45, Bench.bare_insert),
    Goal("rebuild", "sqlite-utils insert with indexes and full text", 0.2, Bench.full_insert),
    Goal("rebuild", "eventsourcing, projection replay", 0.08, Bench.eventsourcing, "eventsourcing"),
    Goal("rebuild", "bean-check of as many transactions", 0.2, Bench.beancount, "beancount"),
    Goal("verify, canonical form included", "floor: decode, hash and chain", 2.5, Bench.decoding),
    Goal("tracker --version", 'python -c "import click"', 1.15, starting("--version")),
    Goal("tracker status, real logs, unchanged", 'python -c "import click"', 1.4, starting("status")),
    Goal("log of one event, durable", "lock, write, fsync, close", 1.5, within("append")),
    Goal("noticing that nothing changed", "os.scandir and stat of the logs", 2.0, within("stamps")),
    Goal("status CASE", "the bare SQL", 1.2, within("status")),
    Goal("deadlines --within 30d", "the bare SQL", 1.2, within("deadlines")),
    Goal("search, a common word", "the bare SQL", 1.2, within("search common")),
    Goal("search, a rare word", "the bare SQL", 1.2, within("search rare")),
)
"""The goals that are measured here; those that are curves stand in ``curves.py``."""


def tool(name: str) -> str:
    """A command of the environment that runs this, or of the path."""
    beside = Path(PYTHON).with_name(name)
    return str(beside) if beside.exists() else which(name) or name


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def table(bench: Bench, only: str) -> Iterator[str]:
    """The rows of the table, each as soon as it is measured."""
    yield f"| {bench.events:,} events | against | ratio (range) | at most | ours | theirs | memory, ours and theirs |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for goal in GOALS:
        if only not in f"{goal.what} {goal.against}":
            continue
        if goal.needs != "tracker" and not installed(goal.needs):
            say(f"{goal.needs} is not installed, so nothing is held against it: pip install -e '.[benchmarks]'")
            continue
        say(f"{goal.what} against {goal.against}")
        found = goal.measure(bench)
        ratio, low, high = found.wall
        ours, theirs = (sorted(run.wall for run in runs)[len(runs) // 2] for runs in (found.ours, found.theirs))
        peaks = [max(run.peak for run in runs) / 1e6 for runs in (found.ours, found.theirs)]
        memory = f"{peaks[0]:.0f} MB, {peaks[1]:.0f} MB" if all(peaks) else ""
        yield (
            f"| {goal.what} | {goal.against} | **{ratio:.2f}** ({low:.2f} to {high:.2f}) | {goal.at_most:g} "
            f"| {seconds(ours)} | {seconds(theirs)} | {memory} |"
        )


def seconds(time: float) -> str:
    return f"{time:.2f} s" if time >= 1 else f"{time * 1000:.2f} ms"


def machine() -> str:
    """On what it was measured, and with which versions."""
    versions = ", ".join(f"{name} {told}" for name in LIBRARIES if (told := installed(name)))
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {versions}."
    )


def installed(name: str) -> str | None:
    """The version of a package; None when it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python benchmarks", description="Ratios of the tracker and what others do.")
    parser.add_argument("--events", default="100000", help="sizes of stores, with commas between")
    parser.add_argument("--times", type=int, default=5, help="runs of each, after one to warm up")
    parser.add_argument("--only", default="", help="only rows with these words")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/tracker-benchmarks"))
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args()
    told = [machine(), ""]
    print(*told, sep="\n")
    for events in map(int, asked.events.split(",")):
        bench = Bench(asked.folder, events, asked.times)
        try:
            bench.prepare()
            for line in table(bench, asked.only):
                print(line, flush=True)
                told.append(line)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{' '.join(error.cmd)} failed: {error.output.decode(errors='replace')}") from None
        print()
        told.append("")
    if asked.write:
        page = ROOT / "docs" / "performance.md"
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(told) + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
