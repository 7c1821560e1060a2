"""What the door knows without folding or reading whole logs is what they hold."""

import shutil
import sqlite3
import uuid
from pathlib import Path

import pytest
from helpers import STAMP, drafts, note, opened, store

from tracker import case, queries
from tracker.amendments import standings
from tracker.app import Tracker
from tracker.entries import Entry
from tracker.envelope import Draft
from tracker.errors import BrokenLine, Mistakes
from tracker.logs.files import FileLog

LOG = "cases/a"
IDS = [str(uuid.UUID(int=number, version=4)) for number in range(12)]
SAID = [
    opened(), note("one", date="2025-11"), note("two", date="2025-10"),
    ("correction.made", {"of": IDS[1], "field": "date", "value": "2025-12", "reason": "r"}),
    ("retraction.made", {"of": IDS[3], "reason": "r"}),
    ("retraction.made", {"of": IDS[4], "reason": "r"}),
    ("dispute.raised", {"of": IDS[2], "field": "date", "value": "2025-09"}),
    ("retraction.made", {"of": IDS[8], "reason": "logged before what it is about"}),
    note("three"),
    ("deadline.set", {"deadline": "reply", "what": "reply", "parties": ["ms-li"], "due": "2026-01-02", "basis": "b"}),
    ("retraction.made", {"of": IDS[9], "reason": "r"}),
    ("retraction.made", {"of": IDS[10], "reason": "it stands"}),
]  # fmt: skip


def entry(kind: str, event_id: str | None = None, **data: object) -> Entry:
    return Entry(where="here", log=LOG, type=kind, data=data, id=event_id)


@pytest.mark.parametrize("projected", range(len(SAID) + 1))
def test_what_is_concerned_stands_as_in_the_whole_log(tmp_path: Path, projected: int) -> None:
    """However much of the log the projection has, and whatever came after."""
    tracker = store(tmp_path)
    made = [Draft(LOG, *said, id=event_id) for said, event_id in zip(SAID, IDS, strict=True)]
    tracker.log.append(made[:projected], STAMP)
    tracker.read()
    tracker.log.append(made[projected:], STAMP)
    whole = {said.id: standing for said, standing in standings(tracker.events(LOG))}
    for event_id in IDS:
        about = standings(tracker.door.concerned(LOG, [entry("retraction.made", of=event_id, reason="r")]))
        found = {said.id: standing for said, standing in about}
        assert found[event_id] == whole[event_id]
        assert SAID[IDS.index(event_id)][1].get("of", event_id) in found, "what it amends, if it is an amendment"
        assert found.items() <= whole.items() if len(found) < len(whole) else found == whole
    deadline = standings(tracker.door.concerned(LOG, [entry("deadline.met", deadline="reply")]))
    assert IDS[9] in {said.id for said, standing in deadline if standing.retracted_by is None}
    assert tracker.door.ids_among(LOG, {*IDS, str(uuid.UUID(int=99))}) == set(IDS)
    assert tracker.door.ids_of([f"a#{n}" for n in range(1, 14)]) == {f"a#{n}": IDS[n - 1] for n in range(1, 13)}


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    made = store(tmp_path)
    made.log.append([Draft("parties", "party.added", {"party": "ms-li", "name": "Li", "what": "person"})], STAMP)
    made.log.append([*drafts(LOG, [opened(), note("one")])], STAMP)
    made.read()
    return made


def test_no_case_is_folded_and_no_log_read_to_append(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object) -> None:
        raise AssertionError("this costs as much as the log is long")

    monkeypatch.setattr(case, "fold", forbidden)
    monkeypatch.setattr(FileLog, "read", forbidden)
    for event_id in (None, IDS[1], IDS[2]):
        tracker.append([entry("statement.made", event_id, speaker="ms-li", gist="g")], STAMP)
    tracker.append([entry("retraction.made", IDS[3], of=IDS[1], reason="r")], STAMP)
    assert tracker.check_case("a") == "a"
    with pytest.raises(Mistakes, match=r"there is no party 'ms-lu' .*ms-li"):
        tracker.append([entry("statement.made", speaker="ms-lu", gist="g")], STAMP)
    assert tracker.log.heads(LOG)[LOG].position == 6


