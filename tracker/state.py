"""What a case is built from: the records that event types make, and the builder that takes them during the fold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.dates import EARLIEST, parse
from tracker.errors import BadDate
from tracker.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.kinds import Kind
    from tracker.obligations import Change, Order


class Place(NamedTuple):
    """Which event of the case says so: its number in the log, and the span of days in which it happened.

    The last day (YYYY-MM-DD) is that of logging at the latest, unless the event says that it lies ahead.
    """

    position: int
    span: tuple[str, str] = (EARLIEST, EARLIEST)


class Caption(NamedTuple):
    """What stands at the head of a case."""

    title: str
    forum: str | None = None
    docket: str | None = None
    jurisdiction: str | None = None
    about: str | None = None


class Role(NamedTuple):
    """A party's role in the case, and the event that gave it or ended it."""

    party: str
    role: str
    position: int
    ended_by: int | None = None


class Plea(NamedTuple):
    """A claim or a defence."""

    what: str
    party: str
    text: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A hearing and what became of it: set, postponed, held or withdrawn; days as EDTF, None when not known.

    ``position`` is the event that says how it stands, ``told_by`` are all that tell of it.
    """

    day: str | None
    status: str
    court: str | None = None
    purpose: str | None = None
    moved_to: str | None = None
    reason: str | None = None
    position: int
    told_by: tuple[int, ...] = ()


def hearing_key(day: str) -> str:
    """What tells a hearing apart: its day, with or without the time of day; any other date as it is written."""
    try:
        known = parse(day)
    except BadDate:
        return day
    return known.earliest if known.precision in ("day", "time") else day


def _more_exact(one: str | None, other: str | None) -> str | None:
    """Of two ways to write one day the one with a time."""
    return one if one and "T" in one else other


class Judgment(NamedTuple):
    """A judgment with its grounds."""

    court: str | None
    instance: str | None
    outcome: str | None
    in_favour_of: tuple[str, ...]
    grounds: tuple[str, ...]
    position: int


class Figure(NamedTuple):
    """A number with its unit, day, scope and who counted; the value is a decimal string."""

    position: int
    what: str
    value: str
    unit: str
    closeness: str | None = None
    as_of: str | None = None
    scope: str | None = None
    counted_by: str | None = None


class Link(NamedTuple):
    """How the case belongs to another case."""

    other: str
    relation: str
    position: int


@dataclass(slots=True)
class CaseBuilder:
    """What event types write to while the fold runs; nothing outside the fold sees it."""

    name: str
    kind: Kind
    caption: Caption
    positions: Mapping[str, int] = field(default_factory=dict)
    """The number of each event by its id."""
    opened_by: int | None = None
    roles: dict[tuple[str, str], Role] = field(default_factory=dict)
    pleas: list[Plea] = field(default_factory=list)
    hearings: dict[str, Hearing] = field(default_factory=dict)
    judgments: list[Judgment] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    order_changes: list[Change] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: str, position: int | None, message: str) -> None:
        """Collect something doubtful."""
        self.problems.append(Problem(code, self.name, position, message))

    def open(self, caption: Caption, at: Place) -> None:
        """Take the caption from the first event that opens the case."""
        if self.opened_by is not None:
            self.problem("opened-twice", at.position, f"opened again; event {self.opened_by} opened it first")
            return
        self.opened_by, self.caption = at.position, caption
        if caption.forum:
            self.give_role(caption.forum, "court" if "court" in self.kind.roles else "authority", at)

    def link(self, other: str, relation: str, at: Place) -> None:
        """Add a link to another case."""
        self.links.append(Link(other, relation, at.position))

    def give_role(self, party: str, role: str, at: Place) -> None:
        """Give a party a role; the first event that says so is kept."""
        known = self.roles.setdefault((party, role), Role(party, role, at.position))
        if known.position == known.ended_by:  # so far only its end was told
            self.roles[party, role] = known._replace(position=at.position)

    def end_role(self, party: str, role: str, at: Place) -> None:
        """End a role, known before or not."""
        begun = self.roles.get((party, role), Role(party, role, at.position))
        self.roles[party, role] = begun._replace(ended_by=at.position)

    def plead(self, what: str, party: str, text: str, at: Place) -> None:
        """Add a claim or a defence."""
        self.pleas.append(Plea(what, party, text, at.position))

    def set_hearing(self, day: str, court: str | None, purpose: str | None, at: Place) -> None:
        """Add a hearing, or what is new of one that is known; what became of it goes before what was planned."""
        planned = Hearing(day=day, status="set", court=court, purpose=purpose, position=at.position)
        known = self.hearings.get(hearing_key(day), planned)
        first, second = (planned, known) if known.status == "set" else (known, planned)
        court, purpose = first.court or second.court, first.purpose or second.purpose
        told_by = (*known.told_by, at.position)
        said = _more_exact(known.day, day)
        self.hearings[hearing_key(day)] = replace(known, day=said, court=court, purpose=purpose, told_by=told_by)

    def move_hearing(self, hearing: Hearing) -> None:
        """Mark the old day as postponed and set the new one; a hearing that was held stays held."""
        known = self.hearings.get(hearing_key(hearing.day or ""))
        status = "held" if known and known.status == "held" else "postponed"
        old = known.purpose if known else None
        self._put(replace(hearing, status=status, purpose=old))
        if hearing.moved_to:
            self.set_hearing(hearing.moved_to, hearing.court, hearing.purpose, Place(hearing.position))

    def hold_hearing(self, hearing: Hearing) -> None:
        """Mark the hearing of that day as held, or add it."""
        self._put(hearing)

    def _put(self, hearing: Hearing) -> None:
        """Keep a hearing under its day, with what was known of that day and is not told again."""
        known = self.hearings.get(hearing_key(hearing.day or ""))
        if known:
            hearing = replace(hearing, day=_more_exact(known.day, hearing.day))
            names = ("court", "purpose", "moved_to", "reason")
            hearing = replace(hearing, **{name: getattr(hearing, name) or getattr(known, name) for name in names})
        told_by = (*(known.told_by if known else ()), hearing.position)
        hearing = replace(hearing, told_by=told_by)
        self.hearings[hearing_key(hearing.day) if hearing.day else f"?{hearing.position}"] = hearing

    def change_order(self, change: Change, order: str, *, against: str | None = None) -> None:
        """Add what became of the order whose event has the id ``order``; which orders there are shows at the end."""
        number, other = self.positions.get(order, 0), self.positions.get(against or "")
        self.order_changes.append(change._replace(order=number, against=other))

    def figure(self, figure: Figure) -> None:
        """Add a figure."""
        self.figures.append(figure)
