"""Several processes that share work out among them, for one that takes it up in order."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from multiprocessing.connection import Connection

AHEAD = 4
"""How many portions for each process may be done before they are taken up, so that what is done does not mount up."""


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_share() -> bool:
    """Whether other processes begin as a copy of this one, with all it has read: only Linux does that safely."""
    return sys.platform == "linux"


def share(count: int, work: Callable[[int], None], processes: int) -> Generator[bool, None, None]:
    """Have so many other processes do ``work`` with every number below ``count``; whether each was done, in order.

    What was not done, be it that it failed or that a process was killed, is for the caller to do.
    """
    from multiprocessing.connection import wait

    workers: list[_Worker] = []
    done: dict[int, bool] = {}
    asked = 0
    try:
        for _ in range(min(processes, count)):
            workers.append(_Worker(work, workers))
        for number in range(count):
            try:
                while number not in done and workers:
                    most = min(count, number + AHEAD * processes)
                    while asked < most and (idle := min(workers, key=_Worker.waiting)).waiting() < AHEAD:
                        idle.ask(asked)
                        asked += 1
                    ready = wait([each.connection for each in workers])
                    done |= (each.answer() for each in workers if each.connection in ready)
            except _Gone:  # then the others are in doubt too: all that is not done yet is left to the caller
                for worker in workers:
                    worker.end()
                workers.clear()
            yield done.pop(number, False)
    finally:
        for worker in workers:
            worker.end()


class _Gone(Exception):
    """A process does not answer any more."""


class _Worker:
    """Another process, and how many numbers it was given and has not answered."""

    def __init__(self, work: Callable[[int], None], earlier: Sequence[_Worker]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self.connection, theirs = context.Pipe()
        self._asked = 0
        # A copy of this process has its ends of all pipes too: while one is open, nobody learns that we are gone.
        ours = [worker.connection for worker in (*earlier, self)]
        self._process = context.Process(target=_work, args=(work, theirs, ours), daemon=True)
        self._process.start()
        theirs.close()

    def waiting(self) -> int:
        return self._asked

    def ask(self, number: int) -> None:
        """Give it a number; raises _Gone."""
        try:
            self.connection.send(number)
        except OSError:
            raise _Gone from None
        self._asked += 1

    def answer(self) -> tuple[int, bool]:
        """Its next number, and whether the work was done; raises _Gone."""
        try:
            number, is_done = self.connection.recv()
        except (EOFError, OSError):
            raise _Gone from None
        self._asked -= 1
        return number, is_done

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


def _work(work: Callable[[int], None], connection: Connection, others: Sequence[Connection]) -> None:
    """What such a process does: what it is told, until nobody is there to tell it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that is for the one that began this one, which will end it
    for each in others:
        each.close()
    while True:
        try:
            number = connection.recv()
        except (EOFError, OSError):
            return
        try:
            work(number)
        except Exception:  # whoever asked does it once more, and learns why
            is_done = False
        else:
            is_done = True
        try:
            connection.send((number, is_done))
        except OSError:
            return  # nobody waits for it any more
