"""A foreign key or a check of the declaration, short or long."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.constraints import parse_check, parse_foreign_key
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, warn_of_comment
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.declaration.spelled import Spelled
from plumbob.errors import PlumbobError
from plumbob.model import Check, ForeignKey


def read_foreign_key(entry: Entry, what: str, faults: Faults) -> ForeignKey:
    """A foreign key, with the names of both ends of the association.

    The short form is what follows FOREIGN KEY: `(user_id) references users(id) on delete cascade`.

    Raises:
        PlumbobError: where the definition cannot be understood.
    """
    name = entry.key.text if entry.key else ""
    if isinstance(entry.value, Scalar):
        warn_of_comment(entry.value, "definition", faults)
        return _read_key(_short_key(entry.value), name)
    if not isinstance(entry.value, Mapping):
        raise PlumbobError(f"{what} has to be a text or a mapping", where=entry.value.position())
    fields = Fields(entry.value, "foreign key", what, faults)
    key = _read_key(foreign_key_spelled(fields), name)
    return replace(key, alias=fields.text("as"), backref=fields.text("backref"))


def _read_key(spelled: Spelled, name: str) -> ForeignKey:
    return spelled.read(parse_foreign_key, name)


def _short_key(scalar: Scalar) -> Spelled:
    spelled = Spelled()
    tokens = Spelled(scalar).tokens()
    if tokens[0].value != "foreign":
        spelled.words("foreign key", scalar)
    if len(tokens) > 1 and tokens[1].value == "references":
        # One column needs no parentheses.
        spelled.enclosed("(", scalar, end=tokens[0].end)
        spelled.text(scalar, tokens[1].start)
    else:
        spelled.text(scalar)
    return spelled


def foreign_key_spelled(fields: Fields) -> Spelled:
    """A long form as the SQL that it stands for."""
    columns, references = fields.names("columns"), fields.scalar("references")
    if not columns or references is None:
        missing = "references" if columns else "columns"
        raise PlumbobError(
            f"{fields.what} has no {missing!r}",
            advice="write for example {columns: user_id, references: users(id)}",
            where=fields.position,
        )
    spelled = Spelled()
    spelled.words("foreign key", columns[0])
    _add_names(spelled, columns)
    spelled.words("references", references)
    spelled.text(references)
    for key, words in (("on_delete", "on delete"), ("on_update", "on update")):
        scalar = fields.scalar(key)
        if scalar is not None:
            spelled.words(words, scalar)
            spelled.text(scalar)
    return spelled


def _add_names(spelled: Spelled, names: tuple[Scalar, ...]) -> None:
    """Names in parentheses; one text may bring its own."""
    if len(names) == 1 and names[0].text.startswith("("):
        spelled.text(names[0])
        return
    for count, name in enumerate(names):
        spelled.words("," if count else "(", name)
        spelled.text(name)
    spelled.words(")", names[-1])


def read_check(entry: Entry, what: str, faults: Faults) -> Check:
    """A check; the short form is the expression, with or without CHECK (…) around it.

    Raises:
        PlumbobError: where the definition cannot be understood.
    """
    name = entry.key.text if entry.key else ""
    if isinstance(entry.value, Scalar):
        warn_of_comment(entry.value, "definition", faults)
        return _spelled_check(entry.value).read(parse_check, name)
    if not isinstance(entry.value, Mapping):
        raise PlumbobError(f"{what} has to be a text or a mapping", where=entry.value.position())
    return check_spelled(Fields(entry.value, "check", what, faults)).read(parse_check, name)


def check_spelled(fields: Fields) -> Spelled:
    """A long form as the SQL that it stands for.

    Raises:
        PlumbobError: where there is no expression.
    """
    expression = fields.scalar("check")
    if expression is None:
        raise PlumbobError(f"{fields.what} has no expression", where=fields.position)
    spelled = _spelled_check(expression)
    enforced = fields.scalar("enforced")
    if enforced is not None and fields.flag("enforced") is False:
        spelled.words("not enforced", enforced)
    return spelled


def _spelled_check(scalar: Scalar) -> Spelled:
    """The text as CHECK (…): as it stands, or with what it lacks around the expression."""
    *tokens, end = Spelled(scalar).tokens()
    values = [token.value for token in tokens]
    if values[:2] == ["check", "("]:
        return Spelled(scalar)
    spelled = Spelled()
    if values[-2:] == ["not", "enforced"]:
        behind = tokens[-2].start
        spelled.enclosed("check (", scalar, end=behind)
        spelled.text(scalar, behind)
    else:
        spelled.enclosed("check (", scalar, end=end.start)
    return spelled
