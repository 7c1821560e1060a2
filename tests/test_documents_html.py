"""Documents as HTML: valid, accessible, complete, the same every time, and unable to do anything else."""

import base64
import fcntl
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.documents.blocks import (
    Block,
    Cell,
    Day,
    Document,
    Grid,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Row,
    Strong,
    Struck,
)
from tracker.documents.html import write
from tracker.text import one_line, visible

CHROMIUM = Path("/usr/bin/chromium")
ASSETS = Path(__file__).parent.parent / "tracker/documents/assets"

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><style><img/src=x>",
    "javascript:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))", "http://x.y/z", "www.x.y", "me@x.y", "+86 10 1234 5678", "<!-- x", "--><b>",
    "<![CDATA[",
    "</style><script>alert(1)</script>", "</script><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</td></tr></table><h1>", "</p><p>", "</s></strong></li></ul>", "<a href='javascript:alert(1)'>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0;url=//evil>", "<form action=//evil><input name=a>",
    "<noscript><p title='</noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='", '"><script>alert(1)</script>', "`${alert(1)}`",
    "{{ 7*7 }}", "{% x %}", "<?php x ?>", "&amp;", "&lt;", "&", "&#0;", "<", ">", "=1+1", "\\", "a\nb", "a\n\nb",
    "a\r\nb",
    "\ta", "  two  blanks  ", "a\u00a0b", "\x00\x01\x08\x0b\x0c\x1f\x7f", "\x80\x9b31m", "\x1b[31m",
    "\x1b]8;;http://x\x07",
    "\u202egnp.exe", "\u2066a\u2069", "\u2028\u2029", "\ufffe\uffff\U0001fffe", "\ud800", "\ufeff", "\u200b",
    "判决|上诉",
    "שלום (1)", "é" * 3, "e\u0301" * 9, "x" * 300, "<" * 1000, "note-1", "call-1", "part-1", "contents", "__proto__",
    "",
    " ",
]  # fmt: skip
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "nav", "section", "h1", "h2", "h3", "h4", "p", "ul", "ol",
    "li", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "a", "sup", "s", "strong", "span", "time",
    "hr", "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "role", "scope", "title", "datetime",
    "aria-label", "aria-labelledby", "data-label", "data-edtf", "data-case", "data-parties", "data-earliest",
    "data-latest",
}  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), max_size=4).map("".join)


def parsed(document: Document) -> Element:
    """The tree of a document in the eyes of a strict parser: any parse error of the HTML standard raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(write(document), transport_encoding="utf-8")
    return root


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def of(root: Element, *tags: str, kind: str = "") -> list[Element]:
    """The elements with one of these tags, in order, and with a class when one is given."""
    return [each for each in root.iter() if each.tag in tags and kind in ("", *(each.get("class") or "").split())]


def body_texts(root: Element) -> list[str]:
    """What stands in headings, paragraphs, list items and cells, in order, without what is the writer's own."""
    [main] = of(root, "main")
    own = {id(each) for nav in of(main, "nav") for each in nav.iter()}
    own |= {id(each) for each in main.iter() if each.get("role") == "doc-endnotes" or each.get("id") == "notes"}
    own |= {id(each) for section in of(main, "section") for each in section.iter()}
    found = [each for each in of(main, "h1", "h2", "h3", "h4", "p", "li", "th", "td") if id(each) not in own]
    return [_without_own(each) for each in found]


def _without_own(element: Element) -> str:
    """A text with its calls of notes as ^n and without the status that the writer added."""
    if element.tag == "sup":
        return "^" + text_of(element)
    if "status" in (element.get("class") or "").split():
        return ""
    inner = (element.text or "") + "".join(_without_own(child) + (child.tail or "") for child in element)
    return inner.removesuffix(" ") if element.find("span[@class='status']") is not None else inner


def endnotes(root: Element) -> list[str]:
    return [text_of(item[0]) for section in of(root, "section", kind="notes") for item in of(section, "li")]


