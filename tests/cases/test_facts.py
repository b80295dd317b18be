"""Every tricky fact has a case, and what people write of it is made, read back and declared again.

A case begins from what is there; here each fact begins from nothing, and the way is the whole one: what
is declared is made, is the same to the letter as if the statement itself had been run, and reads back
into a declaration that means the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import dump, load
from plumbob.server.connection import Server
from plumbob.workflow import read_live
from tests.cases import trip
from tests.cases.case import SERVERS, Told, cases
from tests.load_yaml import load_yaml

ALL = {
    "types": range(1, 18),
    "defaults": range(18, 28),
    "charset": range(28, 34),
    "generated": range(34, 39),
    "index": range(39, 54),
    "fk": range(54, 62),
    "check": range(62, 65),
    "table-options": range(65, 71),
    "alter": range(71, 75),
    "names": range(75, 77),
    "partition": range(77, 82),
    "view": range(82, 84),
    "trigger": range(84, 85),
    "routine": range(85, 86),
    "event": range(86, 87),
    "mariadb-only": range(87, 89),
}
IDS = [f"{topic}-{number:02}" for topic, numbers in ALL.items() for number in numbers]

FACTS: list[dict[str, Any]] = load_yaml(
    (Path(__file__).parents[1] / "ddl" / "facts.yaml").read_text("utf-8")
)
# What a session of ours never says, what a declaration reads otherwise than one server, and no table.
NOT_MADE = ("types-08", "table-options-70", "names-76", "mariadb-only-87")
# Where what we make differs in the letters from what the statement makes: a name is given by our rule
# (fk_t_a, ck_t_a) and not by the server's (t_ibfk_1), or LOCALTIME is written as what it means.
SPELLED_OTHERWISE = {
    *((name, server) for name in ("fk-55", "fk-56", "fk-58", "fk-60") for server in SERVERS),
    *(("generated-37", server) for server in SERVERS),
    *((name, "mysql") for name in ("check-62", "check-64")),
    ("defaults-24", "mariadb118"),
}
TRIPS = [
    pytest.param(server, fact, id=f"{fact['id']}-{server}")
    for server in SERVERS
    for fact in FACTS
    if server.removesuffix("118") in fact and fact["id"] not in NOT_MADE
]


def test_there_are_88_facts() -> None:
    assert len(IDS) == len(set(IDS)) == 88


@pytest.mark.parametrize("fact", IDS)
def test_every_fact_has_a_case(fact: str) -> None:
    named = [case for case in cases() if str(case.told["name"]).startswith(f"{fact} ")]
    assert named, f"the fact {fact} has no case"


@pytest.mark.parametrize(("live", "fact"), TRIPS, indirect=["live"])
def test_a_fact_is_made_and_read_back(
    live: Server, fact: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    written = ";\n".join(fact["ddl"])
    for sql in fact["ddl"]:
        live.execute(sql)
    by_hand = trip.texts(live)
    drop_all(live)
    declaration = trip.declare(Told({"to": written}), tmp_path)
    made = trip.compare(live, declaration)
    trip.run(live, made.plan.up)
    assert trip.compare(live, declaration).changes == ()
    is_otherwise = (fact["id"], request.node.callspec.params["live"]) in SPELLED_OTHERWISE
    assert (trip.texts(live) != by_hand) is is_otherwise
    path = tmp_path / "again.yaml"
    path.write_text(dump(read_live(live), live.flavour), encoding="utf-8")
    again = load(path)
    assert again.schema.tables.keys() == made.declared.tables.keys()
    assert trip.compare(live, again).changes == ()
    trip.run(live, made.plan.down)
    assert trip.texts(live) == {}


def drop_all(live: Server) -> None:
    with live.session({"foreign_key_checks": "0"}):
        for name in trip.texts(live):
            live.execute(f"DROP TABLE `{name}`")
