"""Many processes at one store: nothing is lost, doubled or mixed, and what was acknowledged outlives a kill."""

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

from logs_contract import STAMP, A, B, draft, notes, verified
from processes import finish, start

from tracker.errors import HeadMoved
from tracker.logs.files import FileLog


def test_eight_writers_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    def work(writer: int) -> None:
        log = FileLog(tmp_path, lock_timeout=60)
        for n in range(20):
            note = f"{writer}-{n}"
            batch = [draft(A, note), draft(B, note)] if n % 5 == 0 else [draft(A, note)]
            assert all(answer.new for answer in log.append(batch, STAMP))

    children = [start(partial(work, writer)) for writer in range(8)]
    log = FileLog(tmp_path)
    while_writing = [len(verified(log.read(A), A)) for _ in range(50)]
    assert [finish(child) for child in children] == [0] * 8
    assert while_writing == sorted(while_writing)
    assert sorted(notes(log, A)) == sorted(f"{writer}-{n}" for writer in range(8) for n in range(20))
    assert sorted(notes(log, B)) == sorted(f"{writer}-{n}" for writer in range(8) for n in range(0, 20, 5))
    for writer in range(8):
        assert [it for it in notes(log, A) if it.startswith(f"{writer}-")] == [f"{writer}-{n}" for n in range(20)]


def test_of_eight_writers_who_expect_the_same_head_one_wins_each_time(tmp_path: Path) -> None:
    def work(writer: int) -> None:
        log, done = FileLog(tmp_path, lock_timeout=60), 0
        while done < 5:
            heads = log.heads()
            try:
                log.append([draft(A, f"{writer}")], STAMP, expected={A: heads[A].position if A in heads else 0})
            except HeadMoved:
                continue
            done += 1

    children = [start(partial(work, writer)) for writer in range(8)]
    assert [finish(child) for child in children] == [0] * 8
    assert sorted(notes(FileLog(tmp_path))) == sorted(f"{writer}" for writer in range(8) for _ in range(5))


def test_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Kills from outside, at moments nobody chose; the children note their acknowledgements in a file."""
    chance, log, answers = random.Random(7), FileLog(tmp_path), tmp_path / "answers"
    answers.touch()

    def work(turn: int) -> None:
        with answers.open("a", buffering=1) as told:
            for n in range(10_000):
                log.append([draft(A, f"{turn}-{n}"), draft(B, f"{turn}-{n}")], STAMP)
                told.write(f"{turn}-{n}\n")

    for turn in range(25):
        told_before = answers.stat().st_size
        child = start(partial(work, turn))
        while answers.stat().st_size == told_before:  # killed before its first answer it would show nothing
            time.sleep(0.001)
        time.sleep(chance.random() * 0.03)
        os.kill(child, signal.SIGKILL)
        assert finish(child) == -signal.SIGKILL
    log.append([draft(A, "end"), draft(B, "end")], STAMP)
    told = answers.read_text().split()
    assert len(told) >= 25
    for name in (A, B):
        assert [it for it in notes(log, name) if it in set(told)] == told
    assert notes(log, A) == notes(log, B), "each batch is in both logs or in neither"
