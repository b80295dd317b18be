"""What a schema is: frozen values, compared by value; no SQL text is built and no server is known here.

Two facts are kept beside each other where the server remembers a spelling without a meaning
(whether `CHARACTER SET` was written out, `USING BTREE` on InnoDB): what it means takes part in
comparison, how it was written does not, but is there to give a text back as it was.
"""

from plumbob.model.check import Check
from plumbob.model.column import Column, Default, Generated
from plumbob.model.expression import Expression
from plumbob.model.flavour import Flavour, Maker, parse_flavour
from plumbob.model.foreign_key import ForeignKey
from plumbob.model.index import Index, KeyPart
from plumbob.model.partition import Bound, Partition, PartitionFunction, Partitioning
from plumbob.model.period import Period
from plumbob.model.renames import Renames
from plumbob.model.schema import NotUnderstood, Schema, Unmanaged
from plumbob.model.table import Option, Table
from plumbob.model.type import Type

__all__ = [
    "Bound",
    "Check",
    "Column",
    "Default",
    "Expression",
    "Flavour",
    "ForeignKey",
    "Generated",
    "Index",
    "KeyPart",
    "Maker",
    "NotUnderstood",
    "Option",
    "Partition",
    "PartitionFunction",
    "Partitioning",
    "Period",
    "Renames",
    "Schema",
    "Table",
    "Type",
    "Unmanaged",
    "parse_flavour",
]
