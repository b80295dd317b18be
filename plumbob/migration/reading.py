"""Reads the text of a migration file back into the statements it was written from.

The header is read here, the statements by `plumbob.migration.steps`. What is ours in the file has to be
what `plumbob.migration.text` writes, or the file is refused with the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from plumbob.ddl.lexer import SyntaxFault
from plumbob.errors import PlumbobError, Position
from plumbob.migration.comments import facts, unescape
from plumbob.migration.migration import NO_SCRATCH, Direction, Header, Parent, Script
from plumbob.migration.pieces import BROKEN, Fault
from plumbob.migration.steps import FINGERPRINT, MARKER, read_steps
from plumbob.model import STORED_KINDS, Flavour, StoredKind, parse_flavour

# 2 has counts and rows to refuse, 3 blocks by hand and assertions: no earlier plumbob looks for them.
# 4 is a migration that undoes drift; all others are written in 3, which more versions can read.
FORMAT = 4
FORMAT_OF_OTHERS = 3
UNDOES, DRIFT = "undoes", "drift"
KIND = {"up": "migration", "down": "rollback"}
SUFFIX = {"up": ".sql", "down": ".rollback.sql"}
NO_PARENT = "none"
PROVED = "run up and down with the expected result on "
NOT_PROVED = "not proved: "

_FIRST_LINE = re.compile(r"-- plumbob (migration|rollback), format (\d{1,9})[ \t]*(?:\n|$)")
_ID = re.compile(r"[0-9]{8}T[0-9]{6}_[a-z0-9_]+(?:-[0-9]+)?")
_SUM = re.compile(r"sha256:[0-9a-f]{64}")
_SINGLE = (
    "migration",
    "message",
    "parent",
    "before",
    "after",
    "manages",
    "server",
    "tool",
    "created",
    "proof",
)


def is_id(text: str) -> bool:
    """Whether it is the id of a migration: safe as the name of a file, and nothing else."""
    return len(text) <= 120 and _ID.fullmatch(text) is not None


# Commands look into the folder up to four times, and to split a text takes most of their time.
@lru_cache(maxsize=1024)
def read_script(text: str, file: str, direction: Direction) -> tuple[Header, Script]:
    """Read one file of the pair; `file` is its name for messages.

    Raises:
        PlumbobError: the format is unknown, or something in it is not what plumbob writes.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text.partition("\n")[0]:
        # Git has turned all line ends round; a program may have such ends of its own.
        text = text.replace("\r\n", "\n")
    try:
        _check_format(text, direction)
        head = dict(_head(text))
        header = _header(head)
        return header, _script(text, head, header.server)
    except SyntaxFault as fault:
        raise _error(fault.what, text, fault.offset, file, BROKEN) from fault
    except Fault as fault:
        raise _error(fault.what, text, fault.at, file, fault.advice) from fault


def _error(what: str, text: str, offset: int, file: str, advice: str) -> PlumbobError:
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    shown = text[start:].partition("\n")[0]
    return PlumbobError(
        f"this migration file cannot be read: {what}",
        advice=advice,
        where=Position(file, line, offset - start + 1, shown),
    )


def _check_format(text: str, direction: Direction) -> None:
    found = _FIRST_LINE.match(text)
    if found is None:
        raise Fault(
            f"its first line is not `-- plumbob {KIND[direction]}, format {FORMAT_OF_OTHERS}`"
        )
    if not 1 <= int(found[2]) <= FORMAT:
        raise Fault(
            f"it has format {found[2]}, and this plumbob knows formats up to {FORMAT}",
            advice="use the plumbob that wrote it",
        )
    if found[1] != KIND[direction]:
        raise Fault(f"it says that it is a {found[1]}")


def _head(text: str) -> Iterator[tuple[str, str]]:
    """The facts of the header; `table` is left to `_tables`, and what people add is left alone."""
    seen = set()
    for key, value in _leading(text):
        if key in seen and key in (*_SINGLE, UNDOES, "checksum"):
            raise Fault(f"its header says `{key}` twice")
        seen.add(key)
        yield key, value


def _leading(text: str) -> Iterator[tuple[str, str]]:
    comments = re.match(r"(?:[ \t]*(?:--[^\n]*)?(?:\n|$))*", text)
    for key, value in facts(comments[0] if comments else ""):
        if MARKER.fullmatch(key):
            return
        yield key, value


def _header(head: dict[str, str]) -> Header:
    for key in (*_SINGLE, "checksum"):
        if key not in head:
            raise Fault(f"its header has no `{key}`")
    for key in ("before", "after", "checksum"):
        if not _SUM.fullmatch(head[key]):
            raise Fault(f"`{key}` in its header is no fingerprint")
    if not is_id(head["migration"]):
        raise Fault("`migration` in its header is no id of a migration")
    try:
        server = parse_flavour(head["server"])
    except ValueError as error:
        raise Fault("`server` in its header names no server") from error
    proof = unescape(head["proof"])
    is_proved = not proof.startswith(NOT_PROVED)
    return Header(
        id=head["migration"],
        message=unescape(head["message"]),
        parent=_parent(head["parent"]),
        server=server,
        tool=unescape(head["tool"]).removeprefix("plumbob "),
        created=head["created"],
        manages=_manages(head["manages"]),
        proof=proof.removeprefix(PROVED) if is_proved else "",
        unproved=_why(proof) if not is_proved else "",
        undoes_drift=head.get(UNDOES) == DRIFT,
    )


def _why(proof: str) -> str:
    why = proof.removeprefix(NOT_PROVED)
    return "" if why == NO_SCRATCH else why


def _manages(text: str) -> tuple[StoredKind, ...]:
    kinds = tuple(kind for kind in STORED_KINDS if kind in text.split())
    if len(kinds) + 1 != len(text.split()):
        raise Fault("`manages` in its header names a kind that this plumbob does not know")
    return tuple(sorted(kinds))


def _parent(text: str) -> Parent | None:
    if text == NO_PARENT:
        return None
    id, _, checksum = text.partition(" ")
    if not is_id(id) or not _SUM.fullmatch(checksum):
        raise Fault("`parent` in its header is not an id and a checksum")
    return Parent(id, checksum)


def _tables(text: str) -> dict[str, tuple[str, str]]:
    tables = {}
    for key, value in _leading(text):
        if key == "table":
            before, after, name = [*value.split(" ", 2), "", ""][:3]
            if not (FINGERPRINT.fullmatch(before) and FINGERPRINT.fullmatch(after) and name):
                raise Fault("a `table` in its header is not two fingerprints and a name")
            tables[unescape(name)] = (before, after)
    return tables


def _script(text: str, head: dict[str, str], flavour: Flavour) -> Script:
    steps = read_steps(text, flavour)
    return Script(
        statements=tuple(steps.statements),
        before=head["before"],
        after=head["after"],
        tables=_tables(text),
        preamble=tuple(steps.preamble),
        blocks=tuple(steps.blocks),
        asserted=tuple(steps.asserted),
        approved=tuple(dict.fromkeys(steps.approved)),
        written=head["checksum"],
    )
