"""docs/verify_log.py, which shares no code with the tracker, comes to the same verdict on whole and damaged stores."""

import ast
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import note, written
from sealed import EVENTS, LOG, NAME, SIZES, base64, defined_root, forged, leaves_of, sealed, seed, signed, text

from tracker.app import Tracker
from tracker.proofs import notes
from tracker.proofs.verifying import gravest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "docs" / "verify_log.py"
VECTORS = Path(__file__).with_name("vectors")
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
"""RFC 8032, section 7.1, TEST 1; the empty message."""
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
    "5141438e7a100b"
)

FORMS = {
    *("id", "specversion", "type", "recordedby", "recordedtime", "dataschema", "another type", "datacontenttype"),
    *("subject", "time", "cannot name", "extra", "a log ends"),
}
"""Why those vectors are refused whose fault is the form of a single member, which the second verifier leaves out."""


def loaded():
    spec = importlib.util.spec_from_file_location("verify_log", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


theirs = loaded()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    made = sealed(tmp_path_factory.mktemp("second"))
    written(made.tracker.log, "parties", ("party.added", {"party": "x"}), ("party.added", {"party": "y"}))
    made.seal("parties")
    return made


def verdicts(root: Path) -> tuple[int, int]:
    """What the tracker and the other one come to, as exit codes."""
    ours = gravest([found.outcome for found in Tracker(root).verify()])
    found = dict(theirs.verify(root / "events"))
    return ours, next((code for code in (1, 4, 3) if code in found), 0)


def process(events: Path, *keys: str) -> tuple[int, str]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(events), *keys]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_is_short_and_takes_nothing_from_elsewhere():
    source = SCRIPT.read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert imported <= set(sys.stdlib_module_names)
    assert source.count("\n") < 150


def test_it_checks_signatures_as_rfc_8032_has_them():
    assert theirs.signs(PUBLIC, b"", SIGNATURE)
    note = notes.parse(notes.sign("x\n", "a", SECRET), "here")
    assert theirs.signs(PUBLIC, b"x\n", note.signatures[0].value)
    changed = [SIGNATURE[:at] + bytes([SIGNATURE[at] ^ 1]) + SIGNATURE[at + 1 :] for at in range(0, 64, 7)]
    twice = (int.from_bytes(SIGNATURE[32:], "little") + theirs.ORDER).to_bytes(32, "little")  # S must be reduced
    assert not any(theirs.signs(PUBLIC, b"", bad) for bad in (*changed, SIGNATURE[:32] + twice, SIGNATURE[:63]))
    assert not theirs.signs(PUBLIC, b"x", SIGNATURE)


def test_both_believe_a_tree_head_of_the_go_checksum_database():
    """A signed note of another hand: the one that sum.golang.org served for its tree of 49,189,689 leaves."""
    key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    head = text("go.sum database tree", 49189689, "ftjbAOzaupaIvaPo/G+Dk63nxOZ2s1OPOKIaPtXs7S4=")
    value = "Az3grlKZssqRoMNPpZfKt0TphbbcF+pzXqElURJKRNFKfaUAgqeI5k2AORH0QAhg/ebRwyIqD/OqP4oLtLnNumvOBAM="
    note = notes.parse(f"{head}\n— sum.golang.org {value}\n".encode(), "here")
    assert notes.signed_by(note, [notes.parse_key(key)], "here") == [notes.parse_key(key)]
    name, public = theirs.key(key)
    assert (name, public) == notes.parse_key(key)
    assert theirs.signs(public, head.encode(), note.signatures[0].value)
    assert not theirs.signs(public, head.replace("9689", "9688").encode(), note.signatures[0].value)


def test_it_takes_the_lines_of_the_vectors_and_refuses_what_must_be():
    lines = [json.loads(line) for line in (VECTORS / "lines.jsonl").read_text(encoding="utf-8").split("\n") if line]
    for each in lines:
        found = theirs.event(
            each["line"].encode(), each["after"]["position"] + 1, each["after"]["xhash"], each["draft"]["log"]
        )
        assert found[1] == each["xhash"]
    passed = []
    for line in (VECTORS / "refused.jsonl").read_text(encoding="utf-8").split("\n"):
        if line:
            each = json.loads(line)
            raw = bytes.fromhex(each["hex"]) if "hex" in each else each["line"].encode()
            try:
                theirs.event(raw, each["after"]["position"] + 1, each["after"]["xhash"], each["log"])
            except (ValueError, RecursionError):
                continue
            passed.append(each["reason"])
    # What it says of itself: the forms of single members, of section 4, are left out.
    assert set(passed) == FORMS


def test_real_logs_and_damaged_copies_as_a_program(whole, tmp_path):
    assert process(ROOT / "events") == (0, "Every line and every checkpoint is right.\n")
    store = whole.copy(tmp_path / "store")
    events, key = store.tracker.root / "events", str(store.tracker.public_keys()[0])
    assert process(events) == process(events, key) == (0, "Every line and every checkpoint is right.\n")
    store.write(store.lines[:4])
    code, out = process(events)
    assert (code, out) == (1, f"{store.checkpoint(5)}: it covers 5 events, the log has 4\n")
    store.write(forged(whole.lines, 2))
    assert process(events)[1].count("its root is not that of the log") == 2
    (events / "keys").unlink()
    store.write(whole.lines)
    assert (process(events)[0], process(events, key)[0]) == (3, 0)


