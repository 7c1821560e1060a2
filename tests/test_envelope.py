"""The event line: what is written is a CloudEvent, is read back, and no change to it goes unseen."""

import json
import re
import uuid
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_canonical import doubtful, names, texts, values

from tracker import envelope
from tracker.canonical import MAX_LINE, decode, encode
from tracker.envelope import START, ZERO_HASH, Draft, Event, Head, Stamp, new_id, open_alone, open_line, seal
from tracker.envelope import verify_line as verify
from tracker.errors import BadDraft, BadName, BrokenLine, NotCanonical

LOG = "cases/haikou-deposit"
STAMP = Stamp("Lin Mei", "2026-11-23T06:29:07.123Z")
DRAFT = Draft(LOG, "hearing.held", {"date": "2025-11-20", "summary": "第一次开庭"})
LINE = seal(replace(DRAFT, id="0198f3c4-6f00-7abc-8def-0123456789ab"), STAMP, START)
SCHEMA = json.loads(Path(__file__).with_name("cloudevents_schema.json").read_text(encoding="utf-8"))
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("uri")
def is_uri(text: str) -> bool:
    """RFC 3986, appendix A: a scheme, and no character that has to be percent-encoded."""
    allowed = r"([A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:" + allowed, text) is not None


@FORMATS.checks("uri-reference")
def is_uri_reference(text: str) -> bool:
    return is_uri("x:" + text)


@FORMATS.checks("date-time")
def is_date_time(text: str) -> bool:
    """RFC 3339, section 5.6."""
    return (
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text, re.ASCII) is not None
        and datetime.fromisoformat(text) is not None
    )


def resealed(line: bytes, old: bytes = b"", new: bytes = b"") -> bytes:
    """Return a line with one thing changed and a hash that is right again, as somebody who knows the format would."""
    body = line[:-76].replace(old, new, 1)
    assert not old or body != line[:-76]
    return body + b',"xhash":"' + sha256(b"\x00" + body + b"}").hexdigest().encode() + b'"}'


def resealed_with(**members: Any) -> bytes:
    """Return LINE with members set, or taken away by None."""
    found = {name: value for name, value in (decode(LINE) | members).items() if value is not None}
    found.pop("xhash")
    return resealed(encode(found)[:-1] + b"." * 76)


attributes = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=20)
times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)).map(
    lambda at: at.isoformat(timespec="milliseconds") + "Z"
)
drafts = st.builds(
    Draft,
    st.sampled_from(["cases/a", LOG, "sources", "parties"]),
    st.sampled_from(["hearing.held", "source.added", "a.b_2.c"]),
    st.dictionaries(names, values, max_size=4),
    st.none() | st.uuids().map(str),
    st.integers(1, 30),
)


@given(drafts, st.builds(Stamp, attributes, times), st.integers(0, 10**6))
def test_what_is_sealed_is_a_cloudevent_and_reads_back(draft: Draft, stamp: Stamp, position: int) -> None:
    after = Head(position, sha256(b"%d" % position).hexdigest())
    line = seal(draft, stamp, after)
    event = open_line(line, after, "here", draft.log)
    assert event == verify(line, after, "here", draft.log) == open_alone(line, "here", draft.log, number=position + 1)
    assert (event.log, event.type, event.form, event.position) == (draft.log, draft.type, draft.form, position + 1)
    assert (event.recordedby, event.recordedtime) == (stamp.recordedby, stamp.recordedtime)
    assert decode(bytes(event.data)) == draft.data
    assert draft.id in (None, event.id)
    assert event.says(draft)
    assert event.head == Head(position + 1, event.xhash)
    jsonschema.validate(json.loads(line), SCHEMA, format_checker=FORMATS)


@pytest.mark.parametrize(
    "members",
    [
        *({name: None} for name in ("id", "source", "specversion", "type")),
        {"id": ""},
        {"source": "a b"},
        {"specversion": "0.3"},
        {"recordedtime": "yesterday"},
        {"dataschema": "/types/hearing.held/2"},
        {"recorded_by": "x"},
        {"recordedby": "a\nb"},
        {"extension": {}},
        {"counted": 2**31},
    ],
    ids=str,
)
def test_the_schema_of_the_tests_itself_refuses(members: dict[str, Any]) -> None:
    found = {name: value for name, value in (json.loads(LINE) | members).items() if value is not None}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, SCHEMA, format_checker=FORMATS)


