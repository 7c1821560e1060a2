"""The calendar file: read by parsers that are not ours, moved by importing it again, the same for the same record."""

from datetime import date, datetime
from pathlib import Path

import ics as independent
import pytest
import vobject
from helpers import STAMP, Said, entry, store
from icalendar import Calendar
from running import ok, run
from test_deadlines import ID, SERVED, suit

from tracker import queries
from tracker.app import Tracker
from tracker.ics import calendar_file

FILE = "team.ics"


def written(root: Path, *args: str) -> bytes:
    ok("deadlines", "--ics", FILE, *args, cwd=root)
    return (root / FILE).read_bytes()


class Imported(dict[str, tuple[int, str, str, str]]):
    """A calendar program that keeps, for each UID, the entry with the highest SEQUENCE (RFC 5546, section 2.1.5)."""

    def take(self, data: bytes) -> bool:
        """Import a file; whether anything changed."""
        before = dict(self)
        for event in Calendar.from_ical(data).walk("VEVENT"):
            uid, number = str(event["UID"]), int(event["SEQUENCE"])
            if uid not in self or number > self[uid][0]:
                self[uid] = (number, str(event["STATUS"]), event.decoded("DTSTART").isoformat(), str(event["SUMMARY"]))
        return dict(self) != before

    @property
    def days(self) -> set[tuple[str, str]]:
        """Day and text of what is not cancelled."""
        return {(day, summary) for _, status, day, summary in self.values() if status != "CANCELLED"}


def appeal(root: Path, *events: Said) -> Tracker:
    tracker = suit(root, SERVED, *events)
    ok(
        "deadline",
        "suit",
        "appeal",
        "--rule",
        "cn-appeal-judgment",
        "--what",
        "appeal; by post, or in person",
        cwd=root,
    )
    return tracker


def test_two_independent_parsers_read_it(tmp_path: Path) -> None:
    appeal(tmp_path, ("hearing.scheduled", {"set_for": "2025-11-20T09:30+08:00", "purpose": "交叉询问"}))
    data = written(tmp_path, "--alarm", "7d", "--alarm", "1")
    one = {str(event.uid.value): event for event in vobject.readOne(data.decode()).vevent_list}
    two = {event.uid: event for event in independent.Calendar(data.decode()).events}
    three = {str(event["UID"]): event for event in Calendar.from_ical(data).walk("VEVENT")}
    assert one.keys() == two.keys() == three.keys() and len(one) == 2
    tracker = Tracker(tmp_path)
    assert one.keys() == {each.uid for each in queries.calendar_entries(tracker.read())}
    deadline = next(uid for uid, event in one.items() if "appeal" in event.summary.value)
    assert one[deadline].dtstart.value == date(2025, 9, 28) == two[deadline].begin.date()
    assert (
        two[deadline].all_day
        and one[deadline].summary.value == two[deadline].name == "suit: appeal; by post, or in person"
    )
    assert "make-up workday" in one[deadline].description.value
    assert len(two[deadline].alarms) == 2 and [a.trigger.value.days for a in one[deadline].valarm_list] == [-7, -1]
    (hearing,) = one.keys() - {deadline}
    assert one[hearing].dtstart.value.isoformat() == "2025-11-20T01:30:00+00:00" and "交叉询问" in two[hearing].name


def test_it_has_the_form_of_rfc_5545(tmp_path: Path) -> None:
    appeal(tmp_path)
    data = written(tmp_path)
    lines = data.split(b"\r\n")
    assert (
        lines[0] == b"BEGIN:VCALENDAR"
        and lines[-2:] == [b"END:VCALENDAR", b""]
        and b"\n" not in data.replace(b"\r\n", b"")
    )
    assert all(len(line) <= 75 for line in lines)
    assert b"DTSTART;VALUE=DATE:20250928" in lines and b"VERSION:2.0" in lines
    for name in (b"UID:", b"DTSTAMP:", b"SEQUENCE:", b"STATUS:CONFIRMED", b"PRODID:"):
        assert any(line.startswith(name) for line in lines), name
    vobject.readOne(data.decode()).validate(raiseException=True)


def test_it_survives_a_round_trip(tmp_path: Path) -> None:
    appeal(tmp_path)
    data = written(tmp_path, "--alarm", "3d")
    assert Calendar.from_ical(data).to_ical() == data
    again = vobject.readOne(vobject.readOne(data.decode()).serialize())
    assert again.vevent.dtstart.value == date(2025, 9, 28) and again.vevent.uid.value in data.decode()


def test_importing_twice_changes_nothing_and_equal_records_give_equal_bytes(tmp_path: Path) -> None:
    appeal(tmp_path)
    calendar = Imported()
    first = written(tmp_path)
    assert calendar.take(first) and not calendar.take(first)
    events = len(list(Tracker(tmp_path).events("cases/suit")))
    assert written(tmp_path) == first and not calendar.take(first)
    assert len(list(Tracker(tmp_path).events("cases/suit"))) == events, "the same export is logged once"


