"""The verbs that ask: status, show, timeline, search, check, chronology, query."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import output
from tracker.cli.issuing import former_of, issuing, save_and_issue, versions, versions_of
from tracker.cli.output import formats
from tracker.cli.stores import (
    by_option,
    cases_argument,
    clocks,
    complete_case,
    days_of,
    look,
    sides,
    tracker_of,
    view_of,
)
from tracker.cli.tables import Column
from tracker.documents import LAYOUTS

if TYPE_CHECKING:
    import sqlite3

    from tracker.documents.labels import Language
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


@click.command("chronology")
@click.argument("cases", metavar="CASE...", nargs=-1, required=True, shell_complete=complete_case)
@click.option(
    "-o", "--output", "target", type=click.Path(), metavar="FILE",
    help="Where to write it; its ending says the format.",
)  # fmt: skip
@click.option(
    "--layout", type=click.Choice(LAYOUTS), default="table", show_default=True, help="How it is arranged.",
)  # fmt: skip
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
    help="The language of its own words; what was logged stays as it is.",
)  # fmt: skip
@click.option(
    "--template", "folder", type=click.Path(), metavar="FOLDER", help="A letterhead, fonts and labels of your own.",
)  # fmt: skip
@click.option("--privileged", is_flag=True, help="Also what is privileged; else it is left out.")
@sides
@clocks
@versions
@by_option
@click.pass_context
def chronology_command(
    ctx: click.Context,
    /,
    cases: tuple[str, ...],
    target: str | None,
    layout: str,
    language: Language,
    folder: str | None,
    at: str | None,
    redline: str | None,
    issue_to: str | None,
    actor: str | None,
    privileged: bool,
) -> int:
    """Write the chronology of one case, or of several merged into one, to a file or to standard output."""
    from tracker import queries
    from tracker.documents import writer_for
    from tracker.documents.chronology import chronology
    from tracker.documents.template import PLAIN, read_template

    if layout == "undisputed":
        ctx.meta["tracker.undisputed"] = True
    if privileged and layout == "privilege":
        raise click.UsageError("The privilege log never holds what is privileged: leave out --privileged.", ctx)
    ctx.meta["tracker.unprivileged"] = not privileged
    template = read_template(Path(folder)) if folder is not None else PLAIN
    write, issue = writer_for(target), issuing(ctx, issue_to, target, actor)
    found = versions_of(ctx, cases, at, redline)
    db = look(ctx, *cases, logs=found.logs, named=at or "")
    view = view_of(ctx)
    record = db if view.is_whole else tracker_of(ctx).look(type(view)(), found.logs)[0]
    former = former_of(ctx, cases, found, redline)
    with output.clock(f"Writing {target or 'Markdown'}"):
        made = chronology(
            db, cases, layout=layout, language=language, shown=view.told(), record=record, former=former,
            template=template,
        )  # fmt: skip
        document = write(made)
    if target is None:
        click.echo(document.decode(), nl=False)
    else:
        tracker_of(ctx).check_target(Path(target))
        code = save_and_issue(ctx, Path(target), document, issue, cases, record)
        if code:
            return code
    if not any(row.developments for row in queries.status(record, cases, today=date.today().isoformat())):
        output.say(f"Nothing has happened in it yet: log what did with 'tracker log {cases[0]} TYPE'.")
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
