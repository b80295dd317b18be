"""What commands have in common that read seed files: for `schema seed`, and for `schema check`."""

from __future__ import annotations

from pathlib import Path

from plumbob.commands import console
from plumbob.declaration import Declaration
from plumbob.project import Project
from plumbob.seeds.files import SeedFiles, read_seeds
from plumbob.seeds.offline import check_offline


def read_seed_files(project: Project) -> SeedFiles:
    """The project's seed files; YAML files below their folder are told of."""
    seeds = read_seeds(project.seeds, Path(project.shown(project.seeds)))
    for path in seeds.not_read:
        console.warn(f"{path} is not read: an environment is no folder, but a line `environments:`")
    return seeds


def check_seeds(project: Project, declaration: Declaration) -> int:
    """Hold the seed files against the declaration, without a server; gives how many there are.

    Raises:
        PlumbobError: or ManyErrors, each with its place in a file.
    """
    seeds = read_seed_files(project)
    if seeds.files:
        check_offline(seeds, declaration.schema)
    return len(seeds.files)
