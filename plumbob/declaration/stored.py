"""The sections of stored objects: views, triggers, procedures, functions, events, sequences.

To the right of a name stands what CREATE has behind it; a long form has the same text as `sql`, and
beside it what CREATE has ahead of the name or takes from the session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import parse_stored
from plumbob.ddl.stored.head import parse_definer
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields
from plumbob.declaration.keys import STORED_SECTIONS
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.spelled import Spelled, read_text
from plumbob.errors import PlumbobError
from plumbob.model import Definer, ObjectKey, Owned, Stored, StoredKind, View, object_key

_ALGORITHMS = ("UNDEFINED", "MERGE", "TEMPTABLE")
_SECURITIES = ("DEFINER", "INVOKER")


@dataclass(frozen=True, slots=True)
class ReadStored:
    """A stored object with its entry."""

    stored: Stored
    entry: Entry

    @property
    def key(self) -> ObjectKey:
        return object_key(self.stored.kind, self.stored.name)


def read_stored(entry: Entry, section: str, faults: Faults) -> ReadStored:
    """Read one entry of a section.

    Raises:
        PlumbobError: with the place in the file.
    """
    kind = STORED_SECTIONS[section]
    name = entry.key.text if entry.key else ""
    what = f"the {kind} {name}"
    if isinstance(entry.value, Scalar):
        return ReadStored(_of_text(kind, name, entry.value, what), entry)
    fields = Fields(entry.value, kind, what, faults)
    text = fields.scalar("sql")
    if text is None:
        raise PlumbobError(
            f"{what} has no 'sql'",
            advice=f"write what CREATE {kind.upper()} has behind the name",
            where=fields.position,
        )
    return ReadStored(_with_fields(_of_text(kind, name, text, what), fields), entry)


def _of_text(kind: StoredKind, name: str, text: Scalar, what: str) -> Stored:
    if not text.text.strip() and kind != "sequence":
        raise PlumbobError(
            f"{what} has no definition",
            advice=f"write what CREATE {kind.upper()} has behind the name",
            where=text.position(),
        )
    if _is_whole(text):
        return _of_statement(kind, name, text, what)
    spelled = Spelled()
    spelled.words(f"CREATE {kind.upper()} {quote_name(name)}", text)
    spelled.text(text)
    return _parsed(spelled)


def _is_whole(text: Scalar) -> bool:
    return Cursor(text.text, is_lenient=True).is_word("create")


def _of_statement(kind: StoredKind, name: str, text: Scalar, what: str) -> Stored:
    """A whole CREATE statement, as people paste it: it has to make what the key says."""
    stored = _parsed(Spelled(text))
    if object_key(stored.kind, stored.name) != object_key(kind, name):
        raise PlumbobError(
            f"{what} is given the statement that makes the {stored.kind} {stored.name}",
            advice="leave CREATE and the name out: write what stands behind the name",
            where=text.position(),
        )
    return replace(stored, name=name)


def _parsed(spelled: Spelled) -> Stored:
    try:
        return parse_stored(spelled.sql)
    except SyntaxFault as fault:
        raise spelled.error(fault) from None


def _with_fields(stored: Stored, fields: Fields) -> Stored:
    if not isinstance(stored, Owned):
        return stored
    session = replace(
        stored.session,
        sql_mode=_mode(fields),
        collation=fields.text("collation"),
        time_zone=fields.text("time_zone"),
        database_collation=fields.text("database_collation"),
    )
    stored = replace(stored, session=session, definer=_definer(fields) or stored.definer)
    if isinstance(stored, View):
        stored = replace(
            stored,
            algorithm=_word(fields, "algorithm", _ALGORITHMS) or stored.algorithm,
            security=_word(fields, "security", _SECURITIES) or stored.security,
        )
    return stored


def _mode(fields: Fields) -> str | None:
    found = fields.scalar("sql_mode")
    return None if found is None else found.text.replace(" ", "").upper()


def _definer(fields: Fields) -> Definer | None:
    found = fields.scalar("definer")
    return None if found is None else read_text(found, parse_definer)


def _word(fields: Fields, key: str, words: tuple[str, ...]) -> str | None:
    found = fields.scalar(key)
    if found is None:
        return None
    if found.text.upper() not in words:
        raise PlumbobError(
            f"{key!r} is {' or '.join(words).lower()}, not {found.text!r}", where=found.position()
        )
    return found.text.upper()
