"""The indexes of a model, as Peewee has them: so that `playhouse.schema_diff` finds in it what the table has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from plumbob.model import Index, Table
from plumbob.models.source import Group, Named, Source, call, text, tuple_of


@dataclass(slots=True)
class Indexes:
    """Which fields say `unique` or `index` themselves, what stands in Meta, and what is added later.

    `single` has by column whether its own index is unique; `several` are columns and whether they are
    unique; `later` are expressions in SQL, which have a name: those that are no list of columns, and
    second ones over the same columns, which Peewee would take for one.
    """

    single: dict[str, bool] = field(default_factory=dict)
    several: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    later: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)


def indexes_of(table: Table) -> Indexes:
    found = Indexes()
    key = table.primary_key
    keyed = key.columns if key is not None and len(key.parts) == 1 else ()
    seen: set[tuple[tuple[str, ...], bool]] = set()
    others = (index for index in table.indexes if index.kind != "primary")
    for index in sorted(others, key=lambda index: (index.kind != "unique", index.name)):
        columns, is_unique = index.columns, index.kind == "unique"
        if len(columns) < len(index.parts) or (columns, is_unique) in seen:
            found.later.append((index.name, tuple(_sql(index)), is_unique))
            continue
        seen.add((columns, is_unique))
        if len(columns) == 1 and columns != keyed and columns[0] not in found.single:
            found.single[columns[0]] = is_unique
        else:
            found.several.append((columns, is_unique))
    return found


def _sql(index: Index) -> list[str]:
    from plumbob.ddl.quote import quote_name

    return [
        f"({part.expression.sql})"
        if part.expression
        else quote_name(part.column or part.period or "")
        for part in index.parts
    ]


def in_meta(indexes: Indexes, name: Callable[[str], str]) -> Source | None:
    """The value of `indexes` in Meta; `name` gives the field of a column."""
    if not indexes.several:
        return None
    return tuple_of(
        Group("(", (tuple_of(text(name(column)) for column in columns), str(is_unique)))
        for columns, is_unique in indexes.several
    )


def added_later(indexes: Indexes, model: str) -> list[Source]:
    """Statements that come after the class."""
    found: list[Source] = []
    for name, parts, is_unique in indexes.later:
        arguments: list[Source] = [call("SQL", text(part.replace("%", "%%"))) for part in parts]
        arguments.append(Named("name", text(name)))
        if is_unique:
            arguments.append(Named("unique", "True"))
        found.append(call(f"{model}.add_index", call(f"{model}.index", *arguments)))
    return found
