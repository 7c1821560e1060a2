"""What moves a business without being a dispute: milestones, appointments, share dealings."""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import Count, Development, Money, PartyId, Text, event_type, says


@event_type(
    "milestone.reached",
    "Milestone",
    "大事",
    {"date": "2025-10", "party": "xiaomi", "milestone": "Wuhan factory began to work"},
)
class MilestoneReached(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A launch, an opening, a report, an event that the matter's background needs."""

    sentence = ("{party}: ", "{milestone}", " ({place})")
    party: Annotated[PartyId | None, says("whose it is")] = None
    milestone: Annotated[Text, says("what was reached, in your own words")]
    place: Annotated[Text | None, says("where")] = None


@event_type(
    "appointment.made",
    "Appointment",
    "任命",
    {"date": "2021", "person": "wang-hua", "position": "general manager of public relations", "organisation": "xiaomi"},
)
class AppointmentMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody took up a position."""

    sentence = ("{person}: {position}", " at {organisation}")
    person: Annotated[PartyId, says("who")]
    position: Annotated[Text, says("as what")]
    organisation: Annotated[PartyId | None, says("with whom")] = None


@event_type(
    "shares.bought",
    "Shares bought",
    "增持",
    {
        "date": "2025-11-24",
        "buyer": "lei-jun",
        "through": "team-guide",
        "issuer": "xiaomi",
        "shares": 2600000,
        "share_class": "B",
        "price": "38.58 HKD",
    },
)
class SharesBought(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody bought shares; the holding afterwards is a figure of its own."""

    sentence = (
        "{buyer} bought",
        " {shares} shares",
        " of class {share_class}",
        " of {issuer}",
        " through {through}",
        " at {price} each",
    )
    buyer: Annotated[PartyId, says("for whose account")]
    through: Annotated[PartyId | None, says("the vehicle that bought")] = None
    issuer: Annotated[PartyId | None, says("whose shares")] = None
    shares: Annotated[Count | None, says("how many")] = None
    share_class: Annotated[Text | None, says("of which class")] = None
    price: Annotated[Money | None, says("price for one share, the average when there were several")] = None


@event_type(
    "shares.sold",
    "Shares sold",
    "减持",
    {"date": "../2024-12-31", "seller": "midea", "issuer": "xiaomi", "proceeds": "902000000 CNY"},
)
class SharesSold(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody sold shares."""

    sentence = ("{seller} sold", " {shares}", " shares", " of {issuer}", " for {proceeds}")
    seller: Annotated[PartyId, says("who sold")]
    issuer: Annotated[PartyId | None, says("whose shares")] = None
    shares: Annotated[Count | None, says("how many")] = None
    proceeds: Annotated[Money | None, says("for how much in all")] = None
