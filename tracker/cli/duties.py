"""The verbs that ask what has to be done: deadlines and owed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.amounts import grouped, span_of_money
from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import (
    by_option,
    cases_argument,
    clocks,
    complete_case,
    complete_party,
    day_option,
    days_of,
    look,
    stamp,
    tracker_of,
    view_of,
)
from tracker.cli.tables import Column, render

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from tracker.agenda import Now
    from tracker.app import Tracker
    from tracker.deadlines.rules import Rule
    from tracker.queries import DeadlineRow, DueRow, OwedRow

HEADINGS = {"overdue": "Overdue", "coming": "Due", "waiting": "Waiting", "done": "Done"}


@click.command("deadlines")
@cases_argument
@click.option(
    "--case", "more", multiple=True, metavar="CASE", shell_complete=complete_case, help="The same as naming a case."
)
@click.option("--within", metavar="DAYS", help="Of what comes, only what is due in so many days, as in 30d.")
@click.option("--all", "everything", is_flag=True, help="Also what is met, missed, withdrawn, held or postponed.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when anything is overdue or due (in that time).")
@click.option("--ics", type=click.Path(), metavar="FILE", help="Write a calendar file (RFC 5545) of all of them.")
@click.option("--alarm", "alarms", multiple=True, metavar="DAYS", help="With --ics: remind so many days before.")
@by_option
@day_option
@clocks
@formats
@click.pass_context
def deadlines_command(
    ctx: click.Context,
    /,
    cases: tuple[str, ...],
    more: tuple[str, ...],
    within: str | None,
    everything: bool,
    exit_code: bool,
    ics: str | None,
    alarms: tuple[str, ...],
    actor: str | None,
    on: str,
    form: str | None,
) -> int:
    """List what has to be done by when, in all cases or in some: next first, what is overdue and what waits apart."""
    from tracker import queries
    from tracker.agenda import agenda

    tracker = tracker_of(ctx)
    db = look(ctx, *cases, *more)
    wanted = queries.require_cases(db, [*cases, *more])
    days = None if within is None else days_of("--within", within)
    shown = agenda(db, wanted, on=on, now=_now(tracker, db), done=everything, within=days)
    if alarms and ics is None:
        raise click.UsageError("--alarm goes with --ics FILE.", ctx)
    if ics is not None and not view_of(ctx).is_whole:
        raise click.UsageError("--ics writes the whole record, so that calendars follow it: leave the clocks out.", ctx)
    if ics is not None:
        _write_calendar(tracker, db, wanted, ics, [days_of("--alarm", text) for text in alarms], actor)
    if form:
        output.write(shown, form)
    elif not shown:
        click.echo("Nothing is due, and nothing waits: 'tracker deadline CASE NAME' sets a deadline.")
    else:
        _show(shown)
    late, soon = (sum(item.group == group for item in shown) for group in ("overdue", "coming"))
    if exit_code and late + soon:
        output.error(f"{late} overdue and {soon} due: meet them, or log what became of them.")
        return 1
    return 0


def _now(tracker: Tracker, db: sqlite3.Connection) -> Callable[[DeadlineRow], Now]:
    """What a rule makes of a deadline today, or why that cannot be told."""
    from functools import cache

    from tracker.agenda import Now
    from tracker.errors import WrongUse

    @cache
    def rules() -> Mapping[str, Rule]:
        sound, broken = tracker.sound_rules()
        for mistake in broken:
            output.say(f"A rule cannot be used: {mistake}.")
        return sound

    def now(row: DeadlineRow) -> Now:
        if not row.rule:
            return Now()
        from tracker.moves import restated

        try:
            found = restated(db, row, rules())
        except WrongUse as wrong:
            return Now(fault=str(wrong))
        return Now() if found is None else Now(" or ".join(found.dues) or "no day")

    return now


def _show(items: Sequence[DueRow]) -> None:
    """A table for each group, the days in front; what waits has none."""
    tables = []
    for group, heading in HEADINGS.items():
        several = [item for item in items if item.group == group]
        days = [] if group == "waiting" else [heading]
        titles = [Column(title) for title in (*days, "Event" if days else heading, "What", "Who", "State")]
        cells = [(*((item.due or "-",) if days else ()), *_cells(item)) for item in several]
        if several:
            tables.append(render(titles, cells, width=output.columns()))
    click.echo("\n\n".join(tables))


def _cells(item: DueRow) -> tuple[str, ...]:
    name = "" if item.name in (item.what, "hearing", "order") else f" [{item.name}]"
    return item.ref, item.what + name, item.who or "-", item.state


def _write_calendar(
    tracker: Tracker, db: sqlite3.Connection, cases: Sequence[str], target: str, alarms: Sequence[int], by: str | None
) -> None:
    """Write the calendar file, and log which days it holds, so that a move can name it."""
    from tracker import queries
    from tracker.cli.saving import save
    from tracker.errors import BadFormat, TrackerError
    from tracker.ics import calendar_file

    path = Path(target)
    if path.suffix.lower() != ".ics":
        raise BadFormat(target, [".ics"])
    tracker.check_target(path)
    save(path, calendar_file(db, cases, alarms=alarms))
    number = len(queries.calendar_entries(db, cases))
    output.say(f"Wrote {target}: {number} {'entry' if number == 1 else 'entries'}.")
    try:
        tracker.note_export(queries.deadlines(db, cases), path, stamp(tracker, by))
    except (TrackerError, click.UsageError) as error:
        output.say(f"That was not logged, so that a move of a deadline will not name {target}: {error}")


@click.command("owed")
@cases_argument
@click.option("--debtor", metavar="PARTY", shell_complete=complete_party, help="Only what that party owes.")
@click.option("--creditor", metavar="PARTY", shell_complete=complete_party, help="Only what is owed to that party.")
@click.option("--all", "everything", is_flag=True, help="Also what was paid, waived or reversed.")
@day_option
@clocks
@formats
@click.pass_context
def owed_command(
    ctx: click.Context,
    /,
    cases: tuple[str, ...],
    debtor: str | None,
    creditor: str | None,
    everything: bool,
    on: str,
    form: str | None,
) -> None:
    """Show what is owed under orders, by whom and to whom, after payments, set-offs, waivers and reversals."""
    from tracker import queries

    db = look(ctx, *cases)
    wanted = queries.require_cases(db, cases)
    parties = [queries.require_party(db, party) if party is not None else None for party in (debtor, creditor)]
    rows = [
        row
        for row in queries.owed(db, wanted, on=on)
        if (everything or row.state not in ("discharged", "reversed"))
        and (parties[0] is None or parties[0] in row.debtors)
        and (parties[1] is None or parties[1] in row.creditors)
    ]
    titles = [Column(title) for title in ("Owes", "To", "Outstanding", "Due", "State", "Why")]
    empty = "Nothing is owed under an order that is logged: 'tracker log CASE order.made' logs one."
    output.show(rows, form, titles, _owed_cells, empty=empty)
    if rows and not form:
        click.echo("\nOutstanding in all: " + "; ".join(_totals(queries.totals(rows))) + ".")


def _owed_cells(row: OwedRow) -> tuple[str, ...]:
    who = " and ".join(row.debtors) or "not stated"
    if len(row.debtors) > 1:
        who += ", each for the whole" if row.sharing == "jointly" else f" ({row.sharing})"
    told = span_of_money(row.least, row.most, row.currency)
    if row.owed != row.most or row.least != row.most:
        told += f" of {grouped(row.owed)} {row.currency}"
    state = f"{row.state} ({row.stage})"
    state += f", if {row.condition}" if row.condition else ""
    state += f"; disputed, counted as logged: {', '.join(row.disputed)}" if row.disputed else ""
    state += f"; {grouped(row.paid_too_much)} {row.currency} too much paid" if row.paid_too_much else ""
    why = " ".join(filter(None, (", ".join(row.refs), row.pinpoints)))
    return who, " and ".join(row.creditors) or "not stated", told, row.due or "not stated", state, why


def _totals(totals: Mapping[str, tuple[Decimal, Decimal]]) -> Iterator[str]:
    from tracker.obligations import plain

    for currency, (least, most) in totals.items():
        yield span_of_money(plain(least), plain(most), currency)
