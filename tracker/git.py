"""What is asked of git: a file of another revision, and that it leaves the merging of logs to the tracker."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

DRIVER: Final = "tracker merge-driver %O %A %B %P"
_TIMEOUT: Final = 60
"""Seconds; git may have to fetch a file that a partial clone left out."""


class GitFailed(Exception):
    """git refused, or is not there; the text is one line of its own reason."""


def git(folder: Path, args: Sequence[str]) -> bytes:
    """What a git command prints in a folder; raises GitFailed."""
    try:
        done = subprocess.run(["git", *args], cwd=folder, capture_output=True, timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise GitFailed(f"git cannot be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["git gives no reason"]
        raise GitFailed(said[0].removeprefix("fatal: "))
    return done.stdout


def _line(folder: Path, *args: str) -> str:
    return git(folder, args).decode(errors="surrogateescape").removesuffix("\n")


def find_revision(folder: Path, revision: str) -> str:
    """The hash of the commit that a revision names; raises GitFailed with what a shallow clone may be lacking."""
    _line(folder, "rev-parse", "--git-dir")
    try:
        return _line(folder, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except GitFailed:
        told = "there is no such revision here"
        if _line(folder, "rev-parse", "--is-shallow-repository") == "true":
            told += ", and this clone is shallow, so that older ones are not in it: run 'git fetch --unshallow'"
        raise GitFailed(told) from None


def file_of(folder: Path, commit: str, name: str) -> bytes:
    """The bytes of a file (as it lies to ``folder``) in a commit, as git keeps them; raises GitFailed."""
    return git(folder, ["cat-file", "blob", f"{commit}:./{name}"])


def names_in(folder: Path, commit: str, name: str) -> list[str]:
    """The names in a folder of a commit; none when there is no such folder."""
    try:
        return _line(folder, "ls-tree", "--name-only", f"{commit}:./{name}").splitlines()
    except GitFailed:
        return []


def teach(root: Path) -> bool:
    """Let git merge the logs of a store by the tracker, in this clone; False outside of a repository.

    Both settings are local to the clone: where they are missing, .gitattributes says ``merge=binary``, and git leaves a
    conflict with our side whole. With ``merge=tracker`` there, a clone without the driver would be given git's merge of
    texts, and marks of conflict within the log.

    Raises:
        GitFailed, OSError.
    """
    try:
        prefix = _line(root, "rev-parse", "--show-prefix")
        attributes = root / _line(root, "rev-parse", "--git-path", "info/attributes")
    except GitFailed:
        return False
    git(root, ["config", "merge.tracker.name", "logs of the tracker"])
    git(root, ["config", "merge.tracker.driver", DRIVER])
    wanted = [f'"/{prefix}events/{logs}" -text merge=tracker' for logs in ("*.jsonl", "cases/*.jsonl")]
    there = attributes.read_text(encoding="utf-8") if attributes.exists() else ""
    lines = there.splitlines()
    if missing := [line for line in wanted if line not in lines]:
        attributes.parent.mkdir(parents=True, exist_ok=True)
        attributes.write_text("\n".join([*lines, *missing, ""]), encoding="utf-8")
    return True
