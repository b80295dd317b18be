"""VECTOR in a seed file, on the servers that have the type."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from plumbob.declaration import load
from plumbob.errors import ManyErrors, PlumbobError
from plumbob.seeds.files import read_seeds
from plumbob.seeds.offline import check_offline
from tests.conftest import Servers, empty_database
from tests.seeds.conftest import sower_of

SCHEMA = (
    "tables:\n  notes:\n    columns: {id: int primary key, said: vector(3), plain: varchar(9)}\n"
)
# As it is written, and the numbers that are stored.
WRITTEN = {
    "[0.5, -1, 3e2]": (0.5, -1.0, 300.0),
    "'[1,2 , 3]'": (1.0, 2.0, 3.0),
    "{hex: 0000803f0000004000004040}": (1.0, 2.0, 3.0),
    "[0.1, 0, 1e-30]": struct.unpack("<3f", struct.pack("<3f", 0.1, 0, 1e-30)),
    "": None,
}
WRONG = {
    "[1, 2]": "notes.said: this has 2 numbers, and vector(3) has 3",
    "[1, 2, 3, 4]": "notes.said: this has 4 numbers, and vector(3) has 3",
    "[]": "notes.said: this has 0 numbers, and vector(3) has 3",
    "[1, two, 3]": "notes.said: this is no number",
    "[1, .nan, 3]": "notes.said: this is no number",
    "[1, [2], 3]": "notes.said: said takes no list: it is vector",
    "[1, 1e39, 3]": "notes.said: this is out of range: a number of a vector goes to 3.4e38",
    "far": "notes.said: this is no vector",
    "{hex: 00}": "notes.said: this has 1 bytes, and vector(3) has 4 a number",
}


@pytest.mark.parametrize("name", ["mysql", "mariadb118"])
def test_a_vector(name: str, servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "vectors.yaml").write_text(SCHEMA)
    server = servers(name)
    with empty_database(server) as database:
        sower = sower_of(tmp_path / "vectors.yaml", tmp_path, server, database)
        rows = "".join(
            f"    r{number}: {{id: {number}, said: {text}}}\n"
            for number, text in enumerate(WRITTEN)
        )
        sower.writes(f"rows:\n  notes:\n{rows}")
        assert f"{len(WRITTEN)} inserted" in sower.seeds().out
        found = sower.rows("SELECT HEX(said) FROM notes ORDER BY id")
        stored = [
            None if said is None else struct.unpack("<3f", bytes.fromhex(said)) for (said,) in found
        ]
        assert stored == list(WRITTEN.values())
        assert f"0 inserted, 0 updated, {len(WRITTEN)} unchanged" in sower.seeds().out
        sower.writes(f"rows:\n  notes:\n{rows}".replace("-1", "-2"))
        assert "1 updated" in sower.seeds().out
        sower.seeds("--undo")
        assert sower.rows("SELECT COUNT(*) FROM notes") == [(0,)]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "vectors.yaml").write_text(SCHEMA)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.yaml").write_text(f"rows: {{notes: {{a: {{id: 1, said: {text}}}}}}}\n")
    with pytest.raises((PlumbobError, ManyErrors)) as caught:
        check_offline(read_seeds(tmp_path / "seeds"), load(tmp_path / "vectors.yaml").schema)
    assert WRONG[text] in str(caught.value)
