"""The chronology: developments in order with their pinpoints, the cast, the sources, and what is not stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import queries
from tracker.documents.blocks import Document, Grid, Heading, Items, Paragraph
from tracker.eventtypes.base import grouped

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from tracker.documents.blocks import Block

HOW_TO_READ_DATES = (
    "Dates are shown as they are known and no closer: 2025-05 is some day in May 2025, 2025-05~ is about May 2025.",
    "2024-11/2024-12 is some day, or the whole time, between the two; ../2025-11-27 is that day or before.",
    "An open end is written as two dots; ? marks a date that is doubtful.",
    "Developments stand in the order of the earliest day on which they can have happened, those without a date last.",
)


def chronology(db: sqlite3.Connection, cases: Sequence[str], *, shown: str = "") -> Document:
    """The chronology of one case or of several merged into one; ``shown`` says what is left out of it.

    Raises UnknownName. Equal projections give equal documents.
    """
    names = queries.require_cases(db, cases)
    captions = {row["name"]: row for row in queries.rows(db, "cases") if row["name"] in names}
    title = captions[names[0]]["title"] if len(names) == 1 else f"{len(names)} cases"
    rows = queries.timeline(db, names)
    numbers = _numbered(db, names)
    blocks: list[Block] = [
        *([Paragraph(shown)] if shown else []),
        *_cases(db, [captions[name] for name in names]),
        Heading(1, "How to read the dates"),
        Items(HOW_TO_READ_DATES),
        Heading(1, "Developments"),
        *_developments(db, rows, numbers, several=len(names) > 1),
        *_disputes(db, names, numbers),
        *_owed(db, names),
        *_deadlines(db, names),
        *_cast(db, names),
        *_not_stated(db, names),
        *_sources(db, numbers),
    ]
    return Document(f"Chronology: {title}", tuple(blocks))


def _cases(db: sqlite3.Connection, captions: Sequence[sqlite3.Row]) -> Iterator[Block]:
    names = queries.party_names(db)
    yield Heading(1, "Case" if len(captions) == 1 else "Cases")
    yield Grid(
        ("Case", "Title", "Kind", "Forum", "Stage"),
        tuple(
            (
                row["name"],
                row["title"],
                row["kind_label"],
                names.get(row["forum"], "not stated") if row["forum"] else "not stated",
                row["stage"] + (f" (since {row['stage_since']})" if row["stage_since"] else ""),
            )
            for row in captions
        ),
    )
    for row in captions:
        if row["about"]:
            yield Paragraph(f"{row['name']}: {row['about']}" if len(captions) > 1 else row["about"])


def _numbered(db: sqlite3.Connection, names: Sequence[str]) -> dict[str, str]:
    """A short name, S1, S2 and so on, for each source that these cases cite, in the order of publication."""
    cited = {row["source"] for row in queries.rows(db, "citations") if row["log"].removeprefix("cases/") in names}
    return {
        source: f"S{number}"
        for number, source in enumerate((row.source for row in queries.sources(db) if row.source in cited), 1)
    }


def _developments(
    db: sqlite3.Connection, rows: Sequence[queries.TimelineRow], numbers: dict[str, str], *, several: bool
) -> Iterator[Block]:
    if not rows:
        yield Paragraph("No development has been logged yet.")
        return
    citations = queries.citations(db)
    titles = ("No.", "Date", *(("Case",) if several else ()), "Development", "Source")
    grid = []
    for number, row in enumerate(rows, 1):
        date = row.date or "not stated"
        if row.date_basis:
            date += f" ({row.date_basis})"
        source = queries.pinpoint(citations.get(row.ref, ()), numbers) or "no source given"
        mark = f" [{row.status}]" if row.status else ""
        grid.append((str(number), date, *((row.case,) if several else ()), f"{row.label}: {row.text}{mark}", source))
    yield Grid(titles, tuple(grid))


def _disputes(db: sqlite3.Connection, names: Sequence[str], numbers: dict[str, str]) -> Iterator[Block]:
    found = queries.disputes(db, names, settled=None)
    if not found:
        return
    yield Heading(1, "Disputes")
    yield Paragraph("Where sources or parties give different values, all of them stand here; none was chosen silently.")
    dates = {row.ref: row for row in queries.timeline(db, names, history=True)}
    rows = []
    for dispute in found:
        told = dates.get(dispute.target)
        what = f"{dispute.target}, {told.label}" if told else dispute.target
        for value in queries.disputed_values([dispute]):
            says_so = value.says_so
            for source, number in numbers.items():
                says_so = says_so.replace(f"{source} ¶", f"{number} ¶")
            rows.append((what, value.field, value.told, says_so, value.state))
    yield Grid(("Development", "What", "Value", "Who says so", "State"), tuple(rows))


def _owed(db: sqlite3.Connection, names: Sequence[str]) -> Iterator[Block]:
    rows = queries.owed(db, names)
    if not rows:
        return
    yield Heading(1, "What is owed under orders")
    grid = []
    for row in rows:
        who = " and ".join(row.debtors) or "not stated"
        who += f" ({row.sharing})" if len(row.debtors) > 1 else ""
        amount = f"{grouped(row.least)} to " * (row.least != row.most) + f"{grouped(row.most)} {row.currency}"
        to = " and ".join(row.creditors) or "not stated"
        grid.append((who, to, amount, row.due or "not stated", f"{row.state} ({row.stage})", ", ".join(row.refs)))
    yield Grid(("Owes", "To", "Outstanding", "Due", "State", "Events"), tuple(grid))


def _deadlines(db: sqlite3.Connection, names: Sequence[str]) -> Iterator[Block]:
    rows = queries.deadlines(db, names)
    if not rows:
        return
    yield Heading(1, "Deadlines")
    grid = []
    for row in rows:
        state = f"waits for {row.waits_for}" if row.waits_for else row.status
        state += "; stale: its trigger has another day by now" if row.is_stale else ""
        how = [f"rule {row.rule}: {row.law}" if row.rule else row.basis or "as logged"]
        how += queries.steps(db, row.id)
        what = f"{row.what or row.name} [{row.id}]"
        grid.append((row.due or "no day", what, ", ".join(row.parties) or "not stated", state, "; ".join(how)))
    yield Grid(("Due", "What", "Who", "State", "How it was found"), tuple(grid))


def _cast(db: sqlite3.Connection, names: Sequence[str]) -> Iterator[Block]:
    parties = {row["id"]: row for row in queries.rows(db, "parties")}
    roles: dict[str, list[str]] = {}
    for row in queries.rows(db, "roles", "case_name", "role"):
        if row["case_name"] in names:
            told = f"{row['role']} ({row['case_name']})" if len(names) > 1 else row["role"]
            roles.setdefault(row["party"], []).append(told)
    if not roles:
        return
    relations: dict[str, list[str]] = {}
    for row in queries.rows(db, "relations", "position"):
        told = f"{row['relation']} {parties[row['other']]['name'] or row['other']}"
        relations.setdefault(row["party"], []).append(told)
    yield Heading(1, "Cast")
    yield Grid(
        ("Party", "Role", "Relations"),
        tuple(
            (
                (parties[party]["name"] or party) + (" (pseudonym)" if parties[party]["pseudonym"] else ""),
                ", ".join(roles[party]),
                "; ".join(relations.get(party, ())),
            )
            for party in sorted(roles, key=lambda each: (parties[each]["name"] or each).casefold())
        ),
    )


def _not_stated(db: sqlite3.Connection, names: Sequence[str]) -> Iterator[Block]:
    told = []
    for row in queries.rows(db, "gaps", "case_name", "rowid"):
        if row["case_name"] in names:
            case = f"{row['case_name']}: " if len(names) > 1 else ""
            told.append(f"{case}{row['what']}" + (f" (known: {row['bounds']})" if row["bounds"] else ""))
    told += [
        f"real name of {name}" for name in sorted({each for case in names for each in queries.pseudonyms(db, case)})
    ]
    if told:
        yield Heading(1, "Not stated in any source")
        yield Items(tuple(told))


def _sources(db: sqlite3.Connection, numbers: dict[str, str]) -> Iterator[Block]:
    if not numbers:
        return
    yield Heading(1, "Sources")
    rows = []
    for row in queries.sources(db):
        if row.source in numbers:
            full = queries.source(db, row.source)
            who = ", ".join(filter(None, (full["author"], full["publisher"]))) or "publisher not stated"
            remarks = [f"not independent of {numbers.get(other, other)}" for other in _others(row)]
            if full["cut_off"]:
                remarks.append(f"incomplete: {full['cut_off']}")
            published = (full["published"] or "not stated") + (
                f" ({full['published_basis']})" if full["published_basis"] else ""
            )
            title = f"{full['title'] or 'untitled'} [{row.source}]"
            rows.append((numbers[row.source], title, who, published, "; ".join(remarks)))
    yield Grid(("No.", "Title", "By", "Published", "Remarks"), tuple(rows))


def _others(row: queries.SourceRow) -> list[str]:
    return row.not_independent_of.split(", ") if row.not_independent_of else []
