"""What can be known to be wrong with a declaration before a server is asked.

A family of rules is a module with a function that looks at one table (or at all of them) and gives
faults; this module calls them, tells where in the file each fault is, and knows no rule itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plumbob.ddl.charsets import Defaults
from plumbob.declaration.collecting import without_collecting
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.faults import Faults, Notice
from plumbob.declaration.validate.checks import faults_of_checks
from plumbob.declaration.validate.columns import faults_of_columns
from plumbob.declaration.validate.defaults import faults_of_defaults
from plumbob.declaration.validate.features import faults_of_features
from plumbob.declaration.validate.foreign_keys import faults_of_foreign_keys
from plumbob.declaration.validate.indexes import faults_of_indexes
from plumbob.declaration.validate.names import faults_of_all_names, faults_of_names
from plumbob.declaration.validate.partitions import faults_of_partitions
from plumbob.declaration.validate.periods import faults_of_periods
from plumbob.declaration.validate.sizes import faults_of_sizes
from plumbob.declaration.validate.stored import faults_of_stored
from plumbob.declaration.validate.subject import Fault, Subject
from plumbob.declaration.validate.texts import faults_of_texts
from plumbob.model import Flavour, Schema, Table

__all__ = ["faults_of_table", "validate"]

_OF_A_TABLE = (
    faults_of_names,
    faults_of_texts,
    faults_of_columns,
    faults_of_defaults,
    faults_of_sizes,
    faults_of_indexes,
    faults_of_checks,
    faults_of_foreign_keys,
    faults_of_partitions,
    faults_of_periods,
    faults_of_features,
)
_OF_ALL_TABLES = (faults_of_all_names,)


def validate(
    declaration: Declaration,
    flavour: Flavour | None = None,
    defaults: Defaults | None = None,
    is_outside: Callable[[str], bool] = lambda _: False,
) -> tuple[Notice, ...]:
    """Look at all of a declaration and raise all that is wrong with it.

    Args:
        declaration: as it was loaded.
        flavour: the server it is for; None before there is a connection, when only what both servers
            refuse is an error.
        defaults: the character set of the database, where it was asked.
        is_outside: whether a table that is not declared belongs to somebody else, so that foreign keys
            may refer to it.

    Returns:
        What is allowed and probably not meant.

    Raises:
        PlumbobError: the one thing that is wrong, or ManyErrors, each with file, line and column.
    """
    subject = Subject(declaration, flavour, defaults, is_outside)
    found = Faults()
    with without_collecting():
        for rule in _OF_ALL_TABLES:
            for table, fault in rule(subject):
                _tell(found, declaration, table, fault)
        for table in subject.tables:
            for rule_of_table in _OF_A_TABLE:
                for fault in rule_of_table(subject, table):
                    _tell(found, declaration, table, fault)
        for stored, fault in faults_of_stored(subject):
            where = declaration.position(stored.name, stored.kind)
            found.error(fault.what, where, fault.advice)
    found.raise_if_any()
    return found.sorted_notices()


def faults_of_table(schema: Schema, name: str, flavour: Flavour) -> Iterator[Fault]:
    """What this server would refuse of one table of a schema, whoever wrote it."""
    subject = Subject(Declaration(schema), flavour)
    for rule in _OF_ALL_TABLES:
        yield from (fault for table, fault in rule(subject) if table.name == name)
    for rule_of_table in _OF_A_TABLE:
        yield from rule_of_table(subject, schema.tables[name])


def _tell(found: Faults, declaration: Declaration, table: Table, fault: Fault) -> None:
    where = declaration.position(table.name, fault.kind, fault.number, fault.word)
    tell = found.notice if fault.is_notice else found.error
    tell(fault.what, where, fault.advice)
