"""The declaration of a schema, the way somebody else might have written it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from plumbob.declaration import dump
from plumbob.declaration.edit.sql_said import whole_statements
from plumbob.model import Flavour, Schema

Files = dict[str, str]
_LINE = re.compile(r"^( +)(\S+: [^|>].*)$", re.MULTILINE)


def laid_out(schema: Schema, layout: str, flavour: Flavour) -> Files:
    """The files of a declaration by their names, the first of them being the root."""
    if layout == "sql":
        return {"schema.sql": whole_statements(schema, flavour)}
    text = dump(schema, flavour)
    if layout in _WRITTEN:
        return {"schema.yaml": _WRITTEN[layout](text)}
    return _BUILT[layout](yaml.load(text, yaml.BaseLoader))


def _commented(text: str) -> str:
    # A block text has no line that looks like an entry: CREATE TABLE has no `word: `.
    return _LINE.sub(r"\1# above\n\1\2   # behind", text)


def _with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n").rstrip()


def _yaml(read: Any, **settings: Any) -> str:
    style = {"default_flow_style": False, "width": 60, "sort_keys": False, "allow_unicode": True}
    text: str = yaml.dump(read, **{**style, **settings})
    return text


def _mixed(read: Any) -> Files:
    """The last column of each table is one of a mixin, which tables with the same column share."""
    mixins: dict[str, Any] = {}
    for table in read["tables"].values():
        columns = table.get("columns", {})
        if len(columns) > 1:
            name, value = columns.popitem()
            mixin = {"columns": {name: value}}
            known = [key for key, each in mixins.items() if each == mixin]
            table["use"] = known[0] if known else f"mixin{len(mixins)}"
            mixins[table["use"]] = mixin
    return {"schema.yaml": _yaml({**read, "mixins": mixins})}


def _included(read: Any) -> Files:
    """The first table stands in the root, each of the others in a file of its own."""
    first, *others = read["tables"].items()
    files = {f"{number}.yaml": dict([each]) for number, each in enumerate(others)}
    root = {**read, "include": list(files), "tables": dict([first])}
    return {
        "schema.yaml": _yaml(root if files else read),
        **{name: _yaml({"tables": tables}) for name, tables in files.items()},
    }


_WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "comments": _commented,
    "CRLF": _with_crlf,
}
_BUILT: dict[str, Callable[[Any], Files]] = {
    "four": lambda read: {"schema.yaml": _yaml(read, indent=4)},
    "single quotes": lambda read: {"schema.yaml": _yaml(read, default_style="'")},
    "double quotes": lambda read: {"schema.yaml": _yaml(read, default_style='"')},
    "leaves": lambda read: {"schema.yaml": _yaml(read, indent=4, default_flow_style=None)},
    "braces": lambda read: {"schema.yaml": _yaml(read, indent=4, default_flow_style=True)},
    "mixins": _mixed,
    "includes": _included,
}
# Those of one YAML file.
ALONE = [*_WRITTEN, *_BUILT][:-1]
ALL = [*_WRITTEN, *_BUILT, "sql"]
