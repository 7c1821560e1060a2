"""Deadlines by rule: periods, rules and calendars as data, and the arithmetic that shows its steps."""

DONE = ("met", "missed", "withdrawn")
"""What ends a deadline."""
