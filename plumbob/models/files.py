"""The files of generated models: whether they are what they should be, and writing those that are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from plumbob.declaration.files import replace_file
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Schema
from plumbob.models.options import Options
from plumbob.models.render import render_module, render_package

# What the docstring of each of our files says: only such files are replaced or removed.
MARK = "Written by `schema models`"
_HEAD = 1000
_SCHEMA = re.compile(r"(?m)^SCHEMA: .*$")


def texts(path: Path, schema: Schema, options: Options) -> dict[Path, str]:
    """The files that should be there: one that is named `.py`, else those of a package."""
    if path.suffix == ".py":
        return {path: render_module(schema, options)}
    return {path / name: text for name, text in render_package(schema, options).items()}


def outdated(
    path: Path, wanted: Mapping[Path, str], *, heeds_fingerprint: bool = True
) -> list[Path]:
    """The files that are missing, differ, or belong to a table that is not there any more.

    Args:
        heeds_fingerprint: whether one differs that has another SCHEMA alone.
    """

    def same(found: str | None, text: str) -> bool:
        if heeds_fingerprint or found is None:
            return found == text
        return _SCHEMA.sub("", found) == _SCHEMA.sub("", text)

    differing = [each for each, text in wanted.items() if not same(_read(each), text)]
    return [*differing, *_left(path, wanted)]


def write(path: Path, wanted: Mapping[Path, str]) -> list[Path]:
    """Write what is outdated, and remove what is left over; nothing else is touched.

    Returns:
        The files that were written or removed.

    Raises:
        PlumbobError: a file cannot be written, or one is in the way that we have not written.
    """
    changed = outdated(path, wanted)
    for each in changed:
        found = _read(each)
        if found and MARK not in found[:_HEAD]:
            raise PlumbobError(
                f"{each.name} is there and was not written by `schema models`",
                advice="move it, or say in the settings where models go: models = PATH",
                where=str(each),
                exit=Exit.UNSAFE,
            )
    for each in changed:
        if each in wanted:
            _write(each, wanted[each])
        else:
            each.unlink()
    return changed


def _left(path: Path, wanted: Mapping[Path, str]) -> Iterator[Path]:
    if path.suffix == ".py" or not path.is_dir():
        return
    for each in sorted(path.glob("*.py")):
        if each not in wanted and MARK in (_read(each) or "")[:_HEAD]:
            yield each


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PlumbobError(f"{path} cannot be read: {error}", exit=Exit.NO_ACCESS) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlumbobError(
            f"{path.parent} cannot be made: {error.strerror}", exit=Exit.NO_ACCESS
        ) from error
    replace_file(path, text.encode("utf-8"))
