"""The two registers, sources and parties: their state and the folds that make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracker.amendments import Said, Standing, stand
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
    standings: tuple[tuple[int, Standing], ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Parties:
    """The register of parties."""

    parties: tuple[Party, ...]
    relations: tuple[Relation, ...]
    cited: tuple[Cited, ...]
    standings: tuple[tuple[int, Standing], ...]
    problems: tuple[Problem, ...]


def fold_sources(events: Iterable[Event]) -> Sources:
    """The sources; one that is added twice stays as it was first added, and is a problem."""
    problems: list[Problem] = []
    standings: list[tuple[int, Standing]] = []
    found: dict[str, Source] = {}
    cited: list[Cited] = []
    for position, data in _read("sources", events, problems, standings):
        if data.citations:
            cited.append(Cited(position, data.citations))
        if isinstance(data, SourceAdded):
            if data.source in found:
                problems.append(_twice("sources", position, data.source, found[data.source].position))
            else:
                found[data.source] = Source(data, position)
    problems += _same_documents(found.values())
    return Sources(tuple(found.values()), tuple(cited), tuple(standings), tuple(problems))


def fold_parties(events: Iterable[Event]) -> Parties:
    """The parties and their relations; a party that is added twice stays as it was first added, and is a problem."""
    problems: list[Problem] = []
    standings: list[tuple[int, Standing]] = []
    found: dict[str, tuple[PartyAdded, int]] = {}
    aliases: dict[str, list[str]] = {}
    aliased: list[tuple[int, str]] = []
    relations: list[Relation] = []
    cited: list[Cited] = []
    for position, data in _read("parties", events, problems, standings):
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
    parties = tuple(Party(added, at, tuple(dict.fromkeys(aliases[name]))) for name, (added, at) in found.items())
    problems += _same_names(parties)
    return Parties(parties, tuple(relations), tuple(cited), tuple(standings), tuple(problems))


def _read(
    log: str, events: Iterable[Event], problems: list[Problem], standings: list[tuple[int, Standing]]
) -> Iterator[tuple[int, EventData]]:
    """What the register says after its amendments, without what was retracted; ``standings`` takes all of it."""
    said: list[Said] = []
    for event in events:
        try:
            data = decode(event.type, event.data, event.form)
        except (msgspec.ValidationError, TypeError, KeyError, ValueError) as error:
            problems.append(Problem("unreadable", log, event.position, f"{event.type} cannot be read: {error}"))
            continue
        if data is None:
            problems.append(Problem("unknown-type", log, event.position, f"type {event.type!r} is not known"))
        elif data.log in (log, "any"):
            said.append(Said(event.position, event.id, event.recordedtime, data))
        else:
            problems.append(Problem("misplaced", log, event.position, f"{event.type} does not belong into {log}"))
    found = stand(said, lambda code, position, message: problems.append(Problem(code, log, position, message)))
    standings += found.items()
    for position, standing in found.items():
        problems += (Problem("bad-date", log, position, fault) for fault in faults_of_dates(standing.data))
        if standing.retracted_by is None:
            yield position, standing.data


def _same_documents(sources: Iterable[Source]) -> Iterator[Problem]:
    first: dict[str, Source] = {}
    for source in sources:
        same = first.setdefault(source.added.sha256, source) if source.added.sha256 else source
        if same is not source:
            told = f"{source.added.source} is the same document as {same.added.source}, byte for byte"
            yield Problem("same-document", "sources", source.position, told)


def _same_names(parties: Iterable[Party]) -> Iterator[Problem]:
    """Names are compared without regard to case and spaces; one party may be given a name more than once."""
    first: dict[str, Party] = {}
    for party in parties:
        names = {" ".join(name.split()).casefold(): name for name in (party.added.name, *party.aliases)}
        for key, name in names.items():
            same = first.setdefault(key, party)
            if same is not party:
                told = f"{party.added.party} is called {name!r}, and so is {same.added.party}"
                yield Problem("same-name", "parties", party.position, told)


def _twice(log: str, position: int, name: str, first: int) -> Problem:
    return Problem("added-twice", log, position, f"{name} is added again; line {first} added it first")
