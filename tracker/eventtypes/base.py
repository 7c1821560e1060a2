"""What every event type is made of: the base classes, the field types and the registry.

A type is one class: its fields with their meaning, an example, its label, and what it does to the state of a case.
Its command, its help, its JSON Schema, its row and its round-trip test follow from the class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence  # msgspec evaluates the annotations of the classes
from functools import cache, lru_cache
from string import Formatter
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from tracker import dates
from tracker.amounts import grouped
from tracker.errors import BadDate, UnknownName

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place

NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
MONEY_PATTERN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)? [A-Z]{3}$"
EVENT_ID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
PERIOD_PATTERN = r"^[1-9][0-9]{0,4} (day|business day|week|month|year)s?$"
DECIMAL_PATTERN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"

# `refers` tells the door what to look up, the command line what to offer, and the projection what to link.
PartyId = Annotated[str, Meta(pattern=NAME_PATTERN, extra={"refers": "party"})]
SourceId = Annotated[str, Meta(pattern=NAME_PATTERN, extra={"refers": "source"})]
CaseName = Annotated[str, Meta(pattern=NAME_PATTERN, extra={"refers": "case"})]
KindName = Annotated[str, Meta(min_length=1, extra={"refers": "kind"})]
EventId = Annotated[str, Meta(pattern=EVENT_ID_PATTERN, extra={"refers": "event"})]
"""The id of an event of the same log; people write CASE#NUMBER, which the door looks up."""
DeadlineName = Annotated[str, Meta(pattern=NAME_PATTERN, extra={"refers": "deadline"})]
"""What a deadline is called within its case."""
Date = Annotated[str, Meta(min_length=4, extra={"refers": "date"})]
"""EDTF, ISO 8601-2:2019 annex A; read by ``tracker.dates``."""
Money = Annotated[str, Meta(pattern=MONEY_PATTERN, extra={"refers": "money"})]
"""A decimal, a space and an ISO 4217 code: ``10000 CNY``."""
PeriodText = Annotated[str, Meta(pattern=PERIOD_PATTERN, extra={"refers": "period"})]
"""A period as ``tracker.deadlines.periods`` writes it: ``10 days``."""
Decimal = Annotated[str, Meta(pattern=DECIMAL_PATTERN, extra={"refers": "decimal"})]
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


def says(description: str) -> Meta:
    """What a field means, for its help, its JSON Schema and the reference."""
    return Meta(description=description)


class Citation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link from a development to a place in a source, and what that place does to it."""

    source: Annotated[SourceId, says("the source's id in the register")]
    locator: Annotated[
        Text | None, says("where in it: a paragraph (7), paragraphs (7-9), a page (p. 3) or a Bates number")
    ] = None
    does: Annotated[Literal["supports", "contradicts"], says("what that place does to the development")] = "supports"


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule made of one day of a trigger: that day, the last day of the period, and how it was found."""

    since: Annotated[Date, says("the day of the trigger, as EDTF")]
    due: Annotated[Date | None, says("the last day, or earliest and latest; left out when neither is known")] = None
    steps: Annotated[tuple[Text, ...], says("the arithmetic, step by step")] = ()


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The ``data`` of an event: what all types share.

    ``type``, ``form``, the labels, ``family``, ``example`` and ``earlier`` belong to the class, not to the event.
    """

    type: ClassVar[str]
    form: ClassVar[int] = 1
    label: ClassVar[str]
    label_zh: ClassVar[str]
    family: ClassVar[str]
    log: ClassVar[Literal["case", "sources", "parties", "any"]] = "case"
    example: ClassVar[Mapping[str, Any]]
    earlier: ClassVar[tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]] = ()
    """``earlier[n - 1]`` raises the data of form n to form n + 1; lines themselves are never rewritten."""
    sentence: ClassVar[tuple[str, ...]] = ()
    """What happened in words, piece by piece; a piece is left out when a field that it names holds nothing."""
    computed: ClassVar[tuple[str, ...]] = ()
    """Fields that nobody writes: they are filled in when the event is logged."""
    in_timeline: ClassVar[bool] = True
    """False for what is about the record (a case opened, a party named) and not about the world."""

    citations: Annotated[tuple[Citation, ...], says("the places in sources behind it")] = ()

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add to the state of a case what this event says; most types have nothing to add beyond being there."""


