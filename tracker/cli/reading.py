"""The verbs that ask: status, show, timeline, search, check, chronology, query."""

from __future__ import annotations

import math
import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import cases_argument, complete_case, tracker_of
from tracker.cli.tables import Column

if TYPE_CHECKING:
    import sqlite3

    from tracker.queries import CaseStatus, TimelineRow


NO_CASE = "No case yet: start one with 'tracker open CASE --kind KIND --title TITLE'."


def _nothing(db: sqlite3.Connection, text: str) -> str:
    """What people read when there are no rows: in a store without cases, how to start."""
    from tracker import queries

    return text if queries.case_names(db) else NO_CASE


def _dated(date: str | None, what: str | None) -> str:
    return " ".join(filter(None, (date, what))) or "-"


def _status_cells(row: CaseStatus) -> tuple[str, ...]:
    last = _dated(row.last_date, row.last) if row.last_date or not row.last else f"{row.last}, day not stated"
    coming = _dated(row.next_date, row.next)
    known = (row.known_until or "-").partition("T")[0]
    return row.case, f"{row.kind}: {row.stage}", last, coming, known, str(row.problems)


@click.command("status")
@cases_argument
@formats
@click.pass_context
def status_command(ctx: click.Context, cases: tuple[str, ...], form: str | None) -> None:
    """Show where cases stand, all of them when none is named."""
    from tracker import queries

    db = tracker_of(ctx).read()
    rows = queries.status(db, queries.require_cases(db, cases), today=date.today().isoformat())
    titles = [Column("Case", wrap=False), *map(Column, ("Stage", "Last", "Next", "Known until"))]
    # A column of zeros tells less than one sentence.
    shown = len(titles) + 1 if any(row.problems for row in rows) else len(titles)
    titles.append(Column("Problems", align="right"))
    output.show(rows, form, titles[:shown], lambda row: _status_cells(row)[:shown], empty=NO_CASE)
    if rows and not form:
        problems = sum(row.problems for row in rows)
        click.echo(
            "\n" + (f"{problems} open problems: 'tracker check' lists them." if problems else "No open problems.")
        )


@click.command("show")
@click.argument("what", metavar="CASE|REF", shell_complete=complete_case)
@formats
@click.pass_context
def show_command(ctx: click.Context, what: str, form: str | None) -> None:
    """Show one case, or one event (CASE#NUMBER)."""
    from tracker import pages

    db = tracker_of(ctx).read()
    lines = pages.event_page(db, what) if "#" in what else pages.case_page(db, what)
    output.sections(lines, form, own=what)


def _timeline_cells(row: TimelineRow) -> tuple[str, ...]:
    return row.date or "not stated", row.ref, f"{row.label}: {row.text}", row.pinpoints or "no source given"


@click.command("timeline")
@cases_argument
@click.option("--since", metavar="DATE", help="Only what may have happened on or after that day.")
@click.option("--until", metavar="DATE", help="Only what may have happened on or before that day.")
@formats
@click.pass_context
def timeline_command(
    ctx: click.Context, cases: tuple[str, ...], since: str | None, until: str | None, form: str | None
) -> None:
    """Show developments in the order in which they happened, of some cases or of all."""
    from tracker import queries
    from tracker.dates import parse
    from tracker.loosedates import read

    db = tracker_of(ctx).read()
    rows = queries.timeline(
        db,
        queries.require_cases(db, cases),
        since=parse(read(since, date.today())).earliest if since is not None else None,
        until=parse(read(until, date.today())).latest if until is not None else None,
    )
    titles = [Column(title) for title in ("Date", "Event", "Development", "Source")]
    empty = _nothing(db, "Nothing happened in that time that is logged: log it with 'tracker log CASE TYPE'.")
    output.show(rows, form, titles, _timeline_cells, empty=empty)


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many at the most.")
@formats
@click.pass_context
def search_command(ctx: click.Context, words: tuple[str, ...], limit: int, form: str | None) -> None:
    """Find developments, cases, parties and sources that hold all the words, by stem or beginning."""
    from tracker import queries

    db = tracker_of(ctx).read()
    rows = queries.search(db, " ".join(words), limit=limit)
    titles = [Column(title) for title in ("What", "Where", "Date", "Text")]
    empty = _nothing(db, "Nothing holds all these words: try fewer, or the beginning of one.")
    output.show(rows, form, titles, lambda row: (row.what, row.ref, row.date or "-", row.text), empty=empty)
    if not form and len(rows) == limit:
        click.echo(f"(the first {limit}; --limit shows more)")


@click.command("check")
@cases_argument
@formats
@click.pass_context
def check_command(ctx: click.Context, cases: tuple[str, ...], form: str | None) -> None:
    """List what looks wrong in the contents of the record."""
    from tracker import queries
    from tracker.names import REGISTERS
    from tracker.problems import CODES

    db = tracker_of(ctx).read()
    queries.require_cases(db, [case for case in cases if case not in REGISTERS])
    rows = queries.problems(db, cases)
    titles = [Column(title) for title in ("Where", "Problem", "What it is", "What to do")]
    output.show(
        rows, form, titles,
        lambda row: (row.ref, row.code, row.message, CODES[row.code].partition("; ")[2] or CODES[row.code]),
        empty=_nothing(db, "Nothing looks wrong."),
    )  # fmt: skip


@click.command("chronology")
@click.argument("cases", metavar="CASE...", nargs=-1, required=True, shell_complete=complete_case)
@click.option(
    "-o", "--output", "target", type=click.Path(), metavar="FILE",
    help="Where to write it; its ending says the format (.md).",
)  # fmt: skip
@click.pass_context
def chronology_command(ctx: click.Context, cases: tuple[str, ...], target: str | None) -> None:
    """Write the chronology of one case, or of several merged into one, to a file or to standard output."""
    from tracker import queries
    from tracker.documents import writer_for
    from tracker.documents.chronology import chronology

    write = writer_for(target)
    db = tracker_of(ctx).read()
    document = write(chronology(db, cases))
    if target is None:
        click.echo(document.decode(), nl=False)
    else:
        _save(Path(target), document)
        output.say(f"Wrote {target}.")
    if not any(row.developments for row in queries.status(db, cases, today=date.today().isoformat())):
        output.say(f"Nothing has happened in it yet: log what did with 'tracker log {cases[0]} TYPE'.")


def _save(path: Path, document: bytes) -> None:
    """Write a document whole or not at all; a link keeps its place, and so does what is no plain file."""
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_bytes(document)
        return
    draft = real.with_name(f".{real.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(document)
        if real.exists():
            shutil.copymode(real, draft)
        draft.replace(real)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        draft.unlink(missing_ok=True)


@click.command("query")
@click.argument("sql")
@formats
@click.pass_context
def query_command(ctx: click.Context, sql: str, form: str | None) -> None:
    """Ask the projection in SQL; it can only be read. 'docs/tables.md' lists tables and views."""
    from tracker import queries

    names, rows = queries.ask(tracker_of(ctx).read(), sql)
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
