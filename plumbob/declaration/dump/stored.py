"""Stored objects as the sections of a declaration: what CREATE has behind the name, as people write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored.one_row import select_expression
from plumbob.ddl.stored.sql import account_sql, create_sql
from plumbob.declaration.dump.sql_text import expression_text, name_text, names_text
from plumbob.declaration.dump.yaml_text import Block, Pairs, Value
from plumbob.declaration.keys import STORED_SECTIONS
from plumbob.model import Event, Flavour, Owned, Routine, Schema, Session, Stored, Trigger, View

_SECTIONS = {kind: section for section, kind in STORED_SECTIONS.items()}
# A SELECT that is longer than this gets a line for each of its clauses.
_LONGEST_SELECT = 70
_CLAUSES = ("from", "where", "group", "having", "order", "limit", "union")
_UTC = "+00:00"


@dataclass(frozen=True, slots=True)
class Usual:
    """What most stored objects have in common, and need not say."""

    definer: str = ""
    sql_mode: str | None = None
    collation: str | None = None
    database_collation: str | None = None


def usual_of(objects: Iterable[Stored], session: Session | None = None) -> Usual:
    """What need not be said of these objects.

    Args:
        session: what the server gives to a new object where nothing is said; by default what most of
            the objects have.
    """
    owned = [each for each in objects if isinstance(each, Owned)]
    definer = _most(account_sql(each.definer) for each in owned if each.definer) or ""
    if session is not None:
        return Usual(definer, session.sql_mode, session.collation, session.database_collation)
    return Usual(
        definer,
        _most(each.session.sql_mode for each in owned),
        _most(each.session.collation for each in owned),
        _most(each.session.database_collation for each in owned),
    )


def _most(values: Iterable[str | None]) -> str | None:
    counted = Counter(value for value in values if value is not None).most_common(1)
    return counted[0][0] if counted else None


def stored_sections(schema: Schema, flavour: Flavour, usual: Usual) -> list[tuple[str, Pairs]]:
    """The sections with their entries, those of kinds that are not there left out.

    Args:
        schema: with the objects.
        flavour: the server.
        usual: what need not be said.
    """
    sections: dict[str, list[tuple[str, Value]]] = {}
    for section, kind in STORED_SECTIONS.items():
        for each in schema.stored.values():
            if each.kind == kind:
                pairs = sections.setdefault(section, [])
                pairs.append((each.name, stored_value(each, usual, flavour)))
    return list(sections.items())


def section_of(stored: Stored) -> str:
    return _SECTIONS[stored.kind]


def stored_value(stored: Stored, usual: Usual, flavour: Flavour) -> Value:
    """A stored object: its text, or a mapping where more has to be said."""
    text = Block(stored_text(stored, flavour), is_verbatim=True)
    beside = stored_fields(stored, usual)
    return [("sql", text), *beside.items()] if beside else text


def stored_fields(stored: Stored, usual: Usual) -> dict[str, Value]:
    """What is said beside the text: an account and a session that are not the usual ones."""
    if not isinstance(stored, Owned):
        return {}
    found: dict[str, Value] = {}
    if stored.definer and account_sql(stored.definer) != usual.definer:
        user = stored.definer.user
        host = "" if stored.definer.host is None else f"@{name_text(stored.definer.host)}"
        found["definer"] = f"{name_text(user)}{host}"
    if isinstance(stored, View):
        if stored.algorithm != "UNDEFINED":
            found["algorithm"] = stored.algorithm.lower()
        if stored.security != "DEFINER":
            found["security"] = stored.security.lower()
    session = stored.session
    if not isinstance(stored, View) and session.sql_mode not in (None, usual.sql_mode):
        found["sql_mode"] = session.sql_mode or ""
    if session.collation is not None and session.collation != usual.collation:
        found["collation"] = session.collation
    if isinstance(stored, Event) and session.time_zone not in (None, _UTC):
        found["time_zone"] = session.time_zone or ""
    if session.database_collation not in (None, usual.database_collation):
        found["database_collation"] = session.database_collation or ""
    return found


def stored_text(stored: Stored, flavour: Flavour, *, in_session: bool = False) -> str:
    """What CREATE has behind the name; of an aggregate function, the whole statement.

    Args:
        in_session: it is read in the session of the object, where a backslash may be no escape.
    """
    if isinstance(stored, View):
        return _view_text(stored)
    if isinstance(stored, Trigger):
        moment = f"{stored.timing} {stored.event}".lower()
        head = f"{moment} on {name_text(stored.table)} for each row"
        return f"{head}\n{stored.body}" if "\n" in stored.body else f"{head} {stored.body}"
    if isinstance(stored, Owned):
        session = stored.session if in_session else Session()
        stored = replace(stored, definer=None, session=session)
    sql = create_sql(stored, flavour)
    if isinstance(stored, Routine) and stored.is_aggregate:
        # The word stands ahead of the name.
        return sql
    name = quote_name(stored.name)
    text = sql[sql.index(name) + len(name) :].strip()
    if isinstance(stored, Event):
        at = len(text) - len(stored.body)
        text = text[:at].replace(" ON COMPLETION NOT PRESERVE", "", 1) + stored.body
        at = len(text) - len(stored.body)
        text = text[:at].replace(" ENABLE ", " ", 1) + stored.body
    return text


def _view_text(view: View) -> str:
    select = _in_clauses(expression_text(view.select))
    if select_expression(select, tokenize(select)).key != view.select.key:
        select = view.select.sql
    columns = f"({names_text(view.columns)}) as\n" if view.columns else ""
    check = f"\nwith {view.check_option.lower()} check option" if view.check_option else ""
    return f"{columns}{select}{check}"


def _in_clauses(sql: str) -> str:
    """A long SELECT with each of its clauses, a very long one with each of its columns, on a line."""
    if len(sql) <= _LONGEST_SELECT or "\n" in sql:
        return sql
    try:
        tokens = tokenize(sql)
    except SyntaxFault:
        return sql
    depth, end = 0, 0
    is_very_long = len(sql) > 2 * _LONGEST_SELECT
    said: list[str] = []
    for token in tokens:
        if token.kind == "mark":
            depth += (token.value == "(") - (token.value == ")")
        gap = sql[end : token.start]
        is_clause = token.kind == "word" and token.value in _CLAUSES and depth == 0
        said += ["\n" if is_clause and gap else gap, token.text]
        end = token.end
        if is_very_long and depth == 0 and token.value == ",":
            said.append("\n    ")
            end += len(sql[end:]) - len(sql[end:].lstrip())
    return "".join(said)
