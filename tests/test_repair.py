"""Repair: what is wrong is told with its place, what is taken out is kept and noted, and no crash loses any of it."""

import errno
import json
import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from logs_contract import LATER, STAMP, A, B, draft, notes
from processes import in_child, kill_myself
from running import images as all_files
from running import run, run_several, said
from running import started as store_of_commands
from stores import BATCH, IDS, images, leftovers, quarantine, repaired, slips, started
from syscalls import CHANGING, LOOKING, Disk, Syscalls

from tracker.app import Tracker
from tracker.envelope import START, open_line
from tracker.errors import BrokenLine, HeadMoved, NoCopy, NotRestored, TrackerError, WrongUse
from tracker.eventtypes import registry
from tracker.logs import repairs
from tracker.logs.damage import damage_of, read_lines
from tracker.logs.files import FileLog
from tracker.logs.repairs import Repair

TORN = b'{"data":{"text":"half'
LOG = f"events/{A}.jsonl"


def filled(root: Path, count: int = 6) -> FileLog:
    log = started(root)
    log.append([draft(A, f"a{n}", id=IDS[n]) for n in range(2, count + 1)], STAMP)
    return log


def change(root: Path, change: Callable[[bytes], bytes], log: str = A) -> bytes:
    path = root / "events" / f"{log}.jsonl"
    path.write_bytes(change(path.read_bytes()))
    return path.read_bytes()


def flip(line: int) -> Callable[[bytes], bytes]:
    """Change one byte in a line, counted from 1."""

    def changed(image: bytes) -> bytes:
        lines = image.split(b"\n")
        lines[line - 1] = lines[line - 1].replace(b'"text":"a', b'"text":"b')
        return b"\n".join(lines)

    return changed


def checkpoint(root: Path, size: int, log: str = A) -> None:
    folder = root / "events" / "checkpoints" / log
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(size)).write_text("a note\n")


def lost(before: bytes, root: Path) -> list[bytes]:
    """Lines of a log, and what follows its last one, that are neither in it nor in quarantine any more."""
    there = b"\n".join([*images(root).values(), *quarantine(root)])
    return [line for line in before.split(b"\n") if line not in there]


def damage(root: Path, log: str = A) -> repairs.Repair | None:
    (found,) = Tracker(root).damage([log])
    return found.damage


# what writers set aside by themselves


def test_the_note_of_a_writer_has_the_form_of_its_type():
    for part in ("torn tail", "unfinished batch", "damaged line", "damaged log"):
        note = Repair(A, part, 3, 7, "0" * 64, "why").note()
        assert registry()[note.type].log == "any"
        assert FileLog.__name__ and note.data == {
            "part": part, "line": 3, "size": 7, "sha256": "0" * 64, "reason": "why",
        }  # fmt: skip
    assert Repair(A, "torn tail", 3, 7, "0" * 64).note().id != Repair(B, "torn tail", 3, 7, "0" * 64).note().id


@pytest.mark.parametrize("tail", [TORN, b"\0" * 700], ids=["cut off", "NUL"])
def test_whoever_logs_after_a_torn_tail_is_told_and_the_log_says_so(tmp_path, tail):
    store = store_of_commands(tmp_path / "store")
    path = store / "events" / "cases" / "deposit.jsonl"
    path.write_bytes(path.read_bytes() + tail)
    done = run("log", "deposit", "note.added", "--note", "x", cwd=store)
    digest = sha256(tail).hexdigest()
    assert done.out == "Logged deposit#4.\n", "the number is the one expected before"
    assert done.err == (
        f"cases/deposit, line 4: torn tail, {len(tail)} bytes, set aside in {store}/events/.quarantine/{digest}.\n"
    )
    assert repaired(store, "cases/deposit") == [("torn tail", 4, len(tail), digest)]
    shown, checked, verified = run_several([("show", "deposit#5"), ("check",), ("verify",)], cwd=store)
    assert f"torn tail at line 4 set aside: {len(tail)} bytes" in " ".join(shown.out.split())
    assert (checked.code, verified.code) == (0, 0)
    assert "deposit#5" not in checked.out


