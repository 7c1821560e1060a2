"""The verb chronology."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.issuing import former_of, issuing, save_and_issue, versions, versions_of
from tracker.cli.stores import by_option, clocks, complete_case, look, sides, tracker_of, view_of
from tracker.documents import LAYOUTS

if TYPE_CHECKING:
    from tracker.documents.labels import Language


@click.command("chronology")
@click.argument("cases", metavar="CASE...", nargs=-1, required=True, shell_complete=complete_case)
@click.option(
    "-o", "--output", "target", type=click.Path(), metavar="FILE",
    help="Where to write it; its ending says the format.",
)  # fmt: skip
@click.option(
    "--layout", type=click.Choice(LAYOUTS), default="table", show_default=True, help="How it is arranged.",
)  # fmt: skip
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
    help="The language of its own words; what was logged stays as it is.",
)  # fmt: skip
@click.option(
    "--template", "folder", type=click.Path(), metavar="FOLDER", help="A letterhead, fonts and labels of your own.",
)  # fmt: skip
@click.option("--privileged", is_flag=True, help="Also what is privileged; else it is left out.")
@sides
@clocks
@versions
@by_option
@click.pass_context
def chronology_command(
    ctx: click.Context,
    /,
    cases: tuple[str, ...],
    target: str | None,
    layout: str,
    language: Language,
    folder: str | None,
    at: str | None,
    redline: str | None,
    issue_to: str | None,
    actor: str | None,
    privileged: bool,
) -> int:
    """Write the chronology of one case, or of several merged into one, to a file or to standard output."""
    from tracker import queries
    from tracker.documents import writer_for
    from tracker.documents.chronology import chronology
    from tracker.documents.template import PLAIN, read_template

    if layout == "undisputed":
        ctx.meta["tracker.undisputed"] = True
    if privileged and layout == "privilege":
        raise click.UsageError("The privilege log never holds what is privileged: leave out --privileged.", ctx)
    ctx.meta["tracker.unprivileged"] = not privileged
    template = read_template(Path(folder)) if folder is not None else PLAIN
    write, issue = writer_for(target), issuing(ctx, issue_to, target, actor)
    found = versions_of(ctx, cases, at, redline)
    db = look(ctx, *cases, logs=found.logs, named=at or "")
    view = view_of(ctx)
    record = db if view.is_whole else tracker_of(ctx).look(type(view)(), found.logs)[0]
    former = former_of(ctx, cases, found, redline)
    with output.clock(f"Writing {target or 'Markdown'}"):
        made = chronology(
            db, cases, layout=layout, language=language, shown=view.told(), record=record, former=former,
            template=template,
        )  # fmt: skip
        document = write(made)
    if target is None:
        click.echo(document.decode(), nl=False)
    else:
        tracker_of(ctx).check_target(Path(target))
        code = save_and_issue(ctx, Path(target), document, issue, cases, record)
        if code:
            return code
    if not any(row["developments"] for row in queries.rows_of(record, "tallies", "case_name", cases)):
        output.say(f"Nothing has happened in it yet: log what did with 'tracker log {cases[0]} TYPE'.")
    return 0
