"""Changes to a log: each is found and located; what only a copy or a checkpoint shows is counted apart."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from torture.campaign import Counts, How, emptied
from tracker.envelope import START, Draft, Head, Stamp, hash_of, seal, verify_line
from tracker.errors import BrokenLine
from tracker.logs.files import FileLog
from tracker.logs.replay import replay
from tracker.proofs import merkle

ROOT = Path(__file__).parent.parent.parent
LOGS = sorted((ROOT / "events").rglob("*.jsonl"))
INSERTED = b'\x00\n\r", [\\}\xff '
NEEDS_A_CHECKPOINT = "logs whole in themselves, but cut or made anew: only a checkpoint shows it"
TOLD = "of those, told by the size and root of the log before"


class Line(NamedTuple):
    """A line of a log without its LF, and the head it comes after."""

    log: str
    bytes: bytes
    after: Head


def run(how: How, folder: Path) -> Counts:
    """Change the logs of this repository."""
    chance = how.chance()
    counts: Counts = {}
    smallest_first = sorted(LOGS, key=lambda path: path.stat().st_size)
    for path in smallest_first:
        _add(counts, _bytes_of_lines(list(lines_of(path)), chance, every=how.long))
    for path in how.pick(smallest_first[:4], smallest_first):
        _add(counts, _whole_files(path, folder, chance, how))
        _add(counts, _forgeries(path, folder, smallest_first, how))
    return counts


def _add(counts: Counts, more: Counts) -> None:
    for words, number in more.items():
        counts[words] = counts.get(words, 0) + number


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "events").with_suffix(""))


def lines_of(path: Path) -> Iterator[Line]:
    head, log = START, name_of(path)
    for line in path.read_bytes().split(b"\n")[:-1]:
        yield Line(log, line, head)
        head = verify_line(line, head, path, log).head


def _located(line: Line, changed: bytes) -> bool:
    """Whether the check of this line refuses it and names it; lines before it are untouched and were checked."""
    try:
        verify_line(changed, line.after, "file", line.log)
    except BrokenLine as fault:
        return (fault.where, fault.line) == ("file", line.after.position + 1)
    return False


def _bytes_of_lines(lines: list[Line], chance: Random, *, every: bool) -> Counts:
    """Each byte to one other value, or to each of the 255; each byte left out; bytes put in at each place.

    A byte that becomes LF cuts the line in two: the reader sees the first part.
    """
    changed = gone = added = 0
    for line in lines:
        raw = line.bytes
        for at in range(len(raw)):
            head, byte, tail = raw[:at], raw[at], raw[at + 1 :]
            values = (value for value in range(256) if value != byte) if every else (byte ^ 1 << chance.randrange(8),)
            for value in values:
                told = head if value == 10 else b"%b%c%b" % (head, value, tail)
                assert _located(line, told), (line.log, line.after.position + 1, at, value)
                changed += 1
            if every:
                assert _located(line, head + tail), (line.log, line.after.position + 1, at)
                gone += 1
                for value in INSERTED:
                    told = head if value == 10 else b"%b%c%b" % (head, value, raw[at:])
                    assert _located(line, told), (line.log, line.after.position + 1, at, value)
                    added += 1
    return {"bytes changed, found in their line": changed} | (
        {"bytes left out, found in their line": gone, "bytes put in, found in their line": added} if every else {}
    )


def _whole_files(path: Path, folder: Path, chance: Random, how: How) -> Counts:
    """Bytes, lines and ends changed in a file, and read back by the log itself."""
    raw, name = path.read_bytes(), name_of(path)
    lines = raw.split(b"\n")[:-1]
    counts: Counts = {}
    with emptied(folder) as root:
        log, target = FileLog(root), root / "events" / path.relative_to(ROOT / "events")
        target.parent.mkdir(parents=True)

        def first_fault(whole: bytes) -> int | None:
            target.write_bytes(whole)
            return fault_line(log, name)

        def expect(words: str, whole: bytes, line: int, *also: int) -> None:
            found = first_fault(whole)
            assert found in (line, *also), (words, name, line, found)
            counts[words] = counts.get(words, 0) + 1

        assert first_fault(raw) is None
        for at, byte in enumerate(raw):
            if byte == 0x0A:
                for value in how.pick((0x0B, 0x20, 0x8A), [it for it in range(256) if it != 0x0A]):
                    whole = raw[:at] + bytes([value]) + raw[at + 1 :]
                    expect("ends of lines changed, found in files", whole, raw[:at].count(b"\n") + 1)
        for at in chance.sample(range(len(raw)), how.pick(40, 400)):
            whole = raw[:at] + bytes([raw[at] ^ 0x41]) + raw[at + 1 :]
            expect("bytes changed at random, found in files", whole, raw[:at].count(b"\n") + 1)
        for number, _ in enumerate(lines, 1):
            at = number - 1
            if number < len(lines):
                expect("lines left out", _joined(lines[:at] + lines[number:]), number)
            expect("lines doubled", _joined(lines[:number] + lines[at:]), number + 1)
            expect("empty lines put in", _joined([*lines[:at], b"", *lines[at:]]), number)
            for other in how.pick((at + 1,), range(at + 1, min(len(lines), at + 6))):
                if other < len(lines):
                    swapped = list(lines)
                    swapped[at], swapped[other] = swapped[other], swapped[at]
                    expect("lines exchanged", _joined(swapped), number)
                    moved = [*lines[:at], *lines[number : other + 1], lines[at], *lines[other + 1 :]]
                    expect("lines moved", _joined(moved), number)
        cuts = range(1, len(raw)) if how.long and len(raw) < 30_000 else chance.sample(range(1, len(raw)), 60)
        for size in cuts:
            if raw[size - 1] == 0x0A:
                assert first_fault(raw[:size]) is None
                _add(counts, {NEEDS_A_CHECKPOINT: 1, TOLD: told_by_checkpoint(lines, log, name)})
            else:
                expect("ends cut off within a line", raw[:size], raw[:size].count(b"\n") + 1)
    return counts


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def fault_line(log: FileLog, name: str) -> int | None:
    """The line at which verifying stops, as ``tracker verify`` counts; None when all is well."""
    lines = 0
    try:
        for event in replay(log, name, strict=True):
            lines = event.position
        if log.loose_ends(name):
            return lines + 1
    except BrokenLine as fault:
        return fault.line
    return None


def told_by_checkpoint(before: list[bytes], log: FileLog, name: str) -> int:
    """1: the Merkle root that a checkpoint of all lines has is not that of as many lines of the log now."""
    leaves = [bytes.fromhex(str(hash_of(line))) for line in before]
    now = [bytes.fromhex(str(hash_of(line))) for line in log.read(name)]
    is_another = len(now) < len(leaves) or merkle.root(now[: len(leaves)]) != merkle.root(leaves)
    assert is_another, "a log was made anew, and its checkpoint fits"
    return 1


STAMP = Stamp("Mallory", "2026-01-01T00:00:00.000Z")


def _forged(line: bytes, after: Head, log: str) -> bytes:
    """A line with valid hashes at a place that is not its own: number, link, name and hash are made to fit."""
    from tracker.canonical import decode

    members = decode(line)
    form = int(members["dataschema"].rpartition("/")[2]) if "dataschema" in members else 1
    draft = Draft(log, members["type"], members["data"], members["id"], form)
    return seal(draft, Stamp(members["recordedby"], members["recordedtime"]), after)


def _forgeries(path: Path, folder: Path, others: list[Path], how: How) -> Counts:
    """Lines that are right by themselves, in a log that is not theirs, or no longer."""
    name, lines = name_of(path), list(lines_of(path))
    raws = [line.bytes for line in lines]
    counts: Counts = {}
    other = next(it for it in others if it != path)
    strangers = [line.bytes for line in lines_of(other)]

    def tell(words: str, told: list[bytes], line: int | None) -> None:
        target.write_bytes(_joined(told))
        assert fault_line(log, name) == line, (words, name, line)
        if line is not None:
            _add(counts, {words: 1})
        elif told != raws:
            _add(counts, {NEEDS_A_CHECKPOINT: 1, TOLD: told_by_checkpoint(raws, log, name)})

    with emptied(folder) as root:
        log, target = FileLog(root), root / "events" / path.relative_to(ROOT / "events")
        target.parent.mkdir(parents=True)
        for line in lines:
            number, after = line.after.position + 1, line.after
            changed = seal(Draft(name, "note.added", {"note": "forged"}), STAMP, after)
            head = Head(number, str(hash_of(changed)))
            rest = [_forged(raw, Head(number, head.xhash), name) for raw in raws[number : number + 1]]
            last = number == len(lines)
            # In the place of a line, its own hash right: the next line does not follow it; a forged last line does.
            tell(
                "lines forged with a right hash",
                [*raws[: number - 1], changed, *raws[number:]],
                None if last else number + 1,
            )
            # The next one made to follow it, too: then the one after that does not.
            if number + 1 < len(lines):
                tell(
                    "lines forged with the next one",
                    [*raws[: number - 1], changed, *rest, *raws[number + 1 :]],
                    number + 2,
                )
            # A line of another log, as it is, and made to fit in all but its name.
            stranger = strangers[(number - 1) % len(strangers)]
            tell("lines of another log", [*raws[: number - 1], stranger, *raws[number:]], number)
            fitted = _forged(stranger, after, name_of(other))
            tell("lines of another log that were numbered and linked anew", [*raws[: number - 1], fitted], number)
            # Renumbered, without its link; linked, without its number.
            for wrong in (Head(after.position, "0" * 63 + "1"), Head(after.position + 1, after.xhash)):
                tell(
                    "lines with a right hash and a wrong place",
                    [*raws[: number - 1], _forged(line.bytes, wrong, name)],
                    number,
                )
            # The whole rest made anew: no line by itself can show it.
            suffix, at = [changed], head
            for raw in raws[number:]:
                suffix.append(_forged(raw, at, name))
                at = Head(at.position + 1, str(hash_of(suffix[-1])))
            tell("", raws[: number - 1] + suffix, None)
            tell("", raws[:number], None)
    return counts
