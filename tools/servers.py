#!/usr/bin/env python3
"""Brings the servers that plumbob is tested on to this machine; it starts none of them.

    python3 tools/servers.py                    all of them
    python3 tools/servers.py mariadb-11.8       this one
    python3 tools/servers.py --any              the lightest, if the machine has none at all

A server is taken from its environment variable (PLUMBOB_MYSQL_9_7 and so on), from PATH, or
from the cache. What is still missing comes from Debian's packages: they are unpacked into a
folder of the cache together with every library they need, so the system stays as it is and
nobody has to be root. What has been fetched once is kept, because Debian's suites move on.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from plumbob.errors import PlumbobError
from plumbob.model.flavour import Maker
from plumbob.server import binaries

ATTEMPTS = 3
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)


@dataclass(frozen=True)
class Wanted:
    """A release series, and where Debian has it."""

    maker: Maker
    series: str
    suite: str
    packages: tuple[str, ...]
    download: str


# galera-4 makes several MariaDB servers one cluster (tests/cluster.py).
SERVERS = {
    "mysql-9.7": Wanted("mysql", "9.7", "sid", ("mysql-server-core",), "58 MB"),
    "mariadb-10.11": Wanted(
        "mariadb", "10.11", "bookworm", ("mariadb-server-core", "galera-4"), "16 MB"
    ),
    "mariadb-11.8": Wanted("mariadb", "11.8", "trixie", ("mariadb-server-core",), "15 MB"),
}
LIGHTEST = "mariadb-11.8"


class Trouble(Exception):
    """A sentence for the person who runs this script."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("server", nargs="*", metavar="SERVER", help=f"of {', '.join(SERVERS)}")
    parser.add_argument("--any", action="store_true", help="do nothing if there is any server")
    arguments = parser.parse_args()
    names = arguments.server or list(SERVERS)
    if unknown := [name for name in names if name not in SERVERS]:
        parser.error(f"unknown server {unknown[0]}; there are {', '.join(SERVERS)}")
    # Whatever root's umask: a server runs as another account, which has to read its files.
    os.umask(0o022)
    try:
        if arguments.any:
            names = [] if binaries.found() else [LIGHTEST]
        for name in names:
            print(f"{name}: {provide(name)}", flush=True)
    except (Trouble, PlumbobError) as trouble:
        print(f"servers.py: {trouble}", file=sys.stderr)
        if isinstance(trouble, PlumbobError) and trouble.advice:
            print(trouble.advice, file=sys.stderr)
        return 3
    return 0


def provide(name: str) -> binaries.Binary:
    """The server of this name, fetched when the machine has none."""
    wanted = SERVERS[name]
    # The lock keeps a second run from fetching what this one is about to have.
    with locked(binaries.cache_folder() / "servers" / f"{name}.lock"):
        with contextlib.suppress(PlumbobError):
            if found := having(wanted):
                return found
        fetch(name, wanted)
        found = having(wanted)
        assert found
        return found


