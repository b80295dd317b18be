"""A migration as the text of its two files.

What is written is read back and compared before anybody gets it: a file says exactly what the migration
says, or it is not written.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from plumbob.ddl.lexer import SyntaxFault
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import session
from plumbob.migration.comments import escape
from plumbob.migration.delimiter import ended
from plumbob.migration.migration import Direction, Migration, Script
from plumbob.migration.reading import (
    FORMAT,
    FORMAT_WITH_COUNTS,
    KIND,
    NO_PARENT,
    NOT_PROVED,
    PROVED,
    SUFFIX,
    read_script,
)
from plumbob.plan.cost import cost_text

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
    text = _template().render(
        kind=KIND[direction],
        format=FORMAT_WITH_COUNTS if _has_counts(script) else FORMAT,
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
        proof=PROVED + migration.proof if migration.proof else NOT_PROVED,
        checksum=checksum,
        hazards=script.hazards,
        command=_COMMAND[direction],
        client=migration.server.maker,
        file=file_name(migration.id, direction),
        preamble=script.preamble,
        statements=script.statements,
    )
    _check(text, migration, direction)
    return text


def _has_counts(script: Script) -> bool:
    return any(hazard.count or hazard.fails for hazard in script.hazards)


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


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("plumbob", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # SQL, not HTML; values that could break out go through `comment`.
    )
    environment.filters.update(ended=ended, cost=lambda each: cost_text(each.sql, each.cost))
    environment.filters.update(comment=escape, before=session.before, after=session.after)
    return environment.get_template("migration.sql.j2")
