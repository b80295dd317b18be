"""The file that names the last migration: two branches collide in it when they are merged, by git itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from plumbob.errors import Exit
from tests.commands.user import User
from tests.servers import Server

FIRST = "tables:\n  users:\n    columns:\n      id: int primary key\n"
# Far from each other, so that the declaration itself is merged without a conflict.
MIDDLE = "".join(f"      c{number}: int\n" for number in range(9))
LAST = "  teams:\n    columns:\n      id: int primary key\n"
NAME = "      name: varchar(9)\n"
AGE = "      age: int\n"
OURS, THEIRS = FIRST + AGE + MIDDLE + LAST, FIRST + MIDDLE + LAST + NAME
BOTH = FIRST + AGE + MIDDLE + LAST + NAME
HEAD = "generated/migrations/head"


def git(folder: Path, *argv: str, code: int = 0) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *who, *argv],
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def named(user: User) -> list[str]:
    lines = (user.folder / HEAD).read_text().splitlines()
    return [each for each in lines if not each.startswith("#")]


def migrations(user: User) -> list[str]:
    found = user.folder.glob("generated/migrations/*.sql")
    return sorted(path.stem for path in found if ".rollback" not in path.name)


def writes(user: User, text: str, message: str) -> str:
    """Declare it, and write the migration; gives its id."""
    before = migrations(user)
    user.declare(text)
    user.succeeds("diff", "--write", "-m", message)
    (new,) = set(migrations(user)) - set(before)
    assert named(user) == [new]
    return new


@pytest.fixture
def ann(root: User) -> User:
    """One migration, which is applied."""
    root.declare(FIRST)
    with (root.folder / "plumbob.cfg").open("a") as settings:
        settings.write("models = off\n")
    writes(root, FIRST + MIDDLE + LAST, "first")
    root.succeeds("apply")
    return root


def commits(root: User) -> None:
    git(root.folder, "init", "-q")
    git(root.folder, "add", ".")
    git(root.folder, "commit", "-q", "-m", "first")


def test_two_branches_collide_in_version_control(ann: User) -> None:
    commits(ann)
    git(ann.folder, "checkout", "-q", "-b", "theirs")
    theirs = writes(ann, THEIRS, "theirs")
    git(ann.folder, "add", ".")
    git(ann.folder, "commit", "-q", "-m", "theirs")
    git(ann.folder, "checkout", "-q", "main")
    ours = writes(ann, OURS, "ours")
    ann.succeeds("apply")
    git(ann.folder, "add", ".")
    git(ann.folder, "commit", "-q", "-m", "ours")

    git(ann.folder, "merge", "theirs", code=1)
    assert git(ann.folder, "diff", "--name-only", "--diff-filter=U").split() == [HEAD]
    for command in ("check", "status", "apply"):
        refused = ann.types(command)
        assert refused.code == Exit.STALE, refused
        assert f"two branches have added migrations: {ours} and {theirs}" in refused.err
        assert "schema rebase" in refused.err

    done = ann.succeeds("rebase")
    assert f"removed {theirs}\n" in done.out
    assert migrations(ann)[:2] == sorted({*migrations(ann)[:1], ours})
    assert named(ann) == [migrations(ann)[-1]] != [ours]
    assert "_theirs" in migrations(ann)[-1]
    for command in ("check", "apply", "status", "diff"):
        ann.succeeds(command)


@pytest.fixture
def merged(ann: User) -> tuple[User, str, str]:
    """Both branches' migrations in one folder, the declaration merged, and neither applied."""
    theirs = writes(ann, THEIRS, "theirs")
    kept = {path: path.read_bytes() for path in ann.folder.glob(f"generated/migrations/{theirs}*")}
    for path in kept:
        path.unlink()
    ours = writes(ann, OURS, "ours")
    for path, content in kept.items():
        path.write_bytes(content)
    ann.declare(BOTH)
    return ann, ours, theirs


def test_a_rebase_before_the_first_branch_is_applied(merged: tuple[User, str, str]) -> None:
    user, ours, theirs = merged
    refused = user.types("rebase", "20990101T000000_x")
    assert (refused.code, "is in none of the two branches" in refused.err) == (2, True), refused
    done = user.types("rebase", theirs, "--json")
    assert done.code == Exit.DIFFERENT, done
    assert (len(done.json["removed"]), done.json["files"], done.json["pending"]) == (2, [], [ours])
    assert named(user) == [ours]
    assert user.types("apply").code == Exit.DIFFERENT
    user.succeeds("diff", "--write", "-m", "theirs")
    user.succeeds("apply")
    user.succeeds("status")
    refused = user.types("rebase")
    assert (refused.code, "there is one branch" in refused.err) == (2, True), refused


def test_what_was_applied_or_edited_is_not_removed(merged: tuple[User, str, str]) -> None:
    user, ours, theirs = merged
    files = {path: path.read_bytes() for path in user.folder.glob("generated/migrations/*.sql")}
    path = next(path for path in files if path.name == f"{theirs}.sql")
    path.write_text(path.read_text().replace("varchar(9)", "varchar(8)"))
    refused = user.types("rebase", theirs)
    assert (refused.code, "has what people wrote" in refused.err) == (Exit.UNSAFE, True), refused
    assert path.exists()
    # The other one is applied here, and theirs is what this database has.
    for each in user.folder.glob(f"generated/migrations/{theirs}*"):
        each.unlink()
    assert user.types("apply").code == Exit.DIFFERENT
    for each, content in files.items():
        each.write_bytes(content)
    refused = user.types("rebase", ours)
    assert (refused.code, "was applied to this database" in refused.err) == (6, True), refused
    assert len(list(user.folder.glob(f"generated/migrations/{ours}*"))) == 2


# What somebody made of the file, and what is said.
WRONG = {
    "# nothing\n": "it names none, and the last migration is ",
    "20990101T000000_gone\n": "it names 20990101T000000_gone, and the last migration is ",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_head_that_is_not_the_last_one(ann: User, text: str) -> None:
    (ann.folder / HEAD).write_text(text)
    refused = ann.types("check")
    assert (refused.code, WRONG[text] in refused.err) == (Exit.STALE, True), refused
    assert HEAD in refused.err
    # Nothing differs, and the head is settled all the same.
    ann.succeeds("diff", "--write")
    ann.succeeds("check")


def test_a_folder_from_before_there_was_a_head(ann: User) -> None:
    (ann.folder / HEAD).unlink()
    for command in ("check", "status", "apply"):
        ann.succeeds(command)
    assert not (ann.folder / HEAD).exists()
    ann.succeeds("diff", "--write")
    assert named(ann) == migrations(ann)


def test_who_writes_nothing_makes_no_head(root: User) -> None:
    root.declare(FIRST)
    root.types("diff")
    root.succeeds("check")
    assert not (root.folder / HEAD).exists()


def test_a_baseline_has_a_head(root: User, server: Server, database: str) -> None:
    server.run(database, "CREATE TABLE users (id int PRIMARY KEY) CHARSET utf8mb4")
    root.declare(FIRST)
    root.succeeds("baseline")
    assert named(root) == migrations(root)
