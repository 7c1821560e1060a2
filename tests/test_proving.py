"""The verbs prove and anchor, as a user has them, over stores that are sealed with a key of their own."""

import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit

import pytest
from authority import Authority, serving
from bundled import VERIFIERS, verdicts
from running import Ran, environment, images, judged, ok, run, said, started

from tracker import cli
from tracker.app import Tracker
from tracker.proofs.stamps import question


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.issue("good")
    return made


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = started(tmp_path_factory.mktemp("sealed") / "store")
    tracker(root, "key", "example.org/laptop")
    tracker(root, "seal")
    return root


@pytest.fixture
def store(tmp_path: Path, sealed: Path) -> Path:
    """A store with a signer, sealed."""
    shutil.copytree(sealed.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / sealed.name


def env(root: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(root.parent / "config"), "no_proxy": "*"}


def within(root: Path, *args: str, **more: str) -> Ran:
    """Run a command in this process, which takes a tenth of starting one; what is printed is that of a process."""
    before = dict(os.environ)
    os.environ.update(environment(TRACKER_ACTOR="Ann") | env(root) | more)
    try:
        with chdir(root), redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = cli.run(list(args))
    finally:
        os.environ.clear()
        os.environ.update(before)
    return judged(Ran(code, out.getvalue(), err.getvalue()))


def tracker(root: Path, *args: str) -> str:
    ran = within(root, *args)
    assert ran.code == 0, ran
    return ran.out


def refused(root: Path, *args: str) -> str:
    ran = within(root, *args)
    assert ran.code in (1, 2), ran
    return said(ran)


def anchored(root: Path, url: str, *more: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(tracker(root, "anchor", "--tsa", url, "--json", *more))
    return rows


def log_note(root: Path) -> None:
    tracker(root, "log", "deposit", "note.added", "--note", "又看了一次")


def answering(authority: Authority, name: str = "good") -> Callable[[bytes], bytes]:
    return lambda query: authority.answer(query, name)


# prove


@pytest.mark.parametrize("ref", ["deposit#1", "deposit#3", "parties#2", "sources#1"])
def test_a_proof_of_an_event_is_good(store: Path, ref: str) -> None:
    ok("prove", ref, "-o", "../proof", cwd=store)
    name, _, number = ref.partition("#")
    log = name if name in ("parties", "sources") else f"cases/{name}"
    for verifier in VERIFIERS:
        assert verdicts([store.parent / "proof"], verifier)[0].startswith(f"good: event {number} of {log} is one of")
    lines = (store / "events" / f"{log}.jsonl").read_bytes().split(b"\n")
    assert (store.parent / "proof" / "event.json").read_bytes() == lines[int(number) - 1]


def test_the_newest_checkpoint_is_taken_and_bytes_are_equal(store: Path) -> None:
    log_note(store)
    assert "No checkpoint covers event 4 of cases/deposit" in refused(store, "prove", "deposit#4", "-o", "proof")
    tracker(store, "seal")
    for folder in ("a", "b"):
        tracker(store, "prove", "deposit#2", "-o", folder)
    one, other = ({path.name: path.read_bytes() for path in (store / name).iterdir()} for name in ("a", "b"))
    assert one == other
    assert one["checkpoint"] == (store / "events/checkpoints/cases/deposit/4").read_bytes()


def test_what_cannot_be_proven_leaves_nothing(store: Path) -> None:
    (store / "full").mkdir()
    (store / "full" / "x").write_text("")
    assert "no empty folder" in refused(store, "prove", "deposit#1", "-o", "full")
    assert "no such event" in refused(store, "prove", "deposit#9", "-o", "proof")
    assert "part of the store" in refused(store, "prove", "deposit#1", "-o", "events/proof")
    (store / "events" / "keys").unlink()
    assert "under a key of events/keys: run 'tracker seal'" in refused(store, "prove", "deposit#1", "-o", "proof")
    assert not (store / "proof").exists()
    assert [path.name for path in (store / "full").iterdir()] == ["x"]


def test_a_log_that_was_written_anew_is_not_proven(store: Path) -> None:
    log = store / "events" / "cases" / "deposit.jsonl"
    log.write_bytes(b"\n".join(log.read_bytes().split(b"\n")[:2]) + b"\n")
    assert "1 of them is missing" in refused(store, "prove", "deposit#1", "-o", "proof")


def test_what_is_privileged_is_not_handed_over_unless_asked_for(store: Path) -> None:
    tracker(store, "log", "deposit", "privilege.claimed", "--of", "deposit#3", "--nature", "work product",
            "--held-by", "ms-li", "--author", "ms-li", "--recipients", "court",
            "--basis", "prepared for the suit", "--description", "a note")  # fmt: skip
    tracker(store, "seal")
    assert "--privileged" in refused(store, "prove", "deposit#3", "-o", "proof")
    assert not (store / "proof").exists()
    tracker(store, "prove", "deposit#3", "-o", "proof", "--privileged")


# anchor


def test_every_log_is_stamped_and_says_so(store: Path, authority: Authority) -> None:
    with serving(answering(authority)) as url:
        how = ("anchor", "--tsa", url, "--json", "--ca", str(authority.root))
        rows = json.loads(ok(*how, cwd=store, env=env(store)))
        again = anchored(store, url)
    assert [row["log"] for row in rows] == ["cases/deposit", "parties", "sources"]
    assert all(row["is_new"] and row["is_chained"] and row["signer"] == "CN=good" for row in rows)
    assert [row["is_new"] for row in again] == [False] * 3
    shown = json.loads(
        tracker(store, "query", "SELECT data FROM developments WHERE type = 'record.anchored'", "--json")
    )
    data = json.loads(shown[0]["data"])
    assert (data["size"], data["token"], data["time"]) == (3, rows[0]["sha256"], rows[0]["time"])
    assert len(Tracker(store).logs()["parties"]) == 3
    tracker(store, "verify")
    tracker(store, "check")
    assert "record.anchored" not in tracker(store, "timeline", "deposit")


def test_a_proof_has_the_tokens_and_openssl_takes_them(store: Path, authority: Authority) -> None:
    with serving(answering(authority)) as url:
        (row,) = anchored(store, url, "deposit")
    tracker(store, "prove", "deposit#2", "-o", "proof")
    (store / "proof" / "ca.pem").write_bytes(authority.root.read_bytes())
    command = f"openssl ts -verify -data checkpoint -in checkpoint.{row['tsa']}.tsr -CAfile ca.pem"
    assert command in (store / "proof" / "README.md").read_text(encoding="utf-8")
    done = subprocess.run(command.split(), cwd=store / "proof", capture_output=True, text=True, check=True)
    assert "Verification: OK" in done.stdout


BAD = {
    "another nonce": lambda authority, query: authority.answer(question(b"").as_bytes(), "good"),
    "nothing": lambda authority, query: b"",
    "a changed time": lambda authority, query: authority.answer(query, "good").replace(b"\x18\x0f2", b"\x18\x0f3", 1),
    "a refusal": lambda authority, query: bytes.fromhex("30053003020102"),
}


@pytest.mark.parametrize("how", [name for name in BAD if name != "another nonce"])
def test_a_bad_answer_leaves_nothing(store: Path, authority: Authority, how: str) -> None:
    before = images(store)
    with serving(lambda query: BAD[how](authority, query)) as url:
        assert "proves nothing" in refused(store, "anchor", "--tsa", url)
    assert images(store) == before


def test_an_answer_to_another_question_leaves_nothing(store: Path, authority: Authority) -> None:
    before, note = images(store), (store / "events/checkpoints/cases/deposit/3").read_bytes()
    with serving(lambda query: authority.answer(question(note).as_bytes(), "good")) as url:
        assert "nonce" in refused(store, "anchor", "deposit", "--tsa", url)
    assert images(store) == before


def test_no_answer_and_another_root_leave_nothing(store: Path, authority: Authority, tmp_path: Path) -> None:
    before = images(store)
    with serving(answering(authority)) as url:
        other = Authority(tmp_path / "other").root
        assert "does not lead to the root" in refused(store, "anchor", "--tsa", url, "--ca", str(other))
    assert "gave no time stamp" in refused(store, "anchor", "--tsa", url)
    assert "no time-stamping authority" in refused(store, "anchor", "--tsa", "ftp://x")
    assert images(store) == before


def test_the_second_log_is_refused_and_the_first_is_as_it_was(store: Path, authority: Authority) -> None:
    before, answers = images(store), iter([True, False])
    with serving(lambda query: authority.answer(query, "good") if next(answers) else b"") as url:
        assert "proves nothing" in refused(store, "anchor", "--tsa", url)
    assert images(store) == before


def test_a_log_that_was_written_anew_is_not_stamped(store: Path, authority: Authority) -> None:
    log = store / "events" / "cases" / "deposit.jsonl"
    log.write_bytes(b"\n".join(log.read_bytes().split(b"\n")[:2]) + b"\n")
    with serving(answering(authority)) as url:
        assert "1 of them is missing" in refused(store, "anchor", "deposit", "--tsa", url)


def test_a_token_that_cannot_be_logged_is_not_kept(store: Path, authority: Authority) -> None:
    tracker(store, "log", "deposit", "note.added", "--note", "long" * 3000)
    tracker(store, "seal", "deposit")
    log, before = store / "events" / "cases" / "deposit.jsonl", images(store)
    limit = log.stat().st_size  # the token has room, the projection and one more line of the log have none
    with serving(answering(authority)) as url:
        ran = run("anchor", "deposit", "--tsa", url, cwd=store, env=env(store),
                  before=lambda: setrlimit(RLIMIT_FSIZE, (limit, limit)))  # fmt: skip
    assert "could not be" in said(ran)
    assert images(store) == before


def test_without_a_checkpoint_nobody_is_asked(tmp_path: Path) -> None:
    root = started(tmp_path / "store")
    assert "run 'tracker seal'" in refused(root, "anchor", "--tsa", "http://127.0.0.1:1/")


def test_a_token_that_was_kept_and_not_logged_is_logged(store: Path, authority: Authority) -> None:
    with serving(answering(authority)) as url:
        anchored(store, url, "deposit")
        log = store / "events" / "cases" / "deposit.jsonl"
        log.write_bytes(b"\n".join(log.read_bytes().split(b"\n")[:3]) + b"\n")  # as if it was killed in between
        assert [row["is_new"] for row in anchored(store, url, "deposit")] == [False]
    assert len(Tracker(store).logs()["cases/deposit"]) == 4


def test_events_lie_between_the_times_of_tokens(store: Path, authority: Authority) -> None:
    with serving(answering(authority)) as url:
        first = anchored(store, url, "deposit")[0]["time"]
        begun = int(time.time())
        while int(time.time()) == begun:  # tokens say whole seconds
            time.sleep(0.02)
        log_note(store)
        tracker(store, "seal")
        log_note(store)
        second = anchored(store, url, "deposit")[0]["time"]
    (found,) = Tracker(store).times()
    assert [tuple(each) for each in found.ranges] == [
        (1, 3, None, first), (4, 5, first, second), (6, 6, first, None), (7, 7, second, None)
    ]  # fmt: skip
    assert [anchor.size for anchor in found.anchors] == [3, 5]
    token = Path(found.anchors[0].where)
    token.write_bytes(token.read_bytes()[:-1] + b"\0")
    (found,) = Tracker(store).times()
    assert [tuple(each) for each in found.ranges] == [(1, 5, None, second), (6, 6, None, None), (7, 7, second, None)]
    assert [where for where, _ in found.faults] == [str(token)]


def verified(root: Path, *more: str, columns: str = "200") -> Ran:
    return within(root, "verify", *more, COLUMNS=columns)


def test_verify_tells_between_which_times_events_lie(store: Path, authority: Authority) -> None:
    assert "Nothing from outside says when they were signed." in verified(store).out
    with serving(answering(authority)) as url:
        (row,) = anchored(store, url, "deposit")
    found = verified(store, "deposit")
    assert (found.code, found.err) == (0, "")
    lines = [line.split() for line in found.out.splitlines() if line.startswith("cases/deposit")]
    assert lines[1:] == [["cases/deposit", "1-3", "-", row["time"]], ["cases/deposit", "4", row["time"], "-"]]
    assert f"1 time stamp of {row['tsa']}: they are right, but not whose certificates they are" in found.out
    assert "and lead to the roots that were named" in verified(store, "deposit", "--ca", str(authority.root)).out
    assert "Nothing from outside" not in found.out
    told = json.loads(verified(store, "deposit", "--json").out)
    spans = [(each["first"], each["lines"], each["not_before"], each["not_after"]) for each in told if each["first"]]
    assert spans == [(1, 3, None, row["time"]), (4, 1, row["time"], None)]
    assert [each["file"] for each in told if each["what"] == "time stamp"] == [row["token"]]


def test_verify_ends_with_what_a_token_is_worth(store: Path, authority: Authority, tmp_path: Path) -> None:
    with serving(answering(authority)) as url:
        (row,) = anchored(store, url, "deposit")
    other = verified(store, "--ca", str(Authority(tmp_path / "other").root))
    assert (other.code, "does not lead to the root" in other.err) == (3, True)
    token = Path(str(row["token"]))
    good = token.read_bytes()
    token.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    changed = verified(store)
    assert (changed.code, f"{token}: its signature is not that of its certificate" in changed.err) == (1, True)
    token.unlink()
    gone = verified(store)
    assert (gone.code, "cases/deposit#4: the token that it names is not there" in gone.err) == (3, True)


def test_verify_warns_a_year_before_a_certificate_ends(store: Path, authority: Authority) -> None:
    today = datetime.now(UTC)
    begin, end = (f"{today + timedelta(days=days):%Y%m%d%H%M%SZ}" for days in (-1, 300))
    authority.issue("short", valid=(begin, end))
    with serving(answering(authority, "short")) as url:
        anchored(store, url, "deposit")
    warned = verified(store, "deposit")
    assert warned.code == 0
    assert f"ends on {end[:4]}-{end[4:6]}-{end[6:8]}: have a checkpoint stamped anew" in warned.err
    tracker(store, "seal")
    with serving(answering(authority)) as url:
        anchored(store, url, "deposit")
    assert "stamped anew" not in verified(store, "deposit").err


def test_nothing_is_stated_about_a_log_with_a_bad_token(store: Path) -> None:
    (store / "events" / "checkpoints" / "cases" / "deposit" / "3.tsa.example.tsr").write_bytes(b"nothing")
    assert "3.tsa.example.tsr: it is no answer of RFC 3161" in refused(store, "certify", "deposit", "-o", "draft.md")
    tracker(store, "certify", "parties", "-o", "draft.md")


def test_a_time_stamp_makes_no_document_outdated(store: Path, authority: Authority) -> None:
    tracker(store, "chronology", "deposit", "-o", "x.md", "--issue", "counsel")
    with serving(answering(authority)) as url:
        anchored(store, url)
    assert "current" in tracker(store, "issued")
    log_note(store)
    assert "outdated" in tracker(store, "issued")
