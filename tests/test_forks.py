"""Two copies of a log that have grown apart become one line again, in which nothing of either is missing."""

import random
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from logged import IDS, at
from logs_contract import STAMP
from running import images, ok, run, run_several, said, started

from tracker.app import Tracker
from tracker.canonical import decode
from tracker.case import fold
from tracker.clocks import seen
from tracker.envelope import START, Draft, Event, Stamp, open_line, seal, verify_line
from tracker.errors import BrokenLine, Clash
from tracker.eventtypes.repairs import RecordAdopted
from tracker.forks import Fork, branches, formers, lines_of, merge, note_of, times_here
from tracker.logs.files import FileLog
from tracker.logs.memory import MemoryLog
from tracker.logs.replay import replay
from tracker.states import state
from tracker.view import View

A = "cases/a"
NOW = Stamp("Zoe", "2026-12-01T00:00:00.000Z")


def note(number: int, text: str = "", **change: object) -> Draft:
    minute = change.pop("minute", number % 60)
    draft = Draft(A, "note.added", {"note": text or f"note {number}"}, IDS[number], recorded=Stamp("Ann", at(minute)))
    return replace(draft, **change)


def log_of(*drafts: Draft, after: bytes = b"") -> bytes:
    """The bytes of a log with these lines after those that it has."""
    lines, _ = lines_of(after, A, A)
    head = lines[-1].event.head if lines else START
    for draft in drafts:
        line = seal(draft, draft.recorded or STAMP, head)
        head = open_line(line, head, A, A).head
        after += line + b"\n"
    return after


def joined(base: bytes, ours: bytes, theirs: bytes, stamp: Stamp = NOW) -> bytes:
    return merge(base, ours, theirs, name="a.jsonl", stamp=stamp).image


def events_of(image: bytes) -> list[Event]:
    lines, loose = lines_of(image, A, A)
    assert loose == 0
    return [line.event for line in lines]


def texts(image: bytes) -> list[str]:
    return [decode(bytes(it.data))["note"] for it in events_of(image) if it.type == "note.added"]


COMMON = log_of(note(0), note(1))
OURS = log_of(note(2), note(3), after=COMMON)
THEIRS = log_of(note(4), note(5), after=COMMON)


def test_one_that_goes_on_where_the_other_ends_is_the_answer():
    assert joined(COMMON, COMMON, THEIRS) == THEIRS
    assert joined(COMMON, OURS, COMMON) == OURS
    assert joined(OURS, OURS, OURS) == OURS
    assert joined(b"", b"", OURS) == OURS


def test_what_the_other_branch_has_alone_is_written_after_ours_as_it_was_logged():
    after = joined(COMMON, OURS, THEIRS)
    assert after.startswith(OURS)
    assert texts(after) == [f"note {n}" for n in range(6)]
    theirs, now = events_of(THEIRS), events_of(after)
    for moved, was in zip(now[5:], theirs[2:], strict=True):
        names = ("id", "type", "recordedby", "recordedtime", "source")
        assert [getattr(moved, name) for name in names] == [getattr(was, name) for name in names]
        assert bytes(moved.data) == bytes(was.data)
        assert moved.xhash != was.xhash
    said = note_of(now[4])
    assert said
    assert (now[4].recordedby, now[4].recordedtime) == (NOW.recordedby, NOW.recordedtime)
    assert said.after == f"2 {theirs[1].xhash}"
    assert said.lines == tuple(f"{it.position} {it.id} {it.xhash} {it.prevhash}" for it in theirs[2:])
    assert not said.shared


def test_every_adopted_line_can_be_made_again_and_has_the_hash_that_the_note_gives():
    same = note(2, recorded=Stamp("Wu Jun", at(40)))
    theirs = log_of(note(4), same, note(5, more={"subject": "x", "extra": True, "newthing": 7}), after=COMMON)
    theirs = log_of(note(6), after=theirs)
    lines, _ = lines_of(joined(COMMON, OURS, theirs), A, A)
    wanted = [it.xhash for it in events_of(theirs)]
    assert set(formers(lines, A)) == set(wanted[2:])
    for size in (3, 4, 6):
        assert list(branches(lines, size, A)) == [wanted[:size]]
    assert list(branches(lines, 2, A)) == list(branches(lines, 7, A)) == []


