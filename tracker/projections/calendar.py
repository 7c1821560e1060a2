"""What calendars have to know of a case: the days that hold, and those that once held and are cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracker import dates
from tracker.amounts import grouped
from tracker.errors import BadDate
from tracker.eventtypes.amendments import Amendment
from tracker.eventtypes.base import event_fields
from tracker.eventtypes.hearings import HearingPostponed
from tracker.eventtypes.orders import OrderMade
from tracker.obligations import balances, by_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.case import Case, Entry
    from tracker.state import Hearing

Row = tuple[str, dict[str, Any]]


class _Thing(NamedTuple):
    """Something that calendars know: the days that hold now as EDTF, and those that held together at any time.

    ``is_sure`` is False when a day is disputed.
    """

    uid: str
    what: str
    title: str
    position: int
    now: Sequence[str]
    ever: Iterable[Sequence[str]]
    revision: _Revision
    is_sure: bool = True


class _Revision(NamedTuple):
    """How often a thing changed, and when it last did, by its events and their amendments."""

    sequence: int
    changed: str


def rows_of_calendar(case: Case) -> Iterator[Row]:
    """Every entry that calendars have, or had, for a case."""
    record = _Record(case)
    for thing in (*record.deadlines(), *record.hearings(), *record.orders()):
        several = len(thing.now) > 1
        now, ever = _days(thing.now), dict[str, tuple[str, str]]()
        for texts in (*thing.ever, thing.now):
            ever |= _days(texts)
        holds = "tentative" if len(now) > 1 or not thing.is_sure else "confirmed"
        for ending, (day, which) in ever.items():
            yield (
                "calendar_entries",
                {
                    "uid": thing.uid + ending,
                    "case_name": case.name,
                    "what": thing.what,
                    "title": thing.title,
                    "day": day,
                    "which": which or None,
                    "version": int(ending.removesuffix("-latest").removeprefix("-") or 1) if several else None,
                    "status": holds if ending in now else "cancelled",
                    **thing.revision._asdict(),
                    "development": f"{case.name}#{thing.position}",
                },
            )


def _days(texts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Days by what their UID ends in: one, or the earliest and the latest, for each version."""
    found: dict[str, tuple[str, str]] = {}
    for number, text in enumerate(texts, 1):
        try:
            day = dates.parse(text)
        except BadDate:
            continue
        ending = "" if number == 1 else f"-{number}"
        if day.precision == "time":
            found[ending] = (text, "")
        elif day.earliest == day.latest:
            found[ending] = (day.earliest, "")
        else:
            if day.earliest != dates.EARLIEST:
                found[ending] = (day.earliest, "earliest")
            if day.latest != dates.LATEST:
                found[f"{ending}-latest"] = (day.latest, "latest")
    return found


