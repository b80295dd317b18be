"""What is said of rows before anything is run, and that the server then says the same: `counts.yaml`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbob.ddl.quote import quote_name
from plumbob.declaration import load
from plumbob.migration.run.counting import count_rows
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.workflow import compare_database
from tests.load_yaml import load_yaml

CASES = load_yaml(Path(__file__).with_name("counts.yaml").read_text(encoding="utf-8"))
PAIRS = [
    pytest.param(server, case, id=f"{case['id']}-{server}")
    for case in CASES
    for server in case.get("servers", ("mysql", "mariadb"))
]


@pytest.mark.parametrize(("server", "case"), PAIRS)
def test_what_is_said_of_rows(
    databases: Callable[[str], Server], server: str, case: dict[str, Any], tmp_path: Path
) -> None:
    declared = tmp_path / "schema.yaml"
    declared.write_text(yaml.safe_dump({"tables": case["declared"]}))
    database = databases(server)
    empty(database)
    for statement in case["rows"]:
        database.execute(statement)
    is_proved = case.get("proved", False)
    scratch = "target" if is_proved else "none"
    plan = compare_database(load(declared), database, scratch=scratch, proved=is_proved).plan
    found = count_rows(database, plan.hazards)
    told = [each for each in found if each.needs_approval or each.rows != 0]
    assert [f"{each.hazard.approval}: {each}" for each in told] == case["says"]
    fails = case.get("fails", False)
    assert any(each.is_refused for each in found) is fails
    with pytest.raises(ServerError) if fails else nullcontext():
        for one in plan.up:
            with database.session(dict(one.session)):
                database.execute(one.sql)


def empty(database: Server) -> None:
    with database.session({"foreign_key_checks": "0"}):
        for (name,) in database.query("SHOW TABLES"):
            database.execute(f"DROP TABLE {quote_name(name)}")
