"""Doubtful contents as values: collected by the fold and by the projection, listed by ``tracker check``."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something in the record that a person should look at.

    ``code`` is one of ``CODES``; ``case`` is the case's name, or that of a register; ``position`` is the event's number
    in the log, None when it is about the whole case.
    """

    code: str
    case: str
    position: int | None
    message: str


CODES: dict[str, str] = {
    "added-twice": "a register adds the same name more than once; the first one counts",
    "bad-date": "a date in the record is not EDTF; correct it, it is kept as text until then",
    "beyond-the-end": "a citation points behind the last paragraph of its source; check the paragraph number",
    "misplaced": "the event stands in a log where its type does not belong; it is kept and not used",
    "not-opened": "the log has no case.opened, so kind and title are unknown; log one",
    "odd-role": "the kind of the case does not know this role; check its spelling with 'tracker kinds'",
    "opened-twice": "the log opens the case more than once; the first one counts",
    "out-of-stage": "the event does not fit the stage the case was in on that day; check the dates of both",
    "unknown-case": "a link points to a case that is not in the store",
    "unknown-kind": "this program does not know the kind of the case; a newer one may",
    "unknown-party": "a party is named that is not in the register; add it with 'tracker party add'",
    "unknown-source": "a source is cited that is not in the register; add it with 'tracker source add'",
    "unknown-type": "this program does not know the type of the event; it is kept, and a newer program may know it",
    "unreadable": "the data of the event does not fit its type; it is kept and shown as it stands",
}
"""Every code with what it means and what to do."""
