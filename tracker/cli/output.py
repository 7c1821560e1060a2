"""What every reading command prints: a table for people, or JSON, lines of JSON, CSV or TSV of the same rows."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker.text import visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.cli.tables import Column

F = TypeVar("F", bound="Callable[..., Any]")
T = TypeVar("T")
FORMATS = {
    "json": "Print JSON, one list.",
    "nl": "Print JSON, one object a line.",
    "csv": "Print CSV (RFC 4180).",
    "tsv": "Print tab-separated values.",
}


def formats(command: F) -> F:
    """Give a command the options --json, --nl, --csv and --tsv, as the argument ``form``."""
    for name, text in reversed(FORMATS.items()):
        command = click.option(f"--{name}", "form", flag_value=name, default=None, help=text)(command)
    return command


def columns() -> int:
    """How wide the terminal is; 80 away from one, unless COLUMNS says otherwise."""
    try:
        said = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        said = 0
    if said > 0:
        return said
    try:  # as shutil does it, which is slow to load
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed before the start, or no terminal
        return 80


def echo(text: str) -> None:
    """Print text with everything that acts unseen made visible."""
    click.echo(visible(text))


def say(text: str) -> None:
    """Print a remark on standard error, with everything that acts unseen made visible."""
    click.echo(visible(text), err=True)


def write(rows: Sequence[Any], form: str) -> None:
    """Print rows for programs; a row is a named tuple or a dict, and all have the same names."""
    listed = [row if isinstance(row, dict) else row._asdict() for row in rows]
    if form == "json":
        _json(listed)
    elif form == "nl":
        for row in listed:
            click.echo(_object(row))
    else:
        _separated(listed, "," if form == "csv" else "\t")


def _json(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo("[]")
        return
    body = ",\n ".join(map(_object, rows))
    click.echo(f"[{body}]")


def _object(row: dict[str, Any]) -> str:
    """One row as JSON; what would act on a terminal unseen is escaped, which says the same."""
    import json

    return visible_json(json.dumps(row, ensure_ascii=False))


def _separated(rows: list[dict[str, Any]], delimiter: str) -> None:
    import csv
    import io

    if not rows:
        return
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n"
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value, delimiter) for name, value in row.items()})
    click.echo(out.getvalue(), nl=False)


def _cell(value: Any, delimiter: str) -> Any:
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, str):
        value = visible(value)
        return value.replace("\t", " ").replace("\n", " ") if delimiter == "\t" else value
    return value


def show(
    rows: Sequence[Any],
    form: str | None,
    titles: Sequence[Column],
    cells: Callable[[Any], Sequence[str]],
    *,
    empty: str,
) -> None:
    """Print rows as a table, or in the form asked for; ``empty`` is what people read when there are none."""
    if form:
        write(rows, form)
    elif not rows:
        click.echo(empty)
    else:
        from tracker.cli.tables import render

        click.echo(render(titles, [cells(row) for row in rows], width=columns()))


def sections(lines: Sequence[Any], form: str | None, *, own: str = "") -> None:
    """Print the lines of a page under the headings of their sections, or in the form asked for.

    For people, events of the page's own case and sources are shortened; what the short names stand for comes last.
    """
    if form:
        write(lines, form)
        return
    from tracker.cli.tables import Column, render

    short = _short_names(lines)
    seen: dict[str, list[Any]] = {}
    for line in lines:
        seen.setdefault(line.section, []).append(line)
    for section, several in seen.items():
        titles = (Column(section), Column(""), Column("Source"))
        click.echo(render(titles, [_line(line, short, own) for line in several], width=columns()))
        click.echo()
    for name, source in short.items():
        echo(f"{source} is {name}")


def _short_names(lines: Sequence[Any]) -> dict[str, str]:
    """S1, S2 and so on for the sources that the lines cite, in the order in which they come."""
    parts = (part.removeprefix("contradicted by ") for line in lines for part in line.pinpoints.split("; "))
    # A party that says so may stand before the source.
    cited = dict.fromkeys(name.rpartition(", ")[2] for name, mark, _ in (p.partition(" ¶") for p in parts) if mark)
    return {name: f"S{number}" for number, name in enumerate(cited, 1)}


def _line(line: Any, short: dict[str, str], own: str) -> tuple[str, str, str]:
    date = f" [{line.date}]" if line.date and line.date not in (line.item, line.value) else ""
    pinpoints = line.pinpoints
    for name, source in short.items():
        pinpoints = pinpoints.replace(f"{name} ¶", f"{source} ¶")
    ref = line.refs.removeprefix(own).replace(f", {own}#", ", #")
    return line.item, line.value + date, " ".join(filter(None, (ref, pinpoints)))


def progress(items: Iterable[T], length: int) -> Iterator[T]:
    """Show on a terminal how far work is that takes more than a second; away from one, show nothing."""
    if not sys.stderr.isatty():
        yield from items
        return
    begun, bar = monotonic(), None
    for done, item in enumerate(items):
        if bar is not None:
            bar.update(1)
        elif monotonic() - begun > PROGRESS_AFTER:
            bar = click.progressbar(length=length, file=sys.stderr)
            bar.update(done)
        yield item
    if bar is not None:
        bar.finish()
        click.echo(err=True)


@contextmanager
def clock(text: str) -> Iterator[None]:
    """Show on a terminal for how long work has gone on that cannot say how far it is; nothing for the first second."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done, begun = Event(), monotonic()

    def tick() -> None:
        shown = False
        while not done.wait(PROGRESS_AFTER):
            click.echo(f"\r{text}: {monotonic() - begun:.0f} s", nl=False, err=True)
            shown = True
        if shown:
            click.echo(err=True)

    ticking = Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        done.set()
        ticking.join()


PROGRESS_AFTER = 1.0
"""Seconds."""


def error(text: str) -> None:
    """Print a sentence on standard error."""
    say(f"Error: {text}")
