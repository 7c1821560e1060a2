"""Wrong calls and hostile text: one sentence and the right exit code for each, and nothing changes on the disk."""

import json

import pytest
from running import FOREIGN, RAW, images, ok, rows_of, run, run_several, said, started

from tracker.envelope import Draft, Stamp
from tracker.logs.files import FileLog

LOG = ("log", "deposit", "hearing.held")
WRONG: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("statuss",), 2, "There is no command 'statuss' (did you mean status?): 'tracker --help' lists them."),
    (("source", "lst"), 2, "No such command 'lst'"),
    (("log",), 2, "The CASE is missing"),
    (("log", "deposit"), 2, "The TYPE is missing"),
    (("log", "deposti", "hearing.held"), 2, "There is no case 'deposti' (did you mean deposit?)"),
    (("log", "deposit", "hearing.hold"), 2, "There is no event type 'hearing.hold' (did you mean hearing.held"),
    ((*LOG, "--cuort", "court"), 2, "No such option '--cuort'"),
    ((*LOG, "--outcome"), 2, "Option '--outcome' requires an argument"),
    ((*LOG, "--court", "curt"), 2, "court: there is no party 'curt' (did you mean court?); add it with 'tracker party"),
    ((*LOG, "--cite", "liedo:3"), 2, "citations: there is no source 'liedo'"),
    ((*LOG, "--cite", ":3"), 2, "':3' names no source: write SOURCE[:LOCATOR]"),
    ((*LOG, "--contradicted-by", ""), 2, "'' names no source"),
    ((*LOG, "--date", "2025-02-30"), 2, "'2025-02-30' is no date: 2025-02 has 28 days"),
    ((*LOG, "--date", "2025-11-2O"), 2, "'2025-11-2O' is no date"),
    ((*LOG, "--date", ""), 2, "'' is no date"),
    ((*LOG, "--date", "03/04/2025"), 2, "it can be read in two ways: write 2025-03-04 or 2025-04-03"),
    ((*LOG, "--date", "20 Nov"), 2, "the year is missing"),
    ((*LOG, "--date", "9" * 5000), 2, "is no date"),
    ((*LOG, "--summary", ""), 2, "summary: '' is no text"),
    ((*LOG, "--expect", "-1"), 2, "-1 is not in the range x>=0"),
    ((*LOG, "--expect", "9"), 1, "cases/deposit holds 3 events, not 9 as expected"),
    ((*LOG, "--id", "7"), 2, "Invalid value for '--id': '7' is not a valid UUID"),
    ((*LOG, "--by", "a\nb"), 2, "'a\\nb' cannot be the name of who logs: it is more than one line"),
    ((*LOG, "--by", "a\x9b"), 2, "cannot be the name of who logs: character 2 is the control character U+009B"),
    (("log", "deposit", "hearing.scheduled"), 2, "set_for: it is missing; hearing.scheduled needs it"),
    (("log", "deposit", "order.made", "--amount", "10 yuan"), 2, "amount: '10 yuan' is no amount"),
    (("log", "deposit", "figure.stated", "--what", "x", "--value", "1e3", "--unit", "m"), 2, "'1e3' is no number"),
    (("log", "deposit", "suit.filed", "--count", "9007199254740992"), 2, "count: 9007199254740992 is no whole number"),
    (("log", "deposit", "suit.filed", "--count", "many"), 2, "'many' is not a valid integer range"),
    (("log", "deposit", "judgment.given", "--instance", "third"), 2, "'third' is not one of 'first', 'second'"),
    (("log", "deposit", "case.linked", "--case", "nope", "--relation", "r"), 2, "case: there is no case 'nope'"),
    (("log", "deposit", "party.added", "--party", "x", "--name", "x", "--what", "person"), 2, "belongs into the reg"),
    (("log", "deposit", "case.opened", "--kind", "lawsuit", "--title", "T"), 2, "there is a case 'deposit' already"),
    (("log", "deposit", "--sheet", "x.toml"), 2, "either one development, or sheets, or a batch"),
    (("log", "--sheet", "x.toml", "--expect", "3"), 2, "--expect, --id and --privileged go with one development"),
    (("log", "--batch", "-", "--sheet", "x.toml"), 2, "either one development, or sheets, or a batch"),
    (("log", "--sheet", "nowhere.toml"), 1, "nowhere.toml: it cannot be read (No such file or directory)"),
    (("log", "--batch", "nowhere.jsonl"), 1, "nowhere.jsonl could not be read or written (No such file or directory)"),
    (("log", "--batch", "."), 1, ". could not be read or written (Is a directory)"),
    (("open", "x"), 2, "Missing option '--kind'"),
    (("open", "x", "--kind", "lawsit", "--title", "T"), 2, "there is no kind 'lawsit' (did you mean lawsuit?)"),
    (("open", "x", "--kind", "lawsuit", "--title", ""), 2, "title: '' is no text"),
    (("open", "x", "--kind", "lawsuit", "--title", "T", "--forum", "nobody"), 2, "forum: there is no party 'nobody'"),
    (("open", "x", "--kind", "lawsuit", "--title", "T", "--cite", "nobody"), 2, "there is no source 'nobody'"),
    (("open", "deposit", "--kind", "lawsuit", "--title", "T"), 2, "there is a case 'deposit' already"),
    (("source", "add", "leida", "--title", "T"), 2, "there is a source 'leida' already"),
    (("party", "add", "court", "--name", "C", "--what", "court"), 2, "there is a party 'court' already"),
    (("party", "add", "x", "--name", "X", "--what", "cort"), 2, "'cort' is not one of 'person'"),
    (("party", "relate", "court", "of", "nobody"), 2, "other: there is no party 'nobody'"),
    (("party", "show", "nobody"), 2, "There is no party 'nobody': 'tracker party list' shows them."),
    (("source", "show", "leid"), 2, "There is no source 'leid' (did you mean leida?)"),
    (("show", "nowhere"), 2, "There is no case 'nowhere'"),
    (("show", "deposit#99"), 2, "'deposit#99' is no event: there is no such event in the store"),
    (("show", "deposit#01"), 2, "'01' is no line number"),
    (("show", "deposit#" + "9" * 5000), 2, "is no line number"),
    (("show", "#"), 2, "'' cannot name a case"),
    (("status", "deposit", "nowhere"), 2, "There is no case 'nowhere'"),
    (("timeline", "--since", "soon"), 2, "'soon' is no date"),
    (("timeline", "--until", ""), 2, "'' is no date"),
    (("check", "nowhere"), 2, "There is no case 'nowhere'"),
    (("search",), 2, "Missing argument 'WORDS...'"),
    (("search", "x", "--limit", "0"), 2, "0 is not in the range"),
    (("chronology",), 2, "Missing argument 'CASE...'"),
    (("chronology", "nowhere", "-o", "x.md"), 2, "There is no case 'nowhere'"),
    (("chronology", "deposit", "-o", "x.rtf"), 2, "The format of 'x.rtf' is not known"),
    (("chronology", "deposit", "-o", "nowhere/x.md"), 1, "nowhere/x.md could not be read or written"),
    (("types", "hearing"), 2, "There is no event type 'hearing'"),
    (("kinds", "suit"), 2, "There is no kind 'suit' (did you mean lawsuit?)"),
    (("query", ""), 2, "it returns no rows; only statements that read are taken"),
    (("query", "SELECT nowhere"), 2, "no such column: nowhere"),
    (("query", "SELECT 1; SELECT 2"), 2, "one statement at a time"),
    (("--store", "nowhere", "status"), 2, "There is no store in 'nowhere'"),
)  # fmt: skip
HOSTILE = (
    "", ".", "..", "../x", "a/../b", "/etc/passwd", "~", "-rf", "--help", "a\0b", "a\n", "a\r", "a\t", " a", "a ",
    "a.", "C:\\x", "\\\\srv\\x", "a:b", "CON", "con", "prn", "aux", "nul", "com0", "com9", "lpt1", "nul.jsonl", "COM¹",
    "com¹", "a" * 64, "a" * 256, "a" * 70_000, "Deposit", "é", "e\u0301", "\u0430", "\uff41", "\ufb01", "ß", "ſ",
    "\u212a", "İ", "\u0661", "\uff11", "a\u200bb", "a\u202eb", "\ufeffa", "a\u2028b", "%2e%2e%2f", "..%c0%af", "$(id)",
    "`id`", "a;b", "a|b", "*", "?", 'a"b', ".git", ".gitattributes", "a-", "-", "a\udc9bb", "\x1b[2J",
    "sources", "parties",
)  # fmt: skip
TEXTS = (
    (*LOG, "--outcome"), (*LOG, "--cite"), (*LOG, "--date-basis"), (*LOG, "--date"), (*LOG, "--by"), (*LOG, "--court"),
    ("open", "x", "--kind", "lawsuit", "--title"), ("open", "x", "--title", "T", "--kind"),
    ("open", "x", "--title", "T", "--kind", "lawsuit", "--docket"), ("source", "add", "x", "--title"),
    ("source", "add", "x", "--url"), ("source", "add", "x", "--published"),
    ("party", "add", "x", "--what", "person", "--name"), ("party", "alias", "court"), ("search", "--limit"),
    ("party", "relate", "court"), ("show",), ("status",), ("types",), ("kinds",), ("party", "show"), ("query",),
    ("source", "show"), ("timeline", "--since"), ("log", "deposit"), ("--store",), ("log", "--batch"), ("chronology",),
)  # fmt: skip
EVERYTHING = "SELECT *, text AS '\x1b[2Jx' FROM developments"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return started(tmp_path_factory.mktemp("bad") / "store")


