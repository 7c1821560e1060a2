"""What looks wrong: every code is provoked by a small store, and what only looks like it is left in peace."""

from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers import EXAMPLES, STAMP, Said, folded, note, opened, written
from running import run

from tracker import queries
from tracker.app import Tracker
from tracker.case import fold
from tracker.checks import CHECKS
from tracker.envelope import Draft, Stamp
from tracker.logs.memory import MemoryLog
from tracker.logs.replay import replay
from tracker.problems import CODES

OTHER = "0198f3c4-6f00-7abc-8def-000000000002"
ID = "0198f3c4-6f00-7abc-8def-000000000001"
Line = tuple[str, Said] | tuple[str, Said, str]
"""A log, what is said there, and the id of the event when an amendment is about it."""


def a(event_type: str, id: str | None = None, **data: Any) -> Line:
    return ("cases/a", (event_type, data)) if id is None else ("cases/a", (event_type, data), id)


def source(name: str, published: str | None = None, **data: Any) -> Line:
    return "sources", ("source.added", {"source": name} | ({"published": published} if published else {}) | data)


def party(name: str, called: str, *aliases: str) -> Line:
    return "parties", ("party.added", {"party": name, "name": called, "what": "person", "aliases": list(aliases)})


def correct(field: str, value: Any, of: str = ID, **data: Any) -> Line:
    return a("correction.made", of=of, field=field, value=value, reason="misread", **data)


def dispute(field: str, value: Any) -> Line:
    return a("dispute.raised", of=ID, field=field, value=value)


def figure(value: str, *, id: str | None = None, **data: Any) -> Line:
    return a("figure.stated", id, **{"what": "deaths", "value": value, "unit": "persons"} | data)


def cited(name: str, locator: str | None = None, does: str = "supports") -> list[dict[str, str]]:
    return [{"source": name, "does": does} | ({"locator": locator} if locator else {})]


def case(name: str, kind: str = "lawsuit") -> Line:
    return f"cases/{name}", opened(kind)


OPEN = case("a")
RETRACT = a("retraction.made", of=ID, reason="of another case")
FILED, HELD = a("suit.filed", date="2025-06-10"), a("hearing.held", date="2025-06-09")
OLD, NEW = source("old", "2025-01-01"), source("new", "2025-06-30")
TOLD = (case("b"), ("cases/b", note(citations=cited("new"))))

DUE = a("deadline.set", deadline="d", due="2025-06-10")
OWED = a("order.made", ID, debtors=["p"], creditors=["q"], amount="10 CNY")

