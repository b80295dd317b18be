"""Brings a declaration into the one style, or from YAML into SQL and back; what it says stays the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbob.declaration import Declaration
from plumbob.declaration.dump import dump_declared
from plumbob.declaration.edit.sql_said import database_collation, is_program, whole_statements
from plumbob.declaration.files import load_anew
from plumbob.declaration.nodes import Mapping
from plumbob.declaration.parser import parse
from plumbob.declaration.sameness import beside, unlike
from plumbob.declaration.source import Source, read_source
from plumbob.declaration.sql_statements import comments, statements
from plumbob.declaration.style import styled
from plumbob.declaration.style.comments import Comments
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour, Schema

# A type or option that one server spells in its own way is tried in the other's words, too.
_FLAVOURS = (Flavour("mysql", (9, 7, 0)), Flavour("mariadb", (11, 8, 0)))


@dataclass(frozen=True, slots=True)
class Converted:
    """The text of the other format, and what the declaration says that it cannot, in words.

    `notes` are of what `schema create` would do otherwise: no difference for a database that is there.
    """

    text: str
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def formatted(declaration: Declaration) -> dict[Path, bytes]:
    """The new content of each YAML file that is not in the style; plain SQL keeps its layout.

    Raises:
        PlumbobError: FAILED when the result would not say the same: our bug.
    """
    contents: dict[Path, bytes] = {}
    for path in declaration.files if declaration.documents else ():
        source = read_source(path)
        text = styled(source)
        if _comments(source) != _comments(Source(source.name, text)):
            raise _bug(path, "would lose a comment")
        old = path.read_bytes()
        line_end = b"\r\n" if b"\r\n" in old else b"\n"
        new = text.encode("utf-8").replace(b"\n", line_end)
        if new != old:
            contents[path] = new
    if contents:
        anew = load_anew(declaration, contents)
        different = unlike(declaration, anew)
        if different or beside(declaration) != beside(anew):
            raise _bug(declaration.files[0], f"would change {', '.join(different) or 'names'}")
    return contents


def _comments(source: Source) -> Counter[str]:
    root = parse(source)
    if not isinstance(root, Mapping):
        return Counter()
    return Counter(comment.text for comment in Comments(source, root).left)


def _bug(path: Path, what: str) -> PlumbobError:
    return PlumbobError(
        f"the one style {what}",
        advice="this is a bug of plumbob: nothing was written; please report it with the file",
        where=str(path),
        exit=Exit.FAILED,
    )


def converted(declaration: Declaration, to: str) -> Converted:
    """The declaration in the other format.

    Args:
        to: "sql" or "yaml".

    Raises:
        PlumbobError: when it would not say the same to a server.
    """
    different: list[str] = []
    for flavour in _FLAVOURS:
        schema = declaration.schema
        text = whole_statements(schema, flavour) if to == "sql" else dump_declared(schema, flavour)
        different = unlike(declaration, _read(declaration, text, to))
        if not different:
            return Converted(text, tuple(_lost(declaration, to)), tuple(_notes(schema, to)))
    raise PlumbobError(
        f"in {to.upper()}, {', '.join(different)} would not be the same",
        advice="nothing was written; please report it with the declaration",
        where=str(declaration.files[0]),
        exit=Exit.FAILED,
    )


def _read(declaration: Declaration, text: str, to: str) -> Declaration:
    import tempfile

    from plumbob.declaration import load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"schema.{to}"
        path.write_text(text, encoding="utf-8")
        return load(path)


def _notes(schema: Schema, to: str) -> Iterator[str]:
    if to == "sql" and (schema.charset or schema.collation):
        yield (
            "every table says its own character set now; SQL has no `database:`, so `schema create` will "
            "give a new database the default of its server"
        )


def _lost(declaration: Declaration, to: str) -> list[str]:
    """What the other format cannot say, or this conversion does not carry over."""
    lost: list[str] = []
    if to == "sql":
        schema = declaration.schema
        if schema.charset and not database_collation(schema):
            programs = [name for name, each in schema.stored.items() if is_program(each)]
            lost += [f"{name}: the charset {schema.charset} of the database" for name in programs]
        for name, each in beside(declaration).items():
            lost += [f"{name}: the names of both ends of ({ends[0]})" for ends in each.ends]
            lost += [f"{name}: model"] * (each.model is not None)
            lost += [f"{name}: was {old}" for _, old in each.was]
            lost += [f"{name}: partitions: keep"] * each.keeps_partitions
    for path in declaration.files:
        number = _number_of_comments(declaration, path)
        lost += [f"{path}: {number} comments"] * bool(number)
    return lost


def _number_of_comments(declaration: Declaration, path: Path) -> int:
    source = read_source(path)
    if declaration.documents:
        return sum(_comments(source).values())
    kept = [each for each in statements(source) if each.keeps_comments]
    return sum(not any(each.start <= at < each.end for each in kept) for at in comments(source))
