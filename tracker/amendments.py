"""How each event stands after everything that was said about it: corrected, retracted, disputed or settled."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracker.dates import fault
from tracker.eventtypes.amendments import (
    HAPPENED,
    Amendment,
    CorrectionMade,
    DisputeRaised,
    DisputeSettled,
    RetractionMade,
)
from tracker.eventtypes.base import Citation, EventData, Field, decode, fields_of
from tracker.eventtypes.privilege import PrivilegeClaimed, PrivilegeWaived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.envelope import Event


class Logged(NamedTuple):
    """A line of a log as far as others can be about it."""

    position: int
    id: str
    type: str
    form: int
    recordedtime: str
    data: bytes


class Said(NamedTuple):
    """An event as it was logged: its number in the log, its id, when it was logged, and its typed data."""

    position: int
    id: str
    recordedtime: str
    data: EventData


class Claim(NamedTuple):
    """One value of a disputed field and who stands behind it."""

    value: Any
    position: int
    claimant: str | None
    citations: tuple[Citation, ...]
    note: str | None = None


class Corrected(NamedTuple):
    """A field that was corrected: what it held, what it holds, and the amendment that says so."""

    field: str
    old: Any
    new: Any
    reason: str
    position: int


class Settled(NamedTuple):
    """How a dispute was settled."""

    value: Any
    reason: str
    settled_by: str | None
    position: int


class Disputed(NamedTuple):
    """A field for which more than one value is claimed; the value logged first comes first."""

    field: str
    claims: tuple[Claim, ...]
    settled: Settled | None

    @property
    def between_parties(self) -> bool:
        """Whether parties stand behind the values, and not only sources."""
        return any(claim.claimant for claim in self.claims)


class Privilege(NamedTuple):
    """A claim that an event is privileged, the event that makes it, and the one by which it was given up, if any."""

    claim: PrivilegeClaimed
    position: int
    waived_by: int | None = None


class Standing(NamedTuple):
    """How an event stands: its data as amended, and what was said about it."""

    data: EventData
    corrections: tuple[Corrected, ...] = ()
    disputes: tuple[Disputed, ...] = ()
    retracted_by: int | None = None
    reason: str | None = None
    privileges: tuple[Privilege, ...] = ()

    @property
    def is_privileged(self) -> bool:
        """Whether somebody claims that it is privileged and has not given that up."""
        return any(each.waived_by is None for each in self.privileges)

    @property
    def status(self) -> str:
        """The word that views show: retracted, disputed, settled, corrected, or nothing."""
        if self.retracted_by is not None:
            return "retracted"
        if any(dispute.settled is None for dispute in self.disputes):
            return "disputed"
        if self.disputes:
            return "settled"
        return "corrected" if self.corrections else ""

    def versions(self) -> Iterator[EventData]:
        """The data as it stands, and once more for each other value of a date that is disputed."""
        yield self.data
        for dispute in self.open_disputes:
            field = next((each for each in fields_of(type(self.data)) if each.name == dispute.field), None)
            if field is not None and field.refers == "date":
                for claim in dispute.claims:
                    if claim.value != getattr(self.data, dispute.field):
                        yield _with(self.data, dispute.field, claim.value)

    @property
    def open_disputes(self) -> tuple[Disputed, ...]:
        """The disputes that nobody has settled."""
        return tuple(dispute for dispute in self.disputes if dispute.settled is None)


def stand(events: Sequence[Said], problem: Callable[[str, int | None, str], None]) -> dict[int, Standing]:
    """How each event stands, by its position.

    Amendments take effect in the order of their recorded times, whatever order they stand in, and are themselves
    amended first; of those recorded at one moment corrections come first, then disputes, settlements and retractions.
    One about an event that is not in the log, one that does not fit its field, and ones that amend each other in a
    circle have no effect; ``problem`` is told (code, position, message). An id that comes twice is the first event's.
    """
    by_id: dict[str, Said] = {}
    for event in events:
        by_id.setdefault(event.id, event)
    about: dict[int, list[Said]] = {}
    for event in events:
        if isinstance(event.data, Amendment):
            if event.data.of in by_id:
                about.setdefault(by_id[event.data.of].position, []).append(event)
            else:
                problem("astray", event.position, f"it is about event {event.data.of}, which is not in this log")
    for several in about.values():
        several.sort(key=_turn)
    return _Fold(events, by_id, about, problem).all()


_TURNS = (CorrectionMade, DisputeRaised, DisputeSettled, RetractionMade, PrivilegeWaived, PrivilegeClaimed)


def _turn(event: Said) -> tuple[str, int, str]:
    """When an amendment takes effect: a settlement that is logged in one go with its dispute comes after it."""
    return event.recordedtime, next((n for n, cls in enumerate(_TURNS) if isinstance(event.data, cls)), -1), event.id


class _Fold:
    """Finds standings one from another; an amendment's own standing is found before it takes effect."""

    def __init__(
        self,
        events: Sequence[Said],
        by_id: Mapping[str, Said],
        about: Mapping[int, Sequence[Said]],
        problem: Callable[[str, int | None, str], None],
    ) -> None:
        self.events, self.by_id, self.about, self.problem = events, by_id, about, problem
        self.found = {event.position: Standing(event.data) for event in events}
        self.waiting = set(about)
        self.waits_for = {position: len(several) for position, several in about.items()}
        self.void: set[int] = set()

    def all(self) -> dict[int, Standing]:
        alone = (event for several in self.about.values() for event in several if event.position not in self.about)
        self._settle(list(alone))
        for event in self.events if self.waiting else ():  # each amends one event, so what still waits is on a circle
            if event.position in self.waiting:
                self._open(event)
        return self.found

    def _settle(self, ready: list[Said]) -> None:
        """Find the standings of what waits for nothing, and of what then waits for nothing more."""
        while ready:
            event = ready.pop()
            self.found[event.position] = self._amended(event, told=True)
            self.waiting.discard(event.position)
            target = self._target(event)
            if target is not None and event.position not in self.void:
                self.waits_for[target.position] -= 1
                if not self.waits_for[target.position]:
                    ready.append(target)

    def _open(self, first: Said) -> None:
        """Make of a circle a chain: without what was retracted from outside it, or else without any of it."""
        circle = [first]
        while (target := self._target(circle[-1])) is not None and target is not first:
            circle.append(target)
        void = [each for each in circle if self._amended(each, told=False).retracted_by is not None] or circle
        targets = dict(zip((each.position for each in circle), [*circle[1:], first], strict=True))
        for each in void:
            self.void.add(each.position)
            self.waits_for[targets[each.position].position] -= 1
        self._settle([each for each in circle if not self.waits_for[each.position]])
        for each in void:  # one that the circle itself restores has no effect either
            if self.found[each.position].retracted_by is None:
                message = f"it and event {targets[each.position].position} amend each other in a circle"
                self.problem("circular", each.position, message)

    def _target(self, event: Said) -> Said | None:
        """The event that an amendment is about."""
        return self.by_id.get(event.data.of) if isinstance(event.data, Amendment) else None

    def _amended(self, event: Said, *, told: bool) -> Standing:
        """An event after those of its amendments that are in force by now."""
        if event.position not in self.about:
            return Standing(event.data)
        draft = _Draft(event)
        for amendment in self.about[event.position]:
            standing = self.found[amendment.position]
            is_in_force = amendment.position not in self.waiting and amendment.position not in self.void
            if is_in_force and standing.retracted_by is None:
                message = draft.take(amendment, standing.data)
                if message and told:
                    self.problem("unfit", amendment.position, message)
        return draft.standing()


