"""Checkpoints of a log (C2SP tlog-checkpoint): its origin, its size and the root of its tree, as a signed note.

The checkpoint of the first 42 events of ``cases/x`` is the file ``events/checkpoints/cases/x/42``; it is never changed.
"""

from __future__ import annotations

import os
import re
import stat
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadName, BadNote, BrokenLine, NotSealed, ReadFailed, WriteFailed
from tracker.logs import durable
from tracker.logs.repairs import covered
from tracker.names import REGISTERS, check_log
from tracker.proofs import merkle, notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.logs.port import EventLog
    from tracker.proofs.keys import Signer
    from tracker.proofs.notes import VerifierKey

FOLDER: Final = "checkpoints"
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,9})\Z", re.ASCII)
_TOKEN: Final = ".tsr"
_SIGNED: Final = "signed"


class Checkpoint(NamedTuple):
    """What is signed about a log: ``origin`` is ``<signer>/<log>``, ``root`` has 32 bytes."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """The text that is signed; its last LF belongs to it."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @property
    def log(self) -> str:
        """The log that the origin names; raises BadName."""
        head, _, name = self.origin.rpartition("/")
        return check_log(f"cases/{name}" if head.endswith("/cases") else name)


class Read(NamedTuple):
    """A checkpoint whose form is right, the signers whose key is known, and the names in the other signatures."""

    checkpoint: Checkpoint
    signers: tuple[VerifierKey, ...]
    unknown: tuple[str, ...]


class Sealed(NamedTuple):
    """What came of sealing one log; not ``is_new`` when the checkpoint of that size was there before."""

    log: str
    size: int
    origin: str
    where: str
    is_new: bool


def parse(text: str, where: object) -> Checkpoint:
    """Read the text of a note as a checkpoint; lines after the third say nothing here. Raises BadNote."""
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise BadNote(where, "it is no checkpoint: origin, size and root, each a line of its own")
    origin, size, root = lines[:3]
    if not _SIZE.match(size):
        raise BadNote(where, f"its size {size[:40]!r} is no number as a checkpoint has it, without leading zeros")
    try:
        raw = b64decode(root, validate=True)
    except ValueError:
        raise BadNote(where, "its root is not base64") from None
    if len(raw) != 32 or b64encode(raw).decode() != root:
        raise BadNote(where, "its root is no SHA-256 in base64")
    return Checkpoint(origin, int(size), raw)


def read(data: bytes, where: object, keys: Iterable[VerifierKey]) -> Read:
    """Read a signed checkpoint; ``keys`` are those of signers, so that the log's own come from below them.

    Raises:
        BadNote: it is no signed checkpoint of a log, or a signature of a key that is known is not right.
    """
    note = notes.parse(data, where)
    checkpoint = parse(note.text, where)
    try:
        log = checkpoint.log
    except BadName:
        raise BadNote(where, f"its origin {checkpoint.origin[:80]!r} ends in the name of no log") from None
    signer_of = {key.below(log): key for key in keys}
    known = {(key.name, key.key_id) for key in signer_of}
    unknown = [each.name for each in note.signatures if (each.name, each.key_id) not in known]
    signed = notes.signed_by(note, signer_of, where) if len(unknown) < len(note.signatures) else []
    return Read(checkpoint, tuple(signer_of[key] for key in signed), tuple(unknown))


