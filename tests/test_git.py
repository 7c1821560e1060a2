"""Logs in real repositories of git: merged by the driver, and left whole where a clone does not have it."""

import random
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from logged import IDS
from logs_contract import STAMP
from running import Ran, environment, judged

from tracker.app import GITATTRIBUTES, GITIGNORE, Tracker
from tracker.envelope import Draft, Event
from tracker.logs.files import FileLog
from tracker.logs.replay import replay

A = "cases/a"
LOG = f"events/{A}.jsonl"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return path_with_tracker(tmp_path_factory.mktemp("bin"))


def path_with_tracker(folder: Path) -> str:
    """A PATH on which `tracker` is the program under test, started from a folder."""
    program = folder / "tracker"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tracker "$@"\n')
    program.chmod(0o755)
    return f"{folder}:{environment()['PATH']}"


class Clone:
    """A clone of a store, and the commands that are run in it."""

    def __init__(self, root: Path, path: str, store: str = "") -> None:
        self.root, self.store, self.path = root, root / store, path

    def run(self, *args: str, path: str | None = None) -> "CompletedProcess[str]":
        more = {
            "TRACKER_ACTOR": "Ann",
            "COLUMNS": "400",
            "GIT_EDITOR": "true",
            "PATH": self.path if path is None else path,
        }
        for role in ("AUTHOR", "COMMITTER"):
            more |= {f"GIT_{role}_NAME": "Ann", f"GIT_{role}_EMAIL": "ann@example.org"}
        return subprocess.run(
            args, cwd=self.store, env=environment(**more), capture_output=True, text=True, check=False, timeout=60
        )

    def git(self, *args: str) -> str:
        done = self.run("git", *args)
        assert done.returncode == 0, done
        return done.stdout

    def tracker(self, *args: str) -> Ran:
        done = self.run("tracker", *args)
        return judged(Ran(done.returncode, done.stdout, done.stderr))

    def log(self, number: int, text: str = "") -> None:
        """Log a note and commit it."""
        draft = Draft(A, "note.added", {"note": text or f"note {number}"}, IDS[number])
        FileLog(self.store).append([draft], STAMP)
        self.git("commit", "-qam", f"note {number}")

    @property
    def image(self) -> bytes:
        return (self.store / LOG).read_bytes()

    def events(self) -> list[Event]:
        """The events of the log, everything about them verified."""
        return list(replay(FileLog(self.store), A, strict=True))

    def notes(self) -> list[int]:
        return [IDS.index(event.id) for event in self.events() if event.id in IDS]


def begun(root: Path, path: str, store: str = "") -> Clone:
    (root / store).mkdir(parents=True)
    clone = Clone(root, path, store)
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True, env=environment())
    Tracker.init(clone.store)
    FileLog(clone.store).append([Draft(A, "case.opened", {"kind": "topic", "title": "A"}, IDS[0])], STAMP)
    clone.git("add", ".")
    clone.git("commit", "-qm", "begun")
    return clone


def cloned(origin: Clone, name: str, *, driver: bool = True) -> Clone:
    target = origin.root.parent / name
    origin.git("clone", "-q", str(origin.root), str(target))
    clone = Clone(target, origin.path, str(origin.store.relative_to(origin.root)))
    if driver:
        Tracker(clone.store).teach_git()
    return clone


@pytest.fixture
def one(tmp_path, path):
    clone = begun(tmp_path / "one", path)
    Tracker(clone.store).teach_git()
    return clone


# setting up


