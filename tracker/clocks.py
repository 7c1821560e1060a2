"""Three clocks: what happened when, what was known when, and what was recorded when (design rule 9).

A view leaves out of the logs what its clocks had not reached, and everything else is answered as ever.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tracker.amendments import standings
from tracker.canonical import encode
from tracker.case import fold
from tracker.dates import EDTFDate, fault, parse
from tracker.errors import BadDate
from tracker.eventtypes import Development, EventData, decode
from tracker.eventtypes.amendments import Amendment, DisputeSettled
from tracker.eventtypes.base import fields_of
from tracker.eventtypes.cases import CaseOpened
from tracker.eventtypes.parties import PartyAdded
from tracker.eventtypes.sources import SourceAdded
from tracker.names import case_of
from tracker.view import Unsure, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.case import Case, Entry
    from tracker.envelope import Event

    Logs = Mapping[str, list[Event]]


_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})?", re.ASCII).fullmatch


def moment(text: str) -> str:
    """The last moment that a day, or a time (RFC 3339, in UTC when it has no offset), takes in; as ``recordedtime``.

    Raises BadDate.
    """
    match = _TIME(text if "T" in text else f"{text}T23:59")
    try:
        if match is None or (match[3] and not match[2]):
            raise ValueError
        whole = match[1] + (match[2] or ":59") + (match[3] or ".").ljust(4, "9")
        time = datetime.fromisoformat(whole + (match[4] or "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDate(text, "it is neither a day nor a time such as 2025-11-20T09:30Z") from None
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seen(logs: Logs, view: View) -> tuple[dict[str, list[Event]], list[Unsure]]:
    """The logs as the view has them, and what is in it only because a date is uncertain.

    An event is known from the earliest publication among its sources on, else from the day on which it was logged;
    where that day is uncertain, the earliest possible one decides. A case that nobody had heard of is left out. What
    came out later is taken out of what stays: later sources, a caption that was not known yet, and of a party that a
    development names all but its name. Amendments go with the events they are about.

    Raises:
        BadDate: ``recorded_by`` is neither a day nor a time.
    """
    last = moment(view.recorded_by) if view.recorded_by is not None else "~"
    recorded = {log: [event for event in events if event.recordedtime <= last] for log, events in logs.items()}
    published = _published(recorded.get("sources", ()))
    unsure: list[Unsure] = []
    found = {log: _of_case(log, events, view, published, unsure) for log, events in recorded.items() if case_of(log)}
    kept: dict[str, list[Event]] = {
        log: [_as_known(event, published, view) for event in events] for log, events in found.items() if events
    }
    named, before = names_in(event for events in kept.values() for event in events), None
    while named != before:  # who is introduced may be introduced with names of others
        before = named
        for register in ("sources", "parties"):
            if events := _of_register(recorded.get(register, ()), view, published, named):
                kept[register] = [_as_known(event, published, view) for event in events]
                named = named | names_in(kept[register])
    return kept, unsure


def _as_known(event: Event, published: Mapping[str, EDTFDate], view: View) -> Event:
    """An event without what came out later than it is looked at: later citations, and a caption that was not known."""
    if view.known_by is None or (data := data_of(event)) is None:
        return event
    told = msgspec.to_builtins(data)
    if _known(event, published).earliest > view.known_by:
        if event.type == CaseOpened.type:
            told = {"kind": told["kind"], "title": str(case_of(event.log))}
        elif event.type == PartyAdded.type:
            told = {name: told[name] for name in ("party", "name", "what", "pseudonym") if name in told}
    if out := [each for each in told.pop("citations", ()) if _is_out(published.get(each["source"]), view.known_by)]:
        told["citations"] = out
    return event if told == msgspec.to_builtins(data) else _saying(event, told)


def _is_out(published: EDTFDate | None, day: str) -> bool:
    """Whether a source may have been public by a day; one without a date of publication is taken as it comes."""
    return published is None or published.earliest <= day


def _saying(event: Event, data: dict[str, Any]) -> Event:
    return msgspec.structs.replace(event, data=msgspec.Raw(encode(data)))


def _of_register(
    events: Sequence[Event], view: View, published: Mapping[str, EDTFDate], named: set[str]
) -> list[Event]:
    """What a view has of a register: what was known, and whatever introduces a name that stands in the view.

    What a source's own record says of it (its title, when it was published) is no news of the world: amendments of it
    are in as soon as it is.
    """
    if view.known_by is None:
        return list(events)
    known = {
        event.position
        for event in events
        if _known(event, published).earliest <= view.known_by or (event.log == "sources" and _amends(event))
    }
    return _without_orphans(events, [e for e in events if e.position in known or introduces(e) in named])


def data_of(event: Event) -> EventData | None:
    """The typed data of an event; None when this program cannot read it."""
    try:
        return decode(event.type, event.data, event.form)
    except (msgspec.ValidationError, TypeError, KeyError, ValueError):
        return None


def _published(events: Iterable[Event]) -> dict[str, EDTFDate]:
    """When each source was published, as far as it is told, as amended; what was added first counts."""
    found: dict[str, str | None] = {}
    for _, standing in standings(events):
        data = standing.data
        if isinstance(data, SourceAdded) and standing.retracted_by is None:
            found.setdefault(data.source, data.published)
    return {source: parse(text) for source, text in found.items() if text and not fault(text)}


def _known(event: Event, published: Mapping[str, EDTFDate]) -> EDTFDate:
    """When an event became known: the earliest publication among its sources, else the day it was logged.

    By ``latest`` one of them was surely published.
    """
    data = data_of(event)
    if isinstance(data, SourceAdded):
        sources = [data.source]
    else:
        sources = [citation.source for citation in data.citations] if data else []
    days = sorted((published[source] for source in sources if source in published), key=lambda day: day.sort_key)
    return days[0]._replace(latest=min(day.latest for day in days)) if days else parse(event.recordedtime[:10])


def _of_case(
    log: str, events: list[Event], view: View, published: Mapping[str, EDTFDate], unsure: list[Unsure]
) -> list[Event]:
    """What a view has of one case; nothing when no development of it is in the view."""
    if view == View(recorded_by=view.recorded_by):
        return events
    name = str(case_of(log))
    known = [event for event in events if view.known_by is None or _known(event, published).earliest <= view.known_by]
    numbers = {event.position for event in known}
    inside = [event for event in events if event.position in numbers or event.type == CaseOpened.type]
    case = fold(name, _without_orphans(events, inside))
    shown = {entry.position for entry in case.entries if _shown(entry, view)} - set(_beside_the_view(case, view))
    told = [entry for entry in case.entries if entry.in_timeline and entry.position in shown]
    for entry in told:
        unsure += _unsure(f"{name}#{entry.position}", entry.when, _known(entry.event, published), view)
    kept = _without_orphans(events, [event for event in events if event.position in shown])
    ids = {event.id for event in kept}
    return [*kept, *(event for event in _sided(case, view) if _amends(event) in ids)] if told else []


def _shown(entry: Entry, view: View) -> bool:
    """Whether an entry is in by the day it happened; what is about the record and has no day is in with its case."""
    if not isinstance(entry.data, Development) or (entry.when is None and not entry.in_timeline):
        return True
    return _happened(entry.when, view)


def _unsure(ref: str, when: EDTFDate | None, known: EDTFDate, view: View) -> Iterator[Unsure]:
    """By which clocks it is in the view only because a date is uncertain."""
    if view.known_by and known.latest > view.known_by:
        yield Unsure(ref, "known", known.text)
    if when and ((view.since and when.earliest < view.since) or (view.until and when.latest > view.until)):
        yield Unsure(ref, "happened", when.text)


ASSERTED_BY = {
    "claim.made": "claimant",
    "defence.raised": "party",
    "statement.made": "speaker",
    "notice.sent": "senders",
}
"""Event types that say what one side says, and the field that names the side."""


def _sides(case: Case, view: View) -> set[str]:
    """The parties on whose side a view looks: one by its id, or all that have a role."""
    return {view.told_by or ""} | {role.party for role in case.roles if role.role == view.told_by}


def _beside_the_view(case: Case, view: View) -> Iterator[int]:
    """The positions of what a view of one side, or of what is undisputed, leaves out."""
    if view.told_by is None and not view.undisputed:
        return
    sides = _sides(case, view)
    for entry in case.entries:
        field = ASSERTED_BY.get(entry.event.type)
        asserting = getattr(entry.data, field, ()) if field else ()
        several = {asserting} if isinstance(asserting, str) else set(asserting or ())
        disputed = entry.standing is not None and bool(entry.standing.open_disputes)
        if (view.undisputed and (disputed or several)) or (view.told_by and several and not several & sides):
            yield entry.position


def _sided(case: Case, view: View) -> Iterator[Event]:
    """For each dispute in which the side of a view claims a value, a settlement that holds in this view only."""
    if view.told_by is None:
        return
    sides, last = _sides(case, view), max((entry.position for entry in case.entries), default=0)
    for entry in case.entries:
        for dispute in entry.standing.open_disputes if entry.standing else ():
            mine = [claim for claim in dispute.claims if claim.claimant in sides]
            if mine:
                last += 1
                data = DisputeSettled(
                    of=entry.event.id, field=dispute.field, value=mine[-1].value, reason=f"as told by {view.told_by}"
                )
                yield msgspec.structs.replace(
                    entry.event,
                    type=DisputeSettled.type,
                    data=msgspec.Raw(msgspec.json.encode(data)),
                    id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{entry.event.id} {dispute.field}")),
                    sequence=f"{last:010d}",
                    recordedtime="9999-12-31T23:59:59.999Z",  # after every claim it chooses from
                )


def _happened(when: EDTFDate | None, view: View) -> bool:
    """Whether it may have happened within the view; what has no date at all is in only when no day is asked for."""
    if view.since is None and view.until is None:
        return True
    return when is not None and when.latest >= (view.since or "") and when.earliest <= (view.until or "9999-12-31")


def _amends(event: Event) -> str | None:
    """The id of the event that an amendment is about."""
    data = data_of(event)
    return data.of if isinstance(data, Amendment) else None


def _without_orphans(events: Sequence[Event], kept: Sequence[Event]) -> list[Event]:
    """Those of the events that are kept, without the amendments of what is not."""
    numbers = {event.position for event in kept}
    gone = [event.id for event in events if event.position not in numbers]
    about: dict[str | None, list[Event]] = {}
    for event in kept:
        about.setdefault(_amends(event), []).append(event)
    while gone:
        orphans = about.pop(gone.pop(), [])
        numbers -= {event.position for event in orphans}
        gone += [event.id for event in orphans]
    return [event for event in kept if event.position in numbers]


def names_in(events: Iterable[Event]) -> set[str]:
    """The parties and sources that events name."""
    found: set[str] = set()
    for event in events:
        data = data_of(event)
        if data is None:
            continue
        found |= {citation.source for citation in data.citations}
        value = getattr(data, "value", None) if isinstance(data, Amendment) else None
        found |= {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        for field in fields_of(type(data)):
            if field.refers == "party":
                value = getattr(data, field.name)
                found |= set(value) if field.many else {value} - {None}
    return found


def introduces(event: Event) -> str | None:
    """The party or source that a line of a register brings in."""
    if event.type not in ("party.added", "source.added"):
        return None
    data = data_of(event)
    return getattr(data, "party", None) or getattr(data, "source", None)
