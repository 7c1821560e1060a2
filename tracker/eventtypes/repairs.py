"""Repairs: what was taken out of the log, and what came into it from another copy."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from tracker.eventtypes.base import Count, EventData, Text, event_type, says

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
HeadText = Annotated[str, Meta(pattern="^[0-9]{1,10} [0-9a-f]{64}$")]
"""The number of a line and its hash; 0 and 64 zeros before the first line."""
_PLACE = f"[1-9][0-9]{{0,9}} {_UUID} [0-9a-f]{{64}} [0-9a-f]{{64}}"
MovedText = Annotated[str, Meta(pattern=f"^{_PLACE}$")]
"""The number and the id of a line in the copy it was taken from, its hash there and that of the line before it."""
SharedText = Annotated[str, Meta(pattern=f"^{_PLACE} [0-9TZ:.-]{{24}} [^\n]+$")]
"""The same of a line whose event was here already, and when it was logged there and by whom."""

_ID = "09bc6e32-3954-5f0a-8343-95f33e6bbf39"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@event_type(
    "record.repaired",
    "Log repaired",
    "日志修复",
    {
        "part": "torn tail",
        "line": 5,
        "size": 212,
        "sha256": _SHA256,
        "reason": "a write was interrupted before the end of the line was on the disk",
    },
)
class RecordRepaired(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """Bytes of this log that were no whole line were set aside in the quarantine of the store that wrote this."""

    log = "any"
    in_timeline = False
    sentence = (
        "{part} at line {line} set aside: {size} bytes",
        ", SHA-256 {sha256}",
        ", restored from {restored_from}",
        ", because {reason}",
    )
    part: Annotated[Literal["torn tail", "unfinished batch", "damaged line", "damaged log"], says("what was set aside")]
    line: Annotated[Count, says("the number of the line at which it began")]
    size: Annotated[Count, says("how many bytes were set aside")]
    sha256: Annotated[Sha256, says("SHA-256 of these bytes, hexadecimal; the quarantine keeps them under it")]
    reason: Annotated[Text, says("why")]
    restored_from: Annotated[Text | None, says("the copy whose lines took their place")] = None


@event_type(
    "record.adopted",
    "Lines adopted",
    "并入分支",
    {
        "source": "git:feature",
        "after": f"5 {_SHA256}",
        "lines": [f"6 {_ID} {_SHA256} {_SHA256}"],
        "shared": [f"7 {_ID} {_SHA256} {_SHA256} 2026-11-23T06:29:07.123Z Wu Jun"],
    },
)
class RecordAdopted(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """The lines that follow were logged in another copy of this log, which had grown apart from this one."""

    log = "any"
    in_timeline = False
    computed = ("after", "lines", "shared")
    sentence = ("from {source}",)
    source: Annotated[Text, says("where the other copy was found")]
    after: Annotated[HeadText, says("the last line that both copies have: its number and hash; 0 when there is none")]
    lines: Annotated[
        tuple[MovedText, ...],
        says("the lines that follow this one, in order: number, id, xhash and prevhash of each in the other copy"),
    ] = ()
    shared: Annotated[
        tuple[SharedText, ...],
        says("lines of the other copy whose events were here already: the same of each, when it was logged, who did"),
    ] = ()
