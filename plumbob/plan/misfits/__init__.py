"""Which values do not survive a change of type, as conditions on the old column: a table of facts.

Each is measured on MySQL 9.7 and MariaDB 10.11 (tests/commands/loss_matrix.json): what strict mode changes
without a word, and what it refuses. The conditions are for a session without strict mode, in UTC, so
that a CAST gives NULL in place of an error. A pair of types that has no fact here counts every value.
"""

from __future__ import annotations

from collections.abc import Callable

from plumbob.ddl.quote import quote_text
from plumbob.model import Flavour, Type
from plumbob.model.type import INTEGERS, TEXTS
from plumbob.plan.misfits import moments, numbers, texts
from plumbob.plan.misfits.change import Change, Misfits
from plumbob.plan.misfits.moments import DATED

_CHARACTERS = ("char", "varchar", *TEXTS)
_MOMENTS = (*DATED, "time")
_NUMERIC = ("integer", "decimal", "floating")


def misfits(column: str, before: Type, after: Type, flavour: Flavour) -> Misfits:
    """The rows that a change of type harms.

    Args:
        column: its name before the change, quoted.
    """
    change = Change(column, before, after, flavour)
    rule = _RULES.get((_kind(before), _kind(after)))
    return rule(change) if rule else Misfits(changed=f"{column} IS NOT NULL")


def _kind(type: Type) -> str:
    if type.name in INTEGERS:
        return "integer"
    if type.name in _CHARACTERS:
        return "text"
    if type.is_binary:
        return "bytes"
    if type.is_spatial:
        return "spatial"
    return {"float": "floating", "double": "floating"}.get(type.name, type.name)


def _spatial_to_spatial(change: Change) -> Misfits:
    kind = quote_text(change.after.name.upper())
    return Misfits("", f"UPPER(ST_GeometryType({change.column})) <> {kind}")


# By the kind of the type before and after.
_RULES: dict[tuple[str, str], Callable[[Change], Misfits]] = {
    **{(one, other): numbers.from_number for one in _NUMERIC for other in _NUMERIC},
    ("integer", "bit"): numbers.integer_to_bit,
    ("bit", "bit"): numbers.bit_to_bit,
    ("integer", "year"): numbers.integer_to_year,
    **{(kind, "text"): texts.to_text for kind in (*_NUMERIC, *_MOMENTS, "year", "json")},
    **{("text", kind): texts.text_to_number for kind in _NUMERIC},
    **{("text", kind): moments.text_to_moment for kind in _MOMENTS},
    **{
        (one, kind): moments.number_to_moment for one in ("integer", "decimal") for kind in _MOMENTS
    },
    ("text", "text"): texts.text_to_text,
    ("enum", "text"): texts.text_to_text,
    ("set", "text"): texts.text_to_text,
    ("text", "enum"): texts.text_to_enum,
    ("enum", "enum"): texts.enum_to_enum,
    ("set", "set"): texts.set_to_set,
    ("text", "json"): texts.to_json,
    **{("text", kind): texts.to_own_kind for kind in ("uuid", "inet4", "inet6")},
    ("text", "bytes"): texts.to_bytes,
    ("bytes", "bytes"): texts.to_bytes,
    ("bytes", "text"): texts.bytes_to_text,
    **{(kind, kind): moments.same_moment for kind in ("datetime", "timestamp", "time")},
    ("datetime", "timestamp"): moments.moment_to_timestamp,
    ("date", "timestamp"): moments.moment_to_timestamp,
    ("datetime", "date"): moments.moment_to_date,
    ("timestamp", "date"): moments.moment_to_date,
    **{(kind, "integer"): moments.moment_to_integer for kind in (*_MOMENTS, "year")},
    ("date", "year"): moments.date_to_year,
    ("spatial", "spatial"): _spatial_to_spatial,
}
