"""What commands have in common that write models: for `schema models`, and after `diff --write` and `apply`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from plumbob.commands import console
from plumbob.declaration import Declaration
from plumbob.errors import PlumbobError, Position
from plumbob.migration.files import read_folder
from plumbob.project import Project
from plumbob.report.safe import line

if TYPE_CHECKING:
    from plumbob.models.options import Naming, Options


def wanted_models(
    project: Project, path: Path, declaration: Declaration, synced: str | None = None
) -> Mapping[Path, str]:
    """The texts of all files of models, for a path of them.

    Args:
        synced: the fingerprint of the database where it is ahead of the migrations.

    Raises:
        PlumbobError: the declaration or the settings name a class that cannot be called so.
    """
    from plumbob.models.files import texts

    try:
        return texts(path, declaration.schema, _options(project, synced))
    except PlumbobError as error:
        if isinstance(error.where, str):
            error.where = _position(declaration, error.where)
        raise


def refresh_models(
    project: Project, declaration: Declaration, synced: str | None = None
) -> list[Path]:
    """Write the models anew where that is not switched off; what stands in the way is a warning.

    They come after a migration that is written or applied already, and are written as well by
    `schema models` at any time. Those of a sync have its fingerprint (`synced`) until there is a
    migration.
    """
    path = project.models
    if path is None:
        return []
    from plumbob.models.files import write

    try:
        changed = write(path, wanted_models(project, path, declaration, synced))
    except PlumbobError as error:
        console.warn(f"the models were not written: {error.what}; see `schema models`")
        return []
    for each in changed:
        console.note(line(f"wrote {project.shown(each)}"))
    return changed


def warn_of_outdated_models(project: Project, declaration: Declaration) -> None:
    """Say that models which are there are not those of the declaration; whoever has none wants none."""
    path = project.models
    if path is None or not path.exists():
        return
    from plumbob.models.files import outdated

    wanted = wanted_models(project, path, declaration)
    for each in outdated(path, wanted, heeds_fingerprint=False):
        console.warn(f"{project.shown(each)} is outdated; write it with: schema models")


def _options(project: Project, synced: str | None) -> Options:
    from plumbob.models.options import Options

    config = project.config
    chain = read_folder(project.migrations)
    return Options(
        source=_source(project),
        fingerprint=synced or (chain[-1].after if chain else None),
        base=config.models_base,
        naming=cast("Naming", config.models_naming),
        enums=config.models_enums,
        database=config.models_schema,
    )


def _source(project: Project) -> str:
    """The declaration's path from the project's root: the same wherever the command is run."""
    try:
        return project.schema.relative_to(project.root).as_posix()
    except ValueError:
        return project.schema.name


def _position(declaration: Declaration, table: str) -> Position | str:
    return declaration.position(table, "model") or table
