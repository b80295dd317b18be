"""One style for the YAML of a declaration: the same nodes and comments, laid out anew.

Sections are blocks, indented by two, with a blank line between tables; every definition is the shortest
that says it all; texts have quotes where they need them. The order stays, and so does every comment.
"""

from __future__ import annotations

from plumbob.declaration.dump.yaml_text import quoted
from plumbob.declaration.edit.extents import (
    entry_end,
    is_alias,
    line_start,
    node_end,
    value_span,
    written,
)
from plumbob.declaration.edit.writing import scalar_text
from plumbob.declaration.keys import LEVELS
from plumbob.declaration.nodes import Entry, Mapping, Scalar, Sequence
from plumbob.declaration.parser import parse
from plumbob.declaration.source import Source
from plumbob.declaration.style.comments import Comments
from plumbob.declaration.style.short import in_style, short_form

__all__ = ["styled"]

_LONGEST_LINE = 100
_INDENT = 2
# Sections whose entries are definitions, short or long.
_DEFINED = ("columns", "indexes", "foreign_keys", "checks")
# Keys of a table that are SQL by themselves.
_SQL = ("primary_key", "options")


def styled(source: Source) -> str:
    """The text of a file in the style; of a file that is empty, as it is."""
    root = parse(source)
    if not isinstance(root, Mapping):
        return source.text
    return _Printer(source, root).printed()


class _Printer:
    def __init__(self, source: Source, root: Mapping) -> None:
        self.source = source
        self.root = root
        self.comments = Comments(source, root)
        self.lines: list[str] = []

    def printed(self) -> str:
        self._mapping(self.root, (), len(self.source.text))
        for comment in self.comments.above(len(self.source.text) + 1):
            self._gap(comment.start)
            self.lines.append(" " * (comment.column or 0) + comment.text)
        return "\n".join(self.lines).strip("\n") + "\n"

    def _mapping(self, mapping: Mapping, path: tuple[str, ...], end: int) -> None:
        indent = " " * (_INDENT * len(path))
        entries = written(mapping)
        for at, entry in enumerate(entries):
            key = entry.key
            assert key is not None
            self._above(
                key.start, indent, is_spaced=at > 0 and path in ((), ("tables",)), is_first=at == 0
            )
            following = entries[at + 1].key if at + 1 < len(entries) else None
            self._entry(entry, path, following.start if following is not None else end)
        self._below(mapping, indent, end)

    def _above(self, at: int, indent: str, is_spaced: bool, is_first: bool = False) -> None:
        """Comments ahead of an entry, and a blank line where one is or has to be."""
        comments = self.comments.above(at)
        first = comments[0].start if comments else at
        if is_spaced and self.lines and self.lines[-1]:
            self.lines.append("")
        elif not is_first:
            self._gap(first)
        places = [*(comment.start for comment in comments[1:]), at]
        for comment, following in zip(comments, places, strict=False):
            self.lines.append(indent + comment.text)
            self._gap(following)

    def _gap(self, at: int) -> None:
        """A blank line, where one stands above a place in the file; none at the beginning."""
        text = self.source.text
        start = line_start(text, at)
        if text[start:at].strip(" -"):
            return
        above = text[line_start(text, start - 1) : start - 1] if start else "x"
        if not above.strip() and self.lines and self.lines[-1]:
            self.lines.append("")

    def _below(self, mapping: Mapping, indent: str, end: int) -> None:
        """Comments at the end of a mapping that are as far indented as its entries."""
        entries = written(mapping)
        if not entries or mapping.is_flow or entries[0].key is None:
            return
        start = entries[0].key.start
        column = start - line_start(self.source.text, start)
        for comment in self.comments.below(column, end) if column else []:
            self._gap(comment.start)
            self.lines.append(indent + comment.text)

    def _entry(self, entry: Entry, path: tuple[str, ...], end: int) -> None:
        key = entry.key
        assert key is not None
        name = key.text if _is_word(key.text, path) else quoted(key.text)
        start = " " * (_INDENT * len(path)) + name + ":"
        anchor = _anchor(entry)
        text = self._one_line(entry, path, len(start) + 1)
        if text is not None:
            said = f"{start} {anchor}{text}".rstrip()
            self.lines.append(said + self.comments.behind(entry_end(entry)))
            return
        head = f"{start} {anchor}".rstrip()
        is_behind = self.comments.left and self.comments.left[0].start < _first_inside(entry)
        self.lines.append(head + (self.comments.behind(_behind_head(entry)) if is_behind else ""))
        inner = (*path, key.text)
        if isinstance(entry.value, Mapping):
            self._mapping(entry.value, inner, end)
        elif isinstance(entry.value, Sequence):
            self._items(entry.value, inner)
        else:
            self._block(entry, inner)

    def _one_line(self, entry: Entry, path: tuple[str, ...], used: int) -> str | None:
        """What stands behind the colon, where it is one line; None where lines follow."""
        value = entry.value
        assert entry.key is not None
        if is_alias(entry):
            start, end = value_span(entry)
            return self.source.text[start:end]
        if isinstance(value, Scalar):
            return self._scalar(value, path, entry.key.text)
        if isinstance(value, Sequence):
            return self._list(value, path, entry.key.text)
        if not written(value):
            return "{}"
        if not path or path[-1] not in _DEFINED or self._has_comments(value):
            return None
        short = short_form(path[-1], value)
        if short is not None:
            text = quoted(in_style(path[-1], short))
            if used + len(text) <= _LONGEST_LINE:
                return text
        text = self._flow(value) if value.is_flow else ""
        return text if text and used + len(text) <= _LONGEST_LINE else None

    def _scalar(self, value: Scalar, path: tuple[str, ...], key: str) -> str | None:
        section = path[-1] if path else ""
        is_sql = section in _DEFINED or key in _SQL or (key == "type" and "columns" in path)
        if value.is_blank:
            return ""
        if is_sql and "--" not in value.text and "#" not in value.text:
            kind = "columns" if key == "type" else section
            return quoted(in_style(kind, " ".join(value.text.split("\n")).strip()))
        if value.style in ("|", ">"):
            return None
        if _shape(path, key) in ("flag", "number"):
            return value.text
        # What other readers of YAML would take for a number is a text all the same.
        return quoted(value.text) if key == "comment" else scalar_text(value.text)

    def _list(self, value: Sequence, path: tuple[str, ...], key: str) -> str | None:
        items = [item.text for item in value.items if isinstance(item, Scalar)]
        if len(items) < len(value.items) or self._has_comments(value):
            return None
        if not items:
            return "[]"
        if key in ("use", "include"):
            return quoted(items[0]) if len(items) == 1 else _bracketed(items)
        return _bracketed(items) if value.is_flow else None

    def _flow(self, value: Mapping) -> str:
        """A long form in braces, as short as it was."""
        start, end = value.start, value.end
        text = self.source.text[start:end] if value.is_flow else ""
        return text if "\n" not in text and not text.startswith("&") else ""

    def _items(self, value: Sequence, path: tuple[str, ...]) -> None:
        indent = " " * (_INDENT * (len(path) - 1))
        for item in value.items:
            self._above(item.start, indent, is_spaced=False)
            text = self.source.text[item.start : node_end(item)]
            short = short_form(path[-1], item) if isinstance(item, Mapping) else None
            if isinstance(item, Scalar) and item.style not in ("|", ">"):
                short = item.text
            if short is not None:
                text = quoted(in_style(path[-1], short))
            self.lines.append(f"{indent}- {text}" + self.comments.behind(node_end(item)))

    def _block(self, entry: Entry, path: tuple[str, ...]) -> None:
        """A block text stays a block, as far indented as its level is."""
        value = entry.value
        assert isinstance(value, Scalar)
        start, end = value_span(entry)
        header, _, body = self.source.text[start:end].partition("\n")
        first = next((line for line in body.split("\n") if line.strip()), "")
        column = len(first) - len(first.lstrip(" "))
        indent = " " * (_INDENT * len(path))
        self.lines[-1] += f" {header}"
        # Blanks at the end of a line belong to the text, those that a level is indented by do not.
        self.lines += [
            indent + line[column:] if len(line) > column else "" for line in body.split("\n")
        ]

    def _has_comments(self, value: Mapping | Sequence) -> bool:
        left = self.comments.left
        return bool(left) and left[0].start < node_end(value)


