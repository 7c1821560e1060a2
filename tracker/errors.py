"""Everything the tracker can refuse, as one tree of exceptions with the sentence inside.

    TrackerError
    ├── WrongUse (exit 2)           the command was given something it cannot take
    │   ├── NoStore, StoreExists
    │   ├── BadName, BadReference, BadDate
    │   ├── UnknownName             a case, type, field, kind, party or source nobody has introduced
    │   ├── NotInView               a case that is in the store, but not in what is looked at
    │   ├── BadHead                 a name of a former state that is none, or names several
    │   ├── BadQuery, BadFormat, BadTarget, TargetTaken
    │   ├── WithheldEvent           an event that is privileged, and was not asked for as such
    │   ├── BadAuthority, BadCertificates  a time-stamping authority, or its certificates, as they were named
    │   ├── NoCopy                  a copy of a log that is not where it was said to be
    │   ├── BadKey, BadSigner       a signer's key that cannot be read, or a name that none can have
    │   ├── SignerExists, NoSigner  one who is there already, or not at all, or not on this machine
    │   ├── BadTemplate             a folder with a letterhead that cannot be used
    │   └── NoActor
    └── RecordFault (exit 1)        the record or the data is at fault
        ├── BrokenLine              a line of a log that a reader must refuse
        ├── LogRefused, StrayLog    a log that is a link, a device, a folder; or whose name is that of no log
        ├── NotCanonical            a value without a canonical form, or bytes that are not one
        ├── BadDraft                an event that cannot be written
        ├── LogLocked, HeadMoved, IdTaken, WriteFailed, ReadFailed
        ├── Clash                   two branches of a log that say different things under one id
        ├── NotRestored             a damaged log that a copy does not make whole
        ├── OtherRecord             logs that are not those a document was made from
        ├── BadNote                 a signed note, such as a checkpoint, that is not to be believed
        ├── NotCovered              an event, or a log, without a checkpoint
        ├── Uncertified             what keeps a statement about the record from being drafted
        ├── BadStamp, NoAnswer      a time-stamp token that is worth nothing, or none at all
        ├── BadSignersFile          a line of events/keys that is no key
        ├── BadPrivateKey, NotSealed  what keeps a log from being signed
        ├── Mistakes                all that is wrong with a sheet, a batch or an entry, at once
        └── ProjectionFault         the projection cannot be read or made
            └── ProjectionLocked, ProjectionNewer

Doubtful contents are not exceptions: they are values of ``tracker.problems.Problem``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class TrackerError(Exception):
    """What the tracker refuses: one sentence that says what is wrong, where, and what to do."""

    exit_code: ClassVar[int] = 1


class WrongUse(TrackerError):
    """The command was used wrongly; nothing is the matter with the record."""

    exit_code: ClassVar[int] = 2


class NoStore(WrongUse):
    """No store here or above."""

    def __init__(self, start: object) -> None:
        super().__init__(
            f"There is no store in {start} or in any folder above it: "
            "run 'tracker init' to start one, or name one with --store DIR."
        )


class StoreExists(WrongUse):
    """`init` where a store is already."""

    def __init__(self, root: object) -> None:
        super().__init__(f"{root} is a store already; nothing was changed.")


class BadName(WrongUse):
    """A name that could not be the name of a case, a party or a source."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            f"{name!r} cannot name a {what}: use 1 to 63 of a-z, 0-9 and inner hyphens, as in 'haikou-deposit'."
        )


class BadReference(WrongUse):
    """A reference to an event that cannot be read or points nowhere."""

    def __init__(self, reference: str, why: str) -> None:
        super().__init__(f"{reference!r} is no event: {why}; write CASE#NUMBER, as in 'haikou-deposit#12'.")


