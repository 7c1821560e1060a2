"""Deadlines that move: their rule gives another day than the one that is logged; and which files hold the old day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tracker import queries
from tracker.deadlines import DONE
from tracker.deadlines.rules import require_rule
from tracker.entries import Entry
from tracker.errors import WrongUse
from tracker.names import case_log
from tracker.reckoning import restate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from tracker.deadlines.rules import Rule
    from tracker.queries import DeadlineRow, Export
    from tracker.reckoning import Restated


class Move(NamedTuple):
    """A deadline that moves: the days before and after as EDTF (None where there was or is none), why, and who has to
    be told: the files that it was exported to with another day than the new one.
    """

    case: str
    name: str
    before: str | None
    after: str | None
    reason: str
    exports: tuple[Export, ...]
    entry: Entry


def may_move(db: sqlite3.Connection, row: DeadlineRow) -> bool:
    """Whether a rule decides about a deadline: it was set by one, is not over, and nobody granted another day."""
    granted = any(turn.what == "extended" for turn in queries.turns(db, row.id))
    return row.rule is not None and row.status not in DONE and not granted


def restated(db: sqlite3.Connection, row: DeadlineRow, rules: Mapping[str, Rule]) -> Restated | None:
    """What its rule makes of a deadline now, when that is not what is logged; None when it is.

    Raises UnknownName, BadPeriod and CannotCompute: its rule is not there, or cannot be used for that trigger.
    """
    if not may_move(db, row):
        return None
    days = row.days_now.split(" or ") if row.days_now else []
    found = restate(require_rule(rules, str(row.rule)), days, row.period, row.served_by)
    logged = {(each.since, each.due) for each in queries.results(db, row.id)}
    now = {(each["since"], each.get("due")) for each in found.data.get("results", ())}
    return found if now != logged else None


def moves(
    db: sqlite3.Connection, rows: Iterable[DeadlineRow], rules: Mapping[str, Rule]
) -> tuple[list[Move], list[tuple[DeadlineRow, str]]]:
    """The deadlines among the rows that move, and those that are stale and cannot be found anew, with why."""
    found: list[Move] = []
    left: list[tuple[DeadlineRow, str]] = []
    for row in rows:
        try:
            again = restated(db, row, rules)
        except WrongUse as wrong:
            left += [(row, str(wrong))] if row.is_stale else []
            continue
        if again is not None:
            data = dict(again.data)
            if row.trigger and again.dues:
                data["trigger"] = queries.event_ids(db, [row.trigger])[row.trigger]
            found.append(move(db, row, data, _why(row)))
    return found, left


def move(db: sqlite3.Connection, row: DeadlineRow, data: Mapping[str, Any], reason: str) -> Move:
    """The move of a deadline to what a rule gave for it: ``data`` as ``tracker.reckoning`` has it."""
    days = dict.fromkeys(each["due"] for each in data.get("results", ()) if "due" in each)
    after = " or ".join(days) or None
    told = tuple(each for each in queries.exports(db) if each.deadline == row.id and each.due != after)
    said = {"deadline": row.name, "reason": reason, **data}
    said.pop("trigger_type", None)
    entry = Entry(where="", log=case_log(row.case), type="deadline.recomputed", data=said)
    return Move(row.case, row.name, row.due, after, reason, told, entry)


def _why(row: DeadlineRow) -> str:
    """What is otherwise than when a deadline was found before."""
    if row.days_now is None:
        return (
            f"its trigger {row.trigger} was retracted or lost its day" if row.trigger else "it has no trigger any more"
        )
    if row.days_used is None:
        return f"its trigger {row.trigger} has a day by now"
    if row.days_now != row.days_used:
        return f"its trigger {row.trigger} is dated {row.days_now}, no longer {row.days_used}"
    return "its rule or its calendar gives another day now"


def exports_of(db: sqlite3.Connection, rows: Iterable[DeadlineRow], target: str) -> list[Entry]:
    """What has to be logged when deadlines are put into a file: those whose day it does not hold yet."""
    known = {(each.deadline, each.target): each.due for each in queries.exports(db)}
    # Only a day that is still to be kept matters to whoever has the file.
    return [
        Entry(
            where="",
            log=case_log(row.case),
            type="deadline.exported",
            data={"deadline": row.name, "to": target, "due": row.due.split(" or ")},
        )
        for row in rows
        if row.due and row.status == "open" and known.get((row.id, target)) != row.due
    ]
