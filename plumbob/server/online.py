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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from plumbob.model import Flavour
from plumbob.server import vitess
from plumbob.server.errors import INTERRUPTED, ServerError
from plumbob.server.redact import environment, redact
from plumbob.server.target import Target

# pt-online-schema-change looks for a newer version of itself at its maker's; and it takes a new unique
# key for a loss, which `migration.handover` has counted by then. gh-ost leaves its tables and its socket
# where they are when it is ended by a signal, and refuses to begin where they are. `vitess` is a program of ours.
PRESETS = {
    "pt-online-schema-change": "pt-online-schema-change --execute --no-version-check "
    "--no-check-unique-key-change --charset=utf8mb4 --alter {CLAUSES} "
    "F={DEFAULTS_FILE},D={SCHEMA},t={TABLE}",
    "gh-ost": "gh-ost --conf={DEFAULTS_FILE} --host={HOST} --port={PORT} --database={SCHEMA} "
    "--table={TABLE} --alter={CLAUSES} --allow-on-master --initially-drop-ghost-table "
    "--initially-drop-old-table --initially-drop-socket-file --ok-to-drop-table --execute",
    "vitess": "vitess --schema={SCHEMA} --table={TABLE} '--sql=ALTER TABLE `{TABLE}` {CLAUSES}'",
}
PLACES = ("DEFAULTS_FILE", "HOST", "PORT", "SOCKET", "USER", "SCHEMA", "TABLE", "CLAUSES", "DDL")
_PLACE = re.compile(r"\{(\w*)\}")
_LEASH = Path(__file__).with_name("leash.py")
_BROOM = Path(__file__).with_name("broom.py")
# A script of ours is run by our Python, isolated: nothing of the folder that we are in is taken for a module.
_PYTHON = (sys.executable, "-IS")
# How many of its last lines are told when it fails, and how often we look whether we are to end.
_LAST = 8
_PAUSE = 0.2


class GoesOn(ServerError):
    """A tool has ended, and what it has begun may go on without it, for another program does it."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A command with places for what to alter, each of its words one argument; no shell reads it.

    `preset` is which of `PRESETS` it is, or "".
    """

    words: tuple[str, ...]
    preset: str = ""

    @property
    def name(self) -> str:
        return Path(self.words[0]).name

    @property
    def is_gh_ost(self) -> bool:
        return self.name == "gh-ost"

    def argv(
        self, target: Target, values: Mapping[str, str], file: str = "{DEFAULTS_FILE}"
    ) -> list[str]:
        """The command for one table; the option file is there only while it runs."""
        filled = self._filled(target, values, file)
        if self.preset == "vitess":
            return [*_PYTHON, vitess.__file__, *filled[1:]]
        return [*filled, *_gh_ost_tls(target)] if self.preset == "gh-ost" else filled

    def shown(self, target: Target, values: Mapping[str, str]) -> list[str]:
        """The command as a person knows it: of a program of ours, what that calls."""
        if self.preset == "vitess":
            call = vitess.read_call(self._filled(target, values, "")[1:])
            return call.apply(vitess.NUMBER)
        return self.argv(target, values)

    def _filled(self, target: Target, values: Mapping[str, str], file: str) -> list[str]:
        values = {**_where(target), **values, "DEFAULTS_FILE": file}
        return [_PLACE.sub(lambda place: values[place[1]], word) for word in self.words]

    def still_does(self, target: Target, values: Mapping[str, str]) -> str:
        """What it has begun with a table and not ended, whoever asked for it; "" for nothing.

        Raises:
            ServerError: nobody says.
        """
        if self.preset != "vitess":
            return ""
        call = vitess.read_call(self._filled(target, values, "")[1:])
        try:
            found = vitess.open_migrations(call)
        except vitess.Unanswered as error:
            raise ServerError(0, redact(str(error))) from None
        return "; ".join(
            f"migration {row.number} is {row.state}, which is cancelled with: {vitess.to_cancel(call, row)}"
            for row in found
        )

    def out_of_reach(self, target: Target) -> str:
        """Why it would reach another server than we do, or ""."""
        places = {place for word in self.words for place in _PLACE.findall(word)}
        if target.socket and places & {"HOST", "PORT"} and "SOCKET" not in places:
            return "it connects by TCP, and we by a socket: give the server's host and port"
        return ""


