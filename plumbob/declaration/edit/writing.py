"""Entries of a YAML mapping put in, taken out and replaced, in the style that stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from plumbob.declaration.dump.yaml_text import (
    Block,
    Items,
    Pairs,
    Raw,
    Value,
    Word,
    escaped,
    flag_text,
    key_text,
    quoted,
    render,
)
from plumbob.declaration.edit.extents import (
    begins_line,
    behind_colon,
    column_of,
    entry_end,
    first_line,
    is_alias,
    last_line,
    line_end,
    line_start,
    node_end,
    value_span,
    written,
)
from plumbob.declaration.edit.splices import Edits
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.declaration.nodes import Sequence as List
from plumbob.declaration.source import Source

# Words and numbers of the format, which our reader takes as they are.
_SIMPLE = re.compile(r"true|false|-?\d+(\.\d+)?")
_NO_FLOW = re.compile(r"[,\[\]{}]")


def can_be_named(items: List, entries: Sequence[Entry]) -> bool:
    """Whether these items of a list are texts behind dashes, each with a line of its own."""
    return not items.is_flow and all(
        isinstance(each.value, Scalar)
        and each.value.source is items.source
        and items.start <= each.value.start < items.end
        and begins_line(each)
        for each in entries
    )


def _dash(item: Entry) -> int:
    text = item.value.source.text
    return text.index("-", line_start(text, item.value.start))


def _lines_below(item: Entry) -> Iterator[int]:
    """Where the other lines of an item begin, but for empty ones."""
    text = item.value.source.text
    end = node_end(item.value)
    at = line_end(text, item.value.start) + 1
    while at < end:
        if text[at : line_end(text, at)].strip():
            yield at
        at = line_end(text, at) + 1


class Writer:
    """Writes into the files of a declaration; `step` is how far a level is indented in them."""

    def __init__(self, edits: Edits, step: int) -> None:
        self.edits = edits
        self.step = step
        # Entries that go from between others on their lines, and the braces around them.
        self._leaving: dict[int, tuple[Mapping, list[Entry]]] = {}

    def scalar(self, entry: Entry, text: str, is_flow: bool) -> None:
        """Replace the text of an entry, in the quotes that it had where they still fit."""
        start, end = value_span(entry)
        source = (entry.key or entry.value).source
        old = entry.value if isinstance(entry.value, Scalar) and not is_alias(entry) else None
        new = _block_text(text, old, start) if old is not None else None
        if new is None:
            new = scalar_text(text, old.style if old is not None else "", is_flow)
        if start == end and entry.key is not None:
            start = end = behind_colon(entry.key)
            new = f" {new}"
        self.edits.replace(source, start, end, new)

    def rename_back(self, entry: Entry, name: str, *, is_flow: bool) -> None:
        """Give an entry the name that it says it had, and take that out of it."""
        assert entry.key is not None
        key = entry.key
        said = _flow_key(name) if is_flow else key_text(name)
        self.edits.replace(key.source, key.start, key.end, said)
        if isinstance(entry.value, Mapping) and not is_alias(entry):
            for each in written(entry.value):
                if each.key is not None and each.key.text == "was":
                    self.remove(each, entry.value)

    def value(self, entry: Entry, value: Value, is_flow: bool) -> None:
        """Replace a whole value, whatever it was."""
        key = entry.key
        if isinstance(value, str | bool) or key is None:
            self.scalar(entry, flag_text(value) if isinstance(value, bool) else str(value), is_flow)
            return
        start, end = value_span(entry)
        if is_flow or isinstance(value, Raw):
            self.edits.replace(key.source, start, end, flow_text(value))
            return
        first, *lines = render([("x", value)], column_of(entry), self.step)
        head = first.lstrip().removeprefix("x:")
        text = key.source.text
        below = line_end(text, behind_colon(key))
        if start > below:
            # So does one in the line of a key whose value stands below it.
            self.edits.insert(key.source, behind_colon(key), head)
            said = "".join(f"\n{each}" for each in lines)
            self.edits.replace(key.source, below, last_line(entry), said)
            return
        behind = line_end(text, end)
        if text[end:behind].lstrip().startswith("#"):
            # The comment stays in the line of the key.
            self.edits.replace(key.source, behind_colon(key), end, head)
            self.edits.insert(key.source, behind, "".join(f"\n{each}" for each in lines))
        else:
            self.edits.replace(key.source, behind_colon(key), end, "\n".join([head, *lines]))

    def put(self, place: Entry, entry: Entry, value: Value, *, is_changed: bool) -> None:
        """Put an entry in the place of another one, with the comments above it.

        Args:
            value: what it has to say there.
            is_changed: whether it says something else now; its text is kept where it does not.
        """
        assert place.key is not None and entry.key is not None
        source, text = place.key.source, entry.key.source.text
        name = text[entry.key.start : entry.key.end]
        if not (begins_line(place) and begins_line(entry)):
            said = f"{name}: {flow_text(value)}"
            if not is_changed:
                said = text[entry.key.start : entry_end(entry)]
            self.edits.replace(source, place.key.start, entry_end(place), said)
            return
        start, indent = first_line(entry), column_of(place)
        if is_changed or column_of(entry) != indent:
            margin = " " * indent
            above = text[start : line_start(text, entry.key.start)].splitlines()
            first, *rest = render([("x", value)], indent, self.step)
            lines = [*(margin + each.strip() for each in above), f"{margin}{name}:"]
            said = "\n".join(lines) + "\n".join([first.strip().removeprefix("x:"), *rest])
        else:
            said = text[start : last_line(entry)]
        self.edits.replace(source, first_line(place), last_line(place), said)

    def remove(self, entry: Entry, mapping: Mapping) -> None:
        """Take an entry out, with the comments that are its own."""
        source = (entry.key or entry.value).source
        beside = written(mapping)
        at = next(count for count, each in enumerate(beside) if each is entry)
        following = beside[at + 1] if at + 1 < len(beside) else None
        if begins_line(entry) and not (mapping.is_flow and _shares_line(entry, following)):
            self._remove_lines(entry, source)
            return
        self._leaving.setdefault(id(mapping), (mapping, []))[1].append(entry)

    def finish(self) -> None:
        """Take out what leaves braces: only together it is known which commas stay."""
        for mapping, leaving in self._leaving.values():
            beside = written(mapping)
            ids = set(map(id, leaving))
            flags = [id(each) in ids for each in beside]
            runs = [
                (is_gone, [each for _, each in run])
                for is_gone, run in groupby(zip(flags, beside, strict=True), itemgetter(0))
            ]
            for at, (is_gone, run) in enumerate(runs):
                if not is_gone:
                    continue
                start, end = _start(run[0]), entry_end(run[-1])
                if run is not runs[-1][1]:
                    end = _start(runs[at + 1][1][0])
                elif at:
                    start = entry_end(runs[at - 1][1][-1])
                self.edits.replace(mapping.source, start, end, "")
        self._leaving.clear()

    def _remove_lines(self, entry: Entry, source: Source) -> None:
        text = source.text
        start, end = first_line(entry), last_line(entry)
        below = end
        while below < len(text) and not text[below + 1 : line_end(text, below + 1)].strip():
            below = line_end(text, below + 1)
        is_gap_above = start == 0 or not text[line_start(text, start - 1) : start - 1].strip()
        if below >= len(text) - 1:
            # Nothing follows: the blank lines above go as well.
            kept = text[:start].rstrip("\n ")
            self.edits.replace(source, min(len(kept) + 1, start), min(end + 1, len(text)), "")
        elif is_gap_above:
            self.edits.replace(source, start, below + 1, "")
        else:
            self.edits.replace(source, start, end + 1, "")

    def insert(self, pairs: Pairs, mapping: Mapping, behind: Entry | None) -> None:
        """Put entries into a mapping that has some, behind one of them, or first."""
        beside = written(mapping)
        first = beside[0]
        source = mapping.source
        if mapping.is_flow:
            self._insert_flow(pairs, source, beside, behind)
            return
        indent = column_of(first)
        # Sections have a blank line between them, whatever is there.
        gap = [""] * (_is_spaced(beside) or not indent)
        for pair in pairs:
            lines = render([pair], indent, self.step)
            if behind is None:
                self.edits.insert(source, first_line(first), "\n".join([*lines, *gap, ""]))
            else:
                self.edits.insert(source, last_line(behind), "\n".join(["", *gap, *lines]))

    def insert_items(self, values: Sequence[Value], items: List, behind: Entry) -> None:
        """Put texts into a list, behind one of its items."""
        source = items.source
        texts = [scalar_text(v, "", items.is_flow) for v in values if isinstance(v, str)]
        if items.is_flow:
            self.edits.insert(source, entry_end(behind), "".join(f", {each}" for each in texts))
            return
        text = source.text
        start = line_start(text, behind.value.start)
        dash = text[start : text.index("-", start) + 1]
        lines = "".join(f"\n{dash} {each}" for each in texts)
        self.edits.insert(source, last_line(behind), lines)

    def name_items(self, section: Entry, named: Sequence[tuple[str, Entry]], new: Pairs) -> None:
        """Make the items of a list entries with names, and put more behind the last one."""
        last = named[-1][1]
        source = last.value.source
        dash = _dash(last)
        indent = dash - line_start(source.text, dash)
        # A list may stand as far to the left as its key, a mapping not.
        deeper = self.step if indent <= column_of(section) else 0
        for name, item in named:
            start = _dash(item)
            said = f"{' ' * deeper}{key_text(name)}: "
            self.edits.replace(source, start, item.value.start, said)
            for at in _lines_below(item) if deeper else ():
                self.edits.insert(source, at, " " * deeper)
        lines = render(new, indent + deeper, self.step)
        self.edits.insert(source, last_line(last), "\n".join(["", *lines]))

    def remove_item(self, item: Entry, items: List) -> None:
        """Take an item out of a list."""
        if not items.is_flow:
            self._remove_lines(item, items.source)
            return
        at = next(count for count, each in enumerate(items.items) if each is item.value)
        if at:
            start, end = node_end(items.items[at - 1]), node_end(item.value)
        else:
            start, end = item.value.start, items.items[1].start
        self.edits.replace(items.source, start, end, "")

    def _insert_flow(
        self, pairs: Pairs, source: Source, beside: Sequence[Entry], behind: Entry | None
    ) -> None:
        said = [f"{_flow_key(name)}: {flow_text(value)}" for name, value in pairs]
        first = beside[0]
        if behind is None:
            start = first.key.start if first.key else first.value.start
            self.edits.insert(source, start, "".join(f"{each}, " for each in said))
            return
        end = entry_end(behind)
        text = source.text
        comma = re.compile(r"\s*,").match(text, end)
        rest = text[comma.end() if comma else end : line_end(text, end)].strip()
        if begins_line(behind) and (not rest or rest.startswith("#")):
            indent = "\n" + " " * column_of(behind)
            if not comma:
                self.edits.insert(source, end, ",")
            lines = "".join(f"{indent}{each}," for each in said)
            self.edits.insert(source, line_end(text, end), lines if comma else lines[:-1])
        else:
            self.edits.insert(source, end, "".join(f", {each}" for each in said))


def _start(entry: Entry) -> int:
    return (entry.key or entry.value).start


def _shares_line(entry: Entry, following: Entry | None) -> bool:
    """Whether something else stands on the last line of an entry."""
    text = (entry.key or entry.value).source.text
    end = entry_end(entry)
    if following is not None and following.key is not None:
        return following.key.start < line_end(text, end)
    return bool(text[end : line_end(text, end)].split("#")[0].strip(" ,"))


def _is_spaced(beside: Sequence[Entry]) -> bool:
    """Whether blank lines stand between the entries."""
    if len(beside) < 2:
        return False
    text = beside[0].value.source.text if beside[0].key is None else beside[0].key.source.text
    start = first_line(beside[-1])
    return not text[line_start(text, start - 1) : max(start - 1, 0)].strip()


def _block_text(text: str, old: Scalar, start: int) -> str | None:
    """The text as a block where the old one was a block and it still is one; the header stays."""
    if old.style not in ("|", ">"):
        return None
    header, _, body = old.source.text[start : old.end].partition("\n")
    lines = text.strip("\n").split("\n")
    is_folded = old.style == ">" and any(line != line.rstrip() for line in lines)
    # A line end of another kind stands in double quotes alone.
    if is_folded or lines[0][:1] in (" ", "\t") or "\r" in text:
        return None
    first = next((line for line in body.split("\n") if line.strip()), "")
    indent = " " * (len(first) - len(first.lstrip()))
    if old.style == ">" and len(lines) > 1:
        header = header.replace(">", "|", 1)
    return "\n".join([header, *(indent + line if line else "" for line in lines)])


def scalar_text(text: str, style: str = "", is_flow: bool = False) -> str:
    """A text as a scalar: in the quotes of `style` where they hold it, else in those it needs."""
    if style == '"':
        return '"' + "".join(map(escaped, text)) + '"'
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if _SIMPLE.fullmatch(text):
        return text
    plain = quoted(text)
    if is_flow and plain == text and _NO_FLOW.search(text):
        return quoted(text, is_plain=False)
    return plain


def flow_text(value: Value) -> str:
    """A value in braces, on one line."""
    if isinstance(value, bool):
        return flag_text(value)
    if isinstance(value, str):
        return scalar_text(value, "", True)
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Items):
        return "[" + ", ".join(map(flow_text, value.texts)) + "]"
    if isinstance(value, Block):
        return scalar_text(value.text, "", True)
    return "{" + ", ".join(f"{_flow_key(name)}: {flow_text(each)}" for name, each in value) + "}"


def _flow_key(name: str) -> str:
    return name if isinstance(name, Word) else scalar_text(name, "", True)
