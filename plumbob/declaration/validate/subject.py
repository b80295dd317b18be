"""What the rules of validation look at, and what they give: faults, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from plumbob.ddl.charsets import Defaults, charset_of, default_collation
from plumbob.declaration.declaration import Declaration
from plumbob.model import Column, Flavour, Table


class Fault(NamedTuple):
    """What is wrong with a part of a table, and a word of its definition to point at.

    `kind` and `number` are those of `Declaration.position`; `is_notice` is for what is allowed and
    probably not meant.
    """

    what: str
    kind: str = "table"
    number: int | str = ""
    word: str = ""
    advice: str = ""
    is_notice: bool = False


def at(kind: str, number: int | str, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The same faults, at this part."""
    yield from (fault._replace(kind=kind, number=number) for fault in faults)


class Texts(NamedTuple):
    """The character set and collation of a column or table, each None where only a server knows."""

    charset: str | None
    collation: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A declaration and the server it is for; None while it is not known.

    `is_outside` says of a table that is not declared whether foreign keys may refer to it.
    """

    declaration: Declaration
    flavour: Flavour | None = None
    defaults: Defaults | None = None
    is_outside: Callable[[str], bool] = lambda _: False

    @property
    def tables(self) -> Iterable[Table]:
        return self.declaration.schema.tables.values()

    @property
    def is_mysql(self) -> bool:
        return self.flavour is not None and self.flavour.is_mysql

    @property
    def is_mariadb(self) -> bool:
        return self.flavour is not None and self.flavour.is_mariadb

    def texts_of_table(self, table: Table) -> Texts:
        """What the table's columns inherit (manual: Table Character Set and Collation)."""
        if table.charset or table.collation:
            return self._completed(table.charset, table.collation)
        if self.defaults is not None:
            return Texts(self.defaults.charset, self.defaults.collation)
        return Texts(None, None)

    def texts_of(self, column: Column, table: Table) -> Texts:
        """What a string column has."""
        charset, collation = column.type.charset, column.type.collation
        inherited = self.texts_of_table(table)
        if collation == "binary" and charset != "binary":
            # The attribute BINARY: the binary collation of the character set.
            charset = charset or inherited.charset
            return Texts(charset, f"{charset}_bin" if charset else None)
        return self._completed(charset, collation) if charset or collation else inherited

    def _completed(self, charset: str | None, collation: str | None) -> Texts:
        if collation and not charset:
            return Texts(charset_of(collation), collation)
        if charset and not collation and self.flavour is not None:
            asked = self.defaults.collations if self.defaults else None
            return Texts(charset, default_collation(charset, self.flavour, asked))
        return Texts(charset, collation)

    def counted(self, table: Table) -> str:
        """What advice adds where bytes were counted without knowing the character set."""
        if self.texts_of_table(table).charset is not None:
            return ""
        return "; counted with four bytes a character, since no charset is declared"


def engine_of(table: Table) -> str:
    """The engine in lower case; InnoDB where none is said, which is the documented default."""
    return (table.engine or "InnoDB").lower()


def label_of(kind: str, name: str) -> str:
    """A part as messages name it; one without a name is called by its kind."""
    words = kind.replace("_", " ")
    return f"the {words} {name}" if name else f"the {words} without a name"


def with_article(kind: str) -> str:
    return f"an {kind}" if kind == "index" else f"a {kind.replace('_', ' ')}"
