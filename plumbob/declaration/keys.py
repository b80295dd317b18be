"""Which keys the format knows at each of its levels: what the loader accepts and editors are told.

One table a level; `plumbob.declaration.load` reads by them and `plumbob.declaration.json_schema` is made
from them, so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from plumbob.model import StoredKind

Shape = Literal["text", "flag", "number", "names", "level", "named", "parts"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the format.

    `shape` is what its value looks like: a text, yes or no, a whole number, one or several names, a mapping
    of the level `of`, names with values of that level ("named"), or the same with a list allowed where
    names are left out ("parts"). `has_short` says that a value of the level may be written as one text.
    """

    about: str
    shape: Shape = "text"
    of: str = ""
    has_short: bool = False


Level = Mapping[str, Key]

# The sections of stored objects. One that is there, even empty, says that the kind is managed.
STORED_SECTIONS: Mapping[str, StoredKind] = {
    "views": "view",
    "triggers": "trigger",
    "procedures": "procedure",
    "functions": "function",
    "events": "event",
    "sequences": "sequence",
}

_PARTS: Level = {
    "columns": Key("The columns, in the order of the table", "named", "column", has_short=True),
    "indexes": Key("Indexes by name", "parts", "index", has_short=True),
    "foreign_keys": Key("Foreign keys by name", "parts", "foreign key", has_short=True),
    "checks": Key("Checks by name", "parts", "check", has_short=True),
    "periods": Key(
        "Periods by name (MariaDB): `valid_from, valid_to`; system_time is the server's own",
        "named",
        "period",
        has_short=True,
    ),
}

_SECTIONS: Level = {
    "mixins": Key("Groups of columns, indexes and checks for `use:`", "named", "mixin"),
    "tables": Key("The tables by name", "named", "table"),
    **{
        section: Key(
            f"The {section} by name: what CREATE {kind.upper()} has behind it", "named", kind, True
        )
        for section, kind in STORED_SECTIONS.items()
    },
}

_DEFINER = {"definer": Key("The account whose privileges it has, such as `app@localhost`")}
_SESSION: Level = {
    **_DEFINER,
    "sql_mode": Key("The sql_mode that it runs with"),
    "collation": Key("The collation of the connection that its texts have"),
    "database_collation": Key("The collation of parameters and variables that name none"),
}


def _sql(kind: StoredKind) -> Level:
    return {"sql": Key(f"What CREATE {kind.upper()} has behind the name")}


