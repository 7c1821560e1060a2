"""Three clocks: a view shows what a store would that never held what came later, and says what only doubt lets in."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers import EXAMPLES, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from logged import IDS, Line, events
from running import ok, run, run_several, said, started

from tracker import dates, pages, queries
from tracker.app import Tracker
from tracker.canonical import encode
from tracker.clocks import moment, seen
from tracker.documents import markdown
from tracker.documents.chronology import chronology
from tracker.envelope import Event
from tracker.errors import BadDate
from tracker.projections.build import project_events
from tracker.view import Unsure, View

ROOT = Path(__file__).parent.parent
Logs = dict[str, list[Line]]

DAYS = [f"2025-11-{day:02d}" for day in range(1, 9)]
SOURCES = {"one": "2025-11-02", "two": "2025-11-05", "later": "2025-11-04/2025-11-07", "undated": None}
WHENS = (None, "2025-11-03", "2025-11-06", "2025-11-02/2025-11-06", "../2025-11-04", "2025-11-05~")


def made(lines: Logs) -> dict[str, list[Event]]:
    return {log: events(several, log) for log, several in lines.items()}


def cited(*sources: str) -> dict[str, Any]:
    return {"citations": [{"source": source} for source in sources]} if sources else {}


@st.composite
def stores(draw: Any) -> Logs:
    """Registers and two cases; every line logged on some day, never before the line that stands above it."""
    number = iter(range(len(IDS)))
    lines: Logs = {"sources": [], "parties": [], "cases/a": [], "cases/b": []}
    names = st.lists(st.sampled_from(sorted(SOURCES)), max_size=2, unique=True)

    def log(name: str, event_type: str, data: dict[str, Any]) -> str:
        day = draw(st.sampled_from(DAYS))
        day = max(day, lines[name][-1].time[:10]) if lines[name] else day
        lines[name].append(Line(IDS[next(number)], event_type, data, f"{day}T12:00:00.000Z"))
        return lines[name][-1].id

    for source, day in SOURCES.items():
        log("sources", "source.added", {"source": source} | ({"published": day} if day else {}))
    for party in ("li", "shop"):
        log("parties", "party.added", {"party": party, "name": party, "what": "person"} | cited(*draw(names)))
    log("parties", "party.related", {"party": "li", "relation": "of", "other": "shop"} | cited(*draw(names)))
    for case in ("cases/a", "cases/b"):
        log(case, "case.opened", {"kind": "lawsuit", "title": case} | cited(*draw(names)))
        ids = []
        for _ in range(draw(st.integers(0, 4))):
            data: dict[str, Any] = {"date": when} if (when := draw(st.sampled_from(WHENS))) else {}
            name, own = draw(st.sampled_from(KINDS_OF_EVENTS))
            ids.append(log(case, name, own | data | cited(*draw(names))))
            if draw(st.booleans()):
                name, own = draw(st.sampled_from(AMENDMENTS))
                ids.append(log(case, name, {"of": draw(st.sampled_from(ids))} | own | cited(*draw(names))))
    return lines


KINDS_OF_EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("statement.made", {"speaker": "li", "gist": "no"}), ("suit.filed", {"plaintiffs": ["li"], "defendants": ["shop"]}),
    ("party.joined", {"party": "li", "role": "plaintiff"}), ("judgment.given", {}), ("hearing.held", {}),
    ("figure.stated", {"what": "price", "value": "5", "unit": "CNY"}),
)  # fmt: skip
AMENDMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("retraction.made", {"reason": "r"}), ("correction.made", {"field": "summary", "value": "x", "reason": "r"}),
    ("dispute.raised", {"field": "date", "value": "2025-11-01", "claimant": "shop"}),
    ("dispute.settled", {"field": "date", "value": "2025-11-01", "reason": "r"}),
)  # fmt: skip


def shown(logs: Mapping[str, list[Event]]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a projection, but for how far the logs had come."""
    with closing(project_events(logs)) as db:
        return {name: rows for name, rows in tables(db).items() if name != "heads"}


def known_day(line: Line) -> str:
    """Rule 9, by hand: the earliest publication among the sources cited, else the day it was logged."""
    data = line.data
    names = [data["source"]] if line.type == "source.added" else [each["source"] for each in data.get("citations", ())]
    days = [dates.parse(day).earliest for name in names if (day := SOURCES[name])]
    return min(days, default=line.time[:10])


