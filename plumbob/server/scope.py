"""Which objects of a database are managed: what plumbob.cfg says with `ignore` and `manage`.

What is ignored is listed and left alone; nothing about it is compared, planned or recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate

from plumbob.errors import PlumbobError
from plumbob.server.foreign import OURS, kind_by_name

KINDS = ("table", "view", "trigger", "procedure", "function", "event", "sequence")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`tmp_*`, for objects of every kind, or `table:legacy_*`; `*` and `?` as in a shell, in any case."""

    text: str

    @property
    def kind(self) -> str:
        """The kind in front of the colon, or "" for all."""
        kind, colon, _ = self.text.partition(":")
        return kind if colon else ""

    def matches(self, kind: str, name: str) -> bool:
        if self.kind not in ("", kind):
            return False
        glob = self.text.removeprefix(f"{self.kind}:") if self.kind else self.text
        # A bracket is no set here: names have them, and nobody needs the set.
        expression = translate(glob.replace("[", "[[]"))
        return re.match(expression, name, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a database is ours.

    Attributes:
        ignore: what belongs to others.
        manage: what is ours although its name looks like that of a tool's own table.
        tools: whether such names (`foreign`) are left alone.
        exact_order: whether the order of what is ours in a table counts where it means nothing.
    """

    ignore: tuple[Pattern, ...] = ()
    manage: tuple[Pattern, ...] = ()
    tools: bool = True
    exact_order: bool = False

    def ignored_by(self, kind: str, name: str) -> Pattern | None:
        """The pattern of `ignore` that says that this is not ours."""
        return next((each for each in self.ignore if each.matches(kind, name)), None)

    def is_outside(self, table: str) -> bool:
        """Whether a table of this name is not ours, unless it is declared."""
        return self.foreign_kind("table", table) is not None

    def foreign_kind(self, kind: str, name: str, *, known: bool = False) -> str | None:
        """What this is when it is not ours, such as "ignored view" or "table of gh-ost"; else None.

        Args:
            kind: one of `KINDS`.
            known: whether it is known to be ours, whatever its name looks like.
        """
        if not self.tools:
            return None
        if self.ignored_by(kind, name) is not None:
            return f"ignored {kind}"
        if kind != "table" or known:
            return None
        found = kind_by_name(name)
        if found != OURS and any(each.matches(kind, name) for each in self.manage):
            return None
        return found


# For databases that are all ours: a scratch database.
EVERYTHING = Scope(tools=False)


def read_patterns(setting: str, text: str) -> tuple[Pattern, ...]:
    """The patterns of a setting, separated by commas or on lines of their own.

    Raises:
        PlumbobError: for a kind that there is not, or a pattern that matches everything.
    """
    words = re.split(r"[,\n]", text)
    return tuple(_checked(setting, word.strip()) for word in words if word.strip())


def _checked(setting: str, word: str) -> Pattern:
    pattern = Pattern(word)
    if pattern.kind and pattern.kind not in KINDS:
        raise PlumbobError(
            f"`{setting}` has {word}, and there is no kind {pattern.kind!r}",
            advice=f"kinds are {', '.join(KINDS)}; a colon in a name is written table:a:b",
        )
    if not word.removeprefix(f"{pattern.kind}:").strip("*?:"):
        raise PlumbobError(
            f"`{setting}` has {word}, which names everything",
            advice="say what the names have in common, such as tmp_*",
        )
    return pattern
