"""The folder of migrations: pairs of files, written both or not at all, and read as one chain."""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from plumbob.declaration.files import give_name
from plumbob.errors import Exit, ManyErrors, PlumbobError, Position
from plumbob.migration.by_hand import without_counterpart
from plumbob.migration.chain import in_order
from plumbob.migration.migration import Block, Direction, Header, Migration, Parent, Script
from plumbob.migration.reading import SUFFIX, is_id, read_script
from plumbob.migration.rewriting import finish, replace_all, with_comments, write_safely
from plumbob.migration.text import file_name, render

__all__ = [
    "Migration",
    "new_id",
    "put_ahead",
    "read_folder",
    "read_pairs",
    "remove_pair",
    "rewrite_pair",
    "write_pair",
]

SLUG_LENGTH = 60
ATTEMPTS = 1000
STALE_AFTER = 3600.0
_TEMPORARY = ".plumbob-"
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def new_id(message: str, created: str) -> str:
    """The id of a migration: `created` (`2026-11-24T13:15:00Z`) and a slug, safe as the name of a file."""
    plain = unicodedata.normalize("NFKD", message).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:SLUG_LENGTH].strip("_")
    return f"{re.sub('[-:Z]', '', created)}_{slug or 'migration'}"


def write_pair(folder: Path, migration: Migration) -> tuple[Path, Path]:
    """Write both files, under the migration's own id or, where that is taken, with a number behind it.

    Nothing is overwritten and no symbolic link is followed; a reader sees both files or none, whenever
    this process is killed (the rollback comes first, and is nothing without its migration).

    Returns:
        The paths of the migration and of its rollback.

    Raises:
        PlumbobError: the folder cannot be written to, or the migration cannot be said in a file.
    """
    if not is_id(migration.id):
        raise PlumbobError(f"{migration.id!r} is no id of a migration")
    with _written_or_not(folder):
        _prepare(folder)
        for id in _names(migration.id):
            paths = _paths(folder, id)
            if not any(map(os.path.lexists, paths)) and _publish(_named(migration, id), *paths):
                return paths
    raise PlumbobError(f"there are {ATTEMPTS} migrations {migration.id} already")


def rewrite_pair(
    folder: Path, chain: Sequence[Migration], renewed: Mapping[str, Migration]
) -> list[Path]:
    """Write files anew that people have edited, and those behind them, which name their checksums.

    All of them are replaced or none; the comments of people stay.

    Returns:
        the files that were written.
    """
    return _replace(folder, _rewritten(folder, chain, renewed))


def put_ahead(
    folder: Path, migration: Migration, chain: Sequence[Migration], following: Migration
) -> tuple[Path, Path]:
    """Write both files of a migration, and let one follow it that has followed its parent so far.

    All of these files are written or none, whenever this process is killed.

    Args:
        following: it is in the chain, and so are those behind it.

    Returns:
        the paths of the migration and of its rollback.
    """
    with _written_or_not(folder):
        _prepare(folder)
        taken = {*folder.iterdir()}
    id = next(each for each in _names(migration.id) if taken.isdisjoint(_paths(folder, each)))
    named = _named(migration, id)
    header = replace(following.header, parent=Parent(id, named.checksum))
    texts = _rewritten(folder, chain, {following.id: replace(following, header=header)})
    ways: tuple[Direction, ...] = ("down", "up")
    for way in ways:
        texts[file_name(id, way)] = render(named, way)
        read_script(texts[file_name(id, way)], file_name(id, way), way)
    _replace(folder, texts)
    return _paths(folder, id)


def _replace(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    if not texts:
        return []
    with _written_or_not(folder):
        written = replace_all(folder, texts)
    _sync_folder(folder)
    return written


def _rewritten(
    folder: Path, chain: Sequence[Migration], renewed: Mapping[str, Migration]
) -> dict[str, str]:
    """The new texts by the names of their files."""
    texts: dict[str, str] = {}
    checksum: str | None = None
    for each in chain:
        migration = renewed.get(each.id, each)
        parent = migration.parent
        if parent is not None and checksum not in (None, parent.checksum):
            header = replace(migration.header, parent=replace(parent, checksum=checksum or ""))
            migration = replace(migration, header=header)
        checksum = migration.checksum if migration is not each else None
        if migration is each:
            continue
        ways: tuple[Direction, ...] = ("down", "up")
        for way in ways:
            name = file_name(migration.id, way)
            old = (folder / name).read_bytes().decode()
            texts[name] = with_comments(render(migration, way), old, render(each, way))
            read_script(texts[name], name, way)
    return texts


def remove_pair(folder: Path, id: str) -> list[Path]:
    """Remove both files of a migration; gives their paths.

    Raises:
        PlumbobError: one of them cannot be removed.
    """
    ways: tuple[Direction, ...] = ("up", "down")
    paths = [folder / file_name(id, way) for way in ways]
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise PlumbobError(
            f"{folder} cannot be written to: {error.strerror}", exit=Exit.NO_ACCESS
        ) from error
    _sync_folder(folder)
    return paths


def read_folder(folder: Path) -> tuple[Migration, ...]:
    """All migrations in the order of their chain; () when the folder is not there.

    A rollback without its migration is what a killed `write_pair` leaves, and is nothing.

    Raises:
        PlumbobError: a file is broken, missing or of another format, or the files form no chain.
    """
    return in_order(read_pairs(folder))


def read_pairs(folder: Path) -> list[Migration]:
    """All migrations by the names of their files, whether they form a chain or not.

    Raises:
        PlumbobError: a file is broken, missing or of another format.
    """
    try:
        finish(folder)
        files = sorted(path for path in folder.glob("*.sql") if not path.name.startswith("."))
    except OSError as error:
        raise _unreadable(folder, error) from error
    found, faults = [], []
    for path in files:
        if not path.name.endswith(SUFFIX["down"]):
            try:
                found.append(_read_pair(path))
            except PlumbobError as fault:
                faults.append(fault)
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)
    return found


