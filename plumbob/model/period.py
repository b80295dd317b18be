"""A period of a table: two columns that say from when to when a row holds (MariaDB)."""

from __future__ import annotations

from dataclasses import dataclass

# The name of the period that the server itself keeps, of a system-versioned table.
SYSTEM_TIME = "SYSTEM_TIME"


@dataclass(frozen=True, slots=True)
class Period:
    """PERIOD FOR name (start, end): kept by the application, or by the server as SYSTEM_TIME."""

    name: str
    start: str
    end: str

    @property
    def is_system_time(self) -> bool:
        return self.name == SYSTEM_TIME
