"""Plain SQL as a declaration: what a script declares, and how it is split into statements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.completed import completed
from plumbob.declaration import load
from plumbob.declaration.source import Source
from plumbob.declaration.sql_statements import statements
from plumbob.errors import ManyErrors, PlumbobError
from plumbob.model import Flavour, Schema
from tests.declaration.test_wrong import told
from tests.load_yaml import load_yaml

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("sql.yaml").read_text(encoding="utf-8")
)
MYSQL = Flavour("mysql", (9, 7, 0))
DEFAULTS = Defaults("utf8mb4", "utf8mb4_0900_ai_ci")


def settled(path: Path) -> Schema:
    return canonical(completed(load(path).schema, MYSQL), MYSQL, DEFAULTS)


@pytest.mark.parametrize("case", CASES, ids=[case["given"] for case in CASES])
def test_a_script_declares(case: dict[str, Any], tmp_path: Path) -> None:
    script, same = tmp_path / "schema.sql", tmp_path / "same.yaml"
    script.write_text(case["sql"], encoding="utf-8")
    if "wrong" in case:
        with pytest.raises(PlumbobError) as caught:
            load(script)
        error = caught.value
        errors = error.errors if isinstance(error, ManyErrors) else [error]
        for each, says in zip(errors, case["wrong"], strict=True):
            assert told(each).startswith(says)
        return
    same.write_text(case["yaml"], encoding="utf-8")
    found, wanted = settled(script), settled(same)
    assert list(found.tables) == list(wanted.tables)
    for name, table in wanted.tables.items():
        assert found.tables[name] == table
    assert dict(found.stored) == dict(wanted.stored)
    counters = {name: table.auto_increment for name, table in found.tables.items()}
    assert counters == {name: table.auto_increment for name, table in wanted.tables.items()}


def test_a_folder_of_files_is_one_declaration(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "b.sql").write_text("CREATE TABLE b LIKE a;")
    (tmp_path / "more" / "a.sql").write_text("CREATE TABLE a (id int);")
    (tmp_path / "notes.txt").write_text("DROP TABLE a;")
    declaration = load(tmp_path)
    assert list(declaration.schema.tables) == ["b", "a"]
    assert [each.name for each in declaration.files] == ["b.sql", "a.sql"]
    (tmp_path / "c.sql").write_text("-- c\nCREATE TABLE a (id int);")
    with pytest.raises(PlumbobError, match="created twice; the first is in .*c.sql, line 2"):
        load(tmp_path)


def test_a_fault_of_a_column_is_shown_at_that_column(tmp_path: Path) -> None:
    script = tmp_path / "schema.sql"
    script.write_text("CREATE TABLE t (\n  ab text DEFAULT 'b',\n  `b` text DEFAULT 'x'\n)")
    declaration = load(script)
    for name, word, line, column in (
        ("ab", "default", 2, 11),
        ("b", "default", 3, 12),
        (1, "", 3, 3),
    ):
        at = declaration.position("t", "column", name, word)
        assert at is not None
        assert (at.line, at.column) == (line, column)


PROGRAMS = """\
CREATE TABLE t (id int);
CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1;
CREATE DEFINER=`root`@`%` PROCEDURE two(a int)
BEGIN
  DECLARE x int DEFAULT CASE WHEN a THEN 1 ELSE 2 END;
  lab: BEGIN IF a > 0 THEN SET x = IF(a, 1, 2); END IF; END lab;
  WHILE x < 3 DO SET x = x + 1; END WHILE;
  CASE x WHEN 1 THEN SELECT ';END'; ELSE BEGIN END; END CASE; -- END
END;
CREATE FUNCTION three() RETURNS int RETURN 3;
DELIMITER //
CREATE EVENT four ON SCHEDULE EVERY 1 DAY DO BEGIN SELECT 1; SELECT 2; END//
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER five AFTER INSERT ON t FOR EACH ROW BEGIN
  SET @a = 1; END */;;
DELIMITER ;
CREATE VIEW six AS SELECT 1 AS `a;b`
"""


def test_statements_end_where_the_client_ends_them() -> None:
    found = list(statements(Source("x.sql", PROGRAMS)))
    assert [" ".join(each.sql.split())[:22] for each in found] == [
        "CREATE TABLE t (id int",
        "CREATE TRIGGER one BEF",
        "CREATE DEFINER=`root`@",
        "CREATE FUNCTION three(",
        "CREATE EVENT four ON S",
        "CREATE DEFINER=`a`@`b`",
        "CREATE VIEW six AS SEL",
    ]
    assert [" ".join(each.sql.split())[-10:] for each in found] == [
        "t (id int)",
        "NEW.id = 1",
        "-- END END",
        "t RETURN 3",
        "ECT 2; END",
        "a = 1; END",
        "1 AS `a;b`",
    ]
    assert all(PROGRAMS[each.start : each.start + 3].startswith("CRE") for each in found)
