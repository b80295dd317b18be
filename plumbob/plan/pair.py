"""A table before and after a plan, and the words of the one for what the other says."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.ddl.quote import quote_name
from plumbob.diff.renamed import in_new_words, names_in
from plumbob.model import Column, Expression, Flavour, Table
from plumbob.plan.hazards import is_convertible, is_virtual


@dataclass(frozen=True, slots=True)
class Pair:
    """A table that is there.

    Attributes:
        live: as it is, with its old names.
        there: the same with its new names.
        after: as it is to be, or None where it goes.
    """

    live: Table
    there: Table
    after: Table | None
    flavour: Flavour

    @property
    def name(self) -> str:
        return self.there.name

    def old_name(self, name: str) -> str | None:
        """What a column of a new name is called now; None for one that is not there."""
        names = [column.name.lower() for column in self.there.columns]
        if name.lower() not in names:
            return None
        return self.live.columns[names.index(name.lower())].name

    def sql(self, name: str) -> str:
        """A column that is there, by its new name, as SQL under its old one."""
        return quote_name(self.old_name(name) or name)

    def kept(self) -> list[tuple[Column, Column]]:
        """The columns that stay, as they are and as they will be, without those that are made anew."""
        pairs = []
        for column in self.after.columns if self.after else ():
            before = self.there.column(column.name)
            if before is not None and not _is_made_anew(before, column):
                pairs.append((before, column))
        return pairs

    def added(self) -> list[Column]:
        kept = {column.name for _, column in self.kept()}
        return [each for each in self.after.columns if each.name not in kept] if self.after else []

    def expression(self, new: Expression) -> str | None:
        """An expression in old words; None where it names a column that comes or is made anew."""
        comes = {column.name.lower() for column in self.added()}
        if names_in(new) & comes:
            return None
        pairs = zip(self.there.columns, self.live.columns, strict=True)
        olds = {new.name.lower(): old.name for new, old in pairs if new.name != old.name}
        return in_new_words(new, olds).sql


def _is_made_anew(before: Column, after: Column) -> bool:
    return not is_convertible(before.type, after.type) or is_virtual(before) != is_virtual(after)
