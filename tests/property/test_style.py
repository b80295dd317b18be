"""A random schema in a random layout gets the one style, and says the same then."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.declaration import dump, load
from plumbob.model import Schema, Table
from plumbob.workflow.formatting import formatted
from tests.property.schemas import schemas
from tests.property.trip import Place

FEW = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 4)
LAYOUTS = st.sampled_from(["as it is", "comments", "CRLF", "braces", "leaves", "four"])
_LINE = re.compile(r"^( +)(\S+: [^|>].*)$", re.MULTILINE)


def laid_out(schema: Schema, layout: str, place: Place) -> str:
    """The declaration of a schema, the way somebody else might have written it."""
    text = dump(schema, place.flavour)
    if layout == "comments":
        # A block text has no line that looks like an entry: CREATE TABLE has no `word: `.
        return _LINE.sub(r"\1# above\n\1\2   # behind", text)
    if layout == "CRLF":
        return text.replace("\n", "\r\n").rstrip()
    if layout in ("braces", "leaves", "four"):
        read: Any = yaml.load(text, yaml.BaseLoader)
        flow = {"braces": True, "leaves": None, "four": False}[layout]
        return yaml.dump(
            read, default_flow_style=flow, indent=4, width=60, sort_keys=False, allow_unicode=True
        )
    return text


@FEW
@given(data=st.data())
def test_any_layout_has_a_style(
    place: Place, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What is written says the same, which `formatted` sees to itself, and is in the style then."""
    place.make(data.draw(schemas(place.flavour)))
    layout = data.draw(LAYOUTS)
    path = tmp_path_factory.mktemp("styled") / "schema.yaml"
    path.write_bytes(laid_out(place.read(), layout, place).encode())
    note(path.read_bytes().decode())
    for content in formatted(load(path)).values():
        path.write_bytes(content)
    note(path.read_bytes().decode())
    assert formatted(load(path)) == {}
    assert isinstance(next(iter(load(path).schema.tables.values())), Table)
