"""Verify a folder as docs/log-format.md says, with no line of the tracker's: python3 verify_log.py events [KEY]...

The forms of single members (section 4) are left out. Without KEYs of signers, those of events/keys are taken. Ends with
0, 1 for damage, 3 when a checkpoint fits but its key is not known, 4 for what an interrupted write left."""

import json
import re
import sys
from base64 import b64decode, b64encode
from hashlib import sha256, sha512
from itertools import accumulate
from pathlib import Path

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # of edwards25519: RFC 8032, section 5.1
D, ROOT, BASE = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P), bytes.fromhex("58" + "66" * 31)
TEXTS = ["id", "prevhash", "recordedby", "recordedtime", "sequence", "source", "specversion", "type", "xhash"]
STRING = rb'"((?:[^"\\]|\\.)*)"'
NAME = "(?!(con|prn|aux|nul|(com|lpt)[0-9])$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def check(holds, why):
    if not holds:
        raise ValueError(why)


def event(line, position, before, log):  # sections 2 to 5
    xhash = sha256(b"\x00" + line[:-76] + b"}").hexdigest()
    check(line[-76:] == f',"xhash":"{xhash}"}}'.encode(), "its bytes do not give its hash")
    found = json.loads(line.decode())
    again = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    names = [text for text, colon in re.findall(STRING + rb"(:?)", line) if colon]
    bare = re.sub(STRING, b"", line)  # without texts: numbers, and the brackets that open and close a level
    levels = accumulate((sign in b"{[") - (sign in b"}]") for sign in bare)
    numbers = {*re.findall(rb"[^][{}:,]+", bare)} - {b"true", b"false", b"null"}
    check(again == line and len(line) <= 1_048_576 and all(map(bytes.isascii, names)), "it is not in canonical form")
    check(max(levels) <= 32 and all(abs(int(each)) < 2**53 for each in numbers), "its depth or a number is too great")
    check(all(isinstance(found.get(name), str) for name in TEXTS), "it lacks a member")
    check(isinstance(found.get("data"), dict) and max(found) == "xhash", "its members are not those of an event")
    place = (f"/{log}", f"{position:010d}", before)
    check((found["source"], found["sequence"], found["prevhash"]) == place, "it is not in its place")
    return found["id"], xhash


def tree(leaves):  # section 12: MTH of RFC 6962, section 2.1, over hashes of leaves
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def add(a, b):  # two points in the coordinates of RFC 8032, section 5.1.4
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    return (f - e) * (d - c) % P, (d + c) * (f + e) % P, (d - c) * (d + c) % P, (f - e) * (f + e) % P


def point(raw):  # RFC 8032, section 5.1.3
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    check(y < P and x * x % P == square and (x or not sign), "a key is no point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def signs(public, text, signature):  # RFC 8032, section 5.1.7
    s = int.from_bytes(signature[32:], "little")
    k = ORDER - int.from_bytes(sha512(signature[:32] + public + text).digest(), "little") % ORDER
    base, other = point(BASE), point(public)
    total, *_ = parts = (0, 1, 1, 0), base, other, add(base, other)
    for bit in reversed(range(253)):  # s times the base point and k times the other, bit by bit
        total = add(add(total, total), parts[(s >> bit & 1) + 2 * (k >> bit & 1)])
    x, y, z, _ = total
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return len(signature) == 64 and s < ORDER and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def key_id(name, public):
    return sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def key(line):  # section 14
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", line)
    raw = b64decode(match[3], validate=True) if match else b""
    check(len(raw) == 33 and raw[0] == 1 and key_id(match[1], raw[1:]).hex() == match[2], f"{line!a} is no key")
    return match[1], raw[1:]


def checkpoint(note, log, size, leaves, keys):  # section 13; whether it is signed by a key that is known
    check(len(note) <= 1_048_576 and not re.search(rb"[\x00-\x09\x0b-\x1f]", note), "it is too long, or has controls")
    text, _, signatures = note.decode().rpartition("\n\n")
    check(text and signatures.endswith("\n") and signatures.count("\n") <= 100, "it is no signed note")
    origin, length, root, *more = text.split("\n") + [""] * (2 - text.count("\n"))
    check(re.fullmatch(f".+/{log}", origin) and all([root, *more]), "it is no checkpoint of that log")
    check(length == str(size) and size <= len(leaves), f"it covers {length[:20]} events, the log has {len(leaves)}")
    check(root == b64encode(tree(leaves[:size])).decode(), "its root is not that of the log")
    known, is_signed = {(f"{name}/{log}", key_id(f"{name}/{log}", public)): public for name, public in keys}, False
    for line in signatures[:-1].split("\n"):
        match = re.fullmatch("— ([^\\s+]+) (.+)", line)
        raw = b64decode(match[2], validate=True) if match else b""
        check(len(raw) > 4, "it has a line that is no signature")
        if public := known.get((match[1], raw[:4])):
            check(signs(public, (text + "\n").encode(), raw[4:]), "a signature is not that of its text")
            is_signed = True
    return is_signed


def verify(events, keys=()):  # every fault: the exit code it asks for, where it is, and what
    faults, logs = [], {}
    try:
        keys = keys or [
            key(line) for it in events.glob("keys") for line in it.read_bytes().decode().split("\n") if line
        ]
    except ValueError as fault:
        faults.append((1, f"{events / 'keys'}: {fault}"))
    for path in sorted([*events.glob("[!.]*.jsonl"), *events.glob("cases/[!.]*.jsonl")]):
        log = path.relative_to(events).as_posix().removesuffix(".jsonl")
        ids, leaves = set(), logs.setdefault(log, [])
        try:
            check(re.fullmatch(f"cases/{NAME}|parties|sources", log) and not path.is_symlink(), "it is no log")
            *lines, loose = path.read_bytes().split(b"\n")
            for line in lines:
                found, xhash = event(line, len(leaves) + 1, leaves[-1].hex() if leaves else "0" * 64, log)
                check(found not in ids, "its id stands twice")
                ids.add(found)
                leaves.append(bytes.fromhex(xhash))
            if loose:
                faults.append((4 if loose[0] in b"{\x00" else 1, f"{path}: its last {len(loose)} bytes are no line"))
        except (ValueError, OSError, RecursionError) as fault:
            faults.append((1, f"{path}, line {len(leaves) + 1}: {fault}"))
    for path in sorted((events / "checkpoints").rglob("[!.]*")):
        if (path.is_dir() and not path.is_symlink()) or path.name.endswith((".tsr", ".tmp")):
            continue
        log = path.parent.relative_to(events / "checkpoints").as_posix()
        try:
            check(re.fullmatch("[1-9][0-9]*", path.name) and not path.is_symlink(), "its name is no size")
            if not checkpoint(path.read_bytes(), log, int(path.name), logs.get(log, []), keys):
                faults.append((3, f"{path}: it fits, but its key is not known"))
        except (ValueError, OSError) as fault:
            faults.append((1, f"{path}: {fault}"))
    return faults


if __name__ == "__main__":
    found = verify(Path(sys.argv[1]), [key(each) for each in sys.argv[2:]])
    print("\n".join(told for _, told in found) or "Every line and every checkpoint is right.")
    sys.exit(next((code for code in (1, 4, 3) if code in dict(found)), 0))
