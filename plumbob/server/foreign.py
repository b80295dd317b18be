"""Tables that are not ours to manage, told by their name or engine: a table of facts.

They are listed and never altered or dropped: what a tool keeps for itself is no part of a schema.
"""

from __future__ import annotations

import re
from typing import NamedTuple

OURS = "history"


class Foreign(NamedTuple):
    """Names that belong to a tool; the pattern has to match the whole name, in any case."""

    kind: str
    pattern: str


_NAMES = (
    Foreign(OURS, r"_plumbob_.*"),
    # Online schema changes: the table that is being filled, its log, and what was swapped out.
    Foreign("table of gh-ost", r"_.+_(gho|ghc|del)"),
    Foreign("table of pt-online-schema-change or Spirit", r"_+.+_(new|old|chkpnt)"),
    Foreign("trigger of pt-online-schema-change", r"pt_osc_.+_(ins|upd|del)"),
    Foreign("table of LHM", r"lhm[an]_.+"),
    Foreign("table of OnlineSchemaChange", r"__osc_.+"),
    Foreign("table of Vitess", r"_vt_.+_\d{14}_?"),
    Foreign("table of Vitess", r"_[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}_\d{14}_vrepl"),
    # What other migration tools remember.
    Foreign("history table of Alembic", r"alembic_version"),
    Foreign("history table of Atlas", r"atlas_schema_revisions"),
    Foreign("history table of Bytebase", r"bytebase_migration_history"),
    Foreign("history table of dbmate, Rails or golang-migrate", r"schema_migrations"),
    Foreign("history table of Django", r"django_migrations"),
    Foreign("history table of Doctrine", r"doctrine_migration_versions"),
    Foreign("history table of Drizzle", r"__drizzle_migrations"),
    Foreign("history table of Entity Framework", r"__efmigrationshistory"),
    Foreign("history table of Flyway", r"flyway_schema_history"),
    Foreign("history table of goose", r"goose_db_version"),
    Foreign("history table of Knex", r"knex_migrations(_lock)?"),
    Foreign("history table of Liquibase", r"databasechangelog(lock)?"),
    Foreign("history table of Peewee", r"migratehistory"),
    Foreign("history table of Phinx", r"phinxlog"),
    Foreign("history table of Prisma", r"_prisma_migrations"),
    Foreign("history table of Rails", r"ar_internal_metadata"),
    Foreign("history table of Sequelize", r"sequelizemeta"),
    Foreign("history table of SQLx", r"_sqlx_migrations"),
    Foreign("history table of yoyo", r"_yoyo_.+|yoyo_lock"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _NAMES)

# Names that applications have for tables of their own as well: Flyway's is that before its version 5.
_BY_TEXT = (
    Foreign("history table of Flyway", r"`schema_version` \(\n(?:  .*\n)*?  `installed_rank` int"),
    Foreign(
        "history table of Laravel",
        r"`migrations` \(\n  `id` int.*\n  `migration` varchar.*\n  `batch` int",
    ),
    Foreign(
        "history table of TypeORM",
        r"`migrations` \(\n  `id` int.*\n  `timestamp` bigint.*\n  `name` varchar.*\n  PRIMARY KEY",
    ),
    Foreign("history table of Yii", r"`migration` \(\n  `version` varchar.*\n  `apply_time` int"),
)
_TEXTS = tuple((kind, re.compile("CREATE TABLE " + pattern)) for kind, pattern in _BY_TEXT)

# Engines whose rows live elsewhere; their CONNECTION may hold a password, so the text goes nowhere.
_REMOTE_ENGINES = ("CONNECT", "FEDERATED", "S3", "SPIDER")
_ENGINE = re.compile(r"^\).*\bENGINE=(\w+)", re.MULTILINE)


def kind_by_name(name: str) -> str | None:
    """Whose table this is, or None where the name says nothing."""
    return next((kind for kind, pattern in _COMPILED if pattern.fullmatch(name)), None)


def kind_by_text(text: str) -> str | None:
    """Whose table a SHOW CREATE text describes, where the name alone would not tell."""
    return next((kind for kind, pattern in _TEXTS if pattern.match(text)), None)


def kind_by_engine(text: str) -> str | None:
    """What a SHOW CREATE text describes when its rows are on another server, or None."""
    engine = _ENGINE.search(text)
    if engine is None or engine[1].upper() not in _REMOTE_ENGINES:
        return None
    return f"{engine[1].lower()} table"
