"""Crowds: many processes at one store; nothing is lost, doubled or mixed."""

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from helpers import answers, note, rebuilt, registered, written
from logs_contract import STAMP, A, B, draft, notes, verified
from processes import finish, start

from torture.campaign import Counts, How, emptied
from tracker import queries
from tracker.app import Tracker
from tracker.errors import HeadMoved, TrackerError, WriteFailed
from tracker.logs import durable
from tracker.logs.files import FileLog

WRITERS = 8
PATIENCE = 120.0
"""Seconds to wait for the lock: among eight writers without a queue one may be unlucky for long."""


def run(how: How, folder: Path) -> Counts:
    """Writers on one log and on many, writers who expect a head, rebuilders with readers, and git in between."""
    counts: Counts = {}
    for work in (_one_log, _many_logs, _expecting, _rebuilding, _git):
        with emptied(folder) as root:
            counts |= work(root, how)
    return counts


def _at_once(*works: Callable[[], object]) -> None:
    children = [start(work) for work in works]
    assert [finish(child) for child in children] == [0] * len(works)


def _one_log(root: Path, how: How) -> Counts:
    each = how.pick(25, 5_000)

    def work(writer: int) -> None:
        log = FileLog(root, lock_timeout=PATIENCE)
        for n in range(each):
            text = f"{writer}-{n}"
            batch = [draft(A, text), draft(B, text)] if n % 5 == 0 else [draft(A, text)]
            assert all(answer.new for answer in log.append(batch, STAMP))

    log = FileLog(root)
    children = [start(partial(work, writer)) for writer in range(WRITERS)]
    while_writing = [len(verified(log.read(A), A)) for _ in range(50)]
    assert [finish(child) for child in children] == [0] * WRITERS
    assert while_writing == sorted(while_writing), "a reader saw the log shrink"
    assert sorted(notes(log, A)) == sorted(f"{writer}-{n}" for writer in range(WRITERS) for n in range(each))
    assert sorted(notes(log, B)) == sorted(f"{writer}-{n}" for writer in range(WRITERS) for n in range(0, each, 5))
    for writer in range(WRITERS):
        assert [it for it in notes(log, A) if it.startswith(f"{writer}-")] == [f"{writer}-{n}" for n in range(each)]
    return {"appends by eight writers at one log": WRITERS * each}


def _many_logs(root: Path, how: How) -> Counts:
    each, names = how.pick(15, 1_000), ["sources", "parties", *(f"cases/c{n}" for n in range(6))]

    def work(writer: int) -> None:
        log = FileLog(root, lock_timeout=PATIENCE)
        for n in range(each):
            pair = [draft(names[writer], f"{writer}-{n}"), draft(names[(writer + n) % 8], f"{writer}-{n}+")]
            log.append(pair, STAMP)

    _at_once(*(partial(work, writer) for writer in range(WRITERS)))
    log = FileLog(root)
    there = [text for name in names for text in notes(log, name)]
    assert sorted(there) == sorted(
        f"{writer}-{n}{end}" for writer in range(WRITERS) for n in range(each) for end in ("", "+")
    )
    return {"appends by eight writers over eight logs": 2 * WRITERS * each}


def _expecting(root: Path, how: How) -> Counts:
    each, missed = how.pick(5, 300), root / "missed"

    def work(writer: int) -> None:
        log, done = FileLog(root, lock_timeout=PATIENCE), 0
        with missed.open("a") as telling:
            while done < each:
                heads = log.heads()
                at = heads[A].position if A in heads else 0
                try:
                    [answer] = log.append([draft(A, f"{writer}")], STAMP, expected={A: at})
                except HeadMoved:
                    telling.write(".")
                    continue
                assert answer.position == at + 1
                done += 1

    _at_once(*(partial(work, writer) for writer in range(WRITERS)))
    assert sorted(notes(FileLog(root))) == sorted(f"{writer}" for writer in range(WRITERS) for _ in range(each))
    return {
        "appends by eight writers with --expect": WRITERS * each,
        "of those with --expect, told that another was first": missed.stat().st_size,
    }


