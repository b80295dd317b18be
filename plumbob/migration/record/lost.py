"""Files of applied migrations that a folder has lost, written again from the history."""

from __future__ import annotations

from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import Direction
from plumbob.migration.reading import is_id
from plumbob.migration.record import history
from plumbob.migration.text import file_name
from plumbob.server.connection import Server


def write_lost(server: Server, folder: Path) -> list[Path]:
    """Write the files of applied migrations that are not there; gives their paths.

    Raises:
        PlumbobError: a file cannot be written.
    """
    written = []
    ways: tuple[Direction, ...] = ("down", "up")
    for id in history.applied(history.read(server)):
        texts = history.files(server, id)
        # What stands in a table of the database becomes the name of a file here.
        if texts is None or not is_id(id):
            continue
        # The rollback first: it is nothing without its migration.
        for way, text in zip(ways, reversed(texts), strict=True):
            path = folder / file_name(id, way)
            if not path.exists() and _write(path, text):
                written.append(path)
    return written


def _write(path: Path, text: str) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        # A link that leads nowhere is somebody's as well.
        return False
    except OSError as error:
        raise PlumbobError(
            f"{path} cannot be written: {error.strerror}", exit=Exit.NO_ACCESS
        ) from error
    return True
