"""The registers: source add, list, show; party add, alias, relate, list, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import output
from tracker.cli.fields import data_of, options_of
from tracker.cli.output import formats
from tracker.cli.stores import (
    by_option,
    clocks,
    complete_party,
    complete_source,
    look,
    made_of_options,
    stamp,
    tracker_of,
)
from tracker.cli.tables import Column

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group("source")
def source_command() -> None:
    """The register of sources: add, list, show."""


@click.group("party")
def party_command() -> None:
    """The register of parties: add, alias, relate, list, show."""


def _adding(group: click.Group, verb: str, event_type: str, arguments: tuple[str, ...], done: str) -> None:
    """Give a group a verb that logs one event of a register; its options come from the type."""

    def run(ctx: click.Context, **values: Any) -> None:
        from tracker.entries import Entry
        from tracker.eventtypes import registry

        tracker = tracker_of(ctx)
        actor = values.pop("actor")
        data = data_of(event_type, values)
        log = registry()[event_type].log
        entry, by = Entry(where="", log=log, type=event_type, data=data), stamp(tracker, actor)
        with made_of_options():
            appended = tracker.append([entry], by)[0]
        output.echo(done.format(**data) + f" ({log}#{appended.position})")

    from tracker.eventtypes import registry

    command: Callable[..., Any] = click.pass_context(run)
    command = by_option(command)
    for option in reversed(options_of(event_type, leave_out=arguments)):
        command = option(command)
    for argument in reversed(arguments):
        known = argument in ("party", "other") and verb != "add"
        command = click.argument(argument, shell_complete=complete_party if known else None)(command)
    group.command(verb, help=registry()[event_type].__doc__)(command)


_adding(source_command, "add", "source.added", ("source",), "Added source {source}")
_adding(party_command, "add", "party.added", ("party",), "Added party {party}")
_adding(party_command, "alias", "party.aliased", ("party", "alias"), "Added {alias!r} to {party}")
_adding(party_command, "relate", "party.related", ("party", "relation", "other"), "Added: {party} {relation} {other}")


@source_command.command("list")
@clocks
@formats
@click.option("--csl", "form", flag_value="csl", help="Print CSL-JSON, for reference managers.")
@click.pass_context
def source_list(ctx: click.Context, form: str | None) -> None:
    """List the sources in the order of publication."""
    from tracker import queries

    db = look(ctx)
    rows = queries.sources(db)
    if form == "csl":
        from tracker.csl import csl

        output.write(csl(queries.source(db, row.source) for row in rows), "json")
        return
    titles = [
        Column("Source"),
        Column("Title"),
        Column("Publisher"),
        Column("Published"),
        Column("Cited", align="right"),
    ]
    titles.append(Column("Not independent of"))
    output.show(
        rows, form, titles,
        lambda row: (
            row.source, row.title or "-", row.publisher or "not stated", row.published or "not stated", str(row.cited),
            row.not_independent_of or "-",
        ),
        empty="No source yet: add one with 'tracker source add NAME --title TITLE', or log a sheet.",
    )  # fmt: skip


@source_command.command("show")
@click.argument("source", shell_complete=complete_source)
@clocks
@formats
@click.pass_context
def source_show(ctx: click.Context, source: str, form: str | None) -> None:
    """Show a source and everything that rests on it."""
    from tracker import pages

    output.sections(pages.source_page(look(ctx), source), form)


@party_command.command("list")
@clocks
@formats
@click.pass_context
def party_list(ctx: click.Context, form: str | None) -> None:
    """List the parties and the cases in which they have a role."""
    from tracker import queries

    rows = queries.parties(look(ctx))
    titles = [Column(title) for title in ("Party", "Name", "What", "Cases")]
    output.show(
        rows, form, titles,
        lambda row: (row.party, row.name + (" (pseudonym)" if row.pseudonym else ""), row.what, row.cases or "-"),
        empty="No party yet: add one with 'tracker party add NAME --name NAME --what person'.",
    )  # fmt: skip


@party_command.command("show")
@click.argument("party", shell_complete=complete_party)
@clocks
@formats
@click.pass_context
def party_show(ctx: click.Context, party: str, form: str | None) -> None:
    """Show who a party is, and in which cases it is what."""
    from tracker import pages

    output.sections(pages.party_page(look(ctx), party), form)
