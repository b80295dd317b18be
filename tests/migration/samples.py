"""Migrations and schemas that the tests of this folder share."""

from __future__ import annotations

from plumbob.ddl.tables import parse_create_table
from plumbob.migration.draft import draft
from plumbob.migration.migration import Migration
from plumbob.model import Flavour, Schema
from plumbob.plan.statement import Plan, Statement

MYSQL = Flavour("mysql", (9, 7, 4))
EMPTY = Schema()
CREATED = "2026-11-24T13:15:00Z"


def schema(*tables: str, flavour: Flavour = MYSQL) -> Schema:
    parsed = [parse_create_table(sql, flavour) for sql in tables]
    return Schema({table.name: table for table in parsed})


def example(
    *up: Statement,
    down: tuple[Statement, ...] = (),
    message: str = "add last login",
    parent: Migration | None = None,
    created: str = CREATED,
    before: Schema = EMPTY,
    after: Schema = EMPTY,
    flavour: Flavour = MYSQL,
) -> Migration:
    return draft(
        Plan(up, down or up),
        before,
        after,
        flavour,
        message=message,
        created=created,
        parent=parent,
    )
