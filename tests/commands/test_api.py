"""The verbs of the Python API that look, write and give: each beside what the command says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

import plumbob
from tests.commands.desk import WITH_EMAIL, Desk
from tests.commands.user import User
from tests.servers import Server

VIEW = "views:\n  named: select id, name from users\n"


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    """With its migration applied."""
    desk = Desk(root, server, database)
    desk.user.succeeds("apply")
    return desk


def test_drift_is_found_adopted_and_reverted(desk: Desk) -> None:
    url, folder = desk.user.url, desk.user.folder
    assert plumbob.drift(url, folder=folder).objects == ()
    assert plumbob.revert(url, folder=folder).files == ()
    desk.sql("ALTER TABLE users ADD COLUMN mine int")

    found = plumbob.drift(url, folder=folder)
    assert (found.objects, found.conflicts, found.unread) == (("users",), (), ())
    tried = plumbob.adopt(url, folder=folder, dry_run=True)
    assert [path.name for path in tried.files] == ["schema.yaml"]
    assert "mine" not in desk.user.schema.read_text()
    back = plumbob.revert(url, folder=folder, dry_run=True)
    assert [each.approval for each in back.hazards] == ["drop-column:users.mine"]
    assert (len(back.up), back.files) == (1, ())

    written = plumbob.revert(url, folder=folder, message="not mine")
    assert [path.exists() for path in written.files] == [True, True]
    assert "DROP COLUMN `mine`" in written.files[0].read_text()
    desk.user.succeeds("apply", "--allow", "drop-column:users.mine")
    assert plumbob.drift(url, folder=folder).objects == ()

    desk.sql("ALTER TABLE users ADD COLUMN mine int")
    assert plumbob.adopt(url, folder=folder).left == ()
    assert "mine" in desk.user.schema.read_text()
    assert plumbob.drift(url, folder=folder).objects == ()
    assert plumbob.compare(url, folder=folder).in_sync


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_a_conflict_is_left_until_somebody_is_right(desk: Desk) -> None:
    url, folder = desk.user.url, desk.user.folder
    desk.user.declare(WITH_EMAIL.replace("email: varchar(80)", "email: varchar(90)"))
    desk.sql("ALTER TABLE users MODIFY email varchar(100) NOT NULL")
    assert plumbob.drift(url, folder=folder).conflicts == ("users",)
    assert plumbob.adopt(url, folder=folder).left == ("users",)
    assert plumbob.adopt(url, folder=folder, keep=["users"]).left == ()


def test_a_migration_is_written_and_runs_over_drift_when_told(desk: Desk) -> None:
    url, folder = desk.user.url, desk.user.folder
    assert plumbob.write(url, folder=folder) == ()
    desk.user.declare(WITH_EMAIL + "      age: int\n")
    up, down = plumbob.write(url, folder=folder, message="age")
    assert "ADD COLUMN `age`" in up.read_text() and "DROP COLUMN `age`" in down.read_text()
    desk.sql("ALTER TABLE users ADD COLUMN mine int")
    apply = partial(plumbob.apply, url, folder=folder)
    with pytest.raises(plumbob.PlumbobError, match="users is not as it was"):
        apply()
    assert apply(over_drift=["users"]).statements == 1
    assert desk.columns() == {"id", "name", "email", "age", "mine"}
    rollback = partial(plumbob.rollback, url, folder=folder, allow=["drop-column:users.age"])
    with pytest.raises(plumbob.PlumbobError, match="users is not as it was"):
        rollback()
    assert rollback(over_drift=["users"]).statements == 1


def test_who_holds_a_table_is_ended_when_told(desk: Desk) -> None:
    """Where the server says that somebody holds this very lock."""
    url, folder = desk.user.url, desk.user.folder
    desk.user.declare(WITH_EMAIL + "      age: int\n")
    plumbob.write(url, folder=folder)
    with desk.server.connect(desk.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT * FROM users")
        apply = partial(plumbob.apply, url, folder=folder)
        with pytest.raises(plumbob.PlumbobError) as caught:
            apply(max_wait=0)
        assert caught.value.exit == plumbob.Exit.LOCKED
        if desk.server.flavour.is_mysql:
            assert apply(kill_blockers=True).statements == 1
        else:
            blocker.rollback()
            assert apply(kill_blockers=True).statements == 1


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_what_is_often_regretted_needs_no_server(desk: Desk) -> None:
    desk.user.declare(WITH_EMAIL + VIEW)
    (found,) = plumbob.findings(folder=desk.user.folder)
    assert (found.rule, found.name) == ("definers", "named")


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_grants_are_those_of_the_command(desk: Desk, ann: Callable[..., User]) -> None:
    folder = desk.user.folder
    said = desk.user.succeeds("grants", "apply", "--to", "deploy@localhost").out
    given = plumbob.grants("apply", desk.user.url, folder=folder, account="deploy@localhost")
    assert [line.rstrip(";") for line in said.splitlines()[1:]] == list(given)
    limited = ann("SELECT ON {}.*", "EVENT ON {}.*")
    found = plumbob.check_grants("diff", limited.url, folder=folder)
    assert any("GRANT REFERENCES ON" in sql for sql in found.lacks)
    assert any("REVOKE" in sql and "EVENT" in sql for sql in found.more)