def test_a_missing_end_is_told_and_nothing_is_noted(tmp_path):
    store = store_of_commands(tmp_path / "store")
    path = store / "events" / "cases" / "deposit.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    done = run("log", "deposit", "note.added", "--note", "x", cwd=store)
    assert done.err == "cases/deposit, line 3: the event was whole, and its missing end of line was put there.\n"
    assert repaired(store, "cases/deposit") == []


def test_a_register_is_repaired_too(tmp_path):
    log = started(tmp_path)
    change(tmp_path, lambda image: image + TORN, "sources")
    log.append([], STAMP, expected={"sources": 1})
    assert repaired(tmp_path, "sources") == [("torn tail", 2, len(TORN), sha256(TORN).hexdigest())]


def test_what_was_torn_off_the_first_line_is_noted_once_there_is_one(tmp_path):
    log = started(tmp_path)
    Path(log.where(B)).write_bytes(TORN)
    log.append([], STAMP, expected={B: 0})
    assert slips(tmp_path) == ["cases.lakeside-recall"]
    assert Path(log.where(B)).read_bytes() == b""
    log.append([draft(B, "first")], STAMP)
    assert (notes(log, B), len(repaired(tmp_path, B)), slips(tmp_path)) == (["first"], 1, [])


def test_what_a_checkpoint_vouches_for_is_not_set_aside(tmp_path):
    log = filled(tmp_path)
    change(tmp_path, lambda image: image[:-20])
    checkpoint(tmp_path, 6)
    before = images(tmp_path)
    with pytest.raises(BrokenLine, match="line 6: it is torn, though a checkpoint vouches for 6 events"):
        log.append([draft(A, "next")], STAMP)
    assert images(tmp_path) == before
    shutil.rmtree(tmp_path / "events" / "checkpoints")
    checkpoint(tmp_path, 5)
    log.append([draft(A, "next")], STAMP)
    assert notes(log) == ["a1", "a2", "a3", "a4", "a5", "next"]


def attempts(folder: Path, make: Callable[[Path], object], work: Callable[[Path], object]):
    """Stores in which ``work`` was killed before its n-th call, for every n, and with every third call failing."""
    for names, action, step in ((CHANGING, kill_myself, 1), (CHANGING + LOOKING, fail_with_eio, 3)):
        for number in range(1, 200, step):
            root = folder / f"{action.__name__}-{number}"
            root.mkdir()
            make(root)
            before = images(root)
            if action is kill_myself:
                through = in_child(lambda: interrupted(root, work, names, number, action)) == 0  # noqa: B023
            else:
                through = interrupted(root, work, names, number, action)
            yield root, before
            shutil.rmtree(root)
            if through:
                break
        else:
            pytest.fail("it never came to an end")


def interrupted(root: Path, work: Callable[[Path], object], names: tuple[str, ...], number: int, action) -> bool:
    """Do the work with something that happens before a call; whether it came to its end before that call."""
    watch = Syscalls(names)
    watch.before(number, action)
    with suppress(TrackerError), watch.watched():
        work(root)
    return number > len(watch.calls)


def fail_with_eio() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def append_after_tail(root: Path) -> None:
    FileLog(root).append([draft(A, "next", id=IDS[9])], STAMP)


def torn(root: Path) -> None:
    filled(root, 2)
    change(root, lambda image: image + TORN)


def mend(tail: bool) -> Callable[[Path], object]:
    def work(root: Path) -> None:
        tracker = Tracker(root)
        (found,) = tracker.damage([A])
        if found.is_mended(tail=tail):
            tracker.mend(found, STAMP)

    return work


def damaged_last(root: Path) -> None:
    filled(root, 3)
    change(root, flip(3))


