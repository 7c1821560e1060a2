"""Word: headings, lists, tables and footnotes as Word knows them (ECMA-376 part 1, WordprocessingML; sections of it).

A text only ever becomes the content of ``w:t``, so that nothing in it is a field, a link or markup, and the file refers
to nothing outside itself. The zip carries the time of the document: equal documents give equal bytes.

Paragraphs, sections and pictures are python-docx's. Runs, rows of tables and footnotes, of which there are thousands,
are written as XML and parsed at once: made element by element they took nearly all of the time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest
from math import ceil, sqrt
from typing import TYPE_CHECKING, NamedTuple, cast
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tracker.documents import pictures
from tracker.documents.blocks import (
    Day,
    Figure,
    Grid,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Strong,
    Struck,
    notes_of,
    plain,
)
from tracker.documents.labels import Language, label, status_label
from tracker.documents.pdf import MissingGlyph
from tracker.documents.timeline import described
from tracker.text import one_line, visible, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as WordDocument
    from docx.opc.part import Part
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.package import Package
    from docx.section import Section
    from docx.shape import InlineShape
    from docx.text.paragraph import Paragraph as WordParagraph

    from tracker.documents.blocks import Block, Cell, Document, Row, Text
    from tracker.documents.template import Template

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LATIN = "Times New Roman"
_CHINESE = "Noto Serif CJK SC"

# Lengths are in twentieths of a point (17.18.87); A4 is rounded as Word rounds it.
_SHORT_SIDE, _LONG_SIDE, _MARGIN = 11906, 16838, 1134
_TURNED_FROM = 6
"""A table of so many columns turns the paper."""

# Widths of columns are first reckoned in columns of ``tracker.text.width``.
_TWIPS = 98
"""How much one of them takes in a table: half an em at 9.5 points, and a little."""
_OWN_TWIPS = 118
"""As much in the font of a template, which may be as wide as DejaVu Serif."""
_PADDING = 2
"""What the inner margins of a cell take."""
_LOGO = 1.6
"""Centimetres."""
_DAY = 22
"""A date asks for no more than this, so that its column stays narrow: ``2024 and 27 November`` on one line."""
_WORD = 18
"""Longer words (hashes, addresses) are broken rather than given a column of their width."""
_LONG_ROW = 24
"""A row of more lines may be divided between pages; kept whole it leaves pages half empty, or fits on none."""

_WHOLE = "<w:cantSplit/>"
"""A row that stays on one page (17.4.6)."""
_GREY = '<w:shd w:val="clear" w:color="auto" w:fill="E8E8E8"/>'
_BREAKS = re.compile("([\n\t])")
_SIGNS = {"": "", "\n": "<w:br/>", "\t": "<w:tab/>"}

_TAGS = {"en": "en", "zh": "zh-CN"}
_PAGES = {"en": ("", " of ", ""), "zh": ("第 ", " 页，共 ", " 页")}


def write(document: Document) -> bytes:
    """The document as a .docx file. A time outside 1980 to 2107 becomes the nearest that a zip can hold, in the zip."""
    from docx import Document as new_document

    word = new_document()
    made = datetime.fromisoformat(document.made_from).astimezone(UTC)
    _replace_parts(word, document, made)
    writer = _Writer(word, document.language, [], _OWN_TWIPS if document.template.latin else _TWIPS)
    writer.write(document)
    _attach_footnotes(word, writer.notes, document.language)
    return _zipped(word, made)


# The blocks, in python-docx


class _Writer(NamedTuple):
    """Writes blocks at the end of a Word document and gathers the footnotes, whose numbers begin with 1.

    A column of text takes so many ``twips`` in a table.
    """

    word: WordDocument
    language: Language
    notes: list[str]
    twips: int = _TWIPS

    def write(self, document: Document) -> None:
        is_turned = any(isinstance(block, Grid) and len(block.titles) >= _TURNED_FROM for block in document.blocks)
        room = _set_paper(self.word, document, is_turned=is_turned)
        self.letterhead(document.template)
        self.text(self.word.add_paragraph(style="Title"), one_line(document.title))
        blocks = [block for block in document.blocks if not _is_empty(block)]
        is_upright = False
        for block, following in zip_longest(blocks, blocks[1:]):
            if is_turned and _is_upright(block, following) != is_upright:
                is_upright = not is_upright
                _lay(self.word.add_section(), is_turned=not is_upright)
            match block:
                case Figure():
                    self.figure(block)
                case PageBreak() if following and not isinstance(following, PageBreak):
                    self.word.add_paragraph(style="Spacer").paragraph_format.page_break_before = True
                case Grid():
                    self.grid(block, room)
                    # Without a paragraph between them Word takes two tables for one.
                    self.word.add_paragraph(style="Spacer")
                case _:
                    self.block(block)

    def letterhead(self, template: Template) -> None:
        """What a firm has above the title: a logo, and lines below it."""
        from docx.shared import Cm

        if template.logo:
            run = self.word.add_paragraph(style="Letterhead").add_run()
            _describe(run.add_picture(BytesIO(template.logo.data), height=Cm(_LOGO)), "logo", template.logo.text)
        for line in template.letterhead:
            self.text(self.word.add_paragraph(style="Letterhead"), line)
        if template.head:
            self.word.add_paragraph(style="Spacer")

    def figure(self, figure: Figure) -> None:
        """A picture as wide as the text, with what it shows in words for who cannot see it."""
        from docx.shared import Twips

        try:
            drawn = pictures.png(figure, self.language)
        except MissingGlyph as missing:
            self.text(self.word.add_paragraph(), label("timeline not drawn", self.language, reason=str(missing)))
            return
        run = self.word.add_paragraph().add_run()
        wide = _SHORT_SIDE - 2 * _MARGIN
        shape = run.add_picture(BytesIO(drawn), width=Twips(wide))
        told = described(figure.moments, language=self.language)
        _describe(shape, label("timeline", self.language), told)

    def block(self, block: Block) -> None:
        match block:
            case Heading(level, text):
                self.text(self.word.add_heading(level=level), one_line(text))
            case Paragraph(text):
                self.text(self.word.add_paragraph(), text)
            case Items(texts):
                for text in texts:
                    self.text(self.word.add_paragraph(style="List Bullet"), text)

    def text(self, paragraph: WordParagraph, text: Text) -> None:
        """Append the pieces of a text."""
        paragraph._element.extend(_parsed("p", self.runs(text)))

    def runs(self, text: Text) -> str:
        """The pieces of a text as XML."""
        if isinstance(text, str):
            return self.run(text) if text else ""
        made = []
        before: object = None
        for piece in text:
            if isinstance(piece, Note):
                made.append(self.note(piece, follows_another=isinstance(before, Note)))
            elif plain((piece,)):
                made.append(self.run(piece))
            before = piece
        return "".join(made)

    def run(self, piece: str | Struck | Strong) -> str:
        """A run; line breaks and tabs become those of Word."""
        # Quotation marks and the like, which Chinese and Latin share, in the Chinese font (17.3.2.26).
        looks = '<w:rFonts w:hint="eastAsia"/>' if self.language == "zh" else ""
        looks += "<w:b/>" if isinstance(piece, Strong) else "<w:strike/>" if isinstance(piece, Struck) else ""
        told = map(_shown, _BREAKS.split(visible(plain((piece,)))))
        return f"<w:r>{f'<w:rPr>{looks}</w:rPr>' if looks else ''}{''.join(told)}</w:r>"

    def note(self, note: Note, *, follows_another: bool) -> str:
        self.notes.append(note.text)
        parted = _raised(_shown(" ")) if follows_another else ""
        return parted + _raised(f'<w:footnoteReference w:id="{len(self.notes)}"/>')

    def grid(self, grid: Grid, room: int) -> None:
        shares = _shares(grid, room // self.twips)
        lengths = [room * share // sum(shares) for share in shares]
        table = self.word.add_table(0, len(grid.titles), style="Table Grid")
        table.autofit = False
        for column, length in zip(table._element.tblGrid, lengths, strict=True):
            _set(column, w=str(length))
        rows = [self.row(grid.titles, lengths, "TableHeading", _WHOLE + "<w:tblHeader/>")]
        for row in grid.rows:
            keeps = _WHOLE if _lines(row, shares) <= _LONG_ROW else ""
            shade = _GREY if row.status == "disputed" else ""
            rows.append(self.row(_marked(row, self.language), lengths, "TableText", keeps, shade))
        table._element.extend(_parsed("tbl", "".join(rows)))

    def row(self, cells: Sequence[Cell], lengths: Sequence[int], style: str, keeps: str, shade: str = "") -> str:
        """A row of cells so wide, with what keeps it together and its shade."""
        made = (
            f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{length}"/>{shade}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
            f"</w:pPr>{self.runs(plain(told) if isinstance(told, Day) else told)}</w:p></w:tc>"
            for told, length in zip(cells, lengths, strict=True)
        )
        return f"<w:tr><w:trPr>{keeps}</w:trPr>{''.join(made)}</w:tr>"


def _parsed(tag: str, xml: str) -> BaseOxmlElement:
    """Elements in one of the namespace w, to be moved to where they belong."""
    from docx.oxml.parser import parse_xml

    parsed: BaseOxmlElement = parse_xml(f'<w:{tag} xmlns:w="{_W}">{xml}</w:{tag}>')
    return parsed


def _shown(text: str) -> str:
    """The content of a run: a text, a tab or a line break."""
    if text in _SIGNS:
        return _SIGNS[text]
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<w:t{kept}>{escape(text)}</w:t>"


def _raised(content: str) -> str:
    return f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>{content}</w:r>'


def _describe(shape: InlineShape, name: str, told: str) -> None:
    """Give a picture a name and what it shows in words, and let it begin where text does (20.4.2.8)."""
    inline = shape._inline
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    inline.docPr.set("name", f"{name} {inline.docPr.get('id')}")
    inline.docPr.set("descr", visible(told))


def _is_empty(block: Block) -> bool:
    """Whether nothing is written for it, so that a page break before it would leave an empty page."""
    return (isinstance(block, Items) and not block.texts) or (isinstance(block, Grid) and not block.titles)


def _is_upright(block: Block, following: Block | None) -> bool:
    """Whether a block stands on paper that is not turned: pictures do, with their heading."""
    return isinstance(block, Figure) or (isinstance(block, Heading) and isinstance(following, Figure))


def _lay(section: Section, *, is_turned: bool) -> int:
    """Lay the paper of a section; how wide it is."""
    from docx.enum.section import WD_ORIENTATION
    from docx.shared import Twips

    wide, high = (_LONG_SIDE, _SHORT_SIDE) if is_turned else (_SHORT_SIDE, _LONG_SIDE)
    section.orientation = WD_ORIENTATION.LANDSCAPE if is_turned else WD_ORIENTATION.PORTRAIT
    section.page_width, section.page_height = Twips(wide), Twips(high)
    return wide


def _set_paper(word: WordDocument, document: Document, *, is_turned: bool) -> int:
    """A4 with the template's footer and page numbers at the foot; how much room is between the margins."""
    from docx.shared import Twips

    [section] = word.sections
    word.element.body.sectPr.attrib.clear()  # the template's revision numbers
    wide = _lay(section, is_turned=is_turned)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(_MARGIN)
    section.header_distance = section.footer_distance = Twips(_MARGIN // 2)
    section.footer.is_linked_to_previous = False
    [footer] = section.footer.paragraphs
    if document.template.footer:
        footer.add_run(visible(document.template.footer))
        footer = section.footer.add_paragraph(style="footer")
    before, between, after = _PAGES[document.language]
    footer.add_run(before)
    _add_field(footer, "PAGE")
    footer.add_run(between)
    _add_field(footer, "NUMPAGES")
    footer.add_run(after)
    return wide - 2 * _MARGIN


def _add_field(paragraph: WordParagraph, code: str) -> None:
    """A field of our own, with 1 until it is reckoned (17.16.19); no text of a document comes here."""
    field = _add(paragraph._element, "fldSimple", instr=code)
    _add(_add(field, "r"), "t").text = "1"


def _add(parent: BaseOxmlElement, tag: str, **attributes: str) -> BaseOxmlElement:
    """Append an element of the namespace w and return it."""
    from docx.oxml.parser import OxmlElement

    element = OxmlElement(f"w:{tag}")
    _set(element, **attributes)
    parent.append(element)
    return element


def _set(element: BaseOxmlElement, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(f"{{{_W}}}{name}", value)


# Tables


def _marked(row: Row, language: Language) -> tuple[Cell, ...]:
    """The cells; where none of a disputed row says so, its longest text does: not everybody sees a shade."""
    told = re.escape(status_label("disputed", language))
    # Nothing parts Chinese words; where words are parted, one within a sentence is no mark.
    marked = re.compile("争议|" + told if language == "zh" else rf"(?:^|[\[(;,:·])\s*{told}\b", re.IGNORECASE)
    if row.status != "disputed" or any(marked.search(plain(cell)) for cell in row.cells):
        return row.cells
    lengths = [0 if isinstance(cell, Day) else 1 + len(plain(cell)) for cell in row.cells]
    place = lengths.index(max(lengths))
    cell = row.cells[place]
    pieces = cell if isinstance(cell, tuple) and not isinstance(cell, Day) else (plain(cell),)
    return (*row.cells[:place], (*pieces, Strong(f" [{status_label(row.status, language)}]")), *row.cells[place + 1 :])


def _shares(grid: Grid, room: int) -> list[int]:
    """How wide each column is, in columns of text, by what stands in it.

    Columns that need no more than an even share get what they need; the others get their longest word, and of the rest
    as much as the root of their usual text: ten times the text is made about three times as wide, not ten.
    """
    columns = [(title, *cells) for title, *cells in zip(grid.titles, *(row.cells for row in grid.rows), strict=True)]
    found = _narrow([max(map(_need, column)) for column in columns], room)
    others = [n for n in range(len(columns)) if n not in found]
    least = {n: max(map(_longest_word, columns[n])) for n in others}
    roots = {n: sqrt(1 + sum(width(plain(cell)) for cell in columns[n][1:]) / len(columns[n])) for n in others}
    rest = max(0, room - sum(found.values()) - sum(least.values()))
    found |= {n: least[n] + int(rest * roots[n] / sum(roots.values())) for n in others}
    widest = max(found, key=lambda n: found[n])
    found[widest] += max(0, room - sum(found.values()))
    return [found[n] for n in range(len(columns))]


def _narrow(needs: Sequence[int], room: int) -> dict[int, int]:
    """The columns that need no more than an even share of what the narrower ones leave, and what they need."""
    found: dict[int, int] = {}
    for n in sorted(range(len(needs)), key=lambda n: needs[n]):
        if needs[n] * (len(needs) - len(found)) > room - sum(found.values()):
            break
        found[n] = needs[n]
    return found


def _need(cell: Cell) -> int:
    lines = max(map(width, plain(cell).split("\n")))
    return _PADDING + (min(lines, _DAY) if isinstance(cell, Day) else lines + len(notes_of(cell)) * 2)


def _longest_word(cell: Cell) -> int:
    return _PADDING + min(_WORD, max(map(width, plain(cell).split() or [""])))


def _lines(row: Row, shares: Sequence[int]) -> int:
    """About how many lines a row takes, its footnotes among them, which share its page."""
    room = sum(shares)
    notes = sum(ceil(width(note) / room) for cell in row.cells for note in notes_of(cell))
    return notes + max(
        sum(ceil(width(line) / max(1, share - _PADDING)) or 1 for line in plain(cell).split("\n"))
        for cell, share in zip(row.cells, shares, strict=True)
    )


# The parts around the text


def _replace_parts(word: WordDocument, document: Document, made: datetime) -> None:
    """Put our own parts in the place of the template's, of which nothing is left but the empty body."""
    from docx.opc.constants import CONTENT_TYPE as KIND
    from docx.opc.constants import RELATIONSHIP_TYPE as RELATION

    body, package = word.part, word.part.package
    body.rels.clear()
    package.rels.clear()
    package.relate_to(body, RELATION.OFFICE_DOCUMENT)
    tag = _TAGS[document.language]
    core = _CORE.format(title=escape(one_line(document.title)), language=tag, time=made.strftime("%Y-%m-%dT%H:%M:%SZ"))
    _attach(package, package, "/docProps/core.xml", KIND.OPC_CORE_PROPERTIES, RELATION.CORE_PROPERTIES, core)
    fonts = (document.template.latin or _LATIN, document.template.chinese or _CHINESE)
    _attach(package, body, "/word/styles.xml", KIND.WML_STYLES, RELATION.STYLES, _styles(*fonts))
    _attach(package, body, "/word/settings.xml", KIND.WML_SETTINGS, RELATION.SETTINGS, _SETTINGS)
    _attach(package, body, "/word/numbering.xml", KIND.WML_NUMBERING, RELATION.NUMBERING, _NUMBERING)
    _attach(package, body, "/word/fontTable.xml", KIND.WML_FONT_TABLE, RELATION.FONT_TABLE, _font_table(*fonts))


def _attach_footnotes(word: WordDocument, notes: Sequence[str], language: Language) -> None:
    """The part with the footnotes and the two rules above them (11.3.7, 17.11), for which python-docx has no words."""
    from docx.opc.constants import CONTENT_TYPE as KIND
    from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
    from docx.opc.oxml import serialize_part_xml

    writer = _Writer(word, language, [])
    made = (
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        f"{_raised('<w:footnoteRef/>')}<w:r>{_shown(' ')}</w:r>{writer.runs(note)}</w:p></w:footnote>"
        for number, note in enumerate(notes, 1)
    )
    package, xml = word.part.package, serialize_part_xml(_parsed("footnotes", _RULES + "".join(made)))
    _attach(package, word.part, "/word/footnotes.xml", KIND.WML_FOOTNOTES, RELATION.FOOTNOTES, xml)


def _attach(package: Package, owner: Part | Package, name: str, kind: str, relation: str, xml: str | bytes) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import PartFactory

    content = xml.encode() if isinstance(xml, str) else xml
    part = PartFactory(PackURI(name), kind, relation, content, package)
    owner.relate_to(cast("Part", part), relation)


def _zipped(word: WordDocument, made: datetime) -> bytes:
    """The file, with its own time for each part in place of the clock's, which python-docx takes."""
    stamp = min(max(made, datetime(1980, 1, 1, tzinfo=UTC)), datetime(2107, 12, 31, tzinfo=UTC)).timetuple()[:6]
    saved, fixed = BytesIO(), BytesIO()
    word.save(saved)
    with ZipFile(saved) as parts, ZipFile(fixed, "w", ZIP_DEFLATED) as target:
        for name in parts.namelist():
            entry = ZipInfo(name, stamp)
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 0, 0
            target.writestr(entry, parts.read(name))
    return fixed.getvalue()


# What never changes; the order of elements is that of the schema. The language of Latin letters is English in a Chinese
# document too (17.3.2.20): LibreOffice breaks Latin words anywhere when it is told that they are Chinese.

_CORE = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<dc:title>{title}</dc:title><dc:creator>tracker</dc:creator><dc:language>{language}</dc:language>
<cp:lastModifiedBy>tracker</cp:lastModifiedBy>
<dcterms:created xsi:type="dcterms:W3CDTF">{time}</dcterms:created>
<dcterms:modified xsi:type="dcterms:W3CDTF">{time}</dcterms:modified>
</cp:coreProperties>"""


def _font_table(latin: str, chinese: str) -> str:
    return f"""\
<w:fonts xmlns:w="{_W}">
<w:font w:name="{latin}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>
<w:font w:name="{chinese}"><w:altName w:val="SimSun"/><w:charset w:val="86"/><w:family w:val="roman"/>
<w:pitch w:val="variable"/></w:font>
</w:fonts>"""


_SETTINGS = f"""\
<w:settings xmlns:w="{_W}">
<w:zoom w:percent="100"/><w:defaultTabStop w:val="567"/><w:characterSpacingControl w:val="compressPunctuation"/>
<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>
<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
</w:compat><w:themeFontLang w:val="en" w:eastAsia="zh-CN"/>
</w:settings>"""

_NUMBERING = f"""\
<w:numbering xmlns:w="{_W}">
<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/><w:lvlText w:val="•"/>
<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="340" w:hanging="340"/></w:pPr></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
</w:numbering>"""

_RULES = """\
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
"""


def _paragraph_style(key: str, name: str, looks: str, letters: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{looks}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


def _heading_style(level: int, half_points: int, before: int) -> str:
    looks = f'<w:keepNext/><w:keepLines/>{_spacing(before, 100)}<w:outlineLvl w:val="{level - 1}"/>'
    return _paragraph_style(f"Heading{level}", f"heading {level}", looks, _BOLD + _size(half_points))


def _spacing(before: int, after: int, line: int = 240, rule: str = "auto") -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


_BOLD = "<w:b/><w:bCs/>"
_UNDER_TITLE = '<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="6" w:color="404040"/></w:pBdr>'
_BULLET = '<w:numPr><w:numId w:val="1"/></w:numPr>'
_HANGING = '<w:ind w:left="340" w:hanging="340"/>'
# Lines that are high enough for Chinese: with Latin words beside it in the same row they stand on one line.
_IN_TABLE = _spacing(20, 20, 260, "atLeast")
_CENTRED = '<w:jc w:val="center"/>'
_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="A6A6A6"/>' for edge in _EDGES)
_PARAGRAPH_STYLES = "\n".join(
    (
        _paragraph_style("Letterhead", "Letterhead", "<w:keepNext/>" + _spacing(0, 40), _size(20)),
        _paragraph_style("Title", "Title", "<w:keepNext/>" + _UNDER_TITLE + _spacing(0, 240), _BOLD + _size(36)),
        _heading_style(1, 28, 320),
        _heading_style(2, 24, 240),
        _heading_style(3, 22, 200),
        _paragraph_style("ListBullet", "List Bullet", _BULLET + _spacing(0, 60, 264) + _HANGING),
        _paragraph_style("TableText", "Table Text", _IN_TABLE, _size(19)),
        _paragraph_style("TableHeading", "Table Heading", "<w:keepNext/>" + _IN_TABLE, _BOLD + _size(19)),
        _paragraph_style("Spacer", "Spacer", _spacing(0, 0, 120, "exact"), _size(8)),
        _paragraph_style("Footer", "footer", _spacing(0, 0) + _CENTRED, _size(19)),
        _paragraph_style("FootnoteText", "footnote text", _spacing(0, 20), _size(18)),
    )
)


def _styles(latin: str, chinese: str) -> str:
    return f"""\
<w:styles xmlns:w="{_W}">
<w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{chinese}" w:cs="{latin}"/>
{_size(22)}<w:lang w:val="en" w:eastAsia="zh-CN" w:bidi="ar-SA"/>
</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>
<w:pPr>{_spacing(0, 120, 264)}</w:pPr></w:style>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/>
<w:uiPriority w:val="1"/><w:semiHidden/></w:style>
<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/>
<w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>
<w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>
</w:style>
<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:semiHidden/></w:style>
{_PARAGRAPH_STYLES}
<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>
<w:basedOn w:val="DefaultParagraphFont"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>
<w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="D5DCE4"/></w:tcPr></w:tblStylePr>
</w:style>
</w:styles>"""
