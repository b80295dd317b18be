"""The comments of a YAML file, in order, each to be written again where it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from plumbob.declaration.edit.extents import is_alias, line_start, value_span, written
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar, Sequence
from plumbob.declaration.source import Source

_COMMENT = re.compile(r"(?<![^\s])#[^\n]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """`column` is None for one that stands behind something on its line."""

    text: str
    start: int
    column: int | None


class Comments:
    """Hands comments out in the order of the file; `left` are those that nobody took yet."""

    def __init__(self, source: Source, root: Node) -> None:
        self.source = source
        self.left = list(_comments(source, root))

    def above(self, at: int) -> list[Comment]:
        """Those ahead of an offset."""
        count = sum(comment.start < at for comment in self.left)
        found, self.left = self.left[:count], self.left[count:]
        return found

    def below(self, column: int, before: int) -> list[Comment]:
        """Those that come next, stand alone on their lines, at least as far indented as `column`."""
        found: list[Comment] = []
        while self.left and self.left[0].start < before:
            place = self.left[0].column
            if place is None or place < column:
                break
            found.append(self.left.pop(0))
        return found

    def behind(self, end: int) -> str:
        """The one that follows an offset on its line, with blanks in front, or ""."""
        if self.left and self.left[0].column is None:
            between = self.source.text[end : self.left[0].start]
            if "\n" not in between:
                return "  " + self.left.pop(0).text
        return ""


def _comments(source: Source, root: Node) -> Iterator[Comment]:
    text = source.text
    position = 0
    for start, end in [*sorted(_spans(root)), (len(text), len(text))]:
        for found in _COMMENT.finditer(text, position, max(start, position)):
            begin = line_start(text, found.start())
            is_alone = not text[begin : found.start()].strip()
            column = found.start() - begin if is_alone else None
            yield Comment(found.group().rstrip(), found.start(), column)
        position = max(position, end)


def _spans(node: Node) -> Iterator[tuple[int, int]]:
    """Where texts stand, in which a `#` begins no comment."""
    if isinstance(node, Scalar):
        yield node.start, node.end
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _spans(item)
    elif isinstance(node, Mapping):
        for entry in written(node):
            yield from _entry_spans(entry)


def _entry_spans(entry: Entry) -> Iterator[tuple[int, int]]:
    if entry.key is not None:
        yield entry.key.start, entry.key.end
    if is_alias(entry):
        yield value_span(entry)
    else:
        yield from _spans(entry.value)
