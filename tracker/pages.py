"""Pages about one case, event, party or source: lines that say what it is, and which events and places say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tracker import queries
from tracker.amounts import grouped
from tracker.errors import BadReference, UnknownName
from tracker.names import REGISTERS, log_of, parse_ref
from tracker.pinpoints import pinpoint
from tracker.queries import Citation, Line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


class _Page:
    """The projection as a page needs it: names of parties and pinpoints of events."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.names = queries.party_names(db)
        self.pins = queries.pinpoints(db)
        self.dates = {row["ref"]: row["date"] for row in queries.rows(db, "developments")}

    def name(self, party: str | None) -> str:
        return self.names.get(party, party) if party else "not stated"

    def line(self, section: str, item: str, value: str, ref: str | None = None, date: str | None = None) -> Line:
        """A line and what is behind it; ``date`` only where the line is about a day."""
        return Line(section, item, value, date, ref or "", self.pins.get(ref or "", ""))

    def dated(self, section: str, item: str, value: str, ref: str) -> Line:
        """A line with the date of its event."""
        return self.line(section, item, value, ref, self.dates[ref])


def case_page(db: sqlite3.Connection, case: str) -> list[Line]:
    """One case as a lawyer would read it: caption, parties, stage, pleadings, orders, figures, and what is not stated.

    Raises UnknownName.
    """
    queries.require_cases(db, [case])
    page = _Page(db)
    return [
        *_caption(page, case),
        *_parties(page, case),
        *_stages(page, case),
        *_developments(page, case),
        *_pleadings(page, case),
        *_hearings(page, case),
        *_decisions(page, case),
        *_orders(page, case),
        *_owed(page, case),
        *_deadlines(page, case),
        *_figures(page, case),
        *_issues(page, case),
        *_links(page, case),
        *_disputes(page, case),
        *_privileges(page, case),
        *_gaps(page, case),
        *_problems(page, case),
    ]


def _of(page: _Page, table: str, case: str, *order: str) -> list[sqlite3.Row]:
    return queries.rows(page.db, table, *order, case_name=case)


def _caption(page: _Page, case: str) -> Iterator[Line]:
    row = queries.rows(page.db, "cases", name=case)[0]
    yield page.line("Caption", "title", row["title"], _saying(page, case, "title", row["title"]))
    yield Line("Caption", "kind", row["kind_label"], None, _saying(page, case, "kind", row["kind"]), "")
    for item in ("forum", "docket", "jurisdiction", "about"):
        if row[item]:
            value = page.name(row[item]) if item == "forum" else row[item]
            yield Line("Caption", item, value, None, _saying(page, case, item, row[item]), "")


def _saying(page: _Page, case: str, item: str, value: str) -> str:
    """The first event that says so of the case as such; empty when none does."""
    for event_type in ("case.opened", "case.renamed", "suit.filed"):
        for row in queries.rows(page.db, "developments", "position", case_name=case, type=event_type):
            if json.loads(row["data"]).get(item) == value:
                return str(row["ref"])
    return ""


def _parties(page: _Page, case: str) -> Iterator[Line]:
    roles = _of(page, "roles", case)
    for row in roles:
        party = queries.rows(page.db, "parties", id=row["party"])[0]
        others = [alias["alias"] for alias in queries.rows(page.db, "aliases", party=row["party"])]
        told = [page.name(row["party"])]
        if party["pseudonym"]:
            told.append("(pseudonym)")
        if others:
            told.append(f"(also {', '.join(others)})")
        if row["ended_by"]:
            told.append(f"(until {row['ended_by']})")
        yield page.line("Parties", row["role"], " ".join(told), row["development"])
    inside = {row["party"] for row in roles}
    for row in queries.rows(page.db, "relations", "position"):
        if row["party"] in inside:
            span = "".join(f", {word} {row[word]}" for word in ("since", "until") if row[word])
            value = f"{page.name(row['party'])}: {row['relation']} {page.name(row['other'])}{span}"
            cited = _register_pins(page, row["position"])
            yield Line("Relations", "", value, row["since"], f"parties#{row['position']}", cited)


def _register_pins(page: _Page, position: int) -> str:
    rows = queries.rows(page.db, "citations", "number", log="parties", position=position)
    return pinpoint([Citation(row["source"], row["locator"], row["does"]) for row in rows])


