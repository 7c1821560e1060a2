"""What is doubtful about a case as its own log shows it: a function for each code of ``tracker.problems``.

Only what is sure is told: a date that is approximate, uncertain or disputed comes before another only when every value
it may have does. None of it depends on the order of logging, and no clock is read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tracker.dates import LATEST, EDTFDate, parse, surely_before
from tracker.errors import BadDate
from tracker.eventtypes.base import Development, EventData, party_fields, require_type
from tracker.eventtypes.orders import OrderMade
from tracker.kinds import UNKNOWN
from tracker.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.amendments import Standing
    from tracker.state import CaseBuilder, Figure

MOST_AHEAD = timedelta(hours=14)
"""How far a local day can be ahead of UTC, in which events are logged."""
LONGEST_NUMBER = 100
"""Characters; what is longer is no figure that anybody counted, and its arithmetic would cost."""
ACTING = ("claims", "filings", "payments", "contracts")
"""The families whose parties are expected to have a role in the case; so are those of an order."""


class Logged(NamedTuple):
    """An event that can be read: its number, when it was logged, what it says as amended, and how it stands.

    ``earliest`` is the first day on which it can have happened; empty when that is not stated.
    """

    position: int
    recordedtime: str
    data: EventData
    standing: Standing
    earliest: str


class Seen(NamedTuple):
    """What a check looks at: the case as it was built, and its events by number, without what was retracted."""

    case: CaseBuilder
    kind_name: str
    events: Mapping[int, Logged]
    by_type: Mapping[str, Sequence[Logged]]

    def of(self, *types: str) -> Sequence[Logged]:
        """The events of some types, in the order of logging."""
        if len(types) == 1:
            return self.by_type.get(types[0], ())
        return sorted(chain.from_iterable(self.by_type.get(each, ()) for each in types))


Finding = tuple[int | None, str]
"""The event's number, None when it is about the whole case, and what is doubtful."""


def look_over(case: CaseBuilder, kind_name: str, events: Iterable[Logged]) -> Iterator[Problem]:
    """Everything doubtful about a case that was built from ``events``: those not retracted, in the order of logging."""
    by_position = {event.position: event for event in events}
    by_type: dict[str, list[Logged]] = {}
    for event in by_position.values():
        by_type.setdefault(event.data.type, []).append(event)
    seen = Seen(case, kind_name, by_position, by_type)
    for code, check in CHECKS.items():
        yield from (Problem(code, case.name, position, message) for position, message in check(seen))


def _not_opened(seen: Seen) -> Iterator[Finding]:
    if seen.case.opened_by is None:
        yield None, "no event opens the case"


def _unknown_kind(seen: Seen) -> Iterator[Finding]:
    if seen.case.opened_by is not None and seen.case.kind is UNKNOWN:
        yield seen.case.opened_by, f"kind {seen.kind_name!r} is not known"


def _odd_role(seen: Seen) -> Iterator[Finding]:
    kind = seen.case.kind
    for role in seen.case.roles.values():
        if kind is not UNKNOWN and role.role not in kind.roles:
            yield role.position, f"{role.party} is {role.role!r}, which is no role of a {kind.name}"


def _party_without_role(seen: Seen) -> Iterator[Finding]:
    introduced = {party for party, _ in seen.case.roles}
    acting = (name for name in seen.by_type if require_type(name).family in ACTING or name == OrderMade.type)
    for event in seen.of(*acting):
        for field, party in _parties(event.data):
            if party not in introduced:
                introduced.add(party)
                yield event.position, f"{party} ({field}) has no role in the case"


def _hearing_before_filing(seen: Seen) -> Iterator[Finding]:
    filings = [_day(event, "date") for event in seen.of("suit.filed")]
    # Which suit of several a hearing belongs to is not told: it is early when it is before all of them.
    dated = [filing for filing in filings if filing]
    if not dated or len(dated) < len(filings):
        return
    first = min(dated, key=lambda filing: filing.earliest)
    days = {"hearing.held": ("date",), "hearing.scheduled": ("set_for",), "hearing.postponed": ("set_for", "until")}
    for event in seen.of(*days):
        for field in days[event.data.type]:
            day = _day(event, field)
            if day and surely_before(day, first):
                yield event.position, f"the hearing of {day.text} is before the suit was filed ({first.text})"
                break


