"""Crashes: whatever interrupts a write, all of it is there or nothing, and the next write works."""

import errno
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from logs_contract import STAMP, A, B, contents, draft, notes, verified
from processes import in_child, kill_myself
from stores import BATCH, IDS, images, leftovers, quarantine, started
from syscalls import CHANGING, LOOKING, Disk, Syscalls, replaced

from tracker.envelope import Draft, verify_line
from tracker.errors import BrokenLine, ReadFailed, TrackerError, WriteFailed
from tracker.logs import durable
from tracker.logs.files import FileLog

SHAPES = pytest.mark.parametrize(
    "drafts", [BATCH[:1], BATCH[1:2], BATCH], ids=["one line", "a new log", "a batch over logs"]
)


# kill -9 and failing calls, at every call


@cache
def calls_of_the_batch() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        log, watch = started(Path(folder)), Syscalls()
        with watch.watched():
            log.append(BATCH, STAMP)
    return watch.calls


def half_way() -> int:
    """Return the number of the call before which the batch stands in the first of its logs and in no other."""
    calls = calls_of_the_batch()
    first_log = calls.index("write", calls.index("replace"))
    return calls.index("write", first_log + 1) + 1


def killed_at(number: int, log: FileLog, drafts: list[Draft]) -> int:
    """Append in a child that is killed before its n-th call; return its exit status."""

    def work() -> None:
        watch = Syscalls()
        watch.before(number, kill_myself)
        with watch.watched():
            log.append(drafts, STAMP)

    return in_child(work)


def test_kill_at_every_call_of_a_batch_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    count = len(calls_of_the_batch())
    whole = {A: ["a1", "a2", "a3"], B: ["b1"], "sources": ["s1", "s2"]}
    done = []
    for number in range(1, count + 2):
        root = tmp_path / str(number)
        root.mkdir()
        log = started(root)
        before = events(log)
        assert killed_at(number, log, BATCH) == (-9 if number <= count else 0)
        done.append(events(log) != before)
        assert not done[-1] or texts(log) == whole, "a reader sees no half batch"
        assert [it.new for it in log.append(BATCH, STAMP)] == [not done[-1]] * 4
        assert texts(log) == whole
        assert leftovers(root) == set()
    assert done == sorted(done)
    assert done.count(False) > 10, "it was killed before, within and after the writing"
    assert done.count(True) >= 2


def events(log: FileLog) -> dict[str, list[bytes]]:
    """Return the lines of every log that has any."""
    return {name: lines for name, lines in contents(log).items() if lines}


def texts(log: FileLog) -> dict[str, list[str]]:
    return {name: notes(log, name) for name in events(log)}


def test_kill_at_every_call_of_one_append(tmp_path: Path) -> None:
    log = started(tmp_path)
    for number in range(1, 60):
        attempt = draft(A, f"try {number}", id=f"0198f3c4-6f00-7abc-9def-{number:012d}")
        status = killed_at(number, log, [attempt])
        [answer] = log.append([attempt], STAMP)
        assert answer.position == number + 1
        if status == 0:
            assert not answer.new
            assert notes(log) == ["a1", *(f"try {n}" for n in range(1, number + 1))]
            return
    pytest.fail("it never came to an end")


def test_kill_while_recovering(tmp_path: Path) -> None:
    """Whoever takes back an unfinished batch may be killed too, at every call, and so may the one after."""
    for number in range(1, 60):
        root = tmp_path / str(number)
        root.mkdir()
        log = started(root)
        assert killed_at(half_way(), log, BATCH) == -9
        status = killed_at(number, log, [draft("parties", "p")])
        assert texts(log) in ({A: ["a1"], "sources": ["s1"]}, {A: ["a1"], "sources": ["s1"], "parties": ["p"]})
        log.append(BATCH, STAMP)
        assert notes(log, A) == ["a1", "a2", "a3"]
        assert leftovers(root) == set()
        if status == 0:
            return
    pytest.fail("it never came to an end")


