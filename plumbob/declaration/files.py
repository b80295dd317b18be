"""Files of a declaration as they are written: read again from a copy first, then replaced in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plumbob.declaration.declaration import Declaration
from plumbob.declaration.load import load
from plumbob.errors import Exit, PlumbobError


def load_anew(declaration: Declaration, contents: Mapping[Path, bytes]) -> Declaration:
    """The declaration as it would be read with some of its files changed, from a copy of all of them.

    Raises:
        PlumbobError: FAILED when it could not be read: our bug, nothing has been written.
    """
    root = declaration.files[0]
    # A folder of SQL files has them at any depth.
    top = Path(os.path.commonpath([path.absolute().parent for path in declaration.files]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in declaration.files:
            copy = folder / path.absolute().relative_to(top)
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = contents.get(path)
            copy.write_bytes(path.read_bytes() if content is None else content)
        is_folder = not declaration.documents and len(declaration.files) > 1
        try:
            return load(folder if is_folder else folder / root.name)
        except PlumbobError as error:
            raise PlumbobError(
                f"what would be written cannot be read: {error.what}",
                advice="this is a bug of plumbob: nothing was written; please report it with the file",
                where=str(root),
                exit=Exit.FAILED,
            ) from error


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step; links are followed, modes are kept.

    Raises:
        PlumbobError: NO_ACCESS when it cannot be written; the old file is there then.
    """
    path = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise PlumbobError(
            f"{path} cannot be written: {error.strerror}", exit=Exit.NO_ACCESS
        ) from error
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
