"""A live schema as the text of a declaration: short forms, one style, nothing that goes without saying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import Defaults, server_defaults
from plumbob.declaration.dump.columns import Surroundings, column_value
from plumbob.declaration.dump.keys import (
    check_pairs,
    foreign_key_pairs,
    index_pairs,
    key_words,
    period_pairs,
    primary_key_text,
    words_inside,
)
from plumbob.declaration.dump.order import foreign_keys_in_order, written_apart
from plumbob.declaration.dump.partitions import partitions_value
from plumbob.declaration.dump.stored import Usual, stored_sections, usual_of
from plumbob.declaration.dump.words import text_of
from plumbob.declaration.dump.yaml_text import Items, Pairs, Raw, Value, quoted, render
from plumbob.model import Column, Default, Flavour, ForeignKey, Option, Schema, Session, Table

__all__ = ["dump"]


# The keys of a table, in the order of the style; one that stands in a file may stand elsewhere.
ORDER = (
    "comment",
    "was",
    "use",
    "engine",
    "charset",
    "collation",
    "charset_written",
    "auto_increment",
    "columns",
    "primary_key",
    "indexes",
    "foreign_keys",
    "checks",
    "periods",
    "system_versioning",
    "options",
    "partitions",
    "model",
)


def dump(schema: Schema, flavour: Flavour, session: Session | None = None) -> str:
    """The declaration of what is live.

    Args:
        schema: as it was read from a server; its character set and collation are the database's.
        flavour: the server, whose habits (display widths, JSON as LONGTEXT) are left out.
        session: what the server gives to a new stored object where nothing is said; by default what
            most of the objects have.

    Returns:
        YAML that loads to an equal schema. What was not understood, is not managed, or refers to
        nothing stands in comments at the end.
    """
    broken = broken_keys(schema)
    schema = without_broken_keys(schema)
    if flavour.is_mysql:
        schema = with_written_told(schema, flavour)
    database = database_of(schema, flavour)
    lines = render([("database", _database_pairs(database))])
    lines += ["", "tables:" if schema.tables else "tables: {}"]
    for name, table in schema.tables.items():
        spells = flavour.is_mysql and not table.charset_written
        value = table_pairs(table, database, flavour, spells=spells)
        lines += [*render([(name, value)], indent=2), ""]
    usual = usual_of(schema.stored.values(), session)
    usual = replace(usual, database_collation=database.collation)
    for section in stored_sections(schema, flavour, usual):
        lines += ["", *render([section])] if lines[-1] else render([section])
        lines.append("")
    lines += [*_left_out(schema), *(_broken(table, key) for table, key in broken)]
    return "\n".join(lines).rstrip("\n") + "\n"


def dump_declared(schema: Schema, flavour: Flavour) -> str:
    """A declaration in another format as YAML: what was not said there is not said here."""
    nothing = Table("", ())
    lines = ["tables:"]
    if flavour.is_mysql:
        schema = with_written_told(schema, flavour)
    for name, declared in schema.tables.items():
        table = as_read(declared)
        spells = flavour.is_mysql and not table.charset_written
        around = replace(surroundings(table, nothing, flavour), spells=spells)
        value = _pairs(table, around, said_settings(table, flavour))
        lines += [*render([(name, value)], indent=2), ""]
    for section in stored_sections(schema, flavour, Usual()):
        lines += [*render([section]), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_read(table: Table) -> Table:
    """A declared table with its defaults as a live one has them: none at all is what is to be said."""
    return replace(table, columns=tuple(map(_as_read, table.columns)))


def _as_read(column: Column) -> Column:
    if column.default is None and column.null and column.system_time is None:
        return replace(column, default=Default("null"))
    is_none = column.default is not None and column.default.kind == "none"
    return replace(column, default=None) if is_none else column


def database_of(schema: Schema, flavour: Flavour) -> Table:
    """What tables inherit, so that most of them need not say it.

    The database's own character set if any table has it, else the one that most tables have, and the
    usual engine. It is a table without a name, so that it is completed as any other.
    """
    usual = Counter(
        (table.charset, table.collation) for table in schema.tables.values() if table.collation
    )
    charset, collation = schema.charset, schema.collation
    most = usual.most_common(1)
    is_nobodys = (charset, collation) not in usual
    if most and is_nobodys and (most[0][1] > 1 or (charset is None and collation is None)):
        charset, collation = most[0][0]
    engines = Counter(table.engine for table in schema.tables.values() if table.engine)
    engine = engines.most_common(1)[0][0] if engines else "InnoDB"
    tables = [table for table in schema.tables.values() if [*own_strings(table, flavour)]]
    written = sum(table.charset_written for table in tables)
    found = canonical_table(
        Table("", (), charset=charset, collation=collation, engine=engine),
        flavour,
        server_defaults(flavour),
    )
    return replace(found, charset_written=2 * written > len(tables))


def _database_pairs(database: Table) -> Pairs:
    pairs: tuple[tuple[str, Value | None], ...] = (
        ("charset", database.charset),
        ("collation", database.collation),
        ("charset_written", database.charset_written),
        ("engine", database.engine),
    )
    return [(name, value) for name, value in pairs if value]


def table_pairs(table: Table, database: Table, flavour: Flavour, *, spells: bool = False) -> Pairs:
    """The keys of a table with their values, in the order of the style.

    Args:
        table: as it was read from a server.
        database: a table without a name that has what tables inherit, in canonical form.
        flavour: the server.
        spells: whether its string columns say its own character set where MySQL remembers it.
    """
    around = replace(surroundings(table, database, flavour), spells=spells)
    return _pairs(table, around, table_settings(table, database, flavour))


def _pairs(table: Table, around: Surroundings, settings: dict[str, Value]) -> Pairs:
    apart = written_apart(table)
    around = replace(around, inside=words_inside(table, apart))
    table = replace(table, foreign_keys=foreign_keys_in_order(table))
    keyed: dict[str, Value | None] = {
        "columns": [(each.name, column_value(each, around)) for each in table.columns],
        "primary_key": primary_key_text(table),
        "indexes": _section(index_pairs(table, apart)),
        "foreign_keys": _section(foreign_key_pairs(table)),
        "checks": _section(check_pairs(table)),
        "model": list((table.model or {}).items()),
        **settings,
    }
    return [(key, value) for key in ORDER if (value := keyed.get(key))]


def _section(pairs: Pairs) -> Value:
    """Parts by name, or as a list where names were left out."""
    return pairs if all(name for name, _ in pairs) else Items(tuple(text for _, text in pairs))


def surroundings(table: Table, database: Table, flavour: Flavour) -> Surroundings:
    """What the definitions of a table's columns need not say again."""
    inherited = Defaults(database.charset or "", database.collation or "")
    full = canonical_table(table, flavour, inherited)
    own = Defaults(full.charset or "", full.collation or "")
    return Surroundings(table, flavour, own, words_inside(table))


