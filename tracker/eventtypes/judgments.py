"""Judgments with their grounds, and their entry into force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from tracker.eventtypes.base import Development, PartyId, Text, event_type, says
from tracker.state import Judgment

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
        case.judgments.append(
            Judgment(self.court, self.instance, self.outcome, self.in_favour_of, self.grounds, at.position)
        )


@event_type(
    "judgment.took_effect", "Judgment in force", "判决生效", {"date": "2025-12", "basis": "no appeal within the period"}
)
class JudgmentTookEffect(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A judgment became final and enforceable."""

    sentence = ("the judgment is in force", ", {basis}")
    basis: Annotated[Text | None, says("what made it final")] = None
