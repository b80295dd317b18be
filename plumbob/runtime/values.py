"""Values of types that MySQL has and Python has not, and what they look like on their way to the server."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import time, timedelta

_SRID = struct.Struct("<I")


class Geometry(bytes):
    """A place or a shape as well-known binary (WKB), with the number of its spatial reference system.

    It can be handed to any library that reads WKB, such as Shapely. Coordinates stand as the server
    keeps them: first x, or the longitude.
    """

    srid: int

    def __new__(cls, wkb: bytes, srid: int = 0) -> Geometry:
        made = super().__new__(cls, wkb)
        made.srid = srid
        return made

    def __repr__(self) -> str:
        return f"Geometry({bytes(self)!r}, srid={self.srid})"

    @property
    def stored(self) -> bytes:
        """What the server keeps: the SRID in four bytes, then WKB (manual: Internal Geometry Storage)."""
        return _SRID.pack(self.srid) + self


def read_geometry(stored: bytes) -> Geometry:
    """A geometry from what the server keeps."""
    (srid,) = _SRID.unpack_from(stored)
    return Geometry(stored[_SRID.size :], srid)


def pack_vector(numbers: Iterable[float]) -> bytes:
    """A vector as both servers keep it: four bytes a number, the lowest first."""
    listed = list(numbers)
    return struct.pack(f"<{len(listed)}f", *listed)


def read_vector(stored: bytes) -> tuple[float, ...]:
    """The numbers of a vector."""
    return struct.unpack(f"<{len(stored) // 4}f", stored)


def read_bits(stored: bytes | int) -> int:
    """BIT(n) as a number; the first byte is the highest."""
    return stored if isinstance(stored, int) else int.from_bytes(stored, "big")


def duration(value: time | timedelta) -> timedelta:
    """A time of the day as the time since midnight."""
    if isinstance(value, timedelta):
        return value
    return timedelta(
        hours=value.hour,
        minutes=value.minute,
        seconds=value.second,
        microseconds=value.microsecond,
    )


def duration_text(value: time | timedelta) -> str:
    """A literal of the type TIME. PyMySQL's own is wrong for what is less than nothing."""
    wanted = duration(value)
    sign = "-" if wanted < timedelta(0) else ""
    wanted = abs(wanted)
    seconds = wanted.days * 86400 + wanted.seconds
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{sign}{clock}.{wanted.microseconds:06d}"
