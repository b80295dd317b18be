"""Passwords that are kept apart from everything else: in a file of their own, or by another program.

No message has a part of what the file holds or of what the program printed, on either of its streams.
"""

from __future__ import annotations

import os
import selectors
import shlex
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.server.redact import environment
from plumbob.server.secret import Secret

# Bytes; the servers themselves take no longer password than some 250.
_LONGEST = 4096
# Seconds for a program, which may ask a person for something.
COMMAND_SECONDS = 60.0
# Git as it only looks: at a file of this very name, in a repository of whomever, running no program.
_GIT = ("git", "--literal-pathspecs", "-c", "safe.directory=*", "-c", "core.fsmonitor=false")
# Seconds for it to say whether it keeps a file.
_GIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the password of an environment is kept, as its settings say; "" where they say nothing.

    Attributes:
        file: a file that holds the password and nothing else.
        command: a program and its arguments, run without a shell; it prints the password.
        may_be_committed: whether the reader consents to a password in a file that is in git.
    """

    file: str = ""
    command: str = ""
    may_be_committed: bool = False

    def read(self, warn: Callable[[str], None]) -> Secret | None:
        """The password; None where it is kept nowhere.

        Args:
            warn: is told what a person should know, such as that others may read the file.
        """
        if self.file:
            return read_file(Path(self.file), warn, may_be_committed=self.may_be_committed)
        return from_command(self.command) if self.command else None


NOT_KEPT = Kept()


def read_file(path: Path, warn: Callable[[str], None], *, may_be_committed: bool = False) -> Secret:
    """The password that stands alone in a file, a pipe among them; the line's end is no part of it.

    Raises:
        PlumbobError: the file cannot be read, everybody may write to it, it is in git, or what it
            holds is no password.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode):
                _look_at_mode(path, mode, warn)
            found = file.read(_LONGEST + 1)
    except OSError as error:
        raise PlumbobError(
            f"the file of the password {path} cannot be read: {error.strerror}",
            exit=Exit.NO_ACCESS,
        ) from None
    if stat.S_ISREG(mode) and not may_be_committed and is_committed(path):
        raise _committed(path)
    return _password(found, f"the file of the password {path} holds")


def from_command(command: str, seconds: float = COMMAND_SECONDS) -> Secret:
    """The password that a program prints, and nothing else beside it.

    Its errors go nowhere, since nobody knows what is in them.

    Raises:
        PlumbobError: the program cannot be run, fails, takes too long or prints something else.
    """
    try:
        arguments = shlex.split(command)
    except ValueError:
        raise PlumbobError("password_command has a quote that is not closed") from None
    if not arguments:
        raise PlumbobError("password_command names no program")
    name = Path(arguments[0]).name
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be run"
        raise _failed(name, f"cannot be run: {why}") from None
    found = _printed(process, name, time.monotonic() + seconds)
    if process.returncode:
        raise _failed(name, f"failed with exit code {process.returncode}")
    return _password(found, f"the program of password_command ({name}) printed")


def is_committed(path: Path) -> bool:
    """Whether git keeps this file; where there is no git, or no repository, nobody does."""
    real = path.resolve()
    if not any((folder / ".git").exists() for folder in real.parents):
        return False
    try:
        said = subprocess.run(
            [*_GIT, "ls-files", "--error-unmatch", "--", real.name],
            cwd=real.parent,
            # In a hook of git they name the repository of the hook.
            env={name: text for name, text in environment().items() if not name.startswith("GIT_")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return said.returncode == 0


def refuse_committed(path: Path) -> None:
    """Refuse a file with a password that is in git.

    Raises:
        PlumbobError: it is.
    """
    if is_committed(path):
        raise _committed(path)


def _committed(path: Path) -> PlumbobError:
    return PlumbobError(
        f"{path} holds a password, and git keeps it for everybody who reads the repository",
        advice="take it out of git (git rm --cached, .gitignore) and change the password; "
        "committed_secrets = true in the settings takes it all the same",
        exit=Exit.UNSAFE,
    )


def _look_at_mode(path: Path, mode: int, warn: Callable[[str], None]) -> None:
    if mode & stat.S_IWOTH:
        raise PlumbobError(
            f"everybody may write to the file of the password {path}",
            advice=f"chmod 600 {path}",
            exit=Exit.UNSAFE,
        )
    if mode & stat.S_IROTH:
        warn(f"{path} holds a password and everybody may read it (chmod 600)")


def _printed(process: subprocess.Popen[bytes], name: str, deadline: float) -> bytes:
    """What a program prints, up to one byte more than may be; it is ended where it goes on."""
    assert process.stdout is not None
    found = b""
    with process, selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        try:
            while len(found) <= _LONGEST:
                if not selector.select(max(deadline - time.monotonic(), 0)):
                    raise _failed(name, "takes too long")
                piece = os.read(process.stdout.fileno(), _LONGEST + 1)
                if not piece:
                    process.wait(max(deadline - time.monotonic(), 0))
                    return found
                found += piece
        except subprocess.TimeoutExpired:
            raise _failed(name, "takes too long") from None
        finally:
            process.kill()
    raise _failed(name, f"printed more than {_LONGEST} bytes, which is no password")


def _failed(name: str, what: str) -> PlumbobError:
    return PlumbobError(
        f"the program of password_command ({name}) {what}",
        advice="what it prints is not shown, since it may be a secret: run it yourself to see",
        exit=Exit.NO_ACCESS,
    )


def _password(found: bytes, what: str) -> Secret:
    line = found.removesuffix(b"\n").removesuffix(b"\r")
    if not line:
        raise PlumbobError(f"{what} nothing", exit=Exit.NO_ACCESS)
    if b"\n" in line or b"\0" in line or len(line) > _LONGEST:
        raise PlumbobError(
            f"{what} more than one line, and a password is one",
            advice="it has to be the password and nothing else",
            exit=Exit.NO_ACCESS,
        )
    return Secret(line.decode("utf-8", "surrogateescape"))
