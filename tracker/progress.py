"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


class Progress(Protocol):
    """Wraps what is worked through, so that each step can be shown; ``length`` is how many there are."""

    def __call__(self, items: Iterable[T], length: int) -> Iterable[T]:
        """The same items."""


def unseen(items: Iterable[T], length: int) -> Iterable[T]:
    """Progress that nobody watches."""
    return items
