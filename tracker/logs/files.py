"""A log kept in plain files: one JSON Lines file for each case and register, made for git.

events/parties.jsonl, events/sources.jsonl, events/cases/<case>.jsonl hold the events; events/.lock is the one lock for
all writers, events/.journal says where each log ended before the batch that is being written, and events/.quarantine
keeps bytes that were taken out, each under its SHA-256.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from tracker.canonical import MAX_LINE
from tracker.envelope import START, Draft, Event, Head, Stamp, hash_of, open_alone, verify_line
from tracker.errors import BrokenLine, HeadMoved, ReadFailed, WriteFailed
from tracker.logs import durable, looking
from tracker.logs.batch import find_ids, plan, wanted_ids
from tracker.logs.journal import Journal, Mark
from tracker.logs.port import NOTHING_EXPECTED, NOTHING_SEARCHED, Appended
from tracker.logs.repairs import Quarantine, Repair, covered, fault_of_tail
from tracker.logs.sorts import refuse_others
from tracker.names import REGISTERS, check_log

_BLOCK: Final = 1_048_576
_FEW: Final = 256
"""Logs whose paths are kept: whoever works at one asks for it again and again, and of all there may be thousands."""
_TOO_LONG: Final = f"it is longer than {MAX_LINE} bytes"


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a log: its head, how many bytes its whole lines take, and how many come after them."""

    head: Head
    size: int
    loose: int = 0


