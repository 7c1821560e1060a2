"""How texts are cut into words for full-text search, the same way when they are indexed and when they are looked for.

SQLite's ``unicode61`` takes a run of Chinese for one word and ``trigram`` cannot find words of two characters, so each
character of a script without spaces is indexed as a word of its own and looked for as a phrase.
"""

from __future__ import annotations

import re

# CJK ideographs with their extensions, kana, bopomofo, hangul.
_ALONE = re.compile(
    "[\u2e80-\u2fdf\u3005\u3007\u3040-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# SQLite ends a query at a NUL, and takes no half of a surrogate pair.
_NOT_TAKEN = re.compile("[\x00\ud800-\udfff]")
TOKENIZER = "porter unicode61 remove_diacritics 2"


def cut(text: str) -> str:
    """The text with spaces around each character that is a word of its own."""
    return text if text.isascii() else _ALONE.sub(_apart, text)


def _apart(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


def match(words: str) -> str:
    """An FTS5 query that finds texts with all of ``words``, each as it stands, by its stem or as a beginning.

    Every word is quoted, so nothing in it is taken for the syntax of FTS5 (https://sqlite.org/fts5.html, section 3);
    empty when there is nothing to look for.
    """
    terms = []
    for word in _NOT_TAKEN.sub(" ", words).split():
        if not any(character.isalnum() for character in word):
            continue
        phrase = " ".join(cut(word).split()).replace('"', '""')
        terms.append(f'"{phrase}"' if _ALONE.search(word[-1]) else f'"{phrase}" *')
    return " AND ".join(terms)
