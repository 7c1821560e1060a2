"""Amendments: what was said first stays, what holds now does not depend on the order of logging, nothing disappears."""

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers import EXAMPLES, STAMP, codes, entry, note, opened, store
from hypothesis import given, settings
from hypothesis import strategies as st
from logged import IDS, Line, at, events
from running import images, ok, run, run_several, said, started
from test_case import state

from tracker import queries
from tracker.amendments import Standing, standings, unfit
from tracker.app import Tracker
from tracker.case import Case, fold
from tracker.errors import Mistakes
from tracker.eventtypes import registry
from tracker.eventtypes.amendments import Amendment
from tracker.eventtypes.base import Field, fields_of
from tracker.pages import party_page
from tracker.projections.build import project_events
from tracker.registers import fold_parties, fold_sources

HELD = ("hearing.held", {"date": "2025-11-20", "court": "court", "purpose": "argument"})
ORDER = ("order.made", {"date": "2025-11-27", "debtors": ["shop"], "creditors": ["ms-li"], "amount": "10000 CNY"})
FIGURE = ("figure.stated", {"date": "2025-11-27", "what": "price", "value": "5", "unit": "CNY"})
SUIT = ("suit.filed", {"date": "2025-05", "plaintiffs": ["ms-li"], "defendants": ["shop"]})
DEVELOPMENTS = (HELD, ORDER, FIGURE, SUIT, ("party.joined", {"party": "ms-li", "role": "third party"}),
                ("hearing.scheduled", {"set_for": "2025-11-20", "date": "2025-11-01"}))  # fmt: skip
VALUES: tuple[tuple[str, Any], ...] = (
    ("date", "2025-11-21"), ("date", "2025-11-20/2025-11-22"), ("date", None), ("date", "never"), ("amount", "5 CNY"),
    ("amount", 5), ("purpose", "cross-examination"), ("purpose", None), ("value", "7.5"), ("value", None),
    ("plaintiffs", ["mr-wu", "ms-li"]), ("plaintiffs", []), ("defendants", []), ("set_for", "2025-11-25"),
    ("happened", False), ("happened", True), ("happened", "maybe"), ("reason", "another"), ("field", "date"),
    ("title", "Another title"), ("kind", "recall"), ("of", IDS[1]), ("citations", ["x"]), ("no_such_field", "x"),
)  # fmt: skip


def amends(what: str, number: int, of: str, at_: str, /, **data: Any) -> Line:
    """An amendment of some sort; a correction, dispute or settlement needs ``field`` and ``value``."""
    name = {"correct": "correction.made", "retract": "retraction.made"}.get(what, f"dispute.{what}")
    reason = {} if what == "raised" else {"reason": f"reason {number}"}
    return Line(IDS[number], name, {"of": of} | reason | data, at_)


@st.composite
def histories(draw: Any) -> list[Line]:
    """A case with some developments, and amendments of any of them, of each other, of nothing, fit and unfit."""
    first = draw(st.lists(st.sampled_from(DEVELOPMENTS), min_size=1, max_size=4, unique_by=lambda said_: said_[0]))
    lines = [Line(IDS[0], *opened(), at(0))]
    lines += [Line(IDS[n], name, data, at(n)) for n, (name, data) in enumerate(first, 1)]
    count = draw(st.integers(1, 8))
    whole = len(lines) + count
    for number in range(len(lines), whole):
        of = IDS[draw(st.integers(0, whole))]  # the last one is in no log, and a later one may make a circle
        what = draw(st.sampled_from(["correct", "retract", "raised", "raised", "settled", "settled"]))
        field, value = draw(st.sampled_from(VALUES))
        data = {} if what == "retract" else {"field": field, "value": value}
        lines.append(amends(what, number, of, at(draw(st.integers(0, 12))), **data))
    return lines


