"""What an account needs for a schema, and what one has."""

from __future__ import annotations

import os

from plumbob.api.values import Privileges
from plumbob.migration.run.accounts import Role
from plumbob.place import find_place
from plumbob.server.visibility import account as account_of
from plumbob.workflow.accounts import beside, needed


def grants(
    role: Role,
    url: str | None = None,
    *,
    account: str | None = None,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> tuple[str, ...]:
    """What an account needs for this schema on this server, and no more, as GRANT statements; none is run.

    Args:
        role: "diff" looks, "apply" runs migrations, "application" reads and writes rows.
        account: whom they are for, as GRANT has it; None for `'plumbob_ROLE'@'%'`.
        url, env, folder, scratch, wait: those of `compare`.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.scratch_at(scratch)
    with place.connect() as server:
        found = needed(role, place.declaration(), server, scratch=at)
    return tuple(each.sql(account or f"'plumbob_{role}'@'%'") for each in found)


def check_grants(
    role: Role,
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> Privileges:
    """Compare what the account of the connection has with what it needs; the arguments are those of `grants`."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.scratch_at(scratch)
    with place.connect() as server:
        found = beside(role, place.declaration(), server, scratch=at)
        who = account_of(server)
    return Privileges(
        tuple(each.sql(who) for each in found.lacking),
        tuple(each.revoke_sql(who) for each in found.more),
    )
