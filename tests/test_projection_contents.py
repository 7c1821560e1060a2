"""What the projection makes of several logs together: names nobody introduced, search, when something became known."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from helpers import EXAMPLES, STAMP, entry, note, opened, store, written
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import pages, queries
from tracker.app import Tracker
from tracker.logs.memory import MemoryLog
from tracker.projections.build import project
from tracker.projections.words import match


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return store(tmp_path, "a")


def problems(tracker: Tracker) -> list[tuple[str, str]]:
    """Ref and code of everything doubtful but what is uncited, from a projection whose links all hold."""
    db = tracker.read()
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return [(row.ref, row.code) for row in queries.problems(db) if row.code != "uncited"]


STRAY: list[tuple[str, Any, list[str], Any]] = [
    ("cases/a", note(citations=[{"source": "leida"}]), ["a#2 unknown-source"],
     entry("source.added", {"source": "leida"}, log="sources")),
    ("cases/a", ("statement.made", {"speaker": "mr-wu", "gist": "g"}), ["a#2 unknown-party"],
     entry("party.added", {"party": "mr-wu", "name": "Wu", "what": "person"}, log="parties")),
    ("cases/a", ("party.joined", {"party": "mr-wu", "role": "subject"}), ["a#2 unknown-party"],
     entry("party.added", {"party": "mr-wu", "name": "Wu", "what": "person"}, log="parties")),
    ("cases/a", ("case.linked", {"case": "b", "relation": "r"}), ["a#2 unknown-case"],
     entry("case.opened", {"kind": "topic", "title": "B"}, log="cases/b")),
    ("parties", ("party.related", {"party": "mr-wu", "relation": "r", "other": "mr-wu"}), ["parties#1 unknown-party"],
     entry("party.added", {"party": "mr-wu", "name": "Wu", "what": "person"}, log="parties")),
    ("parties", ("party.aliased", {"party": "mr-wu", "alias": "W"}), ["parties#1 unknown-party"],
     entry("party.added", {"party": "mr-wu", "name": "Wu", "what": "person"}, log="parties")),
    ("sources", ("source.added", {"source": "weibo", "citations": [{"source": "leida"}]}), ["sources#1 unknown-source"],
     entry("source.added", {"source": "leida"}, log="sources")),
    ("parties", ("party.added", {"party": "p", "name": "P", "what": "group", "citations": [{"source": "leida"}]}),
     ["parties#1 unknown-source"], entry("source.added", {"source": "leida"}, log="sources")),
]  # fmt: skip


@pytest.mark.parametrize(("log", "said", "doubtful", "remedy"), STRAY)
def test_a_name_nobody_introduced_is_a_problem_until_somebody_does(
    tracker: Tracker, log: str, said: Any, doubtful: list[str], remedy: Any
) -> None:
    assert problems(tracker) == []
    written(tracker.log, log, said)
    assert [" ".join(each) for each in problems(tracker)] == doubtful
    tracker.append([remedy], STAMP)
    assert problems(tracker) == []
    tracker.rebuild()
    assert problems(tracker) == []


def test_a_paragraph_beyond_the_end_of_its_source(tracker: Tracker) -> None:
    cited = [{"source": "s", "locator": at} for at in ("49", "48-50", "51", "p. 99", "7 note")]
    written(tracker.log, "cases/a", note(citations=cited))
    assert problems(tracker) == [("a#2", "unknown-source")] * 5
    tracker.append([entry("source.added", {"source": "s", "paragraphs": 49}, log="sources")], STAMP)
    assert problems(tracker) == [("a#2", "beyond-the-end")] * 2
    messages = [row.message for row in queries.problems(tracker.read())]
    assert messages == ["cites paragraph 50 of s, which has 49", "cites paragraph 51 of s, which has 49"]


def test_registers_with_doubtful_lines(tracker: Tracker) -> None:
    li = ("party.added", EXAMPLES["party.added"])
    written(tracker.log, "parties", li, li, note(), ("party.added", {"party": 5}))
    undated = {"party": "p", "name": "P", "what": "group", "established": "soon"}
    written(tracker.log, "parties", ("party.added", undated))
    for data in ({"source": "s"}, {"source": "s", "title": "T"}, {"source": "t", "published": "yesterday"}):
        written(tracker.log, "sources", ("source.added", data))
    written(tracker.log, "sources", ("x.y", {}))
    assert problems(tracker) == [
        ("parties#2", "added-twice"), ("parties#3", "misplaced"), ("parties#4", "unreadable"),
        ("parties#5", "bad-date"), ("sources#2", "added-twice"), ("sources#3", "bad-date"),
        ("sources#4", "unknown-type"),
    ]  # fmt: skip
    assert queries.source(tracker.read(), "s")["title"] is None, "the first counts"


def test_what_is_only_named_is_shown_all_the_same(tracker: Tracker) -> None:
    said = {"speaker": "mr-wu", "gist": "g", "citations": [{"source": "x"}]}
    written(tracker.log, "cases/a", ("statement.made", said))
    db = tracker.read()
    [party], [source] = queries.parties(db), queries.sources(db)
    assert (party.party, party.name, party.what, source.source, source.cited) == ("mr-wu", "mr-wu", "unknown", "x", 1)
    assert queries.known_names(db)[1:] == ([], []), "the door does not take them for introduced"
    assert [line.value for line in pages.party_page(db, "mr-wu") if line.section == "Named in"] == ["mr-wu: g."]
    assert [line.refs for line in pages.source_page(db, "x") if line.section == "Supports"] == ["a#2"]


def test_a_foreign_case_may_be_called_as_a_register_is(tracker: Tracker) -> None:
    written(tracker.log, "cases/parties", note(), ("x.y", {}))
    written(tracker.log, "parties", ("x.y", {}))
    expected = [("parties", "not-opened"), ("parties#1", "unknown-type"), ("parties#2", "unknown-type")]
    assert problems(tracker) == expected
    written(tracker.log, "parties", note())
    assert ("parties#2", "misplaced") in problems(tracker) and len(problems(tracker)) == 4


def test_when_something_became_known(tracker: Tracker) -> None:
    sources = {"late": "2025-11-27", "early": "2025-11", "never": None, "wrong": "soon"}
    for source, published in sources.items():
        day = {"published": published} if published else {}
        written(tracker.log, "sources", ("source.added", {"source": source, **day}))
    for cited in (["late"], ["late", "early"], ["never"], ["wrong"], ["wrong", "late"], []):
        written(tracker.log, "cases/a", note(citations=[{"source": each} for each in cited]))
    known = [(row["known"], row["known_day"]) for row in queries.rows(tracker.read(), "known", "development")][1:]
    logged = STAMP.recordedtime[:10]
    assert known == [
        ("2025-11-27", "2025-11-27"), ("2025-11", "2025-11-01"), (logged, logged), (logged, logged),
        ("2025-11-27", "2025-11-27"), (logged, logged),
    ]  # fmt: skip


TEXTS = {
    "zh": "海口市美兰区人民法院作出判决，被告上诉。", "ja": "裁判所の判決", "ko": "법원의 판결",
    "en": "The defendants' hearings were postponed; duties unpaid.", "fr": "Société générale, à côté",
    "no": 'He said "quoted" (OR) NEAR^2 and a:b * {c}', "mixed": "SU7判决Ultra",
}  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> Iterator[sqlite3.Connection]:
    log = written(MemoryLog(), "cases/a", opened("topic", "召回案", about="刹车"), *map(note, TEXTS.values()))
    written(log, "parties", ("party.added", {"party": "p", "name": "李女士", "what": "person", "aliases": ["买家"]}))
    written(log, "sources", ("source.added", {"source": "s", "title": "雷达财经", "note": "scanned"}))
    with closing(project(log)) as db:
        yield db


def found(db: sqlite3.Connection, words: str) -> list[str]:
    names = dict(zip((f"a#{number}" for number in range(2, 20)), TEXTS, strict=False))
    return [names.get(row.ref, row.ref) for row in queries.search(db, words, limit=99)]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("判决", "zh mixed"), ("上诉", "zh"), ("法院", "zh"), ("人民法院", "zh"), ("决判", ""), ("判 决", "zh mixed"),
        ("判決", "ja"), ("판결", "ko"), ("召回", "a a#1"), ("刹车", "a a#1"), ("买家", "p"), ("李女", "p"),
        ("雷达", "s"),
        ("hearing", "en"), ("heard", ""), ("hearings", "en"), ("postpone", "en"), ("postpon", "en"), ("duty", "en"),
        ("DEFENDANT", "en"), ("defen", "en"), ("scanning", "s"), ("societe", "fr"), ("générale", "fr"), ("cote", "fr"),
        ("duties hearing", "en"), ("duties 判决", ""), ("判决 上诉", "zh"), ("su7", "mixed"), ("ultra", "mixed"),
        ("su7判决", "mixed"), ('"quoted"', "no"), ("(OR)", "no"), ("NEAR^2", "no"), ("a:b", "no"),
        ("*quoted ^{said}", "no"),
        ("duties OR scanned", ""), ("quoted AND", "no"), ("text:判决", ""), ("", ""), ('"', ""), ("***", ""), ("-", ""),
    ],
)  # fmt: skip
def test_search(texts: sqlite3.Connection, words: str, where: str) -> None:
    assert sorted(found(texts, words)) == sorted(where.split())


HOSTILE = st.lists(
    st.text(st.characters(), max_size=8)
    | st.sampled_from(['"', "'", "NEAR(", ")", "*", "^", "AND", "OR", "NOT", ":", "{a b}", "-", "\x00", "\udc80"])
    | st.sampled_from(["判决", "判决*", "words:", "rank", "a\x00b", "²", "\u0345", "\U0001f600", "ﬁ", "\\", ";--"]),
    max_size=6,
)


@given(HOSTILE, st.sampled_from([" ", ""]))
@settings(max_examples=400, deadline=None)
def test_nothing_that_is_looked_for_is_taken_for_syntax(texts: sqlite3.Connection, parts: list[str], glue: str) -> None:
    queries.search(texts, glue.join(parts), limit=5)


def test_very_many_words(texts: sqlite3.Connection) -> None:
    assert found(texts, " ".join(["判决"] * 3000)) == found(texts, "判决")
    assert found(texts, "判" * 20_000) == []
    assert match("a" * 100_000).startswith('"aaa')


def test_the_most_fitting_comes_first_and_no_more_than_asked(texts: sqlite3.Connection) -> None:
    assert len(queries.search(texts, "判决", limit=1)) == 1
    rows = queries.search(texts, "法院", limit=5)
    assert [(row.what, row.ref, row.text) for row in rows] == [("development", "a#2", f"Note: {TEXTS['zh']}")]
