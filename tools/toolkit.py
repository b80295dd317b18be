#!/usr/bin/env python3
"""Brings pt-online-schema-change to this machine, for the tests that hand large tables to it.

It is taken from PATH, or from the cache; else from Debian's packages, unpacked into a folder of the
cache together with its Perl, as `servers.py` does with the servers.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from plumbob.server import binaries
from tools.servers import KEYRINGS, Trouble, download, keep_libraries, locked, run

NAME = "pt-online-schema-change"
SUITE = "bookworm"
# gdb is for another of its tools; its smaller kind will do.
PACKAGES = ("percona-toolkit", "gdb-minimal")
ADVICE = f"Install percona-toolkit yourself, so that {NAME} is on PATH."
PERL = (
    "usr/share/perl5",
    "usr/lib/*/perl5/5.*",
    "usr/share/perl/5.*",
    "usr/lib/*/perl/5.*",
    "usr/lib/*/perl-base",
)
CALL = """\
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
exec "$root/lib/{loader}" --library-path "$root/lib" "$root/bin/perl" \\
  -I"$root/perl" "$root/bin/{name}" "$@"
"""


def main() -> int:
    try:
        print(f"{NAME}: {provide()}")
    except Trouble as trouble:
        print(f"toolkit.py: {trouble}", file=sys.stderr)
        return 3
    return 0


def provide() -> str:
    """The path of the tool, fetched when the machine has none."""
    if found := shutil.which(NAME):
        return found
    folder = binaries.cache_folder() / "servers"
    tool = folder / "percona-toolkit" / NAME
    with locked(folder / "percona-toolkit.lock"):
        if not tool.exists():
            fetch(folder)
    return str(tool)


def fetch(folder: Path) -> None:
    keyring = next((path for path in KEYRINGS if path.exists()), None)
    if keyring is None or not shutil.which("apt-get"):
        raise Trouble(f"{NAME} is not here, and only on Debian can it be fetched. {ADVICE}")
    print(f"{NAME}: fetching it, 32 MB ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix=".percona-toolkit-", dir=folder) as scratch:
        work = Path(scratch)
        full, root = work / "full", work / "root"
        for package in download(work, SUITE, PACKAGES, keyring):
            run(["dpkg", "-x", str(package), str(full)])
        trim(full, root)
        shutil.rmtree(folder / "percona-toolkit", ignore_errors=True)
        root.rename(folder / "percona-toolkit")


def trim(full: Path, root: Path) -> None:
    """Move Perl, its modules and the tool out of the unpacked packages; and write what calls it."""
    for name in ("bin", "lib", "perl"):
        (root / name).mkdir(parents=True)
    for pattern in reversed(PERL):
        for part in full.glob(pattern):
            shutil.copytree(part, root / "perl", dirs_exist_ok=True)
    shutil.move(full / "usr/bin/perl", root / "bin")
    shutil.move(full / "usr/bin" / NAME, root / "bin")
    loader = keep_libraries(full, root, [root / "bin/perl", *root.glob("perl/**/*.so")])
    call = root / NAME
    call.write_text(CALL.format(loader=loader, name=NAME), encoding="utf-8")
    call.chmod(0o755)
    # Without its driver it starts and fails at the first server.
    run([str(call), "--version"], {**os.environ, "LC_ALL": "C", "PERL5OPT": "-MDBD::mysql"})


if __name__ == "__main__":
    sys.exit(main())
