"""Rules: each a TOML file that says what starts a period, how long it is, how it is counted, and which law says so.

``tracker/deadlines/rules/`` holds those that come with the program; a store adds its own in ``rules/`` beside
``events/``. The name of a rule is the name of its file. docs/deadlines.md leads from an article of law to a file.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date  # msgspec evaluates the annotations of the classes
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from tracker.deadlines.calendars import NAMES as CALENDARS
from tracker.deadlines.periods import LONGEST, Period, Unit, fault
from tracker.errors import BadName, Mistake, Mistakes, UnknownName
from tracker.names import check_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

SHIPPED: Final = Path(__file__).parent / "rules"
FOLDER: Final = "rules"
"""The folder of a store that holds the rules its people added."""
MAX_FILE: Final = 2**18
"""Bytes; a rule is a page at most."""
UNUSED: Final = "no rule was used"

Text = Annotated[str, Meta(min_length=1)]


class Addition(Struct, frozen=True, forbid_unknown_fields=True):
    """Days that are added for the way something was served; ``law`` says where that stands."""

    served_by: Text
    days: Annotated[int, Meta(ge=1, le=366)]
    law: Text


class Version(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as it stood from one day to another.

    ``period`` and ``unit`` are left out when the court or the contract says how long. ``direction`` is ``before`` for
    what has to be done so long before something. Of a period of fewer days than ``working_days_below`` only working
    days count. ``sure`` says how the law was looked up, ``places`` where.
    """

    in_force_from: date
    in_force_until: date | None = None
    period: int | None = None
    unit: Unit | None = None
    first_day: Literal["not counted", "counted"] = "not counted"
    last_day: Literal["next working day", "previous working day", "stands"]
    direction: Literal["after", "before"] = "after"
    working_days_below: Annotated[int, Meta(ge=1, le=366)] | None = None
    law: Text
    counting: Text
    sure: Literal["confirmed", "seen in one place", "not confirmed"]
    places: tuple[Text, ...] = ()
    note: str | None = None
    addition: tuple[Addition, ...] = ()

    @property
    def name(self) -> str:
        """What a version is called by: the day on which it came into force."""
        return self.in_force_from.isoformat()

    @property
    def length(self) -> Period | None:
        """Its period; None when the court or the contract says how long."""
        return Period(self.period, self.unit) if self.period is not None and self.unit is not None else None

    def is_in_force(self, day: date) -> bool:
        """Whether it stood on that day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule file holds."""

    title: Text
    jurisdiction: Text
    instrument: Text
    trigger: Text
    on: tuple[Text, ...] = ()
    calendar: Text
    version: Annotated[tuple[Version, ...], Meta(min_length=1)]


class Rule(Struct, frozen=True, kw_only=True):
    """A rule: its versions in the order in which they came into force, and the file that it stands in.

    ``trigger`` says in words what starts the period, ``on`` which event types that can be (empty: any).
    """

    name: str
    title: str
    jurisdiction: str
    instrument: str
    trigger: str
    on: tuple[str, ...]
    calendar: str
    versions: tuple[Version, ...]
    file: Path
    is_own: bool

    def version_on(self, day: date) -> Version | None:
        """The version that stood on a day; None when there was none, or none is known."""
        return next((each for each in self.versions if each.is_in_force(day)), None)

    def law(self, versions: Iterable[str] = ()) -> str:
        """The instrument and the articles of some versions (by name), of the last one when none is named."""
        names = set(versions) or {self.versions[-1].name}
        found = dict.fromkeys(f"{v.law}, counted by {v.counting}" for v in self.versions if v.name in names)
        return f"{self.instrument}, {'; '.join(found)}"

    @property
    def is_as_ordered(self) -> bool:
        """Whether somebody else says how long the period is."""
        return self.versions[-1].length is None


def rules_of(store: Path | None = None, types: Collection[str] | None = None) -> Mapping[str, Rule]:
    """Every rule by its name: those that come with the program, then those of a store.

    ``types`` are the event types there are, which ``on`` may name.

    Raises:
        Mistakes: a file cannot be read as a rule, or two rules have one name; all mistakes are named at once.
    """
    found, mistakes = sound_rules(store, types)
    if mistakes:
        raise Mistakes(mistakes, outcome=UNUSED)
    return found


