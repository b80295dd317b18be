"""A live schema as the text of a declaration: short forms, one style, nothing that goes without saying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import Defaults, server_defaults
from plumbob.declaration.dump.columns import Surroundings, column_value
from plumbob.declaration.dump.keys import (
    check_pairs,
    foreign_key_pairs,
    index_pairs,
    period_pairs,
    primary_key_text,
    words_inside,
)
from plumbob.declaration.dump.partitions import partitions_value
from plumbob.declaration.dump.yaml_text import Pairs, Value, quoted, render
from plumbob.model import Flavour, Option, Schema, Table

__all__ = ["dump"]


def dump(schema: Schema, flavour: Flavour) -> str:
    """The declaration of what is live.

    Args:
        schema: as it was read from a server; its character set and collation are the database's.
        flavour: the server, whose habits (display widths, JSON as LONGTEXT) are left out.

    Returns:
        YAML that loads to an equal schema. What was not understood, or is not managed, stands in
        comments at the end.
    """
    database = _database(schema, flavour)
    lines = render([("database", _database_pairs(database))])
    lines += ["", "tables:" if schema.tables else "tables: {}"]
    for name, table in schema.tables.items():
        value = _table_pairs(table, database, flavour)
        lines += [*render([(name, value)], indent=2), ""]
    lines += _left_out(schema)
    return "\n".join(lines).rstrip("\n") + "\n"


def _database(schema: Schema, flavour: Flavour) -> Table:
    """What tables inherit: the database's own character set, else the most usual, and the usual engine.

    It is a table without a name, so that it is completed as any other.
    """
    usual = Counter((table.charset, table.collation) for table in schema.tables.values())
    charset, collation = schema.charset, schema.collation
    if charset is None and collation is None and usual:
        charset, collation = usual.most_common(1)[0][0]
    engines = Counter(table.engine for table in schema.tables.values() if table.engine)
    engine = engines.most_common(1)[0][0] if engines else "InnoDB"
    return canonical_table(
        Table("", (), charset=charset, collation=collation, engine=engine),
        flavour,
        server_defaults(flavour),
    )


def _database_pairs(database: Table) -> Pairs:
    pairs = (
        ("charset", database.charset),
        ("collation", database.collation),
        ("engine", database.engine),
    )
    return [(name, value) for name, value in pairs if value]


def _table_pairs(table: Table, database: Table, flavour: Flavour) -> Pairs:
    inherited = Defaults(database.charset or "", database.collation or "")
    full = canonical_table(table, flavour, inherited)
    own = Defaults(full.charset or "", full.collation or "")
    around = Surroundings(table, flavour, own, words_inside(table))
    return list(
        _present(
            ("comment", table.comment),
            ("engine", full.engine if full.engine != database.engine else None),
            ("charset", full.charset if full.charset != database.charset else None),
            ("collation", full.collation if own != inherited else None),
            ("columns", [(each.name, column_value(each, around)) for each in table.columns]),
            ("primary_key", primary_key_text(table)),
            ("indexes", index_pairs(table)),
            ("foreign_keys", foreign_key_pairs(table)),
            ("checks", check_pairs(table)),
            ("periods", period_pairs(table)),
            ("system_versioning", table.versioned),
            ("options", " ".join(map(_option_text, full.options))),
            ("partitions", partitions_value(table.partitions)),
        )
    )


def _present(*pairs: tuple[str, Value | None]) -> Iterator[tuple[str, Value]]:
    yield from ((name, value) for name, value in pairs if value)


def _option_text(option: Option) -> str:
    """Options of MySQL in lower case; those of an engine of MariaDB keep the quotes they are known by."""
    if option.name.islower():
        return f"`{option.name}`={option.value}"
    value = option.value if option.value.startswith(("'", "`", "(")) else option.value.lower()
    return f"{option.name.lower()}={value}"


def _left_out(schema: Schema) -> list[str]:
    """Comments that name what the declaration can't say."""
    lines = [
        f"# The table {quoted(thing.name)} is left out, for it is not understood: {_in_line(thing.why)}"
        for thing in schema.not_understood.values()
    ]
    lines += [
        f"# The {thing.kind} {quoted(thing.name)} is left out: such objects are not managed."
        for thing in schema.unmanaged
    ]
    return lines


def _in_line(text: str) -> str:
    return " ".join(text.split())
