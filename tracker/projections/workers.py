"""Several processes that make rows of logs, for one that writes them: SQLite takes rows from one writer only."""

from __future__ import annotations

import marshal
import os
import sys
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from queue import Queue

Rows = dict[str, list[tuple[Any, ...]]]
"""Whole rows by table, in the order of its columns: texts, numbers and None, nothing else."""

ALONE_SECONDS = 0.2
"""How long one process goes on by itself: small stores are done by then, and starting others costs something too."""
AT_ONCE = 16
"""The most logs that are handed over together."""
AHEAD = 4
"""How many such portions for each process may be made before they are written, so that memory stays small."""


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_all(
    names: Sequence[str], make: Callable[[str], Rows], processes: int, *, alone: float = ALONE_SECONDS
) -> Iterator[Rows]:
    """What ``make`` makes of each name, in their order, by so many processes; raises what it raises.

    Others are begun only after ``alone`` seconds, and only where they begin as a copy of this one (Linux).
    """
    begun = monotonic()
    for number, name in enumerate(names):
        if processes > 1 and sys.platform == "linux" and monotonic() - begun >= alone:
            yield from _by_others(names[number:], make, processes)
            return
        yield make(name)


def _by_others(names: Sequence[str], make: Callable[[str], Rows], processes: int) -> Iterator[Rows]:
    """As ``make_all``. What no other process gives, be it that it failed or was killed, is made here."""
    from multiprocessing.connection import wait

    size = max(1, min(AT_ONCE, len(names) // (processes * 50)))
    portions = [names[at : at + size] for at in range(0, len(names), size)]
    workers: list[_Worker] = []
    made: dict[int, bytes] = {}
    asked = 0
    try:
        for _ in range(min(processes, len(portions))):
            workers.append(_Worker(make, workers))
        for number, portion in enumerate(portions):
            try:
                while number not in made and workers:
                    most = min(len(portions), number + AHEAD * processes)
                    while asked < most and (idle := min(workers, key=lambda each: each.waiting)).waiting < AHEAD:
                        idle.ask(asked, portions[asked])
                        asked += 1
                    ready = wait([each.connection for each in workers])
                    made |= (each.answer() for each in workers if each.connection in ready)
            except _Gone:  # then the others are in doubt too: all that is not made yet is made here
                for worker in workers:
                    worker.end()
                workers.clear()
            rows = made.pop(number, b"")
            yield from marshal.loads(rows) if rows else map(make, portion)
    finally:
        for worker in workers:
            worker.end()


class _Gone(Exception):
    """A process does not answer any more."""


class _Worker:
    """Another process, and the numbers of the portions that it has still to answer."""

    def __init__(self, make: Callable[[str], Rows], earlier: Sequence[_Worker]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self.connection, theirs = context.Pipe()
        self._asked: deque[int] = deque()
        # A copy of this process has its ends of all pipes too: while one is open, nobody learns that we are gone.
        ours = [worker.connection for worker in (*earlier, self)]
        self._process = context.Process(target=_work, args=(make, theirs, ours), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def waiting(self) -> int:
        """How many portions it was given and has not answered."""
        return len(self._asked)

    def ask(self, number: int, names: Sequence[str]) -> None:
        """Give it a portion; raises _Gone."""
        try:
            self.connection.send(names)
        except OSError:
            raise _Gone from None
        self._asked.append(number)

    def answer(self) -> tuple[int, bytes]:
        """What it made of its next portion; raises _Gone."""
        try:
            rows = self.connection.recv_bytes()
        except (EOFError, OSError):
            raise _Gone from None
        return self._asked.popleft(), rows

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


def _work(make: Callable[[str], Rows], connection: Connection, others: Sequence[Connection]) -> None:
    """What such a process does: make rows of what it is told, until nobody is there to tell it."""
    import signal
    from queue import Queue
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that is for the one that began this one, which will end it
    for each in others:
        each.close()
    # A pipe takes less than a portion: without another thread none would be made while the last one waits to be read.
    answers: Queue[bytes] = Queue(1)
    Thread(target=_send, args=(connection, answers), daemon=True).start()
    while True:
        try:
            names = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answers.put(marshal.dumps([make(name) for name in names]))
        except Exception:  # whoever asked makes it once more, and learns why
            answers.put(b"")


def _send(connection: Connection, answers: Queue[bytes]) -> None:
    while True:
        try:
            connection.send_bytes(answers.get())
        except OSError:
            os._exit(1)  # nobody waits for any more
