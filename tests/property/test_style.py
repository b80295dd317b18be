"""A random schema in a random layout gets the one style, and says the same then."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.declaration import load
from plumbob.model import Table
from plumbob.workflow.formatting import formatted
from tests.property.layouts import ALONE, laid_out
from tests.property.schemas import schemas
from tests.property.trip import Place

FEW = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 4)


@FEW
@given(data=st.data())
def test_any_layout_has_a_style(
    place: Place, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What is written says the same, which `formatted` sees to itself, and is in the style then."""
    place.make(data.draw(schemas(place.flavour)))
    layout = data.draw(st.sampled_from(ALONE))
    path = tmp_path_factory.mktemp("styled") / "schema.yaml"
    (text,) = laid_out(place.read(), layout, place.flavour).values()
    path.write_bytes(text.encode())
    note(path.read_bytes().decode())
    for content in formatted(load(path)).values():
        path.write_bytes(content)
    note(path.read_bytes().decode())
    assert formatted(load(path)) == {}
    assert isinstance(next(iter(load(path).schema.tables.values())), Table)
