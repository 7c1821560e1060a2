# ruff: noqa: E501 (one sabotage, one line, where that can be)
"""Sabotage: protections taken out of a copy of the code, one at a time; the tests named for each have to notice.

Nothing is changed here: each runs in a copy of the tree in a temporary folder.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
COPIED = ("tracker", "tests", "docs", "events", "seeds", "setup.cfg", "pyproject.toml", "README.md")


class Sabotage(NamedTuple):
    """What is lost, where: the code that is taken out, what stands in its place, and the tests that must turn red."""

    what: str
    file: str
    code: str
    instead: str
    tests: tuple[str, ...]


DURABLE, FILES, BUILD = "tracker/logs/durable.py", "tracker/logs/files.py", "tracker/projections/build.py"
LOOKING, OPENING = "tracker/logs/looking.py", "tracker/projections/opening.py"
LOADING = "tracker/projections/loading.py"
ENVELOPE, BATCH = "tracker/envelope.py", "tracker/logs/batch.py"
WRITES, CRASHES, LOGS = ("tests/test_durable.py",), ("tests/test_logs_crash.py",), ("tests/test_logs_files.py",)
CONTRACT, LINES = ("tests/test_logs.py",), ("tests/test_envelope.py", "tests/test_vectors.py")
TORTURE = "tests/test_torture.py::test_every_promise_holds_in_the_short_form"
SABOTAGES = [
    Sabotage("fsync of files and folders", DURABLE, "    os.fsync(fd)\n", "    pass\n", WRITES),
    Sabotage(
        "fsync of folders", DURABLE,
        "        fsync(fd)\n    finally:\n        close(fd)", "        pass\n    finally:\n        close(fd)", WRITES,
    ),
    Sabotage(
        "fsync of a file before it gets its name", DURABLE,
        "            append_whole(fd, data)\n            fsync(fd)\n", "            append_whole(fd, data)\n", WRITES,
    ),
    Sabotage(
        "fsync after a log was cut back", DURABLE,
        "    os.ftruncate(fd, size)\n    fsync(fd)\n", "    os.ftruncate(fd, size)\n", (*WRITES, *CRASHES),
    ),
    Sabotage(
        "fsync of the folder of a new folder", DURABLE,
        "        else:\n            fsync_folder(path.parent)\n", "", WRITES,
    ),
    Sabotage(
        "fsync of the folder of a removed file", DURABLE,
        "    path.unlink()\n    fsync_folder(path.parent)\n", "    path.unlink()\n", WRITES,
    ),
    Sabotage("fsync of a log", FILES, "        durable.fsync_all([*fds.values()])\n", "", WRITES),
    Sabotage("fsync of the folder of a log", FILES, "            self._folders.fsync(folder)\n", "            pass\n", WRITES),
    Sabotage(
        "looking whether a folder that was waited for has changed since", DURABLE,
        "if self._waited.pop(path, None) != names:", "if self._waited.pop(path, None) is None:", WRITES,
    ),
    Sabotage("distrust of a folder that changed just now", DURABLE, "if time.time_ns() - found.st_ctime_ns > _TICK:", "if True:", WRITES),
    Sabotage("atomic renaming", DURABLE, "draft.replace(path)", "path.write_bytes(draft.read_bytes())", WRITES),
    Sabotage("going on after a short write", DURABLE, "    while rest:\n", "    if rest:\n", WRITES),
    Sabotage("the lock", DURABLE, "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB", (f"{TORTURE}[crowds]",)),
    Sabotage(
        "looking whether the locked file is still the lock", DURABLE,
        "return is_in_place(fd, path)  #", "return True  #", LOGS,
    ),
    Sabotage("O_NOFOLLOW", DURABLE, "os.O_CLOEXEC | os.O_NOFOLLOW", "os.O_CLOEXEC", LOGS),
    Sabotage("refusing hard links", DURABLE, "if write and found.st_nlink > 1:", "if False:", LOGS),
    Sabotage("refusing pipes and devices", DURABLE, "        refuse_sort(path, found)\n", "", LOGS),
    Sabotage("refusing linked folders", FILES, "            refuse_others(folder, sort=stat.S_IFDIR)\n        fd",
             "            pass\n        fd", LOGS),
    Sabotage("an error of close that is none", DURABLE, "    with suppress(OSError):\n        os.close(fd)", "    os.close(fd)", CRASHES),
    Sabotage("taking back an unfinished batch", FILES, "                self._roll_back()\n", "", CRASHES),
    Sabotage("mending a torn tail", FILES, "return self._mend(log, fd, end) if end.loose else end", "return end", (f"{TORTURE}[torn]",)),
    Sabotage(
        "the quarantine", "tracker/logs/repairs.py",
        "        durable.set_aside(self._folder, data)\n", "", (f"{TORTURE}[torn]",),
    ),
    Sabotage(
        "refusing an end that no interrupted write leaves", "tracker/logs/repairs.py",
        'if loose[:1] not in (b"{", b"\\x00"):', "if False:", LOGS,
    ),
    Sabotage("cutting back after a failure", FILES, "            self._undo(fds, ends, fault)\n", "", (*CRASHES, f"{TORTURE}[full]")),
    Sabotage("refusing a log that grew meanwhile", FILES, "if os.fstat(fd).st_size != ends[log].size:", "if False:", LOGS),
    Sabotage("refusing a log that was replaced meanwhile", FILES, "if not durable.is_in_place(fd, self._path(log)):", "if False:", LOGS),
    Sabotage(
        "an empty file gives way to a new log, and is not written", FILES,
        "durable.make_log(path) if create", "durable.open_log(path, write=True, create=os.O_CREAT) if create", LOGS,
    ),
    Sabotage("making a log only where no file is", DURABLE, "create=os.O_CREAT | os.O_EXCL", "create=os.O_CREAT", LOGS),
    Sabotage(
        "waiting for whoever writes a log without the lock", FILES,
        "            durable.wait_until_still(fd, self._path(log))\n", "", LOGS,
    ),
    Sabotage("the journal", FILES, "journalled = sum(map(len, lines.values())) > 1", "journalled = False", CRASHES),
    Sabotage("the limit of the journal for readers", FILES, "return min(size, mark.limit(fd)) if mark else size", "return size", CRASHES),
    Sabotage(
        "no limit on a log that git replaced", "tracker/logs/journal.py",
        "return self.size if follows in (None, self.first) else found", "return self.size", CRASHES,
    ),
    Sabotage("stamps that change when a batch is done", LOOKING, 'f"{found[log]} unfinished"', "found[log]", CRASHES),
    Sabotage("--expect", BATCH, "    _check_expected(drafts, heads=heads, known=known, expected=expected)\n", "", CONTRACT),
    Sabotage("adding nothing when logged again", BATCH, "if there is not None:", "if False:", CONTRACT),
    Sabotage("refusing an id with other content", BATCH, "            _check_same(there, draft)\n", "", CONTRACT),
    Sabotage("reading back what is to be written", ENVELOPE, "event = verify_line(line, after, draft.log, draft.log)\n", "event = _decoder.decode(line)\n", LINES),
    Sabotage("the hash", ENVELOPE, "if len(line) > MAX_LINE or hash_of(line) is None:", "if len(line) > MAX_LINE:", LINES),
    Sabotage("the chain", ENVELOPE, "if event.prevhash != after.xhash:", "if False:", LINES),
    Sabotage("the sequence", ENVELOPE, 'if event.sequence != f"{number:010d}":', "if False:", LINES),
    Sabotage("the name of the log in each line", ENVELOPE, 'if log is not None and event.source != "/" + log:', "if False:", LINES),
    Sabotage("all of a line that is looked at quickly but its data", ENVELOPE, """line == b'{"data":' + data + rest.encode()""", "True", LINES),
    Sabotage("the length of a line that is looked at quickly", ENVELOPE, "and len(line) <= MAX_LINE\n", "\n", LINES),
    Sabotage("the last number of a line that is looked at quickly", ENVELOPE, "and number <= MAX_POSITION\n", "\n", LINES),
    Sabotage("the members of a line that is looked at quickly", ENVELOPE, "and are_plain(event.id, event.recordedtime, event.recordedby, source, event.type)\n", "\n", LINES),
    Sabotage("an object in a line that is looked at quickly", ENVELOPE, """and data.startswith(b"{")\n""", "\n", LINES),
    Sabotage("the canonical form of a line that is looked at quickly", ENVELOPE, "and is_plainly_canonical(data)\n", "\n", LINES),
    Sabotage("the calendar of a line that is looked at quickly", "tracker/members.py", "and _is_on_calendar(recordedtime)\n", "\n", LINES),
    Sabotage("the form of the members", ENVELOPE, "if reason := fault_of(members):", 'if reason := "":', LINES),
    Sabotage("the canonical form, and members that stand twice", "tracker/canonical.py", "if again != raw:", "if False:", ("tests/test_canonical.py",)),
    Sabotage("the canonical form of what is read quickly", "tracker/canonical.py", "if _encoder.encode(value) == raw and (", "if (", ("tests/test_canonical.py",)),
    Sabotage("the names of what is read quickly", "tracker/canonical.py", "or not _OTHER_NAME.search(raw)", "or True", ("tests/test_canonical.py",)),
    Sabotage("the limits of what is read quickly", "tracker/canonical.py", "Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]", "int", ("tests/test_canonical.py",)),
    Sabotage("the limit of depth", "tracker/canonical.py", "if depth == MAX_DEPTH:", "if False:", ("tests/test_canonical.py",)),
    Sabotage(
        "an id that stands twice", "tracker/logs/replay.py",
        "if strict and lines_by_id.setdefault(event.id, number) != number:", "if False:",
        ("tests/test_changed_bytes.py",),
    ),
    Sabotage("the fingerprint of the projection", BUILD, "row is None or row[0] != fingerprint()", "row is None", ("tests/test_projection.py",)),
    Sabotage("looking whether the code is the same", OPENING, "row is not None and row[0] == told", "row is not None", ("tests/test_projection.py",)),
    Sabotage("refusing a newer projection", BUILD, "if version > SCHEMA_VERSION:", "if False:", ("tests/test_projection.py", "tests/test_cli_bad_files.py")),
    Sabotage("exchanging the projection at once", BUILD, "                fresh.replace(path)\n", "                path.write_bytes(fresh.read_bytes())\n",
             (*("tests/test_projection_shared.py",), "tests/test_projection.py")),
    Sabotage("the lock of the projection while it is exchanged", BUILD, "            with _held(path):\n", "            if True:\n", ("tests/test_projection_shared.py",)),
    Sabotage("sweeping what killed rebuilds left", BUILD, "            durable.sweep_drafts(path)\n", "", (f"{TORTURE}[storms]",)),
    Sabotage("removing a part that nobody will join", LOADING, "if os.getppid() != joins:", "if False:", ("tests/test_loading.py",)),
    Sabotage("doing what another process did not", LOADING, "                if is_done:\n", "                if True:\n", ("tests/test_loading.py",)),
    Sabotage("a projection in memory that only reads", BUILD, '    connection.execute("PRAGMA query_only = 1")\n', "", ("tests/test_projection.py", "tests/test_projection_shared.py")),
    Sabotage("a projection that is only read", OPENING, 'def connect(path: Path, mode: str = "ro")', 'def connect(path: Path, mode: str = "rw")', ("tests/test_projection.py", "tests/test_cli_surroundings.py")),
    Sabotage("what a query may do", "tracker/queries/asking.py", "    db.set_authorizer(_allowed)\n", "", ("tests/test_cli_surroundings.py",)),
    Sabotage("the end of a query without end", "tracker/queries/asking.py", "    db.set_progress_handler(lambda: monotonic() > until, 100_000)\n", "", ("tests/test_cli_surroundings.py::test_a_query_without_end_is_ended",)),
    Sabotage("documents that are whole or not there", "tracker/cli/saving.py", "durable.write_whole(real, document, draft=durable.draft_of(real), mode=mode)", "real.write_bytes(document)", (f"{TORTURE}[full]",)),
    Sabotage("no document over the logs", "tracker/app.py", "            raise BadTarget(target)\n", "            pass\n", ("tests/test_deadlines.py::test_a_calendar_never_takes_the_place_of_the_record",)),
    Sabotage("escaping in HTML", "tracker/documents/html.py", "return escape(visible(text))", "return visible(text)", ("tests/test_documents_html.py",)),
    Sabotage("visible controls in Word", "tracker/documents/docx.py", "_BREAKS.split(visible(plain((piece,))))", "_BREAKS.split(plain((piece,)))", ("tests/test_documents_docx.py", "tests/test_documents.py")),
    Sabotage("no formulas in CSV", "tracker/documents/as_csv.py", "return f\"'{shown}\" if _FORMULA.match(shown) else shown", "return shown", ("tests/test_exports.py",)),
    Sabotage("escaping in Markdown", "tracker/documents/markdown.py", "told = told.translate(_MEANING)", "return told", ("tests/test_chronology.py::test_nothing_is_taken_for_markup",)),
    Sabotage("harmless text on a terminal", "tracker/text.py", "return text if text.isprintable() else _hidden().sub(_picture, text)", "return text", ("tests/test_text.py",)),
]  # fmt: skip


def places(sabotage: Sabotage) -> int:
    """How often the code that is to be taken out stands in its file; once, or the sabotage has to be written anew."""
    return (ROOT / sabotage.file).read_text(encoding="utf-8").count(sabotage.code)


def try_it(sabotage: Sabotage, tree: Path) -> tuple[str, str]:
    """Take a protection out of a copy and run its tests; return "noticed", "SURVIVED" or "did not run", and by what."""
    path = tree / sabotage.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(sabotage.code, sabotage.instead), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *sabotage.tests]
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    except subprocess.TimeoutExpired:
        return "did not run", "its tests were not done after 300 seconds"
    finally:
        path.write_text(whole, encoding="utf-8")
    red = [line for line in ran.stdout.splitlines() if line.startswith("FAILED ")]
    if ran.returncode == 1 and red:
        return "noticed", red[0].removeprefix("FAILED ").partition(" - ")[0].rpartition("/")[2]
    return ("SURVIVED", "") if ran.returncode == 0 else ("did not run", ran.stdout[-500:] + ran.stderr[-500:])


def copies(number: int, folder: Path) -> Iterator[Path]:
    """Copies of the tree to break."""
    for n in range(number):
        for name in COPIED:
            source, target = ROOT / name, folder / str(n) / name
            target.parent.mkdir(exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*", "*.db"))
            else:
                shutil.copy(source, target)
        yield folder / str(n)


def main(wanted: Sequence[str] = ()) -> int:
    """Try them all and print a table; 1 when any survives."""
    chosen = [it for it in SABOTAGES if not wanted or it.what in wanted]
    begun, left = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        workers = os.cpu_count() or 1
        for tree in copies(workers, Path(folder)):
            trees.put(tree)

        def one(sabotage: Sabotage) -> tuple[str, str]:
            tree = trees.get()
            try:
                return try_it(sabotage, tree)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(workers) as pool:
            for sabotage, (verdict, by) in zip(chosen, pool.map(one, chosen), strict=True):
                print(f"{verdict:<12} {sabotage.what:<50} {by}", flush=True)
                left += verdict != "noticed"
    print(f"\n{len(chosen)} protections taken out one at a time, {len(chosen) - left} noticed, {left} not; ", end="")
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if left else 0
