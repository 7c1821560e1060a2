"""Folders that prove one event: what is in them, and that two programs that share no code judge them alike."""

import re
import subprocess
from itertools import islice
from pathlib import Path

import bundled
import pytest
from bundled import CHECKED, VERIFIERS, good, leaves_of, lines_of, verdicts, vkey, write

from tracker.errors import TargetTaken
from tracker.proofs.bundles import Proven, bundle, write_folder
from tracker.proofs.merkle import is_included, root

LOGS = ("cases/haikou-deposit", "parties", "sources")


def test_both_verifiers_take_good_folders(tmp_path: Path) -> None:
    places = [(log, number, size) for size in range(1, 41) for log in LOGS for number in {1, size, (size + 1) // 2}]
    folders = [write(tmp_path / str(n), good(*place)) for n, place in enumerate(places)]
    wanted = [
        f"good: event {number} of {log} is one of the first {size}, signed by {vkey(log)}"
        for log, number, size in places
    ]
    for verifier in VERIFIERS:
        assert verdicts(folders, verifier) == wanted


def test_both_verifiers_refuse_damaged_folders_for_the_same_reason(tmp_path: Path) -> None:
    judged, reasons = bundled.campaign(tmp_path, 500, seed=1)
    assert judged == 500
    assert reasons >= 15


def test_a_missing_file_and_no_folder_are_refused(tmp_path: Path) -> None:
    files = good("parties", 2, 3)
    folders = [write(tmp_path / gone, {n: files[n] for n in CHECKED if n != gone}) for gone in CHECKED]
    for verifier in VERIFIERS:
        assert verdicts([*folders, tmp_path / "nowhere"], verifier) == ["REFUSED: a file is missing"] * 5


def test_other_signatures_and_extra_data_are_let_be(tmp_path: Path) -> None:
    files = good("parties", 2, 3)
    note = files["checkpoint"] + "\N{EM DASH} witness.example AAAAAAAAAAA=\n".encode()
    proof = files["event.tlog-proof"].replace(files["checkpoint"], note).replace(b"\nindex", b"\nextra AAAA\nindex")
    folder = write(tmp_path / "f", files | {"checkpoint": note, "event.tlog-proof": proof})
    for verifier in VERIFIERS:
        assert verdicts([folder], verifier)[0].startswith("good: ")


def test_without_a_name_the_folder_of_the_program_is_checked(tmp_path: Path) -> None:
    write_folder(tmp_path / "f", good("cases/x", 1, 1))
    for program, name in (("python3", "verify.py"), ("node", "verify.mjs")):
        done = subprocess.run([program, name], cwd=tmp_path / "f", capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert ": good: event 1 of cases/x" in done.stdout


@pytest.mark.parametrize(("log", "number", "size"), [("cases/x", 1, 1), ("parties", 7, 7), ("cases/x", 22, 37)])
def test_the_commands_by_hand_give_what_the_readme_says(tmp_path: Path, log: str, number: int, size: int) -> None:
    files = good(log, number, size)
    write_folder(tmp_path / "f", files)
    commands = "\n".join(re.findall(r"```bash\n(.*?)```", files["README.md"].decode(), re.S))
    done = subprocess.run(
        ["bash", "-e"], input=commands, cwd=tmp_path / "f", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    leaf, xhash, found, signed, index, sequence, of, verdict = done.stdout.splitlines()
    assert leaf == xhash
    assert found == signed
    assert (index, sequence, of) == (f"index {number - 1}", f'"sequence":"{number:010d}"', str(size))
    assert verdict == "Signature Verified Successfully"


def test_nothing_of_other_events_is_in_a_folder() -> None:
    lines = lines_of("cases/x", 20)
    files = good("cases/x", 7, 20)
    whole = b"".join(files.values())
    assert lines[6] in whole
    for line in lines[:6] + lines[7:]:
        assert line[line.index(b'"id":') :][:43] not in whole


def test_proof_is_that_of_the_tree() -> None:
    leaves = leaves_of(lines_of("cases/x", 11))
    text = good("cases/x", 5, 11)["event.tlog-proof"].decode()
    from base64 import b64decode

    head, index, *hashes = text.partition("\n\n")[0].split("\n")
    assert (head, index) == ("c2sp.org/tlog-proof@v1", "index 4")
    assert is_included(leaves[4], 4, 11, [b64decode(each) for each in hashes], root(leaves))


def test_equal_records_give_equal_bytes() -> None:
    assert good("parties", 3, 5) == good("parties", 3, 5)


def test_tokens_are_handed_on_by_name() -> None:
    lines = lines_of("parties", 2)
    made = bundle(Proven("parties", 1, lines[0], leaves_of(lines), b"c", "v", {"b.example": b"B", "a.example": b"A"}))
    assert [name for name in made if name.endswith(".tsr")] == ["checkpoint.a.example.tsr", "checkpoint.b.example.tsr"]
    assert "openssl ts -verify -data checkpoint -in checkpoint.a.example.tsr" in made["README.md"].decode()


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "f"
    with pytest.raises(OSError, match="name too long"):
        write_folder(target, {"a": b"1", "n" * 300: b"2"})
    assert list(tmp_path.iterdir()) == []
    target.mkdir()
    write_folder(target, {"a": b"1"})
    assert (target / "a").read_bytes() == b"1"
    for taken in (target, target / "a"):
        with pytest.raises(TargetTaken):
            write_folder(taken, {"a": b"2"})
    assert (target / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_the_programs_are_short_and_import_nothing_but_their_language() -> None:
    python, javascript = ((bundled.HANDED / name).read_text(encoding="utf-8") for name in ("verify.py", "verify.mjs"))
    assert max(len(text.splitlines()) for text in (python, javascript)) <= 150
    assert set(re.findall(r"^(?:import|from) (\S+)", python, re.M)) == {"re", "sys", "base64", "hashlib", "pathlib"}
    assert all(name.startswith("node:") for name in re.findall(r'from "(.+?)"', javascript))


def test_damage_is_of_many_sorts() -> None:
    whats = {
        what.partition(": ")[2].partition(" ")[2].rstrip("0123456789") for what, _ in islice(bundled.damaged(1), 500)
    }
    assert len(whats) > 15
