"""Reading a log as events, each line held against its hash and the line before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.envelope import START, Head, open_line, verify_line
from tracker.errors import BrokenLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.envelope import Event
    from tracker.logs.port import EventLog


def replay(log: EventLog, name: str, *, strict: bool = False) -> Iterator[Event]:
    """The events of one log in order; hash and chain are checked, and with ``strict`` everything the format asks for.

    Raises:
        BrokenLine: at the first line that a reader must refuse; what ``EventLog.read`` raises.
    """
    head, where, check = START, log.where(name), verify_line if strict else open_line
    lines_by_id: dict[str, int] = {}
    for number, line in enumerate(log.read(name), 1):
        event = check(line, head, where, name)
        head = Head(number, event.xhash)
        if strict and lines_by_id.setdefault(event.id, number) != number:
            raise BrokenLine(where, number, f"its id is that of line {lines_by_id[event.id]}")
        yield event