def expected(document: Document) -> tuple[list[str], list[str]]:
    """What must be read in a document, by blocks of its own and not of the writer: the texts, and the notes."""
    texts, notes = [document.title], []

    def told(cell: Cell) -> str:
        if isinstance(cell, Day):
            return visible(cell.words) + (f" ({visible(cell.basis)})" if cell.basis else "")
        out = ""
        for piece in (cell,) if isinstance(cell, str) else cell:
            if isinstance(piece, Note):
                notes.append(visible(piece.text))
                out += f"^{len(notes)}"
            else:
                out += visible(piece if isinstance(piece, str) else piece.text)
        return out

    for block in document.blocks:
        match block:
            case Heading(_, text) | Paragraph(text):
                texts.append(told(text))
            case Items(several):
                texts += map(told, several)
            case Grid(titles, rows):
                texts += [*map(told, titles), *(told(cell) for row in rows for cell in row.cells)]
    return [visible(texts[0]), *texts[1:]], notes


def assert_complete(document: Document) -> Element:
    root = parsed(document)
    texts, notes = expected(document)
    assert body_texts(root) == texts
    assert endnotes(root) == notes
    return root


MARCH = Day("in or about March 2025", "2025-03~", "2025-03-01", "2025-03-31")
SIXTH = Day("6 June 2025", "2025-06-06", "2025-06-06", "2025-06-06", is_day=True)
SAMPLE = Document(
    "Chronology: Ms. Li v. <Xiaomi>",
    (
        Paragraph(("Prepared for ", Strong("counsel"), ".", Note("Not for filing."))),
        Heading(1, "Cases"),
        Grid(("Case", "Title"), (Row(("deposit", "李女士诉小米")), Row(("hood", "Hood & <b>")))),
        Heading(2, "About"),
        Paragraph("What it is about.\nOn two lines."),
        PageBreak(),
        Heading(1, "Developments"),
        Grid(
            ("No.", "Date", "Development", "Source"),
            (
                Row(("1", MARCH, ("Deposit ", Struck("5,000"), " 20,000 yuan", Note("Corrected by #9.")), "S1 ¶7"),
                    "corrected", "deposit", ("Ms. Li", "小米")),
                Row(("2", SIXTH, "Hearing on the hood", "S2 ¶8"), "disputed", "hood", ("Xiaomi \"Auto\" <x>",)),
                Row(("3", Day("not stated"), "Judgment 判决", ("S1", Note("At the end."), Note("In part."))),
                    "", "deposit", ("Ms. Li",)),
                Row(("4", Day("from 1 July 2025 on", "2025-07-01/..", "2025-07-01", None, basis="told"), "Sales", "S3"),
                    "", "hood"),
            ),
            "developments",
        ),
        Heading(1, "Cast"),
        Items(("Ms. Li", ("Xiaomi", Note("Parent company.")))),
        Grid(("Party",), (), "cast"),
    ),
    made_from="2026-11-23T09:07:37.945Z",
)  # fmt: skip


def hostile(text: str, other: str = "x") -> Document:
    """A document with the text at every place where a text can stand."""
    pieces = (text, Note(text), Struck(text), Strong(text), Note(other), text)
    day = Day(text, text, text, text, is_day=True, basis=text)
    row = Row((text, pieces, day, day._replace(is_day=False), other), text, text, (text, other))
    blocks: tuple[Block, ...] = (
        Paragraph(text), Heading(1, text), Heading(2, other), Heading(3, text), Paragraph(pieces), PageBreak(),
        Items((text, pieces, other)), Grid((text, other, text, "T", text), (row, row), "developments"),
        Grid((text,), (Row((other,)),), text),
    )  # fmt: skip
    return Document(text, blocks, made_from=text)


# What the file is