def damaged_middle(root: Path) -> None:
    filled(root, 4)
    (root / "copy").mkdir()
    shutil.copy(root / LOG, root / "copy" / "a")
    change(root, flip(2))


def put_back(root: Path) -> None:
    tracker = Tracker(root)
    (found,) = tracker.damage([A])
    if found.damage:
        tracker.restore(found, tracker.copy(A, str(root / "copy" / "a")), STAMP)
    elif found.unnoted:
        tracker.mend(found, STAMP)


WORKS = {
    "append after a torn tail": (torn, append_after_tail, "torn tail"),
    "mend a torn tail": (torn, mend(tail=False), "torn tail"),
    "set aside a damaged line": (damaged_last, mend(tail=True), "damaged line"),
    "restore from a copy": (damaged_middle, put_back, "damaged log"),
}


@pytest.mark.parametrize("name", WORKS)
def test_whatever_interrupts_a_repair_nothing_is_lost_and_it_is_noted_once(tmp_path, name, monkeypatch):
    monkeypatch.setattr(
        os, "fsync", lambda fd: None
    )  # counted and failing all the same; a killed process needs no disk
    make, work, part = WORKS[name]
    count = 0
    for root, before in attempts(tmp_path, make, work):
        assert not lost(before[LOG], root)
        work(root)
        assert not lost(before[LOG], root)
        assert damage(root) is None
        parts = [each[0] for each in repaired(root)]
        assert parts.count(part) == 1
        assert set(parts) <= {part, "unfinished batch"}, "the note and what comes with it are a batch too"
        assert (slips(root), leftovers(root)) == ([], set())
        count += 1
    assert count > 30


def test_what_was_set_aside_and_cut_off_is_on_the_disk_before_it_is_gone(tmp_path):
    torn(tmp_path)
    disk = Disk(tmp_path)
    with disk.watched():
        append_after_tail(tmp_path)
    cut = disk.steps.index(("ftruncate", LOG))
    kept = [name for step, name in disk.steps[:cut] if step == "name" and ".quarantine/" in name]
    assert any(name.endswith(sha256(TORN).hexdigest()) for name in kept)
    assert any(name.endswith(".json") for name in kept)
    assert disk.at_risk() == set()


def test_a_slip_that_cannot_be_read_is_told(tmp_path):
    torn(tmp_path)
    append_after_tail(tmp_path)
    (tmp_path / "events" / ".quarantine" / "cases.haikou-deposit@9-0.json").write_bytes(b"{")
    with pytest.raises(BrokenLine, match="it does not say what was set aside"):
        append_after_tail(tmp_path)


# the verb


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return store_of_commands(tmp_path_factory.mktemp("whole") / "store")


@pytest.fixture
def store(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "store"))


CASE = "cases/deposit"
WIDE = {"COLUMNS": "400"}
"""A terminal on which no cell is wrapped."""


def test_repair_shows_what_it_would_do_and_does_it_when_told(store):
    before = change(store, lambda image: image + TORN, CASE)
    files = all_files(store)
    shown, listed = run_several([("repair", "deposit"), ("repair", "--json")], cwd=store)
    assert (shown.code, listed.code) == (1, 1)
    offset = len(before) - len(TORN)
    told = f"torn tail at line 4, byte {offset}: a write was interrupted"
    assert told in shown.err
    assert "lines 1 to 3 are whole; nothing was changed: --yes does it." in shown.err
    assert all_files(store) == files
    rows = {row["log"]: row for row in json.loads(listed.out)}
    assert rows["sources"]["wrong"] is None
    assert (rows[CASE]["wrong"], rows[CASE]["line"], rows[CASE]["offset"], rows[CASE]["size"]) == (
        "torn tail", 4, offset, len(TORN),
    )  # fmt: skip
    done, again, verified = run_several([("repair", "--yes"), ("repair",), ("verify",)], cwd=store)
    assert (done.code, again.code, verified.code) == (0, 0, 0)
    assert again.out == "Nothing to repair: 3 logs are whole, line by line.\n"
    assert quarantine(store) == [TORN]
    assert repaired(store, CASE)[0][:3] == ("torn tail", 4, len(TORN))


