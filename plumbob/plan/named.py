"""What a hazard is about, and how that is spelled in `--allow KIND:OBJECT`, in files and in reports.

A name that holds a dot or a backquote stands in backquotes: the column `c` of a table `a.b` and the column
`b.c` of a table `a` are two things, and no approval of the one is an approval of the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name, unquote_name

_NAME = r"`(?:[^`]|``)+`|[^.`]+"
_SPELLED = re.compile(rf"({_NAME})(?:\.({_NAME}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """A table, or another object, or a part of one such as a column.

    `is_verbatim`: `name` is a text that spells no name. Earlier versions wrote all names as they are, and
    files of theirs ask for approvals by such texts.
    """

    name: str
    part: str = ""
    is_verbatim: bool = False

    def __str__(self) -> str:
        """One text for each; `parse_named` reads it back."""
        if self.is_verbatim:
            return self.name
        return ".".join(_spelled(each) for each in (self.name, self.part) if each)

    def is_of(self, name: str) -> bool:
        """Whether it is an object of this name, or a part of that."""
        return self.name == name or (self.is_verbatim and self.name.startswith(f"{name}."))

    def is_of_id(self, id: str) -> bool:
        """The same of an object by its id: `function:total` for a function, and the name for a table."""
        kind, _, name = id.partition(":")
        return self.is_of(name or id) or (self.name, self.part) == (kind, name)


def parse_named(text: str) -> Named:
    """What a text spells; also one with backquotes that are not needed."""
    found = _SPELLED.fullmatch(text)
    if found is None:
        return Named(text, is_verbatim=True)
    return Named(_meant(found[1]), _meant(found[2] or ""))


def read_named(text: str, *, is_whole: bool) -> Named:
    """What a migration file spells, which is written back as it was: its checksum holds it.

    Args:
        is_whole: it is an object, and no part of one.
    """
    found = parse_named(text)
    is_ours = str(found) == text and not (is_whole and found.part)
    return found if is_ours else Named(text, is_verbatim=True)


def _spelled(name: str) -> str:
    return quote_name(name) if "." in name or "`" in name else name


def _meant(spelled: str) -> str:
    return unquote_name(spelled) if spelled.startswith("`") else spelled
