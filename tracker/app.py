"""The one object that the command line, a script and anything else use: a store and all that can be done with it."""

from __future__ import annotations

import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import (
    BadReference,
    BrokenLine,
    LogRefused,
    Mistake,
    Mistakes,
    NoActor,
    NoStore,
    StoreExists,
    UnknownName,
)
from tracker.progress import unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.amendments import Standing
    from tracker.clocks import Unsure, View
    from tracker.entries import Entry, Known
    from tracker.envelope import Event, Stamp
    from tracker.eventtypes import EventData
    from tracker.logs.port import Appended, EventLog
    from tracker.progress import Progress

PROJECTION = "tracker.db"
"""The projection's file, beside the folder of the logs."""

GITATTRIBUTES = "# A log is bytes: no change of line ends, no merging line by line.\n*.jsonl -text merge=binary\n"
GITIGNORE = "/tracker.db*\n/events/.lock\n/events/.journal*\n/events/.quarantine/\n"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sheet's entry that is in the log already and says something else there now."""

    where: str
    ref: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """What the check of one log found: how many lines are whole, and the fault behind them, if any.

    ``fault`` is the line, counted from 1, and the reason; line 0 when the log as such is refused. ``loose`` counts the
    bytes behind the last whole line, which no reader sees and which are a fault too.
    """

    log: str
    where: str
    lines: int
    fault: tuple[int, str] | None = None
    loose: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """An event that is to be amended: its log, its id, and how it stands."""

    log: str
    id: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of logging: each entry's place, whether it was new, and what contradicts the log."""

    appended: tuple[Appended, ...]
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def new(self) -> tuple[Appended, ...]:
        """Those that were not in the log before."""
        return tuple(each for each in self.appended if each.new)


def find_store(start: Path) -> Path:
    """The nearest folder from ``start`` upward that holds ``events``; raises NoStore."""
    for folder in (start, *start.parents):
        if (folder / "events").is_dir():
            return folder
    raise NoStore(start)