def test_the_hash_is_that_of_a_leaf_of_rfc_6962_over_the_line_without_it() -> None:
    members = json.loads(LINE)
    xhash = members.pop("xhash")
    assert sha256(b"\x00" + encode(members)).hexdigest() == xhash
    assert list(json.loads(LINE)) == sorted(json.loads(LINE))
    assert LINE.endswith(f',"xhash":"{xhash}"}}'.encode())


def test_the_first_line_follows_the_zero_hash() -> None:
    event = open_line(LINE, START, "here", LOG)
    assert event.prevhash == ZERO_HASH == "0" * 64
    assert event.sequence == "0000000001"


def test_form_1_needs_no_dataschema_and_others_name_theirs() -> None:
    assert b"dataschema" not in LINE
    second = open_line(seal(replace(DRAFT, form=2), STAMP, START), START, "here", LOG)
    assert second.dataschema == "tracker:/types/hearing.held/2"
    assert second.form == 2


# ids


@given(times)
def test_new_ids_are_uuid_version_7_of_their_time(time: str) -> None:
    made = uuid.UUID(new_id(time))
    since = datetime.fromisoformat(time) - datetime.fromisoformat("1970-01-01T00:00:00Z")
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == round(since.total_seconds() * 1000)


def test_new_ids_of_one_millisecond_differ() -> None:
    assert len({new_id(STAMP.recordedtime) for _ in range(2000)}) == 2000


def test_the_published_example_of_version_7_has_the_same_place_for_its_time() -> None:
    assert new_id("2022-02-22T19:22:22.000Z").startswith("017f22e2-79b0-7")  # RFC 9562, appendix A.6


