"""Programmes that help those affected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Development, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "programme.launched",
    "Programme launched",
    "项目启动",
    {
        "date": "2025-09-26",
        "organiser": "xiaomi",
        "beneficiaries": "car owners attacked online",
        "purpose": "legal aid",
    },
)
class ProgrammeLaunched(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A programme began."""

    sentence = ("{organiser}, for {beneficiaries}: {purpose}",)
    organiser: Annotated[PartyId, says("who runs it")]
    beneficiaries: Annotated[Text, says("for whom it is")]
    purpose: Annotated[Text, says("what it does for them")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the organiser its role."""
        case.give_role(self.organiser, "organiser", at)


@event_type(
    "programme.reported", "Programme progress", "项目进展", {"reporter": "wang-hua", "progress": "480 have applied"}
)
class ProgrammeReported(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody told how far a programme is; the numbers are figures of their own."""

    sentence = ("{reporter}: {progress}",)
    reporter: Annotated[PartyId, says("who told")]
    progress: Annotated[Text, says("how far it is, in your own words")]
