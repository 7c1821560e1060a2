"""Logs for the tests of amendments and clocks: events with ids and recorded times of their own, whole in the chain."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tracker.envelope import START, Draft, Event, Stamp, open_line, seal

IDS = [f"0198f3c4-6f00-7abc-8def-{n:012d}" for n in range(100)]


class Line(NamedTuple):
    """What is logged, under which id and when."""

    id: str
    type: str
    data: dict[str, Any]
    time: str = "2026-11-23T06:29:07.123Z"


def events(lines: Iterable[Line], log: str = "cases/a") -> list[Event]:
    """The events of a log that these lines make, in this order, sealed and read back."""
    head, found = START, []
    for line in lines:
        raw = seal(Draft(log, line.type, line.data, line.id), Stamp("Ann", line.time), head)
        found.append(open_line(raw, head, log, log))
        head = found[-1].head
    return found


def at(minute: int) -> str:
    return f"2026-11-23T06:{minute:02d}:00.000Z"
