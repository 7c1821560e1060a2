"""Legal notices that one side sends to another out of court."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Development, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "notice.sent",
    "Legal notice",
    "法律函件",
    {"date": "../2025-09-27", "senders": ["apple", "samsung"], "recipients": ["xiaomi"], "ground": "ambush marketing"},
)
class NoticeSent(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A legal notice went out."""

    sentence = ("{senders} to {recipients}: {ground}", "; asks for {demand}")
    senders: Annotated[tuple[PartyId, ...], says("who sent it")]
    recipients: Annotated[tuple[PartyId, ...], says("to whom")]
    ground: Annotated[Text, says("what it complains of")]
    demand: Annotated[Text | None, says("what it asks for; left out when not stated")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give both sides their roles."""
        for party in self.senders:
            case.give_role(party, "sender", at)
        for party in self.recipients:
            case.give_role(party, "recipient", at)


@event_type(
    "notice.answered", "Notice answered", "回函", {"responder": "xiaomi", "answer": "the campaign compares fairly"}
)
class NoticeAnswered(Development, frozen=True, kw_only=True, omit_defaults=True):
    """The other side answered a legal notice."""

    sentence = ("{responder}: {answer}",)
    responder: Annotated[PartyId, says("who answered")]
    answer: Annotated[Text, says("the answer, in your own words")]
