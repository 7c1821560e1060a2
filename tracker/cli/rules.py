"""The verb rules: list the rules of deadlines, explain one, and try one without logging anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.tables import Column, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.deadlines.rules import Rule, Version


class _RuleRow(NamedTuple):
    rule: str
    jurisdiction: str
    title: str
    period: str
    instrument: str
    law: str
    trigger: str
    calendar: str
    own: bool


class _VersionRow(NamedTuple):
    """A version of a rule with all that its file says."""

    rule: str
    title: str
    jurisdiction: str
    instrument: str
    trigger: str
    on: list[str]
    calendar: str
    in_force_from: str
    in_force_until: str | None
    period: str | None
    direction: str
    first_day: str
    last_day: str
    working_days_below: int | None
    additions: list[str]
    law: str
    counting: str
    sure: str
    places: list[str]
    note: str | None


class Rules(click.Group):
    """The verb with its one command of its own; any other word is the name of a rule."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the name of a rule for the wish to see it explained."""
        if args[0] not in self.commands:
            return "show", show_command, args
        return super().resolve_command(ctx, args)


def _rules(ctx: click.Context) -> Mapping[str, Rule]:
    """The rules of the store, or those of the program where there is no store."""
    from tracker.cli.stores import tracker_of
    from tracker.deadlines.rules import rules_of
    from tracker.errors import NoStore

    try:
        return tracker_of(ctx).rules()
    except NoStore:
        if ctx.find_root().params.get("store") is not None:
            raise
        return rules_of()


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from tracker.cli.deadline import complete_rule

    return complete_rule(ctx, param, incomplete)


@click.group("rules", cls=Rules, invoke_without_command=True, subcommand_metavar="[RULE | try RULE --from DATE]")
@formats
@click.pass_context
def rules_command(ctx: click.Context, form: str | None) -> None:
    """List the rules of deadlines, or explain one.

    A store adds its own rules as files in rules/ beside events/; docs/deadlines.md says how.
    """
    if ctx.invoked_subcommand is not None:
        ctx.meta["tracker.form"] = form
        return
    rows = [
        _RuleRow(
            rule=rule.name,
            jurisdiction=rule.jurisdiction,
            title=rule.title,
            period=_period(rule.versions[-1]),
            instrument=rule.instrument,
            law=rule.versions[-1].law,
            trigger=rule.trigger,
            calendar=rule.calendar,
            own=rule.is_own,
        )
        for rule in _rules(ctx).values()
    ]
    if form:
        output.write(rows, form)
        return
    tables = []
    for instrument in dict.fromkeys(row.instrument for row in rows):
        several = [(row.rule, row.title, row.period, row.law) for row in rows if row.instrument == instrument]
        titles = [Column("Rule", wrap=False), Column("What"), Column("Period"), Column("Where")]
        tables.append(f"{instrument}\n\n{render(titles, several, width=output.columns())}")
    output.echo("\n\n".join(tables))


def _period(version: Version) -> str:
    length = version.length
    if length is None:
        return "as ordered"
    return f"{length} before" if version.direction == "before" else str(length)


@click.command("show")
@click.argument("rule", shell_complete=_complete)
@formats
@click.pass_context
def show_command(ctx: click.Context, rule: str, form: str | None) -> None:
    """Explain a rule: what starts its period, how it is counted, and where that stands."""
    from tracker.deadlines.calendars import calendar
    from tracker.deadlines.rules import require_rule

    found = require_rule(_rules(ctx), rule)
    form = form or ctx.meta.get("tracker.form")
    if form:
        output.write([_version_row(found, version) for version in reversed(found.versions)], form)
        return
    days = calendar(found.calendar)
    known = f"{days.first} to {days.last}" if days.last < 9999 else "always"
    head = [
        ("title", found.title),
        ("instrument", f"{found.instrument} ({found.jurisdiction})"),
        ("runs from", found.trigger + (f" (event {' or '.join(found.on)})" if found.on else "")),
        ("calendar", f"{found.calendar}: {days.label} ({days.data}; known: {known})"),
        *((("warning", days.warning),) if days.warning else ()),
        *((("not settled", days.note),) if days.note else ()),
        ("file", found.file.name + (", of this store" if found.is_own else "")),
    ]
    tables = [render((Column("Rule"), Column(found.name)), head, width=output.columns())]
    for version in reversed(found.versions):
        until = f" until {version.in_force_until}" if version.in_force_until else " on"
        title = Column(f"from {version.in_force_from}{until}")
        tables.append(render((Column("In force"), title), list(_explained(version)), width=output.columns()))
    click.echo("\n\n".join(tables))


