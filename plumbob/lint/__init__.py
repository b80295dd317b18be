"""Looks at a declaration for what is allowed and often regretted; no server is asked.

A rule family is a file with one function, from a declaration to its findings; `RULES` has them by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from plumbob.declaration import Declaration
from plumbob.errors import Position
from plumbob.lint.definers import definers
from plumbob.lint.finding import Finding, Rule
from plumbob.lint.silenced import Silence, read_silences

__all__ = ["RULES", "Finding", "Linted", "lint"]

RULES: Mapping[str, Rule] = {"definers": definers}


class Linted(NamedTuple):
    """What the rules found, in the order of the files, and how much of it is not to be told."""

    findings: tuple[Finding, ...]
    silenced: int


def lint(declaration: Declaration, ignored: str) -> Linted:
    """Hold a declaration against all rules.

    Args:
        ignored: the setting `lint_ignore`.

    Raises:
        PlumbobError: the setting names a rule or a kind of objects that there is not.
    """
    silences = read_silences(ignored, RULES)
    found = [each for rule in RULES.values() for each in rule(declaration)]
    told = [each for each in found if not _is_silenced(each, silences)]
    return Linted(tuple(sorted(told, key=_place)), len(found) - len(told))


def _is_silenced(finding: Finding, silences: Iterable[Silence]) -> bool:
    return any(each.covers(finding) for each in silences)


def _place(finding: Finding) -> tuple[str, int, int]:
    where = finding.where
    return (where.file, where.line, where.column) if isinstance(where, Position) else ("", 0, 0)