# what cannot be written


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "hearing"}, "type"),
        ({"type": "Hearing.held"}, "type"),
        ({"type": "hearing.held\n"}, "type"),
        ({"type": "hearing..held"}, "type"),
        ({"type": "hearing.held."}, "type"),
        ({"type": "开庭.held"}, "type"),
        ({"type": ""}, "type"),
        ({"id": ""}, "id"),
        ({"id": "0198F3C4-6F00-7ABC-8DEF-0123456789AB"}, "id"),
        ({"id": "0198f3c46f007abc8def0123456789ab"}, "id"),
        ({"id": "0198f3c4-6f00-7abc-8def-0123456789ab\n"}, "id"),
        ({"form": 0}, "dataschema"),
        ({"form": -1}, "dataschema"),
        ({"form": 10**10}, "dataschema"),
        ({"data": {"amount": 1.5}}, "float"),
        ({"data": {"n": 2**53}}, "2^53"),
        ({"data": {"é": 1}}, "ASCII"),
        ({"data": {"s": "\ud800"}}, "surrogate"),
        ({"data": []}, "object"),
        ({"data": None}, "object"),
        ({"data": "text"}, "object"),
        ({"data": {"text": "a" * MAX_LINE}}, "bytes long"),
        ({"data": {"text": "a" * (MAX_LINE - 100)}}, "1048576"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_refuses_to_seal(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadDraft) as refusal:
        seal(replace(DRAFT, **change), STAMP, START)
    assert reason in refusal.value.reason
    assert "nothing was logged" in str(refusal.value)


@pytest.mark.parametrize("data", [{"a": 1.5}, {1: 2}, {"a": {3}}], ids=str)
def test_comparing_with_what_cannot_be_written_is_refused_too(data: dict[Any, Any]) -> None:
    with pytest.raises(NotCanonical):
        open_line(LINE, START, "here").says(replace(DRAFT, data=data))


@pytest.mark.parametrize(
    "by", ["", "a\nb", "\x1b[2J", "\x7f", "\x85", "\ufdd0", "\uffff", "\U0001fffe", "\ud800"], ids=ascii
)
def test_refuses_an_actor_that_is_no_cloudevents_text(by: str) -> None:
    with pytest.raises(BadDraft):
        seal(DRAFT, replace(STAMP, recordedby=by), START)


NO_TIMES = [
    *["", "2026-11-23", "2026-11-23T06:29:07Z", "2026-11-23T06:29:07.123", "2026-11-23T06:29:07.123+00:00"],
    *["2026-11-23T06:29:07.123z", "2026-11-23t06:29:07.123Z", "2026-11-23 06:29:07.123Z", "2026-11-23T06:29:07.1234Z"],
    *["2026-02-29T06:29:07.123Z", "2026-13-01T06:29:07.123Z", "2026-11-23T24:00:00.000Z", "2016-12-31T23:59:60.000Z"],
    *["1969-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "2026-11-23T06:29:07.123Z\n"],
    "２026-11-23T06:29:07.123Z",
]


@pytest.mark.parametrize("time", NO_TIMES, ids=ascii)
@pytest.mark.parametrize("event_id", [None, "0198f3c4-6f00-7abc-8def-0123456789ab"])
def test_refuses_a_time_that_is_not_utc_with_milliseconds(time: str, event_id: str | None) -> None:
    with pytest.raises(BadDraft):
        seal(replace(DRAFT, id=event_id), replace(STAMP, recordedtime=time), START)


def test_refuses_a_log_that_cannot_be() -> None:
    with pytest.raises(BadName):
        seal(replace(DRAFT, log="cases/../x"), STAMP, START)


def test_a_line_may_be_exactly_as_long_as_the_limit_and_no_longer() -> None:
    room = MAX_LINE - len(seal(replace(DRAFT, data={"t": ""}), STAMP, START))
    assert len(seal(replace(DRAFT, data={"t": "a" * room}), STAMP, START)) == MAX_LINE
    with pytest.raises(BadDraft):
        seal(replace(DRAFT, data={"t": "a" * (room + 1)}), STAMP, START)


# what a reader must refuse


@given(st.integers(0, len(LINE) - 1), st.integers(1, 255))
def test_replay_sees_every_changed_byte(at: int, flip: int) -> None:
    changed = bytearray(LINE)
    changed[at] ^= flip
    with pytest.raises(BrokenLine) as refusal:
        open_line(bytes(changed), START, "here.jsonl")
    assert (refusal.value.where, refusal.value.line) == ("here.jsonl", 1)


@given(st.binary(max_size=300) | texts.map(str.encode))
def test_replay_refuses_any_other_bytes_with_one_kind_of_error(raw: bytes) -> None:
    for line in (raw, resealed(raw + b"." * 76), resealed(b'{"data":' + raw + LINE[LINE.index(b',"id"') :])):
        with pytest.raises(BrokenLine):
            verify(line, START, "here", LOG)
        try:
            open_line(line, START, "here", LOG)
        except BrokenLine:
            continue


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "empty"),
        (LINE + b"\r", "CR LF"),
        (b"\xef\xbb\xbf" + LINE, "byte order mark"),
        (b"<<<<<<< HEAD", "merge conflict"),
        (b"=======", "merge conflict"),
        (b">>>>>>> other", "merge conflict"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"\x00" * 100, "NUL"),
        (LINE + b"\x00", "NUL"),
        (LINE + b" ", "does not end in the hash"),
        (LINE + LINE, "not give its hash"),
        (LINE[:-1], "does not end in the hash"),
        (b"hello", "does not end in the hash"),
        (LINE.replace(b"2025", b"2024"), "not give its hash"),
        (LINE[:-66] + LINE[-66:].upper(), "not give its hash"),
        (b'{"data":"' + b"a" * MAX_LINE + LINE[-76:], "longer than"),
    ],
    ids=lambda value: repr(value[:20]),
)
@pytest.mark.parametrize("read", [open_line, verify])
def test_refuses_a_damaged_line_and_says_what_seems_to_have_happened(line: bytes, reason: str, read: Any) -> None:
    with pytest.raises(BrokenLine) as refusal:
        read(line, Head(6, ZERO_HASH), "events/cases/a.jsonl", LOG)
    assert refusal.value.line == 7
    assert reason in refusal.value.reason
    assert "events/cases/a.jsonl, line 7: " in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "after", "reason"),
    [
        (LINE, Head(1, ZERO_HASH), "sequence"),
        (LINE, Head(0, "f" * 64), "prevhash"),
        (resealed_with(sequence="1"), START, "sequence"),
        (resealed_with(sequence="0000000002"), START, "sequence"),
        (resealed_with(prevhash="f" * 64), START, "prevhash"),
        (resealed_with(source="/cases/other"), START, "another log"),
        (resealed_with(source="cases/haikou-deposit"), START, "another log"),
        (resealed_with(data=[]), START, "not an object"),
        (resealed_with(data="text"), START, "not an object"),
        (resealed_with(data=None), START, "data"),
        (resealed_with(id=None), START, "id"),
        (resealed_with(type=7), START, "type"),
        (resealed_with(dataschema="tracker:/types/hearing.held/x"), START, "dataschema"),
        (resealed(LINE, "第一次".encode(), b"\xff\xfe"), START, "utf-8"),
        (resealed(LINE, b'"2025-11-20"', b"[" * 200_000 + b"]" * 200_000), START, "recursion"),
    ],
    ids=lambda value: repr(value)[-60:],
)
@pytest.mark.parametrize("read", [open_line, verify])
def test_replay_refuses_a_line_with_a_right_hash_in_the_wrong_place(
    line: bytes, after: Head, reason: str, read: Any
) -> None:
    with pytest.raises(BrokenLine) as refusal:
        read(line, after, "here", LOG)
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (resealed(LINE, b'{"data"', b'{ "data"'), "canonical form from byte 1"),
        (resealed(LINE, b'{"data"', b'{"type":"a.b","data"'), "canonical form"),
        (resealed(LINE, b'"2025-11-20"', b'"2025\\u002d11-20"'), "canonical form"),
        (resealed(LINE, b'"2025-11-20"', b'"2025-11-20","date":"2025-11-20"'), "canonical form"),
        (resealed(LINE, b'"2025-11-20"', b"1.0"), "float"),
        (resealed(LINE, b'"2025-11-20"', b"9007199254740992"), "2^53"),
        (resealed(LINE, b'"2025-11-20"', b"9" * 5000), "not JSON"),
        (resealed(LINE, b'"2025-11-20"', b"[" * 31 + b"]" * 31), "32 levels"),
        (resealed(LINE, b'{"data"', '{"á":1,"data"'.encode()), "ASCII"),
        (resealed_with(id="0198F3C4-6F00-7ABC-8DEF-0123456789AB"), "id"),
        (resealed_with(specversion="1.1"), "specversion"),
        (resealed_with(type="Hearing.held"), "type"),
        (resealed_with(recordedby=""), "recordedby"),
        (resealed_with(recordedtime="2026-02-30T00:00:00.000Z"), "recordedtime"),
        (resealed_with(recordedtime="2026-11-23T06:29:07.123456Z"), "recordedtime"),
        (resealed_with(dataschema="tracker:/types/hearing.moved/2"), "another type"),
        (resealed_with(time="2026-11-23"), "time"),
        (resealed_with(time="2026-02-30T00:00:00.000Z"), "time"),
        (resealed_with(subject=""), "subject"),
        (resealed_with(subject=1), "subject"),
        (resealed_with(datacontenttype="text/plain"), "datacontenttype"),
        (resealed_with(Extra=1), "'Extra'"),
        (resealed_with(an_extra=1), "'an_extra'"),
        (resealed_with(extra={}), "extra"),
        (resealed_with(extra=2**31), "extra"),
        (resealed_with(extra="a\u0000"), "extra"),
        (resealed_with(**{"a" * 21: 1}), "cannot name"),
    ],
    ids=lambda value: repr(value)[-60:],
)
def test_verify_refuses_what_replay_may_let_pass(line: bytes, reason: str) -> None:
    with pytest.raises(BrokenLine) as refusal:
        verify(line, START, "here", LOG)
    assert reason in refusal.value.reason


