"""What may name a case, a party, a source or a log, and how an event is referred to."""

from __future__ import annotations

import re
from typing import Final

from tracker.errors import BadName, BadReference

REGISTERS: Final = ("parties", "sources")
"""The logs that belong to no case."""

_CASES: Final = "cases/"
# \Z, not $: $ would let a name end in a line feed.
_DEVICE: Final = r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])"
_NAME: Final = re.compile(rf"(?!{_DEVICE}\Z)[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\Z", re.ASCII)
_POSITION: Final = r"[1-9][0-9]{0,9}\Z"  # compiled when it is needed: every command starts with this module


def check_name(what: str, name: str) -> str:
    """Return ``name`` when it can name a ``what`` ("case", "party", ...) on every file system.

    Lower case only, because some file systems take upper and lower case for the same; no device of Windows, because
    ``nul.jsonl`` cannot be a file there.

    Raises:
        BadName: it cannot.
    """
    if not _NAME.match(name):
        raise BadName(what, name)
    return name


def parse_ref(reference: str) -> tuple[str, int]:
    """Return case and position of a reference such as ``haikou-deposit#12``; positions count from 1.

    Raises:
        BadReference: it names no event.
    """
    case, hash_mark, position = reference.partition("#")
    if not hash_mark:
        raise BadReference(reference, "it has no #")
    if not _NAME.match(case):
        raise BadReference(reference, f"{case!r} cannot name a case")
    if not re.match(_POSITION, position):
        raise BadReference(reference, f"{position!r} is no line number, which count from 1")
    return case, int(position)


def case_log(case: str) -> str:
    """Return the name of a case's log; raises BadName."""
    return _CASES + check_name("case", case)


def case_of(log: str) -> str | None:
    """Return the case a log belongs to, or None for a register; raises BadName."""
    check_log(log)
    return None if log in REGISTERS else log.removeprefix(_CASES)


def check_log(log: str) -> str:
    """Return ``log`` when it is ``parties``, ``sources`` or ``cases/`` and the name of a case.

    Raises:
        BadName: it is none of these.
    """
    if log in REGISTERS:
        return log
    if not log.startswith(_CASES):
        raise BadName("log", log)
    check_name("case", log.removeprefix(_CASES))
    return log


def log_of(name: str) -> str:
    """Return the log that a reference such as ``parties#3`` or ``haikou-deposit#12`` names; raises BadName."""
    return name if name in REGISTERS else case_log(name)


_SHOWN: Final = 12
"""So many characters of a hash are enough to tell it from others, and few enough to be typed."""


def short(xhash: str) -> str:
    """As much of a hash as names what has it."""
    return xhash[:_SHOWN]
