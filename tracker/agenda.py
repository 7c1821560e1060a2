"""What has to be done by when, over all cases: deadlines, hearings, and orders for which no deadline was set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracker import queries
from tracker.dates import EARLIEST, LATEST
from tracker.deadlines import DONE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.queries import DeadlineRow

    Disputes = Mapping[str, Sequence[str]]

Group = Literal["overdue", "coming", "waiting", "done"]
GROUPS: tuple[Group, ...] = ("overdue", "coming", "waiting", "done")


class Item(NamedTuple):
    """Something that has to be done: by when, what, by whom, and how it stands.

    ``due`` is EDTF as logged, several separated by `` or `` while a trigger is disputed; ``earliest`` (the day on which
    one is safe) and ``latest`` are YYYY-MM-DD, None where not known. ``now`` is what the rule gives today when that is
    another day than the one logged. ``ref`` is the event that set it.
    """

    group: Group
    case: str
    name: str
    what: str
    who: str
    due: str | None
    earliest: str | None
    latest: str | None
    state: str
    ref: str
    pinpoints: str
    now: str | None = None
    rule: str | None = None
    law: str | None = None


class Now(NamedTuple):
    """What a rule makes of a deadline today: the days when they are not those logged, or why they cannot be told."""

    dues: str | None = None
    fault: str | None = None


def agenda(
    db: sqlite3.Connection,
    cases: Sequence[str] = (),
    *,
    on: str,
    now: Callable[[DeadlineRow], Now] = lambda row: Now(),
    done: bool = True,
    within: int | None = None,
) -> list[Item]:
    """Everything that has a day or waits for one, as seen on a day (YYYY-MM-DD), next first, what is done last.

    Without ``done``, what is done is left out; with ``within``, so is what comes later than so many days after.
    """
    disputes = queries.disputed_fields(db)
    shown = queries.Shown(done, None if within is None else _last(within, on))
    found = [
        *_deadlines(queries.deadlines(db, cases, shown=shown), disputes, on, now),
        *_hearings(queries.hearings(db, cases, shown=shown), disputes, on),
        *_orders(queries.open_orders(db, cases, shown=shown), disputes, on),
    ]
    in_order = sorted(found, key=lambda item: (GROUPS.index(item.group), item.earliest or LATEST, item.case, item.name))
    return [item._replace(earliest=_known(item.earliest), latest=_known(item.latest)) for item in in_order]


def _known(day: str | None) -> str | None:
    """A bound; None at an end that is open."""
    return None if day in (EARLIEST, LATEST) else day


def _last(days: int, on: str) -> str:
    """The day that is so many days after a day, or the last one there is."""
    left = (date.max - date.fromisoformat(on)).days
    return (date.fromisoformat(on) + timedelta(days=min(days, left))).isoformat()


def _group(earliest: str | None, latest: str | None, on: str) -> Group:
    """A day that may have passed already counts as overdue: whoever waits for the latest may be too late."""
    if earliest is None or latest is None:
        return "waiting"
    return "coming" if earliest >= on else "overdue"


def _state(earliest: str | None, latest: str | None, on: str) -> str:
    if earliest is None or latest is None:
        return "no day yet"
    if latest < on:
        return "overdue"
    if earliest < on:
        return "perhaps overdue" + (f": safe only until {earliest}" if earliest > "0000-01-01" else "")
    return "open" if earliest == latest else f"open, safe until {earliest}"


def _deadlines(
    rows: Sequence[DeadlineRow], disputes: Disputes, on: str, now: Callable[[DeadlineRow], Now]
) -> Iterator[Item]:
    for row in rows:
        is_over = row.status in DONE
        group: Group = "done" if is_over else _group(row.earliest, row.latest, on)
        state = row.status if is_over else _state(row.earliest, row.latest, on)
        if row.status == "waiting":
            state = f"waits for {row.waits_for}"
        state += _disputed(disputes, row.id)
        restated = Now() if is_over else now(row)
        state += _stale(row, restated)
        yield Item(
            group=group,
            case=row.case,
            name=row.name,
            what=row.what or row.name,
            who=", ".join(row.parties),
            due=row.due,
            earliest=row.earliest,
            latest=row.latest,
            state=state,
            now=restated.dues,
            rule=row.rule,
            law=row.law or row.basis,
            ref=row.id,
            pinpoints=row.pinpoints,
        )


def _stale(row: DeadlineRow, now: Now) -> str:
    """What is to be said of a deadline whose logged day is not what its rule gives now."""
    if not row.is_stale and now.dues is None:
        return ""
    if not row.is_stale:
        return f"; stale: its rule or its calendar now gives {now.dues}"
    trigger = f"the trigger is dated {row.days_now}" if row.days_now else "the trigger has no day now"
    if now.dues is not None:
        return f"; stale: {trigger}, which gives {now.dues}" if row.days_now else f"; stale: {trigger}"
    return f"; stale: {trigger}, and what that gives cannot be told: {(now.fault or 'no rule says so').rstrip('.')}"


def _disputed(disputes: Disputes, ref: str) -> str:
    fields = disputes.get(ref)
    return f"; disputed: {', '.join(fields)}" if fields else ""


def _hearings(rows: Sequence[queries.HearingRow], disputes: Disputes, on: str) -> Iterator[Item]:
    for row in rows:
        if row.day is None:
            continue
        is_past = row.latest is not None and row.latest < on
        state = {"held": "held", "postponed": f"postponed to {row.moved_to or 'a day not set'}"}.get(row.status, "set")
        if state == "set" and is_past:
            state = "its day has passed; whether it was held is not logged"
        state += _disputed(disputes, row.ref)
        yield Item(
            group="done" if row.status != "set" else _group(row.earliest, row.latest, on),
            case=row.case,
            name="hearing",
            what=f"hearing{f' for {row.purpose}' if row.purpose else ''}",
            who=row.court or "",
            due=row.day,
            earliest=row.earliest,
            latest=row.latest,
            state=state,
            ref=row.ref,
            pinpoints=row.pinpoints,
        )


def _orders(rows: Sequence[queries.OrderRow], disputes: Disputes, on: str) -> Iterator[Item]:
    for row in rows:
        todo = f"no deadline is set: tracker deadline {row.case} NAME --concerns {row.ref}"
        state = todo if row.due is None else _state(row.earliest, row.latest, on)
        state += _disputed(disputes, row.ref)
        yield Item(
            group=_group(row.earliest, row.latest, on),
            case=row.case,
            name="order",
            what=row.what + (f", {row.due_terms}" if row.due_terms else ""),
            who=", ".join(row.debtors),
            due=row.due,
            earliest=row.earliest,
            latest=row.latest,
            state=state,
            ref=row.ref,
            pinpoints=row.pinpoints,
        )
