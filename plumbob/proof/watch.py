"""Looks, while a plan is tried, whether views and triggers still have what they name.

After every single statement, and not at the end alone: somebody reads in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from plumbob.errors import Exit, PlumbobError
from plumbob.model import ObjectKey, Table, object_key
from plumbob.server.scratch import Scratch
from plumbob.server.validity import broken_triggers, broken_views


class CannotStand(Exception):
    """Views that a statement leaves without what they name, although the plan makes them anew."""

    def __init__(self, what: str, keys: Collection[ObjectKey]) -> None:
        super().__init__(what)
        self.keys = frozenset(keys)


@dataclass(slots=True)
class Watch:
    """Looks, after each statement, whether views and triggers name something that is not there.

    `ours` are managed, `tables` those that the plan touches, `triggered` those whose triggers have to work
    at its end; `known` are the views, and the tables of triggers, that were so from the start; `failing`
    are the tables whose triggers fail now, whatever the reason; `unsteady` are triggers of ours that failed
    between two statements.
    """

    scratch: Scratch
    ours: frozenset[ObjectKey]
    tables: Collection[str]
    triggered: Collection[str]
    known: set[str] = field(init=False)
    known_triggers: set[str] = field(init=False)
    known_keys: set[str] = field(init=False)
    failing: set[str] = field(init=False)
    unsteady: set[ObjectKey] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.known = {*broken_views(self.scratch.server)}
        self.known_triggers = {*broken_triggers(self.scratch.server, self.triggered)}
        self.known_keys = {*unsupported(self.scratch.read(self.tables).tables)}
        self.failing = {*broken_triggers(self.scratch.server)}

    def look(self, about: str, keys: Collection[ObjectKey]) -> None:
        views = [key.name for key in keys if key.kind == "view"]
        if not views:
            return
        broken = broken_views(self.scratch.server, views)
        self.known -= {name for name in views if name not in broken}
        new = {name: why for name, why in broken.items() if name not in self.known}
        theirs = {name: why for name, why in new.items() if not self._is_ours(name)}
        if theirs:
            raise _breaks("view", theirs, f"after: {about}")
        if new:
            name, why = next(iter(new.items()))
            raise CannotStand(
                f"the view {name} names something that is not there after: {about}: {why}",
                {object_key("view", each) for each in new},
            )

    def look_at_keys(self, about: str, tables: Mapping[str, Table]) -> None:
        """Foreign keys of these tables, where nothing is checked while the statement runs.

        MySQL refuses to take an index from a foreign key even so, MariaDB does not (measured).
        """
        found = unsupported(tables)
        new = {name: why for name, why in found.items() if name not in self.known_keys}
        if new:
            raise _breaks("foreign key", new, f"after: {about}")

    def fails_now(
        self, tables: Collection[str], made: Collection[str], *, afresh: bool
    ) -> dict[str, str]:
        """Those of these tables whose triggers fail behind a statement, and did not ahead of it.

        Args:
            made: tables whose triggers it has just made: what those name is their writer's.
            afresh: by another connection: MySQL lets one that has called a function from a trigger call it
                when it is dropped (measured), and nobody else.
        """
        if afresh and tables:
            with self.scratch.server.twin() as other:
                found = broken_triggers(other, tables)
        else:
            found = broken_triggers(self.scratch.server, tables)
        new = {name: why for name, why in found.items() if name not in {*self.failing, *made}}
        self.failing = (self.failing - {*tables}) | found.keys()
        return new

    def look_behind(
        self, about: str, tables: Collection[str], made: Collection[str], *, afresh: bool
    ) -> None:
        """Whether the triggers of these tables still find what they name (see `fails_now`)."""
        if new := self.fails_now(tables, made, afresh=afresh):
            raise _breaks("trigger of the table", new, f"after: {about}")

    def look_at_triggers(self) -> None:
        """At the end of a way."""
        found = broken_triggers(self.scratch.server, self.triggered)
        broken = {name: why for name, why in found.items() if name not in self.known_triggers}
        if broken:
            raise _breaks("trigger of the table", broken, "at the end")

    def _is_ours(self, name: str) -> bool:
        return object_key("view", name) in self.ours


def unsupported(tables: Mapping[str, Table]) -> dict[str, str]:
    """The foreign keys among these tables that lean on something that is not there, and on what."""
    found = {}
    for table in tables.values():
        for key in table.foreign_keys:
            parent = tables.get(key.parent_name)
            if not _is_indexed(table, key.columns):
                found[f"{table.name}.{key.name}"] = f"{table.name} has no index for it"
            elif parent is not None and not _is_indexed(parent, key.parent_columns):
                found[f"{table.name}.{key.name}"] = f"{parent.name} has no index for it"
    return found


def _is_indexed(table: Table, columns: Sequence[str]) -> bool:
    wanted = [name.lower() for name in columns]
    return any(
        [(part.column or "").lower() for part in index.parts[: len(wanted)]] == wanted
        for index in table.indexes
    )


def _breaks(kind: str, broken: Mapping[str, str], when: str) -> PlumbobError:
    lines = [f"the {kind} {name}: {why}" for name, why in broken.items()]
    return PlumbobError(
        "\n".join([f"this would be left without something that it names, {when}", *lines]),
        advice="change it in the declaration as well (the sections `views` and `triggers`), or change or "
        "drop it in the database first",
        where=next(iter(broken)),
        exit=Exit.UNSAFE,
    )
