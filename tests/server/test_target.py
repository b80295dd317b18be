"""Where a connection leads: URLs, option files, options and the environment, and who wins."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import PlumbobError
from plumbob.server import target as module
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.load_yaml import load_yaml

HERE = Path(__file__).parent
URLS = load_yaml((HERE / "urls.yaml").read_text(encoding="utf-8"))
FILES = load_yaml((HERE / "option_files.yaml").read_text(encoding="utf-8"))
CANARY = ("can", "ary", "ann", "db.example")


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of this machine makes no difference."""
    monkeypatch.setattr(module, "SOCKETS", ())


def shown(target: Target) -> dict[str, Any]:
    """The fields, the password in plain text."""
    fields = {name: getattr(target, name) for name in Target.__dataclass_fields__}
    fields["password"] = target.password and target.password.reveal()
    if target.password == Secret(""):
        fields["password"] = ""
    return fields


def assert_is(target: Target, expected: Mapping[str, Any]) -> None:
    assert {name: shown(target)[name] for name in expected} == expected


def resolve(environ: Mapping[str, str] | None = None, **options: Any) -> Target:
    """The target of these options alone: without this machine's environment and files."""
    options.setdefault("defaults_file", os.devnull)
    return Target.from_options(environ=environ or {}, **options)


@pytest.mark.parametrize("case", URLS["understood"], ids=lambda case: case["url"].strip())
def test_url(case: dict[str, Any]) -> None:
    assert_is(Target.from_url(case["url"]), case["is"])