def _rebuilding(root: Path, how: How) -> Counts:
    """Two rebuild, two log, two read; one reads what one wrote."""
    tracker, turns = registered(root / "store"), how.pick(12, 400)

    def rebuilding() -> None:
        for _ in range(turns):
            Tracker(tracker.root).rebuild()

    def logging() -> None:
        other = Tracker(tracker.root)
        for _ in range(turns):
            written(other.log, "cases/b", note("more"))
            there = sum(1 for _ in other.log.read("cases/b"))
            row = queries.row(other.read(), "cases", name="b")
            assert row and row["events"] >= there, "one reads what one wrote"

    def reading() -> None:
        seen = 0
        for _ in range(turns * 2):
            row = queries.row(Tracker(tracker.root).read(), "cases", name="b")
            assert row and row["events"] >= seen, "a reader saw the record shrink"
            seen = row["events"]

    _at_once(rebuilding, rebuilding, logging, logging, reading, reading)
    assert answers(tracker) == rebuilt(tracker)
    names = {path.name for path in tracker.root.iterdir()}
    assert names == {"events", "tracker.db", ".gitignore", ".gitattributes"}, names
    return {"rebuilds, two at once, beside writers and readers": 2 * turns, "readings beside them": 4 * turns}


def _git(root: Path, how: How) -> Counts:
    """git checks out other versions of a log meanwhile: what is acknowledged went into the file that is there."""
    turns, here = how.pick(15, 500), root / "store"
    here.mkdir()
    log = FileLog(here, lock_timeout=PATIENCE)
    log.append([draft(A, "first")], STAMP)
    _run_git(here, "init", "-q", "-b", "main")
    _run_git(here, "add", "events")
    _run_git(here, "commit", "-q", "-m", "one")
    base = Path(log.where(A)).read_bytes()
    make_log = durable.make_log
    for name in ("told", "begun", "met"):
        (root / name).touch()

    def beginning(path: Path) -> int:
        # Only where git has taken the file away, or has made it and not written it yet (docs/log-format.md, 8.7).
        fd = make_log(path)
        with (root / "begun").open("a") as begun:
            begun.write(".")
        return fd

    def writing() -> None:
        durable.make_log = beginning  # of this process alone
        with (root / "told").open("a", buffering=1) as telling:
            for n in range(turns * 4):
                try:
                    log.append([draft(A, f"w{n}")], STAMP)
                except WriteFailed:
                    telling.write("refused\n")  # it was replaced meanwhile
                except TrackerError as fault:
                    raise AssertionError(fault) from fault
                else:
                    telling.write("done\n")

    def replacing() -> None:
        with (root / "met").open("a") as meeting:
            for _ in range(turns):
                try:
                    _run_git(here, "checkout", "-q", "-f", "main", "--", "events")
                except subprocess.CalledProcessError as refused:
                    # git takes the file away and then makes it, without the lock: in between somebody logged.
                    assert b"File exists" in refused.stderr, refused.stderr
                    meeting.write(".")

    _at_once(writing, replacing)
    lines = list(log.read(A))
    assert verified(lines, A)
    met = (root / "met").stat().st_size
    is_begun_anew = (root / "begun").stat().st_size > 0
    assert is_begun_anew or Path(log.where(A)).read_bytes().startswith(base)
    told = (root / "told").read_text().split()
    assert len(told) == turns * 4, "every append was answered"
    shutil.rmtree(here / ".git")
    return {
        "appends while git replaced the log": len(told),
        "of those beside git, refused because it was replaced": told.count("refused"),
        "checkouts that git gave up because somebody logged first": met,
    }


def _run_git(where: Path, *args: str) -> None:
    name = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "core.hooksPath=/dev/null"]
    subprocess.run(["git", *name, *args], cwd=where, check=True, capture_output=True, timeout=60)
