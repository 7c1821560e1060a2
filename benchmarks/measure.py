"""Measures whole processes, ours and others' in turn, and tells their ratio: no figure without its other one."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from typing import NamedTuple

_EVERY = 0.02
"""Seconds between two looks at the memory of a process and those it started."""


class Run(NamedTuple):
    """What a process took, with all it started: seconds on the clock, seconds of processors, and most bytes at once.

    Memory is the sum of proportional set sizes, in which what processes share counts once (Linux, smaps_rollup).
    """

    wall: float
    cpu: float
    peak: int

    def each(self, count: int) -> Run:
        """What one of so many things took that the process did; its memory is that of all."""
        return self._replace(wall=self.wall / count, cpu=self.cpu / count)


Of = Callable[[Run], float]
"""What of a run is compared."""


def wall(run: Run) -> float:
    return run.wall


def cpu(run: Run) -> float:
    return run.cpu


def memory(run: Run) -> float:
    return run.peak


@dataclass(frozen=True, slots=True)
class Ratio:
    """Several runs of two things in turn."""

    ours: tuple[Run, ...]
    theirs: tuple[Run, ...]

    def of(self, what: Of) -> tuple[float, float, float]:
        """The median, the least and the greatest ratio of neighbouring runs: what slows the machine slows both."""
        pairs = [what(a) / what(b) if what(b) else inf for a, b in zip(self.ours, self.theirs, strict=True)]
        return median(pairs), min(pairs), max(pairs)

    def medians(self, what: Of) -> tuple[float, float]:
        """Ours and theirs by themselves."""
        return median(map(what, self.ours)), median(map(what, self.theirs))


def process(argv: Sequence[str], *, cwd: Path | None = None, before: Callable[[], object] = lambda: None) -> Run:
    """Run a command to its end; raises CalledProcessError with what it said. ``before`` is not measured."""
    before()
    # The tracker of this checkout, whichever is installed.
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    start, used = time.perf_counter(), os.times()
    with subprocess.Popen(
        list(argv), cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        peak = _Peak(child.pid)
        said, _ = child.communicate()
        wall = time.perf_counter() - start
        highest = peak.stop()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, list(argv), said)
    now = os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    return Run(wall, cpu, highest)


def in_turn(ours: Callable[[], Run], theirs: Callable[[], Run], times: int) -> Ratio:
    """Run both once to warm up, and then in turn, ours first; each so many times. Once is for trying: it stays cold."""
    if times > 1:
        ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(times)]
    return Ratio(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


class _Peak:
    """Looks at the memory of a process and of all below it while it runs."""

    def __init__(self, pid: int) -> None:
        self._pid, self._highest, self._done = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            self._highest = max(self._highest, sum(map(_pss, _tree(self._pid))))

    def stop(self) -> int:
        self._done.set()
        self._thread.join()
        return self._highest


def _tree(pid: int) -> list[int]:
    found = [pid]
    for at in found:
        try:
            told = Path(f"/proc/{at}/task/{at}/children").read_text()
        except OSError:
            continue
        found += map(int, told.split())
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