members = st.dictionaries(
    st.sampled_from(["id", "recordedby", "recordedtime", "type", "specversion", "dataschema", "subject", "extra"]),
    st.none()
    | st.sampled_from(
        ['a"b', "a\\b", "第一", "\x7f", "a.b", "1.0", "tracker:/types/a.b/2", "0198f3c4-6f00-7abc-8def-0123456789AB"]
    )
    | st.sampled_from(["2026-02-30T00:00:00.000Z", "2026-02-28T00:00:00.000Z", "1969-12-31T00:00:00.000Z", "", 7])
    | attributes,
    max_size=2,
)


@given(
    st.dictionaries(st.text(max_size=3), doubtful, max_size=2) | doubtful, members, st.sampled_from([(",", ":"), None])
)
@example({}, {"id": 'x","id":"0198f3c4-6f00-7abc-8def-0123456789ab'}, (",", ":"))
@example({}, {"recordedby": 'x","recordedby":"y'}, (",", ":"))
def test_the_quick_look_at_a_line_says_what_each_check_by_itself_says(
    data: Any, changed: dict[str, Any], separators: tuple[str, str] | None
) -> None:
    whole = {name: value for name, value in (decode(LINE) | {"data": data} | changed).items() if value is not None}
    whole.pop("xhash")
    text = json.dumps(whole, separators=separators, ensure_ascii=False, sort_keys=True)
    line = resealed(text.encode(errors="surrogatepass")[:-1] + b"." * 76)

    def said() -> Event | str:
        try:
            return verify(line, START, "here", LOG)
        except BrokenLine as fault:
            return fault.reason

    quick = said()
    with mock.patch.object(envelope, "_as_sealed", return_value=None):
        assert quick == said()


