"""How much of everything a server takes: one table of facts, each with its source.

Numbers with an errno were measured on MySQL 9.7, MariaDB 10.11 and 11.8: the last value that is taken, and
the error of the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.model import Flavour


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of something; None: that server has no such limit. `source` is for the reader of this file."""

    mysql: int | None
    mariadb: int | None
    source: str

    def most(self, flavour: Flavour | None) -> int | None:
        """The most that this server takes; before it is known, the most that one of the two takes."""
        if flavour is not None:
            return self.mysql if flavour.is_mysql else self.mariadb
        return (
            None if None in (self.mysql, self.mariadb) else max(self.mysql or 0, self.mariadb or 0)
        )

    def is_less(self, than: int, flavour: Flavour | None) -> bool:
        """Whether the most that is taken is less than this."""
        most = self.most(flavour)
        return most is not None and than > most


def _both(most: int, source: str) -> Limit:
    return Limit(most, most, source)


NAME_LENGTH = _both(64, "manual: Identifier Length Limits; errno 1059")
COLUMN_COMMENT = _both(1024, "errno 1629")
INDEX_COMMENT = _both(1024, "errno 1688")
TABLE_COMMENT = _both(2048, "errno 1628")
PARTITION_COMMENT = _both(1024, "errno 1793")
PARTITIONS = _both(8192, "with subpartitions; errno 1499")

COLUMNS = {
    "innodb": _both(1017, "manual: InnoDB Limits; errno 1117, MariaDB 1005 (185)"),
    "": _both(4096, "manual: Limits on Table Column Count; errno 1117"),
}
INDEXES = _both(64, "with the primary key; errno 1069")
KEY_PARTS = Limit(16, 32, "errno 1070")
ROW_BYTES = _both(65535, "manual: Row Size Limits; errno 1118")
COLUMN_BYTES = Limit(65535, 65532, "of VARCHAR and VARBINARY; errno 1074")

# The longest key in bytes, all parts together, by engine.
KEY_BYTES = {
    "innodb": _both(3072, "manual: InnoDB Limits; errno 1071"),
    "memory": _both(3072, "errno 1071"),
    "myisam": _both(1000, "manual: MyISAM Storage Engine; errno 1071"),
}
# Of one key part of InnoDB in the row formats without long prefixes.
SHORT_KEY_PART = _both(767, "manual: InnoDB Limits; errno 1071, MariaDB 1709")
SHORT_ROW_FORMATS = ("COMPACT", "REDUNDANT")

SET_LABELS = _both(64, "errno 1097")
ENUM_LABELS = Limit(
    65535, None, "manual: The ENUM Type; errno 3504; MariaDB's definition file ends before"
)
LABEL_LENGTH = Limit(255, None, "errno 3505")

# The largest number in parentheses behind a type, and behind its comma.
TYPE_LENGTH = {
    "char": _both(255, "errno 1074"),
    "binary": _both(255, "errno 1074"),
    "bit": _both(64, "errno 1439"),
    "decimal": _both(65, "errno 1426"),
    "float": _both(255, "errno 1439"),
    "double": _both(255, "errno 1439"),
    "time": _both(6, "errno 1426"),
    "datetime": _both(6, "errno 1426"),
    "timestamp": _both(6, "errno 1426"),
    "text": _both(4294967295, "errno 1439"),
    "blob": _both(4294967295, "errno 1439"),
    "vector": _both(16383, "errno 6137, MariaDB 1074"),
    **{
        integer: _both(255, "errno 1439")
        for integer in ("tinyint", "smallint", "mediumint", "int", "bigint")
    },
}
TYPE_SCALE = {
    "decimal": Limit(30, 38, "errno 1425"),
    "float": _both(30, "errno 1425"),
    "double": _both(30, "errno 1425"),
}
# The values that an integer type holds, by its bytes.
INTEGER_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
