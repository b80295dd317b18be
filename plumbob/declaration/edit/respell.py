"""SQL that changes as a person would change it: what stays the same stays spelled as it is.

Three texts meet: what was written, the same in the tool's own spelling, and what it has to become in
that spelling. The difference of the last two is carried over to the first, token by token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from plumbob.ddl.lexer import SyntaxFault, Token, tokenize


def respelled(written: str, before: str, after: str) -> str:
    """What was written, changed as `before` has to change to become `after`.

    The result is `after` itself where the two spellings have too little in common. It has to be read
    again to be sure of it: a word may stand elsewhere than `before` has it.
    """
    if before == after:
        return written
    try:
        mine, old, new = (_Text(sql, tokenize(sql)) for sql in (written, before, after))
        changes = list(_carried_over(mine, old, new))
    except (SyntaxFault, _TooDifferent):
        return after
    return _rewritten(mine, new, changes)


class _TooDifferent(Exception):
    """A change touches what the two spellings do not have in common."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in tokens; the last one is of kind "end"."""

    sql: str
    tokens: list[Token]

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [_key(token) for token in self.tokens]

    def gap(self, at: int) -> str:
        """What stands in front of a token: blanks and comments."""
        start = self.tokens[at - 1].end if at else 0
        return self.sql[start : self.tokens[at].start]


@dataclass(frozen=True, slots=True)
class _Change:
    """Tokens of what was written that go, and those of the new text that come in their place."""

    start: int
    end: int
    first: int
    last: int


def _key(token: Token) -> tuple[str, str]:
    """What a token means; names and words have no case here."""
    if token.kind in ("word", "name"):
        return "name", token.value.lower()
    return token.kind, token.value


def _carried_over(mine: _Text, old: _Text, new: _Text) -> Iterator[_Change]:
    same = _same_places(old, mine)
    for verb, start, end, first, last in _matcher(old, new).get_opcodes():
        if verb == "equal":
            continue
        if verb == "delete":
            start, end = _slid(old, start, end)
        yield _Change(_begin(start, end, same), _finish(start, end, same), first, last)


def _slid(text: _Text, start: int, end: int) -> tuple[int, int]:
    """A comma that goes is the one behind what goes, as a comment at the end of its line does."""
    if text.tokens[start].value == "," and text.tokens[end].value == ",":
        return start + 1, end + 1
    return start, end


def _same_places(one: _Text, other: _Text) -> dict[int, int]:
    """Where the tokens of one text stand in the other, for those that both have."""
    return {
        block.a + count: block.b + count
        for block in _matcher(one, other).get_matching_blocks()
        for count in range(block.size)
    }


def _matcher(one: _Text, other: _Text) -> SequenceMatcher[tuple[str, str]]:
    return SequenceMatcher(None, one.keys, other.keys, autojunk=False)


def _begin(start: int, end: int, same: dict[int, int]) -> int:
    if start < end and start in same:
        return same[start]
    if start == 0:
        return 0
    if start - 1 in same:
        return same[start - 1] + 1
    if start == end and start in same:
        return same[start]
    raise _TooDifferent


def _finish(start: int, end: int, same: dict[int, int]) -> int:
    if start == end:
        return _begin(start, end, same)
    if end - 1 in same:
        return same[end - 1] + 1
    if end in same:
        return same[end]
    raise _TooDifferent


def _rewritten(mine: _Text, new: _Text, changes: list[_Change]) -> str:
    said: list[str] = []
    position = 0
    gap: str | None = None
    for change in changes:
        for at in range(position, change.start):
            _say(said, mine.gap(at) if gap is None else gap, mine.tokens[at].text)
            gap = None
        for at in range(change.first, change.last):
            is_first = at == change.first
            own = mine.gap(change.start) if is_first and change.start < change.end else new.gap(at)
            _say(said, own if gap is None else gap, new.tokens[at].text)
            gap = None
        is_gone = change.start < change.end and change.first == change.last
        is_first_in_list = change.start > 0 and mine.tokens[change.start - 1].value == "("
        if is_gone and (is_first_in_list or "\n" in mine.gap(change.start)):
            # A line that goes takes its own comment along, and leaves the one above.
            gap = mine.gap(change.start)
        position = max(change.end, position)
    for at in range(position, len(mine.tokens)):
        _say(said, mine.gap(at) if gap is None else gap, mine.tokens[at].text)
        gap = None
    return "".join(said)


def _say(said: list[str], gap: str, token: str) -> None:
    """Add a token; a blank keeps two words from becoming one."""
    last = said[-1][-1:] if said else ""
    if not said:
        gap = gap.lstrip(" ")
    elif not gap and token and (last.isalnum() or last in "_$`'\")"):
        gap = " " if token[0].isalnum() or token[0] in "_$`'\"" else ""
    said += [gap if token else gap.rstrip(" "), token]
