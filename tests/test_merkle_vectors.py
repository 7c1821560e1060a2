"""The Merkle code, ours and that of both verifiers, against the public vectors of transparency-dev/merkle.

They are fetched for the test and kept nowhere; MERKLE_VECTORS can name a clone that is there already. Without either
the tests are skipped.
"""

import json
import os
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from bundled import HANDED

from tracker.proofs import merkle

REPOSITORY = "https://github.com/transparency-dev/merkle"
NO_HASHES = "empty root and leaf"
"""The one vector whose leaf is no SHA-256; here a leaf always is one."""
NODE = """
const { readFileSync: read } = await import("node:fs");
const bytes = (text) => Buffer.from(text, "base64");
for (const { leafIdx: at, treeSize: size, root, leafHash, proof } of JSON.parse(read(process.argv[2], "utf8"))) {
  const right = at < size && leadsTo(bytes(root), bytes(leafHash), at, size, (proof ?? []).map(bytes));
  console.log(right ? "good" : "bad");
}
"""


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if named := os.environ.get("MERKLE_VECTORS"):
        return Path(named) / "testdata"
    folder = tmp_path_factory.mktemp("merkle") / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", REPOSITORY, str(folder)]
    try:
        subprocess.run(
            command, env=os.environ | {"GIT_TERMINAL_PROMPT": "0"}, capture_output=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        pytest.skip(f"{REPOSITORY} cannot be fetched here; set MERKLE_VECTORS to a clone of it")
    return folder / "testdata"


def read(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]
    assert len(found) >= 50
    assert {each["wantErr"] for each in found} == {True, False}
    return [each for each in found if each["desc"] != NO_HASHES]


def hashes(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in vector["proof"] or []]


def test_inclusion(vectors: Path) -> None:
    for each in read(vectors / "inclusion"):
        leaf, root = b64decode(each["leafHash"]), b64decode(each["root"])
        right = merkle.is_included(leaf, each["leafIdx"], each["treeSize"], hashes(each), root)
        assert right != each["wantErr"], each["desc"]


def test_consistency(vectors: Path) -> None:
    for each in read(vectors / "consistency"):
        old, new = b64decode(each["root1"]), b64decode(each["root2"])
        right = merkle.is_consistent(each["size1"], old, each["size2"], new, hashes(each))
        # RFC 9162 knows no proof from an empty tree; the vectors let any tree continue it.
        assert right != each["wantErr"] or each["size1"] == 0, each["desc"]


def test_inclusion_by_the_verifier_in_python(vectors: Path) -> None:
    scope: dict[str, Any] = {}
    exec((HANDED / "verify.py").read_text(encoding="utf-8").partition("\nrefused = 0")[0], scope)
    for each in read(vectors / "inclusion"):
        leaf, root = b64decode(each["leafHash"]), b64decode(each["root"])
        index, size = each["leafIdx"], each["treeSize"]
        right = index < size and scope["leads_to"](root, leaf, index, size, hashes(each))
        assert right != each["wantErr"], each["desc"]


def test_inclusion_by_the_verifier_in_javascript(vectors: Path, tmp_path: Path) -> None:
    wanted = read(vectors / "inclusion")
    program, listed = tmp_path / "program.mjs", tmp_path / "vectors.json"
    program.write_text((HANDED / "verify.mjs").read_text(encoding="utf-8").partition("\nconst named")[0] + NODE)
    listed.write_text(json.dumps(wanted))
    done = subprocess.run(["node", program, listed], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["bad" if each["wantErr"] else "good" for each in wanted]
