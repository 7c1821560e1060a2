"""What a folded case and the folded registers look like as rows of the projection."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracker.eventtypes.amendments import HAPPENED, Amendment
from tracker.eventtypes.base import Development, decode, fields_of, party_fields, registry, shown, told
from tracker.eventtypes.cases import CaseChecked
from tracker.eventtypes.documents import DocumentIssued
from tracker.names import case_log
from tracker.projections.calendar import rows_of_calendar
from tracker.projections.duties import Pinpoints, bounds, rows_of_deadlines, rows_of_orders
from tracker.projections.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.amendments import Disputed, Standing
    from tracker.case import Case, Entry
    from tracker.envelope import Event
    from tracker.eventtypes import Citation, EventData
    from tracker.problems import Problem
    from tracker.registers import Parties, Sources

Row = tuple[str, "dict[str, Any] | tuple[Any, ...]"]
"""The table and the row, by the names of its columns or as a whole row in their order."""

_EVENT = re.compile(r"\[\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]\]")
_VAGUE = re.compile("[?~%]").search
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
    for entry in case.entries:
        if entry.standing is not None and (
            entry.status or entry.standing.privileges or isinstance(entry.data, Amendment)
        ):
            yield from _standing(log, case.name, entry.position, entry.standing)
    yield _tally(case)
    yield from _contents(case)
    yield from _problems(log, case.problems)
    told_of = " ".join((case.name, *filter(None, case.caption), case.kind.label))
    yield _search(case.name, "case", log, told_of)


class Developments(NamedTuple):
    """What there is for every event of a case: whole rows, as there are many, in the order of the tables' columns."""

    developments: list[tuple[Any, ...]]
    citations: list[tuple[Any, ...]]
    mentions: list[tuple[Any, ...]]
    search_texts: list[tuple[Any, ...]]


def rows_of_developments(case: Case) -> Developments:
    """The rows of each event of a case, of what it cites and whom it names, and what of it can be searched."""
    name, log, rows = case.name, case_log(case.name), Developments([], [], [], [])
    refs = {entry.event.id: _ref(name, entry.position) for entry in case.entries}
    for entry in case.entries:
        event, data, when, position = entry.event, entry.data, entry.when, entry.position
        ref, raw = _ref(name, position), str(event.data, "utf-8")
        text = _text(data, entry.standing, refs) if data is not None else ""
        date, basis = (data.date, data.date_basis) if isinstance(data, Development) else (None, None)
        stated, earliest, latest, time = (when.text, *when.sort_key) if when else _NOT_STATED
        rows.developments.append((
            ref, name, position, event.id, event.type, event.form, entry.label, stated, basis, earliest, latest,
            time or None, int(when is not None and date is None), text or "(cannot be read by this program)",
            entry.status, int(entry.in_timeline), event.recordedby, event.recordedtime, raw,
        ))  # fmt: skip
        if data is None:
            rows.search_texts.append((ref, "development", log, raw, cut(raw)))
            continue
        if data.citations:
            counts = entry.in_timeline and entry.counts
            is_sure = stated is not None and date is not None and not _VAGUE(stated)
            logged, day = _logged(entry) if counts else None, earliest if counts and is_sure else None
            rows.citations.extend(_cited(log, position, data.citations, ref, logged, day))
        for field, is_many in party_fields(type(data)):
            if value := getattr(data, field):
                parties = dict.fromkeys(value) if is_many else (value,)
                rows.mentions.extend([(ref, party, field) for party in parties])
        heading, words = _heading(type(data))
        found = "\n".join(filter(None, (text, basis)))
        rows.search_texts.append((ref, "development", log, f"{heading}{found}", f"{words}{cut(found)}"))
    return rows


_NOT_STATED = (None, None, None, None)


@cache
def _heading(cls: type[EventData]) -> tuple[str, str]:
    """What can be searched of every event of a type: as it stands, and as it is indexed."""
    heading = f"{cls.label}\n{cls.label_zh}\n"
    return heading, cut(heading)


def _text(data: EventData, standing: Standing | None, refs: Mapping[str, str]) -> str:
    """What an event says, as sentences; other events by how they are referred to."""
    said = told(data, _claims(standing)) if standing and standing.disputes else told(data)
    if "[[" in said:
        said = _EVENT.sub(lambda found: refs.get(found[1], found[0]), said)
    return " ".join(filter(None, (_sentence(said), getattr(data, "summary", None))))