def table_settings(table: Table, database: Table, flavour: Flavour) -> dict[str, Value]:
    """The keys of a table besides its parts: those that say more than the database does."""
    inherited = Defaults(database.charset or "", database.collation or "")
    full = canonical_table(table, flavour, inherited)
    own = Defaults(full.charset or "", full.collation or "")
    settings = _settings(
        replace(
            full,
            engine=full.engine if full.engine != database.engine else None,
            charset=full.charset if full.charset != database.charset else None,
            collation=full.collation if own != inherited else None,
            charset_written=False,
            auto_increment=None,
        )
    )
    if full.charset_written != database.charset_written and [*own_strings(full, flavour)]:
        settings["charset_written"] = full.charset_written or Raw("false")
    return settings


def said_settings(table: Table, flavour: Flavour) -> dict[str, Value]:
    """The keys of a declared table besides its parts, as they were said."""
    full = canonical_table(table, flavour, server_defaults(flavour))
    return _settings(replace(table, options=full.options))


def _settings(table: Table) -> dict[str, Value]:
    counter = table.auto_increment
    return dict(
        _present(
            ("comment", table.comment),
            ("engine", table.engine),
            ("charset", table.charset),
            ("collation", table.collation),
            ("charset_written", table.charset_written),
            ("auto_increment", None if counter is None else Raw(str(counter))),
            ("periods", period_pairs(table)),
            ("system_versioning", table.versioned),
            ("options", " ".join(map(_option_text, table.options))),
            ("partitions", partitions_value(table.partitions)),
        )
    )


def with_written_told(schema: Schema, flavour: Flavour) -> Schema:
    """The schema with tables that know whether all string columns of their own character set say it."""
    said = {name: [*own_strings(table, flavour)] for name, table in schema.tables.items()}
    tables = {
        name: replace(table, charset_written=bool(said[name]) and all(said[name]))
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def own_strings(table: Table, flavour: Flavour) -> Iterator[bool]:
    """For each string column of the character set that the table says, whether it says so as well."""
    if not (table.charset or table.collation):
        return
    full = canonical_table(table, flavour, server_defaults(flavour))
    own = (full.charset, full.collation)
    for column in full.columns:
        if column.type.is_string and (column.type.charset, column.type.collation) == own:
            yield column.type.charset_written


def _present(*pairs: tuple[str, Value | None]) -> Iterator[tuple[str, Value]]:
    yield from ((name, value) for name, value in pairs if value)


def _option_text(option: Option) -> str:
    """Options of MySQL in lower case; those of an engine of MariaDB as they are printed."""
    if option.name.islower():
        return option.written or f"`{option.name}`={option.value}"
    value = option.value if option.value.startswith(("'", "`", "(")) else option.value.lower()
    return f"{option.name.lower()}={value}"


def _left_out(schema: Schema) -> list[str]:
    """Comments that name what the declaration cannot say."""
    lines = [
        f"# The {thing.kind} {quoted(thing.name)} is left out, for it is not understood: {_in_line(thing.why)}"
        for thing in schema.not_understood.values()
    ]
    lines += [
        f"# The {thing.kind} {quoted(thing.name)} is left out: such objects are not managed."
        for thing in schema.unmanaged
    ]
    return lines


def broken_keys(schema: Schema) -> list[tuple[str, ForeignKey]]:
    """Foreign keys to tables that are not there, and their tables: foreign_key_checks=0 leads to them."""
    known = {*schema.tables, *schema.not_understood, *(each.name for each in schema.unmanaged)}
    return [
        (table.name, key)
        for table in schema.tables.values()
        for key in table.foreign_keys
        if key.parent_schema is None and key.parent not in known
    ]


def without_broken_keys(schema: Schema) -> Schema:
    """What of a live schema can be declared."""
    broken = broken_keys(schema)
    tables = {name: _without(each, broken) for name, each in schema.tables.items()}
    return replace(schema, tables=tables) if broken else schema


def _without(table: Table, broken: list[tuple[str, ForeignKey]]) -> Table:
    gone = [key for name, key in broken if name == table.name]
    return replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key not in gone))


def _broken(table: str, key: ForeignKey) -> str:
    said = _in_line(text_of(key_words(key)))
    return (
        f"# The foreign key {quoted(key.name)} of {quoted(table)} is left out, for it refers to a table "
        f"that is not there: {said}"
    )


def _in_line(text: str) -> str:
    return " ".join(text.split())
