"""The grammar and the rules against what servers say: every text is given back, every spelling understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.ddl.canonical import canonical, canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.tables import create_table_sql, parse_create_table
from plumbob.diff.adopt import adopt_names
from plumbob.diff.compare import compare
from plumbob.model import Renames, Schema, parse_flavour
from plumbob.server.connection import Server
from plumbob.workflow import database_defaults, read_live
from tests.load_yaml import load_yaml

FACTS: list[dict[str, Any]] = load_yaml((Path(__file__).parent / "facts.yaml").read_text())
FLAVOURS = {"mysql": parse_flavour("9.7.4"), "mariadb": parse_flavour("10.11.19-MariaDB")}
NOT_UNDERSTOOD = ("mariadb-only-87",)
# Where the rules in Python do not get to what the server prints, and why; the server is asked there.
MEANING = "an expression is rewritten: only the server knows SQL's meaning"
ONLY_THE_SERVER = {
    ("defaults-23", "mysql"): "a time in short",
    ("defaults-23", "mariadb"): "a time in short",
    ("generated-36", "mysql"): MEANING,
    ("index-45", "mysql"): MEANING,
    ("index-49", "mysql"): "KEY_BLOCK_SIZE of an index is dropped by InnoDB",
    ("check-63", "mysql"): MEANING,
}
# Facts of a session that plumbob's own never has: its settings are pinned.
OF_OTHER_SESSIONS = ("types-08", "table-options-70")
TEXTS = [
    pytest.param(name, fact[name].replace(r"\xff", "\udcff"), id=f"{fact['id']}-{name}")
    for fact in FACTS
    for name in FLAVOURS
    if name in fact and fact["id"] not in NOT_UNDERSTOOD
]
SPELLINGS = [
    pytest.param(server, fact, id=f"{fact['id']}-{server}")
    for fact in FACTS
    for server in ("mysql", "mariadb", "mariadb118")
    if server.removesuffix("118") in fact
    and not (server.startswith("mariadb") and fact["id"] in (*OF_OTHER_SESSIONS, *NOT_UNDERSTOOD))
]


@pytest.mark.parametrize(("server", "text"), TEXTS)
def test_every_text_of_a_server_is_given_back(server: str, text: str) -> None:
    flavour = FLAVOURS[server]
    assert create_table_sql(parse_create_table(text, flavour), flavour) == text.rstrip()


@pytest.mark.parametrize(("server", "text"), TEXTS)
def test_canonical_form_stays_as_it_is(server: str, text: str) -> None:
    flavour = FLAVOURS[server]
    defaults = server_defaults(flavour)
    once = canonical_table(parse_create_table(text, flavour), flavour, defaults)
    assert canonical_table(once, flavour, defaults) == once
    again = parse_create_table(create_table_sql(once, flavour), flavour)
    assert canonical_table(again, flavour, defaults) == once


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_is_not_understood_yet(name: str) -> None:
    text = next(fact["mariadb"] for fact in FACTS if fact["id"] == name)
    with pytest.raises(SyntaxFault, match="not understood yet|a sequence is no table"):
        parse_create_table(text, FLAVOURS["mariadb"])


@pytest.mark.parametrize(("live", "fact"), SPELLINGS, indirect=["live"])
def test_spellings_mean_what_the_server_takes_them_for(
    live: Server, fact: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    with live.session(fact.get("first", {})):
        for sql in fact["ddl"]:
            live.execute(sql)
    there = read_live(live)
    tables = [parse_create_table(sql, live.flavour) for sql in fact["ddl"]]
    schema = completed(Schema({table.name: table for table in tables}), live.flavour)
    ruled = canonical(schema, live.flavour, database_defaults(live))
    ruled = adopt_names(ruled, there, Renames(), live.flavour)
    names = {live.flavour.maker, request.node.callspec.params["live"]}
    unknown = any((fact["id"], name) in ONLY_THE_SERVER for name in names)
    assert (compare(there, ruled, live.flavour) != ()) is unknown