def _stages(page: _Page, case: str) -> Iterator[Line]:
    row = queries.rows(page.db, "cases", name=case)[0]
    steps = _of(page, "stages", case, "number")
    yield page.line(
        "Stage", "now", f"{row['stage']}: {row['stage_meaning']}", steps[-1]["development"] if steps else None
    )
    for checked in queries.rows(page.db, "developments", "position", case_name=case, type="case.checked"):
        text = queries.named(checked["text"], page.names)
        yield page.dated("Stage", "checked", text, checked["ref"])
    for step in steps:
        yield page.dated("Stage", f"step {step['number']}", step["stage"], step["development"])


TOLD_ELSEWHERE = (
    "claim.made", "defence.raised", "hearing.scheduled", "hearing.postponed", "hearing.held", "judgment.given",
    "order.made", "figure.stated",
)  # fmt: skip
"""Event types that have a section of their own on the page of a case."""


def _developments(page: _Page, case: str) -> Iterator[Line]:
    for row in queries.timeline(page.db, [case]):
        if row.type not in TOLD_ELSEWHERE:
            mark = f" [{row.status}]" if row.status else ""
            mark += " [privileged]" if row.privilege else ""
            text = f"{row.label}: {row.text}{mark}"
            yield page.line("Developments", row.date or "not stated", text, row.ref, row.date)


def _pleadings(page: _Page, case: str) -> Iterator[Line]:
    for what, section in (("claim", "Claims"), ("defence", "Defences")):
        for row in _of(page, "pleas", case):
            if row["what"] == what:
                yield page.dated(section, page.name(row["party"]), row["text"], row["development"])


def _hearings(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "hearings", case, "number"):
        told = [row["status"]]
        if row["purpose"]:
            told.append(f"for {row['purpose']}")
        if row["court"]:
            told.append(f"before {page.name(row['court'])}")
        if row["moved_to"]:
            told.append(f"to {row['moved_to']}")
        if row["reason"]:
            told.append(f"because {row['reason']}")
        yield page.line("Hearings", row["day"] or "day not stated", ", ".join(told), row["development"], row["day"])


def _decisions(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "judgments", case):
        told = [row["outcome"] or "outcome not stated"]
        if row["court"]:
            told.append(f"by {page.name(row['court'])}")
        if row["in_favour_of"]:
            told.append("for " + ", ".join(page.name(party) for party in row["in_favour_of"].split(",")))
        item = f"{row['instance']} instance" if row["instance"] in ("first", "second") else row["instance"] or ""
        yield page.dated("Judgments", item, ", ".join(told), row["development"])
        for ground in queries.rows(page.db, "grounds", "number", judgment=row["development"]):
            yield page.line("Judgments", f"ground {ground['number']}", ground["text"], row["development"])


def _orders(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "orders", case):
        sides = queries.rows(page.db, "order_parties", order_id=row["id"])
        debtors = [page.name(side["party"]) for side in sides if side["side"] == "debtor"]
        creditors = [page.name(side["party"]) for side in sides if side["side"] == "creditor"]
        what = " and ".join(
            filter(None, (f"{grouped(row['amount'])} {row['currency']}" if row["amount"] else None, row["act"]))
        )
        told = [f"owed by {', '.join(debtors) or 'nobody named'}"]
        if creditors:
            told.append(f"to {', '.join(creditors)}")
        if row["joint_and_several"] is not None:
            told.append("jointly and severally" if row["joint_and_several"] else "not jointly")
        told.append(f"due {row['due'] or row['due_terms'] or 'day not stated'}")
        yield page.dated("Orders", what or "not stated", ", ".join(told), row["development"])


def _owed(page: _Page, case: str) -> Iterator[Line]:
    for row in queries.owed(page.db, [case]):
        who = " and ".join(row.debtors) or "not stated"
        told = [f"{grouped(row.least)} to " * (row.least != row.most) + f"{grouped(row.most)} {row.currency}"]
        told.append(f"to {' and '.join(row.creditors) or 'a creditor not stated'}")
        if len(row.debtors) > 1:
            told.append("each for the whole" if row.sharing == "jointly" else row.sharing)
        told.append(row.state)
        yield Line("Owed", f"by {who}", ", ".join(told), None, ", ".join(row.refs), row.pinpoints)


