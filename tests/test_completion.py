"""What a shell is offered when somebody presses TAB: names of the store, and of the vocabulary."""

import pytest
from running import run, started

NAMES = {"court", "ms-li"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return started(tmp_path_factory.mktemp("completion") / "store")


def offered(line: str, cwd, **env: str) -> set[str]:
    """What bash is offered for the last word of a line."""
    words = line.split(" ")
    asking = {"_TRACKER_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), **env}
    done = run(cwd=cwd, env=asking)
    assert (done.code, done.err) == (0, ""), done
    return {item.partition(",")[2] for item in done.out.split("\n") if item}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("tracker st", {"status"}),
        ("tracker show dep", {"deposit"}),
        ("tracker show x", set()),
        ("tracker status deposit ", {"deposit"}),
        ("tracker log ", {"deposit"}),
        ("tracker log deposit hearing.", {"hearing.scheduled", "hearing.postponed", "hearing.held"}),
        ("tracker log deposit source.", set()),
        ("tracker log deposit hearing.held --co", {"--court", "--contradicted-by"}),
        ("tracker log deposit order.made --jo", {"--joint-and-several"}),
        ("tracker log deposit hearing.held --court ", NAMES),
        ("tracker log deposit hearing.held --court court --cite l", {"leida"}),
        ("tracker log deposit judgment.given --instance ", {"first", "second", "retrial"}),
        ("tracker log deposit case.linked --case ", {"deposit"}),
        ("tracker party show m", {"ms-li"}),
        ("tracker party add c", set()),
        ("tracker party alias c", {"court"}),
        ("tracker party relate ms-li of ", NAMES),
        ("tracker source show ", {"leida"}),
        ("tracker seal s", {"sources"}),
        ("tracker verify deposit p", {"parties"}),
        ("tracker open x --kind la", {"lawsuit"}),
        ("tracker open x --forum ", NAMES),
        ("tracker kinds la", {"lawsuit"}),
        ("tracker types judgment.", {"judgment.given", "judgment.took_effect"}),
        ("tracker --store store log ", {"deposit"}),
        ("tracker --store nowhere log ", set()),
    ],
)
def test_names_are_offered(store, line, names):
    assert offered(line, store.parent if "--store" in line else store) == names


def test_fields_of_a_type_are_offered_and_of_no_other(store):
    options = offered("tracker log deposit hearing.held --", store)
    assert {"--court", "--outcome", "--date", "--summary", "--cite", "--sheet", "--expect"} <= options
    assert not {"--instance", "--citations", "--set-for"} & options


def test_nothing_is_offered_where_nothing_can_be(tmp_path):
    assert offered("tracker show ", tmp_path) == set()
    (tmp_path / "events" / "cases").mkdir(parents=True)
    (tmp_path / "events" / "cases" / "broken.jsonl").write_bytes(b"broken\n")
    assert offered("tracker show ", tmp_path) == set()
    assert offered("tracker log broken hearing.h", tmp_path) == {"hearing.held"}
