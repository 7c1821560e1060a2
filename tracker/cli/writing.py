"""The verbs that start something: init and open."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.output import echo
from tracker.cli.stores import by_option, complete_kind, complete_party, made_of_options, stamp, tracker_of


@click.command("init")
@click.argument("folder", default=".", required=False)
def init_command(folder: str) -> None:
    """Start an empty store in FOLDER, or here."""
    from tracker.app import Tracker

    found = Tracker.init(Path(folder))
    if found.teach_git():
        echo("git merges the logs of this store by 'tracker merge-driver', in this clone.")
    echo(f"Started a store in {found.root.absolute()}: open a case with 'tracker open CASE --kind KIND --title TITLE'.")


@click.command("open")
@click.argument("case")
@click.option(
    "--kind", required=True, shell_complete=complete_kind, help="What sort of case it is; 'tracker kinds' lists them."
)
@click.option("--title", required=True, help="The caption people know it by.")
@click.option("--forum", metavar="PARTY", shell_complete=complete_party, help="The court or agency before which it is.")
@click.option("--docket", help="The docket number, as the forum writes it.")
@click.option("--jurisdiction", help="ISO 3166 code of the country whose law governs.")
@click.option("--about", help="What the matter is, in a sentence of your own.")
@click.option("--cite", "cites", multiple=True, metavar="SOURCE[:LOCATOR]", help="Where it is told; can be repeated.")
@by_option
@click.pass_context
def open_command(
    ctx: click.Context,
    case: str,
    kind: str,
    title: str,
    forum: str | None,
    docket: str | None,
    jurisdiction: str | None,
    about: str | None,
    cites: tuple[str, ...],
    actor: str | None,
) -> None:
    """Start to follow a case."""
    from tracker.cli.fields import citations_of
    from tracker.entries import Entry

    tracker = tracker_of(ctx)
    values = {
        "kind": kind,
        "title": title,
        "forum": forum,
        "docket": docket,
        "jurisdiction": jurisdiction,
        "about": about,
    }
    data: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    if cites:
        data["citations"] = citations_of(cites)
    entry = Entry(where="", log=f"cases/{case}", type="case.opened", data=data)
    by = stamp(tracker, actor)
    with made_of_options():
        tracker.append([entry], by)
    click.echo(f"Opened {case}: log what happened with 'tracker log {case} TYPE', see 'tracker types'.")
