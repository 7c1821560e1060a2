"""Checkpoints: what is signed and what never is, and what they find in a log that was cut, changed or written anew."""

import re
import shutil
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from helpers import note, written
from sealed import EVENTS, LOG, NAME, SIZES, base64, defined_root, forged, leaves_of, sealed, seed, signed, text
from syscalls import Disk

from tracker.app import Tracker
from tracker.errors import BadNote, BrokenLine, NotSealed
from tracker.logs.repairs import covered
from tracker.proofs import checkpoints, merkle, notes
from tracker.proofs.checkpoints import Checkpoint, parse
from tracker.proofs.notes import VerifierKey

ROOT = bytes(range(32))
STRANGER = bytes(32)
"""The private key of somebody who is no signer of the store."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture
def store(whole, tmp_path):
    """A copy of the store and of its signer's keys."""
    shutil.copytree(whole.keys, tmp_path / "keys")
    return whole.copy(tmp_path / "store")._replace(keys=tmp_path / "keys")


def images(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def verified(store):
    """The finding for the one log, and the fault of each of its checkpoints."""
    (found,) = store.tracker.verify()
    return found, {Path(each.where).name: each.fault for each in found.checkpoints if each.fault}


# the text of a checkpoint


def test_a_checkpoint_comes_back_from_its_text() -> None:
    made = Checkpoint(f"{NAME}/{LOG}", 42, ROOT)
    assert str(made) == text(f"{NAME}/{LOG}", 42, base64(ROOT))
    assert parse(str(made), "here") == made
    assert parse(str(made) + "of somebody else\n", "here") == made
    sample = text("example.com/behind-the-sofa", 20852163, "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert str(parse(sample, "here")) == sample


@pytest.mark.parametrize(
    ("origin", "log"),
    [
        ("a/cases/x", "cases/x"),
        ("a/b/parties", "parties"),
        ("a/cases/parties", "cases/parties"),
        ("a/x", ""),
        ("x", ""),
    ],
)
def test_the_log_that_an_origin_names(origin, log):
    data = notes.sign(str(Checkpoint(origin, 1, ROOT)), origin, STRANGER)
    if log:
        assert checkpoints.read(data, "here", ()).checkpoint.log == log
    else:
        with pytest.raises(BadNote, match="ends in the name of no log"):
            checkpoints.read(data, "here", ())


@pytest.mark.parametrize("size", ["", "01", "-1", "+1", "1.0", "1e3", " 1", "1 ", "٣", "0x1", "10000000000000", "a"])
def test_sizes_that_are_none(size):
    with pytest.raises(BadNote, match=r"its size|no checkpoint"):
        parse(text("a/cases/x", size, base64(ROOT)), "here")


@pytest.mark.parametrize("root", ["", "?", base64(ROOT)[:-1], base64(ROOT[1:]), base64(ROOT + b"x"), f" {base64(ROOT)}",
                                  base64(ROOT)[:-2] + "9=", base64(ROOT).replace("/", "_") + "_"])  # fmt: skip
def test_roots_that_are_none(root):
    with pytest.raises(BadNote, match=r"its root|no checkpoint"):
        parse(text("a/cases/x", 1, root), "here")


def test_one_pass_gives_the_root_of_every_size() -> None:
    leaves = [sha256(bytes([0, number])).digest() for number in range(70)]
    found = merkle.roots(leaves, range(90))
    assert found == {0: sha256(b"").digest()} | {size: defined_root(leaves[:size]) for size in range(1, 71)}
    assert merkle.roots([], [0, 1]) == {0: sha256(b"").digest()}


# sealing


def test_a_checkpoint_is_what_the_bytes_of_the_log_give(whole):
    for size in SIZES:
        data = whole.checkpoint(size).read_bytes()
        root = defined_root(leaves_of(whole.lines)[:size])
        assert data == signed(size, root, seed(whole))
        key = VerifierKey(f"{NAME}/{LOG}", whole.tracker.public_keys()[0].public)
        assert notes.signed_by(notes.parse(data, "here"), [key], "here") == [key]
    assert covered(whole.tracker.root / "events", LOG) == SIZES[-1]
    assert covered(whole.tracker.root / "events", "parties") == 0
    found, faults = verified(whole)
    assert (found.lines, found.sealed, found.outcome, faults) == (EVENTS, SIZES[-1], 0, {})


def test_every_log_is_sealed_and_a_second_time_nothing_is_written(store):
    written(store.tracker.log, "parties", ("party.added", {"party": "x"}))
    assert [(row.log, row.size, row.is_new) for row in store.seal()] == [(LOG, EVENTS, True), ("parties", 1, True)]
    before = images(store.tracker.root)
    assert [(row.log, row.size, row.is_new) for row in store.seal()] == [(LOG, EVENTS, False), ("parties", 1, False)]
    assert images(store.tracker.root) == before
    assert [row.outcome for row in store.tracker.verify()] == [0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files are read from /proc")
def test_what_was_sealed_survives_a_power_cut(tmp_path):
    made, disk = Tracker.init(tmp_path / "store"), Disk(tmp_path)
    written(made.log, LOG, note())
    with disk.watched():
        made.make_signer(NAME, tmp_path / "keys")
        made.seal((), tmp_path / "keys")
        assert disk.at_risk() - {"store/events/.lock"} == set()
    assert ("write", "keys/example.org+laptop/private.tmp") in disk.steps


def test_the_signer_remembers_before_the_store_has_it(tmp_path):
    """A checkpoint that somebody may have seen is never forgotten: the memory comes first."""
    made = sealed(tmp_path)
    (made.tracker.root / "events" / "checkpoints" / LOG / f"{EVENTS}.tmp").mkdir()
    with pytest.raises(Exception, match="could not be written"):
        made.seal()
    memory = made.keys / "example.org+laptop" / "signed" / "cases+a"
    assert memory.read_bytes().split(b"\n")[1] == str(EVENTS).encode()
    assert not made.checkpoint(EVENTS).exists()


def missigned(note):
    """The note with one bit of its signature changed."""
    head, _, value = note.rpartition(b" ")
    raw = bytearray(b64decode(value))
    raw[20] ^= 1
    return head + b" " + b64encode(raw) + b"\n"


def cut(store):
    store.write(store.lines[:4])


def rewritten(store):
    store.write(forged(store.lines, 4))


def loose(store):
    store.log.write_bytes(store.log.read_bytes() + b'{"data"')


def rolled_back(store):
    """As after git reset: events and checkpoints of a former day, and another event since."""
    store.checkpoint(5).unlink()
    store.write(store.lines[:4])
    written(store.tracker.log, LOG, note("another"), note("and another"))


def gone(store):
    store.log.unlink()


def resigned(store):
    """Somebody else's signature under the last checkpoint, in the name of the signer."""
    store.checkpoint(5).write_bytes(missigned(store.checkpoint(5).read_bytes()))


def broken(store):
    store.write([*store.lines[:1], store.lines[1].replace(b"note 2", b"note 3"), *store.lines[2:]])


def misshapen(store):
    """Hash and chain are right, so that replaying takes it."""
    store.write(forged(store.lines, 6, specversion="0.3"))


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        (misshapen, BrokenLine, "line 6: its specversion '0.3' has a wrong form"),
        (cut, NotSealed, "it covers 5 events and the log has 4: 1 of them is missing"),
        (rewritten, NotSealed, "the log was written anew"),
        (loose, NotSealed, "7 bytes after its last line"),
        (rolled_back, NotSealed, "signed/cases"),
        (gone, NotSealed, "the log has 0: 5 of them are missing"),
        (resigned, BadNote, "not that of its text"),
        (broken, BrokenLine, "line 2: its bytes do not give its hash"),
    ],
)
def test_what_is_never_signed(store, change, error, why):
    change(store)
    written(store.tracker.log, "sources", ("source.added", {"source": "x"}))
    before = images(store.tracker.root), images(store.keys)
    with pytest.raises(error, match=why):
        store.seal()
    assert (images(store.tracker.root), images(store.keys)) == before


def test_a_last_checkpoint_by_nobody_known_is_not_taken_for_a_seal(store):
    leaves = leaves_of(store.lines)
    store.checkpoint(EVENTS).write_bytes(signed(EVENTS, defined_root(leaves), STRANGER))
    with pytest.raises(NotSealed, match="signed by nobody whose key is in events/keys"):
        store.seal()


# verifying


@pytest.mark.parametrize("kept", range(EVENTS))
def test_a_log_that_was_cut_is_found_wherever_a_checkpoint_covers_it(store, kept):
    store.write(store.lines[:kept])
    found, faults = verified(store) if kept else (next(store.tracker.verify()), None)
    missing = SIZES[-1] - kept
    assert found.outcome == (1 if missing > 0 else 0)
    assert (found.fault, found.lines) == (None, kept)
    if faults is not None and missing > 0:
        assert f"the log has {kept}: {missing} of them" in faults["5"]
        assert ("3" in faults) == (kept < 3)


@pytest.mark.parametrize("at", range(1, EVENTS + 1))
def test_a_log_that_was_written_anew_is_found_from_its_last_checkpoint_back(store, at):
    """Each forged log is whole in itself: only a checkpoint shows it."""
    store.write(forged(store.lines, at))
    found, faults = verified(store)
    assert found.fault is None
    assert found.outcome == (1 if at <= SIZES[-1] else 0)
    if at <= 3:
        assert set(faults) == {"3", "5"}
    elif at <= 5:
        assert "written anew; those up to 3 are as they were" in faults["5"]


def test_a_tail_that_was_never_acknowledged_and_one_that_was_sealed(store):
    loose(store)
    found, _ = verified(store)
    assert (found.outcome, found.loose, found.fault and found.fault[0]) == (4, 7, EVENTS + 1)
    store.write(store.lines[:EVENTS])
    store.log.write_bytes(store.log.read_bytes() + b"garbage")
    assert verified(store)[0].outcome == 1
    store.write(store.lines[:EVENTS])
    store.seal()
    store.log.write_bytes(store.log.read_bytes()[:-9])
    found, faults = verified(store)
    assert (found.outcome, found.code, list(faults)) == (1, 1, ["7"])


def test_a_log_that_is_gone_is_found(store):
    store.log.unlink()
    found, faults = verified(store)
    assert (found.lines, found.outcome) == (0, 1)
    assert "the log has 0: 5 of them are missing" in faults["5"]


HOSTILE = {
    "CRLF": (lambda good, log: good.replace(b"\n", b"\r\n"), "control characters, such as those of line ends"),
    "hyphen": (lambda good, log: good.replace("—".encode(), b"-"), "no signature line"),
    "cut": (lambda good, log: good[:-1], "no signed note"),
    "too long": (lambda good, log: good + b"x" * notes.MAX_NOTE, "longer than"),
    "empty": (lambda good, log: b"", "no signed note"),
    "signature": (lambda good, log: missigned(good), "not that of its text"),
    "root": (lambda good, log: good.replace(good.split(b"\n")[2], base64(ROOT).encode()), "not that of its text"),
    "size": (lambda good, log: good.replace(b"\n5\n", b"\n6\n"), "not that of its text"),
    "leading zero": (lambda good, log: good.replace(b"\n5\n", b"\n05\n"), "its size '05' is no number"),
    "signed leading zero": (
        lambda good, log: notes.sign(good.split(b"\n\n")[0].decode().replace("\n5\n", "\n05\n") + "\n",
                                     f"{NAME}/{LOG}", log),
        "its size '05' is no number",
    ),
    "replayed": (lambda good, log: log, "it is of 3 events, not of 5 as its name says"),
    "root of another size": (lambda good, log: log, "its root is that of the first 4 events, not of 5"),
    "another root": (lambda good, log: log, "the first 5 events are not those that it covers"),
    "another log": (lambda good, log: log, "a checkpoint of another log, cases/b"),
    "of no event": (lambda good, log: log, "it covers no event"),
    "no log": (lambda good, log: log, "ends in the name of no log"),
}  # fmt: skip


def hostile(store, name):
    """What somebody puts in the place of a good checkpoint; those that are signed have the real key's signature."""
    change, _ = HOSTILE[name]
    private, good, leaves = seed(store), store.checkpoint(5).read_bytes(), leaves_of(store.lines)
    made = {
        "replayed": lambda: store.checkpoint(3).read_bytes(),
        "root of another size": lambda: signed(5, defined_root(leaves[:4]), private),
        "another root": lambda: signed(5, ROOT, private),
        "another log": lambda: signed(5, defined_root(leaves[:5]), private, origin=f"{NAME}/cases/b"),
        "of no event": lambda: signed(0, sha256(b"").digest(), private),
        "no log": lambda: signed(5, defined_root(leaves[:5]), private, origin=NAME),
    }
    return change(good, made[name]() if name in made else private)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_checkpoint_is_named_with_what_is_wrong(store, name):
    store.checkpoint(5).write_bytes(hostile(store, name))
    found, faults = verified(store)
    assert list(faults) == ["5"]
    assert re.search(HOSTILE[name][1], str(faults["5"])), faults
    assert (found.fault, found.sealed, found.outcome) == (None, 3, 1)


def test_signatures_by_keys_that_are_not_known(store):
    good, root = store.checkpoint(5).read_bytes(), defined_root(leaves_of(store.lines)[:5])
    strange = signed(5, root, STRANGER)
    store.checkpoint(5).write_bytes(good + strange.split(b"\n\n")[1])
    assert verified(store)[0].outcome == 0
    store.checkpoint(5).write_bytes(strange)
    found, faults = verified(store)
    assert (found.outcome, found.sealed) == (3, 3)
    assert faults == {"5": f"it fits, but the key of {NAME}/{LOG} is not known"}
    store.checkpoint(5).write_bytes(signed(5, ROOT, STRANGER))
    assert verified(store)[0].outcome == 1
    (store.tracker.root / "events" / "keys").unlink()
    store.checkpoint(5).write_bytes(good)
    assert verified(store)[0].outcome == 3


def test_a_damaged_line_leaves_the_checkpoints_before_it_standing(store):
    store.write([*store.lines[:3], store.lines[3].replace(b"note 4", b"note 5"), *store.lines[4:]])
    found, faults = verified(store)
    assert (found.outcome, found.lines, found.sealed) == (1, 3, 3)
    assert faults == {"5": "it reaches behind the damaged line, so that it says nothing"}


def test_what_lies_among_checkpoints(store):
    for name in ("5.freetsa.tsr", ".DS_Store", "6.tmp"):
        (store.checkpoint(5).parent / name).write_bytes(b"x")
    assert verified(store)[0].outcome == 0
    for name in ("05", "5 ", "x", "5.bak"):
        (store.checkpoint(5).parent / name).write_bytes(store.checkpoint(5).read_bytes())
        found, faults = verified(store)
        assert (found.outcome, list(faults)) == (1, [name])
        (store.checkpoint(5).parent / name).unlink()
    store.checkpoint(3).unlink()
    store.checkpoint(3).symlink_to(store.checkpoint(5))
    assert verified(store)[1] == {"3": "it is no plain file"}


# against what somebody else holds


def test_a_held_checkpoint_shows_a_store_that_was_set_back(store, tmp_path):
    """Log and checkpoints of a former day fit each other: only who kept a later checkpoint sees it."""
    held = Path(shutil.copy(store.checkpoint(5), tmp_path / "held"))
    fits = store.tracker.compare(held)
    assert (fits.outcome, fits.log, fits.size, fits.lines, fits.signers) == (0, LOG, 5, EVENTS, (NAME,))
    store.checkpoint(5).unlink()
    cut(store)
    assert verified(store)[0].outcome == 0
    found = store.tracker.compare(held)
    assert (found.outcome, found.fault) == (
        1, "it covers 5 events and the log has 4: 1 of them is missing at the end")  # fmt: skip


def test_two_histories_by_one_signer_are_told(store, tmp_path):
    held = Path(shutil.copy(store.checkpoint(5), tmp_path / "held"))
    store.write(forged(store.lines, 2))
    for size in SIZES:
        root = defined_root(leaves_of(store.lines)[:size])
        store.checkpoint(size).write_bytes(signed(size, root, seed(store)))
    assert verified(store)[0].outcome == 0
    found = store.tracker.compare(held)
    assert found.outcome == 1
    assert "another root of the same size by the same signer, who signed two histories" in str(found.fault)


def test_a_held_checkpoint_whose_key_is_not_known(store, tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    held, root = tmp_path / "held", defined_root(leaves_of(store.lines)[:4])
    held.write_bytes(signed(4, root, STRANGER, origin=f"bob.example/{LOG}"))
    found = store.tracker.compare(held)
    assert (found.outcome, found.signers, found.unknown) == (3, (), (f"bob.example/{LOG}",))
    bob = VerifierKey("bob.example", Ed25519PrivateKey.from_private_bytes(STRANGER).public_key().public_bytes_raw())
    assert store.tracker.compare(held, [bob]).outcome == 0
    assert store.tracker.compare(store.checkpoint(5), [bob]).outcome == 3
    assert next(store.tracker.verify(keys=[bob])).outcome == 3


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("replayed", "leading zero", "signature")])
def test_a_hostile_checkpoint_is_not_taken_from_anybody(store, tmp_path, name):
    held = tmp_path / "held"
    held.write_bytes(hostile(store, name))
    if name in ("root of another size", "another root"):
        assert store.tracker.compare(held).outcome == 1
    else:
        with pytest.raises(BadNote):
            store.tracker.compare(held, log=LOG)


def test_a_damaged_log_is_compared_as_far_as_it_goes(store):
    broken(store)
    found = store.tracker.compare(store.checkpoint(5))
    assert found.outcome == 1
    assert str(found.fault).startswith("the log cannot be compared with it: ")
