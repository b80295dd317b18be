"""Seed rows held against the declaration: what is wrong is found here, all at once, before any write."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from plumbob.declaration.faults import Faults
from plumbob.declaration.nodes import Node, Scalar
from plumbob.errors import PlumbobError, Position
from plumbob.model import Column, Schema, Table
from plumbob.seeds import values
from plumbob.seeds.files import SeedFile, SeedFiles, SeedRow
from plumbob.seeds.keys import (
    advice_for_key,
    column_of_parent,
    declared_key,
    foreign_key,
    is_null,
    meant,
    refuse_doubles,
    unique_keys,
)
from plumbob.seeds.literals import (
    Misfit,
    bytes_literal,
    is_json,
    labels_literal,
    text_literal,
    vector_literal,
)
from plumbob.seeds.rows import Bound, Field, Fixed, Hashed, Name, Parent, Row
from plumbob.seeds.values import Moment, Reference, Value, Variable, Written, json_text, read_value

# What names a row's UUIDs: it never changes, or all of them would.
_NAMESPACE = uuid.UUID("6f0e3c59-6d4c-5b0a-9d07-9d0f7a2b1c55")
# A hash of argon2-cffi with its own settings has 97 characters.
_HASH_LENGTH = 97
_TIMES = ("date", "time", "datetime", "timestamp", "year")


def check(
    seeds: SeedFiles, chosen: Iterable[SeedFile], schema: Schema, environ: Mapping[str, str] | None
) -> tuple[Row, ...]:
    """The rows of the chosen files, bound to their columns.

    Args:
        seeds: all files, to tell a row of another environment from one that there is not.
        schema: what is declared, in canonical form.
        environ: the environment variables; None where they are not known, and nothing is asked of them.

    Raises:
        PlumbobError: or ManyErrors, each with its place in a file.
    """
    faults = Faults()
    checker = _Checker(seeds, tuple(chosen), schema, environ, faults)
    rows = checker.rows()
    faults.raise_if_any()
    refuse_doubles(rows, faults)
    faults.raise_if_any()
    return rows


@dataclass(slots=True)
class _Checker:
    seeds: SeedFiles
    files: tuple[SeedFile, ...]
    schema: Schema
    environ: Mapping[str, str] | None
    faults: Faults
    known: dict[Name, SeedRow] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def rows(self) -> tuple[Row, ...]:
        for each in self.files:
            self._tables(each)
        found = []
        for each in self.files:
            for row in each.rows:
                table = self.schema.tables.get(row.table)
                if table is not None and self.known[row.table, row.label] is row:
                    with self.faults.collected():
                        found.append(self._row(row, table))
        return tuple(found)

    def _tables(self, file: SeedFile) -> None:
        for name in file.tables:
            self._table(name)
        for name, columns in file.keys:
            if table := self._table(name):
                with self.faults.collected():
                    self.keys[name.text] = declared_key(table, name, columns)
        for row in file.rows:
            first = self.known.setdefault((row.table, row.label), row)
            if first is not row:
                self.faults.error(
                    f"the row {row.table}.{row.label} stands here for the second time; the first is "
                    f"in {first.where.file}, line {first.where.line}",
                    row.where,
                    "keep one of the two, or give one another label",
                )

    def _table(self, name: Scalar) -> Table | None:
        table = self.schema.tables.get(name.text)
        if table is None:
            self.faults.error(
                f"no table {name.text!r} is declared",
                name.position(),
                meant(name.text, self.schema.tables),
            )
        return table

    def _row(self, row: SeedRow, table: Table) -> Row:
        fields: dict[str, Field] = {}
        named: set[str] = set()
        for name, node in row.cells:
            named.add(name.text.lower())
            with self.faults.collected():
                column = _column(table, name)
                fields[column.name] = self._field(row, table, column, node)
        for column in table.columns:
            if column.name.lower() not in named and _needs_value(column):
                self.faults.error(
                    f"the row {row.table}.{row.label} has no {column.name}, which is NOT NULL and "
                    "has no default",
                    row.where,
                    f"add a line `{column.name}: …`",
                )
        made = Row(table, row.label, row.where, tuple(fields.values()))
        return replace(made, key=self._key(made, complete=len(fields) == len(row.cells)))

    def _key(self, row: Row, *, complete: bool) -> tuple[str, ...]:
        """The columns by which the row is known: the ones that were named, else the first that do."""
        given = {each.name for each in row.fields if not is_null(each.value)}
        named = self.keys.get(row.table.name)
        if named is not None:
            missing = [name for name in named if name not in given]
            if missing and complete:
                self.faults.error(
                    f"the row {row.shown} has no {missing[0]}, by which the rows of "
                    f"{row.table.name} are known",
                    row.where,
                )
            return named
        for key in unique_keys(row.table):
            if given.issuperset(key.columns):
                return key.columns
        primary = row.table.primary_key
        counted = primary is not None and all(
            name in given or _is_counted(row.table, name) for name in primary.columns
        )
        if not counted and complete:
            self.faults.error(
                f"the row {row.shown} could not be found again: it gives the columns of no primary "
                "or unique key",
                row.where,
                advice_for_key(row.table),
            )
        return ()

    def _field(self, row: SeedRow, table: Table, column: Column, node: Node) -> Field:
        where = node.position()
        if is_json(column) and not isinstance(node, Scalar) and not _is_call(node):
            return Field(
                column, self._fitting(table, column, values.Text(json_text(node)), where), where
            )
        value = read_value(node)
        if column.auto_increment and isinstance(value, values.Text) and value.text.strip("0") == "":
            raise PlumbobError(
                f"0 is no {column.name}: it lets the server count",
                advice="leave it out, or give another number",
                where=where,
            )
        if isinstance(value, values.Uuid) and not value.name:
            value = values.Uuid(f"{row.table}.{row.label}.{column.name}")
        return Field(column, self._bound(table, column, value, where), where)

    def _bound(self, table: Table, column: Column, value: Value, where: Position) -> Bound:
        match value:
            case values.Null():
                if not column.null:
                    raise PlumbobError(
                        f"{table.name}.{column.name} is NOT NULL",
                        advice='an empty text is written ""',
                        where=where,
                    )
                return Fixed("NULL")
            case Reference():
                return self._parent(table, column, value, where)
            case values.Password():
                return self._hashed(table, column, value, where)
            case Moment():
                if column.type.name not in _TIMES:
                    raise _misfit(
                        Misfit(f"{column.name} holds no time: it is {column.type.name}"), where
                    )
                return value
            case Variable():
                if self.environ is None:
                    # It is compared with others, and never sent.
                    return Fixed(f"@{value.name}")
                text = self._variable(value, self.environ, where)
                return replace(self._fitting(table, column, text, where), secret=text.text)
            case _:
                return self._fitting(table, column, value, where)

    def _fitting(self, table: Table, column: Column, value: Written, where: Position) -> Fixed:
        try:
            return Fixed(self._literal(column, value))
        except Misfit as misfit:
            raise _misfit(misfit, where, f"{table.name}.{column.name}: ") from None

    def _literal(self, column: Column, value: Written) -> str:
        match value:
            case values.Text():
                return text_literal(value.text, column, is_plain=value.is_plain)
            case values.Labels():
                if column.type.name == "vector" and value.texts is not None:
                    return vector_literal(value.texts, column.type)
                if column.type.name != "set" or value.texts is None:
                    raise Misfit(f"{column.name} takes no list: it is {column.type.name}")
                return labels_literal(value.texts, column.type)
            case values.Uuid():
                made = uuid.uuid5(_NAMESPACE, value.name)
                if column.type.is_binary:
                    return bytes_literal(made.bytes, column)
                return text_literal(str(made), column)
            case values.Bytes():
                return bytes_literal(value.content, column)
            case values.Content():
                return bytes_literal(self._content(value), column)

    def _content(self, value: values.Content) -> bytes:
        folder = self.seeds.folder
        path = folder / value.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Misfit("this path leads out of the folder of the seeds")
        try:
            return path.read_bytes()
        except OSError as error:
            raise Misfit(f"{path} cannot be read: {error.strerror}") from None

    def _variable(
        self, value: Variable, environ: Mapping[str, str], where: Position
    ) -> values.Text:
        text = environ.get(value.name, value.default)
        if text is None:
            raise PlumbobError(
                f"the environment variable {value.name} is not set",
                advice="set it, or give it a default: {env: NAME, default: …}",
                where=where,
            )
        return values.Text(text)

    def _hashed(
        self, table: Table, column: Column, value: values.Password, where: Position
    ) -> Hashed:
        of = column.type
        if not of.is_string or of.name in ("enum", "set"):
            raise _misfit(Misfit(f"{column.name} holds no hash: it is {of.name}"), where)
        if of.name in ("char", "varchar") and (of.length or 1) < _HASH_LENGTH:
            raise _misfit(
                Misfit(f"{column.name} is {of.name}({of.length}), and a hash takes {_HASH_LENGTH}"),
                where,
            )
        if isinstance(value.secret, values.Text):
            return Hashed(value.secret.text)
        if self.environ is None:
            return Hashed(f"@{value.secret.name}")
        return Hashed(self._variable(value.secret, self.environ, where).text)

    def _parent(self, table: Table, column: Column, value: Reference, where: Position) -> Parent:
        key = foreign_key(table, column, value.table)
        parent_name = value.table or (key.parent if key else None)
        if parent_name is None:
            raise PlumbobError(
                f"{table.name}.{column.name} is in no foreign key, so the row needs its table",
                advice=f"write {{row: TABLE.{value.label}}}",
                where=where,
            )
        parent = self.schema.tables.get(parent_name)
        if parent is None:
            raise PlumbobError(
                f"no table {parent_name!r} is declared",
                advice=meant(parent_name, self.schema.tables),
                where=where,
            )
        self._require_row((parent_name, value.label), where)
        return Parent(
            (parent_name, value.label), column_of_parent(column, key, parent, value, where)
        )

    def _require_row(self, name: Name, where: Position) -> None:
        if name in self.known:
            return
        shown = ".".join(name)
        for file in self.seeds.files:
            if any((row.table, row.label) == name for row in file.rows):
                raise PlumbobError(
                    f"the row {shown} is in {file.path}, which is not for this environment",
                    advice="give both files the same `environments:`",
                    where=where,
                )
        labels = [label for table, label in self.known if table == name[0]]
        raise PlumbobError(
            f"there is no row {shown}", advice=meant(name[1], labels, "rows"), where=where
        )


def _misfit(misfit: Misfit, where: Position, of: str = "") -> PlumbobError:
    return PlumbobError(f"{of}{misfit.what}", advice=misfit.advice, where=where)


def _is_call(node: Node) -> bool:
    """Whether a value of a JSON column is a function that gives a text, and no JSON object."""
    try:
        return isinstance(read_value(node), Variable | values.Content | values.Uuid)
    except PlumbobError:
        return False


def _column(table: Table, name: Scalar) -> Column:
    """The column of this name that may be written to."""
    column = table.column(name.text)
    where = name.position()
    if column is None:
        raise PlumbobError(
            f"the table {table.name} has no column {name.text!r}",
            advice=meant(name.text, [each.name for each in table.columns], "columns"),
            where=where,
        )
    if column.generated is not None or column.system_time is not None:
        raise PlumbobError(
            f"{table.name}.{column.name} is generated: the server computes it",
            advice="leave it out",
            where=where,
        )
    return column


def _needs_value(column: Column) -> bool:
    return not (
        column.null
        or column.default is not None
        or column.auto_increment
        or column.generated is not None
        or column.system_time is not None
    )


def _is_counted(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.auto_increment
