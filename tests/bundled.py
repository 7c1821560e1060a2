"""Folders as 'tracker prove' writes them, made straight from a log of any size, and every way to damage them."""

import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tracker.envelope import START, Draft, Stamp, seal
from tracker.proofs import merkle, notes
from tracker.proofs.bundles import Proven, bundle
from tracker.proofs.notes import VerifierKey

HANDED = Path(__file__).parent.parent / "tracker" / "proofs" / "handed"
VERIFIERS = ((sys.executable, str(HANDED / "verify.py")), ("node", str(HANDED / "verify.mjs")))
CHECKED = ("event.json", "event.tlog-proof", "checkpoint", "vkey")
SEED = bytes(range(32))
ORDER = 2**252 + 27742317777372353535851937790883648493
SIGNER = "example.org/your-laptop"
STAMP = Stamp("Lin Mei", "2026-11-23T06:29:07.123Z")
TEXTS = (
    "第一次开庭 😀",
    "plain",
    'line\nend \u2028 \x85 "quoted" \\',
    ',"sequence":"0000000099","source":"/cases/other"',
)

Files = dict[str, bytes]


@cache
def lines_of(log: str, size: int) -> tuple[bytes, ...]:
    """The lines of a log, with text that is hard on readers."""
    after, lines = START, []
    for number in range(size):
        # As an object too, so that the members of an event are looked for where they can also stand in its data.
        data = {"note": TEXTS[number % 4], "more": {"sequence": f"{number:010d}", "source": "/cases/x"}}
        event_id = f"0198f3c4-6f00-7abc-8def-{number:012d}"
        lines.append(seal(Draft(log, "note.added", data, id=event_id), STAMP, after))
        after = type(START)(number + 1, lines[-1][-66:-2].decode())
    return tuple(lines)


def leaves_of(lines: Sequence[bytes]) -> list[bytes]:
    return [bytes.fromhex(line[-66:-2].decode()) for line in lines]


def checkpoint(log: str, leaves: Sequence[bytes], *, seed: bytes = SEED) -> bytes:
    name = f"{SIGNER}/{log}"
    text = f"{name}\n{len(leaves)}\n{b64encode(merkle.root(leaves)).decode()}\n"
    return notes.sign(text, name, seed)


def vkey(log: str, *, seed: bytes = SEED, name: str = SIGNER) -> str:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return str(VerifierKey(f"{name}/{log}", public))


def good(log: str, number: int, size: int) -> Files:
    """The files of a folder for one event of a log of ``size`` events."""
    lines = lines_of(log, size)
    leaves = leaves_of(lines)
    return bundle(Proven(log, number, lines[number - 1], leaves, checkpoint(log, leaves), vkey(log), {}))


def write(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name in CHECKED:
        if name in files:
            (folder / name).write_bytes(files[name])
    return folder


def verdicts(folders: Sequence[Path], verifier: Sequence[str]) -> list[str]:
    """What a verifier says of each folder, in one process."""
    done = subprocess.run([*verifier, *map(str, folders)], capture_output=True, text=True, check=False)
    assert done.stderr == "", done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(folders)
    assert done.returncode == any(": REFUSED: " in each for each in said)
    return [line.removeprefix(f"{folder}: ") for line, folder in zip(said, folders, strict=True)]


def damaged(seed: int) -> Iterator[tuple[str, Files]]:
    """Damaged folders without end, each with what was done to it; nothing in them is as it was in every file."""
    random = Random(seed)
    logs = ("cases/haikou-deposit", "parties", "sources", "cases/x")
    while True:
        log, size = random.choice(logs), random.randint(1, 40)
        number = random.randint(1, size)
        files = good(log, number, size)
        name = random.choice(CHECKED)
        what, changed = _changed(random, files, name, log, number, size)
        files |= changed
        if any(files[each] != good(log, number, size)[each] for each in CHECKED):
            yield f"{log}#{number} of {size}: {name} {what}", {each: files[each] for each in CHECKED}


def _changed(random: Random, files: Files, name: str, log: str, number: int, size: int) -> tuple[str, Files]:
    data = files[name]
    at = random.randrange(len(data))
    way = random.randrange(16)
    if way <= 3:
        return f"bit of byte {at}", {name: data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]}
    if way == 4:
        return f"byte {at} out", {name: data[:at] + data[at + 1 :]}
    if way == 5:
        sign = random.choice([b"\0", b"\n", b"\r", b"=", b"A", b" ", b"+", b"\xff", "\u2028".encode(), b"\xef\xbb\xbf"])
        return f"{sign!r} in at {at}", {name: data[:at] + sign + data[at:]}
    if way == 6:
        return f"cut at {at}", {name: data[:at]}
    if way == 7:
        return "line ends", {name: data.replace(b"\n", b"\r\n") or data, "vkey": files["vkey"].replace(b"\n", b"\r\n")}
    if way == 8:
        return "twice", {name: data + data}
    if way == 9:
        other = good(log, random.randint(1, size), size)
        return "of another event", {name: other[name]} if other[name] != data else {name: data + b"\n"}
    if way == 10:
        other = good("cases/y", min(number, 3), 3)
        return "of another log", {each: other[each] for each in CHECKED if each != name}
    if way == 11:
        return "signed by another", {
            each: files[each].replace(
                files["checkpoint"], checkpoint(log, leaves_of(lines_of(log, size)), seed=b"k" * 32)
            )
            for each in ("checkpoint", "event.tlog-proof")
        }
    if way == 12:
        lines = files["event.tlog-proof"].split(b"\n")
        where = random.randrange(1, len(lines))
        lines.insert(where, random.choice([b64encode(sha256(data).digest()), lines[where], b"extra AA==", b"index 1"]))
        if lines[1].startswith(b"extra "):
            lines[2] = b"index 41"
        return f"line in at {where}", {"event.tlog-proof": b"\n".join(lines)}
    if way == 13:
        lines = files["event.tlog-proof"].split(b"\n")
        where = random.randrange(len(lines))
        return f"line {where} out", {"event.tlog-proof": b"\n".join(lines[:where] + lines[where + 1 :])}
    if way == 14:
        return "its case", {name: data.swapcase()}
    return _forged(random, log, number, size)


