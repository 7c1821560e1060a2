"""Signed notes (C2SP signed-note, c2sp.org/signed-note): a text, a blank line, and a line for each signature.

Only Ed25519 (RFC 8032) is signed and checked here; signatures of another sort are ignored, as the format asks, so that
one can be added to a note later. No other text than the one that was signed ever has the signature's word for it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadKey, BadNote

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NOTE: Final = 1_048_576
"""Bytes; a note of a log takes some hundred."""
MAX_SIGNATURES: Final = 100

_ED25519: Final = b"\x01"
_DASH: Final = "\N{EM DASH} "
_NAME: Final = re.compile(r"[^\s+]+\Z")
_VKEY: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\Z")


class VerifierKey(NamedTuple):
    """The public half of a signer's key: a name without spaces and +, and the 32 bytes of RFC 8032, section 5.1.5."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def below(self, name: str) -> VerifierKey:
        """The same key under ``<this name>/<name>``: whose it is for one log."""
        return VerifierKey(f"{self.name}/{name}", self.public)

    def __str__(self) -> str:
        """As it is handed on: name, id and key with + between them."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(_ED25519 + self.public).decode()}"


class Signature(NamedTuple):
    """One signature line: who is said to have signed, the id of the key, and the bytes of the signature."""

    name: str
    key_id: bytes
    value: bytes


class Note(NamedTuple):
    """A text, with its last LF, and its signatures, of which nothing is checked yet."""

    text: str
    signatures: tuple[Signature, ...]


def parse_key(text: str) -> VerifierKey:
    """Read a key as ``str(VerifierKey)`` writes it; raises BadKey, also when its id is not that of name and key."""
    match = _VKEY.match(text)
    if not match:
        raise BadKey(text, "it has not the form NAME+ID+KEY")
    key = VerifierKey(match[1], _key_bytes(text, match[3]))
    if key.key_id.hex() != match[2]:
        raise BadKey(text, f"its id is {match[2]}, but that of this name and key is {key.key_id.hex()}")
    return key


def parse(data: bytes, where: object) -> Note:
    """Take a note apart; raises BadNote with ``where``."""
    if len(data) > MAX_NOTE:
        raise BadNote(where, f"it is longer than {MAX_NOTE} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise BadNote(where, "it is not UTF-8") from None
    if any(sign < " " and sign != "\n" for sign in whole):
        raise BadNote(where, "it contains control characters, such as those of line ends other than LF")
    text, blank, signed = whole.rpartition("\n\n")
    if not blank or not text or not signed.endswith("\n"):
        raise BadNote(where, "it is no signed note: a text, a blank line, then signatures")
    lines = signed[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BadNote(where, f"it has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_signature(line, where) for line in lines))


def signed_by(note: Note, keys: Iterable[VerifierKey], where: object) -> list[VerifierKey]:
    """The keys that signed a note; others' signatures are ignored.

    Raises:
        BadNote: a signature that names one of the keys is not by it, so that nothing about the note is to be believed.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    known = {(key.name, key.key_id): key for key in keys}
    found = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, note.text.encode())
        except (InvalidSignature, ValueError):
            raise BadNote(where, f"the signature of {key.name} is not that of its text") from None
        found.append(key)
    return found


def sign(text: str, name: str, private: bytes) -> bytes:
    """A note with one signature; ``text`` ends with LF, ``private`` is the seed of 32 bytes (RFC 8032, 5.1.5)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(private)
    public = VerifierKey(name, key.public_key().public_bytes_raw())
    value = b64encode(public.key_id + key.sign(text.encode())).decode()
    return f"{text}\n{_DASH}{name} {value}\n".encode()


def _signature(line: str, where: object) -> Signature:
    name, space, value = line.removeprefix(_DASH).partition(" ")
    if not (line.startswith(_DASH) and space and _NAME.match(name)):
        raise BadNote(where, f"{line[:60]!r} is no signature line")
    try:
        raw = b64decode(value, validate=True)
    except (NotBase64, ValueError):
        raise BadNote(where, f"the signature of {name} is not base64") from None
    if len(raw) < 5:
        raise BadNote(where, f"the signature of {name} is too short")
    return Signature(name, raw[:4], raw[4:])


def _key_bytes(text: str, encoded: str) -> bytes:
    try:
        raw = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        raise BadKey(text, "its key is not base64") from None
    if not raw.startswith(_ED25519) or len(raw) != 33:
        raise BadKey(text, "it is no Ed25519 key of 32 bytes")
    return raw[1:]
