"""Appeals: filed and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from tracker.eventtypes.base import Development, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type("appeal.filed", "Appeal filed", "上诉", {"date": "2025-12-05", "appellants": ["xiaomi-haikou"]})
class AppealFiled(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party appealed."""

    sentence = ("{appellants} appealed", " to {court}")
    appellants: Annotated[tuple[PartyId, ...], says("who appeals")] = ()
    court: Annotated[PartyId | None, says("to which court")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the appellants and the court their roles."""
        for party in self.appellants:
            case.give_role(party, "appellant", at)
        if self.court:
            case.give_role(self.court, "appeal court", at)


@event_type("appeal.decided", "Appeal decided", "上诉裁判", {"date": "2026-03", "outcome": "dismissed"})
class AppealDecided(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A higher court decided an appeal, or the appeal was withdrawn."""

    sentence = ("{outcome}", " by {court}")
    outcome: Annotated[
        Literal["dismissed", "allowed", "allowed in part", "remitted", "withdrawn"], says("how it was decided")
    ]
    court: Annotated[PartyId | None, says("the court")] = None
    grounds: Annotated[tuple[Text, ...], says("the reasons, one by one, in your own words")] = ()
