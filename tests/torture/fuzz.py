"""Fuzzing: whatever bytes come to a parser, it takes them or raises one of the tracker's errors.

The long form is guided by coverage and needs atheris (``pip install atheris``, in an environment of its own); the short
form changes real inputs by chance.
"""

import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent.parent
if __name__ == "__main__":  # atheris runs this file as a program
    sys.path[:1] = [str(ROOT), str(ROOT / "tests")]

from torture.campaign import Counts, How  # noqa: E402

SECONDS = 100
"""For each parser in the long form."""
TODAY = dt.date(2026, 1, 2)
HEAD = (b',"xhash":"', b'"}')
TOKENS = [
    b"\x00", b"\n", b"\r", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"#", b"=", b"'''", b"\\u0000", b"\\ud800",
    b"\xff", b"\xed\xa0\x80", "第".encode(), "٣".encode(), "\u202e".encode(),
    b"-0", b"1e400", b"9" * 30,
    b"NaN", b"../", b"9999-12-31", b"0000", b"X", b"~", b"?", b"%", b"/", b"..", b"T24:00", b"true", b"null",
    b"<<<<<<< ", b"[[event]]\n",
]  # fmt: skip


def line(data: bytes, folder: Path) -> None:
    """A line with its hash made right, so that what lies behind the check of the hash is reached too."""
    from tracker.canonical import encode
    from tracker.envelope import START, verify_line
    from tracker.errors import BrokenLine

    with suppress(BrokenLine):
        verify_line(data, START, "file", "cases/x")
    raw = b"%b%b%b%b" % (data[:-1], HEAD[0], sha256(b"\x00" + data).hexdigest().encode(), HEAD[1])
    verify_line(raw, START, "file", "cases/x")
    value = json.loads(raw)
    assert encode(value) == raw, "a line was taken that is not canonical"
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert told.encode() == raw, "another writer of JSON would write it otherwise"


def canonical(data: bytes, folder: Path) -> None:
    from tracker.canonical import decode, encode

    assert encode(decode(data)) == data


def sheet(data: bytes, folder: Path) -> None:
    from tracker.entries import Known, drafts
    from tracker.sheets import read_sheet

    path = folder / "sheet.toml"
    path.write_bytes(data)
    drafts(read_sheet(path), Known(set(), set(), set()))


def batch(data: bytes, folder: Path) -> None:
    from tracker.entries import Known, drafts
    from tracker.exports import read_any

    drafts(read_any(io.BytesIO(data), "batch"), Known({"a"}, set(), set()))


def date(data: bytes, folder: Path) -> None:
    from tracker import dates

    found = dates.parse(data.decode("utf-8", "surrogateescape"))
    assert dates.EARLIEST <= found.earliest <= found.latest <= dates.LATEST
    assert dates.in_words(found)
    assert dates.sort_key(data.decode())


def loosedate(data: bytes, folder: Path) -> None:
    from tracker import dates, loosedates

    dates.parse(loosedates.read(data.decode("utf-8", "surrogateescape"), TODAY))


def rule(data: bytes, folder: Path) -> None:
    from tracker.deadlines.rules import read_rule

    path = folder / "own-rule.toml"
    path.write_bytes(data)
    read_rule(path, "own-rule.toml", is_own=True)


def reference(data: bytes, folder: Path) -> None:
    from tracker.names import parse_ref

    name, position = parse_ref(data.decode("utf-8", "surrogateescape"))
    assert f"{name}#{position}".encode() == data


def logfile(data: bytes, folder: Path) -> None:
    """A whole file in the place of a log, and of the journal: read, looked at and appended to."""
    from tracker.envelope import Draft, Stamp
    from tracker.logs.files import FileLog

    first, _, second = data.partition(b"\x01")
    log = FileLog(folder)
    (folder / "events" / "cases").mkdir(parents=True, exist_ok=True)
    Path(log.where("cases/x")).write_bytes(first)
    (folder / "events" / ".journal").unlink(missing_ok=True)
    if second:
        (folder / "events" / ".journal").write_bytes(second)
    list(log.read("cases/x"))
    log.loose_ends()
    log.append([Draft("cases/x", "note.added", {"note": "n"})], Stamp("A", "2026-01-01T00:00:00.000Z"))
    assert log.loose_ends() == {}


def note(data: bytes, folder: Path) -> None:
    """A signed note or checkpoint of somebody else's."""
    from tracker.proofs import notes

    found = notes.parse(data, "note")
    assert found.text.encode() in data


TARGETS: dict[str, Callable[[bytes, Path], None]] = {
    each.__name__: each for each in (line, canonical, sheet, batch, date, loosedate, rule, reference, logfile)
}
if (ROOT / "tracker" / "proofs" / "notes.py").exists():
    TARGETS["note"] = note