def test_the_same_again_is_there_already_wherever_it_stands(tracker: Tracker) -> None:
    said = entry("note.added", IDS[1], note="n")
    assert [tracker.append([said], STAMP)[0].new for _ in range(2)] == [True, False]
    tracker.read()
    for writer in (tracker, Tracker(tracker.root)):
        assert not writer.append([said], STAMP)[0].new
        with pytest.raises(Mistakes, match="says something else"):
            writer.append([entry("note.added", IDS[1], note="other")], STAMP)


def test_a_batch_looks_a_name_up_once(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look asks the file system and the projection: of a batch of thousands that was most of the time."""
    asked: list[str] = []
    look = queries.is_registered

    def counted(db: sqlite3.Connection, register: str, name: str) -> bool:
        asked.append(name)
        return look(db, register, name)

    monkeypatch.setattr(queries, "is_registered", counted)
    said = entry("statement.made", speaker="ms-li", gist="g")
    tracker.append([said] * 50, STAMP)
    assert asked == ["ms-li"]
    unknown = entry("statement.made", speaker="mr-wu", gist="g")
    with pytest.raises(Mistakes) as raised:
        tracker.append([said, unknown, unknown], STAMP)
    assert len(raised.value.mistakes) == 2, "one that is not there is told each time"
    party = {"party": "mr-wu", "name": "Wu", "what": "person"}
    tracker.append([Entry(where="", log="parties", type="party.added", data=party)], STAMP)
    with pytest.raises(Mistakes, match="there is a party 'mr-wu' already"):
        tracker.append([unknown, Entry(where="", log="parties", type="party.added", data=party)], STAMP)


def test_what_another_process_logged_is_known(tracker: Tracker) -> None:
    tracker.append([entry("note.added", note="n")], STAMP)
    other = Tracker(tracker.root)
    party = {"party": "mr-wu", "name": "Wu", "what": "person"}
    other.append([Entry(where="", log="parties", type="party.added", data=party)], STAMP)
    other.append([entry("note.added", IDS[1], note="n")], STAMP)
    other.rebuild()
    assert not tracker.append([entry("note.added", IDS[1], note="n")], STAMP)[0].new
    assert tracker.append([entry("statement.made", speaker="mr-wu", gist="g")], STAMP)[0].position == 5


def test_a_log_that_another_took_the_place_of_is_looked_at_anew(tracker: Tracker, tmp_path: Path) -> None:
    tracker.append([entry("note.added", IDS[1], note="n")], STAMP)
    other = store(tmp_path / "other")
    other.log.append([*drafts(LOG, [opened("recall", "Another")]), Draft(LOG, *note("x"), id=IDS[2])], STAMP)
    shutil.copyfile(other.log.where(LOG), tmp_path / "copy")
    (tmp_path / "copy").replace(tracker.log.where(LOG))
    assert tracker.append([entry("note.added", IDS[1], note="n")], STAMP)[0].new
    assert tracker.door.ids_among(LOG, set(IDS)) == {IDS[1], IDS[2]}


@pytest.mark.parametrize("by_whom", ["this", "another"])
def test_a_line_that_was_damaged_since_is_not_written_after(tracker: Tracker, by_whom: str) -> None:
    writer = tracker if by_whom == "this" else Tracker(tracker.root)
    if by_whom == "this":
        writer.append([entry("note.added", note="n")], STAMP)
    path = Path(tracker.log.where(LOG))
    path.write_bytes(path.read_bytes().replace(b'"one"', b'"won"'))
    damaged = path.read_bytes()
    with pytest.raises(BrokenLine, match="line 2"):
        writer.append([entry("note.added", note="more")], STAMP)
    assert path.read_bytes() == damaged


def test_a_projection_that_was_damaged_meanwhile_is_made_anew(tracker: Tracker) -> None:
    tracker.append([entry("note.added", IDS[1], note="n")], STAMP)
    tracker.path.write_bytes(b"\x07" * 16_384 * 3)
    assert not tracker.append([entry("note.added", IDS[1], note="n")], STAMP)[0].new
    assert tracker.append([entry("statement.made", speaker="ms-li", gist="g")], STAMP)[0].position == 4


def test_events_are_found_by_indexes(tracker: Tracker) -> None:
    from tracker.queries import logged

    db: sqlite3.Connection = tracker.read()
    for log in (LOG, "parties"):
        sql = logged._CONCERNED.format(events=logged._events_of(log))
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", logged._values(log, IDS))]
        assert not [step for step in plan if step.startswith("SCAN") and "near" not in step and "json_each" not in step]
