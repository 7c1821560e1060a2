"""The verb log: one development whose options come from its type, a source sheet, or a batch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import NAMESPACE_OID, uuid5

import click

from tracker.cli import output
from tracker.cli.stores import by_option, complete_case, made_of_options, stamp, tracker_of

if TYPE_CHECKING:
    from uuid import UUID

    from click.shell_completion import CompletionItem

    from tracker.app import Outcome, Tracker
    from tracker.entries import Entry
    from tracker.envelope import Stamp


class LogCommand(click.Command):
    """A command that takes the options of the event type named among its arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the type first: it says which options there are."""
        ctx.meta["tracker.type"] = _type_among(args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own options and those of the type."""
        params = super().get_params(ctx)
        named = ctx.meta.get("tracker.type")
        if named:
            from tracker.cli.fields import all_options

            taken = {param.name for param in params}
            params = [*params, *(option for option in all_options(named) if option.name not in taken)]
        return params


def _type_among(args: list[str]) -> str | None:
    """The event type among the arguments, if any: a whole name, or in the second place the last part of one."""
    from tracker.eventtypes.base import registry, whole_name

    second = [whole_name(arg) for arg in args[1:2]]
    return next((arg for arg in (*args, *second) if arg in registry()), None)


def _complete_type(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from tracker.eventtypes import registry

    names = [name for name, cls in registry().items() if cls.log == "case"]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("log", cls=LogCommand)
@click.argument("in_case", metavar="[CASE]", required=False, shell_complete=complete_case)
@click.argument("event_type", metavar="[TYPE]", required=False, shell_complete=_complete_type)
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Log a source sheet (TOML); can be repeated.",
)
@click.option(
    "--batch", type=click.Path(), metavar="FILE",
    help="Log JSON lines, or a chronology's .json or .csv, all or nothing; - reads standard input.",
)  # fmt: skip
@click.option("--expect", type=click.IntRange(min=0), metavar="N", help="Only if the case holds N events so far.")
@click.option(
    "--id", "event_id", type=click.UUID, metavar="UUID", help="The event's id; the same event again adds nothing."
)
@click.option(
    "--privileged", metavar="BASIS", help="It is privileged, as attorney-client or work product; see privilege.claimed."
)  # fmt: skip
@by_option
@click.pass_context
def log_command(
    ctx: click.Context,
    /,
    in_case: str | None,
    event_type: str | None,
    sheets: tuple[str, ...],
    batch: str | None,
    expect: int | None,
    event_id: UUID | None,
    privileged: str | None,
    actor: str | None,
    **values: Any,
) -> int:
    """Log a development, a source sheet, or a batch.

    The options of a development come from its type: 'tracker log CASE TYPE --help' shows them, 'tracker types' lists
    the types. On a terminal, what is missing is asked for.
    """
    from tracker.eventtypes.base import whole_name

    event_type = whole_name(event_type) if event_type else None
    tracker = tracker_of(ctx)
    by = stamp(tracker, actor)
    if sheets or batch:
        if in_case or (sheets and batch):
            raise click.UsageError("Log either one development, or sheets, or a batch, not several at once.", ctx)
        if expect is not None or event_id is not None or privileged is not None:
            raise click.UsageError(
                "--expect, --id and --privileged go with one development, not with sheets or a batch.", ctx
            )
        return _sheets(tracker, sheets, by) if sheets else _batch(tracker, str(batch), by)
    return _one(
        ctx, tracker, in_case, event_type, values, expect=expect, event_id=event_id, privileged=privileged, by=by
    )


def _one(
    ctx: click.Context,
    tracker: Tracker,
    case: str | None,
    event_type: str | None,
    values: dict[str, Any],
    *,
    expect: int | None,
    event_id: UUID | None,
    privileged: str | None,
    by: Stamp,
) -> int:
    from tracker.cli.fields import data_of
    from tracker.entries import Entry
    from tracker.eventtypes.base import require_type
    from tracker.names import case_log

    asking = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    if asking:
        from tracker.cli.asking import ask_case, ask_type, ask_values

        case = case or ask_case(tracker)
        tracker.check_case(case)
        if event_type is None:
            event_type = ask_type(tracker, case)
        require_type(event_type)
        values = ask_values(tracker, case, event_type, values)
    if case is None or event_type is None:
        raise click.UsageError(
            f"The {'TYPE' if case else 'CASE'} is missing: write tracker log CASE TYPE --OPTION VALUE.", ctx
        )
    require_type(event_type)
    tracker.check_case(case)
    data = data_of(event_type, values)
    entry = Entry(where="", log=case_log(case), type=event_type, data=data, id=str(event_id) if event_id else None)
    entries = [entry] if privileged is None else _with_claim(entry, privileged, by)
    expected = {} if expect is None else {entry.log: expect}
    with made_of_options():
        if asking:
            from tracker.cli.asking import confirm

            confirm(tracker, entry, by)
        appended = tracker.append(entries, by, expected=expected)[0]
    word = "Logged" if appended.new else "Already recorded:"
    click.echo(f"{word} {case}#{appended.position}.")
    return 0


def _with_claim(entry: Entry, basis: str, by: Stamp) -> list[Entry]:
    """An entry and the claim that it is privileged, logged in one go: there is no moment at which it is not."""
    from dataclasses import replace

    from tracker.envelope import new_id
    from tracker.eventtypes.privilege import PrivilegeClaimed

    event_id = entry.id or new_id(by.recordedtime)
    claim_id = str(uuid5(NAMESPACE_OID, f"{event_id} {PrivilegeClaimed.type}"))  # the same again adds nothing
    data = {"of": event_id, "basis": basis}
    claim = replace(entry, type=PrivilegeClaimed.type, data=data, id=claim_id)
    return [replace(entry, id=event_id), claim]


def _sheets(tracker: Tracker, sheets: tuple[str, ...], by: Stamp) -> int:
    code = 0
    for sheet in sheets:
        outcome = tracker.log_sheet(Path(sheet), by)
        output.echo(f"{sheet}: {_told(outcome)}")
        for each in outcome.contradictions:
            output.error(
                f"{each.where}: {', '.join(each.fields)} differ from {each.ref}, which was left as it is; "
                "restore the sheet, or give the entry a name of its own to log it as a second one."
            )
            code = 1
    return code


def _told(outcome: Outcome) -> str:
    there = len(outcome.appended) - len(outcome.new) - len(outcome.contradictions)
    parts = [f"{len(outcome.new)} logged", f"{there} already recorded"]
    if outcome.contradictions:
        parts.append(f"{len(outcome.contradictions)} contradict the log")
    return ", ".join(parts) + "."


def _batch(tracker: Tracker, batch: str, by: Stamp) -> int:
    from tracker.exports import read_any

    if batch == "-" and sys.stdin is None:
        raise click.UsageError("Standard input is closed: name a file, or give it one.")
    with click.open_file(batch, "rb") as stream:
        entries: list[Entry] = read_any(cast("BinaryIO", stream), "standard input" if batch == "-" else batch)
    appended = tracker.append(entries, by)
    new = sum(each.new for each in appended)
    click.echo(f"{new} logged, {len(appended) - new} already recorded.")
    return 0
