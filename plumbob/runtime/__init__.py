"""What an application imports: its database, with pool and retry, and the base of its models."""

from plumbob.runtime.base import Model, proxy
from plumbob.runtime.connecting import connect, connect_async
from plumbob.runtime.database import Database
from plumbob.runtime.errors import (
    CannotConnect,
    ConnectionLost,
    NoFreeConnection,
    OutcomeUnknown,
    SchemaMismatch,
)
from plumbob.runtime.health import Health, health
from plumbob.runtime.pool import PoolUse
from plumbob.runtime.schema_state import SchemaState, require, schema_state
from plumbob.runtime.settings import Settings

__all__ = [
    "CannotConnect",
    "ConnectionLost",
    "Database",
    "Health",
    "Model",
    "NoFreeConnection",
    "OutcomeUnknown",
    "PoolUse",
    "SchemaMismatch",
    "SchemaState",
    "Settings",
    "connect",
    "connect_async",
    "health",
    "proxy",
    "require",
    "schema_state",
]
