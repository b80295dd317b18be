"""`schema sandbox`: a private server for one command, or until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

import click

from plumbob.commands import console, options
from plumbob.errors import Exit, PlumbobError
from plumbob.model.flavour import Maker
from plumbob.server.binaries import Binary, find
from plumbob.server.connection import connect
from plumbob.server.sandbox import Sandbox
from plumbob.server.target import Target
from plumbob.workflow.database import create_database_sql

EXAMPLE = """\
schema sandbox -- python -m pytest
schema sandbox --server mariadb-10.11"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.private_server
@click.option("-D", "--database", metavar="NAME", default="app", help="Database to create [app].")
@options.json
@click.argument("arguments", nargs=-1, metavar="[-- COMMAND...]", type=click.UNPROCESSED)
def command(server: str, database: str, as_json: bool, arguments: tuple[str, ...]) -> int:
    """Start a private server, for a command or until Ctrl-C.

    The command gets the server's address in DATABASE_URL, and its exit code is passed on. Without a
    command the address is printed, and the server runs until it is interrupted. Nothing is kept.
    """
    with Sandbox(find_server(server)) as sandbox:
        with connect(Target.from_url(sandbox.url)) as connection:
            connection.execute(create_database_sql(database, None, None))
        url = sandbox.url_of(database)
        if arguments:
            return _run(arguments, url)
        if as_json:
            console.out_json({"url": url, "server": str(sandbox.flavour), "pid": sandbox.pid})
        else:
            console.out(url)
        console.note(f"{sandbox.flavour} runs until Ctrl-C; nothing in it is kept.")
        _wait()
    return Exit.OK


def find_server(name: str) -> Binary:
    """The server that a person calls `mariadb-10.11`, `mysql`, or nothing at all."""
    maker, _, series = name.lower().partition("-")
    makers: dict[str, Maker | None] = {"mysql": "mysql", "mariadb": "mariadb", "": None}
    if maker not in makers:
        raise PlumbobError(
            f"{name} is not a kind of server", advice="say mysql, mariadb, mysql-9.7 and the like"
        )
    return find(makers[maker], series or None)


def _run(arguments: tuple[str, ...], url: str) -> int:
    """Run the command; Ctrl-C reaches it too, so we wait for what it does about it."""
    try:
        child = subprocess.Popen(arguments, env={**os.environ, "DATABASE_URL": url})
    except OSError as error:
        raise PlumbobError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: child.terminate())
    while True:
        try:
            code = child.wait()
            # As a shell reports an end by a signal.
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            continue


def _wait() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: ended.set())
    ended.wait()