def _tally(case: Case) -> Row:
    """What status needs of the whole case: looked up there instead of counted each time."""
    told = [entry for entry in case.entries if entry.in_timeline and entry.status != "retracted"]
    # What cites nothing counts from the day on which it was logged, and so does what only undated sources say.
    alone = [_logged(entry) for entry in told if entry.data is None or not entry.data.citations]
    known, sure, possible = ([(day, day) for day in alone], [*alone], [*alone])
    for entry in case.entries:
        if entry.event.type == CaseChecked.type and entry.status != "retracted":
            logged, when = _logged(entry), entry.when
            known.append((when.earliest, when.text) if when else (logged, logged))
            sure.append(min(when.earliest, logged) if when else logged)
            possible.append(min(when.latest, logged) if when else logged)
    return (
        "tallies",
        {
            "case_name": case.name,
            "developments": len(told),
            "disputes": sum(len(e.standing.open_disputes) for e in case.entries if e.standing and e.standing.disputes),
            "begun": min(map(_logged, case.entries), default=None),
            "known_day": max(known, default=(None, None))[0],
            "known": max(known, default=(None, None))[1],
            "sure": max(sure, default=None),
            "possible": max(possible, default=None),
        },
    )


def _logged(entry: Entry) -> str:
    """The day on which an event was logged."""
    return entry.event.recordedtime[:10]


def _claims(standing: Standing) -> dict[str, list[Any]]:
    """All values of each field whose value is disputed and not settled."""
    return {dispute.field: [claim.value for claim in dispute.claims] for dispute in standing.open_disputes}


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
    name, pinpoints = case.name, Pinpoints(case)
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
        row |= {**bounds(filter(None, (hearing.day,))), "pinpoints": pinpoints.of(hearing.position)}
        yield "hearings", {"case_name": name, "number": number, **row, **_from(name, hearing.position)}
    for judgment in case.judgments:
        row = {each: getattr(judgment, each) for each in ("court", "instance", "outcome")}
        favoured = ",".join(judgment.in_favour_of) or None
        yield "judgments", {"case_name": name, **row, "in_favour_of": favoured, **_from(name, judgment.position)}
        for number, ground in enumerate(judgment.grounds, 1):
            yield "grounds", {"judgment": _ref(name, judgment.position), "number": number, "text": ground}
    yield from _issues(case)
    yield from rows_of_orders(case, pinpoints)
    yield from rows_of_deadlines(case, pinpoints)
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
        yield from (("citations", row) for row in _cited("sources", position, citations))
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
        yield from (("citations", row) for row in _cited("parties", position, citations))
    for position, standing in register.standings:
        yield from _standing("parties", "parties", position, standing)
    yield from _problems("parties", register.problems)


def _cited(
    log: str,
    position: int,
    citations: Iterable[Citation],
    ref: str | None = None,
    logged: str | None = None,
    day: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Whole rows of what an event cites; ``day`` stands once for each source that supports it."""
    supporting = set()
    for number, each in enumerate(citations, 1):
        is_first = each.does == "supports" and each.source not in supporting
        supporting.add(each.source if is_first else "")
        yield (
            log, position, number, ref, each.source, each.locator, _last_paragraph(each.locator), each.does,
            logged, day if is_first else None,
        )  # fmt: skip


@lru_cache(maxsize=4096)
def _last_paragraph(locator: str | None) -> int | None:
    """The highest paragraph that a locator names, when it names paragraphs; most name one of few."""
    paragraphs = _PARAGRAPHS.match(locator) if locator else None
    return max(int(n) for n in paragraphs.groups() if n) if paragraphs else None


def _problems(log: str, problems: Iterable[Problem]) -> Iterator[Row]:
    for number, (code, _, position, message) in enumerate(problems, 1):
        yield "problems", {"log": log, "number": number, "code": code, "position": position, "message": message}


def _search(ref: str, what: str, log: str, text: str) -> Row:
    return "search_texts", {"ref": ref, "what": what, "log": log, "text": text, "words": cut(text)}


def _ref(name: str, position: int) -> str:
    return f"{name}#{position}"


def _from(name: str, position: int) -> dict[str, str]:
    return {"development": _ref(name, position)}
