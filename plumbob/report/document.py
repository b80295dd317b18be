"""A comparison as a JSON document; docs/commands.md describes its keys, which stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plumbob.plan.statement import Hazard, Statement
from plumbob.report.changes import PartView, TableView
from plumbob.report.comparison import Compared, Source


def comparison_document(found: Compared) -> dict[str, Any]:
    return {
        "declared": source_document(found.declared),
        "live": source_document(found.live) | {"server": str(found.flavour)},
        "in_sync": found.in_sync,
        "confirmed": not found.unconfirmed,
        "unconfirmed": found.unconfirmed,
        "proved": found.proved,
        "tables": [_table(view) for view in found.tables if view.kind == "table"],
        "stored": [
            _table(view) | {"kind": view.kind} for view in found.tables if view.kind != "table"
        ],
        "up": [_statement(each) for each in found.up],
        "down": [_statement(each) for each in found.down],
        "approvals": hazards_document(found.hazards),
        "looks_like_rename": [
            {"table": each.table, "old": each.old, "new": each.new} for each in found.renames
        ],
        "looks_like_rotation": [
            {"table": each.table, "gone": list(each.gone), "come": list(each.come)}
            for each in found.rotations
        ],
        "not_understood": [{"name": name, "why": why} for name, why in found.not_understood],
        "unmanaged": {kind: list(names) for kind, names in found.unmanaged.items()},
    }


def source_document(source: Source) -> dict[str, Any]:
    return {"name": source.name, "tables": source.tables, "stored": dict(source.stored)}


def hazards_document(hazards: Iterable[Hazard]) -> list[dict[str, str]]:
    return [
        {"kind": each.kind, "object": each.object, "what": each.what, "allow": each.approval}
        for each in hazards
    ]


def _table(view: TableView) -> dict[str, Any]:
    parts = [_part(part) for part in view.parts]
    return {"verb": view.verb, "name": view.name, "was": view.was, "parts": parts}


def _part(view: PartView) -> dict[str, Any]:
    return {
        "verb": view.verb,
        "kind": view.kind,
        "name": view.name,
        "before": view.before,
        "after": view.after,
        "details": [
            {"path": each.path, "before": each.before, "after": each.after} for each in view.details
        ],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "sql": statement.sql,
        "about": statement.about,
        "table": statement.table,
        "hazards": hazards_document(statement.hazards),
        "session": dict(statement.session),
    }
