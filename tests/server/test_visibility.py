"""What an account cannot see is "not visible", never "absent": each account made, on real servers.

The accounts and what they saw are `privilege_matrix.json`; more accounts (roles, patterns, partial
revokes) are below. The truth about an account is what it reads compared with what root reads.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.server.binaries import find
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import read_schema
from plumbob.server.sandbox import Sandbox
from plumbob.server.target import Target
from plumbob.server.visibility import hidden_kinds, not_visible
from tests.conftest import anonymous_account
from tests.server.conftest import Account, accounts
from tests.servers import SERVERS
from tests.servers import Server as Running

MATRIX: dict[str, Any] = json.loads(
    (Path(__file__).parent / "privilege_matrix.json").read_text("utf-8")
)
USERS = [name for name in MATRIX["mysql"]["users"] if name != "root"]
ROUTINES = "SELECT {} FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '{{0}}' ORDER BY 1"
# What is read of each kind, names and texts: an account that reads what root reads sees all of it.
READ = {
    "view": (
        "SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS"
        " WHERE TABLE_SCHEMA = '{0}'",
        "SHOW CREATE VIEW `{0}`.v",
    ),
    "trigger": (
        "SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS"
        " WHERE TRIGGER_SCHEMA = '{0}'",
        "SHOW CREATE TRIGGER `{0}`.trg",
    ),
    "procedure": (
        ROUTINES.format("ROUTINE_NAME, ROUTINE_DEFINITION"),
        "SHOW CREATE PROCEDURE `{0}`.pr",
    ),
    "function": (
        ROUTINES.format("ROUTINE_NAME, ROUTINE_DEFINITION"),
        "SHOW CREATE FUNCTION `{0}`.fn",
    ),
    "event": (
        "SELECT EVENT_NAME, EVENT_DEFINITION FROM information_schema.EVENTS"
        " WHERE EVENT_SCHEMA = '{0}'",
        "SHOW CREATE EVENT `{0}`.ev",
    ),
    "sequence": (
        "SELECT TABLE_NAME FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = '{0}' AND TABLE_TYPE = 'SEQUENCE'",
        "SHOW CREATE SEQUENCE `{0}`.sq",
    ),
}
# The same as the matrix has them: a key of its rows, and the query that gives the value.
COUNTS = {
    "tables": "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY 1) FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = '{0}' AND TABLE_TYPE = 'BASE TABLE'",
    "columns_par": "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION)"
    " FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{0}' AND TABLE_NAME = 'par'",
    "views": "SELECT COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '{0}'",
    "triggers": "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '{0}'",
    "routines": ROUTINES.format("GROUP_CONCAT(ROUTINE_NAME ORDER BY ROUTINE_NAME)"),
    "events": "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{0}'",
}


@pytest.fixture
def live(live: Server) -> Server:
    """A database with an object of each kind."""
    for statement in MATRIX["about"]["ddl"]:
        live.execute(statement)
    if live.flavour.is_mariadb:
        live.execute("CREATE SEQUENCE sq")
    return live


def read(server: Server, database: str) -> dict[str, list[Any]]:
    """What this account reads of each kind; an error is its number."""
    found = {}
    for kind, queries in READ.items():
        if kind == "sequence" and server.flavour.is_mysql:
            continue
        found[kind] = [answer(server, query.format(database)) for query in queries]
    return found


def answer(server: Server, query: str) -> Any:
    try:
        return server.query(query)
    except PlumbobError as error:
        return getattr(error, "errno", error)


def seen_whole(server: Server, root: Server) -> set[str]:
    """The kinds of which this account reads all that root reads."""
    database = root.database or ""
    # Texts are read from outside of the database on both sides: a view's text depends on it.
    with connect(root.target, database="information_schema") as outside:
        truth = read(outside, database)
    seen = read(server, database)
    return {kind for kind in truth if seen[kind] == truth[kind]}


@pytest.mark.parametrize("user", USERS)
def test_the_accounts_of_the_matrix(live: Server, account: Account, user: str) -> None:
    row = MATRIX[live.flavour.maker]["users"][user]
    database = live.database or ""
    grants = [grant.replace("rel_priv", "{}") for grant in row["grants"]]
    with connect(account(*grants), database="information_schema") as server:
        for key, query in COUNTS.items():
            assert answer(server, query.format(database)) == [(row[key],)], key
        assert set(hidden_kinds(server, database)) == read(live, database).keys() - seen_whole(
            server, live
        )
        try:
            tables = read_schema(server, database).tables
        except PlumbobError as error:
            assert error.exit == Exit.NO_ACCESS
            assert "may not see" in error.what or "not visible" in error.what
        else:
            assert tables == read_schema(live).tables


class Case(NamedTuple):
    """An account: what is granted to it, and the kinds that it sees whole (on MySQL, MariaDB)."""

    name: str
    grants: tuple[str, ...]
    sees: str


ALL = "view trigger event sequence"
CASES = (
    Case("all of the database", ("ALL ON {}.*",), ALL),
    Case("a view alone", ("SELECT, SHOW VIEW ON {}.v",), ""),
    Case("a table's triggers", ("TRIGGER ON {}.chi",), ""),
    Case("everywhere", ("TRIGGER ON *.*",), "trigger sequence"),
    Case("an escaped name", (r"TRIGGER ON `{_}`.*",), "trigger sequence"),
    Case("a pattern", ("TRIGGER ON `test%`.*",), "trigger sequence"),
    Case("a wildcard for one letter", ("TRIGGER ON `{}`.*",), "trigger sequence"),
    Case("a pattern of others", ("TRIGGER ON `x{}%`.*", "EVENT ON {}.*"), "event"),
    Case(
        "two patterns, of which only the first counts",
        ("TRIGGER ON `test%`.*", "SELECT ON {}.*"),
        "sequence",
    ),
    Case(
        "two patterns that agree",
        ("TRIGGER ON `test%`.*", "SELECT, TRIGGER ON {}.*"),
        "trigger sequence",
    ),
    Case("creating routines", ("CREATE ROUTINE, ALTER ROUTINE, EXECUTE ON {}.*",), ""),
    Case("reading everything", ("SELECT ON *.*",), "procedure function sequence"),
)


def granted(live: Server, grants: tuple[str, ...]) -> list[str]:
    escaped = (live.database or "").replace("_", r"\_")
    return [grant.replace("{_}", escaped) for grant in grants]


def check(live: Server, target: Target, sees: set[str]) -> None:
    database = live.database or ""
    with connect(target, database="information_schema") as server:
        kinds = read(live, database).keys()
        assert seen_whole(server, live) >= sees & kinds, "the test expects too much"
        assert kinds - hidden_kinds(server, database).keys() == sees & kinds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_more_accounts(live: Server, account: Account, case: Case) -> None:
    sees = set(case.sees.split())
    if case.name == "all of the database" and live.flavour.version >= (11, 3):
        sees |= {"procedure", "function"} if live.flavour.is_mariadb else set()
    check(live, account(*granted(live, case.grants)), sees)


def test_what_is_told_to_grant_is_enough(live: Server, account: Account) -> None:
    target = account("SELECT ON {}.*")
    database = live.database or ""
    with connect(target) as server:
        hidden = hidden_kinds(server, database)
        assert set(hidden) == {"view", "trigger", "procedure", "function", "event"}
        error = not_visible(server, database, "trigger", hidden["trigger"])
        assert error.exit == Exit.NO_ACCESS
        assert f"GRANT TRIGGER ON `{database}`.* TO '{target.user}'@'localhost'" in error.advice
    for grant in hidden.values():
        live.execute(grant)
    with connect(target, database="information_schema") as server:
        assert hidden_kinds(server, database) == {}
        assert seen_whole(server, live) == read(live, database).keys()


def test_root_sees_everything(live: Server) -> None:
    assert hidden_kinds(live, live.database or "") == {}


@contextlib.contextmanager
def roles(live: Server, *names: str) -> Iterator[None]:
    for name in names:
        live.execute(f"CREATE ROLE {name}")
    try:
        yield
    finally:
        for name in names:
            live.execute(f"DROP ROLE {name}")


def test_roles(live: Server, account: Account) -> None:
    """A role counts when it is active, and with it the roles that were granted to it."""
    database = live.database or ""
    target = account("SELECT ON {}.*")
    user = f"{target.user}@localhost"
    word = "TO" if live.flavour.is_mysql else "FOR"
    # Roles are the server's, which may be shared by workers.
    inner, outer = (f"{each}_{database}" for each in ("inner", "outer"))
    with roles(live, inner, outer):
        live.execute(f"GRANT TRIGGER ON {database}.* TO {inner}")
        live.execute(f"GRANT {inner} TO {outer}")
        live.execute(f"GRANT {outer} TO {user}")
        check(live, target, {"sequence"})
        live.execute(f"SET DEFAULT ROLE {outer} {word} {user}")
        check(live, target, {"sequence", "trigger"})
        with connect(target) as server:
            server.execute("SET ROLE NONE")
            assert "trigger" in hidden_kinds(server, database)
            server.execute(f"SET ROLE {outer}")
            assert "trigger" not in hidden_kinds(server, database)


def test_everybody(live: Server, account: Account, every_server: Running) -> None:
    """MariaDB grants to PUBLIC; the grants of the anonymous account, which count as well, it hides."""
    database = live.database or ""
    target = account("SELECT ON {}.*")
    if live.flavour.is_mariadb and live.flavour.version >= (10, 11):
        live.execute(f"GRANT TRIGGER ON {database}.* TO PUBLIC")
        check(live, target, {"sequence", "trigger"})
        live.execute(f"REVOKE TRIGGER ON {database}.* FROM PUBLIC")
    with anonymous_account(every_server):
        live.execute(f"GRANT TRIGGER ON {database}.* TO ''@localhost")
        check(live, target, {"sequence"})
        check(live, Target.from_url(anonymous(live)), {"sequence", "trigger"})


def anonymous(live: Server) -> str:
    return f"mysql://nobody_knows_me@localhost/?unix_socket={live.target.socket}"


def test_partial_revokes() -> None:
    """MySQL with partial_revokes: a global privilege less a database, and no patterns."""
    with Sandbox(find(*SERVERS["mysql"]), ["--partial-revokes=ON"]) as sandbox:
        with connect(Target.from_url(sandbox.url)) as live, accounts(live) as account:
            for name in ("shop_1", "other"):
                live.execute(f"CREATE DATABASE {name}")
                live.use(name)
                for statement in MATRIX["about"]["ddl"]:
                    live.execute(statement)
            some = account("TRIGGER, SELECT, SHOW VIEW, EVENT ON *.*")
            live.execute(f"REVOKE TRIGGER, SELECT ON shop_1.* FROM {some.user}@localhost")
            check(live, some, {"view", "trigger", "event", "procedure", "function"})
            patterns = account("TRIGGER ON `shop%`.*", r"EVENT ON `shop\_1`.*")
            named = account("TRIGGER ON shop_1.*")
            live.use("shop_1")
            check(live, some, {"event"})
            check(live, patterns, set())
            check(live, named, {"trigger"})
            with roles(live, "hand"):
                live.execute("GRANT TRIGGER ON shop_1.* TO hand")
                live.execute(f"GRANT hand TO {some.user}@localhost")
                live.execute(f"SET DEFAULT ROLE hand TO {some.user}@localhost")
                check(live, some, {"event"})


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_asks_nobody(name: str) -> None:
    """--skip-grant-tables: everybody sees everything, but for events where they are out of order."""
    with Sandbox(find(*SERVERS[name]), ["--skip-grant-tables"]) as sandbox:
        with connect(Target.from_url(sandbox.url)) as live:
            live.execute("CREATE DATABASE shop")
            hidden = hidden_kinds(live, "shop")
            assert hidden.keys() == ({"event"} if live.flavour.is_mariadb else set())