def test_a_damaged_last_line_is_set_aside_by_hand_only(store):
    before = change(store, lambda image: image.replace(b"heard both", b"heard bath"), CASE)
    line = before.split(b"\n")[2] + b"\n"
    shown, unhelped, done = run_several([("repair",), ("repair", "--yes"), ("repair", "--tail", "--yes")], cwd=store)
    assert (shown.code, unhelped.code, done.code) == (1, 1, 0)
    assert "damaged line at line 3" in shown.err
    assert "--tail sets it aside" in " ".join(shown.out.split())
    assert quarantine(store) == [line]
    assert repaired(store, CASE) == [("damaged line", 3, len(line), sha256(line).hexdigest())]
    assert run("verify", cwd=store).code == 0


def test_nothing_that_a_checkpoint_vouches_for_is_touched(store):
    change(store, lambda image: image.replace(b"heard both", b"heard bath"), CASE)
    checkpoint(store, 3, CASE)
    files = all_files(store)
    done = run("repair", "--tail", "--yes", cwd=store, env=WIDE)
    assert done.code == 1
    assert "covered at line 3" in done.err
    assert "a checkpoint vouches for what stood here" in " ".join(done.out.split())
    assert all_files(store) == files
    (store / "events" / "checkpoints" / CASE / "3").rename(store / "events" / "checkpoints" / CASE / "2")
    assert run("repair", "--tail", "--yes", cwd=store).code == 0


ADVICE = {
    "middle": (lambda log: log.replace(b"plaintiff", b"plaintife"), 2, "restore it from a copy with --adopt COPY"),
    "conflict": (lambda log: log.replace(b"\n", b"\n<<<<<<< ours\n", 1), 2, "take one side of the merge whole"),
    "last mark": (lambda log: log + b">>>>>>> theirs\n", 4, "take one side of the merge whole"),
    "CR LF": (lambda log: log.replace(b"\n", b"\r\n"), 1, "put '*.jsonl -text' into .gitattributes"),
    "LFS": (lambda log: b"version https://git-lfs.github.com/spec/v1\noid x\n", 1, "let Git LFS have no part in logs"),
    "union": (lambda log: log + log.split(b"\n")[2] + b"\n", 4, "two branches were written one after the other"),
    "strange end": (lambda log: log + b"hello", 4, "--tail sets it aside"),
}


@pytest.mark.parametrize("name", ADVICE)
def test_damage_that_is_not_simply_cut_off_is_told_with_its_place_and_what_to_do(store, name):
    change_it, line, advice = ADVICE[name]
    image = change(store, change_it, CASE)
    files = all_files(store)
    offset = len(b"".join(part + b"\n" for part in image.split(b"\n")[: line - 1]))
    done = run("repair", "--yes", cwd=store, env=WIDE)
    assert done.code == 1
    assert f" at line {line}, byte {offset}: " in done.err
    assert f"lines 1 to {line - 1} are whole" in done.err or line == 1
    assert advice in " ".join(done.out.split())
    assert all_files(store) == files


def test_repair_is_refused_what_makes_no_sense(store):
    refused = run_several(
        [("repair", "nobody"), ("repair", "--adopt", "x"), ("repair", "deposit", "--adopt", "x"),
         ("repair", "deposit", "--adopt", str(store / "events")), ("repair", "deposit", "--adopt", "git:x"),
         ("repair", "deposit", "--adopt", str(store / "events" / "parties.jsonl"))],
        cwd=store,
    )  # fmt: skip
    assert [each.code for each in refused] == [2, 2, 2, 2, 2, 1]
    for each, reason in zip(refused, (
        "There is no log of 'nobody'", "--adopt takes one log", "there is no such file", "a folder",
        "not a git repository", "so it belongs to another log",
    ), strict=True):  # fmt: skip
        assert reason in said(each)