def left_by(lines: Logs, day: str) -> dict[str, list[str]]:
    """The ids that are left when whoever knew nothing but what was known by a day takes the later ones out by hand."""
    kept: dict[str, list[str]] = {}
    for log in ("cases/a", "cases/b"):
        inside: list[str] = []
        for line in lines[log]:
            by_then = known_day(line) <= day and ("of" not in line.data or line.data["of"] in inside)
            inside += [line.id] if by_then or line.type == "case.opened" else []
        told = [line for line in lines[log] if line.id in inside]
        if any(line.type in TOLD for line in told):
            kept[log] = inside
    while True:
        texts = repr([as_known(line, day) for log, ids in kept.items() for line in lines[log] if line.id in ids])
        more = {name: [line.id for line in lines[name] if known_day(line) <= day or introduces(line) in texts]
                for name in ("sources", "parties")}  # fmt: skip
        if kept == (kept := kept | {name: ids for name, ids in more.items() if ids}):
            return kept


def as_known(line: Line, day: str) -> dict[str, Any]:
    """The data of a line without what came out after a day: later citations, and what else a name brought with it."""
    data = {**line.data}
    if known_day(line) > day and line.type == "case.opened":
        data = {"kind": data["kind"], "title": "ab"[line.data["title"] == "cases/b"]}
    if known_day(line) > day and line.type == "party.added":
        data = {name: data[name] for name in ("party", "name", "what", "pseudonym") if name in data}
    if cites := [each for each in data.pop("citations", ()) if (SOURCES[each["source"]] or "")[:10] <= day]:
        data["citations"] = cites
    return data


def introduces(line: Line) -> str:
    """A name that a line of a register brings in, in the quotes in which it stands wherever it is used."""
    brought = {"source.added": "source", "party.added": "party"}.get(line.type)
    return repr(line.data[brought]) if brought else "nothing"


CASES = ("cases/a", "cases/b")
TOLD = {"statement.made", "suit.filed", "judgment.given", "hearing.held", "figure.stated"}


@given(stores(), st.sampled_from(["2025-10-31", *DAYS]))
@settings(max_examples=100, deadline=None)
def test_a_known_view_is_a_store_without_what_became_known_later(lines: Logs, day: str) -> None:
    logs = made(lines)
    kept, unsure = seen(logs, View(known_by=day))
    by_hand = left_by(lines, day)
    assert {log: [event.id for event in several] for log, several in kept.items()} == by_hand
    left = {
        log: [
            msgspec.structs.replace(event, data=msgspec.Raw(encode(as_known(line, day))))
            for event, line in zip(logs[log], lines[log], strict=True)
            if event.id in ids
        ]
        for log, ids in by_hand.items()
    }
    assert shown(kept) == shown(left)
    assert {each.ref for each in unsure} == {
        f"{log[6:]}#{number}" for log in ("cases/a", "cases/b") for number, line in enumerate(lines[log], 1)
        if line.id in by_hand.get(log, ()) and line.type in TOLD and surely_known(line) > day
    }  # fmt: skip


def surely_known(line: Line) -> str:
    days = [dates.parse(day).latest for each in line.data.get("citations", ()) if (day := SOURCES[each["source"]])]
    return min(days, default=line.time[:10])


@given(stores(), st.sampled_from(["2025-10-31", *DAYS]))
@settings(max_examples=100, deadline=None)
def test_a_recorded_view_is_the_store_as_it_then_stood(lines: Logs, day: str) -> None:
    """Positions, chains and all: each log is what it was, byte for byte."""
    kept, unsure = seen(made(lines), View(recorded_by=day))
    then = made({log: [line for line in several if line.time[:10] <= day] for log, several in lines.items()})
    then = {log: several for log, several in then.items() if several}
    assert kept == then and unsure == []
    assert shown(kept) == shown(then)


@given(stores(), st.sampled_from(DAYS), st.sampled_from(DAYS))
@settings(max_examples=100, deadline=None)
def test_all_clocks_together_leave_out_what_any_of_them_does(lines: Logs, one: str, other: str) -> None:
    logs, view = made(lines), View(since="2025-11-03", until="2025-11-05", known_by=one, recorded_by=other)
    kept, _ = seen(logs, view)
    then, _ = seen(logs, View(recorded_by=other))
    assert kept == seen(then, view._replace(recorded_by=None))[0]
    known, _ = seen(then, View(known_by=one))
    happened, _ = seen(known, View(since=view.since, until=view.until))
    of_cases = [[each for each in logs.items() if each[0] in CASES] for logs in (kept, happened)]
    assert of_cases[0] == of_cases[1]
    assert all(event.recordedtime[:10] <= other for several in kept.values() for event in several)


