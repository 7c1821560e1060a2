"""The verb that compares: what became known, or was logged, between two days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import cases_argument, tracker_of
from tracker.cli.tables import Column
from tracker.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.app import Tracker
    from tracker.differences import Change
    from tracker.view import Unsure, View

TITLES = ("Change", "What", "Before", "After", "Event")
MOST_UNSURE = 5


@click.command("diff")
@cases_argument
@click.option("--known-by", metavar="DATE", help="From what was known by that day: published, or logged uncited.")
@click.option("--recorded-by", metavar="DATE", help="From what was logged by that day or time (UTC).")
@click.option("--and", "then", metavar="DATE", required=True, help="To what was known, or logged, by that one.")
@formats
@click.pass_context
def diff_command(
    ctx: click.Context,
    cases: tuple[str, ...],
    known_by: str | None,
    recorded_by: str | None,
    then: str,
    form: str | None,
) -> None:
    """Show what became known, or was logged, between two days, in some cases or in all."""
    from tracker import queries
    from tracker.differences import differences

    first, last = _views(known_by, recorded_by, then)
    tracker = tracker_of(ctx)
    before, _ = tracker.look(first)
    after, unsure = tracker.look(last)
    _require(tracker, cases, queries.case_names(after))
    days = (first.known_by, last.known_by) if first.known_by and last.known_by else None
    rows = differences(before, after, cases, known_by=days)
    _say_unsure(unsure, rows)
    output.show(rows, form, [Column(title) for title in TITLES], _cells, empty=_nothing(tracker, last))


def _cells(row: Change) -> tuple[str, ...]:
    return row.change, row.what, row.before or "-", row.after or "-", row.ref or row.case


def _views(known_by: str | None, recorded_by: str | None, then: str) -> tuple[View, View]:
    """The two views that are compared; raises BadDate and WrongUse."""
    from tracker.clocks import moment
    from tracker.view import View

    if known_by is not None and recorded_by is not None:
        raise WrongUse("Say --known-by or --recorded-by, not both: a comparison goes by one clock.")
    if recorded_by is not None:
        first, last = _time(recorded_by), _time(then)
        views = View(recorded_by=first), View(recorded_by=last)
    elif known_by is not None:
        first, last = _day(known_by), _day(then)
        views = View(known_by=first), View(known_by=last)
    else:
        raise WrongUse("Say from when: --known-by DATE for what became known, --recorded-by DATE for what was logged.")
    if moment(last) < moment(first):
        raise WrongUse(f"--and {then} is before {known_by or recorded_by}: put the earlier one first.")
    return views


def _day(text: str) -> str:
    from tracker.dates import parse
    from tracker.loosedates import read

    return parse(read(text, date.today())).latest


def _time(text: str) -> str:
    """A time as it is; anything else is read as a day."""
    from tracker.clocks import moment
    from tracker.errors import BadDate

    try:
        return moment(text)
    except BadDate:
        return _day(text)


def _require(tracker: Tracker, cases: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a name that is no case at all; one that nobody had heard of by then is one without differences."""
    from tracker import queries

    if unheard := set(cases) - set(known):
        queries.require_cases(tracker.read(), sorted(unheard))


def _say_unsure(unsure: Iterable[Unsure], rows: Sequence[Change]) -> None:
    """Tell which of the rows rest on an uncertain day of publication."""
    shown = {row.ref for row in rows}
    told = [f"{each.ref} ({each.date})" for each in unsure if each.ref in shown]
    if told:
        more = f" and {len(told) - MOST_UNSURE} more" if len(told) > MOST_UNSURE else ""
        output.say(f"Known by then only if an uncertain day is so: {', '.join(told[:MOST_UNSURE])}{more}.")


def _nothing(tracker: Tracker, last: View) -> str:
    """What people read when there are no rows: in a store without cases, how to start."""
    from tracker import queries
    from tracker.cli.stores import NO_CASE

    if not queries.case_names(tracker.read()):
        return NO_CASE
    return f"Nothing {'became known' if last.known_by else 'was logged'} in that time."
