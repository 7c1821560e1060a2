"""The grounds of each value, row by row: events, passages, amendments, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import UnknownName
from tracker.eventtypes.base import fields_of, registry
from tracker.why.answers import Matter
from tracker.why.record import Record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from tracker.envelope import Event
    from tracker.why.answers import Answer


class Reason(NamedTuple):
    """One ground of a value.

    ``what`` is event, also, note, passage, corrected, disputed, claimed, settled, retracted, privileged, set aside or
    would change; ``refs`` is the event it is about or that says so. A passage has its source, its locator, when the
    source was published (EDTF) and what the passage does: supports or contradicts.
    """

    section: str
    item: str
    value: str
    what: str
    refs: str
    date: str | None
    text: str
    source: str | None = None
    locator: str | None = None
    published: str | None = None
    does: str | None = None


_UNSET = ("citations", "date_basis", "summary")
ALIASES = {"last date": "last", "last ref": "last", "next date": "next", "next ref": "next"}
"""Columns of the status that say more of another one."""


def why(
    db: sqlite3.Connection, case: str, read: Callable[[str], Iterable[Event]], *, today: str, field: str = ""
) -> list[Reason]:
    """Why each value of a case stands, or those of one section, item or column of the status (upper or lower case).

    ``read`` gives the events of a log; ``today`` (YYYY-MM-DD) divides last from next. Raises UnknownName.
    """
    record = Record(db)
    answers = Matter(record, case, read, today=today).answers()
    wanted = _key(field)
    if wanted:
        found = [each for each in answers if wanted in (_key(each.section), _key(each.item))]
        if not found:
            names = sorted(names_of(answers))
            told = ", ".join(sorted({each.section for each in answers}))
            todo = f"name a section ({told}), an item of one, or a column of 'tracker status'"
            raise UnknownName("field", field, names, todo)
        answers = found
    return [reason for answer in answers for reason in _Grounds(record, answer).all()]


def names_of(answers: Iterable[Answer]) -> set[str]:
    """What the answers can be asked for by."""
    return {name for each in answers for name in (each.section, each.item) if name}


def _key(name: str) -> str:
    key = name.casefold().replace("_", " ").strip()
    return ALIASES.get(key, key)


class _Grounds:
    """The rows of one answer."""

    def __init__(self, record: Record, answer: Answer) -> None:
        self.record, self.answer = record, answer

    def all(self) -> Iterator[Reason]:
        answer = self.answer
        if answer.note:
            yield self._row("note", "", answer.note)
        for ref in answer.events:
            yield self._event("event", ref)
            yield from self._passages(ref)
            yield from self._amendments(ref)
        for ref in answer.also:
            yield self._event("also", ref)
            yield from self._passages(ref)
            yield from self._amendments(ref)
        for text in dict.fromkeys(self._changes()):
            yield self._row("would change", "", text)

    def _row(self, what: str, refs: str, text: str, date: str | None = None) -> Reason:
        answer = self.answer
        return Reason(answer.section, answer.item, answer.value, what, refs, date, self.record.named(text))

    def _event(self, what: str, ref: str) -> Reason:
        told = self.record.told(ref)
        return self._row(what, ref, told.text, told.date)

    def _passages(self, ref: str) -> Iterator[Reason]:
        """The places cited for an event, those in one source together."""
        places: dict[tuple[str, str], list[str]] = {}
        for each in self.record.cited.get(ref, ()):
            places.setdefault((each.does, each.source), []).extend([each.locator] if each.locator else [])
        for (does, source), locators in sorted(places.items(), key=lambda place: place[0][0], reverse=True):
            row = self.record.sources.get(source)
            yield self._row("passage", ref, (row["title"] if row else None) or source)._replace(
                source=source,
                locator=", ".join(locators) or None,
                published=row["published"] if row else None,
                does=does,
            )

    # what was said of an event

    def _amendments(self, ref: str) -> Iterator[Reason]:
        record, listed = self.record, set()
        for row in record.corrections.get(ref, ()):
            listed.add(row["ref"])
            was = f"{_spaced(row['field'])} was {row['old'] or 'not stated'}, is {row['new'] or 'not stated'}"
            yield self._row("corrected", row["ref"], f"{was}: {row['reason']}")
            yield from self._passages(row["ref"])
        for row in record.disputes.get(ref, ()):
            yield from self._dispute(row, listed)
        for row in record.retractions.get(ref, ()):
            listed.add(row["ref"])
            yield self._row("retracted", row["ref"], row["reason"])
            yield from self._passages(row["ref"])
        for row in record.privileges.get(ref, ()):
            listed.update(filter(None, (row["ref"], row["waived_by"])))
            by = f", claimed by [[{row['held_by']}]]" if row["held_by"] else ""
            given_up = f" (given up by {row['waived_by']})" if row["waived_by"] else ""
            yield self._row("privileged", row["ref"], f"{row['basis']}{by}{given_up}")
        yield from self._set_aside(ref, listed)

    def _dispute(self, row: sqlite3.Row, listed: set[str]) -> Iterator[Reason]:
        state = "open" if row["status"] == "open" else "settled"
        field = "whether it happened" if row["field"] == "happened" else _spaced(row["field"])
        yield self._row("disputed", row["target"], f"{field}, between {row['sides']}: {state}")
        for claim in self.record.claims[row["target"]]:
            if claim["field"] == row["field"]:
                listed.add(claim["ref"])
                by = f", as [[{claim['claimant']}]] says" if claim["claimant"] else ""
                first = " (as first logged)" if claim["ref"] == row["target"] else ""
                yield self._row("claimed", claim["ref"], f"{claim['value']}{by}{first}")
                if claim["ref"] != row["target"]:
                    yield from self._passages(claim["ref"])
        if row["settled_ref"]:
            listed.add(row["settled_ref"])
            by = f" (by [[{row['settled_by']}]])" if row["settled_by"] else ""
            yield self._row("settled", row["settled_ref"], f"{field}: {row['preferred']}{by}: {row['reason']}")
            yield from self._passages(row["settled_ref"])

    def _set_aside(self, ref: str, listed: set[str]) -> Iterator[Reason]:
        """Amendments that were logged and are not in force: retracted themselves, unfit, or overtaken."""
        event = self.record.line(ref)
        for row in self.record.amendments.get(event["event_id"], ()) if event else ():
            if row["ref"] not in listed:
                field = f" of {_spaced(row['field'])}" if row["field"] else ""
                yield self._row(
                    "set aside",
                    row["ref"],
                    f"{row['what']}{field} that is not in force: {row['reason'] or 'no reason is given'}",
                )

    # what would change it

    def _changes(self) -> Iterator[str]:
        answer = self.answer
        yield from answer.changes
        for ref in answer.events if answer.section != "Status" else ():
            yield from self._of_amendments(ref)
        if answer.fields != () and answer.events:
            yield from self._of_events()
            yield from self._of_sources()

    def _of_amendments(self, ref: str) -> Iterator[str]:
        record = self.record
        for row in record.disputes.get(ref, ()):
            values = " or ".join(
                dict.fromkeys(each["value"] for each in record.claims[ref] if each["field"] == row["field"])
            )
            if row["status"] == "open":
                yield f"settling the open dispute over {_spaced(row['field'])} of {ref}: {values}"
            elif row["settled_ref"]:
                yield f"retracting {row['settled_ref']}, the settlement, would open the dispute again: {values}"
        for row in record.corrections.get(ref, ()):
            old = row["old"] or "not stated"
            yield f"retracting {row['ref']}, the correction, would bring back {_spaced(row['field'])} {old}"
        for row in record.retractions.get(ref, ()):
            yield f"retracting {row['ref']} would bring {ref} back"

    def _of_events(self) -> Iterator[str]:
        first, *others = self.answer.events
        held, unset = self._fields(first)
        if held:
            yield f"correcting {first} ({_listed(held)})"
        if unset and "not stated" in f"{self.answer.item} {self.answer.value}":
            yield f"stating what {first} leaves open ({_listed(unset)})"
        row = self.record.line(first)
        if row is None or row["type"] == "case.opened" or first in self.record.retractions:
            return
        left = f", which would leave it to {_listed(others, 'and')}" if others else ""
        yield f"retracting {first}{left}"

    def _of_sources(self) -> Iterator[str]:
        refs = self.answer.events
        sources = list(dict.fromkeys(source for ref in refs for source in self.record.supporting(ref)))
        falls = [source for source in sources if self.record.verdict(refs, source) == "falls"]
        if not sources:
            yield "citing a source: none is given so far"
        elif len(sources) == 1 and falls:
            yield f"striking source {sources[0]}, the only one"
        elif falls:
            publisher = self.record.publisher(falls[0])
            yield f"striking source {_listed(falls)}, all of one publisher ({publisher})"

    def _fields(self, ref: str) -> tuple[list[str], list[str]]:
        """The fields that the value shows and an event holds, and those of its type that it leaves open."""
        row, answer = self.record.line(ref), self.answer
        if row is None:
            return [], []
        data, cls = self.record.data(ref), registry().get(row["type"])
        names = [each.name for each in fields_of(cls) if each.name not in cls.computed] if cls else []
        held = [name for name in names if data.get(name) not in (None, [], "") and name not in _UNSET]
        unset = [name for name in names if name not in held and name not in _UNSET]
        if answer.fields is not None:
            held, unset = [name for name in answer.fields if name in held], []
        if answer.party:
            held = [name for name in held if name == "role" or answer.party in (data[name], *_several(data[name]))]
            unset = []
        if answer.section == "Developments" and data.get("summary"):
            held.append("summary")
        return [_spaced(name) for name in held], [_spaced(name) for name in unset]


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _listed(names: Iterable[str], word: str = "or") -> str:
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def _spaced(name: str) -> str:
    return name.replace("_", " ")
