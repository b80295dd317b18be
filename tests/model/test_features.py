"""What depends on a version stands in one table, and no number stops a server from being used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import plumbob
from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.tables import create_table_sql, parse_create_table
from plumbob.model import Schema, features, parse_flavour
from plumbob.model.features import KNOWN, Feature, note_of_version

PACKAGE = Path(plumbob.__file__).parent
FEATURES = {
    feature.name: feature
    for found in vars(features).values()
    for feature in (found.values() if isinstance(found, dict) else [found])
    if isinstance(feature, Feature)
}
SQL = """CREATE TABLE t (id int unsigned auto_increment primary key, a varchar(9) invisible default 'x',
  b json, key (a desc), check (id > 0))"""


def test_no_other_file_compares_versions() -> None:
    """A number of a release elsewhere is a fact that would be forgotten with the next release."""
    compares = re.compile(r"\.version(\[:2\])?\s*(<|>|==|!=)|[<>]=?\s*[\w.]+\.version\b")
    found = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if compares.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["model/features.py"]


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES.keys())
def test_every_feature_has_a_source_and_a_server(feature: Feature) -> None:
    assert feature.source
    assert feature.mysql is not None or feature.mariadb is not None


@pytest.mark.parametrize(
    ("newer", "newest"),
    [
        ("26.7.0", "9.7.4"),
        ("10.1.0", "9.7.4"),
        ("9.8.0", "9.7.4"),
        ("12.4.0-MariaDB", "12.3.1-MariaDB"),
        ("13.0.0-MariaDB", "12.3.1-MariaDB"),
    ],
)
def test_a_newer_server_is_taken_for_the_newest_known(newer: str, newest: str) -> None:
    new, known = parse_flavour(newer), parse_flavour(newest)
    assert [each for each in FEATURES.values() if each.is_in(new) != each.is_in(known)] == []
    name = str(known).partition(" ")[0]
    assert (
        f"is newer than {name} {'.'.join(map(str, KNOWN[known.maker].newest))}"
        in note_of_version(new)
    )
    texts = [made(version) for version in (newer, newest)]
    assert texts[0] == texts[1]


def made(version: str) -> str:
    """What a table is made with on a server that nobody has yet."""
    flavour = parse_flavour(version)
    schema = completed(Schema({"t": parse_create_table(SQL)}), flavour)
    table = canonical(schema, flavour, server_defaults(flavour)).tables["t"]
    assert parse_create_table(create_table_sql(table, flavour), flavour)
    return create_table_sql(table, flavour)


@pytest.mark.parametrize("version", ["5.7.44-log", "5.6.51", "10.5.28-MariaDB", "10.3.39-MariaDB"])
def test_an_older_server_gets_a_clear_word(version: str) -> None:
    assert "the oldest that plumbob is made for" in note_of_version(parse_flavour(version))


@pytest.mark.parametrize(
    "version",
    ["8.0.11", "8.0.36-28", "8.4.6", "9.0.1", "9.7.4-cluster", "10.6.0-MariaDB", "11.4.2-MariaDB",
     "11.8.9-MariaDB", "12.0.2-MariaDB", "12.3.1-MariaDB"],
)  # fmt: skip
def test_of_known_servers_there_is_nothing_to_say(version: str) -> None:
    assert note_of_version(parse_flavour(version)) == ""
    assert made(version)
