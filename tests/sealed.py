"""Stores with checkpoints for the tests, and what a forger would make of them."""

import json
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from helpers import note, written

from tracker.app import Tracker
from tracker.canonical import encode
from tracker.proofs import notes
from tracker.proofs.checkpoints import Checkpoint

LOG, NAME = "cases/a", "example.org/laptop"
SIZES = (3, 5)
"""The checkpoints of the log; it has EVENTS events."""
EVENTS = 7


class Store(NamedTuple):
    """A store with a sealed log, and where its signer's private key is."""

    tracker: Tracker
    keys: Path

    @property
    def log(self) -> Path:
        return self.tracker.root / "events" / "cases" / "a.jsonl"

    def checkpoint(self, size: int) -> Path:
        return self.tracker.root / "events" / "checkpoints" / LOG / str(size)

    @property
    def lines(self) -> list[bytes]:
        return self.log.read_bytes().split(b"\n")[:-1]

    def write(self, lines: list[bytes]) -> None:
        self.log.write_bytes(b"".join(line + b"\n" for line in lines))

    def seal(self, *logs: str) -> list[Any]:
        return self.tracker.seal(logs, self.keys)

    def copy(self, to: Path) -> "Store":
        """The store as another machine has it: without the private key."""
        return Store(Tracker(Path(shutil.copytree(self.tracker.root, to))), to / "no-keys")


def sealed(folder: Path) -> Store:
    """A log of seven events with checkpoints of the first three and five."""
    made = Store(Tracker.init(folder / "store"), folder / "keys")
    made.tracker.make_signer(NAME, made.keys)
    for number in range(1, EVENTS + 1):
        written(made.tracker.log, LOG, note(f"note {number} 判决"))
        if number in SIZES:
            assert [row.is_new for row in made.seal()] == [True]
    return made


def seed(made: Store) -> bytes:
    from tracker.proofs.keys import private_key

    return private_key(made.tracker.signers(made.keys)[0])


def forged(lines: list[bytes], at: int, **members: Any) -> list[bytes]:
    """The lines with the data of one changed, counted from 1, and every hash from there on made anew."""
    before, found = "0" * 64, []
    for number, line in enumerate(lines, 1):
        said = json.loads(line)
        del said["xhash"]
        if number == at:
            said |= members or {"data": {"note": "forged"}}
        said["prevhash"] = before
        body = encode(said)
        before = sha256(b"\x00" + body).hexdigest()
        found.append(body[:-1] + f',"xhash":"{before}"}}'.encode())
    return found


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def leaves_of(lines: list[bytes]) -> list[bytes]:
    return [sha256(b"\x00" + line[:-76] + b"}").digest() for line in lines]


def signed(size: int, root: bytes, private: bytes, *, origin: str = f"{NAME}/{LOG}", by: str | None = None) -> bytes:
    """A checkpoint as whoever has the private key could sign it, right or wrong."""
    return notes.sign(str(Checkpoint(origin, size, root)), by or origin, private)


def text(*lines: object) -> str:
    return "".join(f"{line}\n" for line in lines)


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()
