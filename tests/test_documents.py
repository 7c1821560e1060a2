"""Every format of the real cases, made by the command and opened again by a reader that is not ours."""

import csv
import json
import re
import shutil
import subprocess
import sys
import zipfile
from bisect import bisect_left
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pexpect
import pytest
from pypdf import PdfReader
from running import PROJECT, ok

from tracker.documents import LAYOUTS

EVENTS = PROJECT / "events"
TO_TEXT = shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(not EVENTS.is_dir(), reason="the real logs are not in this copy: there is no events/")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(EVENTS, root / "events")
    return root


def html_text(path: Path) -> str:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append
    parser.feed(path.read_text(encoding="utf-8"))
    return "".join(found)


def word_text(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        trees = [ElementTree.fromstring(parts.read(f"word/{name}.xml")) for name in ("document", "footnotes")]
    return "".join(each.text or "" for tree in trees for each in tree.iter() if each.tag.endswith("}t"))


def excel_text(path: Path) -> str:
    book = openpyxl.load_workbook(path, rich_text=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)


def pdf_text(path: Path) -> str:
    """The text of the pages without what runs at their heads and feet; the numbers of footnotes stand in it.

    Read by pypdf where it is short, and else by poppler, which takes a tenth of the time, if it is there.
    """
    reader = PdfReader(path)
    if TO_TEXT and len(reader.pages) > 12:
        done = subprocess.run([TO_TEXT, "-raw", path, "-"], check=True, capture_output=True, timeout=60)
        pages = done.stdout.decode().split("\f")
    else:
        pages = [page.extract_text() for page in reader.pages]
    return "\n".join(re.sub(r"(?m)^\d+ / \d+$", "", page) for page in pages)


def json_text(path: Path) -> str:
    """Every text of the blocks; what is behind them is not what the document says."""
    document = json.loads(path.read_text(encoding="utf-8"))
    waiting, found = [document["title"], document["blocks"]], []
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, dict) and "words" in each:  # a date for people; the rest of it is for programs
            found += filter(None, (each["words"], each["basis"]))
        elif isinstance(each, dict | list):
            waiting[:0] = each.values() if isinstance(each, dict) else each
        elif isinstance(each, str):
            found.append(each)
    return "".join(found)


def csv_text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as lines:
        return "\n".join(cell for row in csv.reader(lines, strict=True) for cell in row[:-2])


EXAMPLES = PROJECT / "docs" / "examples"

READERS = {
    ".html": html_text, ".docx": word_text, ".xlsx": excel_text, ".pdf": pdf_text, ".json": json_text, ".csv": csv_text,
}  # fmt: skip


@pytest.fixture(scope="module")
def markdown_of(store):
    """The cases that a layout can show and the text of their chronology, as a terminal has it."""
    every = ok("query", "SELECT name FROM cases", "--tsv", cwd=store).split()[1:]

    @cache
    def of(layout: str) -> tuple[tuple[str, ...], str]:
        # Of the notices everything is contested.
        cases = tuple(name for name in every if not (layout == "undisputed" and name == "india-notices"))
        return cases, ok("chronology", *cases, "--layout", layout, cwd=store)

    return of


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", READERS)
def test_a_document_of_the_real_cases_holds_all_that_its_markdown_does(store, markdown_of, ending, layout):
    cases, markdown = markdown_of(layout)
    ok("chronology", *cases, "--layout", layout, "-o", f"one{ending}", cwd=store)
    text = words(READERS[ending](store / f"one{ending}"))
    if ending not in (".xlsx", ".csv"):
        markdown = re.sub(r"(?m)^Here a picture of .*$", "", markdown)
    said = {words(each) for each in re.split(r"\n|(?<!\\)\||\[\^\d+\]:?|\*\*", markdown)}
    assert len(said) > (200 if layout != "privilege" else 20)  # nothing of them is privileged
    assert not [each for each in said if not holds(text, each, is_paged=ending == ".pdf")]


@pytest.mark.parametrize("ending", READERS)
def test_a_document_made_twice_is_the_same_to_the_byte(store, markdown_of, ending):
    cases, _ = markdown_of("table")
    for name in (f"once{ending}", f"twice{ending}"):
        ok("chronology", *cases, "-o", name, cwd=store)
    assert (store / f"once{ending}").read_bytes() == (store / f"twice{ending}").read_bytes()


def holds(text: str, said: str, *, is_paged: bool) -> bool:
    """Whether a text holds what was said; between pages stand footnotes, and what runs at heads and feet."""
    if said in text or not is_paged:
        return said in text
    longest = bisect_left(range(len(said)), True, key=lambda end: said[:end] not in text) - 1
    return longest > 10 and said[longest:] in text


def words(text: str) -> str:
    """The letters and digits of a text alone: what stands around them is the format's own."""
    return re.sub(r"[\W_]+", "", re.sub(r"[*~]{2}", "", text))


