"""Which server something is written for: MySQL or MariaDB, and its version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Maker = Literal["mysql", "mariadb"]


@dataclass(frozen=True, slots=True)
class Flavour:
    """A maker and a version; versions compare as tuples of three numbers."""

    maker: Maker
    version: tuple[int, int, int]

    @property
    def is_mysql(self) -> bool:
        return self.maker == "mysql"

    @property
    def is_mariadb(self) -> bool:
        return self.maker == "mariadb"

    @property
    def wants_unique_parents(self) -> bool:
        """Whether a foreign key has to refer to a unique key, if nothing is said (MySQL since 8.4)."""
        return self.is_mysql and self.version >= (8, 4, 0)

    @property
    def series(self) -> str:
        """The release series, `9.7` or `10.11`: what has to agree between a target and its scratch."""
        return f"{self.version[0]}.{self.version[1]}"

    def __str__(self) -> str:
        name = "MySQL" if self.is_mysql else "MariaDB"
        return f"{name} {'.'.join(map(str, self.version))}"


def parse_flavour(version: str) -> Flavour:
    """Read what `SELECT VERSION()` or `mysqld --version` says, such as `10.11.19-MariaDB-log`.

    Raises:
        ValueError: when there is no version number in the text.
    """
    found = re.findall(r"(\d+)\.(\d+)\.(\d+)", version)
    if not found:
        raise ValueError(f"no version number in {version!r}")
    maker: Maker = "mariadb" if "mariadb" in version.lower() else "mysql"
    # Old MariaDB clients saw "5.5.5-10.11.19-MariaDB": the last number is the true one.
    major, minor, patch = found[-1]
    return Flavour(maker, (int(major), int(minor), int(patch)))
