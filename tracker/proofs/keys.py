"""Signers: their public keys, which the store keeps in events/keys, and the private halves, which it must never keep.

A signer is a person or a machine that signs checkpoints, for example ``example.org/your-laptop``. Its private key is in
a folder of its own below ``$XDG_CONFIG_HOME/tracker/keys``, with what it signed last for each log.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import (
    BadKey,
    BadPrivateKey,
    BadSigner,
    BadSignersFile,
    NoSigner,
    ReadFailed,
    SignerExists,
    WriteFailed,
)
from tracker.logs import durable
from tracker.proofs.notes import VerifierKey, parse_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNERS: Final = "keys"
"""The file below ``events`` that has one public key a line."""
_PRIVATE: Final = "private"
_OURS_ALONE: Final = 0o700
_LONGEST: Final = 100
_PART: Final = "[A-Za-z0-9][A-Za-z0-9._~-]*"
_NAME: Final = re.compile(rf"{_PART}(/{_PART})*\Z")
_MARK: Final = "PRIVATE+KEY+"
_ED25519: Final = b"\x01"


class Signer(NamedTuple):
    """A signer of the store: its public key, and the folder of its private one, which may be on another machine."""

    key: VerifierKey
    folder: Path

    @property
    def is_here(self) -> bool:
        """Whether the private key is on this machine."""
        return (self.folder / _PRIVATE).is_file()


def home(environment: Mapping[str, str]) -> Path:
    """Where private keys are: ``$XDG_CONFIG_HOME/tracker/keys``, else below ``~/.config`` (XDG Base Directory 0.8)."""
    config = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not config.is_absolute():  # the specification has relative paths ignored
        config = Path(environment.get("HOME") or Path.home()) / ".config"
    return config / "tracker" / "keys"


def check_signer(name: str) -> str:
    """Return a name that can be a signer's: a URL without schema, as C2SP signed-note advises; raises BadSigner.

    It must not end in ``cases``: the name of its log ``parties`` would be that of another signer's case "parties".
    """
    if not _NAME.match(name) or len(name) > _LONGEST or name.rpartition("/")[2] == "cases":
        raise BadSigner(name)
    return name


def public_keys(root: Path) -> list[VerifierKey]:
    """The keys of ``events/keys``, none when it is not there.

    Raises:
        BadSignersFile: a line of it is no key.
        ReadFailed: it cannot be read.
    """
    path = root / "events" / SIGNERS
    try:
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise ReadFailed(path, fault.strerror or str(fault)) from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found += [parse_key(line)] if line else []
        except BadKey as fault:
            raise BadSignersFile(path, number, str(fault)) from None
    return found


def signers(root: Path, keys: Path) -> list[Signer]:
    """The signers of a store; ``keys`` is where private keys are. Raises as ``public_keys``."""
    return [Signer(key, _folder(keys, key.name)) for key in public_keys(root)]


def choose(found: Sequence[Signer], name: str | None) -> Signer:
    """The signer of that name, or the only one whose private key is here; raises NoSigner."""
    here = [signer for signer in found if signer.is_here and name in (None, signer.key.name)]
    if len(here) != 1:
        raise NoSigner(name, [signer.key.name for signer in found], [signer.key.name for signer in here])
    return here[0]


def make(root: Path, name: str, keys: Path, *, timeout: float = durable.LOCK_TIMEOUT) -> Signer:
    """Make a signer: its private key below ``keys``, its public key in the store.

    Raises:
        BadSigner: there can be no signer of that name.
        SignerExists: the store has one, or a private key of that name is here and belongs to another store.
        LogLocked, WriteFailed: as for a log.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signer, events = check_signer(name), root / "events"
    folder = _folder(keys, name)
    private = Ed25519PrivateKey.generate()
    key = VerifierKey(signer, private.public_key().public_bytes_raw())
    try:
        with durable.lock(events / ".lock", timeout=timeout):
            known = public_keys(root)
            if any(name == each.name for each in known):
                raise SignerExists(name, "a signer of this store has that name")
            durable.make_folders(keys, mode=_OURS_ALONE)
            try:
                folder.mkdir(mode=_OURS_ALONE)
            except FileExistsError:
                raise SignerExists(name, f"{folder} is the key of another store, or was never used") from None
            _write(folder, key, private.private_bytes_raw(), events, known)
    except OSError as fault:
        raise WriteFailed(fault.filename or folder, fault.strerror or str(fault)) from None
    return Signer(key, folder)


def private_key(signer: Signer) -> bytes:
    """The seed of 32 bytes (RFC 8032, section 5.1.5).

    Raises:
        BadPrivateKey: it is not there, others may read it, or it is not that of the public key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = signer.folder / _PRIVATE
    try:
        if path.stat().st_mode & 0o077:
            raise BadPrivateKey(path, "others than you may read it: 'chmod 600' it, and make a new one if they did")
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadPrivateKey(path, f"it cannot be read ({getattr(fault, 'strerror', None) or fault})") from None
    seed = text.removeprefix(f"{_MARK}{signer.key.name}+{signer.key.key_id.hex()}+").rstrip("\n")
    try:
        raw = b64decode(seed, validate=True)
        public = Ed25519PrivateKey.from_private_bytes(raw[1:]).public_key().public_bytes_raw()
    except ValueError:
        raise BadPrivateKey(path, "it is not the private key of that signer") from None
    if public != signer.key.public:
        raise BadPrivateKey(path, "it is not the private half of the key in events/keys")
    return raw[1:]


def _folder(keys: Path, name: str) -> Path:
    return keys / name.replace("/", "+")  # no name has a +


def _write(folder: Path, key: VerifierKey, seed: bytes, events: Path, known: Sequence[VerifierKey]) -> None:
    """Write the private key, then the public one; neither is there when the second cannot be written."""
    private = folder / _PRIVATE
    try:
        text = f"{_MARK}{key.name}+{key.key_id.hex()}+{b64encode(_ED25519 + seed).decode()}\n"
        durable.write_whole(private, text.encode())
        durable.fsync_folder(folder.parent)
        durable.write_whole(events / SIGNERS, "".join(f"{each}\n" for each in (*known, key)).encode())
    except BaseException:
        with suppress(OSError):
            private.unlink(missing_ok=True)
            folder.rmdir()
        raise
