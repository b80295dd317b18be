"""Where things are in a user's project: the declaration, generated files, settings.

A project is a folder with settings (`plumbob.config`) or `schema/schema.yaml` in it; like git, a
command works in it and in every folder below.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plumbob.config import Config, find_root, read_config
from plumbob.errors import PlumbobError

# What a declaration's file may end in, besides what is configured.
OTHER_SUFFIXES = (".yml", ".sql")
MODELS, OFF = "models.py", "off"


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder and what its settings say for one environment.

    `schema` is the declaration: a file, which need not be there, or a folder of .sql files; `root` is
    absolute.
    """

    root: Path
    schema: Path
    config: Config

    @property
    def migrations(self) -> Path:
        return self.generated / "migrations"

    @property
    def generated(self) -> Path:
        """The folder of the files that plumbob writes."""
        return self.root / self.config.generated

    @property
    def models(self) -> Path | None:
        """The file of generated models (or their folder), None where they are switched off."""
        if self.config.models == OFF:
            return None
        return self.root / self.config.models if self.config.models else self.generated / MODELS

    @property
    def seeds(self) -> Path:
        """The folder of seed files."""
        return self.root / self.config.seeds

    def shown(self, path: Path) -> str:
        """The path as a person in this folder would write it."""
        try:
            return path.absolute().relative_to(Path.cwd()).as_posix()
        except ValueError:
            return str(path)


def find_project(
    folder: Path | None = None, schema: Path | None = None, env: str | None = None
) -> Project:
    """The project that the folder belongs to.

    Args:
        folder: where to look first, then upwards to the repository's root; None is the working
        folder.
        schema: the declaration, when it was given by name; else the configured one is taken.
        env: the environment whose settings count; None for the usual one (`read_config`).

    Raises:
        PlumbobError: no project is there, or its settings cannot be read.
    """
    start = (folder or Path.cwd()).absolute()
    if not start.is_dir():
        raise PlumbobError(f"there is no folder {start}")
    root = find_root(start)
    if schema is not None:
        root = root or _beside(schema.absolute())
        return Project(root, schema.absolute(), read_config(root, env))
    if root is None:
        raise PlumbobError(
            f"there is no schema/schema.yaml in {start} or above",
            advice="run `schema init` to lay out a project here, or name the file with --schema",
        )
    config = read_config(root, env)
    return Project(root, _declaration(root, config), config)


def _beside(schema: Path) -> Path:
    return schema.parent.parent if schema.parent.name == "schema" else schema.parent


def _declaration(root: Path, config: Config) -> Path:
    path = root / config.schema
    if path.is_dir():
        return path
    others = (path.with_suffix(suffix) for suffix in OTHER_SUFFIXES)
    return next((each for each in (path, *others) if each.is_file()), path)