class _Draft:
    """One event while its amendments are taken in."""

    def __init__(self, event: Said) -> None:
        self.event, self.data = event, event.data
        self.corrections: list[Corrected] = []
        self.claims: dict[str, list[Claim]] = {}
        self.settled: dict[str, Settled] = {}
        self.retracted: RetractionMade | DisputeSettled | CorrectionMade | None = None
        self.retracted_by: int | None = None
        self.privileges: list[Privilege] = []

    def take(self, at: Said, amendment: EventData) -> str | None:
        """Take in one amendment; what is wrong with it, if anything."""
        match amendment:
            case RetractionMade():
                self.retracted, self.retracted_by = amendment, at.position
                return None
            case CorrectionMade():
                return self._correct(at, amendment)
            case DisputeRaised():
                return self._dispute(at, amendment)
            case DisputeSettled():
                return self._settle(at, amendment)
            case PrivilegeClaimed():
                self.privileges.append(Privilege(amendment, at.position))
            case PrivilegeWaived():
                return self._waive(at, amendment)
        return None

    def _correct(self, at: Said, made: CorrectionMade) -> str | None:
        if message := _unfit(self.data, made.field, made.value):
            return message
        if made.field == HAPPENED:
            self._happened(at, made, value=bool(made.value))
            return None
        old = getattr(self.data, made.field)
        self.data = _with(self.data, made.field, made.value)
        self.corrections.append(Corrected(made.field, old, made.value, made.reason, at.position))
        if made.field in self.claims:
            own, *others = self.claims[made.field]
            self.claims[made.field] = [own._replace(value=getattr(self.data, made.field)), *others]
        return None

    def _dispute(self, at: Said, raised: DisputeRaised) -> str | None:
        if message := _unfit(self.data, raised.field, raised.value):
            return message
        claim = Claim(raised.value, at.position, raised.claimant, raised.citations, raised.note)
        self._claims(raised.field).append(claim)
        self.settled.pop(raised.field, None)  # a new value opens the question again
        return None

    def _settle(self, at: Said, made: DisputeSettled) -> str | None:
        if message := _unfit(self.data, made.field, made.value):
            return message
        self._claims(made.field)
        if made.field == HAPPENED:
            self._happened(at, made, value=bool(made.value))
        else:
            self.data = _with(self.data, made.field, made.value)
        self.settled[made.field] = Settled(made.value, made.reason, made.settled_by, at.position)
        return None

    def _waive(self, at: Said, made: PrivilegeWaived) -> str | None:
        given_up = [each for each in self.privileges if each.waived_by is None and _gives_up(made, each.claim)]
        if not given_up:
            return UNCLAIMED
        self.privileges = [
            each._replace(waived_by=at.position) if each in given_up else each for each in self.privileges
        ]
        return None

    def _claims(self, field: str) -> list[Claim]:
        """The claims for a field; what the event itself says is the first."""
        if field not in self.claims:
            own = True if field == HAPPENED else getattr(self.data, field, None)
            supporting = tuple(each for each in self.event.data.citations if each.does == "supports")
            self.claims[field] = [Claim(own, self.event.position, None, supporting)]
        return self.claims[field]

    def _happened(self, at: Said, made: CorrectionMade | DisputeSettled, *, value: bool) -> None:
        self.retracted, self.retracted_by = (None, None) if value else (made, at.position)

    def standing(self) -> Standing:
        disputes = tuple(
            Disputed(field, tuple(claims), self.settled.get(field)) for field, claims in sorted(self.claims.items())
        )
        reason = self.retracted.reason if self.retracted else None
        privileges = tuple(self.privileges)
        return Standing(self.data, tuple(self.corrections), disputes, self.retracted_by, reason, privileges)


