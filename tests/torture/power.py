"""Power cuts: every disk that a power cut may leave, at every call of every write, as the calls were recorded.

What POSIX leaves open is tried: of a file, what was written since its last fsync is there in part, as NUL, or not; of
a folder, any of the names that changed since its last fsync. Two controls must stay red: the same without the fsyncs of
files, and without those of folders.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any

from logs_contract import STAMP, A, B, draft, verified
from processes import in_child, kill_myself
from stores import BATCH, IDS, started
from syscalls import Syscalls, replaced

from torture.campaign import Counts, How, emptied, in_memory
from tracker.cli.saving import save
from tracker.envelope import Draft
from tracker.errors import BrokenLine
from tracker.logs.files import FileLog

TORN = b'{"data":{"text":"torn bef'


@dataclass
class File:
    """Bytes that are on the disk for certain, and what was done to them since."""

    safe: bytes = b""
    pending: list[Callable[[bytes], bytes]] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)

    def may_hold(self) -> list[bytes]:
        """Every content that is tried: each step done or not, and of each write a half, NUL, or NUL and its end."""
        found, now = [self.safe], self.safe
        for step, data in zip(self.pending, self.written, strict=True):
            half = len(data) // 2
            found += [now + part for part in (data[:half], b"\0" * len(data), b"\0" * half + data[half:]) if data]
            now = step(now)
            found.append(now)
        return list(dict.fromkeys(found))


@dataclass
class Folder:
    """Names that are on the disk for certain, and those that came and went since: each change adds and removes."""

    safe: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[dict[str, "File | Folder | None"]] = field(default_factory=list)

    @property
    def now(self) -> dict[str, "File | Folder"]:
        return _with(self.safe, self.pending)

    def may_hold(self) -> list[dict[str, "File | Folder"]]:
        """Every choice among up to six changes; of more, those that a journal keeps in order."""
        if len(self.pending) > 6:
            return [_with(self.safe, self.pending[:n]) for n in range(len(self.pending) + 1)]
        sizes = range(len(self.pending) + 1)
        return [_with(self.safe, chosen) for n in sizes for chosen in combinations(self.pending, n)]


def _with(names: dict[str, File | Folder], changes: Any) -> dict[str, File | Folder]:
    found: dict[str, File | Folder | None] = dict(names)
    for change in changes:
        found |= change
    return {name: node for name, node in found.items() if node is not None}


class Platter:
    """A disk that is told of every call, and after each says what of it a power cut may leave."""

    def __init__(self, root: Path, *, deaf_to: str = "") -> None:
        """``deaf_to`` "files" or "folders" makes every fsync of them do nothing."""
        self._root, self._deaf_to = root, deaf_to
        self._top = _from_disk(root)
        self._fds: dict[int, File | Folder] = {}
        self.on_step: Callable[[], None] = lambda: None

    def disks(self, most: int, chance: Random) -> Iterator[dict[str, bytes]]:
        """Up to ``most`` of the disks that a power cut may leave now, as paths with their bytes; a folder ends in /."""
        nodes = list(_nodes(self._top))
        choices = [range(len(node.may_hold())) for node in nodes]
        total = 1
        for choice in choices:
            total *= len(choice)
        picks: Any = product(*choices)
        if total > most:
            picks = [tuple(chance.randrange(len(choice)) for choice in choices) for _ in range(most)]
        for pick in picks:
            held = {id(node): node.may_hold()[at] for node, at in zip(nodes, pick, strict=True)}
            yield dict(_laid_out(self._top, "", held))

    @contextmanager
    def watched(self) -> Iterator[None]:
        names = ("open", "close", "write", "ftruncate", "fsync", "replace", "unlink", "mkdir")
        real = {name: getattr(os, name) for name in names}
        with replaced({name: self._watching(getattr(self, f"_{name}"), real[name]) for name in names}):
            yield

    def _watching(self, told: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            is_new = told == self._open and not os.path.lexists(args[0])
            found = real(*args, **more)
            if told == self._open:
                told(found, is_new, *args)
            elif told(*args):
                self.on_step()
            return found

        return call

    def _place(self, path: Any) -> tuple[Folder, str] | None:
        if not Path(path).is_relative_to(self._root) or Path(path) == self._root:
            return None
        at, *parts = self._top, *Path(path).relative_to(self._root).parts
        for part in parts[:-1]:
            at = at.now[part]
        return at, parts[-1]

    def _open(self, fd: int, is_new: bool, path: Any, *_: Any) -> None:
        if Path(path) == self._root:
            self._fds[fd] = self._top
        elif place := self._place(path):
            folder, name = place
            if is_new:
                folder.pending.append({name: File()})
                self.on_step()
            self._fds[fd] = folder.now[name]

    def _close(self, fd: int) -> bool:
        self._fds.pop(fd, None)
        return False

    def _write(self, fd: int, data: Any) -> bool:
        return self._done(fd, lambda was, data=bytes(data): was + data, bytes(data))

    def _ftruncate(self, fd: int, size: int) -> bool:
        return self._done(fd, lambda was: was[:size], b"")

    def _done(self, fd: int, step: Callable[[bytes], bytes], data: bytes) -> bool:
        file = self._fds.get(fd)
        if isinstance(file, File):
            file.pending.append(step)
            file.written.append(data)
        return isinstance(file, File)

    def _fsync(self, fd: int) -> bool:
        node = self._fds.get(fd)
        if isinstance(node, File) and self._deaf_to != "files":
            for step in node.pending:
                node.safe = step(node.safe)
            node.pending.clear()
            node.written.clear()
        elif isinstance(node, Folder) and self._deaf_to != "folders":
            node.safe = node.now
            node.pending.clear()
        return node is not None

    def _replace(self, source: Any, target: Any) -> bool:
        if not (place := self._place(source)):
            return False
        folder, old = place
        folder.pending.append({old: None, Path(target).name: folder.now[old]})
        return True

    def _unlink(self, path: Any) -> bool:
        if not (place := self._place(path)):
            return False
        place[0].pending.append({place[1]: None})
        return True

    def _mkdir(self, path: Any, *_: Any) -> bool:
        if not (place := self._place(path)):
            return False
        place[0].pending.append({place[1]: Folder()})
        return True


def _from_disk(path: Path) -> Folder:
    """What lies in a folder, taken as safe; the lock says nothing after a power cut."""
    found: dict[str, File | Folder] = {}
    for each in path.iterdir():
        is_folder = stat.S_ISDIR(each.lstat().st_mode)
        found[each.name] = _from_disk(each) if is_folder else File(b"" if each.name == ".lock" else each.read_bytes())
    return Folder(found)


def _nodes(folder: Folder) -> Iterator[File | Folder]:
    """Everything that has, or may have, a name."""
    yield folder
    seen: set[int] = set()
    for names in folder.may_hold():
        for name, node in names.items():
            if id(node) not in seen and name != ".lock":
                seen.add(id(node))
                yield from _nodes(node) if isinstance(node, Folder) else (node,)


def _laid_out(folder: Folder, path: str, held: dict[int, Any]) -> Iterator[tuple[str, bytes]]:
    for name, node in held[id(folder)].items():
        if isinstance(node, Folder):
            yield f"{path}{name}/", b""
            yield from _laid_out(node, f"{path}{name}/", held)
        else:
            yield path + name, held.get(id(node), b"")


# operations, and what must hold of what is left of them


def _torn_before(root: Path) -> None:
    with Path(started(root).where(A)).open("ab") as file:
        file.write(TORN)


def _unfinished_before(root: Path) -> None:
    started(root)

    def work() -> None:
        watch = Syscalls(("fsync",))
        watch.before(3, kill_myself)
        with watch.watched():
            FileLog(root).append([draft(B, "x"), draft(A, "y")], STAMP)

    assert in_child(work) == -9
    assert (root / "events" / ".journal").exists()


APPENDS: dict[str, tuple[Callable[[Path], object], list[Draft]]] = {
    "first append of a store": (lambda root: None, [draft(A, "a1", id=IDS[0])]),
    "append": (started, BATCH[:1]),
    "append to a new log": (started, BATCH[1:2]),
    "append of a source": (started, BATCH[2:3]),
    "append of the first party": (started, [draft("parties", "p", id=IDS[7])]),
    "append after a torn tail": (_torn_before, BATCH[:1]),
    "append after an unfinished batch": (_unfinished_before, BATCH[:1]),
    "batch over logs": (started, BATCH),
}


def run(how: How, folder: Path) -> Counts:
    """Cut the power at every call of every operation, and see that both controls would be noticed."""
    most, folder = how.pick(40, 3_000), in_memory(folder)
    counts: Counts = {"disks after a power cut": 0, "of those with a damaged whole line, refused": 0}
    for name in APPENDS:
        disks, refused, broken = appended(name, folder, most, how)
        assert not broken, (name, broken[0])
        counts["disks after a power cut"] += disks
        counts["of those with a damaged whole line, refused"] += refused
    disks, broken = exported(folder, most, how)
    assert not broken, ("export", broken[0])
    counts["disks after a power cut"] += disks
    counts["operations, an export among them"] = len(APPENDS) + 1
    for deaf_to in ("files", "folders"):
        found = [
            it
            for name in ("append to a new log", "batch over logs")
            for it in appended(name, folder, 40, how, deaf_to)[2]
        ]
        found += exported(folder, 40, how, deaf_to)[1]
        assert found, f"without the fsync of {deaf_to} nothing would be noticed"
        counts[f"broken disks found without the fsync of {deaf_to} (the control)"] = len(found)
    return counts


def appended(name: str, folder: Path, most: int, how: How, deaf_to: str = "") -> tuple[int, int, list[str]]:
    """How many disks were looked at, how many of them refused to be written to, and what was wrong with which."""
    before, drafts = APPENDS[name]
    chance, disks, refused, broken = how.chance(), 0, 0, list[str]()
    with emptied(folder) as place:
        root = place / "store"
        root.mkdir()
        before(root)
        was = {name: list(FileLog(root).read(name)) for name in FileLog(root).logs()}
        platter = Platter(root, deaf_to=deaf_to)
        moments: list[tuple[bool, list[dict[str, bytes]]]] = []
        platter.on_step = lambda: moments.append((False, list(platter.disks(most, chance))))
        with platter.watched():
            FileLog(root).append(drafts, STAMP)
        moments.append((True, list(platter.disks(most, chance))))
        for acknowledged, states in moments:
            for state in states:
                disks += 1
                with emptied(place) as copy:
                    _lay(copy, state)
                    try:
                        _check_appended(copy, was, drafts, acknowledged=acknowledged)
                    except BrokenLine as fault:
                        if acknowledged or not _is_damaged_end(copy, was):
                            broken.append(f"{acknowledged} {fault} {sorted(state)}")
                        refused += 1
                    except AssertionError as fault:
                        broken.append(f"{acknowledged} {fault} {sorted(state)}")
    return disks, refused, broken


def _lay(root: Path, state: dict[str, bytes]) -> None:
    for name, data in state.items():
        if name.endswith("/"):
            (root / name).mkdir()
        else:
            (root / name).write_bytes(data)


def _is_damaged_end(root: Path, was: dict[str, list[bytes]]) -> bool:
    """Whether all that was acknowledged is there, and after it, in one log, whole lines with NUL."""
    damaged = 0
    for path in root.rglob("*.jsonl"):
        name = str(path.relative_to(root / "events").with_suffix(""))
        raw, safe = path.read_bytes(), b"".join(line + b"\n" for line in was.get(name, []))
        assert raw.startswith(safe), "what was acknowledged is there"
        damaged += b"\x00" in raw[len(safe) :] and raw.endswith(b"\n")
    return damaged == 1


def _check_appended(root: Path, was: dict[str, list[bytes]], drafts: list[Draft], *, acknowledged: bool) -> None:
    log = FileLog(root)
    now = {name: list(log.read(name)) for name in log.logs()}
    ids = {name: {event.id for event in verified(lines, name)} for name, lines in now.items()}
    for name, lines in was.items():
        assert now.get(name, [])[: len(lines)] == lines, "what was acknowledged before is there"
    there = [it.id in ids.get(it.log, ()) for it in drafts]
    assert all(there) if acknowledged else len(set(there)) == 1, "all or nothing, and all of what was acknowledged"
    log.append(drafts, STAMP)
    after = {name: verified(log.read(name), name) for name in log.logs()}
    notes = sum(event.type == "record.repaired" for events in after.values() for event in events)
    noted = sum(b'"type":"record.repaired"' in line for lines in was.values() for line in lines)
    count = sum(map(len, after.values())) - notes
    assert count == sum(map(len, was.values())) - noted + len(drafts), "exactly one copy"
    assert log.loose_ends() == {}


def exported(folder: Path, most: int, how: How, deaf_to: str = "") -> tuple[int, list[str]]:
    """Write a document over another and where none was; it is never a half one."""
    chance, disks, broken = how.chance(), 0, list[str]()
    for old in (None, b"old"):
        with emptied(folder) as root:
            target, new = root / "out.md", b"# A chronology\n" * 400
            if old is not None:
                target.write_bytes(old)
            platter = Platter(root, deaf_to=deaf_to)
            states: list[tuple[bool, dict[str, bytes]]] = []
            platter.on_step = lambda states=states, it=platter: states.extend(
                (False, each) for each in it.disks(most, chance)
            )
            with platter.watched():
                save(target, new)
            states.extend((True, each) for each in platter.disks(most, chance))
            for written, state in states:
                disks += 1
                if state.get("out.md") not in ([new] if written else [old, new]):
                    broken.append(f"{written} {state.get('out.md', b'')[:20]!r}")
    return disks, broken
