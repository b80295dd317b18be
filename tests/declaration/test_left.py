"""What a kill leaves in the folder of a declaration: no reader takes it, and the next writer removes it."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

from plumbob.declaration import load
from plumbob.declaration.files import replace_file
from tests.servers import PROJECT

TABLE = "tables:\n  {}:\n    columns:\n      id: int\n"
SQL = "CREATE TABLE {} (id int);\n"
KILLED = """
import os, pathlib, signal, sys
from plumbob.declaration.files import replace_file
os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
replace_file(pathlib.Path(sys.argv[1]), sys.argv[2].encode())
"""


def is_killed_as_it_writes(path: Path, content: str) -> Path:
    """Gives the file that is left."""
    there = {*path.parent.iterdir()}
    ended = subprocess.run([sys.executable, "-c", KILLED, path, content], cwd=PROJECT, check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = {*path.parent.iterdir()} - there
    assert left.read_text() == content
    return left


def test_what_a_kill_has_left_goes_with_the_next_write(tmp_path: Path) -> None:
    root = tmp_path / "schema.yaml"
    root.write_text("include: '*'\n")
    other = tmp_path / "users.yaml"
    other.write_text(TABLE.format("users"))
    is_killed_as_it_writes(other, TABLE.format("people"))
    assert [path.name for path in load(root).files] == ["schema.yaml", "users.yaml"]
    editors = tmp_path / ".users.yaml.swp"
    editors.write_text("not ours")
    replace_file(other, TABLE.format("persons").encode())
    assert {path.name for path in tmp_path.iterdir()} == {"schema.yaml", "users.yaml", editors.name}
    assert list(load(root).schema.tables) == ["persons"]


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    left = is_killed_as_it_writes(path, "x")
    with left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        replace_file(path, b"tables: {}\n")
        assert left.exists()
    replace_file(path, b"tables: {}\n")
    assert not left.exists()


def test_a_folder_of_sql_is_read_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("a.sql", "._a.sql", ".b.sql", ".left/c.sql", "more/d.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(SQL.format(Path(name).stem.strip("._")))
    assert sorted(load(tmp_path).schema.tables) == ["a", "d"]
