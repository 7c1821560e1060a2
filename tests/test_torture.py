"""The campaigns of tests/torture in their short form, and what the documents say of the long one."""

import shutil
from importlib import import_module
from pathlib import Path

import pytest
from torture import CAMPAIGNS, How
from torture.calls import can_trace
from torture.sabotage import SABOTAGES, Sabotage, places

ROOT = Path(__file__).parent.parent
LEAST = {
    "torn": ("torn states", 1_000),
    "full": ("sizes at which the disk was full", 900),
    "power": ("disks after a power cut", 400),
    "calls": ("calls that failed or were killed at", 50),
    "storms": ("kill -9 while appending", 100),
    "crowds": ("appends by eight writers at one log", 200),
    "changes": ("bytes changed, found in their line", 300_000),
    "fuzz": ("inputs by chance", 8_000),
    "model": ("steps of the model", 50),
}
"""What each campaign counts, and how much of it there is at least: one that does nothing would hold, too."""


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_promise_holds_in_the_short_form(name: str, tmp_path: Path) -> None:
    if name == "calls" and not can_trace():
        pytest.skip("strace is not there or may not trace")
    if name == "crowds" and not shutil.which("git"):
        pytest.skip("git is not there")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # for whom the calls are made as
    counts = import_module(f"torture.{name}").run(How(), tmp_path)
    words, least = LEAST[name]
    assert counts[words] >= least


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda it: it.what)
def test_every_sabotage_still_applies(sabotage: Sabotage) -> None:
    assert places(sabotage) == 1, "write it anew: the code that it takes out has changed"
    for test in sabotage.tests:
        assert (ROOT / test.partition("::")[0]).exists()
