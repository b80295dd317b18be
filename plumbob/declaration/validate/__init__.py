"""What can be known to be wrong with a declaration before a server is asked.

A family of rules is a module with a function that looks at one table (or at all of them); this module calls
them, and knows no rule itself.
"""

from __future__ import annotations

from plumbob.ddl.charsets import Defaults
from plumbob.declaration.collecting import without_collecting
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.faults import Notice
from plumbob.declaration.validate.checks import check_checks
from plumbob.declaration.validate.columns import check_columns
from plumbob.declaration.validate.defaults import check_defaults
from plumbob.declaration.validate.features import check_features
from plumbob.declaration.validate.foreign_keys import check_foreign_keys
from plumbob.declaration.validate.indexes import check_indexes
from plumbob.declaration.validate.names import check_names, check_names_of_schema
from plumbob.declaration.validate.sizes import check_sizes
from plumbob.declaration.validate.subject import Subject
from plumbob.declaration.validate.texts import check_texts
from plumbob.model import Flavour

__all__ = ["validate"]

_OF_A_TABLE = (
    check_names,
    check_texts,
    check_columns,
    check_defaults,
    check_sizes,
    check_indexes,
    check_checks,
    check_foreign_keys,
    check_features,
)
_OF_THE_SCHEMA = (check_names_of_schema,)


def validate(
    declaration: Declaration, flavour: Flavour | None = None, defaults: Defaults | None = None
) -> tuple[Notice, ...]:
    """Look at all of a declaration and raise all that is wrong with it.

    Args:
        declaration: as it was loaded.
        flavour: the server it is for; None before there is a connection, when only what both servers
            refuse is an error.
        defaults: the character set of the database, where it was asked.

    Returns:
        What is allowed and probably not meant.

    Raises:
        PlumbobError: the one thing that is wrong, or ManyErrors, each with file, line and column.
    """
    subject = Subject(declaration, flavour, defaults)
    with without_collecting():
        for check in _OF_THE_SCHEMA:
            check(subject)
        for table in declaration.schema.tables.values():
            for check_table in _OF_A_TABLE:
                check_table(subject, table)
    subject.faults.raise_if_any()
    return subject.faults.sorted_notices()
