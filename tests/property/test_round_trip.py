"""Two random schemas: the way from one to the other arrives, and the way back gives back every letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.declaration import dump, load
from plumbob.model import STORED_KINDS, Renames
from plumbob.server.introspect import read_schema
from plumbob.workflow import compare_database
from plumbob.workflow.declared import usual_session
from tests.property.schemas import renames, schemas
from tests.property.stored import Made
from tests.property.trip import Place, go

# Each example is worth many: there are three servers, and up to three tables on both sides.
ROOMY = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 2)
# The whole way through a file and a scratch database takes longer and shows little more.
FEW = settings(ROOMY, max_examples=settings().max_examples // 10)


def script(statements: list[Made]) -> str:
    return "".join(f"{each};\n" for each in statements)


@ROOMY
@given(data=st.data())
def test_there_and_back(place: Place, data: st.DataObject) -> None:
    before, after = (data.draw(schemas(place.flavour)) for _ in range(2))
    note(f"-- from\n{script(before)}-- to\n{script(after)}")
    place.make(after)
    go(place, before, place.read(), Renames())


@ROOMY
@given(data=st.data())
def test_there_and_back_with_renames(place: Place, data: st.DataObject) -> None:
    before, after = (data.draw(schemas(place.flavour)) for _ in range(2))
    note(f"-- from\n{script(before)}-- to\n{script(after)}")
    place.make(after)
    declared = place.read()
    place.make(before)
    told = data.draw(renames(place.read(), declared))
    note(f"-- {told}")
    go(place, before, declared, told)


@FEW
@given(data=st.data())
def test_the_whole_way(
    place: Place, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Through a file, the rules, and the server's own words."""
    before, after = (data.draw(schemas(place.flavour)) for _ in range(2))
    note(f"-- from\n{script(before)}-- to\n{script(after)}")
    place.make(after)
    path = tmp_path_factory.mktemp("declared") / "schema.yaml"
    live = read_schema(place.server)
    text = dump(live, place.flavour, usual_session(place.server, live))
    path.write_text(text, encoding="utf-8")
    # With a section for each kind: what is not there any more is to go.
    declaration = replace(load(path), sections=frozenset(STORED_KINDS))
    assert compare_database(declaration, place.server, scratch="target").changes == ()
    place.make(before)
    start = place.texts()
    found = compare_database(declaration, place.server, scratch="target", proved=True)
    place.run(found.plan.up)
    assert compare_database(declaration, place.server, scratch="target").changes == ()
    place.run(found.plan.down)
    assert place.texts() == start
