"""The vocabulary: one class an event type, one module a family; importing the package fills the registry."""

from importlib import import_module

from tracker.eventtypes.base import Citation, Development, EventData, decode, registry

__all__ = ["FAMILIES", "Citation", "Development", "EventData", "decode", "registry"]

FAMILIES = (
    "cases",
    "parties",
    "sources",
    "contracts",
    "claims",
    "filings",
    "hearings",
    "judgments",
    "appeals",
    "orders",
    "deadlines",
    "payments",
    "recalls",
    "incidents",
    "penalties",
    "notices",
    "programmes",
    "rumours",
    "statements",
    "figures",
    "business",
    "notes",
    "issues",
    "documents",
    "repairs",
    "amendments",
    "privilege",
    "anchors",
)
"""The modules, in the order in which help and reference show them."""

for _family in FAMILIES:
    import_module(f"tracker.eventtypes.{_family}")
