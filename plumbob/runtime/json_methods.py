"""JSON values in queries, which Peewee writes otherwise for MariaDB than for MySQL.

Peewee asks which one it is when a value is put into a query, which may be long before the first
connection. Here it is asked when the text of the query is made: by then there is a connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import ColumnBase

if TYPE_CHECKING:
    # The stubs have it not.
    class _Base:
        database: Any

        def _as_json(self, node: Any, compact: bool = True) -> Any: ...
else:
    from peewee import MySQLJSONMethods as _Base


class JSONMethods(_Base):
    """What a database makes of JSON fields and their values."""

    def _as_json(self, node: Any, compact: bool = True) -> Any:
        return _AsJSON(self, node, compact)

    def as_json_now(self, node: Any, compact: bool) -> Any:
        return super()._as_json(node, compact)


class _AsJSON(ColumnBase):
    """A value that the server has to take for JSON."""

    def __init__(self, methods: JSONMethods, node: Any, compact: bool) -> None:
        super().__init__()
        self._methods, self._node, self._compact = methods, node, compact

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self._methods.as_json_now(self._node, self._compact))
