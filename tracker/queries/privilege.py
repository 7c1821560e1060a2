"""What is privileged, on what basis, and who claims it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.queries.tables import party_names

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


class PrivilegeRow(NamedTuple):
    """A claim that an event is privileged, as a privilege log has it; nothing here is what the event says.

    ``date`` is EDTF; ``label`` and ``type`` are those of the event; the holder is named. ``waived_by`` is the event by
    which the claim was given up, None while it is in force.
    """

    ref: str
    target: str
    target_id: str
    case: str
    date: str | None
    type: str
    label: str
    basis: str
    held_by: str | None
    author: str | None
    recipients: str | None
    nature: str | None
    description: str | None
    waived_by: str | None

    @property
    def told(self) -> str:
        """The claim in words."""
        return f"{self.basis}, claimed by {self.held_by}" if self.held_by else self.basis


_PRIVILEGES = """
SELECT p.ref, p.target, p.target_id, d.case_name, d.date, d.type, d.label, p.basis, p.held_by, p.author, p.recipients,
       p.nature, p.description, p.waived_by
FROM privileges p JOIN developments d ON d.ref = p.target
WHERE :waived OR p.waived_by IS NULL
ORDER BY d.date IS NULL, d.earliest, d.latest, coalesce(d.time, ''), d.case_name, d.position, p.rowid
"""


def privileges(db: sqlite3.Connection, cases: Sequence[str] = (), *, waived: bool = False) -> list[PrivilegeRow]:
    """The claims in force, in the order of what they are about; with ``waived`` also those that were given up."""
    names = party_names(db)
    found = [PrivilegeRow(*row) for row in db.execute(_PRIVILEGES, {"waived": waived})]
    return [
        row._replace(held_by=names.get(row.held_by, row.held_by) if row.held_by else None)
        for row in found
        if not cases or row.case in cases
    ]


def is_anything_privileged(db: sqlite3.Connection) -> bool:
    """Whether a privilege is in force in the store, or may be: a claim, or what it is about, may be unreadable here."""
    sql = """
    SELECT EXISTS (SELECT 1 FROM privileges WHERE waived_by IS NULL)
        OR EXISTS (SELECT 1 FROM developments WHERE type = 'privilege.claimed' AND status <> 'retracted'
                     AND ref NOT IN (SELECT ref FROM privileges))
    """
    return bool(db.execute(sql).fetchone()[0])
