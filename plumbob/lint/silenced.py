"""The setting `lint_ignore`: which findings are known and not to be told again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from plumbob.errors import PlumbobError
from plumbob.lint.finding import Finding
from plumbob.server.scope import Pattern, read_patterns

SETTING = "lint_ignore"


@dataclass(frozen=True, slots=True)
class Silence:
    """`RULE`, or `RULE:PATTERN` with the names of objects as `ignore` has them."""

    rule: str
    patterns: tuple[Pattern, ...] = ()

    def covers(self, finding: Finding) -> bool:
        if self.rule != finding.rule:
            return False
        return not self.patterns or any(
            each.matches(finding.kind, finding.name) for each in self.patterns
        )


def read_silences(text: str, rules: Collection[str]) -> tuple[Silence, ...]:
    """What a setting says, separated by commas or on lines of its own.

    Raises:
        PlumbobError: for a rule, or a kind of objects, that there is not.
    """
    words = filter(None, map(str.strip, re.split(r"[,\n]", text)))
    return tuple(_silence(word, rules) for word in words)


def _silence(word: str, rules: Collection[str]) -> Silence:
    rule, _, names = map(str.strip, word.partition(":"))
    if rule not in rules:
        near = difflib.get_close_matches(rule, rules, 1)
        raise PlumbobError(
            f"`{SETTING}` has {word}, and there is no rule {rule!r}",
            advice=f"did you mean {near[0]}?" if near else f"rules are {', '.join(rules)}",
        )
    return Silence(rule, read_patterns(SETTING, names))
