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
    "added-twice": "a register adds the same name more than once; the first one counts, retract the other",
    "astray": "an amendment is about an event that is not in its log, and has no effect; check its 'of'",
    "bad-date": "a date in the record is not EDTF; correct it, it is kept as text until then",
    "beyond-the-end": "a citation points behind the last paragraph of its source; check the paragraph number",
    "circular": "amendments amend each other in a circle and have no effect; retract one of them",
    "due-before-order": "an order was due before it was made; check both dates",
    "figures-conflict": (
        "figures of the same thing, scope, day and counter differ; correct or dispute one, or say what sets them apart"
    ),
    "future-event": "it is dated after the day on which it was logged; check the date, or log what was announced",
    "hearing-before-filing": "a hearing is dated before the filing of its suit; check the dates of both",
    "judgment-without-outcome": "the judgment does not say how the court decided; correct its 'outcome'",
    "less-than-nothing": "an amount of an order is negative and counts for nothing; correct it",
    "met-without-proof": (
        "nothing proves that a deadline was met; cite a source, name the event ('done') or say what proves it"
    ),
    "misplaced": "the event stands in a log where its type does not belong; it is not used, log it where it belongs",
    "not-opened": "the log has no case.opened, so kind and title are unknown; log one",
    "odd-payment": "a payment under an order is not to its creditor, or older than it; check payee, order and date",
    "odd-role": "the kind of the case does not know this role; check its spelling with 'tracker kinds'",
    "odd-set-off": "two orders are set off that are not between the same sides; check 'order' and 'against'",
    "odd-turn": "what is told of a deadline comes after its end, or leaves less time; check the order of its events",
    "opened-twice": "the log opens the case more than once; the first one counts, retract the other",
    "order-without-debtor": "the order does not say who owes it; correct its 'debtors', or leave them as not stated",
    "out-of-stage": "the event does not fit the stage the case was in on that day; check the dates of both",
    "paid-too-much": "more is paid, set off or waived than an order gives; check the amounts and the order",
    "party-without-role": (
        "a party claims, files, pays, contracts or owes but has no role in the case; log 'party.joined' or check its id"
    ),
    "payment-to-oneself": "a party pays or owes itself; check the parties on both sides",
    "privilege-undescribed": (
        "a privilege is claimed without a description of what is withheld (Fed. R. Civ. P. 26(b)(5)(A)(ii)); correct "
        "its 'description', without telling what is privileged"
    ),
    "same-document": "two sources have the same SHA-256; cite one of them and retract the other",
    "same-name": "two parties have the same name; retract one if they are the same, else give them names to tell apart",
    "set-twice": "a deadline is set under a name that is taken; the first one counts, retract the other",
    "shares-do-not-fit": "the shares of an order do not fit its debtors or its amount; correct them",
    "silent": (
        "nothing became known of an open case for 180 days before the newest day known in the store; look for "
        "news, and log them, 'case.checked' or 'case.closed'"
    ),
    "source-older-than-event": (
        "a source is cited for what is dated after its publication; check both dates and the citation, "
        "or date what was announced by its announcement"
    ),
    "stale-deadline": "the trigger of a deadline has another day by now; 'tracker deadline --recompute' moves it",
    "uncited": "developments have no source; cite one when you correct them, or let them stand as marked",
    "unfit": "an amendment does not fit the field it is about and has no effect; check field and value",
    "unknown-case": "a link points to a case that is not in the store; open that case, or retract the link",
    "unknown-deadline": "an event is about a deadline that nobody set; set it, or check its name",
    "unknown-kind": "this program does not know the kind of the case; a newer one may",
    "unknown-order": "an event is about an order that is none of this case; check its 'order'",
    "unknown-party": "a party is named that is not in the register; add it with 'tracker party add'",
    "unknown-source": "a source is cited that is not in the register; add it with 'tracker source add'",
    "unknown-type": "this program does not know the type of the event; it is kept, and a newer program may know it",
    "unplaced": "a payment, set-off or waiver does not count against its order; check currency and debtor",
    "unreadable": "the data of the event does not fit its type; it is shown as it stands, log it again and retract it",
    "withdrawn-before-made": "a statement was withdrawn before it was made; check both dates",
}
"""Every code with what it means and what to do."""
