"""The generated pages of docs/ are those that the code makes now."""

from pathlib import Path

import pytest

from tracker import reference

DOCS = Path(__file__).parent.parent / "docs"
PAGES = reference.pages()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run: python -m tracker.reference docs"


def test_no_schema_is_left_over():
    assert {f"schemas/{path.name}" for path in (DOCS / "schemas").iterdir()} == {p for p in PAGES if "/" in p}


def test_every_verb_and_table_is_there():
    from tracker.cli import COMMANDS
    from tracker.projections.schema import TABLES

    assert all(f"## tracker {verb}\n" in PAGES["commands.md"] for verb in COMMANDS)
    assert all(f"## {table.name}\n" in PAGES["tables.md"] for table in TABLES)
