"""Rule files: those that come with the program, a store's own, and every mistake, named by file and line."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from helpers import store
from running import ok, run, said

from tracker.deadlines.calendars import NAMES, calendar
from tracker.deadlines.rules import SHIPPED, read_rule, rules_of
from tracker.errors import Mistakes, UnknownName
from tracker.eventtypes import registry

GOOD = """
title = "Answer to a notice"
jurisdiction = "XX"
instrument = "Act on Notices"
trigger = "receipt of the notice"
on = ["document.served"]
calendar = "weekends"

[[version]]
in_force_from = 2020-01-01
period = 14
unit = "day"
last_day = "next working day"
law = "s. 3"
counting = "s. 4"
sure = "seen in one place"
places = ["the official journal"]

[[version.addition]]
served_by = "mail"
days = 2
law = "s. 5"
"""


@pytest.mark.parametrize("name", rules_of())
def test_a_shipped_rule_says_where_it_stands(name: str) -> None:
    rule = rules_of()[name]
    assert rule.calendar in NAMES and set(rule.on) <= registry().keys()
    for version in rule.versions:
        assert version.law and version.counting
        assert version.sure != "confirmed" or len(version.places) >= 2
        assert version.places or version.sure == "not confirmed"
    if rule.jurisdiction in ("CN", "US"):
        assert any(number in version.law for version in rule.versions for number in "123456789") or rule.is_as_ordered


def test_the_rules_that_were_promised_are_there() -> None:
    wanted = {
        "cn-appeal-judgment": "15 days", "cn-appeal-ruling": "10 days", "cn-defence": "15 days",
        "cn-jurisdiction-objection": "15 days", "cn-enforcement": "2 years", "cn-first-instance": "6 months",
        "cn-first-instance-simplified": "3 months", "cn-second-instance": "3 months",
        "cn-appeal-no-domicile": "30 days", "cn-defence-no-domicile": "30 days", "us-answer": "21 days",
        "us-answer-united-states": "60 days", "us-appeal": "30 days", "us-appeal-united-states": "60 days",
        "us-judgment-as-matter-of-law": "28 days", "us-new-trial": "28 days", "us-amend-judgment": "28 days",
        "us-relief-from-judgment": "1 year", "us-motion-before-hearing": "14 days",
    }  # fmt: skip
    assert {name: str(rules_of()[name].versions[-1].length) for name in wanted} == wanted
    assert all(
        rules_of()[name].is_as_ordered for name in ("cn-as-ordered", "cn-as-agreed", "us-as-ordered", "as-ordered")
    )
    before = {name: rules_of()[name].version_on(date(2009, 11, 30)) for name in ("us-answer", "us-new-trial")}
    assert {name: str(each.length) for name, each in before.items() if each} == {
        "us-answer": "20 days", "us-new-trial": "10 days"
    }  # fmt: skip


def test_every_rule_file_is_packed() -> None:
    import configparser

    setup = configparser.ConfigParser()
    setup.read(SHIPPED.parents[2] / "setup.cfg")
    assert "deadlines/rules/*.toml" in setup["options.package_data"]["tracker"]


def test_a_calendar_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="There is no calendar 'moon': there are cn, us-federal, weekends"):
        calendar("moon")


def faults(tmp_path: Path, text: str | bytes, name: str = "x-notice.toml") -> list[str]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Mistakes) as caught:
        read_rule(path, f"rules/{name}")
    assert str(caught.value).endswith("no rule was used.")
    return [str(mistake) for mistake in caught.value.mistakes]


def changed(line: str, to: str) -> str:
    assert line in GOOD
    return GOOD.replace(line, to, 1)


BROKEN = [
    (changed('trigger = "receipt of the notice"\n', ""),
     "toml, trigger: it is missing; a rule needs a trigger"),
    (changed("period = 14", "period = -14"),
     "rules/x-notice.toml, line 11, period: -14 is no period: a period has one unit at least"),
    (changed("period = 14", "period = 0"), "rules/x-notice.toml, line 11, period: 0 is no period"),
    (changed("period = 14", "period = 99999999"),
     "line 11, period: 99999999 is no period: it is longer than a century"),
    (changed("period = 14", 'period = "14"'), "line 11, period: it holds text, where a whole number or nothing"),
    (changed("period = 14\n", ""), "line 9, period: period and unit go together"),
    (changed('unit = "day"', 'unit = "fortnight"'),
     "line 12, unit: 'fortnight' is none of the words that it may hold; a period is a whole number"),
    (changed('last_day = "next working day"', 'last_day = "whenever"'),
     "line 13, last_day: 'whenever' is none of the words that it may hold; it is one of: next"),
    (changed('calendar = "weekends"', 'calendar = "moon"'),
     "line 7, calendar: there is no calendar 'moon'; there are cn, us-federal, weekends"),
    (changed("in_force_from = 2020-01-01", "in_force_from = 2020-13-01"), "line 10: it is not TOML"),
    (changed('law = "s. 3"\n', ""), "line 9, law: it is missing"),
    (changed('sure = "seen in one place"', 'sure = "confirmed"'),
     "line 17, places: what is confirmed was seen in two places or more"),
    (changed("days = 2", "days = 0"), "line 21, days: a whole number from 1 on belongs there"),
    (changed('title = "Answer', 'tilte = "Answer'), "line 2, tilte: there is no such key"),
    (GOOD + GOOD[GOOD.index("[[version]]"):],
     "line 24, in_force_from: the version of 2020-01-01 is still in force then"),
    (GOOD + '\n[[version.addition]]\nserved_by = "mail"\ndays = 3\nlaw = "s. 6"\n', "days are added twice for"),
    (changed('["the official journal"]', '["a", "a"]').replace('"seen in one place"', '"confirmed"'),
     "seen in two places or more"),
    (changed("[[version]]", "[[ version ]]  # now").replace("period = 14", "period = -1"),
     "line 11, period: -1 is no period"),
    (changed("period = 14", "period = 14\nin_force_until = 2019-01-01"),
     "line 12, in_force_until: it ends before it begins"),
    ("title = ", "line 1: it is not TOML"),
    (b"title = \"\xff\"", "rules/x-notice.toml: it is not TOML"),
    ("", "rules/x-notice.toml, title: it is missing"),
    ("#" * 300_000, "rules/x-notice.toml: it is larger than 262144 bytes, which is no rule"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=range(len(BROKEN)))
def test_a_mistake_in_a_rule_file_is_named_by_file_and_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    [fault] = faults(tmp_path, text)
    assert told in fault


def test_the_event_types_of_a_rule_have_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(changed("document.served", "nosuch.type"))
    with pytest.raises(Mistakes, match=r"rules/x.toml, line 6, on: there is no event type 'nosuch.type'"):
        read_rule(path, "rules/x.toml", types=registry())


def test_what_is_no_plain_file_is_never_read(tmp_path: Path) -> None:
    import os

    store(tmp_path, "suit")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.toml").mkdir()
    (tmp_path / "rules" / "b.toml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "rules" / "c.toml")
    ran = run("rules", cwd=tmp_path)
    assert ran.code == 1 and ran.err.count("it is no plain file") == 3


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert read_rule(tmp_path / "x.toml", "x.toml").name == "x"


def test_a_rule_needs_a_name_that_can_be_one(tmp_path: Path) -> None:
    assert "cannot name a rule" in faults(tmp_path, GOOD, "My Rule.toml")[0]
    assert "cannot be named 'try'" in faults(tmp_path, GOOD, "try.toml")[0]


def test_a_store_adds_rules_of_its_own(tmp_path: Path) -> None:
    store(tmp_path, "suit")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x-notice.toml").write_text(GOOD)
    rule = rules_of(tmp_path)["x-notice"]
    assert rule.is_own and str(rule.versions[0].length) == "14 days"
    told = ok("rules", "try", "x-notice", "--from", "2025-11-15", "--served-by", "mail", cwd=tmp_path)
    assert "due 2025-12-03" in told, "29 November is a Saturday: Monday 1 December, and two days"
    assert "x-notice" in ok("rules", "--csv", cwd=tmp_path)
    assert "x-notice.toml, of this store" in ok("rules", "x-notice", cwd=tmp_path)


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    store(tmp_path, "suit")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "us-answer.toml").write_text(GOOD)
    ran = run("rules", cwd=tmp_path)
    done = said(ran)
    assert ran.code == 1
    assert (
        "rules/us-answer.toml: there are two rules named 'us-answer', the other is us-answer.toml of the program"
        in done
    )
    assert "1 mistake; no rule was used." in done


def test_shipped_files_are_toml_with_nothing_beside_the_rule() -> None:
    for path in SHIPPED.iterdir():
        assert path.suffix == ".toml" and tomllib.loads(path.read_text(encoding="utf-8"))["version"]