PROVOKED: list[tuple[str, str, str, tuple[Line, ...]]] = [
    ("added-twice", "sources#2", "line 1 added it first", (source("s"), source("s"))),
    ("added-twice", "parties#2", "line 1 added it first", (party("p", "P"), party("p", "Q"))),
    ("astray", "a#2", "not in this log", (OPEN, correct("date", "2025"))),
    ("bad-date", "a#2", "'2025-02-30' is no date", (OPEN, a("note.added", note="n", date="2025-02-30"))),
    ("beyond-the-end", "a#2", "cites paragraph 9 of s, which has 8",
     (source("s", paragraphs=8), OPEN, a("note.added", note="n", citations=cited("s", "7-9")))),
    ("circular", "a#2", "amend each other",
     (OPEN, a("retraction.made", ID, of=ID, reason="of itself"))),
    ("due-before-order", "a#2", "the order of 2025-06-10 was due on 2025-06",
     (OPEN, a("order.made", date="2025-06-10", due="2025-06-09", debtors=["p"]))),
    ("figures-conflict", "a#3", "deaths: 12 persons here, 10 persons in event 2", (OPEN, figure("10"), figure("12"))),
    ("figures-conflict", "a#3", "deaths: at most 2 persons here, exactly 3 persons in event 2",
     (OPEN, figure("3", closeness="exactly"), figure("2", closeness="at most"))),
    ("figures-conflict", "a#3", "deaths: more than 3 persons here",
     (OPEN, figure("3"), figure("3", closeness="more than"))),
    ("figures-conflict", "a#3", "29.6 persons here", (OPEN, figure("29.0"), figure("29.6"), figure("29.05"))),
    ("future-event", "a#2", "dated 2026-11-24 and was logged on 2026-11-23",
     (OPEN, a("payment.made", date="2026-11-24", payer="p"))),
    ("hearing-before-filing", "a#3", "the hearing of 2025-06-09 is before the suit was filed (2025-06-10)",
     (OPEN, FILED, HELD)),
    ("hearing-before-filing", "a#3", "the hearing of 2025-06-08", (OPEN, FILED, a(
        "hearing.postponed", set_for="2025-06-08", until="2025-06-20", reason="illness"))),
    ("judgment-without-outcome", "a#2", "not told", (OPEN, a("judgment.given", court="c"))),
    ("less-than-nothing", "a#2", "an amount is less than nothing",
     (OPEN, a("order.made", debtors=["p", "q"], amount="9 CNY", shares=["-1 CNY", "10 CNY"]))),
    ("met-without-proof", "a#3", "what proves that 'd' was met is not told",
     (OPEN, DUE, a("deadline.met", deadline="d"))),
    ("misplaced", "a#2", "belongs into the register parties", (OPEN, a("party.added", **EXAMPLES["party.added"]))),
    ("not-opened", "a", "no event opens the case", (("cases/a", note()),)),
    ("odd-payment", "a#3", "r was paid, and event 2 orders payment to q",
     (OPEN, OWED, a("payment.made", payer="p", payee="r", amount="1 CNY", order=ID))),
    ("odd-payment", "a#3", "it was paid before the order of event 2 was made",
     (OPEN, a("order.made", ID, debtors=["p"], amount="9 CNY", date="2025-06-10"),
      a("payment.made", payer="p", amount="1 CNY", order=ID, date="2025-06-09"))),
    ("odd-role", "a#2", "'plaintif'", (OPEN, a("party.joined", party="p", role="plaintif"))),
    ("odd-set-off", "a#4", "the orders of events 2 and 3 are not between the same two sides",
     (OPEN, OWED, a("order.made", OTHER, debtors=["r"], creditors=["p"], amount="5 CNY"),
      a("order.set_off", order=ID, against=OTHER, amount="5 CNY"))),
    ("odd-turn", "a#4", "'d' was met by event 3 already",
     (OPEN, DUE, a("deadline.met", deadline="d", proof="x"), a("deadline.missed", deadline="d"))),
    ("odd-turn", "a#3", "'d' is extended to 2025-06-01, and was due 2025-06-10",
     (OPEN, DUE, a("deadline.extended", deadline="d", until="2025-06-01"))),
    ("opened-twice", "a#2", "event 1 opened it first", (OPEN, OPEN)),
    ("order-without-debtor", "a#2", "nobody owes 5 CNY", (OPEN, a("order.made", amount="5 CNY"))),
    ("out-of-stage", "a#2", "does not fit the stage", (OPEN, a("appeal.filed"))),
    ("paid-too-much", "a#3", "2 CNY more than was owed is accounted for",
     (OPEN, OWED, a("payment.made", payer="p", amount="12 CNY", order=ID))),
    ("paid-too-much", "a#4", "nothing was owed any more when it was paid",
     (OPEN, OWED, a("order.waived", order=ID, date="2025-06-10"),
      a("payment.made", payer="p", amount="1 CNY", order=ID, date="2025-06-11"))),
    ("party-without-role", "a#2", "p (claimant) has no role", (OPEN, a("claim.made", claimant="p", claim="c"))),
    ("party-without-role", "a#2", "p (issuer)",
     (OPEN, a("order.made", issuer="p"), a("filing.made", party="p", document="d"))),
    ("party-without-role", "a#3", "p (payee)",
     (OPEN, a("suit.filed", plaintiffs=["q"]), a("payment.made", payer="q", payee="p"))),
    ("party-without-role", "a#2", "p (between)", (OPEN, a("contract.concluded", between=["p"], subject="s"))),
    ("payment-to-oneself", "a#2", "p is both payer and payee", (OPEN, a("payment.made", payer="p", payee="p"))),
    ("payment-to-oneself", "a#2", "debtor and creditor", (OPEN, a("payment.demanded", debtor="p", creditor="p"))),
    ("payment-to-oneself", "a#2", "p is both debtor and creditor",
     (OPEN, a("order.made", debtors=["p", "q"], creditors=["p"]))),
    ("privilege-undescribed", "a#3", "does not say, for the privilege log",
     (OPEN, a("note.added", ID, note="n"), a("privilege.claimed", of=ID, basis="work product"))),
    ("same-document", "sources#2", "t is the same document as s",
     (source("s", sha256="0" * 64), source("t", sha256="0" * 64), source("u"), source("v"))),
    ("same-name", "parties#2", "q is called 'the Buyer', and so is p",
     (party("p", "P", "The  buyer"), party("q", "the Buyer"))),
    ("same-name", "parties#2", "q is called 'P', and so is p",
     (party("p", "P"), party("q", "Q"), ("parties", ("party.aliased", {"party": "q", "alias": "P"})))),
    ("set-twice", "a#3", "deadline 'd' was set by event 2 already", (OPEN, DUE, DUE)),
    ("shares-do-not-fit", "a#2", "1 share for 2 debtors",
     (OPEN, a("order.made", debtors=["p", "q"], amount="9 CNY", shares=["9 CNY"]))),
    ("shares-do-not-fit", "a#2", "do not add up to 9 CNY",
     (OPEN, a("order.made", debtors=["p", "q"], amount="9 CNY", shares=["9 CNY", "1 CNY"]))),
    ("shares-do-not-fit", "a#2", "each debtor owes the whole and a share",
     (OPEN, a("order.made", debtors=["p", "q"], amount="9 CNY", shares=["8 CNY", "1 CNY"], joint_and_several=True))),
    ("silent", "a", "after 2025-01-01; the newest day known in the store is 2025-06-30",
     (OLD, NEW, OPEN, a("note.added", note="n", citations=cited("old")), *TOLD)),
    ("source-older-than-event", "a#2", "it is dated 2025-01-02, and old was published 2025-01-01",
     (OLD, OPEN, a("note.added", note="n", date="2025-01-02", citations=[*cited("old"), *cited("old", "7")]))),
    ("source-older-than-event", "a#2", "it is dated 2025-01-02",
     (OLD, OPEN, figure("1", date="2025-01-02", as_of="2024", citations=cited("old")))),
    ("stale-deadline", "a#3", "the trigger of 'd' has another day by now: 2025-06-03",
     (OPEN, a("document.served", ID, document="judgment", date="2025-06-02"),
      a("deadline.set", deadline="d", rule="r", trigger=ID, results=[{"since": "2025-06-02", "due": "2025-06-17"}]),
      correct("date", "2025-06-03"))),
    ("uncited", "a", "6 developments without a source: events 2, 3, 4, 5, 6 and more",
     (OPEN, *[("cases/a", note())] * 6, a("party.joined", party="p", role="witness"))),
    ("uncited", "a", "1 development without a source: event 2", (OPEN, ("cases/a", note()))),
    ("unfit", "a#3", "has no field 'speed'", (OPEN, a("note.added", ID, note="n"), correct("speed", "9"))),
    ("unknown-case", "a#2", "case 'b' is not in the store", (OPEN, a("case.linked", case="b", relation="same seller"))),
    ("unknown-deadline", "a#2", "nobody set a deadline 'd'", (OPEN, a("deadline.missed", deadline="d"))),
    ("unknown-kind", "a#1", "kind 'feud' is not known", (case("a", "feud"),)),
    ("unknown-order", "a#2", "it names an event that is no order of this case", (OPEN, a("order.stayed", order=ID))),
    ("unknown-order", "a#3", "no order of this case",
     (OPEN, a("note.added", ID, note="n"), a("order.stayed", order=ID))),
    ("unknown-party", "a#2", "party 'p' is not in the register", (OPEN, a("statement.made", speaker="p", gist="g"))),
    ("unknown-source", "a#2", "source 's' is not in the register",
     (OPEN, a("note.added", note="n", citations=cited("s")))),
    ("unknown-type", "a#2", "type 'planet.found' is not known", (OPEN, a("planet.found"))),
    ("unplaced", "a#3", "5 USD is of another currency than the order of event 2 (CNY)",
     (OPEN, OWED, a("payment.made", payer="p", amount="5 USD", order=ID))),
    ("unplaced", "a#3", "the order of event 2 is not about money",
     (OPEN, a("order.made", ID, act="apologise", debtors=["p"]), a("order.waived", order=ID))),
    ("unreadable", "a#2", "note.added cannot be read", (OPEN, a("note.added"))),
    ("withdrawn-before-made", "a#2", "the statement of 2025-06-10 was withdrawn on 2025-06-09",
     (OPEN, a("statement.made", speaker="p", gist="g", date="2025-06-10", withdrawn="2025-06-09"))),
]  # fmt: skip
"""Code, where it is found, what the message says, and the lines of a store that show it."""

