"""Orders as debts: who owes what to whom after payments, set-offs, waivers, stays and reversals.

Amounts are decimals of one currency each and are never added across currencies. A debt that several owe jointly is one
debt. Days that are not known exactly give a least and a most; no law is applied: who among joint debtors bears what in
the end is not asked here.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Becoming = Literal["payment", "set-off", "waiver", "stay", "stay lifted", "reversal"]
Sharing = Literal["alone", "jointly", "by share", "sharing not stated"]
Span = tuple[str, str]
"""The first and the last day on which something can have happened, YYYY-MM-DD."""
ZERO = Decimal(0)
ALWAYS = "9999-12-31"
"""A day by which everything has happened."""


class Order(NamedTuple):
    """An obligation: who owes what to whom, by when; amounts as ``10000 CNY``."""

    position: int
    issuer: str | None = None
    debtors: tuple[str, ...] = ()
    creditors: tuple[str, ...] = ()
    amount: str | None = None
    act: str | None = None
    joint_and_several: bool | None = None
    shares: tuple[str, ...] = ()
    condition: str | None = None
    due: str | None = None
    due_terms: str | None = None
    span: Span = ("0000-01-01", "0000-01-01")

    @property
    def is_shared(self) -> bool:
        """Whether each debtor owes a part that is known."""
        return bool(self.shares) and len(self.shares) == len(self.debtors) == len(set(self.debtors))

    @property
    def is_negative(self) -> bool:
        """Whether an amount in it is less than nothing, so that it makes no debt."""
        return any(text.startswith("-") for text in (*self.shares, self.amount or ""))


class Change(NamedTuple):
    """What became of an order, and the event that says so.

    ``order`` is the number of the order's event, 0 when there is none. ``amount`` None is all of it for a waiver and
    not stated for a payment. ``debtor`` is whose debt it is about; ``payee`` who was paid, when that is told;
    ``against`` the number of the order that it was set off against.
    """

    what: Becoming
    order: int
    position: int
    span: Span
    amount: str | None = None
    debtor: str | None = None
    reason: str | None = None
    payee: str | None = None
    against: int | None = None

    @property
    def ends_it(self) -> bool:
        """Whether nothing is owed from then on, whatever was paid before."""
        return self.what == "reversal" or (self.what == "waiver" and self.amount is None)


class Balance(NamedTuple):
    """One debt on a day: what was owed, and the least and the most that still is.

    ``paid_too_much`` is what surely went beyond it. ``state`` is open, discharged, stayed, perhaps stayed or reversed;
    ``changes`` are the numbers of the events that made it so.
    """

    order: Order
    debtors: tuple[str, ...]
    sharing: Sharing
    currency: str
    owed: Decimal
    least: Decimal
    most: Decimal
    paid_too_much: Decimal
    state: str
    changes: tuple[int, ...]


class _Debt(NamedTuple):
    debtors: tuple[str, ...]
    sharing: Sharing
    amount: Decimal
    currency: str


def money(text: str) -> tuple[Decimal, str]:
    """A decimal and its currency from ``10000 CNY``."""
    number, _, currency = text.partition(" ")
    return Decimal(number), currency


def plain(number: Decimal) -> str:
    """A decimal as an event would hold it: no exponent, no zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@contextmanager
def exactly(amounts: Iterable[str]) -> Iterator[None]:
    """Let sums and differences of these amounts be exact; the digits that Python keeps by itself are 28."""
    with localcontext() as context:
        context.prec = 28 + 2 * max((len(amount) for amount in amounts), default=0)
        yield


def debts_of(order: Order) -> list[_Debt]:
    """The debts that an order makes: one for each share, else one; none when it is not about money."""
    if order.is_negative:
        return []
    if order.is_shared:
        shares = zip(order.debtors, order.shares, strict=True)
        return [_Debt((debtor,), "by share", *money(share)) for debtor, share in shares]
    if order.amount is None:
        return []
    debtors = tuple(dict.fromkeys(order.debtors))
    sharing: Sharing = "alone" if len(debtors) < 2 else "jointly" if order.joint_and_several else "sharing not stated"
    return [_Debt(debtors, sharing, *money(order.amount))]


def balances(order: Order, changes: Iterable[Change], on: str = ALWAYS) -> list[Balance]:
    """The debts of an order on a day (YYYY-MM-DD), each with what became of it; none when it was not yet made.

    ``changes`` may be those of several orders. In any order they give the same.
    """
    if order.span[0] > on:
        return []
    mine = [change for change in changes if change.order == order.position and change.span[0] <= on]
    debts = debts_of(order)
    surely_made = order.span[1] <= on
    with exactly([order.amount or "", *order.shares, *(change.amount or "" for change in mine)]):
        return [
            _balance(order, debt, [c for c in mine if _is_about(c, debt, debts)], on, surely_made) for debt in debts
        ]


def _balance(order: Order, debt: _Debt, changes: Sequence[Change], on: str, surely_made: bool) -> Balance:
    least = most = debt.amount
    for change in changes:
        if change.what in ("stay", "stay lifted") or change.ends_it:
            continue
        if change.amount is None:  # how much was paid is not stated
            least = ZERO
            continue
        amount, _ = money(change.amount)
        least -= amount
        most -= amount if change.span[1] <= on else ZERO
    too_much = max(ZERO, -most)
    ended = [change for change in changes if change.ends_it]
    surely_ended = [change for change in ended if change.span[1] <= on]
    most = ZERO if surely_ended else max(ZERO, most)
    least = ZERO if ended or not surely_made else max(ZERO, min(least, most))
    if any(change.what == "reversal" for change in surely_ended):
        state = "reversed"
    else:
        state = _stayed(changes, on) if most else "discharged"
    positions = tuple(dict.fromkeys(sorted(change.position for change in changes)))
    return Balance(
        order, debt.debtors, debt.sharing, debt.currency, debt.amount, least, most, too_much, state, positions
    )


