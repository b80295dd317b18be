"""What an application is told when its database does not answer as it should.

All but the last are errors of Peewee too, so that code that catches those goes on as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from plumbob.errors import Exit, PlumbobError

if TYPE_CHECKING:
    # playhouse.pool has no types.
    class MaxConnectionsExceeded(ValueError): ...
else:
    from playhouse.pool import MaxConnectionsExceeded


class CannotConnect(peewee.OperationalError):
    """There is no way to the server, or it does not let us in."""


class ConnectionLost(peewee.OperationalError):
    """The connection is gone, and what was to be sent was not: nothing has happened.

    Inside a transaction it means that the server has taken all of it back.

    Attributes:
        repeatable: whether the statement may be sent again on another connection: it was in no
            transaction.
    """

    repeatable = False


class OutcomeUnknown(peewee.OperationalError):
    """The connection was lost after a statement was sent: nobody knows whether it took effect."""


class NoFreeConnection(MaxConnectionsExceeded, peewee.OperationalError):
    """All connections of the pool are in use, and none became free in time."""


class SchemaMismatch(PlumbobError):
    """The schema of the database is not the one that the models were generated from."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what, advice=advice, exit=Exit.STALE)

    def __str__(self) -> str:
        return f"{self.what}: {self.advice}"
