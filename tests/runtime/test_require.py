"""What an application is told at its start: whether the schema is the one of its models."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable
from pathlib import Path

import peewee
import pytest
from playhouse.test_utils import count_queries

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.files import read_folder
from plumbob.migration.record import journal, marks, store, synced
from plumbob.migration.run.lock import lock_name
from plumbob.runtime import (
    Database,
    SchemaMismatch,
    connect_async,
    proxy,
    require,
    schema_state,
)
from plumbob.server.connection import Server as ToolServer
from tests.commands.user import User
from tests.conftest import account_of, empty_database
from tests.migration.project import USERS, Project, alter
from tests.runtime.conftest import QUICK, Connect
from tests.servers import Server

ADD_X, DROP_X = alter("users", "ADD COLUMN `x` int"), alter("users", "DROP COLUMN `x`")
ADD_Y, DROP_Y = alter("users", "ADD COLUMN `y` int"), alter("users", "DROP COLUMN `y`")
UNIQUE, DROP_UNIQUE = alter("users", "ADD UNIQUE `u` (`name`)"), alter("users", "DROP KEY `u`")

QUESTIONS = "SHOW SESSION STATUS LIKE 'Questions'"


@pytest.fixture(scope="session")
def migrations(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two migrations, proved once: they are the same for every database."""
    with empty_database(server) as name:
        made = Project(server, name, tmp_path_factory.mktemp("require") / "migrations")
        made.start(USERS)
        made.migrate("first", ADD_X, down=(DROP_X,))
        made.migrate("second", ADD_Y, UNIQUE, down=(DROP_UNIQUE, DROP_Y))
        made.drop_scratch()
    return made.folder


@pytest.fixture
def project(server: Server, database: str, migrations: Path) -> Project:
    """Two migrations that are not applied; the second one fails at its second statement."""
    found = Project(server, database, migrations)
    found.sql(USERS, "INSERT INTO users VALUES (1, 'Ann'), (2, 'Ann')")
    return found


@pytest.fixture
def app(connected: Connect) -> Database:
    return connected()


def synced_to(server: ToolServer, fingerprint: str) -> None:
    store.create(server)
    journal.write_note(server, synced.SYNCED, fingerprint, "{}")


def schema_after(project: Project, number: int) -> str:
    return read_folder(project.folder)[number].script("up").after


def test_what_is_told_on_the_way_of_a_database(project: Project, app: Database) -> None:
    first, second = schema_after(project, 0), schema_after(project, 1)

    def told(schema: str | None) -> str:
        app.close()
        with pytest.raises(SchemaMismatch) as error:
            require(schema, app)
        assert error.value.exit is Exit.STALE
        return str(error.value)

    never = "no migration was ever applied to this database by plumbob: run schema apply"
    assert told(first) == never
    assert told(None) == (
        "the models do not say which schema they were generated from: "
        "write a migration with schema diff --write, or run schema models where there is one"
    )

    with pytest.raises(PlumbobError):
        project.apply()
    half = "is half applied: run schema apply again to finish it"
    assert told(first).endswith(f"_second {half}")
    assert told(second).endswith(f"_second {half}")

    project.sql("UPDATE users SET name = id")
    project.apply()
    require(second, app)
    assert told(first) == (
        "the schema is newer than the models: "
        "deploy the application that goes with it, whose models schema models generates"
    )
    assert told("sha256:0") == "the schema is older than the models: run schema apply"

    project.rollback()
    require(first, app)
    assert told(second) == (
        "the schema is older than the models since it was rolled back: run schema apply"
    )


