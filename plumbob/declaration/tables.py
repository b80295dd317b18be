"""A table of the declaration as a `Table`, with the places of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.options import parse_table_options
from plumbob.ddl.types import charset_name
from plumbob.declaration.declaration import TablePlaces
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.partitions import read_partitions
from plumbob.declaration.parts import Parts, read_parts
from plumbob.declaration.spelled import read_text
from plumbob.errors import PlumbobError
from plumbob.model import Table


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the `database:` section says for tables that say nothing."""

    charset: str | None = None
    collation: str | None = None
    charset_written: bool = False
    engine: str | None = None


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table, the places of its parts, and the names that it and its parts had before."""

    table: Table
    places: TablePlaces
    was: Scalar | None
    column_renames: Mapping[str, Scalar]
    index_renames: Mapping[str, Scalar]


def read_inherited(fields: Fields) -> Inherited:
    """The `database:` section."""
    return Inherited(
        charset=_charset(fields, "charset"),
        collation=_charset(fields, "collation"),
        charset_written=fields.flag("charset_written") or False,
        engine=_word(fields, "engine"),
    )


def read_table(
    entry: Entry, inherited: Inherited, mixins: Mapping[str, Parts], faults: Faults
) -> ReadTable:
    """Read one table.

    Args:
        entry: its name and definition.
        inherited: the defaults of the `database:` section.
        mixins: the groups that `use:` may name.
        faults: where errors inside of the table go.

    Raises:
        PlumbobError: when nothing of the table can be read.
    """
    name = entry.key.text if entry.key else ""
    fields = Fields(entry.value, "table", f"the table {name}", faults)
    parts = [read_parts(fields, faults)]
    for used in _used(fields, mixins, faults):
        parts.append(mixins[used.text])
        _refuse_twice(parts[0], parts[-1], used, faults)
    table = _with_parts(Table(name, ()), parts)
    with faults.collected():
        table = _with_options(table, fields, inherited)
    with faults.collected():
        written = fields.flag("charset_written")
        if inherited.charset_written if written is None else written:
            table = _with_charset_written(table)
    with faults.collected():
        table = replace(table, comment=fields.text("comment") or table.comment)
    with faults.collected():
        table = replace(table, partitions=read_partitions(fields, faults))
    with faults.collected():
        table = replace(table, model=_model(fields, faults))
    was = None
    with faults.collected():
        was = fields.scalar("was")
    return ReadTable(
        table,
        _places(entry, fields, parts),
        was,
        {new: old for each in parts for new, old in each.column_renames.items()},
        {new: old for each in parts for new, old in each.index_renames.items()},
    )


def _used(fields: Fields, mixins: Mapping[str, Parts], faults: Faults) -> list[Scalar]:
    """The mixins that the table names and that are there."""
    names: tuple[Scalar, ...] = ()
    with faults.collected():
        names = fields.names("use")
    for name in names:
        if name.text not in mixins:
            near = get_close_matches(name.text, list(mixins), n=1)
            advice = f"did you mean {near[0]!r}?" if near else "mixins stand under `mixins:`"
            faults.error(f"there is no mixin {name.text!r}", name.position(), advice)
    return [name for name in names if name.text in mixins]


def _refuse_twice(own: Parts, mixin: Parts, used: Scalar, faults: Faults) -> None:
    """A column that the table has itself cannot come from a mixin as well."""
    names = {found.column.name for found, _ in own.columns}
    for found, entry in mixin.columns:
        if found.column.name in names:
            line = entry.key.position().line if entry.key else 0
            faults.error(
                f"the mixin {used.text} brings the column {found.column.name} (line {line}), "
                "which the table has itself",
                used.position(),
                "keep one of the two",
            )


def _with_parts(table: Table, parts: list[Parts]) -> Table:
    """The table's own parts first, then those of its mixins in the order of `use:`."""
    return replace(
        table,
        columns=tuple(found.column for each in parts for found, _ in each.columns),
        indexes=tuple(found for each in parts for found, _ in each.indexes),
        foreign_keys=tuple(found for each in parts for found, _ in each.foreign_keys),
        checks=tuple(found for each in parts for found, _ in each.checks),
        periods=tuple(found for each in parts for found, _ in each.periods),
    )


def _places(entry: Entry, fields: Fields, parts: list[Parts]) -> TablePlaces:
    return TablePlaces(
        entry,
        fields.entries,
        columns=[place for each in parts for _, place in each.columns],
        indexes=[place for each in parts for _, place in each.indexes],
        foreign_keys=[place for each in parts for _, place in each.foreign_keys],
        checks=[place for each in parts for _, place in each.checks],
        periods=[place for each in parts for _, place in each.periods],
    )


def _with_options(table: Table, fields: Fields, inherited: Inherited) -> Table:
    """Engine, character set, counter and the rest; what `options` says of these is as good."""
    options = fields.scalar("options")
    if options is not None:
        said = read_text(options, _options)
        table = replace(
            table,
            engine=said.engine,
            charset=said.charset,
            collation=said.collation,
            comment=said.comment,
            auto_increment=said.auto_increment,
            options=said.options,
            versioned=said.versioned,
        )
        _refuse_said_twice(table, fields, options)
    charset = _charset(fields, "charset") or table.charset
    collation = _charset(fields, "collation") or table.collation
    if charset is None and collation is None:
        charset, collation = inherited.charset, inherited.collation
    counter = fields.number("auto_increment")
    versioned = fields.flag("system_versioning")
    return replace(
        table,
        engine=_word(fields, "engine") or table.engine or inherited.engine,
        charset=charset,
        collation=collation,
        auto_increment=table.auto_increment if counter is None else counter,
        versioned=table.versioned if versioned is None else versioned,
    )


def _with_charset_written(table: Table) -> Table:
    """The table whose string columns say what they have from it, each as if that were written there."""
    columns = tuple(
        replace(column, type=replace(column.type, charset_written=True))
        if column.type.is_string and not (column.type.charset or column.type.collation)
        else column
        for column in table.columns
    )
    return replace(table, columns=columns, charset_written=True)


def _options(cursor: Cursor) -> Table:
    return parse_table_options(cursor, Table("", ()))


def _refuse_said_twice(table: Table, fields: Fields, options: Scalar) -> None:
    for key in ("engine", "charset", "collation", "comment", "auto_increment"):
        if key in fields and getattr(table, key):
            raise PlumbobError(
                f"{key!r} is said twice, as a key and in the options",
                advice="keep the key",
                where=options.position(),
            )


def _charset(fields: Fields, key: str) -> str | None:
    scalar = fields.scalar(key)
    return None if scalar is None else read_text(scalar, charset_name)


def _word(fields: Fields, key: str) -> str | None:
    scalar = fields.scalar(key)
    return None if scalar is None else read_text(scalar, Cursor.name)


def _model(fields: Fields, faults: Faults) -> Mapping[str, str] | None:
    node = fields.node("model")
    if node is None:
        return None
    model = Fields(node, "model", f"the model of {fields.what}", faults)
    return {key: model.text(key) or "" for key in model.entries}
