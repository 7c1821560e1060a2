"""Text for terminals and logs: nothing hidden, nothing that commands a terminal, and honest widths."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.text import one_line, refuse_controls, visible, width

BIDI = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
any_text = st.text(st.one_of(st.characters(), st.sampled_from([*BIDI, *CONTROLS]), st.characters(categories=["Cs"])))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 中文, ünïcode, 🙂", "plain, 中文, ünïcode, 🙂"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2J", "␛[2J"),
        ("\x1b]8;;http://example.org\x07link\x1b]8;;\x07", "␛]8;;http://example.org␇link␛]8;;␇"),
        ("over\rwritten", "over␍written"),
        ("a\x08b", "a␈b"),
        ("\x00", "␀"),
        ("\x7f", "␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\x85", "<U+0085>"),
        ("user\u202etxt.exe", "user<U+202E>txt.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "<U+2066><U+2069><U+200E><U+200F><U+061C>"),
        ("a\u2028b\u2029c", "a<U+2028>b<U+2029>c"),
        ("\ud83d", "<U+D83D>"),
        ("\ufdd0\uffff\U0010fffe", "<U+FDD0><U+FFFF><U+10FFFE>"),
        ("\u00a0\u3000", "\u00a0\u3000"),
    ],
)
def test_what_is_hidden_is_shown(text, shown):
    assert visible(text) == shown


@given(any_text)
def test_visible_text_holds_nothing_hidden(text):
    shown = visible(text)
    assert not set(shown) & {*CONTROLS, *BIDI, "\u2028", "\u2029"} - {"\n", "\t"}
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert visible(shown) == shown


def test_every_character_is_kept_or_made_visible():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
        hidden = character in CONTROLS and character not in "\n\t"
        hidden = hidden or character in [*BIDI, "\u2028", "\u2029"] or 0xD800 <= code <= 0xDFFF or noncharacter
        assert (visible(character) != character) == hidden, hex(code)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("plain\n\ttext, 中文", None),
        ("bidi \u202e is shown, not refused", None),
        ("abcd\x1b", "character 5 is the control character U+001B"),
        ("line\r\n", "character 5 is the control character U+000D"),
        ("\x00", "character 1 is the control character U+0000"),
        ("\x7f", "character 1 is the control character U+007F"),
        ("中\x85", "character 2 is the control character U+0085"),
        ("\udc80", "character 1 is the lone surrogate U+DC80"),
    ],
)
def test_controls_are_refused_by_their_place(text, why):
    assert refuse_controls(text) == why


@given(any_text)
def test_what_is_not_refused_has_no_controls(text):
    held = set(text) & set(CONTROLS) - {"\n", "\t"} or any("\ud800" <= character <= "\udfff" for character in text)
    assert (refuse_controls(text) is not None) == bool(held)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb\t c", "a b c"), ("  a  ", "a"), ("a\r\nb", "a␍ b"), ("\n", ""), ("押金\n纠纷", "押金 纠纷")],
)
def test_one_line(text, line):
    assert one_line(text) == line


@given(any_text)
def test_one_line_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1
    assert "\t" not in one_line(text)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("海口市", 6),
        ("ＡＢ", 4),
        ("（）", 4),
        ("ｱ", 1),
        ("é", 1),
        ("e\u0301", 1),
        ("한국", 4),
        ("🙂", 2),
        ("a\u200bb", 2),
        ("“”—…", 4),
        ("co\u00adop", 5),
        ("か\u3099", 2),
        ("\u1112\u1161\u11ab", 2),
    ],
)
def test_width_counts_columns(text, columns):
    assert width(text) == columns


@given(st.text(), st.text())
def test_width_adds_up(one, other):
    assert width(one + other) == width(one) + width(other)


@given(st.text(st.characters(categories=["Mn", "Me"])))
def test_combining_marks_take_no_columns(marks):
    assert width("a" + marks) == 1


def test_a_million_marks_are_measured_in_a_second():
    start = time.perf_counter()
    assert width("e" + "\u0301" * 1_000_000) == 1
    assert visible("\x1b" * 1_000_000) == "␛" * 1_000_000
    assert time.perf_counter() - start < 5
