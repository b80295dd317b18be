"""What is utf8mb3 now was utf8 in the words of servers before MySQL 8.0.28 and MariaDB 10.6."""

from __future__ import annotations

import pytest

from plumbob.ddl.charsets import charset_on, collation_on, known_as
from plumbob.ddl.column_sql import column_definition_sql
from plumbob.model import Table, parse_flavour
from plumbob.server.understanding import understand

TEXT = """\
CREATE TABLE `t` (
  `a` varchar(9) DEFAULT NULL,
  `b` varchar(9) CHARACTER SET {charset} COLLATE {collation}_bin DEFAULT NULL,
  `c` varchar(9) COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'utf8 and utf8mb3'
) ENGINE=InnoDB DEFAULT CHARSET={charset} COLLATE={collation}_unicode_ci"""


@pytest.mark.parametrize(
    ("version", "charset", "collation"),
    [
        ("8.0.27", "utf8", "utf8"),
        ("8.0.29", "utf8mb3", "utf8"),
        ("8.0.30", "utf8mb3", "utf8mb3"),
        ("10.5.29-MariaDB", "utf8", "utf8"),
        ("10.6.1-MariaDB", "utf8mb3", "utf8mb3"),
    ],
)
def test_a_server_is_read_and_spoken_to_in_its_own_words(
    version: str, charset: str, collation: str
) -> None:
    flavour = parse_flavour(version)
    table = understand("t", TEXT.format(charset=charset, collation=collation), flavour)
    assert isinstance(table, Table)
    assert (table.charset, table.collation) == ("utf8mb3", "utf8mb3_unicode_ci")
    said = column_definition_sql(table.columns[1], flavour)
    assert said.startswith(f"`b` varchar(9) CHARACTER SET {charset} COLLATE {collation}_bin NULL")
    assert known_as(charset_on(flavour, "utf8mb3")) == "utf8mb3"
    assert known_as(collation_on(flavour, "utf8mb3_bin")) == "utf8mb3_bin"
