"""Partitions in reports: one by one, and a rotation that somebody else's job has made."""

from __future__ import annotations

import click
import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.declaration import Declaration
from plumbob.diff.compare import compare
from plumbob.model import Flavour, Renames, Schema
from plumbob.plan.planner import plan
from plumbob.report.comparison import Compared, compared
from plumbob.report.document import comparison_document
from plumbob.report.markdown import comparison_markdown
from plumbob.report.text import comparison_text
from plumbob.workflow import Comparison

MYSQL = Flavour("mysql", (9, 7, 4))
ROTATION = "log: {}: it looks like a rotation. If a job adds and drops them, say `keep: true` under"


def schema(partitions: str) -> Schema:
    table = parse_create_table(f"CREATE TABLE log (n int) PARTITION BY {partitions}", MYSQL)
    return Schema({"log": table})


def found(live: str, declared: str) -> Compared:
    before, after = schema(live), schema(declared)
    changes = compare(before, after, MYSQL)
    planned = plan(before, after, Renames(), MYSQL)
    comparison = Comparison(Declaration(after), MYSQL, before, after, after, changes, planned)
    return compared(comparison, "schema.yaml", "live")


def text(of: Compared) -> str:
    return click.unstyle(comparison_text(of))


def ranges(*ends: str | int) -> str:
    parts = (
        f"PARTITION p{end} VALUES LESS THAN {end if end == 'MAXVALUE' else f'({end})'}"
        for end in ends
    )
    return f"RANGE (n) ({', '.join(parts)})"


@pytest.mark.parametrize(
    ("live", "declared", "said"),
    [
        (ranges(1, 2), ranges(2, 3), "p1 goes, p3 comes"),
        (ranges(2, 3), ranges(1, 2), "p3 goes, p1 comes"),
        (ranges(1, 2), ranges(1), "p2 goes"),
        (ranges(1, 2, "MAXVALUE"), ranges(2, 3, "MAXVALUE"), "p1 goes, p3 comes"),
        (ranges(1, 2, 3, 4, 5), ranges(5, 6, 7), "p1, p2, p3 and 1 more go, p6 and p7 come"),
    ],
)
def test_a_rotation_is_told_as_one(live: str, declared: str, said: str) -> None:
    of = found(live, declared)
    assert ROTATION.format(said) in text(of)
    assert f"`log`: `{said}`: does a job rotate" in comparison_markdown(of)
    assert comparison_document(of)["looks_like_rotation"][0]["table"] == "log"


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        (ranges(1), ranges(1, 2)),
        (ranges(1, 2, 3), ranges(1, 3)),
        (ranges(1), ranges(2)),
        (ranges(1, 2), "RANGE (n + 1) (PARTITION p2 VALUES LESS THAN (2))"),
        ("LIST (n) (PARTITION a VALUES IN (1))", "LIST (n) (PARTITION b VALUES IN (2))"),
        ("HASH (n) PARTITIONS 4", "HASH (n) PARTITIONS 2"),
    ],
)
def test_other_changes_of_partitions_are_none(live: str, declared: str) -> None:
    assert found(live, declared).rotations == ()


@pytest.mark.parametrize(
    ("live", "declared", "line"),
    [
        (ranges(1), ranges(1, 2), "+ partition p2 VALUES LESS THAN (2)"),
        (ranges(1, 2), ranges(2), "- partition p1 VALUES LESS THAN (1)"),
        (ranges(1), ranges(1) + "", "in sync"),
        (ranges(1), ranges(1).replace("p1", "x"), "~ partition p1 -> x"),
        (ranges(1), ranges(1).replace("(1)", "(5)"), "-> p1 VALUES LESS THAN (5)"),
        ("HASH (n) PARTITIONS 4", "HASH (n) PARTITIONS 2", "~ PARTITIONS: 4 -> 2"),
        ("HASH (n)", "LINEAR KEY (n)", "~ PARTITION BY: HASH (n) -> LINEAR KEY (n)"),
    ],
)
def test_partitions_are_told_one_by_one(live: str, declared: str, line: str) -> None:
    assert line in text(found(live, declared))
