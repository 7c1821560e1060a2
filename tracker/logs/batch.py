"""What a batch would write: the rules of appending that are the same for every log, without any storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tracker.envelope import Draft, Event, Head, Stamp, open_alone, sealed
from tracker.errors import BadDraft, BrokenLine, HeadMoved, IdTaken, NotCanonical
from tracker.logs.port import Appended

Known = Mapping[tuple[str, str], Event]
"""The events that are there already, by log and id."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines to write to each log, without LF, and what will be answered once they are written."""

    lines: dict[str, list[bytes]]
    appended: list[Appended]


class _Id(msgspec.Struct, gc=False):
    id: str


_id_decoder = msgspec.json.Decoder(_Id)


def wanted_ids(drafts: Iterable[Draft]) -> dict[str, set[str]]:
    """Return the ids to look for in each log: those its drafts carry."""
    wanted: dict[str, set[str]] = {}
    for draft in drafts:
        if draft.id is not None:
            wanted.setdefault(draft.log, set()).add(draft.id)
    return wanted


def find_ids(lines: Iterable[bytes], ids: set[str], *, log: str, where: object) -> dict[tuple[str, str], Event]:
    """Return the events of one log that have one of these ids; raises BrokenLine at a line that has no id."""
    found = {}
    for number, line in enumerate(lines, 1):
        try:
            event_id = _id_decoder.decode(line).id
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise BrokenLine(where, number, f"it is not the JSON of an event ({fault})") from None
        if event_id in ids:
            found[log, event_id] = open_alone(line, where, log, number=number)
    return found


def plan(
    drafts: Sequence[Draft],
    stamp: Stamp,
    *,
    heads: Mapping[str, Head],
    known: Known,
    expected: Mapping[str, int],
    notes: Sequence[Draft] = (),
) -> Plan:
    """Return what to write; ``heads`` has every log that ``drafts``, ``notes`` and ``expected`` name.

    ``notes`` come after the drafts; they are the writer's own, so that nothing is expected or answered for them.

    Raises:
        HeadMoved, IdTaken, BadDraft: as ``EventLog.append``.
    """
    _check_expected(drafts, heads=heads, known=known, expected=expected)
    moving, here = dict(heads), dict(known)
    lines: dict[str, list[bytes]] = {}
    appended = []
    for draft in (*drafts, *notes):
        there = here.get((draft.log, draft.id)) if draft.id is not None else None
        if there is not None:
            _check_same(there, draft)
            appended.append(Appended(draft.log, there.position, there.id, new=False))
            continue
        line, event = sealed(draft, draft.recorded or stamp.later(draft.after), moving[draft.log])
        moving[draft.log] = event.head
        here[draft.log, event.id] = event
        lines.setdefault(draft.log, []).append(line)
        appended.append(Appended(draft.log, event.position, event.id, new=True))
    return Plan(lines, appended[: len(drafts)])


def _check_expected(
    drafts: Sequence[Draft], *, heads: Mapping[str, Head], known: Known, expected: Mapping[str, int]
) -> None:
    """Hold every expectation against its log, but not where all drafts are there already."""
    written = {draft.log for draft in drafts if (draft.log, draft.id) not in known}
    repeated = {draft.log for draft in drafts} - written
    for log, position in expected.items():
        if log not in repeated and heads[log].position != position:
            raise HeadMoved(log, position, heads[log].position)


def _check_same(there: Event, draft: Draft) -> None:
    try:
        same = there.says(draft)
    except NotCanonical as fault:
        raise BadDraft(draft.log, draft.type, fault.reason) from None
    if not same:
        raise IdTaken(draft.log, there.id, there.position)
