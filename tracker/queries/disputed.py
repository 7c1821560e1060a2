"""What is disputed, settled, corrected or retracted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.names import case_log
from tracker.pinpoints import pinpoint
from tracker.queries.tables import citations, named, party_names, within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.queries.tables import Citation


class DisputeClaim(NamedTuple):
    """One value of a disputed field, the party that says so, the event that says so, and its pinpoints."""

    value: str
    claimant: str | None
    note: str | None
    ref: str
    pinpoints: str


class DisputeRow(NamedTuple):
    """A disputed field of an event with every value that is claimed, and how it was settled.

    ``sides`` is parties, sources, or what makes sources count as one: one publisher, one source.
    """

    target: str
    field: str
    status: str
    sides: str
    claims: tuple[DisputeClaim, ...]
    preferred: str | None
    reason: str | None
    settled_by: str | None


class DisputedValue(NamedTuple):
    """One value of a dispute, as a row: who or what stands behind it, and whether it was preferred."""

    event: str
    field: str
    value: str
    note: str | None
    says_so: str
    sides: str
    state: str

    @property
    def told(self) -> str:
        """The value with what helps to weigh it."""
        return f"{self.value} ({self.note})" if self.note else self.value


def amended(
    db: sqlite3.Connection,
    cases: Sequence[str] = (),
    *,
    history: bool,
    disputed: Sequence[DisputeRow] | None = None,
) -> dict[str, str]:
    """For every event of some cases, or of all, that was amended, what was said about it, in words, by its ref.

    Disputes are always told, and looked up unless ``disputed`` has them all; what was corrected or retracted, and why,
    only with ``history``. What no longer holds is struck through as Markdown does it, between ``~~``.
    """
    names = party_names(db)
    found: dict[str, list[str]] = {}
    for row in db.execute("SELECT * FROM corrections ORDER BY target, number") if history else ():
        values = f"~~{row['old'] or 'not stated'}~~ {row['new'] or 'not stated'}"
        told = f"{row['field']} {values}, corrected by {row['ref']}: {row['reason']}"
        found.setdefault(row["target"], []).append(told)
    for row in db.execute("SELECT * FROM retractions ORDER BY target") if history else ():
        found.setdefault(row["target"], []).append(f"retracted by {row['ref']}: {row['reason']}")
    for each in disputes(db, cases, settled=None) if disputed is None else disputed:
        values = " or ".join(
            f"{claim.value} ({', '.join(filter(None, (claim.claimant, claim.pinpoints))) or claim.ref})"
            for claim in each.claims
        )
        how = f"settled: {each.preferred}; claimed were" if each.preferred else "disputed:"
        found.setdefault(each.target, []).append(f"{each.field} {how} {values}")
    return {target: named("; ".join(told), names) for target, told in found.items()}


def disputed_values(several: Iterable[DisputeRow]) -> list[DisputedValue]:
    """The values of disputes, each a row."""
    rows = []
    for dispute in several:
        for claim in dispute.claims:
            state = f"open, {'within' if dispute.sides.startswith('one ') else 'between'} {dispute.sides}"
            if dispute.status == "settled":
                by = f" by {dispute.settled_by}" if dispute.settled_by else ""
                state = f"preferred{by}: {dispute.reason}" if claim.value == dispute.preferred else "not preferred"
            says_so = ", ".join(filter(None, (claim.claimant, claim.pinpoints))) or claim.ref
            rows.append(
                DisputedValue(dispute.target, dispute.field, claim.value, claim.note, says_so, dispute.sides, state)
            )
    return rows


def disputes(
    db: sqlite3.Connection,
    cases: Sequence[str] = (),
    *,
    settled: bool | None = False,
    cited: Mapping[str, Sequence[Citation]] | None = None,
) -> list[DisputeRow]:
    """The disputes that are open, those that are settled, or all of them (None), with every value that is claimed.

    ``cited`` are the citations of every event, where they are at hand.
    """
    names, cited = party_names(db), citations(db) if cited is None else cited
    publishers = {row["id"]: row["publisher"] or row["id"] for row in db.execute("SELECT id, publisher FROM sources")}
    claims: dict[tuple[str, str], list[DisputeClaim]] = {}
    condition, logs = within("log", [log for case in cases for log in (case_log(case), case)])
    sql = f"SELECT * FROM dispute_claims WHERE {condition} ORDER BY target, field, number"  # noqa: S608
    for row in db.execute(sql, logs):
        claimant = names.get(row["claimant"], row["claimant"])
        pin = pinpoint(cited.get(row["ref"], ())).partition("; contradicted by")[0]
        claim = DisputeClaim(named(row["value"], names), claimant, row["note"], row["ref"], pin)
        claims.setdefault((row["target"], row["field"]), []).append(claim)
    found = []
    for row in db.execute(f"SELECT * FROM disputes WHERE {condition} ORDER BY target, field", logs):  # noqa: S608
        if settled is None or settled == (row["status"] == "settled"):
            several = tuple(claims[row["target"], row["field"]])
            preferred = named(row["preferred"], names) if row["preferred"] else None
            by = names.get(row["settled_by"], row["settled_by"])
            behind = {each.source for claim in several for each in cited.get(claim.ref, ())}
            sides = row["sides"]
            if sides == "sources" and len({publishers.get(source, source) for source in behind}) == 1:
                sides = "one source" if len(behind) == 1 else "one publisher"
            found.append(
                DisputeRow(row["target"], row["field"], row["status"], sides, several, preferred, row["reason"], by)
            )
    return found
