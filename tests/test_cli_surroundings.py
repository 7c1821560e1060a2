"""What surrounds the command: closed and full outputs, locales, zones, folders that are gone, queries without end."""

import subprocess
import sys
from pathlib import Path

import pytest
from running import Ran, environment, images, judged, ok, run, run_several, said, started

TRACKER = f"'{sys.executable}' -m tracker"
READING = ("status", "timeline --json", "search both --csv", "verify", "chronology deposit", "--help")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return started(tmp_path_factory.mktemp("around") / "store")


def shell(command: str, cwd: Path, **env: str) -> Ran:
    """Run a line of sh in which ``tracker`` is the command line."""
    done = subprocess.run(
        ["sh", "-c", command.replace("tracker", TRACKER, 1)], cwd=cwd, env=environment(TRACKER_ACTOR="Ann", **env),
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return judged(Ran(done.returncode, done.stdout.decode(), done.stderr.decode()))


def test_a_reader_that_stops_early_is_no_fault(store):
    """What ``| head -1`` does: the pipe is closed while much is still to be printed."""
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 30000) SELECT x FROM c"
    for form in ("", "--json"):
        done = shell(f'(tracker query "{endless}" {form}; echo "code $?" >&2) | head -1', store)
        assert (done.out.count("\n"), done.err) == (1, "code 0\n")
    closed = shell("(tracker status; echo code $? >&2) | true", store)
    assert closed.err == "code 0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_output_that_is_full_is_said(store):
    for verb in READING:
        done = shell(f"tracker {verb} >/dev/full", store)
        assert done == (1, "", "Error: The output could not be read or written (No space left on device).\n"), verb
    assert shell("tracker statuss 2>/dev/full || test $? = 2", store) == Ran(0, "", "")


def test_streams_that_are_closed(store):
    before = images(store)
    assert shell("tracker status >&-", store) == Ran(0, "", "")
    assert shell("tracker status 2>&- | head -1", store).out.startswith("Case")
    assert shell("tracker chronology deposit -o closed.md >&- 2>&-", store) == Ran(0, "", "")
    assert (store / "closed.md").read_bytes().startswith(b"# Chronology")
    assert said(shell("tracker log <&-", store)).startswith("The CASE is missing")
    assert said(shell("tracker log --batch - <&-", store)).startswith("Standard input is closed: name a file")
    assert images(store) == before


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LANG": "C.UTF-8"},
        {"LC_ALL": "nowhere"},
        {"PYTHONUTF8": "0", "LC_ALL": "C"},
    ],
)
def test_chinese_is_shown_in_every_locale(store, locale):
    timeline = run("timeline", cwd=store, env=locale)
    assert "海口" in timeline.out
    assert "李女士" in ok("party", "show", "ms-li", cwd=store, env=locale)
    unknown = run("show", "海口", cwd=store, env=locale)
    assert (unknown.code, said(unknown).startswith("There is no case ")) == (2, True)


def test_an_output_that_cannot_hold_chinese_is_said(store):
    done = run("timeline", cwd=store, env={"PYTHONIOENCODING": "latin-1"})
    assert (done.code, said(done)) == (
        1, "The output cannot be shown in latin-1: set PYTHONIOENCODING=utf-8, or a locale with UTF-8.",
    )  # fmt: skip


@pytest.mark.parametrize("zone", ["Nowhere/Land", ":/etc/passwd", "", "UTC+99", "\x1b[2J", "Pacific/Kiritimati"])
def test_the_time_zone_is_no_matter_for_what_was_logged(store, zone):
    answers = ok("timeline", "--json", cwd=store)
    status, timeline = run_several([("status",), ("timeline", "--json")], cwd=store, env={"TZ": zone})
    assert (status.code, timeline.out) == (0, answers)


