"""What one source (options, a URL, the environment, an option file) says about a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plumbob.errors import PlumbobError
from plumbob.server.secret import Secret

Tls = Literal["disabled", "preferred", "required", "verify-ca", "verify-identity"]

_TLS: dict[str, Tls] = {
    "disabled": "disabled",
    "preferred": "preferred",
    "required": "required",
    "verify-ca": "verify-ca",
    "verify-identity": "verify-identity",
}


@dataclass(frozen=True, slots=True)
class Given:
    """Connection settings, each None where the source says nothing about it.

    `where` names the source for messages; `is_default` is true for sources that give defaults only
    (option files, environment), whose port does not turn `localhost` into TCP.
    """

    where: str
    host: str | None = None
    port: int | None = None
    socket: str | None = None
    user: str | None = None
    password: Secret | None = None
    database: str | None = None
    tls: Tls | None = None
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    is_default: bool = False


def tls_mode(text: str, where: str) -> Tls:
    """A mode as the mysql client knows them, in any case, with `-` or `_`."""
    mode = _TLS.get(text.strip().lower().replace("_", "-"))
    if mode is None:
        raise PlumbobError(
            "the TLS mode is not known",
            advice="write ssl-mode as DISABLED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY",
            where=where,
        )
    return mode


def port_number(text: str, where: str) -> int:
    """A TCP port. No message has the text: it may be a piece of a password."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536:
        return int(text)
    raise PlumbobError("the port is not a number between 1 and 65535", where=where)
