"""The last value that a server takes is taken, and the next is refused with the limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.ddl.charsets import Defaults
from plumbob.declaration import load, validate
from plumbob.errors import ManyErrors, PlumbobError
from plumbob.model import Flavour

MYSQL, MARIADB = Flavour("mysql", (9, 7, 0)), Flavour("mariadb", (10, 11, 0))
CreateTable = Callable[[int], str]


def columns(count: int, kind: str = "int") -> str:
    return ", ".join(f"c{number} {kind}" for number in range(count))


def keys(count: int) -> str:
    return ", ".join(f"key k{number} (c{number})" for number in range(count))


def names(count: int) -> str:
    return ", ".join(f"c{number}" for number in range(count))


def labels(count: int) -> str:
    return ", ".join(f"'{number}'" for number in range(count))


def wrong(folder: Path, sql: str, flavour: Flavour | None = None, *, charset: str = "") -> str:
    """What is wrong with CREATE TABLE statements: the messages, or ""."""
    path = folder / "schema.sql"
    path.write_text(sql, encoding="utf-8")
    defaults = Defaults(charset, f"{charset}_bin") if charset else None
    try:
        validate(load(path), flavour, defaults)
    except ManyErrors as many:
        return "\n".join(error.what for error in many.errors)
    except PlumbobError as error:
        return error.what
    return ""


# Name of the fault case, what is created with so many of it, the most, and the server where it is.
LIMITS: list[tuple[str, CreateTable, int, Flavour | None]] = [
    ("A14 indexes", lambda n: f"create table t ({columns(70)}, {keys(n)})", 64, None),
    (
        "A14 indexes with a primary key",
        lambda n: f"create table t ({columns(70)}, primary key (c0), {keys(n)})",
        63,
        None,
    ),
    ("A14 key parts", lambda n: f"create table t ({columns(40)}, key k ({names(n)}))", 32, None),
    ("A14 key parts", lambda n: f"create table t ({columns(40)}, key k ({names(n)}))", 16, MYSQL),
    ("A14 key parts", lambda n: f"create table t ({columns(40)}, key k ({names(n)}))", 32, MARIADB),
    ("A14 columns", lambda n: f"create table t ({columns(n, 'tinyint')})", 1017, None),
    (
        "A14 columns",
        lambda n: f"create table t ({columns(n, 'tinyint')}) engine=myisam",
        4096,
        None,
    ),
    (
        "A14 a key",
        lambda n: f"create table t (a varchar({n}), key k (a)) charset utf8mb4",
        768,
        None,
    ),
    (
        "A14 a key",
        lambda n: f"create table t (a varchar({n}), key k (a)) charset utf8mb3",
        1024,
        None,
    ),
    (
        "A14 a key",
        lambda n: f"create table t (a varchar({n}), key k (a)) charset latin1",
        3072,
        None,
    ),
    ("A14 a key", lambda n: f"create table t (a text, key k (a({n}))) charset utf8mb4", 768, None),
    (
        "A14 a key of two columns",
        lambda n: f"create table t (a varchar(384), b varchar({n}), key k (a, b)) charset utf8mb4",
        384,
        None,
    ),
    (
        "A14 a unique key",
        lambda n: f"create table t (a varchar({n}) unique) charset utf8mb4",
        768,
        MYSQL,
    ),
    ("A14 a primary key", lambda n: f"create table t (a varchar({n}) primary key)", 768, MARIADB),
    ("A14 a row", lambda n: f"create table t (a varbinary({n}) not null)", 65533, MYSQL),
    ("A14 a row", lambda n: f"create table t (a varbinary({n}))", 65532, None),
    (
        "A14 a row",
        lambda n: f"create table t (a varbinary({n}), {columns(8, 'tinyint')})",
        65523,
        None,
    ),
    ("A15 a name", lambda n: f"create table {'t' * n} (a int)", 64, None),
    ("A15 a name", lambda n: f"create table t ({'ж' * n} int)", 64, None),
    ("A15 a name", lambda n: f"create table t (a int, key {'i' * n} (a))", 64, None),
    (
        "A15 a name",
        lambda n: f"create table t (a int, constraint {'c' * n} check (a > 0))",
        64,
        None,
    ),
    ("A18 a comment", lambda n: f"create table t (a int comment '{'ж' * n}')", 1024, None),
    (
        "A18 a comment",
        lambda n: f"create table t (a int, key k (a) comment '{'x' * n}')",
        1024,
        None,
    ),
    ("A18 a comment", lambda n: f"create table t (a int) comment '{'x' * n}'", 2048, None),
    ("labels", lambda n: f"create table t (a set({labels(n)}))", 64, None),
    ("a label", lambda n: f"create table t (a enum('{'x' * n}'))", 255, MYSQL),
    ("digits behind the point", lambda n: f"create table t (a decimal(65, {n}))", 30, MYSQL),
    ("digits behind the point", lambda n: f"create table t (a decimal(65, {n}))", 38, MARIADB),
]


@pytest.mark.parametrize(
    ("create", "most", "flavour"),
    [limit[1:] for limit in LIMITS],
    ids=[f"{limit[0]} {limit[2]} {limit[3] or ''}" for limit in LIMITS],
)
def test_the_most(create: CreateTable, most: int, flavour: Flavour | None, tmp_path: Path) -> None:
    assert wrong(tmp_path, create(most), flavour) == ""
    assert wrong(tmp_path, create(most + 1), flavour) != ""


def test_mariadb_keeps_a_hash_of_a_long_unique_key(tmp_path: Path) -> None:
    sql = "create table t (a varchar(2000), b text, unique (a), unique (b))"
    assert wrong(tmp_path, sql, MARIADB) == ""
    assert "3072 are the most" in wrong(tmp_path, sql, MYSQL)


def test_the_charset_of_the_database_counts(tmp_path: Path) -> None:
    sql = "create table t (a varchar(1000), key k (a))"
    assert "4000 bytes" in wrong(tmp_path, sql, MYSQL)
    assert wrong(tmp_path, sql, MYSQL, charset="latin1") == ""
    join = (
        "create table p (id varchar(9) primary key);\n"
        "create table t (a varchar(9) character set latin1 references p(id))"
    )
    # What a table inherits is not known before the database is asked, and is not guessed.
    assert wrong(tmp_path, join) == ""
    assert "latin1 and utf8mb4" in wrong(tmp_path, join, MYSQL, charset="utf8mb4")


# Each was the longest row that both servers took, beside a VARBINARY of so many bytes (measured).
ROWS = [
    (65521, "point"),
    (65521, "json"),
    (65523, "text"),
    (65522, "mediumtext"),
    (65524, "tinyblob"),
    (65333, "char(50)"),
    (65280, "varchar(63)"),
    (65275, "varchar(64)"),
    (65528, "decimal(10,2)"),
    (65528, "datetime"),
    (65525, "datetime(6)"),
    (65530, "time"),
    (65529, "timestamp"),
    (65530, "date"),
    (65531, "bit(9)"),
    (65532, "year"),
    (65525, "double"),
    (65525, f"set({labels(33)})"),
    (65531, f"enum({labels(256)})"),
    (65532, f"enum({labels(255)})"),
]


@pytest.mark.parametrize(("most", "kind"), ROWS, ids=[kind[:20] for _, kind in ROWS])
def test_a14_the_longest_row(most: int, kind: str, tmp_path: Path) -> None:
    sql = "create table t (a varbinary({}) not null, b {} not null) charset utf8mb4"
    assert wrong(tmp_path, sql.format(most, kind)) == ""
    assert "65535 are the most" in wrong(tmp_path, sql.format(most + 1, kind))


# What the servers took although it looks wrong: a refusal would be a false one.
FINE = [
    "create table t (id int primary key, a int, foreign key (a) references t(id) on delete set null)",
    "create table p (id tinyint primary key);\ncreate table t (a tinyint(1) references p(id))",
    "create table p (id decimal(5,2) primary key);\ncreate table t (a decimal(9,1) references p(id))",
    "create table p (id varchar(9) primary key);\ncreate table t (a char(20) references p(id))",
    "create table p (id datetime primary key);\ncreate table t (a timestamp(3) references p(id))",
    "create table p (id enum('a') primary key);\ncreate table t (a set('x','y') references p(id))",
    "create table p (a int, b int, primary key (a, b));\ncreate table t (x int references p(a))",
    "create table p (a int primary key);\ncreate table t (x int references p)",
    "create table t (a int, constraint x check (a > 0));\ncreate table u (a int, constraint x check (a > 0))",
    "create table t (a int auto_increment, b int, key k (a desc))",
    "create table t (a int not null, b int auto_increment, primary key (a, b)) engine=MyISAM",
    "create table t (a date default '0000-00-00', b int default 1.5, c set('x','y') default 'y,x')",
    "create table t (a enum('x','X') collate utf8mb4_bin, b enum('','x') default 'X')",
    "create table t (a int, b int as (a) stored primary key, c int as (b + a))",
    "create table `order` (`e` int, `é` int, `ß` int, `SS` int)",
    "create table T (a int);\ncreate table t (a int)",
    "create table таблица日本 (`цена` int)",
]


@pytest.mark.parametrize("sql", FINE)
def test_what_is_fine(sql: str, tmp_path: Path) -> None:
    assert wrong(tmp_path, sql) == ""


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("create table t (`a\u200bb` int)", "a character that cannot be seen, U+200B"),
        ("create table `a\u202eb` (a int)", "a character that cannot be seen, U+202E"),
        ("create table t (`\u00e9` int, `e\u0301` int)", "look alike and are two names"),
        ("create table `\u00e9` (a int);\ncreate table `e\u0301` (a int)", "look alike"),
        ("create table T (a int);\ncreate table t (a int)", "differ in case alone"),
        ("create table t (a int, b int references t(a), key (a))", "which is not unique"),
    ],
)
def test_what_is_probably_not_meant(sql: str, told: str, tmp_path: Path) -> None:
    """B09, B18, and foreign keys that MySQL 8.4 refuses: allowed, with a warning."""
    path = tmp_path / "schema.sql"
    path.write_text(sql, encoding="utf-8")
    (notice,) = validate(load(path))
    assert told in notice.what
    assert notice.what.isprintable()
    assert notice.where is not None
