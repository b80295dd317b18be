"""TLS for a connection: what the driver is told for each mode."""

from __future__ import annotations

import ssl
from typing import TypedDict

from plumbob.errors import Exit, PlumbobError
from plumbob.server.target import Target


class TlsArguments(TypedDict, total=False):
    """The arguments of PyMySQL's Connection that concern TLS."""

    ssl: ssl.SSLContext
    ssl_disabled: bool


def tls_arguments(target: Target) -> TlsArguments:
    """What makes PyMySQL keep the target's mode.

    Without any argument it tries TLS, checks no certificate and goes on in plain text where the
    server has none: that is `preferred`, which `Target` allows on this machine alone. With a
    context it refuses a server without TLS before anything is sent.
    """
    if target.tls == "preferred":
        return {}
    if target.tls == "disabled":
        return {"ssl_disabled": True}
    return {"ssl": _context(target)}


def _context(target: Target) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=target.ca)
        if target.cert:
            context.load_cert_chain(target.cert, target.key)
    except (OSError, ssl.SSLError) as error:
        raise PlumbobError(
            "the CA or the client certificate cannot be read"
            + (f": {error.strerror}" if error.strerror else ""),
            where=target.ca or target.cert,
            exit=Exit.NO_ACCESS,
        ) from None
    # Certificates that MySQL makes for itself lack what RFC 5280 asks for (Python 3.13 checks it).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = target.tls == "verify-identity"
    if target.tls == "required":
        context.verify_mode = ssl.CERT_NONE
    return context
