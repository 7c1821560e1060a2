"""The door: what somebody wants to log is checked field by field before it becomes a draft.

Every way in (a command, a sheet, a batch, a script) goes through here. All mistakes are named at once.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec

from tracker import dates
from tracker.envelope import Draft
from tracker.errors import BadName, Mistake
from tracker.eventtypes import EventData, registry
from tracker.eventtypes.base import DECIMAL_PATTERN, EVENT_ID_PATTERN, MONEY_PATTERN, PERIOD_PATTERN, Field, fields_of
from tracker.kinds import KINDS
from tracker.names import REGISTERS, case_of, check_log, check_name
from tracker.text import refuse_controls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, MutableSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody wants to log, as they wrote it.

    ``where`` says where they wrote it (file and entry); ``log`` is ``sources``, ``parties`` or ``cases/<case>``.
    ``recorded`` is when it was logged before, elsewhere: what was logged one after another keeps its order.
    """

    where: str
    log: str
    type: str
    data: dict[str, Any]
    id: str | None = None
    recorded: str = ""


@dataclass(slots=True)
class Known:
    """The names that may be referred to; grows with the entries of the same go."""

    cases: MutableSet[str]
    parties: MutableSet[str]
    sources: MutableSet[str]


def drafts(entries: Iterable[Entry], known: Known) -> tuple[list[Draft], list[Mistake]]:
    """The drafts of all entries, and everything that is wrong with any of them.

    An entry may refer to what an entry before it introduces.
    """
    made: list[Draft] = []
    mistakes: list[Mistake] = []
    entries = list(entries)
    turns = _turns(entries)
    for entry in entries:
        wrong = [Mistake(entry.where, field, message) for field, message in _faults(entry, known)]
        mistakes += wrong
        _introduce(entry, known)
        if not wrong:
            cls = registry()[entry.type]
            try:
                # A round trip through the type leaves out what is not set, so that equal entries have equal bytes.
                data = msgspec.to_builtins(msgspec.convert(entry.data, cls))
            except msgspec.ValidationError as error:
                what, _, path = str(error).partition(" - at `$.")
                mistakes.append(Mistake(entry.where, path.rstrip("`"), f"{what}; see 'tracker types {entry.type}'"))
            else:
                made.append(Draft(entry.log, entry.type, data, entry.id, cls.form, turns[entry.log, entry.recorded]))
    return made, mistakes


