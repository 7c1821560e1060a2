"""Two copies of one log that have grown apart: what both have, what each has alone, and how they become one again.

The lines of this copy stay as they are. Those of the other are written after them: their ids, their data, who logged
them and when stay, their place and their hash are new. An event ``record.adopted`` before them names the place and the
hash that each had, so that the line it was can be made again and held against its hash.
"""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from tracker.canonical import decode, encode
from tracker.envelope import START, Draft, Event, Stamp, leaf_hash
from tracker.errors import BrokenLine, Clash
from tracker.eventtypes.repairs import RecordAdopted
from tracker.logs.batch import plan
from tracker.logs.damage import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MANY: Final = 500
"""Lines that one note names: with 200 bytes for each it stays far below the longest line."""
_NAMESPACE: Final = uuid.UUID("d0a4c0c1-6b64-5c1b-8f0e-6d1f5e0a9b77")
_OF_THE_PLACE: Final = ("sequence", "prevhash", "xhash")
_OF_THE_LOGGING: Final = (*_OF_THE_PLACE, "recordedby", "recordedtime")
_KNOWN: Final = {*_OF_THE_LOGGING, "data", "dataschema", "id", "source", "specversion", "type"}


class Line(NamedTuple):
    """A line of a log, without LF, and its event."""

    raw: bytes
    event: Event


def lines_of(image: bytes, log: str, where: object) -> tuple[list[Line], int]:
    """The lines of a log, all of them verified, and how many bytes follow the last one; raises BrokenLine."""
    events, size, fault = read_lines(image, log, where)
    if fault is not None:
        raise fault
    raws = image[:size].split(b"\n")[:-1]
    return [Line(raw, event) for raw, event in zip(raws, events, strict=True)], len(image) - size


class Fork:
    """Two copies of a log, held against each other.

    ``common`` is the last line that both have; ``ours`` and ``theirs`` are what comes after it in each. Of ``theirs``,
    ``fresh`` are the events that we do not have, and ``shared`` those that we have under the same id.
    """

    def __init__(self, log: str, ours: Sequence[Line], theirs: Sequence[Line], *, since: int = 0) -> None:
        """Leave the first ``since`` lines of theirs out of what is to be adopted, as git's cherry-pick wants it."""
        pairs = zip(ours, theirs, strict=False)
        count = next((n for n, (a, b) in enumerate(pairs) if a.raw != b.raw), min(len(ours), len(theirs)))
        self.log, self._all = log, ours
        self.common = ours[count - 1].event.head if count else START
        self.ours, self.theirs = ours[count:], theirs[count:]
        self._wanted = theirs[max(count, since) :]

    @cached_property
    def _by_id(self) -> dict[str, Line]:
        return {line.event.id: line for line in self._all}

    @cached_property
    def fresh(self) -> list[Line]:
        """Lines of theirs whose events we do not have."""
        return [line for line in self._wanted if line.event.id not in self._by_id]

    @cached_property
    def shared(self) -> list[Line]:
        """Lines of theirs whose events we have in other lines, which nothing here says yet."""
        told = {line.event.xhash for line in self._all} | {
            xhash for line in self._all for xhash in _adopted(line.event)
        }
        there = (line for line in self._wanted if line.event.id in self._by_id)
        return [line for line in there if line.event.xhash not in told]

    @cached_property
    def clashes(self) -> list[tuple[Line, Line]]:
        """Pairs of ours and theirs that have one id and say different things."""
        pairs = ((self._by_id[line.event.id], line) for line in self._wanted if line.event.id in self._by_id)
        return [(ours, theirs) for ours, theirs in pairs if _said(ours) != _said(theirs)]

    @property
    def length(self) -> int:
        """How many lines ours has."""
        return len(self._all)

    @property
    def is_joined(self) -> bool:
        """Whether nothing of theirs is missing here."""
        return not (self.fresh or self.shared or self.clashes)

    def drafts(self, source: str) -> list[Draft]:
        """What has to be appended to ours so that nothing of theirs is missing; ``source`` says where theirs was.

        Raises:
            Clash: one id has two contents.
        """
        if self.clashes:
            raise Clash(
                self.log, [(ours.event.id, ours.event.position, theirs.event.position) for ours, theirs in self.clashes]
            )
        # What follows ours as it is belongs to no other branch.
        if not self.ours and self.fresh == list(self.theirs):
            return [_moved(self.log, line) for line in self.fresh]
        found: list[Draft] = []
        for at in range(0, max(len(self.fresh), len(self.shared)), _MANY):
            part = self.fresh[at : at + _MANY]
            found.append(self._note(source, part, self.shared[at : at + _MANY]))
            found += [_moved(self.log, line) for line in part]
        return found

    def _note(self, source: str, fresh: Sequence[Line], shared: Sequence[Line]) -> Draft:
        note = RecordAdopted(
            source=source,
            after=f"{self.common.position} {self.common.xhash}",
            lines=tuple(_place(line.event) for line in fresh),
            shared=tuple(f"{_place(line.event)} {line.event.recordedtime} {line.event.recordedby}" for line in shared),
        )
        data = msgspec.to_builtins(note)
        return Draft(self.log, RecordAdopted.type, data, str(uuid.uuid5(_NAMESPACE, encode(data).decode())))


def _place(event: Event) -> str:
    return f"{event.position} {event.id} {event.xhash} {event.prevhash}"


def _adopted(event: Event) -> list[str]:
    """The hashes of other lines that a note names."""
    note = note_of(event)
    return [text.split(" ")[2] for text in (*note.lines, *note.shared)] if note else []


