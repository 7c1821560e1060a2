"""The least that a projection can cost: straight-line code that decodes, checks the chain, and writes ready-made rows.

``prepare DATABASE ROWS`` takes all rows out of a projection once, which is not measured. ``run EVENTS ROWS OUT``
decodes every line of the logs, checks hash and chain, writes those rows with executemany, and then the indexes and the
full text: the same database, without the fold that finds out what is in it. ``decode EVENTS`` only decodes and checks.
"""

import pickle
import sqlite3
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

CHUNK = 50_000


class Event(msgspec.Struct, frozen=True, gc=False):
    data: dict[str, object]
    id: str
    prevhash: str
    recordedby: str
    recordedtime: str
    sequence: str
    source: str
    specversion: str
    type: str
    xhash: str


def prepare(database: str, rows: str) -> None:
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    master = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    shadows = tuple(f"{name}_" for _, name, sql in master if "USING FTS5" in sql)
    tables = [(name, sql) for kind, name, sql in master if kind == "table" and not name.startswith(shadows)]
    plain = [(name, sql) for name, sql in tables if "USING FTS5" not in sql and not name.startswith("sqlite_")]
    with Path(rows).open("wb") as file:
        pickle.dump([sql for _, sql in plain], file)
        pickle.dump([sql for kind, _, sql in master if kind in ("index", "trigger", "view")], file)
        pickle.dump([(name, sql) for name, sql in tables if "USING FTS5" in sql], file)
        for name, _ in plain:
            cursor = db.execute(f"SELECT * FROM [{name}]")  # noqa: S608 (here and below: names of our own tables)
            while several := cursor.fetchmany(CHUNK):
                pickle.dump((name, several), file, protocol=5)


def decode(events: str) -> None:
    decode = msgspec.json.Decoder(Event).decode
    for path in sorted(Path(events).rglob("*.jsonl")):
        before = "0" * 64
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                event = decode(line)
                body = line[: -len(',"xhash":""}\n') - 64] + b"}"
                if sha256(b"\x00" + body).hexdigest() != event.xhash or event.prevhash != before:
                    raise SystemExit(f"{path}, line {number}")
                if int(event.sequence) != number:
                    raise SystemExit(f"{path}, line {number}")
                before = event.xhash


def run(events: str, rows: str, out: str) -> None:
    decode(events)
    Path(out).unlink(missing_ok=True)
    db = sqlite3.connect(out)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "page_size = 16384"):
        db.execute(f"PRAGMA {setting}")
    with db, Path(rows).open("rb") as file:
        for sql in pickle.load(file):
            db.execute(sql)
        later, full_text = pickle.load(file), pickle.load(file)
        while True:
            try:
                name, several = pickle.load(file)
            except EOFError:
                break
            places = ",".join("?" * len(several[0]))
            db.executemany(f"INSERT INTO [{name}] VALUES ({places})", several)  # noqa: S608
        for name, sql in full_text:
            db.execute(sql)
            db.execute(f"INSERT INTO [{name}] ([{name}]) VALUES ('rebuild')")  # noqa: S608
        for sql in later:
            db.execute(sql)
    db.close()


def main(what: str, *words: str) -> None:
    {"prepare": prepare, "decode": decode, "run": run}[what](*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
