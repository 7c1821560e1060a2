"""Why: every line of every real case has its grounds, what would change a value does, and what rests on a source."""

import json
import shutil
from pathlib import Path

import pytest
from helpers import STAMP, entry
from running import ok, run, run_several, said

from tracker import queries, why
from tracker.app import Tracker

ROOT = Path(__file__).parent.parent
TODAY = "2025-12-01"
COLUMNS = ("kind", "title", "stage", "since", "last", "next", "problems", "known until", "developments")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(ROOT / "events", root / "events", ignore=shutil.ignore_patterns(".*"))
    return root


@pytest.fixture
def suit(tmp_path: Path) -> Tracker:
    """A suit with two sources of one publisher and one of another."""
    tracker = Tracker.init(tmp_path)
    register = [("one-a", "One"), ("one-b", "One"), ("two", "Two")]
    added = [
        entry("source.added", {"source": source, "title": source, "publisher": publisher}, log="sources")
        for source, publisher in register
    ]
    parties = [
        entry("party.added", {"party": party, "name": party.title(), "what": "company"}, log="parties")
        for party in ("buyer", "seller")
    ]
    opened = {"kind": "lawsuit", "title": "A v. B", "citations": [{"source": "one-a"}]}
    tracker.append([*added, *parties, entry("case.opened", opened)], STAMP)
    cited = [
        ("suit.filed", {"date": "2025-01-02", "plaintiffs": ["buyer"], "defendants": ["seller"]}, ["one-a", "two"]),
        ("hearing.held", {"date": "2025-02-03"}, ["one-a", "one-b"]),
        ("judgment.given", {"date": "2025-03-04", "instance": "first", "outcome": "granted"}, ["one-a"]),
        ("order.made", {"date": "2025-03-04", "debtors": ["seller"], "amount": "100 CNY"}, ["two"]),
        ("party.joined", {"party": "seller", "role": "defendant"}, ["one-a"]),
    ]
    for event_type, data, sources in cited:
        citations = [{"source": source, "locator": "3"} for source in sources]
        tracker.append([entry(event_type, {**data, "citations": citations})], STAMP)
    return tracker


def asked(tracker: Tracker, field: str = "") -> list[why.Reason]:
    return why.why(tracker.read(), "a", tracker.events, today=TODAY, field=field)


def changes(tracker: Tracker, field: str) -> list[str]:
    return [each.text for each in asked(tracker, field) if each.what == "would change"]


def amend(tracker: Tracker, position: int, event_type: str, **data: object) -> None:
    tracker.append([entry(event_type, {"of": tracker.target(f"a#{position}").id, **data})], STAMP)


def stage(tracker: Tracker) -> str:
    return queries.status(tracker.read(), ["a"], today=TODAY)[0].stage


def test_every_line_of_every_real_case_has_grounds(real):
    cases = Tracker(real).known().cases
    assert len(cases) >= 16
    asked = [(verb, case, "--json") for case in sorted(cases) for verb in ("show", "why")]
    told = [json.loads(ran.out) for ran in run_several(asked, cwd=real)]
    for lines, reasons in zip(told[::2], told[1::2], strict=True):
        grounds: dict[tuple[str, str], list[dict[str, str]]] = {}
        for each in reasons:
            grounds.setdefault((each["section"], each["item"]), []).append(each)
        for line in lines:
            several = [
                each
                for each in grounds[line["section"], line["item"]]
                if each["value"].partition(" [")[0] == line["value"].partition(" [")[0]
            ]
            events = {each["refs"] for each in several if each["what"] == "event"}
            assert events or any(each["what"] == "note" and "no event" in each["text"] for each in several), line
            assert set(filter(None, line["refs"].split(", "))) <= events, line
            assert any(each["what"] == "would change" for each in several), line
            cited = {each["source"] for each in several if each["what"] == "passage"}
            assert all(
                part.startswith("contradicted") or any(source in part for source in cited)
                for part in filter(None, line["pinpoints"].split("; "))
            )


def test_every_item_and_column_can_be_asked_for(real):
    lines = json.loads(ok("show", "haikou-deposit", "--json", cwd=real))
    fields = {name for line in lines for name in (line["section"], line["item"]) if name} | set(COLUMNS)
    for field, ran in zip(
        fields, run_several([("why", "haikou-deposit", each.upper()) for each in fields], cwd=real), strict=True
    ):
        assert ran.code == 0, field
        assert "Would change" in ran.out


@pytest.mark.parametrize("form", ["json", "nl", "csv", "tsv"])
@pytest.mark.parametrize("args", [("why", "followers", "followers", "lost"), ("why", "--source", "leida-2025-11-27")])
def test_every_form_has_the_same_rows(real, args, form):
    from running import rows_of

    rows = rows_of(ok(*args, f"--{form}", cwd=real), form)
    assert rows
    told = [row["value"] for row in rows_of(ok(*args, "--json", cwd=real), "json")]
    # TSV has no line breaks in a cell.
    assert [row["value"] for row in rows] == [each.replace("\n", " ") if form == "tsv" else each for each in told]


