"""Foreign keys and checks: text ⇄ `ForeignKey` and `Check`."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_names
from plumbob.model import Check, Flavour, ForeignKey

_ACTIONS = (
    ("cascade",),
    ("restrict",),
    ("no", "action"),
    ("set", "null"),
    ("set", "default"),
)
# InnoDB does the same for all of them: it refuses at once (manual: FOREIGN KEY Constraints).
_REFUSING = ("RESTRICT", "NO ACTION")


def parse_foreign_key(cursor: Cursor, name: str) -> ForeignKey:
    """Read `FOREIGN KEY [index_name] (columns) REFERENCES …`."""
    cursor.expect("foreign", "key")
    if cursor.accept("if"):
        cursor.expect("not", "exists")
    index_name = None if cursor.is_mark("(") else cursor.name()
    columns = cursor.list_of(cursor.name)
    key = ForeignKey(name, columns, "", (), index_name=index_name, named=bool(name))
    return parse_reference(cursor, key)


def parse_reference(cursor: Cursor, key: ForeignKey) -> ForeignKey:
    """Read `REFERENCES parent (columns) [MATCH …] [ON DELETE …] [ON UPDATE …]` into a foreign key."""
    cursor.expect("references")
    schema, parent = None, cursor.name()
    if cursor.accept_mark("."):
        schema, parent = parent, cursor.name()
    columns = cursor.list_of(cursor.name) if cursor.is_mark("(") else ()
    key = replace(key, parent=parent, parent_schema=schema, parent_columns=columns)
    while True:
        if cursor.accept("match"):
            # Read by both servers and heeded by neither.
            cursor.take()
        elif cursor.accept("on", "delete"):
            key = with_delete(key, _action(cursor))
        elif cursor.accept("on", "update"):
            key = with_update(key, _action(cursor))
        else:
            return key


def with_delete(key: ForeignKey, action: str) -> ForeignKey:
    return replace(key, on_delete=_effect(action), on_delete_written=action)


def with_update(key: ForeignKey, action: str) -> ForeignKey:
    return replace(key, on_update=_effect(action), on_update_written=action)


def _effect(action: str) -> str | None:
    return None if action in _REFUSING else action


def _action(cursor: Cursor) -> str:
    for words in _ACTIONS:
        if cursor.accept(*words):
            return " ".join(words).upper()
    cursor.fail("expected CASCADE, RESTRICT, NO ACTION, SET NULL or SET DEFAULT")


def parse_check(cursor: Cursor, name: str) -> Check:
    """Read `CHECK (expression) [[NOT] ENFORCED]`."""
    cursor.expect("check")
    expression = cursor.parenthesised()
    enforced = not cursor.accept("not", "enforced")
    if enforced:
        cursor.accept("enforced")
    return Check(name, expression, enforced, named=bool(name))


def foreign_key_sql(key: ForeignKey, flavour: Flavour) -> str:
    """A foreign key as SHOW CREATE TABLE prints it."""
    return (
        f"CONSTRAINT {quote_name(key.name)} FOREIGN KEY ({quote_names(key.columns, ', ')}) "
        + references_sql(key, flavour)
    )


def references_sql(key: ForeignKey, flavour: Flavour) -> str:
    schema = f"{quote_name(key.parent_schema)}." if key.parent_schema else ""
    sql = f"REFERENCES {schema}{quote_name(key.parent)} ({quote_names(key.parent_columns, ', ')})"
    on_delete = _written(key.on_delete, key.on_delete_written, flavour)
    on_update = _written(key.on_update, key.on_update_written, flavour)
    if on_delete:
        sql += f" ON DELETE {on_delete}"
    if on_update:
        sql += f" ON UPDATE {on_update}"
    return sql


def _written(action: str | None, written: str | None, flavour: Flavour) -> str | None:
    """MySQL is silent about NO ACTION, MariaDB about RESTRICT."""
    if action is not None:
        return action
    return written if written != ("NO ACTION" if flavour.is_mysql else "RESTRICT") else None


def check_sql(check: Check, flavour: Flavour) -> str:
    sql = f"CONSTRAINT {quote_name(check.name)} CHECK ({check.expression.sql})"
    return sql if check.enforced else sql + " /*!80016 NOT ENFORCED */"
