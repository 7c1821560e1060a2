"""Durable writes on POSIX: all that this project does to files that have to survive a power cut.

What is raised here is OSError, for the caller to name; only a file of the wrong sort is LogRefused, and a lock that
somebody holds on to is LogLocked.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import stat
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import Final

from tracker.errors import LogLocked, LogRefused
from tracker.logs.sorts import refuse_others, refuse_sort

LOCK_TIMEOUT: Final = 10.0
"""Seconds to wait for another writer: a write takes milliseconds, so that ten seconds mean it hangs."""
REPLACED: Final = "another file was put in its place meanwhile"
_RETRY: Final = 0.01
_MODE: Final = 0o600  # a case may hold what is privileged: nobody else's business
_SAFE: Final = os.O_CLOEXEC | os.O_NOFOLLOW
_BLOCK: Final = 65_536
_END: Final = 4_096
"""Bytes that are read first when a line is looked for from the end: most lines are shorter."""
_HOLDER: Final = 100
"""Bytes that the name of who holds a lock is filled up to, so that each covers the one before it."""
_MANY: Final = 8
"""Files that are worth waiting for at once: each thread takes a moment to start."""
_TICK: Final = 50_000_000
"""Nanoseconds within which two changes of a folder may bear the same time: file systems take it from a coarse clock."""
_STILL: Final = 0.05
"""Seconds without a change after which nobody is taken to be writing a file: whoever does has no pauses."""


@contextmanager
def lock(path: Path, *, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Hold the exclusive lock of a lock file, made when missing and never removed; the holder is written into it.

    flock(2), not POSIX locks: those are lost when any descriptor of the file is closed. A file of its own, not a log:
    git replaces logs, and two writers would each hold the lock of another file.

    Raises:
        LogLocked: somebody else held it for ``timeout`` seconds.
        LogRefused: the lock file is no plain file.
        OSError: it cannot be made.
    """
    fd = _take(path, timeout)
    try:
        _name_holder(fd, f"process {os.getpid()} of {_user(os.getuid())}")
        yield
    finally:
        _name_holder(fd, "")
        close(fd)


def _name_holder(fd: int, name: str) -> None:
    """Write who holds a lock over what its file says: to cut it and let it grow again takes as long as ten writes."""
    with suppress(OSError):  # on a full disk the lock holds without a name in it
        os.pwrite(fd, name.encode("ascii", "replace")[:_HOLDER].ljust(_HOLDER), 0)


def open_log(path: Path, *, write: bool = False, create: int = 0, append: bool = True) -> int:
    """Return a descriptor of a log that is a plain file; for writing it appends, and may have no second name.

    ``create`` are flags of open(2): O_CREAT, with O_EXCL when it must not be there yet. Without ``append``, what is
    written stands where the writer says.

    Raises:
        LogRefused: it is a link, a folder, a pipe, a device; or, for writing, has another name elsewhere.
        OSError: it is not there, or may not be opened.
    """
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    flags = _SAFE | os.O_NONBLOCK | (os.O_RDWR | os.O_APPEND * append if write else os.O_RDONLY)
    try:
        fd = os.open(path, flags | create, _MODE)
    except FileNotFoundError:
        raise  # nothing is there, not even a link: O_NOFOLLOW would have told
    except OSError:
        refuse_others(path)
        raise
    try:
        found = os.fstat(fd)
        refuse_sort(path, found)
        if write and found.st_nlink > 1:
            raise LogRefused(path, "a file with a second name (a hard link)")
    except BaseException:
        close(fd)
        raise
    return fd