def test_on_a_terminal_it_is_asked_for(store):
    pexpect = pytest.importorskip("pexpect")
    import sys

    from running import environment

    change(store, lambda image: image + TORN, CASE)
    files = all_files(store)
    for reply, code in (("n", 1), ("y", 0)):
        child = pexpect.spawn(
            sys.executable, ["-m", "tracker", "repair"], cwd=str(store), env=environment(TRACKER_ACTOR="Ann"),
            encoding="utf-8", timeout=15, dimensions=(60, 200), echo=False,
        )  # fmt: skip
        child.expect_exact("Do what can be done? [y/N]: ")
        child.sendline(reply)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code, child.before
        assert (all_files(store) == files) == (reply == "n")


def test_a_batch_that_was_interrupted_is_taken_back_in_all_its_logs(tmp_path):
    log = started(tmp_path)

    def killed_before(number: int) -> int:
        watch = Syscalls()

        def work() -> None:
            watch.before(number, kill_myself)
            with watch.watched():
                log.append(BATCH, STAMP)

        return in_child(work)

    assert any(killed_before(number) == -9 and len(log.loose_ends()) == 2 for number in range(5, 40))
    assert (tmp_path / "events" / ".journal").exists()
    before = images(tmp_path)
    tracker = Tracker(tmp_path)
    ill = [found for found in tracker.damage() if not found.is_whole]
    assert {found.damage.sort for found in ill if found.damage} == {"unfinished batch"}
    for found in ill:
        tracker.mend(found, STAMP)
    assert all(found.is_whole for found in tracker.damage())
    assert not any(lost(image, tmp_path) for image in before.values())
    assert leftovers(tmp_path) == set()


# restoring from a copy


def restored(root: Path, copy: bytes) -> bytes:
    """The log after its damage was mended by a copy."""
    (root / "copy").write_bytes(copy)
    tracker = Tracker(root)
    (found,) = tracker.damage([A])
    tracker.restore(found, tracker.copy(A, str(root / "copy")), LATER)
    return (root / LOG).read_bytes()


@pytest.mark.parametrize("reach", [2, 3, 5, 6])
@pytest.mark.parametrize("bad", [(2,), (1,), (1, 2), (2, 3), (1, 3), (6,), (2, 6)])
def test_damaged_lines_come_back_from_a_copy_and_our_own_later_lines_stay(tmp_path, bad, reach):
    filled(tmp_path)
    image = (tmp_path / LOG).read_bytes()
    copy = b"".join(line + b"\n" for line in image.split(b"\n")[:reach])
    for line in bad:
        change(tmp_path, flip(line))
    damaged = images(tmp_path)
    if max(bad) > reach:
        with pytest.raises(NotRestored):
            restored(tmp_path, copy)
        assert images(tmp_path) == damaged
        return
    after = restored(tmp_path, copy)
    assert after.startswith(image)
    assert quarantine(tmp_path) == [damaged[LOG]]
    (note,) = repaired(tmp_path)
    assert note[:3] == ("damaged log", min(bad), len(image))
    assert damage(tmp_path) is None


def test_a_copy_that_would_lose_a_line_or_tells_another_story_is_refused(tmp_path):
    log = filled(tmp_path, 3)
    shutil.copytree(tmp_path, tmp_path / "other")
    other = FileLog(tmp_path / "other")
    log.append([draft(A, "ours")], STAMP)
    other.append([draft(A, "theirs")], STAMP)
    copy = (tmp_path / "other" / LOG).read_bytes()
    change(tmp_path, flip(2))
    before = images(tmp_path)
    with pytest.raises(NotRestored, match="grown apart"):
        restored(tmp_path, copy)
    (tmp_path / "again").mkdir()
    filled(tmp_path / "again", 1)
    (tmp_path / "again" / LOG).write_bytes(before[LOG] + b"x\n")
    with pytest.raises(NotRestored, match="line 4 is whole here, and is not in the copy"):
        restored(tmp_path / "again", copy + b"")


