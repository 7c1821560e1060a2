"""A plain model beside the tracker: whatever is done in whatever order, both say the same."""

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from helpers import STAMP, answers, entry, rebuilt
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from logs_contract import verified
from processes import in_child, kill_myself
from syscalls import Syscalls

from torture.campaign import Counts, How, in_memory
from tracker.app import Tracker
from tracker.canonical import decode
from tracker.envelope import Draft
from tracker.errors import HeadMoved, IdTaken
from tracker.logs import durable

CASES = ("a", "b", "c")
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
cases = st.sampled_from(CASES)
done: Counter[str] = Counter()


class Record(RuleBasedStateMachine):
    """The model is a list for each log: type, data and, when it matters, the id of each event."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="torture-model-", dir=in_memory(Path(tempfile.gettempdir()))))
        self.tracker = Tracker.init(self.root)
        self.model: dict[str, list[tuple[str, dict[str, Any], str | None]]] = {}
        self.torn: list[bytes] = []
        self.number = 0

    def teardown(self) -> None:
        if self.tracker._read is not None:
            self.tracker._read.close()
        shutil.rmtree(self.root)

    def _id(self) -> str:
        self.number += 1
        return f"0198f3c4-6f00-7abc-8def-{self.number:012d}"

    def _log(self, *told: tuple[str, str, dict[str, Any]]) -> None:
        """Log through the door, and in the model."""
        ids = [self._id() for _ in told]
        entries = [entry(kind, data, log=log, id=id) for id, (log, kind, data) in zip(ids, told, strict=True)]
        self.tracker.append(entries, STAMP)
        for id, (log, kind, data) in zip(ids, told, strict=True):
            self.model.setdefault(log, []).append((kind, data, id))

    @initialize()
    def open_cases(self) -> None:
        self._log(*((f"cases/{case}", "case.opened", {"kind": "topic", "title": case}) for case in CASES))

    @rule(case=cases, text=texts)
    def add_a_note(self, case: str, text: str) -> None:
        done["appends"] += 1
        self._log((f"cases/{case}", "note.added", {"note": text}))

    @rule(text=texts)
    def add_a_source_and_a_party(self, text: str) -> None:
        done["appends to registers"] += 1
        n = self.number
        self._log(
            ("sources", "source.added", {"source": f"s{n}", "title": text}),
            ("parties", "party.added", {"party": f"p{n}", "name": text, "what": "person"}),
        )

    @rule(told=st.lists(st.tuples(cases, texts), min_size=2, max_size=5))
    def log_a_batch(self, told: list[tuple[str, str]]) -> None:
        done["batches"] += 1
        self._log(*((f"cases/{case}", "note.added", {"note": text}) for case, text in told))

    @rule(case=cases, text=texts)
    def log_the_same_again(self, case: str, text: str) -> None:
        done["events logged again"] += 1
        kind, data, id = self.model[f"cases/{case}"][-1]
        [answer] = self.tracker.append([entry(kind, data, log=f"cases/{case}", id=id)], STAMP)
        assert not answer.new
        try:
            self.tracker.log.append([Draft(f"cases/{case}", "note.added", {"note": text + "!"}, id)], STAMP)
        except IdTaken:
            return
        raise AssertionError("an id was used twice")

    @rule(case=cases, off=st.sampled_from((-1, 1)))
    def expect_another_head(self, case: str, off: int) -> None:
        done["expectations not met"] += 1
        log = f"cases/{case}"
        try:
            self.tracker.append(
                [entry("note.added", {"note": "x"}, log=log)],
                STAMP,
                expected={log: self.tracker.log.heads()[log].position + off},
            )
        except HeadMoved:
            return
        raise AssertionError("the head was not as expected")

    @rule(case=cases, text=texts)
    def correct(self, case: str, text: str) -> None:
        notes = [id for kind, _, id in self.model[f"cases/{case}"] if kind == "note.added"]
        if notes:
            done["corrections"] += 1
            data = {"of": notes[-1], "field": "note", "value": text, "reason": "misread"}
            self._log((f"cases/{case}", "correction.made", data))

    @rule(case=cases)
    def retract(self, case: str) -> None:
        notes = [id for kind, _, id in self.model[f"cases/{case}"] if kind == "note.added"]
        gone = {data["of"] for kind, data, _ in self.model[f"cases/{case}"] if kind == "retraction.made"}
        left = [id for id in notes if id not in gone]
        if left:
            done["retractions"] += 1
            self._log((f"cases/{case}", "retraction.made", {"of": left[0], "reason": "never said"}))

    @rule(log=st.sampled_from((*(f"cases/{case}" for case in CASES), "sources", "parties")), size=st.integers(1, 200))
    def tear(self, log: str, size: int) -> None:
        """Leave what an interrupted write leaves; nobody was told that it was logged."""
        if self.tracker.log.loose_ends(log):
            return
        done["torn tails"] += 1
        torn = (b'{"data":{"note":"torn %d ' % self._next() + b"x" * size)[:size]
        with Path(self.tracker.log.where(log)).open("ab") as file:
            file.write(torn)
        os.utime(self.tracker.log.where(log), (0, 0))
        self.torn.append(torn)

    def _next(self) -> int:
        self.number += 1
        return self.number

    @rule(call=st.integers(1, 25), told=st.lists(st.tuples(cases, texts), min_size=1, max_size=4))
    def kill_a_writer(self, call: int, told: list[tuple[str, str]]) -> None:
        """All of it is there afterwards or nothing; the model learns which."""
        done["kill -9"] += 1
        drafts = [Draft(f"cases/{case}", "note.added", {"note": text}, self._id()) for case, text in told]

        def work() -> None:
            watch = Syscalls()
            watch.before(call, kill_myself)
            with watch.watched():
                self.tracker.log.append(drafts, STAMP)

        code = in_child(work)
        ids = {
            event.id for case in CASES for event in verified(self.tracker.log.read(f"cases/{case}"), f"cases/{case}")
        }
        there = {draft.id in ids for draft in drafts}
        assert len(there) == 1
        assert code in (0, -9)
        assert code == -9 or there == {True}
        if there == {True}:
            for draft in drafts:
                self.model[draft.log].append((draft.type, draft.data, draft.id))

    @rule()
    def rebuild(self) -> None:
        done["rebuilds"] += 1
        assert answers(self.tracker) == rebuilt(self.tracker)

    @precondition(lambda self: self.tracker.path.exists())
    @rule(at=st.floats(0, 1), data=st.binary(min_size=1, max_size=50))
    def damage_the_projection(self, at: float, data: bytes) -> None:
        """Cut it off or write into its beginning, which every reader looks at."""
        done["projections damaged"] += 1
        if at < 0.5:
            os.truncate(self.tracker.path, int(self.tracker.path.stat().st_size * at))
        else:
            with self.tracker.path.open("r+b") as file:
                file.write(data)

    @rule()
    def start_anew(self) -> None:
        self.tracker = Tracker(self.root)

    @invariant()
    def logs_and_model_agree(self) -> None:
        for log, told in self.model.items():
            events = [it for it in verified(self.tracker.log.read(log), log) if it.type != "record.repaired"]
            assert [(it.type, decode(bytes(it.data)), it.id) for it in events] == told
        faults = [it for it in self.tracker.verify() if it.fault and not it.loose]
        assert not faults

    @invariant()
    def what_was_torn_is_kept(self) -> None:
        loose = b"".join(Path(self.tracker.log.where(log)).read_bytes() for log in self.tracker.log.loose_ends())
        kept = [path.read_bytes() for path in (self.root / "events" / ".quarantine").glob("*")]
        for torn in self.torn:
            assert torn in kept or torn in loose, (torn, kept, loose[-300:])

    @invariant()
    def the_projection_agrees(self) -> None:
        if self.number % 7 == 0 and self.model:
            rows = self.tracker.read().execute("SELECT log, position FROM heads WHERE position > 0")
            heads = dict(rows.fetchall())
            assert heads == {log: head.position for log, head in self.tracker.log.heads().items()}


def run(how: How, folder: Path) -> Counts:
    """Let hypothesis choose what is done; it makes a failing run as short as it can."""
    done.clear()
    usual, durable.fsync = durable.fsync, lambda fd: None  # steps, not power cuts
    try:
        run_state_machine_as_test(
            Record,
            settings=settings(
                max_examples=how.pick(10, 300),
                stateful_step_count=how.pick(15, 40),
                deadline=None,
                database=None,
                derandomize=not how.long,
                suppress_health_check=list(HealthCheck),
                phases=how.pick([Phase.generate], [Phase.generate, Phase.shrink]),
            ),
        )
    finally:
        durable.fsync = usual
    return {"steps of the model": sum(done.values())} | {
        f"steps: {name}": number for name, number in sorted(done.items())
    }
