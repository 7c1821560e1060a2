"""The contract of the port, held against both adapters, and that they agree byte for byte."""

import tempfile
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs_contract import STAMP, A, B, LogContract, contents, draft

from tracker.errors import HeadMoved, IdTaken
from tracker.logs.files import FileLog
from tracker.logs.memory import MemoryLog
from tracker.logs.port import Appended, EventLog


class TestMemoryLog(LogContract):
    @pytest.fixture
    def log(self) -> EventLog:
        return MemoryLog()


class TestFileLog(LogContract):
    @pytest.fixture
    def log(self, tmp_path: Path) -> EventLog:
        return FileLog(tmp_path)

    def test_another_object_over_the_same_folder_sees_the_same(self, tmp_path: Path) -> None:
        one, other = FileLog(tmp_path), FileLog(tmp_path)
        one.append([draft(A, "1"), draft("parties", "2")], STAMP)
        other.append([draft(A, "3")], STAMP, expected={A: 1, "parties": 1})
        assert contents(one) == contents(other)
        assert one.heads() == other.heads()
        assert one.stamps() == other.stamps()


drafts = st.builds(
    lambda log, note, number: draft(log, note, id=str(UUID(int=number))),
    st.sampled_from([A, B, "sources"]),
    st.sampled_from(["x", "海口"]),
    st.integers(0, 20),
)
batches = st.lists(st.tuples(st.lists(drafts, max_size=4), st.dictionaries(st.sampled_from([A, B]), st.integers(0, 3))))


def outcome(log: EventLog, batch: list, expected: dict[str, int]) -> list[Appended] | type[Exception]:  # type: ignore[type-arg]
    try:
        return log.append(batch, STAMP, expected=expected)
    except (HeadMoved, IdTaken) as refusal:
        return type(refusal)


@given(batches)
@settings(max_examples=40, deadline=None)
def test_both_adapters_do_the_same(steps: list) -> None:  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as folder:
        files, memory = FileLog(Path(folder)), MemoryLog()
        for batch, expected in steps:
            assert outcome(files, batch, expected) == outcome(memory, batch, expected)
            assert contents(files) == contents(memory)
        assert files.heads() == memory.heads()
