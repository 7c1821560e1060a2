"""Mending logs by hand: what is wrong with each, what may be done about it, and doing it.

What a checkpoint vouches for is never touched. Whatever is taken out of a log is set aside first and noted in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.envelope import START, hash_of
from tracker.errors import BrokenLine, NotRestored
from tracker.eventtypes.repairs import RecordAdopted
from tracker.forks import formers, lines_of
from tracker.logs.damage import BRANCHES, COVERED, FALSE, LAST, MENDED, MISSING_END, Damage, damage_of, read_lines
from tracker.logs.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.copies import Copy
    from tracker.envelope import Stamp
    from tracker.logs.files import FileLog


class Found(NamedTuple):
    """What the look at one log found: its bytes, how many of its lines are whole, and what is wrong after them.

    ``unnoted`` is what was set aside by a writer that was killed before it could note it in the log.
    """

    log: str
    where: str
    image: bytes
    lines: int
    damage: Damage | None
    unnoted: tuple[Repair, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to do."""
        return self.damage is None and not self.unnoted

    def is_mended(self, *, tail: bool) -> bool:
        """Whether it is mended, by hand (``tail``) where no writer does it by itself."""
        sort = self.damage.sort if self.damage else None
        return bool(self.unnoted) if sort is None else sort in MENDED or (tail and sort == LAST)

    def told(self) -> str:
        """What is wrong, in words."""
        if damage := self.damage:
            intact = f"lines 1 to {self.lines} are whole" if self.lines else "no line before it is whole"
            return f"{damage.sort} at line {damage.line}, byte {damage.offset}: {damage.reason}; {intact}"
        return "; ".join(f"{each.part} at line {each.line} was set aside, and is not noted" for each in self.unnoted)

    def todo(self, *, tail: bool) -> str:
        """What is to be done about the damage, in words."""
        damage = self.damage
        if damage is None:
            return "it is noted in the log" if self.unnoted else ""
        if damage.sort == MISSING_END:
            return "its end of line is put there"
        if self.is_mended(tail=tail):
            return f"{damage.size} bytes are set aside in events/.quarantine, and noted in the log"
        return _advice(damage, self.image[damage.offset :])


def _advice(damage: Damage, rest: bytes) -> str:
    """What to do about damage that is not simply mended; ``rest`` is what begins with it."""
    again = "then take in the other one with --adopt git:REVISION"
    line = rest.partition(b"\n")[0]
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")):
        return f"take one side of the merge whole (git checkout REVISION -- FILE), {again}"
    if damage.sort == BRANCHES:
        return (
            f"two branches were written one after the other: take one of them (git checkout REVISION -- FILE), {again}"
        )
    if line.startswith(b"version https"):
        return "let Git LFS have no part in logs ('git lfs migrate export'), or fetch the log with 'git lfs pull'"
    if line.endswith(b"\r"):
        return "git changed the ends of lines: put '*.jsonl -text' into .gitattributes, and check the file out anew"
    if damage.sort == FALSE:
        return (
            "look for the copy that the lines were taken from: the log is whole, but what it says of them is not true"
        )
    if damage.sort == COVERED:
        return "a checkpoint vouches for what stood here: put a copy of the log in its place by hand, and verify it"
    if damage.sort == LAST:
        return "restore it with --adopt COPY; where no copy has the line, --tail sets it aside"
    return "restore it from a copy with --adopt COPY"


def look(log: FileLog, name: str) -> Found:
    """What is wrong with one log; raises LogRefused, ReadFailed."""
    limit, image = log.limit(name), log.image(name)
    damage = damage_of(image, name, log.where(name), covered=log.covered(name), limit=limit)
    if damage is None:
        damage = _false_note(image, name, log.where(name))
    lines = damage.head.position if damage else image.count(b"\n")
    unnoted = log.unnoted(name) if lines else []  # a log does not begin with a note
    return Found(name, log.where(name), image, lines, damage, tuple(unnoted))


