"""What happened to a database by plumbob, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from plumbob.migration.record.history import Record
from plumbob.report.comparison import counted
from plumbob.report.safe import line

_COLOURS = {"applied": "green", "rolled back": "yellow", "adopted": "cyan", "baseline": "cyan"}


def history_text(records: Sequence[Record], database: str) -> str:
    """The first line says what was read; then a line for each event, oldest first."""
    said = [line(f"{database}: {counted(len(records), 'event')}")]
    wide = max((len(_name(each)) for each in records), default=0)
    digits = len(str(len(records)))
    for number, each in enumerate(records, 1):
        kind = click.style(f"{each.kind:<11}", fg=_COLOURS.get(each.kind))
        at = each.at.partition(".")[0]
        name = line(_name(each))
        took = f"{_duration(each.milliseconds):>8}"
        whom = line(f"{each.by}, plumbob {each.tool}, {each.server}")
        said.append(f"{number:>{digits}} {at} {kind} {name:<{wide}} {took}  {whom}")
    return "\n".join(said)


def _name(record: Record) -> str:
    return record.id or "drift, into the declaration"


def _duration(milliseconds: int) -> str:
    """`320 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def history_document(
    records: Sequence[Record], database: str, written: Sequence[str]
) -> dict[str, Any]:
    return {
        "live": {"name": database},
        "events": [
            {
                "number": number,
                "migration": each.id or None,
                "event": each.kind,
                "at": each.at,
                "by": each.by,
                "milliseconds": each.milliseconds,
                "parent": each.parent,
                "before": each.before,
                "after": each.after,
                "tool": each.tool,
                "server": each.server,
            }
            for number, each in enumerate(records, 1)
        ],
        "files": list(written),
    }
