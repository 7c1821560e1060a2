"""Several processes that share work out among them, for one that takes it up in order."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from multiprocessing.connection import Connection

S = TypeVar("S")
T = TypeVar("T")

ALONE_SECONDS = 0.2
"""How long one process goes on by itself: small stores are done by then, and starting others costs something too."""
PORTIONS = 16
"""How many portions each process gets: few, as each part costs something, and enough for all to end together."""
MOST_ITEMS = 100
"""The most items of a portion, so that it can be seen how far a large store is."""
AHEAD = 4
"""How many portions for each process may be done before they are taken up, so that what is done does not mount up."""


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def should_share(processes: int, begun: float) -> bool:
    """Whether others should help with what began at that time (of ``monotonic``): there are to be several, it has taken
    a while, and they begin as a copy of this process, with all it has read, which only Linux does safely.
    """
    return processes > 1 and sys.platform == "linux" and monotonic() - begun >= ALONE_SECONDS


def portions(items: Sequence[S], processes: int) -> list[Sequence[S]]:
    """The items in their order, in portions for so many processes."""
    size = min(MOST_ITEMS, 1 + len(items) // (processes * PORTIONS))
    return [items[at : at + size] for at in range(0, len(items), size)]


def spread(items: Sequence[S], work: Callable[[Sequence[S]], list[T]], processes: int) -> Iterator[T]:
    """What ``work`` finds for each of the items it is handed, in their order; raises what it raises.

    Other processes do it, where there are to be several, after ``ALONE_SECONDS``. What they find is pickled; what they
    did not do is done here, so that whatever is wrong is raised here too.
    """
    begun, waiting = monotonic(), portions(items, processes)
    for number, portion in enumerate(waiting):
        if should_share(processes, begun):
            yield from _found(waiting[number:], work, processes)
            return
        yield from work(portion)


def _found(waiting: Sequence[Sequence[S]], work: Callable[[Sequence[S]], list[T]], processes: int) -> Iterator[T]:
    with closing(share(len(waiting), lambda number: work(waiting[number]), processes)) as shared:
        for portion, found in zip(waiting, shared, strict=True):
            yield from work(portion) if found is None else found


def share(count: int, work: Callable[[int], T], processes: int) -> Generator[T | None, None, None]:
    """Have so many other processes do ``work`` with every number below ``count``; what each came to, in order.

    None for what was not done, be it that it failed or that a process was killed: that is for the caller to do.
    """
    from multiprocessing.connection import wait

    workers: list[_Worker[T]] = []
    done: dict[int, T | None] = {}
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
            yield done.pop(number, None)
    finally:
        for worker in workers:
            worker.end()


class _Gone(Exception):
    """A process does not answer any more."""


class _Worker(Generic[T]):
    """Another process, and how many numbers it was given and has not answered."""

    def __init__(self, work: Callable[[int], T], earlier: Sequence[_Worker[T]]) -> None:
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

    def answer(self) -> tuple[int, T | None]:
        """Its next number, and what the work came to, None when it was not done; raises _Gone."""
        try:
            number, found = self.connection.recv()
        except (EOFError, OSError):
            raise _Gone from None
        self._asked -= 1
        return number, found

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


def _work(work: Callable[[int], T], connection: Connection, others: Sequence[Connection]) -> None:
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
        found = None
        with suppress(Exception):  # whoever asked does it once more, and learns why
            found = work(number)
        try:
            connection.send((number, found))
        except OSError:
            return  # nobody waits for it any more
