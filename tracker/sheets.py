"""Source sheets: one TOML file that says everything one source reports, logged in one go."""

from __future__ import annotations

import tomllib
import uuid
from typing import TYPE_CHECKING, Any

from tracker.entries import Entry, cited, cited_by_text
from tracker.errors import Mistake, Mistakes
from tracker.eventtypes.base import event_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMESPACE = uuid.UUID("6f6d7c1e-6d0c-5b0a-9a51-6a1f0f5e7a10")
"""Namespace of the ids of sheet entries: UUIDv5 (RFC 9562, section 5.5) of source, table and key."""

MAX_SHEET = 8 * 2**20
"""Bytes; a hand-written file is far below."""

_TABLES = ("party", "alias", "relation", "case", "link", "event", "correction", "retraction", "dispute", "settlement")
_TYPES = {"party": "party.added", "alias": "party.aliased", "relation": "party.related", "case": "case.opened"}
_TYPES |= {"link": "case.linked", "correction": "correction.made", "retraction": "retraction.made"}
_TYPES |= {"dispute": "dispute.raised", "settlement": "dispute.settled"}
_OWN = ("at", "contradicted_at", "cite")
"""Keys of a row that say where it stands and are no fields of its type."""


def read_sheet(path: Path) -> list[Entry]:
    """The entries of a sheet in the order in which they have to be logged.

    Raises:
        Mistakes: the file cannot be read as a sheet; everything wrong with its form is named at once.
    """
    sheet = _parse(path)
    reader = _Reader(path.name, _origin(path, sheet))
    entries = []
    if "source" in sheet:
        entries.append(reader.entry("source", "[source]", sheet["source"], "sources", "source.added", reader.source))
    for name, value in sheet.items():
        if name in ("source", "sheet"):
            continue
        if name not in _TABLES or not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            reader.wrong(f"[{name}]", "", f"it is none of [source], {', '.join(f'[[{each}]]' for each in _TABLES)}")
    if not reader.mistakes:
        for table in _TABLES:
            for number, row in enumerate(sheet.get(table, ()), 1):
                entries.extend(_ROWS[table](reader, f"[[{table}]] {number}", row))
    if reader.mistakes:
        raise Mistakes(reader.mistakes)
    return entries


def _origin(path: Path, sheet: dict[str, Any]) -> str:
    """What the sheet is made from: the id of its source, or the name of a sheet that is about several."""
    for table, name in (("source", "source"), ("sheet", "name")):
        if isinstance(row := sheet.get(table), dict) and isinstance(row.get(name), str) and row[name]:
            return str(row[name])
    wanted = "a table [source] with the source's id as 'source' (or [sheet] with a 'name' when it is about several)"
    raise Mistakes([Mistake(str(path), "source", f"it needs {wanted}")])


