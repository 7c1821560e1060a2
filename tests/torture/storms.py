"""Storms: kill -9 at moments nobody chose, over appends and rebuilds; what was acknowledged is there afterwards."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from helpers import answers, note, registered, written
from logs_contract import A, B, draft, notes
from processes import finish, start

from torture.campaign import Counts, How, emptied
from tracker import workers
from tracker.app import Tracker
from tracker.envelope import Stamp
from tracker.logs.files import FileLog

PER_STORE = 250
"""Kills before a new store is begun: each of them reads the whole log at its end."""
LONGEST = 0.02
"""Seconds after the child has begun to work until it is killed at the latest."""


def run(how: How, folder: Path) -> Counts:
    """Kill writers and rebuilders."""
    chance = how.chance()
    counts = {
        "kill -9 while appending": 0,
        "acknowledged before a kill, none lost": 0,
        "written, but killed before the answer": 0,
        "kill -9 while rebuilding": 0,
        "of those, while several processes did": 0,
    }
    for kills in _portions(how.pick(70, 10_000)):
        with emptied(folder) as root:
            _kill_writers(root, kills, chance, counts)
    for kills in _portions(how.pick(15, 2_000)):
        with emptied(folder) as root:
            _kill_rebuilders(root / "store", kills, chance, counts)
    return counts


def _portions(total: int) -> list[int]:
    return [min(PER_STORE, total - done) for done in range(0, total, PER_STORE)]


def killed(work: Callable[[], None], begun: Path, chance: Random) -> bool:
    """Kill a child some time after it wrote to ``begun``; return whether it was still at work."""
    begun.write_bytes(b"")
    child = start(work)
    while not begun.stat().st_size:  # killed before that it would show nothing
        time.sleep(0.0005)
    time.sleep(chance.random() * LONGEST)
    os.kill(child, signal.SIGKILL)
    status = finish(child)
    assert status in (-signal.SIGKILL, 0), "it ended by itself, and badly"
    return status == -signal.SIGKILL


def _kill_writers(root: Path, kills: int, chance: Random, counts: Counts) -> None:
    """Writers note in a file what they were answered; a batch is in both its logs or in neither."""
    told, begun = root / "told", root / "begun"
    told.touch()

    def work(turn: int) -> None:
        # Each child has a clock of its own: in every other it goes backwards.
        log, stamp = FileLog(root), Stamp("Ann", f"20{50 - turn % 50:02d}-01-01T00:00:00.000Z")
        with told.open("a", buffering=1) as telling, begun.open("a", buffering=1) as beginning:
            for n in range(10_000):
                beginning.write("begun\n")
                text = f"{turn}-{n}"
                several = [draft(A, text), draft(B, text), draft("sources", text), draft("parties", text)]
                log.append(several if n % 3 == 0 else several[:1], stamp)
                telling.write(text + "\n")

    for turn in range(kills):
        assert killed(partial(work, turn), begun, chance), "it appends for much longer than it may live"
    log = FileLog(root)
    log.append([draft(A, "end"), draft(B, "end")], Stamp("Ann", "2026-01-01T00:00:00.000Z"))
    acknowledged = told.read_text().split()
    several = [it for it in acknowledged if int(it.partition("-")[2]) % 3 == 0]
    assert [it for it in notes(log, A) if it in set(acknowledged)] == acknowledged
    there = {name: notes(log, name) for name in (B, "sources", "parties")}
    for name, texts in there.items():
        assert [it for it in texts if it in set(several)] == several, name
    assert there[B][:-1] == there["sources"] == there["parties"], "each batch is in all its logs or in none"
    assert len(set(notes(log, A))) == len(notes(log, A))
    assert not list((root / "events").glob(".journal*"))
    counts["kill -9 while appending"] += kills
    counts["acknowledged before a kill, none lost"] += len(acknowledged)
    counts["written, but killed before the answer"] += len(notes(log, A)) - 1 - len(acknowledged)


def _kill_rebuilders(root: Path, kills: int, chance: Random, counts: Counts) -> None:
    """A projection whose making was killed answers as one that was not, and leaves nothing that mounts up."""
    tracker, begun = registered(root), root.parent / "begun"
    names = {it.name for it in root.iterdir()}

    def work(processes: int) -> None:
        workers.ALONE_SECONDS = 0
        with begun.open("a", buffering=1) as beginning:
            while True:
                beginning.write("begun\n")
                Tracker(root).rebuild(processes=processes)

    for turn in range(kills):
        processes = 1 + turn % 3
        assert killed(partial(work, processes), begun, chance), "it rebuilds for ever"
        counts["of those, while several processes did"] += processes > 1
        if turn % 5 == 0:
            written(tracker.log, "cases/a", note(f"turn {turn}"))
        seen = answers(Tracker(root)) if turn % 5 == 0 else None
        tracker.rebuild()
        assert seen in (None, answers(tracker))
        until = time.monotonic() + 20
        while {it.name for it in root.iterdir()} != names | {"tracker.db"} and time.monotonic() < until:
            time.sleep(0.005)  # the others learn of it only when they are done with their part
        assert {it.name for it in root.iterdir()} == names | {"tracker.db"}, "nothing mounts up"
    counts["kill -9 while rebuilding"] += kills
