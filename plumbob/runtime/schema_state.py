"""Whether the schema of a database is the one that the models were generated from.

It is asked of plumbob's own tables, which say what `schema apply` did last: one statement that reads. No
table of the application is looked at, so what somebody changed by hand is not seen (`schema status`
does that).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import peewee

from plumbob.migration.record.store import HISTORY, JOURNAL
from plumbob.migration.record.synced import SYNCED
from plumbob.runtime.base import proxy
from plumbob.runtime.errors import SchemaMismatch
from plumbob.runtime.losses import number_of
from plumbob.server.errors import DENIED, NO_SUCH_TABLE

# What models say of themselves: the fingerprint of their tables, one for each kind of server that they
# were generated for, or the module that has it as SCHEMA.
Fingerprints = str | Sequence[str] | None
Models = ModuleType | Fingerprints

# What was recorded last; how the database left the schema of the models, if it ever had it; the migration
# that did not end; whether somebody runs one now; and what `schema sync` has made since.
_QUESTION = f"""
SELECT
  (SELECT fingerprint_after FROM `{HISTORY}` ORDER BY id DESC LIMIT 1),
  (SELECT event FROM `{HISTORY}`
   WHERE fingerprint_before IN (%s) AND fingerprint_after <> fingerprint_before
   ORDER BY id DESC LIMIT 1),
  (SELECT migration FROM `{JOURNAL}`
   WHERE history IS NULL AND number > 0 AND state <> 'not started'
   AND (state <> 'failed' OR NOT seen_after <=> seen_before)
   ORDER BY id DESC LIMIT 1),
  IS_USED_LOCK(CONCAT('plumbob:', LEFT(SHA2(
    IF(@@lower_case_table_names, LOWER(DATABASE()), DATABASE()), 256), 40))) IS NOT NULL,
  (SELECT hash FROM `{JOURNAL}`
   WHERE history = 0 AND number = 0 AND migration = '{SYNCED}'
   ORDER BY id DESC LIMIT 1)"""
_APPLY = "run schema apply"


class Asked(Protocol):
    """A database that answers, which both kinds are."""

    def execute_sql(self, sql: str, params: Any = None) -> Any: ...
    def connection_context(self) -> AbstractContextManager[Any]: ...
    def is_closed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What is to be said of the schema: a sentence, and what mends it or "" where all is well."""

    ok: bool
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.advice}" if self.advice else self.what


def require(models: Models, database: Asked | None = None) -> None:
    """Make sure that the database has the schema that the models were generated from.

    Args:
        models: the module of generated models, or its SCHEMA.
        database: by default the one that the models are bound to.

    Raises:
        SchemaMismatch: it has not; the message says in one sentence what is wrong and what mends it.
    """
    state = schema_state(models, proxy if database is None else database)
    if not state.ok:
        raise SchemaMismatch(state.what, state.advice)


def schema_state(models: Models, database: Asked) -> SchemaState:
    """The same as a value; an error of the way to the server is raised as ever."""
    wanted = _fingerprints(models)
    if not wanted:
        return SchemaState(
            False,
            "the models do not say which schema they were generated from",
            "write a migration with schema diff --write, or run schema models where there is one",
        )
    try:
        with borrowed(database):
            row = _ask(database, wanted)
    except peewee.DatabaseError as error:
        if number_of(error) not in DENIED:
            raise
        return SchemaState(
            False,
            "this account may not read what plumbob has recorded",
            f"GRANT SELECT on {HISTORY} and {JOURNAL} to it",
        )
    return _judge(wanted, *row)


def _ask(database: Asked, wanted: tuple[str, ...]) -> tuple[Any, ...]:
    """The answer, with None for all of it where the tables are not there: both are made together."""
    sql = _QUESTION.replace("%s", ", ".join(["%s"] * len(wanted)))
    try:
        row: tuple[Any, ...] = database.execute_sql(sql, wanted).fetchone()
    except peewee.DatabaseError as error:
        if number_of(error) != NO_SUCH_TABLE:
            raise
        return (None, None, None, 0, None)
    return row


def borrowed(database: Asked) -> AbstractContextManager[Any]:
    """The connection that this thread or task has, or one that is given back at once."""
    return database.connection_context() if database.is_closed() else nullcontext()


def _fingerprints(models: Models) -> tuple[str, ...]:
    said: Fingerprints = models.SCHEMA if isinstance(models, ModuleType) else models
    return (said,) if isinstance(said, str) else tuple(said or ())


def _judge(
    wanted: tuple[str, ...],
    recorded: str | None,
    left_by: str | None,
    open_migration: str | None,
    is_running: int,
    synced: str | None,
) -> SchemaState:
    if open_migration is not None and is_running:
        return SchemaState(
            False, f"the migration {open_migration} is being run", "wait for schema apply to end"
        )
    if open_migration is not None:
        return SchemaState(
            False, f"the migration {open_migration} is half applied", f"{_APPLY} again to finish it"
        )
    if synced is not None:
        return _judge_synced(wanted, synced)
    if recorded is None:
        return SchemaState(
            False, "no migration was ever applied to this database by plumbob", _APPLY
        )
    if recorded in wanted:
        return SchemaState(True, "the schema is the one of the models")
    if left_by in ("applied", "baseline"):
        return SchemaState(
            False,
            "the schema is newer than the models",
            "deploy the application that goes with it, whose models schema models generates",
        )
    rolled_back = " since it was rolled back" if left_by else ""
    return SchemaState(False, f"the schema is older than the models{rolled_back}", _APPLY)


def _judge_synced(wanted: tuple[str, ...], made: str) -> SchemaState:
    if made in wanted:
        return SchemaState(True, "the schema is the one of the models, by schema sync")
    if not made:
        return SchemaState(False, "schema sync did not end", "run schema sync again")
    return SchemaState(
        False, "schema sync has made another schema than the models have", "run schema sync again"
    )
