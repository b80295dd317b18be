"""Runs an online schema-change tool: a program that alters a table by a copy of its own, while others write.

It is told where the server is by an option file that only we can read: nothing secret is on its command
line. It ends when we do, so that no copy goes on that nobody waits for.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from plumbob.server.errors import INTERRUPTED, ServerError
from plumbob.server.target import Target

# pt-online-schema-change looks for a newer version of itself at its maker's; and it takes a new unique
# key for a loss, which `migration.handover` has counted by then.
PRESETS = {
    "pt-online-schema-change": "pt-online-schema-change --execute --no-version-check "
    "--no-check-unique-key-change --charset=utf8mb4 --alter {CLAUSES} "
    "F={DEFAULTS_FILE},D={SCHEMA},t={TABLE}",
    "gh-ost": "gh-ost --conf={DEFAULTS_FILE} --host={HOST} --port={PORT} --database={SCHEMA} "
    "--table={TABLE} --alter={CLAUSES} --allow-on-master --initially-drop-ghost-table "
    "--initially-drop-old-table --ok-to-drop-table --execute",
}
PLACES = ("DEFAULTS_FILE", "HOST", "PORT", "SOCKET", "USER", "SCHEMA", "TABLE", "CLAUSES", "DDL")
_PLACE = re.compile(r"\{(\w*)\}")
_LEASH = Path(__file__).with_name("leash.py")
# How many of its last lines are told when it fails, and how often we look whether we are to end.
_LAST = 8
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Tool:
    """A command with places for what to alter, each of its words one argument; no shell reads it."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.words[0]).name

    def argv(self, values: Mapping[str, str]) -> list[str]:
        return [_PLACE.sub(lambda place: values[place[1]], word) for word in self.words]


def read_tool(text: str) -> Tool | None:
    """The tool of a setting: one of `PRESETS`, or a command such as `my-tool --table={TABLE} {DDL}`.

    Raises:
        ValueError: says what the setting should be.
    """
    try:
        words = shlex.split(PRESETS.get(text, text))
    except ValueError:
        raise ValueError("a command whose quotes are closed") from None
    if not words:
        return None
    named = {place for word in words for place in _PLACE.findall(word)}
    if unknown := sorted(named - {*PLACES}):
        places = ", ".join(f"{{{each}}}" for each in PLACES)
        raise ValueError(f"a command with the places {places}; {{{unknown[0]}}} is none")
    if not named & {"CLAUSES", "DDL"}:
        raise ValueError(
            f"one of {', '.join(PRESETS)}, or a command that says where {{CLAUSES}} or {{DDL}} goes"
        )
    return Tool(tuple(words))


def where(target: Target) -> dict[str, str]:
    """What a command may be told of a server; the option file is there only while it runs."""
    return {
        "DEFAULTS_FILE": "{DEFAULTS_FILE}",
        "HOST": target.host,
        "PORT": str(target.port),
        "SOCKET": target.socket or "",
        "USER": target.user,
    }


def alter(
    tool: Tool,
    target: Target,
    values: Mapping[str, str],
    is_to_end: Callable[[], bool],
    tell: Callable[[str], object],
) -> None:
    """Let the tool alter a table, to its end.

    Args:
        target: where the table is.
        values: for {SCHEMA}, {TABLE}, {CLAUSES} and {DDL}.
        is_to_end: asked again and again; true ends the tool by SIGTERM, at which it tidies up.
        tell: is given each line that the tool prints.

    Raises:
        ServerError: it could not be started, or has failed; with its last lines.
    """
    with _option_file(target) as file:
        command = tool.argv({**where(target), **values, "DEFAULTS_FILE": str(file)})
        argv = [sys.executable, "-IS", str(_LEASH), *command]
        last: deque[str] = deque(maxlen=_LAST)
        with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            assert process.stdout
            stopped = _follow(process, process.stdout, is_to_end, last, tell)
    if stopped:
        raise ServerError(INTERRUPTED, f"{tool.name} was told to end")
    if process.returncode:
        said = "\n".join(last) or "it said nothing"
        raise ServerError(0, f"{tool.name} ended with {process.returncode}:\n{said}")


def _follow(
    process: subprocess.Popen[bytes],
    output: IO[bytes],
    is_to_end: Callable[[], bool],
    last: deque[str],
    tell: Callable[[str], object],
) -> bool:
    """Read what it prints until it ends; whether it was told to."""
    stopped = False
    os.set_blocking(output.fileno(), False)
    rest = b""
    while True:
        chunk = output.read(65536)
        for line in (lines := (rest + (chunk or b"")).split(b"\n"))[:-1]:
            last.append(line.decode(errors="replace"))
            tell(last[-1])
        rest = lines[-1]
        if chunk == b"":
            break
        if is_to_end() and not stopped:
            process.terminate()
            stopped = True
        if chunk is None:
            _wait(process)
    if rest:
        last.append(rest.decode(errors="replace"))
        tell(last[-1])
    process.wait()
    # Ctrl-C reaches the tool by itself.
    return stopped or is_to_end()


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PAUSE)
    except subprocess.TimeoutExpired:
        return


@contextmanager
def _option_file(target: Target) -> Iterator[Path]:
    """A my.cnf that says where to connect and as whom, for nobody else to read, and only as long as needed."""
    options = {
        "host": None if target.socket else target.host,
        "port": None if target.socket else str(target.port),
        "socket": target.socket,
        "user": target.user,
        "password": target.password.reveal() if target.password else None,
        "ssl-ca": target.ca,
        "ssl-cert": target.cert,
        "ssl-key": target.key,
    }
    lines = [f'{name}="{_escaped(text)}"\n' for name, text in options.items() if text]
    with tempfile.TemporaryDirectory(prefix="plumbob-") as folder:
        path = Path(folder, "client.cnf")
        path.touch(mode=0o600)
        path.write_text("".join(["[client]\n", *lines]), encoding="utf-8")
        yield path


def _escaped(text: str) -> str:
    """A value of an option file as the clients read it (MySQL's manual: Using Option Files)."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