def load(path: Path) -> bytes:
    """The bytes of a checkpoint, at most one more than a note may have; raises BadNote and ReadFailed."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise BadNote(path, "it is no plain file")
        with path.open("rb") as file:
            return file.read(notes.MAX_NOTE + 1)
    except OSError as fault:
        raise ReadFailed(path, fault.strerror or str(fault)) from None


def of_log(name: str, path: Path, keys: Iterable[VerifierKey]) -> Read:
    """Read a file that has to be a checkpoint of that log; raises BadNote and ReadFailed."""
    found = read(load(path), path, keys)
    if found.checkpoint.log != name:
        raise BadNote(path, f"it is a checkpoint of another log, {found.checkpoint.log}")
    if not found.checkpoint.size:
        raise BadNote(path, "it covers no event")
    return found


def stored(root: Path, name: str, size: int, keys: Iterable[VerifierKey]) -> Read:
    """The checkpoint that the store has of that log and size; raises BadNote and ReadFailed."""
    path = path_of(root, name, size)
    found = of_log(name, path, keys)
    if found.checkpoint.size != size:
        raise BadNote(path, f"it is of {found.checkpoint.size} events, not of {size} as its name says")
    return found


def path_of(root: Path, log: str, size: int) -> Path:
    """The file of a checkpoint."""
    return _folder(root, log) / str(size)


def sizes(root: Path, log: str) -> list[int]:
    """The sizes of which a log has checkpoints, in order; raises ReadFailed."""
    return sorted(int(name) for name in _names(root, log) if _SIZE.match(name))


def strays(root: Path, log: str) -> list[Path]:
    """What lies among the checkpoints of a log and is neither one nor a time-stamp token of one; raises ReadFailed."""
    return [
        _folder(root, log) / name
        for name in sorted(_names(root, log))
        if not _SIZE.match(name) and not name.endswith((_TOKEN, ".tmp")) and not name.startswith(".")
    ]


def logs(root: Path) -> list[str]:
    """The logs that have a folder for checkpoints, also those that are gone themselves, sorted."""
    folder = root / "events" / FOLDER
    found = [name for name in REGISTERS if (folder / name).is_dir()]
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in (folder / "cases").iterdir():
            with suppress(BadName):
                found.append(check_log(f"cases/{path.name}"))
    return sorted(found)


def mismatch(checkpoint: Checkpoint, leaves: Sequence[bytes], root: bytes | None, good: int = 0) -> str | None:
    """Why the events of a log are not those that a checkpoint covers; None when they are.

    ``root`` is that of the first so many leaves, None when there are fewer. ``good`` is the size of a smaller
    checkpoint that fits.
    """
    if root is None:
        missing = checkpoint.size - len(leaves)
        whole = f"{missing} of them are" if missing > 1 else "1 of them is"
        return f"it covers {checkpoint.size} events and the log has {len(leaves)}: {whole} missing at the end"
    if root == checkpoint.root:
        return None
    every = merkle.roots(leaves, range(1, len(leaves) + 1))
    other = next((size for size, found in every.items() if found == checkpoint.root), None)
    if other is not None:
        return f"its root is that of the first {other} events, not of {checkpoint.size}"
    since = f"; those up to {good} are as they were" if good else ""
    return f"the first {checkpoint.size} events are not those that it covers: the log was written anew{since}"


def is_of_branch(log: EventLog, checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint covers the first lines of another copy of its log, which this one has adopted.

    They are made again from the notes of their adoption; a note that does not hold makes no copy.
    """
    from tracker.forks import Line, branches
    from tracker.logs.replay import replay

    name = checkpoint.log
    try:
        lines = [Line(*each) for each in zip(log.read(name), replay(log, name), strict=True)]
        found = [
            merkle.root(list(map(bytes.fromhex, each))) for each in branches(lines, checkpoint.size, log.where(name))
        ]
    except BrokenLine:
        return False
    return checkpoint.root in found


