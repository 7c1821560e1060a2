"""Privilege: events that are withheld from whoever may not read them, and what may be said of them.

Rule 26(b)(5)(A) of the Federal Rules of Civil Procedure: who withholds information as privileged, or as
trial-preparation material, has to claim so expressly, and to describe what is withheld so that others can assess the
claim, without revealing what is itself privileged. These fields are what such a description, a privilege log,
is made of.
"""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.amendments import Amendment
from tracker.eventtypes.base import PartyId, Text, event_type, says

_ID = "09bc6e32-3954-5f0a-8343-95f33e6bbf39"


@event_type(
    "privilege.claimed",
    "Privilege claimed",
    "主张特权",
    {
        "of": _ID,
        "basis": "attorney-client",
        "held_by": "xiaomi-haikou",
        "author": "outside counsel",
        "recipients": ["general counsel"],
        "nature": "memorandum",
        "description": "legal advice on the appeal",
    },
)
class PrivilegeClaimed(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """An event is privileged: documents leave it out with all that refers to it, and the privilege log lists it."""

    sentence = ("{basis}", ", claimed by {held_by}", "; {nature}", ", from {author}", ", to {recipients}")
    basis: Annotated[Text, says("what protects it: attorney-client, work product, or in other words")]
    held_by: Annotated[PartyId | None, says("the party that claims it")] = None
    author: Annotated[Text | None, says("who wrote or said what is withheld")] = None
    recipients: Annotated[tuple[Text, ...], says("who received it, copies too")] = ()
    nature: Annotated[Text | None, says("what kind of communication it is: e-mail, memorandum, call")] = None
    description: Annotated[
        Text | None, says("what it is about, for the privilege log, without saying what is privileged")
    ] = None


@event_type(
    "privilege.waived",
    "Privilege waived",
    "放弃特权",
    {"of": _ID, "reason": "produced in discovery"},
)
class PrivilegeWaived(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """A privilege that was claimed for an event is given up; a later claim takes it up again."""

    sentence = ("privilege given up", " by {held_by}", ", because {reason}")
    held_by: Annotated[PartyId | None, says("whose claims are given up; left out when all are")] = None
    reason: Annotated[Text | None, says("why")] = None
