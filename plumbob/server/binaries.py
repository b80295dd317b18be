"""Finds the server binaries of this machine: by environment variable, on PATH, in the cache.

It starts no server and fetches none: that is for `plumbob.server.sandbox` and `tools/servers.py`.
The module needs the standard library alone, because `tools/servers.py` runs before anything is
installed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.model.flavour import Flavour, Maker, parse_flavour
from plumbob.server.redact import environment

NAMES = ("mariadbd", "mysqld")
# Where packages put a server although it is on nobody's PATH: Debian, Red Hat, Homebrew.
PLACES = (
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/libexec",
    "/opt/homebrew/opt/mariadb*/bin",
    "/opt/homebrew/opt/mysql*/bin",
    "/usr/local/opt/mariadb*/bin",
    "/usr/local/opt/mysql*/bin",
)
GALERA = "libgalera_smm.so"
GALERA_PLACES = ("/usr/lib/galera", "/usr/lib64/galera-4")
VARIABLE = re.compile(r"PLUMBOB_(MYSQL|MARIADB)(?:_(\d+)_(\d+))?")
# The note that `tools/servers.py` leaves in the folder of a server that it has fetched.
NOTE = "plumbob.json"
# The SQL files that make MariaDB's system tables, in their order.
SYSTEM_TABLES = (
    "system_tables",
    "performance_tables",
    "system_tables_data",
    "sys_schema",
)


@dataclass(frozen=True, slots=True)
class Binary:
    """A server that can be started.

    Attributes:
        command: the beginning of its argv, complete with loader and folders; any option may
            follow (`--no-defaults` is in it, because it has to be the first).
        path: the server's own file, for messages.
        scripts: MariaDB's SQL files that make the system tables, in order; MySQL needs none.
    """

    flavour: Flavour
    command: tuple[str, ...]
    path: Path
    scripts: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """`mysql-9.7.4`: good for a file name."""
        return f"{self.flavour.maker}-{'.'.join(map(str, self.flavour.version))}"

    def __str__(self) -> str:
        return f"{self.flavour} ({self.path})"


def find(maker: Maker | None = None, series: str | None = None) -> Binary:
    """The first server of this maker and release series (`10.11`); None means any.

    Raises:
        PlumbobError: there is none, or an environment variable names one that does not run.
    """
    for binary in _all():
        if maker in (None, binary.flavour.maker) and series in (
            None,
            binary.flavour.series,
        ):
            return binary
    raise _missing(maker, series)


def found() -> list[Binary]:
    """Every server of this machine, in the order of preference, each file once."""
    return list({binary.path: binary for binary in reversed(list(_all()))}.values())[::-1]


def find_cluster(series: str) -> tuple[Binary, Path] | None:
    """A MariaDB server of this series and the library that makes several of them one cluster."""
    for binary in found():
        if binary.flavour.is_mariadb and binary.flavour.series == series:
            beside = binary.path.parent.parent / "plugin" / GALERA
            for path in (beside, *(Path(place, GALERA) for place in GALERA_PLACES)):
                if path.is_file():
                    return binary, path
    return None


def cache_folder() -> Path:
    """Where fetched servers and data directory templates are kept between runs.

    Root's own home folder is closed to the account that a server runs as, so root's cache is
    the system's.
    """
    if chosen := os.environ.get("PLUMBOB_CACHE"):
        return Path(chosen).expanduser().absolute()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared) / "plumbob"
    if os.geteuid() == 0:
        return Path("/var/cache/plumbob")
    return Path.home() / ".cache" / "plumbob"


def variable(maker: Maker, series: str) -> str:
    """The environment variable that names a server: `PLUMBOB_MYSQL_9_7`."""
    return f"PLUMBOB_{maker}_{series.replace('.', '_')}".upper()


def _all() -> Iterator[Binary]:
    yield from _named()
    yield from _installed()
    yield from _fetched()


def _named() -> Iterator[Binary]:
    for name, value in sorted(os.environ.items()):
        match = VARIABLE.fullmatch(name)
        if not match or not value:
            continue
        path = Path(value).expanduser().absolute()
        binary = _read_note(path) if path.is_dir() else _probe(path)
        if binary is None:
            raise PlumbobError(
                f"{name} names {value}, which is not a server that runs",
                advice="set it to the path of a mysqld or mariadbd, or unset it",
                exit=Exit.NO_ACCESS,
            )
        maker, major, minor = match.groups()
        wanted = f"{major}.{minor}" if major else binary.flavour.series
        if (maker.lower(), wanted) != (binary.flavour.maker, binary.flavour.series):
            raise PlumbobError(
                f"{name} names {value}, which is {binary.flavour}",
                advice=f"use {variable(binary.flavour.maker, binary.flavour.series)} for it",
                exit=Exit.NO_ACCESS,
            )
        yield binary


def _installed() -> Iterator[Binary]:
    seen = set()
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for place in PLACES:
        folders += sorted(Path("/").glob(place[1:]), reverse=True)
    for folder in folders:
        for name in NAMES:
            path = folder / name
            # Not Path.is_file(), which raises on folders of PATH that are closed to us.
            if not os.path.isfile(path) or (real := path.resolve()) in seen:
                continue
            seen.add(real)
            if binary := _probe(real):
                yield binary


def _fetched() -> Iterator[Binary]:
    # Sorted: MariaDB first, which starts in a fraction of MySQL's time.
    for note in sorted((cache_folder() / "servers").glob(f"*/{NOTE}")):
        if binary := _read_note(note.parent):
            yield binary


def _read_note(root: Path) -> Binary | None:
    try:
        note = json.loads((root / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    here = [word.replace("{root}", str(root)) for word in note["command"]]
    return Binary(
        Flavour(note["maker"], tuple(note["version"])),
        tuple(here),
        root / note["path"],
        tuple(root / script for script in note["scripts"]),
    )


@cache
def _probe(path: Path) -> Binary | None:
    """Ask a file for its version; None when it is no server or does not run here."""
    if (flavour := version_of([str(path)])) is None:
        return None
    command = (str(path), "--no-defaults")
    if flavour.is_mysql:
        return Binary(flavour, command, path)
    for share in (path.parent.parent / "share", Path("/usr/share")):
        for folder in (share / "mariadb", share / "mysql"):
            if scripts := system_tables(folder):
                return Binary(flavour, command, path, scripts)
    return None


def version_of(command: list[str]) -> Flavour | None:
    """What the server behind this argv is; None when it does not run or is something else."""
    try:
        said = subprocess.run(
            [*command, "--no-defaults", "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        return parse_flavour(said.stdout.partition("Ver ")[2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def system_tables(folder: Path) -> tuple[Path, ...]:
    """MariaDB's scripts in this folder, under either of their names; () when one is missing."""
    for prefix in ("mariadb", "mysql"):
        scripts = tuple(folder / f"{prefix}_{name}.sql" for name in SYSTEM_TABLES)
        if all(script.is_file() for script in scripts):
            return scripts
    return ()


def _missing(maker: Maker | None, series: str | None) -> PlumbobError:
    product = {"mysql": "MySQL", "mariadb": "MariaDB", None: "MySQL or MariaDB"}[maker]
    package = {"mysql": "mysql-server", "mariadb": "mariadb-server"}.get(maker or "mariadb")
    name = variable(maker or "mariadb", series or "11.8")
    return PlumbobError(
        f"no {product}{f' {series}' if series else ''} server was found on this machine",
        advice=f"install it (package {package}), or set {name} to the path of its binary, "
        "or run `python3 tools/servers.py` in plumbob's source folder on Debian",
        exit=Exit.NO_ACCESS,
    )
