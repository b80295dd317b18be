"""For every type: what is written through a model is what is read back, on both servers."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest

from plumbob.model import Flavour
from plumbob.models import Options
from plumbob.runtime.values import Geometry
from tests.models.bound import Bound
from tests.models.made import declared, models_of, module_of
from tests.servers import Server

POINT = Geometry(struct.pack("<BIdd", 1, 1, 8.5, 47.25))
# The type, and values of it: the first of one row, the second of another.
TYPES: list[tuple[str, Any, Any]] = [
    ("tinyint", -128, 127),
    ("tinyint unsigned", 0, 255),
    ("tinyint(1)", True, False),
    ("smallint", -32768, 32767),
    ("smallint unsigned", 0, 65535),
    ("mediumint", -8388608, 8388607),
    ("mediumint unsigned", 0, 16777215),
    ("int", -2147483648, 2147483647),
    ("int unsigned", 0, 4294967295),
    ("int(5) zerofill", 0, 42),
    ("bigint", -(2**63), 2**63 - 1),
    ("bigint unsigned", 0, 2**64 - 1),
    ("decimal(65,30)", Decimal("0.1") ** 30, Decimal("-12345.5")),
    ("decimal(5) unsigned", Decimal(0), Decimal(99999)),
    ("float", 0.5, -1.25),
    ("double", 0.1, -1e300),
    ("bit(1)", 0, 1),
    ("bit(10)", 5, 1023),
    ("bit(64)", 0, 2**64 - 1),
    ("char(5)", " a", "é😀"),
    ("varchar(20)", "", " it's \\ 100% \n "),
    ("tinytext", "", "x"),
    ("text", "a", "é" * 1000),
    ("mediumtext", "a", "x" * 70000),
    ("longtext", "a", "b"),
    ("varchar(9) character set latin1", "é", ""),
    ("binary(4)", b"\x00\xff\x00\x01", b"abcd"),
    ("varbinary(10)", b"", b"\x00'\\\"\xff"),
    ("tinyblob", b"", b"\xe9"),
    ("blob", b"a", bytes(range(256))),
    ("mediumblob", b"a", bytes(70000)),
    ("longblob", b"a", b"b"),
    ("date", date(1000, 1, 1), date(9999, 12, 31)),
    ("datetime", datetime(1000, 1, 1), datetime(9999, 12, 31, 23, 59, 59)),
    ("datetime(6)", datetime(2026, 1, 2, 3, 4, 5, 6), datetime(2026, 1, 2)),
    ("timestamp", datetime(1999, 1, 2, 3, 4, 5), datetime(2026, 1, 2)),
    ("timestamp(3)", datetime(1999, 1, 2, 3, 4, 5, 6000), datetime(2026, 1, 2)),
    ("time", timedelta(hours=838, minutes=59, seconds=59), -timedelta(seconds=1)),
    ("time(6)", timedelta(microseconds=1), -timedelta(hours=30, microseconds=5)),
    ("year", 1901, 2155),
    ("enum('a','b c','d,e')", "b c", "d,e"),
    ("set('a','b c','d')", frozenset({"d", "a"}), frozenset()),
    ("json", {"a": [1, None, "é'\"\\ 100%"], "b": {}}, [1.5, True]),
    ("geometry", POINT, Geometry(POINT, srid=4326)),
    ("point", POINT, POINT),
]
OF_MYSQL: list[tuple[str, Any, Any]] = [
    ("point srid 4326", Geometry(POINT, srid=4326), Geometry(POINT, srid=4326)),
    ("vector(3)", (1.0, -0.5, 0.25), (0.0, 0.0, 0.0)),
]
OF_MARIADB: list[tuple[str, Any, Any]] = [
    ("uuid", uuid.UUID(int=1), uuid.UUID("12345678-1234-5678-1234-567812345678")),
    ("inet4", IPv4Address("0.0.0.0"), IPv4Address("192.168.1.1")),
    ("inet6", IPv6Address("::"), IPv6Address("::ffff:192.168.1.1")),
]
# What is computed exactly, so that a value finds its row: a FLOAT has fewer digits than its text.
NOT_COMPARED = ("float", "json", "geometry", "point", "vector")


def types_of(flavour: Flavour) -> list[tuple[str, Any, Any]]:
    return TYPES + (OF_MYSQL if flavour.is_mysql else OF_MARIADB)


def table_of(flavour: Flavour) -> str:
    """A table with two columns of each type: one that may be NULL, and one that may not."""
    columns = [
        f"`{kind}{number}` {type} {null}"
        for number, (type, _, _) in enumerate(types_of(flavour))
        for kind, null in (("n", "not null"), ("o", "null"))
    ]
    body = ",\n".join(["id int unsigned auto_increment primary key", *columns])
    return f"CREATE TABLE every_type ({body}) ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4"


@pytest.fixture(scope="module")
def model(server: Server, bound: Bound, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    text = table_of(server.flavour)
    bound.make([text])
    folder = tmp_path_factory.mktemp("types")
    model = models_of(module_of(declared(text, folder), folder))["every_type"]
    with bound.bind_ctx([model]):
        yield model


@pytest.fixture
def values(server: Server) -> list[dict[str, Any]]:
    """Two rows; what may be NULL is so in the second one."""
    rows: list[dict[str, Any]] = [{}, {}]
    for number, (_, first, second) in enumerate(types_of(server.flavour)):
        rows[0] |= {f"n{number}": first, f"o{number}": second}
        rows[1] |= {f"n{number}": second, f"o{number}": None}
    return rows


def read(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.__data__.items() if name != "id"}


def test_every_type_is_read_as_it_was_written(model: Any, values: list[dict[str, Any]]) -> None:
    for row in values:
        found = read(model.get_by_id(model.create(**row).id))
        assert found == row
        for name, value in row.items():
            assert type(found[name]) is type(value), name
            if isinstance(value, Geometry):
                assert found[name].srid == value.srid


def test_many_rows_and_changes(model: Any, values: list[dict[str, Any]]) -> None:
    model.delete().execute()
    model.bulk_create([model(**row) for row in values])
    model.insert_many(values).execute()
    rows = list(model.select().order_by(model.id))
    assert [read(row) for row in rows] == values * 2
    for name, value in values[1].items():
        setattr(rows[0], name, value)
    rows[0].save()
    model.update(values[0]).where(model.id == rows[1].id).execute()
    rows = list(model.select().order_by(model.id))
    assert [read(row) for row in rows[:2]] == values[::-1]


def test_a_value_finds_its_row(server: Server, model: Any, values: list[dict[str, Any]]) -> None:
    model.delete().execute()
    ids = [model.create(**row).id for row in values]
    for number, (type, first, second) in enumerate(types_of(server.flavour)):
        if not type.startswith(NOT_COMPARED):
            field = model._meta.fields[f"n{number}"]
            found = [row.id for row in model.select(model.id).where(field == first)]
            assert ids[0] in found, type
            found = [row.id for row in model.select(model.id).where(field.in_([first, second]))]
            assert found == ids, type


def test_nothing_differs_for_peewee(bound: Bound, model: Any) -> None:
    from playhouse.schema_diff import diff_models

    assert str(diff_models(bound, [model])) == ""


def test_labels_as_members_of_an_enum(bound: Bound, tmp_path: Path) -> None:
    text = """CREATE TABLE labelled (
        id int auto_increment primary key,
        rating enum('G','PG-13','','1','g2') not null default 'PG-13',
        flags set('a b','c','A_B') null)"""
    bound.make([text])
    module = module_of(declared(text, tmp_path), tmp_path, Options(enums=True))
    model, rating, flags = module.Labelled, module.LabelledRating, module.LabelledFlags
    names = {member.name: member.value for member in rating}
    assert names == {"G": "G", "PG_13": "PG-13", "EMPTY": "", "LABEL_1": "1", "G2": "g2"}
    assert [member.name for member in flags] == ["A_B", "C", "A_B_2"]
    with bound.bind_ctx([model]):
        row = model.create(flags={flags.C, flags.A_B})
        assert (row.rating, row.flags) == (rating.PG_13, frozenset({flags.C, flags.A_B}))
        read = model.get(model.rating == rating.PG_13, model.flags == {flags.A_B, flags.C})
        assert (read.rating, read.flags) == (row.rating, row.flags)
        read.flags = frozenset()
        read.save()
        assert model.get_by_id(row.id).flags == frozenset()
        with pytest.raises(ValueError, match="R"):
            model.create(rating="R")
        with pytest.raises(ValueError, match="x"):
            model.create(flags=["x"])