def test_lines_of_a_copy_of_a_copy_are_known_too():
    third = log_of(note(7), note(8), after=COMMON)
    second = joined(COMMON, THEIRS, third)
    lines, _ = lines_of(joined(COMMON, OURS, second), A, A)
    for copy, size in ((third, 4), (THEIRS, 4), (second, 7)):
        assert [it.xhash for it in events_of(copy)] in list(branches(lines, size, A))


def test_of_a_copy_of_which_one_line_was_picked_no_branch_is_known():
    base = log_of(note(4), after=COMMON)
    lines, _ = lines_of(joined(base, OURS, THEIRS), A, A)
    assert len(formers(lines, A)) == 1
    assert list(branches(lines, 4, A)) == []


@pytest.mark.parametrize("change", [(0, "9"), (1, IDS[50]), (2, "0" * 64), (3, "0" * 64)])
def test_a_note_that_is_not_true_of_the_lines_is_told(tmp_path, change):
    lines, _ = lines_of(joined(COMMON, OURS, THEIRS), A, A)
    data = decode(lines[4].raw)["data"]
    parts = data["lines"][1].split(" ")
    parts[change[0]] = change[1]
    data["lines"][1] = " ".join(parts)
    moved = [replace(note(4), recorded=NOW), replace(note(5), recorded=NOW)]
    image = log_of(Draft(A, "record.adopted", data, IDS[60]), *moved, after=OURS)
    tracker = Tracker.init(tmp_path)
    (tmp_path / "events" / "cases" / "a.jsonl").write_bytes(image)
    (found,) = tracker.damage()
    assert found.damage
    assert (found.damage.sort, found.damage.line, found.damage.offset) == ("false note", 5, len(OURS))
    assert not found.is_mended(tail=True)


def test_members_that_nobody_here_knows_are_kept():
    theirs = log_of(note(4, more={"newthing": 7, "subject": "x"}), after=COMMON)
    last = decode(joined(COMMON, OURS, theirs).split(b"\n")[-2])
    assert (last["newthing"], last["subject"]) == (7, "x")


def test_one_event_on_both_sides_stays_once_and_who_logged_it_there_is_noted():
    theirs = log_of(note(3, recorded=Stamp("Wu Jun", at(50))), note(4), after=COMMON)
    after = joined(COMMON, OURS, theirs)
    assert texts(after) == ["note 0", "note 1", "note 2", "note 3", "note 4"]
    said = note_of(events_of(after)[4])
    assert said
    there = events_of(theirs)[2]
    assert said.shared == (f"3 {there.id} {there.xhash} {there.prevhash} {at(50)} Wu Jun",)


CLASHES = {
    "data": note(3, "another text"),
    "type": note(3, type="note.made"),
    "form": note(3, form=2),
    "member": note(3, more={"newthing": 7}),
}


@pytest.mark.parametrize("name", CLASHES)
def test_one_id_that_says_two_things_is_refused_with_both_places(name):
    theirs = log_of(note(4), CLASHES[name], after=COMMON)
    with pytest.raises(Clash, match=f"{IDS[3]} is line 4 here and line 4 there"):
        joined(COMMON, OURS, theirs)


def test_merging_again_adds_nothing():
    after = joined(COMMON, OURS, THEIRS)
    assert joined(COMMON, after, THEIRS) == after
    assert joined(THEIRS, after, THEIRS) == after
    more = log_of(note(6), after=THEIRS)
    twice = joined(THEIRS, after, more)
    assert texts(twice) == [*texts(after), "note 6"]


def test_two_people_who_merge_one_branch_write_the_same_note():
    one, two = joined(COMMON, OURS, THEIRS), joined(COMMON, OURS, THEIRS, Stamp("Xu", "2026-12-02T00:00:00.000Z"))
    assert one != two
    assert texts(joined(OURS, one, two)) == texts(one)
    assert [it.id for it in events_of(one)] == [it.id for it in events_of(two)]