PEACEFUL: list[tuple[str, tuple[Line, ...]]] = [
    ("due-before-order", (OPEN, a("order.made", date="2025-06-10", due="2025-06-09~"))),
    ("due-before-order", (OPEN, a("order.made", date="2025-06-10", due="2025-06-10"))),
    ("odd-set-off", (OPEN, OWED, a("order.made", OTHER, debtors=["q"], creditors=["p"], amount="5 CNY"),
                     a("order.set_off", order=ID, against=OTHER, amount="5 CNY"))),
    ("odd-turn", (OPEN, DUE, a("deadline.extended", deadline="d", until="2025-07"))),
    ("met-without-proof", (OPEN, DUE, a("deadline.met", deadline="d", proof="receipt"))),
    ("paid-too-much", (OPEN, OWED, a("payment.made", payer="p", amount="10 CNY", order=ID))),
    ("set-twice", (OPEN, a("deadline.set", ID, deadline="d", due="2025-06-10"), RETRACT, DUE)),
    ("due-before-order", (OPEN, a("order.made", ID, date="2025-06-10", due="2025-06-09"), dispute("due", "2025-07"))),
    ("due-before-order", (OPEN, a("order.made", ID, date="2025-06-10", due="2025-06-09"), RETRACT)),
    *(("figures-conflict", (OPEN, figure("10"), figure("12", **{field: "x"}))) for field in ("what", "unit", "scope")),
    ("figures-conflict", (OPEN, figure("10"), figure("12", as_of="2025"))),
    ("figures-conflict", (OPEN, figure("10", date="2024"), figure("12", date="2025"))),
    ("figures-conflict", (OPEN, figure("10"), figure("12", counted_by="p"))),
    ("figures-conflict", (OPEN, figure("10"), figure("12", closeness="about"))),
    ("figures-conflict", (OPEN, figure("3", closeness="at least"), figure("5", closeness="at most"), figure("3"))),
    ("figures-conflict", (OPEN, figure("3", closeness="at least"), figure("5", closeness="more than"))),
    ("figures-conflict", (OPEN, figure("29010000000"), figure("29000000000"), figure("29000000000.0"))),
    ("figures-conflict", (OPEN, figure("10", id=ID), figure("12"), dispute("value", "12"))),
    ("figures-conflict", (OPEN, figure("10", id=ID), figure("12"), correct("value", "11"))),
    ("figures-conflict", (OPEN, figure("10", id=ID), figure("12"), RETRACT)),
    ("figures-conflict", (OPEN, figure("9" * 500), figure("12"))),
    ("future-event", (OPEN, a("hearing.scheduled", set_for="2027-01-01"), figure("1", as_of="2027"))),
    ("future-event", (OPEN, a("order.made", date="2026-11-23", due="2027-01-01"))),
    ("future-event", (OPEN, a("note.added", note="n", date="2026-11"), a("note.added", note="n", date="2026-11-24~"))),
    ("hearing-before-filing", (OPEN, a("suit.filed", date="2025-06"), HELD)),
    ("hearing-before-filing", (OPEN, a("suit.filed", date="2025-06-10~"), HELD)),
    ("hearing-before-filing", (OPEN, FILED, a("suit.filed"), HELD)),
    ("hearing-before-filing", (OPEN, FILED, a("suit.filed", date="2024"), HELD)),
    ("hearing-before-filing", (OPEN, HELD)),
    ("hearing-before-filing", (OPEN, a("suit.filed", ID, date="2025-06-10"), HELD, correct("date", "2025-05"))),
    ("hearing-before-filing", (OPEN, a("suit.filed", ID, date="2025-06-10"), HELD, dispute("date", "2025-05"))),
    ("hearing-before-filing", (OPEN, a("suit.filed", ID, date="2025-06-10"), HELD, RETRACT)),
    ("judgment-without-outcome", (OPEN, a("judgment.given", outcome="dismissed"))),
    ("order-without-debtor", (OPEN, a("order.made", debtors=["p"]))),
    ("party-without-role", (OPEN, a("suit.filed", plaintiffs=["p"]), a("claim.made", claimant="p", claim="c"))),
    ("party-without-role", (OPEN, a("statement.made", speaker="p", gist="g"))),
    ("party-without-role",
     (OPEN, a("defence.raised", party="p", defence="d"), a("party.left", party="p", role="defendant"))),
    ("payment-to-oneself", (OPEN, a("payment.made", payer="p"), a("payment.made", payer="q", payee="p"))),
    ("same-document", (source("s"), source("t"), source("u", sha256="0" * 64), source("v", sha256="1" * 64))),
    ("same-name",
     (party("p", "P", "P", "p"), party("q", "Q"), ("parties", ("party.aliased", {"party": "p", "alias": "P"})))),
    ("silent", (source("old", "2025-01-02"), NEW, OPEN, a("note.added", note="n", citations=cited("old")), *TOLD)),
    ("silent", (source("old", "2025-01-01/.."), NEW, OPEN, a("note.added", note="n", citations=cited("old")), *TOLD)),
    ("silent", (OLD, NEW, OPEN, a("note.added", note="n", citations=cited("old")), *TOLD,
                a("case.closed", outcome="over", citations=cited("old")))),
    ("silent", (OLD, NEW, OPEN, a("note.added", note="n", citations=cited("old")), *TOLD,
                a("case.checked", date="2025-06-01"))),
    ("silent", (OLD, source("new", "2025-06-30"), OPEN, a("note.added", note="n", citations=cited("old")), case("b"),
                ("cases/b", note(citations=cited("new")), ID),
                ("cases/b", ("retraction.made", {"of": ID, "reason": "r"})))),
    ("silent", (OPEN, *TOLD, NEW)),
    ("source-older-than-event", (OLD, OPEN, a("hearing.scheduled", set_for="2025-02-01", citations=cited("old")))),
    ("source-older-than-event", (OLD, OPEN, figure("1", as_of="2025-02", citations=cited("old")))),
    ("source-older-than-event", (OLD, OPEN, a("order.made", date="2024-12", due="2025-02", citations=cited("old")))),
    ("source-older-than-event", (OLD, OPEN, a("note.added", note="n", date="2025", citations=cited("old")))),
    ("source-older-than-event", (OLD, OPEN, a("note.added", note="n", date="2025-02~", citations=cited("old")))),
    ("source-older-than-event", (source("s", "2025-01?"), OPEN,
                                 a("note.added", note="n", date="2025-02", citations=cited("s")))),
    ("source-older-than-event", (OLD, OPEN, a("note.added", note="n", date="2025-02",
                                              citations=cited("old", does="contradicts")))),
    ("source-older-than-event", (OLD, OPEN, a("note.added", ID, note="n", date="2025-02", citations=cited("old")),
                                 RETRACT)),
    ("source-older-than-event", (OLD, OPEN, a("note.added", ID, note="n", date="2025-02", citations=cited("old")),
                                 dispute("date", "2024"))),
    ("source-older-than-event", (OLD, OPEN, a("case.checked", date="2025-02", citations=cited("old")))),
    ("uncited", (OPEN, a("note.added", note="n", citations=cited("s")))),
    ("uncited", (OPEN, a("note.added", ID, note="n"), correct("note", "m", citations=cited("s")))),
    ("uncited", (OPEN, a("note.added", ID, note="n"),
                 a("dispute.settled", of=ID, field="note", value="m", reason="r", citations=cited("s")))),
    ("uncited", (OPEN, a("note.added", ID, note="n"),
                 a("dispute.raised", of=ID, field="note", value="m", citations=cited("s")))),
    ("uncited", (OPEN, a("note.added", ID, note="n"), RETRACT)),
    ("withdrawn-before-made",
     (OPEN, a("statement.made", speaker="p", gist="g", date="2025-06-10", withdrawn="2025-06-10"))),
    ("withdrawn-before-made", (OPEN, a("statement.made", speaker="p", gist="g", withdrawn="2025-06-10"))),
]  # fmt: skip
"""A code, and lines that do not show it for sure."""