def standing_by_id(case: Case) -> dict[str, Any]:
    """How every event of a case stands, with the ids of events in the place of their numbers."""
    ids = {each.position: each.event.id for each in case.entries}

    def told(standing: Standing) -> Any:
        corrections = [each._replace(position=0) for each in standing.corrections]
        by = [ids[each.position] for each in standing.corrections]
        disputes = [
            (each.field, [(ids[claim.position], *claim._replace(position=0)) for claim in each.claims],
             each.settled and (ids[each.settled.position], *each.settled._replace(position=0)))
            for each in standing.disputes
        ]  # fmt: skip
        retracted = standing.retracted_by and ids[standing.retracted_by]
        return standing.data, standing.status, corrections, by, disputes, retracted, standing.reason

    return {each.event.id: (each.when, told(each.standing)) for each in case.entries if each.standing}


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_order_of_logging_is_nothing_to_what_holds(lines: list[Line], chance: random.Random) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)
    one, two = fold("a", events(lines)), fold("a", events(shuffled))
    assert standing_by_id(one) == standing_by_id(two)
    assert state(one) == state(two)


@given(histories())
@settings(max_examples=150, deadline=None)
def test_nothing_that_was_logged_disappears_from_the_history(lines: list[Line]) -> None:
    logged = events(lines)
    case = fold("a", logged)
    with closing(project_events({"cases/a": logged})) as db:
        rows = {row.ref: row for row in queries.timeline(db, history=True)}
        kept = {row["ref"]: row["data"] for row in queries.rows(db, "developments")}
        problems = {row.ref for row in queries.problems(db)}
    assert kept == {f"a#{event.position}": bytes(event.data).decode() for event in logged}
    assert rows.keys() == {f"a#{each.position}" for each in case.entries if each.in_timeline}
    for each in case.entries:
        if each.in_timeline and each.standing:
            shown = rows[f"a#{each.position}"].amended
            for amendment in (*each.standing.corrections, *(d.settled for d in each.standing.disputes if d.settled)):
                assert getattr(amendment, "reason", "") or f"a#{amendment.position}" in shown
            assert all(f"{correction.field} ~~" in shown for correction in each.standing.corrections)
            assert (f"retracted by a#{each.standing.retracted_by}" in shown) == (each.standing.status == "retracted")
            assert all(f"{dispute.field} " in shown for dispute in each.standing.disputes)
    # whatever amends is in force, is amended away itself, or is a problem
    in_force = {n for each in case.entries if each.standing for n in numbers(each.standing)}
    for each in case.entries:
        if isinstance(each.data, Amendment) and each.standing and each.position not in in_force:
            assert f"a#{each.position}" in problems or each.standing.retracted_by or overtaken(case, each.position)


def numbers(standing: Standing) -> set[int]:
    """The amendments that a standing shows."""
    claims = {claim.position for dispute in standing.disputes for claim in dispute.claims}
    settled = {dispute.settled.position for dispute in standing.disputes if dispute.settled}
    return claims | settled | {each.position for each in standing.corrections} | {standing.retracted_by or 0}


def overtaken(case: Case, position: int) -> bool:
    """Whether an amendment said something to which a later one said otherwise: retracted, settled, or happened."""
    [amendment] = [each for each in case.entries if each.position == position]
    return amendment.event.type in ("retraction.made", "dispute.settled") or (
        getattr(amendment.data, "field", None) == "happened"
    )


# What an amendment does


def after(*lines: Line, first: Sequence[Any] = (opened(), HELD)) -> Case:
    """A case that begins with some events, in the first minutes, and then has these lines."""
    begun = [Line(IDS[n], name, data, at(n)) for n, (name, data) in enumerate(first)]
    return fold("a", events([*begun, *lines]))


def of_event(case: Case, position: int) -> Standing:
    standing = next(each.standing for each in case.entries if each.position == position)
    assert standing
    return standing


def test_a_correction_keeps_what_was_said() -> None:
    case = after(amends("correct", 2, IDS[1], at(5), field="date", value="2025-11-21"))
    held = of_event(case, 2)
    assert (held.status, held.data.date) == ("corrected", "2025-11-21")  # type: ignore[attr-defined]
    assert [(c.field, c.old, c.new, c.reason, c.position) for c in held.corrections] == [
        ("date", "2025-11-20", "2025-11-21", "reason 2", 3)
    ]  # fmt: skip
    assert [hearing.day for hearing in case.hearings] == ["2025-11-21"]


def test_the_later_correction_holds() -> None:
    late = amends("correct", 2, IDS[1], at(9), field="date", value="2025-11-22")
    early = amends("correct", 3, IDS[1], at(5), field="date", value="2025-11-21")
    held = of_event(after(late, early), 2)
    assert [c.new for c in held.corrections] == ["2025-11-21", "2025-11-22"]
    assert held.data.date == "2025-11-22"  # type: ignore[attr-defined]


