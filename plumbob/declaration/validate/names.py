"""Names: what a server takes, what it takes for the same name, and what people cannot see in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from plumbob.declaration.validate.limits import NAME_LENGTH
from plumbob.declaration.validate.subject import Fault, Subject, at, label_of, with_article
from plumbob.declaration.validate.texts import has_long_character
from plumbob.model import Table

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

_Names = list[tuple[int, str]]


def faults_of_names(subject: Subject, table: Table) -> Iterator[Fault]:
    """Every name of a table and its parts."""
    yield from _faults_of_name("table", table.name)
    if table.name.lower().startswith(_OLD_NAME) and subject.is_mariadb:
        yield Fault(f"MariaDB takes no table name that begins with {_OLD_NAME} (errno 1103)")
    for kind, names in _named_parts(table).items():
        for number, name in names:
            yield from at(kind, number, _faults_of_name(kind, name))
        yield from _same_names(table, kind, names)
        yield from _look_alikes(kind, names)
    yield from _names_of_indexes_of_keys(table)
    if subject.is_mariadb:
        yield from _names_of_keys_and_checks(table)


def _named_parts(table: Table) -> dict[str, _Names]:
    """Number and name of the parts that were given a name, by kind."""
    indexes = enumerate(table.indexes)
    return {
        "column": [(number, each.name) for number, each in enumerate(table.columns)],
        "index": [(n, each.name) for n, each in indexes if each.named and each.kind != "primary"],
        "foreign_key": [(n, each.name) for n, each in enumerate(table.foreign_keys) if each.named],
        "check": [(number, each.name) for number, each in enumerate(table.checks) if each.named],
    }


def _faults_of_name(kind: str, name: str) -> Iterator[Fault]:
    what = fault_of_name(name)
    if kind == "index" and name.lower() in _TAKEN_INDEX_NAMES:
        what = "the server keeps it for itself (errno 1280)"
    if what:
        yield Fault(f"{name!r} is no name for {with_article(kind)}: {what}")
    elif hidden := _hidden_character(name):
        what = f"the name {name!r} has a character that cannot be seen, U+{ord(hidden):04X}"
        yield Fault(what, is_notice=True)


@lru_cache(maxsize=20_000)
def _hidden_character(name: str) -> str:
    """The first character that cannot be seen, or ""."""
    return next((each for each in name if unicodedata.category(each) in ("Cf", "Cc", "Zl")), "")


@lru_cache(maxsize=20_000)
def fault_of_name(name: str) -> str:
    """Why a server would refuse or spoil a name; "" when it takes it as it is."""
    if not name:
        return "it is empty"
    longest = NAME_LENGTH.most(None)
    if longest is not None and len(name) > longest:
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


def _same_names(table: Table, kind: str, names: _Names) -> Iterator[Fault]:
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
        yield Fault(what, kind, number, advice="rename one of the two")


def _look_alikes(kind: str, names: _Names) -> Iterator[Fault]:
    """Names that people cannot tell apart and the server can."""
    seen: dict[str, str] = {}
    for number, name in names:
        # Two names of ASCII letters that look the same are the same.
        other = name if name.isascii() else seen.setdefault(_look(name), name)
        if other.lower() != name.lower():
            what = f"the names {other!a} and {name!a} look alike and are two names to the server"
            yield Fault(what, kind, number, is_notice=True)


def _look(name: str) -> str:
    """A name as it looks: composed, without what cannot be seen."""
    composed = unicodedata.normalize("NFC", name).lower()
    return "".join(each for each in composed if unicodedata.category(each) != "Cf")


def _names_of_indexes_of_keys(table: Table) -> Iterator[Fault]:
    """The index under a foreign key is named as the foreign key."""
    for number, key in enumerate(table.foreign_keys):
        index = table.index(key.name) if key.name else None
        if index is None:
            continue
        columns = [name.lower() for name in index.columns[: len(key.columns)]]
        if columns != [name.lower() for name in key.columns]:
            yield Fault(
                f"the index of the foreign key {key.name} would have the name of another index "
                "of the table (errno 1061)",
                "foreign_key",
                number,
                advice="rename one of the two",
            )


def _names_of_keys_and_checks(table: Table) -> Iterator[Fault]:
    keys = {key.name.lower() for key in table.foreign_keys if key.name}
    for number, check in enumerate(table.checks):
        if check.name.lower() in keys:
            what = f"the check {check.name} has the name of a foreign key of the table"
            yield Fault(f"{what} (MariaDB errno 1826)", "check", number)


def faults_of_all_names(subject: Subject) -> Iterator[tuple[Table, Fault]]:
    """Names that have to be unique over all tables, and tables that look alike."""
    yield from _shared_names(subject, "foreign_key", "errno 1826, MariaDB 1005 (121)")
    if subject.is_mysql:
        yield from _shared_names(subject, "check", "errno 3822")
    seen: dict[str, Table] = {}
    for table in subject.tables:
        other = seen.setdefault(_look(table.name), table)
        if other is table:
            continue
        what = f"the tables {other.name!a} and {table.name!a} look alike and are two names to the server"
        if other.name.lower() == table.name.lower():
            what = (
                f"the tables {other.name!a} and {table.name!a} differ in case alone: one table where "
                "lower_case_table_names is not 0"
            )
        yield table, Fault(what, is_notice=True)


def _shared_names(subject: Subject, kind: str, errno: str) -> Iterator[tuple[Table, Fault]]:
    seen: dict[str, str] = {}
    for table in subject.tables:
        for number, name in _named_parts(table)[kind]:
            other = seen.setdefault(name.lower(), table.name)
            if other == table.name:
                continue
            yield (
                table,
                Fault(
                    f"{label_of(kind, name)} stands in {other} as well, and such a name is unique in a "
                    f"database ({errno})",
                    kind,
                    number,
                    advice="rename one, or leave the names out to have them given",
                ),
            )