def _stayed(changes: Sequence[Change], on: str) -> str:
    """Whether enforcement is stayed on a day; ``perhaps`` where the days do not tell."""
    stays = [change for change in changes if change.what == "stay"]
    lifts = [change for change in changes if change.what == "stay lifted"]
    if all(any(_surely_before(stay, lift) and lift.span[1] <= on for lift in lifts) for stay in stays):
        return "open"
    surely = any(stay.span[1] <= on and all(_surely_before(lift, stay) for lift in lifts) for stay in stays)
    return "stayed" if surely else "perhaps stayed"


def _surely_before(one: Change, other: Change) -> bool:
    """Whether a change surely came before another; of two on the same day the one that was logged first did."""
    same_day = one.span[0] == one.span[1] == other.span[0] == other.span[1]
    return one.position < other.position if same_day else one.span[1] < other.span[0]


def _is_about(change: Change, debt: _Debt, debts: Sequence[_Debt]) -> bool:
    if change.what in ("stay", "stay lifted", "reversal"):
        return True
    if change.amount is not None and (change.amount.startswith("-") or money(change.amount)[1] != debt.currency):
        return False
    return len(debts) == 1 or change.debtor in debt.debtors


Doubt = tuple[str, int, str]
"""A code of ``tracker.problems``, the event's number, and a sentence."""


def by_order(changes: Iterable[Change]) -> dict[int, list[Change]]:
    """The changes of each order, by the number of its event."""
    found: dict[int, list[Change]] = {}
    for change in changes:
        found.setdefault(change.order, []).append(change)
    return found


def unsound(orders: Sequence[Order], changes: Sequence[Change]) -> Iterator[Doubt]:
    """What is doubtful about orders and what became of them."""
    ordered, of_order = {order.position for order in orders}, by_order(changes)
    ending = {order: [change for change in several if change.ends_it] for order, several in of_order.items()}
    by_position = {order.position: order for order in orders if debts_of(order)}
    for order in orders:
        yield from _odd_amounts(order)
    for order in by_position.values():
        for balance in balances(order, of_order.get(order.position, ())):
            if balance.paid_too_much:
                told = f"{plain(balance.paid_too_much)} {balance.currency} more than was owed is accounted for"
                yield "paid-too-much", balance.changes[-1], told
    for change in changes:
        if change.order not in ordered:
            yield "unknown-order", change.position, "it names an event that is no order of this case"
        elif change.what in ("payment", "set-off", "waiver"):
            order_of = by_position.get(change.order)
            debts = debts_of(order_of) if order_of else []
            if order_of is None or not any(_is_about(change, debt, debts) for debt in debts):
                yield "unplaced", change.position, _why_unplaced(change, debts)
            else:
                yield from _odd_change(change, order_of, by_position, ending[change.order])


def _odd_change(change: Change, order: Order, orders: dict[int, Order], ending: Sequence[Change]) -> Iterator[Doubt]:
    if change.payee and order.creditors and change.payee not in order.creditors:
        told = f"{change.payee} was paid, and event {order.position} orders payment to {' and '.join(order.creditors)}"
        yield "odd-payment", change.position, told
    if change.what == "payment" and change.span[1] < order.span[0]:
        yield "odd-payment", change.position, f"it was paid before the order of event {order.position} was made"
    if change.what == "payment" and any(each.span[1] < change.span[0] for each in ending):
        yield "paid-too-much", change.position, "nothing was owed any more when it was paid"
    other = orders.get(change.against or 0)
    if change.what == "set-off" and other is not None and not _mirror(order, other):
        told = f"the orders of events {order.position} and {other.position} are not between the same two sides"
        yield "odd-set-off", change.position, told


def _mirror(order: Order, other: Order) -> bool:
    """Whether each side of an order may stand on the other side of another; who is not stated may be anybody."""
    sides = ((order.debtors, other.creditors), (order.creditors, other.debtors))
    return all(not one or not two or set(one) & set(two) for one, two in sides)


def _why_unplaced(change: Change, debts: Sequence[_Debt]) -> str:
    if change.amount is not None and change.amount.startswith("-"):
        return f"{change.amount} is less than nothing"
    if not debts:
        return f"the order of event {change.order} is not about money"
    currencies = {debt.currency for debt in debts}
    if change.amount is not None and money(change.amount)[1] not in currencies:
        order = f"the order of event {change.order} ({', '.join(currencies)})"
        return f"{change.amount} is of another currency than {order}"
    return f"whose share of the order of event {change.order} it is about is not told"


def _odd_amounts(order: Order) -> Iterator[Doubt]:
    if order.is_negative:
        yield "less-than-nothing", order.position, "an amount is less than nothing, so that nothing is owed under it"
    elif order.shares:
        number, debtors = len(order.shares), len(order.debtors)
        shares = [money(share) for share in order.shares]
        if not order.is_shared:
            told = f"{number} share{'s' * (number != 1)} for {debtors} debtor{'s' * (debtors != 1)}: none is used"
            yield "shares-do-not-fit", order.position, told
        elif order.amount is not None and not _add_up(shares, *money(order.amount)):
            yield "shares-do-not-fit", order.position, f"the shares do not add up to {order.amount}"
        if order.joint_and_several:
            yield "shares-do-not-fit", order.position, "each debtor owes the whole and a share: correct one of them"


def _add_up(shares: Sequence[tuple[Decimal, str]], total: Decimal, currency: str) -> bool:
    with exactly([str(total), *(str(share) for share, _ in shares)]):
        return {each for _, each in shares} == {currency} and sum(share for share, _ in shares) == total
