"""What a server has, by maker and version: the one table of all that differs between them.

Whatever depends on a version asks here, so that a new release of a server is a matter of one file. An
entry with an errno was measured on MySQL 9.7, MariaDB 10.11 and 11.8, some on 10.5; the other versions
are from the manuals. A server newer than the newest known one is taken for it: every entry says since when.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.model.flavour import Flavour, Maker

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """The first release series that is supported, and the last that was measured or read of."""

    oldest: tuple[int, int]
    newest: tuple[int, int]


KNOWN: dict[Maker, Known] = {
    "mysql": Known((8, 0), (9, 7)),
    "mariadb": Known((10, 6), (12, 3)),
}


def note_of_version(flavour: Flavour) -> str:
    """What a person has to know of a server outside of the known versions; "" for all others.

    MySQL's numbers go on with the year, such as 26.7: any number above the newest known is newer.
    """
    known = KNOWN[flavour.maker]
    name = str(flavour).partition(" ")[0]
    oldest, newest = (".".join(map(str, each)) for each in (known.oldest, known.newest))
    if flavour.version[:2] > known.newest:
        return (
            f"{flavour} is newer than {name} {newest}, the newest that this version of plumbob "
            "knows, and is taken for one; what is proved on it is true nevertheless"
        )
    if flavour.version[:2] < known.oldest:
        return (
            f"{flavour} is older than {name} {oldest}, the oldest that plumbob is made for: what "
            "it prints may not be understood, and plans may use what it has not got"
        )
    return ""


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
SEQUENCE_TYPE = Feature(
    "the type of a sequence (AS)",
    None,
    (11, 5, 0),
    "MariaDB 10.11 errno 1064, 11.8 takes it; manual: CREATE SEQUENCE",
    "leave it out, and say maxvalue",
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
# Types that only one of the servers has, or has since a version that is in use (manuals: Data Types).
TYPES = {
    name: Feature(f"the type {name}", mysql, mariadb, "manuals: Data Types")
    for name, mysql, mariadb in (
        ("uuid", None, (10, 7, 0)),
        ("inet4", None, (10, 10, 0)),
        ("inet6", None, (10, 5, 0)),
        ("xmltype", None, (12, 3, 0)),
        ("vector", (9, 0, 0), (11, 7, 0)),
    )
}

# How servers behave and print, and what they know beside definitions: of use to the code alone.
UNIQUE_PARENTS = Feature(
    "a foreign key that has to refer to a unique key",
    (8, 4, 0),
    None,
    "MySQL manual: restrict_fk_on_non_standard_key; errno 6125",
)
UCA1400_DEFAULT = Feature(
    "uca1400_ai_ci as default collation of Unicode character sets",
    None,
    (11, 5, 0),
    "MariaDB manual: character_set_collations",
)
INVISIBLE_BEHIND_DEFAULT = Feature(
    "INVISIBLE printed behind the default of a column",
    None,
    (11, 5, 0),
    "10.11 and 11.4 print it in front, 11.8 (measured) and later ones behind",
)
ALTER_ALGORITHM_IS_IDLE = Feature(
    "alter_algorithm without a meaning", None, (11, 5, 0), "MariaDB manual: alter_algorithm"
)
TABS_ESCAPED_IN_PARTITIONS = Feature(
    "tabs escaped in the comments of partitions", None, (11, 0, 0), "10.11 and 11.8, measured"
)
UTF8MB3 = Feature(
    "utf8mb3 as the name that is printed for the character set utf8",
    (8, 0, 28),
    (10, 6, 1),
    "MySQL manual: The utf8mb3 Character Set; MariaDB 10.5 prints utf8, measured",
)
UTF8MB3_COLLATIONS = Feature(
    "collations of utf8 whose names begin with utf8mb3",
    (8, 0, 30),
    (10, 6, 1),
    "MySQL manual: The utf8mb3 Character Set; MariaDB 10.5 errno 1273, measured",
)
NUMBERED_KEYS = Feature(
    "names of foreign keys that are numbers, each its table's own",
    None,
    (12, 1, 0),
    "MariaDB server, pull request 3960; 10.11 and 11.8 give t_ibfk_1, measured",
)
SHOW_REPLICA_STATUS = Feature("SHOW REPLICA STATUS", (8, 0, 22), None, "MySQL manual")
MANY_ROW_VERSIONS = Feature(
    "255 instant changes of a table, not 64", (9, 1, 0), None, "MySQL manual up to 9.0; 4092 on 9.7"
)
SHOW_ROUTINE = Feature(
    "the privilege SHOW_ROUTINE", (8, 0, 20), None, "MySQL manual: Dynamic Privileges"
)
SET_ANY_DEFINER = Feature(
    "the privilege SET_ANY_DEFINER", (8, 2, 0), None, "MySQL manual: Dynamic Privileges"
)
SHOW_CREATE_ROUTINE = Feature(
    "the privilege SHOW CREATE ROUTINE", None, (11, 3, 0), "MariaDB manual: GRANT"
)
DATABASE_ENCRYPTION = Feature(
    "DEFAULT ENCRYPTION of a database", (8, 0, 16), None, "MySQL manual: CREATE DATABASE"
)
DISABLE_ON_REPLICA = Feature(
    "DISABLE ON REPLICA of an event", (8, 3, 0), None, "MySQL manual: CREATE EVENT"
)
