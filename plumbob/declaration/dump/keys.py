"""Live indexes, foreign keys and checks as texts, and which of them a column's definition can say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from plumbob.ddl.completed import covers
from plumbob.ddl.given_names import given_name
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.quote import quote_text
from plumbob.declaration.dump.sql_text import expression_text, name_text, names_text
from plumbob.declaration.dump.words import Words, text_of
from plumbob.declaration.dump.yaml_text import Pairs, Value
from plumbob.declaration.faults import Faults
from plumbob.declaration.indexes import read_index
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.source import Source
from plumbob.errors import PlumbobError
from plumbob.model import Check, ForeignKey, Index, KeyPart, Table


def words_inside(table: Table, apart: Collection[str] = ()) -> dict[str, Words]:
    """What stands inside of the columns, by their names: keys of one column with the usual name.

    The indexes of the names `apart`, in small letters, do not.
    """
    words: dict[str, list[tuple[str, str]]] = {column.name: [] for column in table.columns}
    for index in table.indexes:
        column = own_column(index, table)
        if column and index.name.lower() not in apart:
            words[column].append(index_inside(index))
    for key in table.foreign_keys:
        if is_inside(key, table):
            words[_name_of(table, key.columns[0])].extend(key_inside(key))
    return {name: tuple(each) for name, each in words.items()}


def index_inside(index: Index) -> tuple[str, str]:
    """An index of one column as a piece of the column."""
    return ("primary_key", "primary key") if index.kind == "primary" else ("unique", "unique")


def key_inside(key: ForeignKey) -> Words:
    """A foreign key of one column as pieces of the column."""
    return (("references", _parent_text(key)), *_action_words(key))


def own_column(index: Index, table: Table) -> str:
    """The column in which an index can be written, or ""."""
    if index.kind not in ("primary", "unique") or len(index.parts) != 1:
        return ""
    part = index.parts[0]
    plain = Index(index.name, index.kind, (KeyPart(part.column),))
    if index != plain or _using(index) or part.column is None:
        return ""
    name = _name_of(table, part.column)
    if index.kind == "primary":
        return name
    # MariaDB makes one index of PRIMARY KEY and UNIQUE inside of one column.
    is_primary = table.primary_key is not None and table.primary_key.columns == (name,)
    return name if index.name in ("", name) and not is_primary else ""


def _name_of(table: Table, column: str) -> str:
    found = table.column(column)
    return found.name if found else ""


def is_inside(key: ForeignKey, table: Table) -> bool:
    """Whether a foreign key has one column, and the name that it is given when it is left out.

    The names of the two ends of an association have no place in a column.
    """
    if len(key.columns) != 1 or not key.parent_columns or key.alias or key.backref:
        return False
    usual = given_name("fk", table.name, key.columns, set())
    return key.name in ("", usual) and bool(_name_of(table, key.columns[0]))


def primary_key_text(table: Table) -> str | None:
    """A primary key that no column can say."""
    index = table.primary_key
    return None if index is None or own_column(index, table) else primary_key_value(index)


def primary_key_value(index: Index) -> str:
    """The value of `primary_key`."""
    options = " ".join(sql for _, sql in _option_words(index))
    parts = ", ".join(map(_part_text, index.parts))
    return f"({parts}) {options}" if options else parts


def index_pairs(table: Table, apart: Collection[str] = ()) -> Pairs:
    """The indexes that have to be written by name, those `apart` among them."""
    return [
        (index.name, index_text(index))
        for index in table.indexes
        if index.name.lower() in apart
        or not (index.kind == "primary" or own_column(index, table) or is_implied(index, table))
    ]


def period_pairs(table: Table) -> Pairs:
    return [
        (
            each.name.lower() if each.is_system_time else each.name,
            names_text((each.start, each.end)),
        )
        for each in table.periods
    ]


def is_implied(index: Index, table: Table) -> bool:
    """Whether the server makes the index by itself, under a foreign key of the same name.

    Of several foreign keys over the same columns the last one written names it: so it is said there.
    """
    plain = Index(index.name, "index", tuple(map(KeyPart, index.columns)))
    if index != plain or _using(index) or not index.name:
        return False
    key = table.foreign_key(index.name)
    if key is None or key.name != index.name or key.columns != index.columns:
        return False
    if sum(other.columns == key.columns for other in table.foreign_keys) > 1:
        return False
    return not any(covers(other, key) for other in table.indexes if other is not index)


def _using(index: Index) -> str | None:
    """What has to be said for the server to print it again.

    InnoDB heeds no BTREE and prints it where it was written; a unique index too long for a tree gets HASH
    from MariaDB by itself.
    """
    return None if index.kind == "unique" and index.using == "HASH" else index.using


def index_text(index: Index) -> str:
    """The short form: key parts alone where that says it all."""
    parts = ", ".join(map(_part_text, index.parts))
    if index.kind == "index" and not list(_option_words(index)) and _reads_as(parts, index):
        return parts
    return text_of(index_words(index))


def index_words(index: Index) -> Words:
    parts = ", ".join(map(_part_text, index.parts))
    return (("kind", index.kind), ("columns", f"({parts})"), *_option_words(index))


def index_values(index: Index) -> dict[str, Value]:
    """The values of a long form by its keys."""
    words = dict(index_words(index))
    values: dict[str, Value] = {"columns": ", ".join(map(_part_text, index.parts))}
    if index.kind != "index":
        values["kind"] = index.kind
    prefixes = {"using": "using ", "parser": "with parser ", "key_block_size": "key_block_size "}
    values |= {key: words[key].removeprefix(text) for key, text in prefixes.items() if key in words}
    if index.invisible:
        values["invisible"] = True
    if index.comment:
        values["comment"] = index.comment
    return values


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


def _option_words(index: Index) -> Iterator[tuple[str, str]]:
    if using := _using(index):
        yield "using", f"using {using.lower()}"
    if index.parser:
        yield "parser", f"with parser {name_text(index.parser)}"
    if index.key_block_size:
        yield "key_block_size", f"key_block_size {index.key_block_size}"
    if index.invisible:
        yield "invisible", "invisible"
    if index.comment:
        yield "comment", f"comment {quote_text(index.comment)}"
    for name, value in index.attributes:
        # MariaDB's own in lower case, of a vector index: m=8.
        yield "", f"{name.lower()}={value}" if name.islower() else f"{name.lower()} {value}"


def foreign_key_pairs(table: Table) -> Pairs:
    """The foreign keys that have to be written by name."""
    return [(key.name, _key_value(key)) for key in table.foreign_keys if not is_inside(key, table)]


def _key_value(key: ForeignKey) -> Value:
    """The short form, or the long one where the ends of the association have names."""
    ends = [("as", key.alias), ("backref", key.backref)]
    named: list[tuple[str, Value]] = [(name, end) for name, end in ends if end]
    return [*key_values(key).items(), *named] if named else text_of(key_words(key))


def key_words(key: ForeignKey) -> Words:
    return (("columns", f"({names_text(key.columns)})"), *key_inside(key))


def key_values(key: ForeignKey) -> dict[str, Value]:
    """The values of a long form by its keys."""
    actions = {name: sql.split(" ", 2)[2] for name, sql in _action_words(key)}
    parent = _parent_text(key).removeprefix("references ")
    return {"columns": names_text(key.columns), "references": parent, **actions}


def _parent_text(key: ForeignKey) -> str:
    schema = f"{name_text(key.parent_schema)}." if key.parent_schema else ""
    columns = f"({names_text(key.parent_columns)})" if key.parent_columns else ""
    return f"references {schema}{name_text(key.parent)}{columns}"


def _action_words(key: ForeignKey) -> Iterator[tuple[str, str]]:
    # RESTRICT and NO ACTION mean the same as nothing; where a server prints one, it is kept.
    on_delete = key.on_delete or key.on_delete_written
    on_update = key.on_update or key.on_update_written
    if on_delete:
        yield "on_delete", f"on delete {on_delete.lower()}"
    if on_update:
        yield "on_update", f"on update {on_update.lower()}"


def check_pairs(table: Table) -> Pairs:
    return [(check.name, check_text(check)) for check in table.checks]


def check_text(check: Check) -> str:
    """The short form: the expression alone where that says it all."""
    text = expression_text(check.expression)
    return text if check.enforced else f"check ({text}) not enforced"


def check_words(check: Check) -> Words:
    words = (("check", expression_text(check.expression)),)
    return words if check.enforced else (*words, ("enforced", "not enforced"))


def check_values(check: Check) -> dict[str, Value]:
    """The values of a long form by its keys."""
    values: dict[str, Value] = {"check": expression_text(check.expression)}
    return values if check.enforced else values | {"enforced": False}
