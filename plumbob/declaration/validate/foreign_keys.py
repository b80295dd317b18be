"""Foreign keys: that the parent is there and fits, and that the engine keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from plumbob.ddl.completed import covers
from plumbob.declaration.validate.columns import mentions
from plumbob.declaration.validate.key_columns import key_columns, nearest_column
from plumbob.declaration.validate.subject import Fault, Subject, engine_of, label_of
from plumbob.model import Column, ForeignKey, Table, Type
from plumbob.model.features import UNIQUE_PARENTS

# Engines that read a foreign key and forget it (manual: Foreign Key Constraints; measured).
_FORGETFUL = (
    "myisam",
    "memory",
    "aria",
    "archive",
    "csv",
    "blackhole",
    "merge",
    "mrg_myisam",
    "heap",
)
# Types that InnoDB takes for the same in a foreign key, whatever their length (measured).
_SAME = {
    "char": "text",
    "varchar": "text",
    "binary": "bytes",
    "varbinary": "bytes",
    "enum": "label",
    "set": "label",
    "datetime": "moment",
    "timestamp": "moment",
}


def faults_of_foreign_keys(subject: Subject, table: Table) -> Iterator[Fault]:
    """Every foreign key of a table against its parent."""
    for number, key in enumerate(table.foreign_keys):
        called = f"{label_of('foreign_key', key.name)} of {table.name}"
        if not key.name:
            called += f" ({', '.join(key.columns)})"
        for fault in _faults_of_key(subject, table, key):
            yield fault._replace(what=f"{called} {fault.what}", kind="foreign_key", number=number)


def _faults_of_key(subject: Subject, table: Table, key: ForeignKey) -> Iterator[Fault]:
    faults = list(_faults_of_child(subject, table, key))
    parent = subject.declaration.schema.tables.get(key.parent_name)
    # What another database holds is not known here, nor what is not ours.
    if parent is None and key.parent_schema is None and not subject.is_outside(key.parent):
        faults.append(_no_parent(subject, key))
    elif parent is None and not key.parent_columns:
        faults.append(_no_columns(key))
    elif parent is not None:
        faults.extend(_faults_of_parent(subject, table, key, parent))
        if not faults:
            faults.extend(_notices_of_parent(subject, key, parent))
    yield from faults


def _faults_of_child(subject: Subject, table: Table, key: ForeignKey) -> Iterator[Fault]:
    """What is wrong on this side."""
    if engine_of(table) in _FORGETFUL:
        yield Fault(
            f"would be forgotten in silence: {table.engine} has no foreign keys",
            advice="use InnoDB, or leave the foreign key out",
        )
    if table.partitions is not None:
        yield Fault("cannot be: a partitioned table has no foreign keys (errno 1506)")
    for name, found in zip(key.columns, key_columns(table, key.columns), strict=True):
        if isinstance(found, Fault):
            yield found
        elif subject.is_mysql and found.generated is not None and not found.generated.stored:
            what = f"stands on {name}, which is computed when it is read (errno 3733)"
            yield Fault(what, word=name, advice="make it stored")
        else:
            yield from _faults_of_actions(table, key, found)


def _faults_of_actions(table: Table, key: ForeignKey, column: Column) -> Iterator[Fault]:
    """What an action would write into the column has to be possible."""
    actions = (key.on_delete, key.on_update)
    primary = table.primary_key
    keyed = [name.lower() for name in primary.columns] if primary else []
    if "SET NULL" in actions and (not column.null or column.name.lower() in keyed):
        yield Fault(
            f"sets {column.name} to NULL, which is NOT NULL (errno 1830, MariaDB 1005)",
            word="null",
            advice=f"let {column.name} be NULL, or choose another action",
        )
    if not (key.on_update == "CASCADE" or {"SET NULL", "SET DEFAULT"} & set(actions)):
        return
    if column.generated is not None:
        what = f"would write into {column.name}, which is generated"
        yield Fault(f"{what} (errno 3104, MariaDB 1905)")
    checks = [(check.name, check.expression) for check in table.checks]
    checks += [("", each.check) for each in table.columns if each.check is not None]
    for name, expression in checks:
        if mentions(expression, column.name):
            yield Fault(
                f"would write into {column.name}, which {label_of('check', name)} looks at "
                "(errno 3823, MariaDB 1901)",
                word=column.name,
                advice="take the action or the check out",
            )


def _no_columns(key: ForeignKey) -> Fault:
    what = f"refers to {key.parent_name} without a column, and that table is not declared"
    return Fault(what, word=key.parent, advice=f"name the column: references {key.parent_name}(id)")


def _no_parent(subject: Subject, key: ForeignKey) -> Fault:
    tables = list(subject.declaration.schema.tables)
    same = [name for name in tables if name.lower() == key.parent.lower()]
    near = same or get_close_matches(key.parent, tables, n=1)
    advice = f"did you mean {near[0]}?" if near else "declare the table"
    what = f"refers to the table {key.parent}, which is not declared (errno 1824)"
    return Fault(what, word=key.parent, advice=advice)


def _faults_of_parent(
    subject: Subject, table: Table, key: ForeignKey, parent: Table
) -> Iterator[Fault]:
    """What is wrong on the other side, or between the two."""
    if engine_of(parent) in _FORGETFUL:
        what = f"refers to {parent.name}, and {parent.engine} has no foreign keys (errno 1824)"
        yield Fault(what, word=parent.name)
    if parent.partitions is not None:
        what = f"refers to {parent.name}, which is partitioned (errno 1506)"
        yield Fault(what, word=parent.name)
    names = _parent_columns(key, parent)
    missing = [name for name in names if parent.column(name) is None]
    for name in missing:
        what = f"refers to {parent.name}.{name}, which is not declared (errno 3734)"
        yield Fault(what, word=name, advice=nearest_column(parent, name))
    if len(names) != len(key.columns):
        what = f"has {len(key.columns)} columns and refers to {len(names)} (errno 1239)"
        yield Fault(what, word=parent.name)
    elif not missing:
        yield from _faults_of_types(subject, table, key, parent)
        if not any(covers(index, _turned(key, names)) for index in parent.indexes):
            columns = ", ".join(names)
            yield Fault(
                f"refers to {parent.name} ({columns}), where no key begins with these columns "
                "(errno 6125, 1822, MariaDB 1005)",
                word=parent.name,
                advice=f"make {columns} of {parent.name} unique",
            )


def _parent_columns(key: ForeignKey, parent: Table) -> tuple[str, ...]:
    """The columns referred to; the parent's primary key where they are left out."""
    if key.parent_columns:
        return key.parent_columns
    return parent.primary_key.columns if parent.primary_key else ()


