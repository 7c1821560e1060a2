"""Drafts for a court: every fact is that of the store, and nothing is said in anybody's name."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from running import ok, run, said, started

from tracker.app import Tracker
from tracker.documents import WRITERS, writer_for
from tracker.documents.blocks import Grid, Items, Paragraph, Strong, plain
from tracker.documents.certificate import _TEXTS, RULES, Facts, certificate
from tracker.proofs.findings import Findings, Seal, Stamped

STAMPED = Stamped(2, "2026-11-27T09:14:05Z", "CN=An Authority")
FOUND = Findings(
    "cases/x", "events/cases/x.jsonl", 1234, "ab" * 32, 3, "2026-11-23T06:29:07.123Z", "2026-11-24T06:29:07.123Z",
    "cd" * 32, ("Lin Mei", "[signed] {program} | 李"), Seal(2, ("example.org/laptop",)), (STAMPED,),
)  # fmt: skip
FACTS = Facts((FOUND,), "tracker 9", "CPython 3", "Linux 6 (x86_64)")


def texts(facts: Facts = FACTS, language: str = "en") -> list[tuple[object, ...]]:
    """Every text of a draft, as its pieces."""
    found: list[tuple[object, ...]] = []
    for block in certificate(facts, language=language).blocks:  # type: ignore[arg-type]
        if isinstance(block, Paragraph):
            found.append(block.text if isinstance(block.text, tuple) else (block.text,))
        elif isinstance(block, Items):
            found += [text if isinstance(text, tuple) else (text,) for text in block.texts]
        elif isinstance(block, Grid):
            found += [cell if isinstance(cell, tuple) else (cell,) for row in block.rows for cell in row.cells]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_what_is_in_brackets_speaks_for_a_person(language: str) -> None:
    for text in texts(language=language):
        unmarked = "".join(piece for piece in text if isinstance(piece, str))
        assert "____" not in unmarked
        assert not re.search(r"\b(I|me|my)\b|本人", unmarked), unmarked
        for piece in text:
            if isinstance(piece, Strong):
                assert piece.text.startswith(("[", "DRAFT", "草稿"))


def test_what_was_logged_is_never_taken_for_a_blank() -> None:
    marked = [piece.text for text in texts() for piece in text if isinstance(piece, Strong)]
    assert not any("signed" in each and "[signed]" in each for each in marked)
    assert any("[signed] {program} | 李" in piece for text in texts() for piece in text if isinstance(piece, str))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fact_is_there(language: str) -> None:
    told = "\n".join(plain(text) for text in texts(language=language))  # type: ignore[arg-type]
    for fact in ("cases/x", "1234", "ab" * 32, "cd" * 32, "2026-11-23/2026-11-24", "2: example.org/laptop", "Lin Mei",
                 STAMPED.time, STAMPED.signer, *FACTS[1:]):  # fmt: skip
        assert fact in told
    assert "{" not in told.replace("{program}", "", 2)


def test_both_languages_have_the_same_blanks_and_facts() -> None:
    for name, (english, chinese) in _TEXTS.items():
        for sign in ("|", "[", "]"):
            assert english.count(sign) == chinese.count(sign), name
        assert english.count("________") == chinese.count("________"), name
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese)), name


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_writes_it_and_twice_the_same(ending: str, language: str) -> None:
    write = writer_for(f"x{ending}")
    once, again = (write(certificate(FACTS, language=language)) for _ in range(2))  # type: ignore[arg-type]
    assert once == again
    assert len(once) > 1000


def test_one_of_the_rules_alone() -> None:
    for rule, other in (RULES, RULES[::-1]):
        headings = [getattr(block, "text", "") for block in certificate(FACTS, rules=[rule]).blocks]
        named = {"fre-902": "Federal Rules", "prc-93": "article 93"}
        assert any(named[rule] in str(text) for text in headings)
        assert not any(named[other] in str(text) for text in headings)


def test_the_command_tells_what_is_in_the_store(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    made = ok("certify", "deposit", "parties", cwd=root)
    log = root / "events" / "cases" / "deposit.jsonl"
    assert sha256(log.read_bytes()).hexdigest() in made
    assert Tracker(root).log.heads()["cases/deposit"].xhash in made
    assert "in 2 logs with 5 events" in made
    ok("certify", "-o", "draft.docx", "--lang", "zh", cwd=root)
    assert (root / "draft.docx").read_bytes()[:2] == b"PK"
    assert "part of the store" in said(run("certify", "-o", "events/x.md", cwd=root))


def test_nothing_is_stated_about_a_damaged_log(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    log = root / "events" / "cases" / "deposit.jsonl"
    log.write_bytes(log.read_bytes().replace(b"heard", b"beard"))
    ran = run("certify", "-o", "draft.md", cwd=root)
    assert "Nothing can be stated about cases/deposit" in said(ran)
    assert not (root / "draft.md").exists()
    ok("certify", "parties", "-o", "draft.md", cwd=root)
