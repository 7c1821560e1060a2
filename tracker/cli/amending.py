"""The verbs that amend: correct, retract, dispute, settle; each logs an event about an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli.fields import citations_of, edtf
from tracker.cli.stores import complete_party, complete_source, stamp, tracker_of
from tracker.errors import Mistakes, WrongUse
from tracker.eventtypes.base import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app import Target, Tracker
    from tracker.eventtypes.base import EventData, Field

_CITES = click.option(
    "--cite",
    "cites",
    multiple=True,
    metavar="SOURCE[:LOCATOR]",
    shell_complete=complete_source,
    help="A place that supports it; can be repeated.",
)
_FIELD = click.option("--field", required=True, help="Which field; 'happened' is whether it took place at all.")
_VALUES = click.option(
    "--value", "values", required=True, multiple=True, help="The value; said once for each when the field is a list."
)
_REF = click.argument("ref", metavar="REF")
_LOGGED_BY = click.option("--logged-by", "actor", metavar="NAME", help="Who logs; else TRACKER_ACTOR, else git's user.")


def _by(meaning: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--by", "party", metavar="PARTY", shell_complete=complete_party, help=meaning)


@click.command("correct")
@_REF
@click.option(
    "--set", "settings", required=True, multiple=True, metavar="FIELD=VALUE", help="Nothing after = clears it."
)
@click.option("--reason", required=True, help="Why.")
@_CITES
@_LOGGED_BY
@click.pass_context
def correct_command(
    ctx: click.Context, ref: str, settings: Sequence[str], reason: str, cites: Sequence[str], actor: str | None
) -> None:
    """Correct fields of an event; what was said first stays in the record."""
    tracker = tracker_of(ctx)
    target = tracker.target(ref)
    said: dict[str, list[str]] = {}
    for setting in settings:
        field, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"{setting!r} is not FIELD=VALUE: write --set date=2025-11-20.", ctx)
        said.setdefault(field.replace("-", "_"), []).append(value)
    several = [
        {"field": name, "value": read_value(tracker, target, name, values), "reason": reason}
        for name, values in said.items()
    ]
    _log(tracker, target, "correction.made", several, cites, actor)
    click.echo(f"Corrected {ref}: {', '.join(said)}.")


@click.command("retract")
@_REF
@click.option("--reason", required=True, help="Why.")
@_CITES
@_LOGGED_BY
@click.pass_context
def retract_command(ctx: click.Context, ref: str, reason: str, cites: Sequence[str], actor: str | None) -> None:
    """Leave an event out of the state; it stays in the record."""
    tracker = tracker_of(ctx)
    _log(tracker, tracker.target(ref), "retraction.made", [{"reason": reason}], cites, actor)
    click.echo(f"Retracted {ref}.")


@click.command("dispute")
@_REF
@_FIELD
@_VALUES
@_by("The party that says so; leave it out when a source does.")
@click.option("--note", help="Anything that helps to weigh it.")
@_CITES
@_LOGGED_BY
@click.pass_context
def dispute_command(
    ctx: click.Context,
    /,
    ref: str,
    field: str,
    values: Sequence[str],
    party: str | None,
    note: str | None,
    cites: Sequence[str],
    actor: str | None,
) -> None:
    """Log another value for a field of an event; all of them are shown until it is settled."""
    tracker = tracker_of(ctx)
    target = tracker.target(ref)
    data = {"field": field, "value": read_value(tracker, target, field, values), "claimant": party, "note": note}
    _log(tracker, target, "dispute.raised", [data], cites, actor)
    click.echo(f"Disputed {ref}: {field}.")


@click.command("settle")
@_REF
@_FIELD
@_VALUES
@click.option("--reason", required=True, help="Why that value.")
@_by("The court or party that settled it; leave it out when it is you.")
@_CITES
@_LOGGED_BY
@click.pass_context
def settle_command(
    ctx: click.Context,
    /,
    ref: str,
    field: str,
    values: Sequence[str],
    reason: str,
    party: str | None,
    cites: Sequence[str],
    actor: str | None,
) -> None:
    """Say which value of a disputed field is preferred, and why; the others stay noted."""
    tracker = tracker_of(ctx)
    target = tracker.target(ref)
    data = {"field": field, "value": read_value(tracker, target, field, values), "reason": reason, "settled_by": party}
    _log(tracker, target, "dispute.settled", [data], cites, actor)
    click.echo(f"Settled {ref}: {field}.")


def _log(
    tracker: Tracker,
    target: Target,
    event_type: str,
    several: Sequence[dict[str, Any]],
    cites: Sequence[str],
    actor: str | None,
) -> None:
    """Log amendments of one event, all or none."""
    from tracker.entries import Entry

    citations = citations_of(cites)
    entries = []
    for fields in several:
        data = {"of": target.id} | {
            name: value for name, value in fields.items() if value is not None or name == "value"
        }
        if citations:
            data["citations"] = citations
        entries.append(Entry(where="", log=target.log, type=event_type, data=data))
    try:
        tracker.append(entries, stamp(tracker, actor))
    except Mistakes as mistakes:
        raise WrongUse(str(mistakes)) from None


def read_value(tracker: Tracker, target: Target, name: str, texts: Sequence[str]) -> Any:
    """What was typed as the field of the target holds it; an empty text is nothing."""
    from tracker.amendments import unfit
    from tracker.eventtypes.amendments import HAPPENED

    data, name = _about(tracker, target, name)
    field = next((each for each in fields_of(type(data)) if each.name == name), None)
    if len(texts) > 1 and not (field and field.many):
        raise WrongUse(f"{name} holds one value, not {len(texts)}: say it once.")
    if name == HAPPENED:
        return _flag(name, texts[-1])
    if field is None:
        raise WrongUse(f"{unfit(data, name, None)}.")
    if field.many:
        return [_one(field, text) for text in texts if text]
    return _one(field, texts[-1]) if texts[-1] else None


def _about(tracker: Tracker, target: Target, name: str) -> tuple[EventData, str]:
    """The data and the field that a value is for: the value of an amendment is one for the field it is about."""
    from tracker.amendments import standings
    from tracker.eventtypes.amendments import Amendment

    data = target.standing.data
    if name != "value" or not isinstance(data, Amendment):
        return data, name
    by_id = {said.id: standing.data for said, standing in standings(tracker.events(target.log))}
    while name == "value" and isinstance(data, Amendment) and data.of in by_id:
        data, name = by_id.pop(data.of), getattr(data, "field", "")
    return data, name


def _one(field: Field, text: str) -> Any:
    if field.refers == "flag":
        return _flag(field.name, text)
    if field.refers == "count":
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT):
            raise WrongUse(f"{field.name} is a whole number, not {text!r}.")
        return int(text)
    return edtf(field.name, text) if field.refers == "date" else text


LONGEST_COUNT = 16
"""Digits of 2**53, beyond which a log holds no whole number."""


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise WrongUse(f"{name} is true or false, not {text!r}.")
    return text == "true"
