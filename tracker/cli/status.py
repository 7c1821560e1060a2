"""The verb status."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import NO_CASE, cases_argument, clocks, days_of, look
from tracker.cli.tables import Column

if TYPE_CHECKING:
    from tracker.queries import CaseStatus


def _dated(date: str | None, what: str | None) -> str:
    return " ".join(filter(None, (date, what))) or "-"


def _status_cells(row: CaseStatus) -> tuple[str, ...]:
    last = _dated(row.last_date, row.last) if row.last_date or not row.last else f"{row.last}, day not stated"
    coming = _dated(row.next_date, row.next)
    known = (row.known_until or "-").partition("T")[0]
    return row.case, f"{row.kind}: {row.stage}", last, coming, known, str(row.disputes + row.problems)


@click.command("status")
@cases_argument
@click.option("--stale", metavar="DAYS", help="Only cases of which nothing became known for so many days, as in 30d.")
@clocks
@formats
@click.pass_context
def status_command(ctx: click.Context, cases: tuple[str, ...], stale: str | None, form: str | None) -> None:
    """Show where cases stand, all of them when none is named."""
    from tracker import queries

    db = look(ctx, *cases)
    rows = queries.status(db, queries.require_cases(db, cases), today=date.today().isoformat())
    if stale is not None:
        before = (date.today() - timedelta(days=days_of("--stale", stale))).isoformat()
        rows = [row for row in rows if row.known_day is None or row.known_day < before]
    titles = [Column("Case", wrap=False), *map(Column, ("Stage", "Last", "Next", "Known until"))]
    # A column of zeros tells less than one sentence.
    shown = len(titles) + any(row.disputes + row.problems for row in rows)
    titles.append(Column("Open", align="right"))
    empty = NO_CASE if stale is None else f"No case is without news for {days_of('--stale', stale)} days."
    output.show(rows, form, titles[:shown], lambda row: _status_cells(row)[:shown], empty=empty)
    if rows and not form:
        click.echo("\n" + _open_ends(sum(row.disputes for row in rows), sum(row.problems for row in rows)))


def _open_ends(disputes: int, problems: int) -> str:
    told = []
    if disputes:
        told.append(f"{disputes} open dispute{'s' * (disputes != 1)}: 'tracker disputes' lists them.")
    if problems:
        told.append(f"{problems} open problem{'s' * (problems != 1)}: 'tracker check' lists them.")
    return " ".join(told) or "No open disputes or problems."
