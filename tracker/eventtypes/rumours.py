"""Rumours: in circulation, confirmed, denied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Development, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "rumour.circulated", "Rumour", "传闻", {"date": "2025-11-16", "about": "wang-hua", "rumour": "is to be moved"}
)
class RumourCirculated(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Something was said that nobody vouched for."""

    sentence = ("{about}: {rumour}",)
    about: Annotated[PartyId, says("whom it is about")]
    rumour: Annotated[Text, says("what is said, in your own words")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the person its role."""
        case.give_role(self.about, "subject", at)


@event_type("rumour.confirmed", "Rumour confirmed", "传闻证实", {"date": "2025-12-01", "speaker": "xiaomi"})
class RumourConfirmed(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who must know confirmed it."""

    sentence = ("by {speaker}",)
    speaker: Annotated[PartyId, says("who confirmed it")]


@event_type("rumour.denied", "Rumour denied", "辟谣", {"date": "2025-12-01", "speaker": "xiaomi"})
class RumourDenied(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who must know denied it."""

    sentence = ("by {speaker}",)
    speaker: Annotated[PartyId, says("who denied it")]
