"""From a URL or the settings to a database, and what its sessions are like."""

from __future__ import annotations

import asyncio
import datetime
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from urllib.parse import urlsplit

import peewee
import pytest

from plumbob.config import Config
from plumbob.errors import PlumbobError
from plumbob.runtime import CannotConnect, Model, Settings, connect, connect_async, proxy
from tests.conftest import Servers
from tests.runtime.conftest import Connect
from tests.servers import Server

URL = "mysql://app:s3cret@db.example.com/shop"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBOB_ENV", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "plumbob.cfg").write_text(
        "[plumbob]\nurl_env = SHOP_URL\npool_max = 4\nretry_pause = 500ms\n"
        "[plumbob:staging]\npool_wait = 5s\nlog_sql = true\n"
        "[plumbob:production]\nlog_sql = true\n"
    )
    return tmp_path


def test_the_configuration_says_where_and_how(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", URL)
    database = connect(bind=False)
    assert database.target.label() == "app@db.example.com:3306/shop"
    assert database.settings == Settings(
        max_connections=4, retry_pause=0.5, log_sql=True, log_values=True
    )


@pytest.mark.parametrize(
    ("url", "given", "password"),
    [
        ("mysql://app@db.example.com/shop", None, "kept"),
        (URL, None, "s3cret"),
        # A URL of the program's own may lead to another server.
        ("mysql://app@db.example.com/shop", "mysql://app@other.example.com/shop", None),
    ],
)
def test_a_password_may_be_kept_apart(
    url: str,
    given: str | None,
    password: str | None,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (project / "plumbob.cfg").open("a") as settings:
        settings.write("[plumbob:kept]\npassword_command = printf %s kept\n")
    monkeypatch.setenv("SHOP_URL", url)
    found = connect(given, env="kept", bind=False).target.password
    assert (found and found.reveal()) == password


def test_the_configuration_can_be_changed_by_the_program(project: Path) -> None:
    changed = replace(Settings.configured("staging"), sql_mode="")
    database = connect(URL, env="staging", settings=changed, bind=False)
    assert database.settings == Settings(
        max_connections=4, retry_pause=0.5, acquire_timeout=5.0, log_sql=True, sql_mode=""
    )


def test_the_page_names_settings_that_are_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "runtime.md").read_text("utf-8")
    table = page.partition("### What the settings are called")[2].partition("###")[0]
    rows = [line.split("|")[2:4] for line in table.splitlines() if line.startswith("| `")]
    configured, own = (
        set(re.findall(r"`(\w+)`", " ".join(column))) for column in zip(*rows, strict=True)
    )
    assert configured == {
        "pool_max", "pool_min", "pool_wait", "pool_idle", "retries", "retry_pause", "log_sql",
    }  # fmt: skip
    assert configured <= {field.name for field in fields(Config)}
    assert own <= {field.name for field in fields(Settings)}


@pytest.mark.parametrize(("env", "wait"), [("staging", 5.0), ("production", 30.0)])
def test_no_values_are_logged_outside_development(
    project: Path, env: str, wait: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Settings(
        max_connections=4, retry_pause=0.5, acquire_timeout=wait, log_sql=True, log_values=False
    )
    assert connect(URL, env=env, bind=False).settings == expected
    monkeypatch.setenv("PLUMBOB_ENV", env)
    assert connect(URL, bind=False).settings == expected


def test_nobody_can_have_values_logged_in_production(project: Path) -> None:
    asked = Settings(log_sql=True, log_values=True)
    assert connect(URL, env="production", settings=asked, bind=False).settings == Settings(
        log_sql=True
    )


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (None, "SHOP_URL is not set"),
        ("mysql://app:s3cret@db.example.com", "the URL names no database"),
        ("postgres://app:s3cret@db.example.com/shop", "this is no URL of a MySQL or MariaDB"),
        ("mysql://app:s3cret@db.example.com/shop?tls=maybe", "parameter about TLS"),
    ],
)
def test_what_cannot_be_a_database(
    project: Path, url: str | None, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)
    with pytest.raises(PlumbobError, match=what) as told:
        connect(url, bind=False)
    assert "s3cret" not in repr(told.value)


