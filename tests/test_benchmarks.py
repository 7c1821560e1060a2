"""The benchmarks work; what they measure is nobody's business here."""

import contextlib
import importlib
import io
import runpy
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from helpers import answers, rebuilt, tables

import tracker.cli
from benchmarks.__main__ import BEGIN, END, installed, main
from benchmarks.bench import Bench
from benchmarks.curves import CURVES
from benchmarks.goals import BY_SIZE, OF_ANY_SIZE
from benchmarks.measure import Ratio, Run, cpu, in_turn, memory, process, wall
from benchmarks.stores import LARGEST, SMALLEST, make
from tracker import workers
from tracker.app import Tracker
from tracker.documents.blocks import Grid, plain
from tracker.documents.chronology import chronology
from tracker.envelope import Draft, Stamp
from tracker.projections import build
from tracker.projections.build import project

ROOT = Path(__file__).parent.parent
SHORT_REGISTERS = mock.patch.multiple("benchmarks.stores", PARTIES=12, SOURCES=12)
"""In a small store the registers would be most of it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="module")
def root(folder: Path) -> Path:
    store = folder / "300" / "store"
    store.mkdir(parents=True)
    make(store, 300, cases=5, told=lambda text: None)
    return store


def test_a_store_is_what_it_says(root: Path, tmp_path: Path) -> None:
    tracker = Tracker(root)
    sizes = [head.position for log, head in tracker.log.heads().items() if log.startswith("cases/")]
    assert (len(sizes), sum(sizes)) == (5, 300)
    assert min(sizes) >= SMALLEST and max(sizes) <= LARGEST
    events = [event for log in tracker.log.logs() for event in tracker.events(log)]
    assert len({event.type for event in events}) >= 20
    lines = [line for log in tracker.log.logs() if log.startswith("cases/") for line in tracker.log.read(log)]
    assert 600 <= sum(map(len, lines)) / len(lines) <= 900
    assert not any(each.fault for each in tracker.verify())
    unread = tracker.read().execute(
        "SELECT count(*) FROM problems WHERE code IN ('unreadable', 'unknown-type', 'unfit')"
    )
    assert unread.fetchone()[0] == 0
    make(tmp_path, 300, cases=5, told=lambda text: None)
    again = {path.name: path.read_bytes() for path in (tmp_path / "events").rglob("*.jsonl")}
    assert again == {path.name: path.read_bytes() for path in (root / "events").rglob("*.jsonl")}, (
        "a seed gives a store"
    )


def test_rebuild_equals_updates_there_too(tmp_path: Path) -> None:
    with SHORT_REGISTERS:
        make(tmp_path, 200, cases=4, told=lambda text: None)
    tracker = Tracker(tmp_path)
    tracker.read()
    for number, log in enumerate(tracker.log.logs()):
        if log.startswith("cases/"):
            tracker.log.append(
                [Draft(log, "note.added", {"note": f"n {number}"})], Stamp("A", "2026-11-01T08:00:00.000Z")
            )
    updated = answers(tracker)
    assert updated == rebuilt(tracker)
    with closing(project(tracker.log)) as memory:
        assert tables(memory) == updated[0]


def test_several_processes_make_the_same_projection(root: Path, tmp_path: Path, monkeypatch) -> None:
    contents = []
    for processes in (1, 3):
        monkeypatch.setattr(workers, "ALONE_SECONDS", 0)
        build.rebuild(Tracker(root).log, tmp_path / "tracker.db", processes=processes)
        with closing(sqlite3.connect(tmp_path / "tracker.db")) as db:
            contents.append([line for line in db.iterdump() if "search_texts_fts" not in line])
    assert contents[0] == contents[1], "to the row and their order"


def here(argv: Sequence[str], *, cwd: Path | None = None, before: Callable[[], object] = lambda: None) -> Run:
    """Run a command of Python in this process: starting one for each would take most of the time."""
    before()
    start = time.perf_counter()
    steps = " ".join(argv[2:]).split(" && ") if argv[0] == "sh" else []
    if steps:
        for step in steps:
            here(step.split())
    elif argv[1:3] == ["-m", "tracker"]:
        with contextlib.chdir(cwd or Path.cwd()):
            assert tracker.cli.run(list(argv[3:])) == 0, argv
    elif argv[1] == "-c":
        exec(argv[2], {})
    elif argv[0] == sys.executable:
        importlib.import_module(f"benchmarks.rivals.{Path(argv[1]).stem}").main(*argv[2:])
    else:
        script = list(argv)
        with mock.patch("sys.argv", script), contextlib.suppress(SystemExit):
            runpy.run_path(script[0], run_name="__main__")
    return Run(time.perf_counter() - start, 0.1, 1)


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    with SHORT_REGISTERS, contextlib.redirect_stdout(io.StringIO()) as said:
        main(["--events", "60,120", "--times", "1", "--folder", str(folder)], here)
    return said.getvalue()


def test_every_row_is_measured_on_small_stores(printed: str) -> None:
    goals = [goal for goal in (*BY_SIZE, *OF_ANY_SIZE) if goal.needs == "tracker" or installed(goal.needs)]
    expected = {goal.told(Bench(Path(), 120, 1))[:2] for goal in goals if goal.measure != Bench.bare_insert_alone}
    rows = [tuple(line.strip("| ").split(" | ")) for line in printed.splitlines() if line.count("|") == 9]
    assert expected <= {row[:2] for row in rows}
    assert ("time of a rebuild per event, 120 events", "60 events") in [row[:2] for row in rows]
    assert len([row for row in rows if row[:2] == ("memory of a rebuild", "300 MB")]) == 2, "one of each size"


def test_every_curve_is_drawn_from_small_stores(printed: str) -> None:
    for curve in CURVES:
        points = printed.partition(f"{curve.title}:")[2].lstrip().split("\n\n")[0].splitlines()[2:]
        assert len(points) >= 2 and all(point.count("|") == 5 for point in points), curve.title


def test_rows_are_chosen_repeated_and_written(folder: Path, printed: str, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    words = ["--events", "120", "--times", "2", "--only", "a rare word", "--twice", "--write", "--folder", str(folder)]
    with mock.patch("benchmarks.__main__.PAGE", page), mock.patch("benchmarks.inside.SPENT", 0.0):
        main(words, here)
    told = page.read_text()
    assert told.startswith(f"before\n{BEGIN}\n") and told.endswith(f"{END}\nafter\n") and "old" not in told
    rows = [line for line in told.splitlines() if line.startswith("| search")]
    assert [row.split(" | ")[:2] for row in rows] == [["| search, a rare word", "the bare SQL"]] * 2
    assert rows[1].endswith("% |")


def test_a_process_is_measured_and_a_failure_told() -> None:
    run = process([sys.executable, "-c", "import time; time.sleep(0.1); x = sum(range(10**6))"])
    assert run.wall > 0.1 and 0 < run.cpu < run.wall and run.peak >= 0
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        process([sys.executable, "-c", "raise SystemExit(3)"])


def test_ratios_are_those_of_neighbouring_runs() -> None:
    ratio = Ratio((Run(1, 2, 3), Run(4, 2, 3), Run(9, 2, 3)), (Run(1, 4, 3), Run(2, 4, 6), Run(3, 4, 3)))
    assert ratio.of(wall) == (2, 1, 3) and ratio.of(cpu) == (0.5, 0.5, 0.5) and ratio.of(memory) == (1, 0.5, 1)
    assert Run(6, 4, 5).each(2) == Run(3, 2, 5)


def test_runs_are_taken_in_turn_after_one_to_warm_up() -> None:
    said: list[str] = []

    def noted(name: str) -> Callable[[], Run]:
        return lambda: Run(1, 1, said.append(name) or 1)  # type: ignore[func-returns-value]

    in_turn(noted("ours"), noted("theirs"), 2)
    assert said == ["ours", "theirs"] * 3


def test_the_libraries_are_given_what_the_document_says(folder: Path, printed: str) -> None:
    [store] = folder.glob("long-*/store")
    [document] = [chronology(Tracker(store).read(), ["long"])]
    for form in ("md", "html", "docx", "pdf"):
        assert (store.parent / f"theirs.{form}").stat().st_size > 1000
    theirs = (store.parent / "theirs.md").read_text()
    texts = [
        plain(cell) for block in document.blocks if isinstance(block, Grid) for row in block.rows for cell in row.cells
    ]
    assert texts and all(text in theirs for text in texts)


def test_the_page_has_the_places_of_the_table() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert 0 < page.index(BEGIN) < page.index(END)
