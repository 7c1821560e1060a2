"""The verb repair: what is wrong with logs, what is done about it, and copies of a log that have grown apart."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import by_option, complete_case, stamp, tracker_of
from tracker.cli.tables import Column, render
from tracker.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.app import Tracker
    from tracker.copies import Copy
    from tracker.forks import Fork, Line
    from tracker.mending import Found


@click.command("repair")
@click.argument("names", metavar="[LOG]...", nargs=-1, shell_complete=complete_case)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--tail", is_flag=True, help="Set aside a last line that is whole but damaged; only when no copy has it.")
@click.option(
    "--adopt",
    "other",
    metavar="COPY",
    help="Take in what another copy of the log has alone: a file, a folder that holds events/, or git:REVISION.",
)
@by_option
@formats
@click.pass_context
def repair_command(
    ctx: click.Context,
    names: Sequence[str],
    yes: bool,
    tail: bool,
    other: str | None,
    actor: str | None,
    form: str | None,
) -> int:
    """Show what is wrong with logs (a case, parties, sources; or all) and what would be done; with --yes, do it.

    What is taken out of a log is kept in events/.quarantine and noted in the log. What a checkpoint vouches for is
    never touched.
    """
    from tracker.names import log_of

    tracker, logs = tracker_of(ctx), [log_of(name) for name in names]
    known = tracker.files.logs()
    if unknown := [name for name, log in zip(names, logs, strict=True) if log not in known]:
        raise WrongUse(f"There is no log of {unknown[0]!r}: 'tracker status' lists the cases.")
    if other is None:
        return _mend(tracker, list(tracker.damage(logs)), yes=yes, tail=tail, actor=actor, form=form)
    if len(logs) != 1 or tail or form:
        raise click.UsageError("--adopt takes one log, and neither --tail nor an output format.", ctx)
    (found,), copy = tracker.damage(logs), tracker.copy(logs[0], other)
    if found.is_mended(tail=False):
        raise WrongUse(f"{found.log} has a {found.told()}: run 'tracker repair {names[0]} --yes' before --adopt.")
    if found.damage:
        return _restore(tracker, found, copy, yes=yes, actor=actor)
    return _adopt(tracker, tracker.fork(logs[0], copy), copy, yes=yes, actor=actor)


def _goes_ahead(question: str, *, yes: bool) -> bool:
    """Whether to do it: said beforehand, or when asked on a terminal."""
    if yes:
        return True
    if all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return click.confirm(question, default=False)
    return False


# damage


def _mend(
    tracker: Tracker, found: Sequence[Found], *, yes: bool, tail: bool, actor: str | None, form: str | None
) -> int:
    ill = [each for each in found if not each.is_whole]
    todo = [each for each in ill if each.is_mended(tail=tail)]
    if form:
        output.write([_row(each, tail=tail) for each in found], form)
    elif ill:
        titles = [Column("Log"), Column("What is wrong"), Column("What is to be done")]
        cells = [(each.log, each.told(), each.todo(tail=tail)) for each in ill]
        click.echo(render(titles, cells, width=output.columns()))
    else:
        click.echo(f"Nothing to repair: {_logs(len(found))} whole, line by line.")
    if not todo or not _goes_ahead("Do what can be done?", yes=yes):
        return _outcome(ill, f"nothing was changed{': --yes does it' if todo else ''}")
    by = stamp(tracker, actor)
    for each in todo:
        tracker.mend(each, by)
    left = [each for each in tracker.damage([each.log for each in ill]) if not each.is_whole]
    if not form:
        click.echo(f"Repaired {', '.join(each.log for each in todo)}.")
    return _outcome(left, "what can be done was done")


def _outcome(ill: Sequence[Found], ending: str) -> int:
    for each in ill:
        output.error(f"{each.where}: {each.told()}; {ending}.")
    return 1 if ill else 0


def _logs(count: int) -> str:
    return "1 log is" if count == 1 else f"{count} logs are"


def _row(found: Found, *, tail: bool) -> dict[str, Any]:
    damage = found.damage
    return {
        "log": found.log,
        "file": found.where,
        "lines": found.lines,
        "wrong": damage.sort if damage else ("not noted" if found.unnoted else None),
        "line": damage.line if damage else None,
        "offset": damage.offset if damage else None,
        "size": damage.size if damage else None,
        "reason": damage.reason if damage else None,
        "todo": found.todo(tail=tail) or None,
        "mended": found.is_mended(tail=tail),
    }


def _restore(tracker: Tracker, found: Found, copy: Copy, *, yes: bool, actor: str | None) -> int:
    """Put lines of a copy where a log is damaged."""
    from tracker.mending import restored

    lines = restored(found, copy).count(b"\n")
    click.echo(f"{found.log}: {found.told()}.")
    click.echo(
        f"{copy.name} has the lines that are damaged, and with them all {lines} lines are whole. "
        "The damaged file is set aside in events/.quarantine."
    )
    if not _goes_ahead("Put them there?", yes=yes):
        return _outcome([found], "nothing was changed: --yes does it")
    tracker.restore(found, copy, stamp(tracker, actor))
    click.echo(f"Restored {found.log} from {copy.name}.")
    return 0


# branches


def _adopt(tracker: Tracker, fork: Fork, copy: Copy, *, yes: bool, actor: str | None) -> int:
    if fork.is_joined:
        click.echo(f"{fork.log} has all that {copy.name} has: nothing is to be adopted.")
        return 0
    common = (
        f"the same up to event {fork.common.position} ({fork.common.xhash})"
        if fork.common.position
        else "never the same"
    )
    output.echo(f"{fork.log} here and in {copy.name} are {common}.")
    _tail("Here", fork.ours)
    _tail(f"In {copy.name}", fork.theirs, {line.event.id for line in fork.shared})
    if copy.loose:
        output.say(f"{copy.name} ends in {copy.loose} bytes that are no whole line; they are not adopted.")
    drafts = fork.drafts(copy.name)
    for size in copy.unprovable(fork.common.position if fork.ours else len(copy.lines)):
        output.say(
            f"The checkpoint of {copy.name} for {size} events vouches for lines that stand elsewhere here: it is no "
            "longer provable from this log alone; keep it, and the copy."
        )
    if not _goes_ahead(f"Write {len(drafts)} lines after event {fork.length}?", yes=yes):
        output.error(f"{fork.log} and {copy.name} have grown apart; nothing was changed: --yes adopts {_events(fork)}.")
        return 1
    tracker.adopt(fork, copy, stamp(tracker, actor))
    click.echo(f"Adopted {_events(fork)} from {copy.name} into {fork.log}.")
    return 0


def _events(fork: Fork) -> str:
    return "1 event" if len(fork.fresh) == 1 else f"{len(fork.fresh)} events"


def _tail(title: str, lines: Sequence[Line], shared: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Print what one copy has alone: number, type, date, who, and when it was logged."""
    if not lines:
        output.echo(f"\n{title}: nothing more.")
        return
    titles = [Column(title, align="right"), Column("Type"), Column("Date"), Column("By"), Column("Logged")]
    cells = []
    for line in lines:
        event = line.event
        date = msgspec.json.decode(event.data).get("date", "-")
        kind = event.type + (" (here already)" if event.id in shared else "")
        cells.append((str(event.position), kind, str(date), event.recordedby, event.recordedtime))
    click.echo("\n" + render(titles, cells, width=output.columns()))
