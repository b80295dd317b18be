"""What a schema is: frozen values, compared by value; no SQL text is built and no server is known here.

Two facts are kept beside each other where the server remembers a spelling without a meaning
(whether `CHARACTER SET` was written out, `USING BTREE` on InnoDB): what it means takes part in
comparison, how it was written does not, but is there to give a text back as it was.
"""

from plumbob.model.check import Check
from plumbob.model.column import Column, Default, Generated
from plumbob.model.event import Event
from plumbob.model.expression import Expression
from plumbob.model.flavour import Flavour, Maker, parse_flavour
from plumbob.model.foreign_key import ForeignKey
from plumbob.model.index import Index, KeyPart
from plumbob.model.partition import Bound, Partition, PartitionFunction, Partitioning
from plumbob.model.period import Period
from plumbob.model.renames import Renames
from plumbob.model.routine import Routine
from plumbob.model.schema import NotUnderstood, Owned, Schema, Stored, Unmanaged
from plumbob.model.sequence import Sequence
from plumbob.model.stored import (
    STORED_KINDS,
    Definer,
    ObjectKey,
    Session,
    StoredKind,
    key_of_id,
    object_id,
    object_key,
)
from plumbob.model.table import Option, Table
from plumbob.model.trigger import Trigger
from plumbob.model.type import Type
from plumbob.model.view import View

__all__ = [
    "STORED_KINDS",
    "Bound",
    "Check",
    "Column",
    "Default",
    "Definer",
    "Event",
    "Expression",
    "Flavour",
    "ForeignKey",
    "Generated",
    "Index",
    "KeyPart",
    "Maker",
    "NotUnderstood",
    "ObjectKey",
    "Option",
    "Owned",
    "Partition",
    "PartitionFunction",
    "Partitioning",
    "Period",
    "Renames",
    "Routine",
    "Schema",
    "Sequence",
    "Session",
    "Stored",
    "StoredKind",
    "Table",
    "Trigger",
    "Type",
    "Unmanaged",
    "View",
    "key_of_id",
    "object_id",
    "object_key",
    "parse_flavour",
]
