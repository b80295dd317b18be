"""A database from nothing to everything and back, by commands and by the Python API."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

import plumbob
from plumbob.errors import Exit
from plumbob.migration.run.events import Event
from tests.commands.test_terminal import CHECKOUT, on_a_terminal
from tests.commands.user import User
from tests.servers import Server

USERS = """
database:
  charset: utf8mb4
  collation: utf8mb4_general_ci
tables:
  users:
    columns:
      id: int auto_increment primary key
      name: varchar(20) unique not null
"""
NAME = "      name: varchar(20) unique not null\n"
SEEDS = """
rows:
  users:
    ann: {name: Ann}
"""


@pytest.fixture
def user(root: User, server: Server, database: str) -> User:
    """A project with a migration and a seed; its database is not there yet."""
    root.declare(USERS)
    root.succeeds("diff", "--write", "-m", "users")
    (root.folder / "seeds").mkdir()
    (root.folder / "seeds" / "all.yaml").write_text(SEEDS)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {database}")
    return root


@pytest.fixture
def here(user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """The same for a program that runs in the project's folder."""
    monkeypatch.chdir(user.folder)
    monkeypatch.setenv("DATABASE_URL", user.url)
    yield user


def rows(server: Server, database: str) -> list[str]:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM users ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def test_setup_makes_all_of_it_and_leaves_what_is_there(
    user: User, server: Server, database: str
) -> None:
    first = user.succeeds("setup")
    for text in (f"database {database} created", "applied 1 migration", "1 inserted"):
        assert text in first.out
    user.succeeds("diff")
    second = user.succeeds("setup", "--json").json
    assert (second["created"], second["applied"]["migrations"]) == (False, [])
    assert second["seeded"]["unchanged"] == 1
    assert rows(server, database) == ["Ann"]


def test_setup_of_production_marks_it_and_seeds_what_names_it(
    user: User, server: Server, database: str
) -> None:
    said = user.succeeds("setup", "--env", "production")
    assert "no seeds for this environment" in said.out
    assert "marked as production" in said.err
    assert rows(server, database) == []
    file = user.folder / "seeds" / "all.yaml"
    file.write_text("environments: production\n" + SEEDS)
    user.succeeds("setup", "--env", "production")
    assert rows(server, database) == ["Ann"]


def test_reset_begins_anew_once_the_database_is_named(
    user: User, server: Server, database: str
) -> None:
    user.succeeds("setup")
    server.run(database, "INSERT INTO users (name) VALUES ('Ben')")
    refused = user.types("reset")
    assert (refused.code, f"--allow drop-database:{database}" in refused.err) == (Exit.UNSAFE, True)
    assert rows(server, database) == ["Ann", "Ben"]
    user.succeeds("reset", "--allow", f"drop-database:{database}")
    assert rows(server, database) == ["Ann"]


@pytest.mark.parametrize(("typed", "code"), [("{}", Exit.OK), ("shop", Exit.UNSAFE)])
def test_reset_asks_for_the_name_on_a_terminal(
    user: User, database: str, typed: str, code: Exit
) -> None:
    user.succeeds("setup")
    answer = typed.format(database)
    found, shown = on_a_terminal(user, "reset", answer=answer, question="The name of the database")
    assert found == code, shown


def write(user: User, pattern: str, old: str, new: str) -> None:
    for path in user.folder.glob(pattern):
        path.write_text(path.read_text().replace(old, new))


# The file, what is written in it, the code and what is said.
NOT_MADE_AGAIN = [
    ("schema/schema.yaml", "tables:", "tables: [", Exit.BAD_INPUT, "in brackets goes wrong"),
    ("seeds/all.yaml", "ann:", "ann", Exit.BAD_INPUT, "seeds/all.yaml"),
    ("seeds/all.yaml", "Ann", "x" * 21, Exit.BAD_INPUT, "seeds/all.yaml"),
    ("generated/migrations/*_users.sql", "`name`", "`nick`", Exit.STALE, "was changed after it had been written"),
    ("generated/migrations/*_users*.sql", "-- server: M", "-- server: MySQL 5.7 was M", Exit.STALE, "was planned for"),
    ("generated/migrations/head", "_users", "_others", Exit.STALE, "the last migration is"),
]  # fmt: skip


def test_what_cannot_be_made_again_is_not_dropped(
    user: User, server: Server, database: str
) -> None:
    user.succeeds("setup")
    for pattern, old, new, code, what in NOT_MADE_AGAIN:
        write(user, pattern, old, new)
        found = user.types("reset", "--allow", f"drop-database:{database}")
        assert (found.code, what in found.err) == (code, True), found
        assert rows(server, database) == ["Ann"]
        write(user, pattern, new, old)
    user.succeeds("reset", "--allow", f"drop-database:{database}")


def test_a_database_with_tables_ahead_of_the_first_migration_is_not_dropped(
    root: User, server: Server, database: str
) -> None:
    server.run(database, "CREATE TABLE users (id int PRIMARY KEY)")
    root.declare("tables:\n  users:\n    columns: {id: int primary key, name: int}\n")
    root.succeeds("diff", "--write", "-m", "name")
    found = root.types("reset", "--allow", f"drop-database:{database}")
    assert (found.code, "does not begin with an empty database" in found.err) == (
        Exit.STALE,
        True,
    ), found
    assert server.run(database, "SELECT * FROM users") == []


