"""What accounts need, and what one lacks or has too much, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plumbob.migration.run.accounts import Compared, Grant, Role
from plumbob.report.safe import line

_ABOUT: dict[Role, str] = {
    "diff": "looks: schema diff, status, drift",
    "apply": "changes: schema apply, rollback",
    "application": "reads and writes rows",
}


def grants_text(
    needed: Mapping[Role, Iterable[Grant]], accounts: Mapping[Role, str], database: str
) -> str:
    """The statements of each account, below a comment; they can be piped to a client."""
    parts = []
    for role, grants in needed.items():
        lines = [f"-- {role} {_ABOUT[role]}, in {database}"]
        lines += [f"{each.sql(accounts[role])};" for each in grants]
        parts.append("\n".join(map(line, lines)))
    return "\n\n".join(parts)


def grants_document(
    needed: Mapping[Role, Iterable[Grant]], accounts: Mapping[Role, str]
) -> dict[str, Any]:
    return {
        role: {
            "account": accounts[role],
            "grants": [_grant(each, accounts[role]) for each in grants],
        }
        for role, grants in needed.items()
    }


def compared_text(found: Compared, role: Role, account: str) -> str:
    """What is not as it should be, each with the statement that mends it."""
    lines = []
    if found.lacking:
        lines.append(f"{account} lacks, for {role}:")
        lines += [f"  {each.sql(account)};" for each in found.lacking]
    if found.more:
        lines.append(f"{account} has more than {role} takes:")
        lines += [f"  {each.revoke_sql(account)};" for each in found.more]
    if not lines:
        lines.append(f"{account} has what {role} takes, and no more")
    return "\n".join(map(line, lines))


def compared_document(found: Compared, role: Role, account: str) -> dict[str, Any]:
    return {
        "account": account,
        "role": role,
        "lacks": [_grant(each, account) for each in found.lacking],
        "more": [{"privileges": list(each.privileges), "on": each.level} for each in found.more],
    }


def _grant(grant: Grant, account: str) -> dict[str, Any]:
    return {
        "privileges": list(grant.privileges),
        "on": grant.level,
        "sql": grant.sql(account),
    }
