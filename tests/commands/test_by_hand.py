"""What people write into migration files: blocks between two marks, and assertions, as commands run them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.desk import BEGIN, END, FILL, USERS, WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.servers import Server


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def test_a_block_by_hand_is_proved_written_anew_applied_and_rolled_back(desk: Desk) -> None:
    desk.fills(
        "-- every user has one\n" + FILL, back=f"{BEGIN}\nUPDATE users SET email = '';\n{END}"
    )
    assert "edited by hand, and leads where it should" in fails(desk.user, 6, "check").err
    assert "changed after it had been written" in fails(desk.user, 6, "apply").err
    assert "run up and down" in desk.user.succeeds("check", "--write").out
    assert "-- every user has one\n" + FILL in desk.file().read_text()
    desk.user.succeeds("check")
    applied = desk.user.succeeds("apply")
    assert "[2/2] by hand: UPDATE users" in applied.err
    assert desk.emails() == ["ann@example.org", "bob@example.org"]
    desk.user.succeeds("rollback", "--allow", "drop-column:users.email")
    assert desk.columns() == {"id", "name"}


def test_the_word_that_there_is_no_way_back_is_a_counterpart(desk: Desk) -> None:
    desk.fills(FILL)
    desk.user.succeeds("check", "--write")
    desk.user.succeeds("apply")
    back = desk.user.succeeds("rollback", "--allow", "drop-column:users.email")
    assert "what was done by hand is not undone: the column goes" in back.err
    assert desk.columns() == {"id", "name"}


def test_a_block_without_a_counterpart_is_refused_with_its_line(desk: Desk) -> None:
    desk.edits(f"{BEGIN} fill\n{FILL};\n{END}")
    for command in ("check", "apply"):
        said = fails(desk.user, 2, command).err
        assert desk.line_of(f"{BEGIN} fill") in said
        assert "undoes this block by hand" in said and "no way back: REASON" in said


REFUSED = (
    (f"{BEGIN}\n{FILL};", "does not end"),
    (f"{BEGIN}\n{END}", "is empty"),
    (f"{END}", "not begun"),
    (f"{BEGIN}\n{BEGIN}\n{END}", "begins in another one"),
    (f"{BEGIN}\nSET @a = 1;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nCOMMIT;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nGRANT ALL ON *.* TO x;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nCREATE TEMPORARY TABLE x (a int);\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nSELECT 1;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nDROP DATABASE x;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nALTER DATABASE x CHARACTER SET latin1;\n{END}", "no place in a block by hand"),
    (f"{BEGIN}\nCREATE USER x@localhost;\n{END}", "no place in a block by hand"),
    ("-- by hand: no way back", "has no reason"),
    (f"{FILL};", "one statement, with its settings"),
    ("-- assert: DELETE FROM users", "only reads"),
    ("-- assert: SELECT 1 INTO OUTFILE '/tmp/x'", "only reads"),
    ("-- assert: SELECT 1 FROM users FOR UPDATE", "only reads"),
    ("-- assert: SELECT 1; DROP TABLE users", "only reads"),
)


def test_what_cannot_stand_in_a_file_is_refused_with_its_line(desk: Desk) -> None:
    written = desk.file().read_text()
    for text, said in REFUSED:
        desk.file().write_text(written)
        desk.edits(text)
        error = fails(desk.user, 2, "check").err
        assert said in error and f"{desk.file().name}:" in error
    assert desk.columns() == {"id", "name"}


FALSE = (
    ("SELECT COUNT(*) = 2 FROM users", "it gives 0"),
    ("SELECT NULL", "it gives NULL"),
    ("SELECT missing FROM users", "it fails"),
    ("SELECT id FROM users", "it gives 0 rows"),
    ("SELECT 1, 1", "of 2 values"),
    ("SELECT 'yes'", "neither true nor false"),
)


def test_an_assertion_that_does_not_hold_stops_the_proof(desk: Desk) -> None:
    written = desk.file().read_text()
    for select, gives in FALSE:
        desk.file().write_text(written)
        desk.edits(f"-- assert: {select}", ahead=True)
        said = fails(desk.user, 7, "check", "--write").err
        assert gives in said
        assert desk.line_of(f"-- assert: {select}") in said


def test_an_assertion_stops_a_run_and_it_goes_on_once_the_rows_are_mended(desk: Desk) -> None:
    select = "SELECT COUNT(*) = 0 FROM users WHERE name = 'bob'"
    desk.edits(f"-- assert: {select}")
    desk.fills(FILL)
    desk.user.succeeds("check", "--write")
    said = fails(desk.user, 7, "apply").err
    assert "it gives 0" in said and desk.line_of(f"-- assert: {select}") in said
    assert desk.emails() == ["", ""]
    desk.sql("UPDATE users SET name = 'ben' WHERE name = 'bob'")
    desk.user.succeeds("apply")
    assert desk.emails() == ["ann@example.org", "ben@example.org"]


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_what_a_run_has_done_that_did_not_end_is_no_drift(desk: Desk) -> None:
    user = desk.user
    user.succeeds("apply")
    user.declare(WITH_EMAIL + "      age: int\n  more:\n    columns: {id: int primary key}\n")
    user.succeeds("diff", "--write", "-m", "more")
    (file,) = user.folder.glob("generated/migrations/*_more.sql")
    asserted = "-- assert: SELECT COUNT(*) = 0 FROM users\n\n-- statement 2"
    file.write_text(file.read_text().replace("-- statement 2", asserted))
    user.succeeds("check", "--write")
    fails(user, 7, "apply")
    out = fails(user, 1, "status").out
    assert "half done" in out and "drifted" not in out
    desk.sql("ALTER TABLE more ADD z int")
    assert "drifted   more is not as" in fails(user, 6, "status").out


def test_a_first_assertion_stops_before_anything_is_run(desk: Desk) -> None:
    desk.edits("-- assert: SELECT COUNT(*) = 0 FROM users", ahead=True)
    desk.user.succeeds("check", "--write")
    assert "nothing was run" in fails(desk.user, 7, "apply").err
    assert desk.columns() == {"id", "name"}
    assert "half" not in desk.user.types("status").out


def test_a_last_assertion_looks_at_what_was_done(desk: Desk) -> None:
    desk.fills(FILL)
    desk.edits("-- assert: SELECT COUNT(*) = 0 FROM users WHERE email LIKE 'bob%'")
    desk.user.succeeds("check", "--write")
    fails(desk.user, 7, "apply")
    assert "pending" in desk.user.types("status").out
    desk.sql("UPDATE users SET email = 'b@example.org' WHERE id = 2")
    desk.user.succeeds("apply")
    desk.user.succeeds("status")
    assert desk.emails() == ["ann@example.org", "b@example.org"]


def test_definitions_by_hand_lead_to_what_is_declared(desk: Desk) -> None:
    """The declaration asks for an index more than the files: people write it themselves."""
    desk.user.declare(WITH_EMAIL + "    indexes: {by_email: email}\n")
    said = fails(desk.user, 1, "check").err if _touch(desk) else ""
    assert "does not lead to the declaration" in said and "by_email" in said
    desk.edits(f"{BEGIN}\nCREATE INDEX by_email ON users (email);\n{END}")
    desk.edits(f"{BEGIN}\nDROP INDEX by_email ON users;\n{END}", ".rollback", ahead=True)
    desk.user.succeeds("check", "--write")
    assert desk.file().read_text().count("-- after: sha256:") == 2 + 1
    desk.user.succeeds("apply")
    desk.user.succeeds("diff")
    desk.user.succeeds("rollback", "--allow", "drop-column:users.email")
    assert desk.columns() == {"id", "name"}


def _touch(desk: Desk) -> bool:
    """An assertion that always holds: the file counts as edited."""
    desk.edits("-- assert: SELECT TRUE", ahead=True)
    return True


def test_a_rollback_that_does_not_lead_back_is_named_with_its_statement(desk: Desk) -> None:
    path = desk.file(".rollback")
    path.write_text(
        re.sub(
            r"\nALTER TABLE [^;]*;", "\nALTER TABLE `users` MODIFY `email` int;", path.read_text()
        )
    )
    said = fails(desk.user, 1, "check").err
    assert "does not lead to what was there before" in said
    assert "email" in said and f"{path.name}:" in said
    assert "statement 1 of 1 touched it last" in said


def test_a_statement_that_fails_is_named_with_its_line(desk: Desk) -> None:
    desk.fills("UPDATE users SET missing = 1")
    said = fails(desk.user, 7, "check", "--write").err
    assert "fails in the proof" in said and "missing" in said
    assert desk.line_of("UPDATE users SET missing = 1;") in said


def test_without_a_scratch_nothing_is_proved_and_nothing_written(desk: Desk) -> None:
    desk.fills(FILL)
    before = desk.file().read_text()
    said = fails(desk.user, 6, "check", "--write", "--scratch", "none").err
    assert "not proved: no scratch database was wanted" in said
    assert desk.file().read_text() == before


def test_a_proof_does_not_reach_out_of_its_scratch_database(desk: Desk) -> None:
    desk.fills(f"UPDATE {desk.database}.users SET name = 'gone'")
    said = fails(desk.user, 4, "check", "--write").err
    assert f"names the database {desk.database}" in said
    assert desk.sql("SELECT COUNT(*) FROM users WHERE name = 'gone'") == [(0,)]
    path = desk.file(".rollback")
    written = path.read_text()
    for sql in (f"DROP TABLE {desk.database}.users", f"DROP DATABASE {desk.database}"):
        path.write_text(re.sub(r"\nALTER TABLE [^;]*;", f"\n{sql};", written))
        desk.file().write_text(desk.file().read_text().replace(f"{desk.database}.", ""))
        fails(desk.user, 4, "check", "--write")
    assert desk.sql("SELECT COUNT(*) FROM users") == [(2,)]


def test_rows_that_a_block_mends_do_not_count_before_it(desk: Desk) -> None:
    """NULLs, where the column is to be NOT NULL: filled by hand ahead of the statement."""
    desk.user.succeeds("apply")
    desk.sql("UPDATE users SET name = NULL WHERE id = 2")
    desk.user.declare(WITH_EMAIL.replace("name: varchar(80)", "name: varchar(80) not null"))
    desk.user.succeeds("diff", "--write", "-m", "named email")
    up, down = (
        next(desk.user.folder.glob(f"generated/migrations/*named_email{way}.sql"))
        for way in ("", ".rollback")
    )
    refused = fails(desk.user, 4, "apply").err
    assert "nulls:users.name" in refused
    said = up.read_text()
    at = said.index("\n-- statement 1")
    block = f"{BEGIN}\nUPDATE users SET name = '?' WHERE name IS NULL AND id = {{}};\n{END}\n"
    down.write_text(down.read_text() + "\n-- by hand: no way back: nobody had a name\n")
    up.write_text(said[:at] + "\n" + block.format(1) + said[at:])
    desk.user.succeeds("check", "--write")
    assert "leave these rows" in fails(desk.user, 4, "apply").err
    desk.sql("UPDATE users SET name = 'bob' WHERE id = 2")
    desk.user.succeeds("apply")


def test_without_a_database_the_files_themselves_say_where_each_begins(
    root: User, server: Server, database: str
) -> None:
    """In a private server: what the files before it lead to, from an empty database on."""
    root.declare(USERS)
    root.brings_in_sync()
    root.declare(WITH_EMAIL)
    root.succeeds("diff", "--write", "-m", "email")
    offline = User(root.folder)
    (file,) = root.folder.glob("generated/migrations/*_email.sql")
    file.write_text(file.read_text() + "\n-- assert: SELECT COUNT(*) = 0 FROM users\n")
    said = offline.succeeds("check", "--write", "--scratch", "sandbox").out
    assert "run up and down with the expected result on a private" in said
    assert "-- proof: run up and down with the expected result on a private" in file.read_text()
    root.succeeds("apply")
    root.succeeds("diff")


def planned(user: User, declared: str) -> tuple[Path, Path]:
    """The two files of a migration to this declaration."""
    user.declare(declared)
    user.succeeds("diff", "--write", "-m", "second")
    up, down = sorted(
        user.folder.glob("generated/migrations/*_second*"), key=lambda path: len(path.name)
    )
    return up, down


def test_an_edited_statement_is_judged_by_what_it_does_now(desk: Desk) -> None:
    """The rows are counted that the edited type harms, and not those of the type that was planned."""
    desk.user.succeeds("apply")
    desk.sql("UPDATE users SET name = REPEAT('x', 20) WHERE id = 2")
    up, _ = planned(desk.user, WITH_EMAIL.replace("name: varchar(80)", "name: varchar(40)"))
    assert "> 40" in up.read_text()
    up.write_text(up.read_text().replace("`name` varchar(40)", "`name` varchar(10)"))
    desk.user.declare(WITH_EMAIL.replace("name: varchar(80)", "name: varchar(10)"))
    desk.user.succeeds("check", "--write")
    assert "> 10" in up.read_text() and "> 40" not in up.read_text()
    assert "1 row of users, for example id 2" in fails(desk.user, 4, "apply").err


def test_what_an_edited_statement_loses_is_asked_for(desk: Desk) -> None:
    """A clause that was added to a statement of ours, and one in a block: neither is in the plan."""
    path, back = desk.file(), desk.file(".rollback")
    own = "-- Reviewed by Ann.\n"
    path.write_text(
        path.read_text()
        .replace("-- proof:", f"{own}-- proof:")
        .replace("ADD COLUMN `email`", "DROP COLUMN `name`, ADD COLUMN `email`")
    )
    text = back.read_text()
    at = text.index("DROP COLUMN `email`")
    back.write_text(f"{text[:at]}ADD COLUMN `name` varchar(80) AFTER `id`, {text[at:]}")
    desk.user.declare(WITH_EMAIL.replace("      name: varchar(80)\n", ""))
    said = fails(desk.user, 6, "check").err
    assert "it does not say that it needs an approval: drop-column:users.name" in said
    desk.user.succeeds("check", "--write")
    assert own in path.read_text()
    assert "--allow drop-column:users.name" in fails(desk.user, 4, "apply").err
    assert "2 rows of users" in fails(desk.user, 4, "apply").err
    desk.user.succeeds("apply", "--allow", "drop-column:users.name")
    fails(desk.user, 4, "rollback", "--allow", "drop-column:users.email")
    allowed = ("drop-column:users.email", "not-restored:users.name")
    desk.user.succeeds("rollback", *(word for each in allowed for word in ("--allow", each)))
    assert desk.columns() == {"id", "name"}


def test_what_is_dropped_by_hand_is_asked_for(desk: Desk) -> None:
    desk.user.declare(WITH_EMAIL.replace("      name: varchar(80)\n", ""))
    desk.edits(f"{BEGIN}\nALTER TABLE users DROP COLUMN name;\n{END}")
    give_back = "ALTER TABLE users ADD COLUMN name varchar(80) AFTER id"
    desk.edits(f"{BEGIN}\n{give_back};\n{END}", ".rollback", ahead=True)
    desk.user.succeeds("check", "--write")
    assert "-- approve: drop-column:users.name\n" in desk.file().read_text()
    desk.user.succeeds("check")
    assert "2 rows of users" in fails(desk.user, 4, "apply").err
    desk.user.succeeds("apply", "--allow", "drop-column:users.name")


def test_what_is_edited_leaves_nothing_that_cannot_be_read(desk: Desk) -> None:
    """A view between two statements by hand, although the end would be right."""
    desk.sql("CREATE VIEW v AS SELECT name FROM users")
    lines = (
        "ALTER TABLE users RENAME COLUMN name TO title",
        "ALTER TABLE users RENAME COLUMN title TO name",
    )
    desk.fills(*lines)
    said = fails(desk.user, 4, "check", "--write").err
    assert "the view v" in said and desk.line_of(f"{lines[0]};") in said


def test_a_rewrite_that_was_killed_is_finished_by_the_next_command(desk: Desk) -> None:
    desk.edits("-- assert: SELECT TRUE", ahead=True)
    before = [desk.file(way).read_text() for way in ("", ".rollback")]
    desk.user.succeeds("check", "--write")
    after = [desk.file(way).read_text() for way in ("", ".rollback")]
    folder, names = desk.file().parent, [desk.file(way).name for way in ("", ".rollback")]
    for name, old, new in zip(names, before, after, strict=True):
        (folder / name).write_text(old)
        (folder / f".plumbob-{len(name)}").write_text(new)
    (folder / ".plumbob-rewrite").write_text(
        "".join(f".plumbob-{len(name)} {name}\n" for name in names)
    )
    desk.user.succeeds("apply")
    assert [desk.file(way).read_text() for way in ("", ".rollback")] == after
    assert not list(folder.glob(".plumbob-*"))


def test_an_approval_in_the_file_is_one_where_a_reviewer_sees_it(desk: Desk) -> None:
    desk.user.succeeds("apply")
    up, down = planned(desk.user, WITH_EMAIL.replace("      name: varchar(80)\n", ""))
    written = up.read_text()
    at = written.index("\n-- statement 1")
    for wrong in ("all", "drop-colum:users.name", "nulls:users.name"):
        up.write_text(f"{written[:at]}\n-- approved: {wrong}\n{written[at:]}")
        assert f"{up.name}:" in fails(desk.user, 2, "check").err
    up.write_text(f"{written[:at]}\n-- approved: drop-column:users.name\n{written[at:]}")
    down.write_text(f"{down.read_text()}\n-- approved: not-restored:users.name\n")
    assert "changed after it had been written" in fails(desk.user, 6, "apply").err
    desk.user.succeeds("check", "--write")
    assert "\n-- approved: drop-column:users.name\n" in up.read_text()
    assert "2 rows of users, for example id 1, as approved" in desk.user.succeeds("apply").err
    desk.user.succeeds("rollback")


def test_a_trigger_that_fails_between_two_statements_is_named(desk: Desk) -> None:
    """Behind the first one, although the end would be right; also one that was made in the file."""
    trigger = "CREATE TRIGGER tr BEFORE INSERT ON users FOR EACH ROW SET NEW.name = 'x'"
    written = desk.file().read_text()
    mode = re.search("SET SESSION sql_mode = '.*'", written)
    assert mode is not None
    desk.sql(mode[0], trigger)
    away = "ALTER TABLE users RENAME COLUMN name TO title"
    back = "ALTER TABLE users RENAME COLUMN title TO name"
    desk.fills(away, back)
    said = fails(desk.user, 4, "check", "--write").err
    assert "the trigger of the table users" in said and desk.line_of(f"{away};") in said
    assert "drop it ahead of this statement and make it again behind it" in said
    desk.file().write_text(written)
    desk.edits("\n".join([BEGIN, "DROP TRIGGER tr;", f"{away};", f"{back};", f"{trigger};", END]))
    desk.user.succeeds("check", "--write")
    desk.user.succeeds("apply")


def test_a_program_that_names_what_goes_meanwhile_is_asked_for(desk: Desk) -> None:
    """The column is there again at the end; a procedure that is run in between fails."""
    desk.sql("CREATE PROCEDURE p() SELECT name FROM users")
    lines = (
        "ALTER TABLE users DROP COLUMN name",
        "ALTER TABLE users ADD name varchar(80) AFTER id",
    )
    desk.fills("UPDATE users SET email = name", *lines)
    desk.user.succeeds("check", "--write")
    text = desk.file().read_text()
    dropped = text.index(lines[0])
    assert "-- approve: break-program:p\n" in text[text.index("SET email = name") : dropped]
    asked = fails(desk.user, 4, "apply").err
    assert "--allow break-program:p" in asked and "--allow drop-column:users.name" in asked