def _deadlines(page: _Page, case: str) -> Iterator[Line]:
    for row in queries.deadlines(page.db, [case]):
        told = [row.what or row.name]
        told += [f"by {', '.join(row.parties)}"] if row.parties else []
        told += [f"waits for {row.waits_for}" if row.waits_for else row.status]
        told += ["stale: its trigger has another day by now"] if row.is_stale else []
        told += [f"by rule {row.rule}" + (f", {row.law}" if row.law else "")] if row.rule else []
        refs = ", ".join(dict.fromkeys(turn.ref for turn in queries.turns(page.db, row.id)))
        value = "\n".join([f"{row.due or 'no day'}: {'; '.join(told)}", *queries.steps(page.db, row.id)])
        yield Line("Deadlines", row.name, value, None, refs, row.pinpoints)


def _figures(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "figures", case, "what", "earliest", "number"):
        told = [" ".join(filter(None, (row["closeness"], grouped(row["value"]), row["unit"])))]
        if row["scope"]:
            told.append(row["scope"])
        if row["counted_by"]:
            told.append(f"counted by {page.name(row['counted_by'])}")
        yield page.line("Figures", row["what"], "; ".join(told), row["development"], row["as_of"])


def _issues(page: _Page, case: str) -> Iterator[Line]:
    for issue, refs in sorted(queries.issues(page.db, [case]).items()):
        by_place = sorted(refs, key=lambda ref: int(ref.partition("#")[2]))
        told = ", ".join(ref.removeprefix(case) for ref in by_place)
        yield Line("Issues", issue, told, None, ", ".join(dict.fromkeys(refs[ref] for ref in by_place)), "")


def _links(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "links", case):
        yield page.line("Links", row["relation"], row["other"], row["development"])
    for row in queries.rows(page.db, "links", other=case):
        yield page.line("Links", f"{row['relation']} (told there)", row["case_name"], row["development"])


def _disputes(page: _Page, case: str) -> Iterator[Line]:
    for dispute in queries.disputes(page.db, [case], settled=None):
        for value in queries.disputed_values([dispute]):
            item = f"{value.event.removeprefix(case)} {value.field}"
            yield Line("Disputes", item, f"{value.told} ({value.state})", None, value.event, value.says_so)


def _privileges(page: _Page, case: str) -> Iterator[Line]:
    for row in queries.privileges(page.db, [case]):
        value = f"{row.told}: {row.description or 'no description for the privilege log'}"
        yield page.line("Privileged", f"{row.target.removeprefix(case)} {row.label}", value, row.ref)


def _gaps(page: _Page, case: str) -> Iterator[Line]:
    for row in _of(page, "gaps", case):
        yield page.line(
            "Not stated", row["what"], f"known: {row['bounds']}" if row["bounds"] else "", row["development"]
        )
    for name in queries.pseudonyms(page.db, case):
        yield page.line("Not stated", f"real name of {name}", "")


def _problems(page: _Page, case: str) -> Iterator[Line]:
    for row in queries.problems(page.db, [case]):
        yield page.line("Problems", row.code, row.message, row.ref if "#" in row.ref else None)


def event_page(db: sqlite3.Connection, reference: str) -> list[Line]:
    """One event: what it says field by field, how it was logged and what it rests on; raises BadReference."""
    case, position = parse_ref(reference)
    table = "register_lines" if case in REGISTERS else "developments"
    row, page = queries.row(db, table, ref=f"{case}#{position}"), _Page(db)
    if row is None:
        raise BadReference(reference, "there is no such event in the store")
    head = [
        ("type", f"{row['label']} ({row['type']})"),
        *((("date", row["date"] or "not stated"), ("date basis", row["date_basis"])) if _happened(row) else ()),
        ("text", queries.named(row["text"], page.names)),
    ]
    ref = row["ref"]
    lines = [Line("Event", item, value, None, ref, page.pins.get(ref, "")) for item, value in head if value]
    lines += [Line("Fields", item, value, None, ref, "") for item, value in _fields(page, row)]
    for each in queries.rows(db, "citations", "number", log=log_of(case), position=position):
        place = pinpoint([Citation(each["source"], each["locator"], "supports")])
        lines.append(Line("Sources", each["does"], place, None, ref, ""))
    lines += _said_about(page, ref)
    record = (("logged", f"{row['recorded_time']} by {row['recorded_by']}"), ("id", row["event_id"]))
    lines += [Line("Record", item, value, None, ref, "") for item, value in record]
    return lines


def _happened(row: sqlite3.Row) -> bool:
    """Whether an event is one that happens on a day, and not one about the record; of an unknown type it may be."""
    from tracker.eventtypes.base import Development, registry

    cls = registry().get(row["type"])
    return cls is None or issubclass(cls, Development)


