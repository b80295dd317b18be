"""Does something with every save of a declaration, until Ctrl-C; what goes wrong is shown, and watched on.

A declaration is a few files, so their times are simply looked at, four times a second: that needs no
package, and works in containers and on network drives, of whose changes no system tells.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from plumbob.commands import console
from plumbob.declaration import load
from plumbob.errors import PlumbobError
from plumbob.project import Project
from plumbob.report.faults import fault_text
from plumbob.report.safe import line

PAUSE = 0.25
SUFFIXES = (".yaml", ".yml", ".sql")

# Time and size of each file; None for one that is not there.
Seen = dict[Path, tuple[int, int] | None]


def watch_project(project: Project, once: Callable[[], object]) -> NoReturn:
    """Call `once` now, and again whenever a file of the declaration was saved."""
    while True:
        before = _look(set(_files(project)))
        try:
            once()
        except PlumbobError as error:
            console.note(fault_text(error))
        console.note(line(f"watching {project.shown(project.schema)} until Ctrl-C"))
        _wait(project, before)


def _wait(project: Project, before: Seen) -> None:
    """Until something is otherwise, and stays so for a moment: an editor may write in two steps."""
    now, is_settled = before, False
    while now == before or not is_settled:
        time.sleep(PAUSE)
        later = _look(set(_files(project)))
        now, is_settled = later, later == now


def _files(project: Project) -> Iterator[Path]:
    """All that a declaration may consist of: what it includes stands in its folder or below.

    Where that is the whole project, the folders below are not searched each time: what the
    declaration includes there is known as long as it can be read.
    """
    folder = project.schema if project.schema.is_dir() else project.schema.parent
    is_small = folder != project.root
    yield project.schema
    found = folder.rglob("*") if is_small else folder.glob("*")
    yield from (path for path in found if path.suffix in SUFFIXES)
    if not is_small:
        with contextlib.suppress(PlumbobError):
            yield from (Path(file).absolute() for file in load(project.schema).files)


def _look(files: set[Path]) -> Seen:
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
