"""Which features a declaration uses that its server lacks, and where it uses them.

The features themselves, with the versions that brought them, are in `plumbob.model.features`.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.subject import Fault, Subject
from plumbob.model import Column, Default, Expression, Index, Option, Table
from plumbob.model.features import (
    CHECK,
    COLLATION_0900,
    COLLATION_UCA1400,
    COMPRESSED,
    DESCENDING,
    ENGINE_ATTRIBUTE,
    EXPRESSION_DEFAULT,
    EXPRESSION_KEY,
    GB18030,
    GENERATED_NULL,
    GENERATED_PRIMARY,
    INVISIBLE_COLUMN,
    INVISIBLE_INDEX,
    JSON_ARROW,
    NGRAM,
    NO_DEFAULT,
    NOT_ENFORCED,
    OPTIONS,
    PERIOD,
    SRID,
    STORAGE,
    TYPES,
    VECTOR_INDEX,
    VERSIONING,
    WITHOUT_OVERLAPS,
    Feature,
)

_NONE = Default("none")
Use = tuple[Feature, str, str | int, str]


def faults_of_features(subject: Subject, table: Table) -> Iterator[Fault]:
    """What the server lacks, with its name, its version and the feature."""
    flavour = subject.flavour
    if flavour is None:
        return
    for feature, kind, number, word in uses(table):
        if not feature.is_in(flavour):
            since = feature.mysql if flavour.is_mysql else feature.mariadb
            known = "" if since is None else f"; it came with {'.'.join(map(str, since))}"
            what = f"{flavour} has not got {feature.name}, which {_where(table, kind, number)} uses"
            yield Fault(what + known, kind, number, word, feature.instead)


def _where(table: Table, kind: str, name: str | int) -> str:
    parts: dict[str, tuple[Column | Index, ...]] = {"column": table.columns, "index": table.indexes}
    if kind in parts and isinstance(name, int):
        return f"{table.name}.{parts[kind][name].name}".rstrip(".")
    return table.name


def uses(table: Table) -> Iterator[Use]:
    """The features that a table uses, each with kind and number of the part, and a word to point at."""
    for number, column in enumerate(table.columns):
        for feature, word in _of_column(column, table):
            yield feature, "column", number, word
    for number, index in enumerate(table.indexes):
        for feature, word in _of_index(index):
            yield feature, "index", number, word
    for number, check in enumerate(table.checks):
        yield CHECK, "check", number, ""
        if not check.enforced:
            yield NOT_ENFORCED, "check", number, "enforced"
        for feature, word in _of_expression(check.expression):
            yield feature, "check", number, word
    for number, period in enumerate(table.periods):
        yield VERSIONING if period.is_system_time else PERIOD, "period", number, "period"
    if table.versioned:
        yield VERSIONING, "system_versioning", "", "versioning"
    for option in table.options:
        feature_of = OPTIONS.get(option.name.upper())
        if feature_of is not None and not _is_off(option):
            yield feature_of, "options", "", option.name
    for feature, word in _of_texts(table.charset, table.collation):
        yield feature, "collation", "", word


def _is_off(option: Option) -> bool:
    return option.value.strip("'").lower() in ("", "0", "n", "no", "none", "default")


def _of_column(column: Column, table: Table) -> Iterator[tuple[Feature, str]]:
    found = TYPES.get(column.type.name)
    if found is not None:
        yield found, column.type.name
    simple = (
        (INVISIBLE_COLUMN, column.invisible, "invisible"),
        (SRID, column.srid is not None, "srid"),
        (COMPRESSED, column.compressed, "compressed"),
        (STORAGE, bool(column.storage), "storage"),
        (STORAGE, bool(column.column_format), "column_format"),
        (ENGINE_ATTRIBUTE, column.engine_attribute is not None, "engine_attribute"),
        (VERSIONING, column.without_system_versioning, "without"),
        (VERSIONING, column.with_system_versioning, "with"),
        (VERSIONING, column.system_time is not None, "row"),
        (CHECK, column.check is not None, "check"),
        (NO_DEFAULT, column.null and column.default == _NONE, "no"),
    )
    yield from ((feature, word) for feature, is_used, word in simple if is_used)
    yield from _of_texts(column.type.charset, column.type.collation)
    if column.default is not None and column.default.expression is not None:
        yield EXPRESSION_DEFAULT, "default"
        yield from _of_expression(column.default.expression)
    if column.check is not None:
        yield from _of_expression(column.check)
    if column.generated is not None:
        yield from _of_expression(column.generated.expression)
        primary = table.primary_key
        if primary and column.name.lower() in [name.lower() for name in primary.columns]:
            yield GENERATED_PRIMARY, "primary"
        elif not column.null:
            yield GENERATED_NULL, "not"


def _of_index(index: Index) -> Iterator[tuple[Feature, str]]:
    for part in index.parts:
        if part.expression is not None:
            yield EXPRESSION_KEY, ""
        if part.descending:
            yield DESCENDING, "desc"
        if part.period is not None:
            yield WITHOUT_OVERLAPS, "overlaps"
    if index.invisible:
        yield INVISIBLE_INDEX, "invisible"
    if index.kind == "vector":
        yield VECTOR_INDEX, "vector"
    if index.parser and index.parser.lower() == "ngram":
        yield NGRAM, "ngram"
    if any(
        name in ("ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE") for name, _ in index.attributes
    ):
        yield ENGINE_ATTRIBUTE, "engine_attribute"


def _of_expression(expression: Expression) -> Iterator[tuple[Feature, str]]:
    # The key has a blank around every operator, and texts keep their quotes.
    if " -> " in expression.key or " ->> " in expression.key:
        yield JSON_ARROW, ""


def _of_texts(charset: str | None, collation: str | None) -> Iterator[tuple[Feature, str]]:
    if charset == "gb18030" or (collation or "").startswith("gb18030"):
        yield GB18030, "gb18030"
    if collation and "_0900_" in collation:
        yield COLLATION_0900, collation
    if collation and "uca1400" in collation:
        yield COLLATION_UCA1400, collation