def test_a_retraction_takes_it_out_and_a_retracted_retraction_puts_it_back() -> None:
    retracted = amends("retract", 2, IDS[1], at(5))
    assert after(retracted).hearings == ()
    assert (of_event(after(retracted), 2).status, of_event(after(retracted), 2).reason) == ("retracted", "reason 2")
    back = after(retracted, amends("retract", 3, IDS[2], at(6)))
    assert [hearing.day for hearing in back.hearings] == ["2025-11-20"]
    again = after(retracted, amends("retract", 3, IDS[2], at(6)), amends("retract", 4, IDS[3], at(7)))
    assert again.hearings == () and codes(again) == codes(after(retracted))


def test_a_correction_can_be_retracted_and_corrected() -> None:
    wrong = amends("correct", 2, IDS[1], at(5), field="date", value="2025-12-21")
    back = of_event(after(wrong, amends("retract", 3, IDS[2], at(6))), 2)
    assert (back.status, back.data.date) == ("", "2025-11-20")  # type: ignore[attr-defined]
    right = of_event(after(wrong, amends("correct", 3, IDS[2], at(6), field="value", value="2025-11-21")), 2)
    assert [c.new for c in right.corrections] == ["2025-11-21"]
    moved = of_event(after(wrong._replace(data={**wrong.data, "value": "x"}),
                           amends("correct", 3, IDS[2], at(6), field="field", value="purpose")), 2)  # fmt: skip
    assert (moved.data.date, moved.data.purpose) == ("2025-11-20", "x")  # type: ignore[attr-defined]


RAISED = amends("raised", 2, IDS[1], at(5), field="date", value="2025-11-24", claimant="shop")


def values(standing: Standing) -> list[Any]:
    [dispute] = standing.disputes
    return [claim.value for claim in dispute.claims]


def test_a_dispute_is_open_then_settled_then_open_again() -> None:
    case = after(RAISED)
    [entry_] = [each for each in case.entries if each.position == 2]
    assert entry_.when and (entry_.when.text, entry_.when.earliest, entry_.when.latest) == (
        "2025-11-20 or 2025-11-24", "2025-11-20", "2025-11-24"
    )  # fmt: skip
    assert (of_event(case, 2).status, values(of_event(case, 2))) == ("disputed", ["2025-11-20", "2025-11-24"])
    assert of_event(case, 2).disputes[0].between_parties
    settled = amends("settled", 3, IDS[1], at(6), field="date", value="2025-11-24")
    held = of_event(after(RAISED, settled), 2)
    assert (held.status, held.data.date) == ("settled", "2025-11-24")  # type: ignore[attr-defined]
    assert held.open_disputes == ()
    third = amends("raised", 4, IDS[1], at(7), field="date", value="2025-11-28")
    again = after(RAISED, settled, third)
    assert (of_event(again, 2).status, values(of_event(again, 2))[1:]) == ("disputed", ["2025-11-24", "2025-11-28"])
    [entry_] = [each for each in again.entries if each.position == 2]
    assert entry_.when and (entry_.when.earliest, entry_.when.latest) == ("2025-11-20", "2025-11-28")


def test_what_is_said_of_a_dispute_holds_for_it() -> None:
    corrected = of_event(after(RAISED, amends("correct", 3, IDS[2], at(6), field="value", value="2025-11-25")), 2)
    assert values(corrected) == ["2025-11-20", "2025-11-25"]
    gone = of_event(after(RAISED, amends("retract", 3, IDS[2], at(6))), 2)
    assert (gone.status, gone.disputes) == ("", ())
    settled = amends("settled", 3, IDS[1], at(6), field="date", value="2025-11-24")
    opened_again = of_event(after(RAISED, settled, amends("retract", 4, IDS[3], at(7))), 2)
    assert (opened_again.status, opened_again.data.date) == ("disputed", "2025-11-20")  # type: ignore[attr-defined]


