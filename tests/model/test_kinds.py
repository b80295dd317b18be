"""A kind of stored object is known in every room: what is missing for a new one fails here, by its name."""

from __future__ import annotations

from typing import get_args

import pytest

from plumbob.ddl.stored import PARSERS, create_sql
from plumbob.declaration.keys import STORED_SECTIONS
from plumbob.model import STORED_KINDS, Owned, Sequence, StoredKind, parse_flavour
from plumbob.plan.stored import DROPPED_FIRST, DROPPED_LAST
from plumbob.server.scope import KINDS
from plumbob.server.visibility import needed_to_see

ROOMS = {
    "plumbob/ddl/stored reads it": PARSERS,
    "plumbob/declaration has a section": STORED_SECTIONS.values(),
    "plumbob/plan drops it in turn": (*DROPPED_FIRST, *DROPPED_LAST),
    "plumbob/server/scope.py takes its name in a pattern": KINDS,
}


@pytest.mark.parametrize("kind", STORED_KINDS)
@pytest.mark.parametrize("room", ROOMS)
def test_a_kind_is_known_in_every_room(kind: StoredKind, room: str) -> None:
    assert kind in ROOMS[room], room


@pytest.mark.parametrize("kind", STORED_KINDS)
def test_it_is_known_what_shows_a_kind(kind: StoredKind) -> None:
    assert needed_to_see(kind, parse_flavour("11.8.3-MariaDB"), "shop").endswith(" ON `shop`.*")


@pytest.mark.parametrize("model", [*get_args(Owned), Sequence])
def test_each_kind_is_written_as_a_statement(model: type) -> None:
    assert create_sql.dispatch(model) is not create_sql.dispatch(object)
