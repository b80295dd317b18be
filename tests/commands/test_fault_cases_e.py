"""Groups E, F, H and I of the fault cases: locks, crashes, secrets and accounts, files; as commands that a user types.

A case that is shown by a test of its own elsewhere is listed with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.migration.run import waiting
from tests.commands.desk import Desk, fails
from tests.commands.user import Result, User
from tests.servers import Server

TESTS = Path(__file__).parents[1]
HERE = "commands/test_fault_cases_e.py::"
RUNS, MORE = "commands/test_fault_cases_f.py::", "commands/test_fault_cases_i.py::"
STREAMS = "commands/test_streams.py::"
SHOWN = {
    "E01": "torture/test_torture.py::test_a_little_torture",
    "E02": f"{RUNS}test_readers_go_on_while_a_statement_waits",
    "E03": f"{HERE}test_who_holds_a_table_is_named",
    "E04": f"{HERE}test_who_holds_a_table_is_named",
    "E05": f"{HERE}test_a_parent_that_is_waited_for_is_named",
    "E06": f"{HERE}test_work_that_was_lost_is_told",
    "E07": "migration/test_blockers.py::test_apply_gives_up_on_a_backup_and_names_it",
    "E08": f"{RUNS}test_what_others_do_meanwhile",
    "E09": "commands/test_hostile_servers.py::test_set_while_it_runs",
    "E10": "galera/test_cluster.py::test_a_lock_on_any_node_keeps_others_out_and_its_holder_is_named",
    "E11": f"{RUNS}test_readers_go_on_while_a_statement_waits",
    "E12": f"{RUNS}test_two_servers_behind_one_address",
    "E13": "commands/test_hostile_servers.py::test_a_server_that_is_not_to_be_written_to",
    "E14": f"{RUNS}test_readers_go_on_while_a_statement_waits",
    "F01": "torture/test_torture.py::test_a_little_torture",
    "F02": "torture/test_torture.py::test_a_little_torture",
    "F03": f"{RUNS}test_a_run_that_is_ended_from_outside",
    "F04": f"{RUNS}test_what_became_of_a_statement_is_found_out",
    "F05": f"{RUNS}test_what_became_of_a_statement_is_found_out",
    "F06": f"{RUNS}test_readers_go_on_while_a_statement_waits",
    "F07": f"{RUNS}test_a_run_that_is_ended_from_outside",
    "F08": f"{RUNS}test_a_run_that_is_ended_from_outside",
    "F09": f"{RUNS}test_a_statement_that_failed_is_run_again",
    "F10": f"{HERE}test_each_table_is_dropped_for_itself",
    "F11": "commands/test_by_hand_crash.py::test_a_data_step_that_was_killed_is_run_once",
    "F12": f"{RUNS}test_a_statement_that_failed_is_run_again",
    "F13": f"{RUNS}test_what_became_of_a_statement_is_found_out",
    "F14": f"{RUNS}test_what_changes_nothing_is_run_again",
    "F15": f"{RUNS}test_a_table_that_does_not_fit_is_left_as_it_was",
    "F16": "commands/test_online_log.py::test_an_alter_whose_online_log_overflows",
    "F17": "commands/test_hostile_servers.py::test_set_while_it_runs",
    "F18": f"{RUNS}test_journals_of_other_versions",
    "F19": "commands/test_work.py::test_nobody_there_exits_with_3",
    "F20": f"{RUNS}test_what_others_do_meanwhile",
    "H01": "commands/test_secrets.py::test_a_password_is_nowhere_but_at_the_server",
    "H02": "commands/test_secrets.py::test_a_password_in_argv_works_and_is_warned_about",
    "H03": f"{MORE}test_a_url_is_refused_without_a_piece_of_it",
    "H04": f"{MORE}test_option_files",
    "H05": f"{MORE}test_a_server_without_tls_gets_no_password",
    "H06": f"{MORE}test_a_server_without_tls_gets_no_password",
    "H07": f"{MORE}test_a_cold_cache_of_passwords",
    "H08": f"{MORE}test_a_server_that_asks_for_a_file_gets_none",
    "H09": "commands/test_privileges.py::test_to_look_takes_references_alone",
    "H10": f"{HERE}test_a_privilege_that_one_table_lacks_is_found_before_the_first_statement",
    "H11": "commands/test_stored_privileges.py::test_a_definer_that_this_account_may_not_name",
    "H12": "lint/test_lint.py::test_definers",
    "H13": "commands/test_secrets.py::test_a_diff_only_looks",
    "H14": f"{STREAMS}test_a_traceback_is_shown_when_asked_for_and_has_no_secrets",
    "I01": f"{MORE}test_names_of_migrations",
    "I02": f"{MORE}test_a_writer_that_is_killed_leaves_both_or_none",
    "I03": f"{MORE}test_what_git_and_people_do_to_files",
    "I04": f"{MORE}test_names_of_migrations",
    "I05": f"{MORE}test_places_that_are_not_to_be_written_to",
    "I06": f"{MORE}test_places_that_are_not_to_be_written_to",
    "I07": f"{MORE}test_parents_give_the_order_and_not_the_clock",
    "I08": f"{MORE}test_what_git_and_people_do_to_files",
    "I09": f"{STREAMS}test_a_closed_stream_gives_no_traceback",
    "I10": f"{STREAMS}test_no_encoding_fails",
    "I11": "commands/test_work.py::test_a_dry_run_writes_nothing",
    "I12": f"{HERE}test_no_warning_of_python_is_hidden",
}  # fmt: skip
GROUPS = {"E": 14, "F": 20, "H": 14, "I": 12}


@pytest.mark.parametrize(
    "id", [f"{group}{n:02}" for group, last in GROUPS.items() for n in range(1, last + 1)]
)
def test_every_case_is_shown_somewhere(id: str) -> None:
    file, _, name = SHOWN[id].partition("::")
    text = (TESTS / file).read_text("utf-8")
    assert f"def {name}(" in text or f"class {name}:" in text


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def test_who_holds_a_table_is_named(desk: Desk, ann: Callable[..., User]) -> None:
    """E03, E04; and with --kill-blockers he is ended, where the server says that he holds this very lock."""
    sees_little = ann("ALL ON {}.*")
    with desk.server.connect(desk.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT * FROM users")
        said = fails(desk.user, 5, "apply", "--max-wait", "1s").err
        assert "statement 1 of 1" in said and "waits for table users" in said
        assert f"connection {blocker.thread_id()} (root from localhost, for " in said
        (state,) = desk.sql("SELECT state FROM _plumbob_journal WHERE number = 1")[0]
        assert state == "not started"
        said = fails(sees_little, 5, "apply", "--max-wait", "1s").err
        assert "with the privilege PROCESS" in said
        said = fails(sees_little, 3, "apply", "--kill-blockers").err
        assert "--kill-blockers takes privileges" in said and "PROCESS" in said
        assert desk.columns() == {"id", "name"}
        if desk.server.flavour.is_mysql:
            told = desk.user.succeeds("apply", "--kill-blockers").err
            assert f"ended: connection {blocker.thread_id()} (root" in told
        else:
            # Without performance_schema nobody knows what an idle transaction holds.
            told = fails(desk.user, 5, "apply", "--kill-blockers", "--max-wait", "4s").err
            assert "left alone, because nobody can tell" in told


def test_a_parent_that_is_waited_for_is_named(desk: Desk) -> None:
    """E05: MySQL locks the parent of a foreign key that comes; MariaDB does not."""
    desk.user.succeeds("apply")
    child = "  child:\n    columns: {id: int primary key, user_id: int references users(id)}\n"
    desk.user.declare(desk.user.schema.read_text() + child)
    desk.user.succeeds("diff", "--write", "-m", "child")
    with desk.server.connect(desk.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT * FROM users")
        result = desk.user.types("apply", "--max-wait", "1s")
        if desk.server.flavour.is_mysql:
            assert result.code == 5 and "waits for table users" in result.err
            assert f"connection {blocker.thread_id()}" in result.err
        else:
            assert result.code == 0, result


def test_work_that_was_lost_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """E06: a reader that comes while a table is built anew keeps it from its end."""
    monkeypatch.setattr(waiting, "LOST_WORK", 1.1)
    desk.user.succeeds("apply")
    desk.sql(*(f"INSERT INTO users SELECT id + {2**n}, name, '' FROM users" for n in range(1, 8)))
    slow = '{type: int, generated: "length(sha2(repeat(name, 90000), 512))", stored: true}'
    desk.user.declare(desk.user.schema.read_text() + f"      n: {slow}\n")
    desk.user.succeeds("diff", "--write", "-m", "slow")
    results: list[Result] = []
    run = threading.Thread(
        target=lambda: results.append(desk.user.types("apply", "--allow", "all"))
    )
    with desk.server.connect(desk.database) as connection, connection.cursor() as blocker:
        run.start()
        while not blocker.execute(
            "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE()"
            " AND info LIKE 'ALTER TABLE `users` %ADD COLUMN `n`%' AND state NOT LIKE 'wait%'"
        ):
            assert run.is_alive(), results
            time.sleep(0.02)
        blocker.execute("START TRANSACTION")
        blocker.execute("SELECT * FROM users LIMIT 1")
        run.join()
    (result,) = results
    assert result.code == 5, result
    assert "of work, which is lost: it is not tried again unasked" in result.err
    assert "n" not in desk.columns()


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_each_table_is_dropped_for_itself(desk: Desk) -> None:
    """F10: a list that fails in the middle has dropped a part of it."""
    desk.user.succeeds("apply")
    desk.sql("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)")
    plan = desk.user.types("diff", "--json").json
    assert sorted(each["sql"] for each in plan["up"]) == ["DROP TABLE `a`", "DROP TABLE `b`"]


def test_a_privilege_that_one_table_lacks_is_found_before_the_first_statement(
    root: User, ann: Callable[..., User], server: Server, database: str
) -> None:
    """H10"""
    names = "abcde"
    text = "tables:\n" + "".join(
        f"  {each}: {{columns: {{id: int primary key}}}}\n" for each in names
    )
    root.declare(text)
    root.brings_in_sync()
    root.declare(text.replace("key}", "key, n: int}"))
    root.succeeds("diff", "--write", "-m", "n")
    alters = (f"ALTER ON {{}}.{each}" for each in names if each != "d")
    user = ann("SELECT, INSERT, UPDATE, CREATE, DROP, REFERENCES ON {}.*", *alters)
    said = fails(user, 3, "apply").err
    assert "has ALTER on other tables, and not on d" in said
    assert f"GRANT ALTER ON `{database}`.`d` TO" in said
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW COLUMNS FROM a")
        assert [name for name, *_ in cursor.fetchall()] == ["id"]


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_no_warning_of_python_is_hidden(desk: Desk) -> None:
    """I12: each is an error here."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "plumbob", "apply"],
        cwd=desk.user.folder,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), "DATABASE_URL": desk.user.url},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