def test_only_what_came_since_the_base_is_picked():
    """git's cherry-pick and rebase: the base is the commit before the one that is picked."""
    base = log_of(note(4), after=COMMON)
    assert texts(joined(base, OURS, THEIRS)) == ["note 0", "note 1", "note 2", "note 3", "note 5"]
    assert texts(joined(base, COMMON, THEIRS)) == texts(THEIRS), "nothing is in between: the branch goes on"


def test_a_side_that_took_lines_away_takes_none():
    told = merge(OURS, log_of(note(7), after=OURS), COMMON, name="a.jsonl", stamp=NOW)
    assert texts(told.image) == ["note 0", "note 1", "note 2", "note 3", "note 7"]
    assert told.told == "a.jsonl: one side took lines away; a log only grows, and they stay."


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("ruin", [
    lambda image: image[:-1], lambda image: image + b"{", lambda image: image.replace(b"note 1", b"note l"),
    lambda image: b"<<<<<<< x\n" + image, lambda image: image.replace(b"\n", b"\r\n"), lambda image: b'{"a":1}\n',
    lambda image: b"x\n", lambda image: image + image.split(b"\n")[1] + b"\n",
])  # fmt: skip
def test_a_damaged_side_is_never_merged(side, ruin):
    sides = [OURS, THEIRS]
    sides[side] = ruin(sides[side])
    with pytest.raises(BrokenLine):
        joined(COMMON, *sides)


def test_a_line_of_another_log_is_never_merged():
    other = seal(Draft("cases/b", "note.added", {"note": "x"}), STAMP, START) + b"\n"
    with pytest.raises(BrokenLine, match="belongs to another log"):
        joined(b"", OURS, other)


def test_logs_that_were_begun_twice_are_joined_too():
    ours, theirs = log_of(note(0)), log_of(note(1))
    after = joined(b"", ours, theirs)
    assert texts(after) == ["note 0", "note 1"]
    said = note_of(events_of(after)[1])
    assert said
    assert said.after == f"0 {START.xhash}"


def test_a_long_branch_is_noted_in_parts_that_fit_a_line():
    many = [Draft(A, "note.added", {"note": str(n)}, f"0198f3c4-6f00-7abc-9def-{n:012d}") for n in range(1234)]
    after = joined(COMMON, OURS, log_of(*many, after=COMMON))
    said = [found for event in events_of(after) if (found := note_of(event))]
    assert [len(each.lines) for each in said] == [500, 500, 234]
    assert len(events_of(after)) == 4 + 3 + 1234
    assert len(set(times_here(events_of(after))[4:])) == 1


# clocks, amendments, states


def test_amendments_of_the_other_branch_stay_right_and_take_effect_in_the_order_of_their_times():
    about = {"of": IDS[1], "field": "note", "reason": "read again"}
    correction = Draft(A, "correction.made", {**about, "value": "theirs, first"}, IDS[20], recorded=Stamp("B", at(10)))
    later = Draft(A, "correction.made", {**about, "value": "ours, later"}, IDS[21], recorded=Stamp("A", at(20)))
    opened = Draft(A, "case.opened", {"kind": "topic", "title": "A"}, IDS[30])
    common = log_of(opened, note(1))
    after = joined(common, log_of(later, after=common), log_of(note(4), correction, after=common))
    case = fold("a", events_of(after))
    (first,) = [entry for entry in case.entries if entry.event.id == IDS[1]]
    assert first.data.note == "ours, later"
    assert not [problem for problem in case.problems if problem.code not in ("uncited",)]


