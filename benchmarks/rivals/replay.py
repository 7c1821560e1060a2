"""The library eventsourcing replays as many events into a table of SQLite by a projection of its own.

``prepare EVENTS STORE LINES`` records the first EVENTS of the lines once, which is not measured; ``run STORE OUT``
replays them.
"""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.projection import Projection
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.utils import Environment

BATCH = 500


class Matter(Aggregate):
    @event("Opened")
    def __init__(self, name: str) -> None:
        self.name = name

    @event("Told")
    def tell(self, kind: str, data: str) -> None:
        self.last = kind


class Matters(Application[Any]):
    log_section_size = BATCH


class View(SQLiteTrackingRecorder):
    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS told (matter TEXT, kind TEXT, data TEXT)",
        ]

    def told(self, matter: str, kind: str, data: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO told VALUES (?, ?, ?)", (matter, kind, data))


class Told(Projection[View]):
    name = "told"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.told(
            str(domain_event.originator_id),
            getattr(domain_event, "kind", ""),
            getattr(domain_event, "data", ""),
            tracking,
        )


def environment(store: str, out: str = "") -> dict[str, str]:
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": store}
    return env | ({"TOLD_SQLITE_DBNAME": out, "TOLD_PERSISTENCE_MODULE": "eventsourcing.sqlite"} if out else {})


def prepare(events: str, store: str, lines: str) -> None:
    Path(store).unlink(missing_ok=True)
    app = Matters(environment(store))
    matters: dict[str, Matter] = {}
    count = 0
    with Path(lines).open() as file:
        for line in islice(file, int(events)):
            told = json.loads(line)
            if told["source"] not in matters:
                matters[told["source"]] = Matter(told["source"])
            else:
                matters[told["source"]].tell(told["type"], json.dumps(told["data"]))
            count += 1
            if count % BATCH == 0:
                app.save(*matters.values())
    app.save(*matters.values())


def run(store: str, out: str) -> None:
    """Select, map, project: what its runners do, which its recorder for SQLite offers no subscription for."""
    for path in Path(out).parent.glob(Path(out).name + "*"):
        path.unlink()
    app = Matters(environment(store))
    factory = InfrastructureFactory.construct(Environment("told", environment(store, out)))
    projection = Told(view=factory.tracking_recorder(View))
    start: int | None = 1
    while start is not None:
        section = app.notification_log.select(start=start, limit=BATCH)
        for notification in section:
            event = app.mapper.to_domain_event(notification)
            projection.process_event(event, Tracking(app.name, notification.id))
        start = section[-1].id + 1 if section else None


def main(what: str, *words: str) -> None:
    {"prepare": prepare, "run": run}[what](*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
