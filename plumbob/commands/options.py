"""Options that commands share, read into values; what is done with them is the commands' business.

The connection options have the names that they have in the mysql client, `-p` included: with
nothing behind it, it asks; with a password attached, it works and is warned about.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plumbob.commands import console
from plumbob.config.values import seconds

if TYPE_CHECKING:
    from plumbob.migration.run.resume import Told

Function = Callable[..., Any]
Option = Callable[[Function], Function]
PASSWORD_IN_ARGV = (
    "a password on the command line can be seen by all users of this machine: "
    "use -p alone, --password-file, an environment variable or an option file"
)
_PASSWORD = re.compile(r"(?:-p|--password=)(?P<password>.*)", re.DOTALL)
# Where the context keeps a password that was found in argv.
_FOUND = "plumbob.password"


class Command(click.Command):
    """A command whose help ends with an example, and whose argv may hold `-pPASSWORD`."""

    def __init__(self, *args: Any, example: str = "", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        if example:
            self.epilog = "\b\nExample:\n  " + example.replace("\n", "\n  ")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(option.name == "ask_password" for option in self.params):
            args = [_take_password(ctx, each) for each in _own(args)] + args[len(_own(args)) :]
        return super().parse_args(ctx, args)


def _own(args: list[str]) -> list[str]:
    """The arguments that are ours: those in front of `--`."""
    return args[: args.index("--")] if "--" in args else args


def _take_password(ctx: click.Context, argument: str) -> str:
    """Leave `-p` where `-pPASSWORD` stood: click has no option with a value that may be left out."""
    found = _PASSWORD.fullmatch(argument)
    if found and found["password"]:
        ctx.meta[_FOUND] = found["password"]
        return "-p"
    return argument


def duration(text: str) -> float:
    """A time such as 500ms, 60s, 5m or 1h, in seconds; a number alone counts seconds."""
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@dataclass(frozen=True, slots=True)
class ProjectOptions:
    """Which project: a folder to start from, a declaration file named outright, an environment."""

    folder: Path | None = None
    schema: Path | None = None
    env: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Which server and database, as said on the command line; None is not said.

    `password` is what stood in argv, and never shown: `repr` leaves it out.
    """

    url: str | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    socket: str | None = None
    database: str | None = None
    defaults_file: Path | None = None
    password_file: Path | None = None
    ssl_mode: str | None = None
    ssl_ca: Path | None = None
    wait: float = 0.0
    ask_password: bool = False
    password: str | None = None

    def __repr__(self) -> str:
        return "ConnectionOptions(...)"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How migrations are run: what is approved, and what is done about others who are in the way."""

    allow: tuple[str, ...]
    dry_run: bool
    max_wait: float
    kill_blockers: bool
    over_drift: tuple[str, ...]
    interrupted: Told | None


def project(function: Function) -> Function:
    """`--dir`, `--schema` and `--env`, given to the function as `where`."""
    return _grouped(function, "where", ProjectOptions, _PROJECT)


def connection(function: Function) -> Function:
    """The mysql client's options and `--wait`, given to the function as `to`."""
    return _grouped(function, "to", ConnectionOptions, _CONNECTION)


def run(function: Function) -> Function:
    """What is said of a run of `apply` or `rollback`, given to the function as `how`."""
    return _grouped(function, "how", RunOptions, _RUN)


def _approvals(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    if given:
        # Not before it is needed: `schema --help` loads none of it.
        from plumbob.plan.approvals import check_approvals

        check_approvals(given)
    return given


json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

allow = click.option(
    "--allow",
    multiple=True,
    metavar="KIND:OBJECT",
    callback=_approvals,
    help="Approve one loss by its name, as the report shows it; may be repeated.",
)

scratch = click.option(
    "--scratch",
    metavar="PLACE",
    help="Where declared text is tried out: sandbox, target, none, or a URL.",
)

dry_run = click.option("--dry-run", is_flag=True, help="Say what would be run, and run nothing.")

max_wait = click.option(
    "--max-wait",
    type=duration,
    default="60s",
    metavar="TIME",
    help="Give up on a table that others hold after this time [60s].",
)


def life_cycle(function: Function) -> Function:
    """What commands take that make and drop whole databases: `where`, `to`, `allow` and `as_json`."""
    return project(connection(allow(json(function))))


new_folder = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The project's folder [.]; it is made when it is not there.",
)

private_server = click.option(
    "--server",
    metavar="NAME",
    default="",
    help="mysql or mariadb, with or without a release series: mysql-9.7 [the first found].",
)

_PROJECT = (
    click.option(
        "--dir",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Work as if started in this folder.",
    ),
    click.option(
        "--schema",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The declaration [schema/schema.yaml, here or above].",
    ),
    click.option(
        "--env",
        metavar="NAME",
        help="The environment whose settings count [$PLUMBOB_ENV, else development].",
    ),
)
_RUN = (
    allow,
    dry_run,
    max_wait,
    click.option(
        "--kill-blockers",
        is_flag=True,
        help="End connections that hold a table which is waited for; spared are backups, LOCK TABLES, "
        "other DDL, and transactions that have changed many rows (kill_rows in the settings).",
    ),
    click.option(
        "--over-drift",
        multiple=True,
        metavar="OBJECT",
        help="Change this object although somebody has changed it by hand; may be repeated.",
    ),
    click.option(
        "--interrupted",
        type=click.Choice(["done", "again"]),
        help="What became of a statement by hand that was running when the last run ended, and was in "
        "no transaction: it is done, or has to be run again.",
    ),
)
_CONNECTION = (
    click.option("--url", metavar="URL", help="mysql://user@host:port/database [$DATABASE_URL]."),
    click.option("-h", "--host", metavar="HOST", help="Host of the server."),
    click.option("-P", "--port", type=click.IntRange(1, 65535), metavar="PORT", help="TCP port."),
    click.option("-u", "--user", metavar="USER", help="Account."),
    click.option("-p", "--password", "ask_password", is_flag=True, help="Ask for the password."),
    click.option(
        "--password-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read the password from this file, which holds nothing else.",
    ),
    click.option("-S", "--socket", metavar="FILE", help="Unix socket of the server."),
    click.option("-D", "--database", metavar="NAME", help="Database."),
    click.option(
        "--defaults-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read options from this file alone, as the mysql client does.",
    ),
    click.option("--ssl-mode", metavar="MODE", help="TLS, as the mysql client has it."),
    click.option(
        "--ssl-ca",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Certificates that are trusted.",
    ),
    click.option(
        "--wait",
        type=duration,
        default="0s",
        metavar="TIME",
        help="Wait as long for a server that is still starting, such as 60s.",
    ),
)


def _grouped(
    function: Function, name: str, kind: type[Any], options: tuple[Option, ...]
) -> Function:
    """Give the values of some options to the function as one value."""
    names = [field.name for field in fields(kind)]

    @functools.wraps(function)
    def gathered(**values: Any) -> object:
        own = {key: values.pop(key) for key in names if key in values}
        if kind is ConnectionOptions:
            own["password"] = _password()
        return function(**{name: kind(**own)}, **values)

    decorated: Function = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def _password() -> str | None:
    """The password that stood in argv behind `-p`; one in a URL is told of by the target."""
    password: str | None = click.get_current_context().meta.get(_FOUND)
    if password is not None:
        console.warn(PASSWORD_IN_ARGV)
    return password
