"""Programs of any sql_mode, written into one file of SQL: they are read back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from plumbob.declaration import load
from plumbob.declaration.edit.sql_said import whole_statements
from plumbob.model import (
    Column,
    Event,
    Expression,
    Flavour,
    Routine,
    Schema,
    Session,
    Table,
    Type,
    object_key,
)
from tests.property.bodies import text_in
from tests.property.drawn import TEXTS, Draw

MODES = (
    None,
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
    "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI",
)
FRAMES = (
    "set @a = {}",
    "begin set @a = {}; set @b = concat({}, ';'); end",
    "begin\n  -- it's\n  set @a = {};\nend -- the end",
)


@st.composite
def programs(draw: Draw) -> list[Routine | Event]:
    found: list[Routine | Event] = []
    for number in range(draw(st.integers(1, 4))):
        mode, comment, text = draw(st.sampled_from(MODES)), draw(TEXTS), draw(TEXTS)
        body = draw(st.sampled_from(FRAMES)).replace("{}", text_in(mode or "", text))
        session = Session(sql_mode=mode)
        if draw(st.booleans()):
            none = Expression("", "")
            found.append(
                Routine("procedure", f"p{number}", none, body, comment=comment, session=session)
            )
        else:
            at = "2035-01-01 02:30:00"
            found.append(Event(f"e{number}", body, at=at, comment=comment, session=session))
    return found


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("modes") / "schema.sql"


@settings(max_examples=settings().max_examples // 2)
@given(made=programs())
def test_a_file_of_sql_gives_back_programs_of_every_mode(
    script: Path, made: list[Routine | Event]
) -> None:
    schema = Schema(
        {"t": Table("t", (Column("a", Type("int")),))},
        {object_key(each.kind, each.name): each for each in made},
    )
    text = whole_statements(schema, Flavour("mysql", (9, 7, 0)))
    note(text)
    script.write_text(text, encoding="utf-8")
    assert dict(load(script).schema.stored) == dict(schema.stored)
