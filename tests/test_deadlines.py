"""Deadlines as a user has them: set, waiting, disputed, stale, moved, met; what the fold and the door make of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import STAMP, Said, codes, entry, folded, opened, store
from running import ok, rows_of, run, said

from tracker.agenda import agenda
from tracker.app import Tracker
from tracker.duties import Deadline
from tracker.entries import Entry
from tracker.errors import Mistakes

ID = "00000000-0000-7000-8000-00000000000{}".format
SERVED: Said = ("document.served", {"document": "judgment", "date": "2025-09-13"})


def suit(root: Path, *events: Said) -> Tracker:
    """A store with a lawsuit; the n-th event after the one that opens it has the id ID(n + 1)."""
    tracker = store(root)
    entries = [entry("case.opened", {"kind": "lawsuit", "title": "A v. B"}, log="cases/suit")]
    entries += [Entry(where="", log="cases/suit", type=kind, data=data, id=ID(number))
                for number, (kind, data) in enumerate(events, 2)]  # fmt: skip
    tracker.append(entries, STAMP)
    return tracker


def due(root: Path, *args: str) -> list[dict[str, str]]:
    return rows_of(ok("deadlines", "--all", "--json", "--on", "2025-09-20", *args, cwd=root), "json")


def test_a_deadline_by_rule_is_logged_with_trigger_rule_version_result_and_steps(tmp_path: Path) -> None:
    tracker = suit(tmp_path, SERVED)
    told = ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", "--from", "suit#2", cwd=tmp_path)
    assert told.split("\n")[:3] == [
        "Set suit#3: appeal, due 2025-09-28",
        "  15 days (art. 171(1)) after Saturday 13 September 2025, counted from the day after (art. 85)",
        "  day 15 is Sunday 28 September 2025, a make-up workday, so it stands",
    ]
    *_, event = tracker.events("cases/suit")
    data = json.loads(bytes(event.data))
    assert data["trigger"] == ID(2) and data["rule"] == "cn-appeal-judgment" and data["versions"] == ["2024-01-01"]
    assert data["law"].startswith("Civil Procedure Law") and "art. 171(1), counted by art. 85" in data["law"]
    assert data["calendar"].startswith("chinesecalendar ")
    [result] = data["results"]
    assert (result["since"], result["due"], len(result["steps"])) == ("2025-09-13", "2025-09-28", 2)
    [row] = due(tmp_path)
    assert (row["group"], row["due"], row["state"], row["ref"]) == ("coming", "2025-09-28", "open", "suit#3")


def test_a_rule_finds_its_trigger_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    suit(tmp_path, SERVED, ("judgment.given", {"date": "2025-09-01", "instance": "first", "outcome": "o"}))
    assert "due 2025-09-28" in ok("deadline", "suit", "a", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    wrong = run("deadline", "suit", "b", "--rule", "cn-appeal-judgment", "--from", "suit#3", cwd=tmp_path)
    assert wrong.code == 2
    assert "runs from service of the written judgment on the party, which is a document.served" in said(wrong)
    ok("log", "suit", "document.served", "--document", "complaint", "--date", "2025-01-02", cwd=tmp_path)
    several = said(run("deadline", "suit", "b", "--rule", "cn-appeal-judgment", cwd=tmp_path))
    assert "several events may be that (#2, #5): say which with --from" in several


def test_of_several_documents_the_one_that_it_concerns_counts(tmp_path: Path) -> None:
    judgment: Said = ("judgment.given", {"date": "2025-09-01", "instance": "first", "outcome": "o"})
    suit(tmp_path, judgment, ("document.served", {"document": "judgment", "date": "2025-09-13", "of": ID(2)}),
         ("note.added", {"note": "what the complaint says"}),
         ("document.served", {"document": "complaint", "date": "2025-01-02", "of": ID(4)}))  # fmt: skip
    told = ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", "--concerns", "suit#2", cwd=tmp_path)
    assert told.startswith("Set suit#6: appeal, due 2025-09-28\n")


def test_a_trigger_that_has_not_happened_is_waited_for_and_then_counted(tmp_path: Path) -> None:
    suit(tmp_path)
    told = ok("deadline", "suit", "pay", "--rule", "cn-as-ordered", "--period", "10d", "--from", "judgment.took_effect",
              cwd=tmp_path)  # fmt: skip
    assert told.startswith("Set suit#2: pay, which waits for judgment in force, which is not logged\n")
    [row] = due(tmp_path)
    assert (row["group"], row["due"], row["state"]) == (
        "waiting",
        "",
        "waits for judgment in force, which is not logged",
    )
    assert ok("deadline", "--recompute", cwd=tmp_path) == "No deadline moves.\n"
    ok("log", "suit", "judgment.took_effect", "--date", "2025-12-20", cwd=tmp_path)
    [row] = due(tmp_path)
    assert (
        row["now"] == "2025-12-30" and "stale: the trigger is dated 2025-12-20, which gives 2025-12-30" in row["state"]
    )
    assert "stale-deadline" in ok("check", cwd=tmp_path)
    moved = ok("deadline", "suit", "--recompute", cwd=tmp_path)
    assert "suit pay: no day becomes 2025-12-30, because its trigger suit#3 has a day by now." in moved
    [row] = due(tmp_path)
    assert (row["group"], row["due"], row["now"]) == ("coming", "2025-12-30", "")
    assert "stale-deadline" not in ok("check", cwd=tmp_path)


def test_a_trigger_without_a_day_waits_for_it(tmp_path: Path) -> None:
    suit(tmp_path, ("document.served", {"document": "judgment"}))
    told = ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", "--from", "suit#2", cwd=tmp_path)
    assert "which waits for the day of event 2 (Document served), which is not stated" in told
    ok("correct", "suit#2", "--set", "date=2025-09", "--reason", "the month is known", cwd=tmp_path)
    ok("deadline", "suit", "appeal", "--recompute", cwd=tmp_path)
    [row] = due(tmp_path)
    assert row["due"] == "2025-09-16/2025-10-15"
    assert row["state"] == "perhaps overdue: safe only until 2025-09-16" and row["group"] == "overdue"


def test_a_disputed_trigger_gives_one_result_for_each_version(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("dispute", "suit#2", "--field", "date", "--value", "2025-09-16", "--note", "the stamp", cwd=tmp_path)
    told = ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    assert "due 2025-09-28 or 2025-10-09\n" in told
    assert "  2025-09-13 gives 2025-09-28:\n" in told and "  2025-09-16 gives 2025-10-09:\n" in told
    [row] = due(tmp_path)
    assert (row["earliest"], row["latest"], row["state"]) == ("2025-09-28", "2025-10-09", "open, safe until 2025-09-28")
    ok("settle", "suit#2", "--field", "date", "--value", "2025-09-16", "--reason", "r", cwd=tmp_path)
    moved = ok("deadline", "--recompute", cwd=tmp_path)
    assert (
        "2025-09-28 or 2025-10-09 becomes 2025-10-09, because its trigger suit#2 is dated 2025-09-16, no longer"
        in moved
    )


def test_a_corrected_trigger_makes_it_stale_until_the_move_is_logged_and_names_who_has_the_old_day(
    tmp_path: Path,
) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("deadlines", "--ics", "team.ics", cwd=tmp_path)
    ok("deadlines", "--ics", "team.ics", cwd=tmp_path)
    ok("correct", "suit#2", "--set", "date=2025-09-16", "--reason", "misread", cwd=tmp_path)
    [row] = due(tmp_path)
    assert row["due"] == "2025-09-28" and row["now"] == "2025-10-09"
    assert row["state"] == "open; stale: the trigger is dated 2025-09-16, which gives 2025-10-09"
    assert "overdue: appeal (stale)" in ok("status", "--json", cwd=tmp_path)
    moved = ok("deadline", "suit", "--recompute", cwd=tmp_path).split("\n")
    assert moved[0].startswith(
        "suit appeal: 2025-09-28 becomes 2025-10-09, because its trigger suit#2 is dated 2025-09-16"
    )
    assert "  day 15 is Wednesday 1 October 2025, a day off for National Day" in "\n".join(moved)
    assert [line for line in moved if "team.ics" in line] == [
        f"  team.ics has 2025-09-28, exported on {today()}: export it again."
    ]
    assert ok("deadline", "--recompute", cwd=tmp_path) == "No deadline moves.\n"
    ok("deadlines", "--ics", "team.ics", cwd=tmp_path)
    ok("correct", "suit#2", "--set", "date=2025-09-17", "--reason", "misread again", cwd=tmp_path)
    assert ok("deadline", "--recompute", cwd=tmp_path).count("team.ics") == 0, "2 October moves to the 9th as well"


def today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def test_a_retracted_trigger_leaves_it_waiting_for_another(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("retract", "suit#2", "--reason", "another case", cwd=tmp_path)
    moved = ok("deadline", "--recompute", cwd=tmp_path)
    assert "2025-09-28 becomes no day, because its trigger suit#2 was retracted or lost its day" in moved
    [row] = due(tmp_path)
    assert row["group"] == "waiting"
    ok("log", "suit", "document.served", "--document", "judgment", "--date", "2025-09-16", cwd=tmp_path)
    ok("deadline", "suit", "appeal", "--recompute", "--from", "suit#6", cwd=tmp_path)
    assert due(tmp_path)[0]["due"] == "2025-10-09"


def test_by_hand_extended_met_missed_withdrawn(tmp_path: Path) -> None:
    suit(tmp_path)
    for name in ("one", "two", "three"):
        ok(
            "deadline",
            "suit",
            name,
            "--due",
            "2025-09-25",
            "--basis",
            "the court's letter",
            "--what",
            "file it",
            cwd=tmp_path,
        )
    log = ("log", "suit")
    ok(*log, "deadline.extended", "--deadline", "one", "--until", "2025-10-20", "--date", "2025-09-20", cwd=tmp_path)
    assert [row["due"] for row in due(tmp_path) if row["name"] == "one"] == ["2025-10-20"]
    ok(*log, "deadline.met", "--deadline", "one", "--date", "2025-10-01", "--proof", "stamped copy", cwd=tmp_path)
    ok(*log, "deadline.missed", "--deadline", "two", "--consequence", "costs", cwd=tmp_path)
    ok(*log, "deadline.withdrawn", "--deadline", "three", "--reason", "settled", cwd=tmp_path)
    assert {(row["name"], row["group"], row["state"]) for row in due(tmp_path)} == {
        ("one", "done", "met"), ("two", "done", "missed"), ("three", "done", "withdrawn")
    }  # fmt: skip
    assert ok("deadlines", cwd=tmp_path).startswith("Nothing is due, and nothing waits")
    assert "Deadline met: one" in ok("timeline", "suit", cwd=tmp_path).replace("\n", " ").replace("  ", " ")
    ok(*log, "deadline.met", "--deadline", "two", cwd=tmp_path)
    assert "met-without-proof" in ok("check", cwd=tmp_path)
    ok("retract", "suit#6", "--reason", "not filed after all", cwd=tmp_path)
    assert [row["state"] for row in due(tmp_path) if row["name"] == "one"] == ["open"]


def test_a_retracted_deadline_is_withdrawn(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("retract", "suit#3", "--reason", "wrong case", cwd=tmp_path)
    assert [(row["group"], row["state"]) for row in due(tmp_path)] == [("done", "withdrawn")]
    assert "due 2025-09-28" in ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    assert [(row["group"], row["ref"]) for row in due(tmp_path)] == [("coming", "suit#5"), ("done", "suit#3")]


def test_an_extended_deadline_no_longer_depends_on_its_trigger(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("log", "suit", "deadline.extended", "--deadline", "appeal", "--until", "2025-11-03", cwd=tmp_path)
    ok("correct", "suit#2", "--set", "date=2025-09-16", "--reason", "misread", cwd=tmp_path)
    assert ok("deadline", "--recompute", cwd=tmp_path) == "No deadline moves.\n"
    assert [(row["due"], row["now"]) for row in due(tmp_path)] == [("2025-11-03", "")]
    assert "stale-deadline" not in ok("check", cwd=tmp_path)


def test_a_rule_that_changed_makes_its_deadlines_stale_and_one_that_is_gone_leaves_them(tmp_path: Path) -> None:
    from test_rules import GOOD

    suit(tmp_path, SERVED)
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "x-notice.toml"
    rule.write_text(GOOD)
    ok("deadline", "suit", "answer", "--rule", "x-notice", cwd=tmp_path)
    rule.write_text(GOOD.replace("period = 14", "period = 21"))
    [row] = due(tmp_path)
    assert (row["due"], row["now"]) == ("2025-09-29", "2025-10-06")
    assert row["state"] == "open; stale: its rule or its calendar now gives 2025-10-06"
    assert "because its rule or its calendar gives another day now" in ok("deadline", "--recompute", cwd=tmp_path)
    rule.unlink()
    assert due(tmp_path)[0]["due"] == "2025-10-06"
    rule.write_text("title = 1")
    ran = run("deadlines", "--on", "2025-09-20", cwd=tmp_path)
    assert ran.code == 0 and "2025-10-06" in ran.out
    assert ran.err.count("A rule cannot be used: rules/x-notice.toml, line 1, title") == 1


def test_what_cannot_be_found_anew_stays_stale_and_does_not_hold_up_the_others(tmp_path: Path) -> None:
    from test_rules import GOOD

    suit(tmp_path, SERVED)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x-notice.toml").write_text(GOOD)
    ok("deadline", "suit", "answer", "--rule", "x-notice", cwd=tmp_path)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    (tmp_path / "rules" / "x-notice.toml").unlink()
    ok("correct", "suit#2", "--set", "date=2025-09-16", "--reason", "misread", cwd=tmp_path)
    states = {row["name"]: row["state"] for row in due(tmp_path)}
    assert states["answer"].startswith(
        "open; stale: the trigger is dated 2025-09-16, and what that gives cannot be told: There"
    )
    ran = run("deadline", "--recompute", cwd=tmp_path)
    assert ran.code == 1 and "suit appeal: 2025-09-28 becomes 2025-10-09" in ran.out
    assert "suit answer is stale and stays as it is: There is no rule 'x-notice'" in ran.err
    (tmp_path / "rules" / "x-notice.toml").write_text("title = 1")
    assert "rules/x-notice.toml, line 1" in run("deadline", "--recompute", cwd=tmp_path).err
    assert "Set suit#7: other" in ok("deadline", "suit", "other", "--rule", "cn-appeal-ruling", cwd=tmp_path)


def test_another_trigger_is_for_one_open_deadline_and_nothing_is_logged_twice(tmp_path: Path) -> None:
    tracker = suit(tmp_path, SERVED, ("document.served", {"document": "judgment", "date": "2025-09-16"}))
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", "--from", "suit#2", cwd=tmp_path)
    ok("deadline", "suit", "hand", "--due", "2025-12-01", cwd=tmp_path)
    assert "write CASE and NAME too" in said(run("deadline", "suit", "--recompute", "--from", "suit#3", cwd=tmp_path))
    assert "set by hand" in said(run("deadline", "suit", "hand", "--recompute", "--from", "suit#3", cwd=tmp_path))
    again = ("deadline", "suit", "appeal", "--recompute", "--from", "suit#3")
    assert "2025-09-28 becomes 2025-10-09, because it starts with suit#3" in ok(*again, cwd=tmp_path)
    assert ok(*again, cwd=tmp_path) == "No deadline moves.\n"
    ok("log", "suit", "deadline.met", "--deadline", "appeal", "--proof", "p", cwd=tmp_path)
    assert "is over" in said(run("deadline", "suit", "appeal", "--recompute", "--from", "suit#2", cwd=tmp_path))
    assert len(list(tracker.events("cases/suit"))) == 7


def test_a_name_is_free_again_when_its_deadline_was_retracted(tmp_path: Path) -> None:
    suit(tmp_path)
    ok("deadline", "suit", "pay", "--due", "2025-12-01", cwd=tmp_path)
    ok("log", "suit", "deadline.met", "--deadline", "pay", "--proof", "p", cwd=tmp_path)
    ok("retract", "suit#2", "--reason", "wrong", cwd=tmp_path)
    assert ok("deadline", "suit", "pay", "--due", "2025-12-05", cwd=tmp_path) == "Set suit#5: pay, due 2025-12-05\n"
    assert [(row["group"], row["ref"]) for row in due(tmp_path)] == [("coming", "suit#5"), ("done", "suit#2")]


def test_an_order_whose_deadline_was_a_slip_is_listed_again(tmp_path: Path) -> None:
    suit(tmp_path, ("order.made", {"amount": "5 CNY", "due": "2025-12-20", "debtors": []}))
    ok("deadline", "suit", "slip", "--due", "2025-12-02", "--concerns", "suit#2", cwd=tmp_path)
    assert [row["name"] for row in due(tmp_path) if row["group"] != "done"] == ["slip"]
    ok("retract", "suit#3", "--reason", "typo", cwd=tmp_path)
    assert [(row["name"], row["due"]) for row in due(tmp_path) if row["group"] != "done"] == [("order", "2025-12-20")]


def test_disputed_days_are_all_told(tmp_path: Path) -> None:
    suit(tmp_path, ("hearing.scheduled", {"set_for": "2025-11-10"}))
    ok("dispute", "suit#2", "--field", "set_for", "--value", "2025-11-24", cwd=tmp_path)
    ok("deadline", "suit", "pay", "--due", "2025-12-01", cwd=tmp_path)
    ok("dispute", "suit#4", "--field", "due", "--value", "2025-12-05", cwd=tmp_path)
    rows = {row["name"]: row for row in due(tmp_path)}
    assert rows["hearing"]["state"] == "set; disputed: set for"
    assert rows["pay"]["due"] == "2025-12-01 or 2025-12-05" and rows["pay"]["state"].endswith("; disputed: due")


def test_a_time_of_day_does_not_make_another_hearing(tmp_path: Path) -> None:
    suit(tmp_path, ("hearing.scheduled", {"set_for": "2025-11-10T09:30"}), ("hearing.held", {"date": "2025-11-10"}),
         ("hearing.scheduled", {"set_for": "2025-12-10"}),
         ("hearing.postponed", {"set_for": "2025-12-10T09:30", "until": "2025-12-20", "reason": "r"}))  # fmt: skip
    rows = [(row["due"], row["state"]) for row in due(tmp_path)]
    assert rows == [
        ("2025-12-20", "set"),
        ("2025-11-10T09:30", "held"),
        ("2025-12-10T09:30", "postponed to 2025-12-20"),
    ]


def test_open_ends_are_open_in_every_form(tmp_path: Path) -> None:
    suit(tmp_path)
    ok("deadline", "suit", "a", "--due", "../2025-12-02", cwd=tmp_path)
    ok("deadline", "suit", "b", "--due", "2025-12-30/..", cwd=tmp_path)
    ends = {row["name"]: (row["earliest"], row["latest"], row["group"]) for row in due(tmp_path)}
    assert ends == {"a": ("", "2025-12-02", "overdue"), "b": ("2025-12-30", "", "coming")}
    assert len(due(tmp_path, "--within", "9w", "--on", "9999-12-25")) == 2


FOREIGN = [
    ({"rule": "cn-appeal-judgment", "results": [{"since": "2026-11-20", "due": "garbage"}]}, "'garbage' is no date"),
    ({"rule": "cn-appeal-judgment", "results": [{"since": "x or y"}]}, "'x or y' is no date"),
    ({"rule": "cn-appeal-judgment", "results": ["2025-01-01"]}, "is no result of a rule"),
    ({"rule": "cn-appeal-judgment", "due": "2027-01-01"}, "a deadline has either a rule or a day: leave one out"),
    ({"due": "2027-01-01", "period": "5 days"}, "go with a rule, not with a day"),
    ({"rule": "as-ordered", "trigger": "suit#2", "period": 5}, "5 is no text"),
    ({"rule": "as-ordered", "trigger": "suit#2", "period": ["5 days"]}, "is no text"),
    ({"rule": "as-ordered", "trigger_type": 5}, "5 is no text"),
    ({"rule": "as-ordered", "trigger": "other#2", "period": "5 days"}, "'other#2' is no event of this case"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), FOREIGN, ids=range(len(FOREIGN)))
def test_what_a_batch_gets_wrong_is_told(tmp_path: Path, data: dict[str, Any], told: str) -> None:
    tracker = suit(tmp_path, SERVED)
    line = json.dumps({"case": "suit", "type": "deadline.set", "data": {"deadline": "x", **data}})
    ran = run("log", "--batch", "-", cwd=tmp_path, stdin=line.encode())
    assert ran.code == 1 and told in said(ran), ran
    assert len(list(tracker.events("cases/suit"))) == 2


def test_a_calendar_never_takes_the_place_of_the_record(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    before = (tmp_path / "events" / "cases" / "suit.jsonl").read_bytes()
    refused = [
        ("events/cases/suit.jsonl", "let its name end in .ics"), ("-", "let its name end in .ics"),
        ("events/x.ics", "is a part of the store"), ("rules/x.ics", "is a part of the store"),
        ("../" + tmp_path.name + "/events/x.ics", "is a part of the store"),
    ]  # fmt: skip
    for target, told in refused:
        ran = run("deadlines", "--ics", target, cwd=tmp_path)
        assert ran.code == 2 and told in said(ran), ran
    assert "is a part of the store" in said(run("chronology", "suit", "-o", "events/suit.md", cwd=tmp_path))
    assert (tmp_path / "events" / "cases" / "suit.jsonl").read_bytes() == before
    assert "leave the clocks out" in said(run("deadlines", "--ics", "x.ics", "--known-by", "2025-01-01", cwd=tmp_path))


def test_a_file_has_one_name_wherever_it_is_written_from(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("deadline", "suit", "slip", "--due", "2025-12-01", cwd=tmp_path)
    ok("retract", "suit#4", "--reason", "typo", cwd=tmp_path)
    (tmp_path / "a").mkdir()
    ok("deadlines", "--ics", "team.ics", cwd=tmp_path)
    ok("deadlines", "--ics", "../team.ics", cwd=tmp_path / "a")
    ok("deadlines", "--ics", str(tmp_path / "team.ics"), cwd=tmp_path)
    ok("deadlines", "--ics", "team.ics", cwd=tmp_path / "a")
    ok("correct", "suit#2", "--set", "date=2025-09-16", "--reason", "misread", cwd=tmp_path)
    moved = ok("deadline", "--recompute", cwd=tmp_path)
    assert [line.split()[0] for line in moved.split("\n") if "export it again" in line] == ["team.ics", "a/team.ics"]


def test_next_first_within_and_the_exit_code_for_cron(tmp_path: Path) -> None:
    suit(tmp_path)
    for name, day in (("late", "2025-09-10"), ("far", "2025-12-01"), ("near", "2025-09-25")):
        ok("deadline", "suit", name, "--due", day, cwd=tmp_path)
    rows = due(tmp_path)
    assert [(row["group"], row["name"]) for row in rows] == [("overdue", "late"), ("coming", "near"), ("coming", "far")]
    assert [row["name"] for row in due(tmp_path, "--within", "30d")] == ["late", "near"]
    late = run("deadlines", "--within", "30d", "--exit-code", "--on", "2025-09-20", cwd=tmp_path)
    assert late.code == 1 and "1 overdue and 1 due" in late.err and "near" in late.out
    ok("deadlines", "--within", "1d", "--exit-code", "--on", "2025-09-08", cwd=tmp_path)
    assert said(run("deadlines", "--within", "soon", cwd=tmp_path)).startswith("Invalid value for --within")
    assert "'2025-09' is not one day" in said(run("deadlines", "--on", "2025-09", cwd=tmp_path))


def test_orders_and_hearings_are_in_it_too(tmp_path: Path) -> None:
    order: dict[str, Any] = {"amount": "5 CNY", "due_terms": "within 10 days"}
    suit(tmp_path, ("hearing.scheduled", {"set_for": "2025-10-13", "purpose": "argument"}), ("order.made", order),
         ("order.made", {"act": "publish an apology", "due": "2025-09-30"}))  # fmt: skip
    rows = due(tmp_path)
    assert [(row["group"], row["what"]) for row in rows] == [
        ("coming", "publish an apology"), ("coming", "hearing for argument"), ("waiting", "5 CNY, within 10 days")
    ]  # fmt: skip
    assert rows[2]["state"] == "no deadline is set: tracker deadline suit NAME --concerns suit#3"
    ok("deadline", "suit", "pay", "--due", "2025-10-01", "--concerns", "suit#3", cwd=tmp_path)
    assert [row["name"] for row in due(tmp_path)] == ["order", "pay", "hearing"]
    past = rows_of(ok("deadlines", "--on", "2025-11-01", "--case", "suit", "--json", cwd=tmp_path), "json")
    assert [row["state"] for row in past if row["name"] == "hearing"] == [
        "its day has passed; whether it was held is not logged"
    ]


def test_each_says_who_has_to_do_it_what_it_cites_and_how_it_stands(tmp_path: Path) -> None:
    cites = [{"source": "s", "locator": "2"}, {"source": "s", "locator": "7", "does": "contradicts"}]
    order = {"amount": "1234567.50 CNY", "act": "publish it", "debtors": ["zoe", "abe"], "due_terms": "at once"}
    tracker = suit(tmp_path)
    for name in ("zoe", "abe"):  # in the order in which they are named, and by their names
        ok("party", "add", name, "--name", f"The {name.title()}, Ltd.", "--what", "company", cwd=tmp_path)
    ok("source", "add", "s", "--title", "S", "--publisher", "P", cwd=tmp_path)
    said_of_it: tuple[Said, ...] = (
        ("hearing.scheduled", {"set_for": "2025-10-13", "court": "zoe"}),
        ("hearing.postponed", {"set_for": "2025-10-13", "reason": "ill", "citations": cites}),
        ("order.made", order | {"due": "2025-10-02", "citations": cites}),
        ("order.made", {"act": "apologise", "due": "../2025-09-30"}),
        ("deadline.set", {"deadline": "pay", "due": "2025-10-01", "parties": ["zoe", "abe"], "citations": cites}),
        ("deadline.set", {"deadline": "once", "due": "2025-09/2025-10"}),
    )
    tracker.append([entry(kind, data, log="cases/suit") for kind, data in said_of_it], STAMP)
    rows = {row["ref"]: row for row in due(tmp_path)}
    told = {ref: (row["group"], row["what"], row["who"], row["state"], row["pinpoints"]) for ref, row in rows.items()}
    pinned, both = "s ¶2; contradicted by ¶7", "The Zoe, Ltd., The Abe, Ltd."
    assert told == {
        "suit#3": ("done", "hearing", "The Zoe, Ltd.", "postponed to a day not set", pinned),
        "suit#4": ("coming", "1,234,567.50 CNY and publish it, at once", both, "open", pinned),
        "suit#5": ("overdue", "apologise", "", "perhaps overdue", ""),
        "suit#6": ("coming", "pay", both, "open", pinned),
        "suit#7": ("overdue", "once", "", "perhaps overdue: safe only until 2025-09-01", ""),
    }
    assert rows["suit#5"]["earliest"] == "" and list(rows) == ["suit#5", "suit#7", "suit#6", "suit#4", "suit#3"]
    assert len(agenda(tracker.read(), on="2025-09-20", done=False, within=11)) == 3
    assert [row.ref for row in agenda(tracker.read(), ["suit"], on="2025-09-20", within=11)][-1] == "suit#3"


WRONG = [
    (("--rule", "moon"), "There is no rule 'moon'"),
    (("--rule", "cn-as-agreed", "--from", "suit#2"), "leaves the period to the court or the contract"),
    (("--rule", "cn-as-agreed", "--period", "-5d", "--from", "suit#2"), "'-5d' is no period"),
    (("--rule", "cn-as-agreed", "--period", "500y", "--from", "suit#2"), "longer than a century"),
    (("--rule", "cn-as-agreed", "--period", "5d"), "say with --from which event that is"),
    (("--rule", "cn-as-agreed", "--period", "5d", "--from", "no.such"), "There is no event type 'no.such'"),
    (("--rule", "cn-as-agreed", "--period", "5d", "--from", "suit#99"), "is no event of this case"),
    (("--rule", "us-answer", "--served-by", "pigeon"), "adds no days for service by 'pigeon', but for no way of"),
    (("--rule", "us-answer", "--due", "2025-01-01"), "either a --rule with its trigger (--from), or a day (--due)"),
    ((), "either a --rule with its trigger (--from), or a day (--due)"),
    (("--due", "2025-02-30"), "is no date: 2025-02 has 28 days"),
    (("--due", "2025-01-01", "--party", "nobody"), "there is no party 'nobody'"),
    (("--due", "2025-01-01", "--concerns", "suit#77"), "is no event of this case"),
    (("--due", "2025-01-01", "--cite", "nothing:1"), "there is no source 'nothing'"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "told"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_set_is_told_in_one_sentence(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    tracker = suit(tmp_path, SERVED)
    ran = run("deadline", "suit", "appeal", *args, cwd=tmp_path)
    assert ran.code == 2 and told in said(ran)
    assert len(list(tracker.events("cases/suit"))) == 2


def test_other_wrong_uses(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    assert "cannot name a deadline" in said(run("deadline", "suit", "An Appeal", "--due", "2025-01-01", cwd=tmp_path))
    ok("deadline", "suit", "appeal", "--due", "2025-01-01", cwd=tmp_path)
    assert "there is a deadline 'appeal' already" in said(
        run("deadline", "suit", "appeal", "--due", "2025-01-02", cwd=tmp_path)
    )
    unknown = said(run("log", "suit", "deadline.met", "--deadline", "apeal", cwd=tmp_path))
    assert "there is no deadline 'apeal' in this case (did you mean appeal?)" in unknown
    assert "CASE and NAME are missing" in said(run("deadline", cwd=tmp_path))
    assert "NAME is missing" in said(run("deadline", "suit", cwd=tmp_path))
    assert "--due does not go with --recompute" in said(
        run("deadline", "suit", "--recompute", "--due", "2025-01-01", cwd=tmp_path)
    )
    assert "There is no deadline 'x'" in said(run("deadline", "suit", "x", "--recompute", cwd=tmp_path))
    assert "--alarm goes with --ics FILE" in said(run("deadlines", "--alarm", "7d", cwd=tmp_path))


def test_a_trigger_in_the_future_is_told(tmp_path: Path) -> None:
    suit(tmp_path, ("hearing.scheduled", {"set_for": "2029-03-01"}))
    told = ok("deadline", "suit", "motion", "--rule", "us-motion-before-hearing", cwd=tmp_path)
    assert "due 2029-02-15" in told and "the trigger lies ahead: it is dated 2029-03-01" in told


def test_sheets_and_batches_set_deadlines_and_may_be_logged_twice(tmp_path: Path) -> None:
    sheet = """
