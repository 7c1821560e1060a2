"""Documents on their way to a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tracker.logs import durable


def save(path: Path, document: bytes) -> None:
    """Write a document whole or not at all, so that it stays; a link and what is no plain file keep their places."""
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_bytes(document)
        return
    try:
        mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o666 & ~_umask()
        durable.sweep_drafts(real)
        durable.write_whole(real, document, draft=durable.draft_of(real), mode=mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _umask() -> int:
    """What permissions nobody is to have; it can only be asked for by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
