"""A comparison as text for a terminal: in colour where there is one, safe whatever the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

import click

from plumbob.migration.run.counting import Counted
from plumbob.plan.statement import Statement
from plumbob.report.changes import PartView, TableView
from plumbob.report.comparison import Compared, Counts, counted, summary, uncounted
from plumbob.report.costs import cost_line, plan_costs
from plumbob.report.owners import CONFLICT, PENDING
from plumbob.report.proved import by_this
from plumbob.report.safe import line, lines

DRIFTED = (
    "drift was changed on the server since the last run, and the plan takes it back; before that, "
    "`schema drift --adopt` takes it into the declaration, or `schema drift --revert` undoes it alone."
)
_SIGNS = {"create": "+", "add": "+", "drop": "-", "remove": "-"}
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}


def comparison_text(found: Compared) -> str:
    """The whole report; its first line says what was read on both sides."""
    parts = [read_text(found)]
    if not found.differs:
        parts.append("\n".join([_in_sync(found), *_remarks(found)]))
        return "\n".join(parts)
    parts.append("\n".join(each for table in found.tables for each in table_lines(table)))
    parts.append(plan_text(found))
    parts.append(summary(found))
    return "\n\n".join(filter(None, parts))


def plan_text(found: Compared) -> str:
    """The statements both ways, and what is to be known of them."""
    warnings = [
        *diverging_lines(found),
        *refusal_lines(found.refused),
        *hazard_lines(found.approvals),
        *large_lines(found),
    ]
    parts = [
        "\n".join(_statements("up", found.up, found.of)),
        "\n".join(_statements("down", found.down, uncounted)),
        "\n".join([*_remarks(found), *warnings]),
    ]
    return "\n\n".join(filter(None, parts))


def left_alone_text(found: Compared) -> str:
    """The names of all that is not managed, a line for each kind."""
    return "\n".join(
        line(f"left alone: {kind}: {', '.join(sorted(names))}")
        for kind, names in found.unmanaged.items()
    )


def read_text(found: Compared) -> str:
    return line(f"{found.declared} | {found.live}")


def hazard_lines(found: Iterable[Counted]) -> Iterator[str]:
    for each in found:
        flag = click.style("needs approval:", fg="red", bold=True)
        yield f"{flag} {line(each.said)}"
        yield f"  {line(each.hazard.flag)}"


def refusal_lines(found: Iterable[Counted]) -> Iterator[str]:
    for each in found:
        flag = click.style("will be refused:", fg="red", bold=True)
        yield f"{flag} {line(each.said)} ({line(each.hazard.approval)})"


def diverging_lines(found: Compared) -> Iterator[str]:
    """What `apply` refuses on a cluster, whatever is approved; and another way."""
    for each in found.diverging:
        flag = click.style("will be refused on this cluster:", fg="red", bold=True)
        yield f"{flag} {line(each.what)}"
        yield f"  instead: {line(each.advice)}"


def large_lines(found: Compared) -> Iterator[str]:
    """What others wait for as long as it takes, and what is to be done about it."""
    for each in found.large:
        flag = click.style("large table:", fg="red", bold=True)
        yield f"{flag} {line(each.hazard.what)}"
        yield f"  {line(each.way)}"


def _in_sync(found: Compared) -> str:
    if found.in_sync:
        return click.style("in sync", fg="green")
    return click.style("in sync, as far as could be asked", fg="yellow")


def table_lines(view: TableView) -> Iterator[str]:
    """One changed object with its parts."""
    was = f" (was {line(view.was)})" if view.was else ""
    name = click.style(line(view.name), bold=True)
    is_one = len({view.owner, *(each.owner for each in view.parts)}) == 1
    yield f"{_sign(view.verb)} {view.kind} {name}{was}{_owner(view.owner) if is_one else ''}"
    for part in view.parts:
        first, *more = _part(part)
        yield first if is_one else first + _owner(part.owner)
        yield from more


def _owner(owner: str) -> str:
    """`  [drift]`; nothing where nobody can say whose it is."""
    if not owner:
        return ""
    colour = {CONFLICT: "red", PENDING: None}.get(owner, "yellow")
    return "  " + click.style(f"[{owner}]", fg=colour)


def _part(view: PartView) -> Iterator[str]:
    head = f"    {_sign(view.verb)} {view.kind}"
    if view.verb == "modify":
        yield f"{head} {line(view.before)}"
        yield f"      {' ' * (len(view.kind) - 2)}-> {line(view.after)}"
        for each in view.details:
            values = f"{line(each.before)} -> {line(each.after)}"
            yield f"         {line(each.path)}: {values}{_owner(each.owner)}"
    elif view.verb == "text":
        yield from _changed_lines(view.before or "", view.after or "")
    elif view.verb == "rename":
        yield f"{head} {line(view.before)} -> {line(view.after)}"
    elif view.verb == "move":
        yield f"{head} {line(view.name)}: {line(view.after)}"
    elif view.verb == "set":
        values = f"{_value(view.before)} -> {_value(view.after)}"
        yield f"    {_sign(view.verb)} {line(view.name)}: {values}"
    else:
        yield f"{head} {line(view.after or view.before)}"


def _changed_lines(before: str, after: str) -> Iterator[str]:
    """What differs between two bodies, with a line around it."""
    found = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=1)
    for each in list(found)[2:]:
        if not each.startswith("@@"):
            colour = {"+": "green", "-": "red"}.get(each[0])
            yield "      " + click.style(line(each.rstrip()), fg=colour)


def _value(text: str | None) -> str:
    return line(text) if text else "(none)"


def _sign(verb: str) -> str:
    sign = _SIGNS.get(verb, "~")
    return click.style(sign, fg=_COLOURS[sign], bold=True)


def _statements(title: str, statements: tuple[Statement, ...], counts: Counts) -> Iterator[str]:
    yield click.style(f"{title} ({counted(len(statements), 'statement')})", bold=True)
    for each in statements:
        yield "  " + click.style(f"-- {line(each.about)}", dim=True)
        if cost := cost_line(each):
            yield "  " + click.style(f"-- {line(cost)}", dim=True)
        for hazard in counts(each.hazards):
            yield "  " + click.style(
                f"-- {line(hazard.hazard.approval)}: {line(hazard.said)}", fg="red"
            )
        yield from (f"  {text}" for text in lines(each.sql + ";"))


def _remarks(found: Compared) -> Iterator[str]:
    for rename in found.renames:
        old, new, table = line(rename.old), line(rename.new), line(rename.table)
        yield (
            f"{table}.{old} goes and {table}.{new} comes: it looks like a rename. "
            f"If it is one, say `was: {old}` at {new}, and the values stay."
        )
    for rotation in found.rotations:
        yield (
            f"{line(rotation.table)}: {line(rotation)}: it looks like a rotation. "
            "If a job adds and drops them, say `keep: true` under `partitions:`, and they are left alone."
        )
    for name, why in found.not_understood:
        yield f"not understood, so left alone: {line(name)}: {line(why)}"
    if found.unmanaged:
        kinds = (counted(len(names), line(kind)) for kind, names in found.unmanaged.items())
        yield f"not managed, so left alone: {', '.join(kinds)}"
    yield from (f"not asked: {line(each)}" for each in found.unasked)
    if found.other_default:
        yield line(f"not compared: {found.other_default}")
    if found.has_drift:
        yield DRIFTED
    yield from map(line, plan_costs(found))
    if found.proved:
        yield f"proved: both ways were run on {line(by_this(found.proved))}"
    if found.unproved:
        yield f"not proved: {line(found.unproved)}"
    if found.unconfirmed:
        yield f"unconfirmed by a server: {line(found.unconfirmed)}"
