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
    def series(self) -> str:
        """The release series, `9.7` or `10.11`: what has to agree between a target and its scratch."""
        return f"{self.version[0]}.{self.version[1]}"

    def __str__(self) -> str:
        name = "MySQL" if self.is_mysql else "MariaDB"
        return f"{name} {'.'.join(map(str, self.version))}"


# What MariaDB puts in front of its version for clients that would not take a 10 (replication protocol).
_HIDDEN_BEHIND = "5.5.5-"
# The patch level may be missing: people leave it out, and 8.0.mysql_aurora.3.04.0 has none.
_NUMBER = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def parse_flavour(version: str) -> Flavour:
    """Read what `SELECT VERSION()` or `mysqld --version` says, such as `10.11.19-MariaDB-log`.

    The first number counts: what packagers add has numbers of its own (`8.0.36-0ubuntu0.22.04.1`).

    Raises:
        ValueError: when there is no version number in the text.
    """
    text = version.strip()
    if _NUMBER.match(text, len(_HIDDEN_BEHIND)):
        text = text.removeprefix(_HIDDEN_BEHIND)
    found = _NUMBER.search(text)
    if found is None:
        raise ValueError(f"no version number in {version!r}")
    maker: Maker = "mariadb" if "mariadb" in text.lower() else "mysql"
    major, minor, patch = found.groups("0")
    return Flavour(maker, (int(major), int(minor), int(patch)))
