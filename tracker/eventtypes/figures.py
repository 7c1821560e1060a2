"""Figures: a number with its unit, its day, its scope and who counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Date, Decimal, Development, PartyId, Text, event_type, says
from tracker.eventtypes.recalls import Closeness
from tracker.state import Figure

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "figure.stated",
    "Figure",
    "数据",
    {
        "what": "followers lost",
        "value": "699000",
        "unit": "followers",
        "as_of": "2025-10-27/2025-11-27",
        "scope": "past month",
        "counted_by": "huitun",
    },
)
class FigureStated(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A number was given; `date` is when it was given, `as_of` the day or span it holds for."""

    sentence = (
        "{what}: ",
        "{closeness} ",
        "{value} {unit}",
        ", as of {as_of}",
        " ({scope})",
        ", according to {counted_by}",
    )
    what: Annotated[Text, says("what is measured")]
    value: Annotated[Decimal, says("the number, as a decimal")]
    unit: Annotated[Text, says("its unit: CNY, HKD per share, vehicles, per cent")]
    closeness: Annotated[Closeness | None, says("how the source hedges it; left out when it does not")] = None
    as_of: Annotated[Date | None, says("the day or span it holds for, as EDTF")] = None
    scope: Annotated[Text | None, says("what it covers, compared with what")] = None
    counted_by: Annotated[PartyId | None, says("who counted")] = None

    def when(self) -> str | None:
        """The day it was given; where that is not stated, the day it holds for tells where it belongs."""
        return self.date or self.as_of

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add it to the figures."""
        case.figure(
            Figure(
                at.position,
                self.what,
                self.value,
                self.unit,
                closeness=self.closeness,
                as_of=self.as_of,
                scope=self.scope,
                counted_by=self.counted_by,
            )
        )
