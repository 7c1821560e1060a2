"""The JSON Schema of an event type, made from its class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from tracker.eventtypes.base import EventData


def meaning(cls: type[EventData]) -> str:
    """What the type means, on one line."""
    return " ".join((cls.__doc__ or "").split())


def schema_of(cls: type[EventData]) -> str:
    """The JSON Schema (draft 2020-12) of a type's data, with its example, as text."""
    (schema,), parts = msgspec.json.schema_components([cls], ref_template="#/$defs/{name}")
    own: dict[str, Any] = parts.pop(schema["$ref"].rpartition("/")[2])
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.type,
        "description": f"{cls.label}. {meaning(cls)}",
        "type": "object",
        "properties": own["properties"],
        "required": own.get("required", []),
        "additionalProperties": False,
        "examples": [dict(cls.example)],
    }
    if parts:
        told["$defs"] = {name: {**part, "additionalProperties": False} for name, part in parts.items()}
    return json.dumps(told, ensure_ascii=False, indent=1, default=list) + "\n"
