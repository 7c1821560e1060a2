"""Issues: the questions of a matter, and which developments bear on them."""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import EventData, EventId, Text, event_type, says


@event_type(
    "issue.tagged",
    "Issue tagged",
    "争点标记",
    {"of": "09bc6e32-3954-5f0a-8343-95f33e6bbf39", "issues": ["whether the deposit was forfeited"]},
)
class IssueTagged(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """A development bears on issues of the matter, named as you like; retract it to take them off again."""

    in_timeline = False
    sentence = ("{of} bears on {issues}",)
    of: Annotated[EventId, says("the id of the development")]
    issues: Annotated[tuple[Text, ...], says("the issues: questions, heads of claim, themes")]
