"""Group C of the fault cases as commands that a user types: privileges, sessions, and restless databases.

The table is introspection_cases.yaml; settings of servers are in hostile.yaml; what is left is here.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest

from plumbob.server.connection import connect
from plumbob.server.introspect import row_estimates
from plumbob.server.target import Target
from tests.commands import test_hostile_servers
from tests.commands.user import User, tables
from tests.conftest import account_of
from tests.load_yaml import load_yaml
from tests.servers import Server

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = load_yaml((HERE / "introspection_cases.yaml").read_text("utf-8"))
ALL = {f"C{number:02}" for number in range(1, 21)}
FIRST = """\
tables:
  par:
    columns:
      id: int primary key
      secret: varchar(9) not null default 's3'
      twice: int as (id * 2) stored
      made: timestamp not null default '2020-01-01 12:00:00'
    checks:
      ck: secret <> ''
  chi:
    columns:
      id: int primary key
      p: int references par(id)
"""


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    user = User(tmp_path, server.url(database))
    user.declare(FIRST)
    user.brings_in_sync()
    return user


@pytest.fixture
def account(server: Server, database: str) -> Iterator[Callable[..., str]]:
    """Makes an account of these grants; gives the URL that it uses."""
    name = account_of(database)
    with server.connect() as root, root.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@localhost IDENTIFIED BY 'kanari-7'")

        def make(*grants: str) -> str:
            for grant in grants:
                cursor.execute(f"GRANT {grant.format(database)} TO {name}@localhost", None)
            return server.url(database).replace("root@", f"{name}:kanari-7@")

        yield make
        cursor.execute(f"DROP USER {name}@localhost")


def test_every_case_of_the_group_is_somewhere() -> None:
    here = {id for case in CASES for id in case["ids"]}
    settings = {id for case in test_hostile_servers.CASES for id in case.get("ids", ())}
    functions = set(re.findall(r'^    """(C\d\d)', Path(__file__).read_text("utf-8"), re.MULTILINE))
    assert here | settings | functions >= ALL


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['ids'][0]}-{case['given']}")
def test_what_is_seen_of_a_database(
    case: dict[str, Any],
    user: User,
    account: Callable[..., str],
    server: Server,
    database: str,
) -> None:
    """An equal database is in sync, or the command says what it may not see: nothing is planned."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        for statement in case.get("also", ()):
            cursor.execute(statement)
        before = tables(server, database)
        user.declare(FIRST + case.get("declared", ""))
        if "grants" in case:
            user = User(user.folder, account(*case["grants"]))
        result = user.types("diff")
        assert result.code == case["code"] if "code" in case else result.code in (0, 3), result
        for said in case.get("said", ()):
            assert said in result.out + result.err, result
        assert "Traceback" not in result.err
        if result.code == 3:
            assert result.out == ""
        for text in case.get("never", ()):
            assert text not in result.out
        document = user.types("diff", "--json").json
        assert "error" in document or (document["up"], document["tables"]) == ([], [])
        assert tables(server, database) == before


def test_no_grants_and_no_hashes(
    user: User, account: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """C07: SHOW GRANTS of MariaDB prints the hash of the password, which is nowhere."""
    monkeypatch.setenv("PLUMBOB_TRACEBACK", "1")
    monkeypatch.setenv("PLUMBOB_CACHE", str(user.folder / "cache"))
    url = account("SELECT ON {}.*")
    ann = User(user.folder, url)
    ann.declare(FIRST + "      more: int\n")
    shown = [
        ann.types(*command)
        for command in (
            ("diff", "-v"),
            ("diff", "--json"),
            ("diff", "--write"),
            ("apply",),
            ("apply", "--json"),
            ("status",),
            ("rollback",),
        )
    ]
    texts = [text for result in shown for text in (result.out, result.err)]
    texts += [
        path.read_text("utf-8", errors="replace")
        for path in user.folder.rglob("*")
        if path.is_file()
    ]
    for text in texts:
        assert not re.search(r"\*[0-9A-F]{40}", text)
        assert "IDENTIFIED" not in text
        assert "kanari" not in text


def test_sizes_are_those_of_now(user: User, server: Server, database: str) -> None:
    """C11: MySQL keeps what it once said of a table for a day."""
    with connect(Target.from_url(server.url(database))) as pinned:
        assert row_estimates(pinned)["par"].rows == 0
        pinned.execute("INSERT INTO par (id, secret) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        assert row_estimates(pinned)["par"].rows > 0
    user.succeeds("diff")


ENGINES = {
    "myisam": "CREATE TABLE in_myisam (id int PRIMARY KEY) ENGINE=MyISAM",
    "memory": "CREATE TABLE in_memory (id int PRIMARY KEY) ENGINE=MEMORY",
    "parts": "CREATE TABLE in_parts (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
    "csv": "CREATE TABLE in_csv (id int NOT NULL) ENGINE=CSV",
    "archive": "CREATE TABLE in_archive (id int NOT NULL) ENGINE=ARCHIVE",
    "blackhole": "CREATE TABLE in_blackhole (id int NOT NULL) ENGINE=BLACKHOLE",
    "merge": "CREATE TABLE in_merge (id int NOT NULL PRIMARY KEY) ENGINE=MERGE",
    "federated": "CREATE TABLE in_federated (id int NOT NULL PRIMARY KEY) ENGINE=FEDERATED"
    " CONNECTION='mysql://ann:kanari@127.0.0.1:1/shop/t'",
    "versioned": "CREATE TABLE in_versions (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
    "sequence": "CREATE SEQUENCE a_sequence",
}


def test_every_engine_is_managed_or_left_alone(
    tmp_path: Path, server: Server, database: str
) -> None:
    """C17: read into a declaration and compared with it, nothing is to be dropped."""
    made = set()
    with server.connect(database) as connection, connection.cursor() as cursor:
        for kind, statement in ENGINES.items():
            # What this server has not got is refused by it.
            with contextlib.suppress(pymysql.MySQLError):
                cursor.execute(statement)
                made.add(kind)
        assert made >= {"myisam", "memory", "parts"}
        user = User(tmp_path, server.url(database))
        read = user.types("init", "--from", server.url(database))
        assert read.code in (0, 1), read
        result = user.types("diff", "--scratch", "target")
        assert result.code == 0, result
        assert "kanari" not in read.out + result.out + user.schema.read_text("utf-8")
        # Declared or not: what is no table of this server's own is never dropped.
        user.declare("tables:\n  another:\n    columns: {id: int primary key}\n")
        plan = user.types("diff", "--json").json["up"]
        for kind in ("federated", "sequence"):
            assert not [each for each in plan if kind in each["sql"].lower()]


def test_a_database_that_does_not_rest(user: User, server: Server, database: str) -> None:
    """C19: one consistent answer or a clear one, while somebody makes and drops tables."""
    over = threading.Event()

    def change() -> None:
        with server.connect(database) as other, other.cursor() as cursor:
            while not over.is_set():
                cursor.execute("CREATE TABLE restless (id int)")
                cursor.execute("RENAME TABLE restless TO wandering")
                cursor.execute("DROP TABLE wandering")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        codes = set()
        for _ in range(100):
            result = user.types("diff", "--scratch", "none")
            codes.add(int(result.code))
            assert "Traceback" not in result.err
            assert not re.search(r"\b1146\b", result.err), result
            assert not re.search(r"(create|alter) table", result.out.partition("down (")[0])
        assert codes <= {0, 1, 5, 6}, codes
    finally:
        over.set()
        thread.join()
    user.succeeds("diff")


def test_two_thousand_tables(user: User, server: Server, database: str) -> None:
    """C20: one SHOW CREATE for each table, in few round trips; `make bench` shows the time."""
    count = 2000
    with server.connect(database) as connection, connection.cursor() as cursor:
        for number in range(count):
            cursor.execute(f"CREATE TABLE t{number} (id int PRIMARY KEY, a int) ENGINE=MyISAM")

        def counted() -> tuple[int, int]:
            names = "('Com_show_create_table', 'Com_select')"
            cursor.execute(f"SHOW GLOBAL STATUS WHERE Variable_name IN {names}")
            found = dict(cursor.fetchall())
            return int(found["Com_show_create_table"]), int(found["Com_select"])

        settings = user.folder / "plumbob.cfg"
        settings.write_text("[plumbob]\nscratch = target\nignore = x*\n")
        before = counted()
        result = user.types("diff", "--scratch", "none", "--format", "json")
        shown, selected = (new - old for new, old in zip(counted(), before, strict=True))
    assert result.code == 1, result.err
    assert result.json["live"]["tables"] == count + 2
    assert count <= shown <= count + 20
    # The plan drops them all: the rows of each are counted.
    assert selected < 2 + count + 50