def fail_with_eio() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@SHAPES
def test_any_one_call_that_fails_leaves_the_logs_as_they_were(tmp_path: Path, drafts: list[Draft]) -> None:
    for number in range(1, 200):
        root = tmp_path / str(number)
        root.mkdir()
        log = started(root)
        before, watch = images(root), Syscalls(CHANGING + LOOKING)
        watch.before(number, fail_with_eio)
        try:
            with watch.watched():
                log.append(drafts, STAMP)
        except TrackerError as fault:
            assert isinstance(fault, WriteFailed | ReadFailed), fault
            assert images(root) == before, number
        answers = log.append(drafts, STAMP)
        assert [it.log for it in answers] == [it.log for it in drafts]
        assert notes(log, A)[:1] == ["a1"]
        assert sum(len(lines) for lines in contents(log).values()) == 2 + len(drafts), "exactly one copy"
        assert leftovers(root) == set()
        if len(watch.calls) < number:
            assert number > 20
            return
    pytest.fail("it never came to an end")


@SHAPES
def test_a_file_that_fails_when_it_is_closed_was_written_all_the_same(tmp_path: Path, drafts: list[Draft]) -> None:
    """Linux closes a file also where it says that this failed; all that matters was on the disk by then."""
    close = os.close

    def closed_with_eio(fd: int) -> None:
        close(fd)
        fail_with_eio()

    log = started(tmp_path)
    with replaced({"close": closed_with_eio}):
        assert all(answer.new for answer in log.append(drafts, STAMP))
    assert not any(answer.new for answer in log.append(drafts, STAMP))
    assert leftovers(tmp_path) == set()


# the journal


def unfinished(root: Path) -> tuple[FileLog, dict[str, list[bytes]]]:
    """Return a log whose last writer was killed within a batch, and what it held before."""
    log = started(root)
    before = events(log)
    assert killed_at(half_way(), log, BATCH) == -9
    assert (root / "events" / ".journal").exists()
    assert Path(log.where(A)).read_bytes().count(b"\n") == 3, "a part of the batch stands there"
    return log, before


def test_an_unfinished_batch_is_not_seen_and_taken_back_by_the_next_writer(tmp_path: Path) -> None:
    log, before = unfinished(tmp_path)
    assert events(log) == before
    assert set(log.loose_ends()) == {A}
    assert {name: head.position for name, head in log.heads().items()} == {A: 1, "sources": 1}
    stamps = log.stamps()
    log.append([draft("parties", "p")], STAMP)
    assert texts(log) == {A: ["a1"], "sources": ["s1"], "parties": ["p"]}
    assert log.stamps()[A] != stamps[A]
    [kept] = quarantine(tmp_path)
    head = verified(before[A], A)[-1].head
    assert verify_line(kept.split(b"\n")[0], head, A, A).position == 2
    assert leftovers(tmp_path) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files are read from /proc")
def test_a_batch_is_taken_back_on_the_disk_before_its_journal_goes(tmp_path: Path) -> None:
    log, _ = unfinished(tmp_path)
    disk = Disk(tmp_path)
    with disk.watched():
        log.append([], STAMP)
    steps = disk.steps
    cut, gone = steps.index(("ftruncate", f"events/{A}.jsonl")), steps.index(("unname", "events/.journal"))
    assert ("fsync", f"events/{A}.jsonl") in steps[cut:gone]
    assert disk.at_risk() == set()


def test_stamps_of_a_batch_change_when_it_is_done(tmp_path: Path) -> None:
    """Else a projection made meanwhile would be taken for fresh for ever, without the batch."""
    log, watch = started(tmp_path), Syscalls()
    seen: list[tuple[dict[str, str], dict[str, list[bytes]]]] = []
    for number in range(1, len(calls_of_the_batch())):
        watch.before(number, lambda: seen.append((log.stamps(), contents(log))))
        with watch.watched():
            log.append([draft(it.log, f"{number}") for it in BATCH], STAMP)
        assert all(stamps != log.stamps() or lines == contents(log) for stamps, lines in seen)
    assert len(seen) > 20
    assert any("unfinished" in stamps[A] for stamps, _ in seen)


