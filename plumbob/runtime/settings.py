"""What a pool, its retries and its log are told: values with the defaults of the original set-up."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.config import DEVELOPMENT, Config, find_root, read_config
from plumbob.errors import PlumbobError

# Added to the server's own: a value that does not fit is an error, and never cut in silence.
STRICT = (
    "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How an application is connected; all times are in seconds.

    Attributes:
        max_connections: connections at the same time; what needs one more waits.
        min_connections: idle connections that are kept although nobody needs them; they are opened
            when they are first needed.
        acquire_timeout: how long to wait for a free connection.
        idle_timeout: after which time without use an idle connection is closed.
        retries: how often what failed because a connection was lost is tried again.
        retry_pause: the time before each such try.
        log_sql: whether statements go to the logger `plumbob.sql`.
        log_values: whether values stand there too; else each is a question mark.
        slow_query: statements that take so long are logged as warnings, with `log_sql` or without;
            0 for none.
        sql_mode: words that are added to the server's sql_mode; "" leaves it as it is.
        time_zone: the session's time zone; "" leaves it as it is.
        program: the name by which the server knows the application.
    """

    max_connections: int = 10
    min_connections: int = 0
    acquire_timeout: float = 30.0
    idle_timeout: float = 10.0
    retries: int = 3
    retry_pause: float = 1.0
    log_sql: bool = False
    log_values: bool = False
    slow_query: float = 1.0
    sql_mode: str = STRICT
    time_zone: str = "+00:00"
    program: str = "plumbob.runtime"

    def __post_init__(self) -> None:
        if not 0 <= self.min_connections <= self.max_connections or not self.max_connections:
            raise PlumbobError(
                f"max_connections is {self.max_connections}, and min_connections"
                f" {self.min_connections}",
                advice="a pool has one connection at most or more, and no more at least",
            )
        for name in ("acquire_timeout", "idle_timeout", "retries", "retry_pause", "slow_query"):
            if getattr(self, name) < 0:
                raise PlumbobError(f"{name} is {getattr(self, name)}, which is less than nothing")
        for text in (self.sql_mode, self.time_zone):
            if "'" in text or "\\" in text:
                raise PlumbobError("sql_mode and time_zone are words without quotes")

    @classmethod
    def configured(cls, env: str | None = None) -> Settings:
        """What the configuration says, to be changed with `dataclasses.replace`.

        Args:
            env: the environment whose settings are meant, instead of PLUMBOB_ENV.

        Raises:
            PlumbobError: the configuration cannot be read.
        """
        return from_config(read_config(find_root(), env))

    @property
    def first_statement(self) -> str | None:
        """What each new connection runs before anything else."""
        assignments = []
        if self.time_zone:
            assignments.append(f"SESSION time_zone = '{self.time_zone}'")
        if self.sql_mode:
            mode = f"CONCAT(@@SESSION.sql_mode, ',{self.sql_mode}')"
            assignments.append(f"SESSION sql_mode = {mode}")
        return f"SET {', '.join(assignments)}" if assignments else None


def from_config(config: Config) -> Settings:
    """The settings that a configuration asks for.

    Values are logged in development alone: there is no setting that logs them elsewhere.
    """
    return Settings(
        max_connections=config.pool_max,
        min_connections=config.pool_min,
        acquire_timeout=config.pool_wait,
        idle_timeout=config.pool_idle,
        retries=config.retries,
        retry_pause=config.retry_pause,
        log_sql=config.log_sql,
        log_values=config.environment == DEVELOPMENT and not config.production,
    )
