"""The published vectors of the log format: what this project writes, reads and refuses, and an independent second look.

Line and hash are computed here a second time from the specification, with the rfc8785 package and hashlib alone.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from tracker.envelope import START, Draft, Head, Stamp, open_line, seal, verify_line
from tracker.errors import BrokenLine
from tracker.logs.files import FileLog

VECTORS = Path(__file__).with_name("vectors")


def vectors(name: str) -> list[Any]:
    """Return the vectors of one file, each a parameter with the name it gives itself."""
    lines = (VECTORS / f"{name}.jsonl").read_bytes().decode().split("\n")
    found = [json.loads(line) for line in lines if line]
    assert len({each["name"] for each in found}) == len(found) > 5
    return [pytest.param(each, id=each["name"]) for each in found]


def head(vector: dict[str, Any]) -> Head:
    return Head(vector["after"]["position"], vector["after"]["xhash"])


def raw(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["hex"]) if "hex" in vector else vector["line"].encode()


@pytest.mark.parametrize("vector", vectors("lines"))
def test_writes_the_line(vector: dict[str, Any]) -> None:
    draft, stamp = Draft(**vector["draft"]), Stamp(**vector["stamp"])
    assert seal(draft, stamp, head(vector)) == raw(vector)


@pytest.mark.parametrize("vector", vectors("lines"))
def test_reads_the_line(vector: dict[str, Any]) -> None:
    event = verify_line(raw(vector), head(vector), "here", vector["draft"]["log"])
    assert event == open_line(raw(vector), head(vector), "here", vector["draft"]["log"])
    assert event.xhash == vector["xhash"]
    assert event.says(Draft(**vector["draft"]))


@pytest.mark.parametrize("vector", vectors("lines"))
def test_an_independent_writer_makes_the_same_line(vector: dict[str, Any]) -> None:
    draft = vector["draft"]
    members = {
        **vector["stamp"],
        "data": draft["data"],
        "id": draft["id"],
        "prevhash": vector["after"]["xhash"],
        "sequence": str(vector["after"]["position"] + 1).zfill(10),
        "source": "/" + draft["log"],
        "specversion": "1.0",
        "type": draft["type"],
    }
    if draft["form"] > 1:
        members["dataschema"] = f"tracker:/types/{draft['type']}/{draft['form']}"
    xhash = sha256(b"\x00" + rfc8785.dumps(members)).hexdigest()
    assert xhash == vector["xhash"]
    assert rfc8785.dumps({**members, "xhash": xhash}) == raw(vector)


@pytest.mark.parametrize("vector", vectors("refused"))
def test_refuses_the_line(vector: dict[str, Any]) -> None:
    after = head(vector)
    with pytest.raises(BrokenLine) as refusal:
        verify_line(raw(vector), after, "here", vector["log"])
    assert refusal.value.line == after.position + 1
    assert vector["reason"] in refusal.value.reason


@pytest.mark.parametrize("vector", vectors("refused"))
def test_replay_refuses_what_it_has_to(vector: dict[str, Any]) -> None:
    assert vector["seen_by"] in ("replay", "verify")
    if vector["seen_by"] == "replay":
        with pytest.raises(BrokenLine):
            open_line(raw(vector), head(vector), "here", vector["log"])


@pytest.mark.skipif(shutil.which("node") is None, reason="the second reader is written for Node.js")
def test_a_second_reader_written_from_the_specification_agrees() -> None:
    reader = VECTORS.with_name("second_reader.mjs")
    ran = subprocess.run(["node", reader, VECTORS], capture_output=True, text=True, check=True)
    counts = [len(vectors(name)) for name in ("lines", "refused", "logs")]
    assert ran.stdout == f"read {' '.join(map(str, counts))}\n"


def positions(log: FileLog, name: str) -> Iterator[int]:
    at = START
    for line in log.read(name):
        at = verify_line(line, at, log.where(name), name).head
        yield at.position


@pytest.mark.parametrize("vector", vectors("logs"))
def test_reads_or_refuses_the_whole_log(vector: dict[str, Any], tmp_path: Path) -> None:
    log, name = FileLog(tmp_path), vector["log"]
    path = Path(log.where(name))
    path.parent.mkdir(parents=True)
    path.write_bytes(vector["text"].encode())
    if "line" in vector:
        with pytest.raises(BrokenLine) as refusal:
            list(positions(log, name))
        assert refusal.value.line == vector["line"]
    else:
        assert list(positions(log, name)) == list(range(1, vector["events"] + 1))
        assert log.loose_ends().get(name, 0) == vector.get("loose", 0)