@pytest.mark.parametrize("others", [1, 5])
def test_the_journal_is_not_held_against_a_log_that_git_has_replaced(tmp_path: Path, others: int) -> None:
    log, _ = unfinished(tmp_path)
    (tmp_path / "clone").mkdir()
    clone = FileLog(tmp_path / "clone")
    clone.append([draft(A, "a1", id=IDS[0]), *(draft(A, f"pulled {n}") for n in range(others))], STAMP)
    Path(log.where(A)).write_bytes(Path(clone.where(A)).read_bytes())
    pulled = notes(clone)
    assert notes(log) == pulled
    log.append([draft("parties", "p")], STAMP)
    assert texts(log) == {A: pulled, "sources": ["s1"], "parties": ["p"]}
    assert leftovers(tmp_path) == set()


def test_the_journal_is_not_held_against_a_log_of_other_lines(tmp_path: Path) -> None:
    log, _ = unfinished(tmp_path)
    (tmp_path / "other").mkdir()
    other = FileLog(tmp_path / "other")
    other.append([draft(A, "another first line, which is longer"), draft(A, "x")], STAMP)
    Path(log.where(A)).write_bytes(Path(other.where(A)).read_bytes())
    log.append([draft("parties", "p")], STAMP)
    assert notes(log) == notes(other)


def test_a_batch_whose_bytes_did_not_reach_the_disk_is_taken_back(tmp_path: Path) -> None:
    log, before = unfinished(tmp_path)
    path = Path(log.where(A))
    size, full = len(before[A][0]) + 1, path.read_bytes()
    journal = (tmp_path / "events" / ".journal").read_bytes()
    for batch in (full[size:-1], full[size : size + 1], b"\x00" * 700, b"\x00" * 300 + full[size + 300 :], full[size:]):
        path.write_bytes(full[:size] + batch)
        (tmp_path / "events" / ".journal").write_bytes(journal)
        assert events(log) == before
        log.append([], STAMP)
        assert path.read_bytes() == full[:size]
        assert batch in quarantine(tmp_path)


DAMAGED_JOURNALS = [
    *[b"", b"{", b"[]", b"{}", b"null", b"\xff", b"\x00" * 60, b'{"logs":[]}'],
    *[b'{"logs":{"cases/a":1}}', b'{"logs":{"cases/a":{"size":1}}}', b'{"logs":{"cases/a":{"first":"1","size":1}}}'],
    b'{"logs":{"../x":{"first":"%s","size":1}}}' % (b"0" * 64),
    b'{"logs":{"cases/a":{"first":"%s","size":-1}}}' % (b"0" * 64),
    b'{"logs":{"cases/a":{"first":"%s","size":"x"}}}' % (b"0" * 64),
    b'{"logs":{"cases/a":{"first":"\xff","size":1}}}',
]


@pytest.mark.parametrize("journal", DAMAGED_JOURNALS, ids=repr)
def test_a_damaged_journal_is_refused_by_readers_and_writers(tmp_path: Path, journal: bytes) -> None:
    log = started(tmp_path)
    before = images(tmp_path)
    (tmp_path / "events" / ".journal").write_bytes(journal)
    for use in (lambda: list(log.read(A)), log.heads, log.stamps, lambda: log.append([draft()], STAMP)):
        with pytest.raises(BrokenLine, match=r"\.journal, line 1"):
            use()
    assert images(tmp_path) == before


def test_a_batch_that_cannot_be_undone_says_so_and_the_next_writer_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = started(tmp_path)
    before = events(log)
    with monkeypatch.context() as broken:
        broken.setattr(durable, "fsync_folder", lambda path: fail_with_eio() if path.name == "cases" else None)
        broken.setattr(durable, "cut_back", lambda fd, size: fail_with_eio())
        with pytest.raises(WriteFailed, match="could not be cut off"):
            log.append(BATCH, STAMP)
    assert events(log) == before
    log.append([draft("parties", "p")], STAMP)
    assert texts(log) == {A: ["a1"], "sources": ["s1"], "parties": ["p"]}
