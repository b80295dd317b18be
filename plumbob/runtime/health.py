"""The answer to "is the database well?", for a health page: quick, read-only, and never an exception."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import peewee

from plumbob.errors import PlumbobError
from plumbob.runtime.pool import PoolUse
from plumbob.runtime.schema_state import Asked, Models, SchemaState, borrowed, schema_state

# A page that is asked every few seconds must not wait for a pool as long as a user may.
PATIENCE = 2.0


class Checked(Asked, Protocol):
    """What both kinds of database have."""

    def hurried(self, seconds: float) -> AbstractContextManager[None]: ...
    def pool_use(self) -> PoolUse: ...


@dataclass(frozen=True, slots=True)
class Health:
    """How a database is.

    Attributes:
        ok: it answers, and its schema is the one that is wanted.
        latency: seconds that one question took, with the opening of a connection where none was idle.
        server: maker and version; None when there was no answer.
        pool: how much of it was in use, without the connection that asked.
        schema: None where no models were given or nothing answered.
        error: why there was no answer, without any secret.
    """

    ok: bool
    latency: float
    server: str | None
    pool: PoolUse
    schema: SchemaState | None = None
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self)


def health(database: Checked, models: Models = None, *, patience: float = PATIENCE) -> Health:
    """Ask a database how it is.

    Args:
        models: the module of generated models, or its SCHEMA, when the schema is to be looked at.
        patience: seconds to wait for a free connection of the pool; nothing is tried again.
    """
    pool = database.pool_use()
    began = time.monotonic()
    try:
        with database.hurried(patience), borrowed(database):
            (version,) = database.execute_sql("SELECT VERSION()").fetchone()
            latency = time.monotonic() - began
            schema = None if models is None else schema_state(models, database)
    except (peewee.PeeweeException, PlumbobError) as error:
        return Health(False, time.monotonic() - began, None, pool, error=_told(error))
    ok = schema is None or schema.ok
    return Health(ok, latency, _server(version), pool, schema)


def _server(version: str) -> str:
    maker = "MariaDB" if "mariadb" in version.lower() else "MySQL"
    return f"{maker} {version.partition('-')[0]}"


def _told(error: BaseException) -> str:
    """The sentence of an error: behind its number in those of Peewee."""
    return str(error.args[-1]) if error.args else type(error).__name__
