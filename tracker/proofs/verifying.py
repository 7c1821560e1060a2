"""Finding everything that is wrong with a log: its lines, its end, and the checkpoints that were made of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadNote, BadSignersFile, BrokenLine, LogRefused, ReadFailed
from tracker.logs import durable
from tracker.logs.repairs import covered, fault_of_tail
from tracker.proofs import anchors, checkpoints, merkle
from tracker.proofs.keys import public_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.logs.port import EventLog
    from tracker.proofs.checkpoints import Checkpoint
    from tracker.proofs.notes import VerifierKey

WHOLE, DAMAGED, WEAK, TORN, UNREADABLE = 0, 1, 3, 4, 5
"""What a check comes to, as exit codes; 2 is wrong use."""
_GRAVEST: Final = (DAMAGED, UNREADABLE, TORN, WEAK, WHOLE)


class Checked(NamedTuple):
    """What the check of one checkpoint found: ``size`` as its name has it, who signed it, and what is wrong.

    ``signers`` are those whose key is known and whose signature is right. ``code`` is WEAK when there are none, or when
    a damaged line keeps its root from being compared. ``of_branch`` says that it covers the first events of another
    copy of the log, whose lines were adopted: no first event of this one is covered by it.
    """

    where: str
    size: int
    signers: tuple[str, ...] = ()
    fault: str | None = None
    code: int = WHOLE
    of_branch: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """What the check of one log found: how many lines are whole, the fault behind them, if any, and its checkpoints.

    ``fault`` is the line, counted from 1, and the reason; line 0 when the log as such is refused or cannot be read.
    ``loose`` counts the bytes behind the last whole line, which no reader sees and which are a fault too. ``code`` is
    what the fault comes to, the checkpoints aside. ``is_anchored`` says that there are tokens of authorities to look
    at: beside the checkpoints, or in what an event says.
    """

    log: str
    where: str
    lines: int
    fault: tuple[int, str] | None = None
    loose: int = 0
    code: int = WHOLE
    checkpoints: tuple[Checked, ...] = ()
    is_anchored: bool = False

    @property
    def sealed(self) -> int:
        """How many of the first events a good checkpoint covers."""
        return max((each.size for each in self.checkpoints if each.code == WHOLE and not each.of_branch), default=0)

    @property
    def outcome(self) -> int:
        """What all of it comes to: WHOLE, or WEAK when the key of a checkpoint is not known, or what is worse."""
        return gravest([self.code, *(each.code for each in self.checkpoints)])


class Compared(NamedTuple):
    """What comparing the log with a checkpoint that somebody else holds found; None in ``fault`` when it fits."""

    log: str
    where: str
    size: int
    lines: int
    signers: tuple[str, ...]
    unknown: tuple[str, ...]
    fault: str | None
    of_branch: bool = False

    @property
    def outcome(self) -> int:
        """WHOLE, WEAK when it fits and its key is not known, DAMAGED when it does not fit."""
        if self.fault:
            return DAMAGED
        return WHOLE if self.signers else WEAK


def gravest(codes: Sequence[int]) -> int:
    """The gravest of several outcomes: damage, then what cannot be read, then a torn tail, then what is weak."""
    return next(code for code in _GRAVEST if code in (*codes, WHOLE))


def names_of(log: EventLog, root: Path) -> list[str]:
    """Every log there is, and every one that is gone and has checkpoints."""
    return sorted({*log.logs(), *(name for name in checkpoints.logs(root) if covered(root / "events", name))})


def verify_keys(root: Path) -> Verified | None:
    """What is wrong with ``events/keys``, under the name ``keys``; None when nothing is."""
    try:
        public_keys(root)
    except BadSignersFile as fault:
        return Verified("keys", fault.where, fault.line - 1, (fault.line, fault.why), code=DAMAGED)
    except ReadFailed as fault:
        return Verified("keys", str(root / "events" / "keys"), 0, (0, str(fault)), code=UNREADABLE)
    return None


def verify_log(log: EventLog, root: Path, name: str, keys: Sequence[VerifierKey]) -> Verified:
    """Check every line of a log (hash, chain, canonical form, members), its end, and all of its checkpoints."""
    from tracker.logs.replay import replay

    where, lines, leaves = log.where(name), 0, []
    fault, loose, code = None, 0, WHOLE
    sizes = checkpoints.sizes(root, name)
    is_anchored = any(anchors.tokens(root, name, size) for size in sizes)
    try:
        for event in replay(log, name, strict=True):
            lines += 1
            if sizes:
                leaves.append(bytes.fromhex(event.xhash))
            if event.type == anchors.ANCHORED:
                is_anchored = True
        loose = log.loose_ends(name).get(name, 0)
    except BrokenLine as broken:
        fault, code = (broken.line, broken.reason), DAMAGED
    except LogRefused as refused:
        fault, code = (0, str(refused)), DAMAGED
    except ReadFailed as failed:
        fault, code = (0, str(failed)), UNREADABLE
    if loose:
        reason = f"{loose} bytes have no end of line: a write was interrupted, or the last line's end was changed"
        fault, code = (
            (lines + 1, reason),
            TORN if _is_torn(Path(where), loose, lines + 1, max(sizes, default=0)) else DAMAGED,
        )
    found = tuple(_checkpoints(log, root, name, sizes, leaves, keys, is_whole=fault is None or loose > 0))
    return Verified(name, where, lines, fault, loose, code, found, is_anchored)


def compare(log: EventLog, held: Path, keys: Sequence[VerifierKey], root: Path, name: str | None = None) -> Compared:
    """Compare a log with a checkpoint that somebody holds; ``name`` is the log it has to be of, if any.

    Raises:
        BadNote: it is no checkpoint, it is one of another log, or a signature of a key that is known is not right.
        ReadFailed: it cannot be read.
    """
    from tracker.logs.replay import replay

    of = name or checkpoints.read(checkpoints.load(held), held, ()).checkpoint.log
    found = checkpoints.of_log(of, held, keys)
    said, leaves, fault = found.checkpoint, [], None
    try:
        for event in replay(log, of, strict=True):
            leaves.append(bytes.fromhex(event.xhash))
    except (BrokenLine, LogRefused, ReadFailed) as broken:
        fault = f"the log cannot be compared with it: {broken}"
    if fault is None or len(leaves) >= said.size:
        fault = checkpoints.mismatch(said, leaves, merkle.roots(leaves, [said.size]).get(said.size))
        if fault and checkpoints.is_of_branch(log, said):
            return Compared(
                of, str(held), said.size, len(leaves), _names(found.signers), found.unknown, None, of_branch=True
            )
        if fault:
            fault += _signed_twice(root, of, said, keys)
    return Compared(of, str(held), said.size, len(leaves), _names(found.signers), found.unknown, fault)


def _signed_twice(root: Path, name: str, said: Checkpoint, keys: Sequence[VerifierKey]) -> str:
    """What to add when the store has another tree of the same size in the word of the same signer."""
    path = checkpoints.path_of(root, name, said.size)
    try:
        ours = checkpoints.stored(root, name, said.size, keys)
    except (BadNote, ReadFailed):
        return ""
    if ours.checkpoint.origin != said.origin or ours.checkpoint.root == said.root or not ours.signers:
        return ""
    return f"; {path} has another root of the same size by the same signer, who signed two histories"


def _checkpoints(
    log: EventLog,
    root: Path,
    name: str,
    sizes: Sequence[int],
    leaves: Sequence[bytes],
    keys: Sequence[VerifierKey],
    *,
    is_whole: bool,
) -> Iterator[Checked]:
    """Check the checkpoints of a log, the smallest first; of one that is damaged, ``leaves`` are those before that."""
    good = 0
    roots = merkle.roots(leaves, sizes)
    for size in sizes:
        where = str(checkpoints.path_of(root, name, size))
        try:
            found = checkpoints.stored(root, name, size, keys)
        except BadNote as bad:
            yield Checked(where, size, fault=bad.why, code=DAMAGED)
            continue
        except ReadFailed as failed:
            yield Checked(where, size, fault=str(failed), code=UNREADABLE)
            continue
        signers, by = _names(found.signers), ", ".join(found.unknown)
        if size not in roots and not is_whole:
            yield Checked(where, size, signers, "it reaches behind the damaged line, so that it says nothing", WEAK)
        elif fault := checkpoints.mismatch(found.checkpoint, leaves, roots.get(size), good):
            if checkpoints.is_of_branch(log, found.checkpoint):
                told = None if signers else f"it fits another copy that was adopted, but the key of {by} is not known"
                yield Checked(where, size, signers, told, WHOLE if signers else WEAK, of_branch=True)
            else:
                yield Checked(where, size, signers, fault, DAMAGED)
        elif not signers:
            yield Checked(where, size, signers, f"it fits, but the key of {by} is not known", WEAK)
        else:
            good = size
            yield Checked(where, size, signers)
    for path in checkpoints.strays(root, name):
        reason = "its name is not that of a checkpoint, a number without leading zeros"
        yield Checked(str(path), 0, fault=reason, code=DAMAGED)


def _names(keys: Sequence[VerifierKey]) -> tuple[str, ...]:
    return tuple(key.name for key in keys)


def _is_torn(path: Path, loose: int, number: int, sealed: int) -> bool:
    """Whether what follows the last line is what an interrupted write leaves, so that the next writer mends it."""
    try:
        with os.fdopen(durable.open_log(path), "rb") as file:
            file.seek(-loose, os.SEEK_END)
            return fault_of_tail(file.read(1), number, sealed) is None
    except OSError:
        return False
