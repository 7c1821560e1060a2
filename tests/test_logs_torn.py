"""Torn tails beside those of the campaign ``torture/torn.py``, which tears appends at every byte."""

import errno
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from logs_contract import STAMP, A, draft, notes
from stores import IDS, quarantine, repaired, slips, started
from syscalls import replaced

from tracker.logs import durable


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


def test_a_slip_that_cannot_be_removed_undoes_no_answer(tmp_path: Path) -> None:
    """What is noted is on the disk by then: to say that nothing was logged would have it logged twice."""
    log = started(tmp_path)
    path = Path(log.where(A))
    path.write_bytes(path.read_bytes() + b'{"data":')
    unlink = os.unlink

    def failing(name: str | Path, **more: Any) -> None:
        if str(name).endswith(".json"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(name))
        unlink(name, **more)

    with replaced({"unlink": failing}):
        [answer] = log.append([draft(A, "next")], STAMP)
    assert (answer.new, notes(log), len(slips(tmp_path))) == (True, ["a1", "next"], 1)
    log.append([draft(A, "last")], STAMP)
    assert (notes(log), len(repaired(tmp_path)), slips(tmp_path)) == (["a1", "next", "last"], 1, [])
