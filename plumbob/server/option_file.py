"""MySQL's option files (my.cnf), read as the mysql client reads them.

PyMySQL's own parser keeps trailing comments in a password, rejects `!includedir` and ignores
`ssl-mode`. The rules are those of mysys/my_default.c: comments begin at a `#` outside of quotes, a
value loses one pair of quotes around it, and of two equal keys the last one counts, over all groups
and files.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plumbob.errors import PlumbobError, Position
from plumbob.server.given import Given, port_number, tls_mode
from plumbob.server.secret import Secret

# In the order in which the client reads them: a later one overrides an earlier one.
FILES = ("/etc/my.cnf", "/etc/mysql/my.cnf", "~/.my.cnf")
GROUPS = frozenset(
    ("client", "client-server", "client-mariadb", "mysql", "mariadb-client", "plumbob")
)
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "s": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_DEEPEST_INCLUDE = 10
# Keys whose value is taken as it stands; the others have a meaning of their own in `_understood`.
_PLAIN = {
    "host": "host",
    "user": "user",
    "socket": "socket",
    "database": "database",
    "ssl-ca": "ca",
    "ssl-cert": "cert",
    "ssl-key": "key",
}
_FALSE = ("0", "off", "false", "no")


@dataclass(slots=True)
class OptionFiles:
    """What the option files say, and what a person should be told about them.

    A switch, which has no value, is None; `origins` has the file and line of each option.
    """

    options: dict[str, str | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def given(self) -> Given:
        """The options that concern a connection."""
        where = "the option files"
        found = {
            attribute: value
            for key, attribute in _PLAIN.items()
            if (value := self.options.get(key))
        }
        password = self.options.get("password")
        port = self.options.get("port")
        mode = self._tls()
        return Given(
            where,
            **found,
            port=port_number(port, self.origins["port"]) if port else None,
            password=None if password is None else Secret(password),
            tls=None if mode is None else tls_mode(mode, where),
            is_default=True,
        )

    def _tls(self) -> str | None:
        """The TLS mode; MariaDB's client has switches where MySQL's has modes."""
        if mode := self.options.get("ssl-mode"):
            return mode
        if self._is_on("ssl-verify-server-cert"):
            return "verify-identity"
        if self._is_on("skip-ssl") or ("ssl" in self.options and not self._is_on("ssl")):
            return "disabled"
        return "required" if self._is_on("ssl") else None

    def _is_on(self, key: str) -> bool:
        return key in self.options and (self.options[key] or "1").lower() not in _FALSE


def read_option_files(paths: Iterable[str | Path] = FILES) -> OptionFiles:
    """Read option files that exist, with what they include.

    Raises:
        PlumbobError: at a line that the mysql client would refuse.
    """
    result = OptionFiles()
    for path in paths:
        _read(Path(path).expanduser(), result, depth=0)
    return result


def _read(path: Path, result: OptionFiles, depth: int) -> None:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    if stat.S_ISREG(mode) and mode & stat.S_IWOTH:
        result.warnings.append(f"{path} is ignored: everybody may write to it (chmod o-w)")
        return
    has_password = False
    for number, group, line in _lines(text):
        if line.startswith("!"):
            _include(line, result, depth)
        elif group is None:
            raise PlumbobError(
                "this option stands before the first [group]",
                where=Position(str(path), number, 1),
            )
        elif group in GROUPS:
            key, value = _option(line)
            result.options[key] = value
            result.origins[key] = f"{path}:{number}"
            has_password |= key == "password" and bool(value)
    if has_password and mode & stat.S_IROTH:
        result.warnings.append(f"{path} holds a password and everybody may read it (chmod 600)")


def _lines(text: str) -> Iterator[tuple[int, str | None, str]]:
    """Options and directives, each with its line number and group."""
    group: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and "]" in line:
            group = line[1 : line.index("]")].strip()
            continue
        yield number, group, line


def _include(line: str, result: OptionFiles, depth: int) -> None:
    """`!include FILE` or `!includedir FOLDER`, whose `.cnf` files are read by name."""
    directive, _, argument = line[1:].strip().partition(" ")
    target = Path(argument.strip())
    if depth == _DEEPEST_INCLUDE:
        result.warnings.append(f"{target} is ignored: included too deeply")
    elif directive == "include":
        _read(target, result, depth + 1)
    elif directive == "includedir" and target.is_dir():
        for path in sorted(target.glob("*.cnf")):
            _read(path, result, depth + 1)


def _option(line: str) -> tuple[str, str | None]:
    """A key in lower case with dashes, and its value; a switch has none."""
    line = _without_comment(line)
    name, equals, value = line.partition("=")
    key = name.strip().lower().replace("_", "-").removeprefix("loose-")
    return key, _unquoted(value.strip()) if equals else None


def _without_comment(line: str) -> str:
    quote, escaped = "", False
    for position, character in enumerate(line):
        if character in "'\"" and not escaped:
            quote = "" if character == quote else quote or character
        if not quote and character == "#":
            return line[:position]
        escaped = bool(quote) and character == "\\" and not escaped
    return line


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "'\"" and value[0] == value[-1]:
        value = value[1:-1]
    out: list[str] = []
    characters = iter(value)
    for character in characters:
        if character != "\\":
            out.append(character)
            continue
        following = next(characters, "")
        out.append(_ESCAPES.get(following, "\\" + following))
    return "".join(out)
