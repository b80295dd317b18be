"""Views, stored programs and sequences as CREATE statements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from plumbob.ddl.quote import quote_name, quote_names, quote_text
from plumbob.ddl.stored import database_collation
from plumbob.model import Definer, Event, Flavour, Owned, Routine, Sequence, Stored, Trigger, View
from plumbob.model.features import DISABLE_ON_REPLICA


@singledispatch
def create_sql(stored: Stored, flavour: Flavour, create: str = "CREATE") -> str:
    """The statement that makes the object.

    Args:
        stored: the object.
        flavour: the server that will read it.
        create: the first words: "CREATE OR REPLACE", or "ALTER" for an event or view.
    """
    raise NotImplementedError(type(stored))


@create_sql.register
def _(stored: View, flavour: Flavour, create: str = "CREATE") -> str:
    columns = f" ({quote_names(stored.columns)})" if stored.columns else ""
    check = f" WITH {stored.check_option} CHECK OPTION" if stored.check_option else ""
    return (
        f"{create} ALGORITHM={stored.algorithm} {head_sql(stored.definer)}"
        f"SQL SECURITY {stored.security} VIEW {quote_name(stored.name)}{columns}"
        f" AS {stored.select.sql}{check}"
    )


@create_sql.register
def _(stored: Trigger, flavour: Flavour, create: str = "CREATE") -> str:
    return (
        f"{create} {head_sql(stored.definer)}TRIGGER {quote_name(stored.name)}"
        f" {stored.timing} {stored.event} ON {quote_name(stored.table)} FOR EACH ROW {stored.body}"
    )


@create_sql.register
def _(stored: Routine, flavour: Flavour, create: str = "CREATE") -> str:
    returns = f" RETURNS {stored.returns.sql}" if stored.returns else ""
    aggregate = "AGGREGATE " if stored.is_aggregate else ""
    lines = [
        f"{create} {head_sql(stored.definer)}{aggregate}{stored.kind.upper()}"
        f" {quote_name(stored.name)}({stored.parameters.sql}){returns}"
    ]
    if stored.data_access != "CONTAINS SQL":
        lines.append(f"    {stored.data_access}")
    if stored.is_deterministic:
        lines.append("    DETERMINISTIC")
    if stored.security != "DEFINER":
        lines.append(f"    SQL SECURITY {stored.security}")
    if stored.comment:
        lines.append(f"    COMMENT {_comment(stored)}")
    return "\n".join([*lines, stored.body])


@create_sql.register
def _(stored: Event, flavour: Flavour, create: str = "CREATE") -> str:
    # ALTER EVENT leaves what it does not say as it is.
    says_comment = stored.comment or create == "ALTER"
    comment = f" COMMENT {_comment(stored)}" if says_comment else ""
    return (
        f"{create} {head_sql(stored.definer)}EVENT {quote_name(stored.name)}"
        f" ON SCHEDULE {schedule_sql(stored)}"
        f"{_completion(stored, flavour)}"
        f" {_status(stored.status, flavour)}{comment} DO {stored.body}"
    )


@create_sql.register
def _(stored: Sequence, flavour: Flavour, create: str = "CREATE") -> str:
    words = [f"{create} SEQUENCE {quote_name(stored.name)}"]
    if stored.type:
        words.append(f"as {stored.type}")
    words.append(options_sql(stored))
    if stored.engine:
        words.append(f"ENGINE={stored.engine}")
    if stored.comment:
        words.append(f"COMMENT={quote_text(stored.comment)}")
    return " ".join(words)


def _completion(event: Event, flavour: Flavour) -> str:
    """What becomes of an event that is over; nothing where that goes without saying.

    MySQL does not understand NOT PRESERVE with HIGH_NOT_PRECEDENCE (1064; measured on 9.7).
    """
    if event.preserve:
        return " ON COMPLETION PRESERVE"
    is_unsayable = flavour.is_mysql and needs_no_not(event)
    return "" if is_unsayable else " ON COMPLETION NOT PRESERVE"


def needs_no_not(event: Event) -> bool:
    return "HIGH_NOT_PRECEDENCE" in (event.session.sql_mode or "")


def _comment(stored: Routine | Event) -> str:
    """A comment as the session that makes the object reads it: a backslash may be no escape there."""
    if "NO_BACKSLASH_ESCAPES" in (stored.session.sql_mode or ""):
        return "'" + stored.comment.replace("'", "''") + "'"
    return quote_text(stored.comment)


def _status(status: str, flavour: Flavour) -> str:
    """MariaDB knows the older word alone; MySQL has warned of it since it has the new one."""
    return status if DISABLE_ON_REPLICA.is_in(flavour) else status.replace("REPLICA", "SLAVE")


def schedule_sql(event: Event) -> str:
    if event.at is not None:
        return f"AT {quote_text(event.at)}"
    starts = f" STARTS {quote_text(event.starts)}" if event.starts else ""
    ends = f" ENDS {quote_text(event.ends)}" if event.ends else ""
    return f"EVERY {event.every}{starts}{ends}"


def options_sql(sequence: Sequence) -> str:
    """How a sequence counts, in the order in which the server says it."""
    numbers = (
        ("start with", sequence.start),
        ("minvalue", sequence.minimum),
        ("maxvalue", sequence.maximum),
        ("increment by", sequence.increment),
    )
    words = [f"{word} {number}" for word, number in numbers if number is not None]
    words.append(f"cache {sequence.cache}" if sequence.cache else "nocache")
    words.append("cycle" if sequence.is_cycle else "nocycle")
    return " ".join(words)


def head_sql(definer: Definer | None) -> str:
    """The clause ahead of the kind, with a blank at its end; nothing for whoever runs the statement."""
    return f"DEFINER={account_sql(definer)} " if definer else ""


def account_sql(definer: Definer) -> str:
    if definer.host is None:
        return quote_name(definer.user)
    return f"{quote_name(definer.user)}@{quote_name(definer.host)}"


def alter_routine_sql(routine: Routine) -> str:
    """The characteristics that ALTER can change, all of them (both manuals: ALTER PROCEDURE)."""
    return (
        f"ALTER {routine.kind.upper()} {quote_name(routine.name)}"
        f" COMMENT {quote_text(routine.comment)} {routine.data_access}"
        f" SQL SECURITY {routine.security}"
    )


def alter_sequence_sql(before: Sequence, after: Sequence) -> Iterator[str]:
    """What makes the one of the other, without a change of where it stands."""
    name = quote_name(after.name)
    limit = _nearer_limit(before, after)
    if limit is not None:
        # A sequence that stands outside of its new limits is refused (4085). SETVAL leads forward
        # only: one that is further on stays where it is.
        yield f"DO SETVAL({name}, {limit}, 0)"
    if options_sql(before) != options_sql(after):
        yield f"ALTER SEQUENCE {name} {options_sql(after)}"
    options = []
    if after.engine is not None and before.engine != after.engine:
        options.append(f"ENGINE={after.engine}")
    if before.comment != after.comment:
        options.append(f"COMMENT={quote_text(after.comment)}")
    if options:
        yield f"ALTER TABLE {name} {' '.join(options)}"


def _nearer_limit(before: Sequence, after: Sequence) -> int | None:
    """The limit at which a sequence begins, where it has become narrower."""
    if before.increment > 0:
        old, new, sign = before.minimum, after.minimum, 1
    else:
        old, new, sign = before.maximum, after.maximum, -1
    if old is None or new is None or before.increment == 0:
        return None
    return new if new * sign > old * sign else None


def session_settings(
    stored: Stored, collation_of_database: str | None
) -> tuple[tuple[str, str], ...]:
    """The settings that the server keeps with an object, for the statement that makes it.

    Args:
        stored: the object.
        collation_of_database: that of the database that it is made in.

    A text that is no ASCII is sent as UTF-8, whatever it was sent as at first: what it means is the
    same, because its literals are converted to the collation of the connection.
    """
    if isinstance(stored, Sequence):
        return ()
    kept = stored.session
    is_sent_otherwise = kept.charset != "utf8mb4" and all(map(str.isascii, _texts(stored)))
    settings = {
        "sql_mode": kept.sql_mode,
        "character_set_client": kept.charset if is_sent_otherwise else None,
        "collation_connection": kept.collation,
        "time_zone": kept.time_zone,
        database_collation.NAME: database_collation.setting(
            kept.database_collation, collation_of_database
        ),
    }
    return tuple((name, value) for name, value in settings.items() if value is not None)


def _texts(stored: Owned) -> Iterator[str]:
    """All that somebody chose in the statement that makes the object."""
    yield from (stored.name, stored.body, head_sql(stored.definer))
    if isinstance(stored, Trigger):
        yield stored.table
    elif isinstance(stored, View):
        yield from stored.columns
    else:
        yield stored.comment
    if isinstance(stored, Routine):
        yield from (stored.parameters.sql, stored.returns.sql if stored.returns else "")