def test_nearly_every_line_is_looked_at_quickly() -> None:
    with mock.patch.object(envelope, "open_line", side_effect=AssertionError):
        assert verify(LINE, START, "here", LOG).position == 1


def test_nothing_may_come_after_the_hash() -> None:
    body = encode(decode(LINE) | {"zeal": "x"})
    with pytest.raises(BrokenLine):
        verify(body, START, "here", LOG)
    with pytest.raises(BrokenLine, match="canonical form"):
        verify(resealed(LINE[:-76] + b',"zeal":"x"' + b"." * 76), START, "here", LOG)


@pytest.mark.parametrize("extra", [{"extra": 1}, {"aa": "x"}, {"x2": True}, {"subject": "s"}, {"x": -(2**31)}], ids=str)
def test_members_that_are_not_known_are_let_pass(extra: dict[str, Any]) -> None:
    line = resealed_with(**extra)
    event = verify(line, START, "here", LOG)
    assert event.position == 1
    jsonschema.validate(json.loads(line), SCHEMA, format_checker=FORMATS)


def test_a_time_that_runs_backwards_is_no_reason_to_refuse() -> None:
    head = open_line(LINE, START, "here").head
    earlier = seal(DRAFT, replace(STAMP, recordedtime="2020-01-01T00:00:00.000Z"), head)
    assert verify(earlier, head, "here", LOG).position == 2


@pytest.mark.parametrize("sequence", ["0000000000", "1", "000000000１", "-000000001", "abc"], ids=ascii)
def test_a_last_line_is_refused_without_a_position(sequence: str) -> None:
    with pytest.raises(BrokenLine, match="sequence"):
        open_alone(resealed_with(sequence=sequence), "here", LOG, number=1)


def test_a_log_ends_where_the_sequence_extension_does() -> None:
    end = Head(2**31 - 2, ZERO_HASH)
    assert open_line(seal(DRAFT, STAMP, end), end, "here").position == 2**31 - 1
    with pytest.raises(BadDraft, match="a log ends"):
        seal(DRAFT, STAMP, Head(2**31 - 1, ZERO_HASH))


def test_an_event_cannot_be_changed() -> None:
    event: Any = open_line(LINE, START, "here")
    assert isinstance(event, Event)
    with pytest.raises(AttributeError):
        event.id = "x"


def test_no_message_carries_control_characters() -> None:
    line = resealed(LINE, b'"Lin Mei"', b'"\x1b[2J"')
    for bad in (line, resealed_with(source="/\u202e\x9b"), resealed_with(type="\u202e\x9b")):
        with pytest.raises(BrokenLine) as refusal:
            verify(bad, START, "here", LOG)
        assert str(refusal.value).isprintable()
