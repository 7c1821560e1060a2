"""Events about earlier events of the same log: corrected, retracted, disputed, settled; nothing disappears."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tracker.eventtypes.base import EventData, EventId, PartyId, Text, event_type, says

FieldName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$", extra={"refers": "field"})]
Value = Annotated[str | int | bool | tuple[str, ...] | None, Meta(extra={"refers": "value"})]
"""What a field of an event may hold; null when nothing is known."""

HAPPENED = "happened"
"""Not a field of any type: whether the event took place at all, true or false."""

_ID = "09bc6e32-3954-5f0a-8343-95f33e6bbf39"


class Amendment(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """Something said about an earlier event of the same log, be it a development, a register entry or an amendment."""

    in_timeline = False
    log = "any"
    of: Annotated[EventId, says("the id of the event it is about")]


@event_type(
    "correction.made",
    "Correction",
    "更正",
    {"of": _ID, "field": "date", "value": "2025-11-20", "reason": "misread as 2 November"},
)
class CorrectionMade(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """A field of an event was logged wrongly; what was said first stays in the record."""

    sentence = ("{field} should be", " {value}", ", because {reason}")
    field: Annotated[FieldName, says("which field")]
    value: Annotated[Value, says("what it should hold; null when nothing is known")]
    reason: Annotated[Text, says("why")]


@event_type("retraction.made", "Retraction", "撤回", {"of": _ID, "reason": "logged in the wrong case"})
class RetractionMade(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """An event is left out of the state from here on; it stays in the record."""

    sentence = ("left out of the state, because {reason}",)
    reason: Annotated[Text, says("why")]


@event_type(
    "dispute.raised",
    "Dispute",
    "争议",
    {
        "of": _ID,
        "field": "date",
        "value": "2025-11-24",
    },
)
class DisputeRaised(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody, a source or a party, gives another value for a field; every value is shown until it is settled."""

    sentence = ("{field} may be {value}", ", as {claimant} says", "; {note}")
    field: Annotated[FieldName, says("which field; 'happened' is whether it took place at all")]
    value: Annotated[Value, says("the other value")]
    claimant: Annotated[PartyId | None, says("the party that says so; left out when it is a source that does")] = None
    note: Annotated[Text | None, says("anything that helps to weigh it")] = None


@event_type(
    "dispute.settled",
    "Settlement of a dispute",
    "争议认定",
    {"of": _ID, "field": "date", "value": "2025-11-20", "reason": "two places against one"},
)
class DisputeSettled(Amendment, frozen=True, kw_only=True, omit_defaults=True):
    """One value of a disputed field is preferred; the others stay noted."""

    sentence = ("{field} is taken to be {value}", ", because {reason}", " ({settled_by})")
    field: Annotated[FieldName, says("which field")]
    value: Annotated[Value, says("the value preferred")]
    reason: Annotated[Text, says("why")]
    settled_by: Annotated[PartyId | None, says("the court or party that settled it; left out when it is us")] = None
