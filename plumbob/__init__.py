"""plumbob keeps a live MySQL or MariaDB database true to one declaration file.

What the commands do is here for programs as well, such as `plumbob.apply()` at start-up
(`plumbob.api`); it is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbob.api import (
        Difference,
        Exit,
        Hazard,
        Outcome,
        PlumbobError,
        Setup,
        Sowing,
        Status,
        SyncOutcome,
        apply,
        compare,
        create,
        drop,
        reset,
        rollback,
        seed,
        setup,
        status,
        sync,
    )

__version__ = "0.1.0"
__all__ = [
    "Difference",
    "Exit",
    "Hazard",
    "Outcome",
    "PlumbobError",
    "Setup",
    "Sowing",
    "Status",
    "SyncOutcome",
    "apply",
    "compare",
    "create",
    "drop",
    "reset",
    "rollback",
    "seed",
    "setup",
    "status",
    "sync",
]


if not TYPE_CHECKING:  # A type checker knows the names, and shall find those that are none.

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from plumbob import api

        return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
