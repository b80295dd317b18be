"""From a URL, or the configuration and the environment, to a database for the application."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from plumbob.config import Config, find_root, read_config
from plumbob.errors import PlumbobError
from plumbob.runtime.base import proxy
from plumbob.runtime.database import Database
from plumbob.runtime.settings import Settings, from_config
from plumbob.server.target import Target

if TYPE_CHECKING:
    from plumbob.runtime.async_database import AsyncDatabase


def connect(
    url: str | None = None,
    *,
    env: str | None = None,
    settings: Settings | None = None,
    bind: bool = True,
) -> Database:
    """The application's database; nothing is sent before the first statement.

    Args:
        url: `mysql://user:password@host:port/database`; without it the environment variable that
            the configuration names, which is DATABASE_URL unless it says otherwise.
        env: the environment whose settings are meant, instead of PLUMBOB_ENV.
        settings: instead of what the configuration says.
        bind: whether the generated models work on this database from now on.

    Raises:
        PlumbobError: there is no URL, or it or the configuration cannot be read.
    """
    target, settings = resolve(url, env, settings)
    database = Database(target, settings)
    if bind:
        proxy.initialize(database)
    return database


def connect_async(
    url: str | None = None,
    *,
    env: str | None = None,
    settings: Settings | None = None,
    bind: bool = True,
) -> AsyncDatabase:
    """The same for async code; it needs `pip install 'plumbob[async]'`.

    Raises:
        PlumbobError: as `connect`, or the packages are not installed.
    """
    missing = [name for name in ("aiomysql", "greenlet") if find_spec(name) is None]
    if missing:
        raise PlumbobError(
            f"async code needs {' and '.join(missing)}",
            advice="run: pip install 'plumbob[async]'",
        )
    # Not before it is needed: an application without async code has not these packages.
    from plumbob.runtime.async_database import AsyncDatabase

    target, settings = resolve(url, env, settings)
    database = AsyncDatabase(target, settings)
    if bind:
        proxy.initialize(database)
    return database


def resolve(url: str | None, env: str | None, settings: Settings | None) -> tuple[Target, Settings]:
    """Where to connect and how, for both kinds of database."""
    config = read_config(find_root(), env)
    target = Target.from_url(_url(config) if url is None else url)
    if url is None:
        target = target.with_kept(config.kept)
    if target.database is None:
        raise PlumbobError(
            "the URL names no database", advice="write mysql://user@host:3306/database"
        )
    settings = from_config(config) if settings is None else settings
    if config.production:
        settings = replace(settings, log_values=False)
    return target, settings


def _url(config: Config) -> str:
    url = os.environ.get(config.url_env, "")
    if not url.strip():
        raise PlumbobError(
            f"{config.url_env} is not set, so there is no database to connect to",
            advice=f"set {config.url_env}=mysql://user:password@host:3306/database, or give connect a URL",
        )
    return url