@pytest.fixture(autouse=True)
def _nothing_changes(store):
    before, beside = images(store), sorted(path.name for path in store.parent.rglob("*"))
    yield
    assert images(store) == before
    assert sorted(path.name for path in store.parent.rglob("*")) == beside


def test_a_wrong_call_gets_one_sentence_and_its_exit_code(store):
    ran = run_several([args for args, _, _ in WRONG], cwd=store)
    for (args, code, fragment), done in zip(WRONG, ran, strict=True):
        assert fragment in said(done), args
        assert done.code == code, (args, done)
        assert done.err.rstrip("\n").endswith((".", "logged.")), args


def test_a_wrong_call_as_a_process_of_its_own(store):
    """What run_several cannot show: bytes that are no UTF-8, and nothing but the program itself."""
    broken = "\udc9b"
    for args in (("party", "show", broken), ("query", f"SELECT '{broken}'"), (*LOG, "--summary", broken), ("statuss",)):
        done = run(*args, cwd=store)
        assert done.code == 2, done
        assert said(done)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("open", "--kind", "lawsuit", "--title", "T"), ()),
        (("log",), ("hearing.held",)),
        (("show",), ()),
        (("party", "add", "--name", "N", "--what", "person"), ()),
    ],
)
def test_a_hostile_name_is_refused(store, before, after):
    names = HOSTILE[:-2] if before[0] == "party" else HOSTILE  # a party may be named as a register is
    ran = run_several([(*before, "--", name, *after) for name in names], cwd=store)
    for name, done in zip(names, ran, strict=True):
        assert done.code == 2, (name, done)
        assert not RAW & set(said(done)), name
        assert len(done.err) < 80_000


