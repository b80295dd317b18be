"""The columns of a key, be it an index or a foreign key: each has to be there, and once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from plumbob.declaration.validate.subject import Fault
from plumbob.model import Column, Table


def key_columns(table: Table, names: Iterable[str]) -> Iterator[Column | Fault]:
    """The columns of these names; what is wrong in place of one that is missing or named again."""
    seen: set[str] = set()
    for name in names:
        column = table.column(name)
        if column is None:
            what = f"names the column {name}, which {table.name} does not have (errno 1072)"
            yield Fault(what, word=name, advice=nearest_column(table, name))
        elif name.lower() in seen:
            yield Fault(f"has the column {name} twice (errno 1060)", word=name)
        else:
            yield column
        seen.add(name.lower())


def nearest_column(table: Table, name: str) -> str:
    """Advice that names the column that was probably meant."""
    near = get_close_matches(name.lower(), [column.name for column in table.columns], n=1)
    return f"did you mean {near[0]}?" if near else ""
