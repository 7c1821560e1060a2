"""Batches: what JSON readers disagree about is refused with its line, and nothing is logged."""

import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from helpers import STAMP, lines, store
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.app import Tracker
from tracker.batches import lines_of, read_batch
from tracker.canonical import MAX_LINE
from tracker.errors import Mistakes

ID = "0198f3c4-6f00-7abc-8def-0123456789ab"


def line(note: str = "x", **members: Any) -> bytes:
    return json.dumps({"case": "a", "type": "note.added", "data": {"note": note}} | members).encode()


def raw(data: str) -> bytes:
    return b'{"case":"a","type":"note.added","data":' + data.encode() + b"}"


GOOD = line()
REFUSED: list[tuple[bytes, str, str]] = [
    (b"", "", "it is not JSON"),
    (b" ", "", "it is not JSON"),
    (b"note", "", "it is not JSON"),
    (b"[]", "", "it is no object"),
    (b"[" + GOOD + b"]", "", "it is no object"),
    (b'"x"', "", "it is no object"),
    (b"null", "", "it is no object"),
    (b"{}", "case", "it needs either a case, or a log"),
    (GOOD + GOOD, "", "it is not JSON (Extra data"),
    (GOOD + b" " + GOOD, "", "it is not JSON (Extra data"),
    (GOOD + b",", "", "it is not JSON (Extra data"),
    (GOOD[:-1] + b",}", "", "it is not JSON"),
    (GOOD + b"\x00\x00", "", "it is not JSON"),
    (b"<<<<<<< HEAD", "", "it is not JSON"),
    (b"\x1f\x8b\x08\x00", "", "it is not UTF-8"),
    (b"\xef\xbb\xbf" + GOOD, "", "it is not JSON (Unexpected UTF-8 BOM"),
    (GOOD.decode().encode("utf-16"), "", "it is not UTF-8"),
    (GOOD.decode().encode("utf-16-le"), "", "it is not JSON"),
    ('{"case":"é"}'.encode("latin-1"), "", "it is not UTF-8"),
    (b'{"case":"\xc0\xaf"}', "", "it is not UTF-8"),
    (b'{"case":"\xed\xa0\x80"}', "", "it is not UTF-8"),
    (raw('{"note":"\\ud800"}'), "data", "half of a surrogate pair"),
    (raw('{"\\ud800":"x"}'), "data", "is not ASCII"),
    (raw('{"note":"a\x1bb"}'), "", "it is not JSON (Invalid control character"),
    (raw('{"note":"a\tb"}'), "", "it is not JSON (Invalid control character"),
    (raw('{"note":"x","note":"y"}'), "note", "it stands twice in one object"),
    (raw('{"note":"x","\\u006eote":"y"}'), "note", "it stands twice in one object"),
    (b'{"case":"a","case":"b"}', "case", "it stands twice in one object"),
    (raw('{"note":[[{"a":1,"a":1}]]}'), "a", "it stands twice in one object"),
    (raw('{"note":NaN}'), "", "NaN is a float"),
    (raw('{"note":Infinity}'), "", "Infinity is a float"),
    (raw('{"note":-Infinity}'), "", "-Infinity is a float"),
    (raw('{"note":1e400}'), "", "1e400 is a float; write decimals and money as text"),
    (raw('{"note":1.0}'), "", '1.0 is a float; write decimals and money as text, as in "1.0"'),
    (raw('{"note":9007199254740992.0}'), "", "is a float"),
    (raw('{"note":9007199254740992}'), "data", "an integer is beyond 2^53"),
    (raw('{"note":-9007199254740992}'), "data", "an integer is beyond 2^53"),
    (raw('{"note":' + "9" * 5000 + "}"), "", "the number 99999999999999999... is too large"),
    (raw('{"note":' + "[" * 33 + "]" * 33 + "}"), "data", "nested deeper"),
    (raw('{"note":' + "[" * 100 + "]" * 100 + "}"), "data", "nested deeper"),
    (b"[" * 100_000, "", "it is nested too deep"),
    (line("x" * MAX_LINE), "", "it is longer than 1048576 bytes"),
    (line(colour="red"), "colour", "there is no such member"),
    (line(log="sources"), "case", "it needs either a case, or a log"),
    (line(case=5), "case", "it needs either a case, or a log"),
    (line(case=None), "case", "it needs either a case, or a log"),
    (line(type=5), "type", "it needs a type, which is text"),
    (line(data=[]), "type", "it needs a type, which is text, and data, which is an object"),
    (line(id="12"), "id", "'12' is no UUID; leave it out"),
    (line(id=12), "id", "12 is no UUID"),
    (line(recorded="2026-11-23"), "recorded", "'2026-11-23' is no time such as"),
    (line(recorded=12), "recorded", "12 is no time such as"),
]


@pytest.mark.parametrize(("bad", "field", "fragment"), REFUSED)
def test_what_two_readers_could_read_differently_is_refused(bad: bytes, field: str, fragment: str) -> None:
    with pytest.raises(Mistakes) as caught:
        read_batch([GOOD, bad], "in.jsonl")
    [mistake] = caught.value.mistakes
    assert (mistake.where, mistake.field) == ("in.jsonl, line 2", field)
    assert fragment in mistake.message
    assert len(mistake.message) < 300


