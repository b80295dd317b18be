"""Where to connect, as whom and how safely: options, a URL, the environment, option files."""

from __future__ import annotations

import getpass
import ipaddress
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from plumbob.errors import PlumbobError
from plumbob.server.given import Given, Tls, tls_mode
from plumbob.server.option_file import FILES, read_option_files
from plumbob.server.password import NOT_KEPT, Kept, refuse_committed
from plumbob.server.secret import Secret
from plumbob.server.url import parse_url

# Where packages put the socket: Debian, Red Hat, MySQL's and Homebrew's own default.
SOCKETS = (
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
)
DEFAULT_PORT = 3306
_LOCALHOST = "localhost"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """A server and an account; with `socket` the host and the port are not used.

    `warnings` are for a person (a password that others can read); they take no part in comparison.
    """

    host: str = _LOCALHOST
    port: int = DEFAULT_PORT
    socket: str | None = None
    user: str = ""
    password: Secret | None = None
    database: str | None = None
    tls: Tls = "verify-identity"
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_url(cls, url: str) -> Target:
        """The target of a URL alone; nothing else is looked at.

        Raises:
            PlumbobError: when it is not a URL of a database; the message has no part of it.
        """
        return _resolve([parse_url(url)])

    @classmethod
    def from_options(
        cls,
        *,
        url: str | None = None,
        host: str | None = None,
        user: str | None = None,
        port: int | None = None,
        socket: str | None = None,
        database: str | None = None,
        password: str | Secret | None = None,
        ssl_mode: str | None = None,
        ssl_ca: str | None = None,
        defaults_file: str | Path | None = None,
        password_file: str | Path | None = None,
        kept: Kept = NOT_KEPT,
        environ: Mapping[str, str] | None = None,
    ) -> Target:
        """The target of a command line.

        Each setting comes from the first that has it: the options, `url`, `DATABASE_URL`,
        `MYSQL_PWD`, `kept`, the option files. `DATABASE_URL` and `kept` are left out where an option
        says which server or account is meant, and `kept` where only `MYSQL_HOST` or an option file
        does: a password is not sent to a server that it was not written for.

        Args:
            url: the value of --url.
            defaults_file: the only option file to read, instead of the mysql client's usual ones.
            password_file: a file that holds the password alone.
            kept: where the settings say that the password is; it is asked for it alone where nobody
                before it has one.
            environ: the environment, by default that of the process.

        Raises:
            PlumbobError: when a source cannot be read; no message has a part of a URL.
        """
        environ = os.environ if environ is None else environ
        options = Given(
            "the options",
            host=host,
            user=user,
            port=port,
            socket=socket,
            database=database,
            password=Secret(password) if isinstance(password, str) else password,
            tls=None if ssl_mode is None else tls_mode(ssl_mode, "--ssl-mode"),
            ca=ssl_ca,
        )
        files = read_option_files(_option_files(defaults_file, environ))
        warnings = list(files.warnings)
        if defaults_file is not None and "password" in files.options and not kept.may_be_committed:
            refuse_committed(Path(defaults_file))
        if password_file is not None and options.password is None:
            found = Kept(str(password_file), may_be_committed=kept.may_be_committed)
            options = replace(options, password=found.read(warnings.append))
        sources = [options]
        if url is not None:
            sources.append(parse_url(url, "--url"))
            if sources[-1].password:
                warnings.append(
                    "a password in --url can be seen by all users of this machine: "
                    "use DATABASE_URL, MYSQL_PWD or an option file"
                )
        is_usual = url is None and not (host or socket or port or user)
        if is_usual and environ.get("DATABASE_URL"):
            sources.append(parse_url(environ["DATABASE_URL"], "DATABASE_URL"))
        defaults = [_from_environment(environ), files.given()]
        if not environ.get("DATABASE_URL"):
            is_usual &= not any(source.host or source.socket for source in defaults)
        if is_usual and _first(source.password for source in (*sources, defaults[0])) is None:
            secret = kept.read(warnings.append)
            sources.append(Given("the settings", password=secret, is_default=True))
        return _resolve([*sources, *defaults], tuple(warnings))

    def with_kept(self, kept: Kept) -> Target:
        """The same with the password that the settings say where to find, where it has none."""
        if self.password is not None:
            return self
        warnings = list(self.warnings)
        secret = kept.read(warnings.append)
        return replace(self, password=secret, warnings=tuple(warnings))

    @property
    def is_local(self) -> bool:
        """Whether the server is reached without leaving this machine: by socket or loopback."""
        return self.socket is not None or is_loopback(self.host)

    def label(self) -> str:
        """`user@host:port/database`, for people; without the password."""
        if self.socket:
            place = f"{_LOCALHOST}:{self.socket}"
        else:
            host = f"[{self.host}]" if ":" in self.host else self.host
            place = f"{host}:{self.port}"
        return f"{self.user}@{place}" + (f"/{self.database}" if self.database else "")