class FileLog:
    """The port over the folder ``events`` of a store; ``lock_timeout`` is in seconds."""

    def __init__(self, root: Path, *, lock_timeout: float = durable.LOCK_TIMEOUT) -> None:
        self._events = root / "events"
        self._lock_timeout = lock_timeout
        self._journal = Journal(self._events / looking.JOURNAL)
        self._quarantine = Quarantine(self._events / ".quarantine")
        self._repairs: list[Repair] = []
        self._folders = durable.Folders()
        self._cases = self._events / "cases"
        self._lock = self._events / ".lock"
        self._path = lru_cache(_FEW)(self._path_of)

    def append(
        self,
        drafts: Sequence[Draft],
        stamp: Stamp,
        *,
        expected: Mapping[str, int] = NOTHING_EXPECTED,
        searched: Mapping[str, Head] = NOTHING_SEARCHED,
    ) -> list[Appended]:
        """See ``EventLog.append``."""
        logs = sorted({check_log(log) for log in [*expected, *(draft.log for draft in drafts)]})
        with self._held(), ExitStack() as files:
            fds: dict[str, int] = {}
            ends = {log: self._mended(log, files, fds) for log in logs}
            heads = {log: end.head for log, end in ends.items()}
            # A log does not begin with a note: what was torn off its first line is noted once there is one.
            begun = {draft.log for draft in drafts} | {log for log, head in heads.items() if head is not START}
            repairs = self._quarantine.to_note(begun)
            notes = [repair.note() for repair in repairs]
            unsearched = [draft for draft in drafts if searched.get(draft.log) != heads[draft.log]]
            known = self._known([*unsearched, *notes])
            planned = plan(drafts, stamp, heads=heads, known=known, expected=expected, notes=notes)
            lines = {draft.log: planned.lines.get(draft.log, []) for draft in (*drafts, *notes)}
            for log in lines.keys() - fds.keys():
                durable.make_folder(self._folder_of(log))
                fds[log] = files.enter_context(self._opened(log, write=True, create=bool(lines[log])))
            self._write(lines, fds, ends)
            self._quarantine.noted(repairs)
        return planned.appended

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the lock of the store, with no unfinished batch in it."""
        with _naming(WriteFailed, self._events):
            durable.make_folder(self._events)
            with durable.lock(self._lock, timeout=self._lock_timeout):
                self._roll_back()
                yield

    def read(self, log: str, after: int = 0) -> Iterator[bytes]:
        """See ``EventLog.read``."""
        with _naming(ReadFailed, self._path(log)), suppress(FileNotFoundError), self._opened(log) as fd:
            left, number, rest = self._readable(log, fd), 0, b""
            while left > 0 and (block := os.read(fd, min(_BLOCK, left))):
                left -= len(block)
                lines = (rest + block).split(b"\n")  # not splitlines, which also splits at CR
                rest = lines.pop()
                yield from lines[max(0, after - number) :]
                number += len(lines)
                if len(rest) > MAX_LINE:
                    raise BrokenLine(self._path(log), number + 1, _TOO_LONG)

    def since(self, log: str, head: Head) -> list[bytes] | None:
        """See ``EventLog.since``."""
        with _naming(ReadFailed, self._path(log)), suppress(FileNotFoundError), self._opened(log) as fd:
            return self._since(log, fd, head)
        return None if head.position else []

    def _since(self, log: str, fd: int, head: Head) -> list[bytes] | None:
        try:
            at = durable.find_line(fd, self._readable(log, fd), longest=MAX_LINE + 1)
            lines: list[bytes] = []
            while at:
                start = durable.find_line(fd, at - 1, longest=MAX_LINE)
                line = os.pread(fd, at - 1 - start, start)
                if hash_of(line) == head.xhash:
                    break
                lines.append(line)
                at = start
        except ValueError:
            raise BrokenLine(self._path(log), durable.count_lines(fd, at - 1) + 1, _TOO_LONG) from None
        return lines[::-1] if at or not head.position else None

    def heads(self, *logs: str) -> dict[str, Head]:
        """See ``EventLog.heads``."""
        heads = {log: self._end(log).head for log in logs or self.logs()}
        return {log: head for log, head in heads.items() if head is not START}

    def stamps(self, *logs: str) -> dict[str, str]:
        """See ``EventLog.stamps``: size, time of the last change, inode, and whether a batch is being written."""
        return looking.stamps(self._events, *logs)

    def logs(self) -> list[str]:
        """See ``EventLog.logs``."""
        with _naming(ReadFailed, self._events):
            return sorted(log for log, _ in looking.files(self._events))

    def loose_ends(self, *logs: str) -> dict[str, int]:
        """See ``EventLog.loose_ends``."""
        loose = {log: self._end(log).loose for log in logs or self.logs()}
        return {log: size for log, size in loose.items() if size}

    def where(self, log: str) -> str:
        """See ``EventLog.where``."""
        return str(self._path(log))

    def repairs(self) -> list[Repair]:
        """See ``EventLog.repairs``."""
        done, self._repairs = self._repairs, []
        return done

    def image(self, log: str) -> bytes:
        """Return every byte of a log's file, also those that no reader sees; raises LogRefused, ReadFailed."""
        with _naming(ReadFailed, self._path(log)), suppress(FileNotFoundError), self._opened(log) as fd:
            return os.pread(fd, os.fstat(fd).st_size, 0)
        return b""

    def limit(self, log: str) -> int | None:
        """Return how many bytes a log had before the batch that is unfinished in it; None when none is."""
        with _naming(ReadFailed, self._path(log)), suppress(FileNotFoundError), self._opened(log) as fd:
            mark = self._journal.marks().get(log)
            return mark.limit(fd) if mark and mark.limit(fd) < os.fstat(fd).st_size else None
        return None

    def cut(self, log: str, image: bytes, size: int, found: Repair) -> None:
        """Set aside all bytes of a log from ``size`` on; the next write notes it, as ``found`` tells it.

        ``image`` is what the file has to hold.

        Raises:
            HeadMoved: it holds something else by now.
            LogRefused, LogLocked, WriteFailed.
        """
        with self._held(), self._unchanged(log, image) as fd:
            self._repairs.append(self._quarantine.set_aside(image[size:], found))
            durable.cut_back(fd, size)

    def restore(self, log: str, image: bytes, whole: bytes, found: Repair) -> None:
        """Put other bytes in the place of a log and set aside those it had; raises as ``cut``."""
        with self._held():
            with self._unchanged(log, image):
                self._repairs.append(self._quarantine.set_aside(image, found))
            durable.write_whole(self._path(log), whole)

    @contextmanager
    def _unchanged(self, log: str, image: bytes) -> Iterator[int]:
        """Open a log that still holds these bytes; raises HeadMoved when it does not."""
        with self._opened(log, write=True) as fd:
            now = os.pread(fd, os.fstat(fd).st_size, 0)
            if now != image:
                raise HeadMoved(log, image.count(b"\n"), now.count(b"\n"))
            yield fd

    def unnoted(self, log: str) -> list[Repair]:
        """Return what was set aside and is not noted in the log yet: its writer was killed in between."""
        with _naming(ReadFailed, self._events):
            return self._quarantine.to_note([check_log(log)])

    def covered(self, log: str) -> int:
        """Return how many events of a log the checkpoints in its store vouch for."""
        return covered(self._events, check_log(log))

    def _path_of(self, log: str) -> Path:
        return self._events / (check_log(log) + looking.ENDING)

    def _folder_of(self, log: str) -> Path:
        return self._events if log in REGISTERS else self._cases

    @contextmanager
    def _opened(self, log: str, *, write: bool = False, create: bool = False) -> Iterator[int]:
        """Open a log below folders that are no links, or make one; raises LogRefused, OSError."""
        path = self._path(log)
        for folder in (self._events, self._folder_of(log)):
            refuse_others(folder, sort=stat.S_IFDIR)
        fd = durable.make_log(path) if create else durable.open_log(path, write=write)
        try:
            yield fd
        finally:
            durable.close(fd)

    def _readable(self, log: str, fd: int) -> int:
        """Return how many bytes of a log a reader may see; the journal is looked at last, as in ``stamps``."""
        size = os.fstat(fd).st_size
        mark = self._journal.marks().get(log)
        return min(size, mark.limit(fd)) if mark else size

    def _end(self, log: str) -> _End:
        """Return the end of a log for a reader; raises BrokenLine, LogRefused, ReadFailed."""
        with _naming(ReadFailed, self._path(log)):
            try:
                with self._opened(log) as fd:
                    return self._find_end(log, fd, self._readable(log, fd))
            except FileNotFoundError:
                return _End(START, 0)

    def _find_end(self, log: str, fd: int, size: int | None = None) -> _End:
        """Return the end of a log, or of its first ``size`` bytes; its last whole line is checked by itself."""
        path, total = self._path(log), os.fstat(fd).st_size
        size = total if size is None else size
        try:
            # One byte more than a line has: its LF may be damaged into another byte.
            end = durable.find_line(fd, size, longest=MAX_LINE + 1)
            if end == 0:
                return _End(START, 0, total)
            start = durable.find_line(fd, end - 1, longest=MAX_LINE)
            event = open_alone(os.pread(fd, end - 1 - start, start), path, log, number=0)
        except ValueError:
            raise BrokenLine(path, durable.count_lines(fd, size - 1) + 1, _TOO_LONG) from None
        except BrokenLine as fault:
            raise BrokenLine(path, durable.count_lines(fd, end), fault.reason) from None
        return _End(event.head, end, total - end)

    def _known(self, drafts: Sequence[Draft]) -> dict[tuple[str, str], Event]:
        """Return the events that are there already; a log is read only when a draft of it carries an id."""
        known: dict[tuple[str, str], Event] = {}
        for log, ids in wanted_ids(drafts).items():
            known |= find_ids(self.read(log), ids, log=log, where=self._path(log))
        return known

    def _roll_back(self) -> None:
        """Take back the batch of a writer that was killed."""
        marks = self._journal.marks()
        for log, mark in marks.items():
            with suppress(FileNotFoundError), self._opened(log, write=True) as fd:
                limit = mark.limit(fd)
                line = durable.count_lines(fd, limit) + 1
                reason = "the writer of a batch was interrupted before all of it was on the disk"
                self._cut_off(fd, limit, Repair(log, "unfinished batch", line, reason=reason))
        if marks:
            self._journal.end()

    def _cut_off(self, fd: int, size: int, found: Repair) -> None:
        """Cut a log back to a size; what is cut off is kept in quarantine, and noted when the log is written to."""
        extra = os.pread(fd, os.fstat(fd).st_size - size, size)
        if extra:
            self._repairs.append(self._quarantine.set_aside(extra, found))
            durable.cut_back(fd, size)

    def _mended(self, log: str, files: ExitStack, fds: dict[str, int]) -> _End:
        """Return the end of a log for a writer, once nothing is left after its last whole line.

        A log that is there stays open in ``files``, and is put among ``fds``.

        Raises:
            BrokenLine: the last line is damaged, or what follows it is not what an interrupted write leaves.
        """
        try:
            fd = files.enter_context(self._opened(log, write=True))
        except FileNotFoundError:
            return _End(START, 0)
        end = self._find_end(log, fd)
        if end.loose:  # torn, unless somebody else is writing it at this moment
            durable.wait_until_still(fd, self._path(log))
            end = self._find_end(log, fd)
        if end.size or end.loose:  # an empty one is made anew
            fds[log] = fd
        return self._mend(log, fd, end) if end.loose else end

    def _mend(self, log: str, fd: int, end: _End) -> _End:
        """Complete or cut off what an interrupted write left after the last whole line."""
        path, loose, number = self._path(log), os.pread(fd, end.loose, end.size), end.head.position + 1
        # The event may be whole, and its LF missing, or damaged into another byte: then nothing is dropped.
        for line in (loose, loose[:-1]):
            with suppress(BrokenLine):
                event = verify_line(line, end.head, path, log)
                durable.cut_back(fd, end.size + len(line))
                durable.append_whole(fd, b"\n")
                durable.fsync(fd)
                self._repairs.append(Repair(log, "missing end", number))
                return _End(event.head, end.size + len(line) + 1)
        if fault := fault_of_tail(loose, number, self.covered(log)):
            raise BrokenLine(path, number, fault)
        reason = "a write was interrupted before the end of the line was on the disk"
        self._cut_off(fd, end.size, Repair(log, "torn tail", number, reason=reason))
        return _End(end.head, end.size)

    def _write(self, lines: Mapping[str, Sequence[bytes]], opened: Mapping[str, int], ends: Mapping[str, _End]) -> None:
        """Append the lines to their logs, all or none, and wait until they are on the disk.

        A log without new lines is waited for too: whoever wrote what is there may have been killed before that.
        """
        fds = {log: opened[log] for log in lines}
        for log, fd in fds.items():
            if os.fstat(fd).st_size != ends[log].size:
                raise OSError(errno.ESTALE, "something that does not take the lock changed it", self._path(log))
        try:
            self._write_batch(lines, fds, ends)
        except BaseException as fault:
            self._undo(fds, ends, fault)
            raise

    def _write_batch(
        self, lines: Mapping[str, Sequence[bytes]], fds: Mapping[str, int], ends: Mapping[str, _End]
    ) -> None:
        """Do the writing itself; one line needs no journal, because half a line is never taken for an event."""
        journalled = sum(map(len, lines.values())) > 1
        if journalled:
            self._journal.begin({log: Mark(ends[log].size, str(hash_of(b[0]))) for log, b in lines.items() if b})
        for log, batch in lines.items():
            durable.append_whole(fds[log], b"".join(line + b"\n" for line in batch))
        durable.fsync_all([*fds.values()])
        for log, fd in fds.items():
            if not durable.is_in_place(fd, self._path(log)):
                raise OSError(errno.ESTALE, durable.REPLACED, self._path(log))
        for folder in {self._events, *map(self._folder_of, lines)}:
            self._folders.fsync(folder)
        if journalled:
            self._journal.end()

    def _undo(self, fds: Mapping[str, int], ends: Mapping[str, _End], fault: BaseException) -> None:
        """Make the logs as they were; raises WriteFailed when that fails too."""
        try:
            for log, fd in fds.items():
                durable.cut_back(fd, ends[log].size)
                if not ends[log].size and durable.is_in_place(fd, self._path(log)):
                    durable.remove(self._path(log))
            self._journal.end()
        except OSError as second:
            raise WriteFailed(second.filename or self._events, second.strerror or str(second), undone=False) from fault


@contextmanager
def _naming(kind: type[ReadFailed] | type[WriteFailed], where: Path) -> Iterator[None]:
    """Give an OSError the name it has among the tracker's errors."""
    try:
        yield
    except OSError as fault:
        raise kind(fault.filename or where, fault.strerror or str(fault)) from fault
