"""Every question that is asked of the projection: named SQL in, typed rows out; no other package reads with SQL.

A question's module is imported when it is first asked: a command asks two or three of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.queries.asking import LONGEST_VALUE, MOST_ROWS, SECONDS, ask
    from tracker.queries.cases import (
        CaseStatus,
        ProblemRow,
        case_names,
        known_names,
        known_on,
        linked_cases,
        problems,
        require_cases,
        status,
        types_used,
    )
    from tracker.queries.developments import Found, Line, TimelineRow, issues, mentions, naming, search, timeline
    from tracker.queries.disputed import DisputeClaim, DisputedValue, DisputeRow, amended, disputed_values, disputes
    from tracker.queries.documents import IssuedRow, issued, next_issue
    from tracker.queries.duties import (
        CalendarEntry,
        DeadlineRow,
        DueRow,
        Export,
        HearingRow,
        OwedRow,
        Result,
        Turn,
        calendar_entries,
        deadlines,
        due,
        event_ids,
        exports,
        hearings,
        owed,
        results,
        steps,
        totals,
        turns,
    )
    from tracker.queries.logged import (
        HeadRow,
        concerned,
        ids_among,
        ids_of_deadlines,
        is_registered,
        projected,
        registered,
        stamps,
    )
    from tracker.queries.privilege import PrivilegeRow, is_anything_privileged, privileges
    from tracker.queries.registers import (
        PartyRow,
        SourceRow,
        cited_by,
        cited_sources,
        parties,
        pseudonyms,
        relations_of,
        require_party,
        source,
        sources,
    )
    from tracker.queries.tables import Citation, citations, named, party_names, pinpoints, row, rows, rows_of

__all__ = [
    "LONGEST_VALUE",
    "MOST_ROWS",
    "SECONDS",
    "CalendarEntry",
    "CaseStatus",
    "Citation",
    "DeadlineRow",
    "DisputeClaim",
    "DisputeRow",
    "DisputedValue",
    "DueRow",
    "Export",
    "Found",
    "HeadRow",
    "HearingRow",
    "IssuedRow",
    "Line",
    "OwedRow",
    "PartyRow",
    "PrivilegeRow",
    "ProblemRow",
    "Result",
    "SourceRow",
    "TimelineRow",
    "Turn",
    "amended",
    "ask",
    "calendar_entries",
    "case_names",
    "citations",
    "cited_by",
    "cited_sources",
    "concerned",
    "deadlines",
    "disputed_values",
    "disputes",
    "due",
    "event_ids",
    "exports",
    "hearings",
    "ids_among",
    "ids_of_deadlines",
    "is_anything_privileged",
    "is_registered",
    "issued",
    "issues",
    "known_names",
    "known_on",
    "linked_cases",
    "mentions",
    "named",
    "naming",
    "next_issue",
    "owed",
    "parties",
    "party_names",
    "pinpoints",
    "privileges",
    "problems",
    "projected",
    "pseudonyms",
    "registered",
    "relations_of",
    "require_cases",
    "require_party",
    "results",
    "row",
    "rows",
    "rows_of",
    "search",
    "source",
    "sources",
    "stamps",
    "status",
    "steps",
    "timeline",
    "totals",
    "turns",
    "types_used",
]

_PLACES = {
    "asking": "LONGEST_VALUE MOST_ROWS SECONDS ask",
    "cases": (
        "CaseStatus ProblemRow case_names known_names known_on linked_cases problems require_cases status types_used"
    ),
    "developments": "Found Line TimelineRow issues mentions naming search timeline",
    "disputed": "DisputeClaim DisputedValue DisputeRow amended disputed_values disputes",
    "documents": "IssuedRow issued next_issue",
    "duties": (
        "CalendarEntry DeadlineRow DueRow Export HearingRow OwedRow Result Turn calendar_entries deadlines "
        "due event_ids exports hearings owed results steps totals turns"
    ),
    "logged": "HeadRow concerned ids_among ids_of_deadlines is_registered projected registered stamps",
    "privilege": "PrivilegeRow is_anything_privileged privileges",
    "registers": (
        "PartyRow SourceRow cited_by cited_sources parties pseudonyms relations_of require_party source sources"
    ),
    "tables": "Citation citations named party_names pinpoints row rows rows_of",
}
"""What each module gives; none has the name of a question, or importing it would hide that."""
_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(name)
    globals()[name] = found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found
