"""Partitions that change while the scheme stays: the statements that touch no more rows than they must.

None of them takes another clause beside it on either server (1064), so each is a statement of its
own. What they would do to the rows is known from measurements on MySQL 9.7, MariaDB 10.11 and 11.8:

* PARTITION BY anew copies the table, and refuses where a row fits no partition (1526).
* REORGANIZE takes neighbours (1519). Of RANGE it keeps the whole range; only the last may grow (1520).
  Of LIST it **drops the rows whose value is in no new partition, without a word**.
* With a DEFAULT partition (MariaDB), ADD PARTITION leaves the rows of a new value in the default one,
  where no query finds them; and REORGANIZE takes no DEFAULT alone (1653).

So what these cannot do without harm is left to PARTITION BY.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from plumbob.ddl.partitions import Style, definitions_sql
from plumbob.ddl.quote import quote_names
from plumbob.model import Bound, Flavour, Partition, Partitioning
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Ref, Statement

Partitions = Sequence[Partition]


class Anew(Exception):
    """The partitions cannot be changed one by one without harm."""


@dataclass(slots=True)
class Steps:
    """What happens to the partitions of a table, in this order.

    `merged` and `added_number` are numbers of hashed partitions, the others are definitions;
    `reorganized` are neighbours and what they become.
    """

    dropped: list[Partition] = field(default_factory=list)
    merged: int = 0
    reorganized: list[tuple[Partitions, Partitions]] = field(default_factory=list)
    added: list[Partition] = field(default_factory=list)
    added_number: int = 0


def steps(before: Partitioning, after: Partitioning) -> Steps:
    """The steps from one list of partitions to another of the same scheme.

    Raises:
        Anew: where only PARTITION BY anew leads there, or is the only way that loses no rows.
    """
    old, new = before.settled(), after.settled()
    match before.by.method:
        case "RANGE":
            return _of_range(old.partitions, new.partitions)
        case "LIST":
            return _of_list(old.partitions, new.partitions)
        case "HASH" | "KEY":
            return _of_hash(old, new)
    raise Anew


def _of_range(before: Partitions, after: Partitions) -> Steps:
    """Between two bounds that stay, the old partitions become the new ones.

    Oldest partitions that are gone, with the next one as it was, are dropped: to merge them into it
    would keep what was to be thrown away.
    """
    found = Steps()
    common = {each.bound for each in before} & {each.bound for each in after}
    runs = list(zip(_runs(before, common), _runs(after, common), strict=True))
    (*runs, (old_end, new_end)) = runs
    for number, (old, new) in enumerate(runs):
        if number == 0 and len(new) == 1 and len(old) > 1 and _is_one(old[-1], new[0]):
            found.dropped.extend(old[:-1])
            runs[0] = (old[-1:], new)
    if not new_end:
        found.dropped.extend(old_end)
    elif not old_end:
        found.added.extend(new_end)
    elif _is_above(new_end[-1].bound, old_end[-1].bound):
        runs.append((old_end, new_end))
    else:
        raise Anew
    found.reorganized = _apart([pair for pair in runs if list(pair[0]) != list(pair[1])], runs)
    return found


def _runs(partitions: Partitions, ends: Iterable[Bound | None]) -> list[Partitions]:
    """Neighbours up to and with each of these bounds, and those behind the last one."""
    runs: list[Partitions] = []
    start = 0
    for place, partition in enumerate(partitions, 1):
        if partition.bound in ends:
            runs.append(partitions[start:place])
            start = place
    return [*runs, partitions[start:]]


def _is_one(old: Partition, new: Partition) -> bool:
    return old.name.lower() == new.name.lower()


def _is_above(one: Bound | None, other: Bound | None) -> bool:
    """Whether the one bound surely lies above the other: numbers, and dates of one length."""
    if one is None or other is None or len(one.key) != len(other.key):
        return False
    if one.is_open or other.is_open:
        return one.is_open
    for mine, theirs in zip(one.key, other.key, strict=True):
        if mine != theirs:
            return _is_greater(mine, theirs)
    return False


def _is_greater(one: str, other: str) -> bool:
    if "maxvalue" in (one, other):
        return one == "maxvalue"
    numbers = [_number(one), _number(other)]
    if numbers[0] is not None and numbers[1] is not None:
        return numbers[0] > numbers[1]
    return _is_date(one) and _is_date(other) and len(one) == len(other) and one > other


def _number(key: str) -> int | None:
    text = key.replace(" ", "")
    return int(text) if text.removeprefix("-").isdecimal() else None


def _is_date(key: str) -> bool:
    """A key such as '2026-11-24' or '2026-11-24 13:15:00', whose order is that of its text."""
    shape = "".join("9" if character.isdecimal() else character for character in key)
    return any(shape == f"'{each}'" for each in ("9999-99-99", "9999-99-99 99:99:99"))


def _apart(
    changed: list[tuple[Partitions, Partitions]], runs: list[tuple[Partitions, Partitions]]
) -> list[tuple[Partitions, Partitions]]:
    """Each run by itself; all in one statement where a name is still taken by another run (1517)."""
    for old, new in changed:
        own = {each.name.lower() for each in old}
        others = {each.name.lower() for run, _ in runs for each in run} - own
        if others & {each.name.lower() for each in new}:
            first, last = runs.index(changed[0]), runs.index(changed[-1])
            span = runs[first : last + 1]
            return [
                (
                    [each for old, _ in span for each in old],
                    [each for _, new in span for each in new],
                )
            ]
    return changed


def _of_list(before: Partitions, after: Partitions) -> Steps:
    """Values go with their partition, come with one, or stay in some partition."""
    was, will = _values(before), _values(after)
    found = Steps(
        dropped=[each for each in before if not _values([each]) & will],
        added=[each for each in after if not _values([each]) & was],
    )
    old = [each for each in before if each not in found.dropped]
    new = [each for each in after if each not in found.added]
    if (
        "default" in was | will
        or not old
        or _values(old) - will
        or _names(found.dropped) & _names(after)
    ):
        raise Anew
    changed = _linked([each for each in old if each not in new], [n for n in new if n not in old])
    runs: list[tuple[Partitions, Partitions]] = [(_span(olds, old), news) for olds, news in changed]
    if any(len(span) != len(olds) for (span, _), (olds, _) in zip(runs, changed, strict=True)):
        # The neighbours between them would be copied as well, and come in another order.
        raise Anew
    untouched = [([each], [each]) for each in old if each in new]
    taken = _names(found.added) | {name for pair, _ in untouched for name in _names(pair)}
    for olds, news in runs:
        others = [each for other, _ in runs if other != olds for each in other]
        if _names(news) & (_names(others) | taken):
            raise Anew
    found.reorganized = runs
    return found


def _values(partitions: Partitions) -> frozenset[str]:
    """The values of LIST partitions; "default" for the one that takes all others."""
    bounds = [each.bound for each in partitions if each.bound]
    return frozenset(key for bound in bounds for key in (bound.key or (bound.kind,)))


def _names(partitions: Iterable[Partition]) -> set[str]:
    return {each.name.lower() for each in partitions}


def _linked(old: Partitions, new: Partitions) -> list[tuple[list[Partition], list[Partition]]]:
    """Old and new partitions that share values, each set of them once."""
    groups: list[tuple[list[Partition], list[Partition]]] = [([each], []) for each in old]
    for partition in new:
        values = _values([partition])
        sharing = [group for group in groups if _values(group[0]) & values]
        groups = [group for group in groups if group not in sharing]
        olds = [each for group in sharing for each in group[0]]
        news = [each for group in sharing for each in group[1]]
        groups.append((olds, [*news, partition]))
    return groups


def _span(some: Partitions, of: Partitions) -> list[Partition]:
    """All partitions from the first to the last of some of them."""
    places = [place for place, each in enumerate(of) if each in some]
    return list(of[places[0] : places[-1] + 1])


def _of_hash(before: Partitioning, after: Partitioning) -> Steps:
    """Partitions are added and merged at the end; all rows find a place anew."""
    old, new = before.listed, after.listed
    both = min(len(old), len(new))
    found = Steps(merged=len(old) - both)
    different = [place for place in range(both) if old[place] != new[place]]
    if different:
        span = slice(different[0], different[-1] + 1)
        if _names(new[span]) & (_names(old[:both]) - _names(old[span])):
            span = slice(0, both)
        found.reorganized = [(old[span], new[span])]
    if after.partitions:
        found.added = list(new[both:])
    else:
        found.added_number = len(new) - both
    return found


def partition_statements(
    table: str, before: Partitioning, found: Steps, flavour: Flavour
) -> list[Statement]:
    """The steps as statements, each of which has to stand alone."""
    style = Style(flavour, before.by.by_columns)
    made: list[Statement] = []

    def make(clause: str, about: str, hazards: tuple[Hazard, ...] = ()) -> None:
        sql = f"ALTER TABLE {_quoted(table)} {clause}"
        needs = frozenset({Ref("table", table)})
        about = f"alter table {table}: {about}"
        made.append(Statement(sql, about, table, needs=needs, hazards=hazards))

    if found.dropped:
        hazards = tuple(_drop_hazard(table, each) for each in found.dropped)
        make(
            f"DROP PARTITION {_quoted_names(found.dropped)}",
            f"drop {_said(found.dropped)}",
            hazards,
        )
    if found.merged:
        what = "partition" if found.merged == 1 else f"{found.merged} partitions"
        make(f"COALESCE PARTITION {found.merged}", f"merge {what} into the others")
    for old, new in found.reorganized:
        clause = f"REORGANIZE PARTITION {_quoted_names(old)} INTO{_definitions(new, style)}"
        make(clause, _reorganized(old, new))
    if found.added:
        make(f"ADD PARTITION{_definitions(found.added, style)}", f"add {_said(found.added)}")
    if found.added_number:
        count = found.added_number
        what = "1 partition" if count == 1 else f"{count} partitions"
        make(f"ADD PARTITION PARTITIONS {count}", f"add {what}")
    return made


def _definitions(partitions: Partitions, style: Style) -> str:
    """Definitions with every name quoted, which reads alike on both servers."""
    sql = definitions_sql(map(_quoting, partitions), style)
    return f"\n{sql}" if "\n" in sql else f" {sql}"


def _quoting(partition: Partition) -> Partition:
    return replace(
        partition, written="", subpartitions=tuple(map(_quoting, partition.subpartitions))
    )


def _reorganized(old: Partitions, new: Partitions) -> str:
    if [each.name for each in old] == [each.name for each in new]:
        return f"change {_said(new)}"
    if len(old) == len(new) and all(a.bound == b.bound for a, b in zip(old, new, strict=True)):
        return f"rename {_said(old)} to {', '.join(each.name for each in new)}"
    return f"make {_said(new)} of {_said(old)}"


def _quoted(name: str) -> str:
    return quote_names((name,))


def _quoted_names(partitions: Partitions) -> str:
    return quote_names(tuple(each.name for each in partitions), ", ")


def _said(partitions: Partitions) -> str:
    word = "partition" if len(partitions) == 1 else "partitions"
    return f"{word} {', '.join(each.name for each in partitions)}"


def _drop_hazard(table: str, partition: Partition) -> Hazard:
    object = Named(table, partition.name)
    return Hazard("drop-partition", object, "all rows of the partition are lost")
