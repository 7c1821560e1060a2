"""Starting: a command that only reads loads nothing of what writes, folds or makes rows, nor what is slow to load."""

import os
import sys
from subprocess import PIPE, Popen

import pytest
from running import ok, started

from tracker import queries

SLOW = {
    "cryptography", "dataclasses", "dateutil", "difflib", "docx", "hashlib", "importlib.metadata", "jinja2", "msgspec",
    "shutil", "sqlite_utils", "subprocess", "tempfile", "tracker.canonical", "tracker.case", "tracker.clocks",
    "tracker.documents", "tracker.envelope", "tracker.eventtypes", "tracker.kinds", "tracker.logs.batch",
    "tracker.logs.durable", "tracker.logs.files", "tracker.projections.build", "tracker.projections.rows",
    "tracker.projections.schema", "tracker.state", "typst",
}  # fmt: skip
LOADED = "import sys; from tracker.cli import run; code = run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return started(tmp_path_factory.mktemp("starting") / "store")


def loaded(store, *command: str) -> set[str]:
    """The modules that a command has loaded when it is done."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", LOADED, "--store", str(store), *command]
    with Popen(argv, stdout=PIPE, stderr=PIPE, text=True, env=environment) as process:
        out, modules = process.communicate()
    assert out, command
    return set(modules.split())


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("status", "deposit", "--json"), ("show", "deposit"), ("timeline",), ("search", "both"),
        ("disputes",), ("check",), ("query", "SELECT 1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_that_reads_what_did_not_change_loads_little(store, command):
    ok("status", cwd=store)
    found = loaded(store, *command)
    assert "tracker.projections.opening" in found, "the test no longer sees what is loaded"
    assert not SLOW & found


def test_the_version_is_told_without_a_store(tmp_path):
    assert {name for name in loaded(tmp_path, "--version") if name.startswith("tracker")} <= {"tracker", "tracker.cli"}


def test_every_question_is_found_and_none_is_hidden_by_its_module():
    for name in queries.__all__:
        assert getattr(queries, name).__module__ if callable(getattr(queries, name)) else name.isupper(), name
    assert set(queries.__all__) == set(queries._MODULES)
    assert not set(queries._MODULES) & set(queries._PLACES)
    with pytest.raises(AttributeError):
        queries.no_such_question  # noqa: B018
