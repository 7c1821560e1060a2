"""The vocabulary: one helper proves every type; forms, unknown types and duplicates."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from string import Formatter
from typing import Annotated, Any

import jsonschema
import msgspec
import pytest
from helpers import EXAMPLES, STAMP, doubts, entry, folded, opened, replayed, store

from tracker import queries
from tracker.amounts import grouped
from tracker.cli.logging import log_command
from tracker.entries import Known, drafts
from tracker.envelope import Draft
from tracker.eventtypes import base, decode, registry
from tracker.eventtypes.base import Development, Text, event_type, fields_of, says, told
from tracker.eventtypes.schema import schema_of
from tracker.logs.memory import MemoryLog

TYPES = sorted(registry())


def home(name: str) -> str:
    log = registry()[name].log
    return "cases/a" if log in ("case", "any") else log


VALUES: dict[str, Any] = {
    "party": "ms-li", "case": "b", "date": "2025-05~", "money": "1.50 CNY", "decimal": "-0.5", "text": "第 1\n行",
    "count": 3, "flag": True, "event": "00000000-0000-7000-8000-000000000001", "field": "date", "value": ["a", "b"],
    "deadline": "appeal", "period": "20 days",
    "outcome": {"since": "2025-09-13", "due": "2025-09-28", "steps": ["day 15"]},
    "citation": {"source": "leida", "locator": "7", "does": "contradicts"},
}  # fmt: skip


def filled(name: str) -> dict[str, Any]:
    """The example of a type with every field that it leaves out."""
    data = dict(EXAMPLES[name])
    for field in fields_of(registry()[name]):
        value = field.choices[-1] if field.choices else VALUES.get(field.refers)
        data.setdefault(field.name, [value] if field.many else value)
    return data | ({"sha256": "0" * 64} if name == "source.added" else {})


def names_in(name: str, data: dict[str, Any]) -> Known:
    """The names that the data of a type refers to, so that the door lets it in."""
    known = Known({"a"} if name != "case.opened" else set(), set(), {"leida"})
    for field in fields_of(registry()[name]):
        held = data.get(field.name)
        if held is not None and field.refers in ("party", "case") and name != "party.added":
            (known.parties if field.refers == "party" else known.cases).update(held if field.many else [held])
    return known


def round_trip(name: str, said: dict[str, Any]) -> None:
    """Said, entry, draft, log, event, typed data, and the same again."""
    made, mistakes = drafts([entry(name, said, log=home(name))], names_in(name, said))
    assert mistakes == []
    log = MemoryLog()
    log.append(made, STAMP)
    [event] = replayed(log, home(name))
    data = decode(event.type, event.data, event.form)
    assert type(data) is registry()[name]
    assert data == msgspec.convert(said, registry()[name])
    assert msgspec.json.decode(event.data) == said == json.loads(json.dumps(msgspec.to_builtins(data)))


@pytest.mark.parametrize("name", TYPES)
def test_round_trip(name: str) -> None:
    round_trip(name, EXAMPLES[name])
    round_trip(name, filled(name))


@pytest.mark.parametrize("name", TYPES)
def test_names_and_words(name: str) -> None:
    cls = registry()[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", name)
    assert (cls.type, cls.form - 1) == (name, len(cls.earlier))
    assert all((cls.label, cls.label_zh, cls.family, cls.__doc__))
    assert all(field.meaning and field.holds for field in fields_of(cls))
    said = {field for piece in cls.sentence for _, field, _, _ in Formatter().parse(piece) if field}
    assert said <= {field.name for field in fields_of(cls)}
    assert said or not cls.in_timeline


@pytest.mark.parametrize("name", TYPES)
def test_what_happened_is_said_in_full(name: str) -> None:
    data = msgspec.convert(EXAMPLES[name], registry()[name])
    text = told(data)
    assert text == text.strip() and "{" not in text and "None" not in text
    assert text or not data.in_timeline


@pytest.mark.parametrize("name", TYPES)
def test_no_field_hides_behind_an_option_of_log(name: str) -> None:
    own = {option for param in log_command.params for option in (param.name, *param.opts)}
    own |= {"cites", "contradicted_by", "store", "help"}
    fields = [field.name for field in fields_of(registry()[name]) if field.name != "citations"]
    assert not own & {*fields, *(f"--{field.replace('_', '-')}" for field in fields)}


@pytest.mark.parametrize("name", TYPES)
def test_schema_takes_what_the_type_takes(name: str) -> None:
    cls, example = registry()[name], EXAMPLES[name]
    schema = json.loads(schema_of(cls))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    cited = {**example, "citations": [{"source": "leida", "locator": "7", "does": "contradicts"}]}
    assert check.is_valid(example) and check.is_valid(cited)
    wrong: list[dict[str, Any]] = [
        {**example, "colour": "red"},
        {**example, "citations": [{"source": "leida", "page": "7"}]},
        {**example, "citations": [{"locator": "7"}]},
        *({**example, field.name: {"a": 1}} for field in fields_of(cls)),
        *({**example, field.name: "10,000 yuan"} for field in fields_of(cls) if field.refers in ("money", "decimal")),
        *({**example, field.name: "hm"} for field in fields_of(cls) if field.refers in ("choice", "flag", "count")),
        *({key: example[key] for key in example if key != field.name} for field in fields_of(cls) if field.required),
    ]
    assert [data for data in wrong if check.is_valid(data)] == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("113100000000 CNY", "113,100,000,000 CNY"), ("38.58 HKD", "38.58 HKD"), ("-0.73", "-0.73"),
        ("-1234567.5", "-1,234,567.5"), ("0", "0"), ("-999", "-999"),
    ],
)  # fmt: skip
def test_numbers_are_grouped_and_keep_their_sign(number: str, text: str) -> None:
    assert grouped(number) == text


def test_a_name_that_is_taken_is_refused() -> None:
    before = registry()["note.added"]
    with pytest.raises(ValueError, match=r"'note\.added' is registered twice"):

        @event_type("note.added", "Another note", "另一", {"note": "x"})
        class Again(Development, frozen=True):
            """Not to be."""

    assert registry()["note.added"] is before


@pytest.fixture
def two_forms() -> Iterator[type[Development]]:
    """A type whose first form had one ``amount_cny``, and whose second has ``amount`` with its currency."""

    @event_type("gift.given", "Gift", "赠与", {"amount": "5 CNY"})
    class GiftGiven(Development, frozen=True, kw_only=True, omit_defaults=True):
        """Somebody gave something."""

        form = 2
        earlier = (lambda data: {"amount": f"{data['amount_cny']} CNY"},)
        sentence = ("gave {amount}",)
        amount: Annotated[Text, says("how much")]

    yield GiftGiven
    del base._REGISTRY["gift.given"]


def in_form(form: int, **data: Any) -> Any:
    return Draft("cases/a", "gift.given", data, None, form)


def test_an_older_form_is_raised_when_it_is_read(two_forms: Any, tmp_path: Any) -> None:
    tracker = store(tmp_path, "a")
    tracker.log.append([in_form(1, amount_cny=7), in_form(2, amount="8 CNY"), in_form(3, gold="9 g")], STAMP)
    before = list(tracker.log.read("cases/a"))
    texts = [row.text for row in queries.timeline(tracker.read(), ["a"])]
    assert texts == ["gave 7 CNY.", "gave 8 CNY.", "(cannot be read by this program)"]
    unread = [row.code for row in queries.problems(tracker.read()) if row.code != "uncited"]
    assert unread == ["unknown-type"]  # form 3, from a newer program
    assert list(tracker.log.read("cases/a")) == before
    assert b'"amount_cny":7' in before[1], "lines are never rewritten"


def test_what_is_logged_has_the_newest_form(two_forms: Any, tmp_path: Any) -> None:
    tracker = store(tmp_path, "a")
    event_id = "0198f3c4-6f00-7abc-8def-0123456789ab"
    tracker.log.append([in_form(1, amount_cny=7)], STAMP)
    tracker.append([entry("gift.given", {"amount": "7 CNY"})], STAMP)
    assert [event.form for event in tracker.events("cases/a")] == [1, 1, 2]
    tracker.log.append([replace(in_form(1, amount_cny=5), id=event_id)], STAMP)
    [again] = tracker.append([entry("gift.given", {"amount": "5 CNY"}, id=event_id)], STAMP)
    assert not again.new, "it says the same as the line in the older form"


def test_an_older_form_that_cannot_be_raised_is_a_problem(two_forms: Any, tmp_path: Any) -> None:
    tracker = store(tmp_path, "a")
    tracker.log.append([in_form(1, something="else")], STAMP)
    assert [row.code for row in queries.problems(tracker.read())] == ["unreadable"]


def test_an_unknown_type_is_kept_and_shown() -> None:
    case = folded(opened(), ("planet.found", {"orbit": [1, {"a": "b"}], "name": "火星"}))
    [entry] = [each for each in case.entries if each.data is None]
    assert entry.label == "planet.found" and entry.in_timeline
    assert msgspec.json.decode(entry.event.data) == {"orbit": [1, {"a": "b"}], "name": "火星"}
    assert [problem.code for problem in case.problems] == ["unknown-type"]
    assert decode("planet.found", b"{}") is None


def test_unknown_members_of_a_known_type_do_no_harm() -> None:
    case = folded(opened(), ("note.added", {"note": "x", "mood": "grim"}))
    assert doubts(case) == []