def sound_rules(
    store: Path | None = None, types: Collection[str] | None = None
) -> tuple[Mapping[str, Rule], list[Mistake]]:
    """As ``rules_of``, with the mistakes beside the rules that have none."""
    found: dict[str, Rule] = {}
    mistakes: list[Mistake] = []
    own = sorted((store / FOLDER).glob("*.toml")) if store is not None else []
    for path, is_own in (*((path, False) for path in sorted(SHIPPED.glob("*.toml"))), *((path, True) for path in own)):
        where = f"{FOLDER}/{path.name}" if is_own else path.name
        try:
            rule = read_rule(path, where, is_own=is_own, types=types)
        except Mistakes as wrong:
            mistakes += wrong.mistakes
            continue
        if rule.name in found:
            other = f"{found[rule.name].file.name} of the {'store' if found[rule.name].is_own else 'program'}"
            told = f"there are two rules named {rule.name!r}, the other is {other}: rename this file"
            mistakes.append(Mistake(where, "", told))
        else:
            found[rule.name] = rule
    return found, mistakes


def require_rule(rules: Mapping[str, Rule], name: str) -> Rule:
    """A rule by its name; raises UnknownName."""
    if name not in rules:
        raise UnknownName("rule", name, rules, "'tracker rules' lists them")
    return rules[name]


def read_rule(path: Path, where: str, *, is_own: bool = False, types: Collection[str] | None = None) -> Rule:
    """The rule in a file, which mistakes call ``where``; raises Mistakes, each with its line."""
    raw = _bytes_of(path, where)
    text, mistakes = "", []
    try:
        text = raw.decode("utf-8-sig")
        said = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        what, line = _at_line(str(error), text)
        mistakes.append(Mistake(f"{where}{line}", "", f"it is not TOML: {what}"))
    except (UnicodeDecodeError, RecursionError) as error:
        mistakes.append(Mistake(where, "", f"it is not TOML: {error}"))
    except msgspec.ValidationError as error:
        mistakes.append(_misfit(where, text, str(error)))
    else:
        faults = _faults(path.stem, said, types)
        mistakes += [Mistake(f"{where}{_line(text, key)}", key[-1], message) for key, message in faults]
        if not mistakes:
            return _rule(path, said, is_own=is_own)
    raise Mistakes(mistakes, outcome=UNUSED)


def _bytes_of(path: Path, where: str) -> bytes:
    """What a plain file holds; of a device, a pipe or a folder nothing is read."""
    if not path.is_file():
        raise Mistakes([Mistake(where, "", "it is no plain file: put a rule in its place")], outcome=UNUSED)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise Mistakes([Mistake(where, "", f"it cannot be read ({error.strerror})")], outcome=UNUSED) from None
    if len(raw) > MAX_FILE:
        raise Mistakes([Mistake(where, "", f"it is larger than {MAX_FILE} bytes, which is no rule")], outcome=UNUSED)
    return raw


def _rule(path: Path, said: _File, *, is_own: bool) -> Rule:
    versions = tuple(sorted(said.version, key=lambda version: version.in_force_from))
    return Rule(
        name=path.stem,
        title=said.title,
        jurisdiction=said.jurisdiction,
        instrument=said.instrument,
        trigger=said.trigger,
        on=said.on,
        calendar=said.calendar,
        versions=versions,
        file=path,
        is_own=is_own,
    )


_Key = tuple[str, ...]
"""A key of a file: its name, behind ``version N`` or ``addition N`` (counted from 1) when it stands in one."""


def _faults(name: str, said: _File, types: Collection[str] | None) -> Iterator[tuple[_Key, str]]:
    """What is wrong with a rule whose file has the right form: the key and a sentence."""
    try:
        check_name("rule", name)
    except BadName as error:
        yield ("",), str(error)
    if name == "try":
        yield ("",), "a rule cannot be named 'try', which is a command: rename the file"
    if said.calendar not in CALENDARS:
        yield ("calendar",), f"there is no calendar {said.calendar!r}; there are {', '.join(CALENDARS)}"
    for each in said.on if types is not None else ():
        if types is not None and each not in types:
            yield ("on",), f"there is no event type {each!r}; 'tracker types' lists them"
    for number, version in enumerate(said.version, 1):
        at = f"version {number}"
        if (version.period is None) != (version.unit is None):
            yield (at, "period"), "period and unit go together: give both, or neither when the court says how long"
        elif version.period is not None and version.unit is not None and (why := fault(version.period, version.unit)):
            yield (at, "period"), f"{version.period} is no period: {why}"
        if version.in_force_until is not None and version.in_force_until < version.in_force_from:
            yield (at, "in_force_until"), "it ends before it begins"
        ways = [each.served_by for each in version.addition]
        if len(set(ways)) < len(ways):
            yield (at, "served_by"), "days are added twice for one way of service"
        if version.sure == "confirmed" and len(set(version.places)) < 2:
            yield (at, "places"), "what is confirmed was seen in two places or more: name them"
    if len({version.period is None for version in said.version}) > 1:
        yield ("version 1", "period"), "either every version says how long the period is, or none does"
    in_order = sorted(enumerate(said.version, 1), key=lambda pair: pair[1].in_force_from)
    for (_, one), (number, other) in pairwise(in_order):
        if one.in_force_until is None or one.in_force_until >= other.in_force_from:
            told = f"the version of {one.name} is still in force then: say until when it was (in_force_until)"
            yield (f"version {number}", "in_force_from"), told


