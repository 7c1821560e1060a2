"""The commands key, seal and verify as somebody uses them: what they print, how they end, what they import."""

import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from running import images, ok, run, run_several, said, started
from sealed import forged

from tracker.app import Tracker

NAME = "example.org/laptop"
CASE = Path("events", "cases", "deposit.jsonl")
CHECKPOINTS = Path("events", "checkpoints", "cases", "deposit")
IMPORTED = (
    "import sys; from tracker.cli import run; code = run(sys.argv[1:]); "
    "assert not {'cryptography', 'sqlite_utils'} & set(sys.modules); sys.exit(code)"
)


def home(folder: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(folder / "config")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sealed store in a folder of its own, beside the configuration of its signer."""
    folder = tmp_path_factory.mktemp("sealing")
    started(folder / "store")
    ok("key", NAME, cwd=folder / "store", env=home(folder))
    ok("seal", cwd=folder / "store", env=home(folder))
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def commands(folder: Path, *lines: str):
    return run_several([line.split() for line in lines], cwd=folder / "store", env=home(folder))


def test_from_no_signer_to_a_sealed_store(tmp_path):
    store = started(tmp_path / "store")
    none, early, made, again, seal, twice, verified = commands(
        tmp_path, "key", "seal", f"key {NAME}", f"key {NAME}", "seal", "seal", "verify")  # fmt: skip
    assert none.out.startswith("No signer yet: make one with 'tracker key NAME'")
    assert (early.code, said(early)) == (
        2, "No signer of this store has its private key here: make one with 'tracker key NAME'.")  # fmt: skip
    private, key = tmp_path / "config" / "tracker" / "keys" / "example.org+laptop", made.out.split("\n")[2]
    assert made.out == (
        f"Made the signer {NAME}. Its private key is in {private}: it is not in the store, so keep a copy.\n"
        f"Its public key is in events/keys; give it to whoever shall check what you sign:\n{key}\n"
    )
    assert (store / "events" / "keys").read_text() == f"{key}\n"
    assert (again.code, "is taken: a signer of this store has that name" in said(again)) == (2, True)
    assert [line.split() for line in seal.out.splitlines()[2:]] == [
        ["cases/deposit", "3", "new", f"{NAME}/cases/deposit"],
        ["parties", "2", "new", f"{NAME}/parties"],
        ["sources", "1", "new", f"{NAME}/sources"],
    ]
    assert twice.out.count("sealed already") == 3
    assert verified.out.split("\n\n")[1].splitlines() == [
        "6 events in 3 logs: every hash, every link and every byte's form is right.",
        f"3 checkpoints: signature and root are right. Signed by {NAME}.",
        "Every event is covered. Nothing from outside says when they were signed.",
        "The projection was not compared: it is not up to date, which the next reading",
        "command sees to.",
        "That says that what was logged has not changed since, not that it is true.",
    ]


def test_one_log_is_sealed_and_the_rest_is_said_to_be_uncovered(folder):
    for log in ("deposit", "parties"):
        (folder / "store" / "events" / "checkpoints" / ("cases/deposit" if log == "deposit" else log)).rename(
            folder / log
        )
    logged, seal, verified, strict, one, unknown = commands(
        folder, "log deposit note.added --note x", "seal deposit", "verify", "verify --strict",
        "verify --strict deposit", "seal nowhere")  # fmt: skip
    assert (logged.code, seal.out.count("new")) == (0, 1)
    assert "Not covered: 2 events, newer than the last of them or in a log without one." in verified.out
    assert (verified.code, strict.code, one.code) == (0, 3, 0)
    assert "2 events of 7 are under no checkpoint by a known key, which --strict asks for" in strict.err
    assert (unknown.code, said(unknown).startswith("There is no case 'nowhere'")) == (2, True)


def test_a_signer_whose_private_key_is_elsewhere(folder):
    listed, seal, named = (
        run(*args, cwd=folder / "store", env=home(folder / "elsewhere"))
        for args in (("key",), ("seal",), ("seal", "--as", NAME))
    )
    assert listed.out.startswith(f"{NAME}\n  {NAME}+")
    assert "No signer of this store has its private key here" in said(seal)
    assert f"The private key of '{NAME}' is not on this machine" in said(named)
    assert json.loads(ok("key", "--json", cwd=folder / "store", env=home(folder)))[0]["private_key"]


def test_every_finding_is_in_every_form(folder):
    (folder / "store" / CHECKPOINTS / "2").write_bytes(b"x")
    held = str(folder / "store" / CHECKPOINTS / "3")
    ok("rebuild", cwd=folder / "store")
    done = run("verify", "--against", held, "--json", cwd=folder / "store")
    rows = json.loads(done.out)
    assert done.code == 1
    assert [(row["what"], row["log"], row["lines"], row["verdict"], row["signers"]) for row in rows] == [
        ("log", "cases/deposit", 3, "whole", None),
        ("checkpoint", "cases/deposit", 2, "damaged", ""),
        ("checkpoint", "cases/deposit", 3, "whole", NAME),
        ("log", "parties", 2, "whole", None),
        ("checkpoint", "parties", 2, "whole", NAME),
        ("log", "sources", 1, "whole", None),
        ("checkpoint", "sources", 1, "whole", NAME),
        ("held", "cases/deposit", 3, "whole", NAME),
        ("projection", None, None, "equal", None),
    ]
    assert rows[1]["reason"] == "it is no signed note: a text, a blank line, then signatures"
    assert [row["sealed"] for row in rows if row["what"] == "log"] == [3, 2, 1]


def log_of(folder: Path) -> list[bytes]:
    return (folder / "store" / CASE).read_bytes().split(b"\n")[:-1]


def write(folder: Path, lines: list[bytes]) -> None:
    (folder / "store" / CASE).write_bytes(b"".join(line + b"\n" for line in lines))


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (lambda folder: write(folder, log_of(folder)[:2]), 1, "it covers 3 events and the log has 2: 1 of them is"),
        (lambda folder: write(folder, forged(log_of(folder), 2)), 1, "the log was written anew"),
        (lambda folder: (folder / "store" / CASE).unlink(), 1, "it covers 3 events and the log has 0"),
        (lambda folder: (folder / "store" / "events" / "keys").unlink(), 3, "is not known"),
        (lambda folder: (folder / "store" / "events" / "keys").write_bytes(b"x\n"), 1, "is no key of a signer"),
        (lambda folder: (folder / "store" / CASE).open("ab").write(b'{"da'), 4, "nothing was acknowledged of it"),
        (lambda folder: (folder / "store" / CASE).open("ab").write(b"da"), 1, "2 bytes have no end of line"),
    ],
)
def test_how_verify_ends(folder, change, code, told):
    change(folder)
    before = images(folder / "store")
    done = run("verify", cwd=folder / "store")
    assert (done.code, told in done.err) == (code, True), done
    assert max(map(len, done.out.splitlines())) <= 80
    assert images(folder / "store") == before
    assert ("every hash" in done.out) == (code == 3)


def test_the_gravest_fault_decides(folder):
    write(folder, [line.replace("海口".encode(), b"x") for line in log_of(folder)])
    with (folder / "store" / "events" / "parties.jsonl").open("ab") as log:
        log.write(b'{"da')
    assert run("verify", cwd=folder / "store").code == 1
    assert run("verify", "parties", cwd=folder / "store").code == 4
    assert run("verify", "parties", "sources", cwd=folder / "store").out.count("whole") == 1


def test_against_what_somebody_holds(folder, tmp_path):
    held = Path(shutil.copy(folder / "store" / CHECKPOINTS / "3", tmp_path / "held"))
    key = (folder / "store" / "events" / "keys").read_text().strip()
    shutil.rmtree(folder / "store" / "events" / "checkpoints")
    (folder / "store" / "events" / "keys").unlink()
    fits, unknown, other, bad, missing = (
        run("verify", *args, cwd=folder / "store")
        for args in (
            ("--against", str(held), "--key", key),
            ("--against", str(held)),
            ("parties", "--against", str(held)),
            ("--against", str(held), "--key", key[:-1]),
            ("--against", "nowhere"),
        )
    )
    assert fits.code == 0
    sentence = " ".join(fits.out.split())
    assert f"the first 3 events of cases/deposit are those it covers, signed by {NAME}; none came after." in sentence
    assert (unknown.code, f"the key of {NAME}/cases/deposit is not known" in unknown.err) == (3, True)
    assert (other.code, "a checkpoint of another log, cases/deposit" in other.err) == (1, True)
    assert (bad.code, "is no key of a signer" in said(bad)) == (2, True)
    assert missing.code == 2
    write(folder, log_of(folder)[:2])
    cut = run("verify", "--against", str(held), "--key", key, cwd=folder / "store")
    assert (cut.code, "it covers 3 events and the log has 2" in cut.err) == (1, True)


def test_a_projection_that_is_not_what_the_logs_give(folder):
    store = folder / "store"
    ok("status", cwd=store)
    assert "The projection: every table is what the logs give." in ok("verify", cwd=store)
    for change, table in (
        ("UPDATE developments SET text = 'x'", "developments"),
        ("DELETE FROM parties WHERE id = 'ms-li'", "parties"),
        ("UPDATE heads SET position = 1 WHERE log = 'parties'", "heads"),
        ("INSERT INTO parties (id) VALUES ('nobody')", "parties"),
        ("INSERT INTO gaps (case_name, what) VALUES ('nowhere', 'x')", "gaps"),
        ("INSERT INTO search_texts (ref, log) VALUES ('nowhere#1', 'cases/nowhere')", "search_texts"),
        ("DROP INDEX idx_parties_position", "idx_parties_position"),
        ("DROP VIEW all_problems", "all_problems"),
        ("""CREATE TABLE "a b;--'" (x)""", "a b;--'"),
        ("CREATE TABLE more (x)", "more"),
    ):
        Tracker(store).rebuild()
        with closing(sqlite3.connect(store / "tracker.db")) as db, db:
            assert db.execute(change)
        assert Tracker(store).unlike() == [table], change
    done = run("verify", cwd=store)
    assert (done.code, "is not what the logs give (more): run 'tracker rebuild'" in done.err) == (1, True), done
    Tracker(store).rebuild()
    assert run("verify", cwd=store).code == 0
    ok("log", "deposit", "note.added", "--note", "x", cwd=store)
    assert "was not compared: it is not up to date" in " ".join(ok("verify", cwd=store).split())
    (store / "tracker.db").write_bytes(b"no database")
    assert "was not compared" in ok("verify", cwd=store)


def test_reading_needs_no_cryptography(folder):
    store = started(folder / "plain")
    assert run("verify", cwd=store, program=IMPORTED).code == 0
    assert run("status", cwd=store).code == 0
    for args in (("status",), ("show", "deposit"), ("timeline",)):
        assert run(*args, cwd=store, program=IMPORTED).code == 0
        assert run(*args, cwd=folder / "store", program=IMPORTED.replace(", 'sqlite_utils'", "")).code == 0


UNPRIVILEGED = """
import contextlib, io, os, sys
from tracker.cli import run
with contextlib.redirect_stdout(io.StringIO()):
    run(["verify"])  # loads every module while they can be read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(run(["verify"]))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_what_cannot_be_read_ends_with_five(whole):
    with tempfile.TemporaryDirectory() as above:
        folder = Path(shutil.copytree(whole, Path(above) / "copy"))
        for each in (Path(above), folder, *folder.rglob("*")):
            each.chmod(0o755)
        store, path = folder / "store", folder / "store" / CASE
        for unreadable in (path, store / CHECKPOINTS / "3", store / "events" / "keys"):
            unreadable.chmod(0o600)
            done = run("verify", cwd=store, program=UNPRIVILEGED)
            assert (done.code, f"{unreadable} could not be read (Permission denied)" in done.err) == (5, True), done
            unreadable.chmod(0o644)
        path.parent.chmod(0o700)
        assert run("verify", cwd=store, program=UNPRIVILEGED).code == 5


@pytest.fixture(scope="module")
def joined(whole, tmp_path_factory):
    """A store that adopted the events of a copy, which another signer had sealed; its checkpoint came with them."""
    folder = tmp_path_factory.mktemp("joined")
    shutil.copytree(whole, folder, dirs_exist_ok=True)
    shutil.copytree(whole / "store", folder / "other")
    ours, theirs = folder / "store", folder / "other"
    abroad = {"XDG_CONFIG_HOME": str(folder / "abroad")}
    for number in range(2):
        ok("log", "deposit", "note.added", "--note", f"theirs {number}", "--by", "A", cwd=theirs)
    ok("key", "example.net/elsewhere", cwd=theirs, env=abroad)
    ok("seal", "--as", "example.net/elsewhere", cwd=theirs, env=abroad)
    ok("log", "deposit", "note.added", "--note", "ours", "--by", "A", cwd=ours)
    ok("repair", "deposit", "--adopt", str(theirs), "--yes", "--by", "A", cwd=ours)
    shutil.copy(theirs / CHECKPOINTS / "5", ours / CHECKPOINTS / "5")
    shutil.copy(theirs / "events" / "keys", ours / "events" / "keys")
    return folder


def test_a_checkpoint_of_a_copy_that_was_adopted_is_right_about_that_copy(joined, tmp_path):
    folder = Path(shutil.copytree(joined, tmp_path / "copy"))
    verified, against, sealed, again, proven = commands(
        folder, "verify deposit", f"verify deposit --against {folder / 'other' / CHECKPOINTS / '5'}", "seal deposit",
        "verify deposit --strict", "prove deposit#4 -o proof",
    )  # fmt: skip
    assert verified.code == 0, verified.err
    told = " ".join(verified.out.split())
    assert "1 checkpoint of another copy that was adopted: signature and root are right." in told
    assert "Not covered: 4 events" in told, "the copy's checkpoint covers none of this one's events"
    assert against.code == 0, against.err
    assert "it covers the first 5 events of another copy of cases/deposit" in " ".join(against.out.split())
    assert (sealed.code, again.code) == (0, 0), sealed.err + again.err
    assert proven.code == 0, proven.err
    assert (folder / "store" / "proof" / "checkpoint").read_bytes() == (
        folder / "store" / CHECKPOINTS / "7"
    ).read_bytes()


def test_no_other_checkpoint_passes_for_one_of_an_adopted_copy(joined, tmp_path):
    folder = Path(shutil.copytree(joined, tmp_path / "copy"))
    checkpoint = folder / "store" / CHECKPOINTS / "5"
    origin, size, root, *rest = checkpoint.read_text().split("\n")
    checkpoint.write_text("\n".join([origin, size, ("A" if root[0] != "A" else "B") + root[1:], *rest]))
    [verified] = commands(folder, "verify deposit")
    assert verified.code == 1


def test_a_signer_never_signs_two_histories_not_even_of_a_copy_that_was_adopted(whole, tmp_path):
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    ours, theirs = tmp_path / "store", Path(shutil.copytree(whole / "store", tmp_path / "other"))
    ok("log", "deposit", "note.added", "--note", "theirs", "--by", "A", cwd=theirs)
    ok("seal", "deposit", cwd=theirs, env=home(tmp_path))
    ok("log", "deposit", "note.added", "--note", "ours", "--by", "A", cwd=ours)
    ok("repair", "deposit", "--adopt", str(theirs), "--yes", "--by", "A", cwd=ours)
    [refused] = commands(tmp_path, "seal deposit")
    assert refused.code == 1
    assert "it does not continue the checkpoint" in said(refused)
