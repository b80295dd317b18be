"""What edited statements put at risk: said anew from what each was seen to do, whatever the file says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from plumbob.ddl.lexer import Token, tokenize
from plumbob.migration.by_hand import is_data
from plumbob.migration.migration import FileStatement
from plumbob.migration.works_on import renamed_tables
from plumbob.model import Flavour, Renames, Schema, StoredKind, object_id, object_key
from plumbob.plan.data_losses import Before, data_losses
from plumbob.plan.named import Named
from plumbob.plan.planner import plan
from plumbob.plan.statement import Hazard

# What is lost although the end may look like the beginning: what goes and comes again, and what was
# cut by a type that is there no more.
_LOST = (
    "drop-column", "drop-table", "drop-partition", "drop-history", "change-type", "change-engine",
    "overwrite-column", "renumber", "fill-null",
)  # fmt: skip
_PROGRAMS: tuple[StoredKind, ...] = ("procedure", "function", "event")


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that was run in a proof: what it changed, and the database before and after it."""

    statement: FileStatement
    prints: Mapping[str, str]
    before: Schema
    after: Schema


def judged(ran: Sequence[Ran], flavour: Flavour) -> tuple[FileStatement, ...]:
    """The statements of one way with the hazards of what they do, in place of those that they had.

    Args:
        ran: all of them, in order; schemas in canonical form.
    """
    if not ran:
        return ()
    statements = [each.statement for each in ran]
    start, end = ran[0].before, ran[-1].after
    renames = renames_in(statements, flavour)
    whole = list(dict.fromkeys(plan(start, end, renames, flavour).hazards))
    each_own = [_own(each, flavour) for each in ran]
    known = {(hazard.approval, hazard.fails) for hazard in whole}
    found: list[list[Hazard]] = [[] for _ in ran]
    for hazard in whole:
        place = _place(hazard, ran, each_own, flavour)
        if place is not None:
            found[place].append(hazard)
    ahead = [renames_in(statements[:place], flavour) for place in range(len(ran))]
    for place, hazard in (
        *_between(each_own, known, start, end, ahead),
        *_of_rows(ran, ahead, known, flavour),
    ):
        found[place].append(hazard)
    return tuple(
        replace(statement, hazards=tuple(dict.fromkeys(hazards)))
        for statement, hazards in zip(statements, found, strict=True)
    )


def _between(
    own: Sequence[Sequence[Hazard]],
    known: set[tuple[str, bool]],
    start: Schema,
    end: Schema,
    ahead: Sequence[Renames],
) -> Iterator[tuple[int, Hazard]]:
    """What single statements do and the ends do not show, by the number of each; `known` gets it."""
    for place, hazards in enumerate(own):
        for hazard in hazards:
            is_lost = hazard.kind in _LOST and _is_there(hazard, start, ahead[place])
            is_broken = hazard.kind == "break-program" and _is_kept(hazard.object, start, end)
            if (is_lost or is_broken) and (hazard.approval, hazard.fails) not in known:
                known.add((hazard.approval, hazard.fails))
                yield place, hazard


def _of_rows(
    ran: Sequence[Ran],
    ahead: Sequence[Renames],
    known: Collection[tuple[str, bool]],
    flavour: Flavour,
) -> Iterator[tuple[int, Hazard]]:
    """What the statements do to rows, and no definition shows; by the number of each."""
    whole = {approval for approval, _ in known}
    for place, (each, renames) in enumerate(zip(ran, ahead, strict=True)):
        before = Before(each.before, ran[0].before, renames, flavour)
        for hazard in data_losses(each.statement.sql, before):
            # What goes as a whole is told, and counted, as that.
            table = Named(hazard.object.name)
            gone = (Hazard("drop-table", table, ""), Hazard("drop-column", hazard.object, ""))
            if not {each.approval for each in gone} & whole:
                yield place, hazard