def _future_event(seen: Seen) -> Iterator[Finding]:
    # Nearly all had begun by any clock when they were logged; only for the others it has to be reckoned.
    for event in (each for each in seen.events.values() if each.earliest > each.recordedtime[:10]):
        day = _day(event, "date") if isinstance(event.data, Development) else None
        if day and day.earliest > _last_day(event.recordedtime):
            yield event.position, f"it is dated {day.text} and was logged on {event.recordedtime[:10]}"


def _withdrawn_before_made(seen: Seen) -> Iterator[Finding]:
    for event in seen.of("statement.made"):
        made, withdrawn = _day(event, "date"), _day(event, "withdrawn")
        if made and withdrawn and surely_before(withdrawn, made):
            yield event.position, f"the statement of {made.text} was withdrawn on {withdrawn.text}"


def _due_before_order(seen: Seen) -> Iterator[Finding]:
    for event in seen.of("order.made"):
        made, due = _day(event, "date"), _day(event, "due")
        if made and due and surely_before(due, made):
            yield event.position, f"the order of {made.text} was due on {due.text}"


def _order_without_debtor(seen: Seen) -> Iterator[Finding]:
    for order in seen.case.orders:
        if not order.debtors:
            yield order.position, f"nobody owes {order.amount or order.act or 'what is ordered'}"


def _judgment_without_outcome(seen: Seen) -> Iterator[Finding]:
    for judgment in seen.case.judgments:
        if judgment.outcome is None:
            yield judgment.position, "how the court decided is not told"


def _payment_to_oneself(seen: Seen) -> Iterator[Finding]:
    for event in seen.of("payment.made", "payment.demanded", "order.made"):
        sides: dict[str, set[str]] = {}
        for field, party in _parties(event.data):
            sides.setdefault(field, set()).add(party)
        for pays, paid in (("payer", "payee"), ("debtor", "creditor"), ("debtors", "creditors")):
            for party in sorted(sides.get(pays, set()) & sides.get(paid, set())):
                yield event.position, f"{party} is both {pays.removesuffix('s')} and {paid.removesuffix('s')}"


def _figures_conflict(seen: Seen) -> Iterator[Finding]:
    alike: dict[tuple[str | None, ...], list[Figure]] = {}
    for figure in seen.case.figures:
        event = seen.events[figure.position]
        hedged = figure.closeness in ("about", "nearly")
        if event.standing.status == "" and not hedged and len(figure.value) <= LONGEST_NUMBER:
            # Without a day that it holds for, a number holds for the day on which it was given.
            as_of = figure.as_of or getattr(event.data, "date", None)
            alike.setdefault((figure.what, figure.unit, figure.scope, as_of, figure.counted_by), []).append(figure)
    for figures in alike.values():
        if pair := _contradicting(figures):
            one, other = sorted(pair, key=lambda figure: figure.position)
            yield other.position, f"{one.what}: {_number(other)} here, {_number(one)} in event {one.position}"


def _contradicting(figures: Sequence[Figure]) -> tuple[Figure, Figure] | None:
    """Two figures that no one number fits: ``at least 3`` and ``at most 5`` go together, 3 and 5 do not.

    When one is the other rounded (29 and 29.01), they go together too.
    """
    at_least = [each for each in figures if each.closeness not in ("at most", "less than")]
    at_most = [each for each in figures if each.closeness not in ("at least", "more than")]
    if not at_least or not at_most:
        return None
    low = max(at_least, key=lambda each: (Decimal(each.value), each.closeness == "more than"))
    high = min(at_most, key=lambda each: (Decimal(each.value), each.closeness != "less than"))
    strict = low.closeness == "more than" or high.closeness == "less than"
    low_value, high_value = Decimal(low.value), Decimal(high.value)
    if _is_rounded(low_value, high_value) or _is_rounded(high_value, low_value):
        return (low, high) if strict and low_value == high_value else None
    return (low, high) if low_value > high_value else None


