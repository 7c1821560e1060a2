"""Three clocks: what happened when, what was known when, and what was recorded when (design rule 9).

A view leaves out of the logs what its clocks had not reached, and everything else is answered as ever.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from tracker.amendments import standings
from tracker.canonical import encode
from tracker.case import fold, is_told
from tracker.dates import LATEST, EDTFDate, fault, parse
from tracker.errors import BadDate
from tracker.eventtypes import Development, EventData, decode
from tracker.eventtypes.amendments import Amendment, DisputeSettled
from tracker.eventtypes.base import party_fields
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
    if view == View(recorded_by=view.recorded_by):
        return {log: events for log, events in recorded.items() if events}, []
    published = _published(recorded.get("sources", ()))
    lines = {log: _lines(events, published) for log, events in recorded.items()}
    unsure: list[Unsure] = []
    found = {log: _of_case(log, several, view, unsure) for log, several in lines.items() if case_of(log)}
    kept = {log: [_as_known(line, published, view) for line in several] for log, several in found.items() if several}
    named, before = _named(line.data for several in kept.values() for line in several), None
    while named != before:  # who is introduced may be introduced with names of others
        before = named
        for register in ("sources", "parties"):
            if several := _of_register(lines.get(register, ()), view, named):
                kept[register] = [_as_known(line, published, view) for line in several]
                named = named | _named(line.data for line in kept[register])
    return {log: [line.event for line in several] for log, several in kept.items()}, unsure


class _Line(msgspec.Struct, frozen=True, gc=False):
    """An event, its data (None when this program cannot read it), and when it became known: all found once."""

    event: Event
    data: EventData | None
    known: EDTFDate

    @property
    def amends(self) -> str | None:
        """The id of the event that an amendment is about."""
        return self.data.of if isinstance(self.data, Amendment) else None


def _lines(events: Iterable[Event], published: Mapping[str, EDTFDate]) -> list[_Line]:
    return [_Line(event, data := data_of(event), _known(event, data, published)) for event in events]


def _as_known(line: _Line, published: Mapping[str, EDTFDate], view: View) -> _Line:
    """An event without what came out later than it is looked at: later citations, and a caption that was not known."""
    event, data = line.event, line.data
    if view.known_by is None or data is None:
        return line
    out = tuple(each for each in data.citations if _is_out(published.get(each.source), view.known_by))
    is_news = line.known.earliest > view.known_by and event.type in (CaseOpened.type, PartyAdded.type)
    if len(out) == len(data.citations) and not is_news:
        return line
    told = msgspec.to_builtins(msgspec.structs.replace(data, citations=out))
    if is_news and event.type == CaseOpened.type:
        told = {"kind": told["kind"], "title": str(case_of(event.log))}
    elif is_news:
        told = {name: told[name] for name in ("party", "name", "what", "pseudonym") if name in told}
    said = msgspec.structs.replace(event, data=msgspec.Raw(encode(told)))
    return _Line(said, data_of(said), line.known)


def _is_out(published: EDTFDate | None, day: str) -> bool:
    """Whether a source may have been public by a day; one without a date of publication is taken as it comes."""
    return published is None or published.earliest <= day


def _of_register(lines: Sequence[_Line], view: View, named: set[str]) -> list[_Line]:
    """What a view has of a register: what was known, and whatever introduces a name that stands in the view.

    What a source's own record says of it (its title, when it was published) is no news of the world: amendments of it
    are in as soon as it is.
    """
    if view.known_by is None:
        return list(lines)
    last = view.known_by
    known = {
        line.event.position
        for line in lines
        if line.known.earliest <= last or (line.event.log == "sources" and line.amends)
    }
    return _without_orphans(
        lines, [line for line in lines if line.event.position in known or _introduced(line.event, line.data) in named]
    )


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


def _known(event: Event, data: EventData | None, published: Mapping[str, EDTFDate]) -> EDTFDate:
    """When an event became known: the earliest publication among its sources, else the day it was logged.

    By ``latest`` one of them was surely published.
    """
    if isinstance(data, SourceAdded):
        sources = [data.source]
    else:
        sources = [citation.source for citation in data.citations] if data else []
    days = [published[source] for source in sources if source in published]
    if len(days) < 2:
        return days[0] if days else parse(event.recordedtime[:10])
    return min(days, key=lambda day: day.sort_key)._replace(latest=min(day.latest for day in days))


def _of_case(log: str, lines: Sequence[_Line], view: View, unsure: list[Unsure]) -> list[_Line]:
    """What a view has of one case; nothing when no development of it is in the view."""
    name, last = str(case_of(log)), view.known_by or LATEST
    known = [line for line in lines if line.known.earliest <= last or line.event.type == CaseOpened.type]
    inside = _without_orphans(lines, known)
    by_known_alone = view == View(known_by=view.known_by, recorded_by=view.recorded_by)
    if by_known_alone and not any(line.known.latest > last for line in inside):
        # All of it is shown and nothing is doubtful: when what happened, for which it is folded, does not matter.
        return inside if any(is_told(line.data) for line in inside) else []
    case = fold(name, [line.event for line in inside])
    shown = {entry.position for entry in case.entries if _shown(entry, view)} - set(_beside_the_view(case, view))
    told = [entry for entry in case.entries if entry.in_timeline and entry.position in shown]
    known_at = {line.event.position: line.known for line in inside}
    for entry in told:
        unsure += _unsure(f"{name}#{entry.position}", entry.when, known_at[entry.position], view)
    kept = _without_orphans(lines, [line for line in lines if line.event.position in shown])
    ids = {line.event.id for line in kept}
    sided = _lines(_sided(case, view), {})
    return [*kept, *(line for line in sided if line.amends in ids)] if told else []


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


def _without_orphans(lines: Sequence[_Line], kept: Sequence[_Line]) -> list[_Line]:
    """Those of the lines that are kept, without the amendments of what is not."""
    numbers = {line.event.position for line in kept}
    gone = [line.event.id for line in lines if line.event.position not in numbers]
    about: dict[str, list[_Line]] = {}
    for line in kept:
        if line.amends is not None:
            about.setdefault(line.amends, []).append(line)
    while gone:
        orphans = about.pop(gone.pop(), [])
        numbers -= {line.event.position for line in orphans}
        gone += [line.event.id for line in orphans]
    return [line for line in kept if line.event.position in numbers]


def names_in(events: Iterable[Event]) -> set[str]:
    """The parties and sources that events name."""
    return _named(map(data_of, events))


def _named(several: Iterable[EventData | None]) -> set[str]:
    found: set[str] = set()
    for data in several:
        if data is None:
            continue
        found.update(citation.source for citation in data.citations)
        amended = getattr(data, "value", None) if isinstance(data, Amendment) else None
        for value in (amended, *(getattr(data, name) for name, _ in party_fields(type(data)))):
            if isinstance(value, str):
                found.add(value)
            elif isinstance(value, tuple):
                found.update(value)
    return found


def introduces(event: Event) -> str | None:
    """The party or source that a line of a register brings in."""
    return _introduced(event, data_of(event))


def _introduced(event: Event, data: EventData | None) -> str | None:
    if event.type not in ("party.added", "source.added"):
        return None
    return getattr(data, "party", None) or getattr(data, "source", None)
