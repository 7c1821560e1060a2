"""Sources as CSL-JSON, which reference managers read (Citation Style Language 1.0.2, ``csl-data.json``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tracker.dates import fault, in_words, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLAIN: Final = {"title": "title", "publisher": "publisher", "language": "language", "url": "URL", "note": "note"}
"""Columns of a source that CSL has a variable for."""
_CUSTOM: Final = (
    "published", "published_basis", "retrieved", "distributor", "licence", "sha256", "paragraphs", "cut_off",
)  # fmt: skip
"""Columns that it has none for, or, as a date in EDTF, none as exact; ``custom`` is meant for these."""
_NUMBERS = re.compile(r"\d{4}(?:-\d\d){0,2}(?=[?~%]?\Z|T)", re.ASCII)
"""A date with digits only, whatever doubt is cast on it, or the day of a time."""


def csl(sources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An item for each row of the table ``sources``, without what is not stated.

    The register does not say what sort of document a source is: one that was found under an address is a web page.
    """
    return [_item(dict(source)) for source in sources]


def _item(source: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": source["id"], "type": "webpage" if source["url"] else "document"}
    item |= {name: source[column] for column, name in _PLAIN.items() if source[column] is not None}
    if source["author"] is not None:
        item["author"] = [{"literal": source["author"]}]  # as printed: nobody says which part is the family name
    for column, name in (("published", "issued"), ("retrieved", "accessed")):
        if source[column] is not None:
            item[name] = _date(source[column])
    if custom := {column: source[column] for column in _CUSTOM if source[column] is not None}:
        item["custom"] = custom
    return item


def _date(text: str) -> dict[str, Any]:
    """A date as CSL has it: numbers where EDTF has nothing but numbers, two of them for an interval, else words."""
    if fault(text):
        return {"literal": text}
    date = parse(text)
    found = [_NUMBERS.match(part) for part in text.split("/")]
    if not all(found) or date.precision == "set":
        return {"literal": in_words(date)}
    ends = [[int(number) for number in match[0].split("-")] for match in found if match]
    told: dict[str, Any] = {"date-parts": ends}
    if date.precision == "season":
        [[year, season]] = ends
        told = {"date-parts": [[year]], "season": season - 20}
    elif any(len(end) > 1 and end[1] > 12 for end in ends):
        return {"literal": in_words(date)}  # CSL has seasons, but no time from one to another
    return told | ({"circa": True} if date.approximate or date.uncertain else {})