class BadDate(WrongUse):
    """A date that is not EDTF, or is no day of the calendar."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(
            f"{text!r} is no date: {why}; write it as EDTF, for example 2025-11-20, 2025-11, 2025-05~ "
            "or 2024-11/2024-12, and leave it out when it is not known."
        )


class UnknownName(WrongUse):
    """A name nobody has introduced, with the nearest ones that are known."""

    def __init__(self, what: str, name: str, known: Iterable[str], todo: str) -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
        hint = f" (did you mean {' or '.join(near)}?)" if near else ""
        super().__init__(f"There is no {what} {name!r}{hint}: {todo}.")


class NotInView(WrongUse):
    """A case that is in the store, but not in what is looked at."""

    def __init__(self, case: str, told: str) -> None:
        super().__init__(f"{told} Nothing of {case!r} is in it: ask for another day, or leave the clocks out.")


class BadHead(WrongUse):
    """A name of a former state of the record that names none, or more than one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name!r} names no state of the record: {why}. Write a hash that the document's last table gives (8 or "
            "more characters), CASE#NUMBER, a day or a time, or @NUMBER for an issue."
        )


class BadTemplate(WrongUse):
    """A template of documents that cannot be used; ``why`` begins with a small letter."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path} is no template: {why}. 'docs/chronologies.md' says what it may hold.")


class BadKey(WrongUse):
    """The public key of a signer that cannot be read."""

    def __init__(self, text: str, why: str) -> None:
        shown = text if len(text) <= 80 else text[:77] + "..."
        super().__init__(f"{shown!r} is no key of a signer: {why}. Copy the whole line that 'tracker key' shows.")


class BadSigner(WrongUse):
    """A name that no signer can have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot name a signer: write at most 100 of A-Z, a-z, 0-9, '.', '-', '_' and '~' in parts with / "
            "between them, the last one not 'cases', as in 'example.org/your-laptop'."
        )


class SignerExists(WrongUse):
    """A signer who is there already; ``why`` is a sentence without its end."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name!r} is taken: {why}. No key is ever overwritten: make one under another name, such as '{name}-2'."
        )


class NoSigner(WrongUse):
    """Nobody can sign here, or it is not known who of several shall."""

    def __init__(self, name: str | None, known: Sequence[str], here: Sequence[str]) -> None:
        if len(here) > 1:
            told = f"Several signers have their private key here ({', '.join(here)}): name one with --as NAME."
        elif name is not None and name in known:
            told = f"The private key of {name!r} is not on this machine: seal on the one that has it."
        elif name is not None:
            told = f"The store has no signer {name!r}: 'tracker key' lists them, 'tracker key NAME' makes one."
        else:
            told = "No signer of this store has its private key here: make one with 'tracker key NAME'."
        super().__init__(told)


class BadQuery(WrongUse):
    """SQL that the projection does not take."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The query cannot be answered ({reason}): 'docs/tables.md' lists tables and columns.")


class BadFormat(WrongUse):
    """A document in a format nobody writes."""

    def __init__(self, target: str, known: Iterable[str]) -> None:
        super().__init__(f"The format of {target!r} is not known: let its name end in {' or '.join(known)}.")


class BadTarget(WrongUse):
    """A document that would take the place of a part of the store."""

    def __init__(self, target: object) -> None:
        super().__init__(f"{target} is a part of the store, which a document must not overwrite: choose another file.")


class TargetTaken(WrongUse):
    """A folder that is to be written where something is already."""

    def __init__(self, target: object) -> None:
        super().__init__(f"{target} is there already and no empty folder: choose another name. Nothing was written.")


class WithheldEvent(WrongUse):
    """An event that is privileged."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} is privileged, or refers to what is, and a proof hands it over: say --privileged if it shall."
        )


class BadAuthority(WrongUse):
    """A time-stamping authority that cannot be asked."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url!r} is no time-stamping authority: write its address with http:// or https://, and without a name "
            "or a password in it."
        )


