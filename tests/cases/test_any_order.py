"""Indexes of every kind in any order, to any other order and back: one ALTER, and nothing is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from plumbob.declaration import load
from plumbob.server.connection import Server
from tests.cases import trip

COLUMNS = (
    "id int not null, a int, n int not null, m int not null, s varchar(20) not null, z varchar(20), t text not null, "
    "v int as (a + 1) virtual, w int as (n + 1) stored, g geometry not null"
)
INDEXES = (
    *(
        "primary key (id)",
        "key k1 (a)",
        "key k2 (v)",
        "key k3 (s(3))",
        "key k4 (w)",
        "key k5 (n, v)",
    ),
    *(
        "key k6 (m)",
        "key k7 (n desc)",
        "spatial key k8 (g)",
        "fulltext key f1 (t)",
        "fulltext key f2 (s, t)",
    ),
    *("unique u1 (a)", "unique u2 (n)", "unique u3 (v)", "unique u4 (s(3))", "unique u5 (z(3))"),
    *("unique u6 (w)", "unique u7 (n, m)", "unique u8 (n, a)", "unique u9 (z(2), v)"),
)
OWN = {
    "mysql": (
        "key e1 ((a + 2))",
        "key e2 ((n + m))",
        "unique e3 ((n + 2))",
        "unique e4 (n, (a + 1))",
    ),
    "mariadb": ("unique h1 (t)", "unique h2 (t, n)"),
}
CHANCES = range(6)


@pytest.mark.parametrize("live", [*OWN], indirect=True)
@pytest.mark.parametrize("chance", CHANCES)
def test_from_any_order_to_any_other(
    live: Server, chance: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    random = Random(chance)
    own = OWN[request.node.callspec.params["live"]]
    there = random.sample([*INDEXES, *own], 14)
    wanted = random.sample(there, len(there))
    live.scope = replace(live.scope, exact_order=True)
    made = f"create table t ({COLUMNS}, {', '.join(wanted)})"
    live.execute(made)
    new = trip.texts(live)
    live.execute("drop table t")
    live.execute(f"create table t ({COLUMNS}, {', '.join(there)})")
    start = trip.texts(live)
    (tmp_path / "schema.sql").write_text(made, encoding="utf-8")
    declaration = load(tmp_path / "schema.sql")
    found = trip.compare(live, declaration)
    assert len(found.plan.up) == len(found.plan.down) == (start != new)
    trip.run(live, found.plan.up)
    assert trip.texts(live) == new
    assert trip.compare(live, declaration).changes == ()
    trip.run(live, found.plan.down)
    assert trip.texts(live) == start
