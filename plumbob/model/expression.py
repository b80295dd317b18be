"""An SQL expression: its text, and a key that is equal for texts that surely mean the same."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL as it was written, without the parentheses that enclose it.

    Equality goes by `key` (made by `plumbob.ddl.expression`), which leaves out white space, the
    quotes of plain names and the case of words. Equal keys mean the same; different keys may still
    mean the same, which only a server can say.
    """

    sql: str = field(compare=False)
    key: str
