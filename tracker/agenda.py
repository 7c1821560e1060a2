"""What has to be done by when, over all cases: deadlines, hearings, and orders for which no deadline was set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tracker import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.queries import DeadlineRow, DueRow


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
) -> list[DueRow]:
    """Everything that has a day or waits for one, as seen on a day (YYYY-MM-DD), next first, what is done last.

    Without ``done``, what is done is left out; with ``within``, so is what comes later than so many days after.
    """
    found = queries.due(db, cases, on=on, until=None if within is None else _last(within, on), over=done)
    if not any(row.rule for row in found):
        return found
    by_rule = {deadline.id: deadline for deadline in queries.deadlines(db, cases, by_rule=True)}
    return list(_restated(found, by_rule, now))


def _last(days: int, on: str) -> str:
    """The day that is so many days after a day, or the last one there is."""
    left = (date.max - date.fromisoformat(on)).days
    return (date.fromisoformat(on) + timedelta(days=min(days, left))).isoformat()


def _restated(
    rows: Iterable[DueRow], by_rule: Mapping[str, DeadlineRow], now: Callable[[DeadlineRow], Now]
) -> Iterator[DueRow]:
    """The rows, with what is to be said of those whose day a rule gave."""
    for row in rows:
        deadline = by_rule.get(row.ref)
        if deadline is None:
            yield row
        else:
            found = now(deadline)
            yield row._replace(state=row.state + _stale(deadline, found), now=found.dues)


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
