"""The reference that is made from the code: ``python -m tracker.reference docs`` writes it, a test compares it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.documents.labels import LABELS
from tracker.eventtypes.base import fields_of, registry
from tracker.eventtypes.schema import meaning, schema_of
from tracker.kinds import KINDS
from tracker.problems import CODES
from tracker.projections.schema import TABLES
from tracker.projections.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MADE = "<!-- Made by `python -m tracker.reference docs`; change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Every page of the reference by its path below docs/."""
    schemas = {f"schemas/{name}.json": schema_of(cls) for name, cls in registry().items()}
    return {
        "types.md": "\n".join(_types()),
        "kinds.md": "\n".join(_kinds()),
        "commands.md": "\n".join(_commands()),
        "tables.md": "\n".join(_tables()),
        "labels.md": "\n".join(_labels()),
        **schemas,
    }


def _grid(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(list(titles))}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _types() -> Iterator[str]:
    yield from (MADE, "# Event types\n")
    yield (
        "Every event may have `citations`; every development also `date`, `date_basis` and `summary`. "
        "Dates are EDTF, amounts are a decimal and a currency (`10000 CNY`). "
        "The JSON Schema of each type is in [schemas/](schemas).\n"
    )
    family = ""
    for name, cls in registry().items():
        if cls.family != family:
            family = cls.family
            module = sys.modules[cls.__module__]
            yield f"## {family.capitalize()}\n\n{(module.__doc__ or '').strip()}\n"
        yield f"### {name}\n\n{cls.label} ({cls.label_zh}). {meaning(cls)} ([schema](schemas/{name}.json))\n"
        common = ("citations", "date", "date_basis", "summary")
        fields = [field for field in fields_of(cls) if field.name not in common]
        rows = [(f"`{field.name}`", field.holds, "yes" if field.required else "", field.meaning) for field in fields]
        if rows:
            yield from _grid(("Field", "Holds", "Needed", "Meaning"), rows)
        yield f"Example: `{json.dumps(cls.example, ensure_ascii=False)}`\n"


def _kinds() -> Iterator[str]:
    yield from (MADE, "# Kinds of case\n")
    for kind in KINDS.values():
        yield f"## {kind.name}\n\n{kind.label}: {kind.meaning}. Roles: {', '.join(kind.roles)}.\n"
        yield from _grid(("Stage", "Meaning"), ((stage.name, stage.meaning) for stage in kind.stages))
        yield from _grid(("Event", "Move"), ((f"`{move.on}`", move.told()) for move in kind.moves))
        if kind.asks:
            yield f"A reader is told when no source states: {', '.join(ask.what for ask in kind.asks)}.\n"


def _labels() -> Iterator[str]:
    yield from (MADE, "# Labels\n")
    yield (
        "The words of a document that are its own. A [template](chronologies.md#templates) can put others in their "
        "place; what stands in braces has to stand in these too.\n"
    )
    yield from _grid(("Label", "English", "Chinese"), ((f"`{name}`", *words) for name, words in LABELS.items()))


def _commands() -> Iterator[str]:
    from tracker.cli import cli

    yield from (MADE, "# Commands\n")
    context = cli.make_context("tracker", [], resilient_parsing=True, terminal_width=100)
    yield from _help(cli, context)
    yield "# Problems\n\nWhat `tracker check` can find:\n"
    yield from _grid(("Code", "What it is and what to do"), ((f"`{code}`", text) for code, text in CODES.items()))


def _help(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                below = inner.make_context(name, [], parent=context, resilient_parsing=True)
                yield from _help(inner, below)


def _tables() -> Iterator[str]:
    yield from (MADE, "# Tables of the projection\n")
    yield (
        "`tracker.db` beside `events/` holds what the logs say as tables. It may be deleted at any time: reading "
        "commands make it anew. Open it with any SQLite tool, or ask it with `tracker query`.\n"
    )
    for table in TABLES:
        yield f"## {table.name}\n\nOne row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
        sorts = {str: "text", int: "integer"}
        rows = [
            (
                f"`{column.name}`",
                sorts[column.type],
                column.meaning,
                f"`{column.refers_to}`" if column.refers_to else "",
            )
            for column in table.columns
        ]
        yield from _grid(("Column", "Type", "Meaning", "Refers to"), rows)
    yield "# Views\n"
    for name, (row, _) in VIEWS.items():
        yield f"- `{name}`: {row}"
    yield "\nThe full-text index is `search_texts_fts`; `tracker search` asks it.\n"


def write(folder: Path) -> None:
    """Write every page below ``folder``; schemas of types that are gone are removed."""
    made = pages()
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for old in (folder / "schemas").glob("*.json"):
        if f"schemas/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
