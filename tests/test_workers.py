"""Several processes do what one would, whatever becomes of them."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep

import pytest
from processes import is_running
from running import PROJECT

from tracker import workers
from tracker.workers import AHEAD, share, spread

COUNT = 60
PARENT = os.getpid()
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there do others begin as a copy")


def writing(folder: Path, before: Callable[[int], object] = id) -> Callable[[int], int]:
    """Work that leaves a file which tells who did it."""

    def work(number: int) -> int:
        before(number)
        (folder / str(number)).write_text(str(os.getpid()))
        return number

    return work


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_others_do_all_of_it_and_it_is_told_in_order(tmp_path: Path, processes: int) -> None:
    for number, found in enumerate(share(COUNT, writing(tmp_path), processes)):
        assert found == number
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
    assert done == [number if number != 12 else None for number in range(COUNT)]
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("how", ["killed", "closed its end"])
def test_when_one_is_gone_what_it_did_not_do_is_told(tmp_path: Path, how: str) -> None:
    def dying(number: int) -> None:
        if number == 20:
            os.kill(os.getpid(), signal.SIGKILL) if how == "killed" else os.closerange(3, 100)

    done = list(share(COUNT, writing(tmp_path, dying), 2))
    assert len(done) == COUNT
    assert done[:10] == list(range(10))
    assert done[20] is None
    assert all((tmp_path / str(number)).exists() for number in done if number is not None)
    assert not multiprocessing.active_children()


def test_whoever_stops_listening_ends_them(tmp_path: Path) -> None:
    shared = share(COUNT, writing(tmp_path), 2)
    assert next(shared) == 0
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
from tracker.workers import share

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


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_what_is_found_comes_in_order(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setattr(workers, "ALONE_SECONDS", 0)
    found = list(spread(range(1_000), lambda several: [(each, os.getpid()) for each in several], processes))
    assert [each for each, _ in found] == list(range(1_000))
    by = {process for _, process in found}
    assert (by == {PARENT}) if processes == 1 else (PARENT not in by and 1 < len(by) <= processes)


def test_one_goes_on_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ALONE_SECONDS", 60)
    assert set(spread(range(100), lambda several: [os.getpid()] * len(several), 4)) == {PARENT}


@pytest.mark.parametrize("found", [lambda: None, lambda: threading.Lock()], ids=["raises", "cannot be handed over"])
def test_what_others_cannot_find_is_found_here(monkeypatch: pytest.MonkeyPatch, found: Callable[[], object]) -> None:
    monkeypatch.setattr(workers, "ALONE_SECONDS", 0)

    def work(several: Sequence[int]) -> list[object]:
        if 30 in several and os.getpid() != PARENT and found() is None:
            raise ValueError(30)
        return [found() if 30 in several and os.getpid() != PARENT else each for each in several]

    assert list(spread(range(COUNT), work, 2)) == list(range(COUNT))


def test_what_is_wrong_is_raised_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ALONE_SECONDS", 0)

    def work(several: Sequence[int]) -> list[int]:
        return [1 // (each - 30) for each in several]

    shared = spread(range(COUNT), work, 2)
    assert [next(shared) for _ in range(30)]
    with pytest.raises(ZeroDivisionError):
        next(shared)
    assert not multiprocessing.active_children()