class Development(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened in the world."""

    date: Annotated[Date | None, says("when it happened, as EDTF; left out when not stated")] = None
    date_basis: Annotated[Text | None, says("how the date was found when the source does not print it")] = None
    summary: Annotated[Text | None, says("what happened, in one or two sentences of your own")] = None

    def when(self) -> str | None:
        """The day or span it belongs to on the timeline, as EDTF; None when not stated."""
        return self.date


T = TypeVar("T", bound=type[EventData])
_REGISTRY: dict[str, type[EventData]] = {}


def event_type(name: str, label: str, label_zh: str, example: Mapping[str, Any]) -> Callable[[T], T]:
    """Register a class as the event type ``name``, with its label in English and in Chinese.

    A name that is taken is refused (ValueError).
    """

    def register(cls: T) -> T:
        if name in _REGISTRY:
            raise ValueError(f"event type {name!r} is registered twice, by {_REGISTRY[name]} and {cls}")
        cls.type, cls.label, cls.label_zh, cls.example = name, label, label_zh, example
        cls.family = cls.__module__.rpartition(".")[2]
        _REGISTRY[name] = cls
        return cls

    return register


def registry() -> Mapping[str, type[EventData]]:
    """Every event type by its name, in the order of the families."""
    return _REGISTRY


def whole_name(name: str) -> str:
    """The whole name of a type of which only the last part was said, when one type alone ends so: ``checked``."""
    ending = [each for each in _REGISTRY if each.rpartition(".")[2] == name]
    return ending[0] if len(ending) == 1 else name


def require_type(name: str) -> type[EventData]:
    """The class of an event type; raises UnknownName."""
    if name not in _REGISTRY:
        raise UnknownName("event type", name, _REGISTRY, "'tracker types' lists them")
    return _REGISTRY[name]


def raised(cls: type[EventData], data: dict[str, Any], form: int) -> dict[str, Any]:
    """The data of an older form, step by step in the form the class has now."""
    for step in cls.earlier[form - 1 :]:
        data = step(data)
    return data


def decode(event_name: str, raw: msgspec.Raw | bytes, form: int = 1) -> EventData | None:
    """Typed data of an event; None when the type, or its form, is newer than this program.

    Raises msgspec.ValidationError when the data does not fit its type.
    """
    cls = _REGISTRY.get(event_name)
    if cls is None or form > cls.form:
        return None
    if form < cls.form:
        return msgspec.convert(raised(cls, msgspec.json.decode(raw), form), cls)
    return _decoder(cls).decode(raw)


@cache
def _decoder(cls: type[EventData]) -> msgspec.json.Decoder[EventData]:
    return msgspec.json.Decoder(cls)


def faults_of_dates(data: EventData) -> list[str]:
    """What is wrong with the dates that an event holds, a sentence for each that is not EDTF."""
    faults = []
    for name in _date_fields(type(data)):
        held = getattr(data, name)
        if held is None:
            continue
        for text in held if isinstance(held, tuple) else (held,):
            try:
                dates.parse(text)
            except BadDate as fault:
                faults.append(str(fault))
    return faults


@cache
def _date_fields(cls: type[EventData]) -> tuple[str, ...]:
    return tuple(field.name for field in fields_of(cls) if field.refers == "date")


_HOLDS = {
    "party": "a party",
    "source": "a source",
    "case": "a case",
    "kind": "a kind",
    "date": "a date (EDTF)",
    "money": "an amount (10000 CNY)",
    "decimal": "a decimal",
    "period": "a period (10 days)",
    "text": "text",
    "count": "a whole number",
    "flag": "true or false",
    "citation": "a citation",
    "event": "an event of the case (CASE#NUMBER), held as its id",
    "deadline": "the name of a deadline of the case",
    "outcome": "a result: since, due and steps",
    "field": "the name of a field",
    "value": "what that field can hold",
}


class Field(NamedTuple):
    """One field of an event type, as its help, its schema and the door need it.

    ``refers`` is party, source, case, kind, event, deadline, date, money, decimal, period,
    text, count, flag, choice, citation
    or outcome; ``many`` says that it holds several values; ``choices`` are the words it may hold.
    """

    name: str
    meaning: str
    refers: str
    required: bool
    many: bool
    choices: tuple[str, ...] = ()

    @property
    def holds(self) -> str:
        """What it holds, in words."""
        one = _HOLDS.get(self.refers) or f"one of: {', '.join(self.choices)}"
        return f"list: {one}" if self.many else one


_COMMON = ("citations", "date", "date_basis", "summary")
_REFERS: dict[Any, str] = {int: "count", bool: "flag", Citation: "citation", Outcome: "outcome"}


def fields_of(cls: type[EventData]) -> tuple[Field, ...]:
    """The fields of a type, in the order in which its class lists them; the common ones last."""
    known = _FIELDS.get(cls)
    if known is None:
        found = [_field(info) for info in msgspec.structs.fields(cls)]
        own = [each for each in found if each.name not in _COMMON]
        known = _FIELDS[cls] = (*own, *(each for each in found if each.name in _COMMON))
    return known


_FIELDS: dict[type[EventData], tuple[Field, ...]] = {}


@cache
def party_fields(cls: type[EventData]) -> tuple[tuple[str, bool], ...]:
    """The fields of a type that name parties, and whether each can name several."""
    return tuple((field.name, field.many) for field in fields_of(cls) if field.refers == "party")


@cache
def event_fields(event_type: str) -> tuple[str, ...]:
    """The fields of a type that hold the id of another event; none of a type that is not known."""
    cls = _REGISTRY.get(event_type)
    return tuple(field.name for field in fields_of(cls) if field.refers == "event") if cls else ()


def _field(info: msgspec.structs.FieldInfo) -> Field:
    choices: tuple[str, ...] = ()
    annotation, meaning, refers, many = info.type, "", "text", False
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            for meta in annotation.__metadata__:
                meaning = meaning or meta.description or ""
                refers = (meta.extra or {}).get("refers", refers)
            annotation = args[0]
        elif origin is Union or origin is UnionType:
            something = [arg for arg in args if arg is not NoneType]
            if len(something) > 1:
                break
            annotation = something[0]
        elif origin is tuple:
            annotation, many = args[0], True
        else:
            break
    if get_origin(annotation) is Literal:
        refers, choices = "choice", tuple(map(str, get_args(annotation)))
    elif annotation in _REFERS:
        refers = _REFERS[annotation]
    return Field(info.name, meaning, refers, info.required, many, choices)


def told(data: EventData, claims: Mapping[str, Sequence[Any]] = MappingProxyType({})) -> str:
    """What happened in one line of the type's own fields; parties stand in it as ``[[their id]]``.

    Each piece of ``sentence`` is said when everything it names is known; a type without one tells its fields.
    ``claims`` gives all values of fields that are disputed: every one of them is said.
    """
    cls = type(data)
    values = _values(data, claims)
    if not cls.sentence:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
    return _template(cls, tuple(values)).format_map(values).strip()


@lru_cache(maxsize=4096)
def _template(cls: type[EventData], known: tuple[str, ...]) -> str:
    """The pieces of a type's sentence that name nothing but fields that are known."""
    return "".join(
        piece for piece in cls.sentence if all(name in known for _, name, _, _ in Formatter().parse(piece) if name)
    )


def _values(data: EventData, claims: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """What the type's own fields hold, as text, without those that hold nothing."""
    found: dict[str, str] = {}
    for name, field, is_plain in _own_fields(type(data)):
        value = getattr(data, name)
        if name in claims:
            several = [shown(field, value) or "not stated" for value in claims[name]]
            found[name] = f"{' or '.join(dict.fromkeys(several))} (disputed)"
        elif is_plain and value.__class__ is str:  # most are: no need to ask how it is shown
            if value:
                found[name] = value
        elif value is not None and (text := shown(field, value)):
            found[name] = text
    return found


@cache
def _own_fields(cls: type[EventData]) -> tuple[tuple[str, Field, bool], ...]:
    """The fields of a type beyond those that all types share, each with whether a text in it is shown as it stands."""
    own = (field for field in fields_of(cls) if field.name not in _COMMON)
    return tuple((field.name, field, field.refers not in _SHOWN) for field in own)


def shown(field: Field, value: Any) -> str:
    """A value of a field as text, parties and events as ``[[their id]]``; empty when it holds nothing."""
    if value is None or value is False or value == ():
        return ""
    if not isinstance(value, tuple | list):
        return _shown(field, value)
    *others, last = (_shown(field, each) for each in value)
    return f"{', '.join(others)} and {last}" if others else last


def _shown(field: Field, value: Any) -> str:
    show = _SHOWN.get(field.refers)
    return show(field, value) if show else str(value)


def _truth(field: Field, value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_SHOWN: dict[str, Callable[[Field, Any], str]] = {
    "party": lambda field, value: f"[[{value}]]",
    "event": lambda field, value: f"[[{value}]]",
    "count": lambda field, value: f"{value:,}",
    "value": _truth,
    "decimal": lambda field, value: grouped(value),
    "money": lambda field, value: grouped(value),
    "flag": lambda field, value: field.name.replace("_", " "),
}
"""How a value is shown, by what its field refers to; any other as it stands."""
