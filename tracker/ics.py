"""A calendar file (RFC 5545) of deadlines, hearings and orders, made so that importing it again moves its entries.

The UID of an entry is the id of the event that set it and never changes; SEQUENCE counts its changes and never falls
(RFC 5545, sections 3.8.4.7 and 3.8.7.4). All-day dates have no time zone (DTSTART with VALUE=DATE, section 3.8.2.4). A
span becomes two entries. What fell away stays in the file with STATUS:CANCELLED (section 3.8.1.11). Equal records give
equal bytes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from tracker import queries
from tracker.dates import parse
from tracker.deadlines import DONE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from icalendar import Event

    from tracker.queries import CalendarEntry, DeadlineRow

PRODUCER = "-//tracker//deadlines//EN"
_WHICH = {
    ("deadline", "earliest"): "earliest safe day", ("deadline", "latest"): "latest possible day",
    ("hearing", "earliest"): "first possible day", ("hearing", "latest"): "last possible day",
    ("order", "earliest"): "earliest safe day", ("order", "latest"): "latest possible day",
}  # fmt: skip


def calendar_file(db: sqlite3.Connection, cases: Sequence[str] = (), *, alarms: Sequence[int] = ()) -> bytes:
    """The calendar of some cases, or of all; ``alarms`` are so many days before, for what is still to be done."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCER)
    deadlines = {row.id: row for row in queries.deadlines(db, cases)}
    told = {row.ref: list(_told_of_hearing(row)) for row in queries.hearings(db, cases)}
    for entry in queries.calendar_entries(db, cases):
        deadline = deadlines.get(entry.ref)
        lines = list(_told_of_deadline(db, deadline)) if deadline else told.get(entry.ref, [])
        calendar.add_component(_event(entry, deadline, lines, alarms))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, deadline: DeadlineRow | None, told: Sequence[str], alarms: Sequence[int]) -> Event:
    from icalendar import Alarm, Event

    changed = datetime.fromisoformat(entry.changed).replace(microsecond=0)
    summary = _summary(entry, deadline)
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", entry.sequence)
    event.add("dtstart", _start(entry.day))
    event.add("summary", summary)
    event.add("description", "\n".join(told) or f"{entry.what} {entry.ref}")
    event.add("categories", [entry.case])
    event.add("status", entry.status.upper())
    event.add("transp", "TRANSPARENT")
    to_be_done = entry.status != "cancelled" and (deadline is None or deadline.status == "open")
    for days in alarms if to_be_done else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event


def _start(text: str) -> date | datetime:
    """A day, or a time: in UTC when its offset is known, else floating, as it is local to the court (section 3.3.5)."""
    day = parse(text)
    if not day.time:
        return date.fromisoformat(day.earliest)
    offset = "+00:00" if day.offset == "Z" else day.offset
    start = datetime.fromisoformat(f"{day.earliest}T{day.time}{offset}{':00' if len(offset) == 3 else ''}")
    try:
        return start.astimezone(UTC) if start.tzinfo else start
    except OverflowError:  # a time within hours of the first or the last day there is
        return date.fromisoformat(day.earliest)


def _summary(entry: CalendarEntry, deadline: DeadlineRow | None) -> str:
    which = [_WHICH[entry.what, entry.which]] if entry.which else []
    which += [f"version {entry.version}"] if entry.version is not None else []
    told = f"{entry.case}: {entry.title}" + (f" ({', '.join(which)})" if which else "")
    if deadline is not None and deadline.status in DONE:
        return f"{deadline.status}: {told}"
    return told + (" (its trigger was changed: recompute)" if deadline is not None and deadline.is_stale else "")


def _told_of_deadline(db: sqlite3.Connection, row: DeadlineRow) -> Iterator[str]:
    yield f"Deadline {row.name} ({row.id}), due {row.due or 'on a day not known yet'}."
    if row.parties:
        yield f"By {', '.join(row.parties)}."
    if row.law:
        yield f"Rule {row.rule}: {row.law} (version of {row.versions}); {row.calendar}."
    if row.basis:
        yield row.basis
    yield from queries.steps(db, row.id)
    if row.pinpoints:
        yield f"Source: {row.pinpoints}"


def _told_of_hearing(row: queries.HearingRow) -> Iterator[str]:
    yield f"Hearing{f' for {row.purpose}' if row.purpose else ''} ({row.ref}): {row.status}."
    if row.court:
        yield f"Before {row.court}."
    if row.status == "postponed":
        yield f"Postponed to {row.moved_to or 'a day not set'}: {row.reason}."
    if row.pinpoints:
        yield f"Source: {row.pinpoints}"
