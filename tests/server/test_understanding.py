"""The short way to a table gives what the grammar gives, or leaves it to the grammar."""

from __future__ import annotations

import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.model import Flavour, NotUnderstood
from plumbob.server.understanding import _by_lines, understand

MYSQL = Flavour("mysql", (9, 7, 4))
MARIADB = Flavour("mariadb", (10, 11, 19))
TAIL = ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"
WHOLE = {
    "columns alone": ["`a` int DEFAULT NULL", "`b` varchar(9) NOT NULL DEFAULT 'x, `y` int,'"],
    "odd names": ["`a``b` int DEFAULT NULL", "`a b` int DEFAULT NULL", "`,` int DEFAULT NULL"],
    "a key": ["`a` int NOT NULL", "PRIMARY KEY (`a`)"],
    "the same definition twice": ["`a` int NOT NULL", "`b` int NOT NULL", "KEY `k` (`a`,`b`)"],
    "a check and a foreign key": [
        "`a` int NOT NULL",
        "KEY `fk` (`a`)",
        "CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `p` (`id`) ON DELETE CASCADE",
        "CONSTRAINT `ck` CHECK ((`a` > 0))",
    ],
    "a generated column": [
        "`a` int DEFAULT NULL",
        "`b` int GENERATED ALWAYS AS ((`a` + 1)) STORED",
    ],
    "a comment with a line's end": ["`a` int DEFAULT NULL COMMENT 'one,\\n  `b` int,'"],
}


def text_of(lines: list[str]) -> str:
    return "CREATE TABLE `t` (\n  " + ",\n  ".join(lines) + "\n" + TAIL


@pytest.mark.parametrize("lines", WHOLE.values(), ids=WHOLE)
def test_both_ways_lead_to_the_same(lines: list[str]) -> None:
    text = text_of(lines)
    short = _by_lines(text, MYSQL)
    assert repr(short) == repr(parse_create_table(text, MYSQL))
    assert understand("t", text, MYSQL) == short


@pytest.mark.parametrize(
    "lines",
    [
        # Nothing of this is printed by a server today.
        ["`a` int DEFAULT NULL, `b` int DEFAULT NULL"],
        ["`a` int NOT NULL PRIMARY KEY"],
        ["`a` int DEFAULT NULL CHECK (`a` > 0)", "`b` int GENERATED ALWAYS AS (\n  `a`) VIRTUAL"],
    ],
)
def test_what_is_not_so_simple_is_left_to_the_grammar(lines: list[str]) -> None:
    assert _by_lines(text_of(lines), MYSQL) is None


def test_a_value_that_goes_over_lines() -> None:
    """Every server writes the end of a line as `\\n`; what is written otherwise is refused."""
    text = text_of(["`a` enum('x\n  `y` int','z') DEFAULT NULL", "`b` int(11) DEFAULT NULL"])
    found = understand("t", text, MARIADB)
    assert isinstance(found, NotUnderstood)
    assert found.why.startswith("`a` enum('x would be given back as")


def test_flavours_are_not_mixed_up() -> None:
    lines = ["`a` int DEFAULT NULL /*!50606 STORAGE DISK */"]
    for flavour in (MYSQL, MARIADB, MYSQL):
        column = parse_create_table(text_of(lines), flavour).columns[0]
        short = _by_lines(text_of(lines), flavour)
        assert short is not None
        assert short.columns == (column,)
