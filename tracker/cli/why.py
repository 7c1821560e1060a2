"""The verb that asks for grounds: why a value stands, and what stands on a source."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import clocks, complete_case, complete_source, look, tracker_of
from tracker.cli.tables import Column, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.why import Reason, Struck

_LABELS = {"event": "Says so", "also": "Names", "note": "Note", "passage": "Passage", "would change": "Would change"}


@click.command("why")
@click.argument("case", required=False, shell_complete=complete_case)
@click.argument("field", nargs=-1)
@click.option(
    "--source",
    metavar="SOURCE",
    shell_complete=complete_source,
    help="The other way round: every value that would fall or weaken if this source were struck out.",
)
@clocks
@formats
@click.pass_context
def why_command(
    ctx: click.Context, case: str | None, field: tuple[str, ...], source: str | None, form: str | None
) -> None:
    """Show the events and passages behind each value of a case, and what would change it.

    FIELD is a section or an item of 'tracker show CASE' (stage, orders, plaintiff), or a column of 'tracker status'.
    """
    from tracker.why import strike, why

    if source is None and case is None:
        raise click.UsageError("Name a case, or a source with --source.", ctx)
    if source is not None and field:
        raise click.UsageError("--source is about every value: leave FIELD out.", ctx)
    db, read, today = look(ctx, *filter(None, [case])), tracker_of(ctx).events, date.today().isoformat()
    if source is not None:
        rows = strike(db, source, read, today=today, cases=[case] if case else [])
        _print_struck(rows, form, source)
        return
    grounds = why(db, str(case), read, today=today, field=" ".join(field))
    if form:
        output.write(grounds, form)
    else:
        click.echo("\n\n".join(_answers(grounds, f"{case}#")))


def _answers(grounds: Sequence[Reason], own: str) -> Iterator[str]:
    """A table for each value, headed by it; events of its own case are told by their number, and in full only once."""
    by_value: dict[tuple[str, str, str], list[Reason]] = {}
    for each in grounds:
        by_value.setdefault((each.section, each.item, each.value), []).append(each)
    told: set[str] = set()
    for (section, item, value), several in by_value.items():
        titles = (Column(section, wrap=False), Column(": ".join(filter(None, (item, value)))))
        cells = list(_cells(several, told))
        before = ["", *(label for label, _ in cells)]
        rows = [
            ("" if label == last else label, text.replace(own, "#"))
            for (label, text), last in zip(cells, before, strict=False)
        ]
        yield render(titles, rows, width=output.columns())


def _cells(several: Sequence[Reason], told: set[str]) -> Iterator[tuple[str, str]]:
    """Label and text of each ground; of many events their numbers and sources alone."""
    events = [each for each in several if each.what == "event"]
    if len(events) > MANY:
        yield _LABELS["event"], ", ".join(each.refs for each in events)
        cited = dict.fromkeys(_source(each) for each in several if each.what == "passage")
        yield from ((_LABELS["passage"], source) for source in cited)
        several = [each for each in several if each.what in ("note", "would change")]
    passages = {each.refs for each in several if each.what == "passage"}
    for each in several:
        yield _LABELS.get(each.what, each.what.capitalize()), _told(each, told)
        if each.what == "event" and each.refs not in passages:
            yield _LABELS["passage"], "no source given"


MANY = 5
"""More events than these behind one value are told by their numbers."""


def _told(each: Reason, told: set[str]) -> str:
    if each.what == "passage":
        place = " ".join(filter(None, (_place(each.locator or ""), _source(each))))
        return f"contradicted by {place}" if each.does == "contradicts" else place
    day = f" [{each.date}]" if each.date else ""
    text = each.text
    # What the heading says, or what was told further up, is not said twice.
    if each.what in ("event", "also"):
        label = text.partition(": ")[0]
        if text in f"{each.item}: {each.value}" or each.section == "Caption":
            text = label
        elif each.refs in told:
            text = f"{label} (see above)"
        told.add(each.refs)
    return f"{each.refs}{day} {text}".strip()


def _source(each: Reason) -> str:
    published = f"published {each.published}" if each.published else "day of publication not stated"
    return f"{each.source} ({published})"


def _place(locator: str) -> str:
    """A locator as a pinpoint has it, ready for its source."""
    return f"¶{locator} of" if locator[:1].isdigit() else locator and f"{locator} of"


def _print_struck(rows: Sequence[Struck], form: str | None, source: str) -> None:
    if form:
        output.write(rows, form)
        return
    if not rows:
        click.echo(f"No value rests on {source}: nothing would change if it were struck out.")
        return
    for effect, heading in (("falls", "Would fall"), ("weakens", "Would weaken")):
        some = [row for row in rows if row.effect == effect]
        if some:
            titles = (Column(heading, wrap=False), Column("Value"), Column("What remains"))
            # A column of "nothing" tells less than its heading.
            shown = 3 if any(row.remains or row.dependent for row in some) else 2
            click.echo(render(titles[:shown], [_struck_cells(row)[:shown] for row in some], width=output.columns()))
            click.echo()
    falls = sum(row.effect == "falls" for row in rows)
    click.echo(f"{falls} values would fall and {len(rows) - falls} would weaken without {source}.")


def _struck_cells(row: Struck) -> tuple[str, str, str]:
    value = ": ".join(filter(None, (row.section, row.item, row.value)))
    same = f"{row.dependent}, but of the same publisher" if row.dependent else ""
    return row.refs.replace(", ", "\n"), value, "; ".join(filter(None, (row.remains, same))) or "nothing"
