"""What one of the servers has and the other has not, or has since a version: one table of facts.

Each entry that has an errno was measured on MySQL 9.7, MariaDB 10.11 and 11.8; versions are from the manuals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plumbob.ddl.types import TYPE_SUPPORT
from plumbob.declaration.validate.subject import Fault, Subject
from plumbob.model import Column, Default, Expression, Flavour, Index, Option, Table

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, the versions that brought it (None: never), and what to do without it."""

    name: str
    mysql: Version | None
    mariadb: Version | None
    source: str
    instead: str = ""

    def is_in(self, flavour: Flavour) -> bool:
        since = self.mysql if flavour.is_mysql else self.mariadb
        return since is not None and flavour.version >= since


_NONE = Default("none")
_ALWAYS: Version = (0, 0, 0)
_MYSQL, _MARIADB = (_ALWAYS, None), (None, _ALWAYS)

EXPRESSION_KEY = Feature(
    "an index over an expression",
    (8, 0, 13),
    None,
    "MySQL manual: Functional Key Parts; MariaDB errno 1064",
    "index a generated column instead",
)
NOT_ENFORCED = Feature(
    "a check that is NOT ENFORCED",
    (8, 0, 16),
    None,
    "MySQL manual: CHECK Constraints; MariaDB errno 1064",
    "leave the check out",
)
INVISIBLE_COLUMN = Feature(
    "an invisible column", (8, 0, 23), (10, 3, 3), "manuals: Invisible Columns"
)
INVISIBLE_INDEX = Feature(
    "an invisible index", (8, 0, 0), (10, 6, 0), "manuals: Invisible Indexes, Ignored Indexes"
)
DESCENDING = Feature("a descending key part", (8, 0, 0), (10, 8, 0), "manuals: Descending Indexes")
EXPRESSION_DEFAULT = Feature(
    "an expression as default", (8, 0, 13), (10, 2, 1), "manuals: Data Type Default Values"
)
CHECK = Feature("a check", (8, 0, 16), (10, 2, 1), "manuals: CHECK Constraints")
NO_DEFAULT = Feature(
    "a column that may be NULL and has no default",
    *_MYSQL,
    "MariaDB forgets DROP DEFAULT there, 10.11 and 11.8",
    "leave `no default` out",
)
GENERATED_NULL = Feature(
    "NOT NULL on a generated column",
    *_MYSQL,
    "MariaDB errno 1064",
    "leave NOT NULL out, or check that the column is not null",
)
GENERATED_PRIMARY = Feature("a primary key on a generated column", *_MYSQL, "MariaDB errno 1064")
SRID = Feature(
    "SRID",
    (8, 0, 3),
    None,
    "MySQL manual: CREATE TABLE; MariaDB errno 1064, and its REF_SYSTEM_ID is not given back",
    "leave it out",
)
COMPRESSED = Feature("a compressed column", None, (10, 3, 2), "MySQL errno 1064")
STORAGE = Feature("STORAGE and COLUMN_FORMAT", *_MYSQL, "MariaDB errno 1064", "leave them out")
ENGINE_ATTRIBUTE = Feature("ENGINE_ATTRIBUTE", (8, 0, 21), None, "MariaDB errno 1911")
VERSIONING = Feature("system versioning", None, (10, 3, 4), "MySQL errno 1064")
PERIOD = Feature("an application-time period", None, (10, 4, 3), "MySQL errno 1064")
WITHOUT_OVERLAPS = Feature("WITHOUT OVERLAPS", None, (10, 5, 3), "MySQL errno 1064")
VECTOR_INDEX = Feature("a vector index", None, (11, 7, 0), "MySQL errno 1064")
NGRAM = Feature("the parser ngram", (5, 7, 6), None, "MariaDB errno 1128")
JSON_ARROW = Feature(
    "the operators -> and ->>",
    (5, 7, 13),
    None,
    "MariaDB errno 1064",
    "write json_extract(…) or json_unquote(json_extract(…))",
)
GB18030 = Feature("the character set gb18030", (5, 7, 4), None, "MariaDB errno 1115")
COLLATION_0900 = Feature(
    "a collation of the kind 0900",
    (8, 0, 1),
    (11, 4, 5),
    "MariaDB 10.11 errno 1273, 11.8 takes it",
    "such as utf8mb4_unicode_ci, which both servers have",
)
COLLATION_UCA1400 = Feature(
    "a collation of the kind uca1400",
    None,
    (10, 10, 1),
    "MySQL errno 1273",
    "such as utf8mb4_unicode_ci, which both servers have",
)
# Table options that one of the servers alone knows (MySQL errno 1064, MariaDB 1064 or 1911).
OPTIONS = {
    **{
        name: Feature(f"the table option {name}", *_MYSQL, "MariaDB errno 1064, 1911")
        for name in (
            "COMPRESSION",
            "ENCRYPTION",
            "AUTOEXTEND_SIZE",
            "TABLESPACE",
            "STORAGE",
            "ENGINE_ATTRIBUTE",
            "SECONDARY_ENGINE",
            "SECONDARY_ENGINE_ATTRIBUTE",
        )
    },
    **{
        name: Feature(f"the table option {name}", *_MARIADB, "MySQL errno 1064")
        for name in (
            "PAGE_COMPRESSED",
            "PAGE_COMPRESSION_LEVEL",
            "ENCRYPTED",
            "ENCRYPTION_KEY_ID",
            "TRANSACTIONAL",
            "PAGE_CHECKSUM",
            "IETF_QUOTES",
        )
    },
}
TYPES = {
    name: Feature(f"the type {name}", support.mysql, support.mariadb, "manuals: Data Types")
    for name, support in TYPE_SUPPORT.items()
}

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
