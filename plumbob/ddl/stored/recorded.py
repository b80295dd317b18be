"""A stored object as one text, with what the server keeps beside its own: it can be made again of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.stored import create_sql, parse_stored
from plumbob.model import Flavour, NotUnderstood, Owned, Session, Stored, Trigger, key_of_id

_BESIDE = "-- beside: "


def recorded(stored: Stored, flavour: Flavour) -> str:
    """CREATE, with a comment ahead of it that has the session and the place of a trigger."""
    beside: dict[str, object] = {}
    if isinstance(stored, Owned):
        beside["session"] = asdict(stored.session)
    if isinstance(stored, Trigger):
        beside["follows"] = stored.follows
    # Read without its session, so it is written without.
    plain = replace(stored, session=Session()) if isinstance(stored, Owned) else stored
    return f"{_BESIDE}{json.dumps(beside, sort_keys=True)}\n{create_sql(plain, flavour)}"


def of_recorded(id: str, text: str, flavour: Flavour) -> Stored | NotUnderstood:
    """The object of such a text; one that was not understood when it was recorded is not now."""
    key = key_of_id(id)
    kind, name = (key.kind, key.name) if key else ("table", id)
    head, _, sql = text.partition("\n")
    if not head.startswith(_BESIDE):
        return NotUnderstood(name, text, "", kind)
    try:
        return _with(parse_stored(sql, flavour), json.loads(head.removeprefix(_BESIDE)))
    except (SyntaxFault, ValueError) as fault:
        return NotUnderstood(name, text, str(fault), kind)


def _with(stored: Stored, beside: Mapping[str, object]) -> Stored:
    session = beside.get("session")
    if isinstance(stored, Owned) and isinstance(session, dict):
        stored = replace(stored, session=Session(**session))
    if isinstance(stored, Trigger):
        follows = beside.get("follows")
        stored = replace(stored, follows=None if follows is None else str(follows))
    return stored
