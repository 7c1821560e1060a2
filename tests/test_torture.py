"""The campaigns of tests/torture in their short form, and what the documents say of the long one."""

import re
import shutil
import tempfile
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
    "calls": ("calls that failed or were killed at", 30),
    "storms": ("kill -9 while appending", 60),
    "crowds": ("appends by eight writers at one log", 200),
    "changes": ("bytes changed, found in their line", 300_000),
    "fuzz": ("inputs by chance", 8_000),
    "model": ("steps of the model", 50),
}
"""What each campaign counts, and how much of it there is at least: one that does nothing would hold, too."""


@pytest.mark.parametrize("name", LEAST)
def test_every_promise_holds_in_the_short_form(name: str) -> None:
    if name == "calls" and not can_trace():
        pytest.skip("strace is not there or may not trace")
    if name == "crowds" and not shutil.which("git"):
        pytest.skip("git is not there")
    with tempfile.TemporaryDirectory() as folder:  # not of pytest, which keeps all of its own from everybody else
        Path(folder).chmod(0o755)
        counts = import_module(f"torture.{name}").run(How(), Path(folder))
    words, least = LEAST[name]
    assert counts[words] >= least


def test_every_campaign_is_run() -> None:
    assert set(CAMPAIGNS) - {"branches"} == set(LEAST), "test_forks.py and test_git.py run that of branches"


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda it: it.what)
def test_every_sabotage_still_applies(sabotage: Sabotage) -> None:
    assert places(sabotage) == 1, "write it anew: the code that it takes out has changed"
    for test in sabotage.tests:
        assert (ROOT / test.partition("::")[0]).exists()


def test_the_figures_of_the_readme_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.search(r"\*\*It was broken on purpose.*?docs/reliability\.md\)", readme, re.S)
    assert told
    figures = re.findall(r"\d[\d,]+", told[0])
    assert len(figures) >= 5
    for figure in figures:
        assert re.search(rf"(?<![\d,]){figure}(?![\d,])", page), figure
    assert f"{len(SABOTAGES)} protections" in page