def test_recorded_times_go_backwards_and_every_clock_copes():
    opened = Draft(A, "case.opened", {"kind": "topic", "title": "A"}, IDS[30], recorded=Stamp("A", at(0)))
    common = log_of(opened, note(1, minute=1))
    ours, theirs = log_of(note(2, minute=5), after=common), log_of(note(3, minute=3), after=common)
    adopted = Stamp("Zoe", at(9))
    events = events_of(joined(common, ours, theirs, adopted))
    assert [it.recordedtime for it in events] == [at(n) for n in (0, 1, 5, 9, 3)]
    assert times_here(events) == [at(n) for n in (0, 1, 5, 9, 9)]
    logs = {A: events}
    # What was recorded by then, wherever: the other branch had note 3.
    kept, _ = seen(logs, View(recorded_by=at(4)))
    assert [it.id for it in kept[A]] == [IDS[30], IDS[1], IDS[3]]
    # What this log held then: note 3 came with the note at minute 9.
    assert [state(logs, at(n), ["a"]).lengths[A] for n in (0, 1, 4, 5, 8, 9)] == [1, 2, 2, 3, 3, 5]
    assert state(logs, "a#5", ["a"]).moment == at(9)
    assert state(logs, events[4].xhash, ["a"]).lengths[A] == 5


def test_a_note_that_was_adopted_counts_for_no_lines_of_its_own():
    first = joined(COMMON, OURS, THEIRS, Stamp("Z", at(30)))
    outer = joined(COMMON, log_of(note(7), after=COMMON), first, Stamp("Z", at(50)))
    assert set(times_here(events_of(outer))[3:]) == {at(50)}
    assert sorted(texts(outer)) == [f"note {n}" for n in (0, 1, 2, 3, 4, 5, 7)]


def test_a_note_that_cannot_be_read_is_an_event_as_any_other():
    odd = Draft(A, "record.adopted", {"source": 1}, IDS[40])
    newer = Draft(A, "record.adopted", {"x": 1}, IDS[41], form=2)
    events = events_of(log_of(odd, newer, after=OURS))
    assert [note_of(event) for event in events[-2:]] == [None, None]
    assert len(times_here(events)) == 6


def test_both_adapters_keep_what_was_logged_elsewhere(tmp_path):
    drafts = [note(0), note(1, recorded=Stamp("Wu Jun", at(7)), more={"newthing": 7})]
    for log in (MemoryLog(), FileLog(tmp_path)):
        log.append(drafts, NOW)
        events = list(replay(log, A, strict=True))
        assert [(it.recordedby, it.recordedtime) for it in events] == [("Ann", at(0)), ("Wu Jun", at(7))]
        assert decode(list(log.read(A))[1])["newthing"] == 7


def test_the_note_is_what_its_type_says():
    said = note_of(events_of(joined(COMMON, OURS, THEIRS))[4])
    assert msgspec.convert(msgspec.to_builtins(said), RecordAdopted) == said
    assert (RecordAdopted.log, RecordAdopted.in_timeline) == ("any", False)


# random replicas


def campaign(seed: int, histories: int) -> tuple[int, int]:
    """Let 2 to 4 replicas log and take in one another, at random, and see that no event is lost.

    Each logs up to 20 events between two joins. Returned are the joins, and the events that were held against them.

    The base of a merge is what git would take: the longest beginning of both, or, as in a cherry-pick, an older state
    of the other.
    """
    chance = random.Random(seed)
    joins = total = number = 0
    for _ in range(histories):
        common = log_of(note(0))
        replicas = [common] * chance.randrange(2, 5)
        known: list[set[str]] = [{IDS[0]} for _ in replicas]
        for _ in range(chance.randrange(1, 4)):
            for n, replica in enumerate(replicas):
                fresh = []
                for _ in range(chance.choice((0, 1, 2, 5, 20))):
                    number += 1
                    event_id = f"0198f3c4-6f00-7abc-9def-{number:012d}"
                    # Some are logged in every replica that comes by, as a sheet is that two people log.
                    if chance.random() < 0.2:
                        event_id = f"0198f3c4-6f00-7abc-aaaa-{number // 7:012d}"
                    if event_id not in known[n]:
                        fresh.append(note(0, event_id[-15:], id=event_id, minute=chance.randrange(60)))
                        known[n].add(event_id)
                replicas[n] = log_of(*fresh, after=replica)
            a, b = chance.sample(range(len(replicas)), 2)
            pairs = zip(replicas[a].split(b"\n")[:-1], replicas[b].split(b"\n")[:-1], strict=False)
            base = b""
            for one, other in pairs:
                if one != other:
                    break
                base += one + b"\n"
            before, other = replicas[a], replicas[b]
            replicas[a] = joined(base, before, other)
            known[a] |= known[b]
            joins += 1
            assert replicas[a].startswith(before) or replicas[a] == other
            assert joined(base, replicas[a], other) == replicas[a], "once is enough"
        for replica, ids in zip(replicas, known, strict=True):
            found = [event.id for event in events_of(replica) if event.type == "note.added"]
            assert len(found) == len(set(found))
            assert set(found) == ids, "no event is lost, and none is there that nobody logged"
            total += len(found)
    return joins, total


