"""Judgments with their grounds, the orders they make, and their entry into force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from tracker.eventtypes.base import Date, Development, Money, PartyId, Text, event_type, says
from tracker.state import Judgment, Order

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place

Instance = Literal["first", "second", "retrial"]


@event_type(
    "judgment.given",
    "Judgment",
    "判决",
    {
        "date": "../2025-11-27",
        "court": "meilan-court",
        "instance": "first",
        "outcome": "for the plaintiff",
        "in_favour_of": ["ms-li"],
        "grounds": ["the payment term is void"],
    },
)
class JudgmentGiven(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A court decided; each order it made is an `order.made` of its own."""

    sentence = ("{court}: ", "{instance} instance, ", "{outcome}", ", in favour of {in_favour_of}")
    court: Annotated[PartyId | None, says("the court")] = None
    instance: Annotated[Instance | None, says("at which instance")] = None
    outcome: Annotated[Text | None, says("how it decided")] = None
    in_favour_of: Annotated[tuple[PartyId, ...], says("for whom")] = ()
    grounds: Annotated[tuple[Text, ...], says("the reasons, one by one, in your own words")] = ()

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Keep the grounds with the judgment."""
        case.judge(Judgment(self.court, self.instance, self.outcome, self.in_favour_of, self.grounds, at.position))


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
    """An obligation was imposed: who owes what to whom, by when, jointly or not."""

    sentence = (
        "{debtors} owe",
        " {creditors}",
        " {amount}",
        " {act}",
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
    due: Annotated[Date | None, says("by when, as EDTF, when a day is given")] = None
    due_terms: Annotated[Text | None, says("by when, when it is told as a period from something")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add the order."""
        case.order(
            Order(
                position=at.position,
                issuer=self.issuer,
                debtors=self.debtors,
                creditors=self.creditors,
                amount=self.amount,
                act=self.act,
                joint_and_several=self.joint_and_several,
                due=self.due,
                due_terms=self.due_terms,
            )
        )


@event_type(
    "judgment.took_effect", "Judgment in force", "判决生效", {"date": "2025-12", "basis": "no appeal within the period"}
)
class JudgmentTookEffect(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A judgment became final and enforceable."""

    sentence = ("the judgment is in force", ", {basis}")
    basis: Annotated[Text | None, says("what made it final")] = None
