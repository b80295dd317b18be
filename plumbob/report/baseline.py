"""What an adopted database was recorded to have, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from plumbob.migration.run.baseline import Baseline
from plumbob.report.comparison import counted
from plumbob.report.safe import line


def baseline_text(done: Baseline) -> str:
    if not done.migrations:
        return "nothing to record: no migration is pending"
    what = counted(len(done.migrations), "migration")
    if done.dry_run:
        said = [f"would record {what} as applied; nothing was written"]
    else:
        said = [f"{click.style('recorded', fg='green')} {what} as applied; nothing was run"]
    said += [f"  {line(id)}" for id in done.migrations]
    if done.pending:
        left = counted(len(done.pending), "migration")
        said.append(f"{left} behind these are pending: schema apply")
    return "\n".join(said)


def baseline_document(done: Baseline, files: Sequence[str]) -> dict[str, Any]:
    return {
        "recorded": list(done.migrations),
        "pending": list(done.pending),
        "files": list(files),
        "dry_run": done.dry_run,
    }
