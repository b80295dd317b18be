"""How far a statement is, on the last line of a terminal; on no terminal there is no such line."""

from __future__ import annotations

import re

from tests.commands.test_terminal import on_a_terminal
from tests.commands.user import User
from tests.servers import Server

FIRST = "tables: {t: {columns: {id: int primary key, name: varchar(20) not null}}}\n"
# Some milliseconds for each row.
SECOND = """\
tables:
  t:
    columns:
      id: int primary key
      name: varchar(20) not null
      n: {type: int, generated: "length(sha2(repeat(name, 200000), 512))", stored: true}
"""


def test_a_statement_that_takes_a_while_is_seen_at_work(
    root: User, server: Server, database: str
) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1, 'ann')")
        for step in range(8):
            cursor.execute(f"INSERT INTO t SELECT id + {2**step}, CONCAT('n', id) FROM t")
        if server.flavour.is_mysql:
            cursor.execute(
                "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES'"
                " WHERE NAME = 'events_stages_current'"
            )
    root.declare(SECOND)
    root.succeeds("diff", "--write", "-m", "slow")
    code, shown = on_a_terminal(root, "apply", "--allow", "all")
    assert code == 0, shown
    drawn = re.findall(r"\r\x1b\[K(  \[1/1\][^\r\n]*)", shown)
    assert any(re.search(r": \d+ s, \d+%, \w+", each) for each in drawn), shown
    # The next line stands in its place.
    assert "\r\x1b[K  [1/1] took " in shown or "\r\x1b[K\x1b[32mapplied" in shown
    quiet = root.types("rollback", "--allow", "all")
    assert quiet.code == 0 and "\r" not in quiet.err
