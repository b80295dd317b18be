"""PyYAML's errors in words that say what to do.

The two parsers of PyYAML, libyaml and its own, word their errors differently; what is read here is the
place, the kind of error, and above all the line itself.
"""

from __future__ import annotations

import re

import yaml

from plumbob.declaration.source import Source
from plumbob.errors import PlumbobError

# A value of a plain text on the line, before the colon that YAML stumbled over.
_VALUE_BEFORE = re.compile(r"\s*(?:- )?[^#]*?\S:\s+\S")
_NAME_ADVICE = "a colon and a space follow the name"
_QUOTE_ADVICE = "put the whole text in quotes"


def explain(error: yaml.YAMLError, source: Source) -> PlumbobError:
    """An error of a YAML parser as one for people."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return PlumbobError("this is no YAML", advice=str(error), where=source.position(0))
    at = _offset(error.problem_mark, source)
    context = at if error.context_mark is None else _offset(error.context_mark, source)
    what, advice, offset = _meaning(error, source, at, context)
    return PlumbobError(what, advice=advice, where=source.position(offset))


def _offset(mark: yaml.Mark, source: Source) -> int:
    return source.offset(mark.line, mark.column)


def _meaning(
    error: yaml.MarkedYAMLError, source: Source, at: int, context: int
) -> tuple[str, str, int]:
    """What is wrong, what to do, and the offset to show."""
    problem, about = error.problem or "", error.context or ""
    line = source.line_at(at)
    before = source.text[at - len(source.text[:at].rpartition("\n")[2]) : at]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab stands in the indentation", "indent with spaces", at
    if "quoted scalar" in about and "end of" in problem:
        return "this quote is never closed", "a quote inside of quotes is written twice", context
    if "escape" in problem:
        return (
            "this escape is none that YAML knows",
            "in single quotes a backslash is a plain character",
            at,
        )
    if problem.startswith("mapping values are not allowed"):
        return _colon(source, before, at)
    if "cannot start any token" in problem:
        return f"a text cannot begin with {source.text[at : at + 1]!r}", _QUOTE_ADVICE, at
    if before.rstrip().endswith(("'", '"')) and before.strip():
        return (
            "the text goes on behind its closing quote",
            "put the whole text in quotes; the same quote inside is written twice",
            at,
        )
    return _structure(problem, about, at, context)


def _colon(source: Source, before: str, at: int) -> tuple[str, str, int]:
    if _VALUE_BEFORE.match(before):
        return (
            "a colon with a space behind it, in a text without quotes, begins another value",
            _QUOTE_ADVICE,
            at,
        )
    above = source.text[: at - len(before)].rstrip().rpartition("\n")[2].strip()
    if ":" not in above:
        return f"{above!r} in the line above is no `name: value`", _NAME_ADVICE, at
    return (
        "this line is indented below a key that has its value already",
        "check the indentation of this line and the one above",
        at,
    )


def _structure(problem: str, about: str, at: int, context: int) -> tuple[str, str, int]:
    if about.startswith("while scanning a block scalar"):
        return "behind `|` or `>` nothing else stands in the line", "begin the text below it", at
    if "simple key" in about:
        return "this line is no `name: value`", _NAME_ADVICE, context
    if about.startswith("while increasing"):
        # libyaml looks ahead and meets its own limit of 1,000 levels before ours is counted.
        return "this is nested too deep", "", at
    if "flow" in about:
        return (
            "this list or mapping in brackets goes wrong: a comma or a closing bracket is missing",
            "a text in it that has a comma, a colon or a bracket is put in quotes",
            at,
        )
    if "block" in about or "document start" in problem:
        return "this line's indentation fits no line above", "align it with its neighbours", at
    return f"YAML cannot read this: {problem}", "", at
