"""The goals: what is measured, against what, and how much of it ours may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from benchmarks import inside
from benchmarks.bench import Bench, chronology, starting
from benchmarks.measure import Of, Ratio, in_turn, memory, wall

CLICK = 'python -c "import click"'
ITSELF = "the libraries' own time on the same blocks"


class Goal(NamedTuple):
    """What is measured, against what, and how much of it ours may take; ``measure`` gives both.

    ``{number}`` in the words is ``number``, or as much of it as a small run takes. ``huge`` is the goal of a store of a
    million events, where it is another. ``of`` is what is compared, ``needs`` the package of the rival that has to be
    installed beside those of the tracker.
    """

    what: str
    against: str
    at_most: float
    measure: Callable[[Bench], Ratio]
    needs: str = "tracker"
    of: Of = wall
    huge: float | None = None
    number: int = 0

    def told(self, bench: Bench) -> Goal:
        """The goal with the numbers of a bench in its words."""
        number = f"{bench.up_to(self.number):,}"
        at_most = self.huge if self.huge is not None and bench.events >= 1_000_000 else self.at_most
        return self._replace(
            what=self.what.format(number=number), against=self.against.format(number=number), at_most=at_most
        )


def of_store(measure: Callable[..., Ratio]) -> Callable[[Bench], Ratio]:
    """Something that is measured inside one process, on the store."""
    return lambda bench: measure(bench.store, bench.times)


def appending(size: int) -> Callable[[Bench], Ratio]:
    return lambda bench: inside.append(bench.home, bench.times, size=bench.up_to(size))


def noticing(bench: Bench) -> Ratio:
    """A store of its own, of so many logs, however large the others are."""
    logs = bench.up_to(10_000)
    return inside.unchanged(bench.made(f"logs-{logs}", logs * 3, logs), bench.times)


BY_SIZE = (
    Goal("rebuild on one process, every check", "floor script: the same rows, ready-made", 1.25, Bench.floor),
    Goal("rebuild", "DuckDB, bare load into its file", 1.0, Bench.duckdb, "duckdb", huge=1.3),
    Goal("rebuild", "sqlite-utils insert, bare", 0.45, Bench.bare_insert),
    Goal("rebuild on one process", "sqlite-utils insert, bare", 0.7, Bench.bare_insert_alone),
    Goal("rebuild", "sqlite-utils insert with indexes and full text", 0.2, Bench.full_insert),
    Goal("rebuild", "eventsourcing, projection replay", 0.08, Bench.eventsourcing, "eventsourcing"),
    Goal("rebuild", "bean-check of as many transactions", 0.2, Bench.beancount, "beancount"),
    Goal("memory of a rebuild", "300 MB", 1.0, Bench.limit, of=memory),
    Goal("memory of a rebuild", "DuckDB, bare load into its file", 0.25, Bench.duckdb, "duckdb", of=memory),
    Goal("memory of a rebuild, cases of 10 events", "cases of 1,000 events", 1.1, Bench.many_cases, of=memory),
    Goal("verify, canonical form included", "floor: decode, hash and chain", 2.5, Bench.verify_lines),
    Goal("verify, the projection compared too", "rebuild", 1.25, Bench.verify_all),
    Goal(
        "status CASE, one event logged just before", "the same in a store of {number} events", 1.5,
        Bench.after_one_event, number=100,
    ),
    Goal("the longest of {number} updates", "100 ms", 1.0, Bench.longest_update, number=1_000),
    Goal("status CASE", "the bare SQL", 1.2, of_store(inside.status)),
    Goal("deadlines --within 30d", "the bare SQL", 1.2, of_store(inside.deadlines)),
    Goal("search, a common word", "the bare SQL", 1.2, of_store(inside.search(inside.COMMON))),
    Goal("search, a rare word", "the bare SQL", 1.2, of_store(inside.search(inside.RARE))),
)  # fmt: skip
"""What is measured on a store of each size."""

OF_ANY_SIZE = (
    Goal("tracker --version", CLICK, 1.15, starting("--version")),
    Goal("tracker status, real logs, unchanged", CLICK, 1.4, starting("status")),
    Goal("log of one event, case of 3", "lock, write, fsync, close", 1.5, appending(3)),
    Goal("log of one event, case of {number}", "lock, write, fsync, close", 1.5, appending(5_000), number=5_000),
    Goal("noticing that nothing changed, {number} logs", "os.scandir and stat of them", 2.0, noticing, number=10_000),
    Goal("log --batch of {number} events", "rebuild of {number} events", 1.5, Bench.batch, number=10_000),
    Goal("chronology of {number}, Markdown", ITSELF, 1.3, chronology("md"), number=5_000),
    Goal("chronology of {number}, HTML", ITSELF, 1.3, chronology("html"), number=5_000),
    Goal("chronology of {number}, PDF", ITSELF, 1.3, chronology("pdf"), number=5_000),
    Goal("chronology of {number}, Word", ITSELF, 1.3, chronology("docx"), number=5_000),
)
"""What does not depend on the size of the store: it has stores of its own, or the real logs."""


def growing(small: Bench, large: Bench) -> Goal:
    """An event of a larger store beside one of a smaller; nine tenths as many events a second are 1.11 of the time."""

    def measure(bench: Bench) -> Ratio:
        return in_turn(
            lambda: large.rebuild().each(large.events), lambda: small.rebuild().each(small.events), bench.times
        )

    bigger, smaller = (f"{bench.events:,} events" for bench in (large, small))
    return Goal(f"time of a rebuild per event, {bigger}", smaller, 1.11, measure)
