"""Logs in files: what may stand in their place, who may write, and what damage is called."""

import fcntl
import os
import re
import socket
import stat
import time
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from logs_contract import STAMP, A, B, contents, draft, notes, verified
from processes import holder_of_the_lock, in_child

from tracker.canonical import MAX_LINE
from tracker.errors import BrokenLine, LogLocked, LogRefused, ReadFailed, StrayLog, WriteFailed
from tracker.logs import durable
from tracker.logs.files import FileLog

ID = "0198f3c4-6f00-7abc-8def-0123456789ab"


@pytest.fixture
def log(tmp_path: Path) -> FileLog:
    """A log with two lines in A and one among the sources."""
    made = FileLog(tmp_path, lock_timeout=0.2)
    made.append([draft(A, "one"), draft(A, "two", id=ID), draft("sources", "s")], STAMP)
    return made


@pytest.fixture
def path(log: FileLog) -> Path:
    return Path(log.where(A))


def test_where_everything_is(log: FileLog, path: Path, tmp_path: Path) -> None:
    assert path == tmp_path / "events" / "cases" / "haikou-deposit.jsonl"
    found = {str(it.relative_to(tmp_path)) for it in tmp_path.rglob("*")}
    assert found == {"events", "events/.lock", "events/sources.jsonl", "events/cases", f"events/{A}.jsonl"}
    assert path.read_bytes() == b"".join(line + b"\n" for line in log.read(A))


