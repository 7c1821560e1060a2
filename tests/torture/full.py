"""A full disk: no file may grow beyond each possible size in turn, and whatever fails leaves everything as it was."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers import answers, registered
from logs_contract import STAMP, A, draft
from processes import in_child
from stores import BATCH, images, leftovers, started

from torture.campaign import Counts, How, emptied, in_memory
from tracker.app import Tracker
from tracker.cli.saving import save
from tracker.envelope import Draft
from tracker.errors import ProjectionFault, WriteFailed
from tracker.logs.files import FileLog

SHAPES: dict[str, list[Draft]] = {
    "one line": BATCH[:1],
    "a new log": BATCH[1:2],
    "a source": BATCH[2:3],
    "the first party": [draft("parties", "p1", id="0198f3c4-6f00-7abc-8def-000000000077")],
    "a batch over logs": BATCH,
}


def run(how: How, folder: Path) -> Counts:
    """Fill the disk under appends, exports and rebuilds; each in a child, which takes the limit with it."""
    counts, folder = {}, in_memory(folder)
    for shape, drafts in SHAPES.items():
        for torn in (False, True):
            step = how.pick(7, 1)
            counts[f"append of {shape}" + " after a torn tail" * torn] = _counted(
                folder, lambda root, d=drafts, t=torn, s=step: _fill_under_append(root, d, torn=t, step=s)
            )
    counts["export"] = _counted(folder, lambda root: _fill_under_export(root, step=how.pick(61, 1)))
    counts["rebuild"] = _counted(folder, lambda root: _fill_under_rebuild(root, step=how.pick(131_072, 1024)))
    return {"sizes at which the disk was full": sum(counts.values())} | {
        f"sizes: {name}": number for name, number in counts.items()
    }


def _counted(folder: Path, work: Callable[[Path], int]) -> int:
    """How many sizes a child tried."""
    with emptied(folder) as root:
        told = root / "told"
        assert in_child(lambda: told.write_text(str(work(root / "store")))) == 0
        return int(told.read_text())


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """A real short write, then EFBIG, at ``size`` bytes of any file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _fill_under_append(root: Path, drafts: list[Draft], *, torn: bool, step: int) -> int:
    """Every log is unchanged by every failure, and what is written at last stands there once."""
    root.mkdir()
    log = started(root)
    whole, files, tail = images(root), set(root.rglob("*.jsonl")), b'{"data":{"text":"torn'
    size = 0
    while True:
        if torn:
            with Path(log.where(A)).open("r+b") as file:
                file.truncate(len(whole[f"events/{A}.jsonl"]))
                file.seek(0, 2)
                file.write(tail)
            os.utime(log.where(A), (0, 0))  # some time ago: else whoever appends waits whether somebody is writing it
        before = images(root)
        try:
            with no_file_beyond(size):
                log.append(drafts, STAMP)
        except WriteFailed as fault:
            assert "the log is as it was" in str(fault), fault
        else:
            break
        assert images(root) in (before, whole), "as it was, or mended"
        assert set(root.rglob("*.jsonl")) == files
        assert leftovers(root) == set()
        size += step
    assert size > 300
    assert not any(answer.new for answer in log.append(drafts, STAMP)), "it was written once, when there was room"
    there = {it.id for it in log.append(drafts, STAMP)}
    assert there == {it.id for it in drafts}
    return size // step


def _fill_under_export(root: Path, *, step: int) -> int:
    """The target is as it was after every failure, and whole at last."""
    root.mkdir()
    target, old, new = root / "out.csv", b"old", b"a row, and another\r\n" * 300
    target.write_bytes(old)
    size = 0
    while True:
        try:
            with no_file_beyond(size):
                save(target, new)
        except OSError:
            assert target.read_bytes() == old
            assert [it.name for it in root.iterdir()] == ["out.csv"]
            size += step
        else:
            assert target.read_bytes() == new
            assert size >= len(new)
            return size // step


def _fill_under_rebuild(root: Path, *, step: int) -> int:
    """The old projection answers after every failure, and nothing is left beside it."""
    root.mkdir()
    tracker = registered(root)
    before, names = answers(tracker), {it.name for it in root.iterdir()}
    size = 0
    while True:
        try:
            with no_file_beyond(size):
                Tracker(root, FileLog(root)).rebuild()
        except ProjectionFault:
            assert {it.name for it in root.iterdir()} == names
            size += step
        else:
            assert size > 100_000
            assert answers(tracker) == before
            return size // step
