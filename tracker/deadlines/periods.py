"""Periods: so many days, working days, weeks, months or years."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from tracker.errors import WrongUse

Unit = Literal["day", "business day", "week", "month", "year"]

LONGEST: Final[dict[Unit, int]] = {"day": 36_525, "business day": 26_000, "week": 5_218, "month": 1_200, "year": 100}
"""A century; a longer period is a slip of the pen."""

_UNITS: Final[dict[str, Unit]] = {
    "d": "day", "day": "day", "bd": "business day", "business day": "business day", "working day": "business day",
    "w": "week", "week": "week", "m": "month", "month": "month", "y": "year", "year": "year",
}  # fmt: skip
_FORM = re.compile(r"([0-9]+)\s*([a-z]+(?: [a-z]+)?)", re.ASCII).fullmatch


class BadPeriod(WrongUse):
    """A period that cannot be read, or that no rule can have."""

    def __init__(self, text: str, why: str) -> None:
        shown = text if len(text) <= 40 else text[:39] + "…"
        super().__init__(f"{shown!r} is no period: {why}; write 10d, 5bd (business days), 2w, 3m or 1y.")


class Period(NamedTuple):
    """A number of units, from 1 on."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        """As an event holds it: ``15 days``."""
        return f"{self.number} {self.unit}{'s' * (self.number != 1)}"


def period(text: str) -> Period:
    """Read a period: ``10d``, ``10 days``, ``5 business days``, ``2w``, ``3 months``, ``1y``; raises BadPeriod."""
    plain = " ".join(text.strip().casefold().split())
    match = _FORM(plain)
    if match is None:
        raise BadPeriod(
            text, "it has no number from 1 on" if plain[:1] in "-+." or not plain else "its form is not known"
        )
    unit = _UNITS.get(match[2]) or _UNITS.get(match[2].removesuffix("s"))
    if unit is None:
        raise BadPeriod(text, f"there is no unit {match[2]!r}")
    if why := fault(number := int(match[1][:9]), unit):
        raise BadPeriod(text, why)
    return Period(number, unit)


def fault(number: int, unit: Unit) -> str | None:
    """Why no period has so many units, as half a sentence; None when one can."""
    if number < 1:
        return "a period has one unit at least"
    if number > LONGEST[unit]:
        return f"it is longer than a century ({LONGEST[unit]:,} {unit}s)"
    return None
