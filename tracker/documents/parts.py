"""What stands before and after the developments of a document, whatever its layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker import queries
from tracker.amounts import span_of_money
from tracker.dates import fault
from tracker.documents.blocks import Figure, Grid, Heading, Items, Moment, Paragraph, Row, Strong
from tracker.documents.days import day, said
from tracker.documents.timeline import in_pages
from tracker.names import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.documents.blocks import Block, Cell, Day
    from tracker.documents.matter import Matter


def front(matter: Matter) -> Iterator[Block]:
    """What is privileged, the cases, which filters were on, how the dates are read, and the timeline."""
    yield from privilege(matter)
    yield from cases(matter)
    yield Heading(1, matter.label("filters"))
    yield Paragraph(matter.shown or matter.label("everything else" if matter.withholds else "everything"))
    yield Heading(1, matter.label("dates"))
    yield Items(tuple(matter.label("dates_text").split("|")))
    yield from timeline(matter)


def privilege(matter: Matter) -> Iterator[Block]:
    """At the head of a document: that it contains what is privileged, or that it leaves that out."""
    if matter.privileged:
        yield Paragraph((Strong(matter.label("contains privileged", number=len(matter.privileged))),))
    elif matter.withholds:
        yield Paragraph(matter.label("left out", number=len(matter.privileges)))


MOST_DRAWN: Final = 400
"""Developments that are drawn at most: beyond them nobody looks at the pictures, and they cost more than all else."""


def timeline(matter: Matter) -> Iterator[Block]:
    """What happened, drawn, a lane for each case; each picture is no higher than a page."""
    if not any(row.date for row in matter.developments):
        return
    yield Heading(1, matter.label("timeline"))
    if (number := len(matter.developments)) > MOST_DRAWN:
        yield Paragraph(matter.label("timeline too long", most=MOST_DRAWN, number=number))
        return
    by_case = sorted(matter.developments, key=lambda row: matter.names.index(row.case))
    for moments in in_pages([_moment(matter, row, matter.day(row)) for row in by_case]):
        yield Figure(moments)


def _moment(matter: Matter, row: queries.TimelineRow, when: Day) -> Moment:
    """A development as it is drawn; one of which only is known by when it was known is not dated."""
    bounds = (when.earliest, when.latest) if row.date else (None, None)
    lane = row.case if matter.several else ""
    return Moment(matter.places[row.ref], matter.told(row), *bounds, lane, row.status, "~" in (when.edtf or ""))


def back(matter: Matter) -> Iterator[Block]:
    """Disputes, what is owed, deadlines, the cast, what is not stated, the sources, and the record."""
    for part in (disputes, owed, deadlines, cast, not_stated, sources, record):
        yield from part(matter)


def cases(matter: Matter) -> Iterator[Block]:
    """What each case is about and where it stands."""
    yield Heading(1, matter.label("cases" if matter.several else "case"))
    rows = []
    for row in matter.captions:
        stage = row["stage"]
        if row["stage_since"]:
            stage += f" ({day(row['stage_since'], matter.language).words})"
        forum = matter.party(row["forum"]) if row["forum"] else matter.label("not stated")
        rows.append(
            Row((row["name"], row["title"], row["kind_label"], forum, stage), case=row["name"], key=row["name"])
        )
    yield Grid(matter.labels("case", "title", "kind", "forum", "stage"), tuple(rows), "cases")
    for row in matter.captions:
        if row["about"]:
            yield Paragraph(f"{row['name']}: {row['about']}" if matter.several else row["about"])


def disputes(matter: Matter) -> Iterator[Block]:
    """Every disputed field with every value that is claimed for it."""
    if not matter.disputes:
        return
    yield Heading(1, matter.label("disputes"))
    yield Paragraph(matter.label("disputes_text"))
    told = {row.ref: f"{matter.places[row.ref]}. {matter.kind(row)}" for row in matter.developments}
    rows = []
    for dispute in matter.disputes:
        what = f"{told[dispute.target]} [{dispute.target}]" if dispute.target in told else dispute.target
        for value in queries.disputed_values([dispute]):
            cells = (what, value.field, value.told, matter.by_number(value.says_so), value.state)
            rows.append(
                Row(
                    cells,
                    dispute.status,
                    dispute.target.partition("#")[0],
                    key=f"{dispute.target} {dispute.field} {value.value}",
                )
            )
    yield Grid(matter.labels("development", "what", "value", "who says so", "state"), tuple(rows), "disputes")


def owed(matter: Matter) -> Iterator[Block]:
    """What is owed under orders."""
    rows = []
    for row in queries.owed(matter.db, matter.names):
        who = " and ".join(row.debtors) or matter.label("not stated")
        who += f" ({row.sharing})" if len(row.debtors) > 1 else ""
        amount = span_of_money(row.least, row.most, row.currency)
        to = " and ".join(row.creditors) or matter.label("not stated")
        # what falls due may be a day, or words of the order such as "after the judgment takes effect"
        due: Cell = day(row.due, matter.language) if row.due is None or fault(row.due) is None else row.due
        state = f"{row.state} ({row.stage})" + (f"; disputed: {', '.join(row.disputed)}" if row.disputed else "")
        cells = (who, to, amount, due, state, ", ".join(row.refs))
        rows.append(
            Row(cells, case=row.case, parties=(*row.debtors, *row.creditors), key=" ".join((row.refs[0], *row.debtors)))
        )
    if rows:
        yield Heading(1, matter.label("owed"))
        yield Grid(matter.labels("owes", "to", "outstanding", "due", "state", "events"), tuple(rows), "owed")


def deadlines(matter: Matter) -> Iterator[Block]:
    """Every deadline with the steps that led to its day."""
    rows = []
    for row in queries.deadlines(matter.db, matter.names):
        state = f"waits for {row.waits_for}" if row.waits_for else row.status
        state += "; stale: its trigger has another day by now" if row.is_stale else ""
        how = [f"rule {row.rule}: {row.law}" if row.rule else row.basis or "as logged"]
        how += queries.steps(matter.db, row.id)
        due: Cell = day(row.due, matter.language) if row.due else matter.label("no day")
        who = ", ".join(row.parties) or matter.label("not stated")
        rows.append(
            Row(
                (due, f"{row.what or row.name} [{row.id}]", who, state, "; ".join(how)),
                "",
                row.case,
                row.parties,
                key=row.id,
            )
        )
    if rows:
        yield Heading(1, matter.label("deadlines"))
        yield Grid(matter.labels("due", "what", "who", "state", "how found"), tuple(rows), "deadlines")


def cast(matter: Matter) -> Iterator[Block]:
    """Everybody with a role in the cases, and how they stand to each other."""
    roles: dict[str, list[str]] = {}
    for row in queries.rows_of(matter.db, "roles", "case_name", matter.names, "case_name", "role"):
        role = f"{row['role']} ({row['case_name']})" if matter.several else row["role"]
        roles.setdefault(row["party"], []).append(role)
    if not roles:
        return
    relations: dict[str, list[str]] = {}
    for row in queries.rows(matter.db, "relations", "position"):
        relations.setdefault(row["party"], []).append(f"{row['relation']} {matter.party(row['other'])}")
    rows = []
    for party in sorted(roles, key=lambda each: matter.party(each).casefold()):
        name = matter.party(party)
        shown = matter.label("pseudonym", party=name) if matter.parties[party]["pseudonym"] else name
        rows.append(
            Row((shown, ", ".join(roles[party]), "; ".join(relations.get(party, ()))), parties=(name,), key=party)
        )
    yield Heading(1, matter.label("cast"))
    yield Grid(matter.labels("party", "role", "relations"), tuple(rows), "cast")


def not_stated(matter: Matter) -> Iterator[Block]:
    """What a reader will look for and no source says."""
    told = []
    for row in queries.rows_of(matter.db, "gaps", "case_name", matter.names, "case_name", "rowid"):
        case = f"{row['case_name']}: " if matter.several else ""
        bounds = matter.label("known", bounds=said(row["bounds"], matter.language)) if row["bounds"] else ""
        told.append(f"{case}{row['what']}" + (f" ({bounds})" if bounds else ""))
    hidden = {each for case in matter.names for each in queries.pseudonyms(matter.db, case)}
    told += [matter.label("real name", party=name) for name in sorted(hidden)]
    if told:
        yield Heading(1, matter.label("not stated title"))
        yield Items(tuple(told))


def sources(matter: Matter) -> Iterator[Block]:
    """The sources that are cited, under the numbers that the document gives them."""
    if not matter.numbers:
        return
    rows = []
    for row in matter.listed:
        if row.source in matter.numbers:
            full = matter.sources[row.source]
            who = ", ".join(filter(None, (full["author"], full["publisher"])))
            others = row.not_independent_of.split(", ") if row.not_independent_of else []
            remarks = [
                matter.label("not independent", other=matter.numbers[each]) for each in others if each in matter.numbers
            ]
            if full["cut_off"]:
                remarks.append(matter.label("incomplete", where=full["cut_off"]))
            title = f"{full['title'] or matter.label('untitled')} [{row.source}]"
            published = day(full["published"], matter.language)._replace(basis=full["published_basis"])
            by = who or matter.label("publisher not stated")
            rows.append(Row((matter.numbers[row.source], title, by, published, "; ".join(remarks)), key=row.source))
    yield Heading(1, matter.label("sources"))
    yield Grid(matter.labels("no", "title", "by", "published", "remarks"), tuple(rows), "sources")


def record(matter: Matter) -> Iterator[Block]:
    """The logs that the document was made from, and how far they had come."""
    yield Heading(1, matter.label("record"))
    yield Paragraph(matter.label("record_text"))
    rows = [Row((log, f"#{position}", xhash)) for log, position, xhash in matter.heads]
    yield Grid(matter.labels("log", "last event", "head"), tuple(rows), "record")
    if matter.newest:
        yield Paragraph(matter.label("again", head=short(matter.newest)))
