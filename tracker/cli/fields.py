"""Options made from the fields of an event type, and what was said through them made into data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import say
from tracker.cli.stores import complete_case, complete_party, complete_source
from tracker.eventtypes import registry
from tracker.eventtypes.base import Field, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_COMPLETE = {"case": complete_case, "party": complete_party, "source": complete_source}


def option_of(field: Field) -> click.Option:
    """The option for one field; citations have their own."""
    name = field.name.replace("_", "-")
    text = field.meaning[:1].upper() + field.meaning[1:]
    given: dict[str, Any] = {"help": f"{text}; can be repeated." if field.many else f"{text}."}
    if field.refers == "flag":
        return click.Option([f"--{name}/--no-{name}", field.name], default=None, **given)
    if field.refers == "choice":
        given["type"] = click.Choice(field.choices)
    elif field.refers == "count":
        given["type"] = click.IntRange(min=0)
    else:
        given["metavar"] = {
            "party": "PARTY",
            "source": "SOURCE",
            "case": "CASE",
            "date": "DATE",
            "money": "AMOUNT",
            "event": "REF",
            "deadline": "NAME",
            "period": "PERIOD",
        }.get(field.refers, "TEXT")
    if field.refers in _COMPLETE:
        given["shell_complete"] = _COMPLETE[field.refers]
    # Said once for each value, so the singular reads better: --debtor A --debtor B.
    names = [f"--{name.removesuffix('s')}", f"--{name}"] if field.many and name.endswith("s") else [f"--{name}"]
    return click.Option([*names, field.name], multiple=field.many, default=None, **given)


def cite_options() -> list[click.Option]:
    """The options --cite and --contradicted-by."""
    return [
        click.Option(
            ["--cite", "cites"], multiple=True, metavar="SOURCE[:LOCATOR]", shell_complete=complete_source,
            help="A place that supports it, as in leida-2025-11-27:7,13-14; can be repeated.",
        ),
        click.Option(
            ["--contradicted-by", "contradicted_by"], multiple=True, metavar="SOURCE[:LOCATOR]",
            shell_complete=complete_source, help="A place that contradicts it; can be repeated.",
        ),
    ]  # fmt: skip


def all_options(event_type: str) -> list[click.Option]:
    """Every option of an event type: its own fields, then the common ones."""
    cls = registry()[event_type]
    fields = [field for field in fields_of(cls) if field.refers not in ("citation", "outcome")]
    return [*(option_of(field) for field in fields), *cite_options()]


def options_of(event_type: str, *, leave_out: tuple[str, ...]) -> list[Decorator]:
    """The options of an event type as decorators, without the fields that are arguments."""

    def adding(option: click.Option) -> Decorator:
        def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
            # What click.option does with an option that it makes itself.
            command.__dict__.setdefault("__click_params__", []).append(option)
            return command

        return decorate

    return [adding(option) for option in all_options(event_type) if option.name not in leave_out]


def data_of(event_type: str, values: dict[str, Any]) -> dict[str, Any]:
    """The data that options said: what was not said is left out, loose dates become EDTF, ``10d`` becomes ``10 days``.

    Raises BadDate and BadPeriod.
    """
    from tracker.deadlines.periods import period

    data: dict[str, Any] = {}
    for field in fields_of(registry()[event_type]):
        value = values.get(field.name)
        if value is None or value == ():
            continue
        if field.refers == "date":
            value = edtf(field.name, value)
        if field.refers == "period":
            value = str(period(value))
        data[field.name] = list(value) if field.many else value
    citations = citations_of(values.get("cites", ()))
    citations += citations_of(values.get("contradicted_by", ()), "contradicts")
    if citations:
        data["citations"] = citations
    return data


def citations_of(texts: Iterable[str], does: str = "supports") -> list[dict[str, str]]:
    """The citations that SOURCE[:LOCATOR] says, each time it was given; one without a source is wrong use."""
    from tracker.entries import cited_by_text

    found: list[dict[str, str]] = []
    for text in texts:
        if not text.partition(":")[0].strip():
            raise click.UsageError(f"{text!r} names no source: write SOURCE[:LOCATOR], as in leida-2025-11-27:7.")
        found += cited_by_text(text, does)
    return found


def edtf(name: str, text: str) -> str:
    """A date as EDTF; one that was written loosely is told back. Raises BadDate."""
    from tracker.loosedates import read

    found = read(text, date.today())
    if found != text:
        say(f"{name.replace('_', ' ')}: {text} is logged as {found}")
    return found
