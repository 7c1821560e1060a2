"""Text on its way to a terminal: what is hidden made visible, what commands a terminal made harmless, and its width."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES: Final = "\ud800-\udfff"
_BREAKS = re.compile("[\n\t ]+")


def visible(text: str) -> str:
    """Replace every character that acts without being seen by one that is seen.

    C0 controls except LF and TAB, and DEL, become their pictures (U+2400 on: ``␛``); C1 and bidirectional controls,
    U+2028, U+2029, lone surrogates and noncharacters become ``<U+202E>``. The result can be encoded as UTF-8.
    """
    return text if text.isprintable() else _hidden().sub(_picture, text)


@cache
def _hidden() -> re.Pattern[str]:
    # compiled when it is needed: few texts have any of it, and every command starts with this module
    nonchars = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    return re.compile(f"[{_CONTROLS}{_BIDI}\u2028\u2029{_SURROGATES}{nonchars}]")


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def visible_json(told: str) -> str:
    """JSON in which every character that acts without being seen is escaped, which says the same."""
    if visible(told) == told:
        return told
    import json

    return "".join(sign if visible(sign) == sign else json.dumps(sign)[1:-1] for sign in told)


def refuse_controls(text: str) -> str | None:
    """Why a text must not be logged: it holds a control other than LF and TAB, or a lone surrogate; None when it may.

    The reason is half a sentence, as in ``character 5 is the control character U+001B``, counting from 1.
    """
    if text.isprintable() or not (match := re.search(f"[{_CONTROLS}{_SURROGATES}]", text)):
        return None
    what = "lone surrogate" if match[0] >= "\ud800" else "control character"
    return f"character {match.start() + 1} is the {what} U+{ord(match[0]):04X}"


def one_line(text: str) -> str:
    """The visible text on one line: each run of line breaks, tabs and spaces becomes one space."""
    if text.isprintable() and "  " not in text:  # as most texts are, and soon seen
        return text.strip(" ")
    return _BREAKS.sub(" ", visible(text)).strip(" ")


def width(text: str) -> int:
    """How many columns of a terminal one line takes: 2 for East Asian wide and fullwidth, 0 for combining marks.

    Ambiguous characters count 1 (Unicode Standard Annex 11), and so does a TAB: replace tabs first.
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    import unicodedata  # only text beyond ASCII pays for it

    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return int(character == "\u00ad")  # the soft hyphen is shown; vowels and finals of Hangul join what is before
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
