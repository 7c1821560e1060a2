"""Stands between the code and the functions of ``os``: to interrupt it at any call, and to see what is on the disk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHANGING = ("open", "write", "fsync", "ftruncate", "replace", "unlink", "mkdir")
LOOKING = ("fstat", "lstat", "pread")


@contextmanager
def replaced(functions: dict[str, Callable[..., Any]]) -> Iterator[None]:
    """Let functions of ``os`` be others for a while."""
    originals = {name: getattr(os, name) for name in functions}
    for name, function in functions.items():
        setattr(os, name, function)
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


class Syscalls:
    """Counts calls of functions of ``os`` and, before the n-th of all, does something."""

    def __init__(self, names: tuple[str, ...] = CHANGING) -> None:
        self.calls: list[str] = []
        self._names = names
        self._number = 0
        self._action: Callable[[], object] = bool

    def before(self, number: int, action: Callable[[], object]) -> None:
        """Do ``action`` before call ``number``, counted from 1 and from now."""
        self.calls.clear()
        self._number, self._action = number, action

    @contextmanager
    def watched(self) -> Iterator[None]:
        with replaced({name: self._standing_before(name, getattr(os, name)) for name in self._names}):
            yield

    def _standing_before(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self._number:
                self._action()
            return original(*args, **more)

        return call


class Disk:
    """Follows what is written and named below a folder, and what of it would survive a power cut.

    ``steps`` are pairs: "write", "ftruncate" or "fsync" and a file; "name" or "unname" and what a folder gains, loses.
    """

    def __init__(self, root: Path) -> None:
        self.steps: list[tuple[str, str]] = []
        self._root = root

    def at_risk(self) -> set[str]:
        """Return files and folders that are not on the disk as they are; nobody needs the lock after a power cut."""
        dirty: set[str] = set()
        for step, name in self.steps:
            if step == "fsync":
                dirty.discard(name)
            else:
                dirty.add(str(Path(name).parent) if step.endswith("name") else name)
        return dirty - {"events/.lock"}

    @contextmanager
    def watched(self) -> Iterator[None]:
        by_fd = {name: self._by_fd(name, getattr(os, name)) for name in ("write", "ftruncate", "fsync")}
        by_path = {"unlink": self._by_path("unname", os.unlink), "mkdir": self._by_path("name", os.mkdir)}
        with replaced({**by_fd, **by_path, "open": self._open(os.open), "replace": self._replace(os.replace)}):
            yield

    def _note(self, step: str, path: object) -> None:
        self.steps.append((step, os.path.relpath(str(path), self._root)))

    def _by_fd(self, step: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(fd: int, *more: Any) -> Any:
            found = original(fd, *more)
            self._note(step, Path(f"/proc/self/fd/{fd}").readlink())
            return found

        return call

    def _by_path(self, step: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **rest: Any) -> None:
            original(path, *more, **rest)
            self._note(step, path)

        return call

    def _open(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **rest: Any) -> int:
            is_new = not os.path.lexists(path)
            fd: int = original(path, *more, **rest)
            if is_new:
                self._note("name", path)
            return fd

        return call

    def _replace(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(source: Any, target: Any) -> None:
            original(source, target)
            self._note("unname", source)
            self._note("name", target)

        return call
