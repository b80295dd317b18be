"""Which other files a declaration takes in: files of its own folder, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

from plumbob.declaration.nodes import Scalar
from plumbob.errors import PlumbobError


def included_files(root: Path, name: Scalar) -> list[Path]:
    """The files that one name under `include:` stands for; `*` stands for any, in the order of names.

    As in a shell, it stands for no name that begins with a dot: editors and tools keep theirs so.

    Args:
        root: the file that says `include:`.
        name: a path from that file's folder.

    Raises:
        PlumbobError: when the path leads out of the folder, or to no file.
    """
    where = name.position()
    text = name.text
    if not text or "\\" in text or Path(text).is_absolute() or ".." in Path(text).parts:
        raise PlumbobError(
            f"{text!r} is no path inside of the folder",
            advice="included files stand in the same folder or below it",
            where=where,
        )
    folder = root.parent
    found = sorted(_matching(folder, text)) if "*" in text else [folder / text]
    found = [path for path in found if path.is_file() and path.resolve() != root.resolve()]
    if not found:
        raise PlumbobError(f"there is no file {folder / text}", where=where)
    for path in found:
        # A link may lead anywhere.
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PlumbobError(f"{path} is a link out of the folder", where=where)
        if path.suffix.lower() not in (".yaml", ".yml"):
            raise PlumbobError(f"{path} is no YAML file", where=where)
    return found


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    wanted = PurePath(pattern).parts
    for path in folder.glob(pattern):
        parts = path.relative_to(folder).parts
        if not any(is_hidden(part) and part not in wanted for part in parts):
            yield path


def is_hidden(name: str) -> bool:
    return name.startswith(".")