def test_everything_comes_out_in_order() -> None:
    root = assert_complete(SAMPLE)
    assert [(each.tag, each.text) for each in of(root, "s", "strong")] == [("strong", "counsel"), ("s", "5,000")]
    assert text_of(of(root, "title")[0]) == SAMPLE.title and root.get("lang") == "en"
    assert of(root, "meta")[-1].get("content") == "2026-11-23T09:07:37.945Z"
    assert [each.tag for each in of(root, "h1", "h2", "h3", "h4")] == ["h1", "h2", "h2", "h3", "h2", "h2", "h2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_taken_for_markup(text: str) -> None:
    root = assert_complete(hostile(text))
    assert {each.tag for each in root.iter()} <= TAGS
    assert {name for each in root.iter() for name in each.attrib} <= ATTRIBUTES
    assert len(of(root, "style", "script", "title", "main", "h1")) == 5 and len(of(root, "table")) == 2
    assert len(of(root, "tr")) == 5 and len(of(root, "s", "strong")) == 8 and len(of(root, "li")) >= 3
    assert {each.get("href", "#")[0] for each in root.iter()} == {"#"}
    assert text_of(of(root, "title")[0]).strip() == one_line(text).strip()


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_every_text_comes_out_as_it_went_in(one: str, two: str) -> None:
    assert_complete(hostile(one, two))


def test_equal_documents_give_equal_bytes() -> None:
    assert write(SAMPLE) == write(replace(SAMPLE)) and write(SAMPLE) != write(replace(SAMPLE, title="T"))
    assert b"\r" not in write(SAMPLE) and write(SAMPLE).endswith(b"</html>\n")


def test_a_text_that_is_not_in_english() -> None:
    grid = Grid(("日期",), (Row(("十月",), "disputed"),))
    document = Document("大事记：李女士诉小米", (Heading(1, "事项"), grid), "zh")
    root = assert_complete(document)
    assert root.get("lang") == "zh" and text_of(of(root, "nav")[0]).split() == ["目录", "事项"]
    assert [each.text for each in of(root, "span", kind="status")] == ["有争议"]


def test_five_thousand_rows_are_there() -> None:
    cells = ((str(n), SIXTH, (f"What happened {n}", Note(f"note {n}")), "S1 ¶7, 13-14") for n in range(5000))
    rows = tuple(Row(each, "disputed", "a", ("P",)) for each in cells)
    document = Document("T", (Grid(("No.", "Date", "Development", "Source"), rows, "developments"),))
    made = write(document)
    assert len(re.findall(b"<tr[ >]", made)) == 5001 and b'id="note-5000"' in made


def test_the_policy_allows_these_texts_and_nothing_else() -> None:
    root = parsed(SAMPLE)
    [policy] = [each.get("content", "") for each in of(root, "meta") if each.get("http-equiv")]
    [style], [script] = of(root, "style"), of(root, "script")
    digests = {
        name: "sha256-" + base64.b64encode(hashlib.sha256(text_of(each).encode()).digest()).decode()
        for name, each in (("style", style), ("script", script))
    }
    assert dict(each.strip().split(" ", 1) for each in policy.split(";")) == {
        "default-src": "'none'", "style-src": f"'{digests['style']}'", "script-src": f"'{digests['script']}'",
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip
    head = list(of(root, "head")[0])
    assert [each.tag for each in head[:2]] == ["meta", "meta"] and head[0].get("charset") == "utf-8"
    assert not re.search(r"url\(|@import|//\w|innerHTML|eval\(", text_of(style) + re.sub(r"// .*", "", text_of(script)))


# Days


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (SIXTH, "2025-06-06"),
        (SIXTH._replace(edtf="2025-06-06T09:30+08:00"), "2025-06-06T09:30+08:00"),
        (SIXTH._replace(edtf=None), "2025-06-06"),
        (SIXTH._replace(edtf="2025-06-06?"), "2025-06-06"),
        (SIXTH._replace(is_day=False), None),
        (MARCH, None),
        (Day("not stated"), None),
        (Day("W", "2025-W01-1", "2025-W01-1", "2025-W01-1", is_day=True), None),
        (Day("x", "2025-02-30", "2025-02-30", "2025-02-30", is_day=True), None),
        (Day("x", "२०२५-०१-०१", "२०२५-०१-०१", None, is_day=True), None),
        (Day("x", "2025-01-01T24:00", None, None, is_day=True), None),
    ],
)
def test_only_exactly_one_day_is_a_time(day: Day, moment: str | None) -> None:
    root = assert_complete(Document("T", (Grid(("Date",), (Row((day,)),)),)))
    assert [each.get("datetime") for each in of(root, "time")] == ([moment] if moment else [])
    [shown] = [each for each in of(root, "time", "span") if each.text == day.words]
    assert shown.get("data-edtf") == day.edtf
    assert shown.get("title") == (None if moment else day.edtf)


