"""The settings of a user's project: section `[plumbob]` of the file `plumbob.cfg` in its root.

There is one file and one section, read with `configparser`; the values are texts as they stand. No
secret belongs in it, since it is committed: it names the environment variable that holds the URL
instead.
"""

from __future__ import annotations

import configparser
import difflib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from plumbob.errors import PlumbobError
from plumbob.server.scope import Scope, read_patterns

FILE = "plumbob.cfg"
SECTION = "plumbob"
SECRETS = ("password", "passwd", "url", "database_url", "dsn")

ScratchKind = Literal["sandbox", "target", "none"]


@dataclass(frozen=True, slots=True)
class Config:
    """What `plumbob.cfg` says, with the defaults for what it does not say.

    `schema` and `generated` are paths from the project's root; `url_env` is the environment
    variable that holds the URL of the database; `scratch` is sandbox, target, none, the NAME of an
    environment variable that holds a URL (`$NAME`), or "" for the first that is there; `production`
    marks a database on which `--allow all` is refused; `ignore` and `manage` are patterns of names
    that are not ours, or are ours although they look like a tool's (see `scope`).
    """

    schema: str = "schema/schema.yaml"
    generated: str = "generated"
    url_env: str = "DATABASE_URL"
    scratch: str = ""
    production: bool = False
    ignore: str = ""
    manage: str = ""

    @property
    def scope(self) -> Scope:
        """What of the database is managed."""
        return Scope(read_patterns("ignore", self.ignore), read_patterns("manage", self.manage))


def read_config(root: Path) -> Config:
    """Read the project's `plumbob.cfg`; without the file all settings have their defaults.

    Raises:
        PlumbobError: the file cannot be read, or says something that is not a setting.
    """
    path = root / FILE
    if not path.is_file():
        return Config()
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=str(path))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise PlumbobError(_reason(path, error), where=FILE) from error
    for name in parser.sections():
        if name != SECTION:
            raise PlumbobError(
                f"{FILE} has a section [{name}]",
                advice=f"all settings stand in one section, [{SECTION}]",
                where=FILE,
            )
    if SECTION not in parser:
        return Config()
    return _config(dict(parser[SECTION]))


def _config(said: dict[str, str]) -> Config:
    known = [field.name for field in fields(Config)]
    for key in said:
        if key not in known:
            raise PlumbobError(
                f"{FILE} has an unknown setting {key}", advice=_advice(key, known), where=FILE
            )
    texts = {key: text.strip() for key, text in said.items() if key != "production"}
    config = Config(**texts, production=_boolean(said.get("production", "false")))
    if not _is_scratch(config.scratch):
        raise PlumbobError(
            "scratch is sandbox, target, none or $NAME of an environment variable with a URL",
            advice="a URL itself would put a password into a file that is committed",
            where=FILE,
        )
    _check_patterns(config)
    return config


def _check_patterns(config: Config) -> None:
    for setting, text in (("ignore", config.ignore), ("manage", config.manage)):
        try:
            read_patterns(setting, text)
        except PlumbobError as error:
            error.where = FILE
            raise


def _is_scratch(text: str) -> bool:
    return text == "" or text in get_args(ScratchKind) or text.startswith("$")


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in configparser.ConfigParser.BOOLEAN_STATES:
        raise PlumbobError("production is true or false", where=FILE)
    return configparser.ConfigParser.BOOLEAN_STATES[word]


def _advice(key: str, known: list[str]) -> str:
    if key in SECRETS:
        return "Secrets stay out of this file: name the variable that holds the URL in url_env."
    near = difflib.get_close_matches(key, known, 1)
    return f"Did you mean {near[0]}?" if near else f"Settings are {', '.join(known)}."


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path} cannot be read: {error.strerror}"
    # The message of a ConfigParser error repeats the line, which may be somebody's password.
    line = getattr(error, "lineno", None)
    return f"{path.name} is not a configuration file" + (f", at line {line}" if line else "")