def note_of(event: Event) -> RecordAdopted | None:
    """The note that an event is; None when it is none, or one that this program cannot read."""
    if event.type != RecordAdopted.type or event.form != 1:
        return None
    try:
        return msgspec.json.decode(event.data, type=RecordAdopted)
    except msgspec.ValidationError:
        return None


def _said(line: Line) -> dict[str, Any]:
    """What a line says, whoever logged it and wherever it stands."""
    return {name: value for name, value in decode(line.raw).items() if name not in _OF_THE_LOGGING}


def _moved(log: str, line: Line) -> Draft:
    """The event of a line, to be written at another place as it was logged."""
    members, event = decode(line.raw), line.event
    more = {name: value for name, value in members.items() if name not in _KNOWN}
    recorded = Stamp(event.recordedby, event.recordedtime)
    return Draft(log, event.type, members["data"], event.id, event.form, recorded=recorded, more=more)


class Former(NamedTuple):
    """A line that another copy of a log had: its number, its hash, and the hash of the line before it."""

    position: int
    xhash: str
    prevhash: str


def formers(lines: Sequence[Line], where: object) -> dict[str, Former]:
    """The lines of other copies that a log adopted, by their hash; each is made again and gives the hash noted.

    ``lines`` are those of a log from its first on, ``where`` is what an error calls it.

    Raises:
        BrokenLine: a note names an event that is not there, or another hash than its line had.
    """
    by_id = {line.event.id: line for line in lines}
    found: dict[str, Former] = {}
    for line in lines:
        note = note_of(line.event)
        for text in (*note.lines, *note.shared) if note else ():
            position, event_id, xhash, prevhash, *logged = text.split(" ", 5)
            former = Former(int(position), xhash, prevhash)
            if event_id not in by_id or _hash_of(by_id[event_id], former, logged) != xhash:
                reason = f"it says that {event_id} was line {position} of another copy with a hash that it had not"
                raise BrokenLine(where, line.event.position, reason)
            found[xhash] = former
    return found


def _hash_of(line: Line, former: Former, logged: Sequence[str]) -> str:
    """The hash of an event's line in another copy, where it had another place, and was logged by somebody else."""
    members = decode(line.raw)
    del members["xhash"]
    members |= {"sequence": f"{former.position:010d}", "prevhash": former.prevhash}
    members |= dict(zip(("recordedtime", "recordedby"), logged, strict=False))
    return leaf_hash(encode(members))


def branches(lines: Sequence[Line], size: int, where: object) -> Iterator[list[str]]:
    """The hashes of the first so many lines of every other copy that the log adopted; raises as ``formers``.

    What vouches for that copy, such as a checkpoint of it, is held against these.
    """
    found = formers(lines, where)
    ours = {line.event.xhash: Former(line.event.position, line.event.xhash, line.event.prevhash) for line in lines}
    for last in (each for each in found.values() if each.position == size):
        hashes, at = [last.xhash], last
        while at.position > 1 and (before := found.get(at.prevhash) or ours.get(at.prevhash)):
            hashes.append(before.xhash)
            at = before
        if at.position == 1:  # of a copy of which only some lines were picked, the others are not known
            yield hashes[::-1]


def times_here(events: Sequence[Event]) -> list[str]:
    """When each event came into this copy of the log: an adopted one with the note before it."""
    found: list[str] = []
    left, time = 0, ""
    for event in events:
        if left:
            left -= 1
        elif note := note_of(event):
            left, time = len(note.lines), event.recordedtime
        else:
            time = event.recordedtime
        found.append(time)
    return found


class Merged(NamedTuple):
    """What came of merging: the bytes of the log, and a sentence for people; empty when there is nothing to say."""

    image: bytes
    told: str = ""


def merge(base: bytes, ours: bytes, theirs: bytes, *, name: str, stamp: Stamp) -> Merged:
    """The log that has all of two branches; ``name`` is what errors call it, ``base`` what git holds for their origin.

    When one of them is the beginning of the other, that other is the answer. What only ``theirs`` has since ``base``
    is adopted.

    Raises:
        BrokenLine: one of the two is damaged; Clash.
    """
    log = _log_of(ours or theirs, name)
    sides = []
    for side, image in (("our side of ", ours), ("their side of ", theirs)):
        lines, loose = lines_of(image, log, side + name)
        if loose:
            raise BrokenLine(side + name, len(lines) + 1, f"{loose} bytes have no end of line")
        sides.append(lines)
    if ours.startswith(theirs):
        removed = base.startswith(theirs) and len(base) > len(theirs)
        return Merged(ours, f"{name}: one side took lines away; a log only grows, and they stay." if removed else "")
    if theirs.startswith(ours):
        return Merged(theirs)
    since = base.count(b"\n") if theirs.startswith(base) else 0
    fork = Fork(log, *sides, since=since)
    head = sides[0][-1].event.head if sides[0] else START
    known = {(log, line.event.id): line.event for line in sides[0]}
    drafts = fork.drafts("another branch in git")
    made = plan(drafts, stamp, heads={log: head}, known=known, expected={}).lines.get(log, [])
    told = f"{name}: {len(fork.fresh)} events of the other branch were adopted." if fork.fresh else ""
    return Merged(ours + b"".join(line + b"\n" for line in made), told)


class _Source(msgspec.Struct):
    source: str


def _log_of(image: bytes, name: str) -> str:
    """The log that the first line of a file says it belongs to; raises BrokenLine."""
    try:
        return msgspec.json.decode(image.partition(b"\n")[0], type=_Source).source[1:]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BrokenLine(name, 1, "it is not the line of a log") from None
