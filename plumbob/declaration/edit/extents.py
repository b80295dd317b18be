"""Where the entries of a YAML mapping begin and end in their file, with the comments that are theirs."""

from __future__ import annotations

import re

from plumbob.declaration.dump.yaml_text import Raw
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar, Sequence

_ALIAS = re.compile(r"[ \t]*:\s+(\*[^\s,\]}]+)")
_COLON = re.compile(r"[ \t]*:")
_ANCHOR = re.compile(r"&\S+\s+")


def written(mapping: Mapping) -> list[Entry]:
    """The entries that stand in the mapping itself, `<<` among them, in the order of the file."""
    own = [entry for entry in mapping.entries if _is_within(entry, mapping)]
    return sorted([*own, *mapping.merges], key=_start)


def _start(entry: Entry) -> int:
    return (entry.key or entry.value).start


def _is_within(entry: Entry, mapping: Mapping) -> bool:
    start = _start(entry)
    return entry.value.source is mapping.source and mapping.start <= start < mapping.end


def is_alias(entry: Entry) -> bool:
    """Whether the value stands elsewhere: an anchor always comes before its aliases."""
    return entry.key is not None and entry.value.start < entry.key.end


def value_span(entry: Entry) -> tuple[int, int]:
    """Where the value stands, without its anchor; the alias where it is one."""
    if entry.key is not None and is_alias(entry):
        found = _ALIAS.match(entry.key.source.text, entry.key.end)
        return found.span(1) if found else (entry.key.end, entry.key.end)
    start = entry.value.start
    anchor = _ANCHOR.match(entry.value.source.text, start)
    return (anchor.end() if anchor else start), node_end(entry.value)


def behind_colon(key: Scalar) -> int:
    found = _COLON.match(key.source.text, key.end)
    return found.end() if found else key.end


def entry_end(entry: Entry) -> int:
    """The offset behind the last character of an entry, comments left out."""
    if entry.key is None:
        return node_end(entry.value)
    return max(value_span(entry)[1], behind_colon(entry.key))


def node_end(node: Node) -> int:
    text = node.source.text
    if isinstance(node, Scalar):
        if node.style in ("|", ">"):
            return node.start + len(text[node.start : node.end].rstrip())
        return node.end
    if node.is_flow:
        return node.end
    if isinstance(node, Sequence):
        return node_end(node.items[-1]) if node.items else node.end
    return max((entry_end(entry) for entry in written(node)), default=node.start)


def line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The offset of the end of a line, in front of its line feed."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def column_of(entry: Entry) -> int:
    """How far an entry is indented; the dash of a list counts as indentation."""
    start = _start(entry)
    return start - line_start(
        entry.value.source.text if entry.key is None else entry.key.source.text, start
    )


def begins_line(entry: Entry) -> bool:
    text = (entry.key or entry.value).source.text
    start = _start(entry)
    return not text[line_start(text, start) : start].strip(" -")


def first_line(entry: Entry) -> int:
    """Where the lines of an entry begin: with the comments right above that are as far indented."""
    text = (entry.key or entry.value).source.text
    start = line_start(text, _start(entry))
    indent = column_of(entry)
    while start:
        above = line_start(text, start - 1)
        line = text[above : start - 1]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != indent:
            break
        start = above
    return start


def last_line(entry: Entry) -> int:
    """The end of the last line of an entry, with comments below that are further indented."""
    text = (entry.key or entry.value).source.text
    end = line_end(text, entry_end(entry))
    indent = column_of(entry)
    while end < len(text):
        below = line_end(text, end + 1)
        line = text[end + 1 : below]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= indent:
            break
        end = below
    return end


def raw_value(entry: Entry) -> Raw | None:
    """A text of one line as it stands in the file, with its comments; None for anything else."""
    value = entry.value
    if not isinstance(value, Scalar) or value.style in ("|", ">") or is_alias(entry):
        return None
    text = value.source.text
    start, end = value_span(entry)
    if "\n" in text[start:end]:
        return None
    if not begins_line(entry):
        return Raw(text[start:end])
    rest = text[end : line_end(text, end)]
    comments = text[first_line(entry) : line_start(text, _start(entry))].splitlines()
    trailing = rest if rest.lstrip().startswith("#") else ""
    return Raw(text[start:end] + trailing, tuple(map(str.strip, comments)))
