"""The folder: written both or none, never over anything, read as one chain (I01 to I08)."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration import files
from plumbob.migration.files import new_id, read_folder, write_pair
from plumbob.migration.migration import Migration
from plumbob.plan.statement import Statement
from tests.migration.samples import CREATED, example

ADD = Statement("ALTER TABLE `users` ADD COLUMN `x` int", "add x", "users")
DROP = Statement("ALTER TABLE `users` DROP COLUMN `x`", "drop x", "users")


def write(folder: Path, message: str = "first", parent: Migration | None = None) -> Migration:
    """Write a migration and read it back, for the next one to follow."""
    up, _ = write_pair(folder, example(ADD, down=(DROP,), message=message, parent=parent))
    return next(each for each in read_folder(folder) if each.id == up.stem)


def test_a_pair_is_written_and_read_back(tmp_path: Path) -> None:
    migration = example(ADD, down=(DROP,))
    up, down = write_pair(tmp_path / "generated" / "migrations", migration)
    assert up.name == "20261124T131500_add_last_login.sql"
    assert down.name == "20261124T131500_add_last_login.rollback.sql"
    assert read_folder(up.parent) == (migration,)
    assert sorted(path.name for path in up.parent.iterdir()) == [down.name, up.name]


def test_a_missing_folder_is_an_empty_chain(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "nothing") == ()


def test_a_name_that_is_taken_is_not_taken_again(tmp_path: Path) -> None:
    one = write_pair(tmp_path, example(ADD))[0]
    before = one.read_bytes()
    other = write_pair(tmp_path, example(DROP))[0]
    assert other.stem == f"{one.stem}-2"
    assert one.read_bytes() == before
    assert f"-- migration: {other.stem}\n" in other.read_text()


def test_two_writers_in_the_same_second_write_two_pairs(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.migration.samples import example;"
        "from plumbob.migration.files import write_pair;"
        "[write_pair(Path(sys.argv[1]), example()) for _ in range(10)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, tmp_path]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert len(list(tmp_path.glob("*.rollback.sql"))) == 40
    assert len(list(tmp_path.iterdir())) == 80


@pytest.mark.parametrize(
    ("message", "id"),
    [
        ("../../etc/passwd", "20261124T131500_etc_passwd"),
        ("/absolute", "20261124T131500_absolute"),
        ("nul\0 and\nnewline", "20261124T131500_nul_and_newline"),
        ("", "20261124T131500_migration"),
        ("Ünï čödé", "20261124T131500_uni_code"),
        ("добавить", "20261124T131500_migration"),
        ("x" * 300, "20261124T131500_" + "x" * 60),
        ("a-b.sql.rollback", "20261124T131500_a_b_sql_rollback"),
    ],
)
def test_any_message_makes_a_safe_name(tmp_path: Path, message: str, id: str) -> None:
    assert new_id(message, CREATED) == id
    folder = tmp_path / "in" / "here"
    migration = write(folder, message)
    assert migration.id == id
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert migration.message == (message.strip() or "migration")


def test_an_id_that_is_no_id_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    migration = example(ADD)
    for id in ("../x", "20261124T131500_../x", "20261124T131500_x\n", "x", "20261124T131500_x/y"):
        bad = replace(migration, header=replace(migration.header, id=id))
        with pytest.raises(PlumbobError, match="no id of a migration"):
            write_pair(tmp_path, bad)
    assert list(tmp_path.iterdir()) == []


def test_git_may_change_line_ends_and_add_a_mark(tmp_path: Path) -> None:
    migration = write(tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_folder(tmp_path) == (migration,)
    assert read_folder(tmp_path)[0].changed() == ()


def test_a_statement_that_was_edited_is_seen(tmp_path: Path) -> None:
    write(tmp_path)
    path = next(tmp_path.glob("*.rollback.sql"))
    path.write_text(path.read_text().replace("DROP COLUMN `x`", "DROP COLUMN `y`"))
    assert read_folder(tmp_path)[0].changed() == ("down",)


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "target"
    target.write_text("precious")
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "20261124T131500_first.sql").symlink_to(target)
    (folder / "20261124T131500_first-2.rollback.sql").symlink_to(elsewhere / "not there")
    up, _ = write_pair(folder, example(ADD, message="first"))
    assert up.stem == "20261124T131500_first-3"
    assert target.read_text() == "precious"
    assert not (elsewhere / "not there").exists()
    link = tmp_path / "link"
    link.symlink_to(elsewhere)
    with pytest.raises(PlumbobError, match="symbolic link"):
        write_pair(link, example(ADD))
    assert [path.name for path in elsewhere.iterdir()] == ["target"]


def test_a_folder_that_cannot_be_written_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(number: int) -> None:
        raise OSError(number, os.strerror(number))

    for number, code in ((errno.ENOSPC, Exit.FAILED), (errno.EROFS, Exit.NO_ACCESS)):
        monkeypatch.setattr(files.os, "fsync", lambda _, number=number: refuse(number))
        with pytest.raises(PlumbobError, match=os.strerror(number)) as caught:
            write_pair(tmp_path, example(ADD))
        assert caught.value.exit == code
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlumbobError, match="cannot be written to"):
        write_pair(tmp_path / "file", example(ADD))


def test_a_file_system_without_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(files.os, "link", refuse)
    assert write(tmp_path).id == "20261124T131500_first"
    assert write_pair(tmp_path, example(ADD, message="first"))[0].stem.endswith("-2")
    assert len(list(tmp_path.iterdir())) == 4


def test_a_writer_killed_at_any_moment_leaves_both_or_none(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.migration.samples import example;"
        "from plumbob.migration.files import write_pair; from plumbob.migration.text import _template;"
        "migrations = [example(message=f'number {n}') for n in range(1000)]; _template(); print(flush=True);"
        "[write_pair(Path(sys.argv[1]) / str(n), each) for n, each in enumerate(migrations)]"
    )
    partial = 0
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(random.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        for folder in tmp_path.iterdir():
            ups = [path for path in folder.glob("*.sql") if ".rollback." not in path.name]
            assert len(read_folder(folder)) == len(ups)
            partial += len(list(folder.glob("*.sql"))) != 2 * len(ups)
            for path in folder.glob("*"):
                path.unlink()
    assert partial <= 12


def test_what_killed_writers_left_is_taken_away_later(tmp_path: Path) -> None:
    old, young = tmp_path / ".plumbob-old", tmp_path / ".plumbob-young"
    for path in (old, young):
        path.write_text("")
    os.utime(old, (0, 0))
    write(tmp_path)
    assert young.exists() and not old.exists()


def test_parents_give_the_order_and_not_the_clock(tmp_path: Path) -> None:
    first = write(tmp_path, "z first")
    up, _ = write_pair(
        tmp_path,
        example(ADD, message="second", parent=first, created="1999-01-01T00:00:00Z"),
    )
    assert [each.id for each in read_folder(tmp_path)] == [first.id, up.stem]


def test_two_branches_are_both_named(tmp_path: Path) -> None:
    first = write(tmp_path, "first")
    for message, created in (("mine", "2026-11-25T00:00:00Z"), ("yours", "2026-11-26T00:00:00Z")):
        write_pair(tmp_path, example(ADD, message=message, parent=first, created=created))
    with pytest.raises(PlumbobError) as caught:
        read_folder(tmp_path)
    assert caught.value.what == (
        "20261125T000000_mine and 20261126T000000_yours both follow 20261124T131500_first"
    )
    assert "schema rebase" in caught.value.advice
    assert caught.value.exit == Exit.STALE


def test_a_gap_and_a_parent_of_another_version_are_told(tmp_path: Path) -> None:
    first = write(tmp_path, "first")
    second = write(tmp_path, "second", first)
    write(tmp_path, "third", second)
    kept = [(path, path.read_bytes()) for path in tmp_path.glob("*second*")]
    for path, _ in kept:
        path.unlink()
    with pytest.raises(PlumbobError, match="third follows 20261124T131500_second, which is not"):
        read_folder(tmp_path)
    for path, content in kept:
        path.write_bytes(content)
    for path in tmp_path.glob("*first*"):
        path.unlink()
    write_pair(tmp_path, example(DROP, message="first"))
    with pytest.raises(PlumbobError, match="second was planned to follow another version"):
        read_folder(tmp_path)


def test_a_missing_rollback_and_a_foreign_file_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path)
    next(tmp_path.glob("*.rollback.sql")).unlink()
    (tmp_path / "notes.sql").write_text("SELECT 1;\n")
    (tmp_path / "README.md").write_text("not ours")
    with pytest.raises(ManyErrors) as caught:
        read_folder(tmp_path)
    assert [error.what for error in caught.value.errors] == [
        "the rollback of 20261124T131500_first is missing",
        "this migration file cannot be read: its first line is not `-- plumbob migration, format 3`",
    ]


def test_files_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    write(tmp_path)
    path = next(tmp_path.glob("*.rollback.sql"))
    path.write_text(path.read_text().replace("-- message: first", "-- message: another"))
    with pytest.raises(PlumbobError, match="do not belong together"):
        read_folder(tmp_path)


def test_a_renamed_file_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.iterdir():
        path.rename(path.with_name(path.name.replace("first", "better")))
    with pytest.raises(PlumbobError, match="renamed: its header says 20261124T131500_first"):
        read_folder(tmp_path)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    write(tmp_path)
    next(tmp_path.glob("*first.sql")).write_bytes(b"\xff\xfe-\0-\0")
    with pytest.raises(PlumbobError, match="not UTF-8"):
        read_folder(tmp_path)
