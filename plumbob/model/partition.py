"""How a table is partitioned: the function that places a row, and the partitions themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from plumbob.model.expression import Expression

Method = Literal["RANGE", "LIST", "HASH", "KEY", "SYSTEM_TIME"]
BoundKind = Literal["less than", "in", "default", "history", "current"]
MAXVALUE = "maxvalue"


@dataclass(frozen=True, slots=True)
class PartitionFunction:
    """What places a row: a method, and the expression or the columns that it looks at.

    `arguments` are the expression, or the names of columns where `by_columns` says so and for KEY;
    None for KEY (), which takes the primary key. For SYSTEM_TIME they are the interval or limit;
    `is_dated` is false where the moment at which intervals start is left to the server.
    """

    method: Method
    arguments: Expression | None = None
    by_columns: bool = False
    is_linear: bool = False
    algorithm: int | None = None
    is_dated: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """Which rows a partition of RANGE or LIST takes, or of SYSTEM_TIME.

    `key` has the keys of the values, sorted for LIST, where their order means nothing; it is what
    is compared. `values` are as they were written.
    """

    kind: BoundKind
    values: tuple[Expression, ...] = field(default=(), compare=False)
    key: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing lies above: LESS THAN MAXVALUE."""
        return self.kind == "less than" and self.key[0] == MAXVALUE


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition, or one subpartition, which has no bound.

    `engine` is None where it is the table's, as it has to be on both servers (1497). `written` is
    how MySQL remembers the name: it quotes only names that need it. `options` are names in capitals
    and values as SQL, in the order in which the servers print them.
    """

    name: str
    bound: Bound | None = None
    comment: str = ""
    engine: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    subpartitions: tuple[Partition, ...] = ()
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Partitioning:
    """The PARTITION BY of a table, as it is written; what means the same is equal once `settled`.

    `keep` says that the partitions which are there are to stay, whichever they are: somebody else
    adds and drops them.
    """

    by: PartitionFunction
    number: int | None = None
    subpartition_by: PartitionFunction | None = None
    subpartition_number: int | None = None
    partitions: tuple[Partition, ...] = ()
    keep: bool = field(default=False, compare=False)

    @property
    def is_left_to_others(self) -> bool:
        """Whether the list of partitions is not ours: AUTO (MariaDB) leaves it to the server."""
        arguments = self.by.arguments
        if self.by.method == "SYSTEM_TIME" and arguments is not None:
            return self.keep or arguments.key.endswith(" auto")
        return self.keep

    @property
    def functions(self) -> tuple[PartitionFunction, ...]:
        return (self.by, self.subpartition_by) if self.subpartition_by else (self.by,)

    @property
    def is_hashed(self) -> bool:
        """Whether partitions are numbered and have no bounds."""
        return self.by.method in ("HASH", "KEY")

    @property
    def listed(self) -> tuple[Partition, ...]:
        """The partitions, those as well that only have a number: p0, p1 and so on on both servers."""
        if self.partitions or not self.is_hashed:
            return self.partitions
        return tuple(map(_generated, range(self.number or 1)))

    @property
    def scheme(self) -> Partitioning:
        """What is left without the list of partitions: how rows are placed, and into how many parts."""
        settled = self.settled()
        return replace(settled, number=None, partitions=())

    def settled(self) -> Partitioning:
        """The same without what goes without saying, so that what means the same is equal."""
        functions = tuple(_settled_function(each) for each in self.functions)
        subpartition_by = functions[1] if self.subpartition_by else None
        partitions = tuple(map(_settled, self.partitions))
        number = None
        if self.is_hashed and partitions == tuple(map(_generated, range(len(partitions)))):
            number, partitions = len(self.listed), ()
        return Partitioning(
            functions[0],
            number,
            subpartition_by,
            self._subpartition_count if subpartition_by else None,
            partitions,
            self.keep,
        )

    @property
    def _subpartition_count(self) -> int:
        defined = max((len(each.subpartitions) for each in self.partitions), default=0)
        return self.subpartition_number or defined or 1


def _settled_function(function: PartitionFunction) -> PartitionFunction:
    """ALGORITHM = 2 is what KEY has without a number."""
    return replace(function, algorithm=None) if function.algorithm == 2 else function


def _settled(partition: Partition) -> Partition:
    """Subpartitions that have the names which the servers give are none worth a word."""
    names = range(len(partition.subpartitions))
    given = tuple(Partition(f"{partition.name}sp{number}") for number in names)
    return replace(partition, subpartitions=()) if partition.subpartitions == given else partition


def _generated(number: int) -> Partition:
    return Partition(f"p{number}")
