"""The port: what every place that keeps events promises, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from tracker.envelope import Draft, Head, Stamp
from tracker.logs.repairs import Repair

NOTHING_EXPECTED: Final[Mapping[str, int]] = MappingProxyType({})
"""No claim about where any log stands."""
NOTHING_SEARCHED: Final[Mapping[str, Head]] = MappingProxyType({})
"""No log in which anybody has looked for the ids of the drafts."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a draft stands now; ``new`` is False when it was there before."""

    log: str
    position: int
    id: str
    new: bool


class EventLog(Protocol):
    """A store of logs, named ``parties``, ``sources`` and ``cases/<case>``; a log begins with its first event."""

    def append(
        self,
        drafts: Sequence[Draft],
        stamp: Stamp,
        *,
        expected: Mapping[str, int] = NOTHING_EXPECTED,
        searched: Mapping[str, Head] = NOTHING_SEARCHED,
    ) -> list[Appended]:
        """Log all drafts or none of them, over all logs they name, and return only when they would survive a power cut.

        The order of the drafts is kept within each log; the answer has the order of the drafts. A draft whose id is in
        its log already, with the same type, form and data, is not written again. ``expected`` gives the number of
        events a log has to hold beforehand; it is not held against a log whose drafts are all there already, so that a
        batch whose answer was lost can be sent again.

        ``searched`` tells of logs up to which line the caller has looked for the ids of the drafts and found none: when
        that is still the last one, the log need not be read for them.

        Raises:
            BadName: there can be no such log.
            BadDraft: a draft cannot be written.
            IdTaken: the id of a draft is in its log with other content.
            HeadMoved: a log does not hold the number of events expected.
            BrokenLine, LogRefused, LogLocked, ReadFailed, WriteFailed: the log itself is at fault.
        """

    def read(self, log: str, after: int = 0) -> Iterator[bytes]:
        """Yield the raw lines of a log, without LF, from position ``after`` + 1 on; nothing when there is no such log.

        The lines are not checked: that is what ``envelope.open_line`` is for.

        Raises:
            BadName, BrokenLine (a line without end), LogRefused, ReadFailed.
        """

    def since(self, log: str, head: Head) -> list[bytes] | None:
        """Return the lines after the one with this head, and None when the log has none; raises as ``read``.

        It is looked for from the end, so that few lines cost little however long the log is.
        """

    def heads(self, *logs: str) -> dict[str, Head]:
        """Return the head of each of these logs, or of all, as its last line has it; a log without lines has none.

        Raises as ``read``, or if the last line is damaged.
        """

    def stamps(self, *logs: str) -> dict[str, str]:
        """Return for each of these logs that is there, or for all, a text that changes whenever the log does.

        It is cheap and opens no log.
        """

    def logs(self) -> list[str]:
        """Return the names of all logs, sorted; one may be among them whose first event was not written to its end."""

    def loose_ends(self, *logs: str) -> dict[str, int]:
        """Return for each of these logs, or of all, how many bytes follow its last whole line, when some do.

        No reader sees them. They are what an interrupted write left, or a last line whose end was damaged; the next
        write sees to them.
        """

    def repairs(self) -> list[Repair]:
        """Return what had to be mended so that logs could be written to, each repair once, the oldest first."""

    def where(self, log: str) -> str:
        """Return what an error calls a log: for files, the path."""
