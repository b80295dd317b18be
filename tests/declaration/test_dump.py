"""A live schema is declared in the shortest form that loads to the same."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.defaults import has_no_default
from plumbob.ddl.expression import expression
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.tables import parse_create_table
from plumbob.declaration import dump, load, validate
from plumbob.declaration.dump.yaml_text import quoted
from plumbob.model import (
    Check,
    Column,
    Default,
    Flavour,
    Index,
    KeyPart,
    NotUnderstood,
    Schema,
    Table,
    Type,
    Unmanaged,
)
from tests.load_yaml import load_yaml

FLAVOURS = {"mysql": Flavour("mysql", (9, 7, 0)), "mariadb": Flavour("mariadb", (10, 11, 0))}
CASES = [
    (case, FLAVOURS[server])
    for case in load_yaml(Path(__file__).with_name("dump.yaml").read_text(encoding="utf-8"))
    for server in ([case["server"]] if "server" in case else FLAVOURS)
]


HEAD = """\
database:
  charset: utf8mb4
  collation: utf8mb4_unicode_ci
  engine: {engine}

tables:
"""


def schema_of(*tables: Table) -> Schema:
    named = {table.name: table for table in tables}
    return Schema(named, charset="utf8mb4", collation="utf8mb4_unicode_ci")


# The first table behind those of a case.
PARENT = "parents_follow"


def with_parents(schema: Schema) -> Schema:
    """The schema with the tables that its foreign keys refer to, at the end: without them a key is left out."""
    keys = (key for table in schema.tables.values() for key in table.foreign_keys)
    names = [PARENT, *(key.parent for key in keys if key.parent not in schema.tables)]
    parents = {name: parse_create_table(f"create table `{name}` (id int)") for name in names}
    return replace(schema, tables={**schema.tables, **parents})


def loaded(text: str) -> Schema:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.yaml"
        path.write_text(text, encoding="utf-8")
        declaration = load(path)
    assert not declaration.warnings
    return declaration.schema


def settled(schema: Schema, flavour: Flavour) -> Schema:
    """In canonical form, the order of indexes and checks aside, which means nothing."""
    defaults = Defaults(schema.charset or "", schema.collation or "")
    found = canonical(completed(schema, flavour), flavour, defaults)
    tables = {
        name: replace(
            table,
            indexes=tuple(sorted(table.indexes, key=lambda index: index.name)),
            foreign_keys=tuple(sorted(table.foreign_keys, key=lambda key: key.name)),
            checks=tuple(sorted(table.checks, key=lambda check: check.name)),
        )
        for name, table in found.tables.items()
    }
    return replace(found, tables=tables)


def assert_loads_back(schema: Schema, flavour: Flavour) -> None:
    live = without_defaults(schema, flavour)
    assert settled(loaded(dump(schema, flavour)), flavour) == settled(live, flavour)


def without_defaults(schema: Schema, flavour: Flavour) -> Schema:
    """Live columns without any default, as a declaration has to say it."""
    tables = {
        name: replace(
            table,
            columns=tuple(
                replace(column, default=Default("none"))
                if has_no_default(column, flavour)
                else column
                for column in table.columns
            ),
        )
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


@pytest.mark.parametrize(
    ("case", "flavour"), CASES, ids=[f"{case['given']}-{flavour.maker}" for case, flavour in CASES]
)
def test_it_is_declared_so(case: dict[str, Any], flavour: Flavour) -> None:
    schema = with_parents(schema_of(parse_create_table(case["sql"], flavour)))
    expected = "".join(
        f"  {line}" if line.strip() else line for line in case["is"].splitlines(True)
    )
    head = HEAD.format(engine=case.get("engine", "InnoDB"))
    text, marker, _ = dump(schema, flavour).partition(f"\n  {PARENT}:\n")
    assert marker
    assert text == head + expected
    assert_loads_back(schema, flavour)


def test_strings_that_say_the_character_set_of_their_table_are_told_once() -> None:
    said = "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    columns = {
        "all_say_it": f"`a` varchar(9) {said} NULL DEFAULT NULL, `b` text {said}, "
        "`c` char(1) CHARACTER SET latin1 DEFAULT NULL",
        "so_do_these": f"`a` varchar(9) {said} DEFAULT NULL",
        "one_of_two": f"`a` varchar(9) {said} DEFAULT NULL, `b` text COLLATE utf8mb4_unicode_ci",
        "none": "`a` int DEFAULT NULL",
    }
    options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"
    mysql = FLAVOURS["mysql"]
    schema = schema_of(
        *(
            parse_create_table(f"CREATE TABLE `{name}` ({each}) {options}", mysql)
            for name, each in columns.items()
        )
    )
    text = dump(schema, mysql)
    assert (
        text
        == """\
database:
  charset: utf8mb4
  collation: utf8mb4_unicode_ci
  charset_written: true
  engine: InnoDB

tables:
  all_say_it:
    columns:
      a: varchar(9)
      b: text
      c: char(1) character set latin1

  so_do_these:
    columns:
      a: varchar(9)

  one_of_two:
    charset_written: false
    columns:
      a: varchar(9) character set utf8mb4 collate utf8mb4_unicode_ci
      b: text

  none:
    columns:
      a: int
