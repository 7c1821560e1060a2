"""What the door has to know of the store, found without folding or reading whole logs.

What a log held when it was last projected is asked of the projection; only the lines that came after are read, from the
end of the log. So one event costs the same in a long log as in a short one, and nobody waits for a projection to be
brought up to date that nobody reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import MutableSet
from typing import TYPE_CHECKING, TypeGuard

import msgspec

from tracker import queries
from tracker.amendments import Logged
from tracker.entries import Known
from tracker.envelope import START, Head, open_line
from tracker.errors import BadName, ReadFailed
from tracker.eventtypes.base import event_fields
from tracker.eventtypes.deadlines import DeadlineSet
from tracker.logs.replay import replay
from tracker.names import REGISTERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.entries import Entry
    from tracker.envelope import Event
    from tracker.logs.port import EventLog
    from tracker.progress import Progress

_ATTEMPTS = 3
"""How often to look again when another log takes the place of one meanwhile."""


class _Tail:
    """The events of a log after what the projection has of it."""

    def __init__(self, base: Head) -> None:
        self.base = self.head = base
        self.by_id: dict[str, Logged] = {}
        self.about: dict[str, list[Logged]] = {}

    def add(self, event: Event) -> None:
        row = Logged(event.position, event.id, event.type, event.form, event.recordedtime, bytes(event.data))
        self.head = event.head
        self.by_id.setdefault(row.id, row)
        if of := _of(row):
            self.about.setdefault(of, []).append(row)

    def near(self, ids: set[str]) -> list[Logged]:
        """The events with these ids, and those about them."""
        found = [self.by_id[each] for each in ids if each in self.by_id]
        return found + [row for each in ids for row in self.about.get(each, ())]


class Doorkeeper:
    """Answers what the door asks, for as long as somebody writes; what it has read it does not read again."""

    def __init__(self, log: EventLog, path: Path, progress: Callable[[], Progress]) -> None:
        """``path`` is the projection's file."""
        self._log, self._path, self._progress = log, path, progress
        self._db: sqlite3.Connection | None = None
        self._seen: tuple[int, ...] | None = None
        self._tails: dict[str, _Tail] = {}
        self._whole: dict[str, str | None] = {}

    def known(self) -> Known:
        """The names of the store; each is looked up when somebody asks for it."""
        sources, parties = (_Register(self, name) for name in ("sources", "parties"))
        return Known(_Cases(self, self._log), parties, sources)

    def is_there(self, log: str) -> bool:
        """Whether there is such a log; none can have a name that is none."""
        try:
            return bool(self._log.stamps(log))
        except BadName:
            return False

    def read_over(self, logs: Iterable[str]) -> None:
        """Read those of these logs that changed since all of them was read, or since they were written from here.

        Raises BrokenLine, as whoever brings the projection up to date.
        """
        there = [log for log in logs if self.is_there(log)]
        projected = queries.stamps(self._opened(), there)
        for log in there:
            stamp = self._log.stamps(log).get(log)
            if stamp not in (projected.get(log), self._whole.get(log)):
                deque(replay(self._log, log), maxlen=0)
                self._whole[log] = stamp

    def written(self, logs: Iterable[str]) -> None:
        """Remember how these logs look, which were read over and then written."""
        self._whole |= {log: self._log.stamps(log).get(log) for log in logs}

    def heads(self, logs: Iterable[str]) -> dict[str, Head]:
        """Up to which line ``ids_among`` has looked in each of these logs."""
        return {log: self._tails[log].head for log in logs if log in self._tails}

    def ids_among(self, log: str, ids: set[str]) -> set[str]:
        """Those of these ids that events of a log have."""
        if not self.is_there(log):
            return set()
        db, tail = self._tail(log)
        return queries.ids_among(db, log, ids) | (ids & tail.by_id.keys())

    def ids_of(self, references: Iterable[str]) -> dict[str, str]:
        """The ids of the events that are referred to as CASE#NUMBER, as far as there are such."""
        found: dict[str, str] = {}
        for reference in references:
            case, _, number = reference.partition("#")
            log = case if case in REGISTERS else f"cases/{case}"
            if self.is_there(log):
                db, tail = self._tail(log)
                found |= queries.event_ids(db, [reference])
                found.update((reference, row.id) for row in tail.by_id.values() if str(row.position) == number)
        return found

    def concerned(self, log: str, entries: Sequence[Entry]) -> list[Logged]:
        """The events that entries of a log are about, what amends these, what they amend, and so on.

        For entries about deadlines also those that set the deadlines of the case.
        """
        if not self.is_there(log):
            return []
        db, tail = self._tail(log)
        ids = {
            named for entry in entries for name in event_fields(entry.type) if _is_text(named := entry.data.get(name))
        }
        if any(entry.type.startswith("deadline.") for entry in entries):
            ids |= set(queries.ids_of_deadlines(db, log.removeprefix("cases/")))
            # What was retracted, and so is no deadline there, may be in force again.
            ids |= {row.id for row in tail.by_id.values() if row.type == DeadlineSet.type or _of(row)}
        found: dict[int, Logged] = {}
        new = ids
        while new:
            rows = {row.position: row for row in (*queries.concerned(db, log, new), *tail.near(new))}
            found |= rows
            new = {each for row in rows.values() for each in (row.id, _of(row)) if each} - ids
            ids |= new
        return [found[position] for position in sorted(found)]

    def _tail(self, log: str) -> tuple[sqlite3.Connection, _Tail]:
        """The projection, and what came after in a log."""
        for _ in range(_ATTEMPTS):
            db = self._opened()
            base = _head(queries.projected(db, log))
            tail = self._tails.get(log)
            if tail is None or tail.base != base:
                tail = self._tails[log] = _Tail(base)
            lines = self._log.since(log, tail.head)
            if lines is not None:
                for line in lines:
                    tail.add(open_line(line, tail.head, self._log.where(log), log))
                return db, tail
            del self._tails[log]  # another one has taken its place
            self._opened(log)
        raise ReadFailed(self._log.where(log), "another log takes its place again and again")

    def _opened(self, *logs: str) -> sqlite3.Connection:
        """The projection in which these logs are up to date.

        It stays open as long as its file looks the same: one that was changed by whatever hand is looked over first.
        """
        stamps = self._log.stamps(*logs) if logs else {}
        if self._db is None or self._look() != self._seen or queries.stamps(self._db, logs) != stamps:
            from tracker.projections.build import open_partly

            self.close()
            self._db = open_partly(self._log, self._path, *logs, progress=self._progress())
            self._seen = self._look()
        return self._db

    def _look(self) -> tuple[int, ...] | None:
        """How the file of the projection looks; None when there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def register(self) -> sqlite3.Connection:
        """The projection in which the registers are up to date."""
        return self._opened(*REGISTERS)

    def close(self) -> None:
        """Let go of the projection."""
        if self._db is not None:
            self._db.close()
            self._db = None


class _Names(MutableSet[str]):
    """Names that are looked up one by one, with those that the same go brings in; all of them only for a hint.

    A name that was found once is there for the whole go: nothing takes one out of a store, and a batch names the same
    few thousands of times.
    """

    def __init__(self) -> None:
        self._more: set[str] = set()

    def _has(self, name: str) -> bool:
        raise NotImplementedError

    def _all(self) -> Iterable[str]:
        raise NotImplementedError

    def __contains__(self, name: object) -> bool:
        if name in self._more:
            return True
        if not isinstance(name, str) or not self._has(name):
            return False
        self._more.add(name)
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._more.union(self._all()))

    def __len__(self) -> int:
        return len(self._more.union(self._all()))

    def add(self, value: str) -> None:
        self._more.add(value)

    def discard(self, value: str) -> None:
        self._more.discard(value)


class _Cases(_Names):
    """The names of the cases: each has a log."""

    def __init__(self, door: Doorkeeper, log: EventLog) -> None:
        super().__init__()
        self._door, self._log = door, log

    def _has(self, name: str) -> bool:
        return self._door.is_there(f"cases/{name}")

    def _all(self) -> Iterable[str]:
        return (log.removeprefix("cases/") for log in self._log.logs() if log not in REGISTERS)


class _Register(_Names):
    """The names in a register."""

    def __init__(self, door: Doorkeeper, register: str) -> None:
        super().__init__()
        self._door, self._register = door, register

    def _has(self, name: str) -> bool:
        return queries.is_registered(self._door.register(), self._register, name)

    def _all(self) -> Iterable[str]:
        return queries.registered(self._door.register(), self._register)


def _head(row: queries.HeadRow | None) -> Head:
    return Head(row.position, row.xhash) if row and row.position else START


def _of(row: Logged) -> str | None:
    """The id of the event that an amendment is about."""
    of = msgspec.json.decode(row.data).get("of")
    return of if _is_text(of) else None


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)
