"""The verbs of upkeep: rebuild and verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import complete_log, tracker_of
from tracker.cli.tables import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.app import Tracker
    from tracker.proofs.anchors import Times
    from tracker.proofs.notes import VerifierKey
    from tracker.proofs.verifying import Compared, Verified


@click.command("rebuild")
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1, 64),
    help="How many processes read the logs of a large store; as many as there are processors when left out.",
)
@click.pass_context
def rebuild_command(ctx: click.Context, processes: int | None) -> None:
    """Make the projection anew from the logs."""
    tracker = tracker_of(ctx)
    tracker.rebuild(processes=processes)
    logs = len(tracker.log.logs())
    output.echo(f"Rebuilt {tracker.path} from {logs} log{'s' * (logs != 1)}.")


@click.command("verify")
@click.argument("cases", metavar="[CASE]...", nargs=-1, shell_complete=complete_log)
@click.option(
    "--against",
    "held",
    metavar="CHECKPOINT",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare a log with a checkpoint that somebody else holds: the file as it was handed over.",
)
@click.option(
    "--key",
    "keys",
    metavar="KEY",
    multiple=True,
    help="A signer's key as you were given it; with it those of events/keys count for nothing. Can be repeated.",
)
@click.option(
    "--ca",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Root certificates (PEM) that time stamps have to lead to.",
)
@click.option("--strict", is_flag=True, help="End with 3 unless checkpoints by known keys cover every event.")
@formats
@click.pass_context
def verify_command(
    ctx: click.Context, cases: tuple[str, ...], held: Path | None, keys: tuple[str, ...], ca: Path | None, strict: bool,
    form: str | None,
) -> int:  # fmt: skip
    """Check every line of every log, every checkpoint and time stamp, and whether the projection is what the logs give.

    A line: hash, chain, canonical form, members. A checkpoint: signature, size, root. A time stamp: that it
    is about its checkpoint, and its signature. It changes nothing.

    Exit codes: 0 all of it is right; 1 damage, or a log that is not the one that was signed; 2 wrong use; 3 whole, but
    a signature's key is not known, or --strict asks for more; 4 a write was interrupted, of which nothing was
    acknowledged; 5 something cannot be read. The gravest is 1, then 5, 4 and 3.
    """
    from tracker.errors import ReadFailed
    from tracker.proofs.notes import parse_key
    from tracker.proofs.verifying import UNREADABLE

    try:
        return _verify(tracker_of(ctx), cases, held, [parse_key(key) for key in keys], ca, strict, form)
    except ReadFailed as failed:
        output.error(str(failed))
        return UNREADABLE


def _verify(
    tracker: Tracker, cases: Sequence[str], held: Path | None, keys: list[VerifierKey], ca: Path | None, strict: bool,
    form: str | None,
) -> int:  # fmt: skip
    from tracker.cli import times
    from tracker.cli.tables import fill
    from tracker.proofs.verifying import WEAK, WHOLE, gravest

    logs = tracker.check_logs(cases)
    compared = tracker.compare(held, keys, logs[0] if len(logs) == 1 else None) if held else None
    rows = list(tracker.verify(logs, keys))
    projection = _projection(tracker) if rows and not logs and not gravest([row.code for row in rows]) else None
    bare = sum(row.lines - row.sealed for row in rows)
    whole = [row for row in rows if row.fault is None and row.lines]
    outside = tracker.times([row.log for row in whole if row.is_anchored], ca) if whole else []
    if form:
        output.write(list(_told(rows, compared, projection, outside)), form)
    elif not rows:
        click.echo(
            "No log yet, so there is nothing to verify: start one with 'tracker open CASE --kind KIND --title TITLE'."
        )
    else:
        _show(rows)
        if shown := times.table(outside, output.columns()):
            click.echo(f"\n{shown}")
    for told in (*_errors(rows, compared, projection), *times.errors(outside)):
        output.error(told)
    for told in times.warnings(outside):
        output.say(told)
    outcomes = [*(row.outcome for row in rows), *(each.outcome for each in (compared, projection) if each)]
    outcome = gravest([*outcomes, *times.outcome_of(outside)])
    if strict and bare:
        outcome = outcome or WEAK
        output.error(
            f"{_counted(bare, 'event')} of {sum(row.lines for row in rows)} are under no checkpoint by a known"
            " key, which --strict asks for: run 'tracker seal'."
        )
    if not form and rows and outcome in (WHOLE, WEAK):
        click.echo()
        for sentence in _sentences(rows, compared, projection, bare, list(times.sentences(outside))):
            click.echo(fill(sentence, width=output.columns()))
    return outcome


class Projection(NamedTuple):
    """What became of comparing the projection: its file, a word for it, and the tables that differ or what failed."""

    where: str
    verdict: str
    reason: str | None = None

    @property
    def outcome(self) -> int:
        """As for a log."""
        from tracker.proofs.verifying import DAMAGED, WHOLE

        return DAMAGED if self.verdict == "different" else WHOLE


def _projection(tracker: Tracker) -> Projection:
    from tracker.errors import ProjectionFault

    where = str(tracker.path)
    if not tracker.path.exists():
        return Projection(where, "none")
    try:
        tables = tracker.unlike()
    except ProjectionFault as fault:
        return Projection(where, "not compared", str(fault))
    if tables is None:
        return Projection(where, "not compared", "it is not up to date, which the next reading command sees to")
    return Projection(where, "different", ", ".join(tables)) if tables else Projection(where, "equal")


def _show(rows: Sequence[Verified]) -> None:
    from tracker.cli.tables import render

    with_checkpoints = any(row.checkpoints for row in rows)
    titles = [Column("Log"), Column("Lines", align="right"), Column("Verdict")]
    cells = [[row.log, str(row.lines), _verdict(row)] for row in rows]
    if with_checkpoints:
        titles.insert(2, Column("Sealed", align="right"))
        for cell, row in zip(cells, rows, strict=True):
            cell.insert(2, str(row.sealed or "-"))
    click.echo(render(titles, cells, width=output.columns()))


def _verdict(row: Verified) -> str:
    from tracker.proofs.verifying import DAMAGED, TORN, UNREADABLE, WEAK

    lines = "" if row.outcome == DAMAGED else "whole"
    if row.fault:
        line, reason = row.fault
        word = {TORN: "TORN", UNREADABLE: "UNREADABLE"}.get(row.code, "DAMAGED" if line else "REFUSED")
        lines = f"{word}, line {line}: {reason}" if line else f"{word}: {reason}"
    told = [
        f"{'' if each.code == WEAK else 'NOT AS SIGNED, '}checkpoint {each.size or ''}: {each.fault}"
        for each in row.checkpoints
        if each.fault
    ]
    return "\n".join(filter(None, [lines, *told]))


def _errors(rows: Sequence[Verified], compared: Compared | None, projection: Projection | None) -> Iterator[str]:
    """A sentence for each fault: what is wrong, where, and what to do."""
    from tracker.proofs.verifying import DAMAGED, TORN, WEAK

    for row in rows:
        if row.fault:
            line = f", line {row.fault[0]}" if row.fault[0] else ""
            todo = "restore the log from a copy you trust"
            if row.code == TORN:
                todo = "nothing was acknowledged of it: 'tracker repair' sees to it, and so does whoever logs next"
            yield f"{row.where}{line}: {row.fault[1]}; {todo}."
        for each in row.checkpoints:
            if each.fault:
                todo = {DAMAGED: "; look for a copy of both that fit each other", WEAK: ""}.get(each.code, "")
                yield f"{each.where}: {each.fault}{todo}."
    if compared and compared.fault:
        yield f"{compared.log} is not what {compared.where} covers: {compared.fault}."
    elif compared and not compared.signers:
        by = ", ".join(compared.unknown)
        yield f"{compared.where}: it fits, but the key of {by} is not known; give it with --key."
    if projection and projection.verdict == "different":
        yield f"{projection.where} is not what the logs give ({projection.reason}): run 'tracker rebuild'."


def _sentences(
    rows: Sequence[Verified], compared: Compared | None, projection: Projection | None, bare: int, when: Sequence[str]
) -> Iterator[str]:
    """What was checked and is right, then what was not; ``when`` is what to say of outside times."""
    logs = f"{_counted(sum(row.lines for row in rows), 'event')} in {_counted(len(rows), 'log')}"
    yield f"{logs}: every hash, every link and every byte's form is right."
    good = [each for row in rows for each in row.checkpoints if each.signers and not each.fault and not each.of_branch]
    if good:
        by = ", ".join(sorted({name for each in good for name in each.signers}))
        yield f"{_counted(len(good), 'checkpoint')}: signature and root are right. Signed by {by}."
        newer = f"Not covered: {_counted(bare, 'event')}, newer than the last of them or in a log without one."
        when_signed = "" if when else " Nothing from outside says when they were signed."
        yield f"{newer if bare else 'Every event is covered.'}{when_signed}"
    else:
        yield "No checkpoint by a known key: a log cut short or written anew would not show ('tracker seal')."
    yield from when
    if adopted := [each for row in rows for each in row.checkpoints if each.of_branch]:
        yield (
            f"{_counted(len(adopted), 'checkpoint')} of another copy that was adopted: signature and root are "
            "right. Nothing is said by that of this copy's first events."
        )
    if compared and compared.of_branch:
        by = ", ".join(compared.signers) or "somebody whose key is not known"
        first = _counted(compared.size, "event")
        yield (
            f"{compared.where}: it covers the first {first} of another copy of {compared.log}, which were adopted, "
            f"signed by {by}."
        )
    elif compared:
        by = ", ".join(compared.signers) or "somebody whose key is not known"
        later = compared.lines - compared.size
        yield (
            f"{compared.where}: the first {_counted(compared.size, 'event')} of {compared.log} are those it covers, "
            f"signed by {by}; {later or 'none'} came after."
        )
    if projection and projection.verdict == "equal":
        yield "The projection: every table is what the logs give."
    elif projection and projection.reason:
        yield f"The projection was not compared: {projection.reason}."
    yield "That says that what was logged has not changed since, not that it is true."


def _told(
    rows: Sequence[Verified], compared: Compared | None, projection: Projection | None, outside: Sequence[Times]
) -> Iterator[dict[str, object]]:
    """Every finding as a row: of keys, logs and checkpoints, the held one, the projection, and times from outside."""
    from tracker.cli import times

    words = {0: "whole", 1: "damaged", 3: "weak", 4: "torn", 5: "unreadable"}
    names = ("what", "log", "file", "lines", "verdict", "fault_line", "reason", "loose_bytes", "sealed", "signers")
    more: dict[str, object] = dict.fromkeys(("first", "not_before", "not_after"))

    def told(*values: object) -> dict[str, object]:
        return dict(zip(names, values, strict=True)) | more

    for row in rows:
        what, (line, reason) = "keys" if row.log == "keys" else "log", row.fault or (None, None)
        yield told(what, row.log, row.where, row.lines, words[row.code], line, reason, row.loose, row.sealed, None)
        for each in row.checkpoints:
            found = (row.log, each.where, each.size, words[each.code])
            yield told("checkpoint", *found, None, each.fault, None, None, ", ".join(each.signers))
    if compared:
        held = (compared.log, compared.where, compared.size, words[compared.outcome])
        yield told("held", *held, None, compared.fault, None, None, ", ".join(compared.signers))
    if projection:
        yield told(
            "projection", None, projection.where, None, projection.verdict, None, projection.reason, None, None, None
        )
    for row_of_times in times.rows(outside):
        yield dict.fromkeys(names) | more | row_of_times


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