def test_every_line_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Mistakes) as caught:
        read_batch([b"[]", GOOD, b"", raw('{"note":1.5}'), GOOD], "in.jsonl")
    assert [each.where[-6:] for each in caught.value.mistakes] == ["line 1", "line 3", "line 4"]


@pytest.mark.parametrize(
    "good",
    [
        GOOD + b"\r", b"\t" + GOOD + b"  ", json.dumps(json.loads(GOOD), indent=1).replace("\n", " ").encode(),
        raw('{"note":"\\u0000"}'), raw('{"note":"a\u2028b\u0085c"}'), raw('{"note":"\\ud83d\\ude00"}'),
        raw('{"note":-0}'), raw('{"note":9007199254740991}'), raw('{"note":' + "[" * 30 + "]" * 30 + "}"),
        line("x" * (MAX_LINE - len(line("")))), line(id=ID.upper()), GOOD.replace(b'"case": "a"', b'"log": "parties"'),
    ],
)  # fmt: skip
def test_what_json_allows_is_read(good: bytes) -> None:
    [entry] = read_batch(lines_of(io.BytesIO(good + b"\n")), "in.jsonl")
    assert entry.type == "note.added" and UUID(entry.id)


def test_ends_of_lines() -> None:
    read = list(lines_of(io.BytesIO(b"a\nb\r\n\nc\x85\xe2\x80\xa8d\re")))
    assert read == [b"a", b"b\r", b"", b"c\x85\xe2\x80\xa8d\re"], "split at LF and nothing else"
    long = b"x" * (3 * MAX_LINE)
    for ending in (b"\n", b"\r\n"):
        first, second = lines_of(io.BytesIO(long + ending + b"y"))
        assert (len(first) > MAX_LINE, second) == (True, b"y")
    exact = [b"x" * (MAX_LINE + more) for more in (-1, 0, 1, 2)]
    read = list(lines_of(io.BytesIO(b"\n".join(exact) + b"\n")))
    assert [len(each) > MAX_LINE for each in read] == [False, False, True, True]
    assert list(lines_of(io.BytesIO(b""))) == []


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_else(junk: bytes) -> None:
    try:
        read_batch(lines_of(io.BytesIO(junk)), "in.jsonl")
    except Mistakes as mistakes:
        assert mistakes.mistakes


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
members = st.dictionaries(st.sampled_from(["case", "log", "type", "data", "id", "x"]), values)


@given(members | values)
@settings(max_examples=300, deadline=None)
def test_no_json_raises_anything_else(value: Any) -> None:
    try:
        read_batch([json.dumps(value).encode()], "in.jsonl")
    except Mistakes as mistakes:
        assert mistakes.mistakes


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return store(tmp_path, "a")


def log(tracker: Tracker, *batch: bytes) -> list[bool]:
    """Log a batch; whether each line was new."""
    entries = read_batch(lines_of(io.BytesIO(b"\n".join(batch) + b"\n")), "in.jsonl")
    return sorted(each.new for each in tracker.append(entries, STAMP))


@pytest.mark.parametrize("last", [b"{", line(note="")[:-1] + b"}", line(type="note.aded"), line(case="nowhere")])
def test_the_last_line_is_bad_and_nothing_is_logged(tracker: Tracker, last: bytes) -> None:
    before = lines(tracker)
    with pytest.raises(Mistakes) as caught:
        log(tracker, GOOD, line("y"), last)
    assert caught.value.mistakes[0].where == "in.jsonl, line 3"
    assert lines(tracker) == before


def test_the_same_batch_adds_nothing_and_equal_lines_are_two_events(tracker: Tracker) -> None:
    assert log(tracker, GOOD, line("y"), GOOD) == [True, True, True]
    assert [json.loads(bytes(event.data)).get("note") for event in tracker.events("cases/a")] == [None, "x", "y", "x"]
    before = lines(tracker)
    assert log(tracker, GOOD, line("y"), GOOD) == [False, False, False]
    assert log(tracker, raw('{ "note" : "\\u0078" }'), line("y") + b"\r") == [False, False], "however it is written"
    assert lines(tracker) == before
    assert log(tracker, GOOD, GOOD, GOOD) == [False, False, True]


def test_an_id_that_is_given_is_kept(tracker: Tracker) -> None:
    assert log(tracker, line(id=ID)) == [True]
    assert log(tracker, line(id=ID.upper())) == [False]
    with pytest.raises(Mistakes, match="it has the id of a#2, which says something else"):
        log(tracker, line("other", id=ID))
    assert [event.id for event in tracker.events("cases/a")][1:] == [ID]


def test_a_batch_may_open_its_case_and_fill_the_registers(tracker: Tracker) -> None:
    said: list[dict[str, Any]] = [
        {"log": "sources", "type": "source.added", "data": {"source": "weibo"}},
        {"log": "parties", "type": "party.added", "data": {"party": "p", "name": "P", "what": "person"}},
        {"case": "b", "type": "case.opened", "data": {"kind": "topic", "title": "B"}},
        {"case": "b", "type": "statement.made", "data": {"speaker": "p", "gist": "g"}},
    ]
    batch = [json.dumps(each).encode() for each in said]
    assert log(tracker, *batch) == [True] * 4
    assert log(tracker, *batch) == [False] * 4
    assert tracker.known().cases == {"a", "b"}


def test_two_equal_lines_of_one_id_are_one_event(tracker: Tracker) -> None:
    assert log(tracker, line(id=ID), line(id=ID)) == [False, True]