@pytest.mark.skipif(not (ROOT / "events").is_dir(), reason="the real logs are not in this copy")
@pytest.mark.parametrize("view", [View(known_by="2025-10-15"), View(until="2025-06-30"), View(undisputed=True)])
def test_a_view_of_a_case_needs_no_other_than_those_it_belongs_with(tmp_path: Path, view: View) -> None:
    shutil.copytree(ROOT / "events", tmp_path / "events")
    tracker = Tracker(tmp_path)
    whole, unsure = tracker.look(view)
    linked = 0
    for case in queries.case_names(whole):
        alone, unsure_alone = tracker.look(view, cases=[case])
        linked += len(queries.case_names(alone)) - 1
        assert told_of(alone, case) == told_of(whole, case)
        assert [each for each in unsure_alone if each in unsure] == unsure_alone
        alone.close()
    assert 0 < linked < len(queries.case_names(whole)) ** 2 / 2


def told_of(db: sqlite3.Connection, case: str) -> tuple[Any, ...]:
    """What reading commands show of a case."""
    document = chronology(db, [case])
    return (
        queries.status(db, [case], today="2026-01-01"), queries.timeline(db, [case], history=True),
        pages.case_page(db, case), queries.disputes(db, [case]), markdown.write(document),
    )  # fmt: skip


# When it happened


def dated(*whens: str | None) -> dict[str, list[Event]]:
    lines = [Line(IDS[0], "case.opened", {"kind": "topic", "title": "A"})]
    lines += [
        Line(IDS[n], "note.added", {"note": "n"} | ({"date": when} if when else {})) for n, when in enumerate(whens, 1)
    ]
    return made({"cases/a": lines})


SPANS = ("2025-11-20", "2025-11", "2025-11-01/2025-11-10", "../2025-11-15", "2025-11-25/..", None, "2025-12-01")


@pytest.mark.parametrize(
    ("since", "until", "inside", "doubtful"),
    [
        ("2025-11-20", None, (0, 1, 4, 6), (1,)),
        (None, "2025-11-20", (0, 1, 2, 3), (1,)),
        ("2025-11-20", "2025-11-20", (0, 1), (1,)),
        ("2025-11-10", "2025-11-15", (1, 2, 3), (1, 2, 3)),
        ("2025-11-01", "2025-11-30", (0, 1, 2, 3, 4), (3, 4)),
        ("2026", "2027", (4,), (4,)),
    ],
)
def test_since_and_until_go_by_bounds_and_tell_what_only_doubt_lets_in(
    since: str | None, until: str | None, inside: tuple[int, ...], doubtful: tuple[int, ...]
) -> None:
    kept, unsure = seen(dated(*SPANS), View(since=since, until=until))
    assert [event.position - 2 for event in kept["cases/a"] if event.type == "note.added"] == list(inside)
    assert unsure == [Unsure(f"a#{n + 2}", "happened", str(SPANS[n])) for n in sorted(doubtful, key=order_of)]


def order_of(number: int) -> tuple[str, str]:
    date = dates.parse(str(SPANS[number]))
    return date.earliest, date.latest


def test_a_disputed_day_is_in_by_any_of_its_values() -> None:
    lines = [Line(IDS[0], "case.opened", {"kind": "lawsuit", "title": "A"}),
             Line(IDS[1], "hearing.held", {"date": "2025-11-20"}),
             Line(IDS[2], "dispute.raised", {"of": IDS[1], "field": "date", "value": "2025-12-01"})]  # fmt: skip
    kept, unsure = seen(made({"cases/a": lines}), View(since="2025-12-01"))
    assert [event.position for event in kept["cases/a"]] == [1, 2, 3]
    assert unsure == [Unsure("a#2", "happened", "2025-11-20 or 2025-12-01")]


def test_amendments_of_what_is_left_out_are_left_out_with_what_amends_them() -> None:
    lines = [Line(IDS[0], "case.opened", {"kind": "lawsuit", "title": "A"}),
             Line(IDS[1], "hearing.held", {"date": "2025-11-20"}),
             Line(IDS[2], "hearing.held", {"date": "2025-12-20"})]  # fmt: skip
    chain = [Line(IDS[n], "retraction.made", {"of": IDS[n - 1 if n > 3 else 1], "reason": "r"}) for n in range(3, 100)]
    stray = Line("0198f3c4-6f00-7abc-8def-ffffffffffff", "retraction.made", {"of": IDS[0][:-1] + "f", "reason": "r"})
    kept, _ = seen(made({"cases/a": [*lines, *chain, stray]}), View(since="2025-12-01"))
    assert [event.position for event in kept["cases/a"]] == [1, 3, 101], "what is astray in the record stays a problem"


