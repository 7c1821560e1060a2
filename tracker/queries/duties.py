"""Deadlines, hearings, and what is owed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tracker.dates import EARLIEST, LATEST
from tracker.obligations import ALWAYS, Change, Order, balances, exactly, plain
from tracker.queries.tables import Kept, party_names, pinpoints, within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence


class DeadlineRow(NamedTuple):
    """A deadline as its case leaves it; days are EDTF, ``earliest`` and ``latest`` YYYY-MM-DD, refs CASE#NUMBER."""

    id: str
    case: str
    name: str
    what: str | None
    parties: tuple[str, ...]
    status: str
    due: str | None
    earliest: str | None
    latest: str | None
    waits_for: str | None
    rule: str | None
    law: str | None
    versions: str | None
    calendar: str | None
    period: str | None
    served_by: str | None
    basis: str | None
    trigger: str | None
    days_used: str | None
    days_now: str | None
    is_stale: bool
    concerns: str | None
    pinpoints: str


class Result(NamedTuple):
    """What a rule made of one day of a trigger."""

    since: str
    due: str | None
    steps: tuple[str, ...]


class Turn(NamedTuple):
    """What happened to a deadline, the day that held from then on, and the event that says so."""

    what: str
    due: str | None
    reason: str | None
    ref: str


class Export(NamedTuple):
    """A day with which a deadline was put into a file, and when."""

    deadline: str
    target: str
    due: str | None
    ref: str
    recorded: str


class HearingRow(NamedTuple):
    """A hearing; its day as EDTF, None when not stated."""

    case: str
    day: str | None
    earliest: str | None
    latest: str | None
    status: str
    court: str | None
    purpose: str | None
    moved_to: str | None
    reason: str | None
    ref: str
    pinpoints: str


class DueRow(NamedTuple):
    """Something that has to be done: by when, what, by whom, and how it stands.

    ``group`` is overdue, coming, waiting or done. ``due`` is EDTF as logged, several separated by `` or `` while a
    trigger is disputed; ``earliest`` (the day on which one is safe) and ``latest`` are YYYY-MM-DD, None where not
    known. ``now`` is what the rule gives today when that is another day than the one logged. ``ref`` is the event that
    set it.
    """

    group: str
    case: str
    name: str
    what: str
    who: str
    due: str | None
    earliest: str | None
    latest: str | None
    state: str
    ref: str
    pinpoints: str
    now: str | None = None
    rule: str | None = None
    law: str | None = None


class CalendarEntry(NamedTuple):
    """What calendars have to know; ``day`` is EDTF, ``changed`` RFC 3339, ``version`` counts from 1 or is None."""

    uid: str
    case: str
    what: str
    title: str
    day: str
    which: str | None
    version: int | None
    status: str
    sequence: int
    changed: str
    ref: str


class OwedRow(NamedTuple):
    """One debt: who owes whom how much on a day; amounts are decimals of one currency.

    ``least`` and ``most`` differ when a day or an amount is not exactly known. ``sharing`` is alone, jointly (each for
    the whole, which is owed once), by share, or sharing not stated. ``state`` is open, discharged, stayed or reversed.
    ``due`` is the day, or the terms, or the deadline that was set for it. ``disputed`` names what of it is disputed and
    counted as logged: ``amount of CASE#NUMBER``. ``refs`` are the events behind the numbers.
    """

    case: str
    debtors: tuple[str, ...]
    sharing: str
    creditors: tuple[str, ...]
    least: str
    most: str
    currency: str
    owed: str
    due: str | None
    condition: str | None
    state: str
    stage: str
    paid_too_much: str | None
    disputed: tuple[str, ...]
    refs: tuple[str, ...]
    pinpoints: str


def deadlines(db: sqlite3.Connection, cases: Sequence[str] = (), *, by_rule: bool = False) -> list[DeadlineRow]:
    """Every deadline, the one that is due first at the front and those without a day last.

    With ``by_rule`` only those that a rule decides and that are not over.
    """
    names = party_names(db)
    condition, values = within("case_name", cases)
    among = "rule IS NOT NULL AND status IN ('open', 'waiting')" if by_rule else "1"
    sql = f"""
    SELECT * FROM deadlines WHERE {condition} AND {among}
    ORDER BY earliest IS NULL, earliest, latest, case_name, name
    """  # noqa: S608
    owing = "SELECT party FROM deadline_parties WHERE deadline = ? ORDER BY rowid"
    found = []
    for row in db.execute(sql, values):
        told = dict(row)
        same = {name: told[name] for name in DeadlineRow._fields if name in told}
        same |= {
            "case": told["case_name"],
            "parties": tuple(names.get(party, party) for (party,) in db.execute(owing, [told["id"]])),
            "is_stale": bool(told["stale"]),
            "pinpoints": told["pinpoints"] or "",
        }
        found.append(DeadlineRow(**same))
    return found


