"""What is otherwise in a migration file than it was when it was applied: its statements, old against new."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from plumbob.errors import PlumbobError
from plumbob.migration.migration import Direction, FileStatement, Migration
from plumbob.migration.reading import read_script
from plumbob.migration.text import file_name

_STEERING = (
    "its statements are the same: what differs is in its other lines, `-- after`, `-- approve`, "
    "`-- refuse`, `-- count` or `-- assert`"
)


def difference(migration: Migration, way: Direction, applied: str) -> str:
    """The statements that only one of two files has, each line with its sign.

    Args:
        migration: as its files are now.
        way: which of the two.
        applied: the text of that file as it was applied.
    """
    try:
        _, old = read_script(applied, file_name(migration.id, way), way)
    except PlumbobError:
        return ""
    return "\n".join(_lines(old.statements, migration.script(way).statements)) or _STEERING


def _lines(old: tuple[FileStatement, ...], new: tuple[FileStatement, ...]) -> Iterator[str]:
    before, after = ([_said(each) for each in side] for side in (old, new))
    for kind, start, end, other, last in SequenceMatcher(None, before, after).get_opcodes():
        if kind != "equal":
            yield from (f"- {line}" for each in before[start:end] for line in each.splitlines())
            yield from (f"+ {line}" for each in after[other:last] for line in each.splitlines())


def _said(statement: FileStatement) -> str:
    settings = "".join(f"SET {name} = {value};\n" for name, value in statement.session)
    return f"{settings}{statement.sql};"
