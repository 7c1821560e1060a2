"""Which code made a projection, so that other code makes it anew.

A hash of that code says it exactly, and takes a while to read. Python itself goes by the size and the time of change of
a source file when it takes the compiled one; so, as long as these agree with what they were when the hash was last
found, the code is the same.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
MAKERS = (
    "case", "state", "obligations", "duties", "amendments", "checks", "registers", "dates", "amounts",
    "pinpoints", "deadlines/__init__",
)  # fmt: skip
"""The modules, beside the packages of the vocabulary and this one, whose code decides what the rows are."""
FOLDERS = ("eventtypes", "kinds", "projections")


@cache
def fingerprint() -> str:
    """A hash of the code that makes the rows."""
    from hashlib import sha256

    glance()  # before the files are read: a look is never noted of files that changed after they were
    made_by = [PACKAGE / f"{name}.py" for name in MAKERS]
    for folder in FOLDERS:
        made_by += sorted((PACKAGE / folder).glob("*.py"))
    digest = sha256()
    for path in made_by:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def glance() -> tuple[str, str]:
    """Where that code lies, and what is seen of its files without reading them: size, time of change, inode."""
    seen = []
    for folder in FOLDERS:
        with os.scandir(PACKAGE / folder) as entries:
            seen += [(f"{folder}/{each.name}", each.stat()) for each in entries if each.name.endswith(".py")]
    seen += [(name, (PACKAGE / f"{name}.py").stat()) for name in MAKERS]
    told = "\n".join(f"{name} {it.st_size} {it.st_mtime_ns} {it.st_ino}" for name, it in sorted(seen))
    return f"files of {PACKAGE}", told
