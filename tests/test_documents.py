"""Every format of the real cases, made by the command and opened again by a reader that is not ours."""

import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from pypdf import PdfReader
from running import PROJECT, ok

from tracker.documents import LAYOUTS

EVENTS = PROJECT / "events"
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
    """The text of the pages without what runs at their heads and feet; the numbers of footnotes stand in it."""
    pages = [page.extract_text() for page in PdfReader(path).pages]
    return "\n".join(re.sub(r"(?m)^\d+ / \d+$", "", page) for page in pages)


READERS = {".html": html_text, ".docx": word_text, ".xlsx": excel_text, ".pdf": pdf_text}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", READERS)
def test_a_document_of_the_real_cases_holds_all_that_its_markdown_does(store, ending, layout):
    cases = ok("query", "SELECT name FROM cases", "--tsv", cwd=store).split()[1:]
    for name in (f"one{ending}", f"two{ending}"):
        ok("chronology", *cases, "--layout", layout, "-o", name, cwd=store)
    assert (store / f"one{ending}").read_bytes() == (store / f"two{ending}").read_bytes()
    markdown = ok("chronology", *cases, "--layout", layout, cwd=store)
    text = words(READERS[ending](store / f"one{ending}"))
    said = {words(each) for each in re.split(r"\n|(?<!\\)\||\[\^\d+\]:?|\*\*", markdown)}
    assert len(said) > 200
    assert not [each for each in said if each not in text]


def words(text: str) -> str:
    """The letters and digits of a text alone: what stands around them is the format's own."""
    return re.sub(r"[\W_]+", "", re.sub(r"[*~]{2}", "", text))
