"""What the changes of one table do, in words, for the comment above a statement and for a terminal.

And how many bytes something takes, wherever a person reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbob.model import Check, Index, Partitioning, Period
from plumbob.plan.table_work import ColumnChange, TableWork

# More than this is better read in the statement itself.
_MOST = 4
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def summary(work: TableWork) -> str:
    """`alter table users: add column age, drop index ix_age`."""
    verbs = [*_verbs(work)] or ["indexes and checks into order"]
    said = f"alter table {work.after.name}: {_some(verbs)}"
    if not work.reordered:
        return said
    stay = "stay as they are" if len(work.reordered) > 1 else "stays as it is"
    return f"{said}; {_some(work.reordered)} {stay}, named again for the order alone"


def _some(said: list[str]) -> str:
    more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
    return ", ".join(said[:_MOST]) + more


def _verbs(work: TableWork) -> Iterator[str]:
    made_anew = {change.column.name for change in work.columns.values() if change.before}
    for column in work.dropped_columns:
        if column.name not in made_anew:
            yield f"drop column {column.name}"
    yield from map(_column_verb, work.columns.values())
    yield from _dropped_and_added("index", work.dropped_indexes, work.added_indexes)
    for before, after in work.renamed_indexes:
        yield f"rename index {before.name} to {after.name}"
    for index in work.changed_visibility:
        yield f"{'hide' if index.invisible else 'show'} index {index.name}"
    yield from _dropped_and_added("check", work.dropped_checks, work.added_checks)
    for check in work.changed_enforcement:
        yield f"{'enforce' if check.enforced else 'no longer enforce'} check {check.name}"
    yield from _dropped_and_added("period", work.dropped_periods, work.added_periods)
    for setting in work.settings:
        if setting.name == "SYSTEM VERSIONING":
            yield f"{'keep' if setting.after else 'no longer keep'} old versions of rows"
            continue
        yield f"change {setting.name.lower().replace('_', ' ')}"
    if work.is_repartitioned:
        yield _partitioning(work.after.partitions)


def _partitioning(partitions: Partitioning | None) -> str:
    """What is not done partition by partition copies the table; hashed rows find a place everywhere."""
    if partitions is None:
        return "remove partitions"
    if partitions.is_hashed:
        return "partition the whole table anew"
    return "partition the whole table anew (a row that fits no partition stops it)"


def _column_verb(change: ColumnChange) -> str:
    name = change.column.name
    if change.before is None:
        return f"{'add' if change.is_new else 'move'} column {name}"
    if change.is_new:
        return f"make column {name} anew"
    if change.is_renamed:
        return f"rename column {change.before.name} to {name}"
    return f"modify column {name}"


def _dropped_and_added(
    kind: str, dropped: Iterable[Index | Check | Period], added: Iterable[Index | Check | Period]
) -> Iterator[str]:
    """Parts that go and come back as they were are not worth a word."""
    old = {part.name: part for part in dropped}
    new = {part.name: part for part in added}
    for name, part in old.items():
        if name not in new:
            yield f"drop {kind} {name}"
        elif new[name] != part:
            yield f"change {kind} {name}"
    for name in new:
        if name not in old:
            yield f"add {kind} {name}"


def byte_size(number: int) -> str:
    """`96 KiB`."""
    size, units = float(number), iter(_UNITS)
    unit = next(units)
    while size >= 1024 and unit != _UNITS[-1]:
        size, unit = size / 1024, next(units)
    return f"{size:.0f} {unit}" if size >= 10 or unit == _UNITS[0] else f"{size:.1f} {unit}"