def _at_line(message: str, text: str) -> tuple[str, str]:
    """The message of the TOML reader, and the line that it names."""
    what, _, place = message.partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0] if place.startswith("line ") else len(text.splitlines())
    return what[:1].lower() + what[1:], f", line {number}"


_PATH = re.compile(r"\.([a-z_]+)(?:\[(\d+)\])?")


def _misfit(where: str, text: str, message: str) -> Mistake:
    """What keeps a file from having the form of a rule, with the line of the key that is at fault."""
    what, _, path = message.partition(" - at `$")
    steps = _PATH.findall(path.rstrip("`"))
    key = tuple(f"{name} {int(at) + 1}" if at and name in ("version", "addition") else name for name, at in steps)
    unknown = re.search(r"(?:unknown field|required field) `([a-z_]+)`", what)
    if unknown:
        key = (*key, unknown[1])
    return Mistake(f"{where}{_line(text, key)}", key[-1] if key else "", f"{_in_words(what)}; {_wanted(key)}")


_WORDS = (
    (r"Object missing required field `.*`", "it is missing"),
    (r"Object contains unknown field `.*`", "there is no such key"),
    (r"Expected `(.*?)`, got `(.*)`", r"it holds \2, where \1 belongs"),
    (r"Expected `int` >= (.*)", r"a whole number from \1 on belongs there"),
    (r"Expected `(.*)`", r"\1 belongs there"),
    (r"Invalid enum value (.*)", r"\1 is none of the words that it may hold"),
)
_TYPES = {
    "str": "text",
    "int": "a whole number",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "bool": "true or false",
}


def _in_words(message: str) -> str:
    """What msgspec says of a value, for people."""
    for form, words in _WORDS:
        if match := re.match(form, message):
            told = match.expand(words)
            return re.sub(r"\b(str|int|array|object|null|bool)\b", lambda found: _TYPES[found[1]], told).replace(
                " | ", " or "
            )
    return message[:1].lower() + message[1:]


_CHOICES = {
    "first_day": "not counted, counted",
    "last_day": "next working day, previous working day, stands",
    "direction": "after, before",
    "sure": "confirmed, seen in one place, not confirmed",
}


def _wanted(key: _Key) -> str:
    """What a key may hold, for whoever mistook it."""
    name = key[-1] if key else ""
    if name == "trigger":
        return "a rule needs a trigger: say in words what starts its period"
    if name in _CHOICES:
        return f"it is one of: {_CHOICES[name]}"
    if name in ("period", "unit"):
        return f"a period is a whole number from 1 on and its unit one of {', '.join(LONGEST)}"
    return "docs/deadlines.md shows a whole rule"


def _line(text: str, key: _Key) -> str:
    """The line on which a key of a file stands, or the header it is missing under; empty when it is nowhere."""
    lines = text.splitlines()
    begin, end, found = 0, len(lines), ""
    for step in key[:-1]:
        table, _, number = step.partition(" ")
        heads = [
            n
            for n in range(begin, end)
            if re.fullmatch(rf"\[\[\s*(?:version\s*\.\s*)?{table}\s*\]\]\s*(?:#.*)?", lines[n].strip())
        ]
        if not number or int(number) > len(heads):
            break
        begin = heads[int(number) - 1]
        end = heads[int(number)] if int(number) < len(heads) else end
        found = f", line {begin + 1}"
    inside = begin + 1 if found else begin
    until = next((n for n in range(inside, end) if lines[n].lstrip().startswith("[")), end)
    keys = (n for n in range(inside, until) if key and re.match(rf"\s*{re.escape(key[-1])}\s*=", lines[n]))
    at = next(keys, None)
    return f", line {at + 1}" if at is not None else found
