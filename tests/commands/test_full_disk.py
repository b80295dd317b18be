"""A disk that is full in the middle of a file: nothing of that file is there, and the same command does it later."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commands.user import User

FIRST = "tables:\n  users:\n    columns:\n      id: int primary key\n"


@contextmanager
def full_behind(size: int) -> Iterator[None]:
    """No file gets longer than this; the rest of a write fails, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_project_is_laid_out_whole_or_not_at_all(tmp_path: Path) -> None:
    user = User(tmp_path)
    # Of its two files the settings are the longer one: the declaration fits, or neither does.
    for size in (500, 10):
        with full_behind(size):
            assert user.types("init").code == 3
        assert files(tmp_path) == []
    user.succeeds("init")


def test_a_lost_file_is_written_again_whole_or_not_at_all(root: User) -> None:
    root.declare(FIRST)
    root.succeeds("diff", "--write", "-m", "first")
    root.succeeds("apply")
    folder = root.folder / "generated" / "migrations"
    before = files(folder)
    shutil.rmtree(folder)
    with full_behind(10):
        assert root.types("history", "--write").code == 3
    assert files(folder) == []
    root.succeeds("history", "--write")
    assert files(folder) == [name for name in before if name.endswith(".sql")]
    root.succeeds("status")
