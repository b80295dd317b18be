"""All or nothing: one transaction, and what is said where an engine has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from plumbob.ddl.quote import quote_text
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.run.lock import held
from plumbob.server.connection import Server

_LOCK_WAIT = 10.0
_WITH_TRANSACTIONS = ("YES",)


@contextmanager
def alone(server: Server) -> Iterator[None]:
    """Hold plumbob's lock, where rows may be written at all.

    Raises:
        PlumbobError: or ManyErrors, for a replica or a read-only server, which root could write to; LOCKED
            when another run of plumbob works on the database.
    """
    found = server.obstacles()
    if len(found) == 1:
        raise found[0]
    if found:
        raise ManyErrors(found)
    with held(server, _LOCK_WAIT, lambda _: None):
        yield


@contextmanager
def transaction(server: Server, *, keeps: bool = True) -> Iterator[None]:
    """Everything inside is written, or nothing of it.

    Args:
        keeps: false for a dry run, which ends in a ROLLBACK.
    """
    # READ COMMITTED, if it is the server's own, would not keep others from what is looked at here.
    server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    server.execute("START TRANSACTION")
    try:
        yield
        server.execute("COMMIT" if keeps else "ROLLBACK")
    except BaseException:
        if server.connection.open:
            server.execute("ROLLBACK")
        raise


def without_transactions(server: Server, tables: Iterable[str]) -> dict[str, str]:
    """Those of the tables whose engine has no transactions, each with its engine."""
    names = ", ".join(quote_text(name) for name in sorted(set(tables)))
    if not names:
        return {}
    rows = server.query(
        "SELECT t.TABLE_NAME, t.ENGINE, e.TRANSACTIONS FROM information_schema.TABLES t"
        " JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE"
        f" WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME IN ({names})"
    )
    return {name: engine for name, engine, has in rows if has not in _WITH_TRANSACTIONS}


def refuse_dry_run(loose: Mapping[str, str]) -> None:
    """Refuse a dry run over tables (with their engines) that would keep what it writes.

    Raises:
        PlumbobError: UNSAFE.
    """
    for name, engine in loose.items():
        raise PlumbobError(
            f"{name} ({engine}) has no transactions, so a dry run would not be one",
            exit=Exit.UNSAFE,
        )
