"""Random values for a column, small enough for what random tables check."""

from __future__ import annotations

import struct
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hypothesis import strategies as st

from plumbob.model import Column, Table
from plumbob.models.fields import is_json
from plumbob.runtime.values import Geometry

_POINT = struct.pack("<BIdd", 1, 1, 1.0, 2.0)
_LINE = struct.pack("<BIIdddd", 1, 2, 2, 0.0, 0.0, 1.0, 1.0)
_RING = struct.pack("<BIIIdddddddd", 1, 3, 1, 4, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0)
_SHAPES = {
    "geometry": _POINT,
    "point": _POINT,
    "linestring": _LINE,
    "polygon": _RING,
    "multipoint": struct.pack("<BII", 1, 4, 1) + _POINT,
    "multilinestring": struct.pack("<BII", 1, 5, 1) + _LINE,
    "multipolygon": struct.pack("<BII", 1, 6, 1) + _RING,
    "geometrycollection": struct.pack("<BII", 1, 7, 1) + _POINT,
}
_TEXTS = st.text("aZ9 '\"\\%`", max_size=4)
_MOMENTS = st.integers(0, 10**6).map(lambda n: datetime(2001, 2, 3) + timedelta(seconds=n))
_SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "date": _MOMENTS.map(datetime.date),
    "datetime": _MOMENTS,
    "timestamp": _MOMENTS,
    "time": st.integers(-(10**6), 10**6).map(lambda n: timedelta(seconds=n)),
    "year": st.integers(1990, 2030),
    "uuid": st.integers(0, 2**100).map(lambda n: uuid.UUID(int=n)),
    "inet4": st.integers(0, 2**32 - 1).map(IPv4Address),
    "inet6": st.integers(0, 2**128 - 1).map(IPv6Address),
    "float": st.sampled_from([0.0, 0.5, 2.0]),
    "double": st.sampled_from([0.0, 0.5, 2.0]),
    "decimal": st.sampled_from([Decimal(0), Decimal(1)]),
    "vector": st.just((1.0, 2.0)),
}


def values(column: Column, table: Table) -> st.SearchStrategy[Any]:
    """Values of the type of a column, and None where it may be NULL."""
    found = _of_type(column, table)
    return st.one_of(st.none(), found) if column.null else found


def _of_type(column: Column, table: Table) -> st.SearchStrategy[Any]:
    kind = column.type
    length = kind.length or 1
    if is_json(column, table):
        return st.one_of(st.lists(_TEXTS), st.dictionaries(_TEXTS, st.integers()), st.booleans())
    if kind.is_integer:
        is_flag = kind.name == "tinyint" and kind.length == 1 and not kind.unsigned
        return st.booleans() if is_flag else st.integers(1, 3)
    if kind.name in _SIMPLE:
        return _SIMPLE[kind.name]
    if kind.name == "bit":
        return st.integers(0, 2**length - 1)
    if kind.name == "enum":
        return st.sampled_from(kind.labels)
    if kind.name == "set":
        return st.frozensets(st.sampled_from(kind.labels))
    if kind.is_spatial:
        return st.just(Geometry(_SHAPES[kind.name], srid=column.srid or 0))
    if kind.name == "binary":
        return st.binary(min_size=length, max_size=length)
    if kind.is_binary:
        return st.binary(max_size=min(length, 4) if kind.name == "varbinary" else 4)
    most = length if kind.name in ("char", "varchar") else 4
    # CHAR forgets blanks at the end (manual: The CHAR and VARCHAR Types).
    return _TEXTS.map(lambda text: text[:most].rstrip(" "))
