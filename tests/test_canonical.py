"""Canonical JSON: the same bytes as an independent RFC 8785 writer, and a refusal of everything else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from tracker import canonical
from tracker.canonical import MAX_DEPTH, MAX_INTEGER, MAX_LINE, NotCanonical, decode, encode
from tracker.errors import TrackerError

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(max_codepoint=127))
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5),
    max_leaves=30,
)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@given(values)
@example({"\n": 1, "": 2, "\x7f": 3, "A": 4, "a": 5, "\\": 6, '"': 7})
@example("".join(map(chr, range(0x300))) + "\u2028\u2029\ufeff\uffff😀")
def test_writes_what_an_independent_writer_writes(value: Any) -> None:
    assert encode(value) == rfc8785.dumps(value)


def read(way: Callable[[bytes], Any], raw: bytes) -> Any:
    try:
        return way(raw)
    except NotCanonical as fault:
        return fault.reason


doubtful = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(doubtful, st.sampled_from([None, 1]), st.booleans(), st.integers(0, MAX_DEPTH))
@example({"a": 1.0}, None, True, 0)
@example({"a": "\ud800"}, None, True, 0)
@example({"a": MAX_INTEGER + 1}, None, True, 0)
@example({"\xe9": 1}, None, False, 0)
@example({'a"\\': {'"\xe9\\"': '"\xe9":'}}, None, False, 0)
@example({"a": ['"\xe9":', "\xe9\\", {"a": '\xe9":'}]}, None, False, 0)
@example(1, None, True, MAX_DEPTH)
def test_the_quick_way_of_reading_says_what_the_exact_one_says(
    value: Any, indent: int | None, ascii_only: bool, levels: int
) -> None:
    for _ in range(levels):
        value = [value]
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only, sort_keys=True)
    raw = text.encode(errors="surrogatepass")
    assert read(decode, raw) == read(canonical._decode_exactly, raw)


@given(values)
def test_reads_back_what_it_wrote(value: Any) -> None:
    raw = encode(value)
    assert decode(raw) == value
    assert encode(decode(raw)) == raw


@given(values, st.integers(1, 4), st.booleans())
def test_refuses_the_same_value_written_otherwise(value: Any, indent: int, ascii_only: bool) -> None:
    other = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    if other == encode(value):
        assert decode(other) == value
    else:
        with pytest.raises(NotCanonical):
            decode(other)


@given(st.binary(max_size=60))
@example(b"\xef\xbb\xbf{}")
@example(b'"\xed\xa0\x80"')
def test_bytes_are_either_canonical_or_refused(raw: bytes) -> None:
    try:
        value = decode(raw)
    except NotCanonical:
        return
    assert rfc8785.dumps(value) == raw


REFUSED = {
    "nothing": (b"", "not JSON"),
    "no JSON": (b"hello", "not JSON"),
    "trailing comma": (b'{"a":1,}', "not JSON"),
    "two values": (b"{}{}", "not JSON"),
    "two values and a space": (b"{} {}", "not JSON"),
    "duplicate name": (b'{"a":1,"a":1}', "canonical form from byte 6"),
    "duplicate name, nested": (b'{"o":{"a":1,"a":2}}', "canonical form"),
    "duplicate name, escaped": (b'{"a":1,"\\u0061":2}', "canonical form"),
    "NaN": (b"NaN", "not JSON"),
    "Infinity": (b"[Infinity]", "not JSON"),
    "-Infinity": (b"[-Infinity]", "not JSON"),
    "1e400": (b"1e400", "not JSON"),
    "1e3": (b"1e3", "float"),
    "minus zero": (b"-0", "canonical form"),
    "minus zero as a float": (b"-0.0", "float"),
    "one as a float": (b"1.0", "float"),
    "leading zero": (b"01", "not JSON"),
    "leading plus": (b"+1", "not JSON"),
    "2^53": (b"9007199254740992", "2^53"),
    "-2^53": (b"-9007199254740992", "2^53"),
    "2^53 as a float": (b"9007199254740992.0", "float"),
    "2^64": (b"18446744073709551616", "2^53"),
    "an integer of 5,000 digits": (b"9" * 5000, "not JSON"),
    "33 levels": (b"[" * 33 + b"]" * 33, "32 levels"),
    "33 levels of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "32 levels"),
    "1,000 levels": (b"[" * 1000 + b"]" * 1000, "32 levels"),
    "half a million levels": (b"[" * 524_288 + b"]" * 524_288, "32 levels"),
    "half a million levels, unclosed": (b"[" * 1_000_000, "32 levels"),
    "too long": (b'"' + b"a" * MAX_LINE + b'"', "more than 1048576"),
    "byte order mark": (b"\xef\xbb\xbf{}", "not JSON"),
    "UTF-16": ("{}".encode("utf-16"), "not JSON"),
    "Latin-1": ('"é"'.encode("latin-1"), "not UTF-8"),
    "overlong UTF-8": (b'"\xc0\xaf"', "not UTF-8"),
    "UTF-8 of a surrogate": (b'"\xed\xa0\x80"', "not UTF-8"),
    "lone surrogate in a text": (b'"\\ud800"', "not JSON"),
    "lone low surrogate in a text": (b'"\\udc00x"', ""),
    "lone surrogate in a name": (b'{"\\ud800":1}', "not JSON"),
    "raw control character": (b'"\x01"', "not JSON"),
    "raw LF": (b'"a\nb"', "not JSON"),
    "NUL": (b'"\x00"', "not JSON"),
    "NUL after the value": (b"{}\x00", "not JSON"),
    "long escape of NUL in capitals": (b'"\\U0000"', "not JSON"),
    "capital hexadecimal": (b'"\\u001F"', "canonical form"),
    "needless escape": (b'"\\u0061"', "canonical form"),
    "escaped solidus": (b'"\\/"', "canonical form"),
    "surrogate pair written as escapes": (b'"\\ud83d\\ude00"', "canonical form"),
    "CR at the end": (b"{}\r", "canonical form from byte 2"),
    "LF at the end": (b"{}\n", "canonical form from byte 2"),
    "CR LF at the end": (b"{}\r\n", "canonical form from byte 2"),
    "space at the end": (b"{} ", "canonical form from byte 2"),
    "space inside": (b'{"a": 1}', "canonical form from byte 5"),
    "unsorted": (b'{"b":1,"a":2}', "canonical form from byte 2"),
    "name that is not ASCII": ('{"é":1}'.encode(), "not ASCII"),
    "conflict mark": (b"<<<<<<< HEAD", "not JSON"),
    "gzip": (b"\x1f\x8b\x08\x00", "not JSON"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1", "not JSON"),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED)
def test_refuses(raw: bytes, reason: str) -> None:
    with pytest.raises(NotCanonical) as refusal:
        decode(raw)
    assert reason in refusal.value.reason
    assert isinstance(refusal.value, TrackerError)
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 32 + b"]" * 32,
        b"9007199254740991",
        b"-9007199254740991",
        b'"\\u0000"',
        '"\u0085\u2028\u2029\x7f"'.encode(),
        b'"\xef\xbb\xbf"',
        b"null",
        b'{"":1}',
        b'"' + b"a" * (MAX_LINE - 2) + b'"',
        b"{" + b",".join(b'"%06d":1' % n for n in range(90_000)) + b"}",
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_accepts_at_the_limits(raw: bytes) -> None:
    assert encode(decode(raw)) == raw


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.0, "1.0 is a float: write decimals and money as text"),
        (float("nan"), "float"),
        ([float("inf")], "float"),
        (2**53, "2^53"),
        (-(2**53), "2^53"),
        pytest.param(10**5000, "2^53", id="5,001 digits"),
        ("\ud800", "surrogate"),
        ({"a": ["\udfff"]}, "surrogate"),
        ({"\ud800": 1}, "ASCII"),
        ({"é": 1}, "ASCII"),
        ({1: 2}, "ASCII"),
        ({None: 2}, "ASCII"),
        (nested(MAX_DEPTH + 1), "32 levels"),
        (nested(900), "32 levels"),
        ("a" * MAX_LINE, "more than 1048576"),
        (b"bytes", "type bytes"),
        ({1, 2}, "type set"),
        (object(), "type object"),
    ],
)
def test_has_no_bytes_for(value: Any, reason: str) -> None:
    with pytest.raises(NotCanonical) as refusal:
        encode(value)
    assert reason in refusal.value.reason


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotCanonical):
        encode(value)


def test_a_tuple_is_written_as_a_list() -> None:
    assert encode((1, (2,))) == b"[1,[2]]"


def test_32_levels_are_written() -> None:
    assert encode(nested(MAX_DEPTH)) == b"[" * 32 + b"1" + b"]" * 32
