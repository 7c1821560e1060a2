"""What the cases of a document hold, asked for once."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tracker import queries
from tracker.documents.blocks import NEVER, Note, Row, Strong, plain
from tracker.documents.days import day
from tracker.documents.labels import Language, label
from tracker.names import REGISTERS
from tracker.pinpoints import pinpoint

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.documents.blocks import Cell, Day, Piece

_CITED = re.compile("[a-z0-9-]+(?= ¶)")
"""The id of a source before its paragraphs."""


class Matter:
    """One case, or several that are merged into one document, in a language.

    ``db`` is what a view shows, ``record`` the whole record, and ``shown`` says what the view leaves out.

    ``like`` is a later state of the same cases: its numbers are taken for what is in both, so that the two can be
    compared.

    Raises UnknownName for a case that is not there.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        cases: Sequence[str],
        language: Language,
        shown: str,
        record: sqlite3.Connection,
        whole: Matter | None = None,
        like: Matter | None = None,
    ) -> None:
        self.db = db
        self.names = queries.require_cases(db, cases)
        self.language = language
        self.shown = shown
        self._record = record
        self._whole = whole
        self._like = like

    def of(self, case: str) -> Matter:
        """One case alone; its developments and sources keep the numbers that they have in the whole."""
        return Matter(self.db, [case], self.language, self.shown, self._record, self._whole or self, self._like)

    @property
    def heads(self) -> list[tuple[str, int, str]]:
        """Each log that was read, its last event's number and that line's hash, registers last.

        Issues of documents are left out: they change nothing in a document.
        """
        return heads_of(self._record, self.names)

    @cached_property
    def newest(self) -> str:
        """The hash of that head which was logged last: it names the state of the record that the document shows."""
        last = max(self._heads, key=lambda row: str(row["told_time"]), default=None)
        return str(last["told_xhash"]) if last else ""

    @cached_property
    def _heads(self) -> list[sqlite3.Row]:
        return _heads_of(self._record, self.names)

    @property
    def made_from(self) -> str:
        """When the newest event of these cases was logged (RFC 3339, UTC), issues of documents aside."""
        times = [row["told_time"] for row in _heads_of(self.db, self.names) if row["log"] not in REGISTERS]
        return max(times, default=NEVER)

    def label(self, name: str, **values: object) -> str:
        """A word of the document's own."""
        return label(name, self.language, **values)

    def labels(self, *names: str) -> tuple[str, ...]:
        """Titles of a table."""
        return tuple(self.label(name) for name in names)

    @property
    def several(self) -> bool:
        """Whether more than one case is told."""
        return len(self.names) > 1 or (self._like is not None and self._whole is None and self._like.several)

    @cached_property
    def captions(self) -> list[sqlite3.Row]:
        """The cases."""
        return queries.rows_of(self.db, "cases", "name", self.names)

    @property
    def title(self) -> str:
        """What the document is about."""
        if self.several:
            return self.label("cases_number", number=len(self.names))
        return str(self.captions[0]["title"])

    @cached_property
    def developments(self) -> list[queries.TimelineRow]:
        """What happened, in order."""
        return queries.timeline(self.db, self.names, pinned=False, disputed=self.disputes)

    @cached_property
    def disputes(self) -> list[queries.DisputeRow]:
        """Every disputed field, with every value that is claimed for it."""
        return queries.disputes(self.db, self.names, settled=None, cited=self.citations)

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of each development, by its ref: its place in the whole document, from 1, in every layout."""
        whole = self._whole or self
        later = self._like.places if self._like else {}
        return {row.ref: later.get(row.ref, number) for number, row in enumerate(whole.developments, 1)}

    @cached_property
    def parties(self) -> dict[str, sqlite3.Row]:
        """The register of parties, by id."""
        return {row["id"]: row for row in queries.rows(self.db, "parties")}

    @cached_property
    def _party_names(self) -> Mapping[str, str]:
        return queries.party_names(self.db)

    def party(self, name: str) -> str:
        """What a party is called; one that is in no register is called by its id."""
        return self._party_names.get(name, name)

    @cached_property
    def mentions(self) -> dict[str, list[str]]:
        """The ids of the parties that each development names, by its ref."""
        return queries.mentions(self.db, self.names)

    @cached_property
    def citations(self) -> Mapping[str, list[queries.Citation]]:
        """Where each event is found, by its ref."""
        return queries.citations(self.db, self.names)

    @cached_property
    def issues(self) -> dict[str, set[str]]:
        """The refs of the developments that bear on each issue."""
        found = queries.issues(self.db, self.names)
        return {issue: here for issue, refs in found.items() if (here := refs.keys() & self.places.keys())}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """S1, S2 and so on for each source that these cases cite, in the order of publication."""
        if self._whole:
            return self._whole.numbers
        cited = queries.cited_sources(self.db, self.names)
        listed = [row.source for row in self.listed if row.source in cited]
        later = self._like.numbers if self._like else {}
        return {source: later.get(source, f"S{number}") for number, source in enumerate(listed, 1)}

    @cached_property
    def listed(self) -> list[queries.SourceRow]:
        """The register of sources, in the order of publication."""
        return self._whole.listed if self._whole else queries.sources(self.db)

    @cached_property
    def sources(self) -> dict[str, sqlite3.Row]:
        """The register of sources, by id."""
        return {row["id"]: row for row in queries.rows(self.db, "sources")}

    def by_number(self, text: str) -> str:
        """A text that names sources with their paragraphs, with their numbers instead."""
        return _CITED.sub(lambda match: self.numbers.get(match[0], match[0]), text)

    @cached_property
    def data(self) -> dict[str, dict[str, Any]]:
        """What was logged of each event, by its ref."""
        rows = queries.rows_of(self.db, "developments", "case_name", self.names)
        return {row["ref"]: json.loads(row["data"]) for row in rows}

    @cached_property
    def privileges(self) -> dict[str, list[queries.PrivilegeRow]]:
        """The claims of privilege in force by what they are about (its id), by everything that is logged."""
        found: dict[str, list[queries.PrivilegeRow]] = defaultdict(list)
        for row in queries.privileges(self._record, self.names):
            found[row.target_id].append(row)
        return found

    @cached_property
    def privileged(self) -> set[str]:
        """The refs of what is privileged and is shown nevertheless."""
        rows = queries.rows_of(self.db, "developments", "case_name", self.names) if self.privileges else ()
        return {row["ref"] for row in rows if row["event_id"] in self.privileges}

    @property
    def withholds(self) -> bool:
        """Whether something is privileged and none of it is shown."""
        return bool(self.privileges) and not self.privileged

    def day(self, row: queries.TimelineRow) -> Day:
        """When a development happened, in words."""
        return day(row.date, self.language, known=row.known)

    def kind(self, row: queries.TimelineRow) -> str:
        """What kind of event a development is."""
        return self.type_label(row.type, row.label)

    def type_label(self, event_type: str, english: str) -> str:
        """What an event type is called."""
        if self.language != "zh":
            return english
        from tracker.eventtypes import registry

        known = registry().get(event_type)
        return known.label_zh if known else english

    def told(self, row: queries.TimelineRow) -> str:
        """What happened, in one text: what kind of event it is, then what was logged of it."""
        return f"{self.kind(row)}{'：' if self.language == 'zh' else ': '}{row.text}"

    def development(self, row: queries.TimelineRow) -> tuple[Piece, ...]:
        """What happened, with a footnote on how its date was found when the source does not print it."""
        basis = [Note(self.label("date found", basis=row.date_basis))] if row.date_basis else []
        return (self.told(row), *basis)

    def status(self, row: queries.TimelineRow) -> tuple[Piece, ...]:
        """How a development stands, with every value that is claimed in a footnote."""
        words = ["privileged"] * (row.ref in self.privileged) + [row.status] * bool(row.status)
        if not words:
            return ("",)
        notes = [Note(self.by_number(row.amended))] if row.status and row.amended else []
        return (Strong(self.label("but").join(self.labels(*words))), *notes)

    def source(self, row: queries.TimelineRow) -> str:
        """Where a development is found: number of the source and pinpoint."""
        found = pinpoint(self.citations.get(row.ref, ()), self.numbers)
        against = "contradicted by "
        if against not in found:
            return found or self.label("no source")
        told = [
            self.label("contradicted by", place=each.removeprefix(against)) if each.startswith(against) else each
            for each in found.split("; ")
        ]
        return "; ".join(told)

    def reference(self, source: str) -> str:
        """A source in full: author, publisher, title, when it was published."""
        full = self.sources[source]
        who = [full["author"], full["publisher"] or self.label("publisher not stated")]
        told = [
            *filter(None, who),
            full["title"] or self.label("untitled"),
            plain(day(full["published"], self.language)),
        ]
        return ", ".join(told)

    def row(self, row: queries.TimelineRow, cells: Iterable[Cell]) -> Row:
        """A row of a table about a development."""
        return Row(
            tuple(cells), row.status, row.case, tuple(self.party(each) for each in self.mentions.get(row.ref, ())),
            key=row.ref,
        )  # fmt: skip


def heads_of(record: sqlite3.Connection, cases: Iterable[str]) -> list[tuple[str, int, str]]:
    """Each log that a document about these cases is made from, with its last event's number and that line's hash."""
    return [(row["log"], row["told_position"], row["told_xhash"]) for row in _heads_of(record, cases)]


def _heads_of(record: sqlite3.Connection, cases: Iterable[str]) -> list[sqlite3.Row]:
    logs = [*(f"cases/{name}" for name in cases), "parties", "sources"]
    found = {row["log"]: row for row in queries.rows_of(record, "heads", "log", logs) if row["told_position"]}
    return [found[log] for log in logs if log in found]