def _false_note(image: bytes, name: str, where: str) -> Damage | None:
    """The first note of adopted lines that is not true of them."""
    if b'"type":"%s"' % RecordAdopted.type.encode() not in image:
        return None
    lines, _ = lines_of(image, name, where)
    try:
        formers(lines, where)
    except BrokenLine as fault:
        before = lines[: fault.line - 1]
        offset = sum(len(line.raw) + 1 for line in before)
        head = before[-1].event.head if before else START
        return Damage(FALSE, fault.line, offset, len(image) - offset, fault.reason, head)
    return None


def mend(log: FileLog, found: Found, stamp: Stamp) -> None:
    """Do what ``Found.todo`` says, with the log as it was looked at.

    Raises:
        HeadMoved, BrokenLine: it is another one by now.
        LogRefused, LogLocked, ReadFailed, WriteFailed.
    """
    damage = found.damage
    if damage and damage.sort == LAST:
        repair = Repair(found.log, LAST, damage.line, reason=damage.reason)
        log.cut(found.log, found.image, damage.offset, repair)
    end = damage.line if damage and damage.sort == MISSING_END else found.lines
    log.append([], stamp, expected={found.log: end})


def restore(log: FileLog, found: Found, copy: Copy, stamp: Stamp) -> None:
    """Put the lines of a copy where a log is damaged; raises as ``restored`` and ``mend``."""
    if (damage := found.damage) is None:
        return
    whole = restored(found, copy)
    repair = Repair(found.log, "damaged log", damage.line, reason=damage.reason, restored_from=copy.name)
    log.restore(found.log, found.image, whole, repair)
    log.append([], stamp, expected={found.log: whole.count(b"\n")})


def restored(found: Found, copy: Copy) -> bytes:
    """The bytes of a damaged log with the lines of a copy where it is damaged, and its own wherever it is whole.

    Raises:
        NotRestored: a whole line would be lost, the copy does not reach the damage, or the two have grown apart.
    """
    *ours, loose = found.image.split(b"\n")
    theirs = [line.raw for line in copy.lines]
    damage = found.damage
    broken = [number for number, line in enumerate(ours) if hash_of(line) is None]
    if damage is None or damage.sort == COVERED or not broken:
        why = "a checkpoint vouches for the damaged line" if damage and damage.sort == COVERED else "no line is damaged"
        raise NotRestored(found.log, copy.name, why)
    there = set(theirs)
    for number, line in enumerate(ours[: broken[-1]]):
        if number not in broken and line not in there:
            raise NotRestored(found.log, copy.name, f"line {number + 1} is whole here, and is not in the copy")
    lines = [
        *theirs[: (at := _joint(found, copy, ours, broken[-1]))],
        *_longer(found, copy, ours[broken[-1] + 1 :], at),
    ]
    image = b"".join(line + b"\n" for line in lines)
    _, _, fault = read_lines(image, found.log, copy.name)
    if fault is not None:
        raise NotRestored(found.log, copy.name, f"line {fault.line} would still be refused, because {fault.reason}")
    return image + loose


def _joint(found: Found, copy: Copy, ours: Sequence[bytes], last: int) -> int:
    """How many lines of the copy come before our lines after the last damaged one (counted from 0)."""
    if last + 1 == len(ours):
        if len(copy.lines) <= last:
            raise NotRestored(found.log, copy.name, f"it has {len(copy.lines)} lines, and not line {last + 1}")
        return len(copy.lines)
    for line in copy.lines:
        if b'"prevhash":"%s"' % line.event.xhash.encode() in ours[last + 1]:
            return line.event.position
    raise NotRestored(found.log, copy.name, f"it has no line that line {last + 2} follows")


def _longer(found: Found, copy: Copy, after: Sequence[bytes], at: int) -> Sequence[bytes]:
    """Our whole lines after the damage, or those of the copy when they are more; one has to begin as the other."""
    theirs = [line.raw for line in copy.lines[at:]]
    if any(a != b for a, b in zip(after, theirs, strict=False)):
        raise NotRestored(found.log, copy.name, "the two have grown apart after the damage")
    return max(after, theirs, key=len)
