"""Documents that are given to somebody: the former states that they name, the log of issues, and the verb issued."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.saving import save
from tracker.cli.stores import cases_argument, look, made_of_options, stamp, tracker_of, view_of
from tracker.cli.tables import Column

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from tracker.documents.chronology import Former
    from tracker.envelope import Event, Stamp
    from tracker.queries import IssuedRow
    from tracker.states import State

F = TypeVar("F", bound="Callable[..., Any]")
NOT_ABOUT_CONTENTS = ("cases", "target", "at", "issue_to", "actor")
"""Options of a document that say where it goes and which state it shows: an issue has these in fields of its own."""


def versions(command: F) -> F:
    """Give the command for documents the options --at, --redline and --issue."""
    issue = "Log that the written file was given to somebody, with its SHA-256; see 'tracker issued'."
    command = click.option("--issue", "issue_to", metavar="TO", help=issue)(command)
    redline = "Mark what was added, corrected or struck since a former state, named as for --at."
    command = click.option("--redline", metavar="HEAD", help=redline)(command)
    at = (
        "As the record was at a former state: a hash that the document names (8 or more characters), CASE#NUMBER, "
        "a day or time (UTC), or @NUMBER of an issue."
    )
    return click.option("--at", metavar="HEAD", help=at)(command)


class Versions(NamedTuple):
    """The logs as a document shall show them, and those it shall be compared with; None for those of now, and none."""

    logs: Mapping[str, list[Event]] | None
    former: Mapping[str, list[Event]] | None
    moment: str


def versions_of(ctx: click.Context, cases: Sequence[str], at: str | None, redline: str | None) -> Versions:
    """The states that --at and --redline name; raises BadHead, BadReference, BadName and OtherRecord."""
    if at is None and redline is None:
        return Versions(None, None, "")
    from tracker.errors import BadHead

    tracker = tracker_of(ctx)
    for case in cases:
        tracker.check_case(case)
    logs = tracker.logs()
    shown = _state(logs, at, cases) if at is not None else None
    if redline is None:
        return Versions(shown.of(logs) if shown else None, None, "")
    old = _state(logs, redline, cases)
    now = shown.of(logs) if shown else logs
    then = old.of(logs)
    if any(len(then.get(log, ())) > len(now.get(log, ())) for log in (f"cases/{case}" for case in cases)):
        raise BadHead(redline, f"as a state to compare with, it is later than {at}")
    return Versions(now if shown else None, then, old.moment)


def _state(logs: Mapping[str, list[Event]], name: str, cases: Sequence[str]) -> State:
    from tracker.states import state

    return state(logs, exact(name), cases)


def exact(name: str) -> str:
    """The name of a state with a loose date in it made exact; any other as it is."""
    from tracker.clocks import moment
    from tracker.dates import parse
    from tracker.errors import BadDate
    from tracker.loosedates import read
    from tracker.states import is_head

    if is_head(name):
        return name
    try:
        return moment(name)
    except BadDate:
        try:
            return moment(parse(read(name, date.today())).latest)
        except BadDate:
            return name


def former_of(ctx: click.Context, cases: Sequence[str], found: Versions, redline: str | None) -> Former | None:
    """What a document is compared with, seen as the document is; raises NotInView when none of its cases is there."""
    if found.former is None:
        return None
    from tracker import queries
    from tracker.documents.chronology import Former
    from tracker.errors import NotInView

    tracker, view = tracker_of(ctx), view_of(ctx)
    db, _ = tracker.look(view, found.former)
    record = db if view.is_whole else tracker.look(type(view)(), found.former)[0]
    if not set(cases) & set(queries.case_names(db)):
        raise NotInView(cases[0], f"This is compared with the record as it was at {redline}.")
    return Former(db, record, found.moment)


def options_of(ctx: click.Context) -> list[str]:
    """The options that a document is made with, as the command line has them; loose dates as they were read."""
    view = view_of(ctx)
    found = []
    for param in ctx.command.params:
        name = param.name or ""
        if name in NOT_ABOUT_CONTENTS or not isinstance(param, click.Option):
            continue
        value = getattr(view, name, ctx.params.get(name, ctx.meta.get(f"tracker.{name}")))
        value = exact(value) if name == "redline" and value is not None else value
        option = max(param.opts, key=len)
        if isinstance(value, bool):
            found += [option] * value
        elif value is not None:
            found += [
                f"{option} {quote(str(each))}" for each in (value if isinstance(value, tuple | list) else (value,))
            ]
    return found


class Issuing(NamedTuple):
    """Who logs an issue, and to whom it is made."""

    to: str
    by: Stamp


def issuing(ctx: click.Context, to: str | None, target: str | None, actor: str | None) -> Issuing | None:
    """What --issue asks for, before anything is written; raises NoActor."""
    if to is None:
        if actor is not None:
            raise click.UsageError("--by goes with --issue TO.", ctx)
        return None
    if target is None:
        raise click.UsageError("--issue logs a file: say which one with -o FILE.", ctx)
    return Issuing(to, stamp(tracker_of(ctx), actor))


def save_and_issue(
    ctx: click.Context,
    target: Path,
    document: bytes,
    issue: Issuing | None,
    cases: Sequence[str],
    record: sqlite3.Connection,
) -> int:
    """Write a document and then log its issue, if it is one; the exit code.

    Whatever is wrong with the issue is found before the file is written, as far as it can be.
    """
    from tracker.documents.matter import heads_of
    from tracker.errors import TrackerError

    if issue is None:
        save(target, document)
        output.say(f"Wrote {target}.")
        return 0
    tracker, options = tracker_of(ctx), options_of(ctx)
    with made_of_options():
        entries = tracker.issue(cases, document, target, to=issue.to, options=options, heads=heads_of(record, cases))
        for entry in entries:
            tracker.preview(entry, issue.by)
    save(target, document)
    output.say(f"Wrote {target}.")
    try:
        tracker.append(entries, issue.by)
    except TrackerError as error:
        output.error(f"{target} is written, but it is not logged that it was given to {issue.to}: {error}")
        return error.exit_code
    number = entries[0].data["number"]
    output.say(f"Logged as issue @{number}: given to {issue.to}, SHA-256 {entries[0].data['sha256']}.")
    return 0


@click.command("issued")
@cases_argument
@click.option("--outdated", is_flag=True, help="Only those that no longer tell what is logged.")
@click.option(
    "--check", type=click.Path(), metavar="FILE", help="Only those of exactly this file, found by its SHA-256."
)
@formats
@click.pass_context
def issued_command(
    ctx: click.Context, cases: tuple[str, ...], outdated: bool, check: str | None, form: str | None
) -> None:
    """List which documents were given to whom, and which of them are outdated.

    A document is outdated when something was logged since in one of its cases, or in the registers about a party or
    source that they name, whether or not its filters would show it.
    """
    from tracker import queries

    db = look(ctx)
    rows = queries.issued(db, queries.require_cases(db, cases))
    if check is not None:
        wanted = _sha256(Path(check))
        rows = [row for row in rows if row.sha256 == wanted]
    if outdated:
        rows = [row for row in rows if row.state != "current"]
    titles = [Column(title) for title in ("Issue", "Given to", "On", "File", "SHA-256", "State")]
    output.show(rows, form, titles, _cells, empty=_nothing(check, outdated))


def _sha256(path: Path) -> str:
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def _cells(row: IssuedRow) -> tuple[str, ...]:
    return row.issue, row.to, row.issued[:10], row.file, row.sha256[:12], _told(row)


def _told(row: IssuedRow) -> str:
    """Whether a document is outdated, in words."""
    if row.state == "another record":
        return "made from another record"
    if row.last is None:
        return row.state
    count = row.events_since
    when = f", on {row.last[:10]}" if count == 1 else f", the last on {row.last[:10]}"
    return f"{row.state}: {count} event{'s' * (count != 1)} since{when}"


def _nothing(check: str | None, outdated: bool) -> str:
    """What people read when there is no such issue."""
    if check is not None:
        return f"It is not logged that {check} was given to anybody, as it is now."
    if outdated:
        return "No document that was given to somebody is outdated."
    return "No document was given to anybody: 'tracker chronology CASE -o FILE --issue TO' logs that."