def logged(root: Path, lines: tuple[Line, ...]) -> Tracker:
    tracker = Tracker.init(root)
    tracker.log.append([Draft(log, *said, *id) for log, said, *id in lines], STAMP)
    return tracker


def found(tracker: Tracker, code: str) -> list[tuple[str, str]]:
    return [(row.ref, row.message) for row in queries.problems(tracker.read()) if row.code == code]


@pytest.mark.parametrize(("code", "ref", "fragment", "lines"), PROVOKED)
def test_a_problem_is_found_where_it_is(
    tmp_path: Path, code: str, ref: str, fragment: str, lines: tuple[Line, ...]
) -> None:
    tracker = logged(tmp_path, lines)
    problems = found(tracker, code)
    assert [at for at, message in problems if fragment in message] == [ref]
    assert len({at for at, _ in problems}) == len(problems), "an event has one problem of a kind"
    tracker.rebuild()
    assert found(tracker, code) == problems


def test_every_code_is_provoked_and_says_what_to_do() -> None:
    assert {code for code, *_ in PROVOKED} == CODES.keys()
    assert CHECKS.keys() < CODES.keys()
    assert list(CODES) == sorted(CODES)
    assert all(what and todo for what, _, todo in (text.partition("; ") for text in CODES.values()))


@pytest.mark.parametrize(("code", "lines"), PEACEFUL)
def test_what_is_not_sure_is_no_problem(tmp_path: Path, code: str, lines: tuple[Line, ...]) -> None:
    assert found(logged(tmp_path, lines), code) == []