def actor(by: str | None, environment: Mapping[str, str], folder: Path) -> str:
    """Who logs: ``by``, else TRACKER_ACTOR, else git's user; raises NoActor."""
    for name in (by, environment.get("TRACKER_ACTOR")):
        if name and name.strip():
            return name.strip()
    try:
        asked = subprocess.run(
            ["git", "config", "user.name"], cwd=folder, capture_output=True, timeout=10, check=False
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        raise NoActor from None
    if not asked.strip():
        raise NoActor
    return asked.strip()


def now() -> str:
    """This moment in UTC, with milliseconds, as RFC 3339 writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Tracker:
    """A store: its logs, and the projection that everything is answered from."""

    def __init__(self, root: Path, log: EventLog | None = None) -> None:
        """Use the logs below ``root``; any other ``EventLog`` can take their place."""
        if log is None:
            from tracker.logs.files import FileLog

            log = FileLog(root)
        self.root, self.log = root, log
        self.progress: Progress = unseen
        self._read: sqlite3.Connection | None = None

    @classmethod
    def init(cls, root: Path) -> Tracker:
        """Start an empty store in ``root``; raises StoreExists and OSError."""
        if (root / "events").exists():
            raise StoreExists(root)
        (root / "events" / "cases").mkdir(parents=True)
        for name, text in ((".gitattributes", GITATTRIBUTES), (".gitignore", GITIGNORE)):
            if not (root / name).exists():
                (root / name).write_text(text, encoding="utf-8")
        return cls(root)

    @property
    def path(self) -> Path:
        """The projection's file."""
        return self.root / PROJECTION

    # reading

    def look(self, view: View) -> tuple[sqlite3.Connection, list[Unsure]]:
        """What a view shows: a projection in memory, and what is in it only because a date is uncertain."""
        from tracker.clocks import seen
        from tracker.logs.replay import replay
        from tracker.projections.build import project_events

        if view.is_whole:
            return self.read(), []
        names = self.log.logs()
        logs = {name: list(replay(self.log, name)) for name in self.progress(names, len(names))}
        kept, unsure = seen(logs, view)
        return project_events(kept), unsure

    def read(self) -> sqlite3.Connection:
        """A connection to the projection, up to date with the logs, that can only read."""
        from tracker.projections.build import open_projection

        if self._read is not None:
            self._read.close()
        self._read = open_projection(self.log, self.path, progress=self.progress)
        return self._read

    def known(self) -> Known:
        """Every name of the store."""
        from tracker import queries
        from tracker.entries import Known

        cases, parties, sources = queries.known_names(self.read())
        return Known(set(cases), set(parties), set(sources))

    def check_case(self, name: str) -> str:
        """The name, when there is such a case; raises UnknownName."""
        names = self.known().cases
        if name not in names:
            raise UnknownName("case", name, names, "'tracker status' lists them, 'tracker open' starts one")
        return name

    def rebuild(self) -> None:
        """Make the projection anew from the logs."""
        from tracker.projections.build import rebuild

        rebuild(self.log, self.path, progress=self.progress)

    # writing

    def append(
        self, entries: Sequence[Entry], stamp: Stamp, *, expected: Mapping[str, int] | None = None
    ) -> tuple[Appended, ...]:
        """Log entries, all of them or none.

        An entry whose id is in its log already with the same content is not logged again.

        Raises:
            Mistakes: something is wrong with the entries, or an id is taken by other content.
            HeadMoved, BrokenLine, LogRefused, LogLocked, WriteFailed: as ``EventLog.append``.
        """
        outcome = self._append(entries, stamp, expected or {}, tolerant=False)
        return outcome.appended

    def preview(self, entry: Entry, stamp: Stamp) -> str:
        """The line that logging an entry now would write, its id aside; raises as ``append``, but writes nothing."""
        from tracker.entries import drafts
        from tracker.envelope import START, seal

        made, mistakes = drafts([entry], self.known())
        if mistakes:
            raise Mistakes(mistakes)
        return seal(made[0], stamp, self.log.heads().get(entry.log, START)).decode()

    def log_sheet(self, path: Path, stamp: Stamp) -> Outcome:
        """Log a source sheet: what is new is logged, what contradicts the log is named and left alone.

        Raises as ``append``; when anything in the sheet is wrong, nothing is logged.
        """
        from tracker.sheets import read_sheet

        return self._append(read_sheet(path), stamp, {}, tolerant=True)

    def target(self, reference: str) -> Target:
        """The event that ``LOG#NUMBER`` names, as it stands; raises BadReference."""
        from tracker.amendments import standings
        from tracker.names import log_of, parse_ref

        name, position = parse_ref(reference)
        log = log_of(name)
        for found, standing in standings(self.events(log)) if log in self.log.logs() else ():
            if found.position == position:
                return Target(log, found.id, standing)
        raise BadReference(reference, "there is no such event in the store, or this program cannot read it")

    def _misfits(self, entries: Sequence[Entry], known: Known) -> list[Mistake]:
        """What is wrong with amendments among the entries, held against the events they are about."""
        from tracker.amendments import amended_field, misfit, standings
        from tracker.entries import faults_of_field

        about = [entry for entry in entries if isinstance(entry.data.get("of"), str)]
        found: list[Mistake] = []
        for log in sorted({entry.log for entry in about}):
            by_id = {said.id: standing.data for said, standing in standings(self.events(log))}
            by_id |= {entry.id: data for entry in entries if entry.id and (data := typed(entry)) and entry.log == log}
            for entry in about:
                if entry.log != log:
                    continue
                if wrong := misfit(typed(entry), by_id):
                    found.append(Mistake(entry.where, *wrong))
                elif (field := amended_field(typed(entry), by_id)) and (value := entry.data.get("value")) is not None:
                    faults = faults_of_field(field, value, known, bringing_in=False)
                    found += [Mistake(entry.where, "value", message) for _, message in faults]
        return found

    def _append(
        self, entries: Sequence[Entry], stamp: Stamp, expected: Mapping[str, int], *, tolerant: bool
    ) -> Outcome:
        from tracker.entries import drafts

        there = self._there(entries)
        repeated = [(entry, there[key]) for entry in entries if (key := (entry.log, entry.id)) in there]
        known = self.known()
        fresh = [entry for entry in entries if (entry.log, entry.id) not in there]
        made, mistakes = drafts(self.progress(fresh, len(fresh)), known)
        mistakes += self._misfits(fresh, known)
        contradictions = [found for entry, event in repeated if (found := _contradiction(entry, event))]
        if not tolerant:
            mistakes += [
                Mistake(each.where, ", ".join(each.fields), f"it has the id of {each.ref}, which says something else")
                for each in contradictions
            ]
        if mistakes:
            raise Mistakes(mistakes)
        # As EventLog.append has it: a log whose entries are all there already is held to no expectation.
        there_already = {entry.log for entry, _ in repeated} - {draft.log for draft in made}
        held = {log: number for log, number in expected.items() if log not in there_already}
        appended = self.log.append(made, stamp, expected=held)
        return Outcome((*(_was_there(event) for _, event in repeated), *appended), tuple(contradictions))

    def _there(self, entries: Sequence[Entry]) -> dict[tuple[str, str | None], Event]:
        """The events that have an id of one of the entries, by log and id."""
        wanted = {(entry.log, entry.id) for entry in entries if entry.id is not None}
        found: dict[tuple[str, str | None], Event] = {}
        for log in {log for log, _ in wanted} & set(self.log.logs()):
            found |= {(log, event.id): event for event in self.events(log) if (log, event.id) in wanted}
        return found

    # the record itself

    def events(self, log: str) -> Iterator[Event]:
        """The events of one log in order, hash and chain checked; raises BrokenLine."""
        from tracker.logs.replay import replay

        return replay(self.log, log)

    def verify(self) -> Iterator[Verified]:
        """Check every line of every log: hash, chain, canonical form, every member; a fault ends its log only."""
        names = self.log.logs()
        for name in self.progress(names, len(names)):
            yield self._verified(name)

    def _verified(self, name: str) -> Verified:
        from tracker.logs.replay import replay

        lines, where = 0, self.log.where(name)
        try:
            for event in replay(self.log, name, strict=True):
                lines = event.position
            loose = self.log.loose_ends(name).get(name, 0)
        except BrokenLine as fault:
            return Verified(name, where, lines, fault=(fault.line, fault.reason))
        except LogRefused as fault:
            return Verified(name, where, lines, fault=(0, str(fault)))
        if loose:
            reason = f"{loose} bytes have no end of line: a write was interrupted, or the last line's end was changed"
            return Verified(name, where, lines, fault=(lines + 1, reason), loose=loose)
        return Verified(name, where, lines)


def _was_there(event: Event) -> Appended:
    from tracker.logs.port import Appended

    return Appended(event.log, event.position, event.id, new=False)


def _contradiction(entry: Entry, event: Event) -> Contradiction | None:
    """How an entry differs from the event that has its id; None when it does not."""
    import msgspec

    from tracker.eventtypes.base import raised, registry

    logged = msgspec.json.decode(event.data)
    cls = registry().get(entry.type)
    if cls and entry.type == event.type and event.form < cls.form:
        logged = raised(cls, logged, event.form)
    try:
        said = msgspec.to_builtins(msgspec.convert(entry.data, cls)) if cls else entry.data
    except msgspec.ValidationError:
        said = entry.data
    said = msgspec.json.decode(msgspec.json.encode(said))
    fields = sorted(name for name in said.keys() | logged.keys() if said.get(name) != logged.get(name))
    if entry.type != event.type:
        fields.insert(0, "type")
    if not fields:
        return None
    return Contradiction(entry.where, ref_of(event.log, event.position), tuple(fields))


def ref_of(log: str, position: int) -> str:
    """How an event is referred to: ``haikou-deposit#12``; one of a register as ``parties#3``."""
    return f"{log.removeprefix('cases/')}#{position}"


def typed(entry: Entry) -> EventData | None:
    """The typed data of an entry; None when it does not fit its type, which the door tells."""
    import msgspec

    from tracker.eventtypes import registry

    cls = registry().get(entry.type)
    try:
        return msgspec.convert(entry.data, cls) if cls else None
    except msgspec.ValidationError:
        return None
