"""The command line as a user has it: a process of its own, its exit code and what it printed."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).parent.parent
NOWHERE = "/dev/null"
TIMEOUT = 30

FOREIGN = "x\x1b[2J\x1b]8;;http://e.example\x07\x9b31m\x08\x7f\u202e\u2028y"
"""What a writer who goes round the command line can put into a log: CSI, OSC 8, C1, backspace, DEL, bidi, U+2028."""
RAW = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2028"} - {"\n"}


class Ran(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


def environment(home: Path | str = NOWHERE, **more: str) -> dict[str, str]:
    """An environment in which nobody is known to log and nothing of this machine's user is read."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ}
    ours = {"HOME": str(home), "GIT_CONFIG_GLOBAL": NOWHERE, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(PROJECT)}
    # On a full disk Python would leave half of a .pyc behind, and every later run would trip over it.
    ours["PYTHONDONTWRITEBYTECODE"] = "1"
    return kept | ours | more


def run(
    *args: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    program: str | None = None,
    before: Callable[[], object] | None = None,
) -> Ran:
    """Run ``tracker ARGS``; ``program`` is Python to run in its place, ``before`` is called in the child before exec.

    ``env`` adds to an environment in which Ann logs.
    """
    start = ["-m", "tracker"] if program is None else ["-c", program]
    done = subprocess.run(
        [sys.executable, *start, *args],
        cwd=cwd,
        env=environment(TRACKER_ACTOR="Ann") | (env or {}),
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        preexec_fn=before,
    )
    return judged(Ran(done.returncode, done.stdout.decode(), done.stderr.decode(errors="backslashreplace")))


def judged(ran: Ran) -> Ran:
    """What must hold of every run: no traceback, no fault of the program's own, an exit code that is documented."""
    assert "Traceback" not in ran.out + ran.err, ran.err
    assert "fault in tracker" not in ran.err, ran.err
    assert ran.code in (0, 1, 2, 3, 4, 5), ran
    assert (ran.code == 0) == ("Error: " not in ran.err), ran
    return ran


def ok(*args: str, cwd: Path, **how: Any) -> str:
    """Standard output of a command that must succeed."""
    ran = run(*args, cwd=cwd, **how)
    assert ran.code == 0, ran
    return ran.out


def said(ran: Ran) -> str:
    """The error of a command that must have printed nothing else, and one only."""
    assert ran.out == "", ran
    assert ran.err.startswith("Error: "), ran
    assert ran.err.count("Error: ") == 1, ran
    return ran.err.removeprefix("Error: ").rstrip("\n")


def rows_of(text: str, form: str) -> list[dict[str, str]]:
    """Rows that were exported, every value as the text that CSV has for it."""
    if form in ("csv", "tsv"):
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if form == "csv" else "\t"))
    rows = json.loads(text) if form == "json" else [json.loads(line) for line in text.split("\n") if line]
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def images(store: Path) -> dict[str, bytes]:
    """Every byte below ``events`` but those of the lock; what is no plain file has its sort instead."""
    found = {}
    for path in sorted((store / "events").rglob("*")):
        if path.name != ".lock" and not path.is_dir():
            plain = path.is_file() and not path.is_symlink()
            found[str(path.relative_to(store))] = path.read_bytes() if plain else b"(no plain file)"
    return found


def started(store: Path) -> Path:
    """Make a store with a court, a buyer, a source, and a suit in which a hearing was held, in one process."""
    lines: list[dict[str, Any]] = [
        {"log": "parties", "type": "party.added", "data": {"party": "court", "name": "Meilan Court", "what": "court"}},
        {"log": "parties", "type": "party.added", "data": {"party": "ms-li", "name": "李女士", "what": "person"}},
        {"log": "sources", "type": "source.added", "data": {"source": "leida", "title": "雷达"}},
        {"case": "deposit", "type": "case.opened", "data": {"kind": "lawsuit", "title": "Li v. Seller"}},
        {"case": "deposit", "type": "party.joined", "data": {"party": "ms-li", "role": "plaintiff"}},
        {"case": "deposit", "type": "hearing.held", "data": {
            "date": "2025-11-20", "court": "court", "summary": "海口 heard both sides.",
            "citations": [{"source": "leida", "locator": "7"}],
        }},
    ]  # fmt: skip
    store.mkdir(exist_ok=True)
    (store / "events").mkdir()
    batch = "".join(json.dumps(line) + "\n" for line in lines)
    assert ok("log", "--batch", "-", cwd=store, stdin=batch.encode()) == "6 logged, 0 already recorded.\n"
    return store


SEVERAL = """
import contextlib, io, json, sys
from tracker.cli import run
def one(args):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = run(args)
    return code, out.getvalue(), err.getvalue()
print(json.dumps([one(args) for args in json.loads(sys.argv[1])]))
"""


def run_several(commands: Iterable[Sequence[str]], *, cwd: Path, env: Mapping[str, str] | None = None) -> list[Ran]:
    """Run commands one after another in one process, because starting one takes longer than most commands."""
    done = run(json.dumps([list(args) for args in commands]), cwd=cwd, env=env, program=SEVERAL)
    assert done.code == 0, done
    return [judged(Ran(*each)) for each in json.loads(done.out)]
