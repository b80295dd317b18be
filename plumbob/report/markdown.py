"""A comparison as Markdown, for the comment on a pull request; every value stands in a code span."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from plumbob.plan.statement import Statement
from plumbob.report.changes import PartView, TableView
from plumbob.report.comparison import Compared, counted, summary
from plumbob.report.costs import cost_line, plan_costs
from plumbob.report.proved import by_this
from plumbob.report.safe import line, lines
from plumbob.report.text import DRIFTED


def comparison_markdown(found: Compared) -> str:
    head = f"### Schema: {summary(found) if found.differs else 'in sync'}"
    if not found.differs and not found.in_sync:
        head += ", as far as could be asked"
    parts = [head, f"{code(f'{found.declared} | {found.live}')}"]
    if found.tables:
        parts.append("\n".join(_changes(found.tables, has_owners=found.has_owners)))
    if found.diverging:
        parts.append("\n".join(_diverging(found)))
    if found.refused:
        parts.append("\n".join(_refused(found)))
    if found.approvals:
        parts.append("\n".join(_approvals(found)))
    if found.large:
        parts.append("\n".join(_large(found)))
    parts += [_folded("up", found.up), _folded("down", found.down)]
    parts.append("\n".join(_remarks(found)))
    return "\n\n".join(filter(None, parts))


def code(text: object) -> str:
    """A code span: nothing in it is markup, a link, or somebody's name."""
    shown = line(text)
    ticks = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    space = " " if "`" in shown or shown != shown.strip() or not shown else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def cell(text: object) -> str:
    """A code span in a table, where a bar would end it."""
    return code(text).replace("|", "\\|")


def plain(text: object) -> str:
    """A sentence of ours; whatever is in it, it is no markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#|&~])", r"\\\1", line(text))


def _changes(tables: Iterable[TableView], *, has_owners: bool) -> Iterator[str]:
    yield "| change | what | before | after |" + (" owner |" if has_owners else "")
    yield "|---|---|---|---|" + ("---|" if has_owners else "")
    for table in tables:
        was = cell(table.was) if table.was else ""
        owner = f" {table.owner} |" if has_owners else ""
        yield f"| **{table.verb}** | {table.kind} {cell(table.name)} | {was} | |{owner}"
        for part in table.parts:
            yield _row(part) + (f" {part.owner} |" if has_owners else "")


def _row(part: PartView) -> str:
    before, after = (cell(text) if text else "" for text in (part.before, part.after))
    return f"| {part.verb} | {part.kind} {cell(part.name)} | {before} | {after} |"


def _approvals(found: Compared) -> Iterator[str]:
    yield "**Needs approval**"
    yield ""
    for each in found.approvals:
        yield f"- {code(each.hazard.flag)}: {plain(each.said)}"


def _large(found: Compared) -> Iterator[str]:
    yield "**Large tables, which others wait for**"
    yield ""
    for each in found.large:
        yield f"- {code(each.way)}: {plain(each.hazard.what)}"


def _diverging(found: Compared) -> Iterator[str]:
    yield "**Will be refused on this cluster**"
    yield ""
    for each in found.diverging:
        yield f"- {plain(each.what)}; instead: {plain(each.advice)}"


def _refused(found: Compared) -> Iterator[str]:
    yield "**Will be refused, because of these rows**"
    yield ""
    for each in found.refused:
        yield f"- {code(each.hazard.approval)}: {plain(each.said)}"


def _folded(title: str, statements: tuple[Statement, ...]) -> str:
    if not statements:
        return ""
    body = [text for each in statements for text in _with_cost(each)]
    longest = max((len(run) for text in body for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join(
        [
            f"<details><summary>{title}: {counted(len(statements), 'statement')}</summary>",
            "",
            f"{fence}sql",
            *body,
            fence,
            "",
            "</details>",
        ]
    )


def _with_cost(statement: Statement) -> Iterator[str]:
    if cost := cost_line(statement):
        yield f"-- {line(cost)}"
    yield from lines(statement.sql + ";")


def _remarks(found: Compared) -> Iterator[str]:
    for each in found.renames:
        old, new = code(f"{each.table}.{each.old}"), code(f"{each.table}.{each.new}")
        yield f"- {old} goes and {new} comes: is it a rename? Then {new} needs a `was:`."
    for rotation in found.rotations:
        yield (
            f"- {code(rotation.table)}: {code(rotation)}: does a job rotate its "
            "partitions? Then they need `keep: true`."
        )
    for name, why in found.not_understood:
        yield f"- not understood, so left alone: {code(name)}: {code(why)}"
    for kind, names in found.unmanaged.items():
        yield f"- not managed, so left alone: {counted(len(names), line(kind))}"
    yield from (f"- not asked: {code(each)}" for each in found.unasked)
    if found.other_default:
        yield f"- not compared: {plain(str(found.other_default))}"
    if found.has_drift:
        yield f"- {plain(DRIFTED)}"
    yield from (f"- {plain(each)}" for each in plan_costs(found))
    if found.proved:
        yield f"- proved: both ways were run on {code(by_this(found.proved))}"
    if found.unproved:
        yield f"- not proved: {code(found.unproved)}"
    if found.unconfirmed:
        yield f"- unconfirmed by a server: {code(found.unconfirmed)}"
