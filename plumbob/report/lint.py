"""The findings of `schema lint`, as text and as JSON."""

from __future__ import annotations

from typing import Any

from plumbob.lint import Finding, Linted
from plumbob.report.comparison import Source, counted
from plumbob.report.document import source_document
from plumbob.report.faults import notice_text
from plumbob.report.safe import line


def lint_text(read: Source, linted: Linted) -> str:
    """Each finding with its place and rule, and on the last line how many there are."""
    said = [
        notice_text(f"{each.what} [{each.rule}]", each.advice, each.where)
        for each in linted.findings
    ]
    number = counted(len(linted.findings), "finding") if linted.findings else "no findings"
    beside = f", {linted.silenced} silenced by lint_ignore" if linted.silenced else ""
    return "\n".join([*said, line(f"{read}, {number}{beside}")])


def lint_document(read: Source, linted: Linted) -> dict[str, Any]:
    return {
        "declared": source_document(read),
        "findings": [_finding(each) for each in linted.findings],
        "silenced": linted.silenced,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    where = finding.where
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "kind": finding.kind,
        "name": finding.name,
        "what": finding.what,
        "advice": finding.advice,
        "file": where and where.file,
        "line": where and where.line,
        "column": where and where.column,
    }
