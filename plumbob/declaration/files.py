"""Files of a declaration as they are written: read again from a copy first, then replaced in one step."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from plumbob.declaration.declaration import Declaration
from plumbob.declaration.load import load
from plumbob.errors import Exit, PlumbobError

# What is not written to its end yet; a project has no other files of such names.
_PREFIX, _SUFFIX = ".plumbob.", ".tmp"
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
        with _beside(path, content, mode) as name:
            os.replace(name, path)
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
        with _beside(path, content, 0o644) as name:
            give_name(name, path)
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


@contextmanager
def _beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A file with this content, on the disk, in the same folder under another name, as long as it has that.

    Its lock says that somebody writes it; a kill takes the lock away and leaves the file, which the
    next one that writes here removes.
    """
    _remove_left(path.parent)
    descriptor, name = _locked(path.parent)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
        yield name
    finally:
        name.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(folder: Path) -> tuple[int, Path]:
    """A new file that nobody else takes for left behind."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Another process may have removed it before it was locked.
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)


def _remove_left(folder: Path) -> None:
    for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> PlumbobError:
    return PlumbobError(f"{path} cannot be written: {error.strerror}", exit=Exit.NO_ACCESS)


def _sync(path: Path) -> None:
    """The names in a folder are safe once it is."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
