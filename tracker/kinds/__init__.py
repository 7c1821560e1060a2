"""The kinds of case: one module a kind, listed here once."""

from collections.abc import Mapping

from tracker.errors import UnknownName
from tracker.kinds.base import Ask, Kind, Move, Stage
from tracker.kinds.batch import BATCH
from tracker.kinds.incident import INCIDENT
from tracker.kinds.lawsuit import LAWSUIT
from tracker.kinds.notice import NOTICE
from tracker.kinds.penalty import PENALTY
from tracker.kinds.programme import PROGRAMME
from tracker.kinds.recall import RECALL
from tracker.kinds.rumour import RUMOUR
from tracker.kinds.topic import TOPIC

__all__ = ["KINDS", "UNKNOWN", "Ask", "Kind", "Move", "Stage", "require_kind"]

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (LAWSUIT, BATCH, RECALL, INCIDENT, PENALTY, NOTICE, PROGRAMME, RUMOUR, TOPIC)
}

UNKNOWN = Kind(
    name="unknown",
    label="Unknown kind",
    meaning="a case whose kind this program does not know; its events are kept and shown",
    stages=(Stage("not known", "the kind's stages are not known"),),
    moves=(),
    roles=(),
)
"""What a case is folded with when its log names no kind, or one from a newer program."""


def require_kind(name: str) -> Kind:
    """The kind of that name; raises UnknownName."""
    if name not in KINDS:
        raise UnknownName("kind", name, KINDS, "'tracker kinds' lists them")
    return KINDS[name]
