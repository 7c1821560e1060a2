"""The verbs that give others something to check: prove, anchor and certify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import output
from tracker.cli.output import formats
from tracker.cli.saving import save
from tracker.cli.stores import by_option, complete_case, complete_log, stamp, tracker_of
from tracker.cli.tables import Column

if TYPE_CHECKING:
    from tracker.documents.certificate import Rules
    from tracker.documents.labels import Language
    from tracker.proofs.anchors import Asked

CA = click.option(
    "--ca",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The root certificate of the authority (PEM); without it, whose certificate signed is not checked.",
)


@click.command("prove")
@click.argument("reference", metavar="REF", shell_complete=complete_case)
@click.option("-o", "--output", "target", required=True, metavar="DIR", type=click.Path(), help="The folder to write.")
@click.option("--privileged", is_flag=True, help="Also when the event is privileged.")
@click.pass_context
def prove_command(ctx: click.Context, reference: str, target: str, privileged: bool) -> None:
    """Write a folder that proves one event (CASE#NUMBER) to whoever has no log and no tracker.

    It holds the event's line, a proof that it is in the newest signed checkpoint over it, and two programs that check
    that; nothing of other events but hashes.
    """
    from tracker.proofs.bundles import bundle, write_folder

    tracker = tracker_of(ctx)
    proven = tracker.proven(reference, privileged=privileged)
    tracker.check_target(Path(target))
    write_folder(Path(target), bundle(proven))
    output.say(
        f"Wrote {target}: event {proven.number} of {proven.log} is one of the first {len(proven.leaves)}, signed by"
        f" {proven.vkey}. Its README.md says how to check that."
    )


@click.command("anchor")
@click.argument("cases", metavar="[CASE]...", nargs=-1, shell_complete=complete_log)
@click.option(
    "--tsa", "url", required=True, metavar="URL", help="The time-stamping authority (RFC 3161), http or https."
)
@CA
@click.option("--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1, 600), help="Seconds to wait.")
@by_option
@formats
@click.pass_context
def anchor_command(
    ctx: click.Context, cases: tuple[str, ...], url: str, ca: Path | None, timeout: float, actor: str | None,
    form: str | None,
) -> None:  # fmt: skip
    """Have an outside authority stamp the newest checkpoint of each log with the time, and log that.

    The authority sees a hash, and no word of the record. Logs whose newest checkpoint it has stamped are passed over.
    The only command that uses the network.
    """
    tracker = tracker_of(ctx)
    logs, by = tracker.check_logs(cases), stamp(tracker, actor)
    with output.clock(f"Asking {url}"):
        asked, bare = tracker.anchor(logs, url, by, timeout=timeout, ca=ca)
    titles = (Column("Log"), Column("Events", align="right"), Column("Time"), Column("Signer"), Column("Token"))
    output.show([_row(each) for each in asked], form, titles, lambda row: _cells(row), empty="")
    if not form:
        for log in bare:
            output.say(f"{log} has no checkpoint: 'tracker seal' makes one.")
        if ca is None:
            output.say("Whose certificate signed was not checked: name the authority's root with --ca FILE.")


def _row(asked: Asked) -> dict[str, object]:
    anchor = asked.anchor
    return {
        "log": anchor.log,
        "size": anchor.size,
        "tsa": anchor.tsa,
        "time": anchor.stamp.time,
        "signer": anchor.stamp.signer,
        "is_chained": anchor.stamp.is_chained,
        "token": anchor.where,
        "sha256": anchor.sha256,
        "is_new": bool(asked.answer),
    }


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    new = "new" if row["is_new"] else "there already"
    return str(row["log"]), str(row["size"]), str(row["time"]), str(row["signer"]), new


@click.command("certify")
@click.argument("cases", metavar="[CASE]...", nargs=-1, shell_complete=complete_log)
@click.option(
    "-o", "--output", "target", type=click.Path(), metavar="FILE",
    help="Where to write it; its ending says the format.",
)  # fmt: skip
@click.option(
    "--under", type=click.Choice(["fre-902", "prc-93"]), multiple=True,
    help="Federal Rules of Evidence 902(13) and (14), or article 93 of the PRC's provisions; else both.",
)  # fmt: skip
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Its language."
)
@click.pass_context
def certify_command(
    ctx: click.Context, cases: tuple[str, ...], target: str | None, under: tuple[Rules, ...], language: Language
) -> None:
    """Draft a statement about the record for a court, for somebody to complete and sign, or not.

    It tells what is found in the logs of CASE or a register, else in all; what only a person can say is left blank.
    Nothing is drafted about a log that is not whole.
    """
    from tracker.documents import writer_for
    from tracker.documents.certificate import RULES, certificate

    write, tracker = writer_for(target), tracker_of(ctx)
    facts = tracker.facts(tracker.check_logs(cases))
    document = write(certificate(facts, language=language, rules=under or RULES))
    if target is None:
        click.echo(document.decode(), nl=False)
        return
    tracker.check_target(Path(target))
    save(Path(target), document)
    output.say(f"Wrote {target}: a draft, which is nobody's statement until somebody completes and signs it.")
