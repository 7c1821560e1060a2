"""A template of a firm: what it puts around every format, and what in it is refused."""

import json
import re
import struct
import subprocess
import tomllib
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as open_word
from openpyxl import load_workbook
from pypdf import PdfReader

from tracker.documents import WRITERS, pdf, writer_for
from tracker.documents.blocks import Document, Grid, Heading, Paragraph, Row
from tracker.documents.labels import LABELS, label
from tracker.documents.template import MAX_LOGO, Template, places, read_template
from tracker.errors import BadTemplate

ROOT = Path(__file__).parent.parent
FONT = "DejaVu Sans Mono"  # Typst brings it, so that it is everywhere
FILE = f"""
letterhead = ["Firm & <Partners>", "示例路1号"]
logo = "logo.png"
logo_text = "A blue square"
footer = "Draft & <not> final"
[fonts]
latin = "{FONT}"
[labels.en]
disputed = "contested"
chronology = "Procedural history"
"""


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\x0b\x4a\x82" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def folder(path: Path, text: str) -> Path:
    path.mkdir(exist_ok=True)
    (path / "template.toml").write_text(text, encoding="utf-8")
    (path / "logo.png").write_bytes(png())
    return path


def document(template: Template) -> Document:
    rows = (Row(("1", "what happened"), "disputed"),)
    blocks = (Heading(1, "Part"), Paragraph("text"), Grid(("No.", "Development"), rows, "developments"))
    return Document("A matter", blocks, template=template)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return read_template(folder(tmp_path / "ours", FILE))


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_has_letterhead_footer_and_labels(ending: str, template: Template) -> None:
    made = writer_for(f"x{ending}")(document(template))
    told = READ[ending](made)
    for text in ("Firm & <Partners>", "示例路1号", "Draft & <not> final"):
        assert text in told, text
    if ending not in (".json", ".md", ".pdf"):  # these tell how a row stands in no words of their own
        assert "contested" in told.lower()
        assert "disputed" not in told.lower()


def word_text(data: bytes) -> str:
    word = open_word(BytesIO(data))
    footers = [each.text for each in word.sections[0].footer.paragraphs]
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in word.paragraphs), *cells, *footers])


def html_text(data: bytes) -> str:
    import html5lib

    [body] = html5lib.parse(data.decode(), treebuilder="etree", namespaceHTMLElements=False).iter("body")
    return "".join(text for each in body for text in each.itertext() if each.tag != "script")


def excel_text(data: bytes) -> str:
    book = load_workbook(BytesIO(data))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def pdf_text(data: bytes) -> str:
    told = "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return re.sub(r"(?<=1) (?=号)|(?<=路) (?=1)", "", told)  # Typst sets a little space between scripts


def markdown_text(data: bytes) -> str:
    return re.sub(r"\\(.)", r"\1", data.decode())


READ = {
    ".docx": word_text, ".html": html_text, ".xlsx": excel_text, ".pdf": pdf_text,
    ".md": markdown_text, ".json": bytes.decode, ".csv": bytes.decode,
}  # fmt: skip


def test_the_logo_is_in_the_formats_with_pictures_and_told_in_the_others(template: Template) -> None:
    made = {ending: writer_for(f"x{ending}")(document(template)) for ending in WRITERS}
    [picture] = open_word(BytesIO(made[".docx"])).inline_shapes
    assert picture._inline.docPr.get("descr") == "A blue square"
    assert len(PdfReader(BytesIO(made[".pdf"])).pages[0].images) == 1
    page = made[".html"].decode()
    assert '<img src="data:image/png;base64,' in page and 'alt="A blue square"' in page
    assert "img-src data:;" in page
    for ending in (".md", ".csv", ".xlsx", ".json"):
        assert "A blue square" in READ[ending](made[ending])


def test_the_fonts_are_those_named(template: Template) -> None:
    assert f'font-family: "{FONT}", sans-serif' in writer_for("x.html")(document(template)).decode()
    word = open_word(BytesIO(writer_for("x.docx")(document(template))))
    assert FONT in word.styles.element.xml
    fonts = PdfReader(BytesIO(writer_for("x.pdf")(document(template)))).pages[0]["/Resources"]["/Font"]
    names = [str(font.get_object()["/BaseFont"]) for font in fonts.values()]
    assert any("DejaVuSansMono" in name for name in names)
    assert not any("Libertinus" in name for name in names)


