"""What 'tracker verify' says of outside times: between which of them events lie, and what is wrong with a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tracker.cli.tables import Column, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.proofs.anchors import Times

WARN_BEFORE: Final = timedelta(days=365)
"""How long before the end of an authority's certificate to say that a new time stamp is needed."""


def outcome_of(times: Sequence[Times]) -> list[int]:
    """What the tokens come to, as exit codes of 'tracker verify'."""
    from tracker.proofs.verifying import DAMAGED, WEAK

    return [DAMAGED for each in times if each.faults] + [WEAK for each in times if each.doubts]


def table(times: Sequence[Times], width: int) -> str:
    """The ranges of events and the outside times between which they were logged; empty when there is none."""
    cells = [
        (
            each.log,
            str(found.first) if found.first == found.last else f"{found.first}-{found.last}",
            found.not_before or "-",
            found.not_after or "-",
        )
        for each in times
        if each.anchors
        for found in each.ranges
    ]
    titles = (Column("Log"), Column("Events", align="right"), Column("Logged after"), Column("There at"))
    return render(titles, cells, width=width) if cells else ""


def sentences(times: Sequence[Times]) -> Iterator[str]:
    """Whose tokens were found right, and what of them was not checked."""
    anchors = [anchor for each in times for anchor in each.anchors]
    if not anchors:
        return
    names = ", ".join(sorted({anchor.tsa for anchor in anchors}))
    chained = all(anchor.stamp.is_chained for anchor in anchors)
    roots = "and lead to the roots that were named" if chained else "but not whose certificates they are (--ca FILE)"
    yield f"{len(anchors)} time stamp{'s' * (len(anchors) != 1)} of {names}: they are right, {roots}."


def errors(times: Sequence[Times]) -> Iterator[str]:
    """A sentence for each token that is worth nothing, or less than was asked for."""
    for each in times:
        for where, why in each.faults:
            yield f"{where}: {why}; look for a copy of the token, and of the checkpoint it is about."
        for where, why in each.doubts:
            yield f"{where}: {why}."


def warnings(times: Sequence[Times]) -> Iterator[str]:
    """A sentence for each log whose newest time stamps rest on a certificate that ends within a year."""
    from tracker.proofs.anchors import ending

    limit = (datetime.now(UTC) + WARN_BEFORE).isoformat(timespec="seconds").replace("+00:00", "Z")
    for each in times:
        for anchor in ending(each.anchors, limit):
            yield (
                f"The certificate behind {anchor.tsa}'s time stamp of the first {anchor.size} events of {each.log} "
                f"ends on {anchor.stamp.expires[:10]}: have a checkpoint stamped anew before that ('tracker anchor')."
            )


def rows(times: Sequence[Times]) -> Iterator[dict[str, object]]:
    """For programs: each token and each range, by the names of columns of 'tracker verify'."""
    for each in times:
        for anchor in each.anchors:
            yield {
                "what": "time stamp", "log": each.log, "file": anchor.where, "lines": anchor.size, "verdict": "whole",
                "signers": anchor.stamp.signer, "not_after": anchor.stamp.time,
            }  # fmt: skip
        for verdict, found in (("damaged", each.faults), ("weak", each.doubts)):
            for where, why in found:
                yield {"what": "time stamp", "log": each.log, "file": where, "verdict": verdict, "reason": why}
        for span in each.ranges if each.anchors else ():
            yield {
                "what": "events", "log": each.log, "lines": span.last - span.first + 1, "first": span.first,
                "not_before": span.not_before, "not_after": span.not_after,
            }  # fmt: skip
