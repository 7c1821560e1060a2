"""DuckDB reads the lines of all logs into a table of its own file, bare: no check, no index, no full text."""

import sys
from pathlib import Path

import duckdb


def main(lines: str, out: str) -> None:
    Path(out).unlink(missing_ok=True)
    with duckdb.connect(out) as db:
        db.execute("CREATE TABLE events AS SELECT * FROM read_json(?, format = 'newline_delimited')", [lines])


if __name__ == "__main__":
    main(*sys.argv[1:])
