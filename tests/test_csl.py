"""CSL-JSON: what the schema of CSL allows, dates without more precision than they have, and nothing left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import EXAMPLES
from jsonschema import Draft202012Validator
from running import ok, started

from tracker.csl import csl
from tracker.eventtypes.sources import SourceAdded

TEXT = {"type": "string", "minLength": 1}
DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array", "minItems": 1, "maxItems": 2,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
        },
        "season": {"enum": [1, 2, 3, 4]},
        "circa": {"const": True},
        "literal": TEXT,
    },
    "oneOf": [{"required": ["date-parts"]}, {"required": ["literal"]}],
    "additionalProperties": False,
}  # fmt: skip
ITEMS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": TEXT, "type": {"enum": ["document", "webpage"]}, "title": TEXT, "publisher": TEXT, "language": TEXT,
            "URL": TEXT, "note": TEXT, "issued": DATE, "accessed": DATE, "custom": {"type": "object"},
            "author": {"type": "array", "items": {"type": "object", "properties": {"literal": TEXT}}},
        },
        "required": ["id", "type"],
        "additionalProperties": False,
    },
}  # fmt: skip
"""The part of csl-data.json (CSL 1.0.2) that is used."""
NOTHING = {"id": "s"} | dict.fromkeys(set(SourceAdded.__struct_fields__) - {"source", "citations"})


def item(**source: Any) -> dict[str, Any]:
    [found] = made = csl([NOTHING | source])
    Draft202012Validator(ITEMS).validate(made)
    return found


DATES: list[tuple[str, dict[str, Any]]] = [
    ("2025", {"date-parts": [[2025]]}),
    ("2025-11", {"date-parts": [[2025, 11]]}),
    ("2025-11-27", {"date-parts": [[2025, 11, 27]]}),
    ("2025-11-27T11:41", {"date-parts": [[2025, 11, 27]]}),
    ("2025-11-27T23:41:00+08:00", {"date-parts": [[2025, 11, 27]]}),
    ("2025-05~", {"date-parts": [[2025, 5]], "circa": True}),
    ("2025-05-01?", {"date-parts": [[2025, 5, 1]], "circa": True}),
    ("2025%", {"date-parts": [[2025]], "circa": True}),
    ("2025-11-01/2025-11-27", {"date-parts": [[2025, 11, 1], [2025, 11, 27]]}),
    ("2024/2025-03", {"date-parts": [[2024], [2025, 3]]}),
    ("2024~/2025-03", {"date-parts": [[2024], [2025, 3]], "circa": True}),
    ("2025-21", {"date-parts": [[2025]], "season": 1}),
    ("2025-24~", {"date-parts": [[2025]], "season": 4, "circa": True}),
    ("2025-21/2025-23", {"literal": "between spring 2025 and autumn 2025"}),
    ("../2025-11-27", {"literal": "by 27 November 2025"}),
    ("2025-11-01/..", {"literal": "from 1 November 2025 on"}),
    ("201X", {"literal": "some year in the 2010s"}),
    ("2025-XX", {"literal": "some month in 2025"}),
    ("2025-11-XX", {"literal": "some day in November 2025"}),
    ("[2024,2025]", {"literal": "2024 or 2025"}),
    ("soon", {"literal": "soon"}),
]


@pytest.mark.parametrize(("edtf", "expected"), DATES)
def test_dates(edtf: str, expected: dict[str, Any]) -> None:
    found = item(published=edtf, retrieved=edtf)
    assert found["issued"] == found["accessed"] == expected
    assert found["custom"] == {"published": edtf, "retrieved": edtf}, "as EDTF too"


def test_nothing_that_is_stated_is_left_out() -> None:
    assert item() == {"id": "s", "type": "document"}
    full = {name: f"the {name}" for name in NOTHING} | {"paragraphs": 3}
    told = json.dumps(item(**full))
    assert all(str(value) in told for value in full.values())
    assert item(**full)["type"] == "webpage"
    assert item(author="Li, and others")["author"] == [{"literal": "Li, and others"}]


def test_through_the_command_line(tmp_path: Path) -> None:
    store = started(tmp_path / "s")
    found = json.loads(ok("source", "list", "--csl", cwd=store))
    assert found == [{"id": "leida", "type": "document", "title": "雷达"}]
    source = EXAMPLES["source.added"]
    ok("source", "add", source["source"], "--title", source["title"], "--published", source["published"], cwd=store)
    found = json.loads(ok("source", "list", "--csl", cwd=store))
    Draft202012Validator(ITEMS).validate(found)
    assert [each.get("issued") for each in found] == [{"date-parts": [[2025, 11, 27]]}, None]
