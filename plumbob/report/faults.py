"""Shows an error to a person: what is wrong, where, the line itself with a caret, what to do."""

from __future__ import annotations

from typing import Any

import click

from plumbob.errors import ManyErrors, PlumbobError, Position
from plumbob.report.safe import line, lines, width

# A line of a file is shown around the fault, when it is longer than a terminal.
_BEFORE, _BEHIND = 60, 40


def fault_text(error: PlumbobError) -> str:
    """One error, or each of several, on as many lines as it takes; styled."""
    if isinstance(error, ManyErrors):
        return "\n".join(fault_text(one) for one in error.errors)
    head = click.style("error:", fg="red", bold=True)
    return _text(head, error.what, error.advice, error.where)


def notice_text(what: str, advice: str = "", where: Position | None = None) -> str:
    """What is allowed and probably not meant."""
    return _text(click.style("warning:", fg="yellow", bold=True), what, advice, where)


def _text(head: str, what: str, advice: str, where: Position | str | None) -> str:
    first, *more = lines(what)
    shown = [f"{head} {first}", *(f"  {each}" for each in more)]
    if where is not None:
        shown.append(f"  --> {line(where)}")
    if isinstance(where, Position) and where.text:
        shown += _excerpt(where)
    if advice:
        shown.append(f"  {click.style('help:', fg='cyan')} {line(advice)}")
    return "\n".join(shown)


def fault_json(error: PlumbobError) -> dict[str, Any]:
    """The value of `error` in the JSON that a failed command prints."""
    if isinstance(error, ManyErrors):
        return {
            "what": error.what,
            "exit": int(error.exit),
            "errors": [fault_json(one) for one in error.errors],
        }
    found: dict[str, Any] = {"what": error.what, "exit": int(error.exit)}
    if error.advice:
        found["advice"] = error.advice
    if isinstance(error.where, Position):
        found |= {
            "file": error.where.file,
            "line": error.where.line,
            "column": error.where.column,
        }
    elif error.where is not None:
        found["where"] = error.where
    return found


def _excerpt(where: Position) -> list[str]:
    at = max(where.column - 1, 0)
    start = max(at - _BEFORE, 0)
    before = where.text[start:at].replace("\t", " ")
    behind = where.text[at : at + _BEHIND].replace("\t", " ")
    left = ("..." if start else "") + line(before)
    right = line(behind) + ("..." if at + _BEHIND < len(where.text) else "")
    number = str(where.line)
    blank = " " * len(number)
    return [
        f"{blank} |",
        f"{number} | {left}{right}".rstrip(),
        f"{blank} | {' ' * width(left)}{click.style('^', fg='red', bold=True)}",
    ]
