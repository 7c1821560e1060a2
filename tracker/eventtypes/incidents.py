"""Incidents: what occurred, who investigates, what is reported and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Count, Development, PartyId, Text, event_type, says
from tracker.state import Figure

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "incident.occurred",
    "Incident",
    "事故",
    {"date": "2025-03-29", "place": "Deshang Expressway, Deqi section", "object": "an SU7 Standard Edition", "dead": 3},
)
class IncidentOccurred(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An accident or another harmful event."""

    sentence = ("{object}", ", {place}", ", {dead} dead", ", {injured} injured")
    place: Annotated[Text | None, says("where")] = None
    object: Annotated[Text | None, says("the vehicle, machine or product involved")] = None
    dead: Annotated[Count | None, says("how many died; left out when not stated")] = None
    injured: Annotated[Count | None, says("how many were injured; left out when not stated")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Keep the casualties among the figures."""
        if self.dead is not None:
            case.figure(Figure(at.position, "deaths", str(self.dead), "persons"))
        if self.injured is not None:
            case.figure(Figure(at.position, "injured", str(self.injured), "persons"))


@event_type(
    "investigation.opened",
    "Investigation opened",
    "立案调查",
    {"date": "2025-04-03", "authority": "anhui-traffic-police"},
)
class InvestigationOpened(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An authority began to investigate."""

    sentence = ("{authority} investigates", " {subject}")
    authority: Annotated[PartyId, says("who investigates")]
    subject: Annotated[Text | None, says("what")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the authority its role."""
        case.give_role(self.authority, "authority", at)


@event_type(
    "report.issued",
    "Authority's report",
    "官方通报",
    {"date": "2025-10-13", "authority": "chengdu-traffic-police", "report": "the driver died; alcohol is suspected"},
)
class ReportIssued(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An authority made known what it knows so far."""

    sentence = ("{authority}: {report}",)
    authority: Annotated[PartyId, says("who reports")]
    report: Annotated[Text, says("what it says, in your own words")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the authority its role."""
        case.give_role(self.authority, "authority", at)


@event_type(
    "finding.made", "Finding", "认定", {"authority": "chengdu-traffic-police", "finding": "driver over the limit"}
)
class FindingMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """An authority or an expert came to a result."""

    sentence = ("{authority}: {finding}", " ({preliminary})")
    authority: Annotated[PartyId, says("who found it")]
    finding: Annotated[Text, says("the result, in your own words")]
    preliminary: Annotated[bool, says("not the last word")] = False

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the authority its role."""
        case.give_role(self.authority, "authority", at)
