"""Decimals and amounts of money as people read them."""

from __future__ import annotations


def span_of_money(least: str, most: str, currency: str) -> str:
    """An amount for people, or the least and the most that it can be: ``5,000 to 10,000 CNY``."""
    low, high = grouped(least), grouped(most)
    return f"{high} {currency}" if low == high else f"{low} to {high} {currency}"


def grouped(number: str) -> str:
    """A decimal, or an amount, with its thousands set apart: ``113,100,000,000 CNY``."""
    whole, dot, rest = number.partition(".")
    digits, space, currency = whole.partition(" ")
    sign, digits = digits[: digits.startswith("-")], digits.removeprefix("-")
    return f"{sign}{int(digits):,}{space}{currency}{dot}{rest}" if digits.isdigit() else number
