"""The one error type that is shown to people, and the exit codes that scripts may trust."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """What a command tells the script that called it (DESIGN: commands and exit codes)."""

    OK = 0
    DIFFERENT = 1
    BAD_INPUT = 2
    NO_ACCESS = 3
    UNSAFE = 4
    LOCKED = 5
    STALE = 6
    FAILED = 7
    SPLIT = 8
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: line and column count from 1; `text` is the line itself, without its end."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class PlumbobError(Exception):
    """Something a person has to know: what is wrong, where, and what to do next.

    It is raised where the fault is found, however deep, and shown once, in `plumbob.commands`.

    Args:
        what: one sentence that says what is wrong, without a full stop at its end.
        advice: what to do, in the same manner, or "" where `what` says it already.
        where: the place in a file, or the name of an object, or None.
        exit: the exit code of the command that meets this error.
    """

    def __init__(
        self,
        what: str,
        *,
        advice: str = "",
        where: Position | str | None = None,
        exit: Exit = Exit.BAD_INPUT,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.where = where
        self.exit = exit


class ManyErrors(PlumbobError):
    """Several faults found in one pass, so that a person mends them in one go."""

    def __init__(self, errors: list[PlumbobError]) -> None:
        super().__init__(f"{len(errors)} errors", exit=errors[0].exit)
        self.errors = errors
