"""Orders as debts: who owes what to whom after payments, set-offs, waivers, stays and reversals.

Amounts are decimals of one currency each and are never added across currencies. A debt that several owe jointly is one
debt. Days that are not known exactly give a least and a most; no law is applied: who among joint debtors bears what in
the end is not asked here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Becoming = Literal["payment", "set-off", "waiver", "stay", "stay lifted", "reversal"]
Sharing = Literal["alone", "jointly", "by share", "sharing not stated"]
ZERO = Decimal(0)
ALWAYS = "9999-12-31"
"""A day by which everything has happened."""


class Order(NamedTuple):
    """An obligation: who owes what to whom, by when; amounts as ``10000 CNY``, ``span`` as of ``Place``."""

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
    span: tuple[str, str] = ("0000-01-01", "0000-01-01")

    @property
    def is_shared(self) -> bool:
        """Whether each debtor owes a part that is known."""
        return bool(self.shares) and len(self.shares) == len(self.debtors) == len(set(self.debtors))


class Change(NamedTuple):
    """What became of an order: the event that says so, and the first and the last day on which it can have happened.

    ``order`` is the number of the order's event, 0 when there is none; ``amount`` None is all of it for a waiver and
    not stated for a payment; ``debtor`` is whose debt it is about.
    """

    what: Becoming
    order: int
    position: int
    span: tuple[str, str]
    amount: str | None = None
    debtor: str | None = None
    reason: str | None = None


class Balance(NamedTuple):
    """One debt on a day: what was owed, and the least and the most that still is.

    ``paid_too_much`` is what surely went beyond it. ``state`` is open, discharged, stayed or reversed; ``changes`` are
    the numbers of the events that made it so.
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


def debts_of(order: Order) -> list[_Debt]:
    """The debts that an order makes: one for each share, else one; none when it is not about money."""
    if any(text.startswith("-") for text in (*order.shares, order.amount or "")):
        return []  # less than nothing is owed by nobody
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
    return [_balance(order, debt, [c for c in mine if _is_about(c, debt, debts)], on, surely_made) for debt in debts]


def _balance(order: Order, debt: _Debt, changes: Sequence[Change], on: str, surely_made: bool) -> Balance:
    least = most = debt.amount
    for change in changes:
        surely = change.span[1] <= on
        amount = _reduction(change)
        if amount is None:  # how much was paid is not stated
            least = ZERO
            continue
        least -= amount
        most -= amount if surely else ZERO
    too_much = max(ZERO, -most)
    ended = [change for change in changes if _ends_it(change)]
    surely_ended = [change for change in ended if change.span[1] <= on]
    most = ZERO if surely_ended else max(ZERO, most)
    least = ZERO if ended or not surely_made else max(ZERO, min(least, most))
    state = _state(most, surely_ended, [change for change in changes if change.span[1] <= on])
    positions = tuple(dict.fromkeys(sorted(change.position for change in changes)))
    return Balance(
        order, debt.debtors, debt.sharing, debt.currency, debt.amount, least, most, too_much, state, positions
    )


def _ends_it(change: Change) -> bool:
    """Whether nothing is owed from then on, whatever was paid before."""
    return change.what == "reversal" or (change.what == "waiver" and change.amount is None)


def _state(most: Decimal, ended: Sequence[Change], changes: Sequence[Change]) -> str:
    if any(change.what == "reversal" for change in ended):
        return "reversed"
    if not most:
        return "discharged"
    stays = sorted((c for c in changes if c.what in ("stay", "stay lifted")), key=lambda c: (c.span, c.position))
    return "stayed" if stays and stays[-1].what == "stay" else "open"


def _reduction(change: Change) -> Decimal | None:
    """By how much a change makes a debt smaller; None when that is not stated."""
    if change.what in ("stay", "stay lifted") or _ends_it(change):
        return ZERO
    return money(change.amount)[0] if change.amount is not None else None


def _is_about(change: Change, debt: _Debt, debts: Sequence[_Debt]) -> bool:
    if change.what in ("stay", "stay lifted", "reversal"):
        return True
    if change.amount is not None and (change.amount.startswith("-") or money(change.amount)[1] != debt.currency):
        return False
    return len(debts) == 1 or change.debtor in debt.debtors


def unsound(orders: Sequence[Order], changes: Sequence[Change]) -> Iterator[tuple[str, int, str]]:
    """What is doubtful about orders and what became of them: a code, the event's number, and a sentence."""
    by_position = {order.position: order for order in orders if debts_of(order)}
    for order in by_position.values():
        yield from _unsound_shares(order)
        for balance in balances(order, changes):
            if balance.paid_too_much:
                told = f"{plain(balance.paid_too_much)} {balance.currency} more than was owed is accounted for"
                yield "paid-too-much", balance.changes[-1], told
    ordered = {order.position for order in orders}
    for change in changes:
        order_of = by_position.get(change.order)
        if change.order not in ordered:
            yield "unknown-order", change.position, "it names an event that is no order of this case"
        elif change.what in ("payment", "set-off", "waiver"):
            debts = debts_of(order_of) if order_of else []
            if not any(_is_about(change, debt, debts) for debt in debts):
                yield "unplaced", change.position, _why_unplaced(change, debts)


def _why_unplaced(change: Change, debts: Sequence[_Debt]) -> str:
    if not debts:
        return f"the order of event {change.order} is not about money"
    currencies = {debt.currency for debt in debts}
    if change.amount is not None and change.amount.startswith("-"):
        return f"{change.amount} is less than nothing"
    if change.amount is not None and money(change.amount)[1] not in currencies:
        return (
            f"{change.amount} is of another currency than the order of event {change.order} ({', '.join(currencies)})"
        )
    return f"whose share of the order of event {change.order} it is about is not told"


def _unsound_shares(order: Order) -> Iterator[tuple[str, int, str]]:
    if not order.shares or order.amount is None:
        return
    total, currency = money(order.amount)
    shares = [money(share) for share in order.shares]
    if len(shares) != len(order.debtors):
        yield (
            "shares-do-not-fit",
            order.position,
            f"{len(shares)} shares for {len(order.debtors)} debtors: none is used",
        )
    elif {each for _, each in shares} != {currency} or sum(share for share, _ in shares) != total:
        yield "shares-do-not-fit", order.position, f"the shares do not add up to {order.amount}"
    if order.joint_and_several:
        yield "shares-do-not-fit", order.position, "each debtor owes the whole and a share: correct one of them"
