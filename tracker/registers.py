"""The two registers, sources and parties: their state and the folds that make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracker.eventtypes import EventData, decode
from tracker.eventtypes.base import faults_of_dates
from tracker.eventtypes.parties import PartyAdded, PartyAliased, PartyRelated
from tracker.eventtypes.sources import SourceAdded
from tracker.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.envelope import Event
    from tracker.eventtypes import Citation


class Cited(NamedTuple):
    """The citations of one line of a register."""

    position: int
    citations: tuple[Citation, ...]


class Source(NamedTuple):
    """A source and the line that added it."""

    added: SourceAdded
    position: int


class Party(NamedTuple):
    """A party, the line that added it, and all the other names it goes by."""

    added: PartyAdded
    position: int
    aliases: tuple[str, ...]


class Relation(NamedTuple):
    """A relation between two parties and the line that told of it."""

    related: PartyRelated
    position: int


@dataclass(frozen=True, slots=True)
class Sources:
    """The register of sources."""

    sources: tuple[Source, ...]
    cited: tuple[Cited, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Parties:
    """The register of parties."""

    parties: tuple[Party, ...]
    relations: tuple[Relation, ...]
    cited: tuple[Cited, ...]
    problems: tuple[Problem, ...]


def fold_sources(events: Iterable[Event]) -> Sources:
    """The sources; one that is added twice stays as it was first added, and is a problem."""
    problems: list[Problem] = []
    found: dict[str, Source] = {}
    cited: list[Cited] = []
    for position, data in _read("sources", events, problems):
        if data.citations:
            cited.append(Cited(position, data.citations))
        if isinstance(data, SourceAdded):
            if data.source in found:
                problems.append(_twice("sources", position, data.source, found[data.source].position))
            else:
                found[data.source] = Source(data, position)
    return Sources(tuple(found.values()), tuple(cited), tuple(problems))


def fold_parties(events: Iterable[Event]) -> Parties:
    """The parties and their relations; a party that is added twice stays as it was first added, and is a problem."""
    problems: list[Problem] = []
    found: dict[str, tuple[PartyAdded, int]] = {}
    aliases: dict[str, list[str]] = {}
    aliased: list[tuple[int, str]] = []
    relations: list[Relation] = []
    cited: list[Cited] = []
    for position, data in _read("parties", events, problems):
        if data.citations:
            cited.append(Cited(position, data.citations))
        if isinstance(data, PartyAdded):
            if data.party in found:
                problems.append(_twice("parties", position, data.party, found[data.party][1]))
                continue
            found[data.party] = (data, position)
            aliases.setdefault(data.party, []).extend(data.aliases)
        elif isinstance(data, PartyAliased):
            aliases.setdefault(data.party, []).append(data.alias)
            aliased.append((position, data.party))
        elif isinstance(data, PartyRelated):
            relations.append(Relation(data, position))
    problems += (
        Problem("unknown-party", "parties", position, f"party {name!r} is not in the register")
        for position, name in aliased
        if name not in found
    )
    parties = (Party(added, at, tuple(dict.fromkeys(aliases[name]))) for name, (added, at) in found.items())
    return Parties(tuple(parties), tuple(relations), tuple(cited), tuple(problems))


def _read(log: str, events: Iterable[Event], problems: list[Problem]) -> Iterator[tuple[int, EventData]]:
    for event in events:
        try:
            data = decode(event.type, event.data, event.form)
        except (msgspec.ValidationError, TypeError, KeyError, ValueError) as error:
            problems.append(Problem("unreadable", log, event.position, f"{event.type} cannot be read: {error}"))
            continue
        if data is None:
            problems.append(Problem("unknown-type", log, event.position, f"type {event.type!r} is not known"))
        elif data.log == log:
            problems += (Problem("bad-date", log, event.position, fault) for fault in faults_of_dates(data))
            yield event.position, data
        else:
            problems.append(Problem("misplaced", log, event.position, f"{event.type} does not belong into {log}"))


def _twice(log: str, position: int, name: str, first: int) -> Problem:
    return Problem("added-twice", log, position, f"{name} is added again; line {first} added it first")
