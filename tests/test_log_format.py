"""The specification of the log format: its worked example, and the figures in its text, are those of the code."""

import json
import re
from hashlib import sha256
from pathlib import Path

from tracker import canonical, members
from tracker.envelope import START, verify_line
from tracker.proofs import checkpoints, merkle, notes
from tracker.proofs.notes import parse_key

TEXT = (Path(__file__).parent.parent / "docs" / "log-format.md").read_text(encoding="utf-8")
PROSE = " ".join(TEXT.split())
LOG = "cases/haikou-deposit"
RFC_8032_TEST_1 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_worked_example_is_right_byte_for_byte() -> None:
    first, body, second, _ = blocks("json")
    xhash, *_ = blocks("text")
    assert f"these {len(body.encode())} bytes" in PROSE
    assert sha256(b"\x00" + body.encode()).hexdigest() == xhash
    assert first == body[:-1] + f',"xhash":"{xhash}"}}'
    head = verify_line(first.encode(), START, "line 1", LOG).head
    assert verify_line(second.encode(), head, "line 2", LOG).position == 2


def test_the_worked_checkpoint_is_right_byte_for_byte() -> None:
    first, _, second, _ = blocks("json")
    _, root, key, checkpoint = blocks("text")
    leaves = [bytes.fromhex(json.loads(line)["xhash"]) for line in (first, second)]
    assert sha256(b"\x01" + leaves[0] + leaves[1]).hexdigest() == root == merkle.root(leaves).hex()
    signer = parse_key(key)
    found = checkpoints.read(checkpoint.encode() + b"\n", "here", [signer])
    assert (found.checkpoint.log, found.checkpoint.size, found.checkpoint.root.hex()) == (LOG, 2, root)
    assert (found.signers, found.unknown) == ((signer,), ())
    assert notes.sign(str(found.checkpoint), found.checkpoint.origin, RFC_8032_TEST_1).decode() == checkpoint + "\n"
    assert f"whose key id is `{signer.below(LOG).key_id.hex()}`" in PROSE


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
