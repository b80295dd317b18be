"""Passwords reach the server and nothing else; a diff only looks."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.makes import PLAIN
from tests.commands.user import Result, User
from tests.conftest import Servers, empty_database
from tests.servers import Server

CANARY = "canary-7f3a"
ODD = "ca#na/ry?7@f:3[a%"
COMMANDS = (
    ("check",),
    ("diff",),
    ("diff", "--write", "-m", "test"),
    ("apply", "--dry-run"),
    ("apply",),
    ("status", "--json"),
    ("rollback",),
    ("create",),
    ("drop",),
)


@pytest.fixture(params=[CANARY, ODD], ids=["plain", "odd"])
def account(request: pytest.FixtureRequest, server: Server, database: str) -> Iterator[str]:
    """An account with all rights on the database, and its password."""
    with an_account(server, database, request.param) as name:
        yield f"{name}:{request.param}"


@contextmanager
def an_account(server: Server, database: str, password: str) -> Iterator[str]:
    name = f"user_{database[-8:]}"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@'%%' IDENTIFIED BY %s", (password,))
        cursor.execute(f"GRANT ALL ON *.* TO {name}@'%'", None)
        yield name
        cursor.execute(f"DROP USER {name}@'%'", None)


def url(server: Server, database: str, user: str, password: str = "") -> str:
    parts = urlsplit(server.url(database))
    secret = f":{quote(password, safe='')}" if password else ""
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}{secret}@{place}").geturl()


def everything(folder: Path, server: Server, database: str) -> str:
    """All that was written to files and to the database."""
    texts = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT * FROM `{name}`")
            texts += [str(row) for row in cursor.fetchall()]
    return "\n".join(texts)


def assert_no_secret(text: str, password: str) -> None:
    assert password not in text
    assert quote(password, safe="") not in text
    assert not re.search(r"\*[0-9A-F]{40}", text)


@pytest.mark.parametrize("way", ["url", "MYSQL_PWD", "option file"])
def test_a_password_is_nowhere_but_at_the_server(
    way: str,
    account: str,
    server: Server,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """H01"""
    monkeypatch.setenv("PLUMBOB_TRACEBACK", "1")
    name, _, password = account.partition(":")
    options: tuple[str, ...] = ()
    user = User(tmp_path / "project", url(server, database, name, password if way == "url" else ""))
    if way == "MYSQL_PWD":
        monkeypatch.setenv("MYSQL_PWD", password)
    elif way == "option file":
        file = tmp_path / "my.cnf"
        file.touch(0o600)
        file.write_text(f'[client]\npassword="{password}"\n')
        options = ("--defaults-file", str(file))
    user.folder.mkdir()
    user.declare(PLAIN)
    for command in COMMANDS:
        result = user.types(*command, *(options if command != ("check",) else ()))
        assert result.code in (0, 1, 4), result
        assert_no_secret(str(result), password)
    assert_no_secret(everything(user.folder, server, database), password)


@pytest.mark.parametrize("way", ["--password-file", "password_file", "password_command"])
def test_a_password_that_is_kept_apart(
    way: str, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H01, H02: it reaches the server from there, and a wrong one is told without it."""
    server = servers("mysql")
    monkeypatch.setenv("PLUMBOB_TRACEBACK", "1")
    secret = tmp_path / "secret"
    secret.touch(0o600)
    command = shlex.join(["cat", str(secret)])
    said = {"password_file": "../secret", "password_command": command}
    with empty_database(server) as database, an_account(server, database, ODD) as name:
        user = User(tmp_path / "project", url(server, database, name))
        user.folder.mkdir()
        user.declare(PLAIN)
        options = (way, "../secret") if way not in said else ()
        if way in said:
            settings = f"[plumbob]\nscratch = none\n{way} = {said[way]}\n"
            (user.folder / "plumbob.cfg").write_text(settings)
        secret.write_text(ODD + "\n")
        for argv in (("diff", "--json"), ("history",), ("grants", "apply", "--check"), ("drift",)):
            result = user.types(*argv, *options)
            # 2: nothing was recorded there yet, which the server has told.
            assert result.code in (0, 1, 2), result
            assert_no_secret(str(result), ODD)
        secret.write_text(CANARY + "\n")
        result = user.types("diff", "--json", *options)
        assert result.code == 3, result
        assert_no_secret(str(result), CANARY)
        assert_no_secret(everything(user.folder, server, database), ODD)


def test_a_wrong_password_is_not_repeated(server: Server, database: str, tmp_path: Path) -> None:
    """H01"""
    user = User(tmp_path, url(server, database, "nobody", CANARY))
    user.declare(PLAIN)
    for command in COMMANDS[1:]:
        result = user.types(*command)
        assert result.code == 3, result
        assert_no_secret(str(result), CANARY)


@pytest.mark.parametrize("spelling", ["-p{}", "--password={}", "url"])
def test_a_password_in_argv_works_and_is_warned_about(
    spelling: str, account: str, server: Server, database: str, tmp_path: Path
) -> None:
    """H02"""
    name, _, password = account.partition(":")
    user = User(tmp_path)
    user.declare(PLAIN)
    if spelling == "url":
        arguments = ["--url", url(server, database, name, password)]
    else:
        arguments = ["--url", url(server, database, name), spelling.format(password)]
    result = user.types("diff", *arguments)
    assert result.code == 1, result
    assert result.err.startswith("warning: a password")
    assert "can be seen by all users of this machine" in result.err
    assert_no_secret(str(result), password)


def test_nobody_is_asked_without_a_terminal(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I10: the word behind -p is no password, and nothing waits for an answer."""
    user = User(tmp_path, server.url(database))
    user.declare(PLAIN)
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        result = user.types("diff", "-p", "--format", "json")
    assert result.code == 2
    assert "no terminal" in result.err


@pytest.mark.parametrize("character", "#/?@:[%")
def test_a_url_that_cannot_be_read_is_not_repeated(character: str, tmp_path: Path) -> None:
    """H03"""
    user = User(tmp_path, f"mysql://root:canary{character}zz3a@127.0.0.1:1/nothing")
    user.declare(PLAIN)
    result = user.types("diff")
    assert result.code == 2, result
    assert "canary" not in str(result)
    assert "zz3a" not in str(result)
    assert "%40" in result.err


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_a_diff_only_looks(maker: str, tmp_path: Path) -> None:
    """I11: what the server's general log has of `diff`, `status` and `apply --dry-run`."""
    options = ["--general-log=1", "--general-log-file=general.log"]
    with Sandbox(find(maker), options) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            user = User(tmp_path, server.url(database))
            user.declare(PLAIN)
            user.succeeds("diff", "--write", "-m", "test")
            log = sandbox.folder / "data" / "general.log"
            start = log.stat().st_size
            results: list[Result] = [
                user.types("diff", "--scratch", "none"),
                user.types("diff", "--scratch", "sandbox"),
                user.types("status"),
                user.types("apply", "--dry-run"),
            ]
            assert [result.code for result in results] == [1, 1, 1, 1]
            said = log.read_bytes()[start:].decode()
    statements = re.findall(r"\tQuery\t\s*(\S+)|\sQuery\s+(\S+)", said)
    verbs = {(one or other).upper() for one, other in statements}
    assert "SHOW" in verbs
    assert verbs <= {"SELECT", "SHOW", "SET", "USE"}
