"""Any byte of a committed log that is changed is found, with the right file and line.

The campaign ``torture/changes.py`` changes every byte of every log.
"""

import shutil
from pathlib import Path

from tracker.app import Tracker
from tracker.envelope import START, verify_line
from tracker.errors import BrokenLine

ROOT = Path(__file__).parent.parent
LOGS = sorted((ROOT / "events").rglob("*.jsonl"))
SMALLEST = min(LOGS, key=lambda path: path.stat().st_size, default=None)


def lines_with_heads(path):
    head, log = START, str(path.relative_to(ROOT / "events").with_suffix(""))
    for line in path.read_bytes().split(b"\n")[:-1]:
        yield log, line, head
        head = verify_line(line, head, path, log).head


def finds(line, head, log):
    """Whether the check of this line refuses it and names it; lines before it are untouched and were checked."""
    try:
        verify_line(line, head, "file", log)
    except BrokenLine as fault:
        return (fault.where, fault.line) == ("file", head.position + 1)
    return False


def test_there_are_logs():
    assert len(LOGS) > 10


def test_every_bit_of_one_log():
    tried = 0
    for log, line, head in lines_with_heads(SMALLEST):
        for at in range(len(line)):
            for bit in range(8):
                changed = bytearray(line)
                changed[at] ^= 1 << bit
                assert finds(bytes(changed).partition(b"\n")[0], head, log), (head.position + 1, at, bit)
                tried += 1
    assert tried == 8 * (SMALLEST.stat().st_size - SMALLEST.read_bytes().count(b"\n"))


def found_by_verify(root, path, whole, at, value):
    """Change one byte of a file and ask the whole store."""
    path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
    faults = {found.where: found.fault for found in Tracker(root).verify() if found.fault}
    path.write_bytes(whole)
    return faults


def test_every_end_of_line_and_a_sample_of_bytes_in_files(tmp_path):
    shutil.copytree(ROOT / "events", tmp_path / "events", ignore=shutil.ignore_patterns(".*"))
    path = tmp_path / SMALLEST.relative_to(ROOT)
    whole = path.read_bytes()
    assert not [found for found in Tracker(tmp_path).verify() if found.fault]
    ends = [at for at, byte in enumerate(whole) if byte == 0x0A]
    for at in [*ends, *range(0, len(whole), 97)]:
        for value in (whole[at] ^ 1, whole[at] ^ 0x80):
            if value == 0x0A:
                continue
            (where, (line, reason)), *others = found_by_verify(tmp_path, path, whole, at, value).items()
            assert (where, line, others) == (str(path), whole[:at].count(b"\n") + 1, []), (at, reason)


def test_an_id_that_stands_twice_is_found(tmp_path):
    """Both lines are right by themselves and chained, so only the whole log shows it."""
    from tracker.envelope import Draft, Stamp, seal

    stamp, log, twice = Stamp("A", "2026-01-01T00:00:00.000Z"), "cases/twice", "00000000-0000-7000-8000-000000000001"
    one = seal(Draft(log, "note.added", {"note": "a"}, twice), stamp, START)
    two = seal(Draft(log, "note.added", {"note": "b"}, twice), stamp, verify_line(one, START, log, log).head)
    path = tmp_path / "events" / "cases" / "twice.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(one + b"\n" + two + b"\n")
    (found,) = Tracker(tmp_path).verify()
    assert found.fault == (2, "its id is that of line 1")