def one_log() -> list[tuple[str, tuple[Line, ...]]]:
    every = [(code, lines) for code, _, _, lines in PROVOKED] + PEACEFUL
    return [
        (code, lines)
        for code, lines in every
        if code in CHECKS and len(lines) < 6 and {log for log, *_ in lines} == {"cases/a"}
    ]


@pytest.mark.parametrize(("code", "lines"), one_log())
def test_the_order_of_logging_is_nothing_to_the_checks(code: str, lines: tuple[Line, ...]) -> None:
    codes = set()
    for several in permutations(lines):
        log = MemoryLog()
        log.append([Draft(name, *said, *id) for name, said, *id in several], STAMP)
        codes.add(tuple(sorted(problem.code for problem in fold("a", list(replay(log, "cases/a"))).problems)))
    assert len(codes) == 1


@pytest.mark.parametrize(
    ("time", "date", "expected"),
    [
        ("2026-11-23T09:59:59.999Z", "2026-11-24", ["future-event"]),
        ("2026-11-23T10:00:00.000Z", "2026-11-24", []),
        ("2026-11-23T23:59:59.999Z", "2026-11-25", ["future-event"]),
        ("9999-12-31T23:00:00.000Z", "9999-12-31", []),
        ("some day", "2026-11-24", []),
    ],
)
def test_somewhere_it_is_tomorrow_already(time: str, date: str, expected: list[str]) -> None:
    log = MemoryLog()
    log.append([Draft("cases/a", "note.added", note(date=date)[1])], STAMP)
    [event] = replay(log, "cases/a")
    case = fold("a", [msgspec.structs.replace(event, recordedtime=time)])
    assert [problem.code for problem in case.problems if problem.code == "future-event"] == expected


