"""Signers: where their private keys are, that none is ever overwritten, and what is no key."""

import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from sealed import NAME

from tracker.app import Tracker
from tracker.errors import (
    BadPrivateKey,
    BadSigner,
    BadSignersFile,
    NoSigner,
    SignerExists,
    WriteFailed,
)
from tracker.proofs import notes
from tracker.proofs.keys import choose, home, private_key, public_keys


@pytest.fixture
def tracker(tmp_path):
    return Tracker.init(tmp_path / "store")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def image(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_the_private_key_is_nobody_elses_and_not_in_the_store(tracker, tmp_path, mask):
    before = os.umask(mask)
    try:
        made = tracker.make_signer(NAME, tmp_path / "config" / "tracker" / "keys")
    finally:
        os.umask(before)
    private = tmp_path / "config" / "tracker" / "keys" / "example.org+laptop" / "private"
    folders = [private.parents[n] for n in range(4)]
    assert (mode(private), {mode(folder) for folder in folders}) == (0o600, {0o700})
    raw = private_key(made)
    assert tracker.signers(tmp_path / "config" / "tracker" / "keys") == [made]
    assert (tracker.root / "events" / "keys").read_text() == f"{made.key}\n"
    stored = b"".join(image(tracker.root).values())
    assert raw not in stored
    assert private.read_bytes().split(b"+", 4)[4].strip() not in stored
    note = notes.parse(notes.sign("x\n", NAME, raw), "here")
    assert notes.signed_by(note, [made.key], "here") == [made.key]


def test_no_key_is_overwritten(tracker, tmp_path):
    tracker.make_signer(NAME, tmp_path / "keys")
    other = Tracker.init(tmp_path / "other")
    for store, why in ((tracker, "of this store"), (other, "key of another store")):
        before = image(tmp_path)
        with pytest.raises(SignerExists, match=why):
            store.make_signer(NAME, tmp_path / "keys")
        assert image(tmp_path) == before
    with pytest.raises(SignerExists, match="of this store"):
        tracker.make_signer(NAME, tmp_path / "keys of another machine")
    assert not (tmp_path / "keys of another machine").exists()


def test_a_second_signer_stands_beside_the_first(tracker, tmp_path):
    made = [tracker.make_signer(name, tmp_path / "keys") for name in (NAME, f"{NAME}-2", "b.example")]
    assert tracker.signers(tmp_path / "keys") == made
    assert len({each.key.public for each in made}) == 3


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a+b",
        "/a",
        "a/",
        "a//b",
        "..",
        "a/../b",
        ".a",
        "-a",
        "a\n",
        "é.example",
        "a" * 101,
        "a/cases",
        "cases",
    ],
)
def test_names_that_no_signer_can_have(tracker, tmp_path, name):
    with pytest.raises(BadSigner):
        tracker.make_signer(name, tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_key_whose_public_half_cannot_be_written_is_not_there(tracker, tmp_path):
    (tracker.root / "events" / "keys.tmp").mkdir()
    with pytest.raises(WriteFailed):
        tracker.make_signer(NAME, tmp_path / "keys")
    assert list((tmp_path / "keys").iterdir()) == []
    (tracker.root / "events" / "keys.tmp").rmdir()
    assert tracker.make_signer(NAME, tmp_path / "keys").is_here


def test_a_private_key_that_cannot_be_used(tracker, tmp_path):
    made = tracker.make_signer(NAME, tmp_path / "keys")
    private, other = made.folder / "private", tracker.make_signer("b.example", tmp_path / "keys").folder / "private"
    whole = private.read_bytes()
    for text, why in (
        (b"", "not the private key"),
        (
            b"+".join([*whole.split(b"+", 4)[:4], b""]) + b64encode(b"\x01" + bytes(32)),
            "not the private half of the key",
        ),
        (b"\xff", "cannot be read"),
        (whole[:-10] + b"\n", "not the private key"),
        (other.read_bytes(), "not the private key"),
    ):
        private.write_bytes(text)
        with pytest.raises(BadPrivateKey, match=why):
            private_key(made)
    private.write_bytes(whole)
    private.chmod(0o640)
    with pytest.raises(BadPrivateKey, match="others than you may read it"):
        private_key(made)
    private.unlink()
    with pytest.raises(BadPrivateKey, match="No such file"):
        private_key(made)


@pytest.mark.parametrize(
    ("bad", "line"),
    [("x", 1), ("{key}x", 1), ("{key}\nnonsense\n", 2), ("{key}\r\n", 1), ("\n{key} \n", 2), ("\xff", 1)],
)
def test_lines_that_are_no_keys_are_named(tracker, tmp_path, bad, line):
    made = tracker.make_signer(NAME, tmp_path / "keys")
    path = tracker.root / "events" / "keys"
    path.write_bytes(bad.format(key=made.key).encode("latin-1"))
    with pytest.raises(BadSignersFile) as refused:
        public_keys(tracker.root)
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    (found,) = tracker.verify()
    assert (found.where, found.fault and found.fault[0], found.outcome) == (str(path), line, 1)


def test_who_signs(tracker, tmp_path):
    with pytest.raises(NoSigner, match="No signer of this store"):
        choose(tracker.signers(tmp_path), None)
    one = tracker.make_signer("a.example", tmp_path)
    far = tracker.make_signer("far.example", tmp_path / "elsewhere")
    assert choose(tracker.signers(tmp_path), None) == one
    two = tracker.make_signer("b.example", tmp_path)
    found = tracker.signers(tmp_path)
    assert choose(found, "b.example") == two
    for name, why in ((None, "name one with --as"), (far.key.name, "not on this machine"), ("c", "has no signer 'c'")):
        with pytest.raises(NoSigner, match=why):
            choose(found, name)


def test_where_private_keys_are(tmp_path):
    assert home({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}) == Path("/c/tracker/keys")
    assert home({"XDG_CONFIG_HOME": "c", "HOME": "/h"}) == home({"HOME": "/h"}) == Path("/h/.config/tracker/keys")


def test_the_private_key_is_as_go_writes_it(tracker, tmp_path):
    """PRIVATE+KEY+name+id+base64 of type and seed, as golang.org/x/mod/sumdb/note has it."""
    made = tracker.make_signer(NAME, tmp_path)
    private, key, name, key_id, value = (made.folder / "private").read_text().rstrip("\n").split("+", 4)
    assert (private, key, name, key_id) == ("PRIVATE", "KEY", NAME, made.key.key_id.hex())
    assert b64decode(value) == b"\x01" + private_key(made)