def read_tool(text: str) -> Tool | None:
    """The tool of a setting: one of `PRESETS`, or a command such as `my-tool --table={TABLE} {DDL}`.

    A preset may have options of its own behind it, as in `gh-ost --panic-on-warnings`.

    Raises:
        ValueError: says what the setting should be.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError("a command whose quotes are closed") from None
    if not words:
        return None
    named = {place for word in words for place in _PLACE.findall(word)}
    if unknown := sorted(named - {*PLACES}):
        places = ", ".join(f"{{{each}}}" for each in PLACES)
        raise ValueError(f"a command with the places {places}; {{{unknown[0]}}} is none")
    if words[0] in PRESETS and not named:
        return _preset(words[0], words[1:])
    if not named & {"CLAUSES", "DDL"}:
        raise ValueError(
            f"one of {', '.join(PRESETS)}, or a command that says where {{CLAUSES}} or {{DDL}} goes"
        )
    return Tool(tuple(words))


def _preset(name: str, options: Sequence[str]) -> Tool:
    program, *rest = shlex.split(PRESETS[name])
    if name == "vitess":
        vitess.read_call(options)
    return Tool((program, *options, *rest), name)


def _where(target: Target) -> dict[str, str]:
    return {
        "HOST": target.host,
        "PORT": str(target.port),
        "SOCKET": target.socket or "",
        "USER": target.user,
    }


def _gh_ost_tls(target: Target) -> Iterator[str]:
    """What makes gh-ost keep to the TLS that is asked for: of a file it reads the user and the password alone."""
    if not _is_protected(target):
        return
    yield "--ssl"
    if target.tls == "required":
        yield "--ssl-allow-insecure"
    for name, path in (("ca", target.ca), ("cert", target.cert), ("key", target.key)):
        if path:
            yield f"--ssl-{name}={path}"


def _is_protected(target: Target) -> bool:
    return target.tls not in ("disabled", "preferred")


def alter(
    tool: Tool,
    target: Target,
    flavour: Flavour,
    values: Mapping[str, str],
    is_to_end: Callable[[], bool],
    tell: Callable[[str], object],
) -> None:
    """Let the tool alter a table, to its end.

    Args:
        target: where the table is.
        flavour: of that server.
        values: for {SCHEMA}, {TABLE}, {CLAUSES} and {DDL}.
        is_to_end: asked again and again; true ends the tool by SIGTERM, at which it tidies up.
        tell: is given each line that the tool prints.

    Raises:
        ServerError: it could not be started, or has failed; with its last lines. GoesOn where its work
            may be done all the same.
    """
    with _option_file(target, flavour) as file:
        command = tool.argv(target, values, str(file))
        argv = [sys.executable, "-IS", str(_LEASH), *command]
        last: deque[str] = deque(maxlen=_LAST)
        with subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
        ) as process:
            assert process.stdout
            stopped = _follow(process, process.stdout, is_to_end, last, tell)
    said = "\n".join(last) or "it said nothing"
    if tool.preset == "vitess" and (process.returncode < 0 or process.returncode == vitess.GOES_ON):
        raise GoesOn(0, f"{tool.name} ended with {process.returncode}:\n{said}")
    if stopped:
        raise ServerError(INTERRUPTED, f"{tool.name} was told to end")
    if process.returncode:
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
            last.append(redact(line.decode(errors="replace")))
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
        last.append(redact(rest.decode(errors="replace")))
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
def _option_file(target: Target, flavour: Flavour) -> Iterator[Path]:
    """A my.cnf that says where to connect and as whom, for nobody else to read, and only as long as needed.

    It has a password, so that a kill may not leave it: another process waits for our end, and removes it.
    """
    with tempfile.TemporaryDirectory(prefix="plumbob-", ignore_cleanup_errors=True) as folder:
        with subprocess.Popen(
            [sys.executable, "-IS", str(_BROOM), folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            env=environment(),
        ):
            path = Path(folder, "client.cnf")
            path.touch(mode=0o600)
            path.write_text(option_file(target, flavour), encoding="utf-8")
            yield path


def option_file(target: Target, flavour: Flavour) -> str:
    """The text of a my.cnf for one server.

    Where TLS is asked for a tool keeps to it, or does not connect. MariaDB's library, with which Debian
    builds pt-online-schema-change, knows no more than to look at the certificate and the name in it; with
    a CA alone it goes on in plain text where the server has no TLS (measured). Only clients of one maker know
    the option of either.
    """
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
    lines = ["[client]", *(f'{name}="{_escaped(text)}"' for name, text in options.items() if text)]
    if _is_protected(target):
        if flavour.is_mysql:
            lines.append(f"ssl-mode={target.tls.replace('-', '_').upper()}")
        # Without its value MariaDB's library passes it over (measured).
        lines += ["[client-mariadb]", "ssl-verify-server-cert=1"]
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    """A value of an option file as the clients read it (MySQL's manual: Using Option Files)."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