def test_what_is_dropped_in_a_database_made_anew_needs_no_approval(
    user: User, server: Server, database: str
) -> None:
    """Nothing that was there before is lost: it was made by the same run."""
    user.succeeds("setup")
    user.declare(USERS + "      age: int\n")
    user.succeeds("diff", "--write", "-m", "age")
    user.succeeds("apply")
    user.declare(USERS)
    user.succeeds("diff", "--write", "-m", "no age")
    assert user.types("apply").code == Exit.UNSAFE
    done = user.succeeds("reset", "--json", "--allow", f"drop-database:{database}").json
    assert len(done["applied"]["migrations"]) == 3
    assert rows(server, database) == ["Ann"]


def test_the_api_does_what_the_commands_do(here: User, server: Server, database: str) -> None:
    events: list[Event] = []
    assert plumbob.create() is True
    assert plumbob.create() is False
    assert not plumbob.status().is_in_sync
    assert plumbob.apply(dry_run=True).statements == 1
    applied = plumbob.apply(progress=events.append)
    assert (len(applied.migrations), applied.statements, applied.dry_run) == (1, 1, False)
    assert events
    assert plumbob.seed().count("inserted") == 1
    assert plumbob.status().is_in_sync
    assert plumbob.compare().in_sync

    here.declare(USERS.replace(NAME, ""))
    found = plumbob.compare()
    assert [each.approval for each in found.hazards] == ["drop-column:users.name"]
    assert any("DROP COLUMN `name`" in sql for sql in found.up)
    with pytest.raises(plumbob.PlumbobError, match="not approved"):
        plumbob.sync()
    assert plumbob.sync(allow=["drop-column:users.name"]).is_ahead
    here.declare(USERS)
    plumbob.sync()

    with pytest.raises(plumbob.PlumbobError) as caught:
        plumbob.rollback()
    assert caught.value.exit == plumbob.Exit.UNSAFE
    assert plumbob.rollback(allow=["drop-table:users"]).statements == 1
    done = plumbob.reset(allow=[f"drop-database:{database}"])
    assert (done.created, done.applied.statements) == (True, 1)
    assert rows(server, database) == ["Ann"]
    assert plumbob.drop(allow=[f"drop-database:{database}"]) is True
    assert plumbob.drop() is False


def test_a_url_and_a_folder_are_taken_as_well(user: User, server: Server) -> None:
    done = plumbob.setup(user.url, folder=user.folder)
    assert done.created
    assert done.seeded is not None
    with pytest.raises(plumbob.PlumbobError, match="no database is named"):
        plumbob.status(server.url(), folder=user.folder)


@pytest.mark.parametrize("way", ["mark", "env", "variable"])
def test_the_api_refuses_in_production_what_the_commands_refuse(
    here: User, monkeypatch: pytest.MonkeyPatch, database: str, way: str
) -> None:
    plumbob.setup()
    env = "production" if way == "env" else None
    if way == "mark":
        here.succeeds("mark", "production")
    if way == "variable":
        monkeypatch.setenv("PLUMBOB_ENV", "production")
    allow = ["all", f"drop-database:{database}"]
    for refused in (plumbob.drop, plumbob.reset, plumbob.sync, plumbob.apply, plumbob.rollback):
        with pytest.raises(plumbob.PlumbobError, match="production") as caught:
            refused(env=env, allow=allow)
        assert caught.value.exit == plumbob.Exit.UNSAFE


START = """
import sys
import plumbob
sys.stdin.readline()
outcome = plumbob.setup()
print(len(outcome.applied.migrations), outcome.seeded.count("inserted"))
"""


def test_processes_that_start_at_once_apply_once(user: User, server: Server, database: str) -> None:
    """Both are ready before one may go; one does the work, the other finds it done."""
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", START],
            cwd=user.folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "DATABASE_URL": user.url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for each in starting:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    ended = [each.communicate(timeout=60) for each in starting]
    assert [each.returncode for each in starting] == [0, 0], ended
    applied, inserted = zip(*(out.split() for out, _ in ended), strict=True)
    assert sorted(applied) == ["0", "1"]
    assert sorted(inserted) == ["0", "1"]
    assert rows(server, database) == ["Ann"]


def test_the_example_of_a_start_is_as_it_stands(here: User) -> None:
    page = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    example, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    plumbob.create()
    here.declare(USERS)
    exec(example, {})  # noqa: S102
    assert plumbob.status().is_in_sync
    here.declare(USERS.replace("name", "nick"))
    here.succeeds("diff", "--write", "-m", "nick")
    with pytest.raises(SystemExit) as caught:
        exec(example, {})  # noqa: S102
    assert caught.value.code == plumbob.Exit.UNSAFE


def test_the_import_is_light_and_knows_its_names() -> None:
    script = (
        "import sys, plumbob; assert 'plumbob.api' not in sys.modules;"
        "assert 'pymysql' not in sys.modules; assert set(plumbob.__all__) <= set(dir(plumbob));"
        "from plumbob import api; assert set(api.__all__) == set(plumbob.__all__);"
        "assert all(hasattr(plumbob, name) for name in plumbob.__all__)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=CHECKOUT)
    with pytest.raises(AttributeError, match="no attribute 'aply'"):
        plumbob.aply  # noqa: B018
