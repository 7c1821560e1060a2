"""The vocabulary: one class an event type, one module a family; importing the package fills the registry."""

from tracker.eventtypes import (  # noqa: F401
    cases,
    parties,
    sources,
    contracts,
    claims,
    filings,
    hearings,
    judgments,
    appeals,
    payments,
    recalls,
    incidents,
    penalties,
    notices,
    programmes,
    rumours,
    statements,
    figures,
    business,
    notes,
)
from tracker.eventtypes.base import Citation, Development, EventData, decode, registry

__all__ = ["Citation", "Development", "EventData", "decode", "registry"]
