"""Torn tails: at every byte where a write may have stopped, what was acknowledged stays and nothing is dropped."""

import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest
from logs_contract import STAMP, A, B, draft, notes, verified
from stores import IDS, images, quarantine, repaired, slips, started

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
    """What is there when some sectors of 512 bytes are lost: up to two of them, or all but two."""
    sectors = sorted({(begin + at) // 512 for at in range(len(line))})
    for lost in [*combinations(sectors, 1), *combinations(sectors, 2), *combinations(sectors, len(sectors) - 1)]:
        yield bytes(0 if (begin + at) // 512 in lost else byte for at, byte in enumerate(line))


TEXTS = {"ASCII": "a plain note", "CJK": "第一次开庭 😀" * 3, "9 KB": "long " * 1800}


@pytest.mark.parametrize("first", [False, True], ids=["second event", "first event of the file"])
@pytest.mark.parametrize("torn", [cut, filled_with_nul, without_sectors])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_torn_tail_is_completed_or_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, torn: Torn, first: bool
) -> None:
    monkeypatch.setattr(durable, "fsync", lambda fd: None)  # thousands of states, whose bytes are all that matters
    log = FileLog(tmp_path)
    if not first:
        log.append([draft(A, "acknowledged")], STAMP)
    before, acknowledged = b"".join(line + b"\n" for line in log.read(A)), list(log.read(A))
    head = log.heads().get(A, START)
    line = seal(draft(A, text), STAMP, head) + b"\n"
    path = Path(log.where(A))
    log.append([draft(B)], STAMP)  # makes the folders
    states = list(torn(line, len(before)))
    if len(states) > 1500:
        states = random.Random(5).sample(states, 200) + states[:50] + states[-50:]
    for state in states:
        path.write_bytes(before + state)
        check_mended(log, tmp_path, acknowledged, torn=state, line=line)


def check_mended(log: FileLog, root: Path, acknowledged: list[bytes], *, torn: bytes, line: bytes) -> None:
    """Append to a log with a torn tail, and see that all that was acknowledged and all that was torn is still there."""
    damaged = images(root)
    if torn.endswith(b"\n"):  # a whole line that is damaged may have been acknowledged: not to be touched
        assert torn == line or b"\x00" in torn
        if torn != line:
            with pytest.raises(BrokenLine):
                log.append([draft(A, "next")], STAMP)
            assert images(root) == damaged
        return
    assert list(log.read(A)) == acknowledged, "readers do not see it"
    assert log.loose_ends() == {A: len(torn)}
    log.append([draft(A, "next")], STAMP)
    after = list(log.read(A))
    assert verified(after, A)
    assert after[: len(acknowledged)] == acknowledged
    [repair] = log.repairs()
    if torn.rstrip(b"\x00") == line[:-1]:
        assert repair.part == "missing end"
        assert after[len(acknowledged) : -1] == [line[:-1]], "the event was whole, and only its end was missing"
    else:
        assert len(after) == len(acknowledged) + 2
        told = ("torn tail", len(acknowledged) + 1, len(torn), sha256(torn).hexdigest())
        assert repair[1:5] == told
        assert repaired(root) == [told]
        assert not slips(root)
        assert (root / "events" / ".quarantine" / sha256(torn).hexdigest()).read_bytes() == torn
    assert log.loose_ends() == {}


def test_an_end_damaged_into_any_other_byte_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "fsync", lambda fd: None)
    log = started(tmp_path)
    path = Path(log.where(A))
    image = path.read_bytes()
    for byte in set(range(256)) - {10}:
        path.write_bytes(image[:-1] + bytes([byte]))
        assert log.loose_ends() == {A: len(image)}
        [answer] = log.append([draft(A, "next")], STAMP)
        assert answer.position == 2
        assert notes(log) == ["a1", "next"]


def test_a_torn_tail_is_mended_even_when_everything_is_there_already(tmp_path: Path) -> None:
    log = started(tmp_path)
    path = Path(log.where(A))
    image = path.read_bytes()
    path.write_bytes(image + b'{"data":')
    assert not log.append([draft(A, "a1", id=IDS[0])], STAMP)[0].new
    assert path.read_bytes().startswith(image)
    assert repaired(tmp_path) == [("torn tail", 2, 8, sha256(b'{"data":').hexdigest())]
    assert notes(log) == ["a1"]
    assert not log.append([draft(A, "a1", id=IDS[0])], STAMP, expected={A: 99})[0].new, "nothing is expected of a note"
    assert quarantine(tmp_path) == [b'{"data":']
