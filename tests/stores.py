"""Stores in files for the tests of crashes: how they begin, and what is to be seen of them from outside."""

from hashlib import sha256
from pathlib import Path

from logs_contract import STAMP, A, B, draft, verified

from tracker.canonical import decode
from tracker.logs.files import FileLog

IDS = [f"0198f3c4-6f00-7abc-8def-{n:012d}" for n in range(10)]
BATCH = [
    draft(A, "a2", id=IDS[2]),
    draft(B, "b1", id=IDS[3]),
    draft("sources", "s2", id=IDS[4]),
    draft(A, "a3", id=IDS[5]),
]


def started(root: Path) -> FileLog:
    """Return a log with one line in A and one among the sources."""
    log = FileLog(root)
    log.append([draft(A, "a1", id=IDS[0])], STAMP)
    log.append([draft("sources", "s1", id=IDS[1])], STAMP)
    return log


def images(root: Path) -> dict[str, bytes]:
    """Return the bytes of every log of a store; an empty file is no log."""
    found = {str(it.relative_to(root)): it.read_bytes() for it in root.rglob("*.jsonl")}
    return {name: data for name, data in found.items() if data}


def quarantine(root: Path) -> list[bytes]:
    folder = root / "events" / ".quarantine"
    kept = {it.name: it.read_bytes() for it in folder.iterdir() if not it.suffix} if folder.exists() else {}
    assert all(sha256(data).hexdigest() == name for name, data in kept.items())
    return list(kept.values())


def repaired(root: Path, log: str = A) -> list[tuple[str, int, int, str]]:
    """Return what a log says was taken out of it: part, line, bytes and SHA-256."""
    events = verified(FileLog(root).read(log), log)
    told = [decode(bytes(event.data)) for event in events if event.type == "record.repaired"]
    return [(each["part"], each["line"], each["size"], each["sha256"]) for each in told]


def slips(root: Path) -> list[str]:
    """Return what was set aside and is not noted in its log yet."""
    return sorted(it.name.split("@")[0] for it in root.glob("events/.quarantine/*.json"))


def leftovers(root: Path) -> set[str]:
    return {it.name for it in root.rglob("*") if it.name.startswith(".journal") or it.name.endswith(".tmp")}