@pytest.mark.parametrize("case", URLS["refused"], ids=lambda case: case["url"])
def test_url_is_refused_without_a_piece_of_it(case: dict[str, Any]) -> None:
    with pytest.raises(PlumbobError) as caught:
        Target.from_url(case["url"])
    error = caught.value
    told = f"{error.what} {error.where}"
    assert not any(piece in told for piece in CANARY)
    # The advice is the same for every URL: it cannot tell anything of this one.
    assert "canary" not in error.advice
    assert error.__cause__ is None


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["why"])
def test_option_file(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "my.cnf"
    path.write_text(case["file"], encoding="utf-8")
    path.chmod(0o600)
    if "refused" in case:
        with pytest.raises(PlumbobError, match=case["refused"]) as caught:
            resolve(defaults_file=path)
        assert "canary" not in f"{caught.value.what} {caught.value.where!r} {caught.value.advice}"
        return
    target = resolve(defaults_file=path)
    assert_is(target, case["is"])
    assert target.warnings == ()


class TestOptionFiles:
    """Several files, and what is said about them."""

    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def write(self, path: Path, text: str, mode: int = 0o600) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def test_includes_count_where_they_stand(self, home: Path) -> None:
        self.write(home / "conf.d/b.cnf", "[client]\nuser=b\nhost=b.example\n")
        self.write(home / "conf.d/a.cnf", "[client]\nuser=a\ndatabase=a\n")
        self.write(home / "conf.d/ignored.txt", "[client]\nuser=txt\n")
        self.write(home / "one.cnf", "[client]\npassword=one\n")
        main = self.write(
            home / "my.cnf",
            f"!includedir {home}/conf.d\n[client]\nhost=main.example\n!include {home}/one.cnf\n",
        )
        assert_is(
            resolve(defaults_file=main),
            {"user": "b", "host": "main.example", "database": "a", "password": "one"},
        )

    def test_a_group_does_not_reach_into_an_included_file(self, home: Path) -> None:
        one = self.write(home / "one.cnf", "user=one\n")
        main = self.write(home / "my.cnf", f"[client]\n!include {one}\n")
        with pytest.raises(PlumbobError, match="first"):
            resolve(defaults_file=main)

    def test_a_file_that_includes_itself_ends(self, home: Path) -> None:
        main = self.write(home / "my.cnf", f"!include {home}/my.cnf\n[client]\nuser=ann\n")
        target = resolve(defaults_file=main)
        assert target.user == "ann"
        assert "too deeply" in target.warnings[0]

    def test_an_included_file_may_be_missing(self, home: Path) -> None:
        main = self.write(home / "my.cnf", "!include gone.cnf\n!includedir gone\n[client]\nuser=a")
        assert resolve(defaults_file=main).user == "a"

    def test_the_named_file_may_not(self, home: Path) -> None:
        with pytest.raises(PlumbobError, match="no option file"):
            resolve(defaults_file=home / "gone.cnf")

    def test_the_user_s_own_file_is_read_from_home(self, home: Path) -> None:
        self.write(home / ".my.cnf", "[client]\nuser=ann\nhost=db.example\n")
        assert_is(
            Target.from_options(environ={"HOME": str(home)}),
            {"user": "ann", "host": "db.example"},
        )

    @pytest.mark.parametrize("mode", [0o644, 0o604])
    def test_a_password_that_everybody_may_read(self, home: Path, mode: int) -> None:
        path = self.write(home / "my.cnf", "[client]\npassword=canary\n", mode)
        (warning,) = resolve(defaults_file=path).warnings
        assert str(path) in warning
        assert "canary" not in warning

    @pytest.mark.parametrize("mode", [0o600, 0o640])
    def test_a_password_that_not_everybody_may_read(self, home: Path, mode: int) -> None:
        path = self.write(home / "my.cnf", "[client]\npassword=canary\n", mode)
        assert resolve(defaults_file=path).warnings == ()

    def test_a_file_without_a_password_may_be_read_by_everybody(self, home: Path) -> None:
        path = self.write(home / "my.cnf", "[client]\nuser=ann\n[mysqld]\npassword=x\n", 0o644)
        assert resolve(defaults_file=path).warnings == ()

    def test_a_file_that_everybody_may_write_is_left_out(self, home: Path) -> None:
        path = self.write(home / "my.cnf", "[client]\nhost=evil.example\n", 0o666)
        target = resolve(defaults_file=path)
        assert target.host == "127.0.0.1"
        assert "ignored" in target.warnings[0]


class TestWhoWins:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "my.cnf"
        path.write_text("[client]\nuser=file\npassword=file\nhost=file.example\nport=1\n")
        path.chmod(0o600)
        return path

    def test_options_before_the_url(self) -> None:
        target = resolve(url="mysql://ann:pw@db.example/shop", database="other", port=3307)
        assert_is(target, {"user": "ann", "host": "db.example", "port": 3307, "database": "other"})

    def test_the_url_before_the_environment(self) -> None:
        environ = {"DATABASE_URL": "mysql://env:env@env.example/env", "MYSQL_PWD": "pwd"}
        target = resolve(environ, url="mysql://ann@db.example/shop")
        assert_is(target, {"user": "ann", "host": "db.example", "password": "pwd"})

    def test_database_url_before_mysql_pwd_and_files(self, file: Path) -> None:
        environ = {"DATABASE_URL": "mysql://env:env@env.example/env", "MYSQL_PWD": "pwd"}
        target = resolve(environ, defaults_file=file)
        assert_is(
            target, {"user": "env", "host": "env.example", "password": "env", "database": "env"}
        )

    def test_mysql_pwd_before_files(self, file: Path) -> None:
        target = resolve({"MYSQL_PWD": "pwd"}, defaults_file=file)
        assert_is(target, {"user": "file", "host": "file.example", "port": 1, "password": "pwd"})

    @pytest.mark.parametrize(
        "options", [{"host": "db.example"}, {"socket": "/s"}, {"port": 7}, {"user": "ann"}]
    )
    def test_a_named_server_gets_no_password_of_another(self, options: dict[str, Any]) -> None:
        environ = {"DATABASE_URL": "mysql://env:env@env.example/env"}
        target = resolve(environ, **options)
        assert target.password is None
        assert target.host != "env.example"

    def test_a_database_alone_names_no_server(self) -> None:
        environ = {"DATABASE_URL": "mysql://env:env@env.example/env"}
        assert_is(resolve(environ, database="shop"), {"host": "env.example", "database": "shop"})

    def test_a_typed_password_before_all(self, file: Path) -> None:
        target = resolve({"MYSQL_PWD": "pwd"}, defaults_file=file, password="typed")
        assert_is(target, {"password": "typed"})

    def test_a_password_in_the_url_option_is_warned_about(self) -> None:
        (warning,) = resolve(url="mysql://ann:canary@db.example/").warnings
        assert "--url" in warning
        assert "canary" not in warning
        assert resolve({"DATABASE_URL": "mysql://ann:canary@db.example/"}).warnings == ()

    def test_an_error_names_its_source(self) -> None:
        with pytest.raises(PlumbobError) as caught:
            resolve({"DATABASE_URL": "canary"})
        assert caught.value.where == "DATABASE_URL"


class TestLocalhost:
    @pytest.fixture
    def found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        path = str(tmp_path / "m.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            monkeypatch.setattr(module, "SOCKETS", ("/nowhere.sock", os.devnull, path))
            yield path

    @pytest.mark.parametrize("options", [{}, {"host": "localhost"}])
    def test_means_the_socket_that_is_found(self, found: str, options: dict[str, str]) -> None:
        assert_is(resolve(**options), {"socket": found, "tls": "disabled"})

    def test_means_loopback_where_none_is(self) -> None:
        assert_is(resolve(host="localhost"), {"socket": None, "host": "127.0.0.1", "port": 3306})

    def test_with_a_port_means_tcp(self, found: str) -> None:
        assert_is(resolve(host="localhost", port=3307), {"socket": None, "host": "127.0.0.1"})

    def test_an_address_means_tcp(self, found: str) -> None:
        assert_is(resolve(host="127.0.0.1"), {"socket": None, "host": "127.0.0.1"})

    def test_a_port_of_an_option_file_does_not(self, found: str, tmp_path: Path) -> None:
        path = tmp_path / "my.cnf"
        path.write_text("[client]\nport=3306\n")
        assert_is(resolve(defaults_file=path), {"socket": found})

    def test_a_named_socket_comes_first(self, found: str) -> None:
        assert_is(resolve(socket="/other.sock"), {"socket": "/other.sock"})

    def test_the_environment_names_one(self) -> None:
        assert_is(resolve({"MYSQL_UNIX_PORT": "/e.sock"}), {"socket": "/e.sock"})


@pytest.mark.parametrize(
    ("target", "label", "is_local"),
    [
        (Target("db", 3307, user="ann", database="shop"), "ann@db:3307/shop", False),
        (Target("::1", user="ann"), "ann@[::1]:3306", True),
        (Target("127.0.0.2", user="ann"), "ann@127.0.0.2:3306", True),
        (Target(socket="/s.sock", user="root", database="d"), "root@localhost:/s.sock/d", True),
        (Target("localhost.example", user="a"), "a@localhost.example:3306", False),
    ],
)
def test_label(target: Target, label: str, is_local: bool) -> None:
    assert (target.label(), target.is_local) == (label, is_local)
