"""YAML text into nodes: PyYAML's event stream, read without its guesses and within limits.

The events carry positions and cost a tenth of full loading. Nothing is constructed from tags, so nothing
in a file can run.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NoReturn

import yaml

from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar, Sequence
from plumbob.declaration.source import Source
from plumbob.declaration.yaml_faults import explain
from plumbob.errors import PlumbobError

# The deepest place of the format is 6 levels down.
MAX_DEPTH = 50
# Nodes with aliases followed: ten times the largest schema that was measured (5,000 tables).
MAX_NODES = 2_000_000
MAX_ALIASES = 20_000

# The stubs give an event neither an anchor nor a tag, and say that it may have no marks.
Event = Any

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_MERGE = "<<"


def parse(source: Source, loader: Any = _LOADER) -> Node | None:
    """The only document of a file as a node; None when nothing is in it but comments.

    Args:
        source: the text.
        loader: the PyYAML loader whose parser gives the events: libyaml's where it is there.

    Raises:
        PlumbobError: where the text is no YAML, or uses what the format leaves out.
    """
    events = yaml.parse(source.text, Loader=loader)
    try:
        return _Composer(source, events).document()
    except yaml.YAMLError as error:
        raise explain(error, source) from None


class _Composer:
    """Puts events together to nodes, and counts."""

    def __init__(self, source: Source, events: Iterator[Event]) -> None:
        self.source = source
        self.events = events
        self.depth = 0
        self.nodes = 0
        self.aliases = 0
        self.anchors: dict[str, Node] = {}
        self.open_anchors: set[str] = set()
        # The number of nodes below a node that has an anchor, with its aliases followed.
        self.sizes: dict[int, int] = {}

    def document(self) -> Node | None:
        found: Node | None = None
        is_second = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if is_second:
                    self._refuse(event, "a second document starts here", "keep one; remove `---`")
                is_second = True
            elif isinstance(event, yaml.NodeEvent):
                found = self.node(event)
        # An empty document (`---` alone) is one empty plain text.
        return None if isinstance(found, Scalar) and found.is_blank else found

    def node(self, event: Event) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._refuse_tag(event)
        anchor = event.anchor
        if anchor is not None:
            self.open_anchors.add(anchor)
        before = self.nodes
        self._count(event, 1)
        node = self._collection(event)
        if anchor is not None:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node
            self.sizes[id(node)] = self.nodes - before
        return node

    def _collection(self, event: Event) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, self.source, start, end, event.style or "")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._refuse(event, f"this is nested deeper than {MAX_DEPTH} levels")
        is_flow = bool(event.flow_style)
        node: Node
        if isinstance(event, yaml.SequenceStartEvent):
            items, end = self._items()
            node = Sequence(items, self.source, start, end, is_flow)
        else:
            entries, merges, end = self._entries()
            node = Mapping(entries, self.source, start, end, is_flow, merges)
        self.depth -= 1
        return node

    def _items(self) -> tuple[tuple[Node, ...], int]:
        """The items of a list, and where it ends."""
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self.node(event))
        return tuple(items), event.end_mark.index

    def _entries(self) -> tuple[tuple[Entry, ...], tuple[Entry, ...], int]:
        """The entries of a mapping, its merge keys, and where it ends.

        What is merged in stands where its `<<` stood.
        """
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        order: dict[str, None] = {}
        merges: list[Entry] = []
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            value = self.node(next(self.events))
            if key.text == _MERGE and not key.is_quoted:
                merges.append(Entry(key, value))
                for entry in _merged(key, value):
                    name = entry.key.text if entry.key else ""
                    merged.setdefault(name, entry)
                    order.setdefault(name)
                continue
            if key.text in own:
                raise _duplicate(key, own[key.text])
            own[key.text] = Entry(key, value)
            order.setdefault(key.text)
        entries = tuple(own.get(name) or merged[name] for name in order)
        return entries, tuple(merges), event.end_mark.index

    def _key(self, event: Event) -> Scalar:
        key = self.node(event)
        if not isinstance(key, Scalar):
            self._refuse(event, "a key has to be a plain text")
        return key

    def _alias(self, event: Event) -> Node:
        name = event.anchor
        if name in self.open_anchors:
            self._refuse(event, f"the anchor &{name} contains itself")
        node = self.anchors.get(name)
        if node is None:
            near = get_close_matches(name, list(self.anchors), n=1)
            advice = f"did you mean *{near[0]}?" if near else "a text that begins with * is quoted"
            self._refuse(event, f"there is no anchor &{name} above", advice)
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            self._refuse(event, f"there are more than {MAX_ALIASES} aliases in the file")
        self._count(event, self.sizes[id(node)])
        return node

    def _count(self, event: Event, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self._refuse(
                event,
                f"with its aliases followed, the file has more than {MAX_NODES:,} parts",
                "use fewer aliases inside of aliases",
            )

    def _refuse_tag(self, event: Event) -> None:
        if event.tag is None:
            return
        self._refuse(
            event,
            f"the tag {event.tag.replace('tag:yaml.org,2002:', '!!')} is not allowed: every value is text",
            "a text that begins with ! is written in quotes",
        )

    def _refuse(self, event: Event, what: str, advice: str = "") -> NoReturn:
        raise PlumbobError(what, advice=advice, where=self.source.position(event.start_mark.index))


def _merged(key: Scalar, value: Node) -> Iterator[Entry]:
    """The entries that `<<: *name`, or a list of such, brings in."""
    nodes = value.items if isinstance(value, Sequence) else (value,)
    for node in nodes:
        if not isinstance(node, Mapping):
            raise PlumbobError(
                "only mappings can be merged in with <<",
                advice='a name << is written in quotes: "<<"',
                where=key.position(),
            )
        yield from node.entries


def _duplicate(key: Scalar, first: Entry) -> PlumbobError:
    line = first.key.position().line if first.key else 0
    return PlumbobError(
        f"{key.text!r} stands here for the second time; the first is in line {line}",
        advice="keep one of the two",
        where=key.position(),
    )
