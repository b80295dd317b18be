"""The files that settings stand in, read as they are: texts by setting, in a section for each environment."""

from __future__ import annotations

import configparser
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbob.errors import PlumbobError, Position

FILE = "plumbob.cfg"
SHARED, TOML = "setup.cfg", "pyproject.toml"
SECTION = "plumbob"
ENVIRONMENTS = "environments"

# The texts of one section, by setting.
Said = Mapping[str, str]


def read_sections(root: Path) -> Iterator[tuple[str, dict[str, Said]]]:
    """Each file that has settings, with its sections by environment; "" is the one for all."""
    for name, read in ((FILE, _read_own), (SHARED, _read_shared), (TOML, _read_toml)):
        path = root / name
        if not path.is_file():
            continue
        if found := read(name, _text(path)):
            yield name, found


def position(path: Path, setting: str, env: str) -> Position | str:
    """Where a setting stands; its line is not shown, since it may hold a secret."""
    heads = (
        f"[{SECTION}:{env}]",
        f"[tool.{SECTION}.{ENVIRONMENTS}.{env}]",
        *((f"[{SECTION}]", f"[tool.{SECTION}]") if not env else ()),
    )
    inside = False
    for number, text in enumerate(_text(path).splitlines(), 1):
        if text.startswith("["):
            inside = text.replace(" ", "").replace('"', "") in heads
        elif inside and re.match(rf"\s*\"?{re.escape(setting)}\"?\s*[=:]", text, re.IGNORECASE):
            return Position(path.name, number, 1 + len(text) - len(text.lstrip()))
    return path.name


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PlumbobError(f"{path} cannot be read: {error.strerror}", where=path.name) from error
    except UnicodeDecodeError as error:
        raise _no_settings(path.name) from error


def _read_own(name: str, text: str) -> dict[str, Said]:
    parser = _parsed(name, text)
    for section in parser.sections():
        if _environment(section) is None:
            raise PlumbobError(
                f"{name} has a section [{section}]",
                advice=f"settings stand in [{SECTION}], those of an environment in [{SECTION}:NAME]",
                where=name,
            )
    return _of_parser(parser)


def _read_shared(name: str, text: str) -> dict[str, Said]:
    """The sections that are ours; what a file of others has besides is theirs."""
    if not re.search(rf"^\[{SECTION}[]:]", text, re.MULTILINE):
        return {}
    return _of_parser(_parsed(name, text))


def _parsed(name: str, text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text, source=name)
    except configparser.Error as error:
        # Its message repeats the line, which may be somebody's password.
        first, *_ = getattr(error, "errors", None) or [(getattr(error, "lineno", None), "")]
        raise _no_settings(name, first[0]) from error
    return parser


def _of_parser(parser: configparser.ConfigParser) -> dict[str, Said]:
    named = ((_environment(section), section) for section in parser.sections())
    return {env: dict(parser[section]) for env, section in named if env is not None}


def _environment(section: str) -> str | None:
    """The environment of a section, "" for the one for all, None where the section is not ours."""
    head, colon, name = section.partition(":")
    if head.strip() != SECTION or (colon and not name.strip()):
        return None
    return name.strip()


def _read_toml(name: str, text: str) -> dict[str, Said]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if SECTION not in text:
        return {}
    try:
        tools = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError as error:
        raise _no_settings(name) from error
    found = tools.get(SECTION) if isinstance(tools, dict) else None
    if found is None:
        return {}
    own = dict(_table(name, f"tool.{SECTION}", found))
    at = f"tool.{SECTION}.{ENVIRONMENTS}"
    environments = _table(name, at, own.pop(ENVIRONMENTS, {}))
    sections = {"": _said(name, own)}
    for env, said in environments.items():
        sections[env] = _said(name, _table(name, f"{at}.{env}", said))
    return sections


def _table(file: str, name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PlumbobError(f"{name} is not a table", where=file)
    return value


def _said(file: str, table: Mapping[str, Any]) -> Said:
    """TOML's values as the texts that they are in the other files; a list has a text on each line."""
    return {key: _value(file, key, value) for key, value in table.items()}


def _value(file: str, key: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise PlumbobError(f"{key} is neither a text nor a number", where=file)


def _no_settings(name: str, line: int | None = None) -> PlumbobError:
    at = f", at line {line}" if line else ""
    return PlumbobError(f"{name} is not a configuration file{at}", where=name)
