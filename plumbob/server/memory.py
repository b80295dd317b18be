"""Remembers how a server gave declared text back, so that an unchanged object never asks twice.

A cache in the user's own cache folder, by content: it may be lost at any time, and holds no rows.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from plumbob.model import Flavour
from plumbob.server.binaries import cache_folder

# Counted up when the way in which a table is asked for changes.
_FORMAT = "3"


class Memory:
    """Answers of one kind of server, for databases of one character set and collation.

    Args:
        flavour: the server that is asked; every version answers for itself.
        defaults: character set and collation of the database.
    """

    def __init__(self, flavour: Flavour, defaults: tuple[str, str]) -> None:
        self.flavour = flavour
        self._kind = "\0".join((_FORMAT, str(flavour), *defaults))

    def recall(self, question: str) -> str | None:
        """The answer to a question, as canonical text; None when it was not asked yet.

        Args:
            question: the declared text, with all that the answer depends on.
        """
        try:
            return self._path(question).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None

    def keep(self, question: str, answer: str) -> None:
        """Remember an answer; a cache folder that cannot be written to is no error."""
        path = self._path(question)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(answer)
            os.replace(temporary, path)

    def _path(self, question: str) -> Path:
        whole = self._kind + "\0" + question
        name = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
        return cache_folder() / "answers" / name