def test_what_a_checkpoint_vouches_for_is_not_restored_either(tmp_path):
    filled(tmp_path)
    image = (tmp_path / LOG).read_bytes()
    change(tmp_path, flip(2))
    checkpoint(tmp_path, 4)
    with pytest.raises(NotRestored, match="a checkpoint vouches for the damaged line"):
        restored(tmp_path, image)


def test_a_log_that_changed_meanwhile_is_left_alone(tmp_path):
    log = filled(tmp_path)
    image = (tmp_path / LOG).read_bytes()
    change(tmp_path, flip(6))
    tracker = Tracker(tmp_path)
    (found,) = tracker.damage([A])
    change(tmp_path, lambda _: image)
    log.append([draft(A, "a7")], STAMP)
    before = images(tmp_path)
    with pytest.raises(HeadMoved):
        tracker.mend(found, STAMP)
    assert images(tmp_path) == before
    assert quarantine(tmp_path) == []


def test_logs_in_memory_need_no_repair():
    from tracker.logs.memory import MemoryLog

    with pytest.raises(WrongUse, match="kept in no files"):
        list(Tracker(Path(), MemoryLog()).damage())


def test_a_copy_that_is_not_there_is_named(tmp_path):
    filled(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    for other in ("nowhere", str(tmp_path / "empty"), "git:HEAD"):
        with pytest.raises(NoCopy, match=f"No copy of {A} was found in '{other}'"):
            Tracker(tmp_path).copy(A, other)


# whatever is wrong with the bytes


def test_no_repair_of_random_damage_loses_a_whole_line(tmp_path, monkeypatch):
    monkeypatch.setattr("tracker.logs.durable.fsync", lambda fd: None)
    filled(tmp_path)
    whole = (tmp_path / LOG).read_bytes()
    chance = random.Random(11)
    sorts = set()
    for _ in range(300):
        image = bytearray(whole)
        match chance.randrange(5):
            case 0:
                image[chance.randrange(len(image))] ^= 1 << chance.randrange(8)
            case 1:
                del image[chance.randrange(len(image)) :]
            case 2:
                at = chance.randrange(len(image))
                image[at : at + 512] = b"\0" * len(image[at : at + 512])
            case 3:
                image[-1:] = chance.choice((b"", b"\n", b"x"))
            case _:
                at = chance.randrange(len(image))
                image[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        shutil.rmtree(tmp_path / "events" / ".quarantine", ignore_errors=True)
        (tmp_path / LOG).write_bytes(image)
        tracker = Tracker(tmp_path)
        (found,) = tracker.damage([A])
        sorts.add(found.damage.sort if found.damage else None)
        if found.is_mended(tail=True):
            tracker.mend(found, STAMP)
            assert damage(tmp_path) is None
        else:
            assert (tmp_path / LOG).read_bytes() == image
        events, _, _ = read_lines(bytes(image), A, A)
        kept = (tmp_path / LOG).read_bytes().split(b"\n")
        assert kept[: len(events)] == bytes(image).split(b"\n")[: len(events)]
        if found.damage and found.damage.sort == "missing end":
            assert (tmp_path / LOG).read_bytes().startswith(bytes(image)[:-1])
        else:
            assert not lost(bytes(image), tmp_path)
    assert {"missing end", "torn tail", "damaged line", "damaged log", None} <= sorts


def test_a_log_that_is_whole_has_no_damage(tmp_path):
    filled(tmp_path)
    image = (tmp_path / LOG).read_bytes()
    assert damage_of(image, A, A) is None
    assert damage_of(b"", A, A) is None
    assert open_line(image.split(b"\n")[0], START, A).position == 1