def test_a_correction_of_a_disputed_field_is_what_the_event_claims() -> None:
    own = of_event(after(RAISED, amends("correct", 3, IDS[1], at(6), field="date", value="2025-11-19")), 2)
    assert values(own) == ["2025-11-19", "2025-11-24"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_dispute_and_its_settlement_logged_at_one_moment(order: tuple[int, int]) -> None:
    """Ids of sheets are hashes: they must not decide which of the two comes first."""
    ids = [IDS[2 + n] for n in order]
    raised = Line(ids[0], "dispute.raised", {"of": IDS[1], "field": "date", "value": "2025-11-24"}, at(5))
    settled = Line(
        ids[1], "dispute.settled", {"of": IDS[1], "field": "date", "value": "2025-11-24", "reason": "r"}, at(5)
    )
    assert of_event(after(raised, settled), 2).status == "settled"


def test_whether_it_happened() -> None:
    denied = amends("raised", 2, IDS[1], at(5), field="happened", value=False, claimant="shop")
    case = after(denied)
    assert (of_event(case, 2).status, len(case.hearings), values(of_event(case, 2))) == ("disputed", 1, [True, False])
    no = amends("settled", 3, IDS[1], at(6), field="happened", value=False)
    settled = after(denied, no)
    assert (of_event(settled, 2).status, of_event(settled, 2).retracted_by, settled.hearings) == ("retracted", 4, ())
    yes = amends("correct", 4, IDS[1], at(7), field="happened", value=True)
    assert len(after(denied, no, yes).hearings) == 1
    with closing(project_events({"cases/a": events([Line(IDS[0], *opened()), Line(IDS[1], *HELD), denied])})) as db:
        [row] = queries.timeline(db)
        assert "it happened" in row.amended and "it did not happen" in row.amended


# What has no effect

UNFIT = (("date", "never"), ("date", 5), ("date", ["2025"]), ("happened", "maybe"), ("happened", None), ("speed", "x"),
         ("citations", []), ("court", "Not A Name"), ("court", False), ("purpose", ""))  # fmt: skip


@pytest.mark.parametrize("what", ["correct", "raised", "settled"])
@pytest.mark.parametrize(("field", "value"), UNFIT)
def test_an_unfit_amendment_has_no_effect_and_is_a_problem(what: str, field: str, value: Any) -> None:
    case = after(amends(what, 2, IDS[1], at(5), field=field, value=value))
    held = of_event(case, 2)
    assert (held.status, held.data, held.corrections, held.disputes) == ("", of_event(after(), 2).data, (), ())
    [problem] = [each for each in case.problems if each.code == "unfit"]
    assert problem.position == 3 and (field in problem.message)


REQUIRED = [(name, field.name) for name, cls in registry().items() for field in fields_of(cls)
            if field.required and not issubclass(cls, Amendment)]  # fmt: skip


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_what_is_required_cannot_be_emptied(name: str, field: str) -> None:
    data = msgspec.convert(EXAMPLES[name], registry()[name])
    assert all(unfit(data, field, empty) for empty in (None, (), []))


def test_an_amendment_of_nothing_is_a_problem() -> None:
    case = after(amends("retract", 2, IDS[50], at(5)))
    assert [(p.code, p.position) for p in case.problems if p.code == "astray"] == [("astray", 3)]
    assert of_event(case, 2).status == ""


def test_what_an_amendment_is_about_cannot_be_corrected() -> None:
    case = after(RAISED, amends("correct", 3, IDS[2], at(6), field="of", value=IDS[0]))
    assert "unfit" in codes(case) and of_event(case, 2).status == "disputed"


CIRCLE = (amends("retract", 2, IDS[3], at(5)), amends("retract", 3, IDS[4], at(6)), amends("retract", 4, IDS[2], at(7)))


@pytest.mark.parametrize("turn", range(3))
def test_a_circle_has_no_effect_and_is_a_problem(turn: int) -> None:
    case = after(*CIRCLE[turn:], *CIRCLE[:turn])
    assert [p.position for p in case.problems if p.code == "circular"] == [3, 4, 5]
    assert all(of_event(case, position).status == "" for position in (3, 4, 5))
    alone = after(amends("retract", 2, IDS[2], at(5)))
    assert [p.position for p in alone.problems if p.code == "circular"] == [3]
    assert of_event(alone, 3).status == ""


def test_a_circle_is_broken_by_retracting_one_of_it() -> None:
    case = after(*CIRCLE, amends("retract", 5, IDS[2], at(8)))
    assert "circular" not in codes(case)
    # the first is retracted; so the second stands, and retracts the third
    assert [of_event(case, position).status for position in (3, 4, 5)] == ["retracted", "", "retracted"]


def test_a_circle_that_restores_what_was_retracted_stays_a_problem() -> None:
    one = amends("retract", 2, IDS[3], at(5))
    other = amends("correct", 3, IDS[2], at(9), field="happened", value=True)
    case = after(one, other, amends("retract", 4, IDS[2], at(8)))
    assert [p.position for p in case.problems if p.code == "circular"] == [3]
    assert [of_event(case, position).status for position in (3, 4, 5)] == ["", "", ""]


def test_a_long_chain_of_amendments() -> None:
    ids = [f"0198f3c4-6f00-7abc-8def-{n:012x}" for n in range(5000)]
    lines = [Line(ids[0], *opened()), Line(ids[1], *HELD)]
    lines += [Line(ids[n], "retraction.made", {"of": ids[n - 1], "reason": "r"}) for n in range(2, 5000)]
    assert len(fold("a", events(lines)).hearings) == 1
    assert fold("a", events(lines[:-1])).hearings == ()


def test_an_id_that_comes_twice_harms_nothing() -> None:
    """No writer of this project lets it in; a foreign one may."""
    case = after(Line(IDS[1], *note("again")), amends("retract", 2, IDS[1], at(5)))
    assert [of_event(case, position).status for position in (2, 3)] == ["retracted", ""]


def test_what_cannot_be_read_amends_nothing() -> None:
    case = after(Line(IDS[2], "retraction.made", {"of": IDS[1]}, at(5)))
    assert (of_event(case, 2).status, codes(case).count("unreadable")) == ("", 1)


# Every field of every type

OTHERS: dict[str, Any] = {
    "party": "somebody-else", "source": "another", "case": "other", "kind": "recall", "date": "2024-02~",
    "money": "1.50 EUR", "decimal": "-0.25", "text": "something else", "count": 7, "flag": True,
    "event": "00000000-0000-7000-8000-00000000000f", "deadline": "defence", "period": "20 days",
}  # fmt: skip


def other(field: Field, held: Any) -> Any:
    """Another legal value for a field."""
    if field.name == "sha256":
        return "1" * 64
    if field.refers == "flag":
        return not held
    value = next(each for each in (*field.choices, OTHERS.get(field.refers)) if each not in (held, None))
    return (value,) if field.many else value


@pytest.mark.parametrize("name", [name for name, cls in registry().items() if not issubclass(cls, Amendment)])
def test_every_field_of_every_type_can_be_corrected(name: str) -> None:
    cls = registry()[name]
    log = "cases/a" if cls.log in ("case", "any") else cls.log
    fields = [field for field in fields_of(cls) if field.name not in ("citations", *cls.computed)]
    new = {field.name: other(field, EXAMPLES[name].get(field.name)) for field in fields}
    lines = [Line(IDS[0], name, EXAMPLES[name])]
    lines += [
        amends("correct", n, IDS[0], at(n), field=field, value=value) for n, (field, value) in enumerate(new.items(), 1)
    ]
    logged = events(lines, log)
    folded = {"sources": fold_sources, "parties": fold_parties}.get(log, lambda events_: fold("a", events_))(logged)
    assert "unfit" not in [problem.code for problem in folded.problems]
    [(_, standing), *_] = standings(logged)
    assert {field: getattr(standing.data, field) for field in new} == new
    assert [correction.field for correction in standing.corrections] == list(new)
    for field in fields:
        assert (unfit(standing.data, field.name, None) is None) == (not field.required)


# The registers


def test_register_entries_are_corrected_disputed_and_retracted() -> None:
    added = [Line(IDS[n], "party.added", {"party": name, "name": name.title(), "what": "person"})
             for n, name in enumerate(("li", "wu", "he"))]  # fmt: skip
    lines = [*added, amends("correct", 3, IDS[0], at(5), field="name", value="李"), amends("retract", 4, IDS[1], at(5)),
             amends("raised", 5, IDS[2], at(5), field="what", value="company")]  # fmt: skip
    with closing(project_events({"parties": events(lines, "parties")})) as db:
        assert {row.party: row.name for row in queries.parties(db)} == {"li": "李", "he": "He"}
        assert [(row["target"], row["old"], row["new"]) for row in queries.rows(db, "corrections")] == [
            ("parties#1", "Li", "李")
        ]  # fmt: skip
        assert [row["target"] for row in queries.rows(db, "retractions")] == ["parties#2"]
        [dispute] = queries.disputes(db)
        assert (dispute.target, [claim.value for claim in dispute.claims]) == ("parties#3", ["person", "company"])
        assert queries.problems(db) == []
    lines = [Line(IDS[0], "source.added", {"source": "s", "published": "2025-11-27"}),
             amends("correct", 1, IDS[0], at(5), field="published", value="2025-11-26")]  # fmt: skip
    with closing(project_events({"sources": events(lines, "sources")})) as db:
        assert queries.source(db, "s")["published"] == "2025-11-26"


# The doors: commands, sheets, batches

VERBS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("correct", "deposit#3", "--set", "date=21 Nov 2025", "--set", "court=", "--reason", "misread",
      "--cite", "leida:8"), "Corrected deposit#3: date, court."),
    (("dispute", "deposit#3", "--field", "date", "--value", "2025-11-24", "--by", "ms-li", "--note", "by post"),
     "Disputed deposit#3: date."),
    (("correct", "deposit#6", "--set", "value=2025-11-25", "--reason", "mistyped"), "Corrected deposit#6: value."),
    (("settle", "deposit#3", "--field", "date", "--value", "2025-11-25", "--reason", "the minutes", "--by", "court"),
     "Settled deposit#3: date."),
    (("dispute", "deposit#3", "--field", "happened", "--value", "false", "--cite", "leida:9"), "happened."),
    (("correct", "parties#2", "--set", "name=Ms. Li", "--set", "aliases=buyer", "--set", "aliases=the buyer",
      "--set", "pseudonym=true", "--reason", "translated"), "Corrected parties#2: name, aliases, pseudonym."),
    (("retract", "deposit#2", "--reason", "not a party"), "Retracted deposit#2."),
)  # fmt: skip


