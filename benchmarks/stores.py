"""Realistic stores of any size from a seed, written by the tracker's own writer.

Sizes of cases have a long tail, from 3 to 5,000 events; a line takes 600 to 900 bytes, a tenth of the summaries is
Chinese; dates are as uncertain as in the real cases; a twelfth of the events are amendments.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tracker.app import Tracker
from tracker.envelope import Draft, Stamp
from tracker.names import case_log, case_of

BY = "Benchmark"
FIRST_DAY = date(2024, 1, 2)
DAYS = 900
LARGEST = 5_000
SMALLEST = 3
STAMP = Stamp(BY, f"{FIRST_DAY.isoformat()}T08:00:00.000Z")
PARTIES, SOURCES = 400, 300
DAY = 86_400_000  # milliseconds

_TEXT = (
    "the buyer paid what was due and asked for the car to be shown before delivery; the seller refused, since its "
    "terms let it cancel an order whose balance is late; a witness from the workshop said that the part had been "
    "changed twice; counsel asked for more time to read what had been handed in; the court heard both sides on the "
    "expert's report and on costs; the company announced that owners would be told by letter and repaired the fault "
    "without charge"
)
ENGLISH = _TEXT.split()
CHINESE = (
    "买方已支付定金并要求在交付前查看车辆卖方以尾款逾期为由取消订单法院认为格式条款未尽提示义务"
    "双方对鉴定意见及费用承担发表意见公司表示将通知车主并免费维修被告请求延期举证"
)
COMMON = ("statement.made", "figure.stated", "note.added", "milestone.reached", "case.checked", "party.joined")
OF_SUITS = (
    "claim.made", "defence.raised", "filing.made", "evidence.submitted", "document.served", "hearing.scheduled",
    "hearing.held", "payment.made", "payment.demanded", "order.made", "judgment.given", "appeal.filed",
    "contract.concluded", "deadline.set",
)  # fmt: skip
KINDS = {
    "lawsuit": (12, (*COMMON, *OF_SUITS)),
    "incident": (3, (*COMMON, "incident.occurred", "investigation.opened", "finding.made", "report.issued")),
    "topic": (3, (*COMMON, "appointment.made", "shares.bought")),
    "penalty": (1, (*COMMON, "violation.found", "penalty.imposed", "payment.made")),
    "notice": (1, (*COMMON, "notice.sent", "notice.answered")),
    "rumour": (1, (*COMMON, "rumour.circulated", "rumour.denied")),
}
"""How many of each kind of case there are, and the event types of their logs."""
SHARES = {
    "statement.made": 14, "figure.stated": 14, "note.added": 8, "milestone.reached": 6, "case.checked": 2,
    "party.joined": 6, "filing.made": 8, "claim.made": 5, "defence.raised": 5, "evidence.submitted": 5,
    "document.served": 4, "hearing.scheduled": 3, "hearing.held": 3, "payment.made": 3, "payment.demanded": 1,
    "order.made": 1, "judgment.given": 1, "appeal.filed": 1, "contract.concluded": 2, "deadline.set": 3,
    "incident.occurred": 2, "investigation.opened": 2, "finding.made": 4, "report.issued": 3, "appointment.made": 4,
    "shares.bought": 4, "violation.found": 2, "penalty.imposed": 2, "notice.sent": 4, "notice.answered": 3,
    "rumour.circulated": 3, "rumour.denied": 2,
}  # fmt: skip
"""How often each type comes beside the others of its kind of case."""
AMENDED = 12
"""One event in so many amends one before it."""
NEVER_DATED = ("deadline.set", "party.joined")
UNSUMMARISED = (*NEVER_DATED, "case.checked", "note.added")


class Case:
    """One case on its way into its log: its parties, what can be amended, and the day that it has come to."""

    def __init__(self, name: str, size: int, rng: random.Random) -> None:
        self.name, self.size, self.rng = name, size, rng
        kinds = list(KINDS)
        [self.kind] = rng.choices(kinds, [KINDS[kind][0] for kind in kinds])
        self.types = KINDS[self.kind][1]
        self.parties = [f"party-{(rng.randrange(PARTIES)):03d}" for _ in range(2 + min(10, size // 20))]
        self.dated: list[str] = []
        self.disputed: list[str] = []
        self.day = 0

    def drafts(self) -> Iterator[Draft]:
        """The events of the log; the days go by evenly from the first to the last."""
        log, rng = case_log(self.name), self.rng
        shares = [SHARES[kind] for kind in self.types]
        for number in range(self.size):
            self.day = 60 + (DAYS - 60) * number // self.size
            event_id = new_id(rng)
            if number == 0:
                kind, data = "case.opened", self.opening()
            elif self.dated and rng.randrange(AMENDED) == 0:
                kind, data = self.amendment()
            else:
                [kind] = rng.choices(self.types, shares)
                data = self.fields(kind) | self.cited()
                if kind not in UNSUMMARISED:
                    data["summary"] = summary(rng)
                if kind not in NEVER_DATED and (when := self.date()):
                    data["date"] = when
                    self.dated.append(event_id)
            yield Draft(log, kind, data, event_id, after=self.day * DAY + number)

    def opening(self) -> dict[str, Any]:
        title = f"{words(self.rng, 4)} ({self.name})"
        return {"kind": self.kind, "title": title, "forum": self.party(), "about": words(self.rng, 16)}

    def fields(self, kind: str) -> dict[str, Any]:
        """What an event of a type says, beside date, summary and citations."""
        r, party, day = self.rng, self.party, self.iso(self.rng.randrange(1, 50))
        one, other = r.sample(self.parties, 2) if len(set(self.parties)) > 1 else (self.parties[0], "party-000")
        match kind:
            case "statement.made":
                return {"speaker": one, "venue": "press conference", "gist": words(r, 12)}
            case "figure.stated":
                what = f"{words(r, 3)} {r.randrange(10_000)}"
                number = str(r.randrange(10, 10_000_000))
                return {"what": what, "value": number, "unit": "vehicles", "as_of": day, "scope": "to date"}
            case "note.added":
                return {"note": words(r, 30)}
            case "case.checked":
                return {"note": words(r, 6)}
            case "milestone.reached":
                return {"party": one, "milestone": words(r, 8)}
            case "party.joined":
                roles = {"lawsuit": ("plaintiff", "defendant"), "incident": ("owner",), "notice": ("sender",)}
                return {"party": one, "role": r.choice(roles.get(self.kind, ("company",)))}
            case "claim.made":
                return {"claimant": one, "against": [other], "claim": words(r, 14)}
            case "defence.raised":
                return {"party": one, "defence": words(r, 14)}
            case "filing.made":
                return {"party": one, "document": words(r, 4)}
            case "evidence.submitted":
                return {"party": one, "description": words(r, 8), "pages": r.randrange(1, 300)}
            case "document.served":
                return {"document": words(r, 4), "on": [one], "manner": "post"}
            case "hearing.scheduled":
                return {"set_for": self.iso(-r.randrange(10, 60)), "court": one, "purpose": "hearing"}
            case "hearing.held":
                return {"court": one, "purpose": words(r, 3)}
            case "payment.made":
                return {"payer": one, "payee": other, "amount": money(r), "purpose": words(r, 3)}
            case "payment.demanded":
                return {"creditor": one, "debtor": other, "amount": money(r)}
            case "order.made":
                due = self.iso(-r.randrange(10, 60))
                return {"issuer": party(), "debtors": [one], "creditors": [other], "amount": money(r), "due": due}
            case "judgment.given":
                grounds = [words(r, 9), words(r, 9)]
                return {"court": one, "instance": "first", "outcome": words(r, 6), "grounds": grounds}
            case "appeal.filed":
                return {"appellants": [one]}
            case "contract.concluded":
                return {"between": [one, other], "subject": words(r, 6), "price": money(r)}
            case "deadline.set":
                name, due = f"task-{self.day}-{r.randrange(10**6)}", self.iso(-r.randrange(10, 60))
                return {"deadline": name, "what": words(r, 6), "parties": [one], "due": due, "basis": "court order"}
            case "incident.occurred":
                return {"place": words(r, 5), "object": words(r, 4), "injured": r.randrange(4)}
            case "investigation.opened":
                return {"authority": one}
            case "finding.made":
                return {"authority": one, "finding": words(r, 10)}
            case "report.issued":
                return {"authority": one, "report": words(r, 10)}
            case "appointment.made":
                return {"person": one, "position": words(r, 3), "organisation": other}
            case "shares.bought":
                return {"buyer": one, "issuer": other, "shares": r.randrange(10**6), "price": money(r)}
            case "violation.found":
                return {"authority": one, "violator": other, "violation": words(r, 8)}
            case "penalty.imposed":
                return {"authority": one, "on": other, "fine": money(r)}
            case "notice.sent":
                return {"senders": [one], "recipients": [other], "ground": words(r, 6)}
            case "notice.answered":
                return {"responder": one, "answer": words(r, 8)}
            case "rumour.circulated":
                return {"about": one, "rumour": words(r, 8)}
            case "rumour.denied":
                return {"speaker": one}
        raise ValueError(kind)

    def amendment(self) -> tuple[str, dict[str, Any]]:
        """An amendment of an event before, in the shares that real cases have."""
        rng = self.rng
        of, kind = rng.choice(self.dated), rng.random()
        if self.disputed and kind < 0.25:
            reason = {"value": self.iso(rng.randrange(1, 50)), "reason": words(rng, 8)}
            return "dispute.settled", {"of": self.disputed.pop(), "field": "date", **reason}
        if kind < 0.6:
            self.disputed.append(of)
            return "dispute.raised", {
                "of": of,
                "field": "date",
                "value": self.iso(rng.randrange(1, 50)),
                **self.cited(),
            }
        if kind < 0.9:
            value = self.iso(rng.randrange(1, 50))
            return "correction.made", {"of": of, "field": "date", "value": value, "reason": words(rng, 8)}
        self.dated = [each for each in self.dated if each != of]
        self.disputed = [each for each in self.disputed if each != of]
        return "retraction.made", {"of": of, "reason": words(rng, 10)}

    def cited(self) -> dict[str, Any]:
        """Citations of sources that were published within some days after."""
        rng = self.rng
        count = rng.choices((0, 1, 2), (1, 7, 2))[0]
        first = min(SOURCES - 8, self.day * SOURCES // DAYS)
        found = [{"source": f"source-{first + rng.randrange(8):03d}", "locator": str(rng.randrange(1, 50))}
                 for _ in range(count)]  # fmt: skip
        return {"citations": found} if found else {}

    def party(self) -> str:
        return self.rng.choice(self.parties)

    def iso(self, before: int) -> str:
        """The day so many days before the one that the log has come to."""
        return (FIRST_DAY + timedelta(days=self.day - before)).isoformat()

    def date(self) -> str | None:
        """A date as sources give it: most a day, others a month, in doubt, a span or none."""
        day, kind = self.iso(self.rng.randrange(32, 60)), self.rng.random()
        if kind < 0.62:
            return day
        if kind < 0.76:
            return day[:7]
        if kind < 0.82:
            return f"{day[:7]}~"
        if kind < 0.90:
            return f"../{day}"
        if kind < 0.95:
            return f"{day[:7]}-01/{day[:7]}-28"
        return None


def make(
    root: Path, events: int, *, cases: int | None = None, seed: int = 1, told: Callable[[str], object] = print
) -> None:
    """Write a store of so many events of cases below ``root``; registers come on top. Raises StoreExists.

    Without ``cases`` there is one to a hundred events.
    """
    rng = random.Random(seed)
    tracker = Tracker.init(root)
    sizes = case_sizes(events, max(1, events // 100) if cases is None else cases, rng)
    tracker.log.append([*_parties(rng)], STAMP)
    tracker.log.append([*_sources(rng)], STAMP)
    for number, size in enumerate(sizes):
        tracker.log.append([*Case(f"case-{number:05d}", size, rng).drafts()], STAMP)
        if number % 500 == 0:
            told(f"{number:,} of {len(sizes):,} cases")


def write_case(root: Path, name: str, events: int) -> None:
    """Write one more case of so many events; where there is no store below ``root`` yet, with the registers only."""
    if not (root / "events").exists():
        make(root, 0, cases=0)
    Tracker(root).log.append([*Case(name, events, random.Random(name)).drafts()], STAMP)


def write_batch(root: Path, target: Path) -> None:
    """Write the events of all cases as a batch that logs them again, in another store with the same registers."""
    tracker = Tracker(root)
    with target.open("wb") as out:
        for log in tracker.log.logs():
            for event in tracker.events(log) if (case := case_of(log)) else ():
                entry = {"case": case, "type": event.type, "data": event.data, "id": event.id}
                out.write(msgspec.json.encode(entry) + b"\n")


def case_sizes(events: int, cases: int, rng: random.Random) -> list[int]:
    """How many events each case gets: a long tail, and ``events`` in all."""
    if cases * SMALLEST > events or cases * LARGEST < events:
        raise ValueError(f"{events} events cannot be {SMALLEST} to {LARGEST} in each of {cases} cases")
    weights = [rng.lognormvariate(0, 1.8) for _ in range(cases)]
    sizes = [SMALLEST] * cases
    while (left := events - sum(sizes)) > 0:
        open_cases = [n for n in range(cases) if sizes[n] < LARGEST]
        unit = left / sum(weights[n] for n in open_cases)
        for n in open_cases:
            sizes[n] = min(LARGEST, sizes[n] + int(unit * weights[n]))
        for n in open_cases[: events - sum(sizes)]:
            sizes[n] += sizes[n] < LARGEST
    return sizes


def words(rng: random.Random, count: int) -> str:
    """So many words of text that means nothing."""
    start = rng.randrange(len(ENGLISH))
    return " ".join(ENGLISH[(start + n) % len(ENGLISH)] for n in range(count)).strip(" ;,")


def money(rng: random.Random) -> str:
    return f"{rng.randrange(100, 900_000)} CNY"


def new_id(rng: random.Random) -> str:
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-7{bits[13:16]}-8{bits[17:20]}-{bits[20:]}"


def summary(rng: random.Random) -> str:
    if rng.randrange(10) == 0:
        start = rng.randrange(len(CHINESE))
        return ((CHINESE[start:] + CHINESE) * 2)[: rng.randrange(30, 80)]
    return words(rng, rng.randrange(8, 36))


def _parties(rng: random.Random) -> Iterator[Draft]:
    for number in range(PARTIES):
        data = {"party": f"party-{number:03d}", "name": f"Party {number} {words(rng, 2)}", "what": "company"}
        yield Draft("parties", "party.added", data, new_id(rng))


def _sources(rng: random.Random) -> Iterator[Draft]:
    for number in range(SOURCES):
        data = {
            "source": f"source-{number:03d}", "title": words(rng, 6), "publisher": f"publisher {number % 40}",
            "published": (FIRST_DAY + timedelta(days=number * DAYS // SOURCES)).isoformat(), "paragraphs": 60,
        }  # fmt: skip
        yield Draft("sources", "source.added", data, new_id(rng))
