"""From the options of a command line to a project, a target and an open connection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plumbob.commands import console
from plumbob.commands.options import PASSWORD_IN_ARGV, ConnectionOptions, ProjectOptions
from plumbob.config import Config
from plumbob.errors import Exit, PlumbobError
from plumbob.project import Project, find_project
from plumbob.report.faults import notice_text

if TYPE_CHECKING:
    from plumbob.declaration import Declaration
    from plumbob.server.connection import Server
    from plumbob.server.target import Target


def open_project(where: ProjectOptions) -> Project:
    """The project of `--dir` and `--schema`, or of the working folder, in the chosen environment."""
    return find_project(where.folder, where.schema, where.env)


def load_declaration(project: Project) -> Declaration:
    """The project's declaration, valid as far as no server has to be asked; warnings are shown.

    Raises:
        PlumbobError: or ManyErrors, each with its place in a file.
    """
    from plumbob.declaration import load, validate

    declaration = load(Path(project.shown(project.schema)))
    # Half a second to import: a file that cannot be read is told before.
    from plumbob.workflow.outside import refuse_ignored

    for notice in declaration.warnings:
        console.note(notice_text(notice.what, notice.advice, notice.where))
    refuse_ignored(declaration, project.config.scope)
    validate(declaration, None, is_outside=project.config.scope.is_outside)
    return declaration


def scratch_place(asked: str | None, config: Config) -> str:
    """Where declared text is tried out: what `--scratch` says, else the configuration, else ""."""
    if asked and "://" in asked and has_password(asked):
        console.warn(PASSWORD_IN_ARGV)
    return config.scratch_at(asked)


def has_password(url: str) -> bool:
    from plumbob.server.url import parse_url

    return parse_url(url, "--scratch").password is not None


def find_target(to: ConnectionOptions, config: Config) -> Target:
    """The server and the database that are meant; a password that is asked for is asked here.

    Raises:
        PlumbobError: nothing names a database, or the password cannot be asked for.
    """
    from plumbob.server.target import Target

    target = Target.from_options(
        url=to.url,
        host=to.host,
        port=to.port,
        user=to.user,
        socket=to.socket,
        database=to.database,
        password=_password(to),
        ssl_mode=to.ssl_mode,
        ssl_ca=None if to.ssl_ca is None else str(to.ssl_ca),
        defaults_file=to.defaults_file,
        password_file=to.password_file,
        kept=config.kept,
        environ=_environment(config),
    )
    for warning in target.warnings:
        console.warn(warning)
    if not target.database:
        raise PlumbobError(
            "no database is named",
            advice=f"set {config.url_env} to mysql://user@host/database, or use --url or -D",
        )
    return target


def connect_to(target: Target, to: ConnectionOptions, config: Config) -> Server:
    """An open connection, to be used as a context manager; what is ours there, the settings say."""
    from plumbob.server.connection import connect

    server = connect(target, wait=to.wait)
    server.scope = config.scope
    _tell_of_version(server)
    return server


def _tell_of_version(server: Server) -> None:
    """A server that is newer or older than what is known is worth a word, and is no reason to stop."""
    from plumbob.model.features import note_of_version

    if note := note_of_version(server.flavour):
        console.note(note)


def warn_of_unasked(server: Server) -> None:
    """A member of a cluster that did not answer may have something else."""
    for each in server.unasked:
        console.warn(f"not asked: {each}")


def connect_to_server(target: Target, to: ConnectionOptions) -> Server:
    """An open connection to the server without a database, which need not be there."""
    from plumbob.server.connection import connect

    return connect(replace(target, database=None), wait=to.wait)


def _environment(config: Config) -> Mapping[str, str]:
    """The environment, the URL under the name that the layer below knows."""
    return {**os.environ, "DATABASE_URL": os.environ.get(config.url_env, "")}


def _password(to: ConnectionOptions) -> str | None:
    if to.password is not None or not to.ask_password:
        return to.password
    if not console.can_ask():
        raise PlumbobError(
            "-p asks for the password, and there is no terminal to ask on",
            advice="give it by --password-file, in MYSQL_PWD, in DATABASE_URL or in an option file",
            exit=Exit.BAD_INPUT,
        )
    password: str = click.prompt(
        "Password", hide_input=True, err=True, default="", show_default=False
    )
    return password


def database_name(server: Server) -> str:
    """A database as reports name it: server and version, place, name."""
    place = replace(server.target, database=None).label()
    return f"{server.flavour} at {place}, database {server.database}"
