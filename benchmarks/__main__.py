"""``python benchmarks``: the tables of ratios. ``--write`` puts them into docs/performance.md.

Needs ``pip install -e '.[benchmarks]'``. Stores are made below ``--folder`` and kept there for the next run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.bench import Bench, Runs, say  # noqa: E402 (found by the line above)
from benchmarks.curves import CURVES, Curve  # noqa: E402
from benchmarks.goals import BY_SIZE, OF_ANY_SIZE, Goal, growing  # noqa: E402
from benchmarks.measure import Ratio, cpu, memory, process, wall  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIBRARIES = (
    "sqlite-utils",
    "duckdb",
    "eventsourcing",
    "beancount",
    "python-docx",
    "typst",
    "tabulate",
    "msgspec",
    "click",
)


class Measured(NamedTuple):
    """A goal, with its numbers, and what was found."""

    goal: Goal
    ratio: Ratio


def table(bench: Bench, goals: Iterable[Goal], only: str) -> Iterator[Measured]:
    """What is measured, as soon as it is; goals that look at the same runs share them."""
    found: dict[Callable[[Bench], Ratio], Ratio] = {}
    for goal in (goal.told(bench) for goal in goals):
        if only not in f"{goal.what} {goal.against}":
            continue
        if goal.needs != "tracker" and not installed(goal.needs):
            say(f"{goal.needs} is not installed, so nothing is held against it: pip install -e '.[benchmarks]'")
            continue
        if goal.measure is Bench.bare_insert_alone and not bench.one_process:
            continue  # there is no other rebuild
        say(f"{goal.what} against {goal.against}")
        if goal.measure not in found:
            found[goal.measure] = goal.measure(bench)
        yield Measured(goal, found[goal.measure])


def printed(title: str, several: Iterable[Measured]) -> Iterator[str]:
    """A table in Markdown, line by line."""
    yield f"| {title} | against | ratio (range) | of processors | at most | ours | theirs | memory, ours and theirs |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for goal, ratio in several:
        middle, low, high = ratio.of(goal.of)
        peaks = ratio.medians(memory)
        told = (
            [megabytes(peak) for peak in peaks] if goal.of is memory else [seconds(t) for t in ratio.medians(goal.of)]
        )
        processors = f"{ratio.of(cpu)[0]:.2f}" if goal.of is wall else ""
        both = ", ".join(map(megabytes, peaks)) if goal.of is wall and all(peaks) else ""
        yield (
            f"| {goal.what} | {goal.against} | **{middle:.2f}** ({low:.2f} to {high:.2f}) | {processors} "
            f"| {goal.at_most:g} | {told[0]} | {told[1]} | {both} |"
        )


def drawn(curve: Curve, bench: Bench) -> Iterator[str]:
    """A curve as a table."""
    say(curve.title)
    yield f"| {curve.at} | time | of processors | against {curve.against} |"
    yield "| --- | --- | --- | --- |"
    first: float | None = None
    for point in curve.measure(bench):
        first = point.wall if first is None else first
        against = point.wall / first if point.against is None else point.against
        yield f"| {point.at} | {seconds(point.wall)} | {seconds(point.cpu)} | **{against:.2f}** |"


def repeated(once: Sequence[Measured], again: Sequence[Measured]) -> Iterator[str]:
    """How far two runs of the same tables are from each other."""
    yield "| measured twice | against | first | second | differs by |"
    yield "| --- | --- | --- | --- | --- |"
    for (goal, ratio), (_, later) in zip(once, again, strict=True):
        first, second = (each.of(goal.of)[0] for each in (ratio, later))
        yield f"| {goal.what} | {goal.against} | {first:.2f} | {second:.2f} | {abs(second / first - 1):.0%} |"


def seconds(time: float) -> str:
    return f"{time:.2f} s" if time >= 1 else f"{time * 1000:.2f} ms"


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


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


def tables(benches: Sequence[Bench], only: str, measured: list[Measured]) -> Iterator[str]:
    """All tables of one run, line by line; what is found is added to ``measured``."""

    def kept(bench: Bench, goals: Iterable[Goal]) -> Iterator[Measured]:
        for each in table(bench, goals, only):
            measured.append(each)
            yield each

    largest = benches[-1]
    for bench in benches:
        yield from printed(f"{bench.events:,} events", kept(bench, BY_SIZE))
        yield ""
    if len(benches) > 1:
        yield from printed("more events", kept(largest, [growing(benches[0], largest)]))
        yield ""
    yield from printed("whatever the store", kept(largest, OF_ANY_SIZE))
    yield ""


def lines(asked: argparse.Namespace, run: Runs) -> Iterator[str]:
    """All that is printed."""
    yield from (machine(), "")
    sizes = sorted(map(int, asked.events.split(",")))
    benches = [Bench(asked.folder, events, asked.times, run) for events in sizes]
    asked.folder.mkdir(parents=True, exist_ok=True)
    once: list[Measured] = []
    yield from tables(benches, asked.only, once)
    for curve in CURVES:
        if asked.only in curve.title:
            yield from (f"{curve.title}:", "", *drawn(curve, benches[-1]), "")
    if asked.twice:
        again: list[Measured] = []
        for _ in tables(benches, asked.only, again):
            pass
        yield from (*repeated(once, again), "")


def main(words: Sequence[str] | None = None, run: Runs = process) -> None:
    parser = argparse.ArgumentParser(prog="python benchmarks", description="Ratios of the tracker and what others do.")
    parser.add_argument("--events", default="100000", help="sizes of stores, with commas between")
    parser.add_argument("--times", type=int, default=5, help="runs of each, after one to warm up; 1 is for trying")
    parser.add_argument("--only", default="", help="only rows and curves with these words")
    parser.add_argument("--twice", action="store_true", help="measure again, and say how far the two runs differ")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/tracker-benchmarks"))
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args(words)
    told = []
    try:
        for line in lines(asked, run):
            print(line, flush=True)
            told.append(line)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{' '.join(error.cmd)} failed: {error.output.decode(errors='replace')}") from None
    if asked.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(told) + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
