"""What a caller of the command can rely on: exit codes, streams, encodings; whatever goes wrong inside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
import pytest

import plumbob.commands
from plumbob.commands import COMMANDS, console, demo, run, schema
from plumbob.errors import Exit

CHECKOUT = Path(__file__).parents[2]


def call(*argv: str, cwd: Path = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "plumbob", *argv],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def test_help_is_there_at_once_and_imports_no_driver() -> None:
    code = (
        "import sys, time; sys.argv = ['schema', '--help']; from plumbob.commands import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({'pymysql', 'jinja2', 'deepdiff', 'yaml'} & set(sys.modules)))\n"
        "print(time.process_time())"
    )
    times = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        *_, imported, seconds = done.stdout.splitlines()
        assert imported == ""
        times.append(float(seconds))
    assert min(times) < 0.15


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    context = click.Context(schema)
    command = schema.get_command(context, name)
    assert command is not None
    help_text = command.get_help(click.Context(command, info_name=name))
    assert "Example:" in help_text
    assert f"schema {name}" in help_text
    # A tour and a page are for people alone.
    assert "--json" in help_text or name in ("demo", "explain")
    assert command.get_short_help_str(100).rstrip(".") + "." == COMMANDS[name]


def test_usage_errors_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dif"]) == 2
    assert run(["diff", "--wirte"]) == 2
    assert run([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "did you mean diff?" in captured.err
    assert "Run `schema diff --help`" in captured.err


def test_an_error_under_json_is_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["check", "--json", "--dir", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["exit"] == 2
    assert "schema init" in error["advice"]
    assert captured.err.startswith("error: there is no schema/schema.yaml")


def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        password = "canary"
        raise ZeroDivisionError(f"mysql://user:{password}@host/")

    monkeypatch.setattr(schema, "get_command", lambda *_: click.command(command))


def test_a_bug_is_told_on_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    assert run(["check"]) == 7
    captured = capsys.readouterr()
    assert "this is a bug of plumbob: ZeroDivisionError" in captured.err
    assert "Traceback" not in captured.err
    assert "canary" not in captured.err


def test_a_shortage_of_memory_is_no_bug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def command() -> None:
        raise MemoryError

    monkeypatch.setattr(schema, "get_command", lambda *_: click.command(command))
    assert run(["check"]) == 7
    assert capsys.readouterr().err.startswith("error: there is not enough memory\n")


def test_a_traceback_is_shown_when_asked_for_and_has_no_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    monkeypatch.setenv("PLUMBOB_TRACEBACK", "1")
    assert run(["check"]) == 7
    captured = capsys.readouterr()
    assert "Traceback" in captured.err
    assert "ZeroDivisionError" in captured.err
    assert "user:canary" not in captured.err


def interrupted() -> NoReturn:
    raise KeyboardInterrupt


def interrupted_amid_a_class() -> None:
    """As where the modules of a command are read."""

    class Name:
        def __set_name__(self, *_: object) -> None:
            raise KeyboardInterrupt

    type("Class", (), {"name": Name()})


@pytest.mark.parametrize("command", [interrupted, interrupted_amid_a_class])
def test_an_interrupt_exits_with_130(
    command: Callable[[], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(schema, "get_command", lambda *_: click.command(command))
    assert run(["check"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_tour_that_is_interrupted_is_no_bug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tour runs commands, and each of them ends with a code."""
    monkeypatch.setattr(plumbob.commands, "run", lambda _: Exit.INTERRUPTED)
    assert console.run(lambda: demo._type("diff"), as_json=False) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_closed_stream_gives_no_traceback(stream: str) -> None:
    """I09: `schema … | head`, where head has gone before the first line."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "plumbob", "check", "--json", "--dir", "/"]
    streams = {"1": {"stdout": writer, "stderr": subprocess.PIPE}, "2": {"stderr": writer}}
    # With PYTHONUNBUFFERED nothing is left to be written at exit.
    env = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, cwd=CHECKOUT, check=False, text=True, env=env, **streams[stream])
    os.close(writer)
    assert done.returncode in (2, 141)
    assert "Traceback" not in (done.stderr or "")
    assert "Exception ignored" not in (done.stderr or "")


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "0", "LC_ALL": "C"},
    ],
)
def test_no_encoding_fails(environment: dict[str, str], tmp_path: Path) -> None:
    """I10: a CI environment without UTF-8 and without a terminal."""
    done = call("check", "--dir", str(tmp_path / "таблица"), **environment)
    assert done.returncode == 2
    assert "there is no folder" in done.stderr
    assert "UnicodeEncodeError" not in done.stderr


def test_the_checkouts_front_door() -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", "--version"], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.stdout.startswith("plumbob ")


@pytest.mark.parametrize("argv", [("check", "--json"), ("explain", "1062"), ("--help",)])
def test_an_output_that_takes_nothing_is_told_once_and_is_no_difference(
    argv: tuple[str, ...], tmp_path: Path
) -> None:
    """A full disk behind `>`; here it is open for reading alone. Python itself would exit with 1, or 120."""
    with Path(os.devnull).open("rb") as shut:
        done = subprocess.run(
            [sys.executable, "-m", "plumbob", *argv],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=shut,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    assert (done.returncode, done.stderr.count("error: ")) == (2 if "check" in argv else 7, 1), done
    assert "Traceback" not in done.stderr
    assert "bug of plumbob" not in done.stderr