def test_init_in_a_repository_sets_the_driver_up(tmp_path, path):
    clone = Clone(tmp_path, path)
    clone.git("init", "-q", "-b", "main", ".")
    done = clone.tracker("init", "matters")
    assert done.out.startswith("git merges the logs of this store by 'tracker merge-driver', in this clone.\nStarted")
    assert (tmp_path / "matters" / ".gitattributes").read_text() == GITATTRIBUTES
    assert (tmp_path / "matters" / ".gitignore").read_text() == GITIGNORE
    attributes = (tmp_path / ".git" / "info" / "attributes").read_text()
    assert attributes == (
        '"/matters/events/*.jsonl" -text merge=tracker\n"/matters/events/cases/*.jsonl" -text merge=tracker\n'
    )
    asked = ("matters/events/parties.jsonl", "matters/events/cases/a.jsonl", "x.jsonl")
    merges = [line.rpartition(" ")[2] for line in clone.git("check-attr", "merge", *asked).splitlines()]
    assert merges == ["tracker", "tracker", "unspecified"]
    (tmp_path / ".git" / "info" / "attributes").write_text("*.png binary\n" + attributes.rstrip("\n"))
    for _ in range(2):
        clone.store = tmp_path / "matters"
        assert clone.tracker("merge-driver", "--install").code == 0
        now = (tmp_path / ".git" / "info" / "attributes").read_text()
        assert now.splitlines() == ["*.png binary", *attributes.splitlines()]
    assert clone.git("config", "merge.tracker.driver") == "tracker merge-driver %O %A %B %P\n"


def test_install_outside_of_a_repository_is_refused(tmp_path, path):
    clone = Clone(tmp_path, path)
    Tracker.init(tmp_path)
    done = clone.tracker("merge-driver", "--install")
    assert (done.code, "is in no repository of git: run 'git init' first" in done.err) == (2, True)
    assert clone.tracker("merge-driver").code == 2
    assert clone.tracker("merge-driver", "--install", "x").code == 2


# merging with the driver


def test_two_clones_merge_and_both_have_everything(one):
    two = cloned(one, "two")
    for number in (1, 2):
        one.log(number)
    for number in (3, 4):
        two.log(number)
    before = two.image
    done = two.run("git", "pull", "-q", "--no-rebase", "--no-edit")
    assert done.returncode == 0, done
    assert f"{LOG}: 2 events of the other branch were adopted." in done.stderr
    assert two.image.startswith(before)
    assert two.notes() == [0, 3, 4, 1, 2]
    assert two.tracker("verify").code == 0
    one.git("pull", "-q", "--ff-only", str(two.root), "main")
    assert one.image == two.image
    one.log(5)
    two.log(6)
    assert two.run("git", "pull", "-q", "--no-rebase", "--no-edit").returncode == 0
    assert two.notes() == [0, 3, 4, 1, 2, 6, 5]


def test_merging_one_branch_both_ways_and_again(one):
    """The merge base of a criss-cross is itself a merge, for which git calls the driver too."""
    two = cloned(one, "two")
    one.log(1)
    two.log(2)
    first, second = one.git("rev-parse", "HEAD").strip(), two.git("rev-parse", "HEAD").strip()
    one.git("fetch", "-q", str(two.root))
    two.git("fetch", "-q")
    one.git("merge", "-q", "--no-edit", second)
    two.git("merge", "-q", "--no-edit", first)
    assert (one.notes(), two.notes()) == ([0, 1, 2], [0, 2, 1])
    one.log(3)
    two.log(4)
    assert one.run("git", "pull", "-q", "--no-rebase", "--no-edit", str(two.root), "main").returncode == 0
    assert one.notes() == [0, 1, 2, 3, 4]


def test_rebase_puts_our_events_after_those_of_upstream(one):
    two = cloned(one, "two")
    one.log(1)
    upstream = one.image
    for number in (2, 3, 4):
        two.log(number)
    done = two.run("git", "pull", "-q", "--rebase")
    assert done.returncode == 0, done
    assert two.image.startswith(upstream)
    assert two.notes() == [0, 1, 2, 3, 4]
    two.git("push", "-q", "origin", "main:other")


def test_a_cherry_pick_takes_what_its_commit_logged_and_a_later_merge_the_rest(one):
    one.git("checkout", "-q", "-b", "feature")
    for number in (1, 2):
        one.log(number)
    one.git("checkout", "-q", "main")
    one.log(3)
    one.git("cherry-pick", "feature")
    assert one.notes() == [0, 3, 2]
    one.git("merge", "-q", "--no-edit", "feature")
    assert one.notes() == [0, 3, 2, 1]


def test_a_revert_takes_no_line_away(one):
    for number in (1, 2):
        one.log(number)
    before = one.image
    done = one.run("git", "revert", "--no-edit", "HEAD~1")
    assert one.image == before
    assert "one side took lines away; a log only grows, and they stay." in done.stderr