def test_tables_fit_the_terminal(real):
    for width in (80, 120):
        for args in (("why", "perforated-hood"), ("why", "--source", "leida-2025-11-27")):
            out = ok(*args, cwd=real, env={"COLUMNS": str(width)})
            assert max(map(len, out.splitlines())) <= width


def test_unknown_field_names_what_there_is(real):
    ran = run("why", "haikou-deposit", "plaintif", cwd=real)
    assert ran.code == 2
    assert "did you mean plaintiff" in said(ran)
    assert "Orders" in said(ran)
    for args in (
        ("why",),
        ("why", "no-such-case"),
        ("why", "--source", "nobody"),
        ("why", "x", "stage", "--source", "y"),
    ):
        assert run(*args, cwd=real).code == 2


def test_clocks_leave_out_what_was_not_known(real):
    rows = json.loads(ok("why", "haikou-deposit", "developments", "--until", "2024-07", "--json", cwd=real))
    assert rows
    assert all(row["date"] in (None, "../2024-07", "2024-07") for row in rows)


def test_striking_a_source_counts_a_publisher_once(suit):
    rows = why.strike(suit.read(), "one-a", suit.events, today=TODAY)
    told = {(row.section, row.item): row for row in rows}
    assert told["Judgments", "first instance"].effect == "falls"
    assert told["Hearings", "2025-02-03"].effect == "falls", "its other source is of the same publisher"
    assert told["Hearings", "2025-02-03"].dependent == "one-b"
    assert told["Parties", "plaintiff"].effect == "weakens"
    assert told["Parties", "defendant"].effect == "weakens", "the suit says so too, which another source tells of"
    assert told["Parties", "defendant"].remains == "two"
    assert told["Stage", "now"].value.endswith("without it 'filed'")
    assert {row.item: row.effect for row in rows if row.section == "Stage"} == {
        "now": "falls", "step 1": "weakens", "step 2": "falls", "step 3": "falls",
    }  # fmt: skip
    assert not any(row.section == "Orders" for row in rows)


def test_what_a_correction_cites_keeps_an_event_from_falling(suit):
    amend(suit, 4, "correction.made", field="outcome", value="refused", reason="misread", citations=[{"source": "two"}])
    rows = why.strike(suit.read(), "one-a", suit.events, today=TODAY)
    assert {row.effect for row in rows if row.section == "Judgments"} == {"weakens"}
    (row,) = why.strike(suit.read(), "two", suit.events, today=TODAY, cases=["a"])[:1]
    assert row.effect == "falls"
    amended = [row for row in why.strike(suit.read(), "two", suit.events, today=TODAY) if row.section == "Amendments"]
    assert [(row.item, row.effect, row.refs) for row in amended] == [("of a#4", "falls", "a#7")]


def test_every_real_event_that_cites_a_source_is_told_of(real):
    tracker = Tracker(real)
    db = tracker.read()
    for source in queries.known_names(db)[2]:
        rows = why.strike(db, source, tracker.events, today=TODAY)
        told = {ref for row in rows for ref in row.refs.split(", ")}
        supports = [
            ref
            for ref, several in queries.citations(db).items()
            for each in several
            if each == (source, each.locator, "supports") and not ref.startswith(("parties#", "sources#"))
        ]
        retracted = {row["target"] for row in queries.rows(db, "retractions")}
        assert {ref for ref in supports if not ref.endswith("#1")} - retracted <= told


def test_amendments_and_all_claims_are_grounds(suit):
    amend(suit, 5, "correction.made", field="amount", value="200 CNY", reason="misprint")
    amend(
        suit,
        4,
        "dispute.raised",
        field="date",
        value="2025-03-09",
        claimant="seller",
        citations=[{"source": "two", "locator": "8"}],
    )
    order = {each.what: each for each in asked(suit, "Orders")}
    assert (order["corrected"].refs, order["corrected"].text) == ("a#7", "amount was 100 CNY, is 200 CNY: misprint")
    assert "retracting a#7, the correction, would bring back amount 100 CNY" in changes(suit, "orders")
    judgment = asked(suit, "judgments")
    assert [each.text for each in judgment if each.what == "claimed"] == [
        "2025-03-04 (as first logged)", "2025-03-09, as Seller says",
    ]  # fmt: skip
    assert ("a#8", "two", "8") in [
        (each.refs, each.source, each.locator) for each in judgment if each.what == "passage"
    ]
    assert "settling the open dispute over date of a#4: 2025-03-04 or 2025-03-09" in changes(suit, "judgments")
    amend(suit, 4, "dispute.settled", field="date", value="2025-03-09", reason="the file says so")
    settled = next(each for each in asked(suit, "judgments") if each.what == "settled")
    assert (settled.refs, settled.text) == ("a#9", "date: 2025-03-09: the file says so")
    amend(suit, 7, "retraction.made", reason="it was right")
    assert "100 CNY" in asked(suit, "orders")[0].item
    assert next(each for each in asked(suit, "orders") if each.what == "set aside").refs == "a#7"


