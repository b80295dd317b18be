"""What a folder of schemas holds: the applications in it, each with its versions, oldest first.

shop.sql                        an application of one version
blog.1.sql  blog.2.sql          one of two: what stands behind the first dot is the version
crm/1.9.sql  crm/1.10.sql       the same in a folder of its own
wiki/1/tables.sql, views.sql    a version of several files, which are run in order
crm/2.0.yaml                    a version as plumbob declares it: this can say what was renamed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SUFFIXES = (".sql", ".yaml")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a schema: the script that makes it, in one file or several, or its declaration."""

    name: str
    files: tuple[Path, ...]

    @property
    def is_declared(self) -> bool:
        """Whether it is a declaration of ours, and no script."""
        return self.files[0].suffix == ".yaml"

    @property
    def script(self) -> str:
        return "\n".join(_text(file) for file in self.files)


@dataclass(frozen=True, slots=True)
class Application:
    name: str
    versions: tuple[Version, ...]


def applications(folder: Path) -> list[Application]:
    """All that a folder holds, by name."""
    found: dict[str, list[Version]] = {}
    for path in folder.iterdir():
        if path.is_dir():
            found.setdefault(path.name, []).extend(_versions(path))
        elif path.suffix in _SUFFIXES:
            name, _, version = path.stem.partition(".")
            found.setdefault(name, []).append(Version(version, (path,)))
    return [Application(name, _in_order(found[name])) for name in sorted(found) if found[name]]


def _versions(folder: Path) -> Iterator[Version]:
    for path in folder.iterdir():
        files = tuple(sorted(path.rglob("*.sql"))) if path.is_dir() else (path,)
        if files and files[0].suffix in _SUFFIXES:
            yield Version(path.name if path.is_dir() else path.stem, files)


def _in_order(versions: list[Version]) -> tuple[Version, ...]:
    """1.9 before 1.10; a number behind a word, so that 2.0-beta is before 2.0.1."""

    def key(version: Version) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|[a-z]+", version.name.lower())
        return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]

    return tuple(sorted(versions, key=key))


def _text(file: Path) -> str:
    """A dump in UTF-8, or else in Latin-1, as old ones are."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
