"""Imports point down only: the layers of docs/architecture.md are held against every import of the code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tracker"


def layers() -> dict[str, int]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- layers:.*?```text\n(.*?)```", text, re.S)
    assert block
    return {name: level for level, line in enumerate(block[1].splitlines()) for name in line.split()}


def place(module: str, known: dict[str, int]) -> str:
    """The layer a module belongs to: the longest listed name it lies below."""
    parts = module.removeprefix("tracker.").split(".")
    return next(name for n in range(len(parts), 0, -1) if (name := ".".join(parts[:n])) in known)


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path
    return found


def imports_of(path: Path, names: set[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in names else node.module)
    return {name for name in found if name in names}


def edges() -> set[tuple[str, str]]:
    known, found = layers(), modules()
    return {
        (place(name, known), place(imported, known))
        for name, path in found.items()
        if name != "tracker"
        for imported in imports_of(path, set(found))
        if imported != "tracker"
    }


def test_every_module_has_a_layer():
    known = layers()
    listed = {place(name, known) for name in modules() if name != "tracker"}
    assert listed == set(known), "docs/architecture.md lists a layer that is not there"


def test_imports_point_down():
    known = layers()
    seen = edges()
    assert len(seen) > 40, "the test no longer sees the imports"
    upward = {(above, below) for above, below in seen if above != below and known[above] <= known[below]}
    assert not upward


def test_within_a_layer_are_no_cycles():
    found = modules()
    imported = {name: imports_of(path, set(found)) - {name, "tracker"} for name, path in found.items()}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a cycle: {' -> '.join((*path[path.index(name) :], name))}"
        for below in imported[name]:
            if (name, below) not in done:
                visit(below, (*path, name))
                done.add((name, below))

    done: set[tuple[str, str]] = set()
    for name in found:
        visit(name, ())


def test_sql_to_read_stands_in_one_package():
    found = [path for path in PACKAGE.rglob("*.py") if ".execute(" in path.read_text(encoding="utf-8")]
    beside = {path.relative_to(PACKAGE).as_posix() for path in found if path.parent.name != "queries"}
    writing = {f"projections/{name}.py" for name in ("build", "loading", "opening", "stubs")}
    assert beside == writing
