"""A column definition: what follows the column's name in CREATE TABLE."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.expression import Expression
from plumbob.model.type import Type

DefaultKind = Literal["none", "null", "text", "number", "bits", "hex", "now", "expression"]


@dataclass(frozen=True, slots=True)
class Default:
    """A default value. A column without one has None instead, which is not DEFAULT NULL.

    A declaration that says nothing means DEFAULT NULL, where that is possible, and says "none" of a
    column that is to have no default at all.

    `value` is the text without quotes (text), the number as written, the binary digits (bits), the
    hexadecimal digits in upper case (hex), the digits of the fraction (now: "" for none), or ""
    (none, null, expression).
    """

    kind: DefaultKind
    value: str = ""
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """GENERATED ALWAYS AS (expression), computed when written (STORED) or when read (VIRTUAL)."""

    expression: Expression
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `on_update` holds the digits of the fraction of ON UPDATE CURRENT_TIMESTAMP ("" for none), or
    None. `check` is MariaDB's check that belongs to the column and has no name. `system_time` says that
    the server keeps the start or the end of a row's version here (MariaDB), and
    `with_system_versioning` what was written at a column, which is settled for the whole table.
    """

    name: str
    type: Type
    null: bool = True
    default: Default | None = None
    on_update: str | None = None
    auto_increment: bool = False
    generated: Generated | None = None
    invisible: bool = False
    comment: str = ""
    check: Expression | None = None
    srid: int | None = None
    compressed: bool = False
    storage: str | None = None
    column_format: str | None = None
    engine_attribute: str | None = None
    secondary_engine_attribute: str | None = None
    system_time: Literal["START", "END"] | None = None
    without_system_versioning: bool = False
    with_system_versioning: bool = field(default=False, compare=False)
