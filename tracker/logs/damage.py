"""What is wrong with the bytes of a log, where it begins, and whether it is what an interrupted write leaves."""

from __future__ import annotations

from typing import NamedTuple

from tracker.canonical import MAX_LINE
from tracker.envelope import START, Event, Head, hash_of, open_alone, verify_line
from tracker.errors import BrokenLine
from tracker.logs.repairs import fault_of_tail

MISSING_END, TORN, UNFINISHED = "missing end", "torn tail", "unfinished batch"
MENDED = (MISSING_END, TORN, UNFINISHED)
"""What any writer mends by itself."""
LAST, DAMAGED, BRANCHES, COVERED, FALSE = "damaged line", "damaged log", "two branches", "covered", "false note"


class Damage(NamedTuple):
    """The first thing that is wrong with a log.

    ``sort`` is what may be done about it: a missing end, a torn tail or an unfinished batch is mended; a damaged line
    is the last one and may be set aside by hand; a damaged log, two branches that were written one after the other,
    what a checkpoint covers, and a note of what was adopted that is not true, are never cut. ``line`` counts from 1,
    ``offset`` is the byte at which it begins, ``size`` how many bytes come from there on; ``head`` is the last line
    before it.
    """

    sort: str
    line: int
    offset: int
    size: int
    reason: str
    head: Head


def read_lines(image: bytes, log: str, where: object) -> tuple[list[Event], int, BrokenLine | None]:
    """The events at the beginning of a log that hold against everything the format asks for.

    Beside them how many bytes they take, and why the line after them is refused; None when there is no such line.
    """
    head, offset = START, 0
    found: list[Event] = []
    lines_by_id: dict[str, int] = {}
    for line in image.split(b"\n")[:-1]:
        try:
            event = verify_line(line, head, where, log)
            if event.id in lines_by_id:
                raise BrokenLine(where, event.position, f"its id is that of line {lines_by_id[event.id]}")
        except BrokenLine as fault:
            return found, offset, fault
        found.append(event)
        head, lines_by_id[event.id] = event.head, event.position
        offset += len(line) + 1
    return found, offset, None


def damage_of(image: bytes, log: str, where: object, *, covered: int = 0, limit: int | None = None) -> Damage | None:
    """What is wrong with the bytes of a log's file; None when every line is whole.

    ``covered`` is how many events checkpoints vouch for, ``limit`` where an unfinished batch begins.
    """
    events, offset, fault = read_lines(image[:limit], log, where)
    head, rest = events[-1].head if events else START, image[offset:]
    if not rest:
        return None

    def found(sort: str, reason: str) -> Damage:
        return Damage(sort, head.position + 1, offset, len(rest), reason, head)

    if fault is not None:
        return found(_sort(rest, events, head.position + 1, covered, log), fault.reason)
    if limit is not None:
        return found(UNFINISHED, "the writer of a batch was interrupted before all of it was on the disk")
    for line in (rest, rest[:-1]):
        if _follows(line, head, log):
            return found(MISSING_END, "the event is whole, but its line has no end")
    if reason := fault_of_tail(rest, head.position + 1, covered):
        return found(COVERED if head.position < covered else LAST, reason)
    return found(TORN, "a write was interrupted before the end of the line was on the disk")


def _sort(rest: bytes, events: list[Event], number: int, covered: int, log: str) -> str:
    """What sort of damage it is when the whole line that ``rest`` begins with is refused."""
    line, _, after = rest.partition(b"\n")
    if hash_of(line) is not None:
        try:
            event = open_alone(line, log, log, number=number)
        except BrokenLine:
            return DAMAGED
        before = {START.xhash, *(each.xhash for each in events)}
        return BRANCHES if event.prevhash in before or event.xhash in before else DAMAGED
    if number <= covered:
        return COVERED
    return DAMAGED if b"\n" in after or _is_marked(line) or len(line) > MAX_LINE else LAST


def _is_marked(line: bytes) -> bool:
    """Whether something else than the disk left the line: a merge, Git LFS, an editor."""
    return line.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||", b"version https", b"\xef\xbb\xbf")) or (
        line.endswith(b"\r")
    )


def _follows(line: bytes, head: Head, log: str) -> bool:
    try:
        verify_line(line, head, log, log)
    except BrokenLine:
        return False
    return True
