"""What the projection holds about events and sources, each table read once, as questions about grounds need it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker import queries
from tracker.queries import Citation, named

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


_SHOWN = {"party.added": "name", "party.aliased": "alias"}
"""What a line of a register is told by, when one of its fields says it all."""


class Told(NamedTuple):
    """One event as a reader is told of it; a date as EDTF, None when not stated."""

    ref: str
    date: str | None
    text: str


class Record:
    """Events, their amendments and their citations by reference (``CASE#NUMBER``, ``parties#NUMBER``)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.names = queries.party_names(db)
        self.sources = {row["id"]: row for row in queries.rows(db, "sources")}
        self.events = {row["ref"]: row for row in queries.rows(db, "developments", "case_name", "position")}
        self.cited: dict[str, list[Citation]] = {}
        for row in queries.rows(db, "citations", "log", "position", "number"):
            at = f"{row['log'].removeprefix('cases/')}#{row['position']}"
            self.cited.setdefault(at, []).append(Citation(row["source"], row["locator"], row["does"]))
        self.registered = {row["ref"]: row for row in queries.rows(db, "register_lines", "log", "position")}
        self.corrections = self._about("corrections", "number")
        self.retractions = self._about("retractions")
        self.disputes = self._about("disputes", "field")
        self.claims = self._about("dispute_claims", "field", "number")
        self.privileges = self._about("privileges", "rowid")
        self.amendments: dict[str, list[sqlite3.Row]] = {}
        self.amending: dict[str, str] = {}
        for row in queries.rows(db, "amendments"):
            self.amendments.setdefault(row["target_id"], []).append(row)
            self.amending[row["ref"]] = row["target_id"]
        self.introduced = self._introduced()

    def _about(self, table: str, *order: str) -> dict[str, list[sqlite3.Row]]:
        """The rows of a table by the event they are about."""
        found: dict[str, list[sqlite3.Row]] = {}
        for row in queries.rows(self.db, table, "target", *order):
            found.setdefault(row["target"], []).append(row)
        return found

    def _introduced(self) -> dict[str, list[str]]:
        """The lines of the register that give a party its names, by the party."""
        found: dict[str, list[str]] = {}
        for ref, row in self.registered.items():
            if row["type"] in ("party.added", "party.aliased") and ref not in self.retractions:
                found.setdefault(self.data(ref)["party"], []).append(ref)
        return found

    def line(self, ref: str) -> sqlite3.Row | None:
        """The event as the projection has it: a row of developments or of register_lines."""
        return self.events.get(ref) or self.registered.get(ref)

    def named(self, text: str) -> str:
        """A text with the names of parties in the place of ``[[their ids]]``."""
        return named(text, self.names)

    def told(self, ref: str) -> Told:
        """An event in words."""
        row = self.line(ref)
        if row is None:
            return Told(ref, None, "not in this view")
        shown = _SHOWN.get(row["type"])
        text = self.data(ref)[shown] if shown else self.named(row["text"])
        return Told(ref, row["date"] if ref in self.events else None, f"{row['label']}: {text}")

    def data(self, ref: str) -> dict[str, Any]:
        """The fields an event holds, with those that were corrected."""
        row = self.line(ref)
        data: dict[str, Any] = json.loads(row["data"]) if row else {}
        return data | {each["field"]: each["new"] for each in self.corrections.get(ref, ())}

    # what rests on what

    def supporting(self, ref: str) -> dict[str, str]:
        """The sources that support an event, and the publisher of each (or itself, when nobody is named).

        What a correction in force cites supports the event too: it tells of it, with another value.
        """
        found = {}
        for at in (ref, *(each["ref"] for each in self.corrections.get(ref, ()))):
            for citation in self.cited.get(at, ()):
                if citation.does == "supports":
                    found[citation.source] = self.publisher(citation.source)
        return found

    def publisher(self, source: str) -> str:
        """Who stands behind a source; the source itself when that is not known."""
        row = self.sources.get(source)
        return (row["publisher"] if row else None) or source

    def remaining(self, ref: str, source: str) -> list[str] | None:
        """The independent sources an event keeps when one is struck; None when that one does not support it."""
        found = self.supporting(ref)
        if source not in found:
            return None
        return [other for other, publisher in found.items() if publisher != self.publisher(source)]

    def verdict(self, refs: Sequence[str], source: str) -> str | None:
        """``falls`` or ``weakens`` for what each of the events says without a source; None when none cites it."""
        left = [self.remaining(ref, source) for ref in refs]
        if all(each is None for each in left):
            return None
        return "falls" if all(each == [] for each in left) else "weakens"
