"""What a kind of case is made of: stages, the moves between them, roles, and what a reader will ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(NamedTuple):
    """A place where a case can stand."""

    name: str
    meaning: str


class Move(NamedTuple):
    """An event of type ``on`` takes a case from one of the stages ``after`` to the stage ``to``.

    An empty ``after`` means from any stage; ``to`` None means that the case stays where it is. ``where`` narrows it to
    events whose fields have the values given.
    """

    on: str
    to: str | None
    after: tuple[str, ...] = ()
    where: tuple[tuple[str, object], ...] = ()

    def told(self) -> str:
        """The move in words."""
        when = "".join(f", when {field} is {'not stated' if value is None else value}" for field, value in self.where)
        start = f"from {', '.join(self.after)}" if self.after else "from any stage"
        return f"{start} {f'to {self.to}' if self.to else 'stays'}{when}"

    def fits(self, data: object) -> bool:
        """Whether the move is about an event with this data."""
        return all(getattr(data, field, None) == value for field, value in self.where)


class Ask(NamedTuple):
    """Something a reader will look for: a field of an event type, or the event itself when ``field`` is empty.

    ``given`` names an event type without which the question does not arise.
    """

    what: str
    on: str
    field: str = ""
    given: str = ""


class Kind(NamedTuple):
    """What sort of case it is; a case begins in the first of its stages."""

    name: str
    label: str
    meaning: str
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    roles: tuple[str, ...]
    asks: tuple[Ask, ...] = ()

    def moves_on(self) -> Mapping[str, tuple[Move, ...]]:
        """The moves by the type of event that makes them."""
        found: dict[str, tuple[Move, ...]] = {}
        for move in self.moves:
            found[move.on] = (*found.get(move.on, ()), move)
        return found

    def rank(self, stage: str) -> int:
        """How far along the stage is, from 0."""
        return [each.name for each in self.stages].index(stage)


CLOSING = (Move("case.closed", "closed"),)
"""Every kind can end in `closed`."""
CLOSED = Stage("closed", "over; nothing more is expected")
