"""What each member of an event line may hold: the forms of CloudEvents 1.0.2 and its extensions, as used here."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

MAX_POSITION: Final = 2**31 - 1
"""The sequence extension counts in signed 32-bit integers, from 1."""
SCHEMA: Final = "tracker:/types/"
"""How ``dataschema`` begins; CloudEvents wants an absolute URI there (RFC 3986, section 4.3)."""

_TYPE: Final = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
_HASH: Final = "[0-9a-f]{64}"
_TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_NAME: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# CloudEvents 1.0.2, type system: a String holds no control characters and no noncharacters.
_NONCHARACTERS: Final = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_TEXT: Final = f"[^\x00-\x1f\x7f-\x9f\ufdd0-\ufdef{_NONCHARACTERS}]+"

_REQUIRED: Final = {
    "id": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "prevhash": _HASH,
    "recordedby": _TEXT,
    "recordedtime": _TIME,
    "sequence": "(?!0{10})[0-9]{10}",
    "source": f"/(?:cases/{_NAME}|parties|sources)",
    "specversion": r"1\.0",
    "type": _TYPE,
    "xhash": _HASH,
}
REQUIRED: Final = {name: re.compile(form) for name, form in _REQUIRED.items()}
"""The form of every text member that must be there."""
_ALL: Final = re.compile("\n".join(_REQUIRED.values()))
"""All of them at once, joined by what none of them allows."""
_ID_AND_TIME: Final = re.compile("\n".join([_REQUIRED["id"], _REQUIRED["recordedtime"]]))
_NAMES: Final = {*_REQUIRED, "data"}

OPTIONAL: Final = {
    "datacontenttype": re.compile("application/json"),
    "dataschema": re.compile(f"{SCHEMA}{_TYPE}/(?:[2-9]|[1-9][0-9]{{1,8}})"),
    "subject": re.compile(_TEXT),
    "time": re.compile(_TIME),
}
"""The form of every other member that CloudEvents itself defines."""

_EXTENSION: Final = re.compile("[a-z0-9]{1,20}")
_ANY_TEXT: Final = re.compile(_TEXT)


def fault_of(members: dict[str, Any]) -> str | None:
    """Say which member of a canonical line is missing or has a wrong form, or None; ``data`` is not looked at."""
    if not _are_right(members):
        for name, form in REQUIRED.items():
            if name not in members:
                return f"it has no {name}"
            if not _has_form(members[name], form):
                return f"its {name} {shown(members[name])} has a wrong form"
    if int(members["sequence"]) > MAX_POSITION:
        return f"a log ends at line {MAX_POSITION}"
    more = members.keys() - _NAMES if len(members) > len(_NAMES) else ()
    for name in more:
        if not _EXTENSION.fullmatch(name):
            return f"{name!a} cannot name a member of an event"
        if not _is_attribute(name, members[name]):
            return f"its {name} {shown(members[name])} has a wrong form"
    if "dataschema" in more and members["dataschema"].rpartition("/")[0] != SCHEMA + members["type"]:
        return f"its dataschema {shown(members['dataschema'])} is that of another type"
    for name in ("recordedtime", "time"):
        if name in members and not _is_on_calendar(members[name]):
            return f"its {name} {shown(members[name])} is on no calendar or clock"
    return None


def _are_right(members: dict[str, Any]) -> bool:
    """Whether every required text is there in its form: all of them at once, as for nearly every line."""
    try:
        return _ALL.fullmatch("\n".join([members[name] for name in _REQUIRED])) is not None
    except (KeyError, TypeError):
        return False


def are_plain(event_id: str, recordedtime: str, recordedby: str, source: str, event_type: str) -> bool:
    """Whether these members have their forms, and are written in JSON as they are, with no escape."""
    return (
        _ID_AND_TIME.fullmatch(f"{event_id}\n{recordedtime}") is not None
        and _is_on_calendar(recordedtime)
        and _is_plain("recordedby", recordedby)
        and _is_plain("source", source)
        and _is_plain("type", event_type)
    )


@lru_cache(maxsize=1024)
def _is_plain(name: str, text: str) -> bool:
    """As ``are_plain``; remembered, because many lines have these members in common."""
    return _has_form(text, REQUIRED[name]) and '"' not in text and "\\" not in text


def is_instant(text: str) -> bool:
    """Whether ``text`` is an RFC 3339 time in UTC with milliseconds, on the calendar and from 1970 on."""
    return _has_form(text, REQUIRED["recordedtime"]) and _is_on_calendar(text)


def _is_on_calendar(text: str) -> bool:
    """Whether what has the form of a time is one, from 1970 on."""
    try:
        return datetime.fromisoformat(text).year >= 1970
    except ValueError:
        return False


def shown(value: object) -> str:
    """Return a value for a message: ASCII only, so that nothing in a damaged line reaches a terminal, and short."""
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _has_form(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _is_attribute(name: str, value: object) -> bool:
    """Whether an optional member has its own form or, when it is not known, a type CloudEvents has for attributes."""
    if isinstance(value, int):  # a boolean too
        return name not in OPTIONAL and -(2**31) <= value < 2**31
    return _has_form(value, OPTIONAL.get(name, _ANY_TEXT))
