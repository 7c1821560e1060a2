"""Penalties: the violation found and what was imposed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Development, Money, PartyId, Text, event_type, says
from tracker.obligations import Order

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "violation.found",
    "Violation found",
    "违法认定",
    {
        "date": "2024-09-10",
        "authority": "qinhuai-fire-brigade",
        "violator": "nanjing-jingming",
        "violation": "hall used without the fire authority's permission",
        "law": "Fire Protection Law of the PRC, art. 15",
    },
)
class ViolationFound(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An authority found that a rule was broken."""

    sentence = ("{authority} found against {violator}: {violation}", " ({law})", ", at {place}")
    authority: Annotated[PartyId, says("who found it")]
    violator: Annotated[PartyId, says("by whom it was broken")]
    violation: Annotated[Text, says("what was done, in your own words")]
    law: Annotated[Text | None, says("the instrument and article")] = None
    place: Annotated[Text | None, says("where")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give both their roles."""
        case.give_role(self.authority, "authority", at)
        case.give_role(self.violator, "respondent", at)


@event_type(
    "penalty.imposed",
    "Penalty imposed",
    "行政处罚",
    {
        "authority": "qinhuai-fire-brigade",
        "on": "nanjing-jingming",
        "fine": "30000 CNY",
        "measures": ["stop using the store"],
    },
)
class PenaltyImposed(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An authority imposed a fine, a measure or both."""

    sentence = ("{authority} imposed on {on}", " a fine of {fine}", "; {measures}")
    authority: Annotated[PartyId, says("who imposed it")]
    on: Annotated[PartyId, says("on whom")]
    fine: Annotated[Money | None, says("how much")] = None
    measures: Annotated[tuple[Text, ...], says("what must be done or stopped")] = ()

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give both their roles, and keep what was imposed among the orders."""
        case.give_role(self.authority, "authority", at)
        case.give_role(self.on, "respondent", at)
        owed = Order(at.position, issuer=self.authority, debtors=(self.on,), span=at.span)
        if self.fine:
            case.orders.append(owed._replace(amount=self.fine))
        for measure in self.measures:
            case.orders.append(owed._replace(act=measure))