def test_who_is_in_the_case_is_known_whatever_days_are_asked_for() -> None:
    lines = [Line(IDS[0], "case.opened", {"kind": "lawsuit", "title": "A"}),
             Line(IDS[1], "party.joined", {"party": "li", "role": "plaintiff"}),
             Line(IDS[2], "party.joined", {"party": "wu", "role": "plaintiff", "date": "2025-12-20"}),
             Line(IDS[3], "hearing.held", {"date": "2025-11-20"})]  # fmt: skip
    kept, _ = seen(made({"cases/a": lines}), View(until="2025-11-30"))
    assert [event.position for event in kept["cases/a"]] == [1, 2, 4]


# When it was logged, when it was known


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2025-11-20", "2025-11-20T23:59:59.999Z"),
        ("2025-11-20T09:30", "2025-11-20T09:30:59.999Z"),
        ("2025-11-20T09:30Z", "2025-11-20T09:30:59.999Z"),
        ("2025-11-20T09:30:05Z", "2025-11-20T09:30:05.999Z"),
        ("2025-11-20T09:30:05.123Z", "2025-11-20T09:30:05.123Z"),
        ("2025-11-20T09:30:05.1+08:00", "2025-11-20T01:30:05.199Z"),
        ("2025-11-20T01:30:00-08:00", "2025-11-20T09:30:00.999Z"),
    ],
)
def test_a_time_takes_in_the_whole_of_its_last_part(text: str, last: str) -> None:
    assert moment(text) == last


