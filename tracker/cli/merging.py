"""The verb merge-driver: git calls it where two branches of a log meet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.stores import tracker_of

if TYPE_CHECKING:
    from tracker.app import Tracker


@click.command("merge-driver")
@click.option("--install", is_flag=True, help="Let git merge the logs of this store so, in this clone.")
@click.argument("files", metavar="[BASE OURS THEIRS PATH]", nargs=-1)
@click.pass_context
def merge_driver_command(ctx: click.Context, install: bool, files: tuple[str, ...]) -> None:
    """Join two branches of a log: git's merge driver, called as %O %A %B %P.

    When one of them goes on where the other ends, that one is the answer. Else what only theirs has is written after
    ours, with ids and recorded times kept. Where that cannot be, git is left with a conflict.
    """
    if install:
        if files:
            raise click.UsageError("--install takes no files.", ctx)
        _install(tracker_of(ctx))
        return
    if len(files) != 4:
        raise click.UsageError("git gives four files: BASE OURS THEIRS PATH; people want --install.", ctx)
    base, ours, theirs, name = files
    _merge(Path(base), Path(ours), Path(theirs), name)


def _install(tracker: Tracker) -> None:
    from tracker.errors import WrongUse

    if not tracker.teach_git():
        raise WrongUse(f"{tracker.root} is in no repository of git: run 'git init' first.")
    click.echo("git merges the logs of this store by 'tracker merge-driver', in this clone.")


def _merge(base: Path, ours: Path, theirs: Path, name: str) -> None:
    from tracker.app import actor, now
    from tracker.envelope import Stamp
    from tracker.forks import merge
    from tracker.logs.durable import write_whole

    by = Stamp(actor(None, os.environ, Path.cwd()), now())
    before = ours.read_bytes()
    merged = merge(base.read_bytes(), before, theirs.read_bytes(), name=name, stamp=by)
    if merged.image != before:
        write_whole(ours, merged.image)
    if merged.told:
        output.say(merged.told)
