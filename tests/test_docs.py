"""The documents' commands print what the documents show; the sheet and the batch in docs/sheets.md are logged."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
OF_THE_DAY = re.compile(r"(chinesecalendar|holidays|exported on) [0-9.-]+[0-9]|(?<=Lin Mei  )20[0-9TZ:.-]+")
"""The version of calendar data, the day on which a page was made, when it logged something: all of the day."""
CONSOLE = re.compile(r"```console\n\$ (.*?)\n(.*?)```", re.S)


@pytest.fixture
def store(tmp_path):
    """A copy of the real store, with `tracker` on the path; a page may log to it."""
    root = tmp_path / "store"
    root.mkdir()
    for folder in ("events", "seeds"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns(".*"))
    (root / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "verify_log.py", root / "docs")
    (root / "bin").mkdir()
    tracker = root / "bin" / "tracker"
    tracker.write_text(f'#!/bin/sh\nexec {sys.executable} -m tracker "$@"\n')
    tracker.chmod(0o755)
    return root


def run(command, store):
    environment = os.environ | {
        "COLUMNS": "100",
        "PATH": f"{store / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(store),
        "XDG_CONFIG_HOME": str(store / ".config"),
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=store,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return (done.stdout + done.stderr).replace(str(store), "~")


@pytest.mark.parametrize("page", [README, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name)
def test_pages_show_real_output(page, store):
    text = page.read_text(encoding="utf-8")
    real = CONSOLE.sub(lambda match: f"```console\n$ {match[1]}\n{run(match[1], store)}```", text)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        page.write_text(real, encoding="utf-8")
    kept = page.read_text(encoding="utf-8")
    shown, wanted = (OF_THE_DAY.sub(r"\1", each) for each in (real, kept))
    assert shown == wanted, "run: UPDATE_SNAPSHOTS=1 pytest tests/test_docs.py"


def test_readme_shows_ten_commands():
    assert len(CONSOLE.findall(README.read_text(encoding="utf-8"))) >= 10


def test_readme_commands_are_those_of_ci():
    lines = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("python3 -m venv")]
    assert [line.rpartition("/")[2] for line in lines] == ["tracker status", "python -m pytest -n auto"]
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_links_lead_somewhere():
    for page in [README, *(ROOT / "docs").glob("*.md")]:
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
            assert (page.parent / target).exists(), (page, target)


def test_the_rule_of_the_docs_is_a_rule(tmp_path):
    from tracker.dates import parse
    from tracker.deadlines.arithmetic import result
    from tracker.deadlines.rules import read_rule

    (rule,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "deadlines.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "x-answer.toml").write_text(rule, encoding="utf-8")
    found = read_rule(tmp_path / "x-answer.toml", "docs")
    assert result(found, parse("2025-11-15"), served_by="post").due == "2025-12-03"


def test_sheet_and_batch_of_the_docs_are_logged(tmp_path):
    from tracker.app import Tracker, now
    from tracker.batches import read_batch
    from tracker.envelope import Stamp

    text = (ROOT / "docs" / "sheets.md").read_text(encoding="utf-8")
    (sheet,) = re.findall(r"```toml\n(.*?)```", text, re.S)
    (batch,) = re.findall(r"```json\n(.*?)```", text, re.S)
    (tmp_path / "sheet.toml").write_text(sheet, encoding="utf-8")
    tracker = Tracker.init(tmp_path)
    assert len(tracker.log_sheet(tmp_path / "sheet.toml", Stamp("A", now())).new) == 8
    assert not tracker.log_sheet(tmp_path / "sheet.toml", Stamp("A", now())).new
    entries = read_batch(batch.strip().encode().split(b"\n"), "docs")
    assert [each.new for each in tracker.append(entries, Stamp("A", now()))] == [True, True]
