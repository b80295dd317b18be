"""`schema fmt` through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.user import User

# What is in style already, in both.
PETS = """\
  pets:
    comment: it's
    charset: latin1
    columns:
      user_id: int references users(id) on delete cascade
    checks:
      ck: user_id > 0
"""
FILE = f"""\
# The shop.
tables:
  users:
    columns:
      id: {{type: INT, primary_key: true}}   # never reused
      name: varchar(9) not null unique
      made: {{type: datetime, default: {{sql: current_timestamp}}}}
    indexes: [name desc]
{PETS}"""
STYLED = f"""\
# The shop.
tables:
  users:
    columns:
      id: int primary key  # never reused
      name: varchar(9) not null unique
      made: datetime default current_timestamp
    indexes: [name desc]

{PETS}"""
SQL = """\
CREATE TABLE users (
  id int PRIMARY KEY,
  name varchar(9) NOT NULL UNIQUE,
  made datetime DEFAULT CURRENT_TIMESTAMP,
  KEY (name DESC)
);

CREATE TABLE pets (
  user_id int,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT ck CHECK (user_id > 0)
) DEFAULT CHARSET=latin1 COMMENT='it\'\'s';
"""


@pytest.fixture
def user(tmp_path: Path) -> User:
    found = User(tmp_path)
    found.declare(FILE)
    return found


def test_check_names_the_files_and_writes_nothing(user: User) -> None:
    result = user.types("fmt", "--check")
    assert (result.code, result.out) == (1, "would change schema/schema.yaml\n")
    assert user.schema.read_text() == FILE


def test_it_is_written_once(user: User) -> None:
    assert user.succeeds("fmt").out == "wrote schema/schema.yaml\n"
    assert user.schema.read_text() == STYLED
    assert user.succeeds("fmt").out == "nothing to change\n"
    assert user.succeeds("fmt", "--check", "--json").json == {"files": [], "written": False}


def test_to_sql_and_back(user: User) -> None:
    refused = user.types("fmt", "--to", "sql")
    assert refused.code == 4
    assert "SQL would leave out 1 things: schema/schema.yaml: 2 comments" in refused.err
    user.succeeds("fmt", "--to", "sql", "--lossy")
    script = user.schema.with_suffix(".sql")
    assert script.read_text() == SQL
    assert not user.schema.exists()
    assert user.schema.with_name("schema.yaml.old").read_text() == FILE
    user.succeeds("check")
    kept = script.with_name("schema.sql.old")
    kept.write_text("older")
    refused = user.types("fmt", "--to", "yaml")
    assert (refused.code, kept.read_text()) == (2, "older")
    assert "schema/schema.sql.old is there already" in refused.err
    kept.unlink()
    user.succeeds("fmt", "--to", "yaml")
    assert "      user_id: int references users(id) on delete cascade\n" in user.schema.read_text()
    assert user.types("fmt", "--to", "yaml").code == 2
    assert user.succeeds("fmt").out == "nothing to change\n"


def test_the_default_of_the_database_itself_has_no_word_in_sql(user: User) -> None:
    user.declare("database: {charset: latin1}\ntables: {t: {columns: {a: varchar(9)}}}\n")
    said = user.succeeds("fmt", "--to", "sql").out
    assert "note: every table says its own character set now; SQL has no `database:`, so" in said
    assert "note:" not in user.succeeds("fmt", "--to", "yaml").out


def test_strings_that_say_the_character_set_of_their_table_still_do(user: User) -> None:
    said = "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    script = f"""\
