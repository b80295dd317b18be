"""The names of all classes and attributes of a schema, settled before any of them is written.

The rules, in this order: what the declaration says (`class:`, `as:`, `backref:`), else a name made from the
table or column; and a name that is taken gets "_" or a number at its end.

* A class is the table's name in the singular, in camel case.
* A column's attribute holds its value: `user_id`.
* The parent of a foreign key is the column's name without `_id`, else the parent's in the singular.
* The rows that refer to a parent are called like their table, in the plural; where several foreign keys
  lead from one table to the same parent, `films_by_language`.
"""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from plumbob.errors import PlumbobError
from plumbob.model import Column, ForeignKey, Schema, Table
from plumbob.models import names
from plumbob.models.fields import ALL_CLASSES
from plumbob.models.names import Taken
from plumbob.models.options import BASE, Options, is_dotted

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Names by what they are for.

    Attributes:
        classes: of models, by table.
        enums: of Enum classes, by table and column.
        values: of attributes that hold a column's value, by table and column.
        parents: of attributes that hold the row at the other end, by table and foreign key.
        children: of attributes that hold the rows at this end, by child table and foreign key.
    """

    classes: Mapping[str, str]
    enums: Mapping[Key, str] = field(default_factory=dict)
    values: Mapping[Key, str] = field(default_factory=dict)
    parents: Mapping[Key, str] = field(default_factory=dict)
    children: Mapping[Key, str] = field(default_factory=dict)


def associations(table: Table, schema: Schema) -> Iterator[ForeignKey]:
    """The foreign keys whose parent is a model, too: one of another database is not."""
    for key in table.foreign_keys:
        parent = schema.tables.get(key.parent) if key.parent_schema is None else None
        if (
            parent
            and all(map(table.column, key.columns))
            and all(map(parent.column, key.parent_columns))
        ):
            yield key


def of_column(column: Column, table: Table, schema: Schema) -> ForeignKey | None:
    """The foreign key that becomes the field of a column: the first one that is of this column alone."""
    found = (key for key in associations(table, schema) if key.columns == (column.name,))
    return next(found, None)


def wants_enums(table: Table, column: Column, options: Options) -> bool:
    """Whether the labels of a column become an Enum class; the declaration says it table by table."""
    if not column.type.labels:
        return False
    said = (table.model or {}).get("enums")
    if said is None:
        return options.enums
    return said == "all" or column.name in (each.strip() for each in said.split(","))


def settle(schema: Schema, options: Options) -> Names:
    """The names for a schema, the same for the same schema whatever the order of its tables."""
    return _Settling(schema, options).names()


class _Settling:
    """The names that are settled so far."""

    def __init__(self, schema: Schema, options: Options) -> None:
        self.schema = schema
        self.options = options
        self.tables = [schema.tables[name] for name in sorted(schema.tables)]
        self.is_snake = options.naming == "snake"
        self.spell: Callable[[str], str] = names.snake_case if self.is_snake else names.identifier
        # Peewee finds classes that are defined later by their names in small letters.
        bases = frozenset(base_of(table, options)[1] for table in self.tables)
        self.reserved = (names.MODULE_NAMES, ALL_CLASSES, bases)
        self.in_module = Taken(self.reserved, has_case=False)

    def names(self) -> Names:
        classes = self._classes()
        enums = self._enums(classes)
        defined = frozenset({*classes.values(), *enums.values()})
        reserved = (names.model_names(), *self.reserved, defined)
        self.taken = {table.name: Taken(reserved) for table in self.tables}
        parents: dict[Key, str] = {}
        children: dict[Key, str] = {}
        self._take_said(parents, children)
        values = self._values(parents)
        self._parents(parents, values, classes)
        self._children(parents, children)
        return Names(classes, enums, values, parents, children)

    def _classes(self) -> dict[str, str]:
        said = {table.name: _said_class(table) for table in self.tables}
        found: dict[str, str] = {}
        for name, each in said.items():
            if each and not self.in_module.is_free(each):
                raise PlumbobError(
                    f"the model of {name} cannot be called {each}: something else is",
                    advice="give it another `class:`; classes that differ in capitals alone are one",
                    where=name,
                )
            if each:
                found[name] = self.in_module.take(each)
        for table in self.tables:
            if table.name not in found:
                found[table.name] = self.in_module.take(names.class_name(table.name, self.is_snake))
        return found

    def _enums(self, classes: Mapping[str, str]) -> dict[Key, str]:
        return {
            (table.name, column.name): self.in_module.take(
                classes[table.name] + names.camel_case(column.name)
            )
            for table in self.tables
            for column in table.columns
            if wants_enums(table, column, self.options)
        }

    def _take_said(self, parents: dict[Key, str], children: dict[Key, str]) -> None:
        """What the declaration says comes first."""
        for table, key in self._associations():
            if key.alias:
                wanted = names.identifier(key.alias)
                parents[table.name, key.name] = self.taken[table.name].take(wanted)
        for table, key in self._associations():
            if key.backref:
                wanted = names.identifier(key.backref)
                children[table.name, key.name] = self.taken[key.parent].take(wanted)

    def _values(self, parents: Mapping[Key, str]) -> dict[Key, str]:
        """Columns that are called so already come before those whose name is changed."""
        found: dict[Key, str] = {}
        for table in self.tables:
            taken = self.taken[table.name]
            ordered = sorted(table.columns, key=lambda each: self.spell(each.name) != each.name)
            for column in ordered:
                wanted = self.spell(column.name)
                key = of_column(column, table, self.schema)
                if key and parents.get((table.name, key.name)) == wanted:
                    wanted = f"{wanted}_id"
                found[table.name, column.name] = taken.take(wanted)
        return found

    def _parents(
        self, parents: dict[Key, str], values: Mapping[Key, str], classes: Mapping[str, str]
    ) -> None:
        """What a column is called after comes before the parent's own name."""
        left = [
            each for each in self._associations() if (each[0].name, each[1].name) not in parents
        ]
        bare = {
            (table.name, key.name): _bare(values[table.name, key.columns[0]])
            for table, key in left
            if len(key.columns) == 1
        }
        for table, key in sorted(left, key=lambda each: not bare.get((each[0].name, each[1].name))):
            parent = self.spell(names.snake_case(classes[key.parent]))
            columns = "_and_".join(values[table.name, name] for name in key.columns)
            wanted = [bare.get((table.name, key.name), ""), parent, f"{parent}_by_{columns}"]
            found = self.taken[table.name].take(*filter(None, wanted))
            parents[table.name, key.name] = found

    def _children(self, parents: Mapping[Key, str], children: dict[Key, str]) -> None:
        between = Counter((table.name, key.parent) for table, key in self._associations())
        for table, key in self._associations():
            if (table.name, key.name) in children:
                continue
            plain = self.spell(names.plural(table.name) if self.is_snake else table.name)
            longer = f"{plain}_by_{parents[table.name, key.name]}"
            is_only_one = between[table.name, key.parent] == 1
            wanted = (plain, longer) if is_only_one else (longer,)
            children[table.name, key.name] = self.taken[key.parent].take(*wanted)

    def _associations(self) -> Iterator[tuple[Table, ForeignKey]]:
        for table in self.tables:
            for key in sorted(associations(table, self.schema), key=lambda key: key.name):
                yield table, key


def base_of(table: Table, options: Options) -> tuple[str, str]:
    """The module and the name of the class that a model is derived from."""
    said = (table.model or {}).get("base", "") or options.base
    if said.isidentifier() and options.base != BASE:
        # Beside the base of all others.
        said = f"{options.base.rpartition('.')[0]}.{said}"
    if not is_dotted(said):
        raise PlumbobError(
            f"the model of {table.name} is derived from {said}, which is not the name of a class",
            advice="write it with its module, such as app.base.AuditedModel, or set models_base",
            where=table.name,
        )
    module, _, name = said.rpartition(".")
    return module, name


def _said_class(table: Table) -> str:
    said = (table.model or {}).get("class", "")
    if said and (not said.isidentifier() or keyword.iskeyword(said)):
        raise PlumbobError(
            f"the model of {table.name} cannot be called {said}",
            advice="a class has a name of letters, digits and _, such as SocialAuth",
            where=table.name,
        )
    return said


def _bare(name: str) -> str:
    """`user` of `user_id` and of `userId`; "" where the name ends otherwise."""
    ending = next((end for end in ("_id", "Id") if name.endswith(end)), "")
    return name.removesuffix(ending).rstrip("_") if ending else ""
