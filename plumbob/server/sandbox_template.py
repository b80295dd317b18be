"""Data directories to copy: made once for each binary and kept in the cache.

Making one takes 0.5 s (MariaDB) to 5 s (MySQL), copying it less than 0.1 s.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.server.binaries import Binary, cache_folder
from plumbob.server.sandbox_folder import account, check_way, copy, give_away, new_folder
from plumbob.server.sandbox_process import Process, last_words

# What both the template and the server that runs on it have to be told. Small files, because
# every start copies them; no syncing, because nothing here is to survive the machine. "loose":
# an option that some version does not have is none to fail for.
STORAGE = {
    "mysql": (
        "--innodb-data-file-path=ibdata1:5M:autoextend",
        "--loose-innodb-autoextend-increment=1",
        "--loose-innodb-redo-log-capacity=8M",
        "--loose-innodb-doublewrite=OFF",
        "--innodb-flush-method=nosync",
        "--skip-log-bin",
    ),
    "mariadb": (
        "--innodb-data-file-path=ibdata1:5M:autoextend",
        "--loose-innodb-autoextend-increment=1",
        "--loose-innodb-undo-tablespaces=0",
        "--innodb-log-file-size=8M",
        "--innodb-doublewrite=OFF",
        "--loose-innodb-flush-method=nosync",
        "--debug-no-sync",
    ),
}
# Options that a data directory is made with: a server asked for them has a template of its own.
INITIAL = ("lower-case-table-names", "innodb-page-size")
# Counted up when a template made by an older plumbob is not to be used any more.
TEMPLATE_FORMAT = 1


def data_template(binary: Binary, options: Sequence[str]) -> Path:
    """A data directory to copy; made when there is none for this binary and these options yet."""
    check_way(binary.path)
    initial = [option for option in options if _name_of(option) in INITIAL]
    found = binary.path.stat()
    words = (TEMPLATE_FORMAT, *binary.command, *STORAGE[binary.flavour.maker], *sorted(initial))
    words += (found.st_size, found.st_mtime_ns, *account())
    digest = hashlib.sha256(repr(words).encode()).hexdigest()[:12]
    templates = cache_folder() / "templates"
    template = templates / f"{binary.name}-{digest}"
    if template.is_dir():
        return template
    templates.mkdir(parents=True, exist_ok=True)
    with open(templates / f"{template.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.is_dir():
            _make_template(binary, initial, template)
    return template


def _name_of(option: str) -> str:
    name = option.partition("=")[0].removeprefix("--").replace("_", "-")
    return name.removeprefix("loose-")


def _make_template(binary: Binary, initial: Sequence[str], template: Path) -> None:
    maker = binary.flavour.maker
    with new_folder(binary) as (folder, lock):
        data = folder / "data"
        data.mkdir()
        command = [*binary.command, *places(folder), *STORAGE[maker], *initial]
        stdin = None
        if maker == "mysql":
            command.append("--initialize-insecure")
        else:
            command += ["--bootstrap", "--skip-grant-tables"]
            (data / "mysql").mkdir()
            stdin = folder / "system_tables.sql"
            stdin.write_bytes(_system_tables(binary))
        give_away(folder)
        process = Process(folder, lock, command, stdin)
    try:
        process.ended(wait=None)
        if process.status != 0:
            raise PlumbobError(
                f"{binary} did not make its first data directory:\n{last_words(folder)}",
                advice="its words above say why; PLUMBOB_SANDBOX_DIR chooses another folder",
                exit=Exit.FAILED,
            )
        # Each copy makes a server id of its own.
        (data / "auto.cnf").unlink(missing_ok=True)
        part = template.with_name(f".{template.name}")
        shutil.rmtree(part, ignore_errors=True)
        copy(data, part)
        part.rename(template)
    finally:
        process.end()


def _system_tables(binary: Binary) -> bytes:
    """MariaDB's bootstrap reads a statement a line; root is to need no password."""
    start = b"create database if not exists mysql;\nuse mysql;\nset @auth_root_socket=NULL;\n"
    return start + b"".join(script.read_bytes() for script in binary.scripts)


def places(folder: Path) -> list[str]:
    """The options that keep a server inside its folder."""
    return [
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder / 'tmp'}",
        f"--pid-file={folder / 'pid'}",
    ]
