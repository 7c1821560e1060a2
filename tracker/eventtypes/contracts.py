"""Contracts between the parties: concluded, changed, cancelled."""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import Development, Money, PartyId, Text, event_type, says


@event_type(
    "contract.concluded",
    "Contract concluded",
    "合同订立",
    {
        "date": "2024-07",
        "between": ["ms-li", "xiaomi-haikou"],
        "subject": "an SU7 Max",
        "price": "318900 CNY",
    },
)
class ContractConcluded(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Parties entered into a contract."""

    sentence = ("{between}: {subject}", ", at {price}")
    between: Annotated[tuple[PartyId, ...], says("the parties to it")]
    subject: Annotated[Text, says("what it is about")]
    price: Annotated[Money | None, says("the price agreed")] = None


@event_type(
    "contract.amended",
    "Contract amended",
    "合同变更",
    {"date": "2024-10", "between": ["ms-li", "xiaomi-haikou"], "change": "delivery may be called for within 360 days"},
)
class ContractAmended(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Parties changed or supplemented a contract."""

    sentence = ("{between}: {change}",)
    between: Annotated[tuple[PartyId, ...], says("the parties who agreed")]
    change: Annotated[Text, says("what they agreed")]


@event_type(
    "contract.cancelled",
    "Contract cancelled",
    "合同解除",
    {"date": "2024-12/..", "canceller": "xiaomi-haikou", "reason": "balance not paid", "kept": "5000 CNY"},
)
class ContractCancelled(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party ended a contract; the other may say it could not."""

    sentence = ("{canceller} cancelled the contract", " ({reason})", " and kept {kept}")
    canceller: Annotated[PartyId, says("who cancelled")]
    reason: Annotated[Text | None, says("the reason given")] = None
    kept: Annotated[Money | None, says("money kept back, such as a deposit")] = None
