"""Programs that name what goes: no server looks into their bodies before they are run.

A procedure, function or event is known by the words of its body, comments and texts aside: it names a table
that goes, or a table and one of its columns that goes. That may be one column too many, where another table
has one of the name; so it is told, and approved by the name of the program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from plumbob.ddl.lexer import tokenize
from plumbob.model import Event, Routine, Stored
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Ref, Statement


def with_broken_programs(
    statements: Sequence[Statement], programs: Iterable[Stored]
) -> Iterator[Statement]:
    """The statements of one way, those with a hazard that take away what a program names.

    Args:
        programs: all that will be there at its end.
    """
    given = {ref for each in statements for ref in each.gives}
    gone = [{*each.takes} - given for each in statements]
    if not any(ref.kind in ("table", "column") for refs in gone for ref in refs):
        yield from statements
        return
    bodies = [(each, _names(each.body)) for each in programs if isinstance(each, Routine | Event)]
    kinds: dict[str, set[str]] = defaultdict(set)
    for each, _ in bodies:
        kinds[each.name.lower()].add(each.kind)
    for statement, refs in zip(statements, gone, strict=True):
        found = [
            _hazard(program, broken, kinds[program.name.lower()])
            for program, names in bodies
            if (broken := [ref for ref in sorted(refs) if _is_named(ref, names)])
        ]
        yield replace(statement, hazards=(*statement.hazards, *found)) if found else statement


def _names(body: str) -> frozenset[str]:
    tokens = tokenize(body, is_lenient=True)
    return frozenset(each.value.lower() for each in tokens if each.kind in ("word", "name"))


def _is_named(ref: Ref, names: frozenset[str]) -> bool:
    if ref.kind == "table":
        return ref.table.lower() in names and not ref.name
    return ref.kind == "column" and {ref.table.lower(), ref.name.lower()} <= names


def _hazard(program: Routine | Event, broken: Sequence[Ref], kinds: Collection[str]) -> Hazard:
    what = f"the {program.kind} names {', '.join(map(str, broken))}, and fails when it is run"
    return Hazard("break-program", named_alone(program, kinds), what)


def named_alone(program: Stored, kinds: Collection[str]) -> Named:
    """A program by its name, and by its kind as well where those of other kinds share the name."""
    is_shared = any(kind != program.kind for kind in kinds)
    return Named(program.kind, program.name) if is_shared else Named(program.name)
