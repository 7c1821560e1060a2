"""What a folded case and the folded registers look like as rows of the projection."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from tracker.eventtypes.amendments import HAPPENED, Amendment
from tracker.eventtypes.base import decode, fields_of, registry, shown, told
from tracker.eventtypes.documents import DocumentIssued
from tracker.names import case_log
from tracker.projections.calendar import rows_of_calendar
from tracker.projections.duties import bounds, rows_of_deadlines, rows_of_orders
from tracker.projections.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.amendments import Disputed, Standing
    from tracker.case import Case, Entry
    from tracker.envelope import Event
    from tracker.eventtypes import Citation, EventData
    from tracker.problems import Problem
    from tracker.registers import Parties, Sources

Row = tuple[str, dict[str, Any]]
"""The table and the row."""

_EVENT = re.compile(r"\[\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]\]")
_PARAGRAPHS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?\Z", re.ASCII)


def rows_of_case(case: Case) -> Iterator[Row]:
    """All rows of one case."""
    log = case_log(case.name)
    since = {entry.position: entry.when for entry in case.entries}
    last = case.steps[-1].position if case.steps else 0
    when = since.get(last)
    stage_meaning = next(stage.meaning for stage in case.kind.stages if stage.name == case.stage)
    yield (
        "cases",
        {
            "name": case.name,
            "kind": case.kind_name,
            "kind_label": case.kind.label,
            "title": case.caption.title,
            "forum": case.caption.forum,
            "docket": case.caption.docket,
            "jurisdiction": case.caption.jurisdiction,
            "about": case.caption.about,
            "stage": case.stage,
            "stage_meaning": stage_meaning,
            "stage_since": when.text if when else None,
            "events": len(case.entries),
        },
    )
    refs = {entry.event.id: _ref(case.name, entry.position) for entry in case.entries}
    for entry in case.entries:
        yield from _development(case.name, log, entry, refs)
    yield from _contents(case)
    yield from _problems(log, case.problems)
    told_of = " ".join((case.name, *filter(None, case.caption), case.kind.label))
    yield _search(case.name, "case", log, told_of)


def _development(name: str, log: str, entry: Entry, refs: Mapping[str, str]) -> Iterator[Row]:
    ref, data, when = _ref(name, entry.position), entry.data, entry.when
    text = ""
    if data is not None:
        said = told(data, _claims(entry))
        if "[[" in said:
            said = _EVENT.sub(lambda found: refs.get(found[1], found[0]), said)
        text = " ".join(filter(None, (_sentence(said), getattr(data, "summary", None))))
    yield (
        "developments",
        {
            "ref": ref,
            "case_name": name,
            "position": entry.position,
            "event_id": entry.event.id,
            "type": entry.event.type,
            "form": entry.event.form,
            "label": entry.label,
            "date": when.text if when else None,
            "date_basis": getattr(data, "date_basis", None),
            "earliest": when.earliest if when else None,
            "latest": when.latest if when else None,
            "time": (when.time or None) if when else None,
            "about_day": int(when is not None and getattr(data, "date", None) is None),
            "text": text or "(cannot be read by this program)",
            "status": entry.standing.status if entry.standing else "",
            "in_timeline": int(entry.in_timeline),
            "recorded_by": entry.event.recordedby,
            "recorded_time": entry.event.recordedtime,
            "data": bytes(entry.event.data).decode(),
        },
    )
    if data is None:
        yield _search(ref, "development", log, bytes(entry.event.data).decode())
        return
    yield from _citations(log, entry.position, data.citations, ref)
    if entry.standing is not None:
        yield from _standing(log, name, entry.position, entry.standing)
    for field, is_many in _party_fields(type(data)):
        if value := getattr(data, field):
            for party in dict.fromkeys(value) if is_many else (value,):
                yield "mentions", {"development": ref, "party": party, "field": field}
    parts = (entry.label, data.label_zh, text, getattr(data, "date_basis", None))
    yield _search(ref, "development", log, "\n".join(filter(None, parts)))


@cache
def _party_fields(cls: type[EventData]) -> tuple[tuple[str, bool], ...]:
    """The fields of a type that name parties, and whether each can name several."""
    return tuple((field.name, field.many) for field in fields_of(cls) if field.refers == "party")


def _claims(entry: Entry) -> dict[str, list[Any]]:
    """All values of each field whose value is disputed and not settled."""
    disputes = entry.standing.open_disputes if entry.standing else ()
    return {dispute.field: [claim.value for claim in dispute.claims] for dispute in disputes}


def _standing(log: str, name: str, position: int, standing: Standing) -> Iterator[Row]:
    """What an amendment says, and what is said against an event."""
    ref, data = _ref(name, position), standing.data
    if isinstance(data, Amendment):
        yield (
            "amendments",
            {
                "ref": ref,
                "log": log,
                "what": type(data).label,
                "target_id": data.of,
                "field": getattr(data, "field", None),
                "value": _value(data, getattr(data, "value", None)) if hasattr(data, "value") else None,
                "reason": getattr(data, "reason", None) or getattr(data, "note", None),
                "said_by": getattr(data, "claimant", None) or getattr(data, "settled_by", None),
            },
        )
    for correction in standing.corrections:
        field = next(each for each in fields_of(type(data)) if each.name == correction.field)
        yield (
            "corrections",
            {
                "target": ref,
                "log": log,
                "number": standing.corrections.index(correction) + 1,
                "field": correction.field,
                "old": shown(field, correction.old) or None,
                "new": shown(field, correction.new) or None,
                "reason": correction.reason,
                "ref": _ref(name, correction.position),
            },
        )
    if standing.retracted_by is not None:
        retraction = {"target": ref, "log": log, "reason": standing.reason, "ref": _ref(name, standing.retracted_by)}
        yield "retractions", retraction
    for dispute in standing.disputes:
        yield from _dispute(log, name, ref, data, dispute)
    for claim, at, waived_by in standing.privileges:
        yield (
            "privileges",
            {
                "ref": _ref(name, at),
                "log": log,
                "target": ref,
                "target_id": claim.of,
                "basis": claim.basis,
                "held_by": claim.held_by,
                "author": claim.author,
                "recipients": "; ".join(claim.recipients) or None,
                "nature": claim.nature,
                "description": claim.description,
                "waived_by": _ref(name, waived_by) if waived_by is not None else None,
            },
        )


def _dispute(log: str, name: str, ref: str, data: EventData, dispute: Disputed) -> Iterator[Row]:
    settled = dispute.settled
    yield (
        "disputes",
        {
            "target": ref,
            "log": log,
            "field": dispute.field,
            "status": "settled" if settled else "open",
            "sides": "parties" if dispute.between_parties else "sources",
            "preferred": _value_of(data, dispute.field, settled.value) if settled else None,
            "reason": settled.reason if settled else None,
            "settled_by": settled.settled_by if settled else None,
            "settled_ref": _ref(name, settled.position) if settled else None,
        },
    )
    for number, claim in enumerate(dispute.claims, 1):
        row = {"target": ref, "log": log, "field": dispute.field, "number": number, "claimant": claim.claimant}
        row["note"] = claim.note
        value = _value_of(data, dispute.field, claim.value)
        yield "dispute_claims", {**row, "value": value, "ref": _ref(name, claim.position)}


def _value_of(data: EventData, name: str, value: object) -> str:
    """The value of a field of an event in words; parties as [[id]]."""
    if name == HAPPENED:
        return "it happened" if value else "it did not happen"
    field = next((each for each in fields_of(type(data)) if each.name == name), None)
    if value is False:
        return "no"
    return (shown(field, value) if field else str(value)) or "not stated"


def _value(data: Amendment, value: object) -> str:
    """The value an amendment gives, without knowing the field."""
    field = next(each for each in fields_of(type(data)) if each.name == "value")
    return shown(field, value) or "not stated"


def _sentence(text: str) -> str:
    """The text as a sentence of its own."""
    return text if not text or text.endswith((".", "!", "?", "。")) else f"{text}."


def _contents(case: Case) -> Iterator[Row]:
    """What the fold made of the developments."""
    name = case.name
    for number, step in enumerate(case.steps, 1):
        yield "stages", {"case_name": name, "number": number, "stage": step.stage, **_from(name, step.position)}
    for role in case.roles:
        ended = _ref(name, role.ended_by) if role.ended_by else None
        row: dict[str, Any] = {"case_name": name, "party": role.party, "role": role.role, "ended_by": ended}
        yield "roles", {**row, **_from(name, role.position)}
    for link in case.links:
        yield "links", {"case_name": name, "other": link.other, "relation": link.relation, **_from(name, link.position)}
    for plea in case.pleas:
        row = {"case_name": name, "what": plea.what, "party": plea.party, "text": plea.text}
        yield "pleas", {**row, **_from(name, plea.position)}
    for number, hearing in enumerate(case.hearings, 1):
        row = {each: getattr(hearing, each) for each in ("day", "status", "court", "purpose", "moved_to", "reason")}
        row |= bounds(filter(None, (hearing.day,)))
        yield "hearings", {"case_name": name, "number": number, **row, **_from(name, hearing.position)}
    for judgment in case.judgments:
        row = {each: getattr(judgment, each) for each in ("court", "instance", "outcome")}
        favoured = ",".join(judgment.in_favour_of) or None
        yield "judgments", {"case_name": name, **row, "in_favour_of": favoured, **_from(name, judgment.position)}
        for number, ground in enumerate(judgment.grounds, 1):
            yield "grounds", {"judgment": _ref(name, judgment.position), "number": number, "text": ground}
    yield from _issues(case)
    yield from rows_of_orders(case)
    yield from rows_of_deadlines(case)
    yield from rows_of_calendar(case)
    for number, figure in enumerate(case.figures, 1):
        row = {each: getattr(figure, each) for each in ("what", "value", "unit", "closeness", "as_of", "scope")}
        row |= {"case_name": name, "number": number, "counted_by": figure.counted_by}
        yield "figures", {**row, **bounds(filter(None, (figure.as_of,))), **_from(name, figure.position)}
    for gap in case.gaps:
        at = _ref(name, gap.position) if gap.position else None
        yield "gaps", {"case_name": name, "what": gap.what, "bounds": gap.bounds, "development": at}


def _issues(case: Case) -> Iterator[Row]:
    """The documents about a case that were given to somebody; an issue that was retracted is none."""
    for entry in case.entries:
        if not isinstance(entry.data, DocumentIssued) or (entry.standing and entry.standing.retracted_by):
            continue
        row: dict[str, Any] = {each: getattr(entry.data, each) for each in ("number", "file", "sha256", "format")}
        row |= {each: "\n".join(getattr(entry.data, each)) for each in ("options", "heads")}
        yield "issued", {
            "ref": _ref(case.name, entry.position), "case_name": case.name, "recipient": entry.data.to, **row
        }  # fmt: skip


def rows_of_lines(log: str, events: Iterable[Event]) -> Iterator[Row]:
    """The lines of a register as they were logged."""
    for event in events:
        cls = registry().get(event.type)
        try:
            data = decode(event.type, event.data, event.form)
        except (msgspec.ValidationError, TypeError, KeyError, ValueError):
            data = None
        yield (
            "register_lines",
            {
                "ref": _ref(log, event.position),
                "log": log,
                "position": event.position,
                "event_id": event.id,
                "type": event.type,
                "form": event.form,
                "label": cls.label if cls else event.type,
                "text": told(data) if data else "(cannot be read by this program)",
                "recorded_by": event.recordedby,
                "recorded_time": event.recordedtime,
                "data": bytes(event.data).decode(),
            },
        )


def rows_of_sources(register: Sources) -> Iterator[Row]:
    """All rows of the register of sources."""
    for added, position in register.sources:
        row = {
            each: getattr(added, each)
            for each in (
                "title", "publisher", "distributor", "author", "published", "published_basis", "retrieved", "language",
                "licence", "url", "sha256", "paragraphs", "cut_off", "note",
            )
        }  # fmt: skip
        yield "sources", {"id": added.source, **row, **bounds(filter(None, (added.published,))), "position": position}
        parts = (added.source, added.title, added.publisher, added.author, added.note)
        yield _search(added.source, "source", "sources", "\n".join(filter(None, parts)))
    for position, citations in register.cited:
        yield from _citations("sources", position, citations, None)
    for position, standing in register.standings:
        yield from _standing("sources", "sources", position, standing)
    yield from _problems("sources", register.problems)


def rows_of_parties(register: Parties) -> Iterator[Row]:
    """All rows of the register of parties."""
    for added, position, aliases in register.parties:
        row = {each: getattr(added, each) for each in ("name", "what", "established", "seat", "note")}
        yield "parties", {"id": added.party, **row, "pseudonym": int(added.pseudonym), "position": position}
        for alias in aliases:
            yield "aliases", {"party": added.party, "alias": alias}
        parts = (added.party, added.name, *aliases, added.seat, added.note)
        yield _search(added.party, "party", "parties", "\n".join(filter(None, parts)))
    for related, position in register.relations:
        row = {each: getattr(related, each) for each in ("party", "relation", "other", "since", "until")}
        yield "relations", {**row, "position": position}
    for position, citations in register.cited:
        yield from _citations("parties", position, citations, None)
    for position, standing in register.standings:
        yield from _standing("parties", "parties", position, standing)
    yield from _problems("parties", register.problems)


def _citations(log: str, position: int, citations: Iterable[Citation], ref: str | None) -> Iterator[Row]:
    for number, citation in enumerate(citations, 1):
        paragraphs = _PARAGRAPHS.match(citation.locator or "")
        last = max(int(n) for n in paragraphs.groups() if n) if paragraphs else None
        row = {"source": citation.source, "locator": citation.locator, "does": citation.does}
        yield "citations", {
            "log": log, "position": position, "number": number, "development": ref, "last_paragraph": last, **row
        }  # fmt: skip


def _problems(log: str, problems: Iterable[Problem]) -> Iterator[Row]:
    for number, (code, _, position, message) in enumerate(problems, 1):
        yield "problems", {"log": log, "number": number, "code": code, "position": position, "message": message}


def _search(ref: str, what: str, log: str, text: str) -> Row:
    return "search_texts", {"ref": ref, "what": what, "log": log, "text": text, "words": cut(text)}


def _ref(name: str, position: int) -> str:
    return f"{name}#{position}"


def _from(name: str, position: int) -> dict[str, str]:
    return {"development": _ref(name, position)}
