"""A user of the command line in a test: a project folder, a database, and commands that are typed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbob.commands import run
from tests.servers import PROJECT, Server

OURS = {"_plumbob_history", "_plumbob_journal", "_plumbob_marks"}


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


@dataclass(frozen=True)
class User:
    """Types commands in `folder`; they run in this process, which is a tenth of the time.

    `url` goes into DATABASE_URL; "" means that there is none. Declared text is tried out on the
    target: a sandbox for each command would take a second each.
    """

    folder: Path
    url: str = ""

    @property
    def schema(self) -> Path:
        return self.folder / "schema" / "schema.yaml"

    def declare(self, text: str | bytes, name: str = "schema.yaml") -> None:
        """Make this the declaration, in place of one that was there under another name."""
        for other in ("schema.yaml", "schema.sql"):
            self.schema.with_name(other).unlink(missing_ok=True)
        self.schema.parent.mkdir(exist_ok=True)
        file = self.schema.with_name(name)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        settings = self.folder / "plumbob.cfg"
        if not settings.exists():
            settings.write_text("[plumbob]\nscratch = target\n")

    def types(self, *argv: str) -> Result:
        out, err = io.StringIO(), io.StringIO()
        with (
            _inside(self.folder),
            _environment(DATABASE_URL=self.url),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(argv)
        return Result(code, out.getvalue(), err.getvalue())

    def succeeds(self, *argv: str) -> Result:
        result = self.types(*argv)
        assert result.code == 0, result
        return result

    @contextlib.contextmanager
    def starts(
        self, *argv: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.STDOUT
    ) -> Iterator[subprocess.Popen[str]]:
        """A command in a process of its own, which has ended or is killed afterwards."""
        process = subprocess.Popen(
            [sys.executable, "-m", "plumbob", *argv],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "DATABASE_URL": self.url},
            stdout=stdout,
            stderr=stderr,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def brings_in_sync(self) -> Result:
        """Write the difference down, apply it, and see that none is left."""
        written = self.types("diff", "--write", "-m", "test")
        assert written.code == 0, written
        self.succeeds("apply", "--allow", "all")
        return self.succeeds("diff")


def tables(server: Server, database: str) -> dict[str, str]:
    """Every table of a database with what SHOW CREATE TABLE says, our history and journal aside."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
        found = {}
        for name in {name for name, _ in cursor.fetchall()} - OURS:
            cursor.execute("SHOW CREATE TABLE `" + name.replace("`", "``") + "`", None)
            found[name] = cursor.fetchone()[1]
        return found


def names(server: Server, database: str) -> set[str]:
    """The names of all tables, ours included."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        return {name for (name,) in cursor.fetchall()}


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
