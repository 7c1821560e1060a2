"""Several processes make what one would, whatever becomes of them."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from running import PROJECT

from tracker.projections import workers
from tracker.projections.workers import Rows, make_all

NAMES = [f"cases/{number}" for number in range(300)]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there do others begin as a copy")


def rows_of(name: str) -> Rows:
    return {"a": [(name, os.getpid() != PARENT, None, 1.5, "开庭 \ud800")], "b": [(len(name),)] * 50}


PARENT = os.getpid()


def told(several: list[Rows]) -> list[str]:
    assert all(len(rows["b"]) == 50 and rows["a"][0][4] == "开庭 \ud800" for rows in several)
    return [str(rows["a"][0][0]) for rows in several]


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_others_give_what_this_one_would_in_the_same_order(processes: int) -> None:
    found = list(make_all(NAMES, rows_of, processes, alone=0))
    assert told(found) == NAMES
    assert all(rows["a"][0][1] for rows in found), "made by others"
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(("processes", "alone"), [(1, 0.0), (4, 60.0)])
def test_one_goes_on_alone_where_it_is_asked_to_or_soon_done(processes: int, alone: float) -> None:
    found = list(make_all(NAMES, rows_of, processes, alone=alone))
    assert told(found) == NAMES
    assert not any(rows["a"][0][1] for rows in found)


def test_what_another_fails_at_is_raised_here() -> None:
    def failing(name: str) -> Rows:
        if name == "cases/120":
            raise ValueError(name)
        return rows_of(name)

    found = []
    with pytest.raises(ValueError, match="cases/120"):
        found.extend(make_all(NAMES, failing, 3, alone=0))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("how", ["killed", "stopped reading"])
def test_when_another_is_gone_nothing_is_lost(how: str) -> None:
    def dying(name: str) -> Rows:
        if os.getpid() != PARENT and name == "cases/200":
            os.kill(os.getpid(), signal.SIGKILL) if how == "killed" else os.closerange(3, 100)
        return rows_of(name)

    found = list(make_all(NAMES, dying, 2, alone=0))
    assert told(found) == NAMES
    assert not multiprocessing.active_children()


def test_memory_stays_small_when_they_are_faster_than_what_is_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int] = []
    monkeypatch.setattr(workers, "AHEAD", 2)
    answer = workers._Worker.answer
    monkeypatch.setattr(workers._Worker, "answer", lambda self: answers.append(1) or answer(self))
    for number, _ in enumerate(make_all(NAMES, rows_of, 2, alone=0)):
        sleep(0.001)
        assert len(answers) <= number / 3 + 5, "3 names a portion, two portions ahead of each of two"


def test_whoever_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    program = """
import os, sys
from tracker.projections.workers import make_all

def endless(name):
    open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()
    return {"a": [(name,)]}

for rows in make_all([str(number) for number in range(10**7)], endless, 3, alone=0):
    pass
"""
    child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT)
    until = monotonic() + 20
    while len(list(tmp_path.iterdir())) < 3 and monotonic() < until:
        sleep(0.02)
    child.kill()
    child.wait()
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert len(pids) == 3
    while any(map(is_running, pids)) and monotonic() < until:
        sleep(0.02)
    assert not any(map(is_running, pids))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