def _turns(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """A number for each moment at which entries of a log were recorded before, in order from 0.

    Amendments take effect in the order of their recorded times, so these have to differ again.
    """
    turns: dict[tuple[str, str], int] = {}
    count: Counter[str] = Counter()
    for log, recorded in sorted({(entry.log, entry.recorded) for entry in entries}):
        turns[log, recorded] = count[log]
        count[log] += 1
    return turns


def _introduce(entry: Entry, known: Known) -> None:
    """Remember the name that an entry brings into the store, right or wrong, so that one mistake is named once."""
    match entry.type:
        case "case.opened":
            known.cases.add(entry.log.removeprefix("cases/"))
        case "party.added":
            known.parties.add(str(entry.data.get("party")))
        case "source.added":
            known.sources.add(str(entry.data.get("source")))


def _faults(entry: Entry, known: Known) -> Iterator[tuple[str, str]]:
    """Field and sentence for everything wrong with an entry."""
    cls = registry().get(entry.type)
    if cls is None:
        yield "type", f"there is no event type {entry.type!r}{near(entry.type, registry())}; see 'tracker types'"
        return
    yield from _faults_of_place(entry, cls, known)
    fields = {field.name: field for field in fields_of(cls)}
    for name in entry.data:
        if name not in fields:
            yield name, f"{entry.type} has no such field{near(name, fields)}; see 'tracker types {entry.type}'"
    for field in fields.values():
        if field.name in entry.data:
            yield from faults_of_field(field, entry.data[field.name], known, bringing_in=_brings_in(entry.type, field))
        elif field.required:
            yield field.name, f"it is missing; {entry.type} needs it: {field.meaning}"


def _brings_in(event_type: str, field: Field) -> bool:
    """Whether the field holds the new name that the event brings into a register."""
    return f"{field.refers}.added" == event_type and field.name == field.refers


def _faults_of_place(entry: Entry, cls: type[EventData], known: Known) -> Iterator[tuple[str, str]]:
    """What is wrong with the log an entry is meant for."""
    try:
        case = case_of(check_log(entry.log))
    except BadName as error:
        yield "case", str(error)
        return
    if cls.log != "any" and cls.log != ("case" if case else entry.log):
        home = f"into the register {cls.log}" if cls.log != "case" else "into the log of a case"
        yield "type", f"{entry.type} belongs {home}"
    elif case and entry.type == "case.opened":
        if case in REGISTERS:
            yield "case", f"a case cannot be named {case!r}, as a register is; choose another name"
        elif case in known.cases:
            yield "case", f"there is a case {case!r} already"
    elif case and case not in known.cases:
        yield "case", f"there is no case {case!r}{near(case, known.cases)}; open it with 'tracker open {case}'"


def faults_of_field(field: Field, value: Any, known: Known, *, bringing_in: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with the value of one field."""
    if field.many:
        if not isinstance(value, list | tuple):
            yield field.name, f"{value!r} is no list; {field.meaning}"
            return
        if field.required and not value:
            yield field.name, f"it is empty; name at least one: {field.meaning}"
        for each in value:
            yield from _faults_of_value(field, each, known, bringing_in=bringing_in)
    else:
        yield from _faults_of_value(field, value, known, bringing_in=bringing_in)


def _faults_of_value(field: Field, value: Any, known: Known, *, bringing_in: bool) -> Iterator[tuple[str, str]]:
    if field.refers == "citation":
        yield from _faults_of_citation(value, known)
    elif field.refers == "outcome":
        if not isinstance(value, dict) or not isinstance(value.get("since"), str):
            yield field.name, f"{value!r} is no result of a rule; leave it out, and the rule is applied"
        else:
            for day in (value["since"], value.get("due", value["since"])):
                if not isinstance(day, str) or (fault := dates.fault(day)):
                    yield field.name, f"{day!r} is no date: {fault if isinstance(day, str) else 'it is no text'}"
    elif field.refers == "flag":
        if not isinstance(value, bool):
            yield field.name, f"{value!r} is neither true nor false"
    elif field.refers == "value":
        if not isinstance(value, str | int | bool | list | tuple | None):
            yield field.name, f"{value!r} is nothing that a field can hold"
        elif isinstance(value, str) and (reason := refuse_controls(value)):
            yield field.name, f"{reason}; take it out"
    elif field.refers == "count":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**53 - 1:
            yield field.name, f"{value!r} is no whole number from 0 on"
    elif not isinstance(value, str) or not value.strip():
        yield field.name, f"{value!r} is no text; {field.meaning}"
    elif reason := refuse_controls(value):
        yield field.name, f"{reason}; take it out"
    elif message := _fault_of_text(field, value, known, bringing_in=bringing_in):
        yield field.name, message


def _fault_of_text(field: Field, value: str, known: Known, *, bringing_in: bool) -> str | None:
    match field.refers:
        case "date":
            fault = dates.fault(value)
            return (
                f"{value!r} is no date: {fault}; write EDTF, as in 2025-11-20, 2025-11 or 2025-05~" if fault else None
            )
        case "money":
            right = re.fullmatch(MONEY_PATTERN[1:-1], value)
            return None if right else f"{value!r} is no amount; write a decimal and a currency, as in '10000 CNY'"
        case "decimal":
            right = re.fullmatch(DECIMAL_PATTERN[1:-1], value)
            return None if right else f"{value!r} is no number; write a plain decimal, as in 318900 or 5.72"
        case "period":
            right = re.fullmatch(PERIOD_PATTERN[1:-1], value)
            return None if right else f"{value!r} is no period; write a number and a unit, as in '10 days'"
        case "choice":
            return None if value in field.choices else f"{value!r} is none of: {', '.join(field.choices)}"
        case "kind":
            return None if value in KINDS else f"there is no kind {value!r}{near(value, KINDS)}; see 'tracker kinds'"
        case "event":
            told = f"{value!r} is no event of this case; write CASE#NUMBER, as in 'haikou-deposit#12'"
            return None if re.fullmatch(EVENT_ID_PATTERN[1:-1], value) else told
        case "deadline":
            return _fault_of_form("deadline", value)
        case "party" | "source" | "case" if bringing_in:
            return _fault_of_new_name(field.refers, value, known)
        case "party":
            return _fault_of_name("party", value, known.parties)
        case "case":
            return _fault_of_name("case", value, known.cases)
        case _:
            return None


def _fault_of_form(what: str, value: str) -> str | None:
    try:
        check_name(what, value)
    except BadName as error:
        return str(error)
    return None


def _fault_of_new_name(what: str, value: str, known: Known) -> str | None:
    if fault := _fault_of_form(what, value):
        return fault
    taken = value in (known.parties if what == "party" else known.sources)
    return f"there is a {what} {value!r} already" if taken else None


def _fault_of_name(what: str, value: str, names: Collection[str]) -> str | None:
    if value in names:
        return None
    todo = {
        "party": f"add it with 'tracker party add {value} --name ... --what ...'",
        "source": f"add it with 'tracker source add {value}'",
        "case": f"open it with 'tracker open {value}'",
    }[what]
    return f"there is no {what} {value!r}{near(value, names)}; {todo}"


def _faults_of_citation(value: Any, known: Known) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict) or not isinstance(value.get("source"), str):
        yield "citations", f"{value!r} is no citation; it needs a source, and may have a locator"
        return
    if message := _fault_of_name("source", value["source"], known.sources):
        yield "citations", message
    for name, part in value.items():
        if name not in ("source", "locator", "does"):
            yield "citations", f"a citation has no {name!r}; it has source, locator and does"
        elif not isinstance(part, str) or not part:
            yield "citations", f"{name} {part!r} is no text"
        elif reason := refuse_controls(part):
            yield "citations", f"{name}: {reason}; take it out"
        elif name == "does" and part not in ("supports", "contradicts"):
            yield "citations", f"{part!r} is neither supports nor contradicts"


def near(name: str, known: Iterable[str]) -> str:
    """A question after the names that come near one that is not known; empty when none does."""
    found = get_close_matches(name, sorted(known), n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(found)}?)" if found else ""


def cited(source: str, locators: str, does: str = "supports") -> list[dict[str, str]]:
    """Citations of one source: ``7,13-14`` are the paragraphs 7 and 13 to 14, each a citation of its own."""
    wanted = [part.strip() for part in locators.split(",") if part.strip()]
    contradicts = {} if does == "supports" else {"does": does}
    return [{"source": source, "locator": part, **contradicts} for part in wanted] or [
        {"source": source, **contradicts}
    ]


def cited_by_text(text: str, does: str = "supports") -> list[dict[str, str]]:
    """Citations from ``SOURCE`` or ``SOURCE:LOCATORS``."""
    source, _, locators = text.partition(":")
    return cited(source, locators, does)


def typed(entry: Entry) -> EventData | None:
    """The typed data of an entry; None when it does not fit its type, which the door tells."""
    cls = registry().get(entry.type)
    try:
        return msgspec.convert(entry.data, cls) if cls else None
    except msgspec.ValidationError:
        return None
