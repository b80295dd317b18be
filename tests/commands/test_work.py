"""A day's work with the commands, on real servers: exit codes, streams, and what is said."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.user import User, names, tables
from tests.servers import Server

FIRST = """\
database: {charset: utf8mb4}
tables:
  users:
    columns:
      id: int unsigned auto_increment primary key
      email: varchar(100) not null unique
      full_name: varchar(50)
"""
SECOND = FIRST.replace("varchar(100)", "varchar(190)").replace(
    "full_name: varchar(50)", "full_name: varchar(50)\n      seen_at: datetime"
)
WITHOUT_NAME = FIRST.replace("      full_name: varchar(50)\n", "")


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    user = User(tmp_path, server.url(database))
    user.declare(FIRST)
    return user


@pytest.fixture
def settled(user: User) -> User:
    """A user whose database is in sync with FIRST."""
    user.brings_in_sync()
    return user


def migrations(user: User) -> list[str]:
    return sorted(path.name for path in (user.folder / "generated" / "migrations").glob("*.sql"))


def test_the_first_line_says_what_was_read(user: User, server: Server, database: str) -> None:
    lines = [user.types("diff").out.splitlines()[0]]
    user.brings_in_sync()
    lines.append(user.succeeds("diff").out.splitlines()[0])
    for line, count in zip(lines, ("0 tables", "1 table"), strict=True):
        assert line.startswith(f"schema/schema.yaml: 1 table | {server.flavour} at root@")
        assert line.endswith(f", database {database}: {count}")


def test_diff_shows_and_changes_nothing(user: User, server: Server, database: str) -> None:
    result = user.types("diff")
    assert result.code == 1
    assert "+ table users" in result.out
    assert "CREATE TABLE `users` (" in result.out
    assert "DROP TABLE `users`" in result.out
    assert "schema diff --write" in result.err
    assert names(server, database) == set()
    assert migrations(user) == []


def test_twice_the_same_is_twice_the_same(user: User) -> None:
    """D24"""
    assert user.types("diff").out == user.types("diff").out


def test_what_is_in_sync_says_so(settled: User) -> None:
    result = settled.succeeds("diff")
    assert result.out.splitlines()[1:] == ["in sync"]
    assert result.err == ""
    assert settled.succeeds("diff", "--json").json["in_sync"] is True


def test_nothing_is_written_where_nothing_differs(settled: User) -> None:
    before = migrations(settled)
    assert "in sync" in settled.succeeds("diff", "--write", "-m", "again").out
    assert migrations(settled) == before


@pytest.mark.parametrize("form", ["text", "json", "sql", "markdown"])
def test_each_format_has_the_statement(settled: User, form: str) -> None:
    settled.declare(SECOND)
    result = settled.types("diff", "--format", form)
    assert result.code == 1
    assert "seen_at" in result.out
    if form == "json":
        assert json.loads(result.out)["up"]
    else:
        assert "ALTER TABLE `users`" in result.out


def test_sql_is_what_the_client_takes(settled: User, server: Server, database: str) -> None:
    settled.declare(SECOND)
    sql = settled.types("diff", "--format", "sql").out
    server.run(database, *filter(None, map(str.strip, sql.split(";\n"))))
    settled.succeeds("diff")


def test_a_change_goes_up_and_down(settled: User, server: Server, database: str) -> None:
    before = tables(server, database)
    settled.declare(SECOND)
    settled.brings_in_sync()
    assert "`seen_at` datetime" in tables(server, database)["users"]
    refused = settled.types("rollback")
    assert refused.code == 4
    approvals = re.findall(r"--allow (\S+)", refused.err)
    assert "drop-column:users.seen_at" in approvals
    allowed = [word for each in dict.fromkeys(approvals) for word in ("--allow", each)]
    settled.succeeds("rollback", *allowed)
    assert tables(server, database) == before
    assert settled.types("status").code == 1
    settled.succeeds("apply")
    settled.succeeds("diff")


def test_a_second_migration_is_not_written_for_the_same(user: User) -> None:
    user.succeeds("diff", "--write", "-m", "one")
    first = migrations(user)
    again = user.succeeds("diff", "--write", "-m", "two")
    assert migrations(user) == first
    assert "written before, and not applied yet" in again.err
    user.declare(SECOND)
    elsewhere = user.types("diff", "--write", "-m", "three")
    assert elsewhere.code == 6
    assert "schema apply" in elsewhere.err
    assert migrations(user) == first


def test_a_loss_is_refused_by_name(settled: User, server: Server, database: str) -> None:
    settled.declare(WITHOUT_NAME)
    shown = settled.types("diff")
    assert "--allow drop-column:users.full_name" in shown.out
    settled.succeeds("diff", "--write", "-m", "drop it")
    before = tables(server, database)
    refused = settled.types("apply", "--allow", "drop-column:users.email")
    assert refused.code == 4
    assert "drop-column:users.full_name" in refused.err
    assert tables(server, database) == before
    settled.succeeds("apply", "--allow", "drop-column:users.full_name")
    settled.succeeds("diff")


def test_not_everything_is_allowed_in_production(
    settled: User, server: Server, database: str
) -> None:
    settled.declare(WITHOUT_NAME)
    settled.succeeds("diff", "--write", "-m", "drop it")
    with (settled.folder / "plumbob.cfg").open("a") as settings:
        settings.write("production = true\n")
    before = tables(server, database)
    assert settled.types("apply", "--allow", "all").code == 4
    assert tables(server, database) == before


def test_a_rename_is_hinted_at_and_then_told(settled: User, server: Server, database: str) -> None:
    settled.declare(FIRST.replace("full_name: varchar(50)", "name: varchar(50)"))
    hinted = settled.types("diff")
    assert "looks like a rename" in hinted.out
    assert hinted.out.count("was: full_name") == 1
    settled.declare(
        FIRST.replace("full_name: varchar(50)", "name: {type: varchar(50), was: full_name}")
    )
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO users (email, full_name) VALUES ('a', 'Ada')")
        settled.brings_in_sync()
        cursor.execute("SELECT name FROM users")
        assert cursor.fetchone() == ("Ada",)


def test_a_dry_run_writes_nothing(user: User, server: Server, database: str) -> None:
    """I11, for what can be seen in the database."""
    user.succeeds("diff", "--write", "-m", "one")
    result = user.types("apply", "--dry-run")
    assert result.code == 1
    assert "would apply 1 migration (1 statement)" in result.out
    (file,) = user.folder.glob("generated/migrations/*_one.sql")
    sent = user.types("apply", "--dry-run", "--json").json["sql"]
    assert len(sent) == 1
    for sql in sent:
        assert f"{sql};" in result.out and sql in file.read_text()
    assert names(server, database) == set()
    user.succeeds("apply")
    assert user.succeeds("apply", "--dry-run").out == "nothing to apply\n"


def test_status_tells_what_is_pending_changed_and_drifted(
    user: User, server: Server, database: str
) -> None:
    assert user.succeeds("status").out.splitlines()[-1].startswith("nothing was applied yet")
    user.succeeds("diff", "--write", "-m", "the first one")
    pending = user.types("status")
    assert pending.code == 1
    assert re.search(r"pending +\d+T\d+_the_first_one the first one", pending.out)
    user.succeeds("apply")
    applied = user.succeeds("status")
    assert re.search(r"applied +\d+T\d+_the_first_one at 20", applied.out)
    assert applied.out.splitlines()[-1] == "nothing is pending"
    server.run(database, "ALTER TABLE users ADD COLUMN sneaked int")
    drifted = user.types("status")
    assert drifted.code == 6
    assert "drifted   users" in drifted.out
    assert user.types("status", "--json").json["drifted"] == ["users"]


def test_apply_refuses_what_somebody_changed(user: User, server: Server, database: str) -> None:
    """D21: planned, then altered by somebody else."""
    user.brings_in_sync()
    user.declare(SECOND)
    user.succeeds("diff", "--write", "-m", "second")
    server.run(database, "ALTER TABLE users ADD COLUMN sneaked int")
    before = tables(server, database)
    stale = user.types("apply", "--allow", "all")
    assert stale.code == 6
    assert "users" in stale.err
    assert tables(server, database) == before


def test_create_and_drop_a_database(tmp_path: Path, server: Server, database: str) -> None:
    name = f"{database}-new"
    user = User(tmp_path, server.url(name))
    user.declare("database: {charset: latin1, collation: latin1_bin}\ntables: {}\n")
    missing = user.types("diff")
    assert missing.code == 3
    assert "schema create" in missing.err
    assert user.succeeds("create").out == f"database {name} created\n"
    assert user.succeeds("create", "--json").json == {"database": name, "created": False}
    with server.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@character_set_database, @@collation_database")
        assert cursor.fetchone() == ("latin1", "latin1_bin")
    refused = user.types("drop")
    assert refused.code == 4
    assert f"--allow drop-database:{name}" in refused.err
    assert user.types("drop", "--allow", "all").code == 4
    user.succeeds("drop", "--allow", f"drop-database:{name}")
    assert user.succeeds("drop", "--json").json == {"database": name, "dropped": False}


def test_an_empty_declaration_is_refused_by_name(settled: User, database: str) -> None:
    settled.declare("tables: {}\n")
    refused = settled.types("diff")
    assert refused.code == 4
    assert f"the declaration has no tables, and {database} has 1" in refused.err


def test_nobody_there_exits_with_3(tmp_path: Path) -> None:
    user = User(tmp_path, "mysql://root@127.0.0.1:1/nothing")
    user.declare(FIRST)
    for command in ("diff", "apply", "rollback", "status", "create", "drop"):
        result = user.types(command)
        assert result.code == 3, result
        assert result.out == ""
        assert "cannot connect to root@127.0.0.1:1" in result.err


def test_no_database_named_exits_with_2(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.declare(FIRST)
    result = user.types("diff", "-h", "127.0.0.1")
    assert result.code == 2
    assert "no database is named" in result.err


def test_a_loss_of_the_connection_is_waited_out(user: User, server: Server) -> None:
    """`--wait`, on a server that is there already: it costs nothing."""
    assert user.types("diff", "--wait", "60s").code == 1
    bad = user.types("diff", "--wait", "soon")
    assert bad.code == 2
    assert "'soon' is not a time such as 60s" in bad.err


def test_init_reads_a_database_that_is_then_in_sync(
    settled: User, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = User(tmp_path_factory.mktemp("other"), settled.url)
    result = other.succeeds("init", "--from", settled.url)
    assert "1 table" in result.out
    assert "in sync" in other.succeeds("diff").out
    again = other.types("init")
    assert again.code == 2
    assert "schema/schema.yaml is there already" in again.err


def test_init_takes_the_url_from_a_variable(
    settled: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = User(tmp_path_factory.mktemp("other"), settled.url)
    result = other.succeeds("init", "--from", "DATABASE_URL", "--json")
    assert result.json["live"]["tables"] == 1
    assert "users" in other.schema.read_text()


def test_init_without_a_database_is_a_valid_beginning(tmp_path: Path) -> None:
    user = User(tmp_path)
    assert user.succeeds("init").out.splitlines()[:2] == [
        "wrote schema/schema.yaml",
        "wrote plumbob.cfg",
    ]
    assert (tmp_path / "generated" / "migrations").is_dir()
    user.succeeds("check")
    nothing = user.types("init")
    assert nothing.code == 2


def test_an_interrupted_run_says_how_it_goes_on(
    settled: User, server: Server, database: str
) -> None:
    settled.declare(SECOND)
    settled.succeeds("diff", "--write", "-m", "second")
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM users")
        process = subprocess.Popen(
            [sys.executable, "-m", "plumbob", "apply", "--allow", "all", "--dir", settled.folder],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DATABASE_URL": settled.url},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        while "no lock for" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
        assert process.returncode == 130, said
        assert "interrupted by SIGINT at statement 1 of" in said
        assert "nothing of it is done" in said
        assert "`schema apply` goes on from here" in said
        assert "Traceback" not in said
        stuck = settled.types("status")
        assert stuck.code == 1
        assert "pending" in stuck.out and "half done" not in stuck.out, "nothing of it is done"
        cursor.execute("COMMIT")
    settled.succeeds("apply", "--allow", "all")
    settled.succeeds("diff")


def test_sandbox_runs_a_command_and_passes_its_exit_code(tmp_path: Path) -> None:
    code = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(42)"
    done = subprocess.run(
        [sys.executable, "-m", "plumbob", "sandbox", "--", sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 42, done.stderr
    assert done.stdout.startswith("mysql://root@localhost:")
    assert "/app?" in done.stdout


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_the_demo_ends_in_sync(name: str, tmp_path: Path) -> None:
    user = User(tmp_path)
    result = user.succeeds("demo", "--server", name)
    assert result.out.rstrip().endswith("in sync.")
    assert "RENAME COLUMN `full_name` TO `display_name`" in result.out
    assert result.out.count("\n$ schema ") == 16
    assert "0 inserted, 0 updated, 3 unchanged" in result.out
    # The user and the payment of the seeds, read by the generated models.
    assert result.out.count(" ms: SELECT ") == 2
    assert "\nDemo User <demo@example.com> paid 19.90 EUR\n" in result.out
    assert "error" not in result.err


@pytest.mark.parametrize(
    ("ours", "templates"),
    [("schema/schema.yaml", "demo.yaml"), ("seeds/demo.yaml", "demo_seeds.yaml")],
)
def test_the_demo_is_the_shop_at_the_top_level(ours: str, templates: str) -> None:
    root = Path(__file__).parents[2]
    assert (root / ours).read_text() == (root / "plumbob" / "templates" / templates).read_text()
