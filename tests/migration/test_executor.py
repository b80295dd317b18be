"""Applying and rolling back on real servers: what is checked, what is run, what is remembered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.draft import draft
from plumbob.migration.files import read_folder, write_pair
from plumbob.migration.record import history, store
from plumbob.migration.record.live import look
from plumbob.migration.record.status import Status, status
from plumbob.migration.run.events import Begins, Done, Drifted, Ends, Runs, Warned
from plumbob.migration.run.executor import Conditions, apply
from plumbob.plan.statement import Plan, Statement
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import read_schema
from plumbob.server.target import Target
from tests.conftest import account_of
from tests.migration.project import USERS, Project, alter
from tests.migration.shop import ADD_X, ADD_Y, CREATE, DROP_X, DROP_Y


def refusal(project: Project, what: str = "apply", **options: object) -> PlumbobError:
    with pytest.raises(PlumbobError) as caught:
        getattr(project, what)(**options)
    return caught.value


def test_apply_and_rollback_give_back_what_was(shop: Project) -> None:
    before = shop.definition("users")
    outcome = shop.apply()
    assert outcome.migrations == ("20261124T130000_first", "20261124T130100_second")
    assert outcome.statements == 3
    with shop.server() as server:
        assert look(server).fingerprint == read_folder(shop.folder)[-1].after
    kinds = [type(event) for event in shop.events]
    assert kinds == [Begins, Runs, Done, Runs, Done, Ends, Begins, Runs, Done, Ends]
    back = shop.rollback(steps=2, allow=["drop-column:users.x"])
    assert back.migrations == ("20261124T130100_second", "20261124T130000_first")
    assert shop.definition("users") == before
    assert shop.tables() == ["users"]
    assert shop.count("users") == 1
    assert shop.apply().statements == 3


def test_a_second_apply_does_nothing(shop: Project) -> None:
    shop.apply()
    assert shop.apply().migrations == ()


def test_apply_goes_as_far_as_it_was_told(shop: Project) -> None:
    assert shop.apply(until="20261124T130000_first").migrations == ("20261124T130000_first",)
    assert shop.apply(until="20261124T130000_first").migrations == ()
    assert "no migration 1999" in refusal(shop, until="1999").what
    assert shop.apply().migrations == ("20261124T130100_second",)


def test_what_was_done_is_remembered(shop: Project) -> None:
    shop.apply()
    shop.rollback()
    first, second = read_folder(shop.folder)
    with shop.server() as server:
        records = history.read(server)
        assert [(each.id, each.kind) for each in records] == [
            (first.id, "applied"),
            (second.id, "applied"),
            (second.id, "rolled back"),
        ]
        assert list(history.applied(records)) == [first.id]
        assert (records[0].before, records[0].after) == (first.before, first.after)
        assert (records[2].before, records[2].after) == (second.after, second.before)
        assert (records[1].parent, records[1].checksum) == (first.id, second.checksum)
        assert records[0].by.startswith("root@")
        files = history.files(server, second.id)
        snapshot = history.snapshot(server)
        plain = server.query(
            "SELECT UNCOMPRESS(FROM_BASE64(snapshot)) FROM _plumbob_history"
            " WHERE snapshot IS NOT NULL ORDER BY id DESC LIMIT 1"
        )
    assert json.loads(plain[0][0]) == snapshot
    paths = (shop.folder / f"{second.id}{end}" for end in (".sql", ".rollback.sql"))
    assert files == tuple(path.read_text() for path in paths)
    assert snapshot is not None and sorted(snapshot) == ["notes", "users"]
    assert "`x` int" in snapshot["users"] and "`y`" not in snapshot["users"]
    assert shop.count("_plumbob_history", "snapshot IS NULL") == 0
    assert shop.journal() == [
        ("up", 1, "done"),
        ("up", 2, "done"),
        ("up", 1, "done"),
        ("down", 1, "done"),
    ]
    assert shop.count("_plumbob_journal", "history IS NULL") == 0


def test_the_tables_of_plumbob_do_not_depend_on_the_database(shop: Project) -> None:
    shop.sql(f"ALTER DATABASE {shop.database} CHARACTER SET latin1")
    shop.apply()
    for table in ("_plumbob_history", "_plumbob_journal"):
        text = shop.definition(table)
        assert "ENGINE=InnoDB" in text and "CHARSET=utf8mb4 COLLATE=utf8mb4_bin" in text


def test_a_dry_run_tells_and_writes_nothing(shop: Project) -> None:
    outcome = shop.apply(dry_run=True)
    assert (outcome.statements, outcome.dry_run) == (3, True)
    shown = [event.statement.sql for event in shop.events if isinstance(event, Runs)]
    assert shown == [ADD_X.sql, CREATE.sql, ADD_Y.sql]
    assert shop.sql("SHOW TABLES") == [("users",)]
    assert "`x`" not in shop.definition("users")
    shop.apply()
    undo = shop.rollback(steps=2, dry_run=True)
    assert [each.hazard.approval for each in undo.unapproved] == ["drop-column:users.x"]
    assert "`x`" in shop.definition("users")


def test_losses_are_approved_by_name(shop: Project) -> None:
    shop.apply()
    shop.rollback()
    error = refusal(shop, "rollback")
    assert error.exit == Exit.UNSAFE
    assert "--allow drop-column:users.x (all values of the column are lost)" in error.what
    assert refusal(shop, "rollback", allow=["drop-column:users.y"]).exit == Exit.UNSAFE
    assert "notes" in shop.tables()
    error = refusal(shop, "rollback", allow=["all"], production=True)
    assert (error.exit, "production" in error.what) == (Exit.UNSAFE, True)
    shop.rollback(allow=["all"])
    assert shop.tables() == ["users"]


def test_a_live_database_that_is_not_as_planned_is_refused_by_name(shop: Project) -> None:
    shop.sql("ALTER TABLE users ADD COLUMN mine int", "CREATE TABLE theirs (id int)")
    error = refusal(shop)
    assert error.exit == Exit.STALE
    assert "users is not as it was" in error.what
    assert sorted(shop.tables()) == ["theirs", "users"]
    shop.sql("ALTER TABLE users DROP COLUMN mine", "DROP TABLE theirs")
    shop.apply(until="20261124T130000_first")
    shop.sql("CREATE TABLE theirs (id int)", "ALTER TABLE notes ADD COLUMN mine int")
    shop.apply()
    assert Drifted(("notes", "theirs")) in shop.events, "they are in nobody's way"


def test_a_managed_table_may_be_named_like_that_of_a_tool(project: Project) -> None:
    tool = "CREATE TABLE schema_migrations (id int PRIMARY KEY)"
    project.start(USERS, tool)
    with project.server(project.scratch) as server:
        before = read_schema(server, keep=["schema_migrations"])
        server.execute(ADD_X.sql)
        after = read_schema(server, keep=["schema_migrations"])
        plan = Plan((ADD_X,), (DROP_X,))
        created = "2026-11-24T13:00:00Z"
        made = draft(plan, before, after, server.flavour, message="x", created=created)
    write_pair(project.folder, made)
    project.apply()
    with project.server() as server:
        assert status(server, read_folder(project.folder)).is_in_sync
    project.sql("ALTER TABLE schema_migrations ADD COLUMN x int")
    with project.server() as server:
        assert status(server, read_folder(project.folder)).drifted == ("schema_migrations",)


def test_a_migration_that_was_run_by_hand_is_seen(shop: Project) -> None:
    shop.sql(ADD_X.sql, CREATE.sql)
    assert "may have been run by hand" in refusal(shop).advice


def test_a_file_that_was_edited_is_refused(shop: Project) -> None:
    path = shop.folder / "20261124T130100_second.sql"
    written = path.read_text()
    path.write_text(written.replace("ADD COLUMN `y` int", "ADD COLUMN `y` bigint"))
    error = refusal(shop)
    assert (error.exit, error.where) == (Exit.STALE, "20261124T130100_second")
    assert "changed after it had been written" in error.what
    assert shop.sql("SHOW TABLES") == [("users",)]
    path.write_text(written.replace("\n", "\r\n"))
    assert shop.apply().statements == 3


def test_a_file_that_was_planned_anew_after_it_was_applied_is_refused(shop: Project) -> None:
    shop.apply(until="20261124T130000_first")
    for path in shop.folder.iterdir():
        path.unlink()
    shop.start(USERS, here=False)
    shop.migrate("first", alter("users", "ADD COLUMN `x` bigint"), down=(DROP_X,))
    error = refusal(shop)
    assert isinstance(error, ManyErrors)
    assert [each.what.partition("\n")[0] for each in error.errors] == [
        "the migration 20261124T130000_first was changed after it had been applied",
        "the rollback 20261124T130000_first was changed after it had been applied",
    ]


def test_a_file_that_was_applied_and_is_missing_is_named(shop: Project) -> None:
    shop.apply()
    for path in shop.folder.glob("*second*"):
        path.unlink()
    error = refusal(shop)
    assert error.exit == Exit.STALE
    assert "20261124T130100_second was applied" in error.what


def test_a_plan_for_another_server_is_refused(shop: Project) -> None:
    for path in shop.folder.iterdir():
        text = path.read_text().replace("-- server: MySQL 9.7", "-- server: MySQL 8.4")
        path.write_text(text.replace("-- server: MariaDB 10.11", "-- server: MySQL 9.7"))
    error = refusal(shop)
    assert error.exit == Exit.STALE
    errors = error.errors if isinstance(error, ManyErrors) else [error]
    assert "was planned for" in errors[0].what
    assert shop.sql("SHOW TABLES") == [("users",)]


def test_a_rollback_is_refused_when_the_schema_moved_on(shop: Project) -> None:
    shop.apply()
    shop.sql("ALTER TABLE users ADD COLUMN mine int")
    assert refusal(shop, "rollback").exit == Exit.STALE
    assert "nothing is applied" not in refusal(shop, "rollback").what
    assert "3 to roll back, and 2 applied" in refusal(shop, "rollback", steps=3).what


def test_nothing_to_roll_back_is_said(shop: Project) -> None:
    assert refusal(shop, "rollback").what == "nothing is applied"


def test_a_newer_history_is_refused(shop: Project) -> None:
    shop.apply()
    shop.sql("ALTER TABLE _plumbob_history COMMENT = 'plumbob history, format 2'")
    error = refusal(shop)
    assert (error.exit, "format 2" in error.what) == (Exit.UNSAFE, True)
    shop.sql("ALTER TABLE _plumbob_history COMMENT = ''")
    assert "not as plumbob made it" in refusal(shop).what


def test_an_older_journal_is_read_and_made_a_newer_one_by_the_next_run(shop: Project) -> None:
    """F18; a run that did not end is known in every format."""
    shop.apply(until="20261124T130000_first")
    shop.sql(
        "ALTER TABLE _plumbob_journal DROP COLUMN process, COMMENT 'plumbob journal, format 1'"
    )
    with shop.server() as server:
        assert len(status(server, read_folder(shop.folder)).pending) == 1
    assert "`process`" not in shop.definition("_plumbob_journal")
    shop.apply()
    made = shop.definition("_plumbob_journal")
    assert "plumbob journal, format 2" in made
    shop.sql("DROP TABLE _plumbob_journal")
    with shop.server() as server:
        store.create(server)
    assert (
        made.partition(" AUTO_INC")[0] == shop.definition("_plumbob_journal").partition(" AUTO")[0]
    )


def test_a_server_that_may_not_be_changed_is_refused(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [PlumbobError("it is a replica", exit=Exit.UNSAFE)]
    monkeypatch.setattr(Server, "obstacles", lambda _: found)
    assert refusal(shop) is found[0]
    assert shop.sql("SHOW TABLES") == [("users",)]


def test_settings_of_a_statement_hold_for_it_alone(project: Project) -> None:
    project.start(USERS)
    relaxed = alter(
        "users",
        "ADD COLUMN `d` date DEFAULT '0000-00-00'",
        session=(("sql_mode", "STRICT_ALL_TABLES"),),
    )
    project.migrate("relaxed", relaxed, down=(alter("users", "DROP COLUMN `d`"),))
    with project.server() as server:
        apply(server, read_folder(project.folder), Conditions())
        assert "NO_ZERO_DATE" in server.query("SELECT @@SESSION.sql_mode")[0][0]
        assert server.query("SELECT @@SESSION.lock_wait_timeout") == [(2,)]
    assert "0000-00-00" in project.definition("users")


def test_a_row_that_was_too_long_before_is_altered_with_a_note(project: Project) -> None:
    """Such a table is there because innodb_strict_mode was off when it was made (error 1118)."""
    lenient = (("innodb_strict_mode", "0"),)
    columns = ", ".join(f"`c{number}` binary(255)" for number in range(32))
    project.start(USERS)
    project.migrate(
        "wide",
        Statement(f"CREATE TABLE `wide` (`id` int, {columns})", "wide", "wide", session=lenient),
        alter("wide", "MODIFY COLUMN `id` bigint", session=lenient),
        down=(Statement("DROP TABLE `wide`", "drop", "wide"),),
    )
    project.apply()
    assert project.journal() == [("up", 1, "done"), ("up", 2, "done")]
    notes = [event.message for event in project.events if isinstance(event, Warned)]
    assert notes
    assert all("Row size too large" in note for note in notes)


def test_a_table_that_does_not_fit_is_left_as_it_was(project: Project) -> None:
    """F15, by the room that a table in memory may take: 1114, as for a full disk."""
    project.start("CREATE TABLE `t` (`id` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=MEMORY")
    little = (("max_heap_table_size", "16384"),)
    wide = alter("t", "ADD COLUMN `x` char(250)", session=little)
    project.migrate("wide", wide, down=(alter("t", "DROP COLUMN `x`"),))
    values = ", ".join(f"({number})" for number in range(500))
    project.sql(f"INSERT INTO t VALUES {values}")
    before = project.definition("t")
    error = refusal(project)
    assert error.exit == Exit.FAILED
    assert "(1114)" in error.what and "takes about its own size" in error.advice
    assert project.definition("t") == before and project.count("t") == 500
    assert project.journal() == [("up", 1, "failed")]


def test_a_setting_that_an_account_may_not_set_is_said_before_the_first_statement(
    project: Project,
) -> None:
    if project.home.flavour.is_mariadb:
        return
    project.start(USERS)
    more = alter("users", "ADD COLUMN `x` int", session=(("innodb_strict_mode", "0"),))
    project.migrate("more", more, down=(alter("users", "DROP COLUMN `x`"),))
    name = account_of(project.database)
    project.sql(f"CREATE USER {name}@localhost")
    project.sql(f"GRANT ALL ON `{project.database}`.* TO {name}@localhost")
    url = project.url.replace("root@", f"{name}@")
    with connect(Target.from_url(url)) as server, pytest.raises(PlumbobError) as caught:
        apply(server, read_folder(project.folder), Conditions())
    assert f"{name} may not set innodb_strict_mode = 0 for its session" in caught.value.what
    project.sql(f"DROP USER {name}@localhost")
    assert "`x`" not in project.definition("users")


def test_harmless_warnings_are_told_and_others_stop_the_run(project: Project) -> None:
    project.start(USERS)
    twice = Statement(
        "ALTER TABLE `users` ADD INDEX `a` (`name`), ADD INDEX `b` (`name`)", "index twice", "users"
    )
    lossy = alter("users", "MODIFY `name` varchar(3)", session=(("sql_mode", ""),))
    more = alter("users", "ADD COLUMN `x` int")
    back = Statement(
        "ALTER TABLE `users` DROP COLUMN `x`, DROP INDEX `a`, DROP INDEX `b`,"
        " MODIFY `name` varchar(20)",
        "all of it",
        "users",
    )
    project.migrate("warnings", twice, lossy, more, down=(back,))
    project.sql("INSERT INTO users VALUES (1, 'Annabel')")
    error = refusal(project)
    assert error.exit == Exit.FAILED
    assert "statement 2 of 3 of 20261124T130000_warnings failed: the server warned" in error.what
    assert "(1265)" in error.what
    assert project.journal() == [("up", 1, "done"), ("up", 2, "failed")]
    warned = [event for event in project.events if isinstance(event, Warned)]
    assert len(warned) == (1 if project.home.flavour.is_mysql else 0)
    project.apply()
    assert "`x` int" in project.definition("users")


def test_a_result_that_is_not_the_proved_one_stops_the_run(project: Project) -> None:
    project.start(USERS)
    project.migrate("first", ADD_X, ADD_Y, down=(DROP_Y, DROP_X))
    # The same statement does something else here: the name of the table leads to another definition.
    migration = read_folder(project.folder)[0]
    first = replace(migration.up[0], sql="ALTER TABLE `users` ADD COLUMN `x` bigint")
    forged = replace(
        migration,
        forward=replace(migration.forward, statements=(first, migration.up[1]), written=""),
    )
    with project.server() as server, pytest.raises(PlumbobError) as caught:
        apply(server, [forged], Conditions())
    assert "users is not as it was expected to be after it" in caught.value.what
    assert caught.value.exit == Exit.FAILED
    assert "`y`" not in project.definition("users")


def test_status_says_where_the_database_stands(shop: Project) -> None:
    def look() -> Status:
        with shop.server() as server:
            return status(server, read_folder(shop.folder))

    found = look()
    assert found.drifted is None and not found.is_in_sync
    assert len(found.pending) == 2
    shop.apply()
    found = look()
    assert found.is_in_sync and len(found.applied) == 2
    shop.sql("ALTER TABLE users ADD COLUMN mine int", "DROP TABLE notes", "CREATE TABLE t (i int)")
    assert look().drifted == ("notes", "t", "users")