# How a database is when it is asked: what was done on it before.
PLACES: dict[str, Callable[[Project, ToolServer], object]] = {
    "nothing of plumbob": lambda project, tool: None,
    "only the mark of production": lambda project, tool: marks.put(tool, marks.PRODUCTION),
    "applied": lambda project, tool: project.apply(),
    "applied and production": lambda project, tool: (
        project.apply(),
        marks.put(tool, marks.PRODUCTION),
    ),
    "synced": lambda project, tool: synced_to(tool, "sha256:x"),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_is_one_question_that_takes_no_lock(project: Project, app: Database, place: str) -> None:
    project.sql("UPDATE users SET name = id")
    with project.server() as tool:
        PLACES[place](project, tool)
    app.execute_sql("SET SESSION TRANSACTION READ ONLY")
    sent = app.execute_sql(QUESTIONS).fetchone()[1]
    with count_queries() as asked:
        state = schema_state(schema_after(project, 1), app)
    assert state.ok is place.startswith("applied")
    assert asked.count == 1
    # As the server counts: this statement, and the question.
    assert int(app.execute_sql(QUESTIONS).fetchone()[1]) == int(sent) + 2


def test_async_code_asks_one_question_too(project: Project, server: Server, database: str) -> None:
    async def main() -> int:
        app = connect_async(server.url(database), settings=QUICK, bind=False)
        try:
            await app.aexecute_sql("DO 0")
            sent = await app.aexecute_sql(QUESTIONS)
            state = await app.run(schema_state, schema_after(project, 1), app)
            assert state.what.startswith("no migration was ever applied")
            return int((await app.aexecute_sql(QUESTIONS)).fetchone()[1]) - int(sent.fetchone()[1])
        finally:
            await app.close_pool()

    assert asyncio.run(main()) == 2


def test_a_module_of_models_and_the_database_that_they_are_bound_to(
    project: Project, app: Database
) -> None:
    project.sql("UPDATE users SET name = id")
    project.apply()
    models = types.ModuleType("models")
    vars(models)["SCHEMA"] = ("another server's", schema_after(project, 1))
    before = proxy.obj
    proxy.initialize(app)
    try:
        require(models)
        assert app.is_closed(), "its connection is given back"
    finally:
        proxy.initialize(before)


def test_models_that_apply_has_written(
    tmp_path: Path, server: Server, database: str, app: Database
) -> None:
    user = User(tmp_path, server.url(database))
    first = "tables:\n  users:\n    columns:\n      id: int unsigned auto_increment primary key\n"

    def told() -> str:
        text = (tmp_path / "generated" / "models.py").read_text("utf-8")
        models = types.ModuleType("models")
        exec(compile(text, "models.py", "exec"), vars(models))  # noqa: S102 - as import does
        return str(schema_state(models, app))

    well = "the schema is the one of the models"
    user.declare(first)
    user.brings_in_sync()
    assert told() == well
    user.declare(first + "      name: varchar(20)\n")
    user.succeeds("diff", "--write", "-m", "name")
    assert told() == "the schema is older than the models: run schema apply"
    user.succeeds("apply")
    assert told() == well


def test_somebody_applies_at_this_moment(project: Project, app: Database, server: Server) -> None:
    with pytest.raises(PlumbobError):
        project.apply()
    with project.server() as other:
        other.query(f"SELECT GET_LOCK('{lock_name(other)}', 0)")
        state = schema_state(schema_after(project, 1), app)
    assert str(state).endswith("_second is being run: wait for schema apply to end")


@pytest.mark.parametrize("is_applied", [False, True])
def test_a_synced_database_is_what_sync_made_of_it(
    project: Project, app: Database, is_applied: bool
) -> None:
    if is_applied:
        project.sql("UPDATE users SET name = id")
        project.apply()
    with project.server() as other:
        for made, told in (
            ("", "schema sync did not end: run schema sync again"),
            ("sha256:x", "schema sync has made another schema than the models have: run schema sync again"),
            (schema_after(project, 1), "the schema is the one of the models, by schema sync"),
        ):  # fmt: skip
            synced_to(other, made)
            assert str(schema_state(schema_after(project, 1), app)) == told


def test_an_account_that_may_not_look_is_told_what_it_needs(
    project: Project, connected: Connect, server: Server, database: str
) -> None:
    project.sql("UPDATE users SET name = id")
    project.apply()
    name = account_of(database)
    project.sql(
        f"CREATE USER {name}@localhost",
        f"GRANT SELECT ON {database}.users TO {name}@localhost",
    )
    app = connected(server.url(database).replace("root@", f"{name}@"))
    state = schema_state(schema_after(project, 1), app)
    assert str(state) == (
        "this account may not read what plumbob has recorded: "
        "GRANT SELECT on _plumbob_history and _plumbob_journal to it"
    )
    project.sql(f"DROP USER {name}@localhost")


def test_a_server_that_is_away_is_an_error_of_its_own(connected: Connect) -> None:
    app = connected("mysql://root@127.0.0.1:1/shop", retries=0)
    with pytest.raises(peewee.OperationalError, match="cannot connect"):
        require("sha256:0", app)
