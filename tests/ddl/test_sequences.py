"""What MariaDB fills in of a sequence, by rule."""

from __future__ import annotations

import itertools

import pymysql

from plumbob.ddl.stored import parse_stored
from plumbob.ddl.stored.sequence import completed_sequence
from tests.conftest import Servers, empty_database

TYPES = (
    "",
    "as tinyint",
    "as smallint",
    "as mediumint",
    "as int",
    "as bigint",
    "as tinyint unsigned",
    "as bigint unsigned",
)
OPTIONS = (
    "",
    "increment by -2",
    "increment by 3 minvalue 5",
    "maxvalue 50",
    "minvalue 5 increment -1",
    "start with 7",
    "increment 0 nocache",
    "maxvalue -3 increment -1 cycle",
)


def test_limits_and_start_are_those_of_the_server(servers: Servers) -> None:
    server = servers("mariadb118")
    compared = 0
    with (
        empty_database(server) as name,
        server.connect(name) as connection,
        connection.cursor() as cursor,
    ):
        for type, options in itertools.product(TYPES, OPTIONS):
            sql = f"CREATE OR REPLACE SEQUENCE s {type} {options}"
            try:
                cursor.execute(sql)
            except pymysql.Error:
                continue
            cursor.execute("SHOW CREATE SEQUENCE s")
            shown = parse_stored(cursor.fetchone()[1])
            declared = parse_stored(sql)
            assert declared.kind == "sequence"
            assert completed_sequence(declared) == shown, sql
            compared += 1
    assert compared > 50