def having(wanted: Wanted) -> binaries.Binary | None:
    """The server of this machine; None where its cluster library is wanted and is nowhere."""
    found = binaries.find(wanted.maker, wanted.series)
    if "galera-4" not in wanted.packages:
        return found
    return found if binaries.find_cluster(wanted.series) else None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch(name: str, wanted: Wanted) -> None:
    """Download the packages, unpack them, and put the trimmed folder in its place."""
    galera = " and galera-4" if "galera-4" in wanted.packages else ""
    advice = (
        f"Install {wanted.maker} {wanted.series} yourself (package {wanted.maker}-server{galera}, or "
        f"the maker's own), and set {binaries.variable(wanted.maker, wanted.series)} to the path of "
        f"its {'mysqld' if wanted.maker == 'mysql' else 'mariadbd'}."
    )
    if not shutil.which("apt-get") or not is_debian():
        raise Trouble(f"{name} is not here, and only on Debian can it be fetched. {advice}")
    keyring = next((path for path in KEYRINGS if path.exists()), None)
    if keyring is None:
        raise Trouble(f"{name}: the package debian-archive-keyring is missing. {advice}")
    servers = binaries.cache_folder() / "servers"
    print(f"{name}: fetching it, {wanted.download} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=servers) as folder:
        work = Path(folder)
        for package in download(work, wanted.suite, wanted.packages, keyring):
            run(["dpkg", "-x", str(package), str(work / "full")])
        note = trim(work / "full", work / "root", wanted)
        if note["maker"] != wanted.maker or series_of(note) != wanted.series:
            raise Trouble(
                f"{name}: Debian's {wanted.suite} has moved on to {series_of(note)}. {advice}"
            )
        (work / "root" / binaries.NOTE).write_text(json.dumps(note, indent=1), encoding="utf-8")
        # Somebody may be starting the one that was there.
        if (servers / name).exists():
            (servers / name).rename(work / "old")
        (work / "root").rename(servers / name)


def is_debian() -> bool:
    with contextlib.suppress(OSError):
        return "ID=debian" in Path("/etc/os-release").read_text().split()
    return False


def series_of(note: dict[str, object]) -> str:
    version = note["version"]
    assert isinstance(version, tuple)
    return f"{version[0]}.{version[1]}"


def download(work: Path, suite: str, packages: Sequence[str], keyring: Path) -> list[Path]:
    """The packages and all they depend on, by an apt that knows nothing but this folder."""
    architecture = run(["dpkg", "--print-architecture"]).strip()
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(sources(suite, f"[arch={architecture} signed-by={keyring}]"))
    # Nothing counts as installed: so apt takes the C library and all the rest as well.
    (work / "status").touch()
    (work / "apt.conf").write_text(f"""\
{network_settings()}
Acquire::Retries "3";
Acquire::Languages "none";
APT::Architecture "{architecture}";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Debug::NoLocking "true";
Dir::Cache "{work}/cache";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "{work}/lists";
Dir::State::status "{work}/status";
""")
    environment = {**os.environ, "APT_CONFIG": str(work / "apt.conf"), "LC_ALL": "C"}
    run(["apt-get", "-q", "update"], environment, attempts=ATTEMPTS)
    run(
        ["apt-get", "-q", "-y", "--download-only", "install", *packages],
        environment,
        attempts=ATTEMPTS,
    )
    return sorted((work / "cache" / "archives").glob("*.deb"))


def sources(suite: str, options: str) -> str:
    """The lines of sources.list for a suite, from the mirrors that this machine uses already."""
    told = run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"])
    mirrors = dict(line.split(" ", 1) for line in sorted(told.splitlines()) if " " in line)
    mirror = mirrors.get("Debian") or mirror_of_sources("debian")
    if mirror is None:
        raise Trouble("no Debian mirror in /etc/apt: run `apt-get update` first")
    lines = [f"deb {options} {mirror} {suite} main"]
    security = mirrors.get("Debian-Security") or mirror_of_sources("debian-security")
    if security and suite != "sid":
        lines.append(f"deb {options} {security} {suite}-security main")
    return "\n".join(lines) + "\n"


def mirror_of_sources(name: str) -> str | None:
    """A mirror of a machine that never ran `apt-get update` for it, so that apt has no label."""
    for file in (Path("/etc/apt/sources.list"), *Path("/etc/apt").glob("sources.list.d/*")):
        if found := re.search(rf"(?m)^(?!#).*?\b(https?://\S+/{name}/?)(?=\s|$)", read(file)):
            return found[1]
    return None


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def network_settings() -> str:
    """The machine's proxies and time limits, without its hooks and its own folders."""
    lines = run(["apt-config", "dump"]).splitlines()
    ours = re.compile(r"Acquire::(?!IndexTargets|Changelogs|CompressionTypes|Languages)\w")
    return "\n".join(line for line in lines if ours.match(line))


def trim(full: Path, root: Path, wanted: Wanted) -> dict[str, object]:
    """Move what the server needs out of the unpacked packages into `root`; say how to start it."""
    program = "mysqld" if wanted.maker == "mysql" else "mariadbd"
    share = next(full.glob("usr/share/m*/charsets")).parent
    for folder in ("bin", "lib", "plugin", "share"):
        (root / folder).mkdir(parents=True)
    shutil.move(full / "usr/sbin" / program, root / "bin")
    # The cluster library is a link to a file one folder higher.
    for plugin in (*full.glob("usr/lib/mysql/plugin/*.so"), *full.glob("usr/lib/galera/*.so")):
        shutil.copy2(plugin, root / "plugin")
    for part in (share / "charsets", share / "english", *share.glob("*.sql")):
        shutil.move(part, root / "share")
    loader = keep_libraries(full, root, [*root.glob("bin/*"), *root.glob("plugin/*")])
    command = [
        f"{{root}}/lib/{loader}",
        "--library-path",
        "{root}/lib",
        f"{{root}}/bin/{program}",
        "--no-defaults",
        "--basedir={root}",
        "--lc-messages-dir={root}/share",
        "--character-sets-dir={root}/share/charsets",
        "--plugin-dir={root}/plugin",
    ]
    flavour = binaries.version_of([word.format(root=root) for word in command[:4]])
    if flavour is None:
        raise Trouble(f"{wanted.packages[0]} from Debian's {wanted.suite} does not run here")
    return {
        "maker": flavour.maker,
        "version": flavour.version,
        "path": f"bin/{program}",
        "command": command,
        "scripts": [f"share/{path.name}" for path in binaries.system_tables(root / "share")],
    }


def keep_libraries(full: Path, root: Path, files: Iterable[Path]) -> str:
    """Copy the dynamic loader, and every library it finds for these files, to `root`/lib.

    Returns:
        The name of the loader, which starts the server in place of the system's own.
    """
    loader = next(path for path in full.glob("**/ld-linux*.so*") if not path.is_symlink())
    shutil.copy2(loader, root / "lib")
    # /lib and /usr/lib are two folders in the packages of Debian 12, and one from then on.
    folders = [*full.glob("lib/*-linux-gnu"), *full.glob("usr/lib/*-linux-gnu")]
    folders += full.glob("usr/lib/mysql/private")
    search = ":".join(map(str, folders))
    for file in files:
        told = run([str(loader), "--library-path", search, "--list", str(file)])
        for name, path in re.findall(r"(\S+) => (\S+)", told):
            if path.startswith(str(full)) and not (root / "lib" / name).exists():
                shutil.copy2(path, root / "lib" / name)
    return loader.name


def run(command: list[str], environment: dict[str, str] | None = None, attempts: int = 1) -> str:
    """Run a command and give its output; after the last attempt, its own last words."""
    for attempt in range(1, attempts + 1):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout
        if attempt < attempts:
            time.sleep(2 * attempt)
    last = (done.stderr or done.stdout).strip().splitlines()[-5:]
    raise Trouble(f"`{' '.join(command)}` failed:\n" + "\n".join(last))


if __name__ == "__main__":
    sys.exit(main())
