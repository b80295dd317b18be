"""Files of applied migrations that a folder has lost, written again from the history."""

from __future__ import annotations

from pathlib import Path

from plumbob.declaration.files import write_new
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
            if not path.exists() and write_new(path, text.encode("utf-8")):
                written.append(path)
    return written