# Accessibility (WCAG 2.2)


def named(element: Element, root: Element) -> str:
    """The accessible name of an element, as far as this writer gives names."""
    if label := element.get("aria-label"):
        return label
    if target := element.get("aria-labelledby"):
        return "".join(text_of(each) for each in root.iter() if each.get("id") == target)
    return text_of(element)


@pytest.mark.parametrize("document", [SAMPLE, replace(SAMPLE, language="zh"), hostile("a"), Document("T", ())])
def test_the_basics_of_accessibility(document: Document) -> None:
    root = parsed(document)
    levels = [int(each.tag[1]) for each in of(root, "h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), "headings do not jump (1.3.1)"
    assert root.get("lang") == document.language and text_of(of(root, "title")[0]), "3.1.1, 2.4.2"
    assert all(each.get("scope") == "col" for each in of(root, "th")), "1.3.1"
    assert all(named(each, root).strip() for each in of(root, "table", "nav", "section", "a", "h2")), "2.4.4, 2.4.6"
    labels = [named(each, root) for each in of(root, "table")]
    assert len(set(labels)) == len(labels), "tables can be told apart"
    in_tables = of(root, "table", "thead", "tbody", "tr", "th", "td")
    assert not any(each.get("role") for each in in_tables), "ARIA in HTML, section 4: the script sets them"
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    assert {each.get("href", "")[1:] for each in of(root, "a")} <= set(ids)
    assert len(of(root, "main")) == 1 and not of(root, "div")
    viewport = next(each.get("content", "") for each in of(root, "meta") if each.get("name") == "viewport")
    assert "maximum-scale" not in viewport and "user-scalable" not in viewport, "1.4.4"


def test_contents_and_notes_lead_both_ways() -> None:
    root = parsed(SAMPLE)
    ids = {each.get("id"): each for each in root.iter() if each.get("id")}
    links = of(of(root, "nav")[0], "a")
    assert [ids[each.get("href", "")[1:]].text for each in links] == [each.text for each in links]
    assert [each.text for each in links] == ["Cases", "About", "Developments", "Cast"]
    calls = [each for each in of(root, "a") if each.get("role") == "doc-noteref"]
    backs = [each for each in of(root, "a") if each.get("role") == "doc-backlink"]
    assert [each.text for each in calls] == ["1", "2", "3", "4", "5"] and len(backs) == 5
    for call, back in zip(calls, backs, strict=True):
        assert back in list(ids[call.get("href", "")[1:]]) and ids[back.get("href", "")[1:]] is call


@pytest.mark.parametrize(
    ("cells", "is_added"),
    [
        (("1", "Hearing"), True),
        (("1", "He disputed the bill."), True),
        (("1", "undisputed"), True),
        (("1", "[undisputed]"), True),
        (("1", "disputed"), False),
        (("1", ("Hearing ", Strong("disputed"))), False),
        (("1", ("", Strong("Disputed"), Note("by S1"))), False),
        (("1", "Hearing [disputed: 20 or 24 November]"), False),
    ],
)
def test_how_a_row_stands_is_said(cells: tuple[Cell, ...], is_added: bool) -> None:
    root = assert_complete(Document("T", (Grid(("No.", "What"), (Row(cells, "disputed"),)),)))
    assert [each.text for each in of(root, "span", kind="status")] == ["disputed"] * is_added
    assert len(of(root, "tr", kind="status-disputed")) == 1


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition of relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_of_level_aa() -> None:
    css = (ASSETS / "chronology.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", css))
    rest = css.partition("}")[2]
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb|hsl", rest), "every colour has a name"
    inks = set(re.findall(r"[{;\s]color: var\(--(\w+)\)", rest))
    grounds = set(re.findall(r"background: var\(--(\w+)\)", rest))
    assert inks == {"ink", "quiet", "link"} and grounds == {"paper", "band", "marked"}
    assert {name: value for name, value in colours.items() if name in inks | grounds}.keys() == inks | grounds
    for ink, ground in product(inks, grounds):
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground, "1.4.3")
    for ground in grounds:
        assert contrast(colours["edge"], colours[ground]) >= 3, (ground, "1.4.11")