CREATE TABLE all_say_it (
  a varchar(9) {said},
  b text {said}
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE one_of_two (
  a varchar(9) {said},
  b text
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
"""
    user.schema.unlink()
    user.schema.with_suffix(".sql").write_text(script)
    user.succeeds("fmt", "--to", "yaml")
    assert user.schema.read_text().count("charset_written: true") == 1
    user.succeeds("fmt", "--to", "sql")
    assert user.schema.with_suffix(".sql").read_text() == script


def test_what_sql_cannot_say_is_named(user: User) -> None:
    user.declare(
        "tables:\n  t:\n    was: s\n    model: {class: T}\n"
        "    columns: {id: {type: int, was: a, references: t(id), as: up}}\n    primary_key: id\n"
    )
    result = user.types("fmt", "--to", "sql")
    assert "t: the names of both ends of (id); t: model; t: was s; t: was a" in result.err


DUMP = """\
CREATE TABLE a (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id), CHECK (id > 0))
  AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC;
CREATE TABLE b (id int, x varchar(9) CHARACTER SET latin1, UNIQUE KEY ux (id, x), CHECK (x <> 'y'));
CREATE TABLE c LIKE b;
"""


def test_a_script_becomes_yaml_that_says_no_more(user: User) -> None:
    user.schema.unlink()
    user.schema.with_suffix(".sql").write_text(DUMP.replace(", CHECK (id > 0)", ""))
    user.succeeds("fmt", "--to", "yaml")
    assert (
        user.schema.read_text()
        == """\
tables:
  a:
    charset: utf8mb4
    auto_increment: 7
    columns:
      id: int auto_increment primary key
    options: row_format=dynamic

  b:
    columns:
      id: int
      x: varchar(9) character set latin1
    indexes:
      ux: unique (id, x)
    checks:
    - x <> 'y'

  c:
    columns:
      id: int
      x: varchar(9) character set latin1
    indexes:
      ux: unique (id, x)
    checks:
    - x <> 'y'
"""
    )
    user.succeeds("fmt", "--check")


STORED = """\
tables:
  t:
    columns:
      id: int

views:
  v: select id from t

triggers:
  tr: |
    before insert on t for each row
    begin
      set new.id = 1;
    end

events:
  e:
    sql: ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' DO delete from t
    definer: a@b
    sql_mode: ANSI_QUOTES
    time_zone: +03:00
"""
SCRIPT = """\
CREATE TABLE t (
  id int
);

CREATE VIEW v AS
select id from t;

DELIMITER ;;
CREATE TRIGGER tr before insert on t for each row
begin
  set new.id = 1;
end;;
DELIMITER ;

SET sql_mode = 'ANSI_QUOTES';
SET time_zone = '+03:00';
CREATE DEFINER=`a`@`b` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00'\
 ON COMPLETION NOT PRESERVE ENABLE DO delete from t;
SET sql_mode = DEFAULT;
SET time_zone = DEFAULT;
"""


def test_programs_go_to_sql_and_back(user: User) -> None:
    user.declare(STORED)
    assert user.succeeds("fmt").out == "nothing to change\n"
    user.succeeds("fmt", "--to", "sql")
    script = user.schema.with_suffix(".sql")
    assert script.read_text() == SCRIPT
    user.succeeds("fmt", "--to", "yaml")
    assert user.schema.read_text() == STORED


def test_where_a_backslash_is_no_escape_a_text_is_written_so(user: User) -> None:
    declared = r"""tables:
  t:
    columns:
      id: int

procedures:
  p:
    sql: |
      ()
          COMMENT 'it\\'
      set @a = 'x;\'
    sql_mode: NO_BACKSLASH_ESCAPES

events:
  e:
    sql: ON SCHEDULE AT '2035-01-01 03:00:00' COMMENT '\\' DO set @a = '\'
    sql_mode: ANSI_QUOTES,NO_BACKSLASH_ESCAPES
"""
    user.declare(declared)
    user.succeeds("fmt", "--to", "sql")
    script = user.schema.with_suffix(".sql").read_text()
    assert "    COMMENT 'it\\'\nset @a = 'x;\\';;" in script
    assert "COMMENT '\\' DO set @a = '\\'" in script
    user.succeeds("fmt", "--to", "yaml")
    assert user.schema.read_text() == declared


def test_the_collation_that_programs_have_of_the_database_is_written_out(user: User) -> None:
    user.declare(
        "database: {collation: latin1_german1_ci}\n"
        "tables: {t: {columns: {a: int}}}\n"
        "views: {v: select a from t}\n"
        "procedures: {p: {sql: (x char(3)) select x, database_collation: utf8mb4_bin}, q: () select 1}\n"
    )
    user.succeeds("fmt", "--to", "sql")
    script = user.schema.with_suffix(".sql").read_text()
    told = [line for line in script.splitlines() if line.startswith(("SET", "CREATE"))]
    assert told == [
        "CREATE TABLE t (",
        "CREATE VIEW v AS",
        "SET collation_database = 'utf8mb4_bin';",
        "CREATE PROCEDURE p (x char(3))",
        "SET collation_database = DEFAULT;",
        "SET collation_database = 'latin1_german1_ci';",
        "CREATE PROCEDURE q ()",
        "SET collation_database = DEFAULT;",
    ]


@pytest.mark.parametrize(
    ("charset", "said"),
    [("latin1", ["SET collation_database = 'latin1_swedish_ci';"]), ("utf8mb4", [])],
)
def test_the_charset_that_programs_have_of_the_database_is_written_out_or_named(
    user: User, charset: str, said: list[str]
) -> None:
    """Alone, it is the collation that each server gives it: where they differ SQL has no word for it."""
    user.declare(
        f"database: {{charset: {charset}}}\ntables: {{t: {{columns: {{a: int}}}}}}\n"
        "procedures: {p: (x char(3)) select x}\n"
    )
    if not said:
        refused = user.types("fmt", "--to", "sql")
        assert refused.code == 4
        assert "procedure:p: the charset utf8mb4 of the database" in refused.err
    user.succeeds("fmt", "--to", "sql", *["--lossy"] * (not said))
    script = user.schema.with_suffix(".sql").read_text()
    assert [line for line in script.splitlines() if line.startswith("SET")][: len(said)] == said


def test_a_charset_without_a_collation_stays_without_one(user: User) -> None:
    """Which one it brings differs by server: written out it would be another on one of them."""
    user.declare("tables: {t: {charset: latin1, columns: {a: varchar(9) charset utf8mb4}}}\n")
    user.succeeds("fmt", "--to", "sql")
    assert "a varchar(9) CHARACTER SET utf8mb4\n" in user.schema.with_suffix(".sql").read_text()
    user.succeeds("fmt", "--to", "yaml")
    assert "a: varchar(9) character set utf8mb4\n" in user.schema.read_text()


NAMED = """\
tables:
  action:
    columns:
      comment: varchar(9) default 'Set' comment 'the comment'
      hash: int
      month: int as (hash + 1) stored
    primary_key: hash, comment
    indexes:
      partitions: comment desc
    checks:
      enforced: hash > month

  engine:
    columns:
      hash: int references action(hash)
      comment: varchar(9)
    foreign_keys:
      no: (hash, comment) references action(hash, comment) on delete cascade

  less:
    columns:
      range: int
    partitions: |-
      by hash (`range`)
      (partition `stored`,
       partition `virtual`)
"""


def test_names_that_are_words_of_sql_keep_their_case(user: User) -> None:
    user.declare(NAMED)
    user.succeeds("fmt")
    before = user.schema.read_text()
    user.succeeds("fmt", "--to", "sql")
    script = user.schema.with_suffix(".sql").read_text()
    assert "  comment varchar(9) DEFAULT 'Set' comment 'the comment',\n" in script
    user.succeeds("fmt", "--to", "yaml")
    assert user.schema.read_text() == before


DEFAULTS = """\
tables:
  t:
    engine: InnoDB
    columns:
      a: bigint unsigned
      b: int default 0
    primary_key: a, b

  u:
    columns:
      a: int no default
      b: int
      c: timestamp
      d: int as (b + 1)
      e: text
"""


def test_no_default_is_said_where_it_was_said(user: User) -> None:
    user.declare(DEFAULTS)
    user.succeeds("fmt", "--to", "sql")
    script = user.schema.with_suffix(".sql").read_text()
    assert "  a bigint UNSIGNED,\n  b int DEFAULT 0,\n" in script
    assert script.count("NO DEFAULT") == 1
    user.succeeds("fmt", "--to", "yaml")
    assert user.schema.read_text() == DEFAULTS


COMMENTED = """\
create table t (id int); -- one
create procedure p() begin /* in the text */ select 1; -- as well
end;
create view v as select /* here, too */ id from t;
"""


def test_comments_in_programs_are_kept(user: User) -> None:
    user.declare(COMMENTED, "schema.sql")
    refused = user.types("fmt", "--to", "yaml")
    assert refused.code == 4
    assert "schema/schema.sql: 1 comments" in refused.err
    user.declare(COMMENTED.replace(" -- one", ""), "schema.sql")
    user.succeeds("fmt", "--to", "yaml")
    text = user.schema.read_text()
    assert all(part in text for part in ("/* in the text */", "-- as well", "/* here, too */"))