def test_nothing_shows_the_password(project: Path) -> None:
    database = connect(URL, bind=False)
    assert "s3cret" not in f"{vars(database)} {database.target!r} {database.connect_params}"


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        (URL, "verify-identity"),
        (URL + "?ssl-mode=preferred", "required"),
        ("mysql://app@127.0.0.1/shop", "preferred"),
        (URL + "?ssl-mode=disabled", "disabled"),
    ],
)
def test_a_remote_server_has_to_prove_who_it_is(project: Path, url: str, tls: str) -> None:
    assert connect(url, bind=False).target.tls == tls


@pytest.mark.parametrize(
    ("mode", "refusal"),
    [("required", None), ("verify-identity", "its certificate is not trusted")],
)
def test_tls_is_what_the_url_says(servers: Servers, mode: str, refusal: str | None) -> None:
    port = urlsplit(servers("mysql").url()).port
    url = f"mysql://root@127.0.0.1:{port}/mysql?ssl-mode={mode}"
    cipher = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"
    app = connect(url, settings=Settings(), bind=False)

    async def in_async_code() -> str:
        asynchronous = connect_async(url, settings=Settings(), bind=False)
        row = (await asynchronous.aexecute_sql(cipher)).fetchone()
        await asynchronous.close_pool()
        return str(row[1])

    for ask in (
        lambda: app.execute_sql(cipher).fetchone()[1],
        lambda: asyncio.run(in_async_code()),
    ):
        if refusal is None:
            assert ask()
        else:
            with pytest.raises(CannotConnect, match=refusal):
                ask()
    app.close_all()


def test_a_session_is_strict_and_in_utc(connected: Connect) -> None:
    database = connected()
    mode, zone, charset, autocommit = database.execute_sql(
        "SELECT @@SESSION.sql_mode, @@SESSION.time_zone, @@character_set_client, @@autocommit"
    ).fetchone()
    assert {"STRICT_ALL_TABLES", "NO_ZERO_DATE", "NO_ZERO_IN_DATE"} <= set(mode.split(","))
    assert (zone, charset, autocommit) == ("+00:00", "utf8mb4", 1)
    database.execute_sql("CREATE TABLE t (a TINYINT, b VARCHAR(2), c DATE, d TIMESTAMP)")
    for column, value in (("a", 1000), ("b", "abc"), ("c", "0000-00-00")):
        with pytest.raises(peewee.DatabaseError):
            database.execute_sql(f"INSERT INTO t ({column}) VALUES (%s)", (value,))
    now = datetime.datetime(2026, 3, 29, 2, 30)
    database.execute_sql("INSERT INTO t (b, d) VALUES (%s, %s)", ("💶", now))
    assert database.execute_sql("SELECT b, d FROM t").fetchone() == ("💶", now)


def test_what_the_server_is_told_to_refuse_stays_refused(
    connected: Connect, server: Server
) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.sql_mode")
        (mode,) = cursor.fetchone()
    (ours,) = connected().execute_sql("SELECT @@SESSION.sql_mode").fetchone()
    assert set(mode.split(",")) <= set(ours.split(","))
    untouched = connected(sql_mode="", time_zone="").execute_sql("SELECT @@sql_mode, @@time_zone")
    assert untouched.fetchone() == (mode, "SYSTEM")


def test_the_models_work_on_the_database_that_was_connected(server: Server, database: str) -> None:
    class Thing(Model):
        name = peewee.CharField(10)

    before = proxy.obj
    connected = connect(server.url(database), settings=Settings())
    try:
        connected.create_tables([Thing])
        Thing.create(name="plumb")
        assert [thing.name for thing in Thing.select()] == ["plumb"]
    finally:
        connected.close_all()
        proxy.initialize(before)


def test_an_application_imports_nothing_of_the_tool() -> None:
    program = "import sys, plumbob.runtime; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    heavy = {"click", "deepdiff", "jinja2", "yaml", "aiomysql", "greenlet", "argon2"}
    assert not loaded & heavy
    assert not {name for name in loaded if name.startswith("plumbob.commands")}


def test_a_query_before_the_connection_is_told_what_is_missing() -> None:
    code = "from generated.models import User; User.get_by_id(1)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == (
        "AttributeError: the models have no database yet: call plumbob.runtime.connect()"
        " before the first query"
    )