def make_log(path: Path) -> int:
    """Return a descriptor of a new log, for appending; an empty file that has its name gives way.

    git makes an empty file and then writes it from its start, over all that was appended in between. Taken away from
    its name, what it writes goes nowhere, and what is appended here stays.

    Raises:
        OSError: somebody put a file there meanwhile.
    """
    aside = path.with_name(path.name + ".tmp")
    with suppress(FileNotFoundError):
        if not path.lstat().st_size:
            path.rename(aside)
            if aside.lstat().st_size:  # it was written meanwhile
                aside.rename(path)
            else:
                aside.unlink()
    try:
        return open_log(path, write=True, create=os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        raise OSError(errno.ESTALE, REPLACED, path) from None


def wait_until_still(fd: int, path: Path, *, timeout: float = LOCK_TIMEOUT) -> None:
    """Wait until nobody is writing a file, for ``timeout`` seconds at most; raises OSError when somebody still is."""
    until = time.monotonic() + timeout
    before, found = None, os.fstat(fd)
    while before != (now := (found.st_size, found.st_mtime_ns)) and abs(time.time() - found.st_mtime) < _STILL:
        if time.monotonic() >= until:
            raise OSError(errno.ESTALE, "something that does not take the lock is writing it", path)
        time.sleep(_STILL)
        before, found = now, os.fstat(fd)


def append_whole(fd: int, data: bytes) -> None:
    """Append all bytes; on OSError some of them may stand in the file."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def fsync(fd: int) -> None:
    """Wait until a file is on the disk itself."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: its fsync stops at the drive's cache
        with suppress(OSError):  # not every file system there knows it
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            return
    os.fsync(fd)


def fsync_all(fds: Sequence[int]) -> None:
    """Wait until several files are on the disk themselves; raises OSError when one of them is not.

    Many are waited for at once: for one after another, a file system that keeps a journal has to write it each time.
    """
    if len(fds) < _MANY:
        for fd in fds:
            fsync(fd)
        return
    from concurrent.futures import ThreadPoolExecutor  # takes longer to load than one event to log

    with ThreadPoolExecutor(_MANY) as waiting:
        try:
            done = waiting.map(fsync, fds)
        except RuntimeError as refused:  # the system gives no more threads; what was not waited for is not written
            raise OSError(errno.EAGAIN, str(refused)) from refused
        deque(done, maxlen=0)


def close(fd: int) -> None:
    """Close a file of which everything that matters was fsynced: that this fails would say nothing about it.

    Else an event that is on the disk would be reported as not logged.
    """
    with suppress(OSError):
        os.close(fd)


def fsync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk: a new file is lost without its name."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fsync(fd)
    finally:
        close(fd)


class Folders:
    """Folders whose names are on the disk, as far as this process waited for that itself.

    To wait for a folder that did not change costs as much as to wait for a file that did.
    """

    def __init__(self) -> None:
        self._waited: dict[Path, tuple[int, int, int, int]] = {}

    def fsync(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk, unless they are those that were waited for before."""
        found = os.lstat(path)
        names = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
        if self._waited.pop(path, None) != names:
            fsync_folder(path)
        if time.time_ns() - found.st_ctime_ns > _TICK:
            self._waited[path] = names


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder whose name survives; raises LogRefused when something else has the name."""
    try:
        refuse_sort(path, os.lstat(path), sort=stat.S_IFDIR)
    except FileNotFoundError:
        try:
            path.mkdir(mode)
        except FileExistsError:  # somebody else's, since
            refuse_others(path, sort=stat.S_IFDIR)
        else:
            fsync_folder(path.parent)


def make_folders(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, as ``make_folder`` does."""
    if not path.is_dir():
        make_folders(path.parent, mode=mode)
        make_folder(path, mode=mode)


def cut_back(fd: int, size: int) -> None:
    """Make a file as long as it was, and wait until that is on the disk."""
    os.ftruncate(fd, size)
    fsync(fd)


def set_aside(folder: Path, data: bytes) -> Path:
    """Keep bytes that are about to be cut off, under their SHA-256; return the file."""
    make_folder(folder)
    path = folder / sha256(data).hexdigest()
    write_whole(path, data)
    return path


def draft_of(path: Path) -> Path:
    """Return where this process writes what is to take the place of ``path``, beside it, when no lock is held."""
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def sweep_drafts(path: Path) -> None:
    """Remove the drafts of ``path`` whose processes were killed; those at work keep theirs."""
    for draft in path.parent.glob(f"{escape(path.name)}.*.tmp*"):
        process = draft.name.removeprefix(path.name + ".").partition(".tmp")[0]
        if process.isascii() and process.isdigit() and not _is_at_work(int(process)):
            with suppress(OSError):  # somebody else's, where only owners may remove
                draft.unlink()


def write_whole(path: Path, data: bytes, *, draft: Path | None = None, mode: int | None = None) -> None:
    """Write a file that is afterwards there with all of its bytes or not at all.

    The caller holds a lock on it, or gives a ``draft`` that is its own. ``mode`` are the permissions: those of
    somebody's own when left out.
    """
    draft = draft or path.with_name(path.name + ".tmp")
    with suppress(FileNotFoundError):
        draft.unlink()  # left by a writer that was killed
    fd = os.open(draft, _SAFE | os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        try:
            if mode is not None:
                os.fchmod(fd, mode)
            append_whole(fd, data)
            fsync(fd)
        finally:
            close(fd)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    fsync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file so that it stays removed."""
    path.unlink()
    fsync_folder(path.parent)


def is_in_place(fd: int, path: Path) -> bool:
    """Whether ``path`` still names the open file, and nothing was put in its place meanwhile; raises OSError."""
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except FileNotFoundError:
        return False


def find_line(fd: int, end: int, *, longest: int) -> int:
    """Return where the line begins whose last byte is before offset ``end``, reading backwards.

    Raises:
        ValueError: it is longer than ``longest`` bytes.
    """
    at, size = end, _END
    while at > 0:
        block = max(0, at - size)
        size = _BLOCK
        line_feed = os.pread(fd, at - block, block).rfind(b"\n")
        if line_feed >= 0:
            at = block + line_feed + 1
            break
        at = block
        if end - at > longest + _BLOCK:
            break
    if end - at > longest:
        raise ValueError(f"a line is longer than {longest} bytes")
    return at


def count_lines(fd: int, end: int) -> int:
    """Return the number of line feeds before offset ``end``."""
    return sum(os.pread(fd, min(_BLOCK, end - at), at).count(b"\n") for at in range(0, end, _BLOCK))


def _take(path: Path, timeout: float) -> int:
    """Return a descriptor of the lock file that holds the lock."""
    until = time.monotonic() + timeout
    while True:
        fd, held = open_log(path, write=True, create=os.O_CREAT, append=False), False
        try:
            held = _try_lock(fd, path)
            if held:
                return fd
            if time.monotonic() >= until:
                raise LogLocked(path.parent, _holder(fd), timeout)
        finally:
            if not held:
                close(fd)
        time.sleep(_RETRY)


def _try_lock(fd: int, path: Path) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return is_in_place(fd, path)  # somebody may have removed the lock file between opening and locking


def _is_at_work(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return process > 0 and process != os.getpid()


@cache
def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _holder(fd: int) -> str:
    """Return what the holder of a lock wrote into it, if that can be shown."""
    text = os.pread(fd, _HOLDER, 0).decode("ascii", "replace").strip()
    return text if text.isprintable() and text else "a process that did not leave its name"