def _parse(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Mistakes([Mistake(str(path), "", f"it cannot be read ({error.strerror}); name a sheet")]) from None
    if len(raw) > MAX_SHEET:
        raise Mistakes([Mistake(str(path), "", f"it is larger than {MAX_SHEET} bytes, which is no sheet")])
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Mistakes([Mistake(str(path), "", f"it is not TOML: {error}")]) from None


class _Reader:
    """Reads the rows of one sheet and collects what is wrong with their form."""

    def __init__(self, file: str, source: str) -> None:
        self.file, self.source = file, source
        self.mistakes: list[Mistake] = []
        self.keys: dict[str, str] = {}

    def wrong(self, entry: str, field: str, message: str) -> None:
        self.mistakes.append(Mistake(f"{self.file}, {entry}", field, message))

    def entry(self, table: str, where: str, row: dict[str, Any], log: str, event_type: str, key: str) -> Entry:
        """The entry of a row, with its citations and the id of its place in the sheet."""
        data = {name: _plain(value) for name, value in row.items() if name not in _OWN}
        citations = self._citations(where, row) if table != "source" else []
        if citations:
            data["citations"] = citations
        place = f"{self.source}/{table}/{key}"
        if place in self.keys:
            self.wrong(where, "name", f"{self.keys[place]} is the same entry to the tracker: give one of them a name")
        self.keys[place] = where
        event_id = str(uuid.uuid5(NAMESPACE, place))
        return Entry(where=f"{self.file}, {where}", log=log, type=event_type, data=data, id=event_id)

    def _citations(self, where: str, row: dict[str, Any]) -> list[dict[str, str]]:
        found = []
        for name, does in (("at", "supports"), ("contradicted_at", "contradicts")):
            if name in row:
                locators = str(row[name]) if isinstance(row[name], str | int) and row[name] is not True else ""
                if not locators.strip():
                    self.wrong(where, name, "it names no paragraph; write them as text, as in '7,13-14'")
                found += cited(self.source, locators, does)
        cites = row.get("cite", [])
        if not isinstance(cites, list) or not all(isinstance(text, str) for text in cites):
            self.wrong(where, "cite", "it is no list of texts, as in ['leida-2025-11-27:7']")
            return found
        return [*found, *(citation for text in cites for citation in cited_by_text(text))]

    def required(self, where: str, row: dict[str, Any], *names: str) -> bool:
        missing = [name for name in names if not isinstance(row.get(name), str)]
        for name in missing:
            self.wrong(where, name, "it is missing")
        return not missing


def _plain(value: Any) -> Any:
    """TOML's own dates become the text they were written as."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _party(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "party"):
        yield reader.entry("party", where, row, "parties", _TYPES["party"], row["party"])


def _alias(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "party", "alias"):
        yield reader.entry("alias", where, row, "parties", _TYPES["alias"], f"{row['party']}/{row['alias']}")


def _relation(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "party", "relation", "other"):
        key = f"{row['party']}/{row['relation']}/{row['other']}"
        yield reader.entry("relation", where, row, "parties", _TYPES["relation"], key)


def _case(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "case"):
        fields = {name: value for name, value in row.items() if name != "case"}
        yield reader.entry("case", where, fields, f"cases/{row['case']}", _TYPES["case"], row["case"])


def _link(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "in", "case", "relation"):
        fields = {name: value for name, value in row.items() if name != "in"}
        key = f"{row['in']}/{row['case']}"
        yield reader.entry("link", where, fields, f"cases/{row['in']}", _TYPES["link"], key)


def _event(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
    if reader.required(where, row, "case", "type"):
        fields = {name: value for name, value in row.items() if name not in ("case", "type", "name")}
        for name in event_fields(row["type"]):
            if name in fields:
                fields[name] = _event_named(reader, where, name, fields[name])
        key = f"{row['case']}/{row['type']}/{row.get('name', row.get('at', ''))}"
        yield reader.entry("event", where, fields, f"cases/{row['case']}", row["type"], key)


def _event_named(reader: _Reader, where: str, field: str, named: Any) -> Any:
    """The id of an event that a field names as ``SOURCE/TABLE/KEY``; what is named otherwise goes to the door."""
    if not isinstance(named, str) or "/" not in named:
        return named
    try:
        return place_of(named)[1]
    except ValueError:
        reader.wrong(where, field, f"{named!r} names no entry; write SOURCE/TABLE/KEY, as docs/sheets.md shows")
        return named


def place_of(of: str) -> tuple[str, str]:
    """The log and the id of an entry that is named ``SOURCE/TABLE/KEY``, as in ``gazette/event/suit/hearing.held/7``.

    Raises ValueError when no entry can be named so.
    """
    _, table, key = of.split("/", 2)
    match table:
        case "source":
            log = "sources"
        case "party" | "alias" | "relation":
            log = "parties"
        case "case" | "link" | "event":
            log = f"cases/{key.partition('/')[0]}"
        case "correction" | "retraction" | "dispute" | "settlement":
            log, _ = place_of(key)
        case _:
            raise ValueError(table)
    return log, str(uuid.uuid5(NAMESPACE, of))


def _amendment(table: str) -> Callable[[_Reader, str, dict[str, Any]], Iterator[Entry]]:
    def read(reader: _Reader, where: str, row: dict[str, Any]) -> Iterator[Entry]:
        if not reader.required(where, row, "of"):
            return
        try:
            log, target = place_of(row["of"])
        except ValueError:
            reader.wrong(where, "of", f"{row['of']!r} names no entry; write SOURCE/TABLE/KEY, as docs/sheets.md shows")
            return
        key = "/".join(str(part) for part in (row["of"], row.get("field"), row.get("name")) if part)
        fields = {name: value for name, value in row.items() if name != "name"} | {"of": target}
        yield reader.entry(table, where, fields, log, _TYPES[table], key)

    return read


_ROWS: dict[str, Callable[[_Reader, str, dict[str, Any]], Iterator[Entry]]] = {
    "party": _party,
    "alias": _alias,
    "relation": _relation,
    "case": _case,
    "link": _link,
    "event": _event,
    **{table: _amendment(table) for table in ("correction", "retraction", "dispute", "settlement")},
}