def test_font_files_of_the_folder_are_used(tmp_path: Path) -> None:
    path = folder(tmp_path / "ours", 'letterhead = ["路"]\n[fonts]\nchinese = "Noto Serif CJK SC"')
    with pytest.raises(BadTemplate, match=r"no font 'Noto Serif CJK SC' is installed here, nor in .*ours/fonts"):
        pdf.write(document(read_template(path)), _system_fonts=False)
    found = subprocess.run(["fc-match", "-f", "%{file}", "Noto Serif CJK SC"], capture_output=True, text=True).stdout
    if not Path(found).name.startswith("NotoSerifCJK"):
        pytest.skip("Noto Serif CJK is not installed")
    (path / "fonts").mkdir()
    (path / "fonts" / Path(found).name).symlink_to(found)
    assert "路" in pdf_text(pdf.write(document(read_template(path)), _system_fonts=False))


def test_a_page_without_a_template_may_show_no_picture() -> None:
    assert b"img-src" not in writer_for("x.html")(document(Template()))


def test_own_labels_hold_only_while_a_document_is_made(template: Template) -> None:
    writer_for("x.csv")(document(template))
    assert label("disputed", "en") == "disputed"


def test_equal_templates_give_equal_bytes(template: Template) -> None:
    for ending in WRITERS:
        assert writer_for(f"x{ending}")(document(template)) == writer_for(f"x{ending}")(document(template))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("letterhead = 1", "Expected `array`, got `int` - at `$.letterhead`"),
        ("colour = 1", "unknown field `colour`"),
        ("[fonts]\nlatin = 'x\"; }'", "no name of a font"),
        ("letterhead = ['a\\nb']".replace("'", '"'), "line break"),
        ("footer = ", "not TOML"),
        ('logo = "none.png"\nlogo_text = "a"', "not in the folder"),
        ('logo = "template.toml"\nlogo_text = "a"', "PNG or JPEG"),
        ('logo = "logo.png"', "logo_text is missing"),
        ("[labels.en]\nchronolgy = 'a'", "did you mean chronology"),
        ("[labels.fr]\nchronology = 'a'", "unknown field `fr`"),
        ("[labels.en]\ncases_number = 'many'", "a text with {number}"),
        ("[labels.en]\ncases_number = '{number} of {more}'", "a text with {number}"),
        ("[labels.en]\ncases_number = '{number.__class__}'", "braces that name no place"),
        ("[labels.en]\ncases_number = '{number!r}'", "braces that name no place"),
        ("[labels.en]\ncases_number = '{'", "braces that name no place"),
        ("[labels.en]\nchronology = ' '", "no places in braces"),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadTemplate, match=re.escape(why)) as refused:
        read_template(folder(tmp_path / "ours", text))
    assert str(tmp_path / "ours" / "template.toml") in str(refused.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(BadTemplate, match="not there"):
        read_template(tmp_path)
    (tmp_path / "template.toml").write_bytes(b"\xff")
    with pytest.raises(BadTemplate, match="UTF-8"):
        read_template(tmp_path)
    folder(tmp_path, 'logo = "logo.png"\nlogo_text = "a"')
    (tmp_path / "logo.png").write_bytes(png() + bytes(MAX_LOGO))
    with pytest.raises(BadTemplate, match="at most 1048576 bytes"):
        read_template(tmp_path)


def test_the_places_of_both_languages_are_the_same_and_every_label_can_be_its_own(tmp_path: Path) -> None:
    assert [name for name, (english, chinese) in LABELS.items() if places(english) != places(chinese)] == []
    words = {"en": {name: told[0] for name, told in LABELS.items()}, "zh": {n: told[1] for n, told in LABELS.items()}}
    lines = [f"[labels.{lang}]\n" + "\n".join(f"{json.dumps(n)} = {json.dumps(t)}" for n, t in each.items())
             for lang, each in words.items()]  # fmt: skip
    assert read_template(folder(tmp_path / "ours", "\n".join(lines))).labels == words


def test_the_template_of_the_docs_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "chronologies.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    found = read_template(folder(tmp_path / "ours", text))
    assert found.letterhead == tuple(tomllib.loads(text)["letterhead"])
    assert found.logo and found.labels["zh"]
