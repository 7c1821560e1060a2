"""The verbs that sign: key makes and lists signers, seal signs checkpoints."""

from __future__ import annotations

import os

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.stores import complete_log, tracker_of
from tracker.cli.tables import Column


@click.command("key")
@click.argument("name", required=False)
@formats
@click.pass_context
def key_command(ctx: click.Context, name: str | None, form: str | None) -> None:
    """Make a signer NAME of this store, or list its signers.

    NAME is like a web address, of a person or a machine: example.org/your-laptop. The private key stays on this
    machine, below $XDG_CONFIG_HOME/tracker/keys or ~/.config/tracker/keys; the public key goes into events/keys.
    """
    from tracker.proofs.keys import home

    tracker, keys = tracker_of(ctx), home(os.environ)
    if name is None:
        rows = [
            {"signer": each.key.name, "private_key": str(each.folder) if each.is_here else None, "key": str(each.key)}
            for each in tracker.signers(keys)
        ]
        if form:
            output.write(rows, form)
        for row in rows if not form else ():
            output.echo(f"{row['signer']}{', whose private key is here' if row['private_key'] else ''}\n  {row['key']}")
        if not rows and not form:
            click.echo(
                "No signer yet: make one with 'tracker key NAME', for example 'tracker key example.org/your-laptop'."
            )
        return
    made = tracker.make_signer(name, keys)
    if form:
        output.write([{"signer": name, "private_key": str(made.folder), "key": str(made.key)}], form)
        return
    output.echo(
        f"Made the signer {name}. Its private key is in {made.folder}: it is not in the store, so keep a copy.\n"
        f"Its public key is in events/keys; give it to whoever shall check what you sign:\n{made.key}"
    )


@click.command("seal")
@click.argument("cases", metavar="[CASE]...", nargs=-1, shell_complete=complete_log)
@click.option("--as", "signer", metavar="NAME", help="Who signs, when several signers have their private key here.")
@formats
@click.pass_context
def seal_command(ctx: click.Context, cases: tuple[str, ...], signer: str | None, form: str | None) -> None:
    """Sign a checkpoint of each log as it stands, of CASE or a register, else of all.

    Each log is read from the disk again and checked; all of them are signed, or none. A copy of a checkpoint in other
    hands shows later whether anything up to it was changed, cut off or written anew: 'tracker verify --against'.
    """
    from tracker.proofs.keys import home

    tracker = tracker_of(ctx)
    done = tracker.seal(tracker.check_logs(cases), home(os.environ), signer)
    titles = (Column("Log"), Column("Events", align="right"), Column("Checkpoint"), Column("Signed as"))
    output.show(
        [row._asdict() for row in done],
        form,
        titles,
        lambda row: (row["log"], str(row["size"]), "new" if row["is_new"] else "sealed already", row["origin"]),
        empty="No log yet, so there is nothing to seal: start one with 'tracker open CASE --kind KIND --title TITLE'.",
    )
