"""What is different when somebody sits there: colour, and the question for a password."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands.makes import PLAIN
from tests.commands.user import User
from tests.servers import Server

CHECKOUT = Path(__file__).parents[2]


def on_a_terminal(
    user: User, *argv: str, answer: str = "", question: str = "Password", **environment: str
) -> tuple[int, str]:
    """Run a command on a terminal of its own, and answer its question; exit code and output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(user.folder)
        variables = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm"}
        variables |= {"DATABASE_URL": user.url, **environment}
        os.execve(sys.executable, [sys.executable, "-m", "plumbob", *argv], variables)
    output, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            output += os.read(terminal, 65536)
        except OSError:
            break
        if answer and question.encode() in output:
            os.write(terminal, answer.encode() + b"\n")
            answer = ""
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), output.decode()


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    user = User(tmp_path, server.url(database))
    user.declare(PLAIN)
    return user


def test_colour_is_for_terminals(user: User) -> None:
    code, shown = on_a_terminal(user, "diff")
    assert code == 1
    assert "\x1b[" in shown
    assert "\x1b[" not in user.types("diff").out
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" not in on_a_terminal(user, "diff", **environment)[1]


def test_a_password_is_asked_for_and_not_shown(user: User, server: Server, database: str) -> None:
    name = f"user_{database[-8:]}"
    parts = urlsplit(user.url)
    place = parts.netloc.rpartition("@")[2]
    theirs = User(user.folder, parts._replace(netloc=f"{name}@{place}").geturl())
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@'%' IDENTIFIED BY 'canary-7f3a'", None)
        cursor.execute(f"GRANT ALL ON *.* TO {name}@'%'", None)
        try:
            code, shown = on_a_terminal(theirs, "diff", "-p", answer="canary-7f3a")
        finally:
            cursor.execute(f"DROP USER {name}@'%'", None)
    assert code == 1, shown
    assert "Password:" in shown
    assert "canary" not in shown