[sheet]
name = "s"
[[case]]
case = "suit"
kind = "lawsuit"
title = "A v. B"
[[event]]
case = "suit"
type = "document.served"
name = "served"
document = "judgment"
date = "2025-09-13"
[[event]]
case = "suit"
type = "deadline.set"
name = "appeal"
deadline = "appeal"
rule = "cn-appeal-judgment"
trigger = "s/event/suit/document.served/served"
[[event]]
case = "suit"
type = "deadline.met"
name = "met"
deadline = "appeal"
done = "s/event/suit/document.served/served"
"""
    tracker = store(tmp_path)
    (tmp_path / "s.toml").write_text(sheet)
    assert len(tracker.log_sheet(tmp_path / "s.toml", STAMP).new) == 4
    assert due(tmp_path)[0]["due"] == "2025-09-28"
    again = tracker.log_sheet(tmp_path / "s.toml", STAMP)
    assert again.new == () and again.contradictions == ()
    (tmp_path / "s.toml").write_text(sheet.replace('"cn-appeal-judgment"', '"cn-appeal-ruling"'))
    [changed] = tracker.log_sheet(tmp_path / "s.toml", STAMP).contradictions
    assert changed.fields == ("rule",)
    line = {
        "case": "suit",
        "type": "deadline.set",
        "data": {"deadline": "b", "rule": "cn-appeal-ruling", "trigger": "suit#2"},
    }
    batch = json.dumps(line).encode()
    assert ok("log", "--batch", "-", cwd=tmp_path, stdin=batch) == "1 logged, 0 already recorded.\n"
    assert ok("log", "--batch", "-", cwd=tmp_path, stdin=batch) == "0 logged, 1 already recorded.\n"
    with pytest.raises(Mistakes, match="There is no rule 'x'"):
        tracker.append([entry("deadline.set", {"deadline": "c", "rule": "x"}, log="cases/suit")], STAMP)


def deadlines(*events: Said) -> tuple[Deadline, ...]:
    return folded(opened(), *events).deadlines


RESULT = [{"since": "2025-09-13", "due": "2025-09-28", "steps": ["day 15"]}]


def test_the_fold_takes_results_as_they_were_logged() -> None:
    [one] = deadlines(
        ("deadline.set", {"deadline": "d", "rule": "a-rule-nobody-knows", "results": RESULT, "trigger": ID(9)})
    )
    assert (one.dues, one.status, one.is_stale) == (("2025-09-28",), "open", True), "its trigger is not in the log"
    [hand] = deadlines(("deadline.set", {"deadline": "d", "due": "2025-10"}))
    assert (hand.dues, hand.status, hand.is_stale, hand.waits_for) == (("2025-10",), "open", False, None)
    [bare] = deadlines(("deadline.set", {"deadline": "d"}))
    assert (bare.status, bare.waits_for) == ("waiting", "a day, which is not stated")


def test_the_first_setting_counts_and_foreign_logs_are_doubted() -> None:
    twice = folded(opened(), ("deadline.set", {"deadline": "d", "due": "2025-10-01"}),
                   ("deadline.set", {"deadline": "d", "due": "2025-11-01"}))  # fmt: skip
    assert twice.deadlines[0].dues == ("2025-10-01",) and codes(twice) == ["set-twice"]
    assert codes(folded(opened(), ("deadline.met", {"deadline": "d"}))) == ["unknown-deadline"]


def test_views_by_known_day_have_the_deadlines_of_that_day(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    ok("source", "add", "gazette", "--published", "2025-09-15", cwd=tmp_path)
    ok("deadline", "suit", "cited", "--due", "2025-10-01", "--cite", "gazette:3", cwd=tmp_path)
    ok("log", "suit", "note.added", "--note", "n", "--cite", "gazette:4", cwd=tmp_path)
    assert [row["name"] for row in due(tmp_path, "--known-by", "2025-09-15")] == ["cited"]
    assert len(due(tmp_path, "--recorded-by", today())) == 2


def test_diff_tells_a_move(tmp_path: Path) -> None:
    suit(tmp_path, SERVED)
    ok("deadline", "suit", "appeal", "--rule", "cn-appeal-judgment", cwd=tmp_path)
    rows = rows_of(
        ok("diff", "--recorded-by", "2026-11-23T06:30", "--and", "2099-01-01", "--json", cwd=tmp_path), "json"
    )
    assert [(row["change"], row["what"], row["after"]) for row in rows] == [
        ("new", "deadline appeal", "2025-09-28 (open)")
    ]
