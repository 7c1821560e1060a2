"""Documents: to whom one was given, and from which events it was made."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tracker.eventtypes.base import Count, EventData, Text, event_type, says

HEAD_PATTERN = r"^(parties|sources|cases/[a-z0-9-]{1,63})#[1-9][0-9]{0,9} [0-9a-f]{64}$"
HeadText = Annotated[str, Meta(pattern=HEAD_PATTERN)]
"""A log, the number of its last event and the hash of that line: ``cases/haikou-deposit#17 HASH``."""

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@event_type(
    "document.issued",
    "Document issued",
    "交付文件",
    {
        "number": 3,
        "to": "counsel for the plaintiff",
        "file": "haikou.docx",
        "sha256": _SHA256,
        "format": "docx",
        "options": ["--layout table", "--lang en"],
        "heads": [f"cases/haikou-deposit#17 {_SHA256}"],
    },
)
class DocumentIssued(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """A document about the case was given to somebody, so that it is known who has one that is outdated."""

    in_timeline = False
    computed = ("options", "heads")
    sentence = ("@{number}: {file}", " to {to}")
    number: Annotated[Count, says("the number of the issue in the store: @3 names it")]
    to: Annotated[Text, says("to whom it was given")]
    file: Annotated[Text, says("the file, as it lies to the store")]
    sha256: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$")], says("SHA-256 of the document's bytes, hexadecimal")
    ]
    format: Annotated[Text, says("its format, by the ending of the file")]
    options: Annotated[
        tuple[Text, ...], says("the options that it was made with, as the command line has them; filled in")
    ] = ()
    heads: Annotated[
        tuple[HeadText, ...],
        says("the logs that it was made from, with the number and hash of the last event; filled in"),
    ] = ()
