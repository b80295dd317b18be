"""The file that names the last migration: two branches that add one each collide in it, when they are merged.

The chain itself is told by the parents of the migrations, and needs no such file. But their names differ,
so version control would merge two branches without a word, and only the deploy would find out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from plumbob.declaration.files import replace_file
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.files import read_folder
from plumbob.migration.migration import Migration

FILE = "head"
_TEXT = """\
# The last migration of this folder. Where two branches are merged that have added one each,
# this line is a conflict: the second one has to be planned anew.
{}
"""
# What version control puts around both versions of a line.
_MARKER = re.compile(r"<{7}|={7}|>{7}")


def read_chain(folder: Path) -> tuple[Migration, ...]:
    """All migrations in the order of their chain, whose last one the head names.

    A folder without such a file is as old as it may be: nothing is said of it.

    Raises:
        PlumbobError: STALE where the file names another one, or two; or as `read_folder`.
    """
    named = _names(folder / FILE)
    if named is not None and len(named) > 1:
        raise _stale(
            folder,
            f"two branches have added migrations: {' and '.join(named)}",
            "plan the second one anew behind the first, with: schema rebase",
        )
    chain = read_folder(folder)
    last = chain[-1].id if chain else ""
    if named is not None and named != ([last] if last else []):
        there = f"the last migration is {last}" if last else "there are no migrations"
        raise _stale(
            folder,
            f"it names {', '.join(named) or 'none'}, and {there}",
            "take the files from version control again; where they were removed on purpose: "
            "schema diff --write",
        )
    return chain


def settle_head(folder: Path, chain: Sequence[Migration]) -> bool:
    """Write the head where it is not the last migration; false where nothing had to be written.

    Raises:
        PlumbobError: the file cannot be written.
    """
    path = folder / FILE
    wanted = [chain[-1].id] if chain else []
    if _names(path) == wanted or (not wanted and not path.exists()):
        return False
    replace_file(path, _TEXT.format("".join(wanted)).encode())
    return True


def _names(path: Path) -> list[str] | None:
    """The ids that stand in the file, more than one after a merge; None where there is no file."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlumbobError(
            f"{path} cannot be read: {error.strerror}", exit=Exit.NO_ACCESS
        ) from error
    # As it was before both branches, where version control says that as well.
    text = re.sub(r"(?ms)^\|{7}.*?(?=^={7})", "", text)
    said = (each.strip() for each in text.splitlines() if not _MARKER.match(each))
    return list(dict.fromkeys(each for each in said if each and not each.startswith("#")))


def _stale(folder: Path, what: str, advice: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, where=str(folder / FILE), exit=Exit.STALE)