def test_a_passage_that_contradicts_carries_nothing(suit):
    against = [{"source": "two"}, {"source": "one-a", "locator": "9", "does": "contradicts"}]
    suit.append([entry("figure.stated", {"what": "loss", "value": "5", "unit": "cars", "citations": against})], STAMP)
    assert [each.does for each in asked(suit, "loss") if each.what == "passage"] == ["supports", "contradicts"]
    assert "striking source two, the only one" in changes(suit, "loss")
    assert not any(row.section == "Figures" for row in why.strike(suit.read(), "one-a", suit.events, today=TODAY))


def test_roles_name_who_the_party_is_and_every_event_that_gives_them(suit):
    several = asked(suit, "defendant")
    assert [each.refs for each in several if each.what == "event"] == ["a#2", "a#6"]
    assert [(each.refs, each.text) for each in several if each.what == "also"] == [("parties#2", "Party added: Seller")]
    assert "correcting a#2 (defendants)" in changes(suit, "defendant")
    assert "retracting a#2, which would leave it to a#6" in changes(suit, "defendant")


def test_a_hearing_names_every_event_of_its_day(suit):
    suit.append([entry("hearing.scheduled", {"set_for": "2025-02-03", "date": "2025-01-20"})], STAMP)
    assert [each.refs for each in asked(suit, "hearings") if each.what == "event"] == ["a#3", "a#7"]
    assert "retracting a#3, which would leave it to a#7" in changes(suit, "hearings")


def test_known_until_names_the_developments_that_were_known_last(suit):
    suit.append(
        [entry("source.added", {"source": "late", "title": "L", "published": "2030-01-02"}, log="sources")], STAMP
    )
    suit.append([entry("note.added", {"note": "late", "citations": [{"source": "late"}]})], STAMP)
    assert [each.refs for each in asked(suit, "known until") if each.what == "event"] == ["a#7"]
    assert len([each for each in asked(suit, "developments") if each.what == "event" and each.section == "Status"]) == 5


def test_a_source_that_stands_alone_is_named(suit):
    assert "striking source one-a, the only one" in changes(suit, "judgments")
    assert "striking source one-a or one-b, all of one publisher (One)" in changes(suit, "hearings")
    assert not any("striking" in each for each in changes(suit, "plaintiff"))


def test_what_is_said_of_the_stage_comes_true(suit):
    assert stage(suit) == "first-instance judgment"
    told = changes(suit, "stage")
    assert "appeal.filed would take it to 'on appeal'" in told
    assert "retracting a#4 would take it back to 'heard'" in told
    assert any(each.startswith("retracting a#3 would leave it at 'first-instance judgment'") for each in told)
    amend(suit, 4, "retraction.made", reason="another case")
    assert stage(suit) == "heard"
    assert (
        "judgment.given (instance first or not stated or retrial) would take it to 'first-instance judgment'"
        in changes(suit, "now")
    )
    suit.append([entry("judgment.given", {"date": "2025-04", "instance": "first"})], STAMP)
    suit.append([entry("appeal.filed", {"date": "2025-05"})], STAMP)
    assert stage(suit) == "on appeal"


def test_re_dating_does_what_is_said(suit):
    amend(suit, 4, "retraction.made", reason="another case")
    suit.append([entry("hearing.scheduled", {"set_for": "2025-02-03", "date": "2025-01-20"})], STAMP)
    assert stage(suit) == "heard"
    (told,) = (each for each in changes(suit, "now") if each.startswith("re-dating a#8"))
    assert told == "re-dating a#8 (now 2025-01-20) to after every other event would take it back to 'hearing set'"
    amend(suit, 8, "correction.made", field="date", value="2025-06", reason="misread")
    assert stage(suit) == "hearing set"


def test_what_is_not_stated_says_what_would_state_it(suit):
    assert changes(suit, "whether anybody appealed") == ["appeal.filed would state it"]
    assert changes(suit, "docket number") == ["correcting the docket of a#1 would state it"]
    amend(suit, 1, "correction.made", field="docket", value="(2025) 1", reason="found")
    assert "docket number" not in {each.item for each in asked(suit, "not stated")}


def test_a_case_without_developments_has_grounds(tmp_path):
    tracker = Tracker.init(tmp_path)
    tracker.append([entry("case.opened", {"kind": "topic", "title": "A"})], STAMP)
    reasons = asked(tracker)
    for item in ("now", "last", "next", "developments", "known until"):
        assert any(each.item == item and each.what in ("event", "note") for each in reasons), item