def _own(ran: Ran, flavour: Flavour) -> list[Hazard]:
    """The hazards of a statement alone, told of the objects that it changed."""
    if not ran.prints or is_data(ran.statement, flavour):
        return []
    before, after = (_only(schema, ran.prints) for schema in (ran.before, ran.after))
    renames = renames_in([ran.statement], flavour)
    programs = {key: each for key, each in ran.after.stored.items() if key.kind in _PROGRAMS}
    beside = Schema(stored=programs)
    return [*plan(before, after, renames, flavour, beside).hazards]


def _only(schema: Schema, ids: Iterable[str]) -> Schema:
    wanted = {*ids}
    tables = {n: each for n, each in schema.tables.items() if object_id("table", n) in wanted}
    stored = {key: each for key, each in schema.stored.items() if str(key) in wanted}
    return replace(schema, tables=tables, stored=stored)


def _place(
    hazard: Hazard, ran: Sequence[Ran], own: Sequence[Sequence[Hazard]], flavour: Flavour
) -> int | None:
    """The statement that a hazard belongs to: the one that does it, or says so, or touches its object."""
    ways = (
        [n for n, each in enumerate(own) if hazard.approval in {one.approval for one in each}],
        [n for n, each in enumerate(ran) if hazard in each.statement.hazards],
        [n for n, each in enumerate(ran) if any(_is_of(hazard, id) for id in each.prints)],
        [n for n, each in enumerate(ran) if not is_data(each.statement, flavour)],
    )
    return next((numbers[0] for numbers in ways if numbers), None)


def _is_of(hazard: Hazard, id: str) -> bool:
    return hazard.object.is_of_id(id)


def _is_kept(program: Named, start: Schema, end: Schema) -> bool:
    """Whether a program is at the end what it was; one that is made anew is so for what goes."""
    keys = [
        object_key(kind, program.part or program.name)
        for kind in _PROGRAMS
        if not program.part or kind == program.name
    ]
    return any(key in end.stored and start.stored.get(key) == end.stored[key] for key in keys)


def _is_there(hazard: Hazard, start: Schema, renames: Renames) -> bool:
    """Whether what goes was there at the beginning, and not made by the file itself.

    Args:
        renames: what the statements ahead of it have renamed.
    """
    table, part = hazard.object.name, hazard.object.part
    found = start.tables.get(renames.tables.get(table, table))
    if found is None:
        return False
    column = renames.columns.get((table, part), part)
    is_whole = not part or hazard.kind == "drop-partition"
    return is_whole or found.column(column) is not None


def renames_in(statements: Iterable[FileStatement], flavour: Flavour) -> Renames:
    """The renames that statements carry out, as a declaration would tell of them."""
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    indexes: dict[tuple[str, str], str] = {}
    for each in statements:
        for table, kind, old, new in _renamed_parts(each.sql, flavour):
            parts = columns if kind == "column" else indexes
            parts[table, new] = parts.pop((table, old), old)
        for old, new in renamed_tables(each.sql, flavour):
            tables[new] = tables.pop(old, old)
            for parts in (columns, indexes):
                for table, part in [key for key in parts if key[0] == old]:
                    parts[new, part] = parts.pop((table, part))
    return Renames(
        {new: old for new, old in tables.items() if new != old},
        {key: old for key, old in columns.items() if key[1] != old},
        {key: old for key, old in indexes.items() if key[1] != old},
    )


def _renamed_parts(sql: str, flavour: Flavour) -> Iterable[tuple[str, str, str, str]]:
    """Table, kind, old and new name of what an ALTER TABLE renames."""
    tokens = tokenize(sql, flavour, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    if words[0] != "alter" or "table" not in words[1:4]:
        return
    table = _meant(tokens[words.index("table") + 1])
    for n, word in enumerate(words[:-4]):
        if word == "rename" and words[n + 1] in ("column", "index", "key") and words[n + 3] == "to":
            kind = "column" if words[n + 1] == "column" else "index"
            yield table, kind, _meant(tokens[n + 2]), _meant(tokens[n + 4])
        elif word == "change":
            at = n + 2 if words[n + 1] == "column" else n + 1
            yield table, "column", _meant(tokens[at]), _meant(tokens[at + 1])


def _meant(token: Token) -> str:
    return token.text if token.kind == "word" else token.value
