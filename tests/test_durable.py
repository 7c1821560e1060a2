"""Durable writes: nothing is acknowledged that a power cut could take."""

import os
import sys
import threading
from pathlib import Path

import pytest
from logs_contract import STAMP, A, draft
from stores import BATCH
from syscalls import Disk

from tracker.envelope import Draft
from tracker.errors import LogRefused, WriteFailed
from tracker.logs import durable
from tracker.logs.files import FileLog

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="names of open files are read from /proc")


@on_linux
@pytest.mark.parametrize("drafts", [BATCH[:1], BATCH[1:2], BATCH], ids=["one line", "a new log", "a batch over logs"])
def test_every_write_and_every_name_is_on_the_disk_before_the_answer(tmp_path: Path, drafts: list[Draft]) -> None:
    log, disk = FileLog(tmp_path), Disk(tmp_path)
    with disk.watched():
        for batch in (drafts, [draft(A, "more")], [draft(A, "and"), draft(A, "more")]):
            log.append(batch, STAMP)
            assert disk.at_risk() == set()


@on_linux
def test_many_logs_are_waited_for_at_once_and_each_of_them(tmp_path: Path) -> None:
    log, disk = FileLog(tmp_path), Disk(tmp_path)
    logs = [f"cases/c{n}" for n in range(3 * durable._MANY)]
    for again in range(2):
        disk.steps.clear()
        with disk.watched():
            log.append([draft(name, f"{again}") for name in logs], STAMP)
        gone = disk.steps.index(("unname", "events/.journal"))
        written = max(at for at, (step, name) in enumerate(disk.steps) if step == "write" and name.endswith(".jsonl"))
        waited = [name for step, name in disk.steps[written:gone] if step == "fsync" and name.endswith(".jsonl")]
        assert sorted(waited) == sorted(f"events/{name}.jsonl" for name in logs)
        assert disk.at_risk() == set()


@pytest.mark.parametrize("failing", [1, 5, 3 * durable._MANY])
def test_none_of_many_logs_holds_the_batch_when_one_cannot_be_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    log = FileLog(tmp_path)
    logs = [f"cases/c{n}" for n in range(3 * durable._MANY)]
    log.append([draft(name, "before") for name in logs], STAMP)
    before, real, threads = {name: log.image(name) for name in logs}, os.fsync, set()
    bad = Path(log.where(logs[failing - 1])).stat().st_ino

    def fail_once(fd: int) -> None:
        threads.add(threading.get_ident())
        if os.fstat(fd).st_ino == bad:
            monkeypatch.setattr(os, "fsync", real)
            raise OSError(5, "Input/output error")
        real(fd)

    monkeypatch.setattr(os, "fsync", fail_once)
    with pytest.raises(WriteFailed, match="Input/output error"):
        log.append([draft(name, "after") for name in logs], STAMP)
    assert threads - {threading.get_ident()}, "they are waited for by threads"
    assert {name: log.image(name) for name in logs} == before
    assert not (tmp_path / "events" / ".journal").exists()


def test_without_threads_many_logs_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = FileLog(tmp_path)
    logs = [f"cases/c{n}" for n in range(durable._MANY)]

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(WriteFailed, match="can't start new thread"):
        log.append([draft(name) for name in logs], STAMP)
    assert log.logs() == []
    monkeypatch.undo()
    assert all(answer.new for answer in log.append([draft(name) for name in logs], STAMP))


@on_linux
def test_a_folder_is_waited_for_again_only_when_its_names_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {("fsync", "events"), ("fsync", "events/cases")}
    log, disk = FileLog(tmp_path), Disk(tmp_path)

    def waited_for() -> set[tuple[str, str]]:
        disk.steps.clear()
        log.append([draft(A)], STAMP)
        assert ("fsync", f"events/{A}.jsonl") in disk.steps
        return folders & set(disk.steps)

    with disk.watched():
        assert waited_for() == folders
        monkeypatch.setattr(durable, "_TICK", 10**18)
        assert [waited_for(), waited_for()] == [folders] * 2, "another change may bear the time of this one"
        monkeypatch.setattr(durable, "_TICK", -(10**18))
        assert [waited_for(), waited_for()] == [folders, set()]
        path = Path(log.where(A))
        copied = path.with_suffix(".new")
        copied.write_bytes(path.read_bytes())
        copied.rename(path)  # as git does
        assert [waited_for(), waited_for()] == [{("fsync", "events/cases")}, set()]
        log = FileLog(tmp_path)
        assert waited_for() == folders, "what another process waited for is not known"