def test_a_folder_that_is_gone(store, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    lost = shell(f"cd '{gone}' && rmdir '{gone}' && tracker status", store)
    assert lost.code == 2
    assert said(lost).startswith("The current folder is gone: go to another one, or name the store with --store DIR.")
    gone.mkdir()
    named = shell(f"cd '{gone}' && rmdir '{gone}' && tracker --store '{store}' status", store)
    assert (named.code, named.err) == (0, "")


@pytest.mark.parametrize("home", [{"HOME": ""}, {"HOME": "/nowhere"}, {"PATH": "/nowhere"}])
def test_nobody_to_ask_who_logs(store, home):
    before = images(store)
    done = run("log", "deposit", "hearing.held", cwd=store, env={"TRACKER_ACTOR": "", **home})
    assert (done.code, said(done).startswith("It is not known who logs this")) == (2, True)
    assert images(store) == before


def test_a_git_user_whose_name_is_no_text(store, tmp_path):
    config = tmp_path / "gitconfig"
    config.write_bytes(b"[user]\n\tname = A\xff\x1b[2J\n")
    done = run("log", "deposit", "hearing.held", cwd=store, env={"TRACKER_ACTOR": "", "GIT_CONFIG_GLOBAL": str(config)})
    assert (done.code, "cannot be the name of who logs" in said(done)) == (2, True)


WRITING = (
    "INSERT INTO cases (name) VALUES ('x')", "DELETE FROM cases", "UPDATE cases SET name = 'x'", "DROP TABLE cases",
    "CREATE TABLE x (a)", "ATTACH 'made.db' AS made", "VACUUM INTO 'made.db'", "VACUUM", "REINDEX", "BEGIN IMMEDIATE",
    "PRAGMA writable_schema = 1", "PRAGMA query_only = 0", "PRAGMA journal_mode = WAL", "PRAGMA user_version = 9",
    "INSERT INTO search_texts_fts (search_texts_fts) VALUES ('rebuild')", "SELECT load_extension('x')",
    "SELECT writefile('made.db', 'x')", "SELECT zeroblob(900000000)",
)  # fmt: skip


def test_a_query_only_reads(store):
    ok("status", cwd=store)
    files = sorted(store.rglob("*"))
    image = (store / "tracker.db").read_bytes()
    for sql, done in zip(WRITING, run_several([("query", sql) for sql in WRITING], cwd=store), strict=True):
        assert (done.code, said(done).startswith("The query cannot be answered (")) == (2, True), sql
    assert sorted(store.rglob("*")) == files
    assert (store / "tracker.db").read_bytes() == image
    match = "SELECT * FROM search_texts_fts WHERE search_texts_fts MATCH 'both'"
    reading = (match, "PRAGMA table_info(cases)", "SELECT * FROM pragma_table_info('cases')", "EXPLAIN SELECT 1")
    assert {done.code for done in run_several([("query", sql) for sql in reading], cwd=store)} == {0}


def test_a_query_shows_whatever_sqlite_holds(store):
    sql = "SELECT 1 AS a, 2 AS a, 3 AS a_2, x'1b9b' AS b, 9e999 AS c, NULL AS d, 1.5 AS e, '海' AS f"
    told = '[{"a": 1, "a_2": 2, "a_2_2": 3, "b": "1b9b", "c": "inf", "d": null, "e": 1.5, "f": "海"}]\n'
    assert ok("query", sql, "--json", cwd=store) == told
    assert ok("query", sql, cwd=store).split("\n")[2].split() == ["1", "2", "3", "1b9b", "inf", "1.5", "海"]


IMPATIENT = """
import sys
from tracker.cli import run
from tracker.queries import asking
asking.SECONDS, asking.MOST_ROWS = 0.2, 1000
sys.exit(run(sys.argv[1:]))
"""


def test_a_query_without_end_is_ended(store):
    bomb = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT "
    long = run("query", bomb + "count(*) FROM c", cwd=store, program=IMPATIENT)
    assert (long.code, "(it was not done after 0.2 seconds)" in said(long)) == (2, True)
    many = run("query", bomb + "x FROM c", cwd=store, program=IMPATIENT)
    assert (many.code, "(it has more than 1,000 rows: limit it)" in said(many)) == (2, True)
