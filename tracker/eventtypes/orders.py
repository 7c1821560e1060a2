"""Orders as obligations between parties, and what becomes of them: stayed, reversed, waived, set off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Date, Development, EventId, Money, PartyId, Text, event_type, says
from tracker.obligations import Change, Order

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place

_ID = "09bc6e32-3954-5f0a-8343-95f33e6bbf39"
ORDERING = ("order.made", "penalty.imposed")
"""The event types that make orders."""
OrderId = Annotated[EventId, says("the order: an `order.made` or a `penalty.imposed` of the same case")]


@event_type(
    "order.made",
    "Order",
    "判令",
    {
        "date": "../2025-11-27",
        "issuer": "meilan-court",
        "debtors": ["xiaomi-haikou", "xiaomi-jingming"],
        "creditors": ["ms-li"],
        "amount": "10000 CNY",
        "joint_and_several": True,
        "due_terms": "within 10 days from entry into force",
    },
)
class OrderMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An obligation was imposed: who owes what to whom, by when, jointly or by share."""

    sentence = (
        "{debtors} owe",
        " {creditors}",
        " {amount}",
        " {act}",
        ", by shares of {shares}",
        ", if {condition}",
        ", due {due}",
        ", due {due_terms}",
        ", {joint_and_several} liability",
        " (by {issuer})",
    )
    issuer: Annotated[PartyId | None, says("the court or agency that imposed it")] = None
    debtors: Annotated[tuple[PartyId, ...], says("who owes it")] = ()
    creditors: Annotated[tuple[PartyId, ...], says("to whom it is owed")] = ()
    amount: Annotated[Money | None, says("how much, when it is money")] = None
    act: Annotated[Text | None, says("what must be done or left undone, when it is not money alone")] = None
    joint_and_several: Annotated[bool | None, says("each debtor owes the whole; left out when not stated")] = None
    shares: Annotated[
        tuple[Money, ...], says("what each debtor owes, in the order of the debtors, when each owes a part")
    ] = ()
    condition: Annotated[Text | None, says("what has to happen before it is owed")] = None
    due: Annotated[Date | None, says("by when, as EDTF, when a day is given")] = None
    due_terms: Annotated[Text | None, says("by when, when it is told as a period from something")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add the order."""
        case.orders.append(
            Order(
                position=at.position,
                issuer=self.issuer,
                debtors=self.debtors,
                creditors=self.creditors,
                amount=self.amount,
                act=self.act,
                joint_and_several=self.joint_and_several,
                shares=self.shares,
                condition=self.condition,
                due=self.due,
                due_terms=self.due_terms,
                span=at.span,
            )
        )


class OrderAct(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Something that became of an order."""

    order: Annotated[OrderId, says("which order")]


@event_type(
    "order.stayed", "Order stayed", "暂缓执行", {"date": "2025-12-05", "order": _ID, "reason": "pending the appeal"}
)
class OrderStayed(OrderAct, frozen=True, kw_only=True, omit_defaults=True):
    """An order cannot be enforced for the time being; what is owed stays owed."""

    sentence = ("{order}", ", because {reason}", " (by {court})")
    court: Annotated[PartyId | None, says("the court that stayed it")] = None
    reason: Annotated[Text | None, says("why: pending an appeal, against security")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Stay the order."""
        case.change_order(Change("stay", 0, at.position, at.span, reason=self.reason), self.order)


@event_type(
    "order.stay_lifted", "Stay lifted", "恢复执行", {"date": "2026-03", "order": _ID, "reason": "appeal dismissed"}
)
class OrderStayLifted(OrderAct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that was stayed can be enforced again."""

    sentence = ("{order}", ", because {reason}")
    reason: Annotated[Text | None, says("why")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Lift the stay."""
        case.change_order(Change("stay lifted", 0, at.position, at.span, reason=self.reason), self.order)


@event_type("order.reversed", "Order reversed", "撤销判令", {"date": "2026-03", "order": _ID, "reason": "on appeal"})
class OrderReversed(OrderAct, frozen=True, kw_only=True, omit_defaults=True):
    """An order was set aside: nothing is owed under it; what takes its place is an order of its own."""

    sentence = ("{order}", ", because {reason}", " (by {court})")
    court: Annotated[PartyId | None, says("the court that set it aside")] = None
    reason: Annotated[Text | None, says("why")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Reverse the order."""
        case.change_order(Change("reversal", 0, at.position, at.span, reason=self.reason), self.order)


@event_type("order.waived", "Debt waived", "免除债务", {"date": "2026-01-10", "order": _ID, "amount": "2000 CNY"})
class OrderWaived(OrderAct, frozen=True, kw_only=True, omit_defaults=True):
    """A creditor gave up what was owed under an order, or a part of it."""

    sentence = ("{creditor} gave up", " {amount}", " of {order}", " towards {debtor}")
    creditor: Annotated[PartyId | None, says("who gave it up")] = None
    amount: Annotated[Money | None, says("how much; left out when it is all that is still owed")] = None
    debtor: Annotated[PartyId | None, says("whose share, when each owes a part")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Reduce what is owed."""
        case.change_order(Change("waiver", 0, at.position, at.span, self.amount, self.debtor), self.order)


@event_type(
    "order.set_off",
    "Set-off",
    "抵销",
    {"date": "2026-01-15", "order": _ID, "amount": "3000 CNY", "claim": "costs of the first instance"},
)
class OrderSetOff(OrderAct, frozen=True, kw_only=True, omit_defaults=True):
    """A debtor set a claim of its own against what it owes; where that claim is an order too, both are reduced."""

    sentence = ("{amount} of {order}", " set off", " by {debtor}", " against {against}", " against {claim}")
    amount: Annotated[Money, says("how much is set off")]
    debtor: Annotated[PartyId | None, says("who sets off; its share, when each owes a part")] = None
    against: Annotated[
        EventId | None, says("the order that it is set off against, when that is one of the same case")
    ] = None
    claim: Annotated[Text | None, says("the claim that it is set off against, in words")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Reduce what is owed, on both sides where both are orders."""
        change = Change("set-off", 0, at.position, at.span, self.amount, self.debtor)
        case.change_order(change, self.order, against=self.against)
        if self.against and self.against != self.order:
            case.change_order(change._replace(debtor=None), self.against)
