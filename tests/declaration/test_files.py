"""What may be in the bytes of a file, which files are read, and how much is too much."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from plumbob.declaration import load, validate
from plumbob.declaration.parser import parse
from plumbob.declaration.source import MAX_BYTES, Source
from plumbob.errors import PlumbobError
from tests.declaration.test_wrong import faults_of, told

TABLE = "tables:\n  t:\n    columns:\n      id: int comment 'é'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path()


def write(folder: Path, text: str | bytes, name: str = "schema.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        ("---\n" + TABLE + "...\n").encode(),
        ("%YAML 1.1\n---\n" + TABLE).encode(),
    ],
    ids=["CRLF", "CR", "BOM", "marks of a document", "a directive"],
)
def test_a10_other_ends_of_lines_mean_the_same(folder: Path, content: bytes) -> None:
    plain = load(write(folder, TABLE))
    assert load(write(folder, content)).schema == plain.schema


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"tables:\n  t: \xff\n", "2:6 the byte 0xFF is not UTF-8"),
        (b"tables:\r\n  t: \x00\r\n", "2:6 a NUL byte cannot stand in the file"),
        (b"tables:\n  t: \x07\n", "2:6 the control character U+0007 cannot stand in the file"),
        ("tables:\n  é: \x7f\n".encode(), "2:6 the control character U+007F"),
    ],
)
def test_a10_bytes_that_are_no_text(folder: Path, content: bytes, says: str) -> None:
    (fault,) = faults_of(write(folder, content))
    assert told(fault).startswith(says)


def test_a10_utf16_is_named(folder: Path) -> None:
    with pytest.raises(PlumbobError, match=r"schema.yaml is UTF-16"):
        load(write(folder, TABLE.encode("utf-16")))


def test_a07_an_alias_bomb_is_refused_at_once(folder: Path) -> None:
    lines = ["mixins:", "  a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"  a{level}: &a{level} [{aliases}]")
    path = write(folder, "\n".join(lines))
    started = time.process_time()
    (fault,) = faults_of(path)
    assert "with its aliases followed, the file has more than 2,000,000 parts" in fault.what
    assert time.process_time() - started < 1


def test_many_aliases_are_fine_where_they_do_not_multiply(folder: Path) -> None:
    tables = "".join(f"  t{number}: {{columns: {{id: int, <<: *m}}}}\n" for number in range(500))
    text = "mixins: {m: {columns: &m {made: date, seen: date}}}\ntables:\n" + tables
    schema = load(write(folder, text)).schema
    assert [column.name for column in schema.tables["t499"].columns] == ["id", "made", "seen"]


@pytest.mark.parametrize(
    "text",
    [
        "tables: " + "[" * 2000,
        "tables: " + "[" * 2000 + "]" * 2000,
        "tables: " + "{a: " * 200,
        "\n".join(" " * level + "a:" for level in range(2000)),
        "\n".join(" " * level + "- " for level in range(100)),
    ],
    ids=["open lists", "lists", "mappings", "blocks", "lists in blocks"],
)
def test_a09_deep_nesting_is_refused(folder: Path, text: str) -> None:
    (fault,) = faults_of(write(folder, text))
    assert "nested" in fault.what


def test_a05_an_integer_of_5000_digits(folder: Path) -> None:
    digits = "9" * 5000
    text = (
        "tables:\n  t:\n    columns:\n"
        f"      a: int default {digits}\n"
        f"      b: {{type: int, default: {digits}}}\n"
        f"      c: decimal({digits}, 2)\n"
        f"    auto_increment: {digits}\n"
    )
    messages = [told(fault) for fault in faults_of(write(folder, text))]
    assert messages == [
        "6:18 this number has more digits than MySQL reads",
        "7:21 'auto_increment' is a whole number, not '99999999999999999999…'",
    ]
    (folder / "schema.yaml").write_text(
        text.replace(f"({digits}, 2)", "(9,2)").split("    auto")[0]
    )
    messages = [told(fault) for fault in faults_of(folder / "schema.yaml")]
    assert [message[:10] for message in messages] == ["4:14 t.a: ", "5:22 t.b: "]
    assert all("does not fit into int" in message for message in messages)


def test_a_file_that_is_too_long_is_refused_by_its_size(folder: Path) -> None:
    path = write(folder, TABLE + "#" * MAX_BYTES)
    with pytest.raises(PlumbobError, match="longer than 10 MB"):
        load(path)


def test_a12_what_a_comment_cuts_off_is_told(folder: Path) -> None:
    path = write(
        folder,
        """
        tables:
          t:
            comment: issue #12
            columns:
              id: int          # the key
              a: {type: int, default: 3  # a literal
              }
              b: int #not null
              c: {type: int, comment: 'a #b'}
        """,
    )
    warnings = load(path).warnings
    assert [(notice.where.line, notice.where.column) for notice in warnings if notice.where] == [
        (4, 28),
        (9, 22),
    ]
    assert all("put the whole text in quotes" in notice.advice for notice in warnings)


class TestIncludes:
    """`include:` takes in other files of the same folder."""

    def test_positions_name_the_right_file(self, folder: Path) -> None:
        root = write(
            folder, "include: [users.yaml, more/*.yaml]\ntables: {t: {columns: {id: int}}}\n"
        )
        write(folder, "tables:\n  users: {columns: {id: int primary key}}\n", "users.yaml")
        write(folder, "mixins: {m: {columns: {made: date}}}\n", "more/a.yaml")
        write(
            folder,
            "tables:\n  z: {use: m, columns: {a: int references users(ident)}}\n",
            "more/z.yaml",
        )
        declaration = load(root)
        assert list(declaration.schema.tables) == ["t", "users", "z"]
        assert [str(path) for path in declaration.files] == [
            "schema.yaml",
            "users.yaml",
            "more/a.yaml",
            "more/z.yaml",
        ]
        (fault,) = faults_of(root)
        assert str(fault.where) == "more/z.yaml:2:49"

    def test_a01_a_table_in_two_files(self, folder: Path) -> None:
        root = write(folder, "include: b.yaml\ntables:\n  t: {columns: {id: int}}\n")
        write(folder, "tables:\n  t: {columns: {id: int}}\n", "b.yaml")
        (fault,) = faults_of(root)
        assert str(fault.where) == "b.yaml:2:3"
        assert "the first is in schema.yaml, line 3" in fault.what

    @pytest.mark.parametrize(
        "name",
        ["../other.yaml", "/etc/passwd", "a/../../other.yaml", "..", "link.yaml", "a.txt", "b"],
    )
    def test_no_way_out_of_the_folder(self, folder: Path, name: str) -> None:
        inside = folder / "schema"
        inside.mkdir()
        write(folder, "tables: {secret: {columns: {id: int}}}\n", "other.yaml")
        write(inside, "tables: {}\n", "a.txt")
        (inside / "link.yaml").symlink_to(folder.absolute() / "other.yaml")
        root = write(inside, f"include: {name}\ntables: {{}}\n")
        (fault,) = faults_of(root)
        assert told(fault).startswith("1:10 ")

    def test_an_included_file_has_tables_only(self, folder: Path) -> None:
        root = write(folder, "include: b.yaml\ntables: {}\n")
        write(folder, "include: c.yaml\ndatabase: {charset: latin1}\n", "b.yaml")
        assert [fault.what for fault in faults_of(root)] == [
            "the included file b.yaml has no 'include'",
            "the included file b.yaml has no 'database'",
        ]

    def test_no_file_twice(self, folder: Path) -> None:
        root = write(folder, "include: [b.yaml, '*.yaml']\ntables: {}\n")
        write(folder, "tables: {}\n", "b.yaml")
        (fault,) = faults_of(root)
        assert fault.what == "b.yaml is included twice"


class TestSql:
    """`schema.sql` in place of the YAML file."""

    def test_it_is_read_where_there_is_no_yaml(self, folder: Path) -> None:
        write(folder, "create table t (id int);\n-- the end\n", "schema.sql")
        declaration = load(folder / "schema.yaml")
        assert list(declaration.schema.tables) == ["t"]
        assert [str(path) for path in declaration.files] == ["schema.sql"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "1:1 schema.sql creates no tables"),
            ("create table t (id int);\ndrop table u;", "2:1 DROP is no part of a declaration"),
            ("create table t (\n  id int,\n  a integr);", "3:5 'integr' is no data type"),
            (
                "create table t (id int);\ncreate table t (a int)",
                "2:1 the table t is created twice",
            ),
            (
                "create table t (\n  a varchar(9) default 'x\n);",
                "2:24 this text has no closing quote",
            ),
            ("create table t (id int /*!80023 INVISIBLE */)", "1:1 t has no visible column"),
            (
                "create table t (\n  a int,\n  key ix (b)\n)",
                "3:11 the index ix of t names the column b",
            ),
        ],
    )
    def test_what_is_wrong_has_its_place(self, folder: Path, text: str, says: str) -> None:
        (fault,) = faults_of(write(folder, text, "schema.sql"))
        assert told(fault).startswith(says)


def test_there_is_no_file(folder: Path) -> None:
    with pytest.raises(PlumbobError, match=r"there is no file schema.yaml"):
        load(folder / "schema.yaml")
    (folder / "schema.yaml").mkdir()
    with pytest.raises(PlumbobError, match=r"there is no .sql file in the folder schema.yaml"):
        load(folder / "schema.yaml")


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_both_parsers_give_the_same(loader: type) -> None:
    text = 'a: &x {b: "c\\n d", "é😀": [1, no]}\nq: |\n  foo\n   bar\nr: *x\n"x": \'it\'\'s\'\n'
    source = Source("schema.yaml", text)
    assert parse(source, loader) == parse(source, yaml.SafeLoader)


def test_a20_many_tables_take_bounded_time(folder: Path) -> None:
    columns = "".join(f"      c{number}: varchar({number + 9}) not null\n" for number in range(10))
    tables = "".join(
        f"  t{number}:\n    columns:\n      id: int primary key\n      p: int references t0(id)\n{columns}"
        for number in range(500)
    )
    path = write(folder, "tables:\n" + tables)
    started = time.process_time()
    validate(load(path))
    # A tenth of the tables, three tenths of the time that 5,000 may take.
    assert time.process_time() - started < 3