def test_a_new_case_in_both_branches(one):
    two = cloned(one, "two")
    for clone, number in ((one, 1), (two, 2)):
        FileLog(clone.store).append([Draft("cases/b", "note.added", {"note": str(number)}, IDS[number])], STAMP)
        clone.git("add", ".")
        clone.git("commit", "-qm", "b")
    assert two.run("git", "pull", "-q", "--no-rebase", "--no-edit").returncode == 0
    found = [event.type for event in replay(FileLog(two.store), "cases/b", strict=True)]
    assert found == ["note.added", "record.adopted", "note.added"]


def test_a_store_in_a_folder_of_the_repository(tmp_path, path):
    one = begun(tmp_path / "one", path, "legal matters/store")
    two = cloned(one, "two")
    one.log(1)
    two.log(2)
    assert two.run("git", "pull", "-q", "--no-rebase", "--no-edit").returncode == 0
    assert two.notes() == [0, 2, 1]


def conflict(clone: Clone, *args: str, path: str | None = None) -> str:
    """Run git, which must end in a conflict about the log and leave our side of it whole; what it said."""
    before = clone.image
    done = clone.run("git", *args, path=path)
    assert done.returncode == 1, done
    assert f"UU {LOG}" in clone.git("status", "--short")
    assert clone.image == before
    assert clone.tracker("verify").code == 0
    return done.stdout + done.stderr


def test_ids_that_clash_are_a_conflict_with_a_sentence(one):
    two = cloned(one, "two")
    one.log(1, "one")
    two.log(1, "another")
    told = conflict(two, "pull", "-q", "--no-rebase", "--no-edit")
    assert f"say different things under one id ({IDS[1]} is line 2 here and line 2 there)" in told


def test_a_damaged_side_is_a_conflict_with_a_sentence(one):
    two = cloned(one, "two")
    one.log(1)
    (one.store / LOG).write_bytes(one.image.replace(b"note 1", b"note l"))
    one.git("commit", "-qam", "changed")
    two.log(2)
    told = conflict(two, "pull", "-q", "--no-rebase", "--no-edit")
    assert f"their side of {LOG}, line 2: its bytes do not give its hash" in told


# without it


@pytest.mark.parametrize("how", ["merge", "rebase", "cherry-pick"])
def test_a_clone_without_the_driver_gets_a_conflict_that_repair_resolves(one, how):
    one.log(1)
    two = cloned(one, "two", driver=False)
    one.log(2)
    two.log(3)
    two.git("fetch", "-q")
    if how == "merge":
        conflict(two, "merge", "--no-edit", "origin/main")
        other, ended = "git:MERGE_HEAD", ("commit", "-q", "--no-edit")
    elif how == "rebase":
        done = two.run("git", "rebase", "origin/main")
        assert done.returncode == 1
        assert two.image == one.image, "while git rebases, our side is upstream"
        other, ended = "git:REBASE_HEAD", ("rebase", "--continue")
    else:
        conflict(two, "cherry-pick", "origin/main")
        other, ended = "git:CHERRY_PICK_HEAD", ("cherry-pick", "--continue")
    done = two.tracker("repair", "a", "--adopt", other, "--yes")
    assert done.code == 0, done
    two.git("add", LOG)
    two.git(*ended)
    assert two.notes() == ([0, 1, 2, 3] if how == "rebase" else [0, 1, 3, 2])
    assert two.tracker("verify").code == 0


def test_a_driver_whose_program_is_gone_is_a_conflict(one):
    two = cloned(one, "two")
    one.log(1)
    two.log(2)
    bare = environment()["PATH"]
    assert shutil.which("tracker", path=bare) is None or pytest.skip("a tracker is on every PATH here")
    conflict(two, "pull", "-q", "--no-rebase", "--no-edit", path=bare)


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [("merge=tracker", "it is the mark of a merge conflict"), ("merge=union", "two branches were written")],
)
def test_what_git_does_to_a_log_under_other_attributes_is_never_accepted(one, attribute, reason):
    """A driver that is not configured is git's merge of texts: that is why .gitattributes has merge=binary."""
    (one.store / ".gitattributes").write_text(f"*.jsonl -text {attribute}\n")
    one.git("commit", "-qam", "attributes")
    two = cloned(one, "two", driver=False)
    one.log(1)
    two.log(2)
    two.run("git", "pull", "-q", "--no-rebase", "--no-edit")
    if two.git("status", "--short"):
        two.git("commit", "-qam", "as it is")
    for args in (("verify",), ("show", "a"), ("repair",)):
        done = two.tracker(*args)
        assert done.code == 1
    assert reason in " ".join(done.out.split())
    # Both sides are still there, in the commit's parents.
    two.git("checkout", "HEAD^1", "--", LOG)
    assert two.tracker("repair", "a", "--adopt", "git:HEAD^2", "--yes").code == 0
    assert sorted(two.notes()) == [0, 1, 2]


