"""The record itself: an outside authority stamped it with the time."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tracker.eventtypes.base import Count, EventData, Text, event_type, says

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
TSA_PATTERN = "^[a-z0-9][a-z0-9.-]{0,99}$"
Instant = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$")]

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@event_type(
    "record.anchored",
    "Record time-stamped",
    "记录加盖可信时间戳",
    {"size": 42, "root": _HASH, "tsa": "tsa.example.org", "time": "2026-11-27T09:14:05Z", "token": _HASH},
)
class RecordAnchored(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """An authority stamped a checkpoint of this log with the time (RFC 3161): what follows was logged after that."""

    in_timeline = False
    log = "any"
    sentence = ("the first {size} events, stamped {time} by {tsa}",)
    size: Annotated[Count, says("how many events the checkpoint covers")]
    root: Annotated[Sha256, says("the root of their Merkle tree, hexadecimal")]
    tsa: Annotated[Annotated[str, Meta(pattern=TSA_PATTERN)], says("the authority, as its token's file is named")]
    time: Annotated[Instant, says("the time in the token, in UTC")]
    token: Annotated[Sha256, says("SHA-256 of the token's file, hexadecimal")]
    signer: Annotated[Text | None, says("whom the certificate of the token's signer names")] = None
