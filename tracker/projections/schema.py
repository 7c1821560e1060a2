"""The tables of the projection, with what each column means; ``docs/tables.md`` is made from here."""

from __future__ import annotations

from typing import NamedTuple

SCHEMA_VERSION = 2
"""Kept in ``PRAGMA user_version``; a projection with a higher one was made by a newer tracker."""


class Column(NamedTuple):
    """A column: its name, its SQLite type, what it holds, and the table whose key it holds, if any."""

    name: str
    type: type
    meaning: str
    refers_to: str = ""


class Table(NamedTuple):
    """A table: what one row is, its columns, its key, and the indexes beyond the key."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()


def _text(name: str, meaning: str, refers_to: str = "") -> Column:
    return Column(name, str, meaning, refers_to)


def _int(name: str, meaning: str) -> Column:
    return Column(name, int, meaning)


_CASE = _text("case_name", "the case", "cases")
_FROM = _text("development", "the event that says so", "developments")
_BOUNDS = (
    _text("earliest", "first possible day, YYYY-MM-DD; empty when not stated"),
    _text("latest", "last possible day, YYYY-MM-DD; empty when not stated"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "sources",
        "a document that supports developments",
        (
            _text("id", "its name in the store"),
            _text("title", "its title"),
            _text("publisher", "who stands behind it; sources of one publisher are not independent"),
            _text("distributor", "who passed it on"),
            _text("author", "who wrote it"),
            _text("published", "when it became public, EDTF as written"),
            *_BOUNDS,
            _text("published_basis", "how the day was found when it is not printed"),
            _text("retrieved", "when it was fetched, EDTF"),
            _text("language", "BCP 47 tag"),
            _text("licence", "what may be done with it"),
            _text("url", "where it was found"),
            _text("sha256", "SHA-256 of the document"),
            _int("paragraphs", "how many paragraphs it has"),
            _text("cut_off", "where it breaks off, when it does"),
            _text("note", "anything a reader should know of it"),
            _int("position", "the line of the register that added it; empty when it is only cited"),
        ),
        ("id",),
        (("publisher",),),
    ),
    Table(
        "parties",
        "a person, company, court, agency or group",
        (
            _text("id", "its name in the store"),
            _text("name", "its name, as the source writes it"),
            _text("what", "person, company, court, agency, group, outlet or unknown"),
            _int("pseudonym", "1 when the name is not the real one"),
            _text("established", "when it was established, EDTF"),
            _text("seat", "where it sits"),
            _text("note", "anything else that tells it apart"),
            _int("position", "the line of the register that added it; empty when it is only named"),
        ),
        ("id",),
    ),
    Table(
        "aliases",
        "another name of a party",
        (_text("party", "the party", "parties"), _text("alias", "the other name")),
        ("party", "alias"),
    ),
    Table(
        "relations",
        "how one party stands to another",
        (
            _text("party", "the party the sentence begins with", "parties"),
            _text("relation", "the verb"),
            _text("other", "the party the sentence ends with", "parties"),
            _text("since", "from when, EDTF"),
            _text("until", "until when, EDTF"),
            _int("position", "the line of the register that says so"),
        ),
        ("position",),
        (("party",), ("other",)),
    ),
    Table(
        "cases",
        "a matter that is followed",
        (
            _text("name", "its name in the store"),
            _text("kind", "what sort of case it is"),
            _text("kind_label", "the kind, for people"),
            _text("title", "its caption"),
            _text("forum", "the court or agency before which it is", "parties"),
            _text("docket", "the docket number"),
            _text("jurisdiction", "whose law governs"),
            _text("about", "what the matter is"),
            _text("stage", "where it stands, derived from its events"),
            _text("stage_meaning", "what that stage means"),
            _text("stage_since", "the day of the event that took it there, EDTF; empty when not stated"),
            _int("events", "how many events its log holds"),
        ),
        ("name",),
        (("forum",),),
    ),
    Table(
        "developments",
        "one event of a case; those that happened in the world have in_timeline 1",
        (
            _text("ref", "how it is referred to: CASE#NUMBER"),
            _CASE,
            _int("position", "its number in the log of the case"),
            _text("event_id", "its id"),
            _text("type", "its event type"),
            _text("label", "its type, for people"),
            _text("date", "when it happened, EDTF as written; empty when not stated"),
            _text("date_basis", "how the date was found when the source does not print it"),
            *_BOUNDS,
            _text("time", "local time of day, when known"),
            _int("about_day", "1 when the date is the day it is about (set for, as of), as no other is stated"),
            _text("text", "what happened: the fields in words, parties as [[id]], then the summary"),
            _text("status", "retracted, disputed, settled, corrected, or empty"),
            _int("in_timeline", "1 for what happened in the world, 0 for what is about the record"),
            _text("recorded_by", "who logged it"),
            _text("recorded_time", "when it was logged, UTC"),
            _text("data", "the event's data as logged, JSON"),
        ),
        ("ref",),
        (("case_name", "position"), ("earliest", "latest"), ("type",)),
    ),
    Table(
        "citations",
        "a link from an event to a place in a source",
        (
            _text("log", "the log of the event: cases/CASE, sources, parties"),
            _int("position", "the event's number in that log"),
            _int("number", "which citation of the event, from 1"),
            _text("development", "the event, when it is one of a case", "developments"),
            _text("source", "the source", "sources"),
            _text("locator", "where in it: paragraph, page, Bates number"),
            _int("last_paragraph", "the highest paragraph named, when paragraphs are"),
            _text("does", "supports or contradicts"),
        ),
        ("log", "position", "number"),
        (("development",), ("source",)),
    ),
    Table(
        "mentions",
        "a party that a development names",
        (
            _FROM,
            _text("party", "the party", "parties"),
            _text("field", "the field of the event that names it"),
        ),
        ("development", "party", "field"),
        (("party",),),
    ),
    Table(
        "roles",
        "a party's role in a case",
        (
            _CASE,
            _text("party", "the party", "parties"),
            _text("role", "as what"),
            _FROM,
            _text("ended_by", "the event that ended the role", "developments"),
        ),
        ("case_name", "party", "role"),
        (("party",),),
    ),
    Table(
        "links",
        "how a case belongs to another case",
        (_CASE, _text("other", "the other case"), _text("relation", "how they belong together"), _FROM),
        ("development",),
        (("case_name",), ("other",)),
    ),
    Table(
        "stages",
        "a stage that a case came to",
        (_CASE, _int("number", "which step, from 1"), _text("stage", "the stage"), _FROM),
        ("case_name", "number"),
    ),
    Table(
        "pleas",
        "a claim or a defence",
        (
            _CASE,
            _text("what", "claim or defence"),
            _text("party", "whose", "parties"),
            _text("text", "what is claimed or answered"),
            _FROM,
        ),
        ("development",),
        (("case_name",),),
    ),
    Table(
        "hearings",
        "a hearing",
        (
            _CASE,
            _int("number", "which hearing of the case, from 1"),
            _text("day", "its day, EDTF; empty when not stated"),
            *_BOUNDS,
            _text("status", "set, postponed or held"),
            _text("court", "the court", "parties"),
            _text("purpose", "what for"),
            _text("moved_to", "the new day when it was postponed, EDTF"),
            _text("reason", "why it was postponed"),
            _FROM,
        ),
        ("case_name", "number"),
        (("latest",),),
    ),
    Table(
        "judgments",
        "a judgment",
        (
            _CASE,
            _text("court", "the court", "parties"),
            _text("instance", "first, second or retrial"),
            _text("outcome", "how it decided"),
            _text("in_favour_of", "for whom: party ids, separated by commas"),
            _FROM,
        ),
        ("development",),
        (("case_name",),),
    ),
    Table(
        "grounds",
        "a ground of a judgment",
        (_text("judgment", "the judgment", "judgments"), _int("number", "from 1"), _text("text", "the ground")),
        ("judgment", "number"),
    ),
    Table(
        "orders",
        "an obligation that was imposed",
        (
            _text("id", "DEVELOPMENT/NUMBER"),
            _CASE,
            _text("issuer", "the court or agency", "parties"),
            _text("amount", "how much, a decimal; empty when it is not money"),
            _text("currency", "ISO 4217"),
            _text("act", "what must be done or left undone"),
            _int("joint_and_several", "1 when each debtor owes the whole, empty when not stated"),
            _text("condition", "what has to happen before it is owed"),
            _text("made_from", "first day on which it can have been made"),
            _text("made_by", "last day on which it can have been made, that of logging at the latest"),
            _text("due", "by when, EDTF"),
            *_BOUNDS,
            _text("due_terms", "by when, when it is a period from something"),
            _FROM,
        ),
        ("id",),
        (("case_name",), ("latest",)),
    ),
    Table(
        "order_parties",
        "a debtor or creditor of an order",
        (
            _text("order_id", "the order", "orders"),
            _text("side", "debtor or creditor"),
            _text("party", "the party", "parties"),
            _int("number", "which of that side, from 1"),
            _text("share", "what a debtor owes when each owes a part: a decimal and a currency"),
        ),
        ("order_id", "side", "party"),
        (("party",),),
    ),
    Table(
        "order_changes",
        "what became of an order: payment, set-off, waiver, stay, stay lifted, reversal",
        (
            _CASE,
            _int("number", "which change of the case, from 1"),
            _text("order_event", "the event of the order, CASE#NUMBER; empty when it names none"),
            _text("what", "which of these it is"),
            _text("amount", "how much, a decimal; empty when all of it (waiver) or not stated (payment)"),
            _text("currency", "ISO 4217"),
            _text("debtor", "whose debt it is about"),
            _text("reason", "why"),
            _text("earliest", "first day on which it can have happened"),
            _text("latest", "last day on which it can have happened, that of logging at the latest"),
            _FROM,
        ),
        ("case_name", "number"),
        (("order_event",),),
    ),
    Table(
        "debts",
        "a debt in money under an order, as it stands after everything that is logged; joint debtors owe one debt",
        (
            _text("order_id", "the order", "orders"),
            _int("number", "which debt of the order, from 1; each share is one"),
            _CASE,
            _text("debtors", "who owes it: party ids, separated by commas"),
            _text("sharing", "alone, jointly, by share, or sharing not stated"),
            _text("currency", "ISO 4217"),
            _text("owed", "how much was owed at first, a decimal"),
            _text("least", "the least that is still owed, a decimal"),
            _text("most", "the most that is still owed; more than the least when a payment is not exactly known"),
            _text("state", "open, discharged, stayed or reversed"),
        ),
        ("order_id", "number"),
        (("case_name",),),
    ),
    Table(
        "deadlines",
        "a day by which something has to be done",
        (
            _text("id", "the event that set it: CASE#NUMBER"),
            _CASE,
            _text("name", "what it is called in its case"),
            _text("what", "what has to be done"),
            _text("status", "open, waiting, met, missed or withdrawn"),
            _text("due", "by when, EDTF; several, separated by ' or ', while the trigger is disputed"),
            *_BOUNDS,
            _text("waits_for", "what has to happen or become known before there is a day"),
            _text("rule", "the rule that gave the day"),
            _text("law", "instrument and article"),
            _text("versions", "the versions of the rule, by the day they came into force"),
            _text("calendar", "the calendar data with their version"),
            _text("period", "how long, when the rule leaves it to court or contract"),
            _text("served_by", "how it was served, when days were added for that"),
            _text("basis", "where the day comes from when no rule gave it"),
            _text("trigger", "the event that starts the period: CASE#NUMBER"),
            _text("trigger_type", "the event type that starts the period, as long as none has happened"),
            _text("days_used", "the day of the trigger that the result was found from, EDTF"),
            _text("days_now", "the day of the trigger as it stands, EDTF"),
            _int("stale", "1 when those two differ: 'tracker deadline --recompute' logs the move"),
            _text("concerns", "the judgment, order or demand that it belongs to: CASE#NUMBER"),
        ),
        ("id",),
        (("case_name",), ("status", "earliest")),
    ),
    Table(
        "deadline_parties",
        "who has to meet a deadline",
        (_text("deadline", "the deadline", "deadlines"), _text("party", "the party", "parties")),
        ("deadline", "party"),
        (("party",),),
    ),
    Table(
        "deadline_results",
        "what a rule made of one day that is claimed for the trigger",
        (
            _text("deadline", "the deadline", "deadlines"),
            _int("number", "from 1"),
            _text("since", "the day of the trigger, EDTF"),
            _text("due", "the last day, EDTF; empty when it is not known"),
            _text("steps", "the arithmetic, one step a line"),
        ),
        ("deadline", "number"),
    ),
    Table(
        "deadline_turns",
        "something that happened to a deadline",
        (
            _text("deadline", "the deadline", "deadlines"),
            _int("number", "from 1"),
            _text("what", "set, recomputed, extended, met, missed or withdrawn"),
            _text("due", "the day that held from then on, EDTF"),
            _text("reason", "why"),
            _text("ref", "the event that says so: CASE#NUMBER"),
        ),
        ("deadline", "number"),
    ),
    Table(
        "deadline_exports",
        "a day of a deadline that was put into a file",
        (
            _text("deadline", "the deadline", "deadlines"),
            _text("target", "the file"),
            _text("due", "the day or days it was exported with, EDTF"),
            _text("ref", "the event that says so: CASE#NUMBER"),
        ),
        ("ref",),
        (("deadline",),),
    ),
    Table(
        "calendar_entries",
        "an entry that calendars have, or once had, for a deadline, a hearing or an order with a day",
        (
            _text("uid", "what calendars know it by: the id of the event that set it, with an ending for a second day"),
            _CASE,
            _text("what", "deadline, hearing or order"),
            _text("title", "what it is, in words"),
            _text("day", "its day or time, EDTF"),
            _text("which", "which of several days it is: earliest, latest; empty for one day"),
            _int("version", "which version of a disputed trigger or day, from 1; empty when there is one"),
            _text("status", "confirmed, tentative or cancelled"),
            _int("sequence", "how often it changed; never falls"),
            _text("changed", "when it last changed, UTC"),
            _FROM,
        ),
        ("uid",),
        (("case_name",),),
    ),
    Table(
        "figures",
        "a number that somebody gave",
        (
            _CASE,
            _int("number", "which figure of the case, from 1"),
            _text("what", "what is measured"),
            _text("value", "the number, a decimal"),
            _text("unit", "its unit"),
            _text("closeness", "how the source hedges it"),
            _text("as_of", "the day or span it holds for, EDTF"),
            *_BOUNDS,
            _text("scope", "what it covers"),
            _text("counted_by", "who counted", "parties"),
            _FROM,
        ),
        ("case_name", "number"),
        (("what",),),
    ),
    Table(
        "gaps",
        "something a reader will look for that no source states",
        (
            _CASE,
            _text("what", "what is not stated"),
            _text("bounds", "what is known of it all the same, EDTF"),
            _text("development", "the event it is missing from", "developments"),
        ),
        ("case_name", "what"),
    ),
    Table(
        "problems",
        "something doubtful in one log; view all_problems adds what only several logs together show",
        (
            _text("log", "the log: cases/CASE, sources, parties"),
            _int("number", "which problem of the log, from 1"),
            _text("code", "what sort of problem"),
            _int("position", "the event's number in the log; empty when it is about the whole"),
            _text("message", "what is doubtful"),
        ),
        ("log", "number"),
    ),
    Table(
        "register_lines",
        "one event of a register",
        (
            _text("ref", "how it is referred to: parties#NUMBER, sources#NUMBER"),
            _text("log", "the register"),
            _int("position", "its number in the register"),
            _text("event_id", "its id"),
            _text("type", "its event type"),
            _text("label", "its type, for people"),
            _text("text", "what it says: its fields in words, parties as [[id]]"),
            _text("recorded_by", "who logged it"),
            _text("recorded_time", "when it was logged, UTC"),
            _text("data", "the event's data as logged, JSON"),
        ),
        ("ref",),
        (("log",),),
    ),
    Table(
        "amendments",
        "an event that amends another: corrects, retracts, disputes, settles, claims or gives up a privilege",
        (
            _text("ref", "the amendment: LOG#NUMBER"),
            _text("log", "the log"),
            _text("what", "the label of its type: Correction, Retraction, Dispute"),
            _text("target_id", "the id of the event it is about"),
            _text("field", "which field"),
            _text("value", "the value it gives"),
            _text("reason", "why"),
            _text("said_by", "the party that says so or settled it"),
        ),
        ("ref",),
        (("log",), ("target_id",)),
    ),
    Table(
        "privileges",
        "a claim that an event is privileged, and whether it was given up",
        (
            _text("ref", "the claim: LOG#NUMBER"),
            _text("log", "the log"),
            _text("target", "the event that is privileged: LOG#NUMBER"),
            _text("target_id", "the id of that event"),
            _text("basis", "what protects it"),
            _text("held_by", "the party that claims it"),
            _text("author", "who wrote or said what is withheld"),
            _text("recipients", "who received it"),
            _text("nature", "what kind of communication it is"),
            _text("description", "what the privilege log says of it"),
            _text("waived_by", "the event by which it was given up; empty while it is in force"),
        ),
        ("ref",),
        (("log",), ("target",)),
    ),
    Table(
        "corrections",
        "a correction in force",
        (
            _text("target", "the event: LOG#NUMBER"),
            _text("log", "the log"),
            _int("number", "which correction of the event, from 1"),
            _text("field", "which field"),
            _text("old", "what it held"),
            _text("new", "what it holds"),
            _text("reason", "why"),
            _text("ref", "the amendment"),
        ),
        ("target", "number"),
        (("log",),),
    ),
    Table(
        "retractions",
        "an event that was retracted",
        (
            _text("target", "the event: LOG#NUMBER"),
            _text("log", "the log"),
            _text("reason", "why"),
            _text("ref", "the amendment"),
        ),
        ("target",),
        (("log",),),
    ),
    Table(
        "disputes",
        "a field of an event for which more than one value is claimed",
        (
            _text("target", "the event: LOG#NUMBER"),
            _text("log", "the log"),
            _text("field", "which field; happened is whether it took place at all"),
            _text("status", "open or settled"),
            _text("sides", "parties, or sources alone"),
            _text("preferred", "the value preferred, when it is settled"),
            _text("reason", "why that one"),
            _text("settled_by", "the party that settled it; empty when it is us"),
            _text("settled_ref", "the amendment that settled it"),
        ),
        ("target", "field"),
        (("log",), ("status",)),
    ),
    Table(
        "dispute_claims",
        "one value of a disputed field; the one logged first is number 1",
        (
            _text("target", "the event: LOG#NUMBER"),
            _text("field", "which field"),
            _int("number", "from 1"),
            _text("log", "the log"),
            _text("value", "the value"),
            _text("claimant", "the party that says so; empty when it is sources"),
            _text("note", "what helps to weigh it"),
            _text("ref", "the event that says so; its citations are the pinpoints"),
        ),
        ("target", "field", "number"),
        (("log",),),
    ),
    Table(
        "search_texts",
        "a text that can be found",
        (
            _text("ref", "what it belongs to: an event, a case, a party or a source"),
            _text("what", "development, case, party or source"),
            _text("log", "the log it comes from"),
            _text("text", "the text as it stands"),
            _text("words", "the text as it is indexed: each Chinese, Japanese or Korean character a word"),
        ),
        ("what", "ref"),
        (("log",),),
    ),
    Table(
        "heads",
        "how far a log had come when it was projected",
        (
            _text("log", "the log"),
            _int("position", "its last event's number"),
            _text("xhash", "its last event's hash"),
            _text("stamp", "what the log's storage showed then"),
        ),
        ("log",),
    ),
    Table(
        "about",
        "what made this database",
        (_text("name", "fingerprint"), _text("value", "its value")),
        ("name",),
    ),
)
"""Every table, in an order in which each comes after those it refers to."""

_SAID_OF = ("dispute_claims", "disputes", "retractions", "corrections", "privileges", "amendments")
OF_A_CASE: tuple[tuple[str, str], ...] = (
    *((table, "log = :log") for table in _SAID_OF),
    ("order_parties", "order_id IN (SELECT id FROM orders WHERE case_name = :case)"),
    *(
        (f"deadline_{part}", "deadline IN (SELECT id FROM deadlines WHERE case_name = :case)")
        for part in ("parties", "results", "turns", "exports")
    ),
    ("grounds", "judgment IN (SELECT development FROM judgments WHERE case_name = :case)"),
    ("mentions", "development IN (SELECT ref FROM developments WHERE case_name = :case)"),
    ("citations", "log = :log"),
    *(
        (table, "case_name = :case")
        for table in (
            "roles",
            "links",
            "stages",
            "pleas",
            "hearings",
            "judgments",
            "debts",
            "order_changes",
            "orders",
            "deadlines",
            "calendar_entries",
            "figures",
            "gaps",
            "developments",
        )
    ),
    ("problems", "log = :log"),
    ("search_texts", "log = :log"),
    ("cases", "name = :case"),
)
"""Where the rows of one case stand: table and condition, those that refer to others first."""

_OF_REGISTER = tuple((table, "log = :log") for table in (*_SAID_OF, "register_lines"))
OF_SOURCES = (
    *_OF_REGISTER,
    ("search_texts", "log = 'sources'"),
    ("problems", "log = 'sources'"),
    ("citations", "log = 'sources'"),
    ("sources", "1"),
)
OF_PARTIES = (
    *_OF_REGISTER,
    ("search_texts", "log = 'parties'"),
    ("problems", "log = 'parties'"),
    ("citations", "log = 'parties'"),
    ("relations", "1"),
    ("aliases", "1"),
    ("parties", "1"),
)
