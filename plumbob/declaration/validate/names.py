"""Names: what a server takes, what it takes for the same name, and what people can't see in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from plumbob.declaration.validate.limits import NAME_LENGTH
from plumbob.declaration.validate.subject import Subject, label_of, with_article
from plumbob.declaration.validate.texts import has_long_character
from plumbob.model import Check, ForeignKey, Table

# Names that InnoDB and the server keep for themselves (errno 1280).
_TAKEN_INDEX_NAMES = ("primary", "gen_clust_index")
# MariaDB reads a table name that begins so as one of an old server (errno 1103).
_OLD_NAME = "#mysql50#"

# What a server says to a name that a part of the same kind has already.
_SAME_NAME = {
    "column": "1060",
    "index": "1061",
    "foreign_key": "1826",
    "check": "3822, MariaDB 1826",
}

_Named = tuple[int, str]


def check_names(subject: Subject, table: Table) -> None:
    """Every name of a table and its parts."""
    _check_name(subject, table, "table", "", table.name)
    if table.name.lower().startswith(_OLD_NAME) and subject.is_mariadb:
        subject.error(
            f"MariaDB takes no table name that begins with {_OLD_NAME} (errno 1103)", table
        )
    named = _named_parts(table)
    for kind, names in named.items():
        for number, name in names:
            _check_name(subject, table, kind, number, name)
    for number, name in named["index"]:
        if name.lower() in _TAKEN_INDEX_NAMES:
            subject.error(
                f"{name!r} is no name for an index: the server keeps it for itself (errno 1280)",
                table,
                "index",
                number,
            )
    for kind, names in named.items():
        _check_same(subject, table, kind, names)
        _check_look_alikes(subject, table, kind, names)
    _check_shared_names(subject, table)


def _named_parts(table: Table) -> dict[str, list[_Named]]:
    """Number and name of the parts that were given a name, by kind."""
    indexes = enumerate(table.indexes)
    return {
        "column": [(number, each.name) for number, each in enumerate(table.columns)],
        "index": [(n, each.name) for n, each in indexes if each.named and each.kind != "primary"],
        "foreign_key": [(n, each.name) for n, each in enumerate(table.foreign_keys) if each.named],
        "check": [(number, each.name) for number, each in enumerate(table.checks) if each.named],
    }


def _check_name(subject: Subject, table: Table, kind: str, number: str | int, name: str) -> None:
    what = fault_of_name(name)
    if what:
        subject.error(f"{name!r} is no name for {with_article(kind)}: {what}", table, kind, number)
        return
    hidden = _hidden_character(name)
    if hidden:
        subject.notice(
            f"the name {name!r} has a character that can't be seen, U+{ord(hidden):04X}",
            table,
            kind,
            number,
        )


@lru_cache(maxsize=20_000)
def _hidden_character(name: str) -> str:
    """The first character that can't be seen, or ""."""
    return next((each for each in name if unicodedata.category(each) in ("Cf", "Cc", "Zl")), "")


@lru_cache(maxsize=20_000)
def fault_of_name(name: str) -> str:
    """Why a server would refuse or spoil a name; "" when it takes it as it is."""
    if not name:
        return "it is empty"
    longest = NAME_LENGTH.most(None) or 0
    if len(name) > longest:
        return f"it has {len(name)} characters, and {longest} are the most (errno 1059)"
    if name[-1] in " \t\n\r\v\f":
        return "it ends in white space (errno 1103, 1166, 1280)"
    if "\0" in name:
        return "it has a NUL character (errno 1064)"
    if has_long_character(name):
        return (
            "it has a character that takes four bytes, such as an emoji, which MySQL turns into `?`"
        )
    return ""


def _check_same(subject: Subject, table: Table, kind: str, names: list[_Named]) -> None:
    """Names that differ in case alone are one name to the server."""
    seen: dict[str, tuple[int, str]] = {}
    for number, name in names:
        first, other = seen.setdefault(name.lower(), (number, name))
        if first == number or not name:
            continue
        what = f"{table.name} has the {kind} {name} twice"
        if other != name:
            same = f"the same name for {with_article(kind)}: case makes no difference"
            what = f"{other} and {name} are {same}"
        what = f"{what} (errno {_SAME_NAME[kind]})"
        subject.error(what, table, kind, number, advice="rename one of the two")


def _check_look_alikes(subject: Subject, table: Table, kind: str, names: list[_Named]) -> None:
    """Names that people can't tell apart and the server can."""
    seen: dict[str, str] = {}
    for number, name in names:
        # Two names of ASCII letters that look the same are the same.
        other = name if name.isascii() else seen.setdefault(_look(name), name)
        if other.lower() != name.lower():
            what = f"the names {other!a} and {name!a} look alike and are two names to the server"
            subject.notice(what, table, kind, number)


def _look(name: str) -> str:
    """A name as it looks: composed, without what can't be seen."""
    composed = unicodedata.normalize("NFC", name).lower()
    return "".join(each for each in composed if unicodedata.category(each) != "Cf")


def _check_shared_names(subject: Subject, table: Table) -> None:
    """Names that a foreign key may not share with an index or, on MariaDB, a check of the table."""
    for number, key in enumerate(table.foreign_keys):
        index = table.index(key.name) if key.name else None
        if index is not None and not _begins_with(index.columns, key.columns):
            subject.error(
                f"the index of the foreign key {key.name} would have the name of another index "
                "of the table (errno 1061)",
                table,
                "foreign_key",
                number,
                advice="rename one of the two",
            )
    if not subject.is_mariadb:
        return
    keys = {key.name.lower() for key in table.foreign_keys if key.name}
    for number, check in enumerate(table.checks):
        if check.name.lower() in keys:
            subject.error(
                f"the check {check.name} has the name of a foreign key of the table "
                "(MariaDB errno 1826)",
                table,
                "check",
                number,
            )


def _begins_with(columns: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    lowered = [name.lower() for name in columns[: len(wanted)]]
    return lowered == [name.lower() for name in wanted]


def check_names_of_schema(subject: Subject) -> None:
    """Names that have to be unique over all tables, and tables that look alike."""
    tables = subject.declaration.schema.tables.values()
    _check_unique(subject, "foreign_key", "errno 1826, MariaDB 1005 (121)")
    if subject.is_mysql:
        _check_unique(subject, "check", "errno 3822")
    seen: dict[str, Table] = {}
    for table in tables:
        other = seen.setdefault(_look(table.name), table)
        if other is not table:
            same = other.name.lower() == table.name.lower()
            reason = "differ in case alone: one table where lower_case_table_names is not 0"
            subject.notice(
                f"the tables {other.name!a} and {table.name!a} "
                + (reason if same else "look alike and are two names to the server"),
                table,
            )


def _check_unique(subject: Subject, kind: str, errno: str) -> None:
    seen: dict[str, str] = {}
    for table in subject.declaration.schema.tables.values():
        parts: Sequence[ForeignKey | Check] = table.checks
        if kind == "foreign_key":
            parts = table.foreign_keys
        for number, part in enumerate(parts):
            if not part.name:
                continue
            other = seen.setdefault(part.name.lower(), table.name)
            if other == table.name:
                continue
            subject.error(
                f"{label_of(kind, part.name)} stands in {other} as well, and such a name is "
                f"unique in a database ({errno})",
                table,
                kind,
                number,
                advice="rename one, or leave the names out to have them given",
            )
