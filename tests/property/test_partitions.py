"""Random partitionings: no row is lost but with a partition that a hazard names, and none is misplaced."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from plumbob.ddl.fingerprint import fingerprint
from plumbob.ddl.quote import quote_name
from plumbob.diff.compare import compare
from plumbob.model import Renames
from plumbob.plan.planner import plan
from plumbob.plan.statement import Statement
from plumbob.server.errors import ServerError
from tests.property.partitions import COLUMNS, ROWS, pairs
from tests.property.stored import Made
from tests.property.trip import Place

NO_PARTITION = 1526


@settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_rows_stay_or_are_told_of(place: Place, data: st.DataObject) -> None:
    before, after = (
        Made(f"create table t ({COLUMNS}) {clause}")
        for clause in data.draw(pairs(place.flavour).filter(_differ))
    )
    note(f"{before};\n{after};")
    place.make([after])
    declared = place.read()
    place.make([before])
    live = place.read()
    fill(place)
    planned = plan(live, declared, Renames(), place.flavour)
    go(place, planned.up)
    assert compare(place.read(), declared, place.flavour) == ()
    go(place, planned.down)
    there, start = place.read().tables["t"], live.tables["t"]
    assert fingerprint(there, place.flavour) == fingerprint(start, place.flavour)


def _differ(pair: tuple[str, str]) -> bool:
    return pair[0] != pair[1]


def fill(place: Place) -> None:
    """Insert the rows that have a place."""
    for row in ROWS:
        try:
            place.server.execute(f"INSERT INTO t VALUES {row}")
        except ServerError as error:
            assert error.errno == NO_PARTITION


def go(place: Place, statements: Iterable[Statement]) -> None:
    """Run statements one by one; each keeps all rows but those that it names, or refuses."""
    for statement in statements:
        note(statement.sql)
        lost = [row for each in dropped(statement) for row in content(place, each)]
        expected = content(place)
        for row in lost:
            expected.remove(row)
        try:
            place.run([statement])
        except ServerError as error:
            assert error.errno == NO_PARTITION
            assert len(content(place)) == len(expected) + len(lost)
            reject()
        assert content(place) == expected
        # Finds rows that are in the wrong partition.
        assert place.server.query("CHECK TABLE t")[0][3] == "OK"


def dropped(statement: Statement) -> list[str]:
    assert {hazard.kind for hazard in statement.hazards} <= {"drop-partition", "no-partition"}
    found = [each for each in statement.hazards if each.kind == "drop-partition"]
    return [hazard.object.part for hazard in found]


def content(place: Place, partition: str = "") -> list[tuple[str, ...]]:
    """All rows of the table, or of a partition, in an order of their own."""
    of = f" PARTITION ({quote_name(partition)})" if partition else ""
    return sorted(tuple(map(str, row)) for row in place.server.query(f"SELECT * FROM t{of}"))
