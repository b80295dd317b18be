"""An index that the server made for a foreign key, and that no scratch database has as such."""

from __future__ import annotations

from tests.commands.user import User
from tests.servers import Server

MADE_BY_THE_SERVER = """
CREATE TABLE t (id int PRIMARY KEY, a int, b int,
  CONSTRAINT f FOREIGN KEY (a) REFERENCES t (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES t (id))
"""
DECLARED = """
tables:
  t:
    columns: {id: int primary key, a: int, b: int}
    foreign_keys:
      g: {columns: [a], references: t(id)}
      h: {columns: [b], references: t(id), on_delete: cascade}
"""


def test_it_goes_with_its_key_and_comes_back(server: Server, database: str, root: User) -> None:
    """MariaDB saw nothing to do where the index was a declared one, and asked for no work (1846)."""
    server.run(database, MADE_BY_THE_SERVER)
    root.declare(DECLARED)
    root.brings_in_sync()
    root.succeeds("rollback", "--allow", "all")