def test_the_verbs_amend_and_every_view_shows_it(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    for (args, told), done in zip(VERBS, run_several([args for args, _ in VERBS], cwd=root), strict=True):
        assert (done.code, told in done.out) == (0, True), (args, done)
    [row] = [row for row in queries.timeline(Tracker(root).read(), history=True) if row.ref == "deposit#3"]
    assert (row.date, row.status) == ("2025-11-25", "disputed")
    for told in ("date ~~2025-11-20~~ 2025-11-21, corrected by deposit#4: misread", "court ~~Meilan Court~~ not stated",
                 "2025-11-25 (Ms. Li)", "date settled: 2025-11-25", "it did not happen (leida ¶9)"):  # fmt: skip
        assert told in row.amended
    assert queries.rows(Tracker(root).read(), "roles") == []
    party = {(line.item, line.value) for line in party_page(Tracker(root).read(), "ms-li")}
    assert {("name", "Ms. Li"), ("also", "buyer"), ("also", "the buyer")} <= party
    assert any(item == "pseudonym" for item, _ in party)
    assert "misread" in ok("show", "deposit#3", cwd=root)


BAD: tuple[tuple[tuple[str, ...], str], ...] = (
    (("retract", "deposit#99", "--reason", "x"), "'deposit#99' is no event"),
    (("retract", "nothing#1", "--reason", "x"), "'nothing#1' is no event"),
    (("retract", "deposit", "--reason", "x"), "'deposit' is no event"),
    (("retract", "deposit#3"), "Missing option '--reason'"),
    (("retract", "deposit#3", "--reason", ""), "reason: '' is no text"),
    (("retract", "deposit#3", "--reason", "x", "--cite", "leidda:7"), "no source 'leidda' (did you mean leida?)"),
    (("retract", "deposit#3", "--reason", "x", "--cite", ":7"), "':7' names no source"),
    (("correct", "deposit#3", "--reason", "x"), "Missing option '--set'"),
    (("correct", "deposit#3", "--set", "date", "--reason", "x"), "'date' is not FIELD=VALUE"),
    (("correct", "deposit#3", "--set", "dat=2025", "--reason", "x"), "hearing.held has no field 'dat' to amend"),
    (("correct", "deposit#3", "--set", "Big Date=2025", "--reason", "x"), "has no field"),
    (("correct", "deposit#3", "--set", "=2025", "--reason", "x"), "has no field"),
    (("correct", "deposit#3", "--set", "date=2025-02-30", "--reason", "x"), "2025-02 has 28 days"),
    (("correct", "deposit#3", "--set", "date=soonish", "--reason", "x"), "'soonish' is no date"),
    (("correct", "deposit#3", "--set", "date=2025", "--set", "date=2026", "--reason", "x"), "holds one value, not 2"),
    (("correct", "deposit#3", "--set", "court=Not A Name", "--reason", "x"), "court of hearing.held cannot be"),
    (("correct", "deposit#3", "--set", "citations=leida", "--reason", "x"), "has no field 'citations' to amend"),
    (("correct", "deposit#2", "--set", "role=", "--reason", "x"), "party.joined needs its role"),
    (("correct", "parties#2", "--set", "pseudonym=perhaps", "--reason", "x"), "pseudonym is true or false"),
    (("correct", "parties#2", "--set", "what=robot", "--reason", "x"), "what of party.added cannot be 'robot'"),
    (("correct", "sources#1", "--set", "paragraphs=many", "--reason", "x"), "paragraphs is a whole number"),
    (("correct", "sources#1", "--set", "paragraphs=-1", "--reason", "x"), "paragraphs is a whole number"),
    (("correct", "sources#1", "--set", f"paragraphs={'9' * 5000}", "--reason", "x"), "paragraphs is a whole number"),
    (("correct", "sources#1", "--set", f"paragraphs={2**53}", "--reason", "x"), "paragraphs of source.added cannot be"),
    (("dispute", "deposit#3", "--field", "date"), "Missing option '--value'"),
    (("dispute", "deposit#3", "--field", "day", "--value", "2025"), "hearing.held has no field 'day'"),
    (("dispute", "deposit#3", "--field", "happened", "--value", "no"), "happened is true or false"),
    (("dispute", "deposit#3", "--field", "date", "--value", "2025-13-01"), "there is no month 13"),
    (("dispute", "deposit#3", "--field", "date", "--value", "2025", "--by", "nobody"), "there is no party 'nobody'"),
    (("settle", "deposit#3", "--field", "court", "--value", "A B", "--reason", "x"), "court of hearing.held cannot be"),
    (("settle", "deposit#3", "--field", "date", "--value", "2025", "--reason", "x", "--by", "nobody"), "'nobody'"),
)  # fmt: skip


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return started(tmp_path_factory.mktemp("bad") / "store")


def test_bad_input_is_one_sentence_and_nothing_is_logged(untouched: Path) -> None:
    before = images(untouched)
    for (args, told), done in zip(BAD, run_several([args for args, _ in BAD], cwd=untouched), strict=True):
        assert (done.code, told in said(done)) == (2, True), (args, done)
    assert images(untouched) == before


def test_a_verb_as_a_process_of_its_own(untouched: Path) -> None:
    assert run("retract", "deposit#99", "--reason", "x", cwd=untouched).code == 2


SHEET = """
[source]
source = "gazette"
published = "2025-11-28"

[[event]]
case = "a"
type = "hearing.held"
name = "first"
date = "2025-11-20"

[[correction]]
of = "gazette/event/a/hearing.held/first"
field = "purpose"
value = "argument"
reason = "left out"
at = "3"

[[dispute]]
of = "gazette/event/a/hearing.held/first"
field = "date"
value = "2025-11-24"
at = "4"

[[settlement]]
of = "gazette/event/a/hearing.held/first"
field = "date"
value = "2025-11-24"
reason = "the minutes"

[[retraction]]
of = "gazette/correction/gazette/event/a/hearing.held/first/purpose"
reason = "it was not"
"""


def test_a_sheet_amends_what_it_and_others_logged(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    path = tmp_path / "gazette.toml"
    path.write_text(SHEET)
    assert len(tracker.log_sheet(path, STAMP).new) == 6
    assert not tracker.log_sheet(path, STAMP).new
    [row] = queries.timeline(tracker.read(), history=True)
    assert (row.status, row.date) == ("settled", "2025-11-24")
    assert "purpose" not in row.amended, "the correction was retracted"
    assert queries.problems(tracker.read()) == []


@pytest.mark.parametrize(
    ("was", "now", "entry_", "field", "told"),
    [
        ('first"\nfield = "purpose"', 'first/x/y"\nfield = "purpose"', "[[correction]] 1", "of", "there is no event"),
        ('of = "gazette/event/a', 'of = "gazette', "[[correction]] 1", "of", "names no entry"),
        ('field = "purpose"', 'field = "porpoise"', "[[correction]] 1", "value", "has no field 'porpoise' to amend"),
        pytest.param('field = "purpose"', 'field = "Pur pose"', "[[correction]] 1", "field", ""),
        ('value = "argument"', "value = 5", "[[correction]] 1", "value", "purpose of hearing.held cannot be 5"),
        ('value = "argument"', "value = 5.5", "[[correction]] 1", "value", "is nothing that a field can hold"),
        ('value = "argument"\nreason', "reason", "[[correction]] 1", "value", "it is missing"),
        ('"2025-11-24"\nat', '"2025-02-30"\nat', "[[dispute]] 1", "value", "2025-02 has 28 days"),
        ('reason = "the minutes"', "", "[[settlement]] 1", "reason", "it is missing"),
        ('"it was not"', '"it was not"\nfield = "x"', "[[retraction]] 1", "field", "has no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_amendments_of_a_sheet(
    tmp_path: Path, was: str, now: str, entry_: str, field: str, told: str
) -> None:
    tracker = store(tmp_path, "a")
    path = tmp_path / "gazette.toml"
    assert was in SHEET
    path.write_text(SHEET.replace(was, now, 1))
    with pytest.raises(Mistakes) as caught:
        tracker.log_sheet(path, STAMP)
    found = [(each.where, each.field, each.message) for each in caught.value.mistakes]
    assert any(where.endswith(entry_) and at == field and told in message for where, at, message in found), found
    assert tracker.log.logs() == ["cases/a"]


def test_a_batch_amends(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    held = entry("hearing.held", {"date": "2025-11-20"}, id=IDS[1])
    right = entry("correction.made", {"of": IDS[1], "field": "date", "value": "2025-11-21", "reason": "r"})
    assert len(tracker.append([held, right], STAMP)) == 2
    assert [row.date for row in queries.timeline(tracker.read())] == ["2025-11-21"]
    for of in (IDS[9], 5, "", None):
        with pytest.raises(Mistakes, match="of: "):
            tracker.append([entry("retraction.made", {"of": of, "reason": "r"})], STAMP)
    wrong = {"of": IDS[1], "field": "date", "value": ["2025"]}
    with pytest.raises(Mistakes, match=r"value: date of hearing\.held cannot be"):
        tracker.append([entry("dispute.raised", wrong)], STAMP)
    assert len(list(tracker.events("cases/a"))) == 3


def test_what_is_no_id_of_an_event_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match="of: "):
        store(tmp_path, "a").append([entry("retraction.made", {"of": "first", "reason": "r"})], STAMP)


def test_the_value_of_an_amendment_is_read_as_that_of_the_field_it_is_about(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    dispute = ("dispute", "sources#1", "--field", "paragraphs", "--value", "49")
    correct = ("correct", "sources#2", "--set", "value=50", "--reason", "mistyped")
    assert [done.code for done in run_several([dispute, correct], cwd=root)] == [0, 0]
    [claimed] = queries.disputes(Tracker(root).read())
    assert [claim.value for claim in claimed.claims] == ["not stated", "50"]


def test_an_amendment_of_an_amendment_has_to_fit_what_that_is_about(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    raised = entry("dispute.raised", {"of": IDS[1], "field": "date", "value": "2025-11-21"}, id=IDS[2])
    tracker.append([entry("hearing.held", {"date": "2025-11-20"}, id=IDS[1]), raised], STAMP)
    for field, value in (("value", "never"), ("value", 5), ("field", "speed")):
        data = {"of": IDS[2], "field": field, "value": value, "reason": "r"}
        with pytest.raises(Mistakes, match="value: "):
            tracker.append([entry("correction.made", data)], STAMP)
