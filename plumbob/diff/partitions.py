"""How two partitionings of one table differ: by their scheme, or partition by partition."""

from __future__ import annotations

from plumbob.diff.change import Add, Modify, PartChange, Remove, RenamePart, Setting
from plumbob.model import Bound, Expression, Partition, PartitionFunction, Partitioning

SCHEME = "PARTITION BY"
NUMBER = "PARTITIONS"


def compare_partitions(
    before: Partitioning | None, after: Partitioning | None
) -> tuple[PartChange, ...]:
    """The changes of partitions; another scheme is one change, whatever becomes of the list."""
    if before is None or after is None or before.scheme != after.scheme:
        if before is after:
            return ()
        return (Setting(SCHEME, scheme_text(before), scheme_text(after)),)
    old, new = before.settled(), after.settled()
    if not (old.partitions or new.partitions):
        numbers = str(len(before.listed)), str(len(after.listed))
        return (Setting(NUMBER, *numbers),) if old != new else ()
    return _listed(old.listed, new.listed)


def _listed(before: tuple[Partition, ...], after: tuple[Partition, ...]) -> tuple[PartChange, ...]:
    there = {partition.name.lower(): partition for partition in before}
    wanted = {partition.name.lower() for partition in after}
    gone = [partition for partition in before if partition.name.lower() not in wanted]
    changes: list[PartChange] = []
    for partition in after:
        old = there.get(partition.name.lower())
        twin = None if old else _under_another_name(partition, gone)
        if twin is not None:
            gone.remove(twin)
            changes.append(RenamePart(twin, partition))
        elif old is None:
            changes.append(Add(partition))
        elif old != partition:
            changes.append(Modify(old, partition))
    return (*map(Remove, gone), *changes)


def _under_another_name(partition: Partition, gone: list[Partition]) -> Partition | None:
    """The partition that takes the same rows under another name; hashed ones take any rows."""
    if partition.bound is None:
        return None
    return next((old for old in gone if old.bound == partition.bound), None)


def looks_like_rotation(before: Partitioning | None, after: Partitioning | None) -> bool:
    """Whether partitions of RANGE go at one end and come at the other, or only the newest go.

    That is what remains when a job adds and drops partitions of the live table, and the declaration
    lists those of another day.
    """
    if before is None or after is None or before.by.method != "RANGE":
        return False
    if before.scheme != after.scheme:
        return False
    old, new = _closed(before), _closed(after)
    gone, come = (
        [each for each in old if each not in new],
        [each for each in new if each not in old],
    )
    if not gone or len(gone) == len(old):
        return False
    are_oldest = old[: len(gone)] == gone and bool(come) and new[-len(come) :] == come
    are_newest = old[-len(gone) :] == gone and new[: len(come)] == come
    return are_oldest or are_newest


def _closed(partitioning: Partitioning) -> list[tuple[str, Bound | None]]:
    """Names and bounds of the partitions that are not open at the end."""
    return [
        (each.name.lower(), each.bound)
        for each in partitioning.partitions
        if each.bound is None or not each.bound.is_open
    ]


def scheme_text(partitioning: Partitioning | None) -> str | None:
    """How rows are placed, in one line: `RANGE (to_days(d)) SUBPARTITION BY HASH (id)`."""
    if partitioning is None:
        return None
    scheme = partitioning.settled()
    text = _function_text(scheme.by)
    if scheme.subpartition_by is not None:
        text += f" SUBPARTITION BY {_function_text(scheme.subpartition_by)}"
        text += f" SUBPARTITIONS {scheme.subpartition_number}"
    return text


def _function_text(function: PartitionFunction) -> str:
    words = ["LINEAR"] if function.is_linear else []
    words += [function.method, *(["COLUMNS"] if function.by_columns else [])]
    if function.algorithm is not None:
        words.append(f"ALGORITHM={function.algorithm}")
    if function.method == "SYSTEM_TIME":
        return " ".join((*words, _text(function.arguments))).rstrip()
    return " ".join((*words, f"({_text(function.arguments)})"))


def _text(arguments: Expression | None) -> str:
    return "" if arguments is None else " ".join(arguments.sql.split())
