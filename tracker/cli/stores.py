"""How commands come to their store, and who logs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker.cli.output import progress, say

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from click.shell_completion import CompletionItem

    from tracker.app import Tracker
    from tracker.envelope import Event, Stamp
    from tracker.view import View

F = TypeVar("F", bound="Callable[..., Any]")
NO_CASE = "No case yet: start one with 'tracker open CASE --kind KIND --title TITLE'."


def tracker_of(ctx: click.Context) -> Tracker:
    """The store that --store names, or the one found from the current folder upward; raises NoStore."""
    from tracker.app import Tracker, find_store
    from tracker.errors import NoStore

    named = ctx.find_root().params.get("store")  # not ctx.obj: no command runs while a shell completes
    if named is None:
        try:
            root = find_store(Path.cwd())
        except FileNotFoundError:
            raise click.UsageError(
                "The current folder is gone: go to another one, or name the store with --store DIR."
            ) from None
    else:
        root = Path(named)
        if not named or not (root / "events").is_dir():
            raise NoStore(repr(named))
    found = Tracker(root)
    found.progress, found.tell = progress, say
    return found


def clocks(command: F) -> F:
    """Give a reading command --since, --until, --known-by and --recorded-by; they reach it in ``ctx.meta``."""
    texts = {
        "since": "Only what may have happened on or after that day.",
        "until": "Only what may have happened on or before that day.",
        "known_by": "Only what was known by that day: published, or logged where nothing is cited.",
        "recorded_by": "Only what was logged by that day or time (UTC): the log as it then stood.",
    }
    for name, text in reversed(texts.items()):
        option = click.option(
            f"--{name.replace('_', '-')}", name, metavar="DATE", help=text, expose_value=False, callback=_keep_clock
        )
        command = option(command)
    return command


def sides(command: F) -> F:
    """Give a reading command the options --as-told-by and --undisputed."""
    told = "Only one side's story: a party, or a role such as plaintiff; its values where they are disputed."
    option = click.option(
        "--as-told-by", "told_by", metavar="PARTY|ROLE", help=told, expose_value=False, callback=_keep_clock
    )
    undisputed = "Without what is disputed and what only one side asserts."
    return click.option("--undisputed", is_flag=True, help=undisputed, expose_value=False, callback=_keep_clock)(
        option(command)
    )


def _keep_clock(ctx: click.Context, param: click.Parameter, value: str | bool | None) -> None:
    ctx.meta[f"tracker.{param.name}"] = value


def view_of(ctx: click.Context) -> View:
    """What the options of ``clocks`` ask for; raises BadDate."""
    from tracker.view import View

    def day(name: str, end: str) -> str | None:
        text = ctx.meta.get(f"tracker.{name}")
        if text is None:
            return None
        if name == "recorded_by" and "T" in text:
            return str(text)
        from tracker.dates import parse
        from tracker.loosedates import read

        found: str = getattr(parse(read(text, date.today())), end)
        return found

    return View(
        since=day("since", "earliest"),
        until=day("until", "latest"),
        known_by=day("known_by", "latest"),
        recorded_by=day("recorded_by", "latest"),
        told_by=ctx.meta.get("tracker.told_by"),
        undisputed=bool(ctx.meta.get("tracker.undisputed")),
        unprivileged=bool(ctx.meta.get("tracker.unprivileged")),
    )


def _require_in_view(tracker: Tracker, db: sqlite3.Connection, cases: Iterable[str], told: str) -> None:
    """Raise NotInView for a case of the store of which the view has nothing."""
    from tracker import queries
    from tracker.app import Tracker
    from tracker.errors import NotInView

    absent = set(cases) - set(queries.case_names(db))
    # By a tracker of its own: one that reads again closes what it read before, which may be this projection.
    if found := sorted(absent & Tracker(tracker.root).known().cases if absent else ()):
        raise NotInView(found[0], told)


def look(
    ctx: click.Context, *cases: str, logs: Mapping[str, list[Event]] | None = None, named: str = ""
) -> sqlite3.Connection:
    """The projection that the clocks ask for; what only uncertain dates let in is told on standard error.

    ``logs`` are looked at in the place of those of the store; ``named`` is what a former state of them was called.
    """
    tracker, view = tracker_of(ctx), view_of(ctx)
    db, unsure = tracker.look(view, logs, cases=cases)
    if not view.is_whole or logs is not None:
        former = f"This is the record as it was at {named}." if named else ""
        _require_in_view(tracker, db, cases, " ".join(filter(None, (former, view.told()))))
    unsure = [each for each in unsure if not cases or each.ref.partition("#")[0] in cases]
    if unsure:
        told = ", ".join(f"{each.ref} ({each.clock} {each.date})" for each in unsure[:5])
        more = f" and {len(unsure) - 5} more" if len(unsure) > 5 else ""
        click.echo(f"In this view only because a date is uncertain: {told}{more}.", err=True)
    return db


def by_option(command: F) -> F:
    """Give a command the option --by: who logs."""
    text = "Who logs this; else TRACKER_ACTOR, else git's user."
    return click.option("--by", "actor", metavar="NAME", help=text)(command)


def stamp(tracker: Tracker, actor: str | None) -> Stamp:
    """Who logs and when; raises NoActor."""
    from tracker.app import actor as known_actor
    from tracker.app import now
    from tracker.envelope import Stamp
    from tracker.text import refuse_controls

    name = known_actor(actor, os.environ, tracker.root)
    reason = "it is more than one line" if "\n" in name or "\t" in name else refuse_controls(name)
    if reason:
        raise click.UsageError(f"{name!r} cannot be the name of who logs: {reason}.")
    return Stamp(name, now())


@contextmanager
def made_of_options() -> Iterator[None]:
    """What is wrong with options is wrong use, not a fault of the record."""
    from tracker.errors import Mistakes, WrongUse

    try:
        yield
    except Mistakes as mistakes:
        raise WrongUse(str(mistakes)) from None


def _completing(which: int) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """A shell completion that offers cases (0), parties (1) or sources (2)."""

    def offer(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from tracker import queries
        from tracker.errors import TrackerError

        try:
            names = queries.known_names(tracker_of(ctx).read())[which]
        except (TrackerError, click.ClickException, OSError):
            return []  # nothing to offer; the command itself will say what is wrong
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return offer


complete_case, complete_party, complete_source = _completing(0), _completing(1), _completing(2)


def complete_log(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A shell completion that offers cases and registers."""
    from click.shell_completion import CompletionItem

    from tracker.names import REGISTERS

    registers = [CompletionItem(name) for name in REGISTERS if name.startswith(incomplete)]
    return complete_case(ctx, param, incomplete) + registers


def complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A shell completion that offers the kinds of case."""
    from click.shell_completion import CompletionItem

    from tracker.kinds import KINDS

    return [CompletionItem(name) for name in KINDS if name.startswith(incomplete)]


def cases_argument(command: F) -> F:
    """Give a command the argument [CASE]..."""
    return click.argument("cases", metavar="[CASE]...", nargs=-1, shell_complete=complete_case)(command)


def days_of(option: str, text: str) -> int:
    """The number of days that an option gives: ``30d``, ``30``, or ``2w``."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in ("d", "w") else (text, "d")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise click.BadParameter(f"{text!r} is no number of days: write 30d or 2w.", param_hint=option)
    return int(number) * (7 if unit == "w" else 1)


def day_option(command: F) -> F:
    """Give a command the option --on: the day it is asked for, today when left out, as the argument ``on``."""
    text = "As seen on that day instead of today."
    return click.option("--on", metavar="DATE", callback=_day, help=text)(command)


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None:
        return date.today().isoformat()
    from tracker.dates import parse
    from tracker.loosedates import read

    found = parse(read(value, date.today()))
    if found.earliest != found.latest:
        raise click.BadParameter(f"{value!r} is not one day: write 2025-12-01.", param_hint="--on")
    return found.earliest