def test_random_replicas_lose_nothing():
    joins, events = campaign(7, 120)
    assert joins >= 200
    assert events > 2000


# the verb


@pytest.fixture
def two(tmp_path):
    """Two copies of a store that have grown apart in a case and in a register."""
    here, there = started(tmp_path / "here"), tmp_path / "there"
    import shutil

    shutil.copytree(here, there)
    ok("log", "deposit", "note.added", "--note", "ours", cwd=here)
    run_several(
        [("log", "deposit", "note.added", "--note", "theirs", "--date", "2025-11-21"),
         ("correct", "deposit#4", "--set", "note=theirs, read again", "--reason", "x"),
         ("party", "add", "ms-wu", "--name", "Wu", "--what", "person")],
        cwd=there, env={"TRACKER_ACTOR": "Wu Jun"},
    )  # fmt: skip
    return here, there


def test_repair_tells_of_two_branches_and_adopts_one_when_told(two):
    here, there = two
    before, other = images(here), images(there)
    head = events_by_verify(here, "cases/deposit")[2]
    shown = run("repair", "deposit", "--adopt", str(there), cwd=here, env={"COLUMNS": "300"})
    assert shown.code == 1
    assert f"are the same up to event 3 ({head.xhash})." in shown.out
    rows = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert any(row.startswith("4 note.added - Ann 20") for row in rows)
    assert any(row.startswith("4 note.added 2025-11-21 Wu Jun 20") for row in rows)
    assert any(row.startswith("5 correction.made - Wu Jun 20") for row in rows)
    assert "nothing was changed: --yes adopts 2 events." in shown.err
    assert images(here) == before
    done, again, verified, timeline, page = run_several(
        [("repair", "deposit", "--adopt", str(there), "--yes"), ("repair", "deposit", "--adopt", str(there)),
         ("verify",), ("timeline", "deposit"), ("show", "deposit#5")],
        cwd=here, env={"COLUMNS": "200"},
    )  # fmt: skip
    assert [each.code for each in (done, again, verified)] == [0, 0, 0]
    assert f"Adopted 2 events from {there} into cases/deposit." in done.out
    assert "nothing is to be adopted" in again.out
    assert "theirs, read again" in timeline.out
    assert "Lines adopted (record.adopted)" in page.out
    assert images(there) == other
    assert images(here)["events/cases/deposit.jsonl"].startswith(before["events/cases/deposit.jsonl"])


def events_by_verify(store: Path, log: str) -> list[Event]:
    head, found = START, []
    for line in FileLog(store).read(log):
        found.append(verify_line(line, head, log, log))
        head = found[-1].head
    return found


def test_a_register_is_joined_from_a_file(two):
    here, there = two
    ok("party", "add", "ms-qi", "--name", "Qi", "--what", "person", cwd=here)
    out = ok("repair", "parties", "--adopt", str(there / "events" / "parties.jsonl"), "--yes", cwd=here)
    assert "Adopted 1 event" in out
    assert "Wu" in ok("party", "list", cwd=here)