@on_linux
def test_a_folder_that_could_not_be_waited_for_is_waited_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_TICK", -(10**18))
    folders, waits = durable.Folders(), []

    def fail(path: Path) -> None:
        waits.append(path)
        raise OSError

    monkeypatch.setattr(durable, "fsync_folder", fail)
    for _ in range(2):
        with pytest.raises(OSError):
            folders.fsync(tmp_path)
    monkeypatch.setattr(durable, "fsync_folder", waits.append)
    folders.fsync(tmp_path)
    folders.fsync(tmp_path)
    assert len(waits) == 3


@on_linux
def test_the_journal_is_on_the_disk_before_the_batch_and_goes_after_it(tmp_path: Path) -> None:
    log, disk = FileLog(tmp_path), Disk(tmp_path)
    with disk.watched():
        log.append(BATCH, STAMP)
    steps = disk.steps
    named = steps.index(("name", "events/.journal"))
    gone = steps.index(("unname", "events/.journal"))
    writes = [at for at, (step, name) in enumerate(steps) if step == "write" and name.endswith(".jsonl")]
    assert ("fsync", "events/.journal.tmp") in steps[:named]
    assert ("fsync", "events") in steps[named : min(writes)]
    assert named < min(writes) < max(writes) < gone
    assert {("fsync", steps[at][1]) for at in writes} <= set(steps[max(writes) : gone])
    assert {("fsync", "events"), ("fsync", "events/cases")} <= set(steps[max(writes) : gone])
    assert ("fsync", "events") in steps[gone:]


@on_linux
def test_what_is_set_aside_is_on_the_disk_before_it_is_cut_off(tmp_path: Path) -> None:
    log, disk = FileLog(tmp_path), Disk(tmp_path)
    log.append([draft(A)], STAMP)
    with Path(log.where(A)).open("ab") as file:
        file.write(b'{"data":')
    with disk.watched():
        log.append([draft(A)], STAMP)
    cut = disk.steps.index(("ftruncate", f"events/{A}.jsonl"))
    kept = next(at for at, (step, name) in enumerate(disk.steps) if step == "name" and len(Path(name).name) == 64)
    assert ("fsync", disk.steps[kept][1] + ".tmp") in disk.steps[:kept]
    assert ("fsync", "events/.quarantine") in disk.steps[kept:cut]
    assert disk.at_risk() == set()


def test_a_short_write_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:7])))
    log = FileLog(tmp_path)
    log.append([draft(A)], STAMP)
    assert len(list(log.read(A))) == 1


def test_write_whole_replaces_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    (tmp_path / "file.tmp").write_bytes(b"left by somebody who was killed")
    with path.open("rb") as before:
        durable.write_whole(path, b"new")
        assert before.read() == b"old"
    assert path.read_bytes() == b"new"
    assert [it.name for it in tmp_path.iterdir()] == ["file"]


def test_write_whole_does_not_follow_a_link_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "file.tmp").symlink_to(tmp_path / "victim")
    durable.write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "file").is_symlink()


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        durable.write_whole(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("x")
    with pytest.raises(LogRefused, match="events is a file"):
        durable.make_folder(tmp_path / "events")


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_lines_are_found_from_the_end(tmp_path: Path, length: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first\n" + b"a" * length)
    fd = durable.open_log(path)
    try:
        assert durable.find_line(fd, 6 + length, longest=length) == 6
        assert durable.find_line(fd, 5, longest=5) == 0
        assert durable.count_lines(fd, 6 + length) == 1
        if length:
            with pytest.raises(ValueError, match="longer"):
                durable.find_line(fd, 6 + length, longest=length - 1)
    finally:
        os.close(fd)
