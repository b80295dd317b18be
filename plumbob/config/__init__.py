"""The settings of a user's project, and where its root is; what is done with them is others' business.

They stand in one file: section `[plumbob]` of `plumbob.cfg` or of `setup.cfg`, or `[tool.plumbob]` of
`pyproject.toml`. An environment is a section `[plumbob:NAME]` (`[tool.plumbob.environments.NAME]`)
that overrides some of them. No secret belongs there, since these files are committed: they name the
environment variable that holds the URL instead, and where the password is kept.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from plumbob.config.files import FILE, SECTION, Said, position, read_sections
from plumbob.config.values import READERS
from plumbob.errors import PlumbobError
from plumbob.server.online import Tool, read_tool
from plumbob.server.password import Kept
from plumbob.server.scope import Scope, read_patterns

SECRETS = ("password", "passwd", "url", "database_url", "dsn")

VARIABLE = "PLUMBOB_ENV"
DEVELOPMENT, PRODUCTION = "development", "production"
# Environments that need no section of their own; any other name without one is a slip.
USUAL = (DEVELOPMENT, "test", PRODUCTION)
DECLARATIONS = ("schema/schema.yaml", "schema/schema.yml", "schema/schema.sql")

ScratchKind = Literal["sandbox", "target", "none"]


@dataclass(frozen=True, slots=True)
class Config:
    """What the settings say for one environment, with the defaults for what they do not say.

    Attributes:
        schema: the declaration, from the project's root.
        generated: the folder of the files that plumbob writes.
        url_env: the environment variable that holds the URL of the database.
        scratch: sandbox, target, none, the NAME of an environment variable that holds a URL
            (`$NAME`), or "" for the first that is there.
        production: whether the database of this environment is production; one that is named
            production is, unless it says otherwise.
        ignore, manage: patterns of names that are not ours, or are ours although they look like a
            tool's (see `scope`).
        exact_order: whether another order of indexes is a difference, on MariaDB of checks as well.
        lint_ignore: findings of `schema lint` that are not to be told (`plumbob.lint.silenced`).
        models: the file of generated models, "off" for none, "" for models.py among the generated; a
            path that does not end in .py is a folder with a module for each table.
        models_base, models_naming, models_enums, models_schema: how models are written
            (`plumbob.models.Options`).
        seeds: the folder of seed files.
        pool_max, pool_min: connections of the application's pool.
        pool_wait, pool_idle: seconds to wait for a free connection; after which an idle one goes.
        retries, retry_pause: how often a lost connection is tried again, and seconds in between.
        log_sql: whether the application's SQL is logged; without a word in development alone.
        large_rows, large_bytes: from when on nobody may wait for a table without an approval; 0 for
            no limit.
        online_alter: the tool that alters such a table (see `server.online`), "" for none.
        kill_rows: a transaction that has changed more rows is not ended by --kill-blockers.
        password_file, password_command: where the password of the database is kept
            (`plumbob.server.password.Kept`); the file from the project's root, with ~ and $NAME in it.
        committed_secrets: whether a password may be read from a file that is in git.
        environment: the name of the environment that this is; no setting.
    """

    schema: str = "schema/schema.yaml"
    generated: str = "generated"
    url_env: str = "DATABASE_URL"
    scratch: str = ""
    production: bool = False
    ignore: str = ""
    manage: str = ""
    exact_order: bool = False
    lint_ignore: str = ""
    models: str = ""
    models_base: str = "plumbob.runtime.Model"
    models_naming: str = "snake"
    models_enums: bool = False
    models_schema: str = ""
    seeds: str = "seeds"
    pool_max: int = 10
    pool_min: int = 0
    pool_wait: float = 30.0
    pool_idle: float = 10.0
    retries: int = 3
    retry_pause: float = 1.0
    log_sql: bool = True
    large_rows: int = 1_000_000
    large_bytes: int = 1024**3
    online_alter: str = ""
    kill_rows: int = 1000
    password_file: str = ""
    password_command: str = ""
    committed_secrets: bool = False
    environment: str = DEVELOPMENT

    @property
    def tool(self) -> Tool | None:
        """The online schema-change tool that large tables are handed to."""
        return read_tool(self.online_alter)

    @property
    def scope(self) -> Scope:
        """What of the database is managed."""
        return Scope(
            read_patterns("ignore", self.ignore),
            read_patterns("manage", self.manage),
            exact_order=self.exact_order,
        )

    @property
    def kept(self) -> Kept:
        """Where the password of the database is."""
        return Kept(self.password_file, self.password_command, self.committed_secrets)

    def scratch_at(self, asked: str | None = None) -> str:
        """Where declared text is tried out: what is asked for, else what the settings say.

        Raises:
            PlumbobError: it is in a variable, and that is not set.
        """
        place = self.scratch if asked is None else asked
        if not place.startswith("$"):
            return place
        url = os.environ.get(place[1:], "")
        if not url:
            raise PlumbobError(f"scratch is {place}, and this variable is not set")
        return url


def find_root(start: Path | None = None) -> Path | None:
    """The root of the project that a folder belongs to: it has settings or a declaration.

    Args:
        start: where to look first, then upwards to the repository's root; None is the working folder.
    """
    return next(filter(_is_root, _upwards((start or Path.cwd()).absolute())), None)


def read_config(root: Path | None, env: str | None = None) -> Config:
    """The settings of a project for one environment; what no file says has its default.

    Args:
        root: the project's root; None has no file.
        env: the environment; None for the one that PLUMBOB_ENV names, else development.

    Raises:
        PlumbobError: a file cannot be read or says something that is not a setting, two files have
            settings, or nobody knows the environment.
    """
    asked = env or os.environ.get(VARIABLE, "")
    name = asked or DEVELOPMENT
    found = {} if root is None else dict(read_sections(root))
    if len(found) > 1:
        one, other = found
        raise PlumbobError(
            f"{one} and {other} both have settings of plumbob",
            advice="settings stand in one file: move them all to one of the two",
            where=str(root),
        )
    if root is None or not found:
        if name not in USUAL:
            raise _unknown_environment(name, list(USUAL), None, env)
        return _config("", name, {})
    ((file, sections),) = found.items()
    try:
        configs = {each: _config(file, each, sections) for each in ("", *sections, name)}
    except _Wrong as wrong:
        wrong.where = position(root / file, wrong.setting, wrong.env)
        raise
    if name not in (*sections, *USUAL):
        raise _unknown_environment(name, [*filter(None, sections), *USUAL], file, env)
    return _at_home(configs[name], root)


def _at_home(config: Config, root: Path) -> Config:
    """The same with the file of the password from the project's root."""
    if not config.password_file:
        return config
    file = os.path.expandvars(os.path.expanduser(config.password_file))
    return replace(config, password_file=str(root / file))


