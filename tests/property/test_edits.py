"""Single edits of a declaration of every kind: each is one change of one object, there and back.

The files in `everything` have the places and the alternatives at each; the few edits that change
more are noted there. Each text is confirmed by the server, in a scratch database.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.ddl.fingerprint import objects
from plumbob.declaration import load
from plumbob.diff.change import Alter, Change, Drop, Rename
from plumbob.diff.compare import compare
from plumbob.model import Renames, Schema, Table, object_id, object_key
from plumbob.server.connection import Server
from plumbob.server.scratch import Scratch
from plumbob.workflow import Comparison, compare_database
from tests.cases.conftest import emptied
from tests.cases.trip import run, texts
from tests.conftest import RANDOM_ON, Servers
from tests.places import Places
from tests.property.edits import Everything, State

_IS_SHORT = settings().derandomize
THOUSAND = settings(suppress_health_check=list(HealthCheck), max_examples=1000)
# All edits are run there and back together; to run each alone takes `make test-edits`.
ALONE = settings(THOUSAND, max_examples=12 if _IS_SHORT else 1000)


class Edited:
    """A database that is as the declaration says, and what the server says of all edited texts."""

    def __init__(
        self, server: Server, scratch: Scratch, everything: Everything, folder: Path
    ) -> None:
        self.server = server
        self.everything = everything
        self._scratch = scratch
        self._folder = folder
        self._path = folder / "schema.yaml"
        run(server, self.compared().plan.up)
        base = self.compared()
        assert base.changes == ()
        self.base = base.live
        self.rounds = {states: self.compared(*states) for states in everything.rounds()}
        self._found = {state: found for states, found in self.rounds.items() for state in states}

    def compared(self, *states: State) -> Comparison:
        """The declaration with these alternatives against the database, confirmed by the server."""
        self._path.write_text(self.everything.text(*states), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            # What was asked in an earlier run is asked again; one scratch database is enough. No
            # longer than this: the fixture lives on while tests of other files run.
            patch.setattr("plumbob.server.memory.cache_folder", lambda: self._folder)
            patch.setattr("plumbob.workflow.open_scratch", lambda *_: emptied(self._scratch))
            return compare_database(load(self._path), self.server, scratch="target")

    def schema(self, state: State, beside: frozenset[str]) -> Schema:
        """What is live, with the objects of one state in place of the live ones."""
        if state not in self._found:
            return self.base
        ids = self.everything.owners(state) | beside
        declared = {
            id: each for id, each in objects(self._found[state].declared).items() if id in ids
        }
        kept = {id: each for id, each in objects(self.base).items() if id not in ids}
        # Triggers of one moment are edited together: the order among these is that of the text.
        whole = {**kept, **declared}
        found = list(whole.values())
        tables = {each.name: each for each in found if isinstance(each, Table)}
        stored = {
            object_key(each.kind, each.name): each for each in found if not isinstance(each, Table)
        }
        return Schema(tables, stored)

    def renames(self, state: State) -> Renames:
        return self._found[state].declaration.renames if state in self._found else Renames()


@pytest.fixture(scope="session", params=RANDOM_ON)
def edited(
    request: pytest.FixtureRequest,
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Edited]:
    folder = tmp_path_factory.mktemp("edited")
    with contextlib.ExitStack() as stack:
        places = Places(servers, stack)
        _, scratch = places[request.param]
        server = stack.enter_context(places.empty(request.param))
        yield Edited(server, scratch, Everything(request.param), folder)


def test_edits_of_many_objects(edited: Edited) -> None:
    """One edit of each object at once: these objects change, and no others, there and back."""
    everything = edited.everything
    start = texts(edited.server)
    for number, (states, found) in enumerate(edited.rounds.items()):
        changed = {id for each in found.changes for id in ids_of(each)}
        beside = {id for state in states for id in everything.beside(state)}
        owners = [everything.owners(state) for state in states]
        assert all(ids & changed for ids in owners), changed
        assert changed <= beside.union(*owners), changed
        if _IS_SHORT and number % 4:
            continue
        run(edited.server, found.plan.up)
        again = edited.compared(*states)
        run(edited.server, found.plan.down)
        assert again.changes == ()
        assert texts(edited.server) == start


@THOUSAND
@given(data=st.data())
def test_an_edit_is_one_change(edited: Edited, data: st.DataObject) -> None:
    edit = data.draw(st.sampled_from(edited.everything.edits()))
    note(f"{edited.everything.told(edit.before)} -> {edited.everything.told(edit.after)}")
    before, after = (edited.schema(each, edit.beside) for each in (edit.before, edit.after))
    changes = compare(before, after, edited.server.flavour, edited.renames(edit.after))
    changed = [id for each in changes for id in ids_of(each)]
    assert len(changes) == 1 + len(edit.beside), changed
    assert edit.beside <= set(changed)
    for change in changes:
        if isinstance(change, Alter) and edit.is_one_part:
            assert len(change.parts) == 1, change.parts


def ids_of(change: Change) -> tuple[str, ...]:
    """The objects of a change; a renamed one under both names."""
    if isinstance(change, Rename):
        return change.before, change.after
    thing = change.before if isinstance(change, Drop) else change.after
    if isinstance(thing, Table):
        return (object_id("table", thing.name),)
    return (object_id(thing.kind, thing.name),)


@ALONE
@given(data=st.data())
def test_an_edit_leads_there_and_back(edited: Edited, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(edited.everything.states()))
    leads_there_and_back(edited, state)


@pytest.mark.edits
def test_every_edit_leads_there_and_back(edited: Edited) -> None:
    for state in edited.everything.states():
        leads_there_and_back(edited, state)


def leads_there_and_back(edited: Edited, state: State) -> None:
    start = texts(edited.server)
    print(edited.everything.told(state))  # The last one is shown with a failure.
    found = edited.compared(state)
    print(*(each.sql for each in (*found.plan.up, *found.plan.down)), sep="\n")
    run(edited.server, found.plan.up)
    again = edited.compared(state)
    run(edited.server, found.plan.down)
    assert again.changes == ()
    assert texts(edited.server) == start
