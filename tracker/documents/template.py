"""A firm's own letterhead, fonts and words: a folder with ``template.toml``, read once and given to every writer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tracker.documents.labels import LABELS
from tracker.errors import BadTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "template.toml"
FONTS: Final = "fonts"
"""The folder beside it whose font files a PDF may use without their being installed."""
MAX_LOGO: Final = 1_048_576
"""Bytes; a logo is printed 1.6 cm high."""
_SORTS: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
# A name goes into style sheets, so nothing in it may end a string there.
_FONT: Final = re.compile(r"\w[\w .-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture: its bytes, ``png`` or ``jpeg``, and what it shows, for formats and people that cannot see it."""

    data: bytes
    sort: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a firm puts around its documents; empty where it leaves them as they are.

    ``letterhead`` stands above the title, ``footer`` at the foot of each page (of the whole, where there are no pages).
    ``labels`` has, by language and name, the words that take the place of those of ``labels.LABELS``. ``folder`` is
    where it was read, None for no template.
    """

    letterhead: tuple[str, ...] = ()
    logo: Logo | None = None
    footer: str = ""
    latin: str = ""
    chinese: str = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def head(self) -> tuple[str, ...]:
        """What stands above the title of a document without pictures."""
        return (self.logo.text, *self.letterhead) if self.logo else self.letterhead


PLAIN: Final = Template()


class _Fonts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    latin: str = ""
    chinese: str = ""


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: dict[str, str] = {}
    zh: dict[str, str] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    letterhead: tuple[str, ...] = ()
    logo: str = ""
    logo_text: str = ""
    footer: str = ""
    fonts: _Fonts = _Fonts()
    labels: _Labels = _Labels()


def read_template(folder: Path) -> Template:
    """The template in a folder; raises BadTemplate, which names the file and what is wrong with it, and OSError."""
    path = folder / FILE
    told = _decoded(path)
    for name, text in (*(("letterhead", line) for line in told.letterhead), ("footer", told.footer)):
        if "\n" in text:
            raise BadTemplate(path, f"{name} holds a line break; write each line as a text of its own")
    for name, font in (("fonts.latin", told.fonts.latin), ("fonts.chinese", told.fonts.chinese)):
        if font and not _FONT.match(font):
            raise BadTemplate(path, f"{name} is {font!r}, which is no name of a font")
    labels = {"en": told.labels.en, "zh": told.labels.zh}
    for language, words in labels.items():
        for name, text in words.items():
            _check_label(path, language, name, text)
    return Template(
        told.letterhead, _logo(path, told), told.footer, told.fonts.latin, told.fonts.chinese, labels, folder
    )


def places(text: str) -> set[str]:
    """The places of a label that a document fills, ``number`` for ``{number}``; raises ValueError for any other."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError(name)
        found.add(name)
    return found


def _decoded(path: Path) -> _File:
    import tomllib

    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert(raw, _File)
    except FileNotFoundError:
        raise BadTemplate(path, f"it is not there; a template is a folder with a file {FILE}") from None
    except UnicodeDecodeError:
        raise BadTemplate(path, "it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise BadTemplate(path, f"it is not TOML ({fault})") from None
    except msgspec.ValidationError as fault:
        raise BadTemplate(path, str(fault)) from None


def _check_label(path: Path, language: str, name: str, text: str) -> None:
    where = f"labels.{language}.{name!r}"
    if name not in LABELS:
        from difflib import get_close_matches

        near = get_close_matches(name, LABELS, n=3, cutoff=0.6)
        raise BadTemplate(
            path, f"there is no label {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        )
    wanted = places(LABELS[name][language == "zh"])
    try:
        found = places(text)
    except ValueError:
        raise BadTemplate(path, f"{where} has braces that name no place; write {{{{ for a brace") from None
    if found != wanted or not text.strip():
        told = " and ".join(f"{{{each}}}" for each in sorted(wanted)) or "no places in braces"
        raise BadTemplate(path, f"{where} has to be a text with {told}")


def _logo(path: Path, told: _File) -> Logo | None:
    if not told.logo:
        return None
    picture = path.parent / told.logo
    try:
        data = picture.read_bytes()
    except FileNotFoundError:
        raise BadTemplate(path, f"logo names {told.logo!r}, which is not in the folder") from None
    sort = next((sort for begin, sort in _SORTS.items() if data.startswith(begin)), None)
    if sort is None or len(data) > MAX_LOGO:
        raise BadTemplate(path, f"logo has to be a PNG or JPEG of at most {MAX_LOGO} bytes")
    if not told.logo_text.strip():
        raise BadTemplate(path, "logo_text is missing: what the logo shows, for those who cannot see it")
    return Logo(data, sort, told.logo_text)
