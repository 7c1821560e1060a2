"""Chronologies that were written as JSON or CSV, read back as batches: only the events in them count."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.batches import Wrong, lines_of, parsed, read_batch, read_entries
from tracker.canonical import MAX_LINE
from tracker.errors import Mistake, Mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from tracker.entries import Entry

ORDER, ENTRY = "Order", "Entry"
"""The columns of a CSV that are read back: the line of a batch, and its place among all of them, from 1."""
_BOM = b"\xef\xbb\xbf"
_JSON = re.compile(rb'\s*\{\s*("(title|letterhead|footer|language|made_from|blocks|left_out|entries)"\s*:|$)')
"""How the first line of an exported JSON begins, however its members are sorted; no entry of a batch begins so."""


def read_any(stream: BinaryIO, name: str) -> list[Entry]:
    """The entries of a batch of JSON lines, or of an exported chronology; which of them it is, its first line says.

    ``name`` is what mistakes call it.

    Raises:
        Mistakes: everything that cannot be read, at once.
    """
    first = stream.readline(MAX_LINE + 2)
    begun = first.removeprefix(_BOM)
    if _JSON.match(begun):
        return read_entries(_of_json(begun + stream.read(), name))
    if delimiter := _delimiter(begun):
        return read_entries(_of_csv(begun + stream.read(), delimiter, name))
    return read_batch(lines_of(stream, first), name)


def _of_json(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        whole = parsed(content)
    except Wrong as wrong:
        raise Mistakes([Mistake(name, wrong.field, wrong.message)]) from None
    entries = whole.get("entries") if isinstance(whole, dict) else None
    if not isinstance(entries, list):
        told = "there are none; write the file anew with 'tracker chronology CASE -o FILE.json'"
        raise Mistakes([Mistake(name, "entries", told)])
    for number, entry in enumerate(entries, 1):
        yield f"{name}, entry {number}", json.dumps(entry).encode()


def _delimiter(line: bytes) -> str | None:
    """What separates the titles of an exported CSV, which some spreadsheets change; None when it is none."""
    for delimiter in ",;\t":
        with suppress(csv.Error):
            if {ORDER, ENTRY} <= set(next(csv.reader([line.decode(errors="replace")], delimiter=delimiter), ())):
                return delimiter
    return None


def _of_csv(content: bytes, delimiter: str, name: str) -> list[tuple[str, bytes]]:
    """The entries in the order in which they can be logged, however the rows are sorted."""
    csv.field_size_limit(2 * MAX_LINE)  # the default is less than an entry may take
    found: list[tuple[int, str, bytes]] = []
    mistakes: list[Mistake] = []
    try:
        text = io.StringIO(content.decode(), newline="")
        for number, row in enumerate(csv.DictReader(text, delimiter=delimiter, strict=True), 2):
            where, order = f"{name}, row {number}", (row[ORDER] or "").strip()
            if row[ENTRY] and not (order.isascii() and order.isdigit() and len(order) < 10):
                mistakes.append(Mistake(where, ORDER, f"{order!r} is no number; it says which entry is logged first"))
            elif row[ENTRY]:
                found.append((int(order), where, row[ENTRY].encode()))
    except UnicodeDecodeError:
        mistakes.append(Mistake(name, "", "it is not UTF-8; save it as CSV UTF-8"))
    except csv.Error as error:
        mistakes.append(Mistake(name, "", f"it is not CSV ({error})"))
    if mistakes:
        raise Mistakes(mistakes)
    return [(where, line) for _, where, line in sorted(found)]
