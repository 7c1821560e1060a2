"""The verbs of upkeep: rebuild and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import tracker_of
from tracker.cli.tables import Column

if TYPE_CHECKING:
    from tracker.app import Verified


@click.command("rebuild")
@click.pass_context
def rebuild_command(ctx: click.Context) -> None:
    """Make the projection anew from the logs."""
    tracker = tracker_of(ctx)
    tracker.rebuild()
    logs = len(tracker.log.logs())
    output.echo(f"Rebuilt {tracker.path} from {logs} log{'s' * (logs != 1)}.")


def _verdict(row: Verified) -> str:
    if row.fault is None:
        return "whole"
    line, reason = row.fault
    return f"DAMAGED, line {line}: {reason}" if line else f"REFUSED: {reason}"


@click.command("verify")
@formats
@click.pass_context
def verify_command(ctx: click.Context, form: str | None) -> int:
    """Check every line of every log: hash, chain, canonical form, members."""
    rows = list(tracker_of(ctx).verify())
    told = [
        {
            "log": row.log,
            "file": row.where,
            "lines": row.lines,
            "fault_line": row.fault[0] if row.fault else None,
            "reason": row.fault[1] if row.fault else None,
            "loose_bytes": row.loose,
        }
        for row in rows
    ]
    if form:
        output.write(told, form)
    elif not rows:
        click.echo(
            "No log yet, so there is nothing to verify: start one with 'tracker open CASE --kind KIND --title TITLE'."
        )
    else:
        from tracker.cli.tables import render

        titles = [Column("Log"), Column("Lines", align="right"), Column("Verdict")]
        cells = [(row.log, str(row.lines), _verdict(row)) for row in rows]
        click.echo(render(titles, cells, width=output.columns()))
    damaged = [row for row in rows if row.fault]
    for row in damaged:
        line = f", line {row.fault[0]}" if row.fault and row.fault[0] else ""
        output.error(f"{row.where}{line}: {row.fault[1] if row.fault else ''}; restore the log from a copy you trust.")
    if not form and rows and not damaged:
        events = sum(row.lines for row in rows)
        click.echo(
            f"\n{events} events in {len(rows)} logs: every hash, every link and every byte's form is right.\n"
            "That says that what was logged has not changed since, not that it is true."
        )
    return 1 if damaged else 0
