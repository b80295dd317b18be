"""Which errors say that a connection was lost, and whether a statement may have run: a table of facts.

The numbers are those of the manual's error reference; what PyMySQL and aiomysql make of them was
measured (docs/runtime.md).
"""

from __future__ import annotations

from enum import Enum

import pymysql

# The write failed: the statement did not reach the server as a whole, so it did not run.
GONE = 2006
# The answer did not come, or came as a farewell: 1927 and 4031 are sent by a server that has given
# up the connection, and may be what is read after a statement was sent.
NO_ANSWER = (2013, 2014, 2055, 1927, 4031)
# No connection came about. 1040: too many; 1053: the server is going down; 2003: nobody listens.
NOT_OPENED = (2002, 2003, 2006, 2013, 2055, 1040, 1053, 1203)


class Loss(Enum):
    """What is known of a statement whose connection was lost."""

    BEFORE = "nothing of it has run"
    DURING = "nobody knows whether it has run"


def loss(error: BaseException) -> Loss | None:
    """What an error of a statement says; None when the connection was not lost."""
    number = number_of(error)
    if number in NO_ANSWER:
        return Loss.DURING
    # PyMySQL's own (0, '') is for a connection that it has closed before.
    if number == GONE or (number == 0 and isinstance(driver_error(error), pymysql.InterfaceError)):
        return Loss.BEFORE
    return None


def number_of(error: BaseException) -> int | None:
    """The error number that the server or the driver gave, or None."""
    first = next(iter(driver_error(error).args), None)
    return first if isinstance(first, int) else None


def driver_error(error: BaseException) -> BaseException:
    """What is inside one of Peewee's errors: the driver's, or one of ours that Peewee has wrapped."""
    inner = getattr(error, "orig", None)
    return error if inner is None else driver_error(inner)
