"""The layouts of a chronology: the same developments, arranged for different readers.

A layout is a function here and a line in ``tracker.documents.LAYOUTS``. A development has one number in all of them.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from tracker import queries
from tracker.documents import parts
from tracker.documents.blocks import Grid, Heading, Items, Note, PageBreak, Paragraph, Row, Strong
from tracker.documents.days import day, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.documents.blocks import Block, Cell, Day, Piece, Text
    from tracker.documents.matter import Matter


def table(matter: Matter) -> Iterator[Block]:
    """One table of everything: number, date, development, parties, source and how it stands."""
    yield from parts.front(matter)
    yield Heading(1, matter.label("developments"))
    yield from _developments(matter)
    yield from parts.back(matter)


def _developments(matter: Matter) -> Iterator[Block]:
    if not matter.developments:
        yield Paragraph(matter.label("none"))
        return
    titles = _titles(matter, "development", "parties", "source", "status")
    rows = []
    for row in matter.developments:
        parties = ", ".join(matter.party(each) for each in matter.mentions.get(row.ref, ()))
        cells = [*_first_cells(matter, row), matter.development(row), parties, matter.source(row), matter.status(row)]
        rows.append(matter.row(row, cells))
    yield Grid(titles, tuple(rows), "developments")


def _titles(matter: Matter, *names: str) -> tuple[str, ...]:
    return matter.labels("no", "date", *(["case"] if matter.several else ()), *names)


def _first_cells(matter: Matter, row: queries.TimelineRow) -> list[Cell]:
    """Number, date, and the case where there are several."""
    return [str(matter.places[row.ref]), matter.day(row), *([row.case] if matter.several else ())]


def narrative(matter: Matter) -> Iterator[Block]:
    """What happened as a text by year and month, sources in footnotes: in full at first, short after that."""
    yield from parts.front(matter)
    yield Heading(1, matter.label("developments"))
    if not matter.developments:
        yield Paragraph(matter.label("none"))
    else:
        yield Paragraph(matter.label("narrative_text"))
    cited: set[str] = set()
    year_before = None
    for (year, month), several in groupby(matter.developments, key=lambda row: _month(matter.day(row))):
        if year != year_before:
            yield Heading(2, {"": matter.label("undated"), "..": matter.label("open")}.get(year, year))
            year_before = year
        if month:
            yield Heading(3, said(f"{year}-{month}", matter.language))
        told = [(_sentence(matter, each, cited), each.ref) for each in several]
        yield Items(tuple(text for text, _ in told), tuple(ref for _, ref in told))
    yield from parts.back(matter)


def _month(day: Day) -> tuple[str, str]:
    """Year and month in which a day can have been at the earliest."""
    if day.earliest is None:
        return (".." if day.edtf else ""), ""
    year, month, _ = day.earliest.split("-")
    return year, month


def _sentence(matter: Matter, row: queries.TimelineRow, cited: set[str]) -> Text:
    case = f" [{row.case}]" if matter.several else ""
    is_marked = row.status or row.ref in matter.privileged
    status: tuple[Piece, ...] = (" [", *matter.status(row), "]") if is_marked else ()
    return (
        f"({matter.places[row.ref]}) ",
        Strong(matter.day(row).words),
        f"{case} ",
        *matter.development(row),
        *status,
        *(Note(each) for each in _references(matter, row, cited)),
    )


def _references(matter: Matter, row: queries.TimelineRow, cited: set[str]) -> Iterator[str]:
    """The citations of a development, a source in full where it is cited for the first time."""
    short = matter.source(row)
    new = [each.source for each in matter.citations.get(row.ref, ()) if each.source not in cited]
    cited.update(new)
    full = [f"{matter.numbers[each]}: {matter.reference(each)}" for each in dict.fromkeys(new)]
    yield ". ".join([short, *full]) if full else short


def by_party(matter: Matter) -> Iterator[Block]:
    """A table for each party of what names it; what names none comes last."""
    yield from parts.front(matter)
    if not matter.developments:
        yield Paragraph(matter.label("none"))
    named: dict[str, list[queries.TimelineRow]] = defaultdict(list)
    for row in matter.developments:
        for party in matter.mentions.get(row.ref, ()):
            named[party].append(row)
    for party in sorted(named, key=lambda each: matter.party(each).casefold()):
        yield Heading(1, matter.party(party))
        yield _short_table(matter, named[party])
    if nobody := [row for row in matter.developments if not matter.mentions.get(row.ref)]:
        yield Heading(1, matter.label("other parties"))
        yield _short_table(matter, nobody)
    yield from parts.back(matter)


def _short_table(matter: Matter, several: Sequence[queries.TimelineRow]) -> Grid:
    rows = []
    for row in several:
        cells = [*_first_cells(matter, row), matter.development(row), matter.source(row), matter.status(row)]
        rows.append(matter.row(row, cells))
    return Grid(_titles(matter, "development", "source", "status"), tuple(rows), "developments")


def by_issue(matter: Matter) -> Iterator[Block]:
    """A table for each issue of what bears on it; what bears on none that is named comes last."""
    yield from parts.front(matter)
    if not matter.developments:
        yield Paragraph(matter.label("none"))
    for issue in sorted(matter.issues, key=str.casefold):
        yield Heading(1, issue)
        yield _short_table(matter, [row for row in matter.developments if row.ref in matter.issues[issue]])
    tagged = set().union(*matter.issues.values())
    if others := [row for row in matter.developments if row.ref not in tagged]:
        yield Heading(1, matter.label("other issues" if tagged else "no issues"))
        yield _short_table(matter, others)
    yield from parts.back(matter)


def undisputed(matter: Matter) -> Iterator[Block]:
    """The facts that no source and no party contests, numbered, each with its source; for a view without the others."""
    yield from parts.front(matter)
    yield Heading(1, matter.label("undisputed"))
    yield Paragraph(matter.label("undisputed_text" if matter.developments else "none"))
    rows = []
    for row in matter.developments:
        rows.append(matter.row(row, [*_first_cells(matter, row), matter.development(row), matter.source(row)]))
    if rows:
        yield Grid(_titles(matter, "fact", "source"), tuple(rows), "developments")
    for part in (parts.cast, parts.sources, parts.record):
        yield from part(matter)


def comparison(matter: Matter) -> Iterator[Block]:
    """What the plaintiff asserts beside what the defendant asserts, and what others do, in order."""
    yield from parts.front(matter)
    yield Heading(1, matter.label("comparison"))
    yield from _compared(matter)
    yield from parts.back(matter)


def _compared(matter: Matter) -> Iterator[Block]:
    from tracker.clocks import ASSERTED_BY  # with all types of events, which no other layout needs

    roles = {
        (row["case_name"], row["party"], row["role"])
        for row in queries.rows_of(matter.db, "roles", "case_name", matter.names)
    }
    rows = []
    for row in matter.developments:
        if (field := ASSERTED_BY.get(row.type)) is None:
            continue
        value = matter.data[row.ref].get(field) or ()
        asserting = (value,) if isinstance(value, str) else tuple(value)
        sides = [
            any((row.case, party, side) in roles for party in asserting) for side in ("plaintiff", "defendant")
        ]  # fmt: skip
        sides.append(not any(sides))
        columns: list[Cell] = [matter.development(row) if is_said else "" for is_said in sides]
        rows.append(matter.row(row, [*_first_cells(matter, row), *columns, matter.source(row)]))
    if not rows:
        yield Paragraph(matter.label("no statements"))
        return
    titles = _titles(matter, "plaintiff side", "defendant side", "others", "source")
    yield Grid(titles, tuple(rows), "developments")


def summary(matter: Matter) -> Iterator[Block]:
    """A page for each case: where it stands, what was last and what is next, disputes, debts and deadlines."""
    yield from parts.privilege(matter)
    for at, name in enumerate(matter.names):
        if at:
            yield PageBreak()
        one = matter.of(name)
        yield from parts.cases(one)
        yield Paragraph(matter.label("number of developments", number=len(one.developments)))
        if dated := [row for row in one.developments if row.date]:
            yield Heading(2, matter.label("last"))
            yield Items((_sentence(one, dated[-1], set()),), (dated[-1].ref,))
        for part in (parts.disputes, parts.owed, parts.deadlines, parts.not_stated):
            yield from part(one)
    yield from parts.sources(matter)
    yield from parts.record(matter)


def privilege(matter: Matter) -> Iterator[Block]:
    """The privilege log: what is withheld, described by its claims alone (Fed. R. Civ. P. 26(b)(5)(A)(ii))."""
    yield Paragraph(matter.label("privilege_log_text"))
    rows = []
    for number, claims in enumerate(matter.privileges.values(), 1):
        told = ("held_by", "author", "recipients", "basis", "description")
        first = claims[0]
        cells = [_claimed(matter, claims, field) for field in told]
        nature = _claimed(matter, claims, "nature", matter.type_label(first.type, first.label))
        rows.append(Row((str(number), day(first.date, matter.language), nature, *cells, first.target), case=first.case))
    if rows:
        titles = matter.labels(
            "no", "date", "nature", "held by", "author", "recipients", "basis", "description", "event"
        )
        yield Grid(titles, tuple(rows), "privilege log")
    else:
        yield Paragraph(matter.label("nothing withheld"))
    yield from parts.record(matter)


def _claimed(matter: Matter, claims: Sequence[queries.PrivilegeRow], field: str, otherwise: str | None = None) -> str:
    """What the claims of one event say in a field, each value once."""
    values = dict.fromkeys(filter(None, (getattr(claim, field) for claim in claims)))
    return "; ".join(values) or otherwise or matter.label("not stated")
