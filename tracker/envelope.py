"""The event line: how it is written, hashed, chained, read and checked.

A line is a CloudEvents 1.0 event in JSON format with the extensions ``sequence`` and ``recordedtime``, written in
canonical form; ``docs/log-format.md`` is its specification.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from tracker.canonical import MAX_LINE, NotCanonical, decode, encode, is_plainly_canonical
from tracker.errors import BadDraft, BrokenLine
from tracker.members import MAX_POSITION, OPTIONAL, REQUIRED, SCHEMA, are_plain, fault_of, is_instant, shown
from tracker.names import check_log

ZERO_HASH: Final = "0" * 64
"""``prevhash`` of the first line."""
_MARK: Final = b',"xhash":"'
_TAIL: Final = len(_MARK) + 64 + len(b'"}')


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to log: ``log`` names it ("cases/haikou-deposit"), ``form`` says which form ``data`` has.

    ``after`` is how many milliseconds after the time of its batch it counts as logged. What was logged before, in
    another copy of the log, keeps who logged it and when (``recorded``), and the members that this program does not
    know (``more``).
    """

    log: str
    type: str
    data: dict[str, Any]
    id: str | None = None
    form: int = 1
    after: int = 0
    recorded: Stamp | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who logs and when: ``recordedtime`` is RFC 3339 in UTC with milliseconds, ``2026-11-23T06:29:07.123Z``."""

    recordedby: str
    recordedtime: str

    def later(self, milliseconds: int) -> Stamp:
        """The same so many milliseconds later."""
        if not milliseconds:
            return self
        time = datetime.fromisoformat(self.recordedtime) + timedelta(milliseconds=milliseconds)
        return Stamp(self.recordedby, time.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


class Head(msgspec.Struct, frozen=True, gc=False):
    """The last line of a log: its position, counted from 1, and its hash in lower-case hexadecimal."""

    position: int
    xhash: str


START: Final = Head(0, ZERO_HASH)
"""The head of a log without lines."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One line of a log as it was read; ``data`` is left as bytes until somebody asks for it."""

    data: msgspec.Raw
    id: str
    prevhash: str
    recordedby: str
    recordedtime: str
    sequence: str
    source: str
    specversion: str
    type: str
    xhash: str
    dataschema: str | None = None

    @property
    def position(self) -> int:
        """The number of its line, counted from 1."""
        return int(self.sequence)

    @property
    def log(self) -> str:
        """The log it stands in, for example ``cases/haikou-deposit``."""
        return self.source[1:]

    @property
    def form(self) -> int:
        """Which form of its type ``data`` has, counted from 1."""
        return 1 if self.dataschema is None else int(self.dataschema.rpartition("/")[2])

    @property
    def head(self) -> Head:
        """The head of the log once this is its last line."""
        return Head(int(self.sequence), self.xhash)

    def says(self, draft: Draft) -> bool:
        """Whether it has the type, the form and the data of ``draft``; raises NotCanonical."""
        return (self.type, self.form, bytes(self.data)) == (draft.type, draft.form, encode(draft.data))


_decoder = msgspec.json.Decoder(Event)


def new_id(recordedtime: str) -> str:
    """Return a new UUIDv7 (RFC 9562, section 5.7) of that time: 48 bits of milliseconds, 74 of chance."""
    bits = _milliseconds(recordedtime) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def seal(draft: Draft, stamp: Stamp, after: Head) -> bytes:
    """Return the line, without LF, that logs ``draft`` after ``after``; raises as ``sealed``."""
    return sealed(draft, stamp, after)[0]


def sealed(draft: Draft, stamp: Stamp, after: Head) -> tuple[bytes, Event]:
    """Return the line, without LF, that logs ``draft`` after ``after``, and its event as ``verify_line`` reads it back.

    Raises:
        BadName: there is no such log.
        BadDraft: type, id, data, form, actor or time cannot stand in a line.
    """
    check_log(draft.log)
    try:
        body = encode(_members(draft, stamp, after))
        line = body[:-1] + _MARK + leaf_hash(body).encode() + b'"}'
        event = verify_line(line, after, draft.log, draft.log)
    except (NotCanonical, BrokenLine) as fault:
        raise BadDraft(draft.log, draft.type, fault.reason) from None
    return line, event


def open_line(line: bytes, after: Head, where: object, log: str | None = None) -> Event:
    """Return the event of ``line``, which follows ``after``: the check of a replay, of hash and chain only.

    ``line`` has no LF; ``where`` is what an error calls the log; with ``log`` the line has to belong to it.

    Raises:
        BrokenLine: the line is damaged, or stands in the wrong place.
    """
    number = after.position + 1
    event = _open(line, where, number)
    if event.sequence != f"{number:010d}":
        raise BrokenLine(where, number, f"its sequence is {shown(event.sequence)}, not '{number:010d}'")
    if event.prevhash != after.xhash:
        raise BrokenLine(where, number, "its prevhash is not the hash of the line before it")
    if log is not None and event.source != "/" + log:
        raise BrokenLine(where, number, f"its source is {shown(event.source)}, so it belongs to another log")
    return event


