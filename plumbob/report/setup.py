"""What a database was set up by, as text and as JSON."""

from __future__ import annotations

from typing import Any

from plumbob.report.outcome import outcome_document, outcome_text
from plumbob.report.safe import line
from plumbob.report.seeded import sowing_document, sowing_text
from plumbob.workflow.database import Setup


def setup_text(done: Setup, database: str) -> str:
    made = "created" if done.created else "is there already"
    seeded = sowing_text(done.seeded) if done.seeded else "no seeds for this environment"
    return "\n".join([line(f"database {database} {made}"), outcome_text(done.applied), seeded])


def setup_document(done: Setup, database: str, environment: str) -> dict[str, Any]:
    return {
        "database": database,
        "created": done.created,
        "applied": outcome_document(done.applied),
        "seeded": done.seeded and sowing_document(done.seeded, environment),
    }
