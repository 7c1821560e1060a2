"""The verbs that ask: show, timeline, search, disputes, check, query."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import NO_CASE, cases_argument, clocks, complete_case, look, sides
from tracker.cli.tables import Column

if TYPE_CHECKING:
    import sqlite3

    from tracker.queries import TimelineRow


def _nothing(db: sqlite3.Connection, text: str) -> str:
    """What people read when there are no rows: in a store without cases, how to start."""
    from tracker import queries

    return text if queries.case_names(db) else NO_CASE


@click.command("disputes")
@cases_argument
@click.option("--settled", is_flag=True, help="Those that are settled, too.")
@clocks
@formats
@click.pass_context
def disputes_command(ctx: click.Context, cases: tuple[str, ...], settled: bool, form: str | None) -> None:
    """List what is disputed: who says what, and where."""
    from tracker import queries
    from tracker.names import REGISTERS

    db = look(ctx, *cases)
    queries.require_cases(db, [case for case in cases if case not in REGISTERS])
    rows = queries.disputed_values(queries.disputes(db, cases, settled=None if settled else False))
    titles = [Column("Event"), Column("Field"), Column("Value"), Column("Says so"), Column("State")]
    output.show(
        rows,
        form,
        titles,
        lambda row: (row.event, row.field, row.told, row.says_so, row.state),
        empty=_nothing(db, "Nothing is disputed" + (" or was." if settled else ": --settled shows what was.")),
    )


@click.command("show")
@click.argument("what", metavar="CASE|REF", shell_complete=complete_case)
@clocks
@formats
@click.pass_context
def show_command(ctx: click.Context, what: str, form: str | None) -> None:
    """Show one case, or one event (CASE#NUMBER)."""
    from tracker import pages

    db = look(ctx, what.partition("#")[0])
    lines = pages.event_page(db, what) if "#" in what else pages.case_page(db, what)
    output.sections(lines, form, own=what)


def _timeline_cells(row: TimelineRow) -> tuple[str, ...]:
    told = f"{row.label}: {row.text}"
    text = (f"~~{told}~~" if row.status == "retracted" else told) + (f"\n[{row.amended}]" if row.amended else "")
    text += f"\n[privileged: {row.privilege}]" if row.privilege else ""
    return row.date or "not stated", row.ref, text, row.pinpoints or "no source given"


@click.command("timeline")
@cases_argument
@click.option("--history", is_flag=True, help="Also what was retracted, and what every amendment changed.")
@sides
@clocks
@formats
@click.pass_context
def timeline_command(ctx: click.Context, cases: tuple[str, ...], history: bool, form: str | None) -> None:
    """Show developments in the order in which they happened, of some cases or of all."""
    from tracker import queries

    db = look(ctx, *cases)
    rows = queries.timeline(db, queries.require_cases(db, cases), history=history)
    titles = [Column(title) for title in ("Date", "Event", "Development", "Source")]
    empty = _nothing(db, "Nothing happened in that time that is logged: log it with 'tracker log CASE TYPE'.")
    output.show(rows, form, titles, _timeline_cells, empty=empty)


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many at the most.")
@clocks
@formats
@click.pass_context
def search_command(ctx: click.Context, words: tuple[str, ...], limit: int, form: str | None) -> None:
    """Find developments, cases, parties and sources that hold all the words, by stem or beginning."""
    from tracker import queries

    db = look(ctx)
    rows = queries.search(db, " ".join(words), limit=limit)
    titles = [Column(title) for title in ("What", "Where", "Date", "Text")]
    empty = _nothing(db, "Nothing holds all these words: try fewer, or the beginning of one.")
    output.show(rows, form, titles, lambda row: (row.what, row.ref, row.date or "-", row.text), empty=empty)
    if not form and len(rows) == limit:
        click.echo(f"(the first {limit}; --limit shows more)")


@click.command("check")
@cases_argument
@click.option("--strict", is_flag=True, help="Exit with 1 when anything is found.")
@clocks
@formats
@click.pass_context
def check_command(ctx: click.Context, cases: tuple[str, ...], strict: bool, form: str | None) -> int:
    """List what looks wrong in the contents of the record."""
    from tracker import queries
    from tracker.names import REGISTERS
    from tracker.problems import CODES

    db = look(ctx)
    queries.require_cases(db, [case for case in cases if case not in REGISTERS])
    rows = queries.problems(db, cases)
    titles = [Column(title) for title in ("Where", "Problem", "What it is", "What to do")]
    output.show(
        rows, form, titles,
        lambda row: (row.ref, row.code, row.message, CODES[row.code].partition("; ")[2] or CODES[row.code]),
        empty=_nothing(db, "Nothing looks wrong."),
    )  # fmt: skip
    if strict and rows:
        output.error(f"{len(rows)} problem{'s' * (len(rows) > 1)} found: 'tracker check' says what to do about each.")
        return 1
    return 0


@click.command("query")
@click.argument("sql")
@clocks
@formats
@click.pass_context
def query_command(ctx: click.Context, sql: str, form: str | None) -> None:
    """Ask the projection in SQL; it can only be read. 'docs/tables.md' lists tables and views."""
    from tracker import queries

    names, rows = queries.ask(look(ctx), sql)
    names = _told_apart(names)
    output.show(
        [dict(zip(names, map(_exported, row), strict=True)) for row in rows], form, [Column(name) for name in names],
        lambda row: ["" if value is None else str(value) for value in row.values()],
        empty="No rows.",
    )  # fmt: skip


def _told_apart(names: list[str]) -> list[str]:
    """The names of columns, with a number where one comes again."""
    told: list[str] = []
    for name in names:
        number, free = 1, name
        while free in told:
            number += 1
            free = f"{name}_{number}"
        told.append(free)
    return told


def _exported(value: Any) -> Any:
    """What JSON can hold: bytes as hexadecimal, infinity as text."""
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