def drawn_in_html(path: Path) -> tuple[int, set[str]]:
    """How many pictures a document has, and what is said of each to those who cannot see it."""
    root = ElementTree.fromstring(
        f"<r>{''.join(re.findall('<svg.*?</svg>', path.read_text(encoding='utf-8'), re.S))}</r>"
    )
    return len(root), {each.findtext("{http://www.w3.org/2000/svg}desc") or "" for each in root}


def drawn_in_word(path: Path) -> tuple[int, set[str]]:
    with zipfile.ZipFile(path) as parts:
        pictures = [name for name in parts.namelist() if name.endswith(".png")]
        assert all(parts.read(name).startswith(b"\x89PNG") for name in pictures)
        tree = ElementTree.fromstring(parts.read("word/document.xml"))
    return len(pictures), {each.get("descr", "") for each in tree.iter() if each.tag.endswith("}docPr")}


def drawn_in_pdf(path: Path) -> tuple[int, set[str]]:
    """The figures of the structure tree (ISO 32000-1, 14.8.4.5) and their alternate descriptions (14.9.3)."""
    waiting, told = [PdfReader(path).trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            told += [str(node["/Alt"])] if node.get("/S") == "/Figure" else []
            waiting += [node["/K"]] if "/K" in node else []
    return len(told), set(told)


DRAWN = {".html": drawn_in_html, ".docx": drawn_in_word, ".pdf": drawn_in_pdf}


@pytest.mark.parametrize("ending", DRAWN)
def test_the_timeline_is_drawn_where_there_are_pictures(store, ending):
    for cases, most in ((["haikou-deposit"], 1), (["haikou-deposit", "perforated-hood", "accounts-92"], 3)):
        ok("chronology", *cases, "-o", f"drawn{ending}", cwd=store)
        number, told = DRAWN[ending](store / f"drawn{ending}")
        assert 1 <= number <= most
        assert len(told) == number
        assert all(re.match(r"\d+ developments, \d+ of them dated, 20\d\d-\d\d-\d\d to ", each) for each in told)


def test_pictures_beside_each_other_have_ids_of_their_own(store):
    ok("chronology", "perforated-hood", "results-deliveries", "-o", "ids.html", cwd=store)
    ids = re.findall(r' id="([^"]+)"', (store / "ids.html").read_text(encoding="utf-8"))
    assert sum(each.endswith("-hatch") for each in ids) > 1
    assert len(ids) == len(set(ids))


def test_undisputed_facts_are_those_that_the_filter_leaves(store):
    facts, whole, filtered = (
        [
            line.split(" | ")[2]
            for line in ok("chronology", "haikou-deposit", *options, cwd=store).splitlines()
            if re.match(r"\| \d+ \|", line)
        ]
        for options in (["--layout", "undisputed"], [], ["--undisputed"])
    )
    assert [re.sub(r"\[\^\d+\]", "", each) for each in facts] == [re.sub(r"\[\^\d+\]", "", each) for each in filtered]
    assert 0 < len(facts) < len(whole)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A store with 5,000 developments, a third of them with a footnote."""
    root = tmp_path_factory.mktemp("many")
    ok("init", cwd=root)
    notes = (
        {"note": f"Development {n} of many", "date": f"2024-{n % 12 + 1:02}"}
        | ({"date_basis": "guessed"} if n % 3 == 0 else {})
        for n in range(5000)
    )
    entries = [
        {"case": "many", "type": "case.opened", "data": {"kind": "topic", "title": "Many"}},
        *({"case": "many", "type": "note.added", "data": data} for data in notes),
    ]
    (root / "many.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    ok("log", "--batch", "many.jsonl", "--by", "us", cwd=root)
    return root


@pytest.mark.parametrize("ending", READERS)
def test_five_thousand_developments_are_written(many, ending):
    ok("chronology", "many", "-o", f"many{ending}", cwd=many)
    text = words(READERS[ending](many / f"many{ending}"))
    assert not [n for n in range(5000) if f"Development{n}ofmany" not in text]


def test_a_terminal_shows_that_a_long_document_goes_on(many):
    command = ["-m", "tracker", "chronology", "many", "-o", "shown.pdf"]
    child = pexpect.spawn(sys.executable, command, cwd=many, encoding="utf-8", timeout=60)
    child.expect(r"Writing shown\.pdf: \d+ s")
    child.expect("Wrote shown")


@pytest.mark.parametrize("name", ["haikou-deposit", "all-cases"])
def test_the_examples_are_what_the_commands_make_now(store, name):
    every = ok("query", "SELECT name FROM cases ORDER BY name", "--tsv", cwd=store).split()[1:]
    cases = every if name == "all-cases" else [name]
    ok("chronology", *cases, "-o", f"{name}.html", cwd=store)
    assert (store / f"{name}.html").read_bytes() == (EXAMPLES / f"{name}.html").read_bytes(), "make the examples again"
    # The others may differ by the version of a library: what they say may not.
    for ending in (".docx", ".pdf"):
        ok("chronology", *cases, "-o", f"{name}{ending}", cwd=store)
        made, kept = (words(READERS[ending](folder / f"{name}{ending}")) for folder in (store, EXAMPLES))
        assert sorted(made) == sorted(kept), "make the examples again"