def test_no_setting_of_line_ends_changes_a_log(one):
    two = cloned(one, "two", driver=False)
    for clone in (one, two):
        clone.git("config", "core.autocrlf", "true")
    one.log(1)
    (one.store / LOG).unlink()
    one.git("checkout", "--", LOG)
    two.git("pull", "-q", "--ff-only")
    assert one.image == two.image
    assert b"\r" not in one.image
    assert one.notes() == [0, 1]


def test_a_shallow_clone_is_whole_and_says_what_it_lacks(one):
    one.log(1)
    old = one.git("rev-parse", "HEAD~1").strip()
    target = one.root.parent / "shallow"
    one.git("clone", "-q", "--depth", "1", f"file://{one.root}", str(target))
    clone = Clone(target, one.path)
    assert clone.tracker("verify").code == 0
    done = clone.tracker("repair", "a", "--adopt", f"git:{old}")
    assert done.code == 2
    assert "this clone is shallow" in done.err
    assert "git fetch --unshallow" in done.err
    assert "there is no such revision here" in one.tracker("repair", "a", "--adopt", "git:--help").err
    one.git("rm", "-q", "--cached", LOG)
    one.git("commit", "-qm", "gone")
    assert "No copy of cases/a was found in 'git:HEAD'" in one.tracker("repair", "a", "--adopt", "git:HEAD").err


def test_a_checkpoint_in_another_revision_is_told_of(one):
    one.git("checkout", "-q", "-b", "feature")
    one.log(1)
    folder = one.store / "events" / "checkpoints" / A
    folder.mkdir(parents=True)
    (folder / "2").write_text("a note\n")
    one.git("add", ".")
    one.git("commit", "-qm", "checkpoint")
    one.git("checkout", "-q", "main")
    one.log(2)
    done = one.tracker("repair", "a", "--adopt", "git:feature", "--yes")
    assert (done.code, "The checkpoint of git:feature for 2 events" in done.err) == (0, True)


# random replicas


def campaign(folder: Path, path: str, seed: int, rounds: int) -> int:
    """Let 2 to 4 clones log, merge, rebase and pick at random; every one keeps all it ever had. The merges made."""
    chance = random.Random(seed)
    origin = begun(folder / "0", path)
    Tracker(origin.store).teach_git()
    clones = [origin, *(cloned(origin, str(n)) for n in range(1, chance.randrange(2, 5)))]
    had: list[set[str]] = [{IDS[0]} for _ in clones]
    made = number = 0
    for _ in range(rounds):
        n, other = chance.sample(range(len(clones)), 2)
        for at in (n, other):
            for _ in range(chance.randrange(3)):
                number += 1
                event_id = f"0198f3c4-6f00-7abc-9def-{number:012d}"
                FileLog(clones[at].store).append([Draft(A, "note.added", {"note": f"{number}"}, event_id)], STAMP)
                had[at].add(event_id)
            if clones[at].git("status", "--short", "-uno"):
                clones[at].git("commit", "-qam", "notes")
        how = ("--rebase",) if chance.random() < 0.3 else ("--no-rebase", "--no-edit")
        done = clones[n].run("git", "pull", "-q", *how, str(clones[other].root), "main")
        assert done.returncode == 0, done
        had[n] |= had[other]
        made += 1
        found = [event.id for event in clones[n].events() if event.type in ("note.added", "case.opened")]
        assert len(found) == len(set(found))
        assert set(found) == had[n]
    return made


def test_random_clones_lose_nothing(tmp_path, path):
    assert campaign(tmp_path, path, 3, 8) == 8
