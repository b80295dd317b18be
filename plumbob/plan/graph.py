"""Statements in an order in which each finds what it needs; by a dependency graph and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from graphlib import TopologicalSorter

from plumbob.plan.statement import Ref, Statement


def in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Sort statements; those that do not depend on each other keep the order in which they came.

    A statement that takes an object runs before one that gives another under the same name, and
    after those that free it; one that needs an object runs after the one that gives it.

    Raises:
        graphlib.CycleError: when statements wait for each other in a circle.
    """
    statements = tuple(statements)
    givers: dict[Ref, list[int]] = defaultdict(list)
    takers: dict[Ref, list[int]] = defaultdict(list)
    for number, statement in enumerate(statements):
        for ref in statement.gives:
            givers[ref].append(number)
        for ref in statement.takes:
            takers[ref].append(number)
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for number, statement in enumerate(statements):
        sorter.add(number)
        for ref in statement.needs:
            sorter.add(number, *_others(number, givers[ref]))
        for ref in statement.gives:
            sorter.add(number, *_others(number, takers[ref]))
        for ref in statement.frees:
            for taker in _others(number, takers[ref]):
                sorter.add(taker, number)
    return tuple(statements[number] for number in _stable(sorter))


def _others(number: int, numbers: list[int]) -> list[int]:
    return [other for other in numbers if other != number]


def _stable(sorter: TopologicalSorter[int]) -> Iterable[int]:
    sorter.prepare()
    ready: list[int] = []
    while sorter.is_active():
        ready = sorted({*ready, *sorter.get_ready()})
        first = ready.pop(0)
        yield first
        sorter.done(first)