def test_a_restored_backup_goes_on_as_the_record_did(two):
    """A copy that only goes on where ours ends needs no note: its lines are what they were."""
    here, there = two
    out = ok("repair", "parties", "--adopt", str(there), "--yes", cwd=here)
    assert "Here: nothing more." in out
    assert images(here)["events/parties.jsonl"] == images(there)["events/parties.jsonl"]


def test_a_torn_tail_comes_first_and_one_there_is_told(two):
    here, there = two
    for store in two:
        path = store / "events" / "cases" / "deposit.jsonl"
        path.write_bytes(path.read_bytes() + b"{")
    refused = run("repair", "deposit", "--adopt", str(there), "--yes", cwd=here)
    assert "run 'tracker repair deposit --yes' before --adopt" in said(refused)
    ok("repair", "deposit", "--yes", cwd=here)
    done = run("repair", "deposit", "--adopt", str(there), "--yes", cwd=here)
    assert (done.code, "1 bytes that are no whole line; they are not adopted" in done.err) == (0, True)


def test_a_checkpoint_of_the_other_branch_is_told_of(two):
    here, there = two
    folder = there / "events" / "checkpoints" / "cases" / "deposit"
    folder.mkdir(parents=True)
    for size in (2, 5):
        (folder / str(size)).write_text("a note\n")
    done = run("repair", "deposit", "--adopt", str(there), "--yes", cwd=here)
    assert done.code == 0
    assert done.err.count("no longer provable from this log alone") == 1
    assert f"The checkpoint of {there} for 5 events" in done.err
    assert (folder / "5").exists()


def test_a_clash_is_told_with_both_lines_and_changes_nothing(two):
    here, there = two
    event_id = "0198f3c4-6f00-7abc-8def-000000000009"
    for store, text in ((here, "one"), (there, "other")):
        ok("log", "deposit", "note.added", "--note", text, "--id", event_id, cwd=store)
    before = images(here)
    done = run("repair", "deposit", "--adopt", str(there), "--yes", cwd=here)
    assert done.code == 1
    assert f"{event_id} is line 5 here and line 6 there" in done.err
    assert images(here) == before


def test_somebody_who_logs_meanwhile_is_not_overtaken(two):
    here, there = two
    tracker = Tracker(here)
    copy = tracker.copy("cases/deposit", str(there))
    fork = tracker.fork("cases/deposit", copy)
    ok("log", "deposit", "note.added", "--note", "meanwhile", cwd=here)
    before = images(here)
    with pytest.raises(Exception, match="holds 5 events, not 4 as expected"):
        tracker.adopt(fork, copy, STAMP)
    assert images(here) == before
    assert isinstance(fork, Fork)


def test_kill_at_every_call_while_adopting_leaves_all_or_nothing(tmp_path, monkeypatch):
    import os

    from processes import in_child, kill_myself
    from syscalls import Syscalls

    monkeypatch.setattr(os, "fsync", lambda fd: None)
    (tmp_path / "copy").write_bytes(THEIRS)
    seen = set()
    for number in range(1, 60):
        root = tmp_path / str(number)
        (root / "events" / "cases").mkdir(parents=True)
        (root / "events" / "cases" / "a.jsonl").write_bytes(OURS)

        def adopt(root: Path = root) -> None:
            tracker = Tracker(root)
            copy = tracker.copy(A, str(tmp_path / "copy"))
            fork = tracker.fork(A, copy)
            if not fork.is_joined:
                tracker.adopt(fork, copy, NOW)

        def killed(number: int = number, adopt=adopt) -> None:
            watch = Syscalls()
            watch.before(number, kill_myself)
            with watch.watched():
                adopt()

        status = in_child(killed)
        found = [it.id for it in replay(FileLog(root), A) if it.type == "note.added"]
        assert found in (IDS[:4], IDS[:6])
        seen.add(len(found))
        if Tracker(root).files.limit(A) is not None:
            FileLog(root).append([], NOW, expected={A: 4})
        adopt()
        assert [it.id for it in replay(FileLog(root), A) if it.type == "note.added"] == IDS[:6]
        if status == 0:
            assert seen == {4, 6}
            return
    pytest.fail("it never came to an end")