def _forged(random: Random, log: str, number: int, size: int) -> tuple[str, Files]:
    """What whoever has the key could sign, and what must be refused none the less."""
    lines = list(lines_of(log, size))
    line, leaves = lines[number - 1], leaves_of(lines)
    way = random.randrange(6)
    key = vkey(log)
    if way == 0:  # an event that says it is of another log, or has another number
        old, new = random.choice([(b'"source":"/', b'"source":"/x'), (b'"sequence":"0', b'"sequence":"1')])
        body = line[:-76][::-1].replace(old[::-1], new[::-1], 1)[::-1]
        leaf = sha256(b"\0" + body + b"}").digest()
        line, leaves[number - 1] = body + f',"xhash":"{leaf.hex()}"}}'.encode(), leaf
    note = checkpoint(log, leaves)
    if way == 1:  # a checkpoint of another origin than its signer's
        text = f"{SIGNER}/cases/other\n{len(leaves)}\n{b64encode(merkle.root(leaves)).decode()}\n"
        note = notes.sign(text, f"{SIGNER}/{log}", SEED)
    if way == 2:  # a size that is written as none is
        text = note.decode().partition("\n\n")[0].split("\n")
        text[1] = random.choice([f"0{size}", "-1", "", str(2**70), "१"])
        note = notes.sign("\n".join(text) + "\n", text[0], SEED)
    if way == 3:  # a key that is none
        public = random.choice([bytes(32), b"\1" + bytes(31), b"\xff" * 32, (2**255 - 20).to_bytes(32, "little")])
        key = str(VerifierKey(f"{SIGNER}/{log}", public))
        head, _, _ = note.decode().rpartition("\n\n")
        value = b64encode(VerifierKey(f"{SIGNER}/{log}", public).key_id + b"\1" + bytes(63)).decode()
        note = f"{head}\n\n\N{EM DASH} {SIGNER}/{log} {value}\n".encode()
    if way == 4:  # a second signature made of a good one: its S and the order of the curve (RFC 8032, section 8.4)
        head, _, value = note.decode().rstrip("\n").rpartition(" ")
        raw = b64decode(value)
        more = (int.from_bytes(raw[36:], "little") + ORDER).to_bytes(32, "little")
        note = f"{head} {b64encode(raw[:36] + more).decode()}\n".encode()
    if way == 5:  # a key that says it is for signatures of another sort, as those of witnesses are
        name, _, encoded = key.split("+", 2)
        raw = b"\4" + b64decode(encoded)[1:]
        key_id = sha256(f"{name}\n".encode() + raw).digest()[:4]
        key = f"{name}+{key_id.hex()}+{b64encode(raw).decode()}"
        head, _, value = note.decode().rstrip("\n").rpartition(" ")
        note = f"{head} {b64encode(key_id + b64decode(value)[4:]).decode()}\n".encode()
    forged = bundle(Proven(log, number, line, leaves, note, key, {}))
    return f"forged in way {way}", {each: forged[each] for each in CHECKED}


def campaign(folder: Path, count: int, seed: int) -> tuple[int, int]:
    """Let both verifiers judge so many damaged folders; how many were judged, and how many reasons there were."""
    several = [(what, write(folder / str(n), files)) for n, (what, files) in enumerate(islice(damaged(seed), count))]
    folders = [each for _, each in several]
    python, node = (verdicts(folders, verifier) for verifier in VERIFIERS)
    for (what, _), one, other in zip(several, python, node, strict=True):
        assert one == other, (what, one, other)
        assert one.startswith("REFUSED: "), (what, one)
    return len(folders), len(set(python))


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as scratch:
        judged, reasons = campaign(Path(scratch), int(sys.argv[1]), int(sys.argv[2]))
    print(f"{judged} damaged folders, refused by both verifiers, with {reasons} different reasons.")
