"""Runs the cases on every server: what is planned, what it leads to, and that it leads back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import PlumbobError
from plumbob.server.connection import Server
from tests.cases import trip
from tests.cases.case import SERVERS, Case, Told, cases

PAIRS = [
    pytest.param(name, case, id=f"{case.id}-{name}")
    for name in SERVERS
    for case in cases()
    if name in case.servers
]


@pytest.mark.parametrize(("live", "case"), PAIRS, indirect=["live"])
def test_case(live: Server, case: Case, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    told = case.on(request.node.callspec.params["live"])
    trip.make(live, told)
    start = trip.texts(live)
    if told.refused is not None:
        with pytest.raises(PlumbobError) as caught:
            trip.compare(live, trip.declare(told, tmp_path))
        assert told.refused in trip.said(caught.value)
        return
    declaration = trip.declare(told, tmp_path)
    found = trip.compare(live, declaration)
    assert [each.sql for each in found.plan.up] == expected(told, "up", live)
    assert [each.sql for each in found.plan.down] == expected(told, "down", live)
    assert trip.approvals(found.plan.up) == told.list("up_loses")
    assert trip.approvals(found.plan.down) == told.list("down_loses")
    assert bool(found.changes) is not told.is_equal
    trip.run(live, found.plan.up)
    assert rows(live, told, "up_rows") == told.list("up_rows")
    assert trip.compare(live, declaration).changes == ()
    reached = trip.texts(live)
    trip.run(live, found.plan.down)
    assert rows(live, told, "down_rows") == told.list("down_rows")
    assert trip.texts(live) == given_back(start, told)
    if told.told.get("like_new"):
        trip.make_new(live, told)
        assert reached == trip.texts(live)


def expected(told: Told, way: str, live: Server) -> list[str]:
    collation = live.collations()["utf8mb4"]
    return [sql.replace("{collation}", collation) for sql in told.statements(way)]


def rows(live: Server, told: Told, key: str) -> list[dict[str, Any]]:
    """What the queries of a case give now, as the case would tell it."""
    return [
        {query: [list(row) for row in live.query(query)]}
        for each in told.list(key)
        for query in each
    ]


def given_back(start: dict[str, str], told: Told) -> dict[str, str]:
    """The texts of the start, but for the lines that the case says come back otherwise."""
    for difference in told.list("differs"):
        was, becomes = difference["was"], difference["becomes"]
        assert any(was in text for text in start.values()), f"no longer differs: {was}"
        start = {name: text.replace(was, becomes) for name, text in start.items()}
    return start
