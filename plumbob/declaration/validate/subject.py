"""What the rules of validation look at, and where they put what they find."""

from __future__ import annotations

from dataclasses import dataclass, field

from plumbob.ddl.charsets import Defaults, charset_of, default_collation
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.faults import Faults
from plumbob.model import Column, Flavour, Table


@dataclass(frozen=True, slots=True)
class Texts:
    """The character set and collation of a column or table, each None where only a server knows."""

    charset: str | None
    collation: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A declaration, the server it is for (None while it is not known), and what was found so far."""

    declaration: Declaration
    flavour: Flavour | None = None
    defaults: Defaults | None = None
    faults: Faults = field(default_factory=Faults)

    @property
    def is_mysql(self) -> bool:
        return self.flavour is not None and self.flavour.is_mysql

    @property
    def is_mariadb(self) -> bool:
        return self.flavour is not None and self.flavour.is_mariadb

    def error(
        self,
        what: str,
        table: Table,
        kind: str = "table",
        name: str | int = "",
        *,
        word: str = "",
        advice: str = "",
    ) -> None:
        where = self.declaration.position(table.name, kind, name, word)
        self.faults.error(what, where, advice)

    def notice(
        self,
        what: str,
        table: Table,
        kind: str = "table",
        name: str | int = "",
        *,
        word: str = "",
        advice: str = "",
    ) -> None:
        where = self.declaration.position(table.name, kind, name, word)
        self.faults.notice(what, where, advice)

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


def engine_of(table: Table) -> str:
    """The engine in lower case; InnoDB where none is said, which is the documented default."""
    return (table.engine or "InnoDB").lower()


def label_of(kind: str, name: str) -> str:
    """A part as messages name it; one without a name is called by its kind."""
    words = kind.replace("_", " ")
    return f"the {words} {name}" if name else f"the {words} without a name"


def with_article(kind: str) -> str:
    return f"an {kind}" if kind == "index" else f"a {kind.replace('_', ' ')}"
