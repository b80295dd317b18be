"""What a check says of one column, where it is simply said: bounds, a list of values, a length.

Checks that compare columns or compute are not understood here; what they refuse is drawn again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from plumbob.ddl.lexer import SyntaxFault, Token, tokenize
from plumbob.model import Expression, Table

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_LENGTHS = ("char_length", "character_length", "length", "octet_length")


@dataclass(slots=True)
class Limits:
    """Bounds of a column's values, None where there are none; `among` are the only texts or numbers."""

    least: Decimal | None = None
    most: Decimal | None = None
    among: list[str] | None = None
    shortest: int = 0
    longest: int | None = None
    not_null: bool = False

    def above(self, value: Decimal) -> None:
        self.least = value if self.least is None else max(self.least, value)

    def below(self, value: Decimal) -> None:
        self.most = value if self.most is None else min(self.most, value)

    def no_longer(self, length: int | None) -> None:
        if length is not None:
            self.longest = length if self.longest is None else min(self.longest, length)

    def only(self, values: Iterable[str]) -> None:
        found = list(values)
        self.among = found if self.among is None else [each for each in self.among if each in found]


@dataclass(slots=True)
class _Reader:
    limits: dict[str, Limits] = field(default_factory=dict)

    def read(self, tokens: Sequence[Token]) -> None:
        tokens = _without_parentheses(tokens)
        for term in _split(tokens, "and"):
            parts = list(_split(term, "or"))
            if len(parts) > 1:
                # `x is null or …` bounds the values that there are.
                parts = [part for part in parts if not _is_null_test(part)]
            if len(parts) == 1 and len(parts[0]) < len(tokens):
                self.read(parts[0])
            elif len(parts) == 1:
                self._term(parts[0])

    def _of(self, token: Token) -> Limits:
        return self.limits.setdefault(token.value.lower(), Limits())

    def _term(self, tokens: Sequence[Token]) -> None:
        words = [token.value.lower() for token in tokens]
        if not tokens or not _is_name(tokens[0]):
            self._mirrored(tokens, words)
            return
        if words[0] in _LENGTHS and len(tokens) > 5 and words[1] == "(" and words[3] == ")":
            self._length(self._of(tokens[2]), words[4], _value(tokens[5:]))
        elif len(tokens) > 2 and words[1] in _MIRRORED:
            if (value := _value(tokens[2:])) is not None:
                self._compare(self._of(tokens[0]), words[1], value)
        elif words[1:] == ["is", "not", "null"]:
            self._of(tokens[0]).not_null = True
        elif words[1:2] == ["between"] and "and" in words:
            at = words.index("and")
            for sign, part in ((">=", tokens[2:at]), ("<=", tokens[at + 1 :])):
                if (value := _value(part)) is not None:
                    self._compare(self._of(tokens[0]), sign, value)
        elif words[1:3] == ["in", "("] and words[-1] == ")":
            values = [_value(part) for part in _split_by_comma(tokens[3:-1])]
            if all(value is not None for value in values):
                self._of(tokens[0]).only(value for value in values if value is not None)

    def _mirrored(self, tokens: Sequence[Token], words: Sequence[str]) -> None:
        """`0 <= amount`, read as `amount >= 0`."""
        if len(tokens) < 3 or not _is_name(tokens[-1]) or words[-2] not in _MIRRORED:
            return
        value = _value(tokens[:-2])
        if value is not None:
            self._compare(self._of(tokens[-1]), _MIRRORED[words[-2]], value)

    def _compare(self, limits: Limits, sign: str, value: str) -> None:
        if sign == "=":
            limits.only([value])
            return
        if value.startswith("'"):
            return
        number = Decimal(value)
        # What lies between two whole numbers is left to the column's type.
        if sign in (">", ">="):
            limits.above(number + (sign == ">"))
        else:
            limits.below(number - (sign == "<"))

    def _length(self, limits: Limits, sign: str, value: str | None) -> None:
        if value is None or not value.isdigit():
            return
        number = int(value)
        if sign in (">", ">=", "="):
            limits.shortest = max(limits.shortest, number + (sign == ">"))
        if sign in ("<", "<=", "="):
            most = number - (sign == "<")
            limits.longest = most if limits.longest is None else min(limits.longest, most)


def limits_of(table: Table) -> dict[str, Limits]:
    """The bounds of a table's columns, by their names in lower case."""
    reader = _Reader()
    for expression in _expressions(table):
        try:
            tokens = [token for token in tokenize(expression.sql) if token.kind != "end"]
        except SyntaxFault:
            continue
        reader.read(tokens)
    return reader.limits


def _expressions(table: Table) -> Iterator[Expression]:
    yield from (check.expression for check in table.checks if check.enforced)
    yield from (column.check for column in table.columns if column.check is not None)


def _is_name(token: Token) -> bool:
    return token.kind in ("name", "word")


def _is_null_test(tokens: Sequence[Token]) -> bool:
    words = [token.value.lower() for token in _without_parentheses(tokens)]
    return len(words) == 3 and words[1:] == ["is", "null"]


def _value(tokens: Sequence[Token]) -> str | None:
    """A number, or a text in quotes, as SQL; None for anything else."""
    sign = ""
    if len(tokens) == 2 and tokens[0].value in ("-", "+"):
        sign, tokens = tokens[0].value, tokens[1:]
    if len(tokens) != 1:
        return None
    if tokens[0].kind == "number":
        return sign.strip("+") + tokens[0].value
    if tokens[0].kind == "text" and not sign:
        return "'" + tokens[0].value.replace("\\", "\\\\").replace("'", "''") + "'"
    return None


def _without_parentheses(tokens: Sequence[Token]) -> Sequence[Token]:
    while len(tokens) > 1 and _closes_at(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closes_at(tokens: Sequence[Token], opening: int) -> int:
    """Where the parenthesis that opens there is closed; -1 where none opens."""
    if tokens[opening].value != "(" or tokens[opening].kind != "mark":
        return -1
    depth = 0
    for at in range(opening, len(tokens)):
        if tokens[at].kind == "mark":
            depth += {"(": 1, ")": -1}.get(tokens[at].value, 0)
        if depth == 0:
            return at
    return -1


def _split(tokens: Sequence[Token], word: str) -> Iterator[Sequence[Token]]:
    """The parts between a word, outside of parentheses; the AND of a BETWEEN is none."""
    yield from _parts(tokens, word)


def _split_by_comma(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    yield from _parts(tokens, ",")


def _parts(tokens: Sequence[Token], word: str) -> Iterator[Sequence[Token]]:
    depth, start, is_between = 0, 0, False
    for at, token in enumerate(tokens):
        value = token.value.lower() if token.kind in ("word", "mark") else ""
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(value, 0)
        if depth:
            continue
        if value == "between":
            is_between = True
        elif value == "and" and is_between:
            is_between = False
        elif value == word:
            yield tokens[start:at]
            start = at + 1
    yield tokens[start:]
