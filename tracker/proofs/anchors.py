"""What outside authorities say about when a log was as it is: their tokens in a store, and what follows from them.

A token over a checkpoint says that the events it covers were there at its time. A token's bytes can be known to nobody
before that time, and the log holds their SHA-256 in an event ``record.anchored``: that event and what follows it were
logged later. So each event lies between two times that do not depend on the clock of whoever logs.

The answer of an authority about the checkpoint ``events/checkpoints/<log>/<size>`` is the file beside it whose name has
``.<name of the authority>.tsr`` after the size.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from tracker.errors import BadNote, BadStamp, ReadFailed, WriteFailed
from tracker.logs import durable
from tracker.logs.repairs import covered
from tracker.proofs import checkpoints, merkle, stamps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cryptography import x509

    from tracker.envelope import Event
    from tracker.logs.port import EventLog
    from tracker.proofs.stamps import TimeStamp

ANCHORED: Final = "record.anchored"
_ENDING: Final = ".tsr"


class Anchor(NamedTuple):
    """A token of a store that was found right: of which checkpoint and whose, its file, and what it says."""

    log: str
    size: int
    tsa: str
    where: str
    sha256: str
    stamp: TimeStamp


class Range(NamedTuple):
    """Events, first to last by number, and the outside times between which they were logged (RFC 3339, UTC).

    None in ``not_before`` or ``not_after``: no authority says anything.
    """

    first: int
    last: int
    not_before: str | None
    not_after: str | None


class Times(NamedTuple):
    """What the tokens of a log come to.

    ``faults`` are files that are worth nothing, ``doubts`` those that do not lead to a root that was named, and events
    whose token is not there; each with half a sentence.
    """

    log: str
    anchors: tuple[Anchor, ...]
    ranges: tuple[Range, ...]
    faults: tuple[tuple[str, str], ...]
    doubts: tuple[tuple[str, str], ...]


class _Said(msgspec.Struct):
    """What is asked of a ``record.anchored`` here."""

    token: str = ""
    size: int = 0
    tsa: str = ""


def _said(event: Event) -> _Said | None:
    """What an event says of its token; None when a foreign writer put something else there."""
    try:
        return msgspec.json.decode(event.data, type=_Said)
    except msgspec.ValidationError:
        return None


def tokens(root: Path, log: str, size: int) -> dict[str, Path]:
    """The answers of authorities about a checkpoint, by their names; raises ReadFailed."""
    beside = checkpoints.path_of(root, log, size)
    start = f"{size}."
    try:
        names = sorted(path.name for path in beside.parent.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as fault:
        raise ReadFailed(beside.parent, fault.strerror or str(fault)) from None
    return {
        name.removeprefix(start).removesuffix(_ENDING): beside.with_name(name)
        for name in names
        if name.startswith(start) and name.endswith(_ENDING) and len(name) > len(start) + len(_ENDING)
    }


def times(
    kept: EventLog, root: Path, log: str, events: Sequence[Event], roots: Sequence[x509.Certificate] = ()
) -> Times:
    """Between which outside times each event of a log lies; ``events`` are all of them, hash and chain checked.

    With ``roots``, only tokens that lead to one of them count. Raises ReadFailed.
    """
    leaves = [bytes.fromhex(event.xhash) for event in events]
    sizes = checkpoints.sizes(root, log)
    real = merkle.roots(leaves, sizes)
    found, known = list[Anchor](), dict[str, Anchor]()
    faults, doubts = list[tuple[str, str]](), list[tuple[str, str]]()
    for size in sizes:
        for tsa, path in tokens(root, log, size).items():
            try:
                said = checkpoints.stored(root, log, size, ()).checkpoint
                is_ours = said.root == real.get(size)
                if not is_ours and not checkpoints.is_of_branch(kept, said):
                    raise BadStamp(path, "its checkpoint is not one of this log as it is")
                anchor = _anchor(root, log, size, tsa, ())
            except (BadNote, BadStamp) as fault:
                faults.append((str(path), fault.why))
                continue
            known[anchor.sha256] = anchor
            if not is_ours:
                continue  # it is about another copy that was adopted, and says nothing of these events
            try:
                found.append(_anchor(root, log, size, tsa, roots) if roots else anchor)
            except BadStamp as doubt:
                doubts.append((str(path), doubt.why))
    doubts += [(ref, "the token that it names is not there") for ref in _orphans(events, known, faults)]
    after = _afterwards(events, {each.sha256: each for each in found})
    return Times(log, tuple(found), tuple(_ranges(len(leaves), found, after)), tuple(faults), tuple(doubts))


def is_anchored(log: EventLog, root: Path, name: str) -> bool:
    """Whether a log has tokens, or says that it had some; quick, so that the others need not be read as events."""
    if any(tokens(root, name, size) for size in checkpoints.sizes(root, name)):
        return True
    mark = f'"type":"{ANCHORED}"'.encode()
    return any(mark in line for line in log.read(name))


def ending(anchors: Sequence[Anchor], limit: str) -> list[Anchor]:
    """The tokens whose certificate ends before ``limit`` while no other over as many events or more lasts longer."""
    lasting = max((each.size for each in anchors if each.stamp.expires >= limit), default=0)
    newest = max((each.size for each in anchors), default=0)
    return [each for each in anchors if each.size == newest > lasting]


def _orphans(events: Sequence[Event], known: Mapping[str, Anchor], faults: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The events that name a token which is none of those found right, and no file that was found to be bad."""
    bad = {Path(where).name for where, _ in faults}
    for event in events:
        if event.type == ANCHORED:
            said = _said(event)
            if said and said.token not in known and f"{said.size}.{said.tsa}{_ENDING}" not in bad:
                yield f"{event.log}#{event.position}"