def is_loopback(host: str) -> bool:
    if host.lower() == _LOCALHOST:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _option_files(defaults_file: str | Path | None, environ: Mapping[str, str]) -> list[Path]:
    if defaults_file is not None:
        path = Path(defaults_file)
        if not path.exists():
            raise PlumbobError(f"there is no option file {path}")
        return [path]
    home = environ.get("HOME")
    return [
        Path(home) / path[2:] if home and path.startswith("~/") else Path(path) for path in FILES
    ]


def _from_environment(environ: Mapping[str, str]) -> Given:
    """The variables that the mysql client knows (manual: Environment Variables)."""
    password = environ.get("MYSQL_PWD")
    return Given(
        "the environment",
        host=environ.get("MYSQL_HOST"),
        socket=environ.get("MYSQL_UNIX_PORT"),
        password=None if password is None else Secret(password),
        is_default=True,
    )


def _resolve(sources: list[Given], warnings: tuple[str, ...] = ()) -> Target:
    host = _first(source.host for source in sources)
    socket = _socket(sources, host)
    local = socket is not None or host is None or is_loopback(host)
    # A socket that was not found leaves TCP; "localhost" itself may mean ::1, where nobody listens.
    host = "127.0.0.1" if host in (None, _LOCALHOST) and not socket else host
    ca = _first(source.ca for source in sources)
    return Target(
        host=host or _LOCALHOST,
        port=_first(source.port for source in sources) or DEFAULT_PORT,
        socket=socket,
        user=_first(source.user for source in sources) or _login_name(),
        password=_first(source.password for source in sources),
        database=_first(source.database for source in sources),
        tls=_tls(_first(source.tls for source in sources), socket, local, ca),
        ca=ca,
        cert=_first(source.cert for source in sources),
        key=_first(source.key for source in sources),
        warnings=warnings,
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _socket(sources: list[Given], host: str | None) -> str | None:
    """The socket to use, or None for TCP.

    As the mysql client: no host, or `localhost`, means a socket. Unlike MySQL's client and like
    MariaDB's since 10.6, a port that was written out means TCP: another server may have the socket.
    """
    if host not in (None, _LOCALHOST):
        return None
    for source in sources:
        if source.socket:
            return source.socket
        if source.port and not source.is_default:
            return None
    return next((path for path in SOCKETS if _is_socket(path)), None)


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _login_name() -> str:
    """Whom the mysql client connects as when nobody is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _tls(asked: Tls | None, socket: str | None, local: bool, ca: str | None) -> Tls:
    """How the connection is protected.

    Remote: the server proves who it is, unless something else is written. `preferred` may end in
    plain text without a word, so beyond this machine it is taken as `required`. On loopback TLS is
    used where the server has it: caching_sha2_password then needs no package for its key exchange.
    """
    if asked is None:
        if not local:
            return "verify-identity"
        if ca:
            return "verify-ca"
        return "disabled" if socket else "preferred"
    return "required" if asked == "preferred" and not local else asked
