"""Timelines as PNG, for formats that take no SVG; Typst draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.documents import pdf
from tracker.documents.blocks import Document, Figure
from tracker.documents.timeline import timeline

if TYPE_CHECKING:
    from tracker.documents.labels import Language

_DOTS: Final = 200
"""Dots to the inch on A4, where a picture is as wide as the text of a portrait page (about 6.5 inches)."""
_POINTS: Final = 468
_PAGE: Final = (
    f"#set page(width: {_POINTS}pt, height: auto, margin: 0pt)\n"
    '#image(bytes(sys.inputs.drawn), format: "svg", width: 100%)'
).encode()


def png(figure: Figure, language: Language) -> bytes:
    """A timeline as PNG; with the fonts that Typst brings as long as these do, so that all machines draw the same.

    Raises MissingGlyph.
    """
    import typst

    document = Document("", (figure,), language)
    is_bundled = not pdf.missing(document, system_fonts=False)
    if not is_bundled and (missing := pdf.missing(document, system_fonts=True)):
        raise missing
    drawn = timeline(figure.moments, language=language, font=pdf.BODY)
    return typst.compile(
        _PAGE, format="png", ppi=_DOTS, sys_inputs={"drawn": drawn}, font_paths=pdf.fonts(system=not is_bundled)
    )