# In a browser


class Browser:
    """Chromium without a window, spoken to over pipes (DevTools protocol); no driver is needed."""

    def __init__(self, folder: Path) -> None:
        (inward, self.outward), (self.inward, outward) = os.pipe(), os.pipe()
        # fds 3 and 4 are those that Chromium reads and writes; high numbers cannot be in the way of these two
        theirs = [fcntl.fcntl(each, fcntl.F_DUPFD, 100) for each in (inward, outward)]
        command = [
            "bash", "-c", f'exec "$0" "$@" 3<&{theirs[0]} 4>&{theirs[1]}', str(CHROMIUM), "--headless", "--no-sandbox",
            "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile",
            "--no-first-run", "--hide-scrollbars", "about:blank",
        ]  # fmt: skip
        environment = os.environ | {"TMPDIR": str(folder), "HOME": str(folder)}
        self.process = subprocess.Popen(
            command, pass_fds=theirs, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for each in (inward, outward, *theirs):
            os.close(each)
        self.rest, self.number, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        os.close(self.outward)
        self.process.terminate()
        self.process.wait(20)
        os.close(self.inward)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a method of the protocol; events on the way are kept."""
        self.number += 1
        asked = {"id": self.number, "method": method, "params": params}
        asked |= {"sessionId": self.session} if self.session else {}
        os.write(self.outward, json.dumps(asked).encode() + b"\0")
        while (answer := self._read()).get("id") != self.number:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            more = os.read(self.inward, 1 << 16)
            assert more, "Chromium has ended"
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told

    def open(self, path: Path, *, width: int = 1280, has_script: bool = True) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setScriptExecutionDisabled", value=not has_script)
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._read())

    def run(self, script: str) -> Any:
        """The value of an expression, as JSON."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def said(self, *methods: str) -> list[dict[str, Any]]:
        self.run("new Promise((done) => setTimeout(done, 50))")
        return [each for each in self.events if each.get("method") in methods]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium")
    made = Browser(tmp_path_factory.mktemp("chromium"))
    yield made
    made.close()


def opened(browser: Browser, tmp_path: Path, document: Document = SAMPLE, **how: Any) -> Browser:
    (tmp_path / "d.html").write_bytes(write(document))
    browser.open(tmp_path / "d.html", **how)
    return browser


SHOWN = (
    "[...document.querySelectorAll('table.developments tbody tr')].filter(row => row.offsetHeight)"
    ".map(row => row.cells[0].innerText.trim()[0]).join('')"
)
COUNT = "document.querySelector('.filter output').textContent"


def ask(browser: Browser, **values: str) -> tuple[str, str]:
    """Fill fields of the bar as a person would; the rows shown then, by their numbers, and the count."""
    for name, value in values.items():
        found = f"document.querySelector('.filter [name={name}]')"
        event = "new Event('input', {bubbles: true})"
        browser.run(f"{found}.value = {json.dumps(value)}; {found}.dispatchEvent({event})")
    return browser.run(SHOWN), browser.run(COUNT)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_filter(browser: Browser, tmp_path: Path, width: int) -> None:
    opened(browser, tmp_path, width=width)
    assert ask(browser) == ("1234", "4 rows")
    assert ask(browser, case="hood") == ("24", "2 of 4 rows shown")
    assert ask(browser, case="", party="Ms. Li")[0] == "13"
    assert ask(browser, party='Xiaomi "Auto" <x>')[0] == "2"
    assert ask(browser, party="", words="DEPOSIT yuan")[0] == "1"
    assert ask(browser, words="判决")[0] == "3" and ask(browser, words="corrected by")[0] == "1"
    assert ask(browser, words="nothing") == ("", "0 of 4 rows shown")
    undated = "only because a date is uncertain or not stated"
    assert ask(browser, words="", since="2025-06-06") == ("234", f"3 of 4 rows shown, 1 of them {undated}")
    assert ask(browser, since="2025-06-07") == ("34", f"2 of 4 rows shown, 1 of them {undated}")
    assert ask(browser, since="2025-03-10", until="2025-03-20") == ("13", f"2 of 4 rows shown, 2 of them {undated}")
    assert ask(browser, since="", until="2025-06-05") == ("13", f"2 of 4 rows shown, 1 of them {undated}")
    assert ask(browser, until="2025-08-01") == ("1234", f"4 rows, 2 of them {undated}")
    browser.run("document.querySelector('.filter button').click()")
    assert ask(browser) == ("1234", "4 rows")
    browser.run("document.querySelector('.filter [name=mark]').click()")
    assert ask(browser) == ("1234", "4 rows, 1 disputed")
    marked = "rgb(255, 237, 179)"
    each = "row => [row, row.cells[1]].some(each => getComputedStyle(each).backgroundColor === marked)"
    rows = "[...document.querySelectorAll('.developments tbody tr')]"
    found = browser.run(f"(marked => {rows}.map({each}))({json.dumps(marked)})")
    assert found == [False, True, False, False]


def test_a_link_back_from_a_note_shows_its_row(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path)
    assert ask(browser, case="hood")[0] == "24"
    browser.run("document.querySelector('#note-2 a').click()")
    assert ask(browser)[0] == "1234" and browser.run("location.hash") == "#call-2"


def test_the_bar_can_be_used_by_everybody(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path)
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    names = [(each["role"]["value"], each["name"]["value"]) for each in tree if "role" in each and "name" in each]
    for each in (
        ("combobox", "Case"), ("combobox", "Party"), ("searchbox", "Words"), ("Date", "From"), ("Date", "To"),
        ("checkbox", "Highlight disputed rows"), ("button", "Show all"), ("search", "Filter: Developments"),
        ("table", "Developments"), ("doc-noteref", "Note 2"),
    ):  # fmt: skip
        assert each in names, each
    assert any(role == "status" for role, _ in names), "the count is told when it changes (4.1.3)"
    opened(browser, tmp_path, replace(SAMPLE, language="zh"))
    assert ask(browser, case="hood")[1] == "显示 2 行，共 4 行"


def test_without_script_nothing_is_missing(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path, has_script=False)
    assert browser.run("document.querySelectorAll('.filter, input, select, button').length") == 0
    assert browser.run(SHOWN) == "1234"
    assert browser.run("getComputedStyle(document.querySelector('th')).fontWeight") == "600", "the style is applied"


@pytest.mark.parametrize("width", [320, 360, 800, 970, 1280, 2400])
def test_nothing_is_wider_than_the_screen(browser: Browser, tmp_path: Path, width: int) -> None:
    grid = Grid(("A", "B" * 90, "C"), (Row(("a" * 200, "b", "c" * 99)),) * 2)
    words = Document("T" * 200, (Heading(1, "H" * 200), grid))
    cells = ("30", MARCH, "perforated-hood", "Hearing " * 30, "Ms. Li (pseudonym), 小米", "contradicted by S2 ¶8", "")
    usual = Document("T", (Grid((*"NDCTPS", "Status"), (Row(cells, "corrected"),) * 9, "developments"),))
    for document in (SAMPLE, words, usual):
        opened(browser, tmp_path, document, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width, "1.4.10"
        tree = browser.call("Accessibility.getFullAXTree")["nodes"]
        roles = {each["role"]["value"] for each in tree if "role" in each}
        assert {"table", "row", "cell", "columnheader"} <= roles, "a table stays one where it is laid out as blocks"


def test_nothing_hostile_is_executed(browser: Browser, tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if len(text) < 200]
    rows = tuple(Row(((text, Note(text)), Day(text, text, text, text)), text, text, (text,)) for text in texts)
    blocks = tuple(block for text in texts for block in (Heading(1, text), Paragraph(text), Items((text,))))
    opened(browser, tmp_path, Document("".join(texts), (Grid(("T", "D"), rows, "developments"), *blocks)))
    parties = sorted(set(filter(None, map(visible, texts))))
    options = browser.run("[...document.querySelectorAll('[name=party] option')].map(each => each.value)")
    assert sorted(options[1:]) == parties
    for text in parties:
        ask(browser, party=text, words=text)
        assert browser.run(SHOWN) is not None
    assert browser.run("document.querySelectorAll('script').length") == 1
    assert not browser.said("Page.javascriptDialogOpening", "Runtime.exceptionThrown", "Log.entryAdded")
    asked = {each["params"]["request"]["url"] for each in browser.said("Network.requestWillBeSent")}
    asked = {url for url in asked if not url.startswith("data:image/svg+xml")}  # the picture in Chromium's date fields
    assert asked == {(tmp_path / "d.html").as_uri()}, "nothing is asked of any network"


def test_the_policy_stops_what_was_put_in_later(browser: Browser, tmp_path: Path) -> None:
    made = write(SAMPLE).replace(b"</h1>", b"</h1><img src=x onerror='window.bad=1'><script>window.bad=1</script>", 1)
    (tmp_path / "d.html").write_bytes(made)
    browser.open(tmp_path / "d.html")
    assert browser.run("window.bad") is None and ask(browser)[0] == "1234"
    assert len(browser.said("Log.entryAdded")) >= 2


def test_on_paper(browser: Browser, tmp_path: Path) -> None:
    opened(browser, tmp_path)
    browser.call("Emulation.setEmulatedMedia", media="print")
    look = "getComputedStyle(document.querySelector('{}')).{}"
    assert browser.run(look.format("thead", "display")) == "table-header-group"
    assert browser.run(look.format("tbody tr", "breakInside")) == "avoid"
    assert browser.run(look.format(".contents a", "color")) == browser.run(look.format("body", "color"))
    assert browser.run(look.format(".filter", "display")) == "none"
    assert browser.run(look.format(".page-break + *", "breakBefore")) == "page"
    ask(browser, case="hood", words="sales")
    assert browser.run("document.querySelector('.filter').innerText").split("\n\n") == [
        "1 of 4 rows shown", "Case: hood; Words: sales",
    ]  # fmt: skip
    browser.call("Emulation.setEmulatedMedia", media="")


def test_five_thousand_rows_can_be_filtered(browser: Browser, tmp_path: Path) -> None:
    rows = tuple(Row((str(n), SIXTH, f"what {n}", "S1"), "", f"case-{n % 9}", ("P",)) for n in range(5000))
    opened(browser, tmp_path, Document("T", (Grid(("No.", "Date", "What", "Source"), rows, "developments"),)))
    assert ask(browser, words="what 4999")[1] == "1 of 5000 rows shown"
