"""The command line on a real terminal: what is missing is asked for, and nothing is written unasked."""

import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from running import FOREIGN, RAW, environment, images, ok, run, run_several, said, started

from tracker import text
from tracker.envelope import Draft, Stamp
from tracker.logs.files import FileLog

Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return started(tmp_path_factory.mktemp("whole") / "store")


@pytest.fixture
def store(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "store"))


@pytest.fixture
def start(store) -> Iterator[Start]:
    """Start ``tracker ARGS`` on a terminal of its own."""
    spawned = []

    def starting(*args: str, columns: int = 200) -> "pexpect.spawn[str]":
        env = environment(TRACKER_ACTOR="Ann", TERM="xterm")
        child = pexpect.spawn(
            sys.executable, ["-m", "tracker", *args], cwd=str(store), env=env, encoding="utf-8", timeout=15,
            dimensions=(60, columns), echo=False, preexec_fn=_heed_interrupts,
        )  # fmt: skip
        spawned.append(child)
        return child

    yield starting
    for child in spawned:
        child.close(force=True)


def _heed_interrupts() -> None:
    """Whoever runs the tests in the background of a shell hands on that interrupts are ignored (POSIX, sh, 2.11)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def answer(child: "pexpect.spawn[str]", question: str, reply: str) -> str:
    """Wait for a question, answer it, and return what was shown before it."""
    child.expect_exact(question)
    shown: str = child.before
    child.expect(r": \Z|\]: \Z")
    child.sendline(reply)
    return shown


def ended(child: "pexpect.spawn[str]") -> tuple[int, str]:
    child.expect(pexpect.EOF)
    shown: str = child.before
    child.close()
    assert "Traceback" not in shown
    assert "fault in tracker" not in shown
    return child.exitstatus, shown


def test_everything_that_is_missing_is_asked_for(store, start):
    child = start("log")
    assert "  1 deposit\r\n" in answer(child, "Case", "dep")
    offered = answer(child, "Type", "hearing")
    assert "  1 hearing.held\r\n" in offered, "the types the case has had come first"
    assert "more: type the beginning of one" in offered
    assert "near are hearing.held, hearing.scheduled" in answer(child, "Type", "99")
    assert "'99' is none of them" in answer(child, "Type", "hearing.sch")
    answer(child, "set for (", "tomorrow week")
    assert "is no date" in answer(child, "set for (", "27 Nov 2025")
    answer(child, "date (", "31.12.2025")
    assert "that is 2025-12-31" in answer(child, "summary (", "")
    assert "leida" in answer(child, "source (", "liedo:7")
    assert "'liedo' is none of them; near are leida" in answer(child, "source (", "lei:7,9")
    answer(child, "source (", "")
    shown = answer(child, "Write it?", "y")
    assert "This line will be written:" in shown
    line = re.search(r"\{.*\}", shown)
    assert line
    code, told = ended(child)
    assert (code, "Logged deposit#4." in told) == (0, True)
    data = (
        '{"citations":[{"locator":"7","source":"leida"},{"locator":"9","source":"leida"}],'
        '"date":"2025-12-31","set_for":"2025-11-27"}'
    )
    written = (store / "events/cases/deposit.jsonl").read_text().split("\n")[3]
    assert f'"data":{data}' in line[0]
    assert f'"data":{data}' in written
    assert re.sub(r'"(id|xhash|recordedtime)":"[^"]*"', "", line[0]) == re.sub(
        r'"(id|xhash|recordedtime)":"[^"]*"', "", written
    )


def test_an_answer_that_cannot_be_logged_is_asked_for_again(store, start):
    child = start("log", "deposit", "figure.stated", "--unit", "CNY")
    answer(child, "what (", "loss")
    answer(child, "value (", "1,000")
    assert "'1,000' is no number" in answer(child, "value (", "1000.50")
    answer(child, "date (", "")
    answer(child, "summary (", "x\x9by")
    assert "U+009B; take it out" in answer(child, "summary (", "")
    answer(child, "source (", "")
    assert '"data":{"unit":"CNY","value":"1000.50","what":"loss"}' in answer(child, "Write it?", "")
    code, shown = ended(child)
    assert (code, "Logged deposit#4." in shown) == (0, True)
    assert (store / "events/cases/deposit.jsonl").read_bytes().count(b"\n") == 4


@pytest.mark.parametrize("how", ["no", "interrupt", "end of file", "interrupt at once"])
def test_nothing_is_written_unless_it_is_wanted(store, start, how):
    before = images(store)
    child = start("log", "deposit", "hearing.held")
    if how == "interrupt at once":
        child.expect_exact("date (")
        time.sleep(0.5)  # what is typed while the line editor sets the terminal up is thrown away
        child.sendintr()
    else:
        for question in ("date (", "summary (", "source ("):
            answer(child, question, "")
        child.expect_exact("Write it?")
        {"no": lambda: child.sendline("n"), "interrupt": child.sendintr, "end of file": child.sendeof}[how]()
    code, shown = ended(child)
    assert (code, "Error: Stopped; nothing was logged" in shown) == (130, True)
    assert images(store) == before


def test_away_from_a_terminal_nothing_is_asked(store):
    before = images(store)
    for args, missing in (((), "CASE"), (("deposit",), "TYPE")):
        done = run("log", *args, cwd=store, stdin=b"deposit\nhearing.held\n\n\n\ny\n")
        assert (done.code, said(done).startswith(f"The {missing} is missing")) == (2, True)
    short = run("log", "deposit", "hearing.scheduled", cwd=store, stdin=b"2025-11-20\ny\n")
    assert (short.code, "set_for: it is missing" in said(short)) == (2, True)
    assert images(store) == before


def test_what_is_offered_never_acts_on_the_terminal(store, start):
    FileLog(store).append(
        [Draft("parties", "party.added", {"party": "evil", "name": FOREIGN, "what": "person"}),
         Draft("cases/deposit", "note.added", {"note": FOREIGN}),
         Draft("cases/evil", "case.opened", {"kind": "topic", "title": FOREIGN})],
        Stamp("Bo", "2026-01-01T00:00:00.000Z"),
    )  # fmt: skip
    for args in (
        ("status",),
        ("timeline",),
        ("show", "evil"),
        ("party", "list"),
        ("show", "a\x1b[2J"),
        ("kinds", "\x9b"),
    ):
        shown = ended(start(*args))[1].replace("\r\n", "\n")
        assert not (RAW - {"\n"}) & set(shown), args


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal(store, start, columns):
    long = "Nothing is cut off 海口市美兰区人民法院 " * 8
    ok("log", "deposit", "note.added", "--note", long.strip(), cwd=store)
    views = (("status",), ("timeline",), ("show", "deposit"), ("source", "list"), ("party", "list"), ("kinds",),
             ("types",), ("query", "SELECT * FROM developments"), ("check",), ("verify",))  # fmt: skip
    shown = ended(start("timeline", columns=columns))[1].replace("\r\n", "\n").removesuffix("\n")
    piped = run_several(views, cwd=store, env={"COLUMNS": str(columns)})
    assert piped[1].out.removesuffix("\n") == shown
    for view, done in zip(views, piped, strict=True):
        widths = [text.width(line) for line in done.out.split("\n")]
        assert max(widths) <= columns, view
    assert shown.replace("\n", "").replace(" ", "").count("Nothingiscutoff") == 8
    assert max(text.width(line) for line in shown.split("\n")) > columns - 15, "the room is used"