UNCLAIMED = "nobody claims a privilege that it could give up"


def _gives_up(made: PrivilegeWaived, claim: PrivilegeClaimed) -> bool:
    """Whether a waiver is about a claim: a party gives up its own only (joint holders each have theirs)."""
    return made.held_by in (None, claim.held_by)


def unfit(data: EventData, field: str, value: object) -> str | None:
    """Why a field of an event cannot hold a value; None when it can."""
    known = next((each for each in fields_of(type(data)) if each.name == field), None)
    fixed = ("citations", *(("of",) if isinstance(data, Amendment) else ()), *data.computed)
    if known is None or field in fixed:
        names = ", ".join(each.name for each in fields_of(type(data)) if each.name not in fixed)
        return f"{type(data).type} has no field {field!r} to amend; it has {names}"
    if known.required and value in (None, (), []):
        return f"{type(data).type} needs its {field}"
    if known.refers == "date" and isinstance(value, str) and (why := fault(value)):
        return f"{value!r} is no date: {why}"
    try:
        _with(data, field, value)
    except msgspec.ValidationError as error:
        return f"{field} of {type(data).type} cannot be {value!r}: {error}"
    return None


def _unfit(data: EventData, field: str, value: object) -> str | None:
    """As ``unfit``, also for whether it took place at all."""
    if field != HAPPENED:
        return unfit(data, field, value)
    return None if isinstance(value, bool) else "'happened' is true or false"