class BadCertificates(WrongUse):
    """A file that should hold certificates."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} holds no certificates: name a PEM file, which begins with '-----BEGIN CERTIFICATE-----'."
        )


class NoCopy(WrongUse):
    """No other copy of a log where one was looked for."""

    def __init__(self, log: str, other: str, why: str) -> None:
        super().__init__(
            f"No copy of {log} was found in {other!r} ({why}): "
            "name a file, a folder that holds events/, or git:REVISION."
        )


class NoActor(WrongUse):
    """Nobody is known to log as."""

    def __init__(self) -> None:
        super().__init__(
            "It is not known who logs this: say --by NAME, set TRACKER_ACTOR, "
            "or set git's user with 'git config user.name NAME'."
        )


class RecordFault(TrackerError):
    """The record or the data is at fault."""


class NotCanonical(RecordFault, ValueError):
    """A value that has no canonical form, or bytes that are not one; ``reason`` begins with a small letter."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This cannot stand in a log: {reason}.")


class BadDraft(RecordFault):
    """An event that cannot be written."""

    def __init__(self, log: str, event_type: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{event_type} cannot be logged in {log}: {reason}; nothing was logged.")


class BrokenLine(RecordFault):
    """A line that a reader must refuse.

    ``where`` is the file or the log, ``line`` counts from 1, ``reason`` says what is wrong with it.
    """

    def __init__(self, where: object, line: int, reason: str) -> None:
        self.where, self.line, self.reason = str(where), line, reason
        super().__init__(
            f"{where}, line {line}: {reason}; nothing was changed, "
            "run 'tracker verify' and restore the log from a copy you trust."
        )


class LogRefused(RecordFault):
    """A log that is not a plain file of its own."""

    def __init__(self, where: object, what: str) -> None:
        super().__init__(f"{where} is {what}, not a plain file, and is not used: put the log itself in its place.")


class StrayLog(RecordFault):
    """A file among the logs whose name can be that of no log."""

    def __init__(self, where: object) -> None:
        super().__init__(f"{where} has a name that no log can have: rename it, or move it out of the folder 'events'.")


class LogLocked(RecordFault):
    """Another process holds the lock."""

    def __init__(self, where: object, holder: str, waited: float) -> None:
        super().__init__(
            f"Somebody else is writing to {where} ({holder}) and was not done after {waited:g} seconds; "
            "nothing was logged, try again."
        )


class HeadMoved(RecordFault):
    """The log is not where the writer expected it to be."""

    def __init__(self, log: str, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"{log} holds {actual} events, not {expected} as expected: somebody logged in between; "
            "look at what is new and try again. Nothing was logged."
        )


class Clash(RecordFault):
    """Events of two branches that have one id and differ."""

    def __init__(self, log: str, pairs: Sequence[tuple[str, int, int]]) -> None:
        self.pairs = tuple(pairs)
        told = "; ".join(
            f"{event_id} is line {ours} here and line {theirs} there" for event_id, ours, theirs in pairs[:5]
        )
        more = f"; and {len(pairs) - 5} more" if len(pairs) > 5 else ""
        super().__init__(
            f"The branches of {log} say different things under one id ({told}{more}), so that they cannot be joined: "
            "nothing was changed; find out which of them was altered, and log the other under a new id."
        )


class NotRestored(RecordFault):
    """A damaged log that a copy does not make whole."""

    def __init__(self, log: str, copy: str, reason: str) -> None:
        super().__init__(
            f"{copy} does not make {log} whole: {reason}; nothing was changed, look for another copy, and keep both."
        )


class OtherRecord(RecordFault):
    """The logs are not those that a document was made from."""

    def __init__(self, name: str, ref: str, xhash: str) -> None:
        super().__init__(
            f"This is not the record that {name} was made from: {ref} has not the hash {xhash[:12]}... here. "
            "Run 'tracker verify', and look for the logs that have it."
        )


class BadNote(RecordFault):
    """A signed note, such as a checkpoint, that is not to be believed; ``why`` begins with a small letter."""

    def __init__(self, where: object, why: str) -> None:
        self.why = why
        super().__init__(f"{where} proves nothing: {why}. Ask whoever signed it for a copy.")


class NotCovered(RecordFault):
    """What no checkpoint covers."""

    def __init__(self, what: str) -> None:
        super().__init__(f"No checkpoint covers {what}: run 'tracker seal' first. Nothing was written.")


class Uncertified(RecordFault):
    """What must not be stated about the record; ``why`` begins with a small letter."""

    def __init__(self, where: object, why: str) -> None:
        super().__init__(f"Nothing can be stated about {where}: {why}. 'tracker verify' says more.")


class BadStamp(RecordFault):
    """A time-stamp token that is worth nothing; ``why`` begins with a small letter."""

    def __init__(self, where: object, why: str) -> None:
        self.why = why
        super().__init__(f"The time stamp of {where} proves nothing: {why}. Nothing was written.")


class NoAnswer(RecordFault):
    """A time-stamping authority that gave no answer."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{url} gave no time stamp: {why}. Nothing was written; try again, or ask another authority.")


class BadSignersFile(RecordFault):
    """A line of ``events/keys`` that is no key; ``why`` is a whole sentence."""

    def __init__(self, where: object, line: int, why: str) -> None:
        self.where, self.line, self.why = str(where), line, why
        super().__init__(f"{where}, line {line}: {why}")


class BadPrivateKey(RecordFault):
    """A private key that cannot be used."""

    def __init__(self, where: object, why: str) -> None:
        super().__init__(f"{where} cannot sign: {why}. Restore it from a copy, or make a new key under another name.")


class NotSealed(RecordFault):
    """A log that must not be signed; ``why`` begins with a small letter."""

    def __init__(self, log: str, why: str) -> None:
        self.log, self.why = log, why
        super().__init__(f"{log} cannot be sealed: {why}. Nothing was signed; 'tracker verify' says more.")


class IdTaken(RecordFault):
    """The id is in the log already, with other content."""

    def __init__(self, log: str, event_id: str, position: int) -> None:
        self.position = position
        super().__init__(
            f"Event {event_id} is already in {log} as line {position}, with other content; "
            "nothing was logged. Log it under a new id, or correct the one that is there."
        )


class WriteFailed(RecordFault):
    """The disk refused; the log is as it was, unless the disk refused that too (``undone`` is False)."""

    def __init__(self, where: object, reason: str, *, undone: bool = True) -> None:
        state = (
            "the log is as it was and nothing was logged"
            if undone
            else "nothing was logged for certain, and what was written could not be cut off: run 'tracker verify'"
        )
        super().__init__(f"{where} could not be written ({reason}); {state}.")


class ReadFailed(RecordFault):
    """The disk or its permissions refused."""

    def __init__(self, where: object, reason: str) -> None:
        super().__init__(f"{where} could not be read ({reason}): see to its permissions, or restore it from a copy.")


class Mistake(NamedTuple):
    """One thing wrong with one entry: where it stands, which field, and what to do."""

    where: str
    field: str
    message: str

    def __str__(self) -> str:
        """One line: ``seeds/x.toml, event 3, date: ...``."""
        return ", ".join(part for part in (self.where, self.field) if part) + f": {self.message}"


class Mistakes(RecordFault):
    """All that is wrong with a sheet, a batch, an entry or a rule, named at once; ``outcome`` ends the sentence."""

    def __init__(self, mistakes: Sequence[Mistake], outcome: str = "nothing was logged") -> None:
        self.mistakes = tuple(mistakes)
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n".join([*map(str, mistakes), f"{count}; {outcome}."]))


class ProjectionFault(RecordFault):
    """The projection cannot be read or made; the logs are untouched."""

    def __init__(self, where: object, reason: str) -> None:
        super().__init__(
            f"The projection {where} could not be read or made ({reason}); the logs are untouched: "
            "mend that and run 'tracker rebuild'."
        )


class ProjectionLocked(ProjectionFault):
    """Another program holds the projection."""

    def __init__(self, where: object) -> None:
        RecordFault.__init__(
            self, f"Another program holds the projection {where}; the logs are untouched, close it and try again."
        )


class ProjectionNewer(ProjectionFault):
    """A newer tracker made the projection."""

    def __init__(self, where: object, version: int, ours: int) -> None:
        RecordFault.__init__(
            self,
            f"The projection {where} was made by a newer tracker (schema {version}, this one knows {ours}): "
            "upgrade, or run 'tracker rebuild' to make it anew with this one.",
        )