def _read_pair(path: Path) -> Migration:
    rollback = path.with_name(path.name.removesuffix(SUFFIX["up"]) + SUFFIX["down"])
    header, forward = _read(path, "up")
    if not os.path.lexists(rollback):
        raise PlumbobError(
            f"the rollback of {header.id} is missing",
            advice=f"take {rollback.name} from version control again",
            where=path.name,
            exit=Exit.STALE,
        )
    other, backward = _read(rollback, "down")
    mirrored = (backward.before, backward.after) == (forward.after, forward.before)
    if other != header or not mirrored:
        raise PlumbobError(
            f"{path.name} and {rollback.name} do not belong together: their headers differ",
            advice="take both from version control again",
            exit=Exit.STALE,
        )
    if missing := [*without_counterpart(forward, backward)]:
        faults = [_no_counterpart(block, path.name, rollback.name) for block in missing]
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)
    return Migration(header, forward, backward)


def _no_counterpart(block: Block, file: str, rollback: str) -> PlumbobError:
    begin = f"-- by hand: begin {block.title}".rstrip()
    return PlumbobError(
        f"nothing in {rollback} undoes this block by hand",
        advice=f"put what undoes it between `{begin}` and `-- by hand: end` there, or say why nothing "
        "can: `-- by hand: no way back: REASON`",
        where=Position(file, block.line, 1, begin),
    )


def _read(path: Path, direction: Direction) -> tuple[Header, Script]:
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise PlumbobError(
            "this migration file cannot be read: it is not UTF-8",
            advice="take it from version control again",
            where=path.name,
        ) from error
    header, script = read_script(text, path.name, direction)
    if path.name != file_name(header.id, direction):
        raise PlumbobError(
            f"this file was renamed: its header says {header.id}",
            advice=f"name it {file_name(header.id, direction)} again",
            where=path.name,
            exit=Exit.STALE,
        )
    return header, script


def _unreadable(path: Path, error: OSError) -> PlumbobError:
    return PlumbobError(f"{path} cannot be read: {error.strerror}", exit=Exit.NO_ACCESS)


def _names(id: str) -> Iterator[str]:
    yield id
    for number in range(2, ATTEMPTS):
        yield f"{id}-{number}"


def _named(migration: Migration, id: str) -> Migration:
    return replace(migration, header=replace(migration.header, id=id))


@contextmanager
def _written_or_not(folder: Path) -> Iterator[None]:
    """Inside, files are written, all of them or none."""
    try:
        yield
    except OSError as error:
        raise PlumbobError(
            f"the folder {folder} cannot be written to: {error.strerror}",
            advice="nothing was written",
            exit=Exit.NO_ACCESS if error.errno in _FORBIDDEN else Exit.FAILED,
        ) from error


def _paths(folder: Path, id: str) -> tuple[Path, Path]:
    return folder / file_name(id, "up"), folder / file_name(id, "down")


def _prepare(folder: Path) -> None:
    """Make the folder, and take away what killed writers left in it."""
    if folder.is_symlink():
        raise PlumbobError(
            f"the folder {folder} is a symbolic link, and migrations are not written through one",
            advice="name the folder that it points to",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_TEMPORARY}*"):
        with suppress(FileNotFoundError):
            if time.time() - left.lstat().st_mtime > STALE_AFTER:
                left.unlink()


def _publish(migration: Migration, up: Path, down: Path) -> bool:
    """Give both files their names; false when somebody took one of the names in the meantime."""
    undo: list[Callable[[], object]] = []
    try:
        texts = {up: render(migration, "up"), down: render(migration, "down")}
        temporary = {}
        for path, text in texts.items():
            temporary[path] = up.parent / f"{_TEMPORARY}{secrets.token_hex(8)}"
            undo.append(temporary[path].unlink)
            write_safely(temporary[path], text)
        give_name(temporary[down], down)
        try:
            give_name(temporary[up], up)
        except OSError:
            down.unlink()
            raise
        _sync_folder(up.parent)
    except FileExistsError:
        return False
    finally:
        for each in undo:
            with suppress(FileNotFoundError):
                each()
    return True


def _sync_folder(folder: Path) -> None:
    """The names are safe once the folder is; not every system can do this, and none needs it to go on."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
