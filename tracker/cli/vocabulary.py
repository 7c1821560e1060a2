"""The verbs that show the vocabulary: types and kinds."""

from __future__ import annotations

from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import complete_kind
from tracker.cli.tables import Column


class _Type(NamedTuple):
    type: str
    family: str
    label: str
    label_zh: str
    meaning: str


class _Field(NamedTuple):
    field: str
    holds: str
    needed: bool
    meaning: str


class _Kind(NamedTuple):
    kind: str
    meaning: str
    stages: str


class _Part(NamedTuple):
    part: str
    name: str
    meaning: str


def _types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tracker.eventtypes import registry

    return [CompletionItem(name) for name in registry() if name.startswith(incomplete)]


@click.command("types")
@click.argument("event_type", metavar="[TYPE]", required=False, shell_complete=_types)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the type.")
@formats
def types_command(event_type: str | None, schema: bool, form: str | None) -> None:
    """List the event types, or show the fields of one with an example."""
    from tracker.eventtypes import registry
    from tracker.eventtypes.base import fields_of, require_type

    if event_type is None:
        rows = [
            _Type(name, cls.family, cls.label, cls.label_zh, (cls.__doc__ or "").strip())
            for name, cls in registry().items()
        ]
        titles = [Column("Type", wrap=False), Column("中文", wrap=False), Column("Meaning")]
        output.show(rows, form, titles, lambda row: (row.type, row.label_zh, row.meaning), empty="")
        return
    cls = require_type(event_type)
    if schema:
        from tracker.eventtypes.schema import schema_of

        click.echo(schema_of(cls), nl=False)
        return
    fields = [_Field(field.name, field.holds, field.required, field.meaning) for field in fields_of(cls)]
    titles = [Column("Field"), Column("Holds"), Column("Needed"), Column("Meaning")]
    if not form:
        import json

        click.echo(f"{event_type} ({cls.label}, {cls.label_zh}): {(cls.__doc__ or '').strip()}\n")
    output.show(
        fields, form, titles, lambda row: (row.field, row.holds, "yes" if row.needed else "-", row.meaning), empty=""
    )
    if not form:
        click.echo(f"\nExample of its data: {json.dumps(cls.example, ensure_ascii=False)}")


@click.command("kinds")
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=complete_kind)
@formats
def kinds_command(kind: str | None, form: str | None) -> None:
    """List the kinds of case, or show the stages, moves and roles of one."""
    from tracker.kinds import KINDS, require_kind

    if kind is None:
        rows = [
            _Kind(each.name, each.meaning, ", ".join(stage.name for stage in each.stages)) for each in KINDS.values()
        ]
        titles = [Column("Kind"), Column("Meaning"), Column("Stages")]
        output.show(rows, form, titles, tuple, empty="")
        return
    found = require_kind(kind)
    parts = [_Part("stage", stage.name, stage.meaning) for stage in found.stages]
    parts += [_Part("move", move.on, move.told()) for move in found.moves]
    parts += [_Part("role", role, "") for role in found.roles]
    if not form:
        click.echo(f"{found.name} ({found.label}): {found.meaning}\n")
    output.show(parts, form, [Column("Part"), Column("Name"), Column("Meaning")], tuple, empty="")