def test_what_several_logs_show_follows_each_of_them(tmp_path: Path) -> None:
    tracker = logged(tmp_path, (OPEN, a("note.added", note="n", date="2025-01-02", citations=cited("old"))))
    assert found(tracker, "source-older-than-event") == []
    tracker.log.append([Draft(*OLD[:1], *OLD[1], ID)], STAMP)
    assert len(found(tracker, "source-older-than-event")) == 1
    written(
        tracker.log, "sources", ("correction.made", {"of": ID, "field": "published", "value": "2025", "reason": "r"})
    )
    assert found(tracker, "source-older-than-event") == []


def test_a_case_of_which_nothing_was_told_is_silent_from_its_opening_on(tmp_path: Path) -> None:
    tracker = logged(tmp_path, (case("b"), ("cases/b", note())))
    tracker.log.append([Draft("cases/a", *opened())], Stamp("Lin Mei", "2026-01-02T00:00:00.000Z"))
    told = "nothing became known of it after 2026-01-02; the newest day known in the store is 2026-11-23"
    assert found(tracker, "silent") == [("a", told)]


def test_each_party_without_a_role_is_told_of_once() -> None:
    paid = ("payment.made", {"payer": "p", "payee": "q"})
    case = folded(opened(), paid, paid)
    assert [p.message for p in case.problems if p.code == "party-without-role"] == [
        "p (payer) has no role in the case", "q (payee) has no role in the case"
    ]  # fmt: skip


def test_strict_fails_when_anything_is_found(tmp_path: Path) -> None:
    logged(tmp_path, (OPEN, case("b")))
    assert [run("check", *strict, cwd=tmp_path).code for strict in ((), ("--strict",))] == [0, 0]
    written(Tracker(tmp_path).log, "cases/a", note())
    assert run("check", cwd=tmp_path).code == 0
    strict = run("check", "--strict", "--nl", cwd=tmp_path)
    assert (strict.code, strict.out.count("\n"), strict.err) == (
        1, 1, "Error: 1 problem found: 'tracker check' says what to do about each.\n"
    )  # fmt: skip
    assert run("check", "b", "--strict", cwd=tmp_path).code == 0