def _anchor(root: Path, log: str, size: int, tsa: str, roots: Sequence[x509.Certificate]) -> Anchor:
    """A token of the store, checked against its checkpoint; raises BadStamp, BadNote and ReadFailed."""
    path = tokens(root, log, size)[tsa]
    answer, note = checkpoints.load(path), checkpoints.load(checkpoints.path_of(root, log, size))
    said = stamps.check(answer, note, path, roots=roots)
    return Anchor(log, size, tsa, str(path), sha256(answer).hexdigest(), said)


def _afterwards(events: Sequence[Event], by_hash: Mapping[str, Anchor]) -> dict[int, str]:
    """The numbers of the events that hold a token's SHA-256, and the time that the token says."""
    found = {}
    for event in events:
        said = _said(event) if event.type == ANCHORED else None
        if said and said.token in by_hash:
            found[event.position] = by_hash[said.token].stamp.time
    return found


def _ranges(count: int, anchors: Sequence[Anchor], after: Mapping[int, str]) -> Iterator[Range]:
    """The ranges of events that have the same two times, in order."""
    until: dict[int, str] = {}
    for each in anchors:
        until[each.size] = min(each.stamp.time, until.get(each.size, each.stamp.time), key=_moment)
    not_after: list[str | None] = [None] * (count + 1)
    for number in range(count, 0, -1):
        later = not_after[number + 1] if number < count else None
        known = [time for time in (later, until.get(number)) if time]
        not_after[number] = min(known, key=_moment, default=None)
    bounds: list[tuple[str | None, str | None]] = []
    not_before: str | None = None
    for number in range(1, count + 1):
        if time := after.get(number):  # an event that holds a token's hash is itself later than the token
            not_before = max(filter(None, (not_before, time)), key=_moment)
        bounds.append((not_before, not_after[number]))
    at = 1
    for (earliest, latest), several in groupby(bounds):
        length = len(list(several))
        yield Range(at, at + length - 1, earliest, latest)
        at += length


def _moment(time: str) -> str:
    """A time as text that sorts: with as many digits of a second as any other."""
    whole, _, fraction = time.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6}"


class Asked(NamedTuple):
    """What came of anchoring a log: the root of the tree, and a token over it.

    ``answer`` are the bytes to be kept, empty when they were there before; ``is_logged`` says that the log names them.
    """

    anchor: Anchor
    root: bytes
    answer: bytes
    is_logged: bool

    @property
    def data(self) -> dict[str, object]:
        """What a ``record.anchored`` says of it."""
        anchor = self.anchor
        told = {"size": anchor.size, "root": self.root.hex(), "tsa": anchor.tsa, "time": anchor.stamp.time}
        return told | {"token": anchor.sha256, "signer": anchor.stamp.signer or None}


def keep(root: Path, asked: Sequence[Asked]) -> None:
    """Write the tokens that are new beside their checkpoints, all or none; raises WriteFailed and LogLocked."""
    events = root / "events"
    new = [(Path(each.anchor.where), each.answer) for each in asked if each.answer]
    try:
        with durable.lock(events / ".lock"):
            for path, answer in new:
                durable.write_whole(path, answer)
    except OSError as fault:
        drop(asked)
        raise WriteFailed(fault.filename or events, fault.strerror or str(fault)) from None


def drop(asked: Sequence[Asked]) -> None:
    """Take away again the tokens that are new, because the log could not be told of them."""
    for each in asked:
        if each.answer:
            Path(each.anchor.where).unlink(missing_ok=True)


def ask(
    root: Path, log: str, events: Sequence[Event], url: str, *, timeout: float, roots: Sequence[x509.Certificate] = ()
) -> Asked | None:
    """Get a token over the newest checkpoint of a log, unless there is one of that authority; nothing is written.

    None when the log has no checkpoint.

    Raises:
        BadNote: the checkpoint is not one of the log as it is.
        BadStamp, NoAnswer, BadAuthority: the authority's answer is worth nothing, or there is none.
        ReadFailed.
    """
    from tracker.proofs import authorities

    tsa, size = authorities.name_of(url), covered(root / "events", log)
    if not size:
        return None
    path = checkpoints.path_of(root, log, size)
    leaves = [bytes.fromhex(event.xhash) for event in events]
    found = checkpoints.stored(root, log, size, ()).checkpoint
    if why := checkpoints.mismatch(found, leaves, merkle.roots(leaves, [size]).get(size)):
        raise BadNote(path, why)
    if tsa in tokens(root, log, size):
        there = _anchor(root, log, size, tsa, roots)
        return Asked(there, found.root, b"", is_logged=bool(_afterwards(events, {there.sha256: there})))
    note = checkpoints.load(path)
    query = stamps.question(note)
    answer = authorities.ask(url, query.as_bytes(), timeout=timeout)
    said = stamps.check(answer, note, path, nonce=query.nonce, roots=roots)
    where = str(path.with_name(f"{size}.{tsa}{_ENDING}"))
    return Asked(Anchor(log, size, tsa, where, sha256(answer).hexdigest(), said), found.root, answer, is_logged=False)