def results(db: sqlite3.Connection, deadline: str) -> list[Result]:
    """What its rule made of each day that is claimed for the trigger of a deadline (CASE#NUMBER)."""
    sql = "SELECT since, due, steps FROM deadline_results WHERE deadline = :deadline ORDER BY number"
    rows = db.execute(sql, {"deadline": deadline})
    return [Result(since, due, tuple(steps.split("\n"))) for since, due, steps in rows]


def steps(db: sqlite3.Connection, deadline: str) -> list[str]:
    """How the day of a deadline (CASE#NUMBER) was found; under each version of a disputed trigger what it gives."""
    found = results(db, deadline)
    if len(found) == 1:
        return list(found[0].steps)
    return [line for each in found for line in (f"{each.since} gives {each.due or 'no day'}:", *each.steps)]


def turns(db: sqlite3.Connection, deadline: str) -> list[Turn]:
    """What happened to a deadline (CASE#NUMBER), in order."""
    sql = "SELECT what, due, reason, ref FROM deadline_turns WHERE deadline = :deadline ORDER BY number"
    return [Turn(*row) for row in db.execute(sql, {"deadline": deadline})]


def exports(db: sqlite3.Connection) -> list[Export]:
    """With which days deadlines were put into which files; the last export of each to a file."""
    sql = """
    SELECT e.deadline, e.target, e.due, e.ref, d.recorded_time FROM deadline_exports e
    JOIN developments d ON d.ref = e.ref ORDER BY d.recorded_time, d.position
    """
    last = {(deadline, target): Export(deadline, target, *rest) for deadline, target, *rest in db.execute(sql)}
    return list(last.values())


def hearings(db: sqlite3.Connection, cases: Sequence[str] = ()) -> list[HearingRow]:
    """Every hearing, in the order of their days."""
    condition, values = within("h.case_name", cases)
    sql = f"""
    SELECT h.case_name, h.day, h.earliest, h.latest, h.status, coalesce(p.name, h.court), h.purpose, h.moved_to,
           h.reason, h.development, coalesce(h.pinpoints, '')
    FROM hearings h LEFT JOIN parties p ON p.id = h.court
    WHERE {condition} ORDER BY h.earliest IS NULL, h.earliest, h.latest, h.case_name, h.number
    """  # noqa: S608
    return [HearingRow(*row) for row in db.execute(sql, values)]


def calendar_entries(db: sqlite3.Connection, cases: Sequence[str] = ()) -> list[CalendarEntry]:
    """Everything that calendars have to know, what is cancelled too, by day."""
    condition, values = within("case_name", cases)
    sql = f"""
    SELECT uid, case_name, what, title, day, which, version, status, sequence, changed, development
    FROM calendar_entries WHERE {condition} ORDER BY day, uid
    """  # noqa: S608
    return [CalendarEntry(*row) for row in db.execute(sql, values)]


