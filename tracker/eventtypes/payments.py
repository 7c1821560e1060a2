"""Money that is asked for and money that is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Date, Development, EventId, Money, PartyId, Text, event_type, says
from tracker.obligations import Change

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "payment.demanded",
    "Payment demanded",
    "催款",
    {
        "creditor": "xiaomi-haikou",
        "debtor": "ms-li",
        "amount": "313900 CNY",
        "due_terms": "within 7 days of the notice",
    },
)
class PaymentDemanded(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party asked another for money."""

    sentence = ("{creditor} asked {debtor} to pay", " {amount}", " ({purpose})", ", due {due}", ", due {due_terms}")
    creditor: Annotated[PartyId, says("who asks")]
    debtor: Annotated[PartyId, says("who is asked")]
    amount: Annotated[Money | None, says("how much")] = None
    purpose: Annotated[Text | None, says("what for")] = None
    due: Annotated[Date | None, says("by when, as EDTF, when a day is given")] = None
    due_terms: Annotated[Text | None, says("by when, when it is told as a period from something")] = None


@event_type(
    "payment.made",
    "Payment",
    "付款",
    {"date": "2024-07", "payer": "ms-li", "payee": "xiaomi-haikou", "amount": "5000 CNY", "purpose": "deposit"},
)
class PaymentMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Money changed hands."""

    sentence = ("{payer} paid", " {payee}", " {amount}", " ({purpose})", ", under {order}", ", for {debtor}")
    payer: Annotated[PartyId, says("who paid")]
    payee: Annotated[PartyId | None, says("who was paid; left out when not stated")] = None
    amount: Annotated[Money | None, says("how much")] = None
    purpose: Annotated[Text | None, says("what for")] = None
    order: Annotated[EventId | None, says("the order under which it was paid, so that less is owed")] = None
    debtor: Annotated[PartyId | None, says("for whom it was paid, when somebody else paid")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Reduce what is owed under the order, where one is named."""
        if self.order:
            debtor = self.debtor or self.payer
            change = Change("payment", 0, at.position, at.span, self.amount, debtor, payee=self.payee)
            case.change_order(change, self.order)
