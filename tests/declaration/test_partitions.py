"""Partitions that cannot be are told before a server is asked; every server agrees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load, validate
from plumbob.errors import PlumbobError
from plumbob.server.connection import connect
from plumbob.server.errors import ServerError
from plumbob.server.target import Target
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("partitions.yaml").read_text("utf-8")
)


def test_a_server_says_the_same(every_server: Server, tmp_path: Path) -> None:
    with (
        empty_database(every_server) as name,
        connect(Target.from_url(every_server.url(name))) as server,
    ):
        for case in CASES:
            if server.flavour.maker not in case.get("servers", ("mysql", "mariadb")):
                continue
            sql = f"CREATE TABLE t {case['create']}"
            path = tmp_path / "schema.sql"
            path.write_text(sql, encoding="utf-8")
            if "says" not in case:
                assert validate(load(path), server.flavour) == ()
                server.execute(sql)
                server.execute("DROP TABLE t")
                continue
            with pytest.raises(PlumbobError) as ours:
                validate(load(path), server.flavour)
            assert ours.value.what.startswith(case["says"]), ours.value.what
            with pytest.raises(ServerError) as theirs:
                server.execute(sql)
            assert str(theirs.value.errno) in re.findall(r"\d{4}", ours.value.what)