def _is_root(folder: Path) -> bool:
    named = (folder / FILE, *(folder / each for each in DECLARATIONS))
    return any(path.is_file() for path in named) or next(read_sections(folder), None) is not None


def _upwards(start: Path) -> Iterator[Path]:
    """The folder and those above it, up to the one that is a repository."""
    for at in (start, *start.parents):
        yield at
        if (at / ".git").exists():
            return


class _Wrong(PlumbobError):
    """A setting that is wrong, in the section of an environment or in the one for all ("")."""

    def __init__(self, setting: str, env: str, what: str, advice: str = "") -> None:
        super().__init__(what, advice=advice)
        self.setting = setting
        self.env = env


def _config(file: str, env: str, sections: Mapping[str, Said]) -> Config:
    """The settings of an environment: its own section over the one for all."""
    own = sections.get(env, {})
    known = {field.name: str(field.type) for field in fields(Config) if field.name != "environment"}
    for key in own:
        if key not in known:
            what = f"{file} has an unknown setting {key}"
            raise _Wrong(key, env, what, _advice(key, [*known]))
    name = env or DEVELOPMENT
    values: dict[str, Any] = {"log_sql": name == DEVELOPMENT}
    for key, text in {**sections.get("", {}), **own}.items():
        try:
            values[key] = READERS[known[key]](text.strip())
        except ValueError as error:
            raise _Wrong(key, env if key in own else "", f"{key} has to be {error}") from None
    if name == PRODUCTION and "production" not in own:
        # What stands there for all environments was hardly said with this one in mind.
        values["production"] = True
    config = Config(**values, environment=name)
    for key, what, advice in _faults(config):
        raise _Wrong(key, env if key in own else "", what, advice)
    return config


def _faults(config: Config) -> Iterator[tuple[str, str, str]]:
    """Settings that are wrong, each with what is wrong and what to do."""
    if not _is_scratch(config.scratch):
        yield (
            "scratch",
            "scratch is sandbox, target, none or $NAME of an environment variable with a URL",
            "a URL itself would put a password into a file that is committed",
        )
    if config.password_file and config.password_command:
        yield (
            "password_command",
            "password_file and password_command are both there",
            "a password is kept in one place",
        )
    if config.pool_min > config.pool_max or not config.pool_max:
        yield (
            "pool_max",
            f"pool_max is {config.pool_max}, and pool_min {config.pool_min}",
            "a pool has one connection at most or more, and no more at least",
        )
    try:
        read_tool(config.online_alter)
    except ValueError as error:
        yield "online_alter", f"online_alter is not {error}", ""
    for setting, text in (("ignore", config.ignore), ("manage", config.manage)):
        try:
            read_patterns(setting, text)
        except PlumbobError as error:
            yield setting, error.what, error.advice


def _is_scratch(text: str) -> bool:
    return text == "" or text in get_args(ScratchKind) or text.startswith("$")


def _advice(key: str, known: list[str]) -> str:
    if key in SECRETS:
        return (
            "Secrets stay out of this file: name the variable that holds the URL in url_env, or where "
            "the password is in password_file or password_command."
        )
    near = difflib.get_close_matches(key, known, 1)
    return f"Did you mean {near[0]}?" if near else f"Settings are {', '.join(known)}."


def _unknown_environment(
    name: str, known: list[str], file: str | None, env: str | None
) -> PlumbobError:
    near = difflib.get_close_matches(name, known, 1)
    advice = f"did you mean {near[0]}? " if near else ""
    return PlumbobError(
        f"there is no environment {name}{'' if env else f', which {VARIABLE} names'}",
        advice=f"{advice}an environment is a section [{SECTION}:{name}] of the settings",
        where=file,
    )
