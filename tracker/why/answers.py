"""Which events stand behind each line of a case's page and each column of its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker import pages, queries
from tracker.case import Case, fold
from tracker.problems import CODES
from tracker.state import Caption, CaseBuilder, Place, hearing_key
from tracker.why.futures import moves, of_steps, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.envelope import Event
    from tracker.queries import CaseStatus, Line
    from tracker.why.record import Record


class Answer(NamedTuple):
    """One value and what is behind it.

    ``events`` give the value; of several, the first is the one that counts. ``also`` are events that only name what
    stands in it. ``note`` says how they make it, or why there are none. ``changes`` are sentences of its own; with
    ``fields`` those of the events that it shows, None for all they hold, empty when correcting is told in ``changes``.
    """

    section: str
    item: str
    value: str
    events: tuple[str, ...]
    also: tuple[str, ...] = ()
    note: str = ""
    changes: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    party: str | None = None

    @property
    def is_derived(self) -> bool:
        """Whether no event says it as such: it is counted, found missing or odd, or told with its amendments."""
        return self.section in ("Status", "Problems", "Not stated", "Disputes")


class Matter:
    """A case whose values are asked about: its folded state, its events, and what each of them adds to the state."""

    def __init__(self, record: Record, case: str, read: Callable[[str], Iterable[Event]], *, today: str) -> None:
        """Read the events of the log ``cases/CASE`` with ``read``, and keep those that the projection shows.

        Raises UnknownName.
        """
        queries.require_cases(record.db, [case])
        self.record, self.name, self.today = record, case, today
        self.events = [event for event in read(f"cases/{case}") if f"{case}#{event.position}" in record.events]
        self.case: Case = fold(case, self.events)
        self.opened = tuple(self.ref(e.position) for e in self.case.entries if e.event.type == "case.opened")[:1]
        self.roles: dict[tuple[str, str], list[str]] = {}
        self.hearings: dict[str, list[str]] = {}
        self.caption: dict[str, list[str]] = {}
        self._collect()

    def ref(self, position: int) -> str:
        """How an event of the case is referred to."""
        return f"{self.name}#{position}"

    def _collect(self) -> None:
        """Let each event act on an empty state, to see what it alone would add."""
        for entry in sorted(self.case.entries, key=lambda entry: entry.position):
            if entry.data is None or not entry.counts:
                continue
            alone, ref = CaseBuilder(self.name, self.case.kind, Caption("")), self.ref(entry.position)
            entry.data.apply(alone, Place(entry.position))
            for role in alone.roles:
                self.roles.setdefault(role, []).append(ref)
            for day in alone.hearings:
                self.hearings.setdefault(day, []).append(ref)
            for item, value in alone.caption._asdict().items():
                if value:
                    self.caption.setdefault(item, []).append(ref)

    def answers(self) -> list[Answer]:
        """An answer for each line of the page, in its order, and for each column of the status."""
        by_section: dict[str, Callable[[Line], Answer]] = {
            "Caption": self._caption,
            "Parties": self._role,
            "Stage": self._stage,
            "Hearings": self._hearing,
            "Judgments": self._judgment,
            "Owed": self._owed,
            "Deadlines": self._deadline,
            "Not stated": self._missing,
            "Problems": self._problem,
        }
        page = pages.case_page(self.record.db, self.name)
        return [*(by_section.get(line.section, _plain)(line) for line in page), *self._status()]

    def _caption(self, line: Line) -> Answer:
        several = tuple(reversed(self.caption.get(line.item, []))) or self.opened
        note = "the event logged last counts" if len(several) > 1 else ""
        return _plain(line)._replace(events=several, note=note, fields=(line.item,))

    def _role(self, line: Line) -> Answer:
        for (party, role), refs in self.roles.items():
            if role == line.item and line.refs in refs and line.value.startswith(self.record.names.get(party, party)):
                return _plain(line)._replace(
                    events=tuple(dict.fromkeys([line.refs, *refs])),
                    also=tuple(self.record.introduced.get(party, ())),
                    party=party,
                )
        return _plain(line)

    def _stage(self, line: Line) -> Answer:
        if line.item != "now":
            return _plain(line)._replace(fields=("date", "set_for"))
        steps = tuple(self.ref(step.position) for step in reversed(self.case.steps))
        note = "" if steps else "a case begins in the first stage of its kind, and no event has moved it since"
        changes = (*moves(self.case), *of_steps(self.case, self.events), *self._struck(steps))
        return _plain(line)._replace(events=steps or self.opened, note=note, changes=changes, fields=())

    def _struck(self, steps: tuple[str, ...]) -> Iterator[str]:
        """What would become of the stage without each source behind it."""
        for source in dict.fromkeys(source for ref in steps for source in self.record.supporting(ref)):
            other = self.after_strike(source)
            if other.stage != self.case.stage:
                yield f"striking source {source} would take it to '{other.stage}'"

    def after_strike(self, source: str) -> Case:
        """The case without the events that rest on a source alone; the one that opens it stays."""
        refs = {each.position: self.ref(each.position) for each in self.events if each.type != "case.opened"}
        gone = [at for at, ref in refs.items() if self.record.verdict((ref,), source) == "falls"]
        return without(self.case, self.events, gone) if gone else self.case

    def _hearing(self, line: Line) -> Answer:
        others = self.hearings.get(hearing_key(line.item), [])
        return _plain(line)._replace(events=tuple(dict.fromkeys([line.refs, *others])))

    def _judgment(self, line: Line) -> Answer:
        return _plain(line)._replace(fields=("grounds",) if line.item.startswith("ground ") else None)

    def _owed(self, line: Line) -> Answer:
        note = "what was ordered, less what was paid, set off and waived under it"
        changes = ("payment.made, order.set_off, order.waived or order.reversed that names the order would change it",)
        return _plain(line)._replace(note=note, changes=changes)

    def _deadline(self, line: Line) -> Answer:
        deadline = next(each for each in self.case.deadlines if each.name == line.item)
        if deadline.trigger is not None:
            trigger = self.ref(deadline.trigger)
            changes: tuple[str, ...] = (f"correcting or disputing the date of {trigger}, its trigger",)
        elif deadline.trigger_type is not None:
            trigger, changes = "", (f"{deadline.trigger_type} would give it a day",)
        else:
            trigger, changes = "", ()
        changes = (*changes, "deadline.extended, deadline.met, deadline.missed or deadline.withdrawn")
        also = (trigger,) if trigger else ()
        return _plain(line)._replace(also=also, changes=() if deadline.is_over else changes)

    def _missing(self, line: Line) -> Answer:
        plain = _plain(line)._replace(fields=())
        if line.item.startswith("real name of "):
            return self._pseudonym(plain)
        ask = next((each for each in self.case.kind.asks if each.what == line.item), None)
        if ask is None:
            return plain._replace(note="" if plain.events else "no event states it")
        given = [self.ref(e.position) for e in self.case.entries if e.counts and e.event.type == ask.given]
        whole = f" with its {ask.field.replace('_', ' ')}" if ask.field else ""
        if not plain.events:
            asked = f"; it is asked since {', '.join(given)} was logged" if given else ""
            note = f"no event says so: no {ask.on} is logged{asked}"
            return plain._replace(note=note, changes=(f"{ask.on}{whole} would state it",))
        ref, field = plain.events[0], ask.field.replace("_", " ")
        known = line.value.removeprefix("known: ")
        note = f"{ref} gives its {field} only as {known}" if known else f"{ref} leaves its {field} open"
        change = f"correcting the {field} of {ref}"
        # A case is opened once.
        other = f", or another {ask.on}{whole}," if ask.on != "case.opened" else ""
        return plain._replace(note=note, changes=(f"{change}{other} would state it",))

    def _pseudonym(self, plain: Answer) -> Answer:
        name = plain.item.removeprefix("real name of ")
        inside = {party for party, _ in self.roles}
        at = [
            ref
            for party, refs in self.record.introduced.items()
            if party in inside and self.record.names.get(party) == name
            for ref in refs
            if self.record.data(ref).get("pseudonym")
        ]
        note = "the register marks the name as a pseudonym"
        change = f"correcting name and pseudonym of {' and '.join(at)} would state it"
        return plain._replace(events=tuple(at), note=note, changes=(change,))

    def _problem(self, line: Line) -> Answer:
        events = (line.refs,) if "#" in line.refs else self.opened
        meaning, _, todo = CODES.get(line.item, "").partition("; ")
        return _plain(line)._replace(
            events=events,
            note=meaning if events else f"{meaning}; no event opens the case",
            changes=(f"what to do: {todo}",) if todo else (),
            fields=(),
        )

    def _status(self) -> Iterator[Answer]:
        """The columns of the status that are no line of the page."""
        row = queries.status(self.record.db, [self.name], today=self.today)[0]
        told = {column: str(value) for column, value in row._asdict().items() if value is not None}
        for column in row._fields:
            if column not in ("case", "kind", "title", "stage") and not column.endswith(("_ref", "_date")):
                value = " ".join(filter(None, (told.get(f"{column}_date"), told.get(column)))) or "not stated"
                yield self._column(row, column, value)

    def _column(self, row: CaseStatus, column: str, value: str) -> Answer:
        at: str | None = getattr(row, f"{column}_ref", None)
        told = Answer("Status", column.replace("_", " "), value, (at,) if at else ())
        match column:
            case "since":
                steps = tuple(self.ref(step.position) for step in self.case.steps[-1:])
                note = "the day of the event that took the case to its stage" if steps else "no event has moved it yet"
                return told._replace(events=steps, note=note, changes=("whatever changes the stage",), fields=("date",))
            case "last":
                note = "" if at else "no event: nothing has happened yet that is logged"
                return told._replace(note=note, changes=("logging a development that happened later",))
            case "next":
                note = "" if at else "no event: no hearing is set, no order is due, nothing else lies ahead"
                change = "a hearing that is set for a day to come, an order with its due day, a plan that is told"
                return told._replace(value=value if at else "nothing", note=note, changes=(change,))
            case _:
                events, note, change = self._counted(row, column)
                return told._replace(events=events, note=note, changes=(change,), fields=())

    def _counted(self, row: CaseStatus, column: str) -> tuple[tuple[str, ...], str, str]:
        """The events behind a column that counts or compares them, how it does, and what would change it."""
        db = self.record.db
        match column:
            case "problems":
                found = queries.problems(db, [self.name])
                note = "section Problems says what each is" if found else "no event: nothing looks wrong"
                change = "whatever settles a problem that 'tracker check' lists, or makes a new one"
                return tuple(dict.fromkeys(each.ref for each in found if "#" in each.ref)), note, change
            case "disputes":
                events = tuple(dict.fromkeys(each.target for each in queries.disputes(db, [self.name])))
                return events, "" if events else "no event: no dispute is open", "raising a dispute, or settling one"
            case "known_until" | "known_day":
                note = (
                    "the last day on which a development became known (published, else logged) or the case was checked"
                )
                change = "a development from a source that was published later, or a later check"
                return tuple(queries.known_on(db, self.name, row.known_until)), note, change
            case _:
                timeline = tuple(
                    ref
                    for ref, each in self.record.events.items()
                    if each["case_name"] == self.name and each["in_timeline"] and each["status"] != "retracted"
                )
                note = (
                    "what is in the timeline and not retracted" if timeline else "no event: nothing is in the timeline"
                )
                return timeline, note, "logging one more, or retracting one"


def _plain(line: Line) -> Answer:
    """A line whose one event gives it."""
    dated = f"{line.value} [{line.date}]" if line.date and line.date not in (line.item, line.value) else line.value
    events = tuple(line.refs.split(", ")) if line.refs else ()
    return Answer(line.section, line.item, dated, events, note="" if events else "no event says so")
