"""Torn appends: at every byte where a write may have stopped, what was acknowledged stays and nothing is dropped."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest
from logs_contract import STAMP, A, draft, verified

from torture.campaign import Counts, How, emptied, in_memory
from tracker.envelope import START, seal
from tracker.errors import BrokenLine
from tracker.logs import durable
from tracker.logs.files import FileLog

Torn = Callable[[bytes, int], Iterator[bytes]]


def cut(line: bytes, _: int) -> Iterator[bytes]:
    """What is there when the file had grown to some length and no further."""
    return (line[:at] for at in range(1, len(line)))


def filled_with_nul(line: bytes, _: int) -> Iterator[bytes]:
    """What is there when the file had grown but only some bytes had reached the disk."""
    return (line[:at] + b"\x00" * (len(line) - at) for at in range(len(line)))


def without_sectors(line: bytes, begin: int) -> Iterator[bytes]:
    """What is there when sectors of 512 bytes are lost: every choice of up to ten, else up to two or all but two."""
    sectors = sorted({(begin + at) // 512 for at in range(len(line))})
    sizes = range(1, len(sectors) + 1) if len(sectors) <= 10 else (1, 2, len(sectors) - 1)
    for lost in (lost for size in sizes for lost in combinations(sectors, size)):
        yield bytes(0 if (begin + at) // 512 in lost else byte for at, byte in enumerate(line))


WAYS: tuple[Torn, ...] = (cut, filled_with_nul, without_sectors)
TEXTS = ("a plain note", "第一次开庭 😀" * 3, "four " * 800, "long " * 1800)
LOGS = (A, "sources", "parties")
BEFORE = ("nothing", "an event", "a torn tail")


class Stage(NamedTuple):
    """A log before an append, and the line that is appended and then torn."""

    log: FileLog
    name: str
    path: Path
    before: bytes
    acknowledged: list[bytes]
    line: bytes


def run(how: How, folder: Path) -> Counts:
    """Tear appends to every sort of log in every way; the short form takes a sample of the states of long lines."""
    counts = {
        "torn states": 0,
        "torn states set aside": 0,
        "torn states that completed the line": 0,
        "damaged whole lines refused": 0,
    }
    chance = how.chance()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "fsync", lambda fd: None)  # thousands of states, whose bytes are all that matters
        for name in LOGS:
            for text in TEXTS:
                for before in BEFORE:
                    for way in WAYS:
                        with emptied(in_memory(folder)) as root:
                            stage = _stage(root, name, text, before)
                            states = list(way(stage.line, len(stage.before)))
                            if not how.long:
                                states = chance.sample(states, min(len(states), 10)) + states[:2] + states[-4:]
                            for state in states:
                                counts[_check(stage, root, state)] += 1
                                counts["torn states"] += 1
    return counts


def _stage(root: Path, name: str, text: str, before: str) -> Stage:
    log = FileLog(root)
    log.append([draft("cases/other")], STAMP)  # makes the folders
    if before != "nothing":
        log.append([draft(name, "acknowledged")], STAMP)
    path = Path(log.where(name))
    if before == "a torn tail":
        with path.open("ab") as file:
            file.write(b'{"data":{"text":"torn before')
        log.append([draft(name, "mended")], STAMP)
    lines = list(log.read(name))
    line = seal(draft(name, text), STAMP, log.heads().get(name, START)) + b"\n"
    return Stage(log, name, path, b"".join(each + b"\n" for each in lines), lines, line)


def _check(stage: Stage, root: Path, torn: bytes) -> str:
    """Append to a log with a torn tail, and see that all that was acknowledged and all that was torn is still there."""
    log, name, acknowledged, line = stage.log, stage.name, stage.acknowledged, stage.line
    stage.path.write_bytes(stage.before + torn)
    os.utime(stage.path, (0, 0))  # torn some time ago: else whoever appends waits whether somebody is writing it
    where = (name, len(acknowledged), len(line), torn[:40], len(torn))
    if torn.endswith(b"\n"):  # a whole line that is damaged may have been acknowledged: not to be touched
        assert torn != line, where
        assert b"\x00" in torn, where
        try:
            log.append([draft(name, "next")], STAMP)
        except BrokenLine:
            assert stage.path.read_bytes() == stage.before + torn, where
            return "damaged whole lines refused"
        raise AssertionError(("a damaged line was built upon", where))
    assert list(log.read(name)) == acknowledged, ("readers do not see it", where)
    assert log.loose_ends(name) == {name: len(torn)}, where
    log.append([draft(name, "next")], STAMP)
    after = list(log.read(name))
    assert verified(after, name), where
    assert after[: len(acknowledged)] == acknowledged, where
    assert log.loose_ends(name) == {}, where
    if torn.rstrip(b"\x00") == line[:-1]:
        assert after[len(acknowledged) : -1] == [line[:-1]], ("it was whole, and only its end was missing", where)
        return "torn states that completed the line"
    assert [event.type for event in verified(after, name)[-1:]] == ["record.repaired"], ("it is noted", where)
    assert len(after) == len(acknowledged) + 2, where
    assert (root / "events" / ".quarantine" / sha256(torn).hexdigest()).read_bytes() == torn, where
    return "torn states set aside"
