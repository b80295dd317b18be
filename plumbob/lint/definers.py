"""The rules `definers`: what runs with the rights of its definer, and is declared without one or as root.

Who may use such an object may do all that its definer may. Without a name in the declaration that is
whoever applies the migration that makes it, in CI often an account that may do everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration import Declaration
from plumbob.lint.finding import Finding
from plumbob.model import Event, Owned, Routine, Trigger, View

RULE = "definers"
# The account that an installation begins with.
ROOT = "root"


def definers(declaration: Declaration) -> Iterator[Finding]:
    """Each view, program, trigger and event that gets the rights of an account nobody chose, or of root."""
    for stored in declaration.schema.stored.values():
        if isinstance(stored, Owned) and (what := _what(stored)):
            yield Finding(
                RULE,
                stored.kind,
                stored.name,
                f"the {stored.kind} {stored.name} {what}",
                _advice(stored, is_yaml=bool(declaration.documents)),
                declaration.position(
                    stored.name, stored.kind, word="definer" if stored.definer else ""
                ),
            )


def _what(stored: Owned) -> str:
    """What is the matter with its definer, or ""."""
    if isinstance(stored, View | Routine) and stored.security != "DEFINER":
        return ""
    if stored.definer is None:
        return "runs with all rights of the account that makes it: no definer is declared"
    return f"runs with all rights of {ROOT}" if stored.definer.user == ROOT else ""


def _advice(stored: Owned, *, is_yaml: bool) -> str:
    said = "`definer: NAME@HOST` beside `sql:`" if is_yaml else "DEFINER=NAME@HOST behind CREATE"
    advice = f"{said} names an account that may do no more than this needs"
    if isinstance(stored, Trigger | Event):
        return advice
    if is_yaml and isinstance(stored, View):
        return f"{advice}; with `security: invoker` it has the rights of its user"
    return f"{advice}; with SQL SECURITY INVOKER it has the rights of its user"
