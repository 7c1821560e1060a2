"""Recalls: announced, counted, classified, remedied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from tracker.eventtypes.base import Count, Development, PartyId, Text, event_type, says
from tracker.state import Figure

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place

Closeness = Literal["exactly", "about", "nearly", "at least", "more than", "at most", "less than"]


@event_type(
    "recall.announced",
    "Recall announced",
    "召回公告",
    {
        "date": "2025-09-19",
        "manufacturer": "xiaomi-auto",
        "product": "SU7",
        "defect": "assisted driving may warn too late",
    },
)
class RecallAnnounced(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A manufacturer or an authority announced a recall."""

    sentence = ("{manufacturer} recalls {product}", ": {defect}")
    manufacturer: Annotated[PartyId, says("whose product it is")]
    product: Annotated[Text, says("what is recalled")]
    defect: Annotated[Text | None, says("what is wrong with it")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the manufacturer its role."""
        case.give_role(self.manufacturer, "manufacturer", at)


@event_type(
    "recall.quantified", "Recall quantity", "召回数量", {"quantity": 117000, "unit": "vehicles", "closeness": "nearly"}
)
class RecallQuantified(Development, frozen=True, kw_only=True, omit_defaults=True):
    """How many were said to be affected."""

    sentence = ("{closeness} ", "{quantity} {unit}", " ({scope})")
    quantity: Annotated[Count, says("how many")]
    unit: Annotated[Text, says("of what")]
    closeness: Annotated[Closeness | None, says("how the source hedges the number; left out when it does not")] = None
    scope: Annotated[Text | None, says("which ones: model, production dates, market")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Keep the number among the figures."""
        case.figure(
            Figure(
                at.position,
                "recalled quantity",
                str(self.quantity),
                self.unit,
                closeness=self.closeness,
                scope=self.scope,
            )
        )


@event_type(
    "recall.classified",
    "Recall classified",
    "召回类型",
    {"classification": "recall under the influence of an investigation", "authority": "samr"},
)
class RecallClassified(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody with a say, or a reader of the public number, told what sort of recall it is."""

    sentence = ("{classification}", " by {authority}", ", as told by {told_by}")
    classification: Annotated[Text, says("what sort of recall")]
    authority: Annotated[PartyId | None, says("the authority whose class it is")] = None
    told_by: Annotated[PartyId | None, says("who says so, when that is not the authority")] = None


@event_type(
    "recall.remedied",
    "Remedy",
    "召回措施",
    {"remedy": "software update over the air", "parts_replaced": False},
)
class RecallRemedied(Development, frozen=True, kw_only=True, omit_defaults=True):
    """What is done for those affected."""

    sentence = ("{remedy}",)
    remedy: Annotated[Text, says("what is done")]
    parts_replaced: Annotated[bool | None, says("whether parts are exchanged; left out when not stated")] = None
