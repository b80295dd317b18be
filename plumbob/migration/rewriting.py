"""Replaces files that were edited, all of them or none, and keeps what people have written between the lines.

New texts are written beside the files first, then a list of them; from then on the next command that reads
the folder finishes what a killed one has left.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

PENDING = ".plumbob-rewrite"
_TEMPORARY = ".plumbob-"
# What a line says that we write; anything else in a comment is somebody's own.
_OURS = re.compile(
    r"-- (plumbob (migration|rollback), |(migration|message|parent|before|after|table|manages|server|tool"
    r"|created|proof|checksum|cost|hazard|count|approve|refuse|by hand|assert|approved):"
    r"|statement \d+ of \d+)|--$|--   \S+:"
)
_COMMENT = re.compile(r"\s*(--(\s|$)|#|/\*.*\*/\s*$)")
_KEY = re.compile(r"-- [a-z]+:")


def with_comments(new: str, old: str, ours: str) -> str:
    """A new text with the comments of the old one that it lacks, each behind the line that it stood behind.

    Args:
        ours: the old one as we would write it.
    """
    known = {*ours.split("\n"), *new.split("\n")}
    lines = new.split("\n")
    at = 0
    for line in old.replace("\r\n", "\n").split("\n"):
        is_kept = _COMMENT.match(line) and not _OURS.match(line) and line not in known
        if is_kept:
            lines.insert(at, line)
            at += 1
            continue
        # Where the old text is now, in the new one: a line that is not there changes nothing.
        found = next((n for n in range(at, len(lines)) if _is_same(lines[n], line)), None)
        if line.strip() and found is not None:
            at = found + 1
    return "\n".join(lines)


def _is_same(one: str, other: str) -> bool:
    """Whether two lines are the same, or say the same thing anew."""
    if one == other:
        return True
    keys = _KEY.match(one), _KEY.match(other)
    single = ("-- checksum:", "-- before:", "-- proof:", "-- tool:", "-- parent:")
    return bool(keys[0] and keys[1] and keys[0][0] == keys[1][0] and keys[0][0] in single)


def replace_all(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Replace files of a folder, by name, with new texts: all or none, whenever this process is killed."""
    temporary = {name: f"{_TEMPORARY}{secrets.token_hex(8)}" for name in texts}
    try:
        for name, text in texts.items():
            write_safely(folder / temporary[name], text)
        listed = "".join(f"{new} {name}\n" for name, new in temporary.items())
        draft = folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        temporary[PENDING] = draft.name
        write_safely(draft, listed)
        draft.replace(folder / PENDING)
    except BaseException:
        for each in temporary.values():
            (folder / each).unlink(missing_ok=True)
        raise
    finish(folder)
    return [folder / name for name in texts]


def finish(folder: Path) -> None:
    """Give the texts that a killed process has written their names; nothing where none was killed."""
    pending = folder / PENDING
    if not pending.is_file():
        return
    for temporary, name in _listed(pending):
        with suppress(FileNotFoundError):
            (folder / temporary).replace(folder / name)
    pending.unlink()


def _listed(pending: Path) -> Iterator[tuple[str, str]]:
    for line in pending.read_text("utf-8").splitlines():
        temporary, _, name = line.partition(" ")
        if temporary.startswith(_TEMPORARY) and name.endswith(".sql") and "/" not in line:
            yield temporary, name


def write_safely(path: Path, text: str) -> None:
    """Write a file that is not there yet, to the disk."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(number, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
