"""What an online schema-change tool is told of a server: where it is, as whom, and that TLS is not to be left out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from plumbob.model import Flavour
from plumbob.server.errors import ServerError
from plumbob.server.online import alter, option_file, read_tool
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.conftest import Servers
from tools.toolkit import provide

TCP = Target(
    host="db.example", port=3307, user="deploy", password=Secret('s3"c\\ret'), tls="disabled"
)
MYSQL = Flavour("mysql", (9, 7, 4))
MARIADB = Flavour("mariadb", (10, 11, 19))
VALUES = {
    "SCHEMA": "shop",
    "TABLE": "users",
    "CLAUSES": "ADD COLUMN n int, ADD KEY `k` (n)",
    "DDL": "",
}
# As in its doc/command-line-flags.md and its --help; `--ssl` and what follows it as the target says.
GH_OST = [
    "gh-ost",
    "--conf={DEFAULTS_FILE}",
    "--host=db.example",
    "--port=3307",
    "--database=shop",
    "--table=users",
    "--alter=ADD COLUMN n int, ADD KEY `k` (n)",
    "--allow-on-master",
    "--initially-drop-ghost-table",
    "--initially-drop-old-table",
    "--initially-drop-socket-file",
    "--ok-to-drop-table",
    "--execute",
]


@pytest.mark.parametrize(
    ("target", "more"),
    [
        (TCP, []),
        (replace(TCP, tls="preferred"), []),
        (replace(TCP, tls="required"), ["--ssl", "--ssl-allow-insecure"]),
        (replace(TCP, tls="verify-identity"), ["--ssl"]),
        (
            replace(TCP, tls="verify-ca", ca="/ca.pem", cert="/c.pem", key="/k.pem"),
            ["--ssl", "--ssl-ca=/ca.pem", "--ssl-cert=/c.pem", "--ssl-key=/k.pem"],
        ),
    ],
)
def test_the_command_of_gh_ost(target: Target, more: list[str]) -> None:
    tool = read_tool("gh-ost")
    assert tool is not None
    assert tool.argv(target, VALUES) == GH_OST + more


def test_a_preset_has_options_of_its_own_behind_it() -> None:
    tool = read_tool("gh-ost --panic-on-warnings")
    assert tool is not None
    assert tool.argv(TCP, VALUES) == ["gh-ost", "--panic-on-warnings", *GH_OST[1:]]


def test_a_command_of_ones_own_gets_what_it_asks_for_and_no_more() -> None:
    tool = read_tool("/opt/gh-ost --conf={DEFAULTS_FILE} --alter={CLAUSES}")
    assert tool is not None
    said = tool.argv(replace(TCP, tls="required"), VALUES, "/f")
    assert said == ["/opt/gh-ost", "--conf=/f", f"--alter={VALUES['CLAUSES']}"]


@pytest.mark.parametrize(
    ("command", "reaches"),
    [
        ("gh-ost", False),
        ("tool --host={HOST} {DDL}", False),
        ("tool --host={HOST} --socket={SOCKET} {DDL}", True),
        ("pt-online-schema-change", True),
        ("tool {DDL}", True),
    ],
)
def test_who_connects_by_tcp_is_not_sent_where_we_use_a_socket(command: str, reaches: bool) -> None:
    tool = read_tool(command)
    assert tool is not None
    assert tool.out_of_reach(TCP) == ""
    assert (tool.out_of_reach(replace(TCP, socket="/s.sock")) == "") == reaches


@pytest.mark.parametrize(
    ("flavour", "tls", "lines"),
    [
        (MYSQL, "disabled", []),
        (MARIADB, "preferred", []),
        (
            MYSQL,
            "verify-identity",
            ["ssl-mode=VERIFY_IDENTITY", "[client-mariadb]", "ssl-verify-server-cert=1"],
        ),
        (MARIADB, "required", ["[client-mariadb]", "ssl-verify-server-cert=1"]),
    ],
)
def test_the_option_file(flavour: Flavour, tls: str, lines: list[str]) -> None:
    text = option_file(replace(TCP, tls=tls), flavour)
    first = [
        "[client]",
        'host="db.example"',
        'port="3307"',
        'user="deploy"',
        r'password="s3\"c\\ret"',
    ]
    assert text.splitlines() == [*first, *lines]


def test_a_tool_does_not_go_on_in_plain_text(servers: Servers) -> None:
    """The real pt-online-schema-change, and a server without TLS."""
    server = servers("mariadb")
    port = urlsplit(server.address).port or 0
    target = Target(host="127.0.0.1", port=port, user="root", tls="required")
    name = shutil.which("pt-online-schema-change") or provide()
    tool = read_tool(f"{name} --dry-run --alter {{CLAUSES}} F={{DEFAULTS_FILE}},D=mysql,t=user")
    assert tool is not None
    with pytest.raises(ServerError, match="SSL is required, but the server does not support it"):
        alter(tool, target, MARIADB, VALUES, lambda: False, lambda _: None)
    with pytest.raises(ServerError, match="ended with") as caught:
        alter(tool, replace(target, tls="disabled"), MARIADB, VALUES, lambda: False, lambda _: None)
    assert "SSL" not in caught.value.what


def test_no_secret_is_in_the_environment_of_a_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = Secret("canary-1")
    for name in ("DATABASE_URL", "MYSQL_PWD", "OTHER"):
        monkeypatch.setenv(name, {"DATABASE_URL": "mysql://a:canary-2@b/c"}.get(name, "canary-1"))
    # What comes back is redacted, so it goes into a file.
    file = tmp_path / "environment"
    tool = read_tool(f"sh -c 'env > {file}' {{CLAUSES}}")
    assert tool is not None
    alter(tool, replace(TCP, password=password), MYSQL, VALUES, lambda: False, lambda _: None)
    assert "canary" not in file.read_text() and "PATH=" in file.read_text()


def test_a_tool_that_prints_what_it_was_told_tells_no_secret() -> None:
    tool = read_tool("cat {DEFAULTS_FILE} /no/such/{CLAUSES}")
    assert tool is not None
    told: list[str] = []
    with pytest.raises(ServerError, match="cat ended with 1") as caught:
        alter(
            tool,
            replace(TCP, password=Secret("canary-1")),
            MYSQL,
            VALUES,
            lambda: False,
            told.append,
        )
    said = "\n".join([*told, caught.value.what])
    assert 'user="deploy"' in said and "password=" in said and "canary" not in said
