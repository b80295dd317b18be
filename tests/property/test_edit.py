"""Two random schemas and a random layout: the files of the one, edited, say what the other says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.declaration import Declaration, load
from plumbob.declaration.edit import edit
from plumbob.declaration.files import load_anew
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import STORED_KINDS, Schema
from plumbob.workflow import resolve
from plumbob.workflow.declared import usual_session
from plumbob.workflow.pull import names_of
from tests.property.layouts import ALL, Files, laid_out
from tests.property.schemas import schemas
from tests.property.trip import Place

FEW = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 7)


@FEW
@given(data=st.data())
def test_the_edited_files_say_what_is_live(
    place: Place, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    before, after = (data.draw(schemas(place.flavour)) for _ in range(2))
    # A file of SQL has line ends of one kind, whatever a program was sent with.
    is_of_lines = not any("\r" in each.sql for each in (*before, *after))
    layout = data.draw(st.sampled_from(ALL if is_of_lines else ALL[:-1]))
    place.make(before)
    old = place.read()
    place.make(after)
    live = place.read()
    files = laid_out(old, layout, place.flavour)
    declaration = written(tmp_path_factory.mktemp("edited"), files)
    assert_nothing_to_edit(declaration, old, place)
    # The second time, what the first did not bring to say what is live is written anew.
    left = differing_once_edited(declaration, live, place, plain=set())
    if left:
        left = differing_once_edited(declaration, live, place, plain=left)
    assert not left


def written(folder: Path, files: Files) -> Declaration:
    for name, text in files.items():
        note(f"-- {name}\n{text}")
        (folder / name).write_bytes(text.encode())
    declaration = load(folder / next(iter(files)))
    # As with --all: kinds without a section come as well.
    return replace(declaration, sections=frozenset(STORED_KINDS))


def assert_nothing_to_edit(declaration: Declaration, old: Schema, place: Place) -> None:
    """Where nothing differs no byte changes, not even when every table is looked at part by part."""
    declared = resolve(declaration, place.server, old)
    assert compare(old, declared, place.flavour) == ()
    assert edit(declaration, declared, old, place.flavour, set(old.tables)).contents == {}


def differing_once_edited(
    declaration: Declaration, live: Schema, place: Place, plain: set[str]
) -> set[str]:
    """The tables in which the edited files differ; expressions stand in them in the server's words."""
    declared = resolve(declaration, place.server, live)
    changed = names_of(compare(live, declared, place.flavour))
    session = usual_session(place.server, declaration.schema)
    edited = edit(declaration, declared, live, place.flavour, changed, plain, session)
    for path, content in edited.contents.items():
        note(f"-- {path.name}, edited\n{content.decode()}")
    try:
        anew = load_anew(declaration, edited.contents)
    except PlumbobError:
        if plain:
            raise
        return changed
    return names_of(compare(live, resolve(anew, place.server, live), place.flavour))
