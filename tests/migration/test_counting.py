"""Counting rows before and during a run: what takes too long, what cannot be written, what comes late."""

from __future__ import annotations

from plumbob.errors import Exit
from plumbob.migration.files import read_folder
from plumbob.migration.run.counting import Counted, at_risk, count_rows
from plumbob.migration.run.events import Looked
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Ref, Statement
from tests.migration.project import USERS, Project, alter
from tests.migration.shop import ADD_X, DROP_X
from tests.migration.test_executor import refusal

LONG = "SELECT COUNT(*), CONCAT('id ', MIN(`id`)) FROM `users` WHERE CHAR_LENGTH(`name`) > 5"
# More rows than anybody counts.
MANY = ", ".join(f"information_schema.COLLATIONS `{name}`" for name in "abcdef")
SHRINK = Hazard("change-type", Named("users", "name"), "values are cut", LONG)
SHORT = alter("users", "MODIFY `name` varchar(5)", hazards=(SHRINK,))
WIDE = alter("users", "MODIFY `name` varchar(20)")


def counted(project: Project, sql: str, **more: int) -> Counted:
    with project.server() as server:
        (found,) = count_rows(
            server, [Hazard("change-type", Named("users", "name"), "", sql)], **more
        )
        assert server.query("SELECT @@SESSION.sql_mode")[0][0].startswith("STRICT")
    return found


def test_what_takes_too_long_is_said_and_needs_the_approval(project: Project) -> None:
    found = counted(project, f"SELECT COUNT(*), NULL FROM {MANY}", seconds=1)
    assert (found.rows, str(found)) == (None, "not counted: it took longer than 1 s")
    assert found.needs_approval


def test_a_count_cannot_write(project: Project) -> None:
    project.sql(
        USERS,
        "SET GLOBAL log_bin_trust_function_creators = 1",
        "CREATE FUNCTION f() RETURNS int BEGIN INSERT INTO users VALUES (1, 'x'); RETURN 0; END",
    )
    found = counted(project, "SELECT f(), NULL")
    assert found.rows is None
    assert "READ ONLY" in found.why.upper()
    assert project.count("users") == 0


def test_no_row_at_risk_needs_no_approval_and_says_so(project: Project) -> None:
    project.start(USERS, "INSERT INTO users VALUES (1, 'Ann')")
    project.migrate("short", SHORT, down=(WIDE,))
    assert project.apply().statements == 1
    (looked,) = [event for event in project.events if isinstance(event, Looked)]
    assert str(looked.counted) == "0 rows of users"


def test_rows_at_risk_are_named(project: Project) -> None:
    project.start(USERS)
    project.migrate("short", SHORT, down=(WIDE,))
    project.sql("INSERT INTO users VALUES (7, 'Hannelore'), (8, 'Ann')")
    error = refusal(project)
    assert error.exit == Exit.UNSAFE
    assert "--allow change-type:users.name (values are cut: 1 row of users, for example id 7)" in (
        error.what
    )
    with project.server() as server:
        (hazard,) = read_folder(project.folder)[0].forward.hazards
        (found,) = at_risk(server, [hazard], ["change-type:users.name"])
        assert (found.rows, found.needs_approval) == (1, False)


def test_a_row_that_comes_during_the_run_stops_it_before_the_statement(project: Project) -> None:
    project.start(USERS)
    project.migrate("short", ADD_X, SHORT, down=(WIDE, DROP_X))

    def write_late(event: object) -> None:
        if isinstance(event, Looked):
            project.sql("INSERT INTO users (id, name) VALUES (7, 'Hannelore')")

    error = refusal(project, progress=write_late)
    assert error.exit == Exit.UNSAFE
    assert "statement 2 of 2" in error.what and "for example id 7" in error.what
    assert "varchar(20)" in project.definition("users")
    project.sql("UPDATE users SET name = 'Hanne'")
    assert project.apply().statements == 1


def test_a_table_that_the_same_run_makes_has_no_rows(project: Project) -> None:
    project.start("SELECT 1", here=False)
    create = Statement(USERS, "create users", "users", gives=frozenset({Ref("table", "users")}))
    drop = Statement(
        "DROP TABLE users", "drop users", "users", takes=frozenset({Ref("table", "users")})
    )
    project.migrate("first", create, down=(drop,))
    project.migrate("short", SHORT, down=(WIDE,))
    assert project.apply().statements == 2
