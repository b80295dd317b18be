"""A Peewee database on one of the servers of the tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import peewee

from tests.servers import Server


class Bound(peewee.MySQLDatabase):
    """Connects as the tests do, and keeps what was sent."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(name, mariadb=server.flavour.is_mariadb)
        self.server = server
        self.sent: list[str] = []

    def _connect(self) -> Any:
        return self.server.connect(self.database)

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        self.sent.append(sql)
        return super().execute_sql(sql, params)

    def make(self, statements: Iterable[str]) -> None:
        for each in statements:
            self.cursor().execute(each, None)
        self.sent.clear()

    def sends(self) -> list[str]:
        """What was sent since this was asked last: the first word of each statement."""
        found = [sql.split()[0] for sql in self.sent]
        self.sent.clear()
        return found
