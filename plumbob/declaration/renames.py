"""`was:` on tables, columns and indexes, as the renames that they tell of."""

from __future__ import annotations

from collections.abc import Mapping

from plumbob.declaration.faults import Faults
from plumbob.declaration.nodes import Scalar
from plumbob.declaration.tables import ReadTable
from plumbob.model import Renames


def read_renames(tables: Mapping[str, ReadTable], faults: Faults) -> Renames:
    """All renames of a declaration; one that cannot be is an error."""
    found = {name: read.was for name, read in tables.items() if read.was is not None}
    return Renames(
        tables=_old_names(found, "table", faults),
        columns={
            (table, new): old
            for table, read in tables.items()
            for new, old in _old_names(read.column_renames, "column", faults).items()
        },
        indexes={
            (table, new): old
            for table, read in tables.items()
            for new, old in _old_names(read.index_renames, "index", faults).items()
        },
    )


def _old_names(renames: Mapping[str, Scalar], kind: str, faults: Faults) -> dict[str, str]:
    """New names and old ones; an old name belongs to one object, and not to the object itself."""
    olds: dict[str, str] = {}
    for new, scalar in renames.items():
        old = scalar.text
        if not old:
            faults.error("'was' has no name", scalar.position())
        elif old == new:
            faults.error(
                f"the {kind} {new} was {old} before, which is no rename",
                scalar.position(),
                "take `was:` out once the rename is applied everywhere",
            )
        elif old in olds.values():
            faults.error(f"two objects say that they were the {kind} {old}", scalar.position())
        else:
            olds[new] = old
    return olds
