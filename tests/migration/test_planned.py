"""Plans of the planner as migrations, without a proof: what is expected of each statement holds."""

from __future__ import annotations

from plumbob.migration.draft import draft
from plumbob.migration.files import read_folder, write_pair
from plumbob.migration.migration import ABSENT, UNKNOWN
from plumbob.migration.record.live import look
from plumbob.model import Renames
from plumbob.plan.planner import plan
from plumbob.server.introspect import read_schema
from tests.migration.project import Project

BEFORE = (
    "CREATE TABLE people (id int NOT NULL PRIMARY KEY, name varchar(20), old int, KEY k (name))",
    "CREATE TABLE pets (id int NOT NULL PRIMARY KEY, owner int,"
    " CONSTRAINT fk_owner FOREIGN KEY (owner) REFERENCES people (id))",
    "CREATE TABLE `gone; -- {{ x }}` (id int NOT NULL PRIMARY KEY, d date NOT NULL DEFAULT '2000-01-01')",
)
AFTER = (
    "CREATE TABLE users (id int NOT NULL PRIMARY KEY, full_name varchar(200), KEY k (full_name),"
    " UNIQUE KEY u (full_name, id))",
    "CREATE TABLE pets (id int NOT NULL PRIMARY KEY, owner int, kind enum('cat','it''s; a dog'),"
    " CONSTRAINT fk_owner FOREIGN KEY (owner) REFERENCES users (id) ON DELETE CASCADE)",
    "CREATE TABLE toys (id int NOT NULL PRIMARY KEY, pet int,"
    " CONSTRAINT fk_pet FOREIGN KEY (pet) REFERENCES pets (id)) COMMENT='100 %; {{ y }}'",
)
RENAMES = Renames({"users": "people"}, {("users", "full_name"): "name"})


def test_a_plan_without_a_proof_is_applied_and_rolled_back(project: Project) -> None:
    project.start(*AFTER, here=False)
    project.sql(*BEFORE)
    with project.server(project.scratch) as server:
        after = read_schema(server)
    with project.server() as server:
        before, flavour = read_schema(server), server.flavour
    made = plan(before, after, RENAMES, flavour)
    migration = draft(
        made, before, after, flavour, message="all at once", created="2026-11-24T13:15:00Z"
    )
    write_pair(project.folder, migration)
    expected = [value for each in migration.up for value in each.after.values()]
    assert ABSENT in expected and UNKNOWN in expected
    outcome = project.apply(allow=["all"])
    assert outcome.statements == len(made.up)
    with project.server() as server:
        assert look(server).fingerprint == migration.after
    assert project.rollback(allow=["all"]).statements == len(made.down)
    with project.server() as server:
        assert look(server).fingerprint == read_folder(project.folder)[0].before
