"""What every log adapter has to do: one suite, which each adapter's tests inherit."""

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tracker.canonical import MAX_LINE, decode
from tracker.envelope import START, Draft, Event, Head, Stamp, verify_line
from tracker.errors import BadDraft, BadName, BrokenLine, HeadMoved, IdTaken
from tracker.logs.port import Appended, EventLog

STAMP = Stamp("Lin Mei", "2026-11-23T06:29:07.123Z")
LATER = Stamp("Wu Jun", "2026-11-24T08:00:00.000Z")
A, B = "cases/haikou-deposit", "cases/lakeside-recall"
ID = "0198f3c4-6f00-7abc-8def-0123456789ab"
OTHER_ID = "0198f3c4-6f00-7abc-8def-0123456789ac"


def draft(log: str = A, note: str = "x", **change: Any) -> Draft:
    return replace(Draft(log, "note.made", {"text": note}), **change)


def notes(log: EventLog, name: str = A) -> list[str]:
    """Return the texts of all events of a log but the writer's own, every line of it verified."""
    return [decode(bytes(it.data))["text"] for it in verified(log.read(name), name) if it.type != "record.repaired"]


def verified(lines: Iterable[bytes], name: str) -> list[Event]:
    head, events = START, []
    for line in lines:
        events.append(verify_line(line, head, name, name))
        head = events[-1].head
    return events


def contents(log: EventLog) -> dict[str, list[bytes]]:
    return {name: list(log.read(name)) for name in log.logs()}


