"""Which seeds may be written where: production takes those that name it, and only when asked by name."""

from __future__ import annotations

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.production import is_production
from plumbob.seeds.files import SeedFile, SeedFiles
from plumbob.server.connection import Server


def choose(
    seeds: SeedFiles, server: Server, environment: str, *, production: bool, asked: bool
) -> tuple[SeedFile, ...]:
    """The files to write.

    Args:
        environment: the one whose settings count.
        production: whether the settings say that it is production.
        asked: whether --env named the environment; a variable does not count.

    Raises:
        PlumbobError: UNSAFE for production that was not meant, or that no file names.
    """
    refuse_unasked(server, environment, production=production, asked=asked)
    if not production:
        return seeds.chosen(environment, by_name=False)
    chosen = seeds.chosen(environment, by_name=True)
    if not chosen:
        raise PlumbobError(
            f"no seed names {environment}, and it takes no other",
            advice=f"a seed that is meant for it says `environments: {environment}`",
            where=str(seeds.folder),
            exit=Exit.UNSAFE,
        )
    return chosen


def refuse_unasked(server: Server, environment: str, *, production: bool, asked: bool) -> None:
    """Refuse production unless it was asked for by name.

    Raises:
        PlumbobError: UNSAFE.
    """
    if not production and is_production(server):
        raise PlumbobError(
            f"{server.database} is marked as production, and the environment is {environment}",
            advice="if that database is meant: --env production",
            exit=Exit.UNSAFE,
        )
    if production and not asked:
        raise PlumbobError(
            f"{environment} is production: its rows are not touched by the way",
            advice=f"if it is meant: --env {environment}",
            exit=Exit.UNSAFE,
        )