_WHO = """
  (SELECT group_concat(name, ', ')
   FROM (SELECT coalesce(p.name, y.party) AS name FROM {} y LEFT JOIN parties p ON p.id = y.party WHERE {}))
"""
_DUE = f"""
WITH duties AS (
  SELECT 1 AS sort, d.rowid AS number, d.status NOT IN ('open', 'waiting') AS is_over, case_name, name,
         coalesce(d.what, name) AS what, {_WHO.format("deadline_parties", "y.deadline = d.id ORDER BY y.rowid")} AS who,
         due, earliest, latest,
         CASE d.status WHEN 'open' THEN NULL WHEN 'waiting' THEN 'waits for ' || waits_for ELSE d.status END AS told,
         d.id AS ref, pinpoints, rule, coalesce(law, basis) AS law
  FROM deadlines d WHERE {{of_case}} AND ({{coming}} AND d.status IN ('open', 'waiting') {{or_over}})
  UNION ALL
  SELECT 2, h.number, h.status <> 'set', case_name, 'hearing', 'hearing' || coalesce(' for ' || purpose, ''),
         coalesce(p.name, h.court), day, earliest, latest,
         CASE WHEN h.status = 'held' THEN 'held'
              WHEN h.status = 'postponed' THEN 'postponed to ' || coalesce(moved_to, 'a day not set')
              WHEN latest < :on THEN 'its day has passed; whether it was held is not logged' ELSE 'set' END,
         development, pinpoints, NULL, NULL
  FROM hearings h LEFT JOIN parties p ON p.id = h.court
  WHERE {{of_case}} AND ({{coming}} AND h.status = 'set' {{or_over}}) AND day IS NOT NULL
  UNION ALL
  -- an order that says by when, is not discharged or reversed, and has no deadline of its own
  SELECT 3, o.rowid, 0, o.case_name, 'order', coalesce(o.what, 'order') || coalesce(', ' || due_terms, ''),
         {_WHO.format("order_parties", "y.order_id = o.id AND y.side = 'debtor' ORDER BY y.number")},
         due, earliest, latest,
         CASE WHEN due IS NULL
              THEN 'no deadline is set: tracker deadline ' || o.case_name || ' NAME --concerns ' || development END,
         development, pinpoints, NULL, NULL
  FROM orders o
  WHERE {{of_case}} AND {{coming}} AND (due IS NOT NULL OR due_terms IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM deadlines d WHERE d.concerns = o.development AND +d.status IN ('open', 'waiting', 'met'))
    AND NOT EXISTS (SELECT 1 FROM order_changes c WHERE c.order_event = o.development AND c.what = 'reversal')
    AND (o.amount IS NULL OR EXISTS (
      SELECT 1 FROM debts b WHERE b.order_id = o.id AND b.state NOT IN ('discharged', 'reversed')))
)
SELECT CASE WHEN is_over THEN 'done' WHEN earliest IS NULL OR latest IS NULL THEN 'waiting'
            -- a day that may have passed counts: whoever waits for the latest may be too late
            WHEN earliest < :on THEN 'overdue' ELSE 'coming' END AS part,
       case_name, name, what, coalesce(who, ''), due,
       nullif(nullif(earliest, '{EARLIEST}'), '{LATEST}'), nullif(nullif(latest, '{EARLIEST}'), '{LATEST}'),
       coalesce(told, CASE
         WHEN earliest IS NULL OR latest IS NULL THEN 'no day yet'
         WHEN latest < :on THEN 'overdue'
         WHEN earliest < :on AND earliest > '{EARLIEST}' THEN 'perhaps overdue: safe only until ' || earliest
         WHEN earliest < :on THEN 'perhaps overdue'
         WHEN earliest = latest THEN 'open' ELSE 'open, safe until ' || earliest END)
       || coalesce((
         SELECT '; disputed: ' || group_concat(words, ', ')
         FROM (SELECT replace(x.field, '_', ' ') AS words FROM disputes x
               WHERE x.target = ref AND +x.status = 'open' ORDER BY x.field)), ''),
       ref, coalesce(pinpoints, ''), NULL, rule, law
FROM duties
ORDER BY CASE part WHEN 'overdue' THEN 1 WHEN 'coming' THEN 2 WHEN 'waiting' THEN 3 ELSE 4 END,
         coalesce(earliest, '{LATEST}'), case_name, name, sort, latest, number
"""  # noqa: S608
"""What has to be done, with all its words: what Python would say of each row costs several times the row."""


def due(
    db: sqlite3.Connection, cases: Sequence[str] = (), *, on: str, until: str | None = None, over: bool = True
) -> list[DueRow]:
    """Everything that has a day or waits for one, as seen on a day (YYYY-MM-DD), next first, what is over last.

    Without ``over``, what is over is left out; with ``until`` (a day), so is what comes later than that.
    """
    named = {f"case{number}": name for number, name in enumerate(cases)}
    sql = _DUE.format(
        of_case=f"case_name IN ({', '.join(f':{each}' for each in named)})" if named else "1",
        # what has no day is shown
        coming=f"(earliest IS NULL OR latest IS NULL OR earliest <= :until OR earliest = '{LATEST}')" if until else "1",
        or_over="OR status NOT IN ('open', 'waiting', 'set')" if over else "",
    )
    rows = db.cursor()
    rows.row_factory = None  # a tuple is enough
    return [DueRow._make(row) for row in rows.execute(sql, {**named, "on": on, "until": until})]


def event_ids(db: sqlite3.Connection, refs: Iterable[str]) -> dict[str, str]:
    """The ids of the events that are referred to as CASE#NUMBER, as far as there are such."""
    sql = "SELECT event_id FROM developments WHERE ref = :ref"
    found = {ref: db.execute(sql, {"ref": ref}).fetchone() for ref in refs}
    return {ref: row[0] for ref, row in found.items() if row is not None}


