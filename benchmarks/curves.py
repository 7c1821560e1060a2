"""Curves: what grows with what, each a small table whose last column is held against its first row or a bound."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import inside
from benchmarks.bench import Bench
from benchmarks.measure import cpu, wall
from benchmarks.stores import write_case
from tracker import queries
from tracker.app import Tracker
from tracker.case import fold
from tracker.clocks import View
from tracker.envelope import Draft
from tracker.names import case_log
from tracker.registers import fold_parties, fold_sources

TOUCHED = 100
"""Events of the case that is touched, where the size of the store grows."""
CASES = (3, 50, 500, 5_000)
MIDDLE = "2025-03-31"
"""A day in the middle of what is logged."""


class Point(NamedTuple):
    """How large it was, and the seconds of an update, or of ours and of theirs, on the clock and of processors."""

    at: str
    wall: float
    cpu: float
    against: float | None = None


class Curve(NamedTuple):
    """A table: what it shows, the titles of its first and its last column, and where its points come from."""

    title: str
    at: str
    against: str
    measure: Callable[[Bench], Iterator[Point]]


def by_store(bench: Bench) -> Iterator[Point]:
    """Stores of a hundredth, a tenth and all of the events; the touched case has a hundred in each."""
    for events in sorted({max(3, bench.events // share) for share in (100, 10, 1)}):
        store = bench.made(f"{events}", events, max(1, events // 100))
        yield from _updates(bench, store, [min(TOUCHED, bench.up_to(TOUCHED))], f"{events:,} events")


def by_case(bench: Bench) -> Iterator[Point]:
    """One store, in which cases of all sizes are touched."""
    yield from _updates(bench, bench.store, sorted({bench.up_to(size) for size in CASES}))


def _updates(bench: Bench, store: Path, sizes: list[int], at: str = "") -> Iterator[Point]:
    """Bring the projection up to date after one more event in a case of each size, and ask where that case stands."""
    with bench.copy(store) as copy:
        for size in sizes:
            write_case(copy, f"touched-{size}", size)
        tracker = Tracker(copy)
        tracker.read()
        for size in sizes:
            name = f"touched-{size}"
            draft = Draft(case_log(name), "note.added", inside.NOTE)
            found = inside.in_turn(
                lambda name=name: queries.status(tracker.read(), [name], today=inside.TODAY),  # type: ignore[misc]
                lambda: None, bench.times,
                before=lambda draft=draft: tracker.log.append([draft], inside.LOGGED),  # type: ignore[misc]
            )  # fmt: skip
            yield Point(at or f"{size:,} events", found.medians(wall)[0], found.medians(cpu)[0])


def appends(bench: Bench) -> Iterator[Point]:
    """One more event in a case of each size; it does not read the log that it writes to."""
    for size in sorted({bench.up_to(size) for size in CASES}):
        found = inside.append(bench.home, bench.times, size=size)
        yield Point(f"{size:,} events", found.medians(wall)[0], found.medians(cpu)[0])


def views(bench: Bench) -> Iterator[Point]:
    """What was known by a day, and what was logged by one, of a case and of all cases of a tenth of the events."""
    size = bench.up_to(5_000)
    events = max(3, bench.events // 10)
    with tempfile.TemporaryDirectory(dir=bench.home) as folder:
        write_case(Path(folder), "one", size)
        one = Tracker(Path(folder))
        yield from _views(bench, one, f"a case of {size:,} events")
    yield from _views(
        bench, Tracker(bench.made(f"{events}", events, max(1, events // 100))), f"all of {events:,} events"
    )


def _views(bench: Bench, tracker: Tracker, what: str) -> Iterator[Point]:
    for clock, view in (("known by", View(known_by=MIDDLE)), ("logged by", View(recorded_by=MIDDLE))):
        found = inside.in_turn(lambda view=view: tracker.look(view), lambda: folded(tracker), bench.times)  # type: ignore[misc]
        yield Point(f"{clock} a day, {what}", found.medians(wall)[0], found.medians(cpu)[0], found.of(wall)[0])


def folded(tracker: Tracker) -> None:
    """Decode every log, hash and chain checked, and fold it: what a rebuild does before it makes rows."""
    for log, events in tracker.logs().items():
        if log.startswith("cases/"):
            fold(log.removeprefix("cases/"), events)
        else:
            {"sources": fold_sources, "parties": fold_parties}[log](events)


CURVES = (
    Curve("An update, by the size of the store: the touched case has 100 events", "store", "the smallest", by_store),
    Curve("An update, by the size of the touched case", "case", "the smallest", by_case),
    Curve("One event logged, by the size of the case", "case", "the smallest", appends),
    Curve("Views, against decode and fold of the same logs", "view", "decode and fold (at most 2)", views),
)