def test_a_move_moves_the_entry(tmp_path: Path) -> None:
    appeal(tmp_path)
    calendar = Imported()
    calendar.take(written(tmp_path))
    ok("correct", "suit#2", "--set", "date=2025-09-16", "--reason", "misread", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-09-28", "suit: appeal; by post, or in person (its trigger was changed: recompute)")}
    ok("deadline", "--recompute", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert len(calendar) == 1 and calendar.days == {("2025-10-09", "suit: appeal; by post, or in person")}
    ok("log", "suit", "deadline.met", "--deadline", "appeal", "--proof", "stamp", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-10-09", "met: suit: appeal; by post, or in person")}


@pytest.mark.parametrize("command", [
    ("log", "suit", "deadline.withdrawn", "--deadline", "appeal", "--reason", "settled"),
    ("retract", "suit#3", "--reason", "wrong case"),
])  # fmt: skip
def test_what_is_withdrawn_or_retracted_is_cancelled(tmp_path: Path, command: tuple[str, ...]) -> None:
    appeal(tmp_path)
    calendar = Imported()
    calendar.take(written(tmp_path))
    ok(*command, cwd=tmp_path)
    assert calendar.take(written(tmp_path)) and calendar.days == set()
    assert [status for _, status, *_ in calendar.values()] == ["CANCELLED"]


def test_a_range_is_two_entries_and_one_when_it_narrows(tmp_path: Path) -> None:
    suit(tmp_path, ("document.served", {"document": "judgment", "date": "2025-09"}))
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    calendar = Imported()
    calendar.take(written(tmp_path))
    assert calendar.days == {
        ("2025-09-16", "suit: appeal (earliest safe day)"), ("2025-10-15", "suit: appeal (latest possible day)")
    }  # fmt: skip
    assert {status for _, status, *_ in calendar.values()} == {"TENTATIVE"}
    ok("correct", "suit#2", "--set", "date=2025-09-13", "--reason", "receipt", cwd=tmp_path)
    ok("deadline", "--recompute", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-09-28", "suit: appeal")}
    assert sorted(status for _, status, *_ in calendar.values()) == ["CANCELLED", "CONFIRMED"]


def test_each_version_of_a_disputed_trigger_has_its_entry(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("dispute", "suit#2", "--field", "date", "--value", "2025-09-16", cwd=tmp_path)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    calendar = Imported()
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-09-28", "suit: appeal (version 1)"), ("2025-10-09", "suit: appeal (version 2)")}


def test_a_hearing_that_is_postponed_corrected_or_retracted_moves_or_is_cancelled(tmp_path: Path) -> None:
    suit(tmp_path, ("hearing.scheduled", {"set_for": "2025-11-10"}))
    calendar = Imported()
    calendar.take(written(tmp_path))
    ok("correct", "suit#2", "--set", "set_for=2025-11-11", "--reason", "misread", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-11-11", "suit: hearing")}
    ok(
        "log",
        "suit",
        "hearing.postponed",
        "--set-for",
        "2025-11-11",
        "--until",
        "2025-11-20",
        "--reason",
        "r",
        cwd=tmp_path,
    )
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-11-20", "suit: hearing")}
    ok("retract", "suit#4", "--reason", "r", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert ("2025-11-20", "suit: hearing") not in calendar.days
    ok("retract", "suit#2", "--reason", "r", cwd=tmp_path)
    calendar.take(written(tmp_path))
    assert calendar.days == set()


def test_the_sequence_never_falls_and_nothing_vanishes(tmp_path: Path) -> None:
    """Whatever is logged, every entry that a calendar has stays in the file, with a SEQUENCE that is not lower."""
    order = ("order.made", {"amount": "5 CNY", "debtors": [], "due": "2025-12", "date": "2025-01-01"})
    suit(tmp_path, SERVED, order, ("hearing.scheduled", {"set_for": "2025-12"}))
    steps = [
        ("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", "--from", "suit#2"),
        ("deadline", "suit", "hand", "--due", "2025-12-01"),
        ("log", "suit", "deadline.extended", "--deadline", "hand", "--until", "2025-12-20/2025-12-24"),
        ("retract", "suit#{extended}", "--reason", "r"),
        ("correct", "suit#2", "--set", "date=2025-09", "--reason", "r"),
        ("deadline", "--recompute"),
        ("correct", "suit#4", "--set", "set_for=2025-12-12", "--reason", "r"),
        ("correct", "suit#4", "--set", "set_for=../2025-12-12", "--reason", "r"),
        ("correct", "suit#3", "--set", "due=2025-12-24", "--reason", "r"),
        ("retract", "suit#2", "--reason", "r"),
        ("deadline", "--recompute"),
        ("log", "suit", "payment.made", "--payer", "x", "--amount", "5 CNY", "--order", "suit#3"),
        ("retract", "suit#{set}", "--reason", "r"),
        ("deadline", "suit", "hand", "--due", "2025-12-05"),
        ("log", "suit", "document.served", "--document", "judgment", "--date", "2025-09-20"),
        ("deadline", "--recompute"),
        ("retract", "suit#4", "--reason", "r"),
        ("retract", "suit#3", "--reason", "r"),
    ]
    ok("party", "add", "x", "--name", "X", "--what", "company", cwd=tmp_path)
    calendar, seen = Imported(), dict[str, int]()
    tracker = Tracker(tmp_path)
    for step in steps:
        numbers = {event.type: event.position for event in tracker.events("cases/suit")}
        names = {"extended": numbers.get("deadline.extended"), "set": numbers.get("deadline.set")}
        ok(*(part.format(**names) for part in step), cwd=tmp_path)
        data = written(tmp_path)
        events = list(Calendar.from_ical(data).walk("VEVENT"))
        now = {str(event["UID"]): int(event["SEQUENCE"]) for event in events}
        assert seen.keys() <= now.keys(), step
        assert all(now[uid] >= number for uid, number in seen.items()), step
        calendar.take(data)
        held = [event for event in events if event["STATUS"] != "CANCELLED"]
        shown = {(event.decoded("DTSTART").isoformat(), str(event["SUMMARY"])) for event in held}
        assert calendar.days == shown, ("a calendar that follows shows what the file shows", step)
        seen = now
    assert calendar.days == {("2025-12-05", "suit: hand"), ("2025-10-09", "suit: appeal")}


def test_times_at_the_ends_of_the_calendar_do_not_stop_the_file(tmp_path: Path) -> None:
    times = ("9999-12-31T23:59-12:00", "0001-01-01T00:00+12:00")
    suit(tmp_path, *(("hearing.scheduled", {"set_for": time}) for time in times))
    assert written(tmp_path).count(b"BEGIN:VEVENT") == 2


def test_a_day_that_is_known_only_because_it_fell_through_is_cancelled_beside_the_new_one(tmp_path: Path) -> None:
    suit(tmp_path, ("hearing.postponed", {"set_for": "2025-11-10", "until": "2025-11-20", "reason": "r"}))
    calendar = Imported()
    calendar.take(written(tmp_path))
    assert calendar.days == {("2025-11-20", "suit: hearing")} and len(calendar) == 2


def test_orders_with_a_day_are_in_it(tmp_path: Path) -> None:
    tracker = suit(tmp_path, ("order.made", {"act": "publish an apology", "due": "2025-09-30"}))
    (event,) = Calendar.from_ical(calendar_file(tracker.read())).walk("VEVENT")
    assert (str(event["UID"]), event.decoded("DTSTART"), str(event["STATUS"])) == (
        ID(2),
        date(2025, 9, 30),
        "CONFIRMED",
    )


def test_a_time_without_an_offset_floats_and_a_span_is_two_days(tmp_path: Path) -> None:
    tracker = suit(
        tmp_path, ("hearing.scheduled", {"set_for": "2025-11-20T09:30"}), ("hearing.scheduled", {"set_for": "2025-12"})
    )
    starts = [event.decoded("DTSTART") for event in Calendar.from_ical(calendar_file(tracker.read())).walk("VEVENT")]
    assert starts == [datetime(2025, 11, 20, 9, 30), date(2025, 12, 1), date(2025, 12, 31)]


def test_without_somebody_who_logs_the_file_is_written_and_that_is_told(tmp_path: Path) -> None:
    appeal(tmp_path)
    ran = run("deadlines", "--ics", FILE, cwd=tmp_path, env={"TRACKER_ACTOR": "", "HOME": str(tmp_path)})
    assert ran.code == 0 and (tmp_path / FILE).exists()
    assert "That was not logged, so that a move of a deadline will not name team.ics" in ran.err


def test_only_the_cases_that_are_asked_for_are_in_it(tmp_path: Path) -> None:
    appeal(tmp_path)
    store_entry = entry("case.opened", {"kind": "topic", "title": "Other"}, log="cases/other")
    Tracker(tmp_path).append([store_entry], STAMP)
    assert b"VEVENT" not in written(tmp_path, "--case", "other")
    assert b"VEVENT" in written(tmp_path, "suit")


def test_the_empty_store_has_an_empty_calendar(tmp_path: Path) -> None:
    assert calendar_file(store(tmp_path, "a").read()).count(b"BEGIN:") == 1
