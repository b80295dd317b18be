"""What would give each node other rows is told by the diff, and not written down."""

from __future__ import annotations

import re

from plumbob.errors import Exit
from tests.cluster import Cluster
from tests.commands.desk import BEGIN, END, NOTHING
from tests.commands.user import User
from tests.migration.project import Project

START = """\
tables:
  users:
    columns:
      id: int primary key
      name: varchar(20)
  keyless:
    columns:
      n: int
"""
WANTED = """\
tables:
  people:
    was: users
    columns:
      id: int primary key
      name: varchar(20)
      token: char(36) not null default (uuid())
  keyless:
    columns:
      id: int auto_increment primary key
      n: int
  files:
    columns:
      id: int primary key
    options: engine=MyISAM
"""


def test_the_diff_tells_what_apply_would_refuse_and_writes_it_not(
    cluster: Cluster, project: Project
) -> None:
    user = User(project.folder.parent, project.url)
    user.declare(START)
    user.brings_in_sync()
    user.declare(WANTED)
    # Without rows there is nothing to be otherwise, but for an engine that has none of the others'.
    assert len(user.types("diff", "--json").json["diverging"]) == 1
    project.sql("INSERT INTO users VALUES (1, 'Ann')", "INSERT INTO keyless VALUES (1)")
    found = user.types("diff", "--json")
    said = [each["what"] for each in found.json["diverging"]]
    assert found.code == Exit.DIFFERENT
    assert [re.sub(r", .*|:.*", "", each) for each in sorted(said)] == [
        "a new column people.token with the default uuid()",
        "an AUTO_INCREMENT column for keyless",
        "create table files",
    ]
    for form in ("text", "markdown", "sql"):
        out = user.types("diff", "--format", form).out.lower()
        assert "will be refused on this cluster" in out and "in three steps" in out, form
    before = sorted(user.folder.rglob("*"))
    written = user.types("diff", "--write", "-m", "all of it")
    assert (written.code, sorted(user.folder.rglob("*"))) == (Exit.UNSAFE, before)
    assert "in three steps" in written.err and "make an InnoDB table" in written.err


def test_the_way_that_is_told_leads_there(cluster: Cluster, project: Project) -> None:
    """The column without a value, an UPDATE by hand, then the default for rows to come."""
    user = User(project.folder.parent, project.url)
    user.declare(START)
    user.brings_in_sync()
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')")
    column = START.replace("varchar(20)\n", "varchar(20)\n      token: char(36){}\n")
    user.declare(column.format(""))
    user.succeeds("diff", "--write", "-m", "token")
    (up,) = (user.folder / "generated" / "migrations").glob("*_token.sql")
    (down,) = (user.folder / "generated" / "migrations").glob("*_token.rollback.sql")
    up.write_text(f"{up.read_text()}\n{BEGIN}\nUPDATE users SET token = uuid();\n{END}\n")
    at = (said := down.read_text()).index("\n-- statement 1")
    down.write_text(f"{said[:at]}\n{NOTHING}\n{said[at:]}")
    user.succeeds("check", "--write")
    user.succeeds("apply")
    user.declare(column.format(" not null default (uuid())"))
    user.brings_in_sync()
    assert project.count("users", "CHAR_LENGTH(token) = 36") == 2
    assert cluster.databases_equal(project.database)
