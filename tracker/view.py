"""What is looked at of a record: from when to when, known and logged by when, and as told by whom."""

from __future__ import annotations

from typing import NamedTuple


class View(NamedTuple):
    """What is looked at: happened from ``since`` to ``until``, known by ``known_by``, logged by ``recorded_by``.

    Days are YYYY-MM-DD, a recorded time may also be an RFC 3339 time in UTC; None leaves a clock out. ``told_by`` (a
    party, or a role in the case) takes that side's values where they are disputed and leaves out what only others
    assert; ``undisputed`` leaves out what is disputed and what only one side asserts. ``unprivileged`` leaves out what
    is privileged now, whatever the clocks say, and what refers to it (``tracker.privilege``).
    """

    since: str | None = None
    until: str | None = None
    known_by: str | None = None
    recorded_by: str | None = None
    told_by: str | None = None
    undisputed: bool = False
    unprivileged: bool = False

    def told(self) -> str:
        """What the view shows, as a sentence; empty when it leaves nothing out."""
        parts = {
            "since": "happened on or after", "until": "happened on or before", "known_by": "was known by",
            "recorded_by": "was logged by", "told_by": "stands as told by",
        }  # fmt: skip
        said = [f"{words} {value}" for name, words in parts.items() if (value := getattr(self, name))]
        said += ["is undisputed"] * self.undisputed
        return f"Only what {' and '.join(said)} is shown." if said else ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not any(self)


class Unsure(NamedTuple):
    """An event that is in the view only because its uncertain date, or its source's, may lie within."""

    ref: str
    clock: str
    date: str
