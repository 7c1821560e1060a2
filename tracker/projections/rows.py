"""What a folded case and the folded registers look like as rows of the projection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tracker import dates
from tracker.errors import BadDate
from tracker.eventtypes.base import fields_of, told
from tracker.names import case_log
from tracker.projections.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.case import Case, Entry
    from tracker.eventtypes import Citation
    from tracker.problems import Problem
    from tracker.registers import Parties, Sources
    from tracker.state import Order

Row = tuple[str, dict[str, Any]]
"""The table and the row."""

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
        yield from _development(case.name, log, entry)
    yield from _contents(case)
    yield from _problems(log, case.problems)
    told_of = " ".join((case.name, *filter(None, case.caption), case.kind.label))
    yield _search(case.name, "case", log, told_of)


def _development(name: str, log: str, entry: Entry) -> Iterator[Row]:
    ref, data, when = _ref(name, entry.position), entry.data, entry.when
    text = " ".join(filter(None, (_sentence(told(data)), getattr(data, "summary", None)))) if data else ""
    yield (
        "developments",
        {
            "ref": ref,
            "case_name": name,
            "position": entry.position,
            "event_id": entry.event.id,
            "type": entry.event.type,
            "label": entry.label,
            "date": when.text if when else None,
            "date_basis": getattr(data, "date_basis", None),
            "earliest": when.earliest if when else None,
            "latest": when.latest if when else None,
            "time": (when.time or None) if when else None,
            "text": text or "(cannot be read by this program)",
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
    for each in fields_of(type(data)):
        if each.refers == "party":
            value = getattr(data, each.name)
            for party in dict.fromkeys(value if each.many else filter(None, (value,))):
                yield "mentions", {"development": ref, "party": party, "field": each.name}
    parts = (entry.label, data.label_zh, text, getattr(data, "date_basis", None))
    yield _search(ref, "development", log, "\n".join(filter(None, parts)))


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
        yield "hearings", {
            "case_name": name, "number": number, **row, **_bounds(hearing.day), **_from(name, hearing.position)
        }  # fmt: skip
    for judgment in case.judgments:
        row = {each: getattr(judgment, each) for each in ("court", "instance", "outcome")}
        favoured = ",".join(judgment.in_favour_of) or None
        yield "judgments", {"case_name": name, **row, "in_favour_of": favoured, **_from(name, judgment.position)}
        for number, ground in enumerate(judgment.grounds, 1):
            yield "grounds", {"judgment": _ref(name, judgment.position), "number": number, "text": ground}
    yield from _orders(name, case.orders)
    for number, figure in enumerate(case.figures, 1):
        row = {each: getattr(figure, each) for each in ("what", "value", "unit", "closeness", "as_of", "scope")}
        row |= {"case_name": name, "number": number, "counted_by": figure.counted_by}
        yield "figures", {**row, **_bounds(figure.as_of), **_from(name, figure.position)}
    for gap in case.gaps:
        at = _ref(name, gap.position) if gap.position else None
        yield "gaps", {"case_name": name, "what": gap.what, "bounds": gap.bounds, "development": at}


def _orders(name: str, orders: Iterable[Order]) -> Iterator[Row]:
    seen: dict[int, int] = {}
    for order in orders:
        number = seen[order.position] = seen.get(order.position, 0) + 1
        order_id = f"{_ref(name, order.position)}/{number}"
        amount, _, currency = (order.amount or "").partition(" ")
        joint = None if order.joint_and_several is None else int(order.joint_and_several)
        yield (
            "orders",
            {
                "id": order_id,
                "case_name": name,
                "issuer": order.issuer,
                "amount": amount or None,
                "currency": currency or None,
                "act": order.act,
                "joint_and_several": joint,
                "due": order.due,
                **_bounds(order.due),
                "due_terms": order.due_terms,
                **_from(name, order.position),
            },
        )
        for side, parties in (("debtor", order.debtors), ("creditor", order.creditors)):
            for party in dict.fromkeys(parties):
                yield "order_parties", {"order_id": order_id, "side": side, "party": party}


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
        yield "sources", {"id": added.source, **row, **_bounds(added.published), "position": position}
        parts = (added.source, added.title, added.publisher, added.author, added.note)
        yield _search(added.source, "source", "sources", "\n".join(filter(None, parts)))
    for position, citations in register.cited:
        yield from _citations("sources", position, citations, None)
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


def _bounds(date: str | None) -> dict[str, str | None]:
    """Earliest and latest day of an EDTF date; empty when it is missing or cannot be read."""
    try:
        known = dates.parse(date) if date else None
    except BadDate:
        known = None
    return {"earliest": known.earliest if known else None, "latest": known.latest if known else None}


def _ref(name: str, position: int) -> str:
    return f"{name}#{position}"


def _from(name: str, position: int) -> dict[str, str]:
    return {"development": _ref(name, position)}