"""
    )
    assert_loads_back(schema, mysql)
    written = {
        name: [column.type.charset_written for column in table.columns]
        for name, table in settled(loaded(text), mysql).tables.items()
    }
    assert written == {
        "all_say_it": [True, True, True],
        "so_do_these": [True],
        "one_of_two": [True, False],
        "none": [False],
    }


def test_what_cannot_be_declared_is_named() -> None:
    schema = Schema(
        charset="utf8mb4",
        collation="utf8mb4_bin",
        not_understood={"t\n": NotUnderstood("t\n", "…", "PERIOD FOR\nis not understood")},
        unmanaged=(Unmanaged("view", "v"),),
    )
    text = dump(schema, FLAVOURS["mariadb"])
    assert text.endswith(
        "tables: {}\n"
        '# The table "t\\n" is left out, for it is not understood: PERIOD FOR is not understood\n'
        "# The view v is left out: such objects are not managed.\n"
    )
    assert loaded(text).tables == {}


def test_a_name_that_is_given_by_rule_is_left_out() -> None:
    flavour = FLAVOURS["mysql"]
    long_name = "a_table_with_a_name_that_is_as_long_as_a_table_name_may_be_here"
    table = parse_create_table(f"create table {long_name} (hub_id int references hub(id))")
    text = dump(with_parents(completed(schema_of(table), flavour)), flavour)
    assert "hub_id: int references hub(id)\n" in text
    assert "keys" not in text


def test_the_usual_engine_is_the_database_s() -> None:
    column = Column("a", Type("int"), default=Default("null"))
    tables = [Table(name, (column,), engine="MyISAM") for name in ("t", "u")]
    tables.append(Table("v", (column,), engine="InnoDB"))
    text = dump(schema_of(*tables), FLAVOURS["mysql"])
    assert "  engine: MyISAM\n\ntables:" in text
    assert text.endswith("  v:\n    engine: InnoDB\n    columns:\n      a: int\n")


# Everything that a server gives back: no emoji, no NUL in names, no blank at their ends.
CHARACTERS = st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_characters="\0￾￿")
NASTY = st.sampled_from(list(" \t\n\r'\"`\\:#-?,[]{}&*!|>%@~=<0123eE.+_yYnNé\u2028\x85"))
TEXTS = st.one_of(st.text(CHARACTERS, max_size=20), st.text(NASTY, max_size=8))
WORDS = st.sampled_from(
    [
        "no",
        "yes",
        "null",
        "~",
        "on",
        "<<",
        "=",
        "010",
        "1e3",
        "12:30",
        "2024-01-01",
        "unique",
        "key",
        "index",
        "vector",
        "select",
        "#1",
        "a: b",
        "- a",
        "? a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`",
        "a`b",
    ]
)
NAMES = st.one_of(TEXTS, WORDS).map(lambda name: name[:64].rstrip(" \t\n\r\v\f")).filter(bool)


@given(TEXTS | WORDS)
def test_any_text_is_quoted_as_it_has_to_be(text: str) -> None:
    for document in (f"{quoted(text)}: {quoted(text)}\n", f"a:\n  - {quoted(text)}\n"):
        node: Any = yaml.compose(document, Loader=yaml.SafeLoader)
        (key, value), *_ = node.value
        scalar = value.value[0] if isinstance(value, yaml.SequenceNode) else value
        assert scalar.value == text
        assert scalar.tag == key.tag == "tag:yaml.org,2002:str"


@given(
    table=NAMES,
    columns=st.lists(NAMES, min_size=2, max_size=3, unique_by=str.lower),
    names=st.lists(NAMES, min_size=2, max_size=2, unique_by=str.lower),
    texts=st.lists(TEXTS, min_size=5, max_size=5),
    flavour=st.sampled_from(list(FLAVOURS.values())),
)
def test_any_name_and_text_loads_back(
    table: str, columns: list[str], names: list[str], texts: list[str], flavour: Flavour
) -> None:
    first, second, *_ = columns
    label = texts[2].rstrip(" ")
    found = Table(
        table,
        (
            Column(first, Type("varchar", 90), default=Default("text", texts[0]), comment=texts[1]),
            Column(
                second, Type("enum", labels=("x", f"y{label}")), null=False, comment=texts[1] * 9
            ),
        ),
        indexes=(
            Index(names[0], "index", (KeyPart(second), KeyPart(first, 3, descending=True))),
            Index(names[1], "unique", (KeyPart(first),), comment=texts[3]),
        ),
        checks=(
            Check(names[0], expression(f"({quote_name(first)} <> _utf8mb4{quote_text(texts[4])})")),
        ),
        comment=texts[4],
    )
    assert_loads_back(schema_of(found), flavour)


def test_the_usual_character_set_is_the_database_s_where_no_table_has_its_own() -> None:
    columns = (Column("a", Type("int")),)
    tables = [
        Table(name, columns, charset="latin1", collation="latin1_bin") for name in ("t", "u", "v")
    ]
    text = dump(schema_of(*tables), FLAVOURS["mysql"])
    assert text.startswith("database:\n  charset: latin1\n  collation: latin1_bin\n")
    assert text.count("latin1") == 2
    own = Table("w", columns, charset="utf8mb4", collation="utf8mb4_unicode_ci")
    assert "  collation: utf8mb4_unicode_ci\n" in dump(schema_of(*tables, own), FLAVOURS["mysql"])


def test_a_live_schema_is_valid(tmp_path: Path) -> None:
    """The demo shop, dumped as if it were live, passes all rules of both servers."""
    shop = Path(__file__).parents[2] / "schema" / "schema.yaml"
    for flavour in FLAVOURS.values():
        path = tmp_path / "schema.yaml"
        path.write_text(dump(completed(load(shop).schema, flavour), flavour), encoding="utf-8")
        assert validate(load(path), flavour) == ()
        assert settled(load(path).schema, flavour) == settled(load(shop).schema, flavour)