def _explained(version: Version) -> Iterator[tuple[str, str]]:
    yield "period", f"{_period(version)} ({version.law})"
    first = "is counted" if version.first_day == "counted" else "is not counted"
    last = "stands on whatever day it is" if version.last_day == "stands" else f"moves to the {version.last_day}"
    yield "counting", f"the day of the trigger {first}; a last day off {last} ({version.counting})"
    if version.working_days_below is not None:
        yield "short periods", f"of less than {version.working_days_below} days only working days count"
    for each in version.addition:
        yield "added", f"{each.days} days when served by {each.served_by} ({each.law})"
    yield "how sure", version.sure + (f": {'; '.join(version.places)}" if version.places else "")
    if version.note:
        yield "note", version.note


def _version_row(rule: Rule, version: Version) -> _VersionRow:
    return _VersionRow(
        rule=rule.name,
        title=rule.title,
        jurisdiction=rule.jurisdiction,
        instrument=rule.instrument,
        trigger=rule.trigger,
        on=list(rule.on),
        calendar=rule.calendar,
        in_force_from=version.name,
        in_force_until=version.in_force_until.isoformat() if version.in_force_until else None,
        period=str(version.length) if version.length else None,
        direction=version.direction,
        first_day=version.first_day,
        last_day=version.last_day,
        working_days_below=version.working_days_below,
        additions=[f"{each.days} days for {each.served_by} ({each.law})" for each in version.addition],
        law=version.law,
        counting=version.counting,
        sure=version.sure,
        places=list(version.places),
        note=version.note,
    )


@rules_command.command("try")
@click.argument("rule", shell_complete=_complete)
@click.option("--from", "trigger", required=True, metavar="DATE", help="The day of the trigger; a month or a span too.")
@click.option("--period", metavar="PERIOD", help="How long, where the rule leaves that open: 10d, 5bd, 2w, 3m, 1y.")
@click.option("--served-by", metavar="HOW", help="How it was served, where the rule adds days for that.")
@formats
@click.pass_context
def try_command(
    ctx: click.Context, rule: str, trigger: str, period: str | None, served_by: str | None, form: str | None
) -> None:
    """Show what a rule gives for a day, and its steps, without logging anything."""
    from tracker.cli.fields import edtf
    from tracker.dates import parse
    from tracker.deadlines.arithmetic import result
    from tracker.deadlines.periods import period as read_period
    from tracker.deadlines.rules import require_rule

    found = require_rule(_rules(ctx), rule)
    given = read_period(period) if period is not None else None
    done = result(found, parse(edtf("from", trigger)), given, served_by)
    row = {
        "rule": found.name,
        "since": done.trigger,
        "due": done.due,
        "steps": list(done.steps),
        "law": found.law(done.versions),
        "versions": list(done.versions),
        "calendar": done.data,
    }
    form = form or ctx.meta.get("tracker.form")
    if form:
        output.write([row], form)
        return
    output.echo(f"{found.title}: {f'due {done.due}' if done.due else 'no day can be told'}")
    for step in done.steps:
        output.echo(f"  {step}")
    output.echo(f"  {row['law']} (version of {', '.join(done.versions)}); {done.data}")
