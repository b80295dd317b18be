"""Database URLs: `mysql://user:password@host:port/database?parameter=value`, read strictly.

No message repeats any part of the URL: where it cannot be read, any part may be the password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from plumbob.errors import PlumbobError
from plumbob.server.given import Given, port_number, tls_mode
from plumbob.server.secret import Secret

# Rails writes mysql2; SQLAlchemy puts a driver behind the plus sign.
_SCHEME = re.compile(r"(?:mysql2?|mariadb)(?:\+\w+)?://", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"""
    (?: (?P<user>[^:@\[\]]*) (?: :(?P<password>[^:@\[\]]*) )? @ )?
    (?P<host> \[[0-9A-Fa-f:.%\w]+\] | [^:@\[\]]* )
    (?: :(?P<port>[^:@\[\]]*) )?
    """,
    re.VERBOSE,
)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What a parameter is called, by us, by PyMySQL and SQLAlchemy, and by the mysql client.
_PARAMETERS = {
    "socket": "socket",
    "unix-socket": "socket",
    "ssl-mode": "tls",
    "sslmode": "tls",
    "ssl-ca": "ca",
    "ssl-cert": "cert",
    "ssl-key": "key",
}
_ENCODINGS = (
    "in a user name or password write these as: "
    "# %23, / %2F, ? %3F, @ %40, : %3A, [ %5B, ] %5D, % %25, space %20"
)


def parse_url(url: str, where: str = "the database URL") -> Given:
    """Read a database URL.

    Args:
        url: the text; white space around it (of a file or a variable) is left out.
        where: what the URL is called in messages.

    Raises:
        PlumbobError: when it is not one, or holds a character that has to be percent-encoded.
    """
    text = url.strip()
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise PlumbobError(
            "this is no URL of a MySQL or MariaDB database",
            advice="write mysql://user@host:3306/database, or mariadb://…",
            where=where,
        )
    rest = text[scheme.end() :]
    before, _, query = rest.partition("?")
    authority, _, database = before.partition("/")
    match = _AUTHORITY.fullmatch(authority)
    if match is None or _needs_encoding(rest, database, query):
        raise PlumbobError(
            "the URL holds a character that has to be percent-encoded",
            advice=_ENCODINGS,
            where=where,
        )
    parameters = dict(_parameters(query, where))
    host = match["host"].strip("[]")
    password = match["password"]
    return Given(
        where,
        # A socket in the URL is meant, whatever host stands beside it.
        host=None if "socket" in parameters else unquote(host) or None,
        port=port_number(match["port"], where) if match["port"] else None,
        socket=parameters.get("socket"),
        user=unquote(match["user"]) if match["user"] else None,
        password=None if password is None else Secret(unquote(password)),
        database=unquote(database) or None,
        tls=tls_mode(parameters["tls"], where) if "tls" in parameters else None,
        ca=parameters.get("ca"),
        cert=parameters.get("cert"),
        key=parameters.get("key"),
    )


def _needs_encoding(rest: str, database: str, query: str) -> bool:
    return (
        "#" in rest
        or _BARE_PERCENT.search(rest) is not None
        or any(character.isspace() or not character.isprintable() for character in rest)
        # What is cut off by a bare / or ? in a password ends with the @ before the host.
        or any(character in database for character in "/@:[]")
        or any(character in query for character in "?@[]")
    )


def _parameters(query: str, where: str) -> Iterator[tuple[str, str]]:
    """Parameters that concern the connection; others (charset, pool size …) are passed over.

    Raises:
        PlumbobError: at a parameter about TLS that is not known: to pass over it could be unsafe.
    """
    for pair in filter(None, query.split("&")):
        written, _, value = pair.partition("=")
        name = unquote(written).lower().replace("_", "-")
        if name in _PARAMETERS:
            yield _PARAMETERS[name], unquote(value)
        elif name.startswith(("ssl", "tls", "usessl", "verify")):
            raise PlumbobError(
                "the URL has a parameter about TLS that is not known",
                advice="known are: " + ", ".join(_PARAMETERS),
                where=where,
            )
