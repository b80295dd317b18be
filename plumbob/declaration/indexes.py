"""An index of the declaration, short or long."""

from __future__ import annotations

from functools import lru_cache

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.indexes import parse_index, parse_index_body
from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.ddl.quote import quote_text
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, warn_of_comment
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.declaration.spelled import Spelled
from plumbob.errors import PlumbobError
from plumbob.model import Index

_KINDS = ("unique", "fulltext", "spatial", "vector", "index", "key")
_MORE = "what stands behind the key parts goes with the full form: index (a, b desc) comment '…'"


def read_index(entry: Entry, what: str, faults: Faults) -> tuple[Index, Scalar | None]:
    """An index, and the name that it had before a rename.

    Raises:
        PlumbobError: where the definition cannot be understood.
    """
    name = entry.key.text if entry.key else ""
    if isinstance(entry.value, Scalar):
        warn_of_comment(entry.value, "definition", faults)
        return _read(_spelled_short(entry.value, what), name), None
    if not isinstance(entry.value, Mapping):
        raise PlumbobError(f"{what} has to be a text or a mapping", where=entry.value.position())
    fields = Fields(entry.value, "index", what, faults)
    return _read(index_spelled(fields), name), fields.scalar("was")


def read_primary_key(scalar: Scalar) -> Index:
    """`primary_key: user_id, seq`, with or without parentheses."""
    spelled = _spelled_short(scalar, "the primary key")
    return spelled.read(parse_index_body, "PRIMARY", "primary")


def _read(spelled: Spelled, name: str) -> Index:
    try:
        return spelled.read(_parse, name)
    except PlumbobError as error:
        if error.advice or "')'" not in error.what:
            raise
        raise PlumbobError(
            f"these are no key parts: {error.what}", advice=_MORE, where=error.where
        ) from None


def _parse(cursor: Cursor, name: str) -> Index:
    if cursor.is_mark("("):
        return parse_index_body(cursor, name, "index")
    start = cursor.token
    index = parse_index(cursor, name)
    if name and index.name != name:
        cursor.fail(f"the index has its name already: {name}", at=start)
    return index


def _spelled_short(scalar: Scalar, what: str) -> Spelled:
    if scalar.is_blank:
        raise PlumbobError(f"{what} has no columns", where=scalar.position())
    spelled = Spelled()
    _add_parts(spelled, scalar)
    return spelled


def _add_parts(spelled: Spelled, scalar: Scalar) -> None:
    """The full form as it stands; key parts alone get the parentheses that they lack."""
    if _has_kind(scalar.text) or _is_body(scalar.text):
        spelled.text(scalar)
    else:
        spelled.enclosed("(", scalar)


@lru_cache(maxsize=10_000)
def _has_kind(text: str) -> bool:
    """Whether a kind of index comes first, and not a column of such a name."""
    try:
        first, *rest = tokenize(text)
    except SyntaxFault:
        return False
    if first.kind != "word" or first.value not in _KINDS:
        return False
    return bool(rest) and (rest[0].value in ("(", "key", "index", "using"))


@lru_cache(maxsize=10_000)
def _is_body(text: str) -> bool:
    """Whether a text is `(key parts) options` whole; `(lower(email))` is a key part itself."""
    try:
        cursor = Cursor(text)
        parse_index_body(cursor, "", "index")
    except SyntaxFault:
        return False
    return cursor.is_at_end


def index_spelled(fields: Fields) -> Spelled:
    """A long form as the SQL that it stands for."""
    spelled = Spelled()
    kind = fields.scalar("kind")
    if kind is not None:
        if kind.text.lower() not in _KINDS:
            raise PlumbobError(
                f"{kind.text!r} is no kind of index",
                advice="one of unique, fulltext, spatial, vector",
                where=kind.position(),
            )
        spelled.words(kind.text, kind)
    _add_columns(spelled, fields)
    for key, words in (("using", "using"), ("parser", "with parser")):
        scalar = fields.scalar(key)
        if scalar is not None:
            spelled.words(words, scalar)
            spelled.text(scalar)
    comment = fields.scalar("comment")
    if comment is not None:
        spelled.words(f"comment {quote_text(fields.text('comment') or '')}", comment)
    size = fields.scalar("key_block_size")
    if size is not None:
        spelled.words(f"key_block_size {fields.number('key_block_size')}", size)
    invisible = fields.scalar("invisible")
    if invisible is not None and fields.flag("invisible"):
        spelled.words("invisible", invisible)
    return spelled


def _add_columns(spelled: Spelled, fields: Fields) -> None:
    """`columns` is a text, as in the short form, or a list of key parts."""
    names = fields.names("columns")
    if not names:
        raise PlumbobError(f"{fields.what} has no columns", where=fields.position)
    if isinstance(fields.node("columns"), Scalar):
        _add_parts(spelled, names[0])
        return
    for count, name in enumerate(names):
        spelled.words("," if count else "(", name)
        spelled.text(name)
    spelled.words(")", names[-1])
