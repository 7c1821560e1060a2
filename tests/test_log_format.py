"""The specification of the log format: its worked example, and the figures in its text, are those of the code."""

import json
import re
from hashlib import sha256
from pathlib import Path

from tracker import canonical, members
from tracker.envelope import START, verify_line

TEXT = (Path(__file__).parent.parent / "docs" / "log-format.md").read_text(encoding="utf-8")
PROSE = " ".join(TEXT.split())
LOG = "cases/haikou-deposit"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_worked_example_is_right_byte_for_byte() -> None:
    first, body, second, _ = blocks("json")
    [xhash] = blocks("text")
    assert f"these {len(body.encode())} bytes" in PROSE
    assert sha256(b"\x00" + body.encode()).hexdigest() == xhash
    assert first == body[:-1] + f',"xhash":"{xhash}"}}'
    head = verify_line(first.encode(), START, "line 1", LOG).head
    assert verify_line(second.encode(), head, "line 2", LOG).position == 2


def test_the_offsets_in_the_text_are_those_of_the_example() -> None:
    line = blocks("json")[0].encode()
    n = len(line)
    assert 'bytes n-76 to n-67 MUST be `,"xhash":"`, bytes n-66 to n-3 the hash, bytes n-2 and n-1 `"}`' in PROSE
    assert (line[n - 76 : n - 66], line[n - 2 : n]) == (b',"xhash":"', b'"}')
    assert "0x00, then bytes 0 to n-77, then `}`" in PROSE
    assert sha256(b"\x00" + line[: n - 76] + b"}").hexdigest().encode() == line[n - 66 : n - 2]


def test_the_table_has_every_member() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", TEXT.split("## 5.")[0], re.MULTILINE)
    assert [name for name, _ in rows] == sorted([*members.REQUIRED, "data", "dataschema"])
    assert {name for name, _ in rows} - {"dataschema"} == set(json.loads(blocks("json")[0]))
    assert f"`{members.REQUIRED['type'].pattern.replace('(?:', '(')}`" in dict(rows)["type"]
    assert members.SCHEMA in dict(rows)["dataschema"]


def test_the_limits_in_the_text_are_those_of_the_code() -> None:
    limits = (canonical.MAX_LINE, canonical.MAX_INTEGER, members.MAX_POSITION)
    assert all(f"{limit:,}" in PROSE for limit in limits)
    assert f"at most {canonical.MAX_DEPTH} arrays and objects" in PROSE
