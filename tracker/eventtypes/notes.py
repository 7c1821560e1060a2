"""Notes: what a reader should know and no other type can carry."""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import Development, Text, event_type, says


@event_type("note.added", "Note", "备注", {"date": "2025-11-19", "note": "no further official information by this day"})
class NoteAdded(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Something worth keeping that no other type can carry."""

    sentence = ("{note}",)
    note: Annotated[Text, says("the note, in your own words")]