def seal(log: EventLog, root: Path, names: Sequence[str], signer: Signer) -> list[Sealed]:
    """Write a signed checkpoint of each of these logs as it stands on the disk now; of all of them or of none.

    A log is signed only when every line is whole, and when every checkpoint that the store has of it, and the last one
    that this signer ever made of it, is that of its beginning: two trees that do not fit must never both be signed.

    Raises:
        NotSealed, BrokenLine, LogRefused: a log must not be signed.
        BadNote: a checkpoint that is there is not to be believed.
        BadPrivateKey, LogLocked, ReadFailed, WriteFailed.
    """
    from tracker.proofs.keys import private_key, public_keys

    seed, keys, events = private_key(signer), public_keys(root), root / "events"
    try:
        durable.make_folder(events)
        with durable.lock(events / ".lock"):
            trees = {name: _checked_leaves(log, root, name, keys, signer) for name in names}
            done = []
            for name, leaves in trees.items():
                found = _last(root, name, keys)
                if found and found[0].checkpoint.size == len(leaves):
                    read, where = found
                    if not read.signers:
                        raise NotSealed(name, f"{where} is signed by nobody whose key is in events/keys")
                    done.append(Sealed(name, len(leaves), read.checkpoint.origin, str(where), is_new=False))
                else:
                    done.append(_signed(root, name, leaves, signer, seed))
    except OSError as fault:
        raise WriteFailed(fault.filename or events, fault.strerror or str(fault)) from None
    return done


def _checked_leaves(log: EventLog, root: Path, name: str, keys: Sequence[VerifierKey], signer: Signer) -> list[bytes]:
    """The leaves of a log that may be signed, from its bytes."""
    from tracker.logs.replay import replay

    leaves = [bytes.fromhex(event.xhash) for event in replay(log, name, strict=True)]
    if loose := log.loose_ends(name).get(name):
        raise NotSealed(name, f"{loose} bytes after its last line have no end of line")
    top = merkle.root(leaves)
    for before, where in _former(root, name, keys, signer):
        old = before.checkpoint
        if why := mismatch(old, leaves, merkle.roots(leaves, [old.size]).get(old.size)):
            # Of another signer's copy that was adopted; nobody signs two trees of which none is the other's beginning.
            if old.origin != f"{signer.key.name}/{name}" and is_of_branch(log, old):
                continue
            raise NotSealed(name, f"it does not continue the checkpoint {where}, for {why}")
        proof = merkle.consistency_proof(leaves, old.size)
        if not merkle.is_consistent(old.size, old.root, len(leaves), top, proof):
            raise NotSealed(name, f"its tree does not begin with that of the checkpoint {where}")
    return leaves


def _former(root: Path, name: str, keys: Sequence[VerifierKey], signer: Signer) -> Iterator[tuple[Read, Path]]:
    """The last checkpoint that the store has of a log, and the last that this signer made of it, each checked."""
    if found := _last(root, name, keys):
        yield found
    path = _signed_last(signer, name)
    if path.exists():
        yield of_log(name, path, [signer.key]), path


def _last(root: Path, name: str, keys: Sequence[VerifierKey]) -> tuple[Read, Path] | None:
    size = covered(root / "events", name)
    return (stored(root, name, size, keys), path_of(root, name, size)) if size else None


def _signed(root: Path, name: str, leaves: Sequence[bytes], signer: Signer, seed: bytes) -> Sealed:
    """Sign a tree, read the note back, and write it down: first what this signer must remember, then the checkpoint."""
    checkpoint = Checkpoint(f"{signer.key.name}/{name}", len(leaves), merkle.root(leaves))
    path = path_of(root, name, len(leaves))
    note = notes.sign(str(checkpoint), checkpoint.origin, seed)
    again = read(note, path, [signer.key])
    if again.checkpoint != checkpoint or not again.signers:
        raise NotSealed(name, "what was signed does not read back")
    memory = _signed_last(signer, name)
    durable.make_folders(memory.parent, mode=0o700)
    durable.write_whole(memory, note)
    durable.make_folders(path.parent)
    durable.write_whole(path, note)
    return Sealed(name, len(leaves), checkpoint.origin, str(path), is_new=True)


def _signed_last(signer: Signer, name: str) -> Path:
    return signer.folder / _SIGNED / name.replace("/", "+")


def _folder(root: Path, log: str) -> Path:
    return root / "events" / FOLDER / check_log(log)


def _names(root: Path, log: str) -> list[str]:
    folder = f"{root}/events/{FOLDER}/{check_log(log)}"  # not a Path: it is asked of every log, and most have none
    try:
        return os.listdir(folder)  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as fault:
        raise ReadFailed(folder, fault.strerror or str(fault)) from None
