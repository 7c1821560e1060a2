"""A log kept in memory: for tests, and for trying something out without writing it down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock

from tracker.envelope import START, Draft, Event, Head, Stamp, hash_of, open_alone
from tracker.logs.batch import find_ids, plan, wanted_ids
from tracker.logs.port import NOTHING_EXPECTED, NOTHING_SEARCHED, Appended
from tracker.logs.repairs import Repair
from tracker.names import check_log


class MemoryLog:
    """The port over a dictionary of lines; it keeps every promise but that of surviving the process."""

    def __init__(self) -> None:
        self._lines: dict[str, list[bytes]] = {}
        self._lock = Lock()

    def append(
        self,
        drafts: Sequence[Draft],
        stamp: Stamp,
        *,
        expected: Mapping[str, int] = NOTHING_EXPECTED,
        searched: Mapping[str, Head] = NOTHING_SEARCHED,
    ) -> list[Appended]:
        """See ``EventLog.append``."""
        logs = sorted({check_log(log) for log in [*expected, *(draft.log for draft in drafts)]})
        with self._lock:
            heads = {log: self._head(log) for log in logs}
            known: dict[tuple[str, str], Event] = {}
            for log, ids in wanted_ids(drafts).items():
                if searched.get(log) != heads[log]:
                    known |= find_ids(self._lines.get(log, []), ids, log=log, where=self.where(log))
            planned = plan(drafts, stamp, heads=heads, known=known, expected=expected)
            for log, lines in planned.lines.items():
                self._lines.setdefault(log, []).extend(lines)
        return planned.appended

    def read(self, log: str, after: int = 0) -> Iterator[bytes]:
        """See ``EventLog.read``."""
        lines = self._lines.get(check_log(log), [])
        yield from islice(tuple(lines), after, None)

    def since(self, log: str, head: Head) -> list[bytes] | None:
        """See ``EventLog.since``."""
        lines = self._lines.get(check_log(log), [])
        if not head.position:
            return list(lines)
        if head.position > len(lines) or hash_of(lines[head.position - 1]) != head.xhash:
            return None
        return lines[head.position :]

    def heads(self, *logs: str) -> dict[str, Head]:
        """See ``EventLog.heads``."""
        return {log: self._head(log) for log in self._among(logs)}

    def stamps(self, *logs: str) -> dict[str, str]:
        """See ``EventLog.stamps``."""
        return {log: str(len(self._lines[log])) for log in self._among(logs)}

    def _among(self, logs: Sequence[str]) -> list[str]:
        """Those of these logs that are there, or all of them."""
        return [log for log in map(check_log, logs) if log in self._lines] if logs else self.logs()

    def logs(self) -> list[str]:
        """See ``EventLog.logs``."""
        return sorted(self._lines)

    def loose_ends(self, *logs: str) -> dict[str, int]:
        """See ``EventLog.loose_ends``; nothing here is ever half written."""
        return {}

    def repairs(self) -> list[Repair]:
        """See ``EventLog.repairs``; nothing here is ever half written."""
        return []

    def where(self, log: str) -> str:
        """See ``EventLog.where``."""
        return f"{check_log(log)} (in memory)"

    def _head(self, log: str) -> Head:
        lines = self._lines.get(log)
        return open_alone(lines[-1], self.where(log), log, number=len(lines)).head if lines else START
