"""What is said of a table and its other parts: columns, indexes, checks, the size of a row, names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.quote import quote_name
from plumbob.declaration.validate.sizes import bytes_of
from plumbob.migration.run.explained.failure import MOST, Failure, faults, near, quoted_names
from plumbob.model import Column
from plumbob.plan.lenient import row_bytes


def about_column(failure: Failure) -> Iterator[str]:
    """What the column that the message names is now, and would be."""
    before, after = failure.meant.before, failure.meant.after
    for name in quoted_names(failure.message)[-1:] or quoted_names(failure.message):
        new_name = failure.meant.new_name(name)
        old_name = next((o for o, n in failure.meant.renamed if n.lower() == name.lower()), name)
        old = before.column(old_name) if before else None
        new = after.column(new_name) if after else None
        if old is not None and new is not None and old != new:
            old_type, new_type = definition(old, failure), definition(new, failure)
            yield f"{failure.meant.name}.{old.name} is {old_type}, and would be {new_type}"
        elif old is not None or new is not None:
            column = old or new
            assert column is not None
            yield f"{failure.meant.name}.{name} is {definition(column, failure)}"


def definition(column: Column, failure: Failure) -> str:
    """A definition without the column's name."""
    return column_sql(column, failure.flavour).strip().removeprefix(quote_name(column.name)).strip()


def is_there(failure: Failure) -> Iterator[str]:
    """What has the name that is to be given."""
    before, named = failure.meant.before, quoted_names(failure.message)
    for name in named[:1]:
        if before is not None and (column := before.column(name)) is not None:
            yield f"{before.name}.{name} is there: {definition(column, failure)}"
        elif before is not None and (index := before.index(name)) is not None:
            yield f"the index {name} of {before.name} is there: ({', '.join(index.columns)})"


def near_column(failure: Failure) -> Iterator[str]:
    table = failure.meant.before
    if table is not None:
        columns = [column.name for column in table.columns]
        for name in quoted_names(failure.message)[:1]:
            yield from near(f"{table.name} has no column", name.rpartition(".")[2], columns)


def near_table(failure: Failure) -> Iterator[str]:
    for name in quoted_names(failure.message):
        wanted = name.rpartition(".")[2]
        yield from near("there is no table", wanted, [*failure.schema.tables])


def near_part(failure: Failure) -> Iterator[str]:
    """What a DROP or a RENAME INDEX names, and is not there."""
    table = failure.meant.before
    if table is not None:
        kinds = (table.columns, table.indexes, table.foreign_keys, table.checks)
        names = list(dict.fromkeys(each.name for parts in kinds for each in parts))
        for name in quoted_names(failure.message)[:1]:
            yield from near(f"{table.name} has nothing with the name", name, names)


def row_too_long(failure: Failure) -> Iterator[str]:
    after = failure.meant.after
    yield from faults(failure)
    if after is not None:
        size, most = row_bytes(after, failure.flavour)
        if f"{most})" in failure.message:
            yield f"a row of {after.name} may take {size} bytes inside of its page, and has to take less than {most}"
        sizes = [(bytes_of(c.type, c.type.charset or after.charset), c.name) for c in after.columns]
        longest = sorted(sizes, key=lambda each: -each[0])[:MOST]
        listed = ", ".join(f"{name} {size}" for size, name in longest)
        yield f"the columns of {after.name} that take the most bytes: {listed}"


def check_of_column(failure: Failure) -> Iterator[str]:
    after = failure.meant.after
    for column in after.columns if after else ():
        if column.check is not None:
            yield (
                f"the check of the column {column.name} looks at another one; write it as a check of "
                f"the table: ADD CONSTRAINT … CHECK ({column.check.sql})"
            )


def check_in_use(failure: Failure) -> Iterator[str]:
    named = quoted_names(failure.message)
    for table in failure.schema.tables.values():
        for check in table.checks:
            if check.name in named:
                yield f"{check.name} is the name of a check of {table.name} already: CHECK ({check.expression.sql})"


def violated(failure: Failure) -> Iterator[str]:
    """The text of the check that rows have not."""
    named = quoted_names(failure.message)
    tables = [*failure.schema.tables.values(), *filter(None, [failure.meant.after])]
    for table in tables:
        for check in table.checks:
            if check.name in named:
                yield f"the check {check.name} of {table.name} is: {check.expression.sql}"
    for name in named:
        for table in tables:
            column = table.column(name.rpartition(".")[2])
            if column is not None and column.check is not None and table.name in failure.message:
                yield f"the check of {table.name}.{column.name} is: {column.check.sql}"


def duplicate(failure: Failure) -> Iterator[str]:
    """The columns of the key that the message names."""
    found = re.search(r"for key '([^']+)'", failure.message)
    if found is None:
        return
    owner, _, name = found[1].rpartition(".")
    tables = [failure.meant.after, failure.meant.before, failure.schema.tables.get(owner)]
    for table in filter(None, tables):
        index = table.index(name)
        if index is not None:
            kind = "primary key" if index.kind == "primary" else f"unique key {name}"
            yield f"the {kind} of {table.name} is ({', '.join(index.columns)})"
            return
