"""Several processes do what one would, whatever becomes of them."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
from processes import is_running
from running import PROJECT

from tracker.projections.workers import AHEAD, share

COUNT = 60
PARENT = os.getpid()
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there do others begin as a copy")


def writing(folder: Path, before: Callable[[int], object] = id) -> Callable[[int], None]:
    """Work that leaves a file which tells who did it."""

    def work(number: int) -> None:
        before(number)
        (folder / str(number)).write_text(str(os.getpid()))

    return work


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_others_do_all_of_it_and_it_is_told_in_order(tmp_path: Path, processes: int) -> None:
    for number, is_done in enumerate(share(COUNT, writing(tmp_path), processes)):
        assert is_done
        assert (tmp_path / str(number)).exists()
    by = {int(path.read_text()) for path in tmp_path.iterdir()}
    assert len(list(tmp_path.iterdir())) == COUNT
    assert PARENT not in by
    assert 1 < len(by) <= processes
    assert not multiprocessing.active_children()


def test_what_one_fails_at_is_left_to_the_caller(tmp_path: Path) -> None:
    def failing(number: int) -> None:
        if number == 12:
            raise ValueError(number)

    done = list(share(COUNT, writing(tmp_path, failing), 3))
    assert done == [number != 12 for number in range(COUNT)]
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("how", ["killed", "closed its end"])
def test_when_one_is_gone_what_it_did_not_do_is_told(tmp_path: Path, how: str) -> None:
    def dying(number: int) -> None:
        if number == 20:
            os.kill(os.getpid(), signal.SIGKILL) if how == "killed" else os.closerange(3, 100)

    done = list(share(COUNT, writing(tmp_path, dying), 2))
    assert len(done) == COUNT
    assert done[:10] == [True] * 10
    assert not done[20]
    assert all((tmp_path / str(number)).exists() for number, is_done in enumerate(done) if is_done)
    assert not multiprocessing.active_children()


def test_whoever_stops_listening_ends_them(tmp_path: Path) -> None:
    shared = share(COUNT, writing(tmp_path), 2)
    assert next(shared)
    assert len(multiprocessing.active_children()) == 2
    shared.close()
    assert not multiprocessing.active_children()


def test_what_is_done_does_not_mount_up(tmp_path: Path) -> None:
    for number, _ in enumerate(share(COUNT, writing(tmp_path), 2)):
        sleep(0.005)
        assert len(list(tmp_path.iterdir())) <= number + AHEAD * 2


def test_whoever_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    program = """
import os, sys
from tracker.projections.workers import share

def work(number):
    open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()

for _ in share(10**7, work, 3):
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