def owed(db: sqlite3.Connection, cases: Sequence[str] = (), *, on: str = ALWAYS) -> list[OwedRow]:
    """Every debt in money under an order on a day (YYYY-MM-DD), after what was paid, set off or waived by then."""
    names, pins = party_names(db), pinpoints(db)
    due = _dues(db)
    stages = dict(db.execute("SELECT name, stage FROM cases").fetchall())
    changes, disputes = _changes(db), _disputed_fields(db)
    found = []
    for case, order in _orders(db):
        if cases and case not in cases:
            continue
        for balance in balances(order, changes.get(case, ()), on):
            ref = f"{case}#{order.position}"
            refs = (ref, *(f"{case}#{position}" for position in balance.changes))
            found.append(
                OwedRow(
                    case=case,
                    debtors=tuple(names.get(party, party) for party in balance.debtors),
                    sharing=balance.sharing,
                    creditors=tuple(names.get(party, party) for party in order.creditors),
                    least=plain(balance.least),
                    most=plain(balance.most),
                    currency=balance.currency,
                    owed=plain(balance.owed),
                    due=due.get(ref) or order.due or order.due_terms,
                    condition=order.condition,
                    state=balance.state,
                    stage=stages[case],
                    disputed=tuple(f"{field} of {each}" for each in refs for field in disputes.get(each, ())),
                    paid_too_much=plain(balance.paid_too_much) if balance.paid_too_much else None,
                    refs=refs,
                    pinpoints="; ".join(dict.fromkeys(filter(None, (pins.get(each) for each in refs)))),
                )
            )
    return found


def _disputed_fields(db: sqlite3.Connection) -> Mapping[str, list[str]]:
    """The fields of each event that are disputed and not settled, by its ref."""

    def look_up(ref: str) -> list[str] | None:
        # by the key: of open disputes there are more than of one event
        sql = "SELECT field FROM disputes WHERE target = ? AND +status = 'open' ORDER BY field"
        return [field.replace("_", " ") for (field,) in db.execute(sql, [ref])] or None

    return Kept(db, look_up, "SELECT DISTINCT target FROM disputes WHERE status = 'open' ORDER BY target")


def totals(rows: Iterable[OwedRow]) -> dict[str, tuple[Decimal, Decimal]]:
    """The least and the most that is owed in each currency; a debt that several owe jointly counts once."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    several = list(rows)
    with exactly(row.most for row in several):
        for row in several:
            least, most = found.get(row.currency, (Decimal(0), Decimal(0)))
            found[row.currency] = (least + Decimal(row.least), most + Decimal(row.most))
    return found


def _dues(db: sqlite3.Connection) -> dict[str, str]:
    """The day of the deadline that belongs to an order, by the order's event; what it waits for when it has none."""
    sql = "SELECT concerns, due, waits_for FROM deadlines WHERE concerns IS NOT NULL AND status IN ('open', 'waiting')"
    return {concerns: due or f"waits for {waits_for}" for concerns, due, waits_for in db.execute(sql)}


def _orders(db: sqlite3.Connection) -> list[tuple[str, Order]]:
    """The orders about money, with their case."""
    sides: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for row in db.execute("SELECT order_id, side, party, share FROM order_parties ORDER BY order_id, side, number"):
        sides.setdefault((row["order_id"], row["side"]), []).append((row["party"], row["share"]))
    found = []
    for row in db.execute("SELECT * FROM orders ORDER BY case_name, rowid"):
        debtors = sides.get((row["id"], "debtor"), [])
        joint = None if row["joint_and_several"] is None else bool(row["joint_and_several"])
        order = Order(
            position=int(row["development"].partition("#")[2]),
            debtors=tuple(party for party, _ in debtors),
            creditors=tuple(party for party, _ in sides.get((row["id"], "creditor"), [])),
            amount=f"{row['amount']} {row['currency']}" if row["amount"] else None,
            joint_and_several=joint,
            shares=tuple(share for _, share in debtors if share),
            condition=row["condition"],
            due=row["due"],
            due_terms=row["due_terms"],
            span=(row["made_from"], row["made_by"]),
        )
        found.append((row["case_name"], order))
    return found


def _changes(db: sqlite3.Connection) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for row in db.execute("SELECT * FROM order_changes ORDER BY case_name, number"):
        amount = f"{row['amount']} {row['currency']}" if row["amount"] else None
        change = Change(
            row["what"],
            int(row["order_event"].partition("#")[2]) if row["order_event"] else 0,
            int(row["development"].partition("#")[2]),
            (row["earliest"], row["latest"]),
            amount,
            row["debtor"],
            row["reason"],
        )
        found.setdefault(row["case_name"], []).append(change)
    return found
