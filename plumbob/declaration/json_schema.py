"""A JSON Schema of the declaration, so that editors complete and explain its keys.

It is made from the table that the loader reads by. What stands inside of a text (SQL) is the loader's to
check; an editor is told of keys, and of what kind of value each has.
"""

from __future__ import annotations

from typing import Any

from plumbob.declaration.keys import LEVELS, Key

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# An editor's YAML reader takes `10` for a number and `no` for a boolean, where this format has texts.
_TEXT = {"type": ["string", "number", "boolean", "null"]}
_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def json_schema() -> dict[str, Any]:
    """The schema of a declaration file; its definitions are the levels of the format."""
    return {
        "$schema": _DIALECT,
        "title": "plumbob: what a MySQL or MariaDB database should be",
        **_reference("declaration"),
        "$defs": {_identifier(level): _level(level) for level in LEVELS},
    }


def _level(level: str) -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            name: {"description": key.about, **_value(key)} for name, key in LEVELS[level].items()
        },
    }


def _value(key: Key) -> dict[str, Any]:
    match key.shape:
        case "flag":
            return {"enum": [True, False, "true", "false", "yes", "no"]}
        case "number":
            return {"type": ["integer", "string"]}
        case "names":
            return _NAMES
        case "level":
            return _of_level(key)
        case "named":
            return _named(key)
        case "parts":
            listed = {"type": "array", "items": _of_level(key)}
            return {"anyOf": [_named(key), listed]}
    return _TEXT


def _named(key: Key) -> dict[str, Any]:
    """Names with values of a level; a section without one has to be empty."""
    if not key.of:
        return {"type": ["object", "null"], "maxProperties": 0}
    return {"type": ["object", "null"], "additionalProperties": _of_level(key)}


def _of_level(key: Key) -> dict[str, Any]:
    found = _reference(key.of)
    return {"anyOf": [_TEXT, found]} if key.has_short else found


def _reference(level: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{_identifier(level)}"}


def _identifier(level: str) -> str:
    return level.replace(" ", "_")