def corpus(name: str) -> list[bytes]:
    """Real inputs of a parser to begin with."""
    logs = [path.read_bytes() for path in sorted((ROOT / "events").rglob("*.jsonl"))]
    lines = [each for log in logs for each in log.split(b"\n")[:2] if each]
    firsts = [re.sub(rb'"source":"/[^"]*"', b'"source":"/cases/x"', log.split(b"\n")[0]) for log in logs if log]
    bodies = [each[:-76] + b"}" for each in firsts]
    dated = sorted({each.encode() for log in logs for each in re.findall(r'"date":"([^"]+)"', log.decode())})
    return {
        "line": bodies,
        "canonical": bodies,
        "sheet": [path.read_bytes()[:4000] for path in sorted((ROOT / "seeds").glob("*.toml"))],
        "batch": [_as_batch(each) for each in lines[:20]],
        "date": dated,
        "loosedate": [
            *dated,
            b"20 Nov 2025",
            b"last Friday",
            b"about May 2025",
            "2025年11月20日".encode(),
            b"20/11/2025",
        ],
        "rule": [path.read_bytes() for path in sorted((ROOT / "tracker/deadlines/rules").glob("*.toml"))],
        "reference": [b"haikou-deposit#12", b"parties#1"],
        "logfile": [
            _log(),
            _log() + b'{"data":{"note":"torn',
            _log()[:-1],
            _log() + b'{"data":\x01{"logs":{"cases/x":{"first":"' + b"0" * 64 + b'","size":%d}}}\n' % len(_log()),
        ],
        "note": [b"example.org/a/cases/x\n1\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 example.org/a/cases/x AAAA\n"],
    }[name]


def _log() -> bytes:
    from tracker.envelope import START, Draft, Stamp, hash_of, seal

    stamp, head, told = Stamp("Ann", "2026-01-01T00:00:00.000Z"), START, b""
    for text in ("one", "第二"):
        raw = seal(Draft("cases/x", "note.added", {"note": text}), stamp, head)
        told, head = told + raw + b"\n", type(head)(head.position + 1, str(hash_of(raw)))
    return told


def _as_batch(line: bytes) -> bytes:
    told = json.loads(line)
    return json.dumps({"log": told["source"][1:], "type": told["type"], "data": told["data"]}).encode()


def feed(name: str, data: bytes, folder: Path) -> bool:
    """Give a parser its bytes; return whether it took them."""
    from tracker.errors import TrackerError

    try:
        TARGETS[name](data, folder)
    except TrackerError as refused:
        assert str(refused).strip(), "refused without a word"
        return False
    return True


def run(how: How, folder: Path) -> Counts:
    """Feed every parser."""
    if how.long:
        return _guided(how, folder)
    counts: Counts = {}
    for name in TARGETS:
        chance, real, taken = Random(f"{how.seed} {name}"), corpus(name), 0
        number = 150 if name in ("sheet", "batch", "rule", "logfile") else 1_500
        for _ in range(number):
            data = changed(chance, real)
            try:
                taken += feed(name, data, folder)
            except Exception as leaked:
                raise AssertionError((name, data)) from leaked
        counts[f"inputs of {name}, {taken} of them taken"] = number
    return {"inputs by chance": sum(counts.values())} | counts


def changed(chance: Random, real: list[bytes]) -> bytes:
    """A real input with some changes: bytes, cuts, repeats, tokens, the middle of another."""
    data = bytearray(chance.choice(real))
    for _ in range(chance.choice((0, 1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randrange(12))
        match chance.randrange(6):
            case 0:
                data[at:to] = chance.randbytes(to - at)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to] * chance.randrange(4)
            case 3:
                data[at:to] = chance.choice(TOKENS)
            case 4:
                other = chance.choice(real)
                data[at:to] = other[at : at + chance.randrange(40)]
            case 5 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def _guided(how: How, folder: Path) -> Counts:
    """Let atheris feed each parser in a process of its own, as many at a time as there are cores."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        raise AssertionError("atheris is not installed: 'pip install atheris', in an environment of its own") from None
    counts: Counts = {}
    waiting, running = list(TARGETS), dict[str, subprocess.Popen[str]]()
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            name = waiting.pop(0)
            place = folder / name
            (place / "corpus").mkdir(parents=True)
            for number, data in enumerate(corpus(name)):
                (place / "corpus" / f"real-{number}").write_bytes(data)
            command = [sys.executable, __file__, name, str(place), f"-max_total_time={SECONDS}", f"-seed={how.seed}"]
            limits = [
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-max_len=6000",
                "-print_final_stats=1",
                str(place / "corpus"),
            ]
            running[name] = subprocess.Popen(
                [*command, *limits], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=place
            )
        name, process = next(iter(running.items()))
        told, _ = process.communicate()
        del running[name]
        ran = re.search(r"stat::number_of_executed_units:\s*(\d+)", told)
        assert process.returncode == 0 and ran, (name, told[-3000:])
        counts[f"inputs of {name}"] = int(ran[1])
    return {"inputs guided by coverage": sum(counts.values())} | counts


def main() -> None:
    """Be one process of atheris: NAME FOLDER and then its own options."""
    import atheris

    name, folder = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=["tracker"]):
        for module in (
            "batches",
            "dates",
            "deadlines.rules",
            "entries",
            "exports",
            "loosedates",
            "sheets",
            "logs.files",
        ):
            __import__(f"tracker.{module}")
        if "note" in TARGETS:
            __import__("tracker.proofs.notes")
    (folder / "work").mkdir(exist_ok=True)
    atheris.Setup([sys.argv[0], *sys.argv[3:]], lambda data: (feed(name, data, folder / "work"), None)[1])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
