"""The one object that the command line, a script and anything else use: a store and all that can be done with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import (
    BadReference,
    BadTarget,
    Mistake,
    Mistakes,
    NoActor,
    NoStore,
    NotCovered,
    StoreExists,
    UnknownName,
    WithheldEvent,
    WrongUse,
)
from tracker.progress import unseen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.amendments import Standing
    from tracker.copies import Copy
    from tracker.deadlines.rules import Rule
    from tracker.documents.certificate import Facts
    from tracker.doorkeeper import Doorkeeper
    from tracker.duties import Fact
    from tracker.entries import Entry, Known
    from tracker.envelope import Event, Stamp
    from tracker.forks import Fork
    from tracker.logs.files import FileLog
    from tracker.logs.port import Appended, EventLog
    from tracker.mending import Found
    from tracker.moves import Move
    from tracker.progress import Progress
    from tracker.proofs.anchors import Asked, Times
    from tracker.proofs.bundles import Proven
    from tracker.proofs.checkpoints import Sealed
    from tracker.proofs.keys import Signer
    from tracker.proofs.notes import VerifierKey
    from tracker.proofs.verifying import Compared, Verified
    from tracker.queries import DeadlineRow
    from tracker.view import Unsure, View

PROJECTION = "tracker.db"
"""The projection's file, beside the folder of the logs."""

GITATTRIBUTES = """\
# A log is bytes: no change of line ends, no merging line by line. 'tracker merge-driver --install' teaches a clone to
# merge logs; without it git leaves a conflict, with our side whole.
*.jsonl -text merge=binary
events/checkpoints/** -text merge=binary
events/keys -text
"""
GITIGNORE = "/tracker.db*\n/events/.lock\n/events/.journal*\n/events/.quarantine/\n"


class Contradiction(NamedTuple):
    """A sheet's entry that is in the log already and says something else there now."""

    where: str
    ref: str
    fields: tuple[str, ...]


class Target(NamedTuple):
    """An event that is to be amended: its log, its id, and how it stands."""

    log: str
    id: str
    standing: Standing