class LogContract:
    """Subclasses give the fixture ``log``: an empty log."""

    # appending and reading

    def test_a_new_log_holds_nothing(self, log: EventLog) -> None:
        assert (log.logs(), log.heads(), log.stamps(), log.loose_ends()) == ([], {}, {}, {})
        assert list(log.read(A)) == []

    def test_what_is_appended_is_read_back(self, log: EventLog) -> None:
        [first] = log.append([draft(note="one")], STAMP)
        [second] = log.append([draft(note="two", type="note.moved", form=3)], LATER)
        assert (first.log, first.position, first.new) == (A, 1, True)
        assert (second.log, second.position, second.new) == (A, 2, True)
        one, two = verified(log.read(A), A)
        assert [one.id, two.id] == [first.id, second.id]
        assert (one.recordedby, one.recordedtime) == (STAMP.recordedby, STAMP.recordedtime)
        assert (two.type, two.form, two.recordedby) == ("note.moved", 3, LATER.recordedby)
        assert notes(log) == ["one", "two"]

    def test_a_batch_keeps_its_order_within_each_log(self, log: EventLog) -> None:
        batch = [draft(A, "a1"), draft(B, "b1"), draft("sources", "s1"), draft(A, "a2"), draft("parties", "p1")]
        answers = log.append([*batch, draft(B, "b2")], STAMP)
        assert [(it.log, it.position) for it in answers] == [
            *[(A, 1), (B, 1), ("sources", 1), (A, 2), ("parties", 1), (B, 2)],
        ]
        assert [notes(log, name) for name in (A, B)] == [["a1", "a2"], ["b1", "b2"]]
        assert [notes(log, name) for name in ("sources", "parties")] == [["s1"], ["p1"]]
        assert log.logs() == [A, B, "parties", "sources"]

    def test_reads_after_a_position(self, log: EventLog) -> None:
        log.append([draft(note=str(n)) for n in range(1, 8)], STAMP)
        lines = list(log.read(A))
        for after in range(9):
            assert list(log.read(A, after)) == lines[after:]

    def test_an_empty_batch_does_nothing(self, log: EventLog) -> None:
        assert log.append([], STAMP) == []
        assert log.logs() == []

    @pytest.mark.parametrize(
        "text", ["a\u2028b\u2029c\u0085d\re\nf\x0bg\x0ch\x1ci", "海口 😀 e\u0301 \ufeff", "\x00", ""]
    )
    def test_any_text_stays_as_it_is_on_one_line(self, log: EventLog, text: str) -> None:
        log.append([draft(note=text), draft(note="after")], STAMP)
        assert notes(log) == [text, "after"]

    def test_lines_up_to_the_limit_are_kept(self, log: EventLog) -> None:
        log.append([draft(note="", id=ID)], STAMP)
        room = MAX_LINE - len(next(log.read(A)))
        log.append([draft(note="a" * room), draft(note="b" * room)], STAMP)
        assert [len(line) for line in log.read(A, 1)] == [MAX_LINE, MAX_LINE]
        assert log.heads()[A].position == 3
        log.append([draft(note="c")], STAMP)
        assert len(notes(log)) == 4

    def test_the_draft_is_left_alone(self, log: EventLog) -> None:
        data: dict[str, Any] = {"z": [1, {"b": 2, "a": 3}], "a": None}
        log.append([Draft(A, "note.made", data)], STAMP)
        assert data == {"z": [1, {"b": 2, "a": 3}], "a": None}

    # heads and stamps

    def test_heads_are_those_of_the_last_lines(self, log: EventLog) -> None:
        log.append([draft(A), draft(A), draft("sources")], STAMP)
        assert log.heads() == {name: verified(log.read(name), name)[-1].head for name in (A, "sources")}

    def test_a_stamp_changes_with_its_log_and_only_then(self, log: EventLog) -> None:
        log.append([draft(A), draft(B)], STAMP)
        before = log.stamps()
        assert log.stamps() == before
        log.append([draft(A)], STAMP)
        after = log.stamps()
        assert after[A] != before[A]
        assert after[B] == before[B]
        assert set(after) == {A, B}

    def test_heads_and_stamps_of_some_logs(self, log: EventLog) -> None:
        log.append([draft(A), draft(B), draft("sources")], STAMP)
        assert log.heads(A, "parties") == {A: log.heads()[A]}
        assert log.stamps("sources", B, "parties") == {name: log.stamps()[name] for name in ("sources", B)}

    def test_the_lines_since_a_head(self, log: EventLog) -> None:
        assert log.since(A, START) == []
        log.append([draft(A, "x" * 5_000), draft(A), draft(A, "three"), draft(B)], STAMP)
        lines = list(log.read(A))
        for number, event in enumerate(verified(iter(lines), A), 1):
            assert log.since(A, event.head) == lines[number:]
        assert log.since(A, START) == lines
        assert log.since(A, log.heads()[B]) is None
        assert log.since("parties", log.heads()[B]) is None

    # all or nothing

    @pytest.mark.parametrize(
        ("bad", "error"),
        [
            (draft(B, form=0), BadDraft),
            (draft(B, type="nonsense"), BadDraft),
            (draft(B, data={"amount": 0.5}), BadDraft),
            (draft(A, data={"amount": 0.5}, id=ID), BadDraft),
            (draft(B, id="1"), BadDraft),
            (draft("cases/../x"), BadName),
            (draft("registers"), BadName),
            (draft(A, "other", id=ID), IdTaken),
        ],
        ids=str,
    )
    def test_one_bad_draft_stops_the_whole_batch(self, log: EventLog, bad: Draft, error: type[Exception]) -> None:
        log.append([draft(A, "first", id=ID)], STAMP)
        before, stamps = contents(log), log.stamps()
        with pytest.raises(error):
            log.append([draft(A), draft("sources"), bad, draft(B)], STAMP)
        assert contents(log) == before
        assert log.stamps() == stamps

    def test_a_bad_actor_stops_it_too(self, log: EventLog) -> None:
        with pytest.raises(BadDraft):
            log.append([draft()], Stamp("", STAMP.recordedtime))
        assert log.logs() == []

    @pytest.mark.parametrize("name", ["", "cases/", "cases/A", "../sources", "events"])
    def test_refuses_names_of_no_log(self, log: EventLog, name: str) -> None:
        with pytest.raises(BadName):
            list(log.read(name))
        with pytest.raises(BadName):
            log.append([], STAMP, expected={name: 0})
        with pytest.raises(BadName):
            log.where(name)

    # ids

    def test_the_same_again_is_there_already(self, log: EventLog) -> None:
        log.append([draft(note="before")], STAMP)
        [first] = log.append([draft(id=ID)], STAMP)
        before, stamps = contents(log), log.stamps()
        assert first == Appended(A, 2, ID, new=True)
        assert log.append([draft(id=ID)], LATER) == [Appended(A, 2, ID, new=False)]
        assert contents(log) == before
        assert log.stamps() == stamps

    def test_only_what_is_new_of_a_batch_is_written(self, log: EventLog) -> None:
        log.append([draft(id=ID)], STAMP)
        answers = log.append([draft(note="new"), draft(id=ID), draft(note="newer", id=OTHER_ID)], LATER)
        assert [(it.position, it.new) for it in answers] == [(2, True), (1, False), (3, True)]
        assert notes(log) == ["x", "new", "newer"]

    def test_the_order_of_members_makes_no_difference(self, log: EventLog) -> None:
        log.append([draft(id=ID, data={"a": 1, "b": (2,)})], STAMP)
        [again] = log.append([draft(id=ID, data={"b": [2], "a": 1})], STAMP)
        assert not again.new

    @pytest.mark.parametrize(
        "change", [{"data": {"text": "y"}}, {"data": {}}, {"type": "note.moved"}, {"form": 2}], ids=str
    )
    def test_the_same_id_with_other_content_is_refused(self, log: EventLog, change: dict[str, Any]) -> None:
        log.append([draft(note="before"), draft(id=ID)], STAMP)
        with pytest.raises(IdTaken, match="as line 2, with other content") as refusal:
            log.append([draft(id=ID, **change)], STAMP)
        assert refusal.value.position == 2

    def test_an_id_may_stand_twice_in_a_batch_with_the_same_content_only(self, log: EventLog) -> None:
        answers = log.append([draft(id=ID), draft(id=ID)], STAMP)
        assert answers == [Appended(A, 1, ID, new=True), Appended(A, 1, ID, new=False)]
        with pytest.raises(IdTaken):
            log.append([draft(id=OTHER_ID), draft(id=OTHER_ID, note="y")], STAMP)
        assert notes(log) == ["x"]

    def test_an_id_is_looked_for_unless_somebody_has_up_to_the_end(self, log: EventLog) -> None:
        before = log.append([draft(A)], STAMP) and log.heads()
        log.append([draft(A, "one", id=ID)], STAMP)
        [there] = log.append([draft(A, "one", id=ID)], STAMP, searched=before)
        assert not there.new, "it came after what was searched"
        other = ID.replace("0", "1")
        [fresh] = log.append([draft(A, "two", id=other)], STAMP, searched=log.heads())
        assert (fresh.new, fresh.position) == (True, 3)

    def test_ids_belong_to_their_log(self, log: EventLog) -> None:
        log.append([draft(A, "one", id=ID)], STAMP)
        assert log.append([draft(B, "two", id=ID)], STAMP) == [Appended(B, 1, ID, new=True)]

    def test_an_id_inside_the_data_is_not_the_id_of_the_event(self, log: EventLog) -> None:
        log.append([draft(data={"id": ID, "text": f'"id":"{ID}"'})], STAMP)
        assert log.append([draft(id=ID)], STAMP) == [Appended(A, 2, ID, new=True)]

    # expectations

    def test_a_met_expectation_lets_the_batch_through(self, log: EventLog) -> None:
        log.append([draft(A), draft(B)], STAMP, expected={A: 0, B: 0, "sources": 0})
        log.append([draft(A)], STAMP, expected={A: 1, B: 1})
        assert log.heads()[A].position == 2

    @pytest.mark.parametrize("expected", [{A: 0}, {A: 2}, {B: 1}, {"sources": 1}, {A: 1, B: 7}], ids=str)
    def test_a_moved_head_stops_it(self, log: EventLog, expected: dict[str, int]) -> None:
        log.append([draft(A)], STAMP)
        before = contents(log)
        with pytest.raises(HeadMoved, match="Nothing was logged"):
            log.append([draft(A, "y"), draft("parties")], STAMP, expected=expected)
        assert contents(log) == before

    def test_an_expectation_without_drafts_is_held_too(self, log: EventLog) -> None:
        with pytest.raises(HeadMoved) as refusal:
            log.append([], STAMP, expected={A: 3})
        assert (refusal.value.expected, refusal.value.actual) == (3, 0)
        assert log.logs() == []

    def test_a_batch_whose_answer_was_lost_can_be_sent_again(self, log: EventLog) -> None:
        batch = [draft(A, id=ID), draft(B, id=OTHER_ID)]
        log.append(batch, STAMP, expected={A: 0, B: 0})
        again = log.append(batch, LATER, expected={A: 0, B: 0})
        assert [it.new for it in again] == [False, False]
        with pytest.raises(HeadMoved):
            log.append([*batch, draft(A, "more")], LATER, expected={A: 0, B: 0})

    def test_two_writers_who_expect_the_same_head(self, log: EventLog) -> None:
        log.append([draft(note="mine")], STAMP, expected={A: 0})
        with pytest.raises(HeadMoved, match="holds 1 events, not 0"):
            log.append([draft(note="yours")], LATER, expected={A: 0})

    # a caller's view

    def test_reading_is_not_disturbed_by_appending(self, log: EventLog) -> None:
        log.append([draft(note=str(n)) for n in range(3)], STAMP)
        reading = log.read(A)
        first = next(reading)
        log.append([draft(note="later")], STAMP)
        assert len([first, *reading]) in (3, 4)

    def test_threads_do_not_get_in_each_others_way(self, log: EventLog) -> None:
        def work(name: str) -> None:
            for n in range(25):
                log.append([draft(note=f"{name}-{n}")], STAMP)

        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(work, "abcd"))
        finally:
            sys.setswitchinterval(usual)
        assert sorted(notes(log)) == sorted(f"{name}-{n}" for name in "abcd" for n in range(25))

    def test_an_error_names_the_log(self, log: EventLog) -> None:
        log.append([draft()], STAMP)
        with pytest.raises(BrokenLine, match="haikou-deposit"):
            verify_line(next(log.read(A)), Head(5, "0" * 64), log.where(A), A)
