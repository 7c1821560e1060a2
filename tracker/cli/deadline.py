"""The verb deadline: set one by rule or by hand, or find those anew that move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import output
from tracker.cli.stores import (
    by_option,
    complete_case,
    complete_party,
    complete_source,
    made_of_options,
    stamp,
    tracker_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.shell_completion import CompletionItem

    from tracker.app import Tracker
    from tracker.moves import Move
    from tracker.queries import DeadlineRow


def complete_rule(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A shell completion that offers the rules."""
    from click.shell_completion import CompletionItem

    from tracker.errors import TrackerError

    try:
        names = tracker_of(ctx).rules()
    except (TrackerError, click.ClickException, OSError):
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("deadline")
@click.argument("case", required=False, shell_complete=complete_case)
@click.argument("name", required=False)
@click.option(
    "--rule", metavar="RULE", shell_complete=complete_rule, help="The rule that gives the day; see 'tracker rules'."
)
@click.option(
    "--from", "trigger", metavar="REF|TYPE", help="What starts the period: an event, or a type that is yet to happen."
)  # fmt: skip
@click.option("--period", metavar="PERIOD", help="How long, where the rule leaves that open: 10d, 5bd, 2w, 3m, 1y.")
@click.option("--served-by", metavar="HOW", help="How it was served, where the rule adds days for that.")
@click.option("--due", metavar="DATE", help="The day, when it is known and no rule gives it.")
@click.option("--basis", metavar="TEXT", help="With --due: where that day comes from.")
@click.option("--what", metavar="TEXT", help="What has to be done.")
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="PARTY",
    shell_complete=complete_party,
    help="Who has to do it; can be repeated.",
)
@click.option("--concerns", metavar="REF", help="The judgment, order or demand that it belongs to.")
@click.option(
    "--cite", "cites", multiple=True, metavar="SOURCE[:LOCATOR]", shell_complete=complete_source,
    help="Where it is told; can be repeated.",
)  # fmt: skip
@click.option("--recompute", is_flag=True, help="Log the move of deadlines whose trigger, rule or calendar changed.")
@by_option
@click.pass_context
def deadline_command(
    ctx: click.Context, /, case: str | None, name: str | None, recompute: bool, actor: str | None, **said: Any
) -> int:
    """Set a deadline of a case by a rule or by hand, or find those anew that move.

    What happens to it later is logged as any development: tracker log CASE deadline.met, deadline.extended,
    deadline.missed, deadline.withdrawn.
    """
    tracker = tracker_of(ctx)
    if recompute:
        _check_recompute(ctx, said)
        return _recompute(ctx, tracker, case, name, said["trigger"], actor)
    if case is None or name is None:
        missing = "NAME is" if case else "CASE and NAME are"
        raise click.UsageError(f"{missing} missing: write tracker deadline CASE NAME --rule RULE --from REF.", ctx)
    if (said["rule"] is None) == (said["due"] is None):
        raise click.UsageError(
            "A deadline has either a --rule with its trigger (--from), or a day (--due): say one.", ctx
        )
    _set(tracker, tracker.check_case(case), name, actor, said)
    return 0


def _recompute(
    ctx: click.Context, tracker: Tracker, case: str | None, name: str | None, trigger: str | None, actor: str | None
) -> int:
    by = stamp(tracker, actor)
    if trigger is not None:
        if case is None or name is None:
            raise click.UsageError("--from names the trigger of one deadline: write CASE and NAME too.", ctx)
        with made_of_options():
            move = tracker.retrigger(by, tracker.check_case(case), name, trigger)
        moves = [move] if move else []
        left: list[tuple[DeadlineRow, str]] = []
    else:
        moves, left = tracker.recompute(by, (tracker.check_case(case),) if case else (), name)
    for line in _told(moves):
        output.echo(line)
    if not moves and not left:
        click.echo("No deadline moves.")
    for row, why in left:
        output.error(f"{row.case} {row.name} is stale and stays as it is: {why}")
    return int(bool(left))


def _check_recompute(ctx: click.Context, said: dict[str, Any]) -> None:
    given = [name for name, value in said.items() if value not in (None, ()) and name != "trigger"]
    if given:
        option = "--" + {"parties": "party", "cites": "cite"}.get(given[0], given[0]).replace("_", "-")
        raise click.UsageError(f"{option} does not go with --recompute: that takes each deadline as it was set.", ctx)


def _set(tracker: Tracker, case: str, name: str, actor: str | None, said: dict[str, Any]) -> None:
    from tracker import queries
    from tracker.cli.fields import citations_of, edtf
    from tracker.deadlines.periods import period
    from tracker.entries import Entry
    from tracker.names import case_log

    data: dict[str, Any] = {"deadline": name}
    for field in ("what", "rule", "basis", "concerns", "served_by"):
        if said[field] is not None:
            data[field] = said[field]
    if said["due"] is not None:
        data["due"] = edtf("due", said["due"])
    if said["period"] is not None:
        data["period"] = str(period(said["period"]))
    if said["trigger"] is not None:
        data["trigger" if "#" in said["trigger"] else "trigger_type"] = said["trigger"]
    if said["parties"]:
        data["parties"] = list(said["parties"])
    if said["cites"]:
        data["citations"] = citations_of(said["cites"])
    with made_of_options():
        entry = Entry(where="", log=case_log(case), type="deadline.set", data=data)
        tracker.append([entry], stamp(tracker, actor))
    db = tracker.read()
    row = next(row for row in queries.deadlines(db, [case]) if row.name == name and row.status != "withdrawn")
    click.echo(f"Set {row.id}: {name}, {f'due {row.due}' if row.due else f'which waits for {row.waits_for}'}")
    for step in queries.steps(db, row.id):
        output.echo(f"  {step}")
    if row.law:
        version = f" (version of {row.versions})" if row.versions else ""
        output.echo(f"  {row.law}{version}; {row.calendar}")


def _told(moves: list[Move]) -> Iterator[str]:
    """Each move, its reason, and who has the old day."""
    for move in moves:
        before, after = move.before or "no day", move.after or "no day"
        yield f"{move.case} {move.name}: {before} becomes {after}, because {move.reason}."
        for result in move.entry.data.get("results", ()):
            for step in result["steps"]:
                yield f"  {step}"
        for export in move.exports:
            yield f"  {export.target} has {export.due}, exported on {export.recorded[:10]}: export it again."
