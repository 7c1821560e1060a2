"""Signed notes, against the samples of C2SP signed-note and tlog-checkpoint and of RFC 8032."""

import pytest

from tracker.errors import BadKey, BadNote
from tracker.proofs.notes import MAX_NOTE, Note, VerifierKey, parse, parse_key, sign, signed_by

SEED = bytes(range(32))
TEXT = "example.org/laptop/cases/a\n1\nAAAA\n"
# The public half of SEED as another implementation gives it.
PUBLIC = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
KEY = VerifierKey("example.org/laptop/cases/a", PUBLIC)
NOTE = sign(TEXT, KEY.name, SEED)


def test_a_note_is_signed_and_believed() -> None:
    note = parse(NOTE, "here")
    assert note.text == TEXT
    assert signed_by(note, [KEY], "here") == [KEY]
    assert signed_by(note, [], "here") == []


def test_the_samples_of_the_format_are_read() -> None:
    sample = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
        "+xeMcTOAYQ8=\n"
    )
    note = parse(sample.encode(), "here")
    assert note.text.split("\n")[1] == "20852163"
    assert [(each.name, each.key_id.hex(), len(each.value)) for each in note.signatures] == [
        ("example.com/behind-the-sofa", "033de0ae", 64)
    ]


def test_a_key_comes_back_from_its_text() -> None:
    assert parse_key(str(KEY)) == KEY
    below = VerifierKey("example.org/laptop", PUBLIC).below("cases/a")
    assert below == KEY
    assert below.key_id != VerifierKey("example.org/laptop", PUBLIC).key_id


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "form"),
        ("a b+00000000+AQ==", "form"),
        (str(KEY).replace(KEY.key_id.hex(), "00000000"), "id"),
        (f"a+00000000+{'A' * 44}", "Ed25519"),
        ("a+00000000+A", "base64"),
        ("a+00000000+AQ==", "32 bytes"),
    ],
)
def test_what_is_no_key_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadKey, match=why):
        parse_key(text)


def test_every_changed_byte_of_a_note_is_refused_or_leaves_nothing_signed() -> None:
    for place, byte in enumerate(NOTE):
        for other in (byte ^ 1, byte ^ 0x80, 0x0A):
            changed = NOTE[:place] + bytes([other]) + NOTE[place + 1 :]
            if changed == NOTE:
                continue
            try:
                found = parse(changed, "here")
                assert signed_by(found, [KEY], "here") == [], (place, other)
            except BadNote as refused:
                assert str(refused).startswith("here proves nothing: ")


def test_a_wrong_signature_beside_a_right_one_is_refused() -> None:
    good, wrong = NOTE, sign("other\n", KEY.name, SEED)
    with pytest.raises(BadNote, match="not that of its text"):
        signed_by(parse(good + wrong.split(b"\n\n")[1], "here"), [KEY], "here")


def test_signatures_of_others_are_passed_over() -> None:
    other = sign(TEXT, "example.net/other", bytes(32))
    note = parse(NOTE + other.split(b"\n\n")[1], "here")
    assert len(note.signatures) == 2
    assert signed_by(note, [KEY], "here") == [KEY]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (NOTE.replace(b"\n", b"\r\n"), "line ends"),
        (NOTE.replace("\N{EM DASH}".encode(), b"-"), "no signature line"),
        (NOTE[:-1], "no signed note"),
        (NOTE.split(b"\n\n")[0], "no signed note"),
        (b"", "no signed note"),
        (b"\xff" + NOTE, "UTF-8"),
        (NOTE + b"x" * MAX_NOTE, "longer"),
        (NOTE + NOTE.split(b"\n\n")[1] * 100, "more than 100"),
        (TEXT.encode() + "\n\N{EM DASH} a AAAA\n".encode(), "too short"),
        (TEXT.encode() + "\n\N{EM DASH} a ?\n".encode(), "not base64"),
        (TEXT.encode() + "\n\N{EM DASH} a+b AAAAAAAA\n".encode(), "no signature line"),
    ],
)
def test_what_is_no_note_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        parse(data, "here")


def test_sixteen_signatures_are_accepted() -> None:
    lines = b"".join(sign(TEXT, f"example.org/{n}", bytes([n]) * 32).split(b"\n\n")[1] for n in range(15))
    note = parse(NOTE + lines, "here")
    assert isinstance(note, Note)
    assert signed_by(note, [KEY], "here") == [KEY]
