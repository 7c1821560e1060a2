"""What a source carries: every value that would fall or weaken if it were struck out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker import queries
from tracker.why.answers import Matter
from tracker.why.record import Record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.case import Case
    from tracker.envelope import Event
    from tracker.why.answers import Answer


class Struck(NamedTuple):
    """A value that rests on a source.

    ``effect`` is falls (on this source alone) or weakens; ``remains`` names what is left of its support: independent
    sources, or events that cite none; ``dependent`` the sources of the same publisher, which do not count.
    """

    case: str
    section: str
    item: str
    value: str
    effect: str
    refs: str
    remains: str
    dependent: str


def strike(
    db: sqlite3.Connection,
    source: str,
    read: Callable[[str], Iterable[Event]],
    *,
    today: str,
    cases: Sequence[str] = (),
) -> list[Struck]:
    """Every value, of some cases or of all, that would fall or weaken without a source; those that fall come first.

    ``read`` gives the events of a log. Raises UnknownName.
    """
    queries.source(db, source)
    record = Record(db)
    found = [
        struck
        for case in queries.require_cases(db, cases) or queries.case_names(db)
        for struck in _Strike(Matter(record, case, read, today=today), source).all()
    ]
    return sorted(found, key=lambda each: each.effect)


class _Strike:
    """One source struck out of one case."""

    def __init__(self, matter: Matter, source: str) -> None:
        self.matter, self.record, self.source = matter, matter.record, source

    def all(self) -> Iterator[Struck]:
        if not any(self.record.verdict((ref,), self.source) for ref in self._inside()):
            return
        without = self.matter.after_strike(self.source)
        for answer in self.matter.answers():
            if answer.section == "Stage":
                yield from self._stage(answer, without)
            elif not answer.is_derived and self._is_told_here(answer):
                yield from self._value(answer.section, answer.item, answer.value, answer.events)
        yield from self._amendments()

    def _inside(self) -> list[str]:
        return [ref for ref, row in self.record.events.items() if row["case_name"] == self.matter.name]

    def _is_told_here(self, answer: Answer) -> bool:
        """Not what another case or a register says, nor how the record calls the matter."""
        if answer.section == "Caption" and answer.item in ("title", "kind", "about"):
            return False
        return all(ref.partition("#")[0] in (self.matter.name, "parties") for ref in answer.events)

    def _value(self, section: str, item: str, value: str, refs: Sequence[str]) -> Iterator[Struck]:
        effect = self.record.verdict(refs, self.source)
        if effect:
            yield self._struck(section, item, value, effect, refs)

    def _struck(self, section: str, item: str, value: str, effect: str, refs: Sequence[str]) -> Struck:
        supports = dict.fromkeys(source for ref in refs for source in self.record.supporting(ref))
        others = [each for each in supports if each != self.source]
        publisher = self.record.publisher(self.source)
        independent = [each for each in others if self.record.publisher(each) != publisher]
        bare = [ref for ref in refs if not self.record.supporting(ref)]
        remains = [*independent, *(f"{ref} (no source given)" for ref in bare)]
        dependent = [each for each in others if each not in independent]
        return Struck(
            self.matter.name, section, item, value, effect, ", ".join(refs), ", ".join(remains), ", ".join(dependent)
        )

    def _stage(self, answer: Answer, without: Case) -> Iterator[Struck]:
        """The stage and its steps, found by folding the case without what falls."""
        case = self.matter.case
        if answer.item == "now":
            if without.stage != case.stage:
                value = f"{answer.value}; without it '{without.stage}'"
                yield self._struck(answer.section, answer.item, value, "falls", answer.events)
            return
        kept = {self.matter.ref(step.position) for step in without.steps}
        if answer.events[0] in kept or answer.value.partition(" [")[0] in {step.stage for step in without.steps}:
            if self.record.verdict(answer.events, self.source):
                yield self._struck(answer.section, answer.item, answer.value, "weakens", answer.events)
        else:
            yield self._struck(answer.section, answer.item, answer.value, "falls", answer.events)

    def _amendments(self) -> Iterator[Struck]:
        """Corrections, disputes and settlements that rest on the source."""
        at = {row["event_id"]: ref for ref, row in self.record.events.items()}
        for ref in self._inside():
            if ref in self.record.amending and ref not in self.record.retractions:
                about = f"of {at.get(self.record.amending[ref], 'an event that is not there')}"
                yield from self._value("Amendments", about, self.record.told(ref).text, (ref,))
