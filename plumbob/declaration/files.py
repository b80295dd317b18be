"""Files of a declaration as they are written: read again from a copy first, then replaced in one step."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plumbob.declaration.declaration import Declaration
from plumbob.declaration.load import load
from plumbob.errors import Exit, PlumbobError

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


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
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
    try:
        name = _beside(path, content, mode)
        try:
            os.replace(name, path)
        except OSError:
            name.unlink()
            raise
    except OSError as error:
        raise _unwritable(path, error) from error
    _sync(path.parent)


def write_new(path: Path, content: bytes) -> bool:
    """Write a file that is not there yet, with its folder: all of it, or nothing.

    Returns:
        false where something has this name already, be it a link that leads nowhere.

    Raises:
        PlumbobError: NO_ACCESS when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name = _beside(path, content, 0o644)
        try:
            give_name(name, path)
        finally:
            name.unlink(missing_ok=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from error
    _sync(path.parent)
    return True


def give_name(temporary: Path, path: Path) -> None:
    """Rename, but never over something: a rename would replace it without a word.

    Raises:
        FileExistsError: something has this name.
    """
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.rename(path)


def _beside(path: Path, content: bytes, mode: int) -> Path:
    """A file with this content, on the disk, in the same folder under another name."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _unwritable(path: Path, error: OSError) -> PlumbobError:
    return PlumbobError(f"{path} cannot be written: {error.strerror}", exit=Exit.NO_ACCESS)


def _sync(path: Path) -> None:
    """The names in a folder are safe once it is."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
