"""Session settings that every connection has, whatever the server's own are: a table of facts.

What a server prints and what a statement means depend on its session. So a session is pinned before
anything is read, and read back, because a proxy may drop what it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from plumbob.ddl.quote import quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.server.errors import LOCK_WAIT_TIMEOUT, ServerError

Query = Callable[[str], list[tuple[str, ...]]]
Where = Literal["mysql", "mariadb", "galera"]

SQL_MODE = (
    "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION"
)
# Limits that concern SHOW as well, so nothing can be read before they are lifted; MySQL takes what is
# for MariaDB as a comment.
LIFT_LIMITS = (
    "SET SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1"
    " /*M!100101 , SESSION max_statement_time = 0 */"
)


class Pin(NamedTuple):
    """A session variable and its value.

    `only` is where it is set, beside "where the server has it". `reads` is true where a diff could
    be wrong without it: then it must be so; else only statements that change something need it.
    """

    variable: str
    value: str
    why: str
    only: Where | None = None
    reads: bool = True


PINS = (
    Pin("sql_mode", SQL_MODE, "ANSI_QUOTES, ORACLE, NO_TABLE_OPTIONS … change SHOW CREATE"),
    Pin("time_zone", "+00:00", "MySQL shifts TIMESTAMP literals in SHOW CREATE"),
    Pin("sql_quote_show_create", "1", "names without quotes are not readable"),
    Pin("sql_select_limit", "18446744073709551615", "cuts lists of tables"),
    Pin("group_concat_max_len", "1048576", "cuts lists of columns"),
    Pin("sql_auto_is_null", "0", "IS NULL would find the last inserted row"),
    Pin("sql_big_selects", "1", "max_join_size refuses queries of information_schema"),
    Pin("sql_safe_updates", "0", "refuses the journal's own updates", reads=False),
    Pin("character_set_client", "utf8mb4", "what we send"),
    Pin("character_set_connection", "utf8mb4", "what literals are"),
    Pin("character_set_results", "utf8mb4", "what we read"),
    Pin("sql_notes", "1", "hides Notes of values that changed", reads=False),
    Pin("lc_messages", "en_US", "another language hides what a message names", reads=False),
    Pin("max_error_count", "1024", "0 hides all warnings", reads=False),
    Pin("foreign_key_checks", "1", "0 accepts orphans and FKs to nowhere", reads=False),
    Pin("unique_checks", "1", "0 may accept duplicates", reads=False),
    Pin("explicit_defaults_for_timestamp", "1", "0 adds defaults to TIMESTAMP", reads=False),
    Pin("innodb_strict_mode", "1", "0 drops what it cannot do from a CREATE", reads=False),
    Pin("lock_wait_timeout", "2", "a waiting ALTER stops the whole table", reads=False),
    Pin("innodb_lock_wait_timeout", "2", "the same for rows", reads=False),
    Pin("wait_timeout", "28800", "the user lock dies with an idle connection", reads=False),
    Pin("completion_type", "NO_CHAIN", "COMMIT would begin a transaction", reads=False),
    Pin("transaction_read_only", "0", "refuses every change", reads=False),
    Pin("tx_read_only", "0", "the same in MariaDB before 11.1", "mariadb", reads=False),
    Pin("information_schema_stats_expiry", "0", "row counts of yesterday", "mysql"),
    Pin("show_create_table_verbosity", "0", "prints options that nobody wrote", "mysql"),
    Pin("show_gipk_in_create_table_and_information_schema", "1", "hides my_row_id", "mysql"),
    Pin("sql_generate_invisible_primary_key", "0", "adds my_row_id", "mysql", reads=False),
    Pin("max_execution_time", "0", "kills long SELECTs", "mysql"),
    Pin("max_statement_time", "0", "kills DDL, on one node of a cluster alone", "mariadb"),
    Pin("alter_algorithm", "DEFAULT", "INSTANT makes plain ALTERs fail", "mariadb", reads=False),
    Pin("check_constraint_checks", "1", "0 lets bad rows in", "mariadb", reads=False),
    Pin("note_verbosity", "basic", "hides Notes", "mariadb", reads=False),
    Pin("wsrep_sync_wait", "15", "a node may answer with the state before a commit", "galera"),
    Pin("wsrep_retry_autocommit", "0", "a repeated SHOW CREATE breaks the protocol", "galera"),
)  # fmt: skip

# What else is worth knowing about a server: read together with the pins, changed by nobody.
SETTINGS = (
    "version",
    "version_comment",
    "hostname",
    "port",
    "server_id",
    "server_uuid",
    "server_uid",
    "lower_case_table_names",
    "read_only",
    "super_read_only",
    "innodb_read_only",
    "sql_require_primary_key",
    "restrict_fk_on_non_standard_key",
    "default_storage_engine",
    "default_collation_for_utf8mb4",
    "innodb_default_row_format",
    "character_set_server",
    "collation_server",
    "max_allowed_packet",
    "log_bin",
    "log_bin_trust_function_creators",
    "system_versioning_alter_history",
    "wsrep_on",
    "wsrep_provider",
    "wsrep_node_name",
)
_ON = {"on": "1", "yes": "1", "off": "0", "no": "0"}
_NO_SESSION_VARIABLE = 1238


def read_settings(query: Query) -> dict[str, str]:
    """The pinned variables and `SETTINGS`, as far as the server has them."""
    names = {pin.variable for pin in PINS}.union(SETTINGS)
    wanted = ",".join(map(quote_text, sorted(names)))
    rows = query(f"SHOW SESSION VARIABLES WHERE Variable_name IN ({wanted})")
    return {name: value for name, value, *_ in rows}


def pin_session(query: Query, execute: Callable[[str], object]) -> tuple[dict[str, str], set[str]]:
    """Pin the session of a new connection and read it back.

    Returns:
        the settings as they are now, and the variables that this account may not set (all of them
        concern changes alone: to read goes on without them).

    Raises:
        PlumbobError: when a variable that reading depends on is not what it was set to.
    """
    execute(LIFT_LIMITS)
    before = read_settings(query)
    pins = [pin for pin in _present(before) if not _is(pin, before)]
    if not pins:
        return before, set()
    fixed = _set(execute, pins)
    try:
        after = read_settings(query)
    except ServerError as error:
        if error.errno != LOCK_WAIT_TIMEOUT or before.get("wsrep_on") != "ON":
            raise
        raise ServerError(
            error.errno,
            "this node of a cluster cannot answer: it is cut off from the others, or has not done what "
            f"they have; it says that its cluster is {_cluster_status(query)}",
            advice="connect to another node, or wait until it has caught up (docs/cluster.md)",
            exit=Exit.NO_ACCESS,
        ) from error
    off = [pin for pin in _present(after) if not _is(pin, after) and pin.variable not in fixed]
    for pin in off:
        if pin.reads:
            raise PlumbobError(
                f"{pin.variable} is {after[pin.variable]!r} although it was set to {pin.value!r}",
                advice="connect to the server itself: a proxy that drops SET cannot be used",
                exit=Exit.NO_ACCESS,
            )
    return after, {pin.variable for pin in off}


def _cluster_status(query: Query) -> str:
    rows = query("SET STATEMENT wsrep_sync_wait = 0 FOR SHOW STATUS LIKE 'wsrep_cluster_status'")
    return rows[0][1] if rows else "unknown"


def _present(settings: Mapping[str, str]) -> list[Pin]:
    maker = "mariadb" if "mariadb" in settings.get("version", "").lower() else "mysql"
    where = {None, maker}
    if settings.get("wsrep_on", "OFF") == "ON":
        where.add("galera")
    return [pin for pin in PINS if pin.only in where and pin.variable in settings]


def _is(pin: Pin, settings: Mapping[str, str]) -> bool:
    return _meaning(pin.variable, settings[pin.variable]) == _meaning(pin.variable, pin.value)


def _meaning(variable: str, value: str) -> object:
    """A value in a form that is equal where it means the same: `ON` and `1`, `0.000000` and `0`."""
    if variable == "sql_mode":
        return frozenset(value.upper().split(","))
    value = _ON.get(value.lower(), value.lower())
    try:
        return float(value)
    except ValueError:
        return value


def _set(execute: Callable[[str], object], pins: Iterable[Pin]) -> set[str]:
    """Set the variables at once or, where one of them is refused, each for itself.

    Returns:
        variables that no session can set (explicit_defaults_for_timestamp in MariaDB before 10.10).
        What else was refused is seen when the session is read back.
    """
    assignments = {pin.variable: assignment(pin.variable, pin.value) for pin in pins}
    if not _refused(execute, ", ".join(assignments.values())):
        return set()
    return {
        variable
        for variable, sql in assignments.items()
        if _refused(execute, sql) == _NO_SESSION_VARIABLE
    }


def _refused(execute: Callable[[str], object], assignments: str) -> int:
    """The number of the error that SET gave, or 0."""
    try:
        execute(f"SET {assignments}")
    except ServerError as error:
        if error.is_lost:
            raise
        return error.errno
    return 0


def assignment(variable: str, value: str) -> str:
    """What stands in SET for a session variable."""
    return f"SESSION {variable} = {value if value.isdigit() else quote_text(value)}"