def _turned(key: ForeignKey, names: tuple[str, ...]) -> ForeignKey:
    """A foreign key on the parent's columns, to ask which index covers them."""
    return ForeignKey("", names, key.parent, ())


def _faults_of_types(
    subject: Subject, table: Table, key: ForeignKey, parent: Table
) -> Iterator[Fault]:
    for own, other in zip(key.columns, _parent_columns(key, parent), strict=True):
        child, there = table.column(own), parent.column(other)
        if child is None or there is None:
            continue
        pair = f"{table.name}.{child.name} and {parent.name}.{there.name}"
        if child.type.is_large or there.type.is_large:
            large = child if child.type.is_large else there
            what = f"stands on {large.name}, which is {large.type.name} (errno 1170)"
            yield Fault(what, word=large.name)
        elif _sameness(child.type) != _sameness(there.type):
            yield Fault(
                f"joins {pair}, which are {_spelled(child.type)} and {_spelled(there.type)} "
                "(errno 3780, MariaDB 1005)",
                word=own,
                advice=f"make {child.name} {_spelled(there.type)}",
            )
        elif child.type.name in ("char", "varchar"):
            ours, theirs = subject.texts_of(child, table), subject.texts_of(there, parent)
            differing = zip(("character set", "collation"), ours, theirs, strict=True)
            for kind, one, two in [each for each in differing if None not in each]:
                if one != two:
                    what = f"joins {pair}, whose {kind}s are {one} and {two}"
                    advice = f"give both the same {kind}"
                    yield Fault(f"{what} (errno 3780, MariaDB 1005)", word=own, advice=advice)
                    break


def _sameness(found: Type) -> tuple[str, bool]:
    """Types that InnoDB joins have this in common; a display width or a length is not part of it."""
    name = _SAME.get(found.name, found.name)
    if found.charset == "binary" and name == "text":
        name = "bytes"
    return name, found.unsigned and found.is_integer


def _spelled(found: Type) -> str:
    length = f"({found.length})" if found.length is not None and not found.is_integer else ""
    return found.name + length + " unsigned" * found.unsigned


def _notices_of_parent(subject: Subject, key: ForeignKey, parent: Table) -> Iterator[Fault]:
    """A parent's key that is not unique, or only begins with the columns."""
    names = [name.lower() for name in _parent_columns(key, parent)]
    if subject.flavour is not None and not UNIQUE_PARENTS.is_in(subject.flavour):
        return
    for index in parent.indexes:
        is_unique = index.kind in ("primary", "unique")
        if is_unique and [name.lower() for name in index.columns] == names:
            return
    columns = ", ".join(names)
    yield Fault(
        f"refers to {parent.name} ({columns}), which is not unique: MySQL has deprecated "
        "this, and takes it with restrict_fk_on_non_standard_key=OFF only, which is set for it",
        word=parent.name,
        advice=f"make these columns of {parent.name} unique",
        is_notice=True,
    )
