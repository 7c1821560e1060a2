"""Asking on a terminal for what is missing: cases, types, parties, sources and dates are offered, and the line is shown
before it is written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import echo
from tracker.errors import BadDate
from tracker.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app import Tracker
    from tracker.entries import Entry, Known
    from tracker.envelope import Stamp
    from tracker.eventtypes.base import Field

OFFERED = 12
"""So many names are listed with a number; the others are found by their beginning."""


def ask_case(tracker: Tracker) -> str:
    """The case, chosen from those there are."""
    names = sorted(tracker.known().cases)
    if not names:
        raise click.UsageError("There is no case yet: start one with 'tracker open CASE --kind KIND --title TITLE'.")
    return _choose("Case", names)


def ask_type(tracker: Tracker, case: str) -> str:
    """The event type: those the case has had come first."""
    from tracker import queries
    from tracker.eventtypes import registry

    types = [name for name, cls in registry().items() if cls.log == "case" and name != "case.opened"]
    used = [name for name in queries.types_used(tracker.read(), case) if name in types]
    return _choose("Type", list(dict.fromkeys([*used, *types])))


def ask_values(tracker: Tracker, case: str, event_type: str, said: dict[str, Any]) -> dict[str, Any]:
    """What was said, and what was asked for: every needed field, the date, the summary and a source."""
    from tracker.eventtypes import registry
    from tracker.eventtypes.base import fields_of

    values = dict(said)
    known = tracker.known()
    offers = {"party": sorted(known.parties), "source": sorted(known.sources), "case": sorted(known.cases)}
    taken = _door(case, event_type, known)
    for field in fields_of(registry()[event_type]):
        if values.get(field.name) not in (None, ()):
            continue
        if field.required:
            values[field.name] = _ask(field, offers, taken)
        elif field.name == "date":
            values["date"] = _ask_date(field.meaning)
        elif field.name == "summary":
            values["summary"] = _optional(field, taken)
    if not values.get("cites") and offers["source"]:
        values["cites"] = _ask_cites(offers["source"])
    return values


def _door(case: str, event_type: str, known: Known) -> Callable[[Field, str], str]:
    """What takes an answer only when the door would take it."""
    from tracker.entries import Entry, drafts

    def taken(field: Field, text: str) -> str:
        data = {field.name: [text] if field.many else text}
        _, mistakes = drafts([Entry(where="", log=f"cases/{case}", type=event_type, data=data)], known)
        for mistake in mistakes:
            if mistake.field == field.name:
                raise click.BadParameter(visible(mistake.message))
        return text

    return taken


def _ask(field: Field, offers: dict[str, list[str]], taken: Callable[[Field, str], str]) -> Any:
    title = f"{field.name.replace('_', ' ')} ({field.meaning})"
    if field.refers in offers:
        chosen = _choose(title, offers[field.refers])
    elif field.refers == "choice":
        chosen = _choose(title, field.choices)
    elif field.refers == "date":
        return click.prompt(title, value_proc=_edtf)
    elif field.refers == "count":
        return click.prompt(title, type=click.IntRange(min=0))
    else:
        chosen = click.prompt(title, value_proc=lambda text: taken(field, text))
    return (chosen,) if field.many else chosen


def _choose(title: str, names: Sequence[str]) -> str:
    """One of the names, typed out, by its number, or by a beginning that only one of them has."""
    listed = names[:OFFERED]
    echo("\n".join(f"{number:3} {name}" for number, name in enumerate(listed, 1)))
    if len(names) > len(listed):
        echo(f"    and {len(names) - len(listed)} more: type the beginning of one")
    chosen: str = click.prompt(title, value_proc=_chooser(names, numbered=len(listed)))
    return chosen


def _chooser(names: Sequence[str], *, numbered: int) -> Callable[[str], str]:
    def choose(text: str) -> str:
        from difflib import get_close_matches

        text = text.strip()
        if text in names:
            return text
        if text.isascii() and text.isdigit() and 1 <= int(text) <= numbered:
            return names[int(text) - 1]
        begun = [name for name in names if name.startswith(text)]
        if len(begun) == 1:
            return begun[0]
        near = begun[:OFFERED] or get_close_matches(text, names, n=5, cutoff=0.4)
        hint = f"; near are {', '.join(near)}" if near else ""
        raise click.BadParameter(visible(f"{text!r} is none of them{hint}"))

    return choose


def _edtf(text: str) -> str:
    from tracker.loosedates import read

    try:
        return read(text.strip(), date.today())
    except BadDate as error:
        raise click.BadParameter(str(error)) from None


def _ask_date(meaning: str) -> str | None:
    title = (
        f"date ({meaning}; as in {date.today().isoformat()}, 2025-11, 20 Nov 2025, yesterday; empty when not stated)"
    )
    said: str | None = click.prompt(
        title, default="", show_default=False, value_proc=lambda text: _edtf(text) if text else ""
    )
    if said:
        echo(f"    that is {said}")
    return said or None


def _optional(field: Field, taken: Callable[[Field, str], str]) -> str | None:
    said: str = click.prompt(
        f"{field.name} ({field.meaning}; may be empty)", default="", show_default=False,
        value_proc=lambda text: taken(field, text) if text else "",
    )  # fmt: skip
    return said or None


def _ask_cites(sources: Sequence[str]) -> tuple[str, ...]:
    """Sources with their locators, one after another until an empty answer."""
    echo("    " + (", ".join(sources) if len(sources) <= OFFERED else f"{len(sources)} sources"))
    found: list[str] = []
    choose = _chooser(sources, numbered=0)

    def read(text: str) -> str:
        source, colon, locators = text.partition(":")
        return choose(source) + colon + locators if text else ""

    while cite := click.prompt(
        "source (SOURCE:PARAGRAPHS, as in leida-2025-11-27:7; empty to go on)", default="", show_default=False,
        value_proc=read,
    ):  # fmt: skip
        found.append(cite)
    return tuple(found)


def confirm(tracker: Tracker, entry: Entry, by: Stamp) -> None:
    """Show the line that would be written and ask; raises click.Abort when it is not to be."""
    line = tracker.preview(entry, by)
    echo("\nThis line will be written:\n" + line)
    click.confirm("Write it?", default=True, abort=True)