class _Record:
    """The events of a case as they are asked for here."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.entries = {entry.position: entry for entry in case.entries}
        self.changes = by_order(case.order_changes)
        self.amendments: dict[str, list[Entry]] = {}
        self.naming: dict[str, list[int]] = {}
        for entry in case.entries:
            if isinstance(entry.data, Amendment):
                self.amendments.setdefault(entry.data.of, []).append(entry)
            for name in event_fields(entry.event.type) if entry.data is not None else ():
                if name in ("order", "against") and (order := getattr(entry.data, name)):
                    self.naming.setdefault(order, []).append(entry.position)

    def revision(self, about: Sequence[Entry], beside: Sequence[Entry] = ()) -> _Revision:
        """How a thing changed.

        ``about`` are the events that made it what it is, those that were retracted too: their number, with that of
        their amendments, never falls, as a SEQUENCE must not (RFC 5545, section 3.8.7.4). Of those ``beside`` them only
        the amendments count.
        """
        said = self.amending((*about, *beside))
        return _Revision(len(about) + len(said) - 1, max(entry.event.recordedtime for entry in (*about, *said)))

    def amending(self, about: Iterable[Entry]) -> list[Entry]:
        """Every amendment of some events, of those amendments, and so on."""
        if not self.amendments:
            return []
        waiting = list({entry.position: entry for entry in about}.values())
        found: dict[int, Entry] = {}
        while waiting:
            for each in self.amendments.get(waiting.pop().event.id, ()):
                if each.position not in found:
                    found[each.position] = each
                    waiting.append(each)
        return list(found.values())

    def ever(self, about: Sequence[Entry], *fields: str) -> list[tuple[str]]:
        """Every value that fields of events held or were claimed to hold, also by what was retracted since."""
        found: list[str] = []
        for entry in about:
            raw = msgspec.json.decode(entry.event.data)
            found += [raw[name] for name in fields if isinstance(raw.get(name), str)]
        for each in self.amending(about):
            value = getattr(each.data, "value", None)
            if getattr(each.data, "field", None) in fields and isinstance(value, str):
                found.append(value)
        return [(value,) for value in dict.fromkeys(found)]

    def deadlines(self) -> Iterator[_Thing]:
        for deadline in self.case.deadlines:
            holds = deadline.status in ("open", "met", "missed")
            yield _Thing(
                uid=deadline.uid,
                what="deadline",
                title=deadline.what or deadline.name,
                position=deadline.position,
                now=deadline.dues if holds else (),
                ever=deadline.dues_ever,
                revision=self.revision(
                    [self.entries[position] for position in deadline.told_by],
                    [self.entries[position] for position in deadline.beside],
                ),
            )

    def hearings(self) -> Iterator[_Thing]:
        # One event can move one hearing to the day of another: they change together.
        family = [entry for entry in self.case.entries if entry.data is not None and entry.data.family == "hearings"]
        if not family:
            return
        revision = self.revision(family)
        for hearing in (*self.case.hearings, *self.case.hearings_gone):
            told_by = [self.entries[position] for position in sorted(set(hearing.told_by))]
            days = self._claimed(hearing) if hearing.status in ("set", "held") else ()
            yield _Thing(
                uid=_uid_of(hearing, told_by[0]),
                what="hearing",
                title=f"hearing{f' for {hearing.purpose}' if hearing.purpose else ''}",
                position=hearing.position,
                now=days,
                ever=self.ever(told_by, "set_for", "until", "date"),
                revision=revision,
                is_sure=len(days) < 2,
            )

    def _claimed(self, hearing: Hearing) -> tuple[str, ...]:
        """The days that are claimed for a hearing, the one that holds first."""
        standing = self.entries[hearing.position].standing
        disputes = [each for each in standing.open_disputes if each.field in _HEARD] if standing else []
        others = [claim.value for each in disputes for claim in each.claims if isinstance(claim.value, str)]
        return tuple(dict.fromkeys(filter(None, (hearing.day, *others))))

    def orders(self) -> Iterator[_Thing]:
        """The orders that say a day; a deadline of its own takes the place of an order's."""
        taken = {each.concerns for each in self.case.deadlines if each.status in ("open", "waiting", "met")}
        for entry in self.case.entries:
            data = entry.data
            if not isinstance(data, OrderMade) or not (ever := self.ever([entry], "due")):
                continue
            holds = entry.counts and data.due and entry.position not in taken and self._is_owed(entry.position)
            standing = entry.standing
            disputed = {each.field for each in standing.open_disputes} if standing else set()
            yield _Thing(
                uid=entry.event.id,
                what="order",
                title=" and ".join(filter(None, (grouped(data.amount) if data.amount else None, data.act))) or "order",
                position=entry.position,
                now=(data.due,) if holds and data.due else (),
                ever=ever,
                revision=self.revision([entry, *self._becoming(entry)]),
                is_sure="due" not in disputed,
            )

    def _is_owed(self, position: int) -> bool:
        mine = [order for order in self.case.orders if order.position == position]
        changes = self.changes.get(position, [])
        found = [each for order in mine for each in balances(order, changes)]
        return any(each.most for each in found) if found else all(each.what != "reversal" for each in changes)

    def _becoming(self, order: Entry) -> list[Entry]:
        """The events that name an order, retracted or not: what was paid, and deadlines for it."""
        about = [
            position for each in self.case.deadlines if each.concerns == order.position for position in each.told_by
        ]
        named = self.naming.get(order.event.id, ())
        return [self.entries[position] for position in dict.fromkeys((*about, *named))]


_HEARD = ("set_for", "until", "date")
"""The fields of hearing events that hold a day of a hearing."""


def _uid_of(hearing: Hearing, first: Entry) -> str:
    """The id of the event that first told of it; one event can tell of the day that fell through and of the new one."""
    fell_through = isinstance(first.data, HearingPostponed) and first.data.set_for == hearing.day
    return first.event.id + ("-from" if fell_through else "")
