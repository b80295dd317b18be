"""One table as the lines of a class of models, with what the class needs from elsewhere."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from plumbob.model import Column, ForeignKey, Schema, Table
from plumbob.models.fields import PEEWEE, FieldClass, constraints, field_class, is_counted_key
from plumbob.models.indexes import Indexes, added_later, in_meta, indexes_of
from plumbob.models.names import Taken, member_name, snake_case
from plumbob.models.naming import Names, associations, base_of, of_column
from plumbob.models.options import Options
from plumbob.models.source import Group, Named, Source, call, docstring, statement, text

TYPING = "typing"
SERVED, RELATIONS = "plumbob.runtime.served", "plumbob.runtime.relations"
TYPES_ONLY = "TYPE_CHECKING"


@dataclass(slots=True)
class Written:
    """The lines of a class, and what they need.

    Attributes:
        imports: names by the module that they come from.
        type_imports: the same, for type checkers alone.
        parents: tables whose classes have to be there first.
        mentioned: tables whose classes type checkers have to know.
    """

    table: str
    name: str
    base: str
    doc: list[str] = field(default_factory=list)
    enums: list[tuple[str, list[str]]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    meta: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    imports: dict[str, set[str]] = field(default_factory=dict)
    type_imports: dict[str, set[str]] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)

    def need(self, module: str, *names: str) -> None:
        self.imports.setdefault(module, set()).update(names)

    def need_type(self, module: str, *names: str) -> None:
        self.need(TYPING, TYPES_ONLY)
        self.type_imports.setdefault(module, set()).update(names)


def write_class(
    table: Table,
    schema: Schema,
    names: Names,
    options: Options,
    *,
    earlier: Collection[str],
    alone: bool = False,
) -> Written:
    """Write the class of one table.

    Args:
        earlier: the tables whose classes are there already.
        alone: each class has a module of its own.
    """
    return _Class(table, schema, names, options, earlier, alone).written()


class _Class:
    """A class while it is being written."""

    def __init__(
        self,
        table: Table,
        schema: Schema,
        names: Names,
        options: Options,
        earlier: Collection[str],
        alone: bool,
    ) -> None:
        self.table, self.schema, self.names, self.options = table, schema, names, options
        self.earlier, self.alone = earlier, alone
        self.indexes: Indexes = indexes_of(table)
        module, base = base_of(table, options)
        self.out = Written(table.name, names.classes[table.name], base)
        self.out.need(module, base)

    def written(self) -> Written:
        self.out.doc = docstring(self.table.comment, 1)
        for column in self.table.columns:
            self._write_enum(column)
            key = of_column(column, self.table, self.schema)
            if key is None:
                self._write_field(column)
            else:
                self._write_foreign_key(column, key)
        for key in associations(self.table, self.schema):
            if not self._is_field(self.table, key):
                self._write_composite(key)
        for child, key in self._children():
            self._write_children(child, key)
        self._write_meta()
        for source in added_later(self.indexes, self.out.name):
            self.out.need(PEEWEE, "SQL")
            self.out.after += statement("", source)
        return self.out

    def _write_enum(self, column: Column) -> None:
        name = self.names.enums.get((self.table.name, column.name))
        if name is None:
            return
        taken = Taken(())
        lines = [
            line
            for label in column.type.labels
            for line in statement(f"{taken.take(member_name(label))} = ", text(label), 1)
        ]
        self.out.need("enum", "Enum")
        self.out.enums.append((name, lines))

    def _class(self, column: Column) -> FieldClass:
        enum = self.names.enums.get((self.table.name, column.name))
        return field_class(column, self.table, enum)

    def _write_field(self, column: Column) -> None:
        name = self.names.values[self.table.name, column.name]
        found = self._class(column)
        self.out.need(found.module, found.name)
        arguments = [*self._about_value(column), *self._about_index(column)]
        if name != column.name:
            arguments.append(Named("column_name", text(column.name)))
        source = found.call(*arguments, *self._about_server(column))
        self._assign(self.out.fields, name, self._generated(column, source))

    def _about_value(self, column: Column) -> Iterator[Source]:
        if column.null and not is_counted_key(column, self.table):
            yield Named("null", "True")

    def _about_index(self, column: Column, *, is_foreign: bool = False) -> Iterator[Source]:
        key = self.table.primary_key
        if key is not None and key.columns == (column.name,):
            if not is_counted_key(column, self.table):
                yield Named("primary_key", "True")
            return
        unique = self.indexes.single.get(column.name)
        if unique:
            yield Named("unique", "True")
        elif unique is None and is_foreign:
            # Peewee's own default is an index.
            yield Named("index", "False")
        elif unique is not None and not is_foreign:
            yield Named("index", "True")

    def _about_server(self, column: Column) -> Iterator[Source]:
        found = list(constraints(column, self.table))
        if found:
            self.out.need(PEEWEE, *(name for name, _ in found))
            yield Named("constraints", Group("[", tuple(each for _, each in found), "]"))
        if column.comment:
            yield Named("help_text", text(column.comment))

    def _generated(self, column: Column, source: Source) -> Source:
        if column.system_time:
            sql, is_stored = f"ROW {column.system_time}", True
        elif column.generated is not None:
            sql, is_stored = column.generated.expression.sql, column.generated.stored
        else:
            return source
        self.out.need(SERVED, "Generated")
        how = [Named("stored", "True")] if is_stored else []
        return call("Generated", source, text(sql.replace("%", "%%")), *how)

    def _write_foreign_key(self, column: Column, key: ForeignKey) -> None:
        name = self.names.parents[self.table.name, key.name]
        value = self.names.values[self.table.name, column.name]
        parent = self.names.classes[key.parent]
        arguments = [
            *self._about_parent(key),
            *self._about_value(column),
            *self._about_index(column, is_foreign=True),
            *_about_names(name, value, column.name),
            Named("backref", text(self.names.children[self.table.name, key.name])),
            *(Named(f"on_{each}", text(sql)) for each, sql in _actions(key)),
            *self._about_server(column),
        ]
        self.out.need(PEEWEE, "ForeignKeyField")
        typed = f"{parent} | None" if column.null else parent
        if key.parent == self.table.name:
            head = f"{name}: ForeignKeyField[{typed}]"
            source: Source = call("ForeignKeyField", text("self"), *arguments)
            if column.generated is not None:
                head = name
            self._assign(self.out.fields, head, self._generated(column, source))
        elif key.parent in self.earlier:
            self.out.parents.add(key.parent)
            source = call("ForeignKeyField", parent, *arguments)
            self._assign(self.out.fields, name, self._generated(column, source))
        else:
            self.out.mentioned.add(key.parent)
            self.out.need(PEEWEE, "DeferredForeignKey")
            self.out.need(TYPING, "cast")
            later = call("DeferredForeignKey", text(parent), *arguments)
            source = call("cast", text(f"ForeignKeyField[{typed}]"), later)
            self._assign(self.out.fields, name, self._generated(column, source))
        self._type_value(column, value)

    def _type_value(self, column: Column, name: str) -> None:
        """The value of a foreign key, which Peewee makes and tells no type checker of."""
        found = self._class(column)
        self.out.need_type(found.module, found.name)
        self._assign(self.out.typed, name, found.call(*self._about_value(column)), 2)

    def _about_parent(self, key: ForeignKey) -> Iterator[Source]:
        parent = self.schema.tables[key.parent]
        primary = parent.primary_key
        if primary is None or primary.columns != key.parent_columns:
            yield Named("field", text(self._field(parent, key.parent_columns[0])))

    def _field(self, table: Table, column: str) -> str:
        """The name of the field of a column: that of the parent where it is a foreign key."""
        found = table.column(column)
        key = of_column(found, table, self.schema) if found else None
        if key is not None:
            return self.names.parents[table.name, key.name]
        return self.names.values[table.name, found.name if found else column]

    def _is_field(self, table: Table, key: ForeignKey) -> bool:
        column = table.column(key.columns[0])
        return column is not None and of_column(column, table, self.schema) == key

    def _write_composite(self, key: ForeignKey) -> None:
        name = self.names.parents[self.table.name, key.name]
        parent = self.names.classes[key.parent]
        columns = [self.table.column(each) for each in key.columns]
        is_null = any(column is not None and column.null for column in columns)
        kind = f'CompositeReference["{parent}{" | None" * is_null}"]'
        pairs = self._pairs(self.table, key)
        self.out.need(RELATIONS, "CompositeReference")
        self._assign(self.out.fields, name, call(kind, self._late(key.parent), *pairs))

    def _pairs(self, child: Table, key: ForeignKey) -> Iterator[Source]:
        parent = self.schema.tables[key.parent]
        for own, theirs in zip(key.columns, key.parent_columns, strict=True):
            yield Named(self._field(child, own), text(self._field(parent, theirs)))

    def _late(self, table: str) -> Source:
        """A function that gives the class of a table, which may be defined later."""
        name = self.names.classes[table]
        if not self.alone or table == self.table.name:
            return f"lambda: {name}"
        self.out.need("importlib", "import_module")
        self.out.mentioned.add(table)
        return f'lambda: import_module(".{module_name(name)}", __package__).{name}'

    def _children(self) -> Iterator[tuple[Table, ForeignKey]]:
        for name in sorted(self.schema.tables):
            child = self.schema.tables[name]
            for key in sorted(associations(child, self.schema), key=lambda key: key.name):
                if key.parent == self.table.name:
                    yield child, key

    def _write_children(self, child: Table, key: ForeignKey) -> None:
        name = self.names.children[child.name, key.name]
        model = self.names.classes[child.name]
        if child.name != self.table.name:
            self.out.mentioned.add(child.name)
        if self._is_field(child, key):
            self.out.need_type(RELATIONS, "BackReference")
            self._assign(self.out.typed, name, call(f'BackReference["{model}"]'), 2)
            return
        self.out.need(RELATIONS, "CompositeBackReference")
        kind = f'CompositeBackReference["{model}"]'
        source = call(kind, self._late(child.name), *self._pairs(child, key))
        self._assign(self.out.fields, name, source)

    def _write_meta(self) -> None:
        self._assign(self.out.meta, "table_name", text(self.table.name), 2)
        if self.options.database:
            self._assign(self.out.meta, "schema", text(self.options.database), 2)
        key = self.table.primary_key
        if key is None:
            self._assign(self.out.meta, "primary_key", "False", 2)
        elif len(key.columns) > 1:
            self.out.need(PEEWEE, "CompositeKey")
            names = (text(self._field(self.table, column)) for column in key.columns)
            self._assign(self.out.meta, "primary_key", call("CompositeKey", *names), 2)
        indexes = in_meta(self.indexes, lambda column: self._field(self.table, column))
        if indexes is not None:
            self._assign(self.out.meta, "indexes", indexes, 2)

    def _assign(self, lines: list[str], name: str, source: Source, indent: int = 1) -> None:
        lines += statement(f"{name} = ", source, indent)


def _about_names(name: str, value: str, column: str) -> Iterator[Source]:
    """What Peewee would not guess from the name of a foreign key's field."""
    if column != (name if name.endswith("_id") else f"{name}_id"):
        yield Named("column_name", text(column))
    if value != (f"{column}_id" if column == name else column):
        yield Named("object_id_name", text(value))


def _actions(key: ForeignKey) -> Iterator[tuple[str, str]]:
    for name, action in (("delete", key.on_delete), ("update", key.on_update)):
        if action:
            yield name, action.upper()


def module_name(model: str) -> str:
    """The name of the module of a class, where each class has one."""
    name = snake_case(model)
    return f"{name}_" if keyword.iskeyword(name) else name
