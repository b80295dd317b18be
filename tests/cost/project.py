"""A project that declares many tables, with renames, as a user has it."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from tests.commands.user import User


def declare(user: User, definitions: list[str], renames: Mapping[tuple[str, str], str]) -> None:
    """Declare tables by their CREATE statements; `renames` has old names of columns by table and new one."""
    user.declare(";\n".join(definitions), "schema.sql")
    user.succeeds("fmt", "--to", "yaml")
    # Scalars are texts, as plumbob has them.
    told = yaml.load(user.schema.read_text("utf-8"), yaml.BaseLoader)
    for (table, new), old in renames.items():
        columns = told["tables"][table]["columns"]
        column = columns[new]
        columns[new] = (column if isinstance(column, dict) else {"type": column}) | {"was": old}
    user.declare(yaml.safe_dump(told, sort_keys=False, allow_unicode=True))