def _is_rounded(rough: Decimal, fine: Decimal) -> bool:
    """Whether ``rough`` is ``fine``, or ``fine`` rounded to two digits or more; of one digit, 10 would be 12."""
    _, digits, exponent = rough.normalize().as_tuple()
    assert isinstance(exponent, int), "a pattern lets only finite decimals in"
    return rough == fine or (len(digits) > 1 and abs(rough - fine) * 2 <= Decimal(1).scaleb(exponent))


def _number(figure: Figure) -> str:
    return " ".join(filter(None, (figure.closeness, figure.value, figure.unit)))


def _uncited(seen: Seen) -> Iterator[Finding]:
    bare = [
        event.position
        for event in seen.events.values()
        if not event.data.citations and event.data.in_timeline and not _is_cited_since(event, seen)
    ]
    if bare:
        events = f"event{'s' * (len(bare) > 1)} {', '.join(map(str, bare[:5]))}{' and more' * (len(bare) > 5)}"
        yield None, f"{len(bare)} development{'s' * (len(bare) > 1)} without a source: {events}"


def _is_cited_since(event: Logged, seen: Seen) -> bool:
    """Whether it has a source that came with an amendment in force."""
    standing = event.standing
    claimed = any(claim.citations for dispute in standing.disputes for claim in dispute.claims)
    amended_by = [correction.position for correction in standing.corrections]
    amended_by += [dispute.settled.position for dispute in standing.disputes if dispute.settled]
    return claimed or any(seen.events[each].data.citations for each in amended_by)


def _parties(data: EventData) -> Iterator[tuple[str, str]]:
    """The parties that an event names, each with the field that names it."""
    for field, is_many in party_fields(type(data)):
        if value := getattr(data, field):
            for party in value if is_many else (value,):
                yield field, party


def _day(event: Logged, field: str) -> EDTFDate | None:
    """The days that a field of an event may mean, all values of a dispute taken in; None when nothing is sure."""
    standing = event.standing
    texts = [getattr(version, field) for version in (standing.versions() if standing.disputes else (standing.data,))]
    if None in texts:
        return None
    try:
        found = [parse(text) for text in texts]
    except BadDate:
        return None
    if any(day.approximate or day.uncertain for day in found):
        return None
    if len(found) == 1:
        return found[0]
    return found[0]._replace(
        earliest=min(day.earliest for day in found),
        latest=max(day.latest for day in found),
    )


@lru_cache
def _last_day(recordedtime: str) -> str:
    """The last day that it can have been anywhere when an event was logged."""
    try:
        return (datetime.fromisoformat(recordedtime) + MOST_AHEAD).date().isoformat()
    except (ValueError, OverflowError):  # a line that the door would not have let in
        return LATEST


def _privilege_undescribed(seen: Seen) -> Iterator[Finding]:
    for event in (each for each in seen.events.values() if each.standing.privileges):
        claims = [each for each in event.standing.privileges if each.waived_by is None]
        if claims and not any(each.claim.description for each in claims):
            yield claims[0].position, "the claim does not say, for the privilege log, what is withheld"


CHECKS: Mapping[str, Callable[[Seen], Iterator[Finding]]] = {
    "due-before-order": _due_before_order,
    "figures-conflict": _figures_conflict,
    "future-event": _future_event,
    "hearing-before-filing": _hearing_before_filing,
    "judgment-without-outcome": _judgment_without_outcome,
    "not-opened": _not_opened,
    "odd-role": _odd_role,
    "order-without-debtor": _order_without_debtor,
    "party-without-role": _party_without_role,
    "payment-to-oneself": _payment_to_oneself,
    "privilege-undescribed": _privilege_undescribed,
    "uncited": _uncited,
    "unknown-kind": _unknown_kind,
    "withdrawn-before-made": _withdrawn_before_made,
}
"""What is looked for, by its code; another check is one function and one line here."""
