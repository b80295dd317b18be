"""What a server or the driver complains about, in our words, by error number.

An error that has no entry keeps the server's message; every error keeps its number.
"""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

import pymysql

from plumbob.errors import Exit, PlumbobError
from plumbob.server.pages import with_page
from plumbob.server.redact import redact
from plumbob.server.target import Target

# Error numbers that code asks for by name (client errors from 2000 on, both makers).
UNKNOWN_DATABASE = 1049
DENIED = (1044, 1142, 1143, 1227, 1370)
LOCK_WAIT_TIMEOUT = 1205
DEADLOCK = 1213
NO_SUCH_TABLE = 1146
NO_SUCH_USER = 1449
NO_SUCH_THREAD = 1094
NOT_YOURS = 1095
INTERRUPTED = 1317
SHUTDOWN = 1053
# What the driver says, and what a server says that hangs up: it shuts down, somebody has ended the connection
# (MariaDB), it was idle for too long (MySQL).
LOST = (2006, 2013, 2055, SHUTDOWN, 1927, 4031)
CANNOT_CONNECT = 2003
TLS_FAILED = 2026


class ServerError(PlumbobError):
    """An error of the server or of the way to it; `errno` is MySQL's number of it, or 0."""

    def __init__(
        self, errno: int, what: str, *, advice: str = "", exit: Exit = Exit.FAILED
    ) -> None:
        super().__init__(what, advice=advice, exit=exit)
        self.errno = errno

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone, so that nobody knows what became of the statement."""
        return self.errno in LOST


class Fact(NamedTuple):
    """What an error number means: `what` may name target, user, database and the message."""

    what: str
    advice: str = ""
    exit: Exit = Exit.NO_ACCESS


_NO_CRYPTOGRAPHY = Fact(
    "{user} has a password of the kind caching_sha2_password or sha256_password, which without TLS "
    "needs the package cryptography",
    "connect by TLS (ssl-mode=REQUIRED) or by socket, or run: pip install 'PyMySQL[rsa]'",
)
_NO_TLS = Fact(
    "{target} has no TLS",
    "ssl-mode=DISABLED connects in plain text: only where nobody else can listen",
)
_HUNG_UP = Fact(
    "cannot connect to {target}: it hung up, or did not answer in time",
    "check that a MySQL or MariaDB server listens there; --wait 60s waits for one that is starting",
)
_GRANTS = "`schema grants` prints what an account needs"
_FACTS: dict[int, Fact] = {
    1040: Fact("{target} has no connection left: {message}", "try again, or use --wait"),
    1044: Fact("{user} has no privilege on this database: {message}", _GRANTS),
    1045: Fact(
        "{target} refused the password of {user}: {message}",
        "give the password by --password-file, DATABASE_URL, MYSQL_PWD, an option file, or -p to be asked "
        "for it",
    ),
    1049: Fact("there is no database {database} on {target}", "create it with: schema create"),
    1053: Fact("the connection to {target} is gone: {message}", exit=Exit.FAILED),
    1129: Fact("{target} has blocked this machine: {message}"),
    1130: Fact("{target} lets nobody in from this machine: {message}"),
    1142: Fact("{user} has not the privilege for this: {message}", _GRANTS),
    1143: Fact("{user} has not the privilege for this: {message}"),
    1203: Fact("{user} has no connection left: {message}"),
    1205: Fact(
        "gave up waiting for a lock: {message}",
        "somebody holds a transaction or a lock on this table, or a backup one on all tables; try again",
        Exit.LOCKED,
    ),
    1226: Fact("{user} has used up its limit: {message}"),
    1227: Fact("{user} has not the privilege for this: {message}"),
    1290: Fact("{target} does not allow this: {message}", exit=Exit.UNSAFE),
    1251: Fact("{target} and the driver have no common way to log in: {message}"),
    1370: Fact("{user} has not the privilege for this: {message}"),
    1524: Fact("{target} cannot check the password of {user}: {message}"),
    1698: Fact(
        "{target} refused {user}: {message}",
        "this account logs in by its name on the machine (unix_socket): run as that user",
    ),
    1820: Fact("the password of {user} has expired", "set a new one first"),
    1862: Fact("the password of {user} has expired", "set a new one first"),
    1927: Fact("the connection to {target} is gone: {message}", exit=Exit.FAILED),
    2003: Fact(
        "cannot connect to {target}: {message}",
        "check that the server runs there; --wait 60s waits for one that is starting",
    ),
    2006: Fact("the connection to {target} is gone: {message}", exit=Exit.FAILED),
    2013: Fact(
        "the connection to {target} was lost while a statement ran: {message}",
        "it may have taken effect: look at the database before running it again",
        Exit.FAILED,
    ),
    2026: Fact(
        "no safe connection to {target}: {message}",
        "give the server's CA with ssl-ca; ssl-mode=REQUIRED encrypts without knowing who is "
        "there, ssl-mode=DISABLED sends everything in plain text",
    ),
    2059: Fact("the driver knows no way to log in that {target} asks for: {message}"),
    3118: Fact("the account {user} is locked"),
    3159: Fact("{target} accepts only TLS", "write ssl-mode=VERIFY_IDENTITY"),
    3955: Fact("{target} refused {user} for now: {message}"),
    4031: Fact("the connection to {target} is gone: {message}", exit=Exit.FAILED),
    4151: Fact("the account {user} is locked"),
}


def from_driver(error: Exception, target: Target, *, connecting: bool = False) -> ServerError:
    """An error of PyMySQL, or of the socket below it, in our words.

    `connecting` is true until the server has let us in: what is lost then has done nothing.

    The result is raised `from None`: the driver's own error may hold what was sent.
    """
    errno, message = _number_and_message(error)
    if isinstance(error, RuntimeError) and "cryptography" in message:
        return no_cryptography(target)
    if connecting and errno in LOST:
        return _told(CANNOT_CONNECT, _HUNG_UP, message, target)
    if error.args and error.args[0] == TLS_FAILED:
        return _told(TLS_FAILED, _NO_TLS, message, target)
    if errno == UNKNOWN_DATABASE and not connecting:
        # A statement named it: the message has its name, which is not the target's.
        what = f"{message} ({errno})"
        return ServerError(errno, what, advice=with_page("", errno), exit=Exit.NO_ACCESS)
    fact = _FACTS.get(errno)
    if fact is None:
        what = f"{message} ({errno})" if errno else message
        return ServerError(errno, what, advice=with_page("", errno))
    return _told(errno, fact, message, target)


def no_cryptography(target: Target) -> ServerError:
    """The password of this account cannot be sent without TLS and without cryptography."""
    return _told(2059, _NO_CRYPTOGRAPHY, "", target)


def _told(errno: int, fact: Fact, message: str, target: Target) -> ServerError:
    what = fact.what.format(
        target=target.label() if "{user}" not in fact.what else _place(target),
        user=target.user or "the anonymous account",
        database=target.database,
        message=message,
    )
    advice = with_page(fact.advice.format(database=target.database), errno)
    return ServerError(errno, f"{what} ({errno})", advice=advice, exit=fact.exit)


def _place(target: Target) -> str:
    """The target's label without the user, where a sentence names the user beside it."""
    return target.label().partition("@")[2]


def _number_and_message(error: Exception) -> tuple[int, str]:
    cause = getattr(error, "original_exception", error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TLS_FAILED, f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return TLS_FAILED, f"TLS failed: {cause.reason or 'unknown reason'}"
    if isinstance(cause, socket.gaierror):
        return CANNOT_CONNECT, "the name of the host is not known"
    if isinstance(cause, TimeoutError):
        return CANNOT_CONNECT, "no answer in time"
    if isinstance(cause, OSError) and not isinstance(error, pymysql.MySQLError):
        return CANNOT_CONNECT, cause.strerror or "unknown reason"
    if isinstance(cause, OSError):
        return CANNOT_CONNECT, (cause.strerror or "unknown reason").lower()
    arguments = error.args
    if arguments and isinstance(arguments[0], int):
        message = str(arguments[1]) if len(arguments) > 1 else ""
        return arguments[0], redact(message) or "the driver says no more"
    return 0, redact(str(error)) or type(error).__name__
