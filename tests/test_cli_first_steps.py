"""The first hour with the command line: what is logged is in every view at once, and every view can be exported."""

import json
import shutil
from pathlib import Path

import pytest
from running import NOWHERE, environment, images, ok, rows_of, run, run_several, said

FORMS = ("json", "nl", "csv", "tsv")
ORDER = (
    "--debtors", "court", "--debtors", "ms-li", "--amount", "10000 CNY", "--no-joint-and-several",
    "--due", "about May 2026", "--date", "2025-11-27",
)  # fmt: skip
JUDGMENT = (
    "--court", "court", "--instance", "first", "--grounds", "the term is void", "--grounds", "  two,  \"three\"",
    "--outcome", "=won\u3000here", "--summary", "海口的法院", "--date", "27 Nov 2025", "--date-basis", "printed",
    "--cite", "leida:7,13-14", "--cite", "leida", "--contradicted-by", "leida:8",
)  # fmt: skip
STEPS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("party", "add", "ms-li", "--name", "李女士", "--what", "person", "--pseudonym", "--aliases", "b"), "#1"),
    (("party", "add", "court", "--name", "Meilan Court", "--what", "court"), "parties#2"),
    (("party", "alias", "court", "美兰法院"), "parties#3"),
    (("party", "relate", "ms-li", "member of", "court", "--since", "2023"), "parties#4"),
    (("source", "add", "leida", "--title", "雷达财经", "--published", "2025-11-27", "--paragraphs", "49"), "sources#1"),
    (("open", "other", "--kind", "recall", "--title", "Another"), "'tracker log other TYPE'"),
    (("open", "deposit", "--kind", "lawsuit", "--title", "Li v. Seller", "--forum", "court", "--docket", "(2025) 1",
      "--jurisdiction", "CN", "--about", "A deposit.", "--cite", "leida:1"), "'tracker log deposit TYPE'"),
    (("log", "deposit", "judgment.given", *JUDGMENT), "Logged deposit#2."),
    (("log", "deposit", "order.made", *ORDER), "Logged deposit#3."),
    (("log", "deposit", "case.linked", "--case", "other", "--relation", "same seller"), "Logged deposit#4."),
    (("log", "deposit", "figure.stated", "--what", "loss", "--value", "318900.50", "--unit", "CNY",
      "--counted-by", "court"), "Logged deposit#5."),
    (("log", "deposit", "suit.filed", "--count", "1204", "--plaintiffs", "ms-li", "--date", "2025-05~"), "#6."),
    (("log", "deposit", "party.joined", "--party", "ms-li", "--role", "wizard"), "#7."),
)  # fmt: skip
VIEWS: dict[tuple[str, ...], str] = {
    ("status",): "2025-11-27",
    ("status", "deposit"): "2025-11-27",
    ("show", "deposit"): "the term is void",
    ("show", "deposit#2"): "海口的法院",
    ("timeline",): "海口的法院",
    ("timeline", "deposit", "--since", "Nov 2025", "--until", "2025-11"): "海口的法院",
    ("search", "口的"): "海口的法院",
    ("source", "list"): "雷达财经",
    ("source", "show", "leida"): "海口的法院",
    ("party", "list"): "李女士",
    ("party", "show", "court"): "美兰法院",
    ("check",): "odd-role",
    ("check", "deposit"): "odd-role",
    ("verify",): "cases/deposit",
    ("query", "SELECT ref, text, earliest, 1 AS a, NULL AS a FROM developments ORDER BY ref"): "海口的法院",
    ("types",): "judgment.given",
    ("types", "judgment.given"): "grounds",
    ("kinds",): "lawsuit",
    ("kinds", "lawsuit"): "first-instance judgment",
}
"""Every reading command, and something that it shows for the record made by the steps."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("first") / "store"
    assert f"Started a store in {root}: open a case with 'tracker open" in ok("init", str(root), cwd=root.parent)
    ran = run_several([args for args, _ in STEPS], cwd=root)
    for (args, told), done in zip(STEPS, ran, strict=True):
        assert done.code == 0, (args, done.err)
        assert told in done.out
    told_back = {args[2]: done.err for (args, _), done in zip(STEPS, ran, strict=True) if done.err}
    assert told_back == {
        "judgment.given": "date: 27 Nov 2025 is logged as 2025-11-27\n",
        "order.made": "due: about May 2026 is logged as 2026-05~\n",
    }
    return root


def test_what_is_logged_is_in_every_view_at_once(store):
    tables = run_several(VIEWS, cwd=store, env={"COLUMNS": "2000"})
    for (args, shown), table in zip(VIEWS.items(), tables, strict=True):
        assert table.code == 0, table
        assert shown in table.out, args


def test_every_form_of_every_view_holds_the_same_rows(store):
    ran = iter(run_several([(*args, f"--{form}") for args in VIEWS for form in FORMS], cwd=store))
    for args, shown in VIEWS.items():
        exports = {form: rows_of(next(ran).out, form) for form in FORMS}
        assert exports["csv"], args
        assert all(shown in str(rows) for rows in exports.values()), args
        assert exports["json"] == exports["nl"] == exports["csv"] == exports["tsv"], args


def test_every_kind_of_option_says_what_it_was_given(store):
    sql = "SELECT event_id, data FROM developments WHERE ref IN ('deposit#2', 'deposit#3', 'deposit#6') ORDER BY ref"
    judgment, order, suit = (row["data"] for row in rows_of(ok("query", sql, "--json", cwd=store), "json"))
    assert judgment == (
        '{"citations":[{"locator":"7","source":"leida"},{"locator":"13-14","source":"leida"},{"source":"leida"},'
        '{"does":"contradicts","locator":"8","source":"leida"}],"court":"court","date":"2025-11-27",'
        '"date_basis":"printed","grounds":["the term is void","  two,  \\"three\\""],"instance":"first",'
        '"outcome":"=won\u3000here","summary":"海口的法院"}'
    )
    assert order == (
        '{"amount":"10000 CNY","date":"2025-11-27","debtors":["court","ms-li"],"due":"2026-05~",'
        '"joint_and_several":false}'
    )
    assert suit == '{"count":1204,"date":"2025-05~","plaintiffs":["ms-li"]}'


def test_the_chronology_on_standard_output_and_in_a_file(store):
    printed = run("chronology", "deposit", cwd=store)
    assert "海口的法院" in printed.out
    assert printed.err == ""
    link, target = store / "link.md", store / "deposit.md"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    wrote = run("chronology", "deposit", "-o", "link.md", cwd=store)
    assert (wrote.code, wrote.out, wrote.err) == (0, "", "Wrote link.md.\n")
    assert target.read_text(encoding="utf-8") == printed.out
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert not [path for path in store.iterdir() if "tmp" in path.name or "atomic" in path.name]


def test_a_chronology_tells_its_filters_and_the_heads_of_the_whole_logs(store, tmp_path):
    store = Path(shutil.copytree(store, tmp_path / "store"))
    ok("log", "deposit", "note.added", "--note", "later", "--date", "2026-01-01", cwd=store)
    last = (store / "events/cases/deposit.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    head = f"| cases/deposit | \\#{int(json.loads(last)['sequence'])} | {json.loads(last)['xhash']} |"
    whole, early = (ok("chronology", "deposit", *args, cwd=store) for args in ((), ("--until", "2025-06-30")))
    assert head in whole and head in early
    assert "Everything that is logged of these cases." in whole and "Everything that is logged" not in early
    assert "Only what happened on or before 2025-06-30 is shown." in early
    assert "海口的法院" in whole and "海口的法院" not in early


def test_rebuild_makes_the_same_answers(store):
    before, image = ok("timeline", "--json", cwd=store), images(store)
    (store / "tracker.db").unlink()
    assert f"Rebuilt {store / 'tracker.db'} from 4 logs." in ok("rebuild", cwd=store)
    assert ok("timeline", "--json", cwd=store) == before
    assert images(store) == image


def test_the_store_is_found_from_a_folder_below_or_named(store, tmp_path):
    below = store / "exhibits" / "2025"
    below.mkdir(parents=True, exist_ok=True)
    here = ok("status", "--csv", cwd=store)
    assert ok("status", "--csv", cwd=below) == here
    assert ok("--store", str(store), "status", "--csv", cwd=tmp_path) == here
    assert ok("--store", "../..", "status", "--csv", cwd=below) == here
    assert "There is no store in" in said(run("--store", "", "status", cwd=store))


def test_a_fresh_store_says_how_to_go_on(tmp_path):
    nothing = run("status", cwd=tmp_path)
    assert (nothing.code, "'tracker init'" in said(nothing)) == (2, True)
    ok("init", cwd=tmp_path)
    again = run("init", cwd=tmp_path)
    assert (again.code, "is a store already; nothing was changed" in said(again)) == (2, True)
    empty = [("status",), ("timeline",), ("search", "x"), ("check",), ("verify",)]
    ran = run_several([*empty, ("source", "list"), ("party", "list")], cwd=tmp_path)
    for done in ran[:5]:
        assert "'tracker open CASE --kind KIND --title TITLE'" in done.out, done
    assert "'tracker source add NAME" in ran[5].out
    assert "'tracker party add NAME" in ran[6].out
    assert all((done.code, done.err) == (0, "") for done in ran)
    exports = run_several([(*args, f"--{form}") for args in empty for form in FORMS], cwd=tmp_path)
    assert [done.out for done in exports] == ["[]\n", "", "", ""] * len(empty)


def test_an_empty_case_says_how_to_go_on(tmp_path):
    commands = [("init",), ("open", "deposit", "--kind", "lawsuit", "--title", "T"), ("chronology", "deposit"),
                ("timeline",), ("check",), ("search", "nowhere")]  # fmt: skip
    _, opened, chronology, timeline, check, search = run_several(commands, cwd=tmp_path)
    assert "'tracker log deposit TYPE'" in opened.out
    assert "No development has been logged yet." in chronology.out
    assert "'tracker log deposit TYPE'" in chronology.err
    assert "'tracker log CASE TYPE'" in timeline.out
    assert check.out == "Nothing looks wrong.\n"
    assert "try fewer" in search.out


def test_who_logs(tmp_path):
    """--by, else TRACKER_ACTOR, else git's user; and nobody is made up."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Gitta\n")
    ok("init", cwd=tmp_path)
    log = ("log", "deposit", "hearing.held")
    git, nobody = {"GIT_CONFIG_GLOBAL": str(config)}, {"TRACKER_ACTOR": " "}
    opening = ("open", "deposit", "--kind", "lawsuit", "--title", "T")
    ok(*opening, cwd=tmp_path, env=git | {"TRACKER_ACTOR": ""})
    ok(*log, cwd=tmp_path, env=git | {"TRACKER_ACTOR": "Ann"})
    ok(*log, "--by", "Bo 博", cwd=tmp_path, env=git | {"TRACKER_ACTOR": "Ann"})
    for refused in (run(*log, cwd=tmp_path, env=nobody), run(*log, "--by", " ", cwd=tmp_path, env=nobody)):
        assert refused.code == 2
        assert all(way in said(refused) for way in ("--by NAME", "TRACKER_ACTOR", "git config user.name"))
    sql = "SELECT recorded_by FROM developments ORDER BY position"
    assert ok("query", sql, "--tsv", cwd=tmp_path) == "recorded_by\nGitta\nAnn\nBo 博\n"
    assert environment()["HOME"] == NOWHERE


def test_expectations_and_ids(store):
    logged, number = ("log", "other", "note.added", "--note", "a"), "0198f3c4-6f00-7abc-8def-000000000001"
    wrong, right, first, again, loud, other = run_several(
        [
            (*logged, "--expect", "7"),
            (*logged, "--expect", "1"),
            (*logged, "--id", number),
            (*logged, "--id", number),
            (*logged, "--id", number.upper()),
            ("log", "other", "note.added", "--note", "b", "--id", number),
        ],
        cwd=store,
    )
    assert (wrong.code, "cases/other holds 1 events, not 7 as expected" in said(wrong)) == (1, True)
    assert [right.out, first.out] == ["Logged other#2.\n", "Logged other#3.\n"]
    assert [again.out, loud.out] == ["Already recorded: other#3.\n"] * 2
    assert other.code == 2
    assert "note: it has the id of other#3, which says something else" in said(other)
    assert ok("status", "other", "--csv", cwd=store).rstrip().endswith(",2")