def variants(store) -> Iterator[tuple[Path, bytes | None]]:
    """A file and what stands in it instead; None for a file that is gone."""
    log, last, keys = store.log, store.checkpoint(5), store.tracker.root / "events" / "keys"
    parties = log.parents[1] / "parties.jsonl"
    whole, lines, private = log.read_bytes(), store.lines, seed(store)
    for path, step in ((log, 19), (last, 3), (keys, 4), (parties, 31)):
        data = path.read_bytes()
        for at in range(0, len(data), step):
            yield path, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for at in range(0, len(data), step * 5):
            yield path, data[:at] + data[at + 1 :]
            yield path, data[:at] + b"\r" + data[at:]
            yield path, data[:at]
        yield path, None
    joined = [
        *(lines[:at] + lines[at + 1 :] for at in range(EVENTS)),
        *([*lines[:at], lines[at], *lines[at:]] for at in range(EVENTS)),
        *([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]] for at in range(EVENTS - 1)),
        *(lines[:at] for at in range(1, EVENTS)),
        *(forged(lines, at) for at in range(1, EVENTS + 1)),
        *(forged(lines, at, source="/cases/b") for at in (1, 6)),
        *(forged(lines, at, sequence="0000000009") for at in (1, 7)),
        *(forged(lines, at, id=json.loads(lines[1])["id"]) for at in (1, 7)),
        *(
            forged(lines, 7, data={"note": "x", "more": more})
            for more in (2**53 - 1, [], {}, None, True, "\u2028", [1, -2])
        ),
    ]
    for each in joined:
        yield log, b"".join(line + b"\n" for line in each)
    for tail in (b"{", b"\0", b"x", b"\r\n", lines[6], lines[6] + b" "):
        yield log, whole + tail
    roots = {size: defined_root(leaves_of(lines)[:size]) for size in range(1, EVENTS + 1)}
    for size, root in roots.items():
        for origin in (f"{NAME}/{LOG}", f"{NAME}/parties", NAME, LOG):
            yield store.checkpoint(size), signed(size, root, private, origin=origin)
        yield store.checkpoint(size), signed(size, root, bytes(32))
        yield last, signed(size, root, private)
        yield last, signed(5, root, private)
        yield store.checkpoint(size), signed(size, root, private) + signed(size, root, bytes(32)).split(b"\n\n")[1]
    for size in ("05", "0", "-5", "5 ", "", "٥"):
        yield last, notes.sign(text(f"{NAME}/{LOG}", size, base64(roots[5])), f"{NAME}/{LOG}", private)
    root = base64(roots[5])
    for rest in ((5,), (5, root, "more"), (5, root, "", "more"), (5, root[:-1]), ()):
        yield last, notes.sign(text(f"{NAME}/{LOG}", *rest), f"{NAME}/{LOG}", private)
    good = last.read_bytes()
    for data in (b"", b"\n\n", good * 2, good + b"x" * notes.MAX_NOTE, good + b"\n", good.replace(b"\n", b"\r\n"),
                 good + good.split(b"\n\n")[1] * 99, good + good.split(b"\n\n")[1] * 100, good.upper()):  # fmt: skip
        yield last, data
    for name in ("05", "5.bak", "5.tmp", ".5", "5.freetsa.tsr", "x"):
        yield last.with_name(name), good


def test_both_come_to_the_same_verdict_on_every_variant(whole, tmp_path):
    store = whole.copy(tmp_path / "store")._replace(keys=whole.keys)
    counted: dict[int, int] = {}
    assert verdicts(store.tracker.root) == (0, 0)
    for path, data in variants(store):
        before = path.read_bytes() if path.exists() else None
        path.unlink(missing_ok=True) if data is None else path.write_bytes(data)
        ours, other = verdicts(store.tracker.root)
        assert ours == other, (
            path,
            data,
            list(Tracker(store.tracker.root).verify()),
            theirs.verify(store.tracker.root / "events"),
        )
        counted[ours] = counted.get(ours, 0) + 1
        path.unlink(missing_ok=True) if before is None else path.write_bytes(before)
    assert sum(counted.values()) >= 500
    assert min(counted[code] for code in (0, 1, 3, 4)) > 5, counted
    assert SIZES == (3, 5)


def test_folders_that_hold_something_else(whole, tmp_path):
    for number, change in enumerate((
        lambda events: shutil.rmtree(events / "checkpoints"),
        lambda events: (events / "keys").write_bytes(b""),
        lambda events: (events / "cases" / "UPPER.jsonl").write_bytes(b"x\n"),
        lambda events: (events / "cases" / ".x.jsonl").write_bytes(b"x\n"),
        lambda events: (events / "cases" / "empty.jsonl").write_bytes(b""),
    )):  # fmt: skip
        store = whole.copy(tmp_path / str(number))
        change(store.tracker.root / "events")
        try:
            ours, other = verdicts(store.tracker.root)
        except Exception as stray:  # a file that can be no log: the tracker refuses the whole store
            ours, other = 1, next(iter(dict(theirs.verify(store.tracker.root / "events"))))
            assert "has a name that no log can have" in str(stray)
        assert ours == other, number
    assert written(whole.tracker.log, LOG, note())
