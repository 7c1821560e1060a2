"""What became known, or was logged, between two views of the record: new, changed, disputed, settled, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker import queries
from tracker.amounts import grouped

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

CAPTION = ("title", "forum", "docket", "jurisdiction", "about", "stage")
TOLD_BY_THEIR_EVENT = ("order", "hearing", "figure", "date", "deadline", "owed")
"""Values that a new or amended event says in a row of its own already."""


class Change(NamedTuple):
    """One difference: what sort, of what, before and after (empty for nothing), and the event that says so.

    ``change`` is one of: new case, new, changed, gone, disputed, settled, reopened, corrected, correction withdrawn,
    retracted, restored, new source. ``case`` is the case, or the register, it is about.
    """

    case: str
    change: str
    what: str
    before: str
    after: str
    ref: str
    pinpoints: str


class _Value(NamedTuple):
    """Something that holds in a case: what, how it reads, and the event that says so."""

    what: str
    told: str
    ref: str


_Key = tuple[str, ...]
"""What sort of value, its case, and what tells it apart there."""


def differences(
    before: sqlite3.Connection,
    after: sqlite3.Connection,
    cases: Collection[str] = (),
    *,
    known_by: tuple[str, str] | None = None,
) -> list[Change]:
    """What is otherwise in the projection ``after`` than in ``before``, of some cases or of the whole store.

    ``known_by`` are the days (YYYY-MM-DD) up to which the two show what was known: a case stands in such a view with
    its caption even where that became known later. Sorted by case; within one, what is new comes first.
    """
    one, two = (_Side(db, day) for db, day in zip((before, after), known_by or (None, None), strict=True))
    found = list(_cases(one, two))
    fresh = two.told.keys() - one.told.keys()
    amendments = [*_corrected(one, two), *_disputed(one, two), *_retracted(one, two)]
    found += [two.change(row.case, "new", _what(row), "", row.text, row.ref) for row in two.told.values()
              if row.ref in fresh and row.status != "retracted"]  # fmt: skip
    found += _values(one, two, fresh | {target for target, _ in amendments})
    found += [change for _, change in amendments]
    found += _sources(one, two)
    order = {name: number for number, name in enumerate(sorted({change.case for change in found}))}
    return sorted((each for each in found if not cases or each.case in cases), key=lambda each: order[each.case])


class _Side:
    """One of the two projections, with what is asked of it more than once."""

    def __init__(self, db: sqlite3.Connection, known_by: str | None) -> None:
        self.db, self.known_by = db, known_by
        self.names = queries.party_names(db)
        self.pins = queries.pinpoints(db)
        self.cases = {row["name"]: row for row in queries.rows(db, "cases", "name")}
        self.told = {row.ref: row for row in queries.timeline(db, history=True)}
        self.labels = {row["ref"]: row["label"] for row in queries.rows(db, "developments")}
        self.amendments = {row["ref"] for row in queries.rows(db, "amendments", "ref")}
        self.retracted = {row["target"]: row for row in queries.rows(db, "retractions", "target")}
        self.settled = {
            (row["target"], row["field"]): row["settled_ref"]
            for row in queries.rows(db, "disputes", "target", "field")
            if row["status"] == "settled"
        }
        self.values = dict(_all_values(self))

    def name(self, party: str | None) -> str:
        return self.names.get(party, party) if party else ""

    def undone(self, ref: str) -> str:
        """The event that took an amendment back; the amendment itself when it was not retracted."""
        return str(self.retracted[ref]["ref"]) if ref in self.retracted else ref

    def of(self, field: str, target: str) -> str:
        """A field of an event in words."""
        label = self.labels.get(target)
        return f"{field.replace('_', ' ')} of {target}" + (f" ({label})" if label else "")

    def change(self, case: str, change: str, what: str, before: str, after: str, ref: str) -> Change:
        what, before, after = (queries.named(text, self.names) for text in (what, before, after))
        return Change(case, change, what, before, after, ref, self.pins.get(ref, ""))


def _what(row: queries.TimelineRow) -> str:
    return f"{row.label} ({row.date or 'day not stated'})"


def _cases(one: _Side, two: _Side) -> Iterator[Change]:
    for name in sorted(two.cases.keys() - one.cases.keys()):
        row = two.cases[name]
        opened = next((r["ref"] for r in queries.rows(two.db, "developments", case_name=name, type="case.opened")), "")
        yield two.change(name, "new case", row["title"], "", f"{row['kind_label']}: {row['stage']}", opened)


def _all_values(side: _Side) -> Iterator[tuple[_Key, _Value]]:
    """Everything that holds in any case, by what tells it apart."""
    yield from _of_cases(side)
    for row in queries.rows(side.db, "roles", "case_name", "party", "role"):
        told = row["role"] + (f" (until {row['ended_by']})" if row["ended_by"] else "")
        key: _Key = ("role", row["case_name"], row["party"], row["role"])
        yield key, _Value(f"role of {side.name(row['party'])}", told, row["ended_by"] or row["development"])
    for row in queries.rows(side.db, "links", "case_name", "other"):
        key = ("link", row["case_name"], row["other"], row["relation"])
        yield key, _Value(f"link to {row['other']}", row["relation"], row["development"])
    for row in queries.rows(side.db, "orders", "case_name", "rowid"):
        yield (
            ("order", row["case_name"], row["id"]),
            _Value(f"order {row['id']}", _order(side, row), row["development"]),
        )
    for row in queries.rows(side.db, "hearings", "case_name", "number"):
        day = row["day"] or "day not stated"
        key = ("hearing", row["case_name"], row["day"] or row["development"])
        yield key, _Value(f"hearing of {day}", _hearing(side, row), row["development"])
    for deadline in queries.deadlines(side.db):
        told = " ".join(filter(None, (deadline.due or "no day", f"({deadline.status})")))
        told += ", stale" if deadline.is_stale else ""
        ref = queries.turns(side.db, deadline.id)[-1].ref
        yield ("deadline", deadline.case, deadline.name), _Value(f"deadline {deadline.name}", told, ref)
    for debt in queries.owed(side.db):
        amount = f"{grouped(debt.least)} to " * (debt.least != debt.most) + f"{grouped(debt.most)} {debt.currency}"
        key = ("owed", debt.case, debt.refs[0], *debt.debtors)
        yield key, _Value(f"owed by {' and '.join(debt.debtors)}", f"{amount} ({debt.state})", debt.refs[-1])
    # Of several figures for one thing the last one holds.
    for row in queries.rows(side.db, "figures", "case_name", "earliest IS NOT NULL", "earliest", "latest", "number"):
        key = ("figure", row["case_name"], row["what"], row["unit"], row["scope"] or "", row["counted_by"] or "")
        yield key, _Value(f"figure: {row['what']}", _figure(row), row["development"])
    for told in side.told.values():
        if told.status != "retracted":
            key = ("date", told.case, told.ref)
            yield key, _Value(side.of("date", told.ref), told.date or "not stated", told.ref)


def _of_cases(side: _Side) -> Iterator[tuple[_Key, _Value]]:
    """Caption and stage of every case."""
    moved = {row["case_name"]: row["development"] for row in queries.rows(side.db, "stages", "case_name", "number")}
    said = {row["case_name"]: row["ref"] for row in queries.rows(side.db, "developments", "position")
            if row["type"] in ("case.opened", "case.renamed")}  # fmt: skip
    for name, row in side.cases.items():
        for item in CAPTION:
            text = side.name(row[item]) if item == "forum" else row[item]
            if text:
                ref = moved.get(name, "") if item == "stage" else said.get(name, "")
                yield (item, name), _Value(item, text, ref)


def _order(side: _Side, row: sqlite3.Row) -> str:
    parties: dict[str, list[str]] = {"debtor": [], "creditor": []}
    for each in queries.rows(side.db, "order_parties", "rowid", order_id=row["id"]):
        parties[each["side"]].append(side.name(each["party"]))
    amount = f"{grouped(row['amount'])} {row['currency']}" if row["amount"] else None
    told = [" and ".join(filter(None, (amount, row["act"]))) or "not stated"]
    told.append(f"owed by {', '.join(parties['debtor']) or 'nobody named'}")
    if parties["creditor"]:
        told.append(f"to {', '.join(parties['creditor'])}")
    if row["joint_and_several"] is not None:
        told.append("jointly and severally" if row["joint_and_several"] else "not jointly")
    told.append(f"due {row['due'] or row['due_terms'] or 'day not stated'}")
    return ", ".join(told)


def _hearing(side: _Side, row: sqlite3.Row) -> str:
    told = [row["status"]]
    for word, value in (("for", row["purpose"]), ("before", side.name(row["court"])), ("to", row["moved_to"])):
        if value:
            told.append(f"{word} {value}")
    return ", ".join(told)


def _figure(row: sqlite3.Row) -> str:
    told = " ".join(filter(None, (row["closeness"], grouped(row["value"]), row["unit"])))
    return told + (f", as of {row['as_of']}" if row["as_of"] else "")


def _values(one: _Side, two: _Side, told: Collection[str]) -> Iterator[Change]:
    """What changed, began or ended in cases that were there before; ``told`` are the events with rows of their own."""
    for key, value in two.values.items():
        sort, case, *_ = key
        was = one.values.get(key)
        if case not in one.cases or (sort in TOLD_BY_THEIR_EVENT and was is None and value.ref in told):
            continue
        if was is None:
            yield two.change(case, "new", value.what, "", value.told, value.ref)
        elif was.told != value.told and not (sort in ("date", "owed") and value.ref in told):
            yield two.change(case, "changed", value.what, was.told, value.told, value.ref)
    for key, value in one.values.items():
        if key not in two.values and key[1] in two.cases and not (key[0] in TOLD_BY_THEIR_EVENT and value.ref in told):
            yield one.change(key[1], "gone", value.what, value.told, "", value.ref)


def _case(log: str) -> str:
    return log.removeprefix("cases/")


def _corrected(one: _Side, two: _Side) -> Iterator[tuple[str, Change]]:
    """Corrections made and withdrawn, each with the event it is about."""
    old, new = ({(row["target"], row["ref"]): row for row in queries.rows(side.db, "corrections", "target", "number")}
                for side in (one, two))  # fmt: skip
    for (target, ref), row in new.items():
        if (target, ref) not in old:
            was, now = row["old"] or "not stated", f"{row['new'] or 'not stated'}, because {row['reason']}"
            yield target, two.change(_case(row["log"]), "corrected", two.of(row["field"], target), was, now, ref)
    for (target, ref), row in old.items():
        if (target, ref) not in new:
            was, now, what = row["new"] or "not stated", row["old"] or "not stated", one.of(row["field"], target)
            yield target, two.change(_case(row["log"]), "correction withdrawn", what, was, now, two.undone(ref))


def _retracted(one: _Side, two: _Side) -> Iterator[tuple[str, Change]]:
    """Retractions made and withdrawn, each with the event it is about; one of an amendment shows in what that did."""
    old, new = one.retracted, two.retracted
    for target in dict.fromkeys([*new, *old]):
        if (target in new and target in old) or target in two.amendments:
            continue
        row = new.get(target) or old[target]
        what = _what(two.told[target]) if target in two.told else two.of("entry", target)
        said = two.told[target].text if target in two.told else ""
        if target in new:
            yield target, two.change(_case(row["log"]), "retracted", what, said, f"because {row['reason']}", row["ref"])
        else:
            yield target, two.change(_case(row["log"]), "restored", what, "", said, two.undone(row["ref"]))


def _disputed(one: _Side, two: _Side) -> Iterator[tuple[str, Change]]:
    """Disputes that began, got another value, were settled or opened again, each with the event it is about."""
    old, new = (
        {(row.target, row.field): row for row in queries.disputes(side.db, settled=None)} for side in (one, two)
    )
    for key, row in new.items():
        was = old.get(key)
        claims = {claim.ref for claim in was.claims} if was else {row.claims[0].ref}
        added = [claim for claim in row.claims if claim.ref not in claims]
        what = two.of(row.field, row.target)
        case = row.target.partition("#")[0]
        values = _standing(row._replace(preferred=None))
        if row.status == "settled" and one.settled.get(key) != two.settled[key]:
            told = f"{row.preferred}, because {row.reason}" + (f" ({row.settled_by})" if row.settled_by else "")
            yield row.target, two.change(case, "settled", what, values, told, two.settled[key])
        elif row.status == "open" and (added or key in one.settled):
            change = "reopened" if key in one.settled else "disputed"
            before = _standing(was) if was else row.claims[0].value
            by = added[-1].ref if added else two.undone(one.settled[key])
            yield row.target, two.change(case, change, what, before, values, by)
    for key, row in old.items():
        if key not in new:
            what, case = one.of(row.field, row.target), row.target.partition("#")[0]
            by = two.undone(row.claims[-1].ref)
            yield row.target, two.change(case, "gone", f"dispute: {what}", _standing(row), "", by)


def _standing(row: queries.DisputeRow) -> str:
    """What a dispute said: the value preferred, or all of them."""
    return row.preferred or " or ".join(dict.fromkeys(claim.value for claim in row.claims))


def _sources(one: _Side, two: _Side) -> Iterator[Change]:
    """Sources that a case rests on now and did not before."""
    old, new = _cited(one), _cited(two)
    about = {row.source: row for row in queries.sources(two.db)}
    for case, source in sorted(new.keys() - old.keys()):
        row = about[source]
        told = ", ".join(filter(None, (row.title or source, row.publisher, row.published or "day not stated")))
        yield two.change(case, "new source", source, "", told, new[case, source])


def _cited(side: _Side) -> dict[tuple[str, str], str]:
    """The sources that each case rests on, and the first event that cites them."""
    late = {row["development"] for row in queries.rows(side.db, "known", "development")
            if side.known_by and row["known_day"] > side.known_by}  # fmt: skip
    found: dict[tuple[str, str], str] = {}
    for row in queries.rows(side.db, "citations", "log", "position", "number"):
        if row["development"] not in late:
            found.setdefault(
                (_case(row["log"]), row["source"]), row["development"] or f"{row['log']}#{row['position']}"
            )
    return found