class Outcome(NamedTuple):
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
    import subprocess

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
        self.root, self._log = root, log
        self.progress: Progress = unseen
        self.tell: Callable[[str], object] = str
        """Told in a sentence what had to be mended so that a log could be written to."""
        self._read: sqlite3.Connection | None = None
        self._door: Doorkeeper | None = None

    @property
    def log(self) -> EventLog:
        """The logs; what reads and writes those in files is loaded when they are asked for."""
        if self._log is None:
            from tracker.logs.files import FileLog

            self._log = FileLog(self.root)
        return self._log

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

    def teach_git(self) -> bool:
        """Let git merge the logs by the tracker in this clone; False when the store is in no repository of git.

        Raises WrongUse when git refuses, and OSError.
        """
        from tracker.git import GitFailed, teach

        try:
            return teach(self.root)
        except GitFailed as failed:
            raise WrongUse(f"git does not take the settings of the merge driver: {failed}.") from None

    @property
    def path(self) -> Path:
        """The projection's file."""
        return self.root / PROJECTION

    # reading

    def look(
        self, view: View, logs: Mapping[str, list[Event]] | None = None, *, cases: Sequence[str] = ()
    ) -> tuple[sqlite3.Connection, list[Unsure]]:
        """What a view shows: a projection in memory, and what is in it only because a date is uncertain.

        ``logs`` are looked at in the place of those of the store, as a former ``State`` has them; what is privileged
        by now is left out of them too. With ``cases`` only these are asked for, so that others need not be in it.
        """
        from tracker import queries

        if view.unprivileged or (view.is_whole and logs is None):
            whole = self.read()
            if view.unprivileged and not queries.is_anything_privileged(whole):
                view = view._replace(unprivileged=False)
            if view.is_whole and logs is None:
                return whole, []  # also where there is nothing to leave out: nothing is read again
        from tracker.clocks import seen
        from tracker.privilege import without_privileged
        from tracker.projections.build import project_events

        if logs is None and not view.unprivileged:
            logs = self.logs(self._beside(cases))
        record = self.logs() if view.unprivileged else {}
        shown = record if logs is None else logs
        if view.unprivileged:
            # First of all: the clocks would take away a claim that was logged later than what they ask for.
            shown, view = without_privileged(shown, record), view._replace(unprivileged=False)
        kept, unsure = seen(shown, view)
        return project_events(kept), unsure

    def logs(self, names: Sequence[str] = ()) -> dict[str, list[Event]]:
        """Some logs as events, or all of them, hash and chain checked; raises BrokenLine."""
        names = names or self.log.logs()
        return {name: list(self.events(name)) for name in self.progress(names, len(names))}

    def _beside(self, cases: Sequence[str]) -> list[str]:
        """The logs in which everything stands that is told of some cases; none when that may be all of them."""
        from tracker import queries
        from tracker.names import REGISTERS, case_log

        whole = self.read()
        if not cases or not set(cases) <= set(queries.case_names(whole)):
            return []
        linked = queries.linked_cases(whole, cases)
        return [*REGISTERS, *map(case_log, sorted({*cases, *linked}))]

    def read(self) -> sqlite3.Connection:
        """A connection to the projection, up to date with the logs, that can only read."""
        from tracker.projections.opening import open_current

        if self._read is not None:
            self._read.close()
        stamps = self._stamps()
        self._read = open_current(self.path, stamps)
        if self._read is None:
            from tracker.projections.build import open_projection

            self._read = open_projection(self.log, self.path, stamps=stamps, progress=self.progress)
        return self._read

    def _stamps(self) -> Mapping[str, str]:
        if self._log is not None:
            return self._log.stamps()
        from tracker.logs.looking import stamps

        return stamps(self.root / "events")

    def known(self) -> Known:
        """Every name of the store."""
        from tracker import queries
        from tracker.entries import Known

        cases, parties, sources = queries.known_names(self.read())
        return Known(set(cases), set(parties), set(sources))

    def check_case(self, name: str) -> str:
        """The name, when there is such a case; raises UnknownName."""
        names = self.door.known().cases
        if name not in names:
            raise UnknownName("case", name, names, "'tracker status' lists them, 'tracker open' starts one")
        return name

    def rebuild(self, *, processes: int | None = None) -> None:
        """Make the projection anew from the logs, by as many processes as there are processors or by so many."""
        from tracker.projections.build import rebuild

        rebuild(self.log, self.path, progress=self.progress, processes=processes)

    # writing

    @property
    def door(self) -> Doorkeeper:
        """What the door has to know of the store."""
        if self._door is None:
            from tracker.doorkeeper import Doorkeeper

            self._door = Doorkeeper(self.log, self.path, lambda: self.progress)
        return self._door

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

        made, mistakes = drafts([entry], self.door.known())
        if mistakes:
            raise Mistakes(mistakes)
        return seal(made[0], stamp, self.log.heads(entry.log).get(entry.log, START)).decode()

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

    def _append(
        self, entries: Sequence[Entry], stamp: Stamp, expected: Mapping[str, int], *, tolerant: bool
    ) -> Outcome:
        from tracker.entries import drafts
        from tracker.references import misfits

        logs = {entry.log for entry in entries}
        self.door.read_over(logs)
        entries = self._resolved(entries)
        there = self._there(entries)
        repeated = [(entry, there[key]) for entry in entries if (key := (entry.log, entry.id)) in there]
        known = self.door.known()
        fresh = [entry for entry in entries if (entry.log, entry.id) not in there]
        fresh, mistakes = self._reckoned(fresh, stamp)
        made, more = drafts(self.progress(fresh, len(fresh)), known)
        mistakes += more + misfits(fresh, self.door.concerned, known)
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
        try:
            searched = self.door.heads({entry.log for entry in entries if entry.id is not None})
            appended = self.log.append(made, stamp, expected=held, searched=searched)
            self.door.written(logs)
        finally:
            self._tell_repairs()
        return Outcome((*(_was_there(event) for _, event in repeated), *appended), tuple(contradictions))

    def _resolved(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries with ids in the place of the CASE#NUMBER in their fields; the door tells what is not there."""
        from dataclasses import replace

        refs = [_refs_in(entry) for entry in entries]
        if not any(refs):
            return list(entries)
        ids = self.door.ids_of({ref for named in refs for ref in named.values()})
        return [
            replace(entry, data=entry.data | {name: ids[ref] for name, ref in named.items() if ref in ids})
            for entry, named in zip(entries, refs, strict=True)
        ]

    def rules(self) -> Mapping[str, Rule]:
        """Every rule by its name, those of the store too; raises Mistakes."""
        from tracker.deadlines.rules import rules_of
        from tracker.eventtypes import registry

        return rules_of(self.root, registry())

    def sound_rules(self) -> tuple[Mapping[str, Rule], list[Mistake]]:
        """Every rule that can be used by its name, and what is wrong with the others."""
        from tracker.deadlines.rules import sound_rules
        from tracker.eventtypes import registry

        return sound_rules(self.root, registry())

    def _reckoned(self, entries: Sequence[Entry], stamp: Stamp) -> tuple[list[Entry], list[Mistake]]:
        """The entries with what rules give for the deadlines among them, and what keeps a rule from giving it."""
        wanting = [entry for entry in entries if _wants_reckoning(entry)]
        if not wanting:
            return list(entries), []
        from dataclasses import replace

        from tracker.entries import typed
        from tracker.reckoning import facts_of, reckoned

        rules, broken = self.sound_rules()
        if any(entry.data["rule"] not in rules for entry in wanting) and broken:
            raise Mistakes(broken)  # what is wrong with a file may be why its rule is not there
        facts: dict[str, list[Fact]] = {}
        for log in {entry.log for entry in wanting}:
            beside = [(e.id, data) for e in entries if e.log == log and e.id and (data := typed(e))]
            facts[log] = facts_of(self._logged(log), beside)
        mistakes: list[Mistake] = []
        done: dict[int, Entry] = {}
        for entry in wanting:
            try:
                found = reckoned(entry.data, facts[entry.log], rules, today=stamp.recordedtime[:10])
            except WrongUse as wrong:
                mistakes.append(Mistake(entry.where, "rule", str(wrong).removesuffix(".")))
            else:
                done[id(entry)] = replace(entry, data=entry.data | found)
        return [done.get(id(entry), entry) for entry in entries], mistakes

    def deadlines_of(self, cases: Sequence[str], name: str | None = None) -> list[DeadlineRow]:
        """The deadlines of some cases, or of all, with one name if it is given; raises UnknownName."""
        from tracker import queries

        rows = queries.deadlines(self.read(), cases)
        if name is not None and name not in {row.name for row in rows}:
            raise UnknownName("deadline", name, [row.name for row in rows], "'tracker deadlines --all' lists them")
        return [row for row in rows if name is None or row.name == name]

    def recompute(
        self, stamp: Stamp, cases: Sequence[str] = (), name: str | None = None
    ) -> tuple[list[Move], list[tuple[DeadlineRow, str]]]:
        """Find deadlines anew whose trigger, rule or calendar is another one now, and log those that move.

        ``name`` picks one of them. Those that are stale and cannot be found anew come beside the moves, with why.

        Raises UnknownName, and as ``append``.
        """
        from tracker.moves import moves

        rules, broken = self.sound_rules()
        rows = self.deadlines_of(cases, name)
        found, left = moves(self.read(), rows, rules)
        if left and broken:
            left = [(row, f"{why} {'; '.join(map(str, broken))}.") for row, why in left]
        if found:
            self.append([each.entry for each in found], stamp)
        return found, left

    def retrigger(self, stamp: Stamp, case: str, name: str, trigger: str) -> Move | None:
        """Let another event (CASE#NUMBER) start a deadline, and log the move; None when nothing changes by it.

        Raises UnknownName, BadReference, BadPeriod and CannotCompute, and as ``append``.
        """
        from tracker.deadlines import DONE
        from tracker.deadlines.arithmetic import CannotCompute
        from tracker.moves import may_move, move
        from tracker.reckoning import facts_of, reckoned

        row = next((row for row in self.deadlines_of([case], name) if row.status not in DONE), None)
        if row is None or not may_move(self.read(), row):
            raise CannotCompute(f"{name} is over, was extended or set by hand: no rule decides about its day.")
        target = self.target(trigger)
        said = {"rule": row.rule, "trigger": target.id, "period": row.period, "served_by": row.served_by}
        data = reckoned(said, facts_of(self._logged(f"cases/{case}")), self.rules(), today=stamp.recordedtime[:10])
        if row.trigger == trigger and not row.is_stale:
            return None
        found = move(self.read(), row, data, f"it starts with {trigger}")
        self.append([found.entry], stamp)
        return found

    def note_export(self, rows: Iterable[DeadlineRow], target: Path, stamp: Stamp) -> int:
        """Log with which days deadlines were put into a file; how many of them are new in it. Raises as ``append``.

        The file is named as it lies to the store, so that one file has one name.
        """
        from tracker.moves import exports_of

        entries = exports_of(self.read(), rows, self._named(target))
        if entries:
            self.append(entries, stamp)
        return len(entries)

    def _named(self, target: Path) -> str:
        """A file as it lies to the store; one outside of it by its whole path."""
        path, root = target.resolve(), self.root.resolve()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()

    def issue(
        self,
        cases: Sequence[str],
        document: bytes,
        target: Path,
        *,
        to: str,
        options: Sequence[str],
        heads: Sequence[tuple[str, int, str]],
    ) -> list[Entry]:
        """What has to be logged when a document that is written to ``target`` is given to somebody.

        ``heads`` are those that the document names, ``options`` how the command line would make it again.
        """
        from hashlib import sha256

        from tracker import queries
        from tracker.entries import Entry
        from tracker.names import case_log

        data = {
            "number": queries.next_issue(self.read()),
            "to": to,
            "file": self._named(target),
            "sha256": sha256(document).hexdigest(),
            "format": target.suffix.removeprefix(".").lower(),
            "options": list(options),
            "heads": [f"{log}#{position} {xhash}" for log, position, xhash in heads],
        }
        logs = dict.fromkeys(case_log(case) for case in cases)
        return [Entry(where="", log=log, type="document.issued", data=data) for log in logs]

    def check_target(self, target: Path) -> None:
        """Refuse to write a document over what belongs to the store: its logs, its rules, its projection."""
        path, root = target.resolve(), self.root.resolve()
        inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
        if inside[:1] in (("events",), ("rules",)) or (len(inside) == 1 and inside[0].startswith(PROJECTION)):
            raise BadTarget(target)

    def _there(self, entries: Sequence[Entry]) -> dict[tuple[str, str | None], Event]:
        """The events that have an id of one of the entries, by log and id."""
        wanted: dict[str, set[str]] = {}
        for entry in entries:
            if entry.id is not None:
                wanted.setdefault(entry.log, set()).add(entry.id)
        found: dict[tuple[str, str | None], Event] = {}
        for log, ids in wanted.items():
            if there := self.door.ids_among(log, ids):  # the same again is rare, and is held against the line itself
                found |= {(log, event.id): event for event in self.events(log) if event.id in there}
        return found

    def _logged(self, log: str) -> Iterable[Event]:
        """The events of a log, none of one that is not begun."""
        return self.events(log) if log in self.log.logs() else ()

    # the record itself

    def events(self, log: str) -> Iterator[Event]:
        """The events of one log in order, hash and chain checked; raises BrokenLine."""
        from tracker.logs.replay import replay

        return replay(self.log, log)

    def verify(self, logs: Sequence[str] = (), keys: Sequence[VerifierKey] = ()) -> Iterator[Verified]:
        """Check every line and every checkpoint of these logs, or of all; a fault ends its log only.

        With ``keys``, signatures by those of the store count for nothing.
        """
        from tracker.proofs.verifying import names_of, verify_keys, verify_log
        from tracker.workers import processors, spread

        fault = verify_keys(self.root)
        if fault:
            yield fault
        known = keys or ([] if fault else self.public_keys())
        names = list(logs) or names_of(self.log, self.root)

        def check(several: Sequence[str]) -> list[Verified]:
            return [verify_log(self.log, self.root, name, known) for name in several]

        yield from self.progress(spread(names, check, processors()), len(names))

    def compare(self, held: Path, keys: Sequence[VerifierKey] = (), log: str | None = None) -> Compared:
        """Compare a log with a checkpoint that somebody holds; with ``keys``, those of the store count for nothing.

        Raises BadNote, BadSignersFile and ReadFailed.
        """
        from tracker.proofs.verifying import compare

        return compare(self.log, held, keys or self.public_keys(), self.root, log)

    def unlike(self) -> list[str] | None:
        """The tables of the projection that are not those that the logs give; None when it is not up to date.

        Raises ProjectionFault, and BrokenLine and LogRefused of the logs.
        """
        from tracker.projections.build import unlike

        return unlike(self.log, self.path)

    def public_keys(self) -> list[VerifierKey]:
        """The keys of the store's signers; raises BadSignersFile and ReadFailed."""
        from tracker.proofs.keys import public_keys

        return public_keys(self.root)

    def signers(self, keys: Path) -> list[Signer]:
        """The store's signers; ``keys`` is the folder of private keys. Raises as ``public_keys``."""
        from tracker.proofs.keys import signers

        return signers(self.root, keys)

    def make_signer(self, name: str, keys: Path) -> Signer:
        """Make a signer; raises BadSigner, SignerExists, LogLocked and WriteFailed."""
        from tracker.proofs.keys import make

        return make(self.root, name, keys)

    def check_logs(self, names: Sequence[str]) -> list[str]:
        """The logs of these cases and registers; raises BadName and UnknownName."""
        from tracker.names import log_of
        from tracker.proofs.verifying import names_of

        known = names_of(self.log, self.root)
        for name in names:
            if log_of(name) not in known:
                short = [log.removeprefix("cases/") for log in known]
                raise UnknownName("case", name, short, "'tracker status' lists them, 'tracker open' starts one")
        return [log_of(name) for name in names]

    def seal(self, logs: Sequence[str], keys: Path, signer: str | None = None) -> list[Sealed]:
        """Sign a checkpoint of these logs, or of all, as that signer or the only one whose key is here.

        Raises NoSigner, NotSealed, BadPrivateKey, BadNote, LogLocked, WriteFailed; BrokenLine and LogRefused.
        """
        from tracker.proofs.checkpoints import seal
        from tracker.proofs.keys import choose
        from tracker.proofs.verifying import names_of

        names = list(logs) or names_of(self.log, self.root)
        return seal(self.log, self.root, names, choose(self.signers(keys), signer)) if names else []

    def proven(self, reference: str, *, privileged: bool = False) -> Proven:
        """What proves an event, by the newest checkpoint over it that a known key signed.

        Raises:
            BadReference: there is no such event.
            WithheldEvent: it is privileged, unless ``privileged`` is true.
            NotCovered: no checkpoint by a known key covers it.
            BadNote: that checkpoint is not one of the log as it is.
            BrokenLine, LogRefused, ReadFailed, BadSignersFile.
        """
        from tracker.names import log_of, parse_ref
        from tracker.privilege import without_privileged
        from tracker.proofs.bundles import prove

        name, number = parse_ref(reference)
        log, logs = log_of(name), self.logs()
        events = logs.get(log, [])
        if number > len(events):
            raise BadReference(reference, "there is no such event in the store")
        if not privileged and events[number - 1].id not in {e.id for e in without_privileged(logs, logs)[log]}:
            raise WithheldEvent(reference)
        return prove(self.log, self.root, events, number, self.public_keys())

    def anchor(
        self, logs: Sequence[str], url: str, stamp: Stamp, *, timeout: float, ca: Path | None = None
    ) -> tuple[list[Asked], list[str]]:
        """Have an authority stamp the newest checkpoint of these logs, or of all, and log that; all of it or nothing.

        Also the logs that have no checkpoint. Raises BadAuthority, BadCertificates, NotCovered when no log has one,
        BadNote, BadStamp, NoAnswer, WriteFailed, ReadFailed, and as ``append``.
        """
        from tracker.entries import Entry
        from tracker.proofs import anchors, authorities
        from tracker.proofs.stamps import read_roots

        authorities.name_of(url)
        roots = read_roots(ca) if ca else ()
        asked, bare = [], []
        for log in logs or self.log.logs():
            found = anchors.ask(self.root, log, list(self.events(log)), url, timeout=timeout, roots=roots)
            if found:
                asked.append(found)
            else:
                bare.append(log)
        if not asked:
            raise NotCovered(" or ".join(bare) if logs else "any log")
        entries = [
            Entry(where="", log=each.anchor.log, type=anchors.ANCHORED, data=each.data)
            for each in asked
            if not each.is_logged
        ]
        anchors.keep(self.root, asked)
        try:
            if entries:
                self.append(entries, stamp)
        except BaseException:
            anchors.drop(asked)
            raise
        return asked, bare

    def facts(self, logs: Sequence[str] = ()) -> Facts:
        """What is known about these logs, or about all, for a statement that somebody may sign.

        Raises Uncertified when a log is not whole, or a checkpoint or a time stamp of it is not right; ReadFailed.
        """
        import platform

        from tracker import __version__
        from tracker.documents.certificate import Facts
        from tracker.proofs.findings import findings

        names = list(logs) or self.log.logs()
        found = tuple(
            findings(self.log, self.root, name, self.public_keys()) for name in self.progress(names, len(names))
        )
        python = f"{platform.python_implementation()} {platform.python_version()}"
        system = f"{platform.system()} {platform.release()} ({platform.machine()})"
        return Facts(found, f"tracker {__version__}", python, system)

    def times(self, logs: Sequence[str] | None = None, ca: Path | None = None) -> list[Times]:
        """Between which outside times the events of these logs, or of all, lie; those without a token are left out.

        Raises BadCertificates, BrokenLine, LogRefused and ReadFailed.
        """
        from tracker.proofs import anchors
        from tracker.proofs.stamps import read_roots

        roots = read_roots(ca) if ca else ()
        names = self.log.logs() if logs is None else logs
        named = [log for log in names if anchors.is_anchored(self.log, self.root, log)]
        return [anchors.times(self.log, self.root, log, list(self.events(log)), roots) for log in named]

    # mending it

    @property
    def files(self) -> FileLog:
        """The logs as the files that they are; raises WrongUse when they are kept otherwise."""
        from tracker.logs.files import FileLog

        if not isinstance(self.log, FileLog):
            raise WrongUse("These logs are kept in no files: there is nothing to repair.")
        return self.log

    def damage(self, names: Sequence[str] = ()) -> Iterator[Found]:
        """What is wrong with these logs, or with all of them; raises LogRefused, StrayLog, ReadFailed."""
        from tracker.mending import look

        names = names or self.files.logs()
        for name in self.progress(names, len(names)):
            yield look(self.files, name)

    def mend(self, found: Found, stamp: Stamp) -> None:
        """Do to a log what ``Found.todo`` says; raises as ``mending.mend``."""
        from tracker.mending import mend

        try:
            mend(self.files, found, stamp)
        finally:
            self._tell_repairs()

    def restore(self, found: Found, copy: Copy, stamp: Stamp) -> None:
        """Put lines of a copy where a log is damaged; raises as ``mending.restore``."""
        from tracker.mending import restore

        try:
            restore(self.files, found, copy, stamp)
        finally:
            self._tell_repairs()

    def copy(self, log: str, other: str) -> Copy:
        """Another copy of a log; raises as ``copies.find_copy``."""
        from tracker.copies import find_copy

        return find_copy(self.root, log, other)

    def fork(self, log: str, copy: Copy) -> Fork:
        """A log and another copy of it, held against each other; raises BrokenLine."""
        from tracker.forks import Fork, lines_of

        lines, _ = lines_of(self.files.image(log), log, self.log.where(log))
        return Fork(log, lines, copy.lines)

    def adopt(self, fork: Fork, copy: Copy, stamp: Stamp) -> None:
        """Append what the other copy has alone; raises Clash, and as ``EventLog.append``."""
        try:
            self.log.append(fork.drafts(copy.name), stamp, expected={fork.log: fork.length})
        finally:
            self._tell_repairs()

    def _tell_repairs(self) -> None:
        for repair in self.log.repairs():
            self.tell(repair.told(str(self.root / "events")))


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
    unwritten = set(cls.computed) - entry.data.keys() if cls else set()
    fields = sorted(name for name in (said.keys() | logged.keys()) - unwritten if said.get(name) != logged.get(name))
    if entry.type != event.type:
        fields.insert(0, "type")
    if not fields:
        return None
    return Contradiction(entry.where, ref_of(event.log, event.position), tuple(fields))


def ref_of(log: str, position: int) -> str:
    """How an event is referred to: ``haikou-deposit#12``; one of a register as ``parties#3``."""
    return f"{log.removeprefix('cases/')}#{position}"


def _refs_in(entry: Entry) -> dict[str, str]:
    """The fields of an entry that hold CASE#NUMBER of its own case, and what they hold."""
    from tracker.eventtypes.base import event_fields

    case = f"{entry.log.removeprefix('cases/')}#"
    return {name: ref for name in event_fields(entry.type) if (ref := str(entry.data.get(name, ""))).startswith(case)}


def _wants_reckoning(entry: Entry) -> bool:
    """Whether a rule has to be applied: to a deadline that names one and has no result, if its data fit their type.

    One that another store logged without a result was waiting there, and waits here.
    """
    if entry.recorded or entry.type != "deadline.set" or "results" in entry.data:
        return False
    if not isinstance(entry.data.get("rule"), str):
        return False
    from tracker.entries import typed

    return typed(entry) is not None and "due" not in entry.data
