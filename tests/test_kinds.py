"""The kinds: what they name exists, every stage can be reached, and the stage follows from what happened when."""

from itertools import permutations
from typing import Any

import pytest
from helpers import EXAMPLES, Said, codes, doubts, folded, note, opened

from tracker.case import Case
from tracker.errors import UnknownName
from tracker.eventtypes import registry
from tracker.eventtypes.base import fields_of
from tracker.kinds import KINDS, UNKNOWN, Kind, require_kind

EVERY = list(KINDS.values())


def field_names(event_type: str) -> set[str]:
    return {field.name for field in fields_of(registry()[event_type])}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_what_a_kind_names_exists(kind: Kind) -> None:
    stages = [stage.name for stage in kind.stages]
    assert len(set(stages)) == len(stages) and all(stage.meaning for stage in kind.stages)
    for move in kind.moves:
        assert move.on in registry() and registry()[move.on].log == "case"
        assert {move.to or stages[0], *move.after} <= set(stages)
        assert {field for field, _ in move.where} <= field_names(move.on)
    for ask in kind.asks:
        assert ask.on in registry() and ask.given in {"", *registry()}
        assert ask.field in {"", *field_names(ask.on)}
    assert len({ask.what for ask in kind.asks}) == len(kind.asks), "the projection keeps one gap a name"
    assert len(set(kind.roles)) == len(kind.roles) and "subject" in kind.roles


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_every_stage_can_be_reached(kind: Kind) -> None:
    reached = {kind.stages[0].name}
    for _ in kind.stages:
        reached |= {move.to for move in kind.moves if move.to and (not move.after or reached & set(move.after))}
    assert reached == {stage.name for stage in kind.stages}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_a_narrowed_field_of_few_words_has_a_move_for_each(kind: Kind) -> None:
    for event_type, moves in kind.moves_on().items():
        for name in {field for move in moves for field, _ in move.where}:
            [field] = [each for each in fields_of(registry()[event_type]) if each.name == name]
            words: set[Any] = set(field.choices) or {True, False}
            if not field.required and field.choices:
                words.add(None)
            assert {value for move in moves for at, value in move.where if at == name} == words


def test_kinds_are_found_by_name() -> None:
    assert all(require_kind(name) is kind and kind.name == name for name, kind in KINDS.items())
    with pytest.raises(UnknownName, match=r"There is no kind 'lawsuite' \(did you mean lawsuit"):
        require_kind("lawsuite")


def on(date: str | None, event_type: str, **change: Any) -> Said:
    """The example of a type, on another day and with other fields."""
    data = {key: value for key, value in EXAMPLES[event_type].items() if key not in ("date", "set_for", "until")}
    if event_type in ("hearing.scheduled", "hearing.postponed"):
        data["set_for"] = date or "2025-06-30"
    return (event_type, data | ({"date": date} if date else {}) | change)


def dated(*events: Said | str) -> list[Said]:
    """One event a month, in this order."""
    return [
        on(f"2025-{month:02}", event) if isinstance(event, str) else on(f"2025-{month:02}", event[0], **event[1])
        for month, event in enumerate(events, 1)
    ]


JUDGED = ("suit.filed", "judgment.given")
APPEALED = (*JUDGED, "appeal.filed")
PRELIMINARY = ("finding.made", {"preliminary": True})
HISTORIES: list[tuple[str, str, tuple[Said | str, ...]]] = [
    ("lawsuit", "dispute", ("claim.made",)),
    ("lawsuit", "filed", ("claim.made", "suit.filed")),
    ("lawsuit", "hearing set", ("suit.filed", "hearing.scheduled")),
    ("lawsuit", "hearing set", ("suit.filed", "hearing.scheduled", "hearing.postponed")),
    ("lawsuit", "heard", ("suit.filed", "hearing.scheduled", "hearing.held")),
    ("lawsuit", "first-instance judgment", ("suit.filed", "hearing.held", "judgment.given")),
    ("lawsuit", "first-instance judgment", ("suit.filed", ("judgment.given", {"instance": None}))),
    ("lawsuit", "on appeal", APPEALED),
    ("lawsuit", "on appeal", (*APPEALED, "hearing.held")),
    ("lawsuit", "appeal judgment", (*APPEALED, ("appeal.decided", {"outcome": "dismissed"}))),
    ("lawsuit", "appeal judgment", (*APPEALED, ("appeal.decided", {"outcome": "allowed in part"}))),
    ("lawsuit", "appeal judgment", (*APPEALED, ("judgment.given", {"instance": "second"}))),
    ("lawsuit", "filed", (*APPEALED, ("appeal.decided", {"outcome": "remitted"}))),
    ("lawsuit", "first-instance judgment", (*APPEALED, ("appeal.decided", {"outcome": "withdrawn"}))),
    ("lawsuit", "in force", (*JUDGED, "judgment.took_effect")),
    ("lawsuit", "filed", (*JUDGED, "judgment.took_effect", "case.reopened")),
    ("lawsuit", "closed", ("suit.filed", "case.closed")),
    ("lawsuit", "filed", ("suit.filed", "case.closed", "case.reopened")),
    ("batch", "prepared", ("claim.made",)),
    ("batch", "filed", ("suit.filed", "suit.filed")),
    ("batch", "in part heard", ("suit.filed", "hearing.held", "suit.filed")),
    ("batch", "in part decided", ("suit.filed", "hearing.held", "judgment.given", "hearing.held", "judgment.given")),
    ("recall", "reported", ("statement.made",)),
    ("recall", "under investigation", ("investigation.opened",)),
    ("recall", "announced", ("investigation.opened", "recall.announced", "recall.quantified")),
    ("recall", "remedy offered", ("recall.announced", "investigation.opened", "recall.remedied", "recall.announced")),
    ("incident", "occurred", ("incident.occurred",)),
    ("incident", "under investigation", ("incident.occurred", "investigation.opened", "report.issued")),
    ("incident", "preliminary findings", ("incident.occurred", "investigation.opened", PRELIMINARY, "report.issued")),
    ("incident", "findings", ("incident.occurred", PRELIMINARY, ("finding.made", {"preliminary": False}))),
    ("incident", "under investigation", ("incident.occurred", "finding.made", "case.reopened")),
    ("penalty", "violation found", ("violation.found",)),
    ("penalty", "imposed", ("violation.found", "penalty.imposed")),
    ("penalty", "paid", ("violation.found", "penalty.imposed", "payment.made")),
    ("notice", "sent", ("notice.sent", "notice.sent")),
    ("notice", "answered", ("notice.sent", "notice.answered", "notice.sent")),
    ("notice", "in court", ("notice.sent", "suit.filed")),
    ("programme", "planned", ("statement.made",)),
    ("programme", "running", ("programme.launched", "programme.reported")),
    ("rumour", "circulating", ("rumour.circulated",)),
    ("rumour", "denied", ("rumour.circulated", "rumour.denied", "rumour.circulated")),
    ("rumour", "denied", ("rumour.circulated", "rumour.confirmed", "rumour.denied")),
    ("rumour", "confirmed", ("rumour.circulated", "rumour.denied", "rumour.confirmed")),
    ("topic", "followed", ("figure.stated",)),
    ("topic", "closed", ("case.closed",)),
    ("topic", "followed", ("case.closed", "case.reopened")),
]


