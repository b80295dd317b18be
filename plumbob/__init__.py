"""plumbob keeps a live MySQL or MariaDB database true to one declaration file.

What the commands do is here for programs as well, such as `plumbob.apply()` at start-up
(`plumbob.api`); it is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbob.api import (
        Adopted,
        Difference,
        Drift,
        Exit,
        Finding,
        Hazard,
        Outcome,
        PlumbobError,
        Privileges,
        Reverted,
        Setup,
        Sowing,
        Status,
        SyncOutcome,
        adopt,
        apply,
        check_grants,
        compare,
        create,
        drift,
        drop,
        findings,
        grants,
        reset,
        revert,
        rollback,
        seed,
        setup,
        status,
        sync,
        write,
    )

__version__ = "0.1.0"
__all__ = [
    "Adopted",
    "Difference",
    "Drift",
    "Exit",
    "Finding",
    "Hazard",
    "Outcome",
    "PlumbobError",
    "Privileges",
    "Reverted",
    "Setup",
    "Sowing",
    "Status",
    "SyncOutcome",
    "adopt",
    "apply",
    "check_grants",
    "compare",
    "create",
    "drift",
    "drop",
    "findings",
    "grants",
    "reset",
    "revert",
    "rollback",
    "seed",
    "setup",
    "status",
    "sync",
    "write",
]


if not TYPE_CHECKING:  # A type checker knows the names, and shall find those that are none.

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from plumbob import api

        return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