def open_alone(line: bytes, where: object, log: str, *, number: int) -> Event:
    """Return the event of a line whose neighbours are not at hand: its hash is checked, its chain is taken as told.

    Raises:
        BrokenLine: the line is damaged or belongs to another log; it is called line ``number``.
    """
    event = _open(line, where, number)
    if not REQUIRED["sequence"].fullmatch(event.sequence):
        raise BrokenLine(where, number, f"its sequence is {shown(event.sequence)}, not ten digits that count from 1")
    if event.source != "/" + log:
        raise BrokenLine(where, number, f"its source is {shown(event.source)}, so it belongs to another log")
    return event


def verify_line(line: bytes, after: Head, where: object, log: str) -> Event:
    """Return the event of ``line`` after every check the format asks for: ``open_line``, canonical form, every member.

    Raises:
        BrokenLine: a reader must refuse the line.
    """
    if event := _as_sealed(line, after, log):
        return event
    event = open_line(line, after, where, log)
    number = after.position + 1
    try:
        members = decode(line)
    except NotCanonical as fault:
        raise BrokenLine(where, number, fault.reason) from None
    if reason := fault_of(members):
        raise BrokenLine(where, number, reason)
    return event


def _as_sealed(line: bytes, after: Head, log: str) -> Event | None:
    """Return the event of a line whose bytes are those that sealing its event after ``after`` gives.

    Nearly every line is read so: with one comparison its hash, its chain, its members and their order are right. None
    of a line that is damaged, or of one that is merely not usual, by a member more or a text that JSON has to escape:
    where this returns None, each check is made by itself, and names what is wrong.
    """
    try:
        event = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    data, number, source = bytes(event.data), after.position + 1, "/" + log
    rest = (
        f',"id":"{event.id}","prevhash":"{after.xhash}","recordedby":"{event.recordedby}",'
        f'"recordedtime":"{event.recordedtime}","sequence":"{number:010d}","source":"{source}",'
        f'"specversion":"1.0","type":"{event.type}","xhash":"{leaf_hash(line[:-_TAIL] + b"}")}"}}'
    )
    is_right = (
        line == b'{"data":' + data + rest.encode()
        and len(line) <= MAX_LINE
        and number <= MAX_POSITION
        and are_plain(event.id, event.recordedtime, event.recordedby, source, event.type)
        and data.startswith(b"{")
        and is_plainly_canonical(data)
    )
    return event if is_right else None


def _members(draft: Draft, stamp: Stamp, after: Head) -> dict[str, Any]:
    """Return the members of a line, without its hash."""
    members = {
        **draft.more,
        "data": draft.data,
        "id": draft.id if draft.id is not None else new_id(stamp.recordedtime),
        "prevhash": after.xhash,
        "recordedby": stamp.recordedby,
        "recordedtime": stamp.recordedtime,
        "sequence": f"{after.position + 1:010d}",
        "source": "/" + draft.log,
        "specversion": "1.0",
        "type": draft.type,
    }
    if draft.form != 1:
        members["dataschema"] = f"{SCHEMA}{draft.type}/{draft.form}"
    return members


def leaf_hash(body: bytes) -> str:
    """Return the hash of a leaf as RFC 6962, section 2.1, makes it."""
    return sha256(b"\x00" + body).hexdigest()


def hash_of(line: bytes) -> str | None:
    """Return the hash a line ends in, or None when its bytes do not give it."""
    xhash = leaf_hash(line[:-_TAIL] + b"}")
    return xhash if line[-_TAIL:] == _MARK + xhash.encode() + b'"}' else None


def _open(line: bytes, where: object, number: int) -> Event:
    """Return the event of a line whose size, hash and shape are right."""
    if len(line) > MAX_LINE or hash_of(line) is None:
        raise BrokenLine(where, number, _damage_of(line))
    try:
        line.decode()  # msgspec does not look into data, which stays raw
        event = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BrokenLine(where, number, f"it is not the JSON of an event ({fault})") from None
    if bytes(event.data)[:1] != b"{":
        raise BrokenLine(where, number, "its data is not an object")
    if event.dataschema is not None and not OPTIONAL["dataschema"].fullmatch(event.dataschema):
        raise BrokenLine(where, number, f"its dataschema {shown(event.dataschema)} is no form of a type")
    return event


def _damage_of(line: bytes) -> str:
    """Say what seems to have happened to a line whose bytes do not give its hash."""
    if len(line) > MAX_LINE:
        return f"it is longer than {MAX_LINE} bytes"
    if not line:
        return "it is empty"
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")):
        return "it is the mark of a merge conflict"
    if line.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS, not the log"
    if line.startswith(b"\xef\xbb\xbf"):
        return "it begins with a byte order mark"
    if line.endswith(b"\r"):
        return "it ends in CR LF, not LF: something changed the line ends"
    if b"\x00" in line:
        return "it holds NUL bytes"
    if line[-_TAIL:-66] != _MARK:
        return "it does not end in the hash of an event"
    return "its bytes do not give its hash: the line was changed"


def _milliseconds(text: str) -> int:
    """Return a ``recordedtime`` as milliseconds since 1970; raises NotCanonical."""
    if not is_instant(text):
        raise NotCanonical(f"its recordedtime {shown(text)} is no time such as 2026-11-23T06:29:07.123Z")
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
