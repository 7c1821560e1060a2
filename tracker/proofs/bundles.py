"""A folder that proves one event to whoever has neither the log nor this program.

It holds the event's line, a proof that it is in a signed checkpoint (C2SP tlog-proof, c2sp.org/tlog-proof), the
checkpoint and the key it is checked with, its time-stamp tokens, two programs that check all that and share no code
with this one, and how to do it by hand. Of other events it holds hashes only. Equal records give equal bytes.
"""

from __future__ import annotations

import os
from base64 import b64encode
from importlib import resources
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadNote, NotCovered, TargetTaken
from tracker.logs import durable
from tracker.proofs import anchors, checkpoints
from tracker.proofs.merkle import inclusion_proof, roots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.envelope import Event
    from tracker.logs.port import EventLog
    from tracker.proofs.notes import VerifierKey

PROGRAMS: Final = ("verify.py", "verify.mjs")
"""What checks a folder: they stand in ``tracker/proofs/handed`` and are handed on as they are."""


class Proven(NamedTuple):
    """What a folder is made of.

    ``number`` counts from 1; ``line`` has no LF; ``leaves`` are the hashes (32 bytes) of the first events, as many as
    the checkpoint covers; ``vkey`` is that of the log; ``tokens`` are the answers of authorities by their names.
    """

    log: str
    number: int
    line: bytes
    leaves: Sequence[bytes]
    checkpoint: bytes
    vkey: str
    tokens: Mapping[str, bytes]


def prove(log: EventLog, root: Path, events: Sequence[Event], number: int, keys: Sequence[VerifierKey]) -> Proven:
    """What proves an event of a log by its newest checkpoint that one of these keys signed; ``events`` are all of it.

    Raises:
        NotCovered: no checkpoint by a known key covers the event.
        BadNote: that checkpoint is not one of the log as it is, or one that is newer is not to be believed.
        ReadFailed.
    """
    name, leaves = events[0].log, [bytes.fromhex(event.xhash) for event in events]
    for size in reversed(checkpoints.sizes(root, name)):
        found = checkpoints.stored(root, name, size, keys)
        if size < number or not found.signers:
            continue
        path = checkpoints.path_of(root, name, size)
        if why := checkpoints.mismatch(found.checkpoint, leaves, roots(leaves, [size]).get(size)):
            if checkpoints.is_of_branch(log, found.checkpoint):
                continue  # of another copy: the event stands elsewhere in it, or not at all
            raise BadNote(path, why)
        tokens = {tsa: checkpoints.load(at) for tsa, at in anchors.tokens(root, name, size).items()}
        line, vkey = next(islice(log.read(name, number - 1), 1)), str(found.signers[0].below(name))
        return Proven(name, number, line, leaves[:size], checkpoints.load(path), vkey, tokens)
    raise NotCovered(f"event {number} of {name} under a key of events/keys")


def bundle(proven: Proven) -> dict[str, bytes]:
    """The files of the folder by their names."""
    proof = inclusion_proof(proven.leaves, proven.number - 1)
    tokens = {f"checkpoint.{name}.tsr": token for name, token in sorted(proven.tokens.items())}
    return {
        "README.md": _readme(proven, proof, list(tokens)).encode(),
        "event.json": proven.line,
        "event.tlog-proof": tlog_proof(proven.number - 1, proof, proven.checkpoint),
        "checkpoint": proven.checkpoint,
        "vkey": f"{proven.vkey}\n".encode(),
        **tokens,
        **{name: _handed(name) for name in PROGRAMS},
    }


def tlog_proof(index: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """A proof in the form of C2SP: the index of the leaf, counted from 0, the hashes, and the checkpoint as it is."""
    hashes = "".join(f"{b64encode(each).decode()}\n" for each in proof)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode() + checkpoint


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder that is afterwards there with all of its files or not at all.

    Raises:
        TargetTaken: there is something of that name already, and it is no empty folder.
        OSError: the disk refused.
    """
    real = Path(os.path.realpath(target))
    if os.path.lexists(real) and not (real.is_dir() and not any(real.iterdir())):
        raise TargetTaken(target)
    draft = real.with_name(f".{real.name}.{os.getpid()}.tmp")
    try:
        draft.mkdir(parents=True)
        for name, data in files.items():
            durable.write_whole(draft / name, data)
        draft.replace(real)  # an empty folder gives way
        durable.fsync_folder(real.parent)
    finally:
        rmtree(draft, ignore_errors=True)


def _sides(number: int, size: int, steps: int) -> list[bool]:
    """For each hash of a proof whether it stands on the left (RFC 9162, section 2.1.3.2)."""
    place, last, sides = number - 1, size - 1, []
    for _ in range(steps):
        sides.append(bool(place & 1) or place == last)
        while sides[-1] and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return sides


def _readme(proven: Proven, proof: Sequence[bytes], tokens: Sequence[str]) -> str:
    number, size = proven.number, len(proven.leaves)
    # The hashes begin in the third line of the proof.
    steps = "\n".join(
        f"step {'left' if left else 'right'} {line}" for line, left in enumerate(_sides(number, size, len(proof)), 3)
    )
    stamped = [
        f"| `{name}` | an outside authority's word (RFC 3161) for when the checkpoint was there |" for name in tokens
    ]
    places = {
        "number": str(number),
        "size": str(size),
        "log": proven.log,
        "tokens": "".join(f"{row}\n" for row in stamped),
        "steps": f"{steps}\n" if steps else "",
        "time": _TIME.format(commands="\n".join(map(_STAMPED.format, tokens))) if tokens else _NO_TIME,
    }
    text = _handed("README.md").decode()
    for name, value in places.items():  # not str.format: a shell has braces of its own
        text = text.replace(f"{{{name}}}", value)
    return text


def _handed(name: str) -> bytes:
    return resources.files("tracker.proofs").joinpath("handed", name).read_bytes()


_STAMPED: Final = "openssl ts -verify -data checkpoint -in {0} -CAfile ca.pem"

_TIME: Final = """\
A token says that the checkpoint, and with it the event, was there at the time that it names ('openssl ts -reply -text
-in FILE' shows it). Put the root certificate of the authority, which you have from the authority, into `ca.pem`; then
the last line is `Verification: OK`:

```bash
{commands}
```
"""

_NO_TIME: Final = """\
No authority has stamped this checkpoint, so that nothing but the word of the signer says when it was made.
"""
