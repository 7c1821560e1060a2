"""A calendar file (RFC 5545) of deadlines, hearings and orders, made so that importing it again moves its entries.

The UID of an entry is the id of the event that set it and never changes; SEQUENCE counts its changes (RFC 5545,
sections 3.8.4.7 and 3.8.7.4). All-day dates have no time zone (DTSTART with VALUE=DATE, section 3.8.2.4). A span
becomes two entries. What fell away stays in the file with STATUS:CANCELLED (section 3.8.1.11). Equal
records give equal bytes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tracker import queries
from tracker.dates import EARLIEST, LATEST, parse
from tracker.errors import BadDate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from icalendar import Event

    from tracker.queries import DeadlineRow

PRODUCER = "-//tracker//deadlines//EN"


class Entry(NamedTuple):
    """One entry of a calendar: a day, or a time; ``sequence`` counts its changes, ``changed`` is when the last was."""

    uid: str
    start: date | datetime
    summary: str
    description: str
    sequence: int
    changed: datetime
    status: str
    case: str


def calendar_file(db: sqlite3.Connection, cases: Sequence[str] = (), *, alarms: Sequence[int] = ()) -> bytes:
    """The calendar of some cases, or of all; ``alarms`` are so many days before, for what is still to be done."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCER)
    for entry in entries(db, cases):
        calendar.add_component(_event(entry, alarms))
    return bytes(calendar.to_ical())


def entries(db: sqlite3.Connection, cases: Sequence[str] = ()) -> list[Entry]:
    """Every entry, by its day and then by its UID."""
    found = [*_of_deadlines(db, cases), *_of_hearings(db, cases), *_of_orders(db, cases)]
    return sorted(found, key=lambda entry: (entry.start.isoformat(), entry.uid))


def _event(entry: Entry, alarms: Sequence[int]) -> Event:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed)
    event.add("last-modified", entry.changed)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.start)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("categories", [entry.case])
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT")
    for days in alarms if entry.status != "CANCELLED" else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event


def _of_deadlines(db: sqlite3.Connection, cases: Sequence[str]) -> Iterator[Entry]:
    for row in queries.deadlines(db, cases):
        days: dict[str, tuple[date, str]] = {}
        current: dict[str, tuple[date, str]] = {}
        for turn in queries.turns(db, row.id):
            current = _days(turn.due)
            days |= current
        if row.status in ("withdrawn", "waiting"):
            current = {}
        for suffix, (day, which) in days.items():
            status = "CANCELLED" if suffix not in current else "TENTATIVE" if len(current) > 1 else "CONFIRMED"
            yield Entry(
                uid=row.uid + suffix,
                start=day,
                summary=_summary(row, which),
                description=_description(db, row),
                sequence=row.changes,
                changed=_moment(row.changed),
                status=status,
                case=row.case,
            )


def _days(due: str | None) -> dict[str, tuple[date, str]]:
    """The days of a deadline by what their UID ends in: one, or the earliest and the latest, for each version."""
    found = {}
    for number, text in enumerate(due.split(" or ") if due else (), 1):
        try:
            day = parse(text)
        except BadDate:
            continue
        ending = "" if number == 1 else f"-{number}"
        version = "" if " or " not in str(due) else f", version {number}"
        if day.earliest != EARLIEST:
            which = "" if day.earliest == day.latest else "earliest safe day"
            found[ending] = (date.fromisoformat(day.earliest), (which + version).removeprefix(", "))
        if day.latest not in (LATEST, day.earliest):
            found[f"{ending}-latest"] = (date.fromisoformat(day.latest), f"latest possible day{version}")
    return found


def _summary(row: DeadlineRow, which: str) -> str:
    done = {"met": "met: ", "missed": "missed: ", "withdrawn": "withdrawn: "}.get(row.status, "")
    stale = " (its trigger was changed: recompute)" if row.is_stale else ""
    return f"{done}{row.case}: {row.what or row.name}{f' ({which})' if which else ''}{stale}"


def _description(db: sqlite3.Connection, row: DeadlineRow) -> str:
    told = [f"Deadline {row.name} ({row.id}), due {row.due or 'on a day not known yet'}."]
    if row.parties:
        told.append(f"By {', '.join(row.parties)}.")
    if row.law:
        told.append(f"Rule {row.rule}: {row.law} (version of {row.versions}); {row.calendar}.")
    if row.basis:
        told.append(row.basis)
    told += queries.steps(db, row.id)
    if row.pinpoints:
        told.append(f"Source: {row.pinpoints}")
    return "\n".join(told)


def _of_hearings(db: sqlite3.Connection, cases: Sequence[str]) -> Iterator[Entry]:
    for row in queries.hearings(db, cases):
        if row.day is None or row.earliest in (None, EARLIEST):
            continue
        purpose = f" for {row.purpose}" if row.purpose else ""
        told = [f"Hearing{purpose} ({row.ref}): {row.status}."]
        told += [f"Before {row.court}."] if row.court else []
        told += [f"Postponed to {row.moved_to or 'a day not set'}: {row.reason}."] if row.status == "postponed" else []
        told += [f"Source: {row.pinpoints}"] if row.pinpoints else []
        is_off = row.status in ("postponed", "withdrawn")
        for suffix, start, which in _hearing_days(row.day):
            yield Entry(
                uid=row.uid + suffix,
                start=start,
                summary=f"{row.case}: hearing{purpose}{which}",
                description="\n".join(told),
                sequence=row.changes,
                changed=_moment(row.changed),
                status="CANCELLED" if is_off else "TENTATIVE" if which else "CONFIRMED",
                case=row.case,
            )


def _hearing_days(text: str) -> Iterator[tuple[str, date | datetime, str]]:
    """The day of a hearing, or its time; the first and the last day of a span."""
    day = parse(text)
    if day.time:
        # A time without offset is local to the court, wherever the calendar is: it floats (RFC 5545, 3.3.5).
        offset = "+00:00" if day.offset == "Z" else day.offset
        start = datetime.fromisoformat(f"{day.earliest}T{day.time}{offset}{':00' if len(offset) == 3 else ''}")
        yield "", start.astimezone(UTC) if start.tzinfo else start, ""
        return
    is_span = day.earliest != day.latest
    yield "", date.fromisoformat(day.earliest), " (first possible day)" if is_span else ""
    if is_span and day.latest != LATEST:
        yield "-latest", date.fromisoformat(day.latest), " (last possible day)"


def _of_orders(db: sqlite3.Connection, cases: Sequence[str]) -> Iterator[Entry]:
    for row in queries.open_orders(db, cases):
        for suffix, (day, which) in _days(row.due).items():
            told = [f"Order {row.ref}: {row.what}, owed by {', '.join(row.debtors) or 'nobody named'}, due {row.due}."]
            told += [f"Source: {row.pinpoints}"] if row.pinpoints else []
            yield Entry(
                uid=row.uid + suffix,
                start=day,
                summary=f"{row.case}: {row.what}{f' ({which})' if which else ''}",
                description="\n".join(told),
                sequence=row.changes,
                changed=_moment(row.changed),
                status="TENTATIVE" if which else "CONFIRMED",
                case=row.case,
            )


def _moment(recorded: str) -> datetime:
    return datetime.fromisoformat(recorded).replace(microsecond=0)
