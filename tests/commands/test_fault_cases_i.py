"""Groups H and I of the fault cases, as commands: connections that are not to be, and files of migrations."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from plumbob.migration import files, head
from plumbob.server import driver
from plumbob.workflow import writing
from tests.commands.desk import WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.conftest import account_of
from tests.load_yaml import load_yaml
from tests.server.rogue import WANTS_FILE, Rogue
from tests.servers import Server
from tests.torture.rounds import Client

URLS = load_yaml((Path(__file__).parents[1] / "server" / "urls.yaml").read_text("utf-8"))
CANARY = ("can", "ary", "ann", "db.example")
ON_MARIADB = pytest.mark.parametrize("server", ["mariadb"], indirect=True)
ON_MYSQL = pytest.mark.parametrize("server", ["mysql"], indirect=True)


@pytest.fixture
def user(tmp_path: Path) -> User:
    """Somebody whose URL leads to no server of these tests."""
    found = User(tmp_path)
    found.declare(WITH_EMAIL)
    return found


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def clock(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let it be this time when a migration is written."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)

    monkeypatch.setattr(writing, "datetime", Clock)


def ups(desk: Desk) -> list[str]:
    """The migrations that are there, each of which has its rollback."""
    folder = desk.user.folder / "generated" / "migrations"
    names = {path.name for path in folder.glob("*.sql")}
    found = sorted(each.removesuffix(".sql") for each in names if ".rollback." not in each)
    assert names == {f"{each}{end}" for each in found for end in (".sql", ".rollback.sql")}
    return found


def writes(desk: Desk, column: str, message: str = "more") -> None:
    """Apply what is there, declare one more column, and write its migration."""
    desk.user.succeeds("apply")
    desk.user.declare(desk.user.schema.read_text() + f"      {column}: int\n")
    desk.user.succeeds("diff", "--write", "-m", message)


def test_a_url_is_refused_without_a_piece_of_it(user: User) -> None:
    """H03"""
    for case in URLS["refused"]:
        result = User(user.folder, case["url"]).types("diff")
        assert result.code == 2, (case, result)
        first, _, advice = f"{result.out}{result.err}".partition("help:")
        assert not any(piece in first for piece in CANARY), (case, result)
        assert "canary" not in advice


@ON_MARIADB
def test_option_files(desk: Desk, server: Server, database: str) -> None:
    """H04: as the mysql client reads them."""
    socket = server.url().partition("unix_socket=")[2]
    include = desk.user.folder / "more.d"
    include.mkdir()
    (include / "a.cnf").write_text(f"[client]\nsocket = '{socket}'  # where\n")
    path = desk.user.folder / "my.cnf"
    path.write_text(
        f'!includedir {include}\n[client]\nuser = nobody\nuser = "root"\n; password = no\n'
        f"database={database}\nssl-mode = PREFERRED\n"
    )
    path.chmod(0o644)
    nowhere = User(desk.user.folder)
    assert fails(nowhere, 1, "status", "--defaults-file", str(path)).err.count("warning") == 0
    path.write_text(path.read_text() + "password=canary-1\n")
    # Root has no password here.
    said = fails(nowhere, 3, "status", "--defaults-file", str(path)).err
    assert f"{path}" in said and "canary-1" not in said
    path.write_text("password=canary-2\n[client]\n")
    said = fails(nowhere, 2, "status", "--defaults-file", str(path)).err
    assert "my.cnf:1" in said and "canary-2" not in said


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        *(
            ("127.0.0.1", f"?ssl-mode={mode}")
            for mode in ("REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
        ),
        # H06: a host that is not this machine by its name.
        ("127.1", ""),
    ],
)
def test_a_server_without_tls_gets_no_password(user: User, host: str, asked: str) -> None:
    """H05, H06"""
    with Rogue() as rogue:
        there = User(user.folder, f"mysql://ann:canary@{host}:{rogue.port}/shop{asked}")
        said = fails(there, 3, "diff").err
    assert "TLS" in said and "canary" not in said
    assert rogue.received == b""


@ON_MYSQL
def test_a_cold_cache_of_passwords(
    user: User, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H07: what works by luck is refused like what does not."""
    name = account_of(database)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@'%%' IDENTIFIED BY 'canary'", ())
        cursor.execute(f"GRANT ALL ON *.* TO {name}@'%%'", ())
        try:
            cursor.execute("SELECT @@port")
            ((port,),) = cursor.fetchall()
            url = f"mysql://{name}:canary@127.0.0.1:{port}/{database}?ssl-mode="
            plain = User(user.folder, f"{url}DISABLED")
            # With cryptography it works, and warms the cache.
            plain.succeeds("status")
            monkeypatch.setattr("pymysql._auth._have_cryptography", False)
            monkeypatch.setattr(driver, "find_spec", lambda name: None)
            lucky = fails(plain, 3, "status").err
            cursor.execute("FLUSH PRIVILEGES")
            assert fails(plain, 3, "status").err == lucky
            assert "cryptography" in lucky and "TLS" in lucky and "canary" not in lucky
            User(user.folder, f"{url}REQUIRED").succeeds("status")
        finally:
            cursor.execute(f"DROP USER {name}@'%%'", ())


