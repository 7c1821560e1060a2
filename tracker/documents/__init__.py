"""Documents: built once as blocks, printed by one small writer a format."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING

from tracker.documents.labels import in_own_words
from tracker.errors import BadFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.documents.blocks import Document

WRITERS = {
    ".md": "markdown",
    ".html": "html",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".pdf": "pdf",
    ".json": "as_json",
    ".csv": "as_csv",
}
"""The ending of a file and the module whose ``write`` makes its bytes; a new format is a module and a line here."""

LAYOUTS = {
    "table": "table",
    "narrative": "narrative",
    "party": "by_party",
    "issue": "by_issue",
    "comparison": "comparison",
    "undisputed": "undisputed",
    "summary": "summary",
    "privilege": "privilege",
}
"""How a chronology can be arranged, and the function of ``layouts`` that does it."""


def writer_for(target: str | None) -> Callable[[Document], bytes]:
    """The writer that the ending of a file name asks for, Markdown without one; raises BadFormat."""
    ending = PurePath(target).suffix.lower() if target else ".md"
    if ending not in WRITERS:
        raise BadFormat(str(target), WRITERS)
    write: Callable[[Document], bytes] = import_module(f"tracker.documents.{WRITERS[ending]}").write

    def written(document: Document) -> bytes:
        with in_own_words(document.template.labels):
            return write(document)

    return written
