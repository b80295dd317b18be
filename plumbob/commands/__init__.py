"""The command `schema`: finds the subcommand, runs it, and shows every error; the work is done
below.

A subcommand's module is imported when that command runs, and not before: help has to be there at
once.
"""

from __future__ import annotations

import importlib
import keyword
import os.path
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from plumbob import __version__
from plumbob.commands import console
from plumbob.errors import Exit

# Each command with the line that `schema --help` shows; its module has the same name, but for
# Python's keywords, which get a "_".
COMMANDS = {
    "demo": "See the whole tour on a private, throw-away server.",
    "init": "Lay out a project here; with --from, read a live database into it.",
    "import": "Read the declaration from the models of an application.",
    "pull": "Take what the database has into the declaration.",
    "fmt": "Settle the style of the declaration; turn YAML into SQL and back.",
    "check": "Check the declaration, the seeds, and migrations that were edited by hand.",
    "lint": "Show what is allowed in the declaration and often regretted.",
    "diff": "Show what differs between the declaration and the database.",
    "apply": "Run the migrations that the database does not have yet.",
    "rollback": "Undo the last migrations.",
    "seed": "Write the rows of seeds/*.yaml into the database.",
    "models": "Write the Peewee models of the declared tables.",
    "status": "Show what is applied, pending, or stuck.",
    "rebase": "Plan the second of two branches of migrations anew, behind the first.",
    "baseline": "Adopt a database that has what the migrations lead to, without running them.",
    "history": "Show what was applied and rolled back, when, by whom, and how long it took.",
    "drift": "Show what was changed on the server by nobody's migration.",
    "sync": "Make a database of development what is declared, without migrations.",
    "mark": "Mark a database as production, or take the mark away.",
    "grants": "Print what accounts need for this schema, on this server, and no more.",
    "explain": "Explain an error of the server by its number.",
    "setup": "Create the database, apply the migrations, write the seeds.",
    "reset": "Drop a database of development and set it up again.",
    "create": "Create the database that the URL names.",
    "drop": "Drop the database that the URL names.",
    "sandbox": "Start a private server, for a command or until Ctrl-C.",
}


class Front(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"plumbob.commands.{name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _unknown(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, 1)
    return f"no such command: {name}" + (f"; did you mean {near[0]}?" if near else "")


def _wants_json(argv: list[str]) -> bool:
    """Whether an error is to be JSON as well, known even when the options could not be read."""
    return "--json" in argv[: argv.index("--")] if "--" in argv else "--json" in argv


@click.command(
    cls=Front,
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"max_content_width": 100, "help_option_names": ["--help"]},
    epilog="Each command explains itself: schema diff --help",
)
@click.version_option(__version__, prog_name="plumbob", message="%(prog)s %(version)s")
@click.pass_context
def schema(context: click.Context) -> None:
    """Keep a live MySQL or MariaDB database true to one declaration file."""
    if context.invoked_subcommand is None:
        console.note(context.get_help())
        context.exit(Exit.BAD_INPUT)


def run(argv: Sequence[str], name: str = "schema") -> int:
    """Run one command line, without the program's name, and give its exit code."""

    def command() -> object:
        with schema.make_context(name, list(argv)) as context:
            return schema.invoke(context)

    return console.run(command, as_json=_wants_json(list(argv)))


def main() -> NoReturn:
    """What the installed commands `schema` and `plumbob`, and `python -m plumbob`, run."""
    name = "plumbob" if os.path.basename(sys.argv[0]).startswith("plumbob") else "schema"
    heed_signals()
    sys.exit(run(sys.argv[1:], name))


def heed_signals() -> None:
    """Let SIGTERM, and a terminal that goes away, end a command as Ctrl-C does: what it made for itself goes too."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        # `nohup` has SIGHUP ignored.
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)
