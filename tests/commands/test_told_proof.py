"""Where a plan was proved, and by which version: in the file, and in the report of every command."""

from __future__ import annotations

import pytest

from plumbob import __version__
from tests.commands.desk import WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.servers import Server

BY = f"by plumbob {__version__}"
AGE = "      age: int\n"


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def test_every_report_says_what_was_proved_where_and_by_which_version(desk: Desk) -> None:
    user = desk.user
    (place,) = (
        line.removeprefix("-- proof: run up and down with the expected result on ")
        for line in desk.file().read_text().splitlines()
        if line.startswith("-- proof: ")
    )
    told = f"proved: both ways were run on {place} {BY}\n"
    assert f"-- tool: plumbob {__version__}\n" in desk.file().read_text()
    assert told in user.types("status").out
    assert told in fails(user, 1, "apply", "--dry-run").out
    in_json = {"proved": place, "proved_by": f"plumbob {__version__}", "unproved": ""}
    (pending,) = user.types("status", "--json").json["pending"]
    (proof,) = user.types("apply", "--dry-run", "--json").json["proofs"]
    assert in_json.items() <= pending.items()
    assert in_json.items() <= proof.items()
    user.succeeds("apply")
    user.declare(WITH_EMAIL + AGE)
    assert told in fails(user, 1, "diff", "--prove").out
    in_markdown = f"proved: both ways were run on `{place} {BY}`"
    assert in_markdown in fails(user, 1, "diff", "--prove", "--format", "markdown").out
    assert in_json.items() <= fails(user, 1, "diff", "--prove", "--json").json.items()
    written = user.succeeds("diff", "--write", "-m", "age")
    assert told in written.out
    # Which server that was is a part of the place.
    assert place.startswith(f"a scratch database on {desk.server.flavour} at ")


def test_an_edited_file_is_not_proved_until_it_is_checked(desk: Desk) -> None:
    desk.edits("-- assert: SELECT TRUE")
    assert "not proved: it was edited since: schema check --write" in desk.user.types("status").out
    checked = desk.user.succeeds("check", "--write", "--json").json["migrations"]
    assert checked[0]["proved_by"] == f"plumbob {__version__}"
    assert f" {BY}\n" in desk.user.succeeds("check").out
    assert f" {BY}\n" in desk.user.types("status").out


def test_what_is_not_proved_says_why(desk: Desk) -> None:
    user = desk.user
    user.succeeds("apply")
    user.declare(WITH_EMAIL + AGE)
    why = "no scratch database was wanted"
    assert f"not proved: {why}\n" in user.succeeds("diff", "--write", "--scratch", "none").out
    assert f"not proved: {why}\n" in user.types("status").out
    (pending,) = user.types("status", "--json").json["pending"]
    assert pending["unproved"] == why
    assert pending["proved_by"] == ""