def test_logs_are_for_their_owner_only(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reading_writes_nothing(log: FileLog, tmp_path: Path) -> None:
    before = {it: it.stat().st_mtime_ns for it in tmp_path.rglob("*")}
    assert (log.logs(), notes(log), list(log.heads())) == ([A, "sources"], ["one", "two"], [A, "sources"])
    log.stamps()
    log.loose_ends()
    assert {it: it.stat().st_mtime_ns for it in tmp_path.rglob("*")} == before


def test_appending_reads_no_more_than_the_end(log: FileLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append([draft(A, "x" * 60_000) for _ in range(40)], STAMP)
    read = 0
    real_pread = os.pread

    def counting_pread(fd: int, size: int, at: int) -> bytes:
        nonlocal read
        found = real_pread(fd, size, at)
        read += len(found)
        return found

    monkeypatch.setattr(os, "pread", counting_pread)
    monkeypatch.setattr(os, "read", None)
    log.append([draft(A, "last")], STAMP)
    assert read < 300_000 < path.stat().st_size


# what stands in place of a log


def other_sorts(path: Path) -> dict[str, object]:
    elsewhere = path.parent.parent.parent / "elsewhere.jsonl"
    return {
        "a symbolic link": lambda: (path.rename(elsewhere), path.symlink_to(elsewhere)),
        "a dangling link": lambda: (path.unlink(), path.symlink_to(elsewhere)),
        "a link to a device": lambda: (path.unlink(), path.symlink_to("/dev/zero")),
        "a folder": lambda: (path.unlink(), path.mkdir()),
        "a pipe": lambda: (path.unlink(), os.mkfifo(path)),
        "a socket": lambda: (path.unlink(), socket.socket(socket.AF_UNIX).bind(os.path.relpath(path))),
    }


@pytest.mark.parametrize(
    "sort", ["a symbolic link", "a dangling link", "a link to a device", "a folder", "a pipe", "a socket"]
)
def test_refuses_what_is_no_plain_file(log: FileLog, path: Path, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)  # the path of a socket has to be short
    other_sorts(path)[sort]()  # type: ignore[operator]
    elsewhere = path.parent.parent.parent / "elsewhere.jsonl"
    before = elsewhere.read_bytes() if elsewhere.exists() else None
    said = "a symbolic link" if "link" in sort else sort
    for use in (lambda: list(log.read(A)), log.heads, log.loose_ends, lambda: log.append([draft()], STAMP)):
        with pytest.raises(LogRefused, match=f"haikou-deposit.jsonl is {said}, not a plain file"):
            use()
    assert A in log.stamps()
    assert (elsewhere.read_bytes() if elsewhere.exists() else None) == before
    assert notes(log, "sources") == ["s"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_refuses_a_device(log: FileLog, path: Path) -> None:
    path.unlink()
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 7))
    except PermissionError:
        pytest.skip("no devices here")
    for use in (lambda: list(log.read(A)), lambda: log.append([draft()], STAMP)):
        with pytest.raises(LogRefused, match="a device"):
            use()


def test_writes_to_no_file_with_a_second_name(log: FileLog, path: Path, tmp_path: Path) -> None:
    (tmp_path / "second").hardlink_to(path)
    before = path.read_bytes()
    with pytest.raises(LogRefused, match="hard link"):
        log.append([draft("sources"), draft(A)], STAMP)
    assert path.read_bytes() == before
    assert notes(log) == ["one", "two"], "a copy made with hard links can still be read"
    assert notes(log, "sources") == ["s"]


@pytest.mark.parametrize("folder", ["events", "events/cases"])
def test_refuses_a_linked_folder(log: FileLog, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).rename(tmp_path / "elsewhere")
    (tmp_path / folder).symlink_to(tmp_path / "elsewhere")
    for use in (log.logs, log.stamps, lambda: list(log.read(A)), lambda: log.append([draft()], STAMP)):
        with pytest.raises(LogRefused, match="a symbolic link"):
            use()


@pytest.mark.parametrize("name", [".lock", ".journal"])
@pytest.mark.parametrize("sort", ["link", "folder", "pipe", "hard link"])
def test_refuses_a_lock_or_journal_that_is_something_else(log: FileLog, tmp_path: Path, name: str, sort: str) -> None:
    victim, path = tmp_path / "victim", tmp_path / "events" / name
    victim.write_text("precious")
    path.unlink(missing_ok=True)
    if sort == "hard link" and name == ".journal":
        return  # only ever read, and then it has to be a journal
    make = {"link": lambda: path.symlink_to(victim), "folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}
    make.get(sort, lambda: path.hardlink_to(victim))()
    with pytest.raises(LogRefused):
        log.append([draft()], STAMP)
    assert victim.read_text() == "precious"


@pytest.mark.parametrize(
    "name", ["cases/Upper.jsonl", "cases/a copy.jsonl", "cases/nul.jsonl", "notes.jsonl", "cases.jsonl"]
)
def test_a_file_that_looks_like_a_log_but_cannot_be_one_is_not_passed_over(
    log: FileLog, tmp_path: Path, name: str
) -> None:
    (tmp_path / "events" / name).write_text("x\n")
    for use in (log.logs, log.stamps, log.heads):
        with pytest.raises(StrayLog, match=name):
            use()


def test_other_files_and_empty_logs_are_passed_over(log: FileLog, tmp_path: Path) -> None:
    for name in ("README.md", "cases/.gitkeep", "cases/._haikou-deposit.jsonl", "cases/haikou-deposit.jsonl~"):
        (tmp_path / "events" / name).write_text("x")
    (tmp_path / "events" / "parties.jsonl").touch()
    assert log.logs() == sorted(log.stamps()) == sorted(log.heads()) == [A, "sources"]
    log.append([draft("parties", "p")], STAMP)
    assert notes(log, "parties") == ["p"]


# permissions


def as_nobody(work: object) -> int:
    def child() -> None:
        os.setgid(65534)
        os.setuid(65534)
        work()  # type: ignore[operator]

    return in_child(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="root has to become somebody else to be refused anything")
def test_without_permission_there_is_an_error_with_a_sentence(log: FileLog, path: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    (tmp_path / "events").chmod(0o755)
    path.parent.chmod(0o755)

    def work() -> None:
        with pytest.raises(ReadFailed, match="Permission denied"):
            list(log.read(A))
        with pytest.raises(ReadFailed, match="haikou-deposit"):
            log.heads()
        with pytest.raises(WriteFailed, match="Permission denied"):
            log.append([draft()], STAMP)

    before = path.read_bytes()
    assert as_nobody(work) == 0
    assert path.read_bytes() == before


def test_no_store_folder_is_a_failed_write(tmp_path: Path) -> None:
    with pytest.raises(WriteFailed, match="No such file"):
        FileLog(tmp_path / "missing").append([draft()], STAMP)


# the lock


def test_a_second_process_is_named_by_whoever_waits_in_vain(log: FileLog, tmp_path: Path) -> None:
    before = contents(log)
    with holder_of_the_lock(tmp_path / "events" / ".lock") as holder:
        began = time.monotonic()
        with pytest.raises(LogLocked, match=rf"\(process {holder.pid} of \w+\) and was not done after 0.2 seconds"):
            log.append([draft()], STAMP)
        assert 0.2 <= time.monotonic() - began < 2
        assert contents(log) == before, "readers do not wait"
    log.append([draft(note="three")], STAMP)
    assert notes(log) == ["one", "two", "three"], "the lock of a process that was killed is free"


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    log = FileLog(tmp_path, lock_timeout=10)
    log.append([draft()], STAMP)
    with holder_of_the_lock(tmp_path / "events" / ".lock") as holder:
        Timer(0.2, holder.kill).start()
        log.append([draft(note="y")], STAMP)
    assert notes(log) == ["x", "y"]


def test_the_lock_names_nobody_once_it_is_free(log: FileLog, tmp_path: Path) -> None:
    log.append([draft()], STAMP)
    assert (tmp_path / "events" / ".lock").read_bytes().isspace()


def test_who_was_killed_with_the_lock_is_not_named_for_its_holder(log: FileLog, tmp_path: Path) -> None:
    path = tmp_path / "events" / ".lock"
    path.write_bytes(b"process 12345 of somebody with a name that is longer than that of the holder\n")
    with durable.lock(path), pytest.raises(LogLocked) as refusal, durable.lock(path, timeout=0):
        pass
    assert re.search(rf"\(process {os.getpid()} of \w+\)", str(refusal.value))


def test_a_lock_file_that_was_removed_while_waiting_locks_nothing(log: FileLog, tmp_path: Path) -> None:
    path = tmp_path / "events" / ".lock"
    with durable.lock(path, timeout=1):
        path.unlink()
        log.append([draft(note="three")], STAMP)
    assert notes(log) == ["one", "two", "three"]


def test_the_lock_of_a_file_that_is_gone_is_not_taken_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, calls = tmp_path / ".lock", fcntl.flock, []

    def flock(fd: int, operation: int) -> None:
        real(fd, operation)
        calls.append(fd)
        if len(calls) == 1:
            path.unlink()  # by somebody who tidies up, between opening and locking

    monkeypatch.setattr(fcntl, "flock", flock)
    with durable.lock(path), pytest.raises(LogLocked), durable.lock(path, timeout=0):
        pytest.fail("two hold the lock at once")


@pytest.mark.parametrize("left", [b"", b"\x1b[2J\x00", b"\xff\xfe", b"x\ny"])
def test_what_the_lock_file_says_is_printed_only_when_it_is_harmless(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / ".lock"
    with durable.lock(path):
        path.write_bytes(left)
        with pytest.raises(LogLocked) as refusal, durable.lock(path, timeout=0):
            pass
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", [A, B], ids=["a log", "a new log"])
def test_a_log_that_was_replaced_while_it_was_written_is_not_acknowledged(
    log: FileLog, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(log.where(name))

    def replace_meanwhile(fd: int) -> None:
        os.fsync(fd)
        path.unlink(missing_ok=True)
        path.write_bytes(b"of another branch\n")  # as git checkout does

    monkeypatch.setattr(durable, "fsync", replace_meanwhile)
    with pytest.raises(WriteFailed, match="another file was put in its place"):
        log.append([draft(name)], STAMP)
    assert path.read_bytes() == b"of another branch\n"


def test_a_log_that_was_changed_without_the_lock_is_not_written(
    log: FileLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_known, more = log._known, path.read_bytes() + b"{"

    def change_meanwhile(drafts: list) -> dict:  # type: ignore[type-arg]
        path.write_bytes(more)
        return real_known(drafts)  # type: ignore[return-value]

    monkeypatch.setattr(log, "_known", change_meanwhile)
    with pytest.raises(WriteFailed, match="does not take the lock"):
        log.append([draft(note="three")], STAMP)
    assert path.read_bytes() == more


@pytest.mark.parametrize("size", [1, 3, 40])
def test_what_git_writes_into_a_file_it_just_made_does_not_go_over_an_event(tmp_path: Path, size: int) -> None:
    log = FileLog(tmp_path)
    log.append([draft(A, f"{n}") for n in range(size)], STAMP)
    path = Path(log.where(A))
    version = path.read_bytes()
    path.unlink()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)  # as git checkout does
    log.append([draft(A, "in between")], STAMP)
    os.write(fd, version)
    os.close(fd)
    log.append([draft(A, "after")], STAMP)
    assert notes(log) == ["in between", "after"]
    assert [it.name for it in path.parent.iterdir()] == [path.name]


def test_an_empty_file_that_is_written_at_the_last_moment_keeps_its_name(
    log: FileLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rename = tmp_path / "events/cases/new.jsonl", Path.rename
    path.touch()

    def written_meanwhile(self: Path, target: Path) -> Path:
        path.write_bytes(b"another branch\n") if self == path and not path.stat().st_size else None
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", written_meanwhile)
    with pytest.raises(WriteFailed, match="another file was put in its place"):
        log.append([draft("cases/new")], STAMP)
    assert path.read_bytes() == b"another branch\n"


def written_piece_by_piece(path: Path, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Put pieces after what a file holds, one whenever somebody waits; return those that are left."""

    def sleep(seconds: float) -> None:
        if pieces:
            with path.open("ab") as file:
                file.write(pieces.pop(0))
        os.utime(path, (time.time(), time.time() if pieces else time.time() - 1))

    monkeypatch.setattr(durable.time, "sleep", sleep)  # type: ignore[attr-defined]
    return pieces


def test_a_log_that_somebody_is_still_writing_is_not_taken_for_torn(
    log: FileLog, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    left = written_piece_by_piece(path, [whole[-200:-90], whole[-90:-1], whole[-1:]], monkeypatch)
    log.append([draft(note="three")], STAMP)
    assert (left, notes(log), log.repairs()) == ([], ["one", "two", "three"], [])
    assert not (tmp_path / "events" / ".quarantine").exists()


def test_a_log_that_somebody_keeps_writing_is_not_written(
    log: FileLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    path.write_bytes(before + b'{"data')
    written_piece_by_piece(path, [b"."] * 1000, monkeypatch)
    real_clock, ticks = time.monotonic, iter(range(10**6))
    monkeypatch.setattr(durable.time, "monotonic", lambda: real_clock() + next(ticks))  # type: ignore[attr-defined]
    with pytest.raises(WriteFailed, match="does not take the lock is writing it"):
        log.append([draft(note="three")], STAMP)
    assert path.read_bytes().startswith(before + b'{"data')


# damage

DAMAGE = {
    "CR LF in every line": (lambda raw: raw.replace(b"\n", b"\r\n"), 1, "CR LF"),
    "CR LF in the last line": (lambda raw: raw[:-1] + b"\r\n", 2, "CR LF"),
    "byte order mark": (lambda raw: b"\xef\xbb\xbf" + raw, 1, "byte order mark"),
    "byte order mark in the middle": (lambda raw: raw.replace(b"\n{", b"\n\xef\xbb\xbf{"), 2, "byte order mark"),
    "NUL bytes in line 1": (lambda raw: raw.replace(b'"one"', b'"o\x00e"'), 1, "NUL"),
    "NUL bytes in line 2": (lambda raw: raw.replace(b'"two"', b'"t\x00o"'), 2, "NUL"),
    "a line of NUL": (lambda raw: raw + b"\x00" * 512 + b"\n", 3, "NUL"),
    "conflict marks": (
        lambda raw: b"<<<<<<< HEAD\n" + raw.replace(b"\n", b"\n=======\n", 1) + b">>>>>>> other\n",
        1,
        "merge conflict",
    ),
    "a conflict mark at the end": (lambda raw: raw + b">>>>>>> other\n", 3, "merge conflict"),
    "Git LFS": (lambda raw: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", 1, "Git LFS"),
    "UTF-16": (lambda raw: raw.decode().encode("utf-16-le") + b"\n", 1, "NUL"),
    "an empty line": (lambda raw: raw.replace(b"\n", b"\n\n", 1), 2, "empty"),
    "an empty line at the end": (lambda raw: raw + b"\n", 3, "empty"),
    "only a line feed": (lambda raw: b"\n", 1, "empty"),
    "lines joined": (lambda raw: raw.replace(b"\n", b"", 1), 1, "hash"),
    "line 1 twice": (lambda raw: raw[: raw.index(b"\n") + 1] + raw, 2, "sequence"),
    "line 1 gone": (lambda raw: raw[raw.index(b"\n") + 1 :], 1, "sequence"),
    "lines swapped": (lambda raw: b"".join(reversed(raw.splitlines(keepends=True))), 1, "sequence"),
    "a word changed": (lambda raw: raw.replace(b"one", b"uno"), 1, "hash"),
    "a space at the end of a line": (lambda raw: raw[:-1] + b" \n", 2, "does not end"),
    "a line without end": (lambda raw: raw + b"{" * (MAX_LINE + 2), 3, "longer than"),
    "a line that is too long": (lambda raw: raw + b"{" * (MAX_LINE + 1) + b"\n", 3, "longer than"),
    "another log": (lambda raw: raw.replace(b"haikou", b"sanyaa"), 1, "hash"),
}


@pytest.mark.parametrize(("change", "line", "reason"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_by_file_and_line(log: FileLog, path: Path, change: object, line: int, reason: str) -> None:
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BrokenLine) as refusal:
        head_at = verified(log.read(A), A)
        assert not head_at
    assert (refusal.value.line, refusal.value.where in (A, str(path))) == (line, True)
    assert reason in refusal.value.reason


LAST = {name: it for name, it in DAMAGE.items() if it[1] != 1 and "middle" not in name and "line 1" not in name} | {
    "CR LF in every line": (DAMAGE["CR LF in every line"][0], 2, "CR LF"),
    "Git LFS": (DAMAGE["Git LFS"][0], 3, "does not end"),
    "only a line feed": DAMAGE["only a line feed"],
    "a word of the last line": (lambda raw: raw.replace(b"two", b"due"), 2, "hash"),
}
del LAST["an empty line"]


@pytest.mark.parametrize(("change", "line", "reason"), LAST.values(), ids=LAST)
def test_nothing_is_appended_to_a_damaged_end(log: FileLog, path: Path, change: object, line: int, reason: str) -> None:
    damaged = change(path.read_bytes())  # type: ignore[operator]
    path.write_bytes(damaged)
    for use in (lambda: log.append([draft("sources"), draft(A)], STAMP), log.heads):
        with pytest.raises(BrokenLine) as refusal:
            use()
        assert (refusal.value.where, refusal.value.line) == (str(path), line)
        assert reason in refusal.value.reason
    assert path.read_bytes() == damaged
    assert notes(log, "sources") == ["s"]


def test_a_log_under_another_name_is_refused(log: FileLog, path: Path) -> None:
    path.rename(path.with_name("lakeside-recall.jsonl"))
    with pytest.raises(BrokenLine, match="belongs to another log"):
        verified(log.read(B), B)
    with pytest.raises(BrokenLine, match="belongs to another log"):
        log.append([draft(B)], STAMP)


@pytest.mark.parametrize("left", [b"\x1f\x8b\x08\x00", b">>>>>>> other", b" ", b"x", b"\xff\xfe{"], ids=repr)
def test_an_end_that_no_interrupted_write_leaves_is_not_cut_off(log: FileLog, path: Path, left: bytes) -> None:
    damaged = path.read_bytes() + left
    path.write_bytes(damaged)
    with pytest.raises(BrokenLine, match=r"line 3: .*not the beginning of an event"):
        log.append([draft()], STAMP)
    assert path.read_bytes() == damaged
    assert log.loose_ends() == {A: len(left)}
    assert notes(log) == ["one", "two"]


def test_looking_for_an_id_stops_at_a_damaged_line(log: FileLog, path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'{"data"', b"<data", 1))
    with pytest.raises(BrokenLine, match="line 1"):
        log.append([draft(id=ID)], STAMP)


def test_the_same_id_is_not_believed_of_a_changed_line(log: FileLog, path: Path) -> None:
    log.append([draft(note="three")], STAMP)
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"due"'))
    with pytest.raises(BrokenLine, match="line 2"):
        log.append([draft(A, "two", id=ID)], STAMP)


@pytest.mark.parametrize("again", [draft(A, "two", id=ID), replace(draft(A, "two"), id=ID)], ids=["same", "equal"])
def test_what_is_there_already_is_on_the_disk_before_it_is_answered_for(
    path: Path, tmp_path: Path, again: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = FileLog(tmp_path)  # of another process, which does not know what the first one waited for
    synced = []
    monkeypatch.setattr(durable, "fsync", lambda fd: synced.append(os.fstat(fd).st_ino))
    [answer] = log.append([again], STAMP)  # type: ignore[list-item]
    assert not answer.new
    assert {path.stat().st_ino, path.parent.stat().st_ino} <= set(synced)
