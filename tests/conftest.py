"""What holds for the whole suite."""

import compileall

import pytest
from running import PROJECT


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once: where nothing may write bytecode, each process that a test starts would do it again."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PROJECT / "tracker", quiet=2)
