"""What is seen of logs in files without opening one, which is all that a reading command needs when nothing changed."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tracker.errors import BadName, ReadFailed, StrayLog
from tracker.logs.sorts import refuse_others
from tracker.names import case_log, check_log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

ENDING: Final = ".jsonl"
JOURNAL: Final = ".journal"


def stamps(events: Path, *logs: str) -> dict[str, str]:
    """The stamps of all logs, or of some: size, time of change, inode, and whether a batch is being written.

    Raises:
        LogRefused, StrayLog, ReadFailed; BrokenLine when the journal is damaged.
    """
    try:
        found = {
            log: f"{it.st_size} {it.st_mtime_ns} {it.st_ino}"
            for log, it in (_named(events, logs) if logs else files(events))
        }
        # Only now: whoever saw bytes of a batch finds its journal, or the batch is done.
        unfinished = _unfinished(events / JOURNAL)
    except OSError as fault:
        raise ReadFailed(fault.filename or events, fault.strerror or str(fault)) from fault
    return found | {log: f"{found[log]} unfinished" for log in unfinished if log in found}


def files(events: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every log that is not empty, and everything else that has the name of one."""
    for folder, log_of in ((events, check_log), (events / "cases", case_log)):
        refuse_others(folder, sort=stat.S_IFDIR)
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith(ENDING) or name.startswith("."):
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # removed since
                    continue
                if found.st_size or not stat.S_ISREG(found.st_mode):
                    try:
                        yield log_of(name.removesuffix(ENDING)), found
                    except BadName:
                        raise StrayLog(folder / name) from None


def _named(events: Path, logs: Iterable[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield those of these logs that are there, as ``files`` does."""
    for folder in (events, events / "cases"):
        refuse_others(folder, sort=stat.S_IFDIR)
    for log in logs:
        with suppress(FileNotFoundError):
            found = os.lstat(events / (check_log(log) + ENDING))
            if found.st_size or not stat.S_ISREG(found.st_mode):
                yield log, found


def _unfinished(journal: Path) -> Collection[str]:
    """The logs of a batch that is being written, or was interrupted."""
    try:
        os.lstat(journal)
    except FileNotFoundError:
        return ()
    from tracker.logs.journal import Journal

    return Journal(journal).marks()
