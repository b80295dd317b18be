"""What became of seeds, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from plumbob.report.comparison import counted
from plumbob.report.safe import line
from plumbob.seeds.fakes.filling import Filled
from plumbob.seeds.files import SeedFile
from plumbob.seeds.sowing import Sowing, Sown
from plumbob.seeds.undoing import Undone

_MARKS = {"inserted": ("+", "green"), "updated": ("~", "yellow")}


def seeds_text(files: tuple[SeedFile, ...], folder: str, environment: str, database: str) -> str:
    """The first line: what was read."""
    rows = sum(len(each.rows) for each in files)
    read = f"{counted(len(files), 'file')} for {environment}, {counted(rows, 'row')}"
    return line(f"{folder}: {read} | {database}")


def rollback_text(engines: Mapping[str, str]) -> str:
    """Which tables have no transactions."""
    listed = ", ".join(f"{name} ({engine})" for name, engine in sorted(engines.items()))
    return line(f"no transactions in {listed}: what is written there stays if a later row fails")


def sowing_text(sowing: Sowing) -> str:
    lines = [_sown(each) for each in sowing.rows if each.what != "unchanged"]
    counts = (
        f"{sowing.count('inserted')} inserted, {sowing.count('updated')} updated, "
        f"{sowing.count('unchanged')} unchanged"
    )
    return "\n".join([*lines, f"{counts}; nothing was written" if sowing.is_dry else counts])


def _sown(sown: Sown) -> str:
    mark, colour = _MARKS[sown.what]
    columns = f": {', '.join(sown.columns)}" if sown.columns else ""
    why = f" ({sown.why})" if sown.why else ""
    return f"{click.style(mark, fg=colour)} {line(sown.row.shown + columns + why)}"


def sowing_document(sowing: Sowing, environment: str) -> dict[str, Any]:
    return {
        "environment": environment,
        "dry_run": sowing.is_dry,
        "inserted": sowing.count("inserted"),
        "updated": sowing.count("updated"),
        "unchanged": sowing.count("unchanged"),
        "rows": [
            {
                "table": each.row.table.name,
                "label": each.row.label,
                "what": each.what,
                "columns": list(each.columns),
                "why": each.why,
            }
            for each in sowing.rows
        ],
        "no_transactions": dict(sowing.no_rollback),
    }


def undone_text(undone: Undone) -> str:
    verb = "would be removed" if undone.is_dry else "removed"
    lines = [
        f"{click.style('-', fg='red')} {line(table)}: {counted(count, 'row')}"
        for table, count in undone.removed.items()
    ]
    for name in undone.kept:
        lines.append(f"  {line(name)} was there before and stays")
    for name in undone.unlike:
        lines.append(
            f"  {line(name)} was made anew or rebuilt since, and has not what was seeded: its rows stay"
        )
    total = counted(sum(undone.removed.values()), "row")
    gone = f", {undone.gone} had gone before" if undone.gone else ""
    return "\n".join([*lines, f"{total} {verb}{gone}"])


def undone_document(undone: Undone) -> dict[str, Any]:
    return {
        "dry_run": undone.is_dry,
        "removed": dict(undone.removed),
        "gone": undone.gone,
        "kept": list(undone.kept),
        "unlike": list(undone.unlike),
        "no_transactions": dict(undone.no_rollback),
    }


def filled_text(filled: Filled) -> str:
    lines = [
        f"{click.style('+', fg='green')} {line(table)}: {counted(count, 'faked row')}"
        for table, count in filled.rows.items()
    ]
    total = counted(sum(filled.rows.values()), "row")
    done = "would be inserted; nothing was written" if filled.is_dry else "inserted"
    return "\n".join([*lines, f"{total} {done} (the same again: --seed {filled.seed})"])


def unnamed_text(tables: tuple[str, ...]) -> str:
    """Which faked rows stay for good."""
    return line(
        f"rows of {', '.join(tables)} have no key that tells them apart: --undo leaves the faked ones"
    )


def filled_document(filled: Filled) -> dict[str, Any]:
    return {
        "dry_run": filled.is_dry,
        "seed": filled.seed,
        "inserted": dict(filled.rows),
        "cannot_be_undone": list(filled.unnamed),
        "no_transactions": dict(filled.no_rollback),
    }