@pytest.mark.parametrize(
    "text", ["2025-11", "Tomorrow", "2025-11-20T", "2025-11-20T25:00Z", "2025-02-30", "2025-11-20T09:30.5Z", "T",
             "2025-11-20T09:30:00+99:00", "0001-01-01T00:00+08:00", "٢٠٢٥-11-20", "2025-11-20T09:30Z\n"]
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        seen({}, View(recorded_by=text))


def test_a_case_that_was_opened_is_there_though_nothing_has_happened_in_it() -> None:
    logs = made({"cases/a": [Line(IDS[0], "case.opened", {"kind": "topic", "title": "A"}, "2025-11-20T09:00:00.000Z")]})
    assert seen(logs, View(recorded_by="2025-11-20T09:00"))[0] == logs
    assert seen(logs, View(recorded_by="2025-11-20T08:59"))[0] == {}


def test_a_publication_day_that_was_corrected_is_the_one_that_counts() -> None:
    late = [Line(IDS[0], "source.added", {"source": "leida", "published": "2025-12-27"}),
            Line(IDS[1], "correction.made",
                 {"of": IDS[0], "field": "published", "value": "2025-11-27", "reason": "r"})]  # fmt: skip
    case = [Line(IDS[2], "case.opened", {"kind": "topic", "title": "A"}),
            Line(IDS[3], "note.added", {"note": "n"} | cited("leida"))]  # fmt: skip
    logs = made({"sources": late, "cases/a": case})
    with closing(project_events(seen(logs, View(known_by="2025-11-30"))[0])) as db:
        assert [(row.ref, row.known) for row in queries.timeline(db)] == [("a#2", "2025-11-27")]
    withdrawn = Line(IDS[4], "retraction.made", {"of": IDS[0], "reason": "never published"})
    logs = made({"sources": [*late, withdrawn], "cases/a": case})
    assert seen(logs, View(known_by="2025-11-30"))[0] == {}


def test_what_stands_in_a_view_is_introduced_in_it() -> None:
    """A relation known early between parties whose own entries cite something later raises no problem."""
    lines = {
        "sources": [Line(IDS[n], "source.added", {"source": name, "published": day})
                    for n, (name, day) in enumerate((("early", "2025-11-01"), ("late", "2025-12-01")))],
        "parties": [Line(IDS[2], "party.added", EXAMPLES["party.added"] | {"party": "li"} | cited("late")),
                    Line(IDS[3], "party.added", EXAMPLES["party.added"] | {"party": "shop"} | cited("late")),
                    Line(IDS[4], "party.related", {"party": "li", "relation": "of", "other": "shop"} | cited("early"))],
        "cases/a": [Line(IDS[5], "case.opened", {"kind": "lawsuit", "title": "A"}),
                    Line(IDS[6], "hearing.held", {"court": "li"} | cited("early")),
                    Line(IDS[7], "correction.made",
                         {"of": IDS[6], "field": "court", "value": "shop", "reason": "r"} | cited("early"))],
    }  # fmt: skip
    with closing(project_events(seen(made(lines), View(known_by="2025-11-15"))[0])) as db:
        assert [row for row in queries.problems(db) if row.code.startswith("unknown")] == []
        assert len(queries.relations_of(db, "li")) == 1


# The real store


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(ROOT / "events", root / "events", ignore=shutil.ignore_patterns(".*"))
    return root


@pytest.fixture(scope="module")
def september(real: Path) -> Iterator[sqlite3.Connection]:
    db, unsure = Tracker(real).look(View(known_by="2025-09-26"))
    assert unsure and {each.clock for each in unsure} == {"known"}
    with closing(db):
        yield db


def test_cases_nobody_had_heard_of_are_left_out(real: Path, september: sqlite3.Connection) -> None:
    names = set(queries.case_names(september))
    assert {"accounts-92", "su7-recall"} <= names
    assert not names & {"haikou-deposit", "anhui-crash", "chengdu-crash", "perforated-hood", "followers"}
    shown_ = ok("status", "--known-by", "26 Sep 2025", "--csv", cwd=real)
    assert {line.partition(",")[0] for line in shown_.splitlines()[1:]} == names
    assert "In this view only because a date is uncertain" in run("status", "--known-by", "2025-09-26", cwd=real).err


def test_no_fact_in_a_view_is_from_a_source_published_later(real: Path, september: sqlite3.Connection) -> None:
    for day in ("2025-09-26", "2025-10-25", "2025-11-19"):
        db = september if day == "2025-09-26" else Tracker(real).look(View(known_by=day))[0]
        published = {row["id"]: row["earliest"] for row in queries.rows(db, "sources")}
        sources = queries.citations(db)
        walked = 0
        for row in queries.rows(db, "developments"):
            if row["type"] == "case.opened":
                continue
            days = [published[each.source] for each in sources.get(row["ref"], ())]
            assert min(days, default=row["recorded_time"][:10]) <= day, row["ref"]
            walked += 1
        assert walked > 10
        assert [row for row in queries.problems(db) if row.code.startswith("unknown-")] == []


def test_every_reading_command_takes_the_clocks(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    ok("correct", "sources#1", "--set", "published=2025-11-15/2025-12", "--reason", "was left out", cwd=root)
    clock = ("--since", "2025-11", "--until", "Dec 2025", "--known-by", "2025-11-30", "--recorded-by", "today")
    verbs = [("status",), ("timeline",), ("show", "deposit"), ("search", "海口"), ("check",), ("chronology", "deposit")]
    for done in run_several([(*verb, *clock) for verb in verbs], cwd=root):
        assert (done.code, "No case yet" in done.out) == (0, False), done
    [shown_, before] = run_several([("timeline", *clock), ("timeline", "--recorded-by", "2020-01-01T00:00Z")], cwd=root)
    assert "海口" in shown_.out and "海口" not in before.out
    assert "deposit#3 (known 2025-11-15/2025-12)" in shown_.err
    for text in ("2025-13", "2025-11-20T99:00Z", "soon"):
        refused = run("timeline", "--recorded-by", text, cwd=root)
        assert (refused.code, "is no date" in said(refused)) == (2, True)


PUBLISHED = {
    "2025-09-26": {"xiaomi-online-attacks-2025-09"},
    "2025-10-21": {"xiaomi-online-attacks-2025-09", "fan-culture-2025-10"},
    "2025-11-19": {
        "xiaomi-online-attacks-2025-09", "fan-culture-2025-10", "leida-2025-11-19", "two-battles-2025-11",
    },
}  # fmt: skip
LATER = {
    "2025-09-26": ("Chengdu", "Haikou", "480", "39.14", "555"),
    "2025-10-21": ("Haikou", "Meilan", "39.14", "555.954", "108,796"),
    "2025-11-19": ("Haikou", "Meilan", "Qinhuai", "555,954", "699,000", "38.58"),
}
"""What only documents of a later day tell."""


ALL_SOURCES = PUBLISHED["2025-11-19"] | {"leida-2025-11-27"}


@pytest.mark.parametrize("day", PUBLISHED)
def test_no_view_of_a_day_tells_what_came_out_later(day: str) -> None:
    db, _ = Tracker(ROOT).look(View(known_by=day))
    with closing(db):
        cases = queries.case_names(db)
        assert cases
        told = {case: markdown.write(chronology(db, [case])).decode() for case in cases}
        for case in cases:
            rows = [*pages.case_page(db, case), *queries.timeline(db, [case])]
            told[case] += "\n".join(str(value) for row in rows for value in row)
        told["status"] = str(queries.status(db, [], today="2026-01-01"))
    for case, text in told.items():
        assert {name for name in ALL_SOURCES if name in text} <= PUBLISHED[day], case
        assert not [fact for fact in LATER[day] if fact in text], case
