"""Batches: JSON lines, one entry a line, logged all or nothing."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from tracker.canonical import MAX_LINE, encode
from tracker.entries import Entry
from tracker.errors import Mistake, Mistakes, NotCanonical
from tracker.members import is_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

NAMESPACE = uuid.UUID("b5f0b7c2-53a8-5d60-8c05-0f4b4a1f9d11")
"""Namespace of the ids of batch entries: UUIDv5 (RFC 9562, section 5.5) of what the line says, and of how often the
batch has said it before, so that a batch that is logged twice adds nothing."""

_MEMBERS = {"case", "log", "type", "data", "id", "recorded"}


def read_batch(lines: Iterable[bytes], name: str) -> list[Entry]:
    """The entries of a batch: ``{"case": CASE, "type": TYPE, "data": {...}}``, with ``"id"`` when it has one already.

    Entries of a register have ``"log": "sources"`` or ``"parties"`` instead of a case; one that was logged before, in
    another store, may say when it was ``"recorded"`` there. ``name`` is what mistakes call
    the batch.

    Raises:
        Mistakes: everything that cannot be read, at once.
    """
    return read_entries((f"{name}, line {number}", line) for number, line in enumerate(lines, 1))


def read_entries(lines: Iterable[tuple[str, bytes]]) -> list[Entry]:
    """The entries of lines that come with what mistakes call each of them; raises as ``read_batch``."""
    entries: list[Entry] = []
    mistakes: list[Mistake] = []
    said: Counter[bytes] = Counter()
    for where, line in lines:
        try:
            entries.append(_entry(where, line, said))
        except Wrong as wrong:
            mistakes.append(Mistake(where, wrong.field, wrong.message))
    if mistakes:
        raise Mistakes(mistakes)
    return entries


def lines_of(stream: BinaryIO, begun: bytes = b"") -> Iterator[bytes]:
    """The lines of a stream, split at LF and nothing else; one that is too long is cut and so refused.

    ``begun`` is what was read of the first line already.
    """
    line = begun or stream.readline(MAX_LINE + 2)
    while line:
        yield line.removesuffix(b"\n")
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE + 2)
        line = stream.readline(MAX_LINE + 2)


class Wrong(Exception):
    """What is wrong with an entry: the field, and half a sentence."""

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message


def _entry(where: str, line: bytes, said: Counter[bytes]) -> Entry:
    if len(line) > MAX_LINE:
        raise Wrong("", f"it is longer than {MAX_LINE} bytes")
    value = parsed(line)
    if not isinstance(value, dict):
        raise Wrong("", 'it is no object; write {"case": ..., "type": ..., "data": {...}}')
    for member in value.keys() - _MEMBERS:
        raise Wrong(member, "there is no such member; an entry has case (or log), type, data and perhaps id")
    named = value.get("log", value.get("case"))
    if ("log" in value) == ("case" in value) or not isinstance(named, str):
        raise Wrong("case", "it needs either a case, or a log that is sources or parties")
    if not isinstance(value.get("type"), str) or not isinstance(value.get("data"), dict):
        raise Wrong("type", "it needs a type, which is text, and data, which is an object")
    log = named if "log" in value else f"cases/{named}"
    recorded = value.get("recorded", "")
    if recorded and not (isinstance(recorded, str) and is_instant(recorded)):
        raise Wrong("recorded", f"{recorded!r} is no time such as 2026-11-23T06:29:07.123Z")
    event_id = _id(value, log, said)
    return Entry(where=where, log=log, type=value["type"], data=value["data"], id=event_id, recorded=recorded)


def _id(value: dict[str, Any], log: str, said: Counter[bytes]) -> str:
    if "id" in value:
        try:
            return str(uuid.UUID(value["id"]))
        except (ValueError, AttributeError, TypeError):
            raise Wrong("id", f"{value['id']!r} is no UUID; leave it out to get one") from None
    try:
        told = encode({"log": log, "type": value["type"], "data": value["data"]})
    except NotCanonical as fault:
        raise Wrong("data", fault.reason) from None
    said[told] += 1
    return str(uuid.uuid5(NAMESPACE, f"{said[told]} {told.decode()}"))


def parsed(told: bytes) -> Any:
    """Any JSON text, but nothing that two readers could read differently; raises Wrong."""
    try:
        text = told.decode("utf-8")
        return json.loads(
            text, object_pairs_hook=_members, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except UnicodeDecodeError:
        raise Wrong("", "it is not UTF-8") from None
    except RecursionError:
        raise Wrong("", "it is nested too deep") from None
    except ValueError as error:
        raise Wrong("", f"it is not JSON ({error})") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise Wrong(twice, "it stands twice in one object")
    return members


def _integer(text: str) -> int:
    if len(text) > 17:
        raise Wrong("", f"the number {text[:17]}... is too large; write it as text")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise Wrong("", f'{text} is a float; write decimals and money as text, as in "{text}"')
