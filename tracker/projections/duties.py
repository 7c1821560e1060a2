"""What the orders and the deadlines of a case look like as rows of the projection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracker import dates
from tracker.amounts import grouped
from tracker.errors import BadDate
from tracker.obligations import balances, by_order, plain
from tracker.pinpoints import pinpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.case import Case
    from tracker.duties import Deadline
    from tracker.obligations import Order

Row = tuple[str, dict[str, Any]]


class Pinpoints:
    """What the events of a case cite, in words: those of duties are shown so often that they stand ready."""

    def __init__(self, case: Case) -> None:
        self._cited = {entry.position: entry.data.citations for entry in case.entries if entry.data is not None}

    def of(self, position: int) -> str | None:
        """The pinpoints of the event of that number; None when it cites nothing."""
        return pinpoint(self._cited.get(position, ())) or None


def rows_of_orders(case: Case, pinpoints: Pinpoints) -> Iterator[Row]:
    """The orders of a case, what became of them, and the debts that they leave."""
    seen: dict[int, int] = {}
    changes = by_order(case.order_changes)
    for order in case.orders:
        number = seen[order.position] = seen.get(order.position, 0) + 1
        order_id = f"{case.name}#{order.position}/{number}"
        yield "orders", {**_order(case.name, order_id, order), "pinpoints": pinpoints.of(order.position)}
        for side, parties in (("debtor", order.debtors), ("creditor", order.creditors)):
            for at, party in enumerate(dict.fromkeys(parties), 1):
                share = order.shares[at - 1] if side == "debtor" and order.is_shared else None
                yield "order_parties", {
                    "order_id": order_id, "side": side, "party": party, "number": at, "share": share
                }  # fmt: skip
        for at, balance in enumerate(balances(order, changes.get(order.position, ())), 1):
            yield (
                "debts",
                {
                    "order_id": order_id,
                    "number": at,
                    "case_name": case.name,
                    "debtors": ",".join(balance.debtors),
                    "sharing": balance.sharing,
                    "currency": balance.currency,
                    "owed": plain(balance.owed),
                    "least": plain(balance.least),
                    "most": plain(balance.most),
                    "state": balance.state,
                },
            )
    for number, change in enumerate(case.order_changes, 1):
        amount, _, currency = (change.amount or "").partition(" ")
        yield (
            "order_changes",
            {
                "case_name": case.name,
                "number": number,
                "order_event": _ref(case.name, change.order or None),
                "what": change.what,
                "amount": amount or None,
                "currency": currency or None,
                "debtor": change.debtor,
                "reason": change.reason,
                "earliest": change.span[0],
                "latest": change.span[1],
                "development": _ref(case.name, change.position),
            },
        )


def _order(name: str, order_id: str, order: Order) -> dict[str, Any]:
    amount, _, currency = (order.amount or "").partition(" ")
    return {
        "id": order_id,
        "case_name": name,
        "issuer": order.issuer,
        "amount": amount or None,
        "currency": currency or None,
        "act": order.act,
        "what": " and ".join(filter(None, (grouped(order.amount or ""), order.act))) or None,
        "joint_and_several": None if order.joint_and_several is None else int(order.joint_and_several),
        "condition": order.condition,
        "made_from": order.span[0],
        "made_by": order.span[1],
        "due": order.due,
        **bounds(filter(None, (order.due,))),
        "due_terms": order.due_terms,
        "development": _ref(name, order.position),
    }


def rows_of_deadlines(case: Case, pinpoints: Pinpoints) -> Iterator[Row]:
    """The deadlines of a case with their results, their turns and where they were exported to."""
    for deadline in case.deadlines:
        ref = _ref(case.name, deadline.position)
        yield "deadlines", {**_deadline(case.name, deadline), "pinpoints": pinpoints.of(deadline.position)}
        for party in dict.fromkeys(deadline.parties):
            yield "deadline_parties", {"deadline": ref, "party": party}
        for number, result in enumerate(deadline.results, 1):
            row: dict[str, Any] = {"deadline": ref, "number": number, "since": result.since, "due": result.due}
            yield "deadline_results", {**row, "steps": "\n".join(result.steps)}
        for number, turn in enumerate(deadline.turns, 1):
            row = {"deadline": ref, "number": number, "what": turn.what, "due": _joined(turn.dues)}
            yield "deadline_turns", {**row, "reason": turn.reason, "ref": _ref(case.name, turn.position)}
        for export in deadline.exports:
            row = {"deadline": ref, "target": export.to, "due": _joined(export.dues)}
            yield "deadline_exports", {**row, "ref": _ref(case.name, export.position)}


def _deadline(name: str, deadline: Deadline) -> dict[str, Any]:
    same = {
        each: getattr(deadline, each)
        for each in (
            "name", "what", "status", "waits_for", "rule", "law", "calendar", "period", "served_by", "basis",
            "trigger_type",
        )
    }  # fmt: skip
    return {
        "id": _ref(name, deadline.position),
        "case_name": name,
        **same,
        "due": _joined(deadline.dues),
        **bounds(deadline.dues),
        "versions": ", ".join(deadline.versions) or None,
        "trigger": _ref(name, deadline.trigger),
        "days_used": _joined(result.since for result in deadline.results),
        "days_now": _joined(deadline.days_now),
        "stale": int(deadline.is_stale),
        "concerns": _ref(name, deadline.concerns),
    }


def _joined(several: Iterable[str]) -> str | None:
    return " or ".join(dict.fromkeys(several)) or None


def bounds(several: Iterable[str]) -> dict[str, str | None]:
    """The earliest and the latest day of several EDTF dates; empty when there are none, or none can be read."""
    known = []
    for text in several:
        try:
            known.append(dates.parse(text))
        except BadDate:
            continue
    return {
        "earliest": min((each.earliest for each in known), default=None),
        "latest": max((each.latest for each in known), default=None),
    }


def _ref(name: str, position: int | None) -> str | None:
    return f"{name}#{position}" if position else None