def _with(data: EventData, field: str, value: object) -> EventData:
    """The data with another value in one field; null takes the value away."""
    builtins = msgspec.to_builtins(data)
    if value is None:
        builtins.pop(field, None)
    else:
        builtins[field] = list(value) if isinstance(value, tuple) else value
    return msgspec.convert(builtins, type(data))


def standings(events: Iterable[Event | Logged]) -> list[tuple[Said, Standing]]:
    """Every event of one log that can be read, with how it stands."""
    said = []
    for event in events:
        with suppress(msgspec.ValidationError, TypeError, KeyError, ValueError):
            data = decode(event.type, event.data, event.form)
            if data is not None:
                said.append(Said(event.position, event.id, event.recordedtime, data))
    found = stand(said, lambda code, position, message: None)
    return [(each, found[each.position]) for each in said]


def misfit(amendment: EventData | None, by_id: Mapping[str, EventData]) -> tuple[str, str] | None:
    """Field and sentence for what keeps an amendment from taking effect; ``by_id`` is the data of its log's events."""
    if not isinstance(amendment, Amendment):
        return None
    target = by_id.get(amendment.of)
    if target is None:
        return "of", f"there is no event {amendment.of} in this log"
    if isinstance(amendment, PrivilegeClaimed | PrivilegeWaived):
        return _misfit_of_privilege(amendment, target, by_id)
    field, value = getattr(amendment, "field", None), getattr(amendment, "value", None)
    if field is None:
        return None
    if message := _unfit(target, field, value):
        return "value", message
    if isinstance(target, Amendment) and field in ("field", "value") and target.of in by_id:
        amended = _with(target, field, value)  # what is said of an amendment has to fit what that is about
        message = _unfit(by_id[target.of], getattr(amended, "field", ""), getattr(amended, "value", None))
    return ("value", message) if message else None


def _misfit_of_privilege(
    amendment: PrivilegeClaimed | PrivilegeWaived, target: EventData, by_id: Mapping[str, EventData]
) -> tuple[str, str] | None:
    """As ``misfit``: a privilege is claimed for what a case tells, and given up where it was claimed."""
    if target.type == "case.opened":
        return "of", "it names the case in every document; correct what it should not tell"
    claims = (each for each in by_id.values() if isinstance(each, PrivilegeClaimed) and each.of == amendment.of)
    if isinstance(amendment, PrivilegeWaived) and not any(_gives_up(amendment, each) for each in claims):
        return "of", UNCLAIMED
    return None


def amended_field(amendment: EventData | None, by_id: Mapping[str, EventData]) -> Field | None:
    """The field of its target that an amendment gives a value for, if any."""
    target = by_id.get(amendment.of) if isinstance(amendment, Amendment) else None
    name = getattr(amendment, "field", None)
    return next((each for each in fields_of(type(target)) if each.name == name), None) if target else None