def test_hostile_names_in_a_batch_are_all_named(store):
    entries = [{"case": name, "type": "case.opened", "data": {"kind": "topic", "title": "T"}} for name in HOSTILE[:60]]
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    done = run("log", "--batch", "-", cwd=store, stdin=text.encode())
    assert done.code == 1
    assert said(done).endswith("\n60 mistakes; nothing was logged.")
    assert all(f"standard input, line {number}, case: " in done.err for number in range(1, 61))


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x1b]52;c;eA==\x07", "\x9b31m", "\x08", "\r", "\x7f", "\x85"])
def test_control_characters_are_refused_on_entry(store, sign):
    ran = run_several([(*args, f"x{sign}y") for args in TEXTS], cwd=store)
    for args, done in zip(TEXTS, ran, strict=True):
        assert done.code in (1, 2), (args, done)
        assert not RAW & set(said(done)), args


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is no object"),
        ("", "it is not JSON"),
        ('{"case":"deposit","type":"note.added","data":{"note":1.5}}', "1.5 is a float"),
        ('{"case":"deposit","case":"deposit","type":"note.added","data":{}}', "case: it stands twice"),
        ('{"case":"deposit","type":"note.added","data":{}}', "note: it is missing"),
        ('{"case":"deposit","type":"note.added","data":{"note":"\\u001b[2J"}}', "U+001B; take it out"),
        ('{"case":"deposit","type":"note.added","data":{"note":"\\ud800"}}', "surrogate"),
        ('{"case":"nowhere","type":"note.added","data":{"note":"x"}}', "there is no case 'nowhere'"),
        ('{"case":"deposit","type":"alien.type","data":{}}', "there is no event type 'alien.type'"),
        ('{"case":"deposit","type":"note.added","data":{"note":"x","x":1}}', "x: note.added has no such field"),
        ('{"case":"deposit","type":"note.added","data":{"note":"x"},"id":"7"}', "'7' is no UUID"),
        ("[" * 100_000, "nested too deep"),
        ('{"case":' + "9" * 5000 + "}", "is too large"),
    ],
)
def test_a_batch_whose_last_line_is_bad_is_not_logged(store, last, why):
    good = '{"case":"deposit","type":"note.added","data":{"note":"good"}}\n'
    done = run("log", "--batch", "-", cwd=store, stdin=(good * 2 + last + "\n").encode())
    assert done.code == 1
    assert said(done).startswith("standard input, line 3")
    assert why in said(done)
    assert said(done).endswith("1 mistake; nothing was logged.")


