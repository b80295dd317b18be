"""A migration as the text of its two files.

What is written is read back and compared before anybody gets it: a file says exactly what the migration
says, or it is not written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plumbob.ddl.lexer import SyntaxFault
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import session
from plumbob.migration.by_hand import unrestored
from plumbob.migration.comments import escape
from plumbob.migration.delimiter import ended
from plumbob.migration.migration import Block, Direction, FileStatement, Migration, Script
from plumbob.migration.reading import (
    FORMAT,
    FORMAT_OF_OTHERS,
    KIND,
    NO_PARENT,
    NOT_PROVED,
    PROVED,
    SUFFIX,
    read_script,
)
from plumbob.plan.cost import cost_text
from plumbob.plan.hazards import not_restored
from plumbob.templates import template

_COMMAND = {"up": "apply", "down": "rollback"}


def file_name(id: str, direction: Direction) -> str:
    return id + SUFFIX[direction]


def render(migration: Migration, direction: Direction) -> str:
    """The text of one of the two files.

    Raises:
        PlumbobError: the file would not say what the migration says (a bug, or a text that no file holds).
    """
    script = migration.script(direction)
    try:
        checksum = script.checksum(migration.server)
    except SyntaxFault as fault:
        raise _unwritable(migration, fault.what) from fault
    parent = migration.parent
    written = template(
        "migration.sql.j2",
        comment=escape,
        cost=_cost,
        ended=ended,
        before=session.before,
        after=session.after,
    )
    text = written.render(
        kind=KIND[direction],
        format=FORMAT if migration.undoes_drift else FORMAT_OF_OTHERS,
        undoes_drift=migration.undoes_drift,
        id=migration.id,
        message=migration.message,
        parent=f"{parent.id} {parent.checksum}" if parent else NO_PARENT,
        before=script.before,
        after=script.after,
        tables=sorted(script.tables.items()),
        server=migration.server,
        tool=f"plumbob {migration.tool}",
        created=migration.created,
        manages=" ".join(("table", *migration.header.manages)),
        proof=PROVED + migration.proof if migration.proof else NOT_PROVED + migration.unproved,
        checksum=checksum,
        hazards=script.hazards,
        lost=[(each.approval, not_restored(each).approval) for each in unrestored(migration)]
        if direction == "down"
        else [],
        command=_COMMAND[direction],
        client=migration.server.maker,
        file=file_name(migration.id, direction),
        preamble=script.preamble,
        parts=list(_parts(script)),
        count=sum(not each.is_by_hand for each in script.statements),
        asserted=script.asserted,
        approved=script.approved,
    )
    _check(text, migration, direction)
    return text


@dataclass(frozen=True, slots=True)
class _Ours:
    """A statement of ours with its number among those of its file."""

    statement: FileStatement
    number: int


@dataclass(frozen=True, slots=True)
class _ByHand:
    """A block by hand with its statements."""

    block: Block
    statements: tuple[FileStatement, ...]


def _parts(script: Script) -> Iterator[_Ours | _ByHand]:
    """What a file has below its settings, in order."""
    blocks, number = list(script.blocks), 0
    for place in range(len(script.statements) + 1):
        while blocks and blocks[0].at == place:
            current = len(script.blocks) - len(blocks) + 1
            inside = tuple(each for each in script.statements if each.block == current)
            yield _ByHand(blocks.pop(0), inside)
        if place < len(script.statements) and not script.statements[place].is_by_hand:
            number += 1
            yield _Ours(script.statements[place], number)


def _check(text: str, migration: Migration, direction: Direction) -> None:
    script = migration.script(direction)
    try:
        header, back = read_script(text, file_name(migration.id, direction), direction)
    except PlumbobError as error:
        raise _unwritable(migration, error.what) from error
    for number, (one, other) in enumerate(zip(back.statements, script.statements, strict=False), 1):
        if one != other:
            raise _unwritable(migration, f"statement {number} is read back differently")
    if (header, back) != (migration.header, script):
        raise _unwritable(migration, "it is read back differently")


def _unwritable(migration: Migration, why: str) -> PlumbobError:
    return PlumbobError(
        f"the migration {migration.id} cannot be written as a file: {why}",
        advice="a line end of Windows (CR LF) in a name does this; please report any other text",
        exit=Exit.FAILED,
    )


def _cost(statement: FileStatement) -> str:
    return cost_text(statement.sql, statement.cost)
