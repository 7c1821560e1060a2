"""The register of sources: the documents that support developments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tracker.eventtypes.base import Count, Date, EventData, SourceId, Text, event_type, says


@event_type(
    "source.added",
    "Source added",
    "来源登记",
    {
        "source": "leida-2025-11-27",
        "title": "A month of lost followers",
        "publisher": "Leida Finance",
        "published": "2025-11-27",
        "paragraphs": 49,
    },
)
class SourceAdded(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """A document enters the register; two sources of one publisher are not independent of each other."""

    sentence = ("{source}", ": {title}", ", by {author}", ", {publisher}", ", published {published}")
    in_timeline = False
    log = "sources"
    source: Annotated[SourceId, says("its id in the store")]
    title: Annotated[Text | None, says("its title; left out when it has none")] = None
    publisher: Annotated[Text | None, says("who stands behind it; left out when not stated")] = None
    distributor: Annotated[Text | None, says("who passed it on, when that is somebody else")] = None
    author: Annotated[Text | None, says("who wrote it, as printed")] = None
    published: Annotated[Date | None, says("when it became public, as EDTF")] = None
    published_basis: Annotated[Text | None, says("how that was found when it is not printed")] = None
    retrieved: Annotated[Date | None, says("when it was fetched")] = None
    language: Annotated[Text | None, says("BCP 47 tag of the text that was read")] = None
    licence: Annotated[Text | None, says("what may be done with it, and who says so")] = None
    url: Annotated[Text | None, says("where it was found")] = None
    sha256: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None, says("SHA-256 of the document's bytes, hexadecimal")
    ] = None
    paragraphs: Annotated[Count | None, says("how many paragraphs it has; paragraph n is its nth non-empty line")] = (
        None
    )
    cut_off: Annotated[Text | None, says("where the document breaks off, when it does")] = None
    note: Annotated[Text | None, says("anything a reader should know of it")] = None