def test_all_mistakes_of_a_sheet_are_named_at_once(store, tmp_path):
    sheet = tmp_path / "mistakes.toml"
    sheet.write_text(
        '[source]\nsource = "New"\n[[party]]\nparty = "p"\nname = "P\\u001b"\nwhat = "cort"\n'
        '[[event]]\ncase = "deposit"\ntype = "hearing.hold"\n'
        '[[event]]\ncase = "nowhere"\ntype = "hearing.held"\ndate = "2025-02-30"\ncuort = "x"\n',
        encoding="utf-8",
    )
    done = run("log", "--sheet", str(sheet), cwd=store)
    assert done.code == 1
    told = said(done).split("\n")
    assert told[-1] == "7 mistakes; nothing was logged."
    for part in ("[source], source: 'New' cannot", "[[party]] 1, name: character 2 is the control character U+001B",
                 "[[party]] 1, what: 'cort' is none of", "[[event]] 1, type: there is no event type 'hearing.hold'",
                 "[[event]] 2, case: there is no case 'nowhere'", "[[event]] 2, date: '2025-02-30' is no date",
                 "[[event]] 2, cuort: hearing.held has no such field (did you mean court?)"):  # fmt: skip
        assert sum(f"mistakes.toml, {part}" in line for line in told) == 1, part


def test_what_a_foreign_writer_logged_is_shown_and_never_acts(tmp_path):
    case, unreadable = "cases/a-case", {"case": "evil\x1b[0m", "relation": FOREIGN}
    cited = [{"source": "leida", "locator": FOREIGN}, {"source": "unknown", "locator": "7"}]
    drafts = [
        Draft("parties", "party.added", {"party": "li", "name": FOREIGN, "what": "person", "aliases": [FOREIGN]}),
        Draft("parties", "party.related", {"party": "li", "relation": FOREIGN, "other": "li", "since": FOREIGN}),
        Draft("sources", "source.added", {"source": "leida", "title": FOREIGN, "publisher": FOREIGN, "note": FOREIGN}),
        Draft(case, "case.opened", {"kind": "lawsuit", "title": FOREIGN, "about": FOREIGN, "forum": "li"}),
        Draft(case, "hearing.held", {"date": "2025", "court": "li", "summary": FOREIGN, "citations": cited}),
        Draft(case, "hearing.held", {"date": FOREIGN, "purpose": FOREIGN, "date_basis": FOREIGN}),
        Draft(case, "alien.type", {"summary": FOREIGN, FOREIGN.encode("ascii", "ignore").decode(): FOREIGN}),
        Draft(case, "party.joined", {"party": "evil\x1b[0m", "role": FOREIGN}),
        Draft(case, "case.linked", unreadable),
        Draft(case, "order.made", {"debtors": ["li"], "act": FOREIGN, "due_terms": FOREIGN}),
        Draft(case, "judgment.given", {"outcome": FOREIGN, "grounds": [FOREIGN]}),
    ]
    FileLog(tmp_path).append(drafts, Stamp("for\u202eeign", "2026-01-01T00:00:00.000Z"))
    views = [("status",), ("show", "a-case"), *(("show", f"a-case#{number}") for number in range(1, 9)), ("timeline",),
             ("search", "31m"), ("source", "list"), ("source", "show", "leida"), ("party", "list"),
             ("party", "show", "li"), ("check",), ("query", EVERYTHING)]  # fmt: skip
    forms = ("", "json", "nl", "csv", "tsv")
    asked = [(view, form) for view in views for form in forms]
    ran = run_several([(*view, *([f"--{form}"] if form else [])) for view, form in asked], cwd=tmp_path)
    for (view, form), done in zip(asked, ran, strict=True):
        assert done.code == 0, (view, form, done.err)
        assert not (RAW - {"\t" if form == "tsv" else "\0"}) & set(done.out.replace("\r\n", "\n")), (view, form)
        shown = "\\u001b" if form in ("json", "nl") else "␛"
        assert shown in done.out or view in (("check",), ("status",)), (view, form)
    (line,) = [row for row in rows_of(ok("timeline", "--json", cwd=tmp_path), "json") if row["ref"] == "a-case#2"]
    assert FOREIGN in line["text"]
    document = ok("chronology", "a-case", cwd=tmp_path)
    assert not RAW & set(document)
    assert "␛" in document
    assert ok("verify", cwd=tmp_path).count("whole") == 3
