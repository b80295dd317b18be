"""The JSON Schema for editors knows what the loader knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from plumbob.declaration import json_schema
from plumbob.declaration.keys import LEVELS

SHOP = Path(__file__).parents[2] / "schema" / "schema.yaml"


def allowed(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """As much of JSON Schema as the declaration's schema uses."""
    if "$ref" in schema:
        return allowed(value, definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return any(allowed(value, each, definitions) for each in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}
    name = "null" if value is None else names.get(type(value), "number")
    if not (name in types or (name == "integer" and "number" in types)):
        return False
    if isinstance(value, list):
        return all(allowed(item, schema["items"], definitions) for item in value)
    if isinstance(value, dict):
        others = schema.get("additionalProperties", {})
        return len(value) <= schema.get("maxProperties", len(value)) and all(
            (
                key in schema.get("properties", {})
                and allowed(item, schema["properties"][key], definitions)
            )
            or (isinstance(others, dict) and allowed(item, others, definitions))
            for key, item in value.items()
        )
    return True


def is_allowed(text: str) -> bool:
    schema = json_schema()
    return allowed(yaml.safe_load(text), {"$ref": schema["$ref"]}, schema["$defs"])


def test_it_has_every_key_with_what_it_is_for() -> None:
    definitions = json_schema()["$defs"]
    for level, keys in LEVELS.items():
        properties = definitions[level.replace(" ", "_")]["properties"]
        assert list(properties) == list(keys)
        assert all(each["description"] for each in properties.values())
    json.dumps(json_schema())


def test_it_lets_the_demo_shop_pass() -> None:
    assert is_allowed(SHOP.read_text(encoding="utf-8"))


def test_it_lets_both_forms_pass_and_no_unknown_key() -> None:
    assert is_allowed(
        'tables: {t: {columns: {a: int, b: {type: int, "null": no, default: 3}}, checks: [a > 0]}}'
    )
    assert is_allowed(
        "tables: {t: {columns: {a: {type: int, default: {sql: (1)}}}, indexes: {i: {columns: [a]}}}}"
    )
    assert not is_allowed("tables: {t: {colunms: {a: int}}}")
    assert not is_allowed("tables: {t: {columns: {a: {type: int, nulable: true}}}}")
    assert is_allowed("views: {v: select 1, w: {sql: select 1, security: invoker}}")
    assert not is_allowed("views: {v: {select: select 1}}")
