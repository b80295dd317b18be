"""Live indexes, foreign keys and checks as texts, and which of them a column's definition can say."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.completed import covers, given_name
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.quote import quote_text
from plumbob.declaration.dump.sql_text import expression_text, name_text, names_text
from plumbob.declaration.dump.yaml_text import Pairs
from plumbob.declaration.faults import Faults
from plumbob.declaration.indexes import read_index
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.source import Source
from plumbob.errors import PlumbobError
from plumbob.model import Check, ForeignKey, Index, KeyPart, Table


def words_inside(table: Table) -> dict[str, str]:
    """What stands inside of the columns, by their names: keys of one column with the usual name."""
    words: dict[str, list[str]] = {column.name: [] for column in table.columns}
    for index in table.indexes:
        column = _own_column(index, table)
        if column:
            words[column].append("primary key" if index.kind == "primary" else "unique")
    for key in table.foreign_keys:
        if is_inside(key, table):
            words[_name_of(table, key.columns[0])].append(_references_text(key))
    return {name: " ".join(each) for name, each in words.items()}


def _own_column(index: Index, table: Table) -> str:
    """The column in which an index can be written, or ""."""
    if index.kind not in ("primary", "unique") or len(index.parts) != 1:
        return ""
    part = index.parts[0]
    plain = Index(index.name, index.kind, (KeyPart(part.column),))
    if index != plain or _using(index) or part.column is None:
        return ""
    name = _name_of(table, part.column)
    return name if index.kind == "primary" or index.name == name else ""


def _name_of(table: Table, column: str) -> str:
    found = table.column(column)
    return found.name if found else ""


def is_inside(key: ForeignKey, table: Table) -> bool:
    """Whether a foreign key has one column, and the name that it is given when it is left out."""
    if len(key.columns) != 1 or not key.parent_columns:
        return False
    return key.name == given_name("fk", table.name, key.columns, set()) and bool(
        _name_of(table, key.columns[0])
    )


def primary_key_text(table: Table) -> str | None:
    """A primary key that no column can say."""
    index = table.primary_key
    if index is None or _own_column(index, table):
        return None
    options = " ".join(_option_words(index))
    parts = ", ".join(map(_part_text, index.parts))
    return f"({parts}) {options}" if options else parts


def index_pairs(table: Table) -> Pairs:
    """The indexes that have to be written by name."""
    return [
        (index.name, _index_text(index))
        for index in table.indexes
        if index.kind != "primary"
        and not _own_column(index, table)
        and not _is_implied(index, table)
    ]


def period_pairs(table: Table) -> Pairs:
    return [
        (
            each.name.lower() if each.is_system_time else each.name,
            names_text((each.start, each.end)),
        )
        for each in table.periods
    ]


def _is_implied(index: Index, table: Table) -> bool:
    """Whether the server makes the index by itself, under a foreign key of the same name."""
    plain = Index(index.name, "index", tuple(map(KeyPart, index.columns)))
    if index != plain or _using(index):
        return False
    key = table.foreign_key(index.name)
    if key is None or key.name != index.name or key.columns != index.columns:
        return False
    return not any(covers(other, key) for other in table.indexes if other is not index)


def _using(index: Index) -> str | None:
    """What has to be said for the server to print it again.

    InnoDB heeds no BTREE and prints it where it was written; a unique index too long for a tree gets HASH
    from MariaDB by itself.
    """
    return None if index.kind == "unique" and index.using == "HASH" else index.using


def _index_text(index: Index) -> str:
    parts = ", ".join(map(_part_text, index.parts))
    options = " ".join(_option_words(index))
    full = f"{index.kind} ({parts}) {options}".rstrip()
    if index.kind == "index" and not options and _reads_as(parts, index):
        return parts
    return full


def _reads_as(text: str, index: Index) -> bool:
    """Whether key parts alone are read as this index: a call such as `(f(10))` looks like a prefix."""
    entry = Entry(None, Scalar(text, Source("", text), 0, len(text)))
    try:
        found, _ = read_index(entry, "", Faults())
    except (PlumbobError, SyntaxFault):
        return False
    return (found.kind, found.parts) == (index.kind, index.parts)


def _part_text(part: KeyPart) -> str:
    if part.period is not None:
        return f"{name_text(part.period)} without overlaps"
    if part.expression is not None:
        text = f"({expression_text(part.expression)})"
    else:
        text = name_text(part.column or "")
        if part.length is not None:
            text += f"({part.length})"
    return text + " desc" * part.descending


def _option_words(index: Index) -> Iterator[str]:
    if using := _using(index):
        yield f"using {using.lower()}"
    if index.parser:
        yield f"with parser {name_text(index.parser)}"
    if index.key_block_size:
        yield f"key_block_size {index.key_block_size}"
    if index.invisible:
        yield "invisible"
    if index.comment:
        yield f"comment {quote_text(index.comment)}"
    for name, value in index.attributes:
        # MariaDB's own in lower case, of a vector index: m=8.
        yield f"{name.lower()}={value}" if name.islower() else f"{name.lower()} {value}"


def foreign_key_pairs(table: Table) -> Pairs:
    """The foreign keys that have to be written by name."""
    return [
        (key.name, f"({names_text(key.columns)}) {_references_text(key)}")
        for key in table.foreign_keys
        if not is_inside(key, table)
    ]


def _references_text(key: ForeignKey) -> str:
    schema = f"{name_text(key.parent_schema)}." if key.parent_schema else ""
    text = f"references {schema}{name_text(key.parent)}"
    if key.parent_columns:
        text += f"({names_text(key.parent_columns)})"
    # RESTRICT and NO ACTION mean the same as nothing; where a server prints one, it is kept.
    on_delete = key.on_delete or key.on_delete_written
    on_update = key.on_update or key.on_update_written
    if on_delete:
        text += f" on delete {on_delete.lower()}"
    if on_update:
        text += f" on update {on_update.lower()}"
    return text


def check_pairs(table: Table) -> Pairs:
    return [(check.name, _check_text(check)) for check in table.checks]


def _check_text(check: Check) -> str:
    text = expression_text(check.expression)
    return text if check.enforced else f"check ({text}) not enforced"
