"""What one side claims and the other answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Development, Money, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "claim.made",
    "Claim",
    "诉讼请求",
    {
        "claimant": "hood-owners",
        "against": ["nanjing-jingming"],
        "claim": "the hood was advertised falsely",
    },
)
class ClaimMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party asserts a claim or an allegation."""

    sentence = ("{claimant}", " against {against}", ": {claim}", "; asks for {relief}", " ({amount})")
    claimant: Annotated[PartyId, says("who claims")]
    against: Annotated[tuple[PartyId, ...], says("against whom")] = ()
    claim: Annotated[Text, says("what is claimed, in your own words")]
    relief: Annotated[Text | None, says("what is asked for")] = None
    amount: Annotated[Money | None, says("how much is asked for")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add it to the claims."""
        case.plead("claim", self.claimant, self.claim, at)


@event_type(
    "defence.raised",
    "Defence",
    "答辩",
    {"party": "nanjing-jingming", "defence": "the duct does cool the front compartment"},
)
class DefenceRaised(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party answers a claim."""

    sentence = ("{party}: {defence}",)
    party: Annotated[PartyId, says("who answers")]
    defence: Annotated[Text, says("the answer, in your own words")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add it to the defences."""
        case.plead("defence", self.party, self.defence, at)