def test_a_server_that_asks_for_a_file_gets_none(user: User) -> None:
    """H08"""
    with Rogue(lambda sql: [WANTS_FILE]) as rogue:
        url = f"mysql://ann@127.0.0.1:{rogue.port}/shop?ssl-mode=DISABLED"
        assert "LOAD_LOCAL" in fails(User(user.folder, url), 7, "diff").err
    assert Path("/etc/hostname").read_bytes().strip() not in rogue.received


@ON_MARIADB
def test_names_of_migrations(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """I01, I04: a name is safe, and none is taken twice."""
    before = {path.name for path in desk.user.folder.iterdir()}
    for message in ("../../etc/passwd", "/absolute\0", "x" * 300):
        for path in (desk.user.folder / "generated" / "migrations").iterdir():
            path.unlink()
        desk.user.succeeds("diff", "--write", "-m", message)
        (id,) = ups(desk)
        assert set(id) <= set("0123456789T_abcdefghijklmnopqrstuvwxyz") and len(id) <= 76
    assert {path.name for path in desk.user.folder.iterdir()} == before
    clock(monkeypatch, "2026-11-24T13:15:00")
    writes(desk, "a")
    (file,) = desk.user.folder.glob("generated/migrations/20261124T131500_more.sql")
    first = file.read_bytes()
    writes(desk, "b")
    assert "20261124T131500_more-2" in ups(desk) and file.read_bytes() == first


@ON_MARIADB
def test_a_writer_that_is_killed_leaves_both_or_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I02, at the moments when one of two files, or none of them, has its name."""
    (first,) = ups(desk)
    desk.user.succeeds("apply")
    desk.user.declare(desk.user.schema.read_text() + "      a: int\n")
    link, named = os.link, [0]

    def killed_at(number: int) -> Callable[..., None]:
        def give_name(*paths: object) -> None:
            named[0] += 1
            if named[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)
            link(*paths)

        return give_name

    for number in (1, 2):
        monkeypatch.setattr(files.os, "link", killed_at(number))
        client = Client(desk.user, "diff", "--write", "-m", "more")
        client.read()
        assert client.code == -signal.SIGKILL
        monkeypatch.undo()
        folder = desk.user.folder / "generated" / "migrations"
        assert [path.name for path in folder.glob("*.sql") if ".rollback." not in path.name] == [
            f"{first}.sql"
        ]
        assert "nothing to apply" in desk.user.types("apply").out
    # Both have theirs, and the file that names the last one is as it was.
    monkeypatch.setattr(head, "replace_file", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    Client(desk.user, "diff", "--write", "-m", "more").read()
    monkeypatch.undo()
    assert "it names" in fails(desk.user, 6, "apply").err
    desk.user.succeeds("diff", "--write", "-m", "more")
    desk.user.succeeds("apply")
    assert "a" in desk.columns()


@ON_MARIADB
def test_what_git_and_people_do_to_files(desk: Desk) -> None:
    """I03, I08"""
    (id,) = ups(desk)
    folder = desk.user.folder / "generated" / "migrations"
    written = {path: path.read_bytes() for path in folder.iterdir()}
    for path, content in written.items():
        path.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    desk.user.succeeds("apply")
    desk.user.succeeds("status")
    for path in written:
        path.unlink()
    # One of the files says which migration is the last.
    assert f"{id} was applied" in fails(desk.user, 6, "apply").err
    for path, content in written.items():
        path.write_bytes(content.replace(b"varchar(80)", b"varchar(81)"))
    assert "changed after it had been" in fails(desk.user, 6, "apply").err
    for path, content in written.items():
        path.write_bytes(content)
    desk.user.succeeds("apply")


@ON_MARIADB
def test_places_that_are_not_to_be_written_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """I05, I06"""
    desk.user.succeeds("apply")
    desk.user.declare(desk.user.schema.read_text() + "      a: int\n")
    before = ups(desk)

    def refuse(number: int) -> None:
        raise OSError(number, os.strerror(number))

    # Root may write anywhere, and nobody's disk is full here.
    for number, code in ((errno.ENOSPC, 7), (errno.EROFS, 3)):
        monkeypatch.setattr(files.os, "fsync", lambda _, number=number: refuse(number))
        said = fails(desk.user, code, "diff", "--write", "-m", "more").err
        assert f"cannot be written to: {os.strerror(number)}" in said
    monkeypatch.undo()
    assert ups(desk) == before
    folder, elsewhere = desk.user.folder / "generated" / "migrations", desk.user.folder / "else"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    names = sorted(elsewhere.iterdir())
    assert "symbolic link" in fails(desk.user, 2, "diff", "--write", "-m", "more").err
    assert sorted(elsewhere.iterdir()) == names


@ON_MARIADB
def test_parents_give_the_order_and_not_the_clock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I07"""
    (first,) = ups(desk)
    clock(monkeypatch, "1999-01-01T00:00:00")
    writes(desk, "a")
    (early, _) = ups(desk)
    assert early.startswith("1999")
    desk.user.succeeds("apply")
    desk.user.succeeds("rollback", "--steps", "2", "--allow", "all")
    listed = desk.user.types("status", "--json").json
    assert [each["id"] for each in listed["pending"]] == [first, early]
    kept = {path: path.read_bytes() for path in desk.file().parent.glob(f"{first}*")}
    for path in kept:
        path.unlink()
    assert f"{early} follows {first}, which is not" in fails(desk.user, 6, "apply").err
    for path, content in kept.items():
        path.write_bytes(content)
    desk.user.succeeds("apply")
    assert {"email", "a"} < desk.columns()