def _first_inside(entry: Entry) -> int:
    """Where what stands below a key begins."""
    value = entry.value
    if isinstance(value, Mapping):
        first = written(value)[0].key
        return first.start if first is not None else value.start
    if isinstance(value, Sequence) and value.items:
        return value.items[0].start
    return entry_end(entry)


def _behind_head(entry: Entry) -> int:
    """Where the line of a key ends whose value stands below, or begins in braces behind it."""
    key = entry.key
    assert key is not None
    is_flow = isinstance(entry.value, Mapping | Sequence) and entry.value.is_flow
    return entry.value.start + 1 if is_flow else key.end


def _anchor(entry: Entry) -> str:
    if is_alias(entry):
        return ""
    start, _ = value_span(entry)
    text = entry.value.source.text[entry.value.start : start]
    return text.split()[0] + " " if text.startswith("&") else ""


def _bracketed(items: list[str]) -> str:
    return "[" + ", ".join(scalar_text(item, "", True) for item in items) + "]"


def _is_word(text: str, path: tuple[str, ...]) -> bool:
    """Whether a key is one of the format, and not a name."""
    return text == "<<" or (len(path) == 4 and path[2] in _DEFINED and text in LEVELS["column"])


def _shape(path: tuple[str, ...], key: str) -> str:
    found = LEVELS["column"].get(key) or LEVELS["index"].get(key) or LEVELS["check"].get(key)
    return found.shape if found is not None and len(path) == 4 else ""
