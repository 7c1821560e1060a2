"""Hearings: scheduled, postponed, held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Date, Development, PartyId, Text, event_type, says
from tracker.state import Hearing

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "hearing.scheduled",
    "Hearing scheduled",
    "开庭排期",
    {"set_for": "2025-11-10", "court": "qinhuai-court", "purpose": "hearing"},
)
class HearingScheduled(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A court set a day for a hearing; `date` is when it did so."""

    sentence = ("set for {set_for}", " before {court}", ", for {purpose}")
    set_for: Annotated[Date, says("the day it was set for, as EDTF")]
    court: Annotated[PartyId | None, says("the court")] = None
    purpose: Annotated[Text | None, says("what it was set for: cross-examination, judgment")] = None

    def when(self) -> str | None:
        """When it was scheduled; where that is not stated, the day it was set for tells where it belongs."""
        return self.date or self.set_for

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add the hearing."""
        case.set_hearing(self.set_for, self.court, self.purpose, at)


@event_type(
    "hearing.postponed",
    "Hearing postponed",
    "开庭延期",
    {"set_for": "2025-11-10", "until": "2025-11-20", "reason": "evidence handed in late", "court": "qinhuai-court"},
)
class HearingPostponed(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A hearing was moved; `date` is when that was decided."""

    sentence = ("the hearing", " of {set_for}", " is postponed", " to {until}", " for {purpose}", ", because {reason}")
    set_for: Annotated[Date | None, says("the day it had been set for, as EDTF")] = None
    until: Annotated[Date | None, says("the new day, as EDTF; left out when none was set")] = None
    reason: Annotated[Text, says("why it was moved")]
    court: Annotated[PartyId | None, says("the court")] = None
    purpose: Annotated[Text | None, says("what the new day is for")] = None

    def when(self) -> str | None:
        """When it was moved; where that is not stated, the day that fell through tells where it belongs."""
        return self.date or self.set_for

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Mark the old hearing as postponed and add the new one."""
        case.move_hearing(
            Hearing(
                day=self.set_for,
                status="postponed",
                court=self.court,
                purpose=self.purpose,
                moved_to=self.until,
                reason=self.reason,
                position=at.position,
            )
        )


@event_type(
    "hearing.held",
    "Hearing held",
    "开庭",
    {"date": "2025-11-20", "court": "qinhuai-court", "purpose": "cross-examination"},
)
class HearingHeld(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A court heard the case."""

    sentence = ("heard", " before {court}", " for {purpose}", "; {outcome}")
    court: Annotated[PartyId | None, says("the court")] = None
    purpose: Annotated[Text | None, says("what was heard: cross-examination, argument")] = None
    outcome: Annotated[Text | None, says("what came of it")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Mark the hearing of that day as held, or add one."""
        case.hold_hearing(
            Hearing(day=self.date, status="held", court=self.court, purpose=self.purpose, position=at.position)
        )
