"""The log of statements with their times: the logger `plumbob.sql`.

Values stand in it only where the settings say so, which a configuration does in development alone.
Elsewhere they are nowhere in it: not as parameters, not in the text, not in an error's message.
"""

from __future__ import annotations

import logging
from typing import Any

from peewee import QueryEvent

from plumbob.runtime.losses import number_of
from plumbob.runtime.settings import Settings
from plumbob.runtime.statements import masked

logger = logging.getLogger("plumbob.sql")
# Peewee's own, which by itself has the values of everything.
peewees = logging.getLogger("peewee")
# What is inserted in bulk is no line to read.
LONGEST = 2000


class SqlLog:
    """What Peewee calls after each statement (a query hook)."""

    def __init__(self, settings: Settings) -> None:
        self.shows_values = settings.log_values
        self._logs_all = settings.log_sql
        self._slow = settings.slow_query

    def __call__(self, event: QueryEvent) -> None:
        is_slow = 0 < self._slow <= event.duration
        level = logging.WARNING if is_slow else logging.DEBUG
        if not (is_slow or self._logs_all) or not logger.isEnabledFor(level):
            return
        logger.log(
            level,
            "%s%.1f ms: %s%s",
            "slow, " if is_slow else "",
            event.duration * 1000,
            self._statement(event),
            self._failure(event.exception),
        )

    def text(self, sql: str) -> str:
        """A statement as it may be shown, as far as anybody reads it."""
        shown = sql[:LONGEST] if self.shows_values else masked(sql[:LONGEST])
        return shown if len(sql) <= LONGEST else f"{shown} … ({len(sql)} characters)"

    def values(self, params: Any) -> Any:
        """The parameters as they may be shown: all of them, or as many question marks."""
        if self.shows_values or not params:
            return params
        return ["?"] * len(params)

    def _statement(self, event: QueryEvent) -> str:
        text = self.text(event.sql)
        if not self.shows_values or not event.params:
            return text
        values = repr(list(event.params))
        return f"{text} {values}" if len(values) <= LONGEST else f"{text} {values[:LONGEST]} …"

    def _failure(self, error: BaseException | None) -> str:
        if error is None:
            return ""
        said = error if self.shows_values else number_of(error)
        return f" failed with {type(error).__name__} {said or ''}".rstrip()
