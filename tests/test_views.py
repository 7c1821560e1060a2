"""What views say of themselves: history only on request, whom a dispute is between, what a chronology leaves out."""

import pytest
from running import ok, run, started


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A case with a correction, a retraction, and disputes within one source, within one publisher and between two."""
    root = started(tmp_path_factory.mktemp("store"))
    for name, publisher in (("one", "Gazette"), ("two", "Gazette"), ("three", "Courier")):
        ok("source", "add", name, "--publisher", publisher, "--published", "2025-11-28", cwd=root)
    ok("open", "suit", "--kind", "lawsuit", "--title", "A suit", "--cite", "one:1", cwd=root)
    for number in range(4):
        ok("log", "suit", "note.added", "--note", f"note {number}", "--date", "2025-11-01", "--cite", "one:2", cwd=root)
    ok("correct", "suit#2", "--set", "note=mended", "--reason", "a slip", cwd=root)
    ok("retract", "suit#3", "--reason", "another matter", cwd=root)
    ok("dispute", "suit#4", "--field", "note", "--value", "other", "--cite", "one:9", cwd=root)
    ok("dispute", "suit#4", "--field", "date", "--value", "2025-11-02", "--cite", "two:9", cwd=root)
    ok("dispute", "suit#5", "--field", "date", "--value", "2025-11-02", "--cite", "three:9", cwd=root)
    return root


def test_what_was_said_before_is_shown_on_request_only(store):
    now, whole = (ok("timeline", "suit", *more, cwd=store) for more in ((), ("--history",)))
    assert "mended" in now
    assert not any(word in now for word in ("note 0", "a slip", "note 1", "another matter"))
    assert all(word in whole for word in ("note ~~note 0~~ mended", "a slip", "~~Note: note 1.~~", "another matter"))


def test_sources_of_one_publisher_do_not_count_as_two(store):
    told = ok("disputes", "suit", "--json", cwd=store)
    assert told.count('"sides": "one source"') == 2
    assert told.count('"sides": "one publisher"') == 2
    assert told.count('"sides": "sources"') == 2


def test_a_chronology_says_what_it_leaves_out(store):
    assert "Only what" not in ok("chronology", "suit", cwd=store)
    part = ok("chronology", "suit", "--known-by", "2025-11-30", "--undisputed", cwd=store)
    assert "Only what was known by 2025-11-30 and is undisputed is shown." in part


def test_a_value_that_names_nobody_known_is_refused(store):
    ok("log", "suit", "claim.made", "--claimant", "ms-li", "--claim", "it is hers", "--cite", "one:3", cwd=store)
    ref = ok("timeline", "suit", "--csv", cwd=store).splitlines()[-1].partition(",")[0]
    done = run("dispute", ref, "--field", "claimant", "--value", "nobody", cwd=store)
    assert done.code == 2
    assert "there is no party 'nobody'" in done.err
    assert run("correct", ref, "--set", "claimant=nobody", "--reason", "x", cwd=store).code == 2


def test_a_case_nobody_had_heard_of_is_said_to_be_outside_the_view(store):
    done = run("show", "suit", "--known-by", "2025-11-01", cwd=store)
    assert (done.code, done.err) == (
        2,
        "Error: Only what was known by 2025-11-01 is shown. Nothing of 'suit' is in it: ask for another day, or leave "
        "the clocks out.\n",
    )
    assert "There is no case 'suits'" in run("show", "suits", "--known-by", "2025-11-01", cwd=store).err
