"""Check folders made by 'tracker prove': python3 verify.py FOLDER...  Needs Python 3.9 alone, and no network.
Prints a line for each folder, and exits with 1 when one is refused. verify.mjs, in another language, says the same.
"""

import re
import sys
from base64 import b64decode, b64encode
from hashlib import sha256, sha512
from pathlib import Path

P = 2**255 - 19  # of Ed25519: RFC 8032, section 5.1
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
MORE = r'(?:,"[a-z0-9]+":(?:"(?:[^"\\]|\\.)*"|-?[0-9]+|true|false))*'
PLACE = re.compile(f'.*,"sequence":"([0-9]{{10}})"{MORE},"source":"(/[a-z0-9/-]+)"{MORE}', re.S)
PROOF = re.compile(
    r"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]+\n)?index (0|[1-9][0-9]{0,14})\n((?:[^\n]+\n)*)\n([\s\S]*)"
)


def require(right, reason):
    """Refuse the folder for this reason, unless all is right."""
    if not right:
        raise ValueError(reason)


def unbase64(text, what):
    """Bytes written in base64 (RFC 4648, section 4), in the one way in which they are written."""
    require(re.fullmatch("[A-Za-z0-9+/]*={0,2}", text) and len(text) % 4 == 0, f"{what} is not base64")
    data = b64decode(text)
    require(b64encode(data).decode() == text, f"{what} is not base64")
    return data


def point(data):
    """A point of the curve as x, y, z and t (RFC 8032, section 5.1.3); None when these 32 bytes are none."""
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if not 1 < y < P - 1 or x * x % P != square:  # y of 1 and below 0 or over P: no key has them
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def add(p, q):
    """The sum of two points (section 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, p):
    """A point added to itself so many times."""
    total = (0, 1, 1, 0)
    for bit in f"{number:b}":
        total = add(total, total)
        total = add(total, p) if bit == "1" else total
    return total


def is_signed(public, message, signature):
    """Whether a key signed a message (section 5.1.7): s times the base less h times the key is r."""
    base, key = point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), point(public)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or s >= ORDER:
        return False
    h = int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER
    x, y, z, _ = add(times(s, base), times(h, (P - key[0], key[1], 1, P - key[3])))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == r


def key_of(vkey):
    """Name, id and public key of a verifier key (c2sp.org/signed-note)."""
    form = re.fullmatch(r"([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n", vkey)
    require(form, "vkey is no verifier key")
    raw = unbase64(form[3], "vkey")
    require(len(raw) == 33 and raw[0] == 1, "vkey is no Ed25519 key")
    require(sha256(f"{form[1]}\n".encode() + raw).hexdigest()[:8] == form[2], "vkey has the id of another key")
    return form[1], bytes.fromhex(form[2]), raw[1:]


def tree_of(note, name, key_id, public):
    """Size and root of a checkpoint (c2sp.org/tlog-checkpoint) that this key signed."""
    text, blank, signed = note.rpartition("\n\n")
    require(blank and signed.endswith("\n") and not re.search(r"[\0-\t\v-\x1f]", note), "checkpoint is no signed note")
    ours = 0
    for line in signed[:-1].split("\n"):
        form = re.fullmatch("— ([^ ]+) ([^ ]+)", line)
        require(form, "checkpoint has a line that is no signature")
        raw = unbase64(form[2], "a signature")
        if form[1] == name and raw[:4] == key_id:  # the others are for whoever has their keys
            require(is_signed(public, f"{text}\n".encode(), raw[4:]), "the signature is not that of the checkpoint")
            ours += 1
    require(ours, "checkpoint is not signed by the key in vkey")
    form = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,14})\n([^\n]+)(?:\n[^\n]+)*", text)
    require(form and form[1] == name, "checkpoint is not one of the log that vkey names")
    return int(form[2]), unbase64(form[3], "the root")


def leads_to(root, leaf, index, size, hashes):
    """Whether hashes lead from a leaf to a root (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    for each in hashes:
        if last == 0:
            return False
        if index & 1 or index == last:
            leaf = sha256(b"\1" + each + leaf).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            leaf = sha256(b"\1" + leaf + each).digest()
        index, last = index >> 1, last >> 1
    return last == 0 and leaf == root


def check(folder):
    """What a folder shows; ValueError says why it is refused, OSError that a file is missing."""
    files = [(folder / name).read_bytes() for name in ("event.json", "event.tlog-proof", "checkpoint", "vkey")]
    require(max(map(len, files)) <= 2**20, "a file has more than 1 MiB")
    try:
        line, proof, note, vkey = (data.decode() for data in files)
    except UnicodeDecodeError:
        raise ValueError("a file is not UTF-8") from None
    name, key_id, public = key_of(vkey)
    size, root = tree_of(note, name, key_id, public)
    form = PROOF.fullmatch(proof)
    require(form and form[3] == note, "event.tlog-proof is no proof that ends in the checkpoint")
    index, hashes = int(form[1]), [unbase64(each, "a hash of the proof") for each in form[2].split("\n")[:-1]]
    require(all(len(each) == 32 for each in hashes), "a hash of the proof is no SHA-256")
    leaf = sha256(b"\0" + files[0][:-76] + b"}").digest()
    require(files[0][-76:] == f',"xhash":"{leaf.hex()}"}}'.encode(), "the bytes of event.json do not give its hash")
    place = PLACE.fullmatch(line[:-76])
    require(place and int(place[1]) == index + 1, "event.json has not the number that the proof is for")
    require(name.endswith(place[2]), "event.json is not of the log that vkey names")
    require(index < size and leads_to(root, leaf, index, size, hashes), "the proof does not lead to the root")
    return f"event {index + 1} of {place[2][1:]} is one of the first {size}, signed by {vkey[:-1]}"


refused = 0
for folder in map(Path, sys.argv[1:] or [Path(__file__).parent]):
    try:
        print(f"{folder}: good: {check(folder)}")
    except (ValueError, OSError) as fault:
        refused = 1
        print(f"{folder}: REFUSED: {'a file is missing' if isinstance(fault, OSError) else fault}")
sys.exit(refused)
