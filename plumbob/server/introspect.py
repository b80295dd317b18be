"""Reads a database into a `Schema`: SHOW CREATE texts through the grammar, lossless or not at all.

Nothing is written. What the account cannot see is an error, never "not there": a diff that took it
for missing would plan to create it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from plumbob.ddl.own_schema import table_without_schema
from plumbob.ddl.quote import quote_name
from plumbob.errors import Exit, PlumbobError
from plumbob.model import (
    STORED_KINDS,
    NotUnderstood,
    Schema,
    Stored,
    StoredKind,
    Table,
    Unmanaged,
    key_of_id,
    object_id,
)
from plumbob.server.connection import Server
from plumbob.server.errors import (
    DEADLOCK,
    DENIED,
    LOCK_WAIT_TIMEOUT,
    LOST,
    NO_SUCH_TABLE,
    ServerError,
)
from plumbob.server.foreign import kind_by_engine, kind_by_text
from plumbob.server.listing import (
    Listed,
    column_counts,
    database_of,
    folded,
    list_tables,
    row_estimates,
)
from plumbob.server.stored import Hidden, read_stored
from plumbob.server.understanding import understand
from plumbob.server.visibility import hidden_kinds

__all__ = ["read_objects", "read_schema", "row_estimates", "table_texts", "understand"]

# SHOW CREATE statements in one round trip: on MySQL 1,000 tables take 0.36 s so, 0.52 s one by one.
_BATCH = 100
# How often a database that changes while it is read is looked at again.
_ROUNDS = 10
# What goes by: to read again does no harm.
_PASSING = (LOCK_WAIT_TIMEOUT, DEADLOCK, *LOST)
_TRIES = 5
# A name that no table has: an account with a privilege on the whole database is told that it is not
# there (1146), any other that it may not look (1142); measured with 18 accounts on three servers.
_NOBODY = "_plumbob_nobody"

Answer = str | ServerError


def read_schema(
    server: Server,
    database: str | None = None,
    tables: Collection[str] | None = None,
    *,
    keep: Collection[str] = (),
    managed: Collection[StoredKind] = STORED_KINDS,
) -> Schema:
    """Read what a database holds.

    Args:
        database: its name, by default the one in use.
        tables: read these only; those that are not there are left out. Without it, all of them have
            to be visible.
        keep: tables that are managed although their name looks like that of a tool's own table.
        managed: the kinds of stored objects that have to be visible.

    Raises:
        PlumbobError: NO_ACCESS for what this account cannot see, STALE when the database changes
            faster than it can be read, LOCKED when a table is locked.
    """
    name = database_of(server, database)
    charset, collation = server.database_defaults(name)
    if tables is None:
        _prove_visibility(server, name)
    ours = {folded(server, table) for table in (*keep, *(tables or ()))}
    answers, others = _settled(server, name, tables, ours)
    found = _understand_all(server, name, answers, ours)
    _prove_columns(server, name, found.tables)
    if tables is None:
        found, others = _with_stored(server, name, found, others, managed)
    unmanaged = (*others, *found.unmanaged)
    return replace(found, charset=charset, collation=collation, unmanaged=unmanaged)


def _with_stored(
    server: Server,
    database: str,
    found: Schema,
    others: list[Unmanaged],
    managed: Collection[StoredKind],
) -> tuple[Schema, list[Unmanaged]]:
    """The schema with its stored objects; `others` loses the views and sequences that are understood.

    A broken view, which names something that is gone, stays there: nothing could make it again.
    """
    broken = {other.name for other in others if other.kind == "broken view"}
    try:
        kept = read_stored(server, database, managed=managed)
    except Hidden as hidden:
        raise _hidden_object(server, database, hidden) from None
    foreign = {
        key: kind for key in kept.stored if (kind := server.scope.foreign_kind(key.kind, key.name))
    }
    stored = {
        key: each
        for key, each in kept.stored.items()
        if key not in foreign and not (key.kind == "view" and key.name in broken)
    }
    refused = {str(key): each for key, each in kept.not_understood.items()}
    left = [other for other in others if other.kind not in ("view", "sequence")]
    whole = replace(found, stored=stored, not_understood={**found.not_understood, **refused})
    # Views and sequences are among the tables that were listed.
    listed = ("view", "sequence")
    ignored = (Unmanaged(kind, key.name) for key, kind in foreign.items() if key.kind not in listed)
    return whole, [*left, *kept.unmanaged, *ignored]


def table_texts(
    server: Server, names: Iterable[str], database: str | None = None
) -> dict[str, str]:
    """The SHOW CREATE texts of these tables, of those that are there.

    Raises:
        PlumbobError: NO_ACCESS where one of them cannot be seen, LOCKED where one is locked.
    """
    name = database_of(server, database)
    answers = _show_create(server, name, list(names))
    for answer in answers.values():
        if isinstance(answer, ServerError) and answer.errno != NO_SUCH_TABLE:
            raise answer
    return {table: text for table, text in answers.items() if isinstance(text, str)}


def read_objects(
    server: Server, ids: Collection[str], database: str | None = None
) -> dict[str, Table | Stored | NotUnderstood]:
    """The objects of these ids (`model.object_id`) that are there.

    Raises:
        PlumbobError: NO_ACCESS where one of them cannot be seen, LOCKED where one is locked.
    """
    name = database_of(server, database)
    keys = {key for id in ids if (key := key_of_id(id))}
    tables = [id.removeprefix("table:") for id in ids if key_of_id(id) is None]
    texts = table_texts(server, tables, name) if tables else {}
    found: dict[str, Table | Stored | NotUnderstood] = {
        object_id("table", table): _understood(server, name, table, text)
        for table, text in texts.items()
    }
    if keys:
        try:
            kept = read_stored(server, name, keys)
        except Hidden as hidden:
            raise _hidden_object(server, name, hidden) from None
        found |= {str(key): each for key, each in kept.stored.items()}
        found |= {str(key): each for key, each in kept.not_understood.items()}
    return found


def _settled(
    server: Server, database: str, wanted: Collection[str] | None, managed: set[str]
) -> tuple[dict[str, Answer], list[Unmanaged]]:
    """What SHOW CREATE answers for each of our tables, and what is not ours.

    A table that vanishes between the listing and its SHOW CREATE may have got another name, so the
    listing is read again until all of its tables were there. A wanted table that is not listed has
    to be surely missing, and not only hidden.
    """
    answers: dict[str, Answer] = {}
    for _ in range(_ROUNDS):
        listed = list_tables(server, database, wanted)
        ours, others = _divide(server, listed, managed)
        seen = {folded(server, name) for name in (*ours, *(other.name for other in others))}
        missing = [name for name in wanted or () if folded(server, name) not in seen]
        unread = [name for name in ours if name not in answers]
        fresh = _show_create(server, database, unread + missing)
        answers |= {name: answer for name, answer in fresh.items() if not _is_gone(answer)}
        if answers.keys() >= set(ours) and answers.keys().isdisjoint(missing):
            return {name: answers[name] for name in ours}, others
    raise _restless(database)


def _divide(server: Server, listed: Listed, managed: set[str]) -> tuple[list[str], list[Unmanaged]]:
    """Tables that are ours, and what is not: by kind, and by whose name it has."""
    foreign = {
        name: kind
        for name in listed.tables
        if (kind := server.scope.foreign_kind("table", name, known=folded(server, name) in managed))
    }
    ours = [name for name in listed.tables if name not in foreign]
    return ours, [*listed.others, *(Unmanaged(kind, name) for name, kind in foreign.items())]


def _show_create(server: Server, database: str, names: list[str]) -> dict[str, Answer]:
    """The text of each table, or the error that the server gives for it.

    Raises:
        PlumbobError: when a table cannot be seen, stays locked, or the connection stays lost.
    """
    answers: dict[str, Answer] = {}
    tries = 0
    while rest := [name for name in names if name not in answers]:
        batch = rest[:_BATCH]
        try:
            texts, error = server.reader().read_texts(
                [_statement(database, name) for name in batch], column=1
            )
        except ServerError as lost:
            texts, error = [], lost
        answers.update(zip(batch, texts, strict=False))
        if error is None:
            continue
        failed = batch[len(texts)]
        if error.errno in DENIED:
            raise _hidden(server, database, f"the table {failed}")
        if error.errno not in _PASSING:
            answers[failed] = error
        # On a cluster it is the wait for what the others have done (30 s), and no lock of the table.
        elif (tries := tries + 1) == _TRIES or (
            server.is_cluster and error.errno == LOCK_WAIT_TIMEOUT
        ):
            error.where = failed
            raise error
    return answers


def _statement(database: str, table: str) -> str:
    return f"SHOW CREATE TABLE {quote_name(database)}.{quote_name(table)}"


def _is_gone(answer: Answer) -> bool:
    return isinstance(answer, ServerError) and answer.errno == NO_SUCH_TABLE


def _understood(server: Server, database: str, table: str, text: str) -> Table | NotUnderstood:
    found = understand(table, text, server.flavour)
    if isinstance(found, Table) and server.flavour.is_mariadb:
        return table_without_schema(found, database)
    return found


def _understand_all(
    server: Server, database: str, answers: Mapping[str, Answer], known: set[str]
) -> Schema:
    """The tables; whose name is `known` is ours, whatever it looks like."""
    tables: dict[str, Table] = {}
    refused: dict[str, NotUnderstood] = {}
    remote: list[Unmanaged] = []
    for name, answer in answers.items():
        if isinstance(answer, ServerError):
            refused[name] = NotUnderstood(name, "", f"the server cannot read it: {answer.what}")
        elif (kind := kind_by_engine(answer)) or (
            folded(server, name) not in known and (kind := kind_by_text(answer))
        ):
            remote.append(Unmanaged(kind, name))
        elif isinstance(table := _understood(server, database, name, answer), Table):
            tables[name] = table
        else:
            refused[name] = table
    return Schema(tables, not_understood=refused, unmanaged=tuple(remote))


def _prove_columns(server: Server, database: str, tables: Mapping[str, Table]) -> None:
    """Refuse an account that sees fewer columns than the tables have.

    Somebody may add a column or drop a table between the two answers, so a table is looked at again
    until they agree once; where they never do, it is for want of a privilege.
    """
    short = _short_of_columns(server, database, tables)
    for _ in range(_ROUNDS):
        if not short:
            return
        suspects = short
        texts = table_texts(server, suspects, database)
        again = {name: understand(name, text, server.flavour) for name, text in texts.items()}
        short = _short_of_columns(server, database, again)
    raise _hidden(server, database, f"the columns of the table {min(suspects)}")


def _short_of_columns(
    server: Server, database: str, tables: Mapping[str, Table | NotUnderstood]
) -> set[str]:
    """Tables of which information_schema shows fewer columns than SHOW CREATE."""
    counts = column_counts(server, database, tables)
    return {
        name
        for name, table in tables.items()
        if isinstance(table, Table) and counts.get(name, 0) < len(table.columns)
    }


def _prove_visibility(server: Server, database: str) -> None:
    """Refuse an account that sees some of the tables only: the others would seem to be missing."""
    try:
        server.query(_statement(database, _NOBODY))
    except ServerError as error:
        if error.errno in DENIED:
            raise _hidden(server, database, "all tables") from None
        if error.errno != NO_SUCH_TABLE:
            raise


def _hidden(server: Server, database: str, what: str) -> PlumbobError:
    user = server.query("SELECT CURRENT_USER()")[0][0]
    return PlumbobError(
        f"{user} may not see {what} of {database}",
        advice=f"grant it: GRANT REFERENCES ON {quote_name(database)}.* TO … (or SELECT)",
        exit=Exit.NO_ACCESS,
    )


def _hidden_object(server: Server, database: str, hidden: Hidden) -> PlumbobError:
    """The same for a stored object, with the grant that its kind takes."""
    error = _hidden(server, database, hidden.what)
    grant = hidden_kinds(server, database).get(hidden.kind)
    if grant is not None:
        error.advice = f"not visible is not absent, so nothing is planned; grant it: {grant}"
    return error


def _restless(database: str) -> PlumbobError:
    return PlumbobError(
        f"the tables of {database} change while they are read",
        advice="wait until the other change is over, and try again",
        exit=Exit.STALE,
    )
