"""Which rows an error may be about, as hazards of the plan: each has the SELECT that counts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from plumbob.ddl.quote import quote_name
from plumbob.migration.run.explained.failure import Failure
from plumbob.migration.run.explained.keys import keys_about
from plumbob.plan.misfits import misfits
from plumbob.plan.named import Named
from plumbob.plan.pair import Pair
from plumbob.plan.refusals import refusals
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.statement import Hazard


def hazards(failure: Failure, kinds: Collection[str]) -> Iterator[Hazard]:
    meant = failure.meant
    if meant.before is not None and meant.after is not None:
        parents = {key.parent for key in meant.after.foreign_keys}
        pairs = {
            name: Pair(each, each, each, failure.flavour)
            for name, each in failure.schema.tables.items()
            if name in parents
        }
        whole = [k for k in meant.after.foreign_keys if len(k.columns) == len(k.parent_columns)]
        after = replace(meant.after, foreign_keys=tuple(whole))
        pair = Pair(meant.before, meant.there or meant.before, after, failure.flavour)
        for refusal in refusals({**pairs, meant.before.name: pair}):
            hazard = refusal.hazard
            is_ours = hazard.object.name == meant.before.name
            if is_ours and hazard.kind in kinds:
                yield hazard
        if "change-type" in kinds:
            yield from _misfits(pair)
    if "referred" in kinds:
        for table, key in keys_about(failure):
            where = " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in key.columns)
            what = f"rows refer to {key.parent_name}"
            yield Hazard(
                "orphans",
                Named(table.name, key.name),
                what,
                count_sql(Rows(table, where)),
            )


def _misfits(pair: Pair) -> Iterator[Hazard]:
    for before, after in pair.kept():
        new = after.type
        if before.type == new:
            continue
        refused = misfits(pair.sql(after.name), before.type, new, pair.flavour).refused
        if refused:
            sql = count_sql(Rows(pair.live, refused))
            what = "values do not fit the new type"
            yield Hazard("change-type", Named(pair.name, after.name), what, sql, fails=True)
