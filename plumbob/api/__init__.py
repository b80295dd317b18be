"""What the commands do, for programs: values come back, nothing is printed, errors are PlumbobError.

Each function finds the project from the working folder upwards, as the commands do, and the database by
`url` or by the environment variable that the settings name. `import plumbob` has all of them, and loads
this room when one is first used.
"""

from __future__ import annotations

from plumbob.api.accounts import check_grants, grants
from plumbob.api.databases import create, drop, reset, seed, setup, sync
from plumbob.api.declared import compare, findings, write
from plumbob.api.drifting import adopt, drift, revert
from plumbob.api.migrations import apply, rollback, status
from plumbob.api.values import Adopted, Difference, Drift, Privileges, Reverted
from plumbob.errors import Exit, PlumbobError
from plumbob.lint import Finding
from plumbob.migration.record.status import Status
from plumbob.migration.run.executor import Outcome
from plumbob.plan.statement import Hazard
from plumbob.seeds.sowing import Sowing
from plumbob.workflow.database import Setup
from plumbob.workflow.sync import SyncOutcome

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
