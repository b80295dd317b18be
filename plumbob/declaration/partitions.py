"""`partitions:` of a table: the text from PARTITION BY to its end, or that and what else is said of it."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.partitions import parse_partitioning
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields
from plumbob.declaration.nodes import Mapping, Node
from plumbob.declaration.spelled import read_text
from plumbob.errors import PlumbobError
from plumbob.model import Partitioning


def read_partitions(fields: Fields, faults: Faults) -> Partitioning | None:
    """How a table is partitioned; None where nothing is said.

    Raises:
        PlumbobError: at what the grammar does not know.
    """
    node = fields.node("partitions")
    if isinstance(node, Mapping):
        return _long_form(node, f"'partitions' of {fields.what}", faults)
    scalar = fields.scalar("partitions")
    return None if scalar is None else read_text(scalar, _short_form)


def _short_form(cursor: Cursor) -> Partitioning:
    """The word PARTITION may be left out, for the key says it."""
    cursor.accept("partition")
    cursor.expect("by")
    return parse_partitioning(cursor)


def _long_form(node: Node, what: str, faults: Faults) -> Partitioning:
    fields = Fields(node, "partitions", what, faults)
    by = fields.scalar("by")
    if by is None:
        raise PlumbobError(
            f"{what} has no 'by'",
            advice="such as `by: range (id) (partition p0 values less than (1000))`",
            where=node.position(),
        )
    return replace(read_text(by, parse_partitioning), keep=bool(fields.flag("keep")))
