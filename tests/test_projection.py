"""The projection: an update equals a rebuild, damage is mended, what several logs say together is checked."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from helpers import (
    CITED,
    EXAMPLES,
    OF_CASES,
    REGISTERED,
    STAMP,
    Said,
    answers,
    note,
    opened,
    rebuilt,
    registered,
    store,
    tables,
    written,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from processes import in_child, kill_myself

from tracker import queries
from tracker.app import Tracker
from tracker.envelope import Draft
from tracker.errors import BrokenLine, ProjectionNewer
from tracker.logs.files import FileLog
from tracker.problems import CODES
from tracker.projections import build, makers, opening
from tracker.projections.opening import SCHEMA_VERSION

CASE_LOGS = ["cases/a", "cases/b", "cases/parties"]
HISTORY: list[tuple[str, Said]] = REGISTERED + [
    (log, said)
    for log in CASE_LOGS
    for said in (
        opened(), opened("recall", "召回 of SU7", forum="samr"), note("judgment 判决", date="2025-11", citations=CITED),
        note("the duties", date="never"), ("planet.found", {"n": 1}),
        ("order.made", {"debtors": ["ms-li", "ms-li"], "creditors": ["ms-li"], "issuer": "ms-li", "due": "2025-1X"}),
        *((name, EXAMPLES[name]) for name in OF_CASES),
    )
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(HISTORY), max_size=12), min_size=2, max_size=4))
@settings(max_examples=12, deadline=None)
def test_an_update_equals_a_rebuild(steps: list[list[tuple[str, Said]]]) -> None:
    root = Path(tempfile.mkdtemp())
    tracker = store(root)
    tracker.read()
    made = tracker.path.stat().st_ino
    try:
        for step in steps:
            tracker.log.append([Draft(log, *said) for log, said in step], STAMP)
            updated = answers(tracker)
            assert tracker.path.stat().st_ino == made, "an update, not a rebuild"
            assert tracker.read().execute("PRAGMA foreign_key_check").fetchall() == []
        assert updated == rebuilt(tracker)
        with closing(build.project(tracker.log)) as memory:
            assert tables(memory) == updated[0]
        db = tracker.read()
        assert {row.code for row in queries.problems(db)} <= set(CODES)
        counted = {row.case: row.problems for row in queries.status(db, (), today="2025-11-20")}
        assert counted == {case: len(queries.problems(db, [case])) for case in counted}, "as check lists them"
        assert {path.name for path in root.iterdir()} == {"events", "tracker.db", ".gitignore", ".gitattributes"}
    finally:
        shutil.rmtree(root)


def test_every_event_on_its_own_is_an_update(tmp_path: Path) -> None:
    tracker = store(tmp_path)
    tracker.read()
    made = tracker.path.stat().st_ino
    for log, said in (each for each in HISTORY if each[0] not in CASE_LOGS[1:]):
        written(tracker.log, log, said)
        tracker.read()
        assert tracker.path.stat().st_ino == made, (log, said)
    assert answers(tracker) == rebuilt(tracker)


def test_an_update_touches_only_the_rows_that_change(tracker: Tracker) -> None:
    written(tracker.log, "cases/a", *(note(f"note {number}", citations=CITED) for number in range(20)))
    sql = "SELECT ref, event_id FROM developments WHERE text LIKE 'note 7%'"
    [(ref, event_id)] = tracker.read().execute(sql).fetchall()
    ask(tracker.path, "CREATE TABLE gone (what, ref)")
    for table, column in (("developments", "ref"), ("search_texts", "ref"), ("citations", "development")):
        then = f"INSERT INTO gone VALUES ('{table}', old.{column})"  # noqa: S608
        ask(tracker.path, f"CREATE TRIGGER told_{table} AFTER DELETE ON {table} BEGIN {then}; END")
    written(tracker.log, "cases/a", note("one more"))
    assert list(tracker.read().execute("SELECT * FROM gone")) == []
    correction = {"of": event_id, "field": "note", "value": "another note", "reason": "misread"}
    written(tracker.log, "cases/a", ("correction.made", correction))
    gone = [tuple(row) for row in tracker.read().execute("SELECT * FROM gone ORDER BY what")]
    assert gone == [("developments", ref), ("search_texts", ref)]
    assert ref in [found.ref for found in queries.search(tracker.read(), "another", limit=9)]
    assert queries.search(tracker.read(), "note 7", limit=9) == []


def test_an_update_asks_for_the_stamps_once(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker.read()
    written(tracker.log, "cases/a", note("one more"))
    asked, stamps = [], tracker.log.stamps
    monkeypatch.setattr(tracker.log, "stamps", lambda *logs: asked.append(logs) or stamps(*logs))
    assert tracker.read().execute("SELECT count(*) FROM developments WHERE text LIKE 'one more%'").fetchone()[0] == 1
    assert asked == [()]


def test_no_update_waits_until_all_of_the_full_text_is_put_together(tracker: Tracker) -> None:
    sql = "SELECT v FROM search_texts_fts_config WHERE k = 'crisismerge'"
    assert tracker.read().execute(sql).fetchone()[0] == build.PIECES
    written(tracker.log, "cases/a", note("one more"))
    assert tracker.read().execute(sql).fetchone()[0] == build.PIECES


def test_names_that_nobody_uses_any_more_go(tracker: Tracker) -> None:
    before = answers(tracker)
    said = ("statement.made", {"speaker": "only-here", "gist": "g", "citations": [{"source": "only-here"}]})
    written(tracker.log, "cases/c", said)
    assert len(answers(tracker)[0]["parties"]) == len(before[0]["parties"]) + 1
    (tracker.root / "events" / "cases" / "c.jsonl").unlink()
    assert answers(tracker) == before


NAMING: dict[str, list[Said]] = {
    "sources": [("source.added", {"source": name, "title": name, "publisher": "p"}) for name in ("one", "two")],
    "parties": [
        *(("party.added", {"party": name, "name": name, "what": "person"}) for name in ("one", "two", "three")),
        ("party.related", {"party": "one", "relation": "owns", "other": "two"}),
        ("party.related", {"party": "two", "relation": "owns", "other": "three"}),
    ],
}
for _log in ("cases/a", "cases/parties"):
    NAMING[_log] = [
        *(note(citations=[{"source": name}]) for name in ("one", "two")),
        *(("statement.made", {"speaker": name, "gist": "g"}) for name in ("one", "two", "three")),
    ]


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={log: st.lists(st.sampled_from(said)) for log, said in NAMING.items()}),
        min_size=2, max_size=5,
    )
)  # fmt: skip
@example([{"cases/a": NAMING["cases/a"]}, {"cases/a": []}])
@example([{"cases/a": NAMING["cases/a"], "parties": NAMING["parties"]}, {"cases/a": [note()]}, {"parties": []}])
@example([{"cases/a": NAMING["cases/a"]}, NAMING, {"parties": [], "sources": []}])
@settings(max_examples=25, deadline=None)
def test_whatever_takes_the_place_of_logs_an_update_equals_a_rebuild(steps: list[dict[str, list[Said]]]) -> None:
    """What names a source or a party, and what lists it, may come and go in any order."""
    root = Path(tempfile.mkdtemp())
    tracker = store(root)
    tracker.read()
    made = tracker.path.stat().st_ino
    try:
        for step in steps:
            for log, said in step.items():
                Path(tracker.log.where(log)).unlink(missing_ok=True)
                written(tracker.log, log, *said)
            with closing(build.project(tracker.log)) as true:
                assert tables(tracker.read()) == tables(true)
            assert tracker.path.stat().st_ino == made, "an update, not a rebuild"
    finally:
        shutil.rmtree(root)


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return registered(tmp_path)


def test_nothing_is_written_when_nothing_changed(tracker: Tracker) -> None:
    tracker.read()
    before = tracker.path.stat()
    tracker.read()
    assert (before.st_ino, before.st_mtime_ns) == (tracker.path.stat().st_ino, tracker.path.stat().st_mtime_ns)
    written(tracker.log, "cases/a", note())
    tracker.read()
    assert tracker.path.stat().st_ino == before.st_ino, "an update, not a rebuild"


def test_whoever_reads_cannot_write(tracker: Tracker) -> None:
    for db in (tracker.read(), build.project(tracker.log)):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM cases")


HEADER = {offset: bytes([0xFF]) for offset in (0, 16, 18, 28, 40, 44, 56, 100, 105)}
DAMAGE: dict[str, Any] = {
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"SQLite format 3\x00" + os.urandom(8192)),
    "text": lambda path: path.write_text("not a database\n" * 500),
    "another database": lambda path: (path.unlink(), sqlite3.connect(path).execute("CREATE TABLE cases (name)")),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a page short": lambda path: os.truncate(path, path.stat().st_size - 4096),
    "a byte short": lambda path: os.truncate(path, path.stat().st_size - 1),
    **{f"byte {at}": lambda path, at=at, value=value: poke(path, at, value) for at, value in HEADER.items()},
    "heads lost": lambda path: ask(path, "DELETE FROM heads"),
    "heads table lost": lambda path: ask(path, "DROP TABLE heads"),
    "fingerprint lost": lambda path: ask(path, "DELETE FROM about"),
    "a stray row": lambda path: ask(path, "INSERT INTO heads (log, stamp) VALUES ('cases/c', '1')"),
}


def poke(path: Path, at: int, value: bytes) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= value[0]
    path.write_bytes(raw)


def ask(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_projection_is_made_anew(tracker: Tracker, damage: str) -> None:
    before = answers(tracker)
    DAMAGE[damage](tracker.path)
    assert answers(tracker) == before
    assert not list(tracker.root.glob("*.tmp"))


def test_damage_that_shows_only_at_the_update_is_mended_too(tracker: Tracker) -> None:
    tracker.read()
    ask(tracker.path, "DROP TABLE figures")
    written(tracker.log, "cases/a", note("new"))
    assert answers(tracker) == rebuilt(tracker)


def test_what_an_update_left_that_was_killed_is_rolled_back(tracker: Tracker) -> None:
    written(tracker.log, "cases/a", *(note("long " * 200) for _ in range(300)))
    before = answers(tracker)

    def half_an_update() -> None:
        db = sqlite3.connect(tracker.path, isolation_level=None)
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE developments SET text = 'half'")
        db.execute("DELETE FROM search_texts")
        kill_myself()

    for again in (tracker.read, tracker.rebuild):
        made = tracker.path.stat().st_ino
        assert in_child(half_an_update) == -9
        assert tracker.path.with_name("tracker.db-journal").stat().st_size > 0
        again()
        assert (tracker.path.stat().st_ino == made) == (again == tracker.read)
        assert not tracker.path.with_name("tracker.db-journal").exists()
        assert answers(tracker) == before
        assert tracker.read().execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize(("logs", "changed", "anew"), [(60, 60, 1), (60, 20, 0), (50, 50, 0)])
def test_when_most_logs_changed_it_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: int, changed: int, anew: int
) -> None:
    opened = [Draft(f"cases/c{n}", "case.opened", {"kind": "topic", "title": f"T {n}"}) for n in range(logs)]
    tracker = Tracker.init(tmp_path / "store")
    tracker.log.append(opened, STAMP)
    tracker.read()
    tracker.log.append([Draft(draft.log, "note.added", {"note": "n"}) for draft in opened[:changed]], STAMP)
    made: list[int] = []
    whole = build.rebuild
    monkeypatch.setattr(build, "rebuild", lambda *args, **more: (made.append(1), whole(*args, **more)))
    found = answers(tracker)
    assert len(made) == anew
    assert found == rebuilt(tracker)


def test_other_code_makes_it_anew(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(tracker)
    ask(tracker.path, "UPDATE cases SET title = 'as old code had it'")
    assert answers(tracker) != before
    monkeypatch.setattr(opening, "glance", lambda: ("files of here", "other"))
    monkeypatch.setattr(build, "fingerprint", lambda: "other")
    assert "as old code" not in repr(answers(tracker))


def test_the_code_is_read_only_when_its_files_look_otherwise(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker.read()
    made, read = tracker.path.stat().st_ino, []
    monkeypatch.setattr(build, "fingerprint", lambda: read.append(1) or makers.fingerprint())
    tracker.read()
    assert not read
    package = tracker.root / "elsewhere"
    shutil.copytree(makers.PACKAGE, package)
    monkeypatch.setattr(makers, "PACKAGE", package)
    for looks_otherwise in (lambda: None, lambda: os.utime(package / "case.py")):
        looks_otherwise()
        makers.glance.cache_clear()
        tracker.read()
        tracker.read()
        assert len(read) == 1, "the same code, and that is noted"
        read.clear()
    assert tracker.path.stat().st_ino == made
    for other in (package / "case.py", package / "kinds" / "topic.py"):
        other.write_bytes(other.read_bytes() + b"# changed\n")
        makers.fingerprint.cache_clear()
        makers.glance.cache_clear()
        tracker.read()
        assert tracker.path.stat().st_ino != made
        made = tracker.path.stat().st_ino
    makers.fingerprint.cache_clear()
    makers.glance.cache_clear()


def test_the_fingerprint_covers_all_that_makes_rows() -> None:
    program = "import sys, tracker.case, tracker.projections.rows, tracker.registers; print(*sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with Popen([sys.executable, "-c", program], stdout=PIPE, text=True, env=environment) as process:
        loaded = {name for name in process.communicate()[0].split() if name.startswith("tracker.")}
    folders = {"eventtypes", "kinds", "projections"}
    ground = {"canonical", "envelope", "errors", "members", "names", "problems"}  # nothing there makes a row
    made_by = {name.split(".")[1] for name in loaded} - folders - ground
    named = {name.removesuffix("/__init__") for name in makers.MAKERS}
    assert {"case", "state"} <= made_by <= named and folders == set(makers.FOLDERS)


def test_a_newer_projection_is_refused_until_it_is_rebuilt(tracker: Tracker) -> None:
    before = answers(tracker)
    ask(tracker.path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer = tracker.path.read_bytes()
    with pytest.raises(ProjectionNewer, match=rf"schema {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}"):
        tracker.read()
    assert tracker.path.read_bytes() == newer
    assert rebuilt(tracker) == before


def test_a_broken_log_is_refused_and_the_projection_stays(tracker: Tracker) -> None:
    before = answers(tracker)
    path = tracker.root / "events" / "cases" / "b.jsonl"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"duties", b"duty!!"))
    for read in (tracker.read, tracker.rebuild):
        with pytest.raises(BrokenLine, match="line 2"):
            read()
    assert not list(tracker.root.glob("*.tmp"))
    path.write_bytes(good)
    assert answers(tracker) == before


def test_a_log_that_was_exchanged_is_followed(tracker: Tracker) -> None:
    old = answers(tracker)
    logs = tracker.root / "events"
    saved = {path: path.read_bytes() for path in logs.rglob("*.jsonl")}
    written(tracker.log, "cases/a", note("newer", citations=[*CITED, {"source": "only-here"}]))
    written(tracker.log, "cases/c", opened(), ("statement.made", {"speaker": "only-here", "gist": "g"}))
    written(tracker.log, "parties", ("party.added", {"party": "mr-wu", "name": "Wu", "what": "person"}))
    assert len(answers(tracker)[0]["cases"]) == 3
    for path in logs.rglob("*.jsonl"):  # as git checkout does: another file, or none
        path.unlink()
        if path in saved:
            path.write_bytes(saved[path])
    assert answers(tracker) == old == rebuilt(tracker)


def test_a_log_of_the_same_size_is_told_apart(tracker: Tracker) -> None:
    path = tracker.root / "events" / "cases" / "c.jsonl"
    for title in ("Title one", "Title two"):
        path.unlink(missing_ok=True)
        written(FileLog(tracker.root), "cases/c", opened("topic", title))
        assert queries.row(tracker.read(), "cases", name="c")["title"] == title  # type: ignore[index]