LEVELS: Mapping[str, Level] = {
    "view": {
        **_sql("view"),
        **_DEFINER,
        "algorithm": Key("undefined, merge or temptable"),
        "security": Key("Whose privileges count: definer or invoker"),
        "collation": _SESSION["collation"],
    },
    "trigger": {**_sql("trigger"), **_SESSION},
    "procedure": {**_sql("procedure"), **_SESSION},
    "function": {**_sql("function"), **_SESSION},
    "event": {
        **_sql("event"),
        **_SESSION,
        "time_zone": Key("The time zone of its moments, such as `+00:00` or SYSTEM"),
    },
    "sequence": _sql("sequence"),
    "declaration": {
        "database": Key("Defaults for the tables below", "level", "database"),
        "include": Key("Other files of the same folder with more tables", "names"),
        **_SECTIONS,
    },
    "included file": _SECTIONS,
    "database": {
        "charset": Key("The character set of tables that say none"),
        "collation": Key("The collation of tables that say none"),
        "charset_written": Key("Whether string columns say their table's charset (MySQL)", "flag"),
        "engine": Key("The storage engine of tables that say none"),
    },
    "mixin": _PARTS,
    "table": {
        "comment": Key("What the table is for"),
        "was": Key("The name before a rename"),
        "use": Key("The mixins that the table takes in", "names"),
        **_PARTS,
        "primary_key": Key("The columns of a composite primary key, such as `user_id, seq`"),
        "engine": Key("The storage engine"),
        "charset": Key("The character set"),
        "collation": Key("The collation"),
        "charset_written": Key("Whether its string columns say its charset (MySQL)", "flag"),
        "auto_increment": Key("The first number of the counter", "number"),
        "system_versioning": Key("Whether old versions of rows are kept (MariaDB)", "flag"),
        "options": Key("Further table options, as MySQL writes them"),
        "partitions": Key(
            "Partitioning, as MySQL writes it: `by range (id) (…)`", "level", "partitions", True
        ),
        "model": Key("What generated models need", "level", "model"),
    },
    "partitions": {
        "by": Key("What stands behind PARTITION BY: `range (id) (…)`"),
        "keep": Key("Whether the partitions that are there stay, whichever they are", "flag"),
    },
    "model": {
        "class": Key("The name of the model class"),
        "base": Key("The class that it is derived from"),
        "enums": Key(
            "Columns of ENUM or SET that become Enum classes: `status, kind`, all or none"
        ),
    },
    "column": {
        "type": Key("The type, or all that MySQL writes behind a column's name"),
        "null": Key("Whether the column may be NULL", "flag"),
        "default": Key("A literal, or `{sql: …}` for an expression", "level", "default", True),
        "on_update": Key("`current_timestamp`, with its digits"),
        "auto_increment": Key("Whether the server counts", "flag"),
        "unique": Key("Whether a unique index of its own stands on it", "flag"),
        "primary_key": Key("Whether it is the primary key", "flag"),
        "references": Key("The parent of a foreign key, such as `users(id)`"),
        "on_delete": Key("What happens when the parent row goes: cascade, set null, restrict"),
        "as": Key("The name of the parent in the model of this table"),
        "backref": Key("The name of this table's rows in the model of the parent"),
        "generated": Key("The expression that the value is computed from"),
        "stored": Key("Whether a generated value is kept, not computed when read", "flag"),
        "charset": Key("The character set"),
        "collation": Key("The collation"),
        "check": Key("An expression that has to be true"),
        "invisible": Key("Whether SELECT * leaves it out", "flag"),
        "comment": Key("What the column is for"),
        "was": Key("The name before a rename"),
    },
    "default": {"sql": Key("An expression, such as `(uuid())`")},
    "index": {
        "columns": Key("The key parts, or all that MySQL writes behind an index's name", "names"),
        "kind": Key("unique, fulltext, spatial or vector"),
        "using": Key("btree or hash, where the engine has a choice"),
        "parser": Key("The parser of a full-text index, such as ngram"),
        "key_block_size": Key("The size of the key's blocks in kilobytes", "number"),
        "invisible": Key("Whether the optimizer leaves it out", "flag"),
        "comment": Key("What the index is for"),
        "was": Key("The name before a rename"),
    },
    "foreign key": {
        "columns": Key("The columns of this table", "names"),
        "references": Key("The parent and its columns, such as `users(id)`"),
        "on_delete": Key("What happens when the parent row goes: cascade, set null, restrict"),
        "on_update": Key("What happens when the parent's key changes"),
        "as": Key("The name of the parent in the model of this table"),
        "backref": Key("The name of this table's rows in the model of the parent"),
    },
    "period": {
        "start": Key("The column that says from when a row holds"),
        "end": Key("The column that says until when"),
    },
    "check": {
        "check": Key("An expression that has to be true"),
        "enforced": Key("Whether the server looks at it (MySQL)", "flag"),
    },
}

# Words of other tools and of SQL that mean one of ours.
_SYNONYMS = {
    "collate": "collation",
    "character_set": "charset",
    "nullable": "null",
    "not_null": "null",
    "fields": "columns",
    "keys": "indexes",
    "constraints": "checks",
    "versioned": "system_versioning",
    "with_system_versioning": "system_versioning",
    "fks": "foreign_keys",
    "foreignkeys": "foreign_keys",
    "primarykey": "primary_key",
    "renamed_from": "was",
    "mixin": "use",
    "includes": "include",
    "expression": "check",
    "partition": "partitions",
    "type": "kind",
}


def near(word: str, known: Level) -> str:
    """Advice for a key that is not known: the one that was probably meant, else all there are."""
    lowered = word.lower().replace("-", "_").replace(" ", "_")
    meant = [_SYNONYMS[lowered]] if _SYNONYMS.get(lowered) in known else []
    meant = meant or get_close_matches(lowered, list(known), n=1, cutoff=0.6)
    if meant:
        return f"did you mean {meant[0]!r}?"
    return f"known here: {', '.join(known)}"
