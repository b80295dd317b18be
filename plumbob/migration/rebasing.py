"""Which of two branches of migrations is planned anew: the one that this database has not, else the later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.chain import branches, in_order
from plumbob.migration.migration import Migration


@dataclass(frozen=True, slots=True)
class Rebase:
    """The migrations that stay, as a chain, and those of the branch that is planned anew behind them."""

    stays: tuple[Migration, ...]
    goes: tuple[Migration, ...]

    @property
    def message(self) -> str:
        return ", ".join(each.message for each in self.goes)


def choose(
    migrations: Sequence[Migration], applied: Collection[str], asked: str | None = None
) -> Rebase:
    """Choose between the branches of a folder.

    Args:
        applied: the ids that the database at hand has.
        asked: the id of a migration of the branch that is to be planned anew.

    Raises:
        PlumbobError: there are no two branches, or the one that would have to go was applied or edited.
    """
    found = branches(migrations)
    if not found:
        raise PlumbobError(
            "there is one branch of migrations, so there is nothing to plan anew", where=asked
        )
    if len(found) > 2:
        names = ", ".join(branch[0].id for branch in found)
        raise _stale(f"{len(found)} branches follow one migration: {names}", "name two of them")
    second = _second(found, applied, asked)
    _refuse_applied(second, applied)
    _refuse_edited(second)
    ids = {each.id for each in second}
    return Rebase(in_order(each for each in migrations if each.id not in ids), tuple(second))


def _second(
    found: list[list[Migration]], applied: Collection[str], asked: str | None
) -> list[Migration]:
    if asked is not None:
        for branch in found:
            if asked in (each.id for each in branch):
                return branch
        names = " and ".join(branch[0].id for branch in found)
        raise PlumbobError(
            f"{asked} is in none of the two branches", advice=f"they begin with {names}"
        )
    first, last = found
    return first if last[0].id in applied and first[0].id not in applied else last


def _refuse_applied(branch: Sequence[Migration], applied: Collection[str]) -> None:
    there = [each.id for each in branch if each.id in applied]
    if there:
        raise _stale(
            f"{', '.join(there)} was applied to this database, and would be planned anew",
            "name the other branch, or take it back first: on the branch that has it, schema rollback",
        )


def _refuse_edited(branch: Sequence[Migration]) -> None:
    for each in branch:
        if each.changed() or each.forward.is_edited or each.backward.is_edited:
            raise PlumbobError(
                f"{each.id} has what people wrote, which no plan would have again",
                advice="keep its text, remove both files, run `schema diff --write`, and put it into "
                "the new files",
                where=each.id,
                exit=Exit.UNSAFE,
            )


def _stale(what: str, advice: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, exit=Exit.STALE)
