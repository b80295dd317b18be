"""What is approved by the name of a database: typed on a terminal, or given as an approval."""

from __future__ import annotations

from collections.abc import Collection

import click

from plumbob.commands import console
from plumbob.errors import Exit, PlumbobError
from plumbob.plan.approvals import is_named
from plumbob.plan.statement import Hazard
from plumbob.report.safe import line


def require_name(name: str, hazard: Hazard, allow: Collection[str], said: str) -> None:
    """Go on only where the database was named.

    Args:
        said: what a person is told before being asked.

    Raises:
        PlumbobError: UNSAFE.
    """
    if is_named(hazard, allow):
        return
    if console.can_ask():
        console.note(line(f"{said} {hazard.what}"))
        typed: str = click.prompt("The name of the database", err=True, default="")
        if typed == name:
            return
    raise PlumbobError(
        f"nothing was done: {name} was not named",
        advice=f"if it is meant: {hazard.flag}",
        where=name,
        exit=Exit.UNSAFE,
    )
