"""Citations as a reader expects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Cited(Protocol):
    """A place in a source, and what that does: it ``supports`` or ``contradicts``."""

    @property
    def source(self) -> str:
        """The name of the source."""

    @property
    def locator(self) -> str | None:
        """Where in it; paragraphs by their numbers."""

    @property
    def does(self) -> str:
        """Which of the two it does."""


def pinpoint(found: Iterable[Cited], names: Mapping[str, str] | None = None) -> str:
    """Citations as one text: ``leida ¶7, 13; contradicted by ¶8``; ``names`` shortens the sources."""
    texts: list[str] = []
    said: str | None = None
    by_source: dict[str, dict[str, list[str]]] = {"supports": {}, "contradicts": {}}
    for each in found:
        by_source.get(each.does, {}).setdefault(each.source, []).extend([each.locator] if each.locator else [])
    for does, sources in by_source.items():
        for source, locators in sources.items():
            name = (names or {}).get(source, source)
            place = _places(locators)
            if does == "contradicts":
                whole = place if said == source and place else f"{name} {place}".strip()
                texts.append(f"contradicted by {whole}")
            else:
                texts.append(f"{name} {place}".strip())
                said = source
    return "; ".join(texts)


def _places(locators: Sequence[str]) -> str:
    paragraphs = [each for each in locators if each[:1].isdigit()]
    others = [each for each in locators if not each[:1].isdigit()]
    told = [f"¶{', '.join(paragraphs)}"] if paragraphs else []
    return ", ".join([*told, *others])
