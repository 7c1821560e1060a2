"""Canonical JSON: the one way to write a value as bytes, and the strict way to read it back.

RFC 8785 (JSON Canonicalization Scheme), restricted: no floats, integers within 2^53 - 1, ASCII member names (so that
sorting by bytes and sorting by UTF-16 units, as section 3.2.3 asks, are the same), at most 32 levels and 1 MiB.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from tracker.errors import NotCanonical

__all__ = ["MAX_DEPTH", "MAX_INTEGER", "MAX_LINE", "NotCanonical", "decode", "encode", "is_plainly_canonical"]

MAX_LINE: Final = 1_048_576
"""Bytes of a line, without its LF."""
MAX_DEPTH: Final = 32
"""Arrays and objects inside one another, the outermost counted."""
MAX_INTEGER: Final = 2**53 - 1
"""The largest integer every JSON reader keeps exactly (RFC 8259, section 6)."""

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()

_SHALLOW: Final = 5
"""Levels of nearly every line; a type for each level more doubles in size."""


def _shallow(levels: int) -> Any:
    """The type of values that need no second look: no float, no integer beyond the limits, so many levels at most."""
    plain = str | Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | bool | None
    if not levels:
        return plain
    inner = _shallow(levels - 1)
    return plain | dict[str, inner] | list[inner]  # type: ignore[valid-type]  # made while this runs


_shallow_decoder = msgspec.json.Decoder(_shallow(_SHALLOW))
_DOUBTFUL: Final = object()
# In canonical bytes, a text with a byte that is not ASCII and a colon behind it. No text is looked at twice.
_OTHER_NAME: Final = re.compile(
    rb'"[^"\\\x80-\xff]*+(?:\\.[^"\\\x80-\xff]*+)*+[\x80-\xff][^"\\]*+(?:\\.[^"\\]*+)*+":', re.DOTALL
)


def encode(value: Any) -> bytes:
    """Return the canonical bytes of ``value``, made of dict, list, tuple, str, int, bool and None only.

    Raises:
        NotCanonical: the value has no canonical form within the limits.
    """
    _check(value, 0)
    try:
        raw = _encoder.encode(value)
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half of a surrogate pair, which is no character") from None
    if len(raw) > MAX_LINE:
        raise NotCanonical(f"it is {len(raw)} bytes long, more than {MAX_LINE}")
    return raw


def decode(raw: bytes) -> Any:
    """Return the value whose canonical bytes are ``raw``.

    Raises:
        NotCanonical: ``raw`` is not JSON, or is not exactly what ``encode`` would write for the value.
    """
    if len(raw) > MAX_LINE:
        raise NotCanonical(f"it is {len(raw)} bytes long, more than {MAX_LINE}")
    value = _decode_quickly(raw)
    return _decode_exactly(raw) if value is _DOUBTFUL else value


def is_plainly_canonical(raw: bytes) -> bool:
    """Whether ``raw`` is canonical, of few levels, as nearly all is; where it is not, only ``decode`` knows."""
    return _decode_quickly(raw) is not _DOUBTFUL


def _decode_quickly(raw: bytes) -> Any:
    """Return the value whose canonical bytes are ``raw``, or _DOUBTFUL where it takes a second look."""
    try:
        value = _shallow_decoder.decode(raw)
        if _encoder.encode(value) == raw and (raw.isascii() or not _OTHER_NAME.search(raw)):
            return value
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    return _DOUBTFUL


def _decode_exactly(raw: bytes) -> Any:
    """Do as ``decode``, looking at every value by itself: what is rare is allowed here, and what is wrong is named."""
    try:
        value = _decoder.decode(raw)
    except UnicodeDecodeError:
        raise NotCanonical("it is not UTF-8") from None
    except RecursionError:
        raise NotCanonical(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except msgspec.DecodeError as fault:
        raise NotCanonical(f"it is not JSON ({fault})") from None
    # A member that stands twice, a space, -0, an unsorted name or a needless escape: each is lost in reading and so
    # makes the bytes written again differ.
    again = encode(value)
    if again != raw:
        raise NotCanonical(f"it is not in canonical form from byte {_first_difference(raw, again)} on")
    return value


def _check(value: Any, depth: int) -> None:
    """Refuse what RFC 8785 or the limits leave no room for; ``depth`` is the number of containers around ``value``."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonical("an integer is beyond 2^53 - 1: write it as text")
        return
    if kind is float:
        raise NotCanonical(f"{value!r} is a float: write decimals and money as text")
    if kind is not dict and kind is not list and kind is not tuple:
        raise NotCanonical(f"a value of type {kind.__name__} has no form in JSON")
    if depth == MAX_DEPTH:
        raise NotCanonical(f"it is nested deeper than {MAX_DEPTH} levels")
    if kind is dict:
        _check_names(value)
        value = value.values()
    for item in value:
        _check(item, depth + 1)


def _check_names(members: dict[Any, Any]) -> None:
    for name in members:
        if type(name) is not str or not name.isascii():
            raise NotCanonical(f"the member name {name!a} is not ASCII text")


def _first_difference(left: bytes, right: bytes) -> int:
    """Return the offset of the first byte that differs, counted from 0."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