def _said_about(page: _Page, ref: str) -> Iterator[Line]:
    """What was said about an event since: corrections, retractions, and every value of a dispute."""
    for row in queries.rows(page.db, "corrections", "number", target=ref):
        told = f"{row['field']} ~~{row['old'] or 'not stated'}~~ {row['new'] or 'not stated'}: {row['reason']}"
        yield Line(
            "Amendments", "corrected", queries.named(told, page.names), None, row["ref"], page.pins.get(row["ref"], "")
        )
    for row in queries.rows(page.db, "retractions", target=ref):
        yield Line("Amendments", "retracted", row["reason"], None, row["ref"], page.pins.get(row["ref"], ""))
    for claim in queries.privileges(page.db, waived=True):
        if claim.target == ref:
            state = f" (given up by {claim.waived_by})" if claim.waived_by else ""
            yield Line(
                "Amendments", "privileged", f"{claim.told}{state}", None, claim.ref, page.pins.get(claim.ref, "")
            )
    about = [dispute for dispute in queries.disputes(page.db, settled=None) if dispute.target == ref]
    for value in queries.disputed_values(about):
        yield Line("Amendments", f"disputed {value.field}", f"{value.told} ({value.state})", None, ref, value.says_so)


def _fields(page: _Page, row: sqlite3.Row) -> Iterator[tuple[str, str]]:
    from tracker.eventtypes.base import fields_of, registry

    data: dict[str, Any] = json.loads(row["data"])
    cls = registry().get(row["type"])
    known = {field.name: field for field in fields_of(cls)} if cls else {}
    for name, value in data.items():
        if name in ("citations", "date", "date_basis", "summary"):
            continue
        several = value if isinstance(value, list) else [value]
        refers = known[name].refers if name in known else ""
        yield name.replace("_", " "), "; ".join(_told(page, refers, each) for each in several)


def _told(page: _Page, refers: str, value: Any) -> str:
    """One value of a field in words."""
    match refers:
        case "party":
            return _named(page, value)
        case "event":
            row = queries.row(page.db, "developments", event_id=value)
            return f"{row['ref']} ({row['label']})" if row else str(value)
        case "outcome":
            steps = "".join(f"\n{step}" for step in value.get("steps", ()))
            return f"{value['since']} gives {value.get('due', 'no day')}{steps}"
    return _plain(value)


def _named(page: _Page, party: object) -> str:
    return f"{page.name(party)} ({party})" if isinstance(party, str) else _plain(party)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def party_page(db: sqlite3.Connection, party: str) -> list[Line]:
    """One party: who it is, how it stands to others, and in which cases it is what; raises UnknownName."""
    row, page = queries.row(db, "parties", id=party), _Page(db)
    if row is None:
        raise UnknownName("party", party, page.names, "'tracker party list' shows them")
    ref = f"parties#{row['position']}" if row["position"] else ""
    pins = _register_pins(page, row["position"]) if row["position"] else ""
    values = [(item, row[item]) for item in ("name", "what", "established", "seat", "note")]
    values += [("pseudonym", "yes: the name is not the real one" if row["pseudonym"] else None)]
    lines = [Line("Party", item, value, None, ref, pins) for item, value in values if value]
    for alias in queries.rows(db, "aliases", party=party):
        lines.append(Line("Party", "also", alias["alias"], None, ref, ""))
    for each in queries.relations_of(db, party):
        told = f"{page.name(each['party'])}: {each['relation']} {page.name(each['other'])}"
        at = f"parties#{each['position']}"
        lines.append(Line("Relations", "", told, each["since"], at, _register_pins(page, each["position"])))
    for each in queries.rows(db, "roles", "case_name", "role", party=party):
        lines.append(page.line("Cases", each["case_name"], each["role"], each["development"]))
    for each in queries.naming(db, party):
        lines.append(page.line("Named in", each["label"], queries.named(each["text"], page.names), each["ref"]))
    return lines


def source_page(db: sqlite3.Connection, name: str) -> list[Line]:
    """One source: its record and everything that rests on it, in the order of its paragraphs; raises UnknownName."""
    row = queries.source(db, name)
    ref = f"sources#{row['position']}" if row["position"] else ""
    skipped = ("earliest", "latest", "position", "cited")
    lines = [
        Line("Source", item.replace("_", " "), str(value), None, ref, "")
        for item, value in row.items()
        if value not in (None, "") and item not in skipped
    ]
    for at, locator, does, text in queries.cited_by(db, name):
        lines.append(Line(does.capitalize(), f"¶{locator}" if locator else "", text, None, at, ""))
    return lines
