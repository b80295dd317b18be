"""The values of a mapping by key, each of the shape that the format says."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.faults import Faults
from plumbob.declaration.keys import LEVELS, near
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar, Sequence
from plumbob.errors import PlumbobError

_FLAGS = {"true": True, "false": False, "yes": True, "no": False}


class Fields:
    """The entries of a mapping of one level of the format; keys that it does not know are errors."""

    def __init__(self, node: Node, level: str, what: str, faults: Faults) -> None:
        """Read the keys.

        Args:
            node: the mapping; a value left blank counts as an empty one.
            level: the level of the format (`plumbob.declaration.keys`).
            what: the thing that is read, as messages name it: "the table users".
            faults: where errors go.

        Raises:
            PlumbobError: when the node is no mapping.
        """
        self.what = what
        self.faults = faults
        self.position = node.position()
        self.entries: dict[str, Entry] = {}
        known = LEVELS[level]
        for entry in mapping_entries(node, what):
            name = entry.key.text if entry.key else ""
            if name in known:
                self.entries[name] = entry
            elif entry.key is not None:
                faults.error(
                    f"{what} has no {name!r}", entry.key.position(), advice=near(name, known)
                )

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def node(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return None if entry is None or is_blank(entry.value) else entry.value

    def scalar(self, key: str) -> Scalar | None:
        """The text of a key with its place, or None when the key is missing."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if not isinstance(entry.value, Scalar):
            raise PlumbobError(f"{key!r} has to be a text", where=entry.value.position())
        warn_of_comment(entry.value, key, self.faults)
        return entry.value

    def text(self, key: str) -> str | None:
        found = self.scalar(key)
        if found is not None and found.is_blank:
            raise PlumbobError(
                f"{key!r} has no value",
                advice='an empty text is written ""',
                where=found.position(),
            )
        return None if found is None else found.text

    def flag(self, key: str) -> bool | None:
        found = self.scalar(key)
        if found is None:
            return None
        value = _FLAGS.get(found.text.lower())
        if value is None:
            raise PlumbobError(
                f"{key!r} is true or false, not {found.text!r}", where=found.position()
            )
        return value

    def number(self, key: str) -> int | None:
        found = self.scalar(key)
        if found is None:
            return None
        if not found.text.isascii() or not found.text.isdigit() or len(found.text) > 20:
            shown = found.text if len(found.text) <= 20 else found.text[:20] + "…"
            raise PlumbobError(f"{key!r} is a whole number, not {shown!r}", where=found.position())
        return int(found.text)

    def names(self, key: str) -> tuple[Scalar, ...]:
        """One name, or a list of names."""
        node = self.node(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(_as_name(item, key) for item in items)


def _as_name(node: Node, key: str) -> Scalar:
    if not isinstance(node, Scalar):
        raise PlumbobError(f"{key!r} is a list of names", where=node.position())
    return node


def is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_blank


def mapping_entries(node: Node | None, what: str) -> tuple[Entry, ...]:
    """The entries of a mapping; none for a value that was left blank.

    Raises:
        PlumbobError: when the node is a text or a list.
    """
    if node is None or is_blank(node):
        return ()
    if not isinstance(node, Mapping):
        found = "a list" if isinstance(node, Sequence) else "a text"
        raise PlumbobError(f"{what} has to be a mapping, not {found}", where=node.position())
    return node.entries


def parts_entries(node: Node | None, what: str) -> Iterator[Entry]:
    """Named parts of a table, or a list of parts whose names are left out."""
    if isinstance(node, Sequence):
        yield from (Entry(None, item) for item in node.items)
    else:
        yield from mapping_entries(node, what)


def warn_of_comment(scalar: Scalar, key: str, faults: Faults) -> None:
    """A `#` behind a plain text begins a comment; people who write `issue #12` do not mean one."""
    comment = scalar.starts_comment
    if comment is None:
        return
    following = scalar.source.text[comment + 1 : comment + 2]
    if key == "comment" or not following.isspace():
        faults.notice(
            f"what stands behind `#` is a comment of the file and not part of the {key}",
            scalar.source.position(comment),
            "put the whole text in quotes if it is meant",
        )
