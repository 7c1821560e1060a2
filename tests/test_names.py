"""Names: what is refused is what some file system, shell, terminal or reader would take for something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadName, BadReference
from tracker.names import case_log, case_of, check_log, check_name, parse_ref

HOSTILE = [
    *["", ".", "..", "../x", "a/../b", "a/b", "a\\b", "/etc/passwd", "~", "~root", "./a", "a/", "//a"],
    *["-rf", "--help", "-", "a-", "-a", "\x00", "a\x00", "a\x00b", "a\n", "\na", "a\r", "a\r\n", "a\tb", "\ta"],
    *[" a", "a ", "a b", "a.", ".a", "a.b", "C:\\x", "\\\\srv\\x", "a:b", "a::$DATA", "case.jsonl"],
    *["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))],
    *["con.txt", "nul.jsonl", "aux.tar.gz", "CON", "Nul", "com¹", "com²", "lpt³"],
    *["a" * 64, "a" * 256, "a" * 100_000, "A", "aB", "HAIKOU", "_", "a_b", "a+b", "a,b", "a=b", "a@b"],
    *["é", "e\u0301", "\u0430", "p\u0430ypal", "\uff21", "\uff41", "\ufb01", "ß", "\u017f", "\u212a", "\u0130", "ı"],
    *["\u0661", "a\u0661", "\uff11", "²", "½", "海口", "a\u200b", "\u200b", "a\u202eb", "\u202e", "\ufeff", "\ufeffa"],
    *["a\u2028", "a\u2029", "a\u0085", "a\u00a0", "a\u3000", "\ud800", "a\x7f", "a\x1b[2J", "\x9b"],
    *["%2e%2e%2f", "..%c0%af", "%00", "$(id)", "`id`", "a;b", "a|b", "a&b", "a*", "a?", '"', "'", "a#1", "<a>"],
    *[".git", ".gitattributes", ".lock", ".journal", "{a}", "[a]", "a!", "!a", "a^b"],
]
GOOD = ["a", "0", "a" * 63, "haikou-deposit", "2024", "a--b", "xn--fiq228c", "case", "console", "com10", "nul-1", "lpt"]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_refuses_hostile_names(name: str) -> None:
    with pytest.raises(BadName) as refusal:
        check_name("case", name)
    assert refusal.value.exit_code == 2
    with pytest.raises(BadName):
        case_log(name)
    with pytest.raises(BadName):
        check_log("cases/" + name)
    with pytest.raises(BadReference):
        parse_ref(name + "#1")


@pytest.mark.parametrize("name", GOOD)
def test_accepts_good_names(name: str) -> None:
    assert check_name("case", name) == name
    assert case_log(name) == "cases/" + name
    assert check_log("cases/" + name) == "cases/" + name
    assert case_of("cases/" + name) == name
    assert parse_ref(f"{name}#7") == (name, 7)


@given(st.text(max_size=70))
def test_what_passes_is_lower_case_ascii(name: str) -> None:
    try:
        check_name("party", name)
    except BadName:
        return
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 1 <= len(name) <= 63
    assert name == name.strip("-")


@pytest.mark.parametrize("log", ["parties", "sources"])
def test_registers_belong_to_no_case(log: str) -> None:
    assert check_log(log) == log
    assert case_of(log) is None


@pytest.mark.parametrize("log", ["", "cases", "cases/", "/cases/a", "cases//a", "cases/a/b", "Sources", "sources/a"])
def test_refuses_other_logs(log: str) -> None:
    with pytest.raises(BadName):
        check_log(log)
    with pytest.raises(BadName):
        case_of(log)


NO_REFERENCES = [
    *["", "a", "#", "#1", "a#", "a#0", "a#01", "a#-1", "a#+1", "a# 1", "a#1 ", "a#1\n", "a#1.0", "a#1_0", "a#0x1"],
    *["a#\u0661", "a#\uff11", "a#²", "a#1#2", "a##1", "A#1", "a #1", "a#12345678901", "a#" + "9" * 5000],
]


@pytest.mark.parametrize("reference", NO_REFERENCES, ids=ascii)
def test_refuses_references(reference: str) -> None:
    with pytest.raises(BadReference) as refusal:
        parse_ref(reference)
    assert "haikou-deposit#12" in str(refusal.value)


def test_a_reference_names_case_and_line() -> None:
    assert parse_ref("haikou-deposit#12") == ("haikou-deposit", 12)


def test_the_name_is_in_the_message_and_safe_to_print() -> None:
    with pytest.raises(BadName, match=r"'a\\x1b\[2J' cannot name a party"):
        check_name("party", "a\x1b[2J")
