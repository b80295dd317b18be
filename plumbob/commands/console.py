"""The two streams of a command, and the one place where errors are shown.

Results go to stdout (`out`), all else to stderr (`note`, `warn`). Values inside a text have been
made safe by `plumbob.report`; what is left to do here is the whole: colour only for a terminal, no
line that a CI runner would obey, no encoding that fails.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

import click

from plumbob.errors import Exit, PlumbobError
from plumbob.report.safe import guard, line

# What a shell reports for a command that a closed pipe ended: 128 + SIGPIPE.
CLOSED_PIPE = 141
# To the beginning of the line, and nothing left on it.
_CLEAR = "\r\x1b[K"
# Whether something is drawn on the terminal that the next line has to replace.
_drawn: set[TextIO] = set()


def out(text: str) -> None:
    """A result, at once: who reads it may be waiting."""
    _write(sys.stdout, text)


def out_json(value: object) -> None:
    """One JSON document, in ASCII; "##" is broken up, because CI runners look for it anywhere."""
    import json

    text = json.dumps(value, indent=2).replace("##", "#\\u0023")
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Something to know besides the result. A reader of stderr who went away stops nothing."""
    if not text:
        return
    try:
        _write(sys.stderr, text)
    except OSError:
        _let_go(sys.stderr)


def draw(text: str) -> None:
    """A line on a terminal that the next one of any kind replaces; nothing where there is no terminal."""
    stream = sys.stderr
    if not is_terminal(stream) or os.environ.get("TERM") == "dumb":
        return
    import shutil

    columns = shutil.get_terminal_size().columns
    try:
        stream.write(f"{_CLEAR}{guard(click.unstyle(text))[: columns - 1]}")
        stream.flush()
    except OSError:
        _let_go(stream)
    _drawn.add(stream)


def warn(what: str) -> None:
    from plumbob.report.faults import notice_text

    note(notice_text(what))


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def can_ask() -> bool:
    """Whether somebody sits there: a question is shown on a terminal, and answered on one."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def run(command: Callable[[], object], *, as_json: bool) -> int:
    """Run a command and give its exit code; what goes wrong is shown, and no exception gets out."""
    _accept_all_characters()
    try:
        code = command()
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code) if isinstance(code, int) else Exit.OK
    except BrokenPipeError:
        _let_go(sys.stdout)
        return CLOSED_PIPE
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort):
        note("interrupted")
        return Exit.INTERRUPTED
    except Exception as error:  # The last line: a traceback helps no user.
        # Amid the making of a class Python 3.10 and 3.11 make a RuntimeError of it.
        if isinstance(error.__cause__, KeyboardInterrupt):
            note("interrupted")
            return Exit.INTERRUPTED
        code = _show(_as_fault(error), as_json=as_json)
        _flush_or_close()
        return code


def _show(fault: PlumbobError, *, as_json: bool) -> int:
    from plumbob.report.faults import fault_json, fault_text

    note(fault_text(fault))
    if as_json:
        try:
            out_json({"error": fault_json(fault)})
        except OSError:
            _let_go(sys.stdout)
    return fault.exit


def _as_fault(error: Exception) -> PlumbobError:
    if isinstance(error, PlumbobError):
        return error
    if isinstance(error, click.ClickException):
        return PlumbobError(error.format_message().rstrip("."), advice=_usage(error))
    if os.environ.get("PLUMBOB_TRACEBACK"):
        note(_traceback(error))
    if isinstance(error, OSError) and error.strerror:
        return _refused_by_the_system(error)
    if isinstance(error, MemoryError):
        return PlumbobError(
            "there is not enough memory",
            advice="give the command more, and run it again",
            exit=Exit.FAILED,
        )
    return PlumbobError(
        f"this is a bug of plumbob: {type(error).__name__}",
        advice="please report it, with what PLUMBOB_TRACEBACK=1 shows",
        exit=Exit.FAILED,
    )


def _refused_by_the_system(error: OSError) -> PlumbobError:
    """A full disk, a folder that may not be entered: it can happen anywhere, and is no bug."""
    where = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else None
    return PlumbobError(
        f"the system refused something: {error.strerror}",
        advice="mend that, and run the same command again",
        where=where,
        exit=Exit.NO_ACCESS if isinstance(error, PermissionError) else Exit.FAILED,
    )


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"Run `{context.command_path} --help`." if context else ""


def _traceback(error: Exception) -> str:
    """The traceback with neither locals nor passwords, on safe lines."""
    import traceback

    from plumbob.server.redact import redact

    text = redact("".join(traceback.format_exception(error)))
    return "\n".join(map(line, text.splitlines()))


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by the caller: `2>&-`
        return
    if _drawn:
        _drawn.pop().write(_CLEAR)
    coloured = is_terminal(stream) and not _no_colour()
    click.echo(guard(text if coloured else click.unstyle(text)), file=stream, color=coloured)


def _no_colour() -> bool:
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def _accept_all_characters() -> None:
    """With LANG=C or PYTHONIOENCODING=ascii, what cannot be encoded is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush_or_close() -> None:
    """What a full disk has not taken must not fail a second time when Python closes it at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _let_go(sys.stdout)


def _let_go(stream: TextIO | None) -> None:
    """Give the rest of the output to nobody: closing it at exit would fail once more, with exit code 120."""
    if isinstance(stream, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
