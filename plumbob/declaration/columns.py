"""A column of the declaration, short or long, as the parts that the grammar reads from it.

The long form is spelled as the SQL that it means, so both forms know the same things and are told apart
nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.columns import ColumnParts, parse_column
from plumbob.ddl.quote import quote_text
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, warn_of_comment
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.declaration.spelled import Spelled, read_text
from plumbob.errors import PlumbobError
from plumbob.model import ForeignKey

# What a flag of the long form means in SQL, as (key, when true, when false).
_FLAGS = (
    ("null", "null", "not null"),
    ("auto_increment", "auto_increment", ""),
    ("unique", "unique", ""),
    ("primary_key", "primary key", ""),
    ("invisible", "invisible", ""),
)


def read_column(entry: Entry, what: str, faults: Faults) -> tuple[ColumnParts, Scalar | None]:
    """A column, and the name that it had before a rename.

    Args:
        entry: the column's name and its definition.
        what: the column as messages name it.
        faults: where notices and unknown keys go.

    Raises:
        PlumbobError: where the definition cannot be understood.
    """
    name = entry.key.text if entry.key else ""
    if isinstance(entry.value, Scalar):
        warn_of_comment(entry.value, "definition", faults)
        if entry.value.is_blank:
            raise _without_type(what, entry)
        return read_text(entry.value, parse_column, name), None
    if not isinstance(entry.value, Mapping):
        raise PlumbobError(
            f"{what} has to be a text or a mapping, not a list", where=entry.value.position()
        )
    fields = Fields(entry.value, "column", what, faults)
    if "type" not in fields:
        raise _without_type(what, entry)
    parts = column_spelled(fields).read(parse_column, name)
    return _with_ends(parts, fields), fields.scalar("was")


def _without_type(what: str, entry: Entry) -> PlumbobError:
    where = (entry.key or entry.value).position()
    return PlumbobError(
        f"{what} has no type", advice="write one, such as varchar(255)", where=where
    )


def column_spelled(fields: Fields) -> Spelled:
    """A long form as the SQL that it stands for."""
    spelled = Spelled(fields.scalar("type"))
    for key, words in (("charset", "character set "), ("collation", "collate ")):
        _add(spelled, words, fields.scalar(key))
    _add_generated(spelled, fields)
    for key, when_true, when_false in _FLAGS:
        scalar = fields.scalar(key)
        if scalar is not None:
            spelled.words(when_true if fields.flag(key) else when_false, scalar)
    _add_default(spelled, fields)
    _add(spelled, "on update ", fields.scalar("on_update"))
    comment = fields.scalar("comment")
    if comment is not None:
        spelled.words(f"comment {quote_text(fields.text('comment') or '')}", comment)
    check = fields.scalar("check")
    if check is not None:
        spelled.enclosed("check (", check)
    # REFERENCES goes last: its ON UPDATE is not the column's.
    _add(spelled, "references ", fields.scalar("references"))
    _add(spelled, "on delete ", fields.scalar("on_delete"))
    return spelled


def _add(spelled: Spelled, words: str, scalar: Scalar | None) -> None:
    if scalar is not None:
        spelled.words(words, scalar)
        spelled.text(scalar)


def _add_generated(spelled: Spelled, fields: Fields) -> None:
    expression = fields.scalar("generated")
    stored = fields.scalar("stored")
    if expression is not None:
        spelled.enclosed("as (", expression, ") stored" if fields.flag("stored") else ") virtual")
    elif stored is not None:
        raise PlumbobError(
            "'stored' belongs to a generated column",
            advice="add `generated:` with the expression",
            where=stored.position(),
        )


def _add_default(spelled: Spelled, fields: Fields) -> None:
    node = fields.node("default")
    if isinstance(node, Mapping):
        sql = Fields(node, "default", f"the default of {fields.what}", fields.faults)
        if "sql" in sql:
            _add(spelled, "default ", sql.scalar("sql"))
        return
    scalar = fields.scalar("default")
    if scalar is not None:
        if scalar.text.lower() in ("null", "~") and not scalar.is_quoted:
            raise PlumbobError(
                f"whether {scalar.text} is a text or NULL cannot be told",
                advice=f'the text is "{scalar.text}" in quotes; NULL is the default of every column '
                "that may be NULL, or {sql: null}",
                where=scalar.position(),
            )
        spelled.words(f"default {quote_text(fields.text('default') or '')}", scalar)


def _with_ends(parts: ColumnParts, fields: Fields) -> ColumnParts:
    """The names of both ends of the association, on the foreign key inside the column."""
    alias, backref = fields.scalar("as"), fields.scalar("backref")
    named = alias or backref
    if named is None:
        return parts
    if len(parts.foreign_keys) != 1:
        raise PlumbobError(
            "'as' and 'backref' name the ends of a foreign key, and the column has none",
            advice="add `references:`",
            where=named.position(),
        )
    key: ForeignKey = replace(
        parts.foreign_keys[0],
        alias=alias.text if alias else None,
        backref=backref.text if backref else None,
    )
    return replace(parts, foreign_keys=(key,))
