"""What an account may do in one database, from SHOW GRANTS; no object is asked for here.

Where the server's own rules would have to be repeated to be sure, the answer is no: a privilege
that is denied here and held there costs a grant, the other way round costs an object. The lines of
SHOW GRANTS stay in this module: MariaDB prints the hash of the password in one of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError

_EVERYTHING = "ALL PRIVILEGES"
# The server runs with --skip-grant-tables.
_NOBODY_IS_ASKED = 1290
_LINE = re.compile(
    r"(?P<verb>GRANT|REVOKE) (?P<privileges>[A-Z_, ]+?)"
    r" ON (?P<kind>(?:PROCEDURE |FUNCTION )?)(?P<database>\*|`(?:[^`]|``)+`)\.(?P<table>\*|`(?:[^`]|``)+`)"
    r" (?:TO|FROM) (?P<grantee>\S+)",
    re.DOTALL,
)

# Behind a privilege: the columns that it is for.
_OF_COLUMNS = re.compile(r"([A-Z]+) \(`")
_COLUMNS = re.compile(r" \((?:`(?:[^`]|``)+`(?:, )?)+\)")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line about all databases, each that its pattern matches, or one table or routine of them.

    `kind` is "PROCEDURE " or "FUNCTION " for a routine; `columns` are those of the privileges that are
    for columns of the table alone.
    """

    grantee: str
    pattern: str
    table: str
    privileges: frozenset[str]
    is_revoked: bool
    kind: str
    columns: frozenset[str]

    def level(self, database: str) -> str:
        if self.pattern == "*":
            return "*.*"
        return f"{self.kind}{quote_name(database)}.{self.table}"

    def names(self, privilege: str) -> bool:
        return privilege in self.privileges or (
            _EVERYTHING in self.privileges and "_" not in privilege
        )


@dataclass(frozen=True, slots=True)
class Grants:
    """Privileges of the current account with its active roles, as far as they concern one database."""

    rules: tuple[_Rule, ...]

    def has(self, privilege: str) -> bool:
        """Whether the account surely has it for everything in the database, global or not."""
        return self.has_globally(privilege) or any(
            all(rule.names(privilege) for rule in rules)
            for rules in self._by_grantee()
            if not self._is_revoked(privilege)
        )

    def has_globally(self, privilege: str) -> bool:
        """Whether it is granted on `*.*` and, on MySQL, not revoked for this database."""
        return not self._is_revoked(privilege) and any(
            rule.pattern == "*" and rule.names(privilege) for rule in self.rules
        )

    def mentions(self, privilege: str) -> bool:
        """Whether the account may have it, on some table or routine at least."""
        return self.has(privilege) or any(
            rule.pattern != "*" and not rule.is_revoked and rule.names(privilege)
            for rule in self.rules
        )

    def by_level(self, database: str) -> dict[str, frozenset[str]]:
        """What has been granted, by level as GRANT names it: `*.*`, `` `shop`.* ``, `` `shop`.`t` ``."""
        found: dict[str, frozenset[str]] = {}
        for rule in self.rules:
            if not rule.is_revoked:
                level = rule.level(database)
                found[level] = found.get(level, frozenset()) | rule.privileges
        return found

    def has_at(self, privilege: str, level: str, database: str) -> bool:
        """Whether the account surely has it on a level, named so: granted there or on a wider one."""
        if level == "*.*":
            return self.has_globally(privilege)
        return self.has(privilege) or any(
            rule.names(privilege) and privilege not in rule.columns
            for rule in self.rules
            if not rule.is_revoked and rule.level(database) == level
        )

    def _by_grantee(self) -> Iterable[list[_Rule]]:
        """What account and roles have been granted on the database, under all matching patterns.

        Only one of several patterns counts, and which one depends on the server and on whether a
        role is active (measured: `shop` against `sh%`); so all of them have to agree.
        """
        found: dict[str, list[_Rule]] = defaultdict(list)
        for rule in self.rules:
            if rule.pattern != "*" and rule.table == "*" and not rule.is_revoked:
                found[rule.grantee].append(rule)
        return found.values()

    def _is_revoked(self, privilege: str) -> bool:
        """A partial revoke; it is stronger than a role's grant (measured)."""
        return any(rule.is_revoked and rule.names(privilege) for rule in self.rules)


def read_grants(server: Server, database: str) -> Grants:
    """What the current account may do in this database; all of it on a server that asks nobody."""
    found = server.query("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
    is_literal = [value for _, value in found] == ["ON"]
    rules = [rule for line in _lines(server) if (rule := _rule(line))]
    return Grants(
        tuple(
            rule
            for rule in rules
            if rule.pattern == "*"
            or _matches(rule.pattern, database, is_literal or rule.is_revoked, server)
        )
    )


def _lines(server: Server) -> list[str]:
    try:
        return [line for line, *_ in server.query("SHOW GRANTS")]
    except ServerError as error:
        if error.errno != _NOBODY_IS_ASKED:
            raise
        return [
            "GRANT ALL PRIVILEGES ON *.* TO everybody",
            "GRANT SHOW_ROUTINE ON *.* TO everybody",
        ]


def _rule(line: str) -> _Rule | None:
    """A line of SHOW GRANTS; None for one about a role or a proxy."""
    found = _LINE.match(_COLUMNS.sub("", line))
    if found is None:
        return None
    database = found["database"]
    pattern = database if database == "*" else database[1:-1].replace("``", "`")
    # MySQL puts no blank between dynamic privileges (measured on 9.7).
    privileges = frozenset(re.split(", ?", found["privileges"]))
    return _Rule(
        found["grantee"],
        pattern,
        found["table"],
        privileges,
        found["verb"] == "REVOKE",
        found["kind"],
        frozenset(_OF_COLUMNS.findall(line)),
    )


def _matches(pattern: str, database: str, is_literal: bool, server: Server) -> bool:
    """Whether the name in a grant means this database.

    With `partial_revokes` on it is a name and no pattern (manual: Privilege Restriction).
    """
    if server.folds_table_names:
        pattern, database = pattern.lower(), database.lower()
    if is_literal:
        return pattern == database
    words = {"%": ".*", "_": "."}
    parts = re.findall(r"\\?.", pattern, re.DOTALL)
    expression = "".join(
        words.get(part) or re.escape(part.removeprefix("\\") or part) for part in parts
    )
    return re.fullmatch(expression, database, re.DOTALL) is not None
