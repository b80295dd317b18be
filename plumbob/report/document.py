"""A comparison as a JSON document; docs/commands.md describes its keys, which stay."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from plumbob.migration.run.counting import Counted
from plumbob.plan.statement import Statement
from plumbob.report.changes import PartView, TableView
from plumbob.report.comparison import Compared, Counts, Source, uncounted
from plumbob.report.costs import cost_document, costs_document, rollback_document
from plumbob.report.proved import THIS


def comparison_document(found: Compared) -> dict[str, Any]:
    return {
        "declared": source_document(found.declared),
        "live": source_document(found.live) | {"server": str(found.flavour)},
        "in_sync": found.in_sync,
        "confirmed": not found.unconfirmed,
        "unconfirmed": found.unconfirmed,
        "proved": found.proved,
        "proved_by": THIS if found.proved else "",
        "unproved": found.unproved,
        "not_asked": list(found.unasked),
        "diverging": [{"what": each.what, "advice": each.advice} for each in found.diverging],
        "tables": [_table(view) for view in found.tables if view.kind == "table"],
        "stored": [
            _table(view) | {"kind": view.kind} for view in found.tables if view.kind != "table"
        ],
        "up": [_statement(each, found.of) for each in found.up],
        "down": [_statement(each, uncounted) for each in found.down],
        "costs": costs_document(found),
        "rollback": rollback_document(found),
        "approvals": [counted_document(each) for each in found.approvals],
        "large": [
            {
                "what": each.hazard.what,
                "allow": each.hazard.approval,
                "handed_to": each.tool or None,
            }
            for each in found.large
        ],
        "refused": [counted_document(each) for each in found.refused],
        "looks_like_rename": [
            {"table": each.table, "old": each.old, "new": each.new} for each in found.renames
        ],
        "looks_like_rotation": [
            {"table": each.table, "gone": list(each.gone), "come": list(each.come)}
            for each in found.rotations
        ],
        "other_default": asdict(found.other_default) if found.other_default else None,
        "not_understood": [{"name": name, "why": why} for name, why in found.not_understood],
        "unmanaged": {kind: list(names) for kind, names in found.unmanaged.items()},
    }


def source_document(source: Source) -> dict[str, Any]:
    return {"name": source.name, "tables": source.tables, "stored": dict(source.stored)}


def counted_document(found: Counted) -> dict[str, Any]:
    """`allow` is null where no approval helps, `rows` where nobody knows."""
    hazard = found.hazard
    return {
        "kind": hazard.kind,
        "object": str(hazard.object),
        "what": hazard.what,
        "allow": None if hazard.fails else hazard.approval,
        "rows": found.rows,
        "example": found.example or None,
        "not_counted": found.why or None,
        "count": hazard.count or None,
    }


def _table(view: TableView) -> dict[str, Any]:
    parts = [_part(part) for part in view.parts]
    said = {"verb": view.verb, "name": view.name, "was": view.was, "parts": parts}
    return said | _owner(view.owner)


def _owner(owner: str) -> dict[str, str]:
    """Without a record there is no word of it."""
    return {"owner": owner} if owner else {}


def _part(view: PartView) -> dict[str, Any]:
    said = {
        "verb": view.verb,
        "kind": view.kind,
        "name": view.name,
        "before": view.before,
        "after": view.after,
        "details": [
            {"path": each.path, "before": each.before, "after": each.after} | _owner(each.owner)
            for each in view.details
        ],
    }
    return said | _owner(view.owner)


def _statement(statement: Statement, counts: Counts) -> dict[str, Any]:
    return {
        "sql": statement.sql,
        "about": statement.about,
        "table": statement.table,
        "hazards": [counted_document(each) for each in counts(statement.hazards)],
        "session": dict(statement.session),
        "cost": cost_document(statement.cost),
    }
