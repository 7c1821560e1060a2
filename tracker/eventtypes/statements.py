"""What people said in public."""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import Date, Development, PartyId, Text, event_type, says


@event_type(
    "statement.made",
    "Statement",
    "声明",
    {"date": "2025-11-16", "speaker": "lei-jun", "venue": "Weibo", "gist": "safety comes before everything"},
)
class StatementMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody said something in public."""

    sentence = ("{speaker}", " ({venue})", ": {gist}", " (withdrawn {withdrawn})")
    speaker: Annotated[PartyId, says("who said it")]
    venue: Annotated[Text | None, says("where: a platform, a conference, an interview")] = None
    gist: Annotated[Text, says("what was said, in your own words")]
    withdrawn: Annotated[Date | None, says("when it was taken back or deleted, as EDTF")] = None