def steps(case: Case) -> list[tuple[str, bytes]]:
    """The stages with what took the case there, whatever its number in the log."""
    data = {entry.position: bytes(entry.event.data) for entry in case.entries}
    return [(step.stage, data[step.position]) for step in case.steps]


@pytest.mark.parametrize(("kind", "stage", "events"), HISTORIES)
def test_the_order_of_logging_is_nothing_to_the_stage(kind: str, stage: str, events: tuple[Said | str, ...]) -> None:
    said = dated(*events)
    as_it_was = folded(opened(kind), *said)
    assert (as_it_was.stage, codes(as_it_was)) == (stage, [])
    for order in permutations(said):
        logged = folded(opened(kind), *order)
        assert (logged.stage, steps(logged), codes(logged)) == (stage, steps(as_it_was), [])


AMBIGUOUS = [("rumour", "denied", ("rumour.circulated", "rumour.confirmed", "rumour.denied"))]


@pytest.mark.parametrize("date", [None, "2025", "2024/2025", "2025-XX"])
@pytest.mark.parametrize(("kind", "stage", "events"), [each for each in HISTORIES if each not in AMBIGUOUS])
def test_where_the_dates_leave_it_open_the_order_is_that_of_the_kind(
    date: str | None, kind: str, stage: str, events: tuple[Said | str, ...]
) -> None:
    said = [on(date, event) if isinstance(event, str) else on(date, event[0], **event[1]) for event in events]
    for order in permutations(said):
        case = folded(opened(kind), *order)
        assert (case.stage, codes(case)) == (stage, [])


def test_a_vague_date_comes_between_those_it_overlaps() -> None:
    said = [on("2025-03", "suit.filed"), on("2025-01/..", "hearing.held"), on("2025-05-02", "judgment.given")]
    for order in permutations(said):
        case = folded(opened(), *order)
        assert [step.stage for step in case.steps] == ["filed", "heard", "first-instance judgment"]


def test_what_surely_came_first_comes_first_whatever_the_kind_says() -> None:
    said = [on("2025-01-02", "judgment.given"), on("2025-01-03", "suit.filed"), on(None, "hearing.held")]
    for order in permutations(said):
        case = folded(opened(), *order)
        assert codes(case) == ["out-of-stage"]
        [problem] = doubts(case)
        [late] = [entry for entry in case.entries if entry.event.type == "suit.filed"]
        assert (problem.position, case.stage) == (late.position, "first-instance judgment")
        assert "suit filed (2025-01-03) does not fit the stage 'first-instance judgment'" in problem.message


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_nothing_is_lost_of_what_does_not_fit(kind: Kind) -> None:
    """Every type, alone and after the end of the case: it fits, moves nothing, or is a problem; it is always kept."""
    for name in (each for each in EXAMPLES if registry()[each].log == "case" and each != "case.opened"):
        for before in ((), (on("2025-01", "case.closed"),)):
            case = folded(opened(kind.name), *before, on("2025-02", name))
            assert len(case.entries) == 2 + len(before)
            stray = [problem for problem in case.problems if problem.code == "out-of-stage"]
            moved = [step for step in case.steps if step.position == len(case.entries)]
            stays = any(move.to in (None, case.stage) for move in kind.moves if move.on == name)
            assert (name in kind.moves_on()) == bool(stray or moved or stays)
            assert all(problem.position == len(case.entries) for problem in stray)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_the_roles_that_moves_give_are_roles_of_the_kind(kind: Kind) -> None:
    case = folded(opened(kind.name), *(on(None, move.on) for move in kind.moves))
    assert "odd-role" not in codes(case)


def test_what_is_not_typed_moves_nothing() -> None:
    case = folded(opened(), ("judgment.given", {"court": 5}), ("suit.filed", {"date": "2025-13"}), note())
    assert case.stage == "filed" and codes(case) == ["unreadable", "bad-date"]


def test_a_case_of_no_known_kind_has_one_stage() -> None:
    case = folded(opened("feud"), on("2025-01", "suit.filed"), on("2025-02", "case.closed"))
    assert (case.kind, case.kind_name, case.stage, case.steps) == (UNKNOWN, "feud", "not known", ())
    assert codes(case) == ["unknown-kind"]
