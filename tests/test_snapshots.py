"""What people see of the real record, at two widths, held against tests/snapshots; UPDATE_SNAPSHOTS=1 writes it anew.

Only ``status`` depends on the day on which it is asked: what is last and what is next. Nothing in the real record lies
after the last of its sources, so that its answer stays the same.
"""

import os
import shutil
from pathlib import Path

import pytest
from running import PROJECT, ok, run_several

from tracker import text

EVENTS = PROJECT / "events"
SNAPSHOTS = Path(__file__).parent / "snapshots"
VIEWS = {
    "status": ("status",),
    "case": ("show", "haikou-deposit"),
    "judgment": ("show", "haikou-deposit#{judgment}"),
    "timeline": ("timeline", "perforated-hood"),
    "sources": ("source", "list"),
    "party": ("party", "show", "xiaomi-jingming"),
    "chronology": ("chronology", "haikou-deposit"),
}

pytestmark = pytest.mark.skipif(not EVENTS.is_dir(), reason="the real logs are not in this copy: there is no events/")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What every view shows, by its name and the width of the terminal."""
    store = tmp_path_factory.mktemp("real")
    shutil.copytree(EVENTS, store / "events")
    sql = "SELECT position FROM developments WHERE case_name = 'haikou-deposit' AND type = 'judgment.given'"
    judgment = ok("query", sql, "--tsv", cwd=store).split("\n")[1]
    commands = [[part.format(judgment=judgment) for part in args] for args in VIEWS.values()]
    found = {}
    for columns in (80, 120):
        ran = run_several(commands, cwd=store, env={"COLUMNS": str(columns)})
        assert all(done.code == 0 for done in ran), ran
        found |= {(name, columns): done.out for name, done in zip(VIEWS, ran, strict=True)}
    return found


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_the_real_record_is_as_it_was(shown, name, columns):
    found, path = shown[name, columns], SNAPSHOTS / f"{name}-{columns}.txt"
    if name == "chronology":  # a document is as wide as it is
        path = SNAPSHOTS / "chronology.txt"
    else:
        assert max(text.width(line) for line in found.split("\n")) <= columns
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(found, encoding="utf-8", newline="\n")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert found == kept, f"look at the difference; if it is right: UPDATE_SNAPSHOTS=1 pytest {Path(__file__).name}"


def test_no_snapshot_is_left_over():
    wanted = {f"{name}-{columns}.txt" for name in VIEWS if name != "chronology" for columns in (80, 120)}
    assert {path.name for path in SNAPSHOTS.iterdir()} == wanted | {"chronology.txt"}
