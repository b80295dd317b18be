"""`schema demo`: the whole tour, typed on a private server; every output is the real one."""

from __future__ import annotations

import contextlib
import difflib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import plumbob.commands
from plumbob import templates
from plumbob.commands import console, options
from plumbob.commands.sandbox import find_server
from plumbob.config import VARIABLE
from plumbob.errors import Exit, PlumbobError
from plumbob.report.safe import line
from plumbob.server.sandbox import Sandbox

EXAMPLE = """\
schema demo
schema demo --server mysql-9.7"""
# What the tour changes in the declaration: a new column and its index, and a column renamed.
EDITS = (
    (
        "      is_active: boolean not null default true\n",
        "      is_active: boolean not null default true\n      last_login_at: datetime\n",
    ),
    (
        "      ix_users_created_at: created_at desc\n",
        "      ix_users_created_at: created_at desc\n      ix_users_last_login: last_login_at\n",
    ),
    (
        "      full_name: varchar(120) not null\n",
        "      display_name: {type: varchar(120), null: false, was: full_name}\n",
    ),
)

ENVIRONMENT = ("DATABASE_URL", VARIABLE)
# Users, and the payments of all of them.
QUERIES = 2


@click.command(cls=options.Command, example=EXAMPLE)
@options.private_server
def command(server: str) -> int:
    """See the whole tour on a private, throw-away server.

    A shop is created, changed, rolled back and changed again, in a temporary folder; then its seeds
    are written, and read by its models. Each step shows the command and what it really says; the
    exit code is 0 only if the end is in sync.
    """
    with (
        tempfile.TemporaryDirectory(prefix="plumbob-demo-") as folder,
        Sandbox(find_server(server)) as sandbox,
        _working_in(Path(folder), sandbox.url_of("shop")),
    ):
        console.out(line(f"A private {sandbox.flavour}, a project in {folder}."))
        tour = Tour(Path(folder))
        tour.create()
        tour.change()
        tour.go_back_and_forth()
        tour.use()
    console.out("\nThat was all: the declaration and the database are in sync.")
    return Exit.OK


@dataclass(frozen=True, slots=True)
class Tour:
    """The steps, in a project folder that is the working folder."""

    folder: Path

    @property
    def declaration(self) -> Path:
        return self.folder / "schema" / "schema.yaml"

    def create(self) -> None:
        _say("A project, its declaration, and a database that has nothing of it yet")
        _type("init")
        self.declaration.write_text(templates.text("demo.yaml"), encoding="utf-8")
        console.out("(schema/schema.yaml is now the declaration of a shop: five tables)")
        _type("check")
        _type("create")
        _type("diff", "--write", "-m", "the shop", shown=False)
        _type("apply")
        _type("diff")

    def change(self) -> None:
        _say("A change of the declaration: a column with an index, and a column renamed")
        before = self.declaration.read_text(encoding="utf-8")
        after = edited(before)
        self.declaration.write_text(after, encoding="utf-8")
        console.out(_difference(before, after))
        _type("diff", expected=Exit.DIFFERENT)
        _say("The same, written down: a migration and its rollback, in plain SQL")
        _type("diff", "--write", "-m", "last login and display name", shown=False)
        for ending in ("name.sql", "name.rollback.sql"):
            for path in self.folder.glob(f"generated/migrations/*{ending}"):
                _show(path.relative_to(self.folder))

    def go_back_and_forth(self) -> None:
        _say("Applied, looked at, rolled back, and applied again")
        _type("apply")
        _type("status")
        _type("rollback", "--allow", "drop-column:users.last_login_at")
        _type("status", expected=Exit.DIFFERENT)
        _type("apply")
        _type("diff")

    def use(self) -> None:
        _say("Seeds, and an application that reads them: users with their payments in two queries")
        seeds = self.folder / "seeds" / "demo.yaml"
        seeds.parent.mkdir(exist_ok=True)
        # The column has another name by now.
        text = templates.text("demo_seeds.yaml").replace("full_name", "display_name")
        seeds.write_text(text, encoding="utf-8")
        _show(seeds.relative_to(self.folder))
        _type("seed")
        _type("seed")
        app = self.folder / "app.py"
        app.write_text(templates.text("demo_app.py"), encoding="utf-8")
        _show(app.relative_to(self.folder))
        _run(app.relative_to(self.folder))


def edited(declaration: str) -> str:
    """The declaration with the tour's change in it.

    Raises:
        PlumbobError: it is not the demo's declaration.
    """
    for before, after in EDITS:
        if declaration.count(before) != 1:
            raise PlumbobError("the demo's declaration is not the one that the tour knows")
        declaration = declaration.replace(before, after)
    return declaration


def _say(text: str) -> None:
    console.out("\n" + click.style(f"# {text}", fg="cyan", bold=True))


def _type(*argv: str, expected: Exit = Exit.OK, shown: bool = True) -> None:
    """Show a command, run it, and stop the tour when it does not end as it should."""
    console.out("\n" + click.style(f"$ schema {shlex.join(argv)}", bold=True))
    with contextlib.nullcontext() if shown else contextlib.redirect_stdout(None):
        code = plumbob.commands.run(argv)
    if code == Exit.INTERRUPTED:
        # Of the tour, whatever command it was at.
        raise KeyboardInterrupt
    if code != expected:
        raise PlumbobError(
            f"schema {argv[0]} ended with {code} where {int(expected)} was expected",
            advice="the demo is a test of plumbob on this machine: please report this",
            exit=Exit.FAILED,
        )


def _show(path: Path) -> None:
    console.out("\n" + click.style(f"$ cat {path}", bold=True))
    console.out(path.read_text(encoding="utf-8").rstrip())


def _run(path: Path) -> None:
    """Run a program of the application, and stop the tour when it needs more than two queries."""
    console.out("\n" + click.style(f"$ python {path}", bold=True))
    done = subprocess.run(
        [sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    console.out("\n".join(map(line, done.stdout.splitlines())))
    if done.returncode != 0 or done.stdout.count(" ms: SELECT ") != QUERIES:
        raise PlumbobError(
            f"{path} ended with {done.returncode}, and not after {QUERIES} queries",
            advice="the demo is a test of plumbob on this machine: please report this",
            exit=Exit.FAILED,
        )


def _difference(before: str, after: str) -> str:
    shown = difflib.unified_diff(
        before.splitlines(),
        after.splitlines(),
        "schema/schema.yaml",
        "schema/schema.yaml",
        n=1,
        lineterm="",
    )
    colours = {"+": "green", "-": "red"}
    return "\n".join(click.style(line(each), fg=colours.get(each[0])) for each in shown)


@contextlib.contextmanager
def _working_in(folder: Path, url: str) -> Iterator[None]:
    """Be in this folder, with this URL, as a user would be; then as before."""
    folder_before, before = Path.cwd(), {name: os.environ.get(name) for name in ENVIRONMENT}
    os.chdir(folder)
    os.environ.pop(VARIABLE, None)
    os.environ["DATABASE_URL"] = url
    try:
        yield
    finally:
        os.chdir(folder_before)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
