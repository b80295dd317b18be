"""A cursor over tokens: what every parser in this package reads from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from plumbob.ddl.expression import expression
from plumbob.ddl.lexer import SyntaxFault, Token, tokenize
from plumbob.model import Expression, Flavour

T = TypeVar("T")


class Cursor:
    """The tokens of a text and the place where reading stands."""

    def __init__(
        self,
        sql: str,
        flavour: Flavour | None = None,
        *,
        is_lenient: bool = False,
        escapes: bool = True,
    ) -> None:
        self.sql = sql
        self.flavour = flavour
        self.tokens = tokenize(sql, flavour, is_lenient=is_lenient, escapes=escapes)
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    @property
    def is_at_end(self) -> bool:
        return self.token.kind == "end"

    def is_word(self, *words: str) -> bool:
        return self.token.kind == "word" and self.token.value in words

    def is_mark(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.value == mark

    def accept(self, *words: str) -> bool:
        """Read these words if they come next, all of them or none."""
        for count, word in enumerate(words):
            token = self.ahead(count) if count else self.token
            if token.kind != "word" or token.value != word:
                return False
        self.at += len(words)
        return True

    def accept_one_of(self, *words: str) -> str | None:
        return self.take().value if self.is_word(*words) else None

    def accept_mark(self, mark: str) -> bool:
        if self.is_mark(mark):
            self.at += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            self.fail(f"expected {' '.join(words).upper()}")

    def expect_mark(self, mark: str) -> None:
        if not self.accept_mark(mark):
            self.fail(f"expected {mark!r}")

    def expect_end(self) -> None:
        if not self.is_at_end:
            self.fail(f"{self.token.text!r} is not expected here")

    def fail(self, what: str, advice: str = "", at: Token | None = None) -> NoReturn:
        token = at or self.token
        found = "the text ends here" if token.kind == "end" else f"found {token.text!r}"
        if what.startswith("expected"):
            what = f"{what}, {found}"
        raise SyntaxFault(what, token.start, advice)

    def name(self) -> str:
        """An identifier, quoted or not; a word that only looks like a number is a name, too."""
        if self.token.kind == "name":
            return self.take().value
        if self.token.kind == "word":
            return self.take().text
        self.fail("expected a name")

    def text(self) -> str:
        if self.token.kind != "text":
            self.fail("expected a text in quotes")
        return self.take().value

    def integer(self) -> int:
        if self.token.kind != "number" or not self.token.value.isdigit():
            self.fail("expected a whole number")
        if len(self.token.value) > 20:
            self.fail("this number has more digits than MySQL reads")
        return int(self.take().value)

    def list_of(self, item: Callable[[], T]) -> tuple[T, ...]:
        """Items in parentheses, separated by commas; at least one."""
        self.expect_mark("(")
        items = [item()]
        while self.accept_mark(","):
            items.append(item())
        self.expect_mark(")")
        return tuple(items)

    def parenthesised(self) -> Expression:
        """An expression in parentheses, which are not part of it."""
        first = self.at + 1
        self.expect_mark("(")
        self.skip_to_closing()
        last = self.at - 1
        if first == last:
            self.fail("expected an expression", at=self.tokens[last])
        return self.slice(first, last)

    def skip_to_closing(self) -> None:
        """Read up to and with the parenthesis that closes one already read."""
        depth = 1
        opening = self.tokens[self.at - 1]
        while depth:
            token = self.take()
            if token.kind == "end":
                self.fail("this parenthesis is not closed", at=opening)
            if token.kind == "mark":
                depth += {"(": 1, ")": -1}.get(token.value, 0)

    def slice(self, first: int, last: int) -> Expression:
        """The tokens from `first` up to, not with, `last`, as an expression."""
        part: Sequence[Token] = self.tokens[first:last]
        return expression(self.sql[part[0].start : part[-1].end], part)
